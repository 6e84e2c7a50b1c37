"""Charts of an audit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import altair as alt
import pandas as pd

from geo import wording
from geo.checks import Arithmetic, Compound, Finding, Mechanism, Status, Value
from geo.i18n import number, t
from geo.plans import Subject
from pages.ui import charts, tables
from pages.ui.findings import Reader, is_total

DRAWN = 30
"""How many rows of differences are drawn; the table has all."""
RECOMPUTED = (Mechanism.SHARE, Mechanism.GROWTH)


def pictures(reader: Reader, findings: Sequence[Finding]) -> Iterator[charts.Picture]:
    """What there is to draw of findings."""
    for one in findings:
        if is_total(one):
            yield from waterfall(reader, one)
    yield from sectors(reader, findings)
    for mechanism in RECOMPUTED:
        yield from recomputed(reader, findings, mechanism)
    yield from targets(reader, findings)


def waterfall(reader: Reader, finding: Finding) -> Iterator[charts.Picture]:
    """The rows of a total of areas one after the other, their sum, and the total stated."""
    lang = reader.lang
    verdict = finding.verdict
    known = reader.planner.state.by_id
    if verdict is None or verdict.actual is None:
        return
    zones = sorted((known[one] for one in finding.records), key=tables.plan_order)
    part, actual, stated = (t(lang, f"page.checks.chart.{n}") for n in ("part", "actual", "stated"))
    bars: list[tuple[str, str, Decimal, Decimal]] = []
    total = Decimal(0)
    for zone in zones:
        area = zone.area_planned_ha or Decimal(0)
        bars.append((wording.zone_name(zone, lang), part, total, total + area))
        total += area
    bars.append((actual, actual, Decimal(0), verdict.actual))
    bars.append((stated, stated, Decimal(0), verdict.expected))
    rows = _rows(
        lang,
        item=[name for name, *_ in bars],
        kind=[kind for _, kind, _, _ in bars],
        value=[float(high - low) for _, _, low, high in bars],
        **{"from": [float(low) for *_, low, _ in bars], "to": [float(high) for *_, high in bars]},
    )
    label = [number(high - low, lang) for _, _, low, high in bars]
    data = _plain(rows, "item", "kind", "value", "start", "end").assign(
        label=label, order=range(len(bars))
    )
    y = alt.Y("item:N", sort=alt.SortField("order"), title=None, axis=charts.labels())
    base = alt.Chart(data).encode(y=y)
    drawn = base.mark_bar().encode(
        x=charts.amount("start", lang, "ha"),
        x2="end:Q",
        color=charts.colour("kind", [part, actual, stated]),
        tooltip=[alt.Tooltip("item:N", title=" "), alt.Tooltip("label:N", title="ha")],
    )
    words = base.mark_text(align="left", dx=4, color="#888888").encode(x="end:Q", text="label:N")
    yield charts.Picture(
        finding.id,
        t(lang, "page.checks.chart.waterfall", rows=len(zones)) + f": {reader.about(finding)}",
        t(lang, "page.checks.chart.waterfall_about", sentence=reader.sentence(finding)),
        (drawn + words).properties(height=charts.AROUND + charts.ROW * len(bars)),
        rows,
    )


def sectors(reader: Reader, findings: Sequence[Finding]) -> Iterator[charts.Picture]:
    """Parts by year as columns, with the total that the document states for each year."""
    lang = reader.lang
    figures = reader.audit.figures
    groups: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, str, Decimal, Decimal]]] = {}
    units: dict[tuple[str, str, tuple[str, ...]], tuple[str, str]] = {}
    for one in findings:
        parts = _parts(one.arithmetic) if one.mechanism is Mechanism.SUM else ()
        own = [figures[part.source] for part in parts if part.source in figures]
        stated = one.arithmetic.stated if one.arithmetic else None
        if not own or len(own) < len(parts) or stated is None or stated.value is None:
            continue
        if any(figure.scope.subject is Subject.ZONE or figure.value is None for figure in own):
            continue
        topics = tuple(reader.topic(figure) for figure in own)
        key = (one.document, one.clause, topics)
        units[key] = own[0].quantity, own[0].unit
        groups.setdefault(key, []).extend(
            (figure.year, topic, figure.stated, stated.value)
            for topic, figure in zip(topics, own, strict=True)
        )
    over_years = (
        (key, entries) for key, entries in groups.items() if len({year for year, *_ in entries}) > 1
    )
    for at, (key, entries) in enumerate(over_years):
        document, clause, topics = key
        quantity, unit = units[key]
        entries.sort(key=lambda entry: entry[0])
        rows = _rows(
            lang,
            year=[year for year, *_ in entries],
            topic=[topic for _, topic, *_ in entries],
            value=[float(value) for *_, value, _ in entries],
            total=[float(total) for *_, total in entries],
        )
        shown = [(number(value, lang), number(total, lang)) for *_, value, total in entries]
        data = _plain(rows, "year", "topic", "value", "total").assign(
            shown=[value for value, _ in shown],
            stated=[total for _, total in shown],
            order=[topics.index(topic) for _, topic, *_ in entries],
        )
        words = t(lang, f"unit.{unit}")
        x = alt.X("year:N", title=t(lang, "page.checks.chart.year"), axis=charts.labels())
        bars = (
            alt.Chart(data)
            .mark_bar(stroke="#ffffff", strokeWidth=0.5)
            .encode(
                x=x,
                y=alt.Y("value:Q", stack=True, title=words, axis=charts.numbers(lang)),
                color=charts.colour("topic", topics, columns=2),
                order="order:Q",
                tooltip=[
                    alt.Tooltip("topic:N", title=t(lang, "page.checks.chart.topic")),
                    alt.Tooltip("year:N", title=t(lang, "page.checks.chart.year")),
                    alt.Tooltip("shown:N", title=words),
                ],
            )
        )
        sums = data.groupby("year")["value"].sum().to_dict()
        whole = data.drop_duplicates("year")
        whole = whole.assign(
            label=[
                text if math.isclose(sums[year], total) else f"{number(sums[year], lang)} ≠ {text}"
                for year, total, text in zip(
                    whole["year"], whole["total"], whole["stated"], strict=True
                )
            ]
        )
        marks = (
            alt.Chart(whole)
            .mark_point(shape="diamond", size=90, filled=True, color="black", stroke="white")
            .encode(
                x=x,
                y="total:Q",
                tooltip=[alt.Tooltip("stated:N", title=t(lang, "page.checks.chart.total"))],
            )
        )
        labels = alt.Chart(whole).mark_text(dy=-12, color="#888888")
        labels = labels.encode(x=x, y="total:Q", text="label:N")
        name = wording.document_name(reader.planner.state.documents[document], lang)
        title = t(lang, "page.checks.chart.sectors", quantity=t(lang, f"quantity.{quantity}"))
        yield charts.Picture(
            f"sectors-{at}",
            f"{title}: {name}",
            t(lang, "page.checks.chart.sectors_about", clause=clause, unit=words),
            (bars + marks + labels).properties(height=520),
            rows,
        )


def recomputed(
    reader: Reader, findings: Sequence[Finding], mechanism: Mechanism
) -> Iterator[charts.Picture]:
    """What the document states beside what its other figures give, furthest apart first."""
    lang = reader.lang
    held = [
        (one, one.arithmetic)
        for one in findings
        if one.mechanism is mechanism and one.arithmetic and one.arithmetic.result is not None
    ]
    apart = [(one, made) for one, made in held if one.status is not Status.MET]
    apart.sort(key=lambda pair: -abs(pair[1].deviation or Decimal(0)))
    if not apart:
        return
    stated, again = (t(lang, f"page.checks.chart.{name}") for name in ("stated", "recomputed"))
    names = [f"[{one.id}] {reader.about(one)}" for one, _ in apart]
    said = [None if made.stated is None else made.stated.value for _, made in apart]
    rows = _rows(
        lang,
        item=names,
        stated=pd.array([_float(value) for value in said], dtype="Float64"),
        recomputed=[round(float(made.result or 0), 2) for _, made in apart],
        deviation=pd.array([_float(made.deviation, 2) for _, made in apart], dtype="Float64"),
        status=[t(lang, f"status.{one.status}") for one, _ in apart],
    )
    unit = t(lang, f"unit.{apart[0][1].unit}")
    drawn = list(zip(names, said, (made.result for _, made in apart), strict=True))[:DRAWN]
    points_of = [
        (at, item, kind, value)
        for at, (item, first, second) in enumerate(drawn)
        for kind, value in ((stated, first), (again, second))
        if value is not None
    ]
    long = pd.DataFrame(
        {
            "order": [at for at, *_ in points_of],
            "item": [item for _, item, *_ in points_of],
            "kind": [kind for *_, kind, _ in points_of],
            "value": [float(value) for *_, value in points_of],
            "label": [number(round(value, 2), lang) for *_, value in points_of],
        }
    )
    y = alt.Y("item:N", sort=alt.SortField("order"), title=None, axis=charts.labels())
    base = alt.Chart(long).encode(y=y)
    between = base.mark_rule(color="#888888").encode(x="min(value):Q", x2="max(value):Q")
    points = base.mark_point(size=80, filled=True, opacity=1).encode(
        x=charts.amount("value", lang, unit, zero=False),
        color=charts.colour("kind", [stated, again]),
        shape=alt.Shape(
            "kind:N",
            scale=alt.Scale(domain=[stated, again], range=["circle", "diamond"]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("item:N", title=" "),
            alt.Tooltip("kind:N", title=" "),
            alt.Tooltip("label:N", title=unit),
        ],
    )
    counts = {"apart": len(apart), "all": len(held)}
    about = t(lang, "page.checks.chart.apart_about", **counts, unit=unit)
    if len(apart) > DRAWN:
        about += " " + t(lang, "page.checks.chart.apart_capped", count=DRAWN)
    yield charts.Picture(
        f"apart-{mechanism}",
        t(lang, "page.checks.chart.apart", mechanism=t(lang, f"mechanism.{mechanism}")),
        about,
        (between + points).properties(height=charts.AROUND + charts.ROW * len(drawn)),
        rows,
    )


def targets(reader: Reader, findings: Sequence[Finding]) -> Iterator[charts.Picture]:
    """The range in which each target of occupancy is met, and what the records give."""
    lang = reader.lang
    held = [one.verdict for one in findings if one.mechanism is Mechanism.OCCUPANCY and one.verdict]
    if not held:
        return
    held.sort(key=lambda one: (one.figure.year, one.figure.document))
    target, reached = (t(lang, f"page.checks.chart.{name}") for name in ("target", "reached"))
    unknown = t(lang, "page.checks.chart.unknown")
    names = [
        f"[{one.id}] {one.figure.year}: {wording.scope(one.figure, lang, reader.name)}"
        for one in held
    ]
    rows = _rows(
        lang,
        year=[one.figure.year for one in held],
        item=[wording.scope(one.figure, lang, reader.name) for one in held],
        target=[wording.expected(one.figure, lang) for one in held],
        reached=[
            unknown if one.actual is None else wording.amount(one.actual, one.figure.unit, lang)
            for one in held
        ],
        status=[t(lang, f"status.{one.status}") for one in held],
    )
    data = pd.DataFrame(
        {
            "item": names,
            "order": range(len(held)),
            "low": [float(one.expected) for one in held],
            "high": [float(max(one.figure.high or Decimal(100), one.expected)) for one in held],
            "label": [wording.expected(one.figure, lang) for one in held],
            "reached": [_float(one.actual) for one in held],
            "series": target,
            "actual": reached,
        }
    )
    kinds = [target, reached]
    y = alt.Y("item:N", sort=alt.SortField("order"), title=None, axis=charts.labels())
    base = alt.Chart(data).encode(y=y)
    ranges = base.mark_bar(opacity=0.55, stroke=charts.COLOURS[0], strokeWidth=2).encode(
        x=charts.amount("low", lang, "%"),
        x2="high:Q",
        color=charts.colour("series", kinds),
        tooltip=["item:N", "label:N"],
    )
    words = base.mark_text(align="right", dx=-4, color="#888888").encode(x="low:Q", text="label:N")
    points = (
        base.transform_filter("isValid(datum.reached)")
        .mark_point(shape="diamond", size=110, filled=True, opacity=1)
        .encode(x="reached:Q", color=charts.colour("actual", kinds))
    )
    yield charts.Picture(
        "targets",
        t(lang, "page.checks.chart.targets"),
        t(lang, "page.checks.chart.targets_about"),
        (ranges + words + points).properties(height=charts.AROUND + charts.ROW * len(held)),
        rows,
    )


def _parts(arithmetic: Arithmetic | None) -> tuple[Value, ...]:
    """The terms of a plain sum of figures; nothing where it is another arithmetic."""
    term = arithmetic.steps[-1].term if arithmetic else None
    if not isinstance(term, Compound) or term.operation != "sum":
        return ()
    values = tuple(one for one in term.terms if isinstance(one, Value))
    return values if len(values) == len(term.terms) else ()


def _float(value: Decimal | None, places: int = 6) -> float | None:
    return None if value is None else float(round(value, places))


def _rows(lang: str, **columns: Any) -> pd.DataFrame:
    """The table of a chart, its heads in the language."""
    heads = {
        name: t(lang, "page.checks.value" if name == "value" else f"page.checks.chart.{name}")
        for name in columns
    }
    return pd.DataFrame({heads[name]: values for name, values in columns.items()})


def _plain(rows: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The same under names that a chart can refer to."""
    return rows.set_axis(list(names), axis=1)
