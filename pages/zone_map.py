"""The map of all zones and clusters, with totals and the table of what is shown."""

import zlib

import streamlit as st

from geo import wording
from geo.i18n import ha, number, t
from geo.services import count_by_kind
from geo.state import UNIT_LAYERS
from pages.ui import downloads, filters, guard, links, mapview, tables
from pages.ui.markdown import escape
from pages.ui.resources import get_planner, get_settings
from pages.ui.session import language, publish, seed_choice

guard.enter()
lang = language()
planner = get_planner().now()
provinces = planner.provinces()
chosen = filters.zones(planner, lang)

seed_choice("unit", UNIT_LAYERS, UNIT_LAYERS[0])
with st.sidebar:
    st.radio(
        t(lang, "page.map.unit"),
        UNIT_LAYERS,
        key="unit",
        persist_state="session",
        format_func=lambda layer: t(lang, f"page.map.{layer}"),
    )
publish({**filters.ZONES, "unit": UNIT_LAYERS[0]})

layer = st.session_state["unit"]
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

# The table stands below the map but its selection is needed above. Another list is another table.
table = f"zones-{zlib.crc32(' '.join(zone.id for zone in zones).encode())}"
at = st.session_state.get(table, {}).get("selection", {}).get("rows", [])
selected = zones[at[0]].id if at and at[0] < len(zones) else None
with st.container(key="map-place"):
    mapview.show(planner.map_view(zones, layer, selected), lang, get_settings())

if not zones:
    unnamed = [provinces[code] for code in chosen.provinces if not planner.names_zones(code)]
    if unnamed and len(unnamed) == len(chosen.provinces):
        st.info(t(lang, "page.map.none_named", provinces=unnamed), icon=":material/info:")
    else:
        st.info(t(lang, "page.map.nothing"), icon=":material/filter_alt_off:")
    st.stop()

by_zone, by_unit = st.tabs([t(lang, "page.map.by_zone"), t(lang, "page.map.by_unit")])
with by_zone:
    several = [escape(zone.name) for zone in zones if zone.cluster_count > 1]
    clusters = sum(counts.values())
    rows = t(lang, "page.map.rows", rows=len(zones), clusters=clusters, several=several)
    st.caption(f"{rows if several else ''} {t(lang, 'page.map.table_hint')}".strip())
    st.dataframe(
        tables.numbers(tables.zones(zones, planner, lang), lang),
        hide_index=True,
        key=table,
        on_select="rerun",
        selection_mode="single-row",
        placeholder=number(None, lang),
        alt=t(lang, "page.map.by_zone"),
    )
    if selected is not None:
        name = wording.zone_name(planner.state.by_id[selected], lang)
        links.of_zone(planner, selected, lang, "history", "edit", title=name)
    downloads.zones(planner, zones, "khu-cum", lang)
with by_unit:
    totals = planner.unit_totals(layer, zones)
    st.caption(t(lang, f"page.map.units_of.{layer}"))
    st.dataframe(
        tables.numbers(tables.totals(totals, planner.bounds, layer, lang), lang),
        hide_index=True,
        key="unit_table",
        placeholder=number(None, lang),
        alt=t(lang, "page.map.by_unit"),
    )
    if any(total.shared for total in totals.values()):
        st.caption(t(lang, "page.map.shared_note"))
