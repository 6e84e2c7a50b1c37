"""What a report says: tables of typed cells, the same for every form that it is written in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from geo import audit_wording, wording
from geo.audit import Audit
from geo.checks import Finding, Mechanism, Status
from geo.i18n import date, has, number, t
from geo.joins import Total, province_code
from geo.plans import Document, Figure
from geo.rows import district_names
from geo.services import Planner
from geo.wording import ZoneName
from geo.zones import AREA_FIELDS, Kind, Zone

NAMED_RECORDS = 40
"""How many records a cell names; the rest is counted."""

PLACES = 2
"""Decimals of what is worked out; those of the stated figure, where it has more."""

URGENCY = (Status.NOT_MET, Status.TO_REVIEW, Status.CANNOT_TELL, Status.MET)
"""Findings of a document in the order in which people want them."""


class Plain(int):
    """A number whose thousands are not grouped: a year."""


Cell: TypeAlias = "str | int | Decimal | dt.date | Status | None"
"""None is an unknown value, and never 0; an empty text is nothing to say."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    sheet
        Width in a workbook in characters; 0 where the column is not in it.
    paper
        Width on a page, relative to the others; 0 where the column is not on it.
    numeric
        Its cells stand at the right, with as many decimals as the longest needs.
    """

    title: str
    sheet: int
    paper: int
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `key` names it in every language, `total` is its last row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str | None = None

    def places(self, at: int) -> int | None:
        """Decimals of a column's numbers; None where each has its own."""
        if not self.columns[at].numeric:
            return None
        cells = (row[at] for row in (*self.rows, *([self.total] if self.total else [])))
        return max((decimals(cell) for cell in cells if isinstance(cell, Decimal)), default=0)

    def on_paper(self, lang: str) -> Paper:
        """The table as it is printed: the columns of a page, all cells in words."""
        kept = [at for at, column in enumerate(self.columns) if column.paper]
        places = {at: self.places(at) for at in kept}

        def words(row: Sequence[Cell]) -> tuple[str, ...]:
            return tuple(shown(row[at], lang, places[at]) for at in kept)

        return Paper(
            tuple(self.columns[at] for at in kept),
            tuple(words(row) for row in self.rows),
            tuple(next((c for c in row if isinstance(c, Status)), None) for row in self.rows),
            None if self.total is None else words(self.total),
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """A table in words; `statuses` are those of its rows, None where they have none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    statuses: tuple[Status | None, ...]
    total: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Report:
    """An audit as a report; `overview` is what a reader sees first."""

    lang: str
    title: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    overview: tuple[Table, ...]
    tables: tuple[Table, ...]


def shown(cell: Cell, lang: str, places: int | None = None) -> str:
    """A cell in words; an unknown value is a dash."""
    match cell:
        case Status():
            return t(lang, f"status.{cell}")
        case str():
            return cell
        case Plain():
            return str(int(cell))
        case dt.date():
            return date(cell, lang)
        case _:
            return number(cell, lang, places)


def decimals(value: Decimal) -> int:
    """Decimals that a number needs.

    Examples
    --------
    >>> decimals(Decimal("45.40")), decimals(Decimal("1E+3"))
    (1, 0)
    """
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def zones_of(planner: Planner, audit: Audit) -> list[Zone]:
    """The zones that the documents of an audit name, by id."""
    names = {document.id for document in audit.documents}
    return [
        zone
        for zone in planner.state.zones
        if any(source.document in names for source in zone.sources)
    ]


def compose(planner: Planner, audit: Audit, lang: str, as_of: dt.date) -> Report:
    """An audit as a report.

    Parameters
    ----------
    planner
        At the state that the audit was made of: see :meth:`geo.services.Planner.now`.
    as_of
        The day of the register that the report speaks of.
    """
    zones = zones_of(planner, audit)
    name = planner.namer(lang)
    day = t(lang, "report.own_day") if audit.day is None else date(audit.day, lang)
    facts: dict[str, Cell] = {
        "as_of": as_of,
        "revision": planner.revision,
        "day": day,
        "open": sum(one.open for one in audit.findings),
        "answered": len(audit.answered),
        "figures": len(audit.figures),
        "lost": len(audit.lost),
        "unchecked": len(audit.unchecked),
        "records": len(zones),
    }
    tables = (
        _findings("findings", audit.findings, audit, lang, name),
        _findings("derived", audit.derived, audit, lang, name),
        _figures(audit, lang, name),
        _records(planner, zones, lang),
        _totals(planner, zones, "province_2016", lang),
        _totals(planner, zones, "province_2025", lang),
        _totals(planner, zones, "district", lang),
        _totals(planner, zones, "kind", lang),
    )
    return Report(
        lang,
        t(lang, "report.title"),
        "; ".join(wording.document_name(one, lang) for one in audit.documents),
        tuple((t(lang, f"report.fact.{key}"), shown(one, lang)) for key, one in facts.items()),
        (_documents(audit, lang), _counts(audit, lang)),
        tables,
    )


def _column(lang: str, key: str, sheet: int, paper: int, numeric: bool = False) -> Column:
    title = f"report.column.{key}"
    return Column(t(lang, title if has(lang, title) else f"field.{key}"), sheet, paper, numeric)


def _table(
    key: str,
    lang: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    total: Sequence[Cell] | None = None,
    note: str | None = None,
) -> Table:
    return Table(
        key,
        t(lang, f"report.table.{key}"),
        tuple(columns),
        tuple(map(tuple, rows)),
        None if total is None else tuple(total),
        None if note is None else t(lang, f"report.note.{note}"),
    )


# -- the overview


def _documents(audit: Audit, lang: str) -> Table:
    rows = [
        (
            one.number or t(lang, "report.no_number"),
            dt.date.fromisoformat(one.date)
            if one.date
            else f"{one.year} ({t(lang, 'report.undated')})",
            one.issuer_en if lang == "en" else one.issuer_vi,
            one.title_en if lang == "en" else one.title_vi,
            one.period,
            one.province.name,
        )
        for one in audit.documents
    ]
    columns = [
        _column(lang, "number", 24, 14),
        _column(lang, "date", 20, 12),
        _column(lang, "issuer", 30, 18),
        _column(lang, "name", 60, 40),
        _column(lang, "period", 12, 10),
        _column(lang, "province", 16, 12),
    ]
    return _table("documents", lang, columns, rows)


def _counts(audit: Audit, lang: str) -> Table:
    def line(label: str, counts: Mapping[Status, int]) -> tuple[Cell, ...]:
        return (label, *(counts[status] for status in URGENCY), sum(counts.values()))

    columns = [
        _column(lang, "mechanism", 24, 30),
        *(Column(t(lang, f"status.{status}"), 20, 14, numeric=True) for status in URGENCY),
        _column(lang, "total", 30, 14, numeric=True),
    ]
    rows = [
        line(t(lang, f"mechanism.{one}"), counts) for one, counts in audit.by_mechanism().items()
    ]
    return _table("counts", lang, columns, rows, line(t(lang, "report.total"), audit.counts()))


# -- findings


def _findings(
    key: str, findings: Sequence[Finding], audit: Audit, lang: str, name: ZoneName
) -> Table:
    documents = {one.id: one for one in audit.documents}
    order = list(documents)
    wanted = sorted(
        findings, key=lambda one: (order.index(one.document), URGENCY.index(one.status))
    )
    several = len(documents) > 1
    answered = any(audit_wording.reason_lines(one, lang) for one in wanted)
    columns = [
        _column(lang, "at", 6, 5),
        _column(lang, "document", 22, 11 if several else 0),
        _column(lang, "status", 16, 11),
        _column(lang, "mechanism", 22, 12),
        _column(lang, "clause", 16, 9),
        _column(lang, "sentence", 70, 44),
        _column(lang, "computation", 40, 0),
        _column(lang, "result", 14, 0),
        _column(lang, "stated", 14, 0),
        _column(lang, "deviation", 14, 0),
        _column(lang, "unit", 14, 0),
        _column(lang, "quotes", 60, 36),
        _column(lang, "records", 40, 18),
        _column(lang, "mends", 22, 13),
        _column(lang, "reasons", 50, 30 if answered else 0),
        _column(lang, "note", 40, 0),
        _column(lang, "id", 34, 0),
    ]
    rows = [
        (
            at,
            wording.document_short(documents[one.document], lang),
            one.status,
            t(lang, f"mechanism.{one.mechanism}"),
            one.clause,
            audit_wording.sentence(one, audit.figures, lang, name),
            *_arithmetic(one, lang),
            "\n".join(one.quotes),
            _named(one.records, lang, name),
            t(lang, f"responsible.{one.responsible}") if needs_mending(one) else "",
            "\n".join(audit_wording.reason_lines(one, lang)),
            (one.note_en if lang == "en" else one.note_vi) or "",
            one.id,
        )
        for at, one in enumerate(wanted, start=1)
    ]
    return _table(key, lang, columns, rows, note="derived" if key == "derived" else None)


def needs_mending(finding: Finding) -> bool:
    """Whether somebody has something to do about it, as far as is known."""
    return finding.status in (Status.NOT_MET, Status.TO_REVIEW)


def _arithmetic(finding: Finding, lang: str) -> tuple[Cell, ...]:
    """Computation in words; result, stated value and deviation as numbers; their unit."""
    if finding.verdict is not None:
        verdict, figure = finding.verdict, finding.verdict.figure
        return "", verdict.actual, figure.value, verdict.deviation, _unit(figure.unit, lang)
    found = finding.arithmetic
    if found is None:
        return "", "", "", "", ""
    stated = found.stated.value if found.stated else None
    places = PLACES if stated is None else max(PLACES, decimals(stated))
    steps = [audit_wording.step_words(one, lang, places) for one in found.steps]
    return (
        "; ".join(steps),
        _rounded(found.result, places) if found.stated else "",
        stated if found.stated else "",
        _rounded(found.deviation, places),
        _unit(found.unit or "", lang),
    )


def _rounded(value: Decimal | None, places: int) -> Decimal | None:
    """As the sentence has it; exact where a number needs fewer decimals."""
    return value if value is None or decimals(value) <= places else round(value, places)


def _unit(unit: str, lang: str) -> str:
    return t(lang, f"unit.{unit}") if unit else ""


def _named(records: Sequence[str], lang: str, name: ZoneName) -> str:
    names = [name(one) for one in records[:NAMED_RECORDS]]
    if len(records) > NAMED_RECORDS:
        names.append(t(lang, "report.more", count=len(records) - NAMED_RECORDS))
    return "; ".join(names)


# -- figures


def _figures(audit: Audit, lang: str, name: ZoneName) -> Table:
    checks: dict[str, dict[tuple[Mechanism, Status], None]] = {}
    for finding in (*audit.findings, *audit.derived):
        for figure in finding.figures:
            checks.setdefault(figure, {})[finding.mechanism, finding.status] = None
    columns = [
        _column(lang, "id", 14, 10),
        _column(lang, "document", 22, 11 if len(audit.documents) > 1 else 0),
        _column(lang, "clause", 16, 10),
        _column(lang, "quantity", 26, 18),
        _column(lang, "subject", 36, 26),
        _column(lang, "as_written", 0, 16),
        _column(lang, "sign", 10, 0),
        _column(lang, "value", 14, 0),
        _column(lang, "high", 10, 0),
        _column(lang, "unit", 18, 0),
        _column(lang, "year", 12, 9),
        _column(lang, "quotes", 60, 40),
        _column(lang, "state", 20, 13),
        _column(lang, "checked", 44, 26),
        _column(lang, "note", 40, 0),
    ]
    rows = [
        (
            one.id,
            wording.document_short(document, lang),
            one.clause,
            _quantity(one, lang),
            _subject(one, document, lang, name),
            wording.expected(one, lang),
            wording.signed(one.comparator, None, None, lang).strip(),
            _value(one),
            "" if one.high is None else one.high,
            _unit(one.unit, lang),
            Plain(one.year) if one.year.isdecimal() else one.year,
            "\n".join(one.quotes),
            t(lang, f"report.state.{'derived' if one.derived else one.state}"),
            _checked(checks.get(one.id, ()), lang),
            (one.note_en if lang == "en" else one.note_vi) or "",
        )
        for document in audit.documents
        for one in document.figures
    ]
    return _table("figures", lang, columns, rows)


def _quantity(figure: Figure, lang: str) -> str:
    what = t(lang, f"quantity.{figure.quantity}")
    key = f"finding.value.{figure.of}"
    return f"{what} ({t(lang, key)})" if has(lang, key) else what


def _subject(figure: Figure, document: Document, lang: str, name: ZoneName) -> str:
    words = wording.scope(figure, lang, name)
    topic = document.topics.get(figure.scope.topic or "")
    if topic is None:
        return words
    return f"{topic.en if lang == 'en' else topic.vi} ({words})"


def _value(figure: Figure) -> Cell:
    if figure.value is None:
        return None
    match figure.unit:
        case "date":
            return dt.date.fromisoformat(str(figure.value))
        case "year" | "month":
            return Plain(figure.value)
        case _:
            return figure.value


def _checked(found: Iterable[tuple[Mechanism, Status]], lang: str) -> str:
    words = (
        f"{t(lang, f'mechanism.{mechanism}')}: {t(lang, f'status.{status}')}"
        for mechanism, status in found
    )
    return "; ".join(words) or t(lang, "report.unchecked")


# -- records and totals


def _records(planner: Planner, zones: Sequence[Zone], lang: str) -> Table:
    state, bounds = planner.state, planner.bounds

    def row(zone: Zone) -> tuple[Cell, ...]:
        new = province_code(zone, bounds.register, "2025")
        source = zone.source
        return (
            zone.id,
            wording.zone_name(zone, lang),
            zone.kind.value,
            "; ".join(district_names(zone, state)),
            "; ".join(bounds.unit_name(code) for code in state.districts_of(zone)),
            bounds.unit_name(state.provinces[zone.id], "provinces-2016"),
            bounds.unit_name(new, "provinces-2025"),
            *(getattr(zone, name) for name in AREA_FIELDS),
            "" if zone.let_as_of is None else zone.let_as_of,
            zone.cluster_count,
            None if zone.stage is None else t(lang, f"stage.{zone.stage}"),
            t(lang, f"precision.{zone.location_precision}"),
            wording.document_short(state.documents[source.document], lang),
            wording.clause(source.clause, source.row, lang),
        )

    columns = [
        _column(lang, "id", 30, 0),
        Column(t(lang, "field.name"), 34, 26),
        _column(lang, "kind", 8, 6),
        _column(lang, "district_plan", 26, 18),
        _column(lang, "district_2016", 26, 18),
        _column(lang, "province_2016", 22, 0),
        _column(lang, "province_2025", 22, 15),
        *(Column(f"{t(lang, f'field.{name}')} (ha)", 16, 12, numeric=True) for name in AREA_FIELDS),
        _column(lang, "let_as_of", 14, 0),
        _column(lang, "clusters", 10, 8, numeric=True),
        _column(lang, "stage", 24, 14),
        _column(lang, "precision", 18, 0),
        _column(lang, "document", 22, 13),
        _column(lang, "clause", 20, 12),
    ]
    total: list[Cell] = [""] * len(columns)
    total[1] = t(lang, "report.known_total")
    for at, name in enumerate(AREA_FIELDS, start=7):
        total[at] = _sum(getattr(zone, name) for zone in zones)
    total[12] = sum(zone.cluster_count for zone in zones)
    return _table("records", lang, columns, map(row, zones), total, note="records")


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Of the known values; None where none is known."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


_GROUPS: dict[str, tuple[str, str]] = {
    "province_2016": ("province", "2016"),
    "province_2025": ("province", "2025"),
    "district": ("district", "2016"),
    "kind": ("kind", "2016"),
}
"""Summary tables: grouping and vintage as :meth:`geo.services.Planner.summary` takes them."""


def totals(planner: Planner, zones: Sequence[Zone]) -> dict[str, dict[str, Total]]:
    """Totals of zones by summary table and unit: those that pages and the command line show."""
    return {key: planner.summary(by, zones, vintage) for key, (by, vintage) in _GROUPS.items()}


def _totals(planner: Planner, zones: Sequence[Zone], key: str, lang: str) -> Table:
    by, vintage = _GROUPS[key]
    found = planner.summary(by, zones, vintage)
    names = _unit_names(planner, by, vintage, lang)
    districts = by == "district"
    columns = [
        _column(lang, by, 34, 34),
        _column(lang, "rows", 10, 10, numeric=True),
        _column(lang, "clusters", 14, 12, numeric=True),
        _column(lang, "area", 16, 16, numeric=True),
        *(Column(f"{kind.value} (ha)", 14, 14, numeric=True) for kind in Kind),
        _column(lang, "unknown", 16, 14, numeric=True),
    ]
    if districts:
        columns += [
            _column(lang, "shared", 16, 14, numeric=True),
            _column(lang, "shared_ha", 20, 16, numeric=True),
            _column(lang, "province_2016", 22, 16),
            _column(lang, "province_2025", 22, 16),
        ]
    rows = [
        (names(code), *_figures_of(one), *(_of_district(planner, one) if districts else ()))
        for code, one in found.items()
    ]
    total = None
    if not districts:  # a zone in two districts would count twice
        total = (t(lang, "report.total"), *_whole(list(found.values())))
    return _table(key, lang, columns, rows, total, note="district" if districts else "unknown")


def _unit_names(planner: Planner, by: str, vintage: str, lang: str) -> Callable[[str], str]:
    bounds = planner.bounds
    match by:
        case "kind":
            return lambda code: t(lang, f"kind.{code}")
        case "province":
            return lambda code: bounds.unit_name(code, f"provinces-{vintage}")
        case _:
            return bounds.unit_name


def _figures_of(one: Total) -> tuple[Cell, ...]:
    kinds = (one.area_by_kind.get(kind) for kind in Kind)
    return (one.zones, one.clusters, one.area_ha, *kinds, one.unknown_area)


def _whole(parts: Sequence[Total]) -> tuple[Cell, ...]:
    return (
        sum(one.zones for one in parts),
        sum(one.clusters for one in parts),
        _sum(one.area_ha for one in parts),
        *(_sum(one.area_by_kind.get(kind) for one in parts) for kind in Kind),
        sum(one.unknown_area for one in parts),
    )


def _of_district(planner: Planner, one: Total) -> tuple[Cell, ...]:
    bounds = planner.bounds
    unit = bounds.register.get(one.unit, "2016")
    old, new = (unit.province_code, unit.province_2025_code) if unit else (None, None)
    return (
        one.shared,
        one.shared_ha if one.shared else "",
        bounds.unit_name(old or "", "provinces-2016"),
        bounds.unit_name(new or "", "provinces-2025"),
    )
