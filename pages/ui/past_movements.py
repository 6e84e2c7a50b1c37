"""The register over time: a waterfall of the total area between two days."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

import altair as alt
import pandas as pd
import streamlit as st

from geo import movements
from geo.errors import UsageError
from geo.i18n import error_text, ha, number, t
from geo.journal import moment
from geo.movements import Account, Material, Span, Words
from geo.movements.wording import signed
from geo.store import spans
from pages.ui import charts, filters, past, tables
from pages.ui.downloads import TYPES
from pages.ui.markdown import escape
from pages.ui.past import Looking
from pages.ui.session import publish

KEYS = {"part": past.PARTS[0], **dict.fromkeys(("start", "end", "province", "kind"), "")}
SMALL = 0.25
"""Steps that move less than this share of the total are drawn on an axis that does not begin at 0,
or nobody would see them."""

COLOURS = ("#999999", "#0072B2", "#E69F00", "#CC79A7")
"""Of totals, rises, falls and steps of 0 ha; blue and orange are the pair that all eyes tell apart.
"""

LABELS = 190
"""Longest name of a step beside the chart, in CSS pixels: a telephone has room for bars as well."""

_SHOWN = (
    *("step", "name", "before_ha", "after_ha", "change_ha", "reason", "people"),
    *("revision", "moment", "note", "total_ha"),
)


def show(at: Looking) -> None:
    """Both days and the filters, the chart with its table, and every zone in its step."""
    lang = at.lang
    st.markdown(t(lang, "movements.about"))
    since, until = days(at)
    with st.sidebar:
        view = filters.provinces(at.planner.provinces(), lang), filters.kinds(lang)
    publish(KEYS)
    try:
        span = movements.span(at.desk, since, until, past.today())
    except UsageError as error:
        st.error(escape(error_text(error, lang)), icon=":material/error:")
        return
    made = accounted(at, at.planner.revision, span.start, span.end, *view, span)
    words = Words(at.planner, lang, at.me, at.names)
    if not (made.start.records or made.end.records or made.movements):
        st.info(t(lang, "movements.none_there"), icon=":material/filter_alt_off:")
        return
    glance(made, lang)
    if made.movements:
        charts.draw(waterfall(words, made, span), lang)
        listed(words, made)
    else:
        st.caption(escape(f"{words.period(span)}. {words.view(made.view)}."))
        st.info(t(lang, "movements.nothing"), icon=":material/info:")
    if made.taken_back:
        st.caption(f":material/undo: {escape(words.taken_back(made))}")
    files(words, made, span)


def days(at: Looking) -> tuple[dt.date | None, dt.date | None]:
    """The two days; each may be left open."""
    lang = at.lang
    reached = spans.reach(at.desk.register.engine)
    began = "—" if reached is None else moment(reached[0], lang)
    with st.container(horizontal=True, key="days"):
        with st.container(width=220):
            since = past.day_input(
                "start",
                t(lang, "movements.since"),
                note=t(lang, "movements.since_help", began=began),
            )
        with st.container(width=220):
            until = past.day_input(
                "end", t(lang, "movements.until"), note=t(lang, "movements.until_help")
            )
    return since, until


@st.cache_resource(max_entries=4, show_spinner=False)
def material(
    _at: Looking, revision: str, start: dt.datetime, end: dt.datetime, _span: Span
) -> Material:
    """Both registers and what lies between; read once a revision, whatever the view."""
    return movements.gather(_at.desk, _at.me, _span)


@st.cache_resource(max_entries=16, show_spinner=False)
def accounted(
    _at: Looking,
    revision: str,
    start: dt.datetime,
    end: dt.datetime,
    provinces: tuple[str, ...],
    kinds: tuple[str, ...],
    _span: Span,
) -> Account:
    """The account of a view."""
    found = material(_at, revision, start, end, _span)
    units = _at.planner.bounds.register
    view = movements.View(provinces, kinds)
    return movements.account(found.then, found.now, found.history, units, view)


def glance(made: Account, lang: str) -> None:
    """Start, end, difference, and how many areas are unknown at either end."""
    change = made.end - made.start
    before, after = (number(one.unknown, lang) for one in (made.start, made.end))
    figures = {
        "start": ha(made.start.area_ha, lang),
        "end": ha(made.end.area_ha, lang),
        "change": f"{signed(change.area_ha, lang)} ha",
        "unknown": after if before == after else f"{before} → {after}",
    }
    with st.container(horizontal=True, key="totals"):
        for name, value in figures.items():
            st.metric(t(lang, f"movements.{name}"), value, width="content")


# -- the chart


def waterfall(words: Words, made: Account, span: Span) -> charts.Picture:
    """Start, steps and end one below the other, each step from where the one above ended."""
    lang = words.lang
    total, rise, fall, level = (
        t(lang, f"movements.{name}") for name in ("total_kind", "rise", "fall", "level")
    )
    bars: list[tuple[str, str, Decimal | None, Decimal, str]] = []
    at = made.start.area_ha
    bars.append((words.text("start"), total, None, at, ha(at, lang)))
    for one in made.steps():
        change = one.change.area_ha
        kind = rise if change > 0 else fall if change < 0 else level
        label = signed(change, lang)
        if one.gained_ha and one.lost_ha:
            both = f"{signed(one.gained_ha, lang)} {signed(one.lost_ha, lang)}"
            label = f"{label} ({both})"
        bars.append((words.step(one.step), kind, at, at + change, label))
        at += change
    bars.append((words.text("end"), total, None, at, ha(at, lang)))
    low, high = axis([to for *_, to, _ in bars])
    data = pd.DataFrame(
        {
            "order": range(len(bars)),
            "item": [item for item, *_ in bars],
            "kind": [kind for _, kind, *_ in bars],
            "start": [low if since is None else float(since) for _, _, since, *_ in bars],
            "end": [float(to) for *_, to, _ in bars],
            "label": [label for *_, label in bars],
        }
    ).assign(right=lambda own: own[["start", "end"]].max(axis=1))
    names = charts.labels(LABELS)
    y = alt.Y("item:N", sort=alt.SortField("order"), title=None, axis=names)
    base = alt.Chart(data).encode(y=y)
    x = charts.amount("start", lang, "ha", domain=(low, high))
    kinds = (total, rise, fall, level)
    colour = charts.colour("kind", kinds, columns=2, colours=COLOURS)
    tooltip = [alt.Tooltip("item:N", title=" "), alt.Tooltip("label:N", title="ha")]
    bars_of = base.mark_bar().encode(x=x, x2="end:Q", color=colour, tooltip=tooltip)
    texts = base.mark_text(align="left", dx=5, color="#888888").encode(x="right:Q", text="label:N")
    drawn = bars_of + texts
    still = data[data["kind"] == level]
    if len(still):  # a layer without marks would be an image without words to a screen reader
        ticks = alt.Chart(still).mark_tick(thickness=3)
        drawn += ticks.encode(x="start:Q", y=y, color=colour, tooltip=tooltip)
    about = t(
        lang,
        "movements.chart_about",
        period=words.period(span),
        view=words.view(made.view),
        sentence=words.sentence(made),
    )
    if low:
        about += " " + t(lang, "movements.chart_cut", low=low)
    height = charts.AROUND + (charts.ROW + 4) * len(bars)
    return charts.Picture(
        "movements",
        t(lang, "movements.chart"),
        about,
        drawn.properties(height=height),
        table(words, words.steps(made)),
    )


def axis(totals: Sequence[Decimal]) -> tuple[float, float]:
    """Where the axis begins and ends, with room for the labels; from 0 unless steps are small."""
    low, high = float(min(totals)), float(max(totals))
    spread = high - low
    if not spread or spread >= SMALL * high:
        return 0.0, (high or 1.0) * 1.25
    unit = 10.0 ** math.floor(math.log10(spread))
    begin = max(0.0, math.floor((low - spread / 4) / unit) * unit)
    return begin, high + (high - begin) * 0.25


# -- the tables and files


def table(words: Words, rows: list[dict[str, Any]], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Rows under their heads; hectares as numbers, unknown as missing."""
    made = {}
    for name in columns or rows[0]:
        values: Any = [row[name] for row in rows]
        if name.endswith("_ha") or name in ("unknown", "zones", "revision"):
            values = pd.array([None if one is None else float(one) for one in values], "Float64")
        made[words.head(name)] = values
    return pd.DataFrame(made)


def listed(words: Words, made: Account) -> None:
    """Every movement with who made it and why, and the way to the history of its zone."""
    lang = words.lang
    st.subheader(t(lang, "movements.zones"), anchor=False)
    st.caption(t(lang, "movements.zones_about"))
    rows = words.rows(made)
    shown = table(words, rows, _SHOWN)
    link = t(lang, "movements.history")
    shown[link] = ["./lich-su?" + urlencode({"zone": row["zone"], "lang": lang}) for row in rows]
    st.dataframe(
        tables.numbers(shown, lang),
        hide_index=True,
        key="movements-zones",
        placeholder=number(None, lang),
        column_config={
            link: st.column_config.LinkColumn(display_text=t(lang, "movements.open_history"))
        },
        alt=t(lang, "movements.zones"),
    )
    with st.expander(t(lang, "movements.sheet.about"), icon=":material/info:"):
        lines = (
            f"- **{escape(words.step(one.step))}**: {escape(words.text(f'meaning.{one.step}'))}"
            for one in made.steps()
        )
        st.markdown("\n".join(lines))


def files(words: Words, made: Account, span: Span) -> None:
    """The account to take away."""
    makers = {"csv": partial(words.csv, made), "xlsx": partial(words.workbook, made, span)}
    with st.container(horizontal=True, key="movements-files"):
        for form, make in makers.items():
            st.download_button(
                t(words.lang, f"movements.{form}"),
                make,
                f"khu-cum-bien-dong.{form}",
                TYPES[form],
                key=f"movements-{form}",
                on_click="ignore",
                icon=":material/download:",
            )
