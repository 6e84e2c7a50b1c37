"""The map of all zones and clusters, with totals; what stands around it is in the frame."""

from dataclasses import replace

import streamlit as st

from geo import takeaway
from geo.i18n import ha, number, t
from geo.state import UNIT_LAYERS
from geo.thematic import MEASURES, METHODS, has_values
from pages.ui import downloads, filters, guard, mapview, reconciliation, totals
from pages.ui.resources import planner_now
from pages.ui.session import language, publish, seed_choice

LABELLED = "_labels"
"""In the session: the language in which the choices were last labelled."""

guard.enter()
lang = language()
planner = planner_now()
chosen = filters.zones(planner, lang)

seed_choice("unit", UNIT_LAYERS, UNIT_LAYERS[0])
seed_choice("measure", MEASURES, MEASURES[0])
seed_choice("method", METHODS, METHODS[0])
seed_choice("zone", {"", *planner.state.by_id}, "")
if st.session_state["zone"]:  # a link has opened it; from here on the map's own address names it
    st.query_params.pop("zone", None)
if st.session_state.get(LABELLED, lang) != lang:
    for key in ("unit", "measure", "method"):  # the browser keeps the old words until it is told
        st.session_state[key] = st.session_state[key]
st.session_state[LABELLED] = lang


everything = planner.state.columns.everything(st.session_state["unit"])
measures = {measure: t(lang, f"map.measure.{measure}") for measure in MEASURES}
measures |= {
    measure: t(lang, "page.map.no_data", measure=name)
    for measure, name in measures.items()
    if not has_values(measure, everything)
}

with st.sidebar:
    st.selectbox(
        t(lang, "page.map.unit"),
        UNIT_LAYERS,
        key="unit",
        persist_state="session",
        format_func=lambda layer: t(lang, f"page.map.{layer}"),
    )
    st.selectbox(
        t(lang, "page.map.measure"),
        MEASURES,
        key="measure",
        persist_state="session",
        format_func=measures.__getitem__,
    )
    st.selectbox(
        t(lang, "page.map.method"),
        METHODS,
        key="method",
        persist_state="session",
        disabled=st.session_state["measure"] == "verdicts",
        format_func=lambda method: t(lang, f"map.method.{method}"),
    )
with st.container():  # of a fixed number of pieces: it may have to say something
    publish({**filters.ZONES, "unit": UNIT_LAYERS[0], "measure": MEASURES[0], "method": METHODS[0]})

layer, measure, method = (st.session_state[key] for key in ("unit", "measure", "method"))
columns = planner.state.columns
mask = columns.accept(chosen)
sums = columns.sums(mask)
found = planner.reconcile(mask)
words = takeaway.heading(planner, chosen, sums, layer, lang)
view = planner.map_view(mask, layer, measure, method, selected=st.session_state["zone"] or None)
theme = replace(view.theme, undivided_ha=found.spreads[layer].shared_ha)
view = takeaway.headed(replace(view, theme=theme), words)

with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
    st.title(t(lang, "page.map.title"), width="content")
    totals.show(
        [
            (t(lang, "page.map.kcn"), number(sums.clusters["KCN"], lang), ""),
            (t(lang, "page.map.ccn"), number(sums.clusters["CCN"], lang), ""),
            (t(lang, "page.map.area"), ha(sums.area_ha, lang), ""),
            (
                t(lang, "page.map.unknown"),
                number(sums.unknown, lang),
                t(lang, "page.map.unknown_help"),
            ),
        ]
    )
    if mask.any():
        export = st.popover(
            t(lang, "page.map.export"),
            icon=":material/download:",
            key="export",
            on_change="rerun",  # its buttons are made when it is opened, not at every click
        )
        if export.open:
            with export:
                downloads.zones(
                    planner, lambda: columns.picked(mask), words, "khu-cum", lang, view=view
                )

with st.container():  # one piece either way, else a browser loads the frame below anew
    if mask.any():
        reconciliation.line(found, planner.state.zones, lang)
    else:
        filters.nothing(planner, chosen, lang)
with st.container(key="map-place"):
    mapview.show(view, lang)
