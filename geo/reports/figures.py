"""The figures of documents as tables: in full, and as they are printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from geo import wording
from geo.audit import Audit
from geo.checks import Finding, Mechanism, Status
from geo.i18n import has, t
from geo.plans import Document, Figure, FigureState
from geo.reports.findings import URGENCY, labels, numbered
from geo.reports.tables import Cell, Plain, Table, column, table, unit_words
from geo.wording import ZoneName


def full(audit: Audit, lang: str, name: ZoneName) -> Table:
    """Every figure with its words, its value and what checks it."""
    checks: dict[str, dict[tuple[Mechanism, Status], None]] = {}
    for finding in (*audit.findings, *audit.derived):
        for figure in finding.figures:
            checks.setdefault(figure, {})[finding.mechanism, finding.status] = None
    columns = [
        column(lang, "id", 9, 10),
        column(lang, "document", 14, 11 if len(audit.documents) > 1 else 0),
        column(lang, "clause", 11, 10),
        column(lang, "quantity", 18, 18),
        column(lang, "subject", 26, 26),
        column(lang, "as_written", 0, 16),
        column(lang, "sign", 10, 0),
        column(lang, "value", 12, 0),
        column(lang, "high", 8, 0),
        column(lang, "unit", 12, 0),
        column(lang, "year", 10, 9),
        column(lang, "quotes", 40, 40),
        column(lang, "state", 13, 13),
        column(lang, "checked", 26, 26),
        column(lang, "note", 30, 14, aside=True),
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
            unit_words(one.unit, lang),
            _year(one),
            "\n".join(one.quotes),
            _state(one, lang),
            _checked(checks.get(one.id, ()), lang),
            (one.note_en if lang == "en" else one.note_vi) or "",
        )
        for document in audit.documents
        for one in document.figures
    ]
    return table("figures", lang, columns, rows)


def printed(audit: Audit, lang: str, name: ZoneName) -> Table:
    """A line a figure, with the numbers of the findings that rest on it."""
    documents = labels(audit, lang)
    resting: dict[str, list[tuple[int, Finding]]] = {}
    for at, finding in numbered(audit).values():
        for figure in finding.figures:
            resting.setdefault(figure, []).append((at, finding))
    columns = [
        column(lang, "id", 0, 8),
        column(lang, "document", 0, 11 if len(documents) > 1 else 0),
        column(lang, "clause", 0, 13),
        column(lang, "what", 0, 66),
        column(lang, "year", 0, 9),
        column(lang, "as_written", 0, 20),
        column(lang, "findings", 0, 32),
    ]
    rows = [
        (
            one.id,
            documents[document.id],
            one.clause,
            _what(one, document, lang, name),
            _year(one),
            _as_printed(one, lang),
            _numbers(resting.get(one.id, ()), lang),
        )
        for document in audit.documents
        for one in document.figures
    ]
    return table("figures", lang, columns, rows, note="figures")


def _what(figure: Figure, document: Document, lang: str, name: ZoneName) -> str:
    words = _topic(figure, document, lang) or wording.scope(figure, lang, name)
    return f"{_quantity(figure, lang)}: {words}"


def _as_printed(figure: Figure, lang: str) -> str:
    """The figure, and its state where the document does not plainly state it."""
    words = wording.expected(figure, lang)
    if figure.state is FigureState.STATED and not figure.derived:
        return words
    return f"{words} ({_state(figure, lang)})" if figure.value is not None else _state(figure, lang)


def _numbers(found: Sequence[tuple[int, Finding]], lang: str) -> str:
    """``Không đạt: 3, 17; Đạt: 201``."""
    numbers: Mapping[Status, list[str]] = {status: [] for status in URGENCY}
    for at, finding in found:
        numbers[finding.status].append(str(at))
    words = (
        f"{t(lang, f'status.{status}')}: {', '.join(own)}" for status, own in numbers.items() if own
    )
    return "; ".join(words) or t(lang, "report.unchecked")


def _state(figure: Figure, lang: str) -> str:
    return t(lang, f"report.state.{'derived' if figure.derived else figure.state}")


def _year(figure: Figure) -> Cell:
    return Plain(figure.year) if figure.year.isdecimal() else figure.year


def _quantity(figure: Figure, lang: str) -> str:
    what = t(lang, f"quantity.{figure.quantity}")
    key = f"finding.value.{figure.of}"
    return f"{what} ({t(lang, key)})" if has(lang, key) else what


def _subject(figure: Figure, document: Document, lang: str, name: ZoneName) -> str:
    words, topic = wording.scope(figure, lang, name), _topic(figure, document, lang)
    return f"{topic} ({words})" if topic else words


def _topic(figure: Figure, document: Document, lang: str) -> str:
    """The topic of a figure as its document words it; an empty text where it has none."""
    topic = document.topics.get(figure.scope.topic or "")
    return "" if topic is None else topic.en if lang == "en" else topic.vi


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
