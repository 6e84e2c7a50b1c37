"""The register of a day: as it stood when the day ended, beside that of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from geo import journal, takeaway, wording
from geo.columns import Filter
from geo.i18n import ha, number, t
from geo.journal import Difference, Fate
from geo.services import Planner, count_by_kind
from geo.zones import Zone
from pages.ui import downloads, past, sketch, tables
from pages.ui.changes import title_of
from pages.ui.markdown import escape
from pages.ui.past import Looking
from pages.ui.session import publish


def show(at: Looking) -> None:
    """The register as it stood at the end of a day, and what has become of it since."""
    lang, planner, desk = at.lang, at.planner, at.desk
    st.markdown(t(lang, "history.day_about"))
    with st.container(width=240):
        day = past.day_input("day", t(lang, "history.day"))
    publish({"part": past.PARTS[0], "day": ""})
    if day is None:
        st.info(t(lang, "history.day_choose"), icon=":material/calendar_month:")
        return
    when = journal.end_of(day)
    then = desk.as_of(at.me, when)
    if not then.state.zones:
        st.info(t(lang, "history.day_empty"), icon=":material/calendar_month:")
        return
    totals(at, then)
    found = journal.compare(
        then.state.zones, planner.state.zones, journal.split_and_merged_since(desk, when)
    )
    difference, register = st.tabs(
        [t(lang, "history.day_difference"), t(lang, "history.day_register")]
    )
    with difference:
        differences(at, found, then)
    with register:
        st.dataframe(
            tables.numbers(tables.zones(then.state.zones, then, lang), lang),
            hide_index=True,
            key="day-zones",
            placeholder=number(None, lang),
            alt=t(lang, "history.day_register"),
        )
        every = then.state.columns.sums(then.state.columns.accept(Filter()))
        words = takeaway.heading(then, Filter(), every, "districts-2016", lang, day)
        name = f"khu-cum-{day.isoformat()}"
        downloads.zones(then, lambda: then.state.zones, words, name, lang, "day-")
        day_map(then, lang)


def totals(at: Looking, then: Planner) -> None:
    """Counts and areas of that day, each with the difference of today."""
    lang, planner = at.lang, at.planner
    counts = count_by_kind(then.state.zones), count_by_kind(planner.state.zones)
    with st.container(horizontal=True, key="totals"):
        for kind, name in (("KCN", "kcn"), ("CCN", "ccn")):
            old, new = (one[kind] for one in counts)
            st.metric(
                t(lang, f"page.map.{name}"),
                number(old, lang),
                since_then(Decimal(new - old), "", lang),
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
        area, area_now = (one.area_ha(one.state.zones) for one in (then, planner))
        st.metric(
            t(lang, "page.map.area"),
            ha(area, lang),
            since_then((area_now or Decimal(0)) - (area or Decimal(0)), " ha", lang),
            delta_color="off",
            delta_arrow="off",
            width="content",
        )
        st.metric(
            t(lang, "page.map.unknown"),
            number(sum(zone.area_planned_ha is None for zone in then.state.zones), lang),
            width="content",
        )


def since_then(change: Decimal, unit: str, lang: str) -> str | None:
    """The difference of today; None where there is none."""
    if not change:
        return None
    text = f"{'+' if change > 0 else ''}{number(change, lang)}{unit}"
    return t(lang, "history.since_then", change=text)


def differences(at: Looking, found: Sequence[Difference], then: Planner) -> None:
    """A row a zone that is not as it was."""
    lang = at.lang
    if not found:
        st.success(t(lang, "history.day_same"), icon=":material/check_circle:")
        return
    known = {zone.id: wording.zone_name(zone, lang) for zone in then.state.zones}
    known |= {zone.id: wording.zone_name(zone, lang) for zone in at.planner.state.zones}
    counts = {fate: sum(one.fate is fate for one in found) for fate in Fate}
    parts = [
        t(lang, f"history.fates.{fate}", count=count) for fate, count in counts.items() if count
    ]
    st.markdown(escape(", ".join(parts)))
    rows = pd.DataFrame([difference_row(one, known, lang) for one in found])
    st.dataframe(
        tables.numbers(rows, lang),
        hide_index=True,
        key="day-difference",
        placeholder=number(None, lang),
        alt=t(lang, "history.day_difference"),
    )


def difference_row(one: Difference, known: Mapping[str, str], lang: str) -> dict[str, Any]:
    def area(zone: Zone | None) -> float:
        value = zone.area_planned_ha if zone is not None else None
        return float("nan") if value is None else float(value)

    change = one.change_ha
    return {
        t(lang, "history.fate_of"): t(lang, f"history.fate.{one.fate}"),
        t(lang, "field.name"): known.get(one.zone_id, one.zone_id),
        t(lang, "history.area_then"): area(one.then),
        t(lang, "history.area_now"): area(one.now),
        t(lang, "history.area_change"): float("nan") if change is None else float(change),
        t(lang, "history.moved"): (
            float("nan") if one.moved_km is None else round(one.moved_km, 2)
        ),
        t(lang, "history.relatives"): ", ".join(known.get(id_) or title_of(id_, lang)
                                                for id_ in one.relatives) or "—",
    }  # fmt: skip


def day_map(then: Planner, lang: str) -> None:
    """The zones of that day on the borders of the provinces."""
    shapes = [
        sketch.Shape(zone.geometry, sketch.OF_KIND[zone.kind], wording.zone_name(zone, lang))
        for zone in then.state.zones
        if zone.geometry is not None
    ]
    if not shapes:
        return
    provinces = then.bounds.frames["provinces-2016"]
    sketch.show(shapes, provinces, lang, key="day", height=460)
    st.caption(t(lang, "history.day_map"))
