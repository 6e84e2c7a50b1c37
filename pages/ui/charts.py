"""Drawing charts: one look, each chart with its words and the table of what it draws.

Nothing is told by colour alone: series differ by place, shape or sign too. The colours are those
of Okabe and Ito, which readers with any colour vision tell apart, on light and dark ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from geo.i18n import number, t
from pages.ui import tables
from pages.ui.markdown import escape

COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7"),
    *("#56B4E9", "#D55E00", "#F0E442", "#999999"),
)
ROW = 20
"""Height in CSS pixels of a bar of a chart with named rows."""
AROUND = 110
"""Height of axis, title and legend."""


@dataclass(frozen=True)
class Picture:
    """One chart: `about` says in words what it shows, `rows` are its numbers."""

    key: str
    title: str
    about: str
    chart: alt.Chart | alt.LayerChart
    rows: pd.DataFrame


def draw(picture: Picture, lang: str) -> None:
    """The chart under its title, with its table to open."""
    st.subheader(escape(picture.title), anchor=False)
    st.caption(escape(picture.about))
    st.altair_chart(picture.chart, key=f"chart-{picture.key}", alt=picture.about)
    with st.expander(t(lang, "page.checks.chart.table")):
        st.dataframe(
            tables.numbers(picture.rows, lang),
            hide_index=True,
            key=f"table-{picture.key}",
            placeholder=number(None, lang),
            alt=picture.about,
        )


def labels(limit: int = 360) -> alt.Axis:
    """An axis of names; what is longer than `limit` CSS pixels is cut."""
    return alt.Axis(labelLimit=limit, labelAngle=0, labelOverlap=False, ticks=False)


def numbers(lang: str) -> alt.Axis:
    """Numbers in the language's form: a browser formats them as English ones do."""
    english = "format(datum.value, ',~f')"
    swapped = f"replace(replace(replace({english}, /,/g, '_'), '.', ','), /_/g, '.')"
    return alt.Axis(labelExpr=swapped if lang == "vi" else english)


def amount(
    field: str,
    lang: str,
    unit: str,
    *,
    zero: bool = True,
    domain: tuple[float, float] | None = None,
) -> alt.X:
    """An axis of amounts in a unit; with `domain` from the one to the other exactly."""
    scale = alt.Scale(zero=zero) if domain is None else alt.Scale(domain=domain, nice=False)
    return alt.X(f"{field}:Q", title=unit, axis=numbers(lang), scale=scale)


def colour(
    field: str, names: Sequence[str], columns: int = 0, colours: Sequence[str] = COLOURS
) -> alt.Color:
    """A colour for each of some names, in their order, with a legend."""
    used = [colours[at % len(colours)] for at in range(len(names))]
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=list(names), range=used),
        legend=alt.Legend(title=None, orient="top", columns=columns, labelLimit=320),
    )
