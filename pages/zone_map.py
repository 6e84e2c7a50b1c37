"""The map of all zones and clusters, with totals and the table of what is shown."""

import pandas as pd
import streamlit as st

from geo import wording
from geo.i18n import ha, number, t
from geo.services import UNIT_LAYERS, Filter, count_by_kind
from geo.zones import Kind
from pages.ui import guard, mapview, tables
from pages.ui.resources import get_planner, get_settings
from pages.ui.session import language, publish, seed_choice, seed_choices, seed_text

guard.enter()
lang = language()
planner = get_planner()
provinces = planner.provinces()
kinds = [kind.value for kind in Kind]

seed_text("q")
seed_choices("province", provinces)
seed_choices("kind", kinds)
seed_choice("unit", UNIT_LAYERS, UNIT_LAYERS[0])
with st.sidebar:
    st.text_input(
        t(lang, "page.map.search"),
        key="q",
        type="search",
        live=True,
        persist_state="session",
        placeholder=t(lang, "page.map.search_hint"),
        icon=":material/search:",
        max_chars=100,
    )
    st.multiselect(
        t(lang, "field.province"),
        list(provinces),
        key="province",
        persist_state="session",
        format_func=provinces.__getitem__,
        placeholder=t(lang, "page.all_provinces"),
    )
    st.pills(
        t(lang, "field.kind"),
        kinds,
        key="kind",
        selection_mode="multi",
        persist_state="session",
        format_func=lambda kind: t(lang, f"kind.{kind}"),
    )
    st.radio(
        t(lang, "page.map.unit"),
        UNIT_LAYERS,
        key="unit",
        persist_state="session",
        format_func=lambda layer: t(lang, f"page.map.{layer}"),
    )
for key, default in (("q", ""), ("province", ""), ("kind", ""), ("unit", UNIT_LAYERS[0])):
    publish(key, default)

chosen = Filter(
    tuple(st.session_state["province"]), tuple(st.session_state["kind"]), st.session_state["q"]
)
zones = sorted(planner.zones(chosen), key=tables.plan_order)
counts = count_by_kind(zones)
unknown = sum(zone.area_planned_ha is None for zone in zones)

st.title(t(lang, "page.map.title"))
with st.container(horizontal=True, key="totals"):
    st.metric(t(lang, "page.map.kcn"), number(counts["KCN"], lang), width="content")
    st.metric(t(lang, "page.map.ccn"), number(counts["CCN"], lang), width="content")
    st.metric(t(lang, "page.map.area"), ha(planner.area_ha(zones), lang), width="content")
    st.metric(
        t(lang, "page.map.unknown"),
        number(unknown, lang),
        help=t(lang, "page.map.unknown_help"),
        width="content",
    )

# The table stands below the map but its selection is needed above.
at = st.session_state.get("zone_table", {}).get("selection", {}).get("rows", [])
selected = zones[at[0]].id if at and at[0] < len(zones) else None
mapview.show(planner.map_view(zones, st.session_state["unit"], selected), lang, get_settings())

by_zone, by_unit = st.tabs([t(lang, "page.map.by_zone"), t(lang, "page.map.by_unit")])
with by_zone:
    if not zones:
        st.info(t(lang, "page.map.nothing"), icon=":material/filter_alt_off:")
    else:
        rows = pd.DataFrame(
            {
                t(lang, "field.name"): [zone.name for zone in zones],
                t(lang, "field.kind"): [zone.kind.value for zone in zones],
                t(lang, "field.province"): [zone.province.name for zone in zones],
                t(lang, "field.district"): [
                    ", ".join(planner.district_names(zone)) for zone in zones
                ],
                f"{t(lang, 'field.area_planned_ha')} (ha)": [
                    None if zone.area_planned_ha is None else float(zone.area_planned_ha)
                    for zone in zones
                ],
                t(lang, "field.stage"): [
                    t(lang, f"stage.{zone.stage}") if zone.stage else t(lang, "zone.unknown")
                    for zone in zones
                ],
                t(lang, "field.industries"): [
                    wording.industries_line(zone, lang) for zone in zones
                ],
                t(lang, "field.occupancy_targets"): [
                    "; ".join(wording.target(one, lang) for one in zone.occupancy_targets) or "—"
                    for zone in zones
                ],
                t(lang, "field.document"): [
                    f"{zone.source.document}, "
                    f"{wording.clause(zone.source.clause, zone.source.row, lang)}"
                    for zone in zones
                ],
            }
        )
        st.caption(t(lang, "page.map.table_hint"))
        st.dataframe(
            tables.numbers(rows, lang),
            hide_index=True,
            key="zone_table",
            on_select="rerun",
            selection_mode="single-row",
            placeholder=number(None, lang),
            alt=t(lang, "page.map.by_zone"),
        )
        csv, geojson, _ = st.columns([1, 1, 4])
        csv.download_button(
            "CSV",
            lambda: planner.download("csv", zones),
            "khu-cum.csv",
            "text/csv",
            key="csv",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
        geojson.download_button(
            "GeoJSON",
            lambda: planner.download("geojson", zones),
            "khu-cum.geojson",
            "application/geo+json",
            key="geojson",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
with by_unit:
    layer = st.session_state["unit"]
    totals = planner.unit_totals(layer, zones)
    if not totals:
        st.info(t(lang, "page.map.nothing"), icon=":material/filter_alt_off:")
    else:
        st.dataframe(
            tables.numbers(tables.totals(totals, planner.bounds, layer, lang), lang),
            hide_index=True,
            key="unit_table",
            placeholder=number(None, lang),
            alt=t(lang, "page.map.by_unit"),
        )
        if any(total.shared for total in totals.values()):
            st.caption(t(lang, "page.map.shared_note"))
