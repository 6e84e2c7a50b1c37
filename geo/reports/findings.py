"""The findings of an audit as tables: in full, and as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from geo import audit_wording, wording
from geo.audit import Audit
from geo.checks import Finding, Status
from geo.i18n import t
from geo.reports.tables import Cell, Table, column, decimals, table, unit_words
from geo.wording import ZoneName

NAMED_RECORDS = 40
"""How many records a cell names; the rest is counted."""

PLACES = 2
"""Decimals of what is worked out; those of the stated figure, where it has more."""

URGENCY = (Status.NOT_MET, Status.TO_REVIEW, Status.CANNOT_TELL, Status.MET)
"""Findings of a document in the order in which people want them."""


def numbered(audit: Audit) -> dict[str, tuple[int, Finding]]:
    """The findings by id, each with its number in every form of the report.

    Those of the documents come first, document by document and the most urgent first; then those
    about figures that no document states.
    """
    order = [one.id for one in audit.documents]

    def rank(one: Finding) -> tuple[int, int]:
        return order.index(one.document), URGENCY.index(one.status)

    wanted = (*sorted(audit.findings, key=rank), *sorted(audit.derived, key=rank))
    return {one.id: (at, one) for at, one in enumerate(wanted, start=1)}


def labels(audit: Audit, lang: str) -> dict[str, str]:
    """The documents by id as a narrow column names them: by province and year where that tells."""
    short = {one.id: f"{one.province.name} {one.year}" for one in audit.documents}
    if len(set(short.values())) == len(short):
        return short
    return {one.id: wording.document_short(one, lang) for one in audit.documents}


def full(key: str, findings: Sequence[Finding], audit: Audit, lang: str, name: ZoneName) -> Table:
    """All that is known of some findings.

    Parameters
    ----------
    key
        ``findings`` or ``derived``.
    """
    documents = {one.id: one for one in audit.documents}
    answered = any(audit_wording.reason_lines(one, lang) for one in findings)
    columns = [
        column(lang, "at", 5, 5),
        column(lang, "document", 14, 11 if len(documents) > 1 else 0),
        column(lang, "status", 12, 11),
        column(lang, "mechanism", 14, 12),
        column(lang, "clause", 11, 9),
        column(lang, "sentence", 48, 44),
        column(lang, "quotes", 44, 36),
        column(lang, "records", 22, 18),
        column(lang, "mends", 14, 13),
        column(lang, "reasons", 30, 30 if answered else 0),
        column(lang, "computation", 30, 0, aside=True),
        column(lang, "result", 12, 0, aside=True),
        column(lang, "stated", 12, 0, aside=True),
        column(lang, "deviation", 12, 0, aside=True),
        column(lang, "unit", 12, 0, aside=True),
        column(lang, "note", 30, 14, aside=True),
        column(lang, "id", 30, 0, aside=True),
    ]
    rows = [
        (
            at,
            wording.document_short(documents[one.document], lang),
            one.status,
            t(lang, f"mechanism.{one.mechanism}"),
            one.clause,
            audit_wording.sentence(one, audit.figures, lang, name),
            "\n".join(one.quotes),
            _named(one.records, lang, name),
            _mends(one, lang),
            "\n".join(audit_wording.reason_lines(one, lang)),
            *_arithmetic(one, lang),
            _note(one, lang),
            one.id,
        )
        for at, one in _chosen(audit, findings)
    ]
    return table(key, lang, columns, rows, note="derived" if key == "derived" else None)


def printed(audit: Audit, lang: str, name: ZoneName) -> list[Table]:
    """What somebody must look at, with words and quotes; what is met, and derived, in a line."""
    urgent = [one for one in audit.findings if one.status is not Status.MET]
    met = [one for one in audit.findings if one.status is Status.MET]
    return [
        _urgent(urgent, audit, lang, name),
        _short("met", met, audit, lang, name),
        _short("derived", audit.derived, audit, lang, name),
    ]


def _urgent(findings: Sequence[Finding], audit: Audit, lang: str, name: ZoneName) -> Table:
    documents = labels(audit, lang)
    columns = [
        column(lang, "at", 0, 4),
        column(lang, "document", 0, 9 if len(documents) > 1 else 0),
        column(lang, "status", 0, 9),
        column(lang, "mechanism_clause", 0, 14),
        column(lang, "sentence", 0, 48),
        column(lang, "quotes", 0, 64),
    ]
    rows = [
        (
            at,
            documents[one.document],
            one.status,
            _where(one, lang),
            _details(one, audit, lang, name),
            "; ".join(f"“{quote}”" for quote in one.quotes),
        )
        for at, one in _chosen(audit, findings)
    ]
    return table("urgent", lang, columns, rows)


def _details(finding: Finding, audit: Audit, lang: str, name: ZoneName) -> str:
    """The sentence; then the records that it does not name, the note, and who mends it."""
    words = [audit_wording.sentence(finding, audit.figures, lang, name)]
    if any(name(one) not in words[0] for one in finding.records):
        records = _named(finding.records, lang, name)
        words.append(f"{t(lang, 'report.column.records')}: {records}.")
    if note := _note(finding, lang):
        words.append(note)
    if who := _mends(finding, lang):
        words.append(f"{t(lang, 'report.column.mends')}: {who}.")
    words += audit_wording.reason_lines(finding, lang)
    return "\n".join(words)


def _short(key: str, findings: Sequence[Finding], audit: Audit, lang: str, name: ZoneName) -> Table:
    documents = labels(audit, lang)
    columns = [
        column(lang, "at", 0, 4),
        column(lang, "document", 0, 9 if len(documents) > 1 else 0),
        column(lang, "status", 0, 9 if key == "derived" else 0),
        column(lang, "mechanism_clause", 0, 30),
        column(lang, "sentence", 0, 100),
    ]
    rows = [
        (
            at,
            documents[one.document],
            one.status,
            _where(one, lang),
            audit_wording.sentence(one, audit.figures, lang, name),
        )
        for at, one in _chosen(audit, findings)
    ]
    return table(key, lang, columns, rows, note=key)


def _chosen(audit: Audit, findings: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """Some findings of an audit with their numbers, in order."""
    wanted = {one.id for one in findings}
    return [found for name, found in numbered(audit).items() if name in wanted]


def needs_mending(finding: Finding) -> bool:
    """Whether somebody has something to do about it, as far as is known."""
    return finding.status in (Status.NOT_MET, Status.TO_REVIEW)


def _mends(finding: Finding, lang: str) -> str:
    return t(lang, f"responsible.{finding.responsible}") if needs_mending(finding) else ""


def _note(finding: Finding, lang: str) -> str:
    return (finding.note_en if lang == "en" else finding.note_vi) or ""


def _where(finding: Finding, lang: str) -> str:
    words = t(lang, f"mechanism.{finding.mechanism}")
    return f"{words} ({finding.clause})" if finding.clause else words


def _arithmetic(finding: Finding, lang: str) -> tuple[Cell, ...]:
    """Computation in words; result, stated value and deviation as numbers; their unit."""
    if finding.verdict is not None:
        verdict, figure = finding.verdict, finding.verdict.figure
        return "", verdict.actual, figure.value, verdict.deviation, unit_words(figure.unit, lang)
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
        unit_words(found.unit or "", lang),
    )


def _rounded(value: Decimal | None, places: int) -> Decimal | None:
    """As the sentence has it; exact where a number needs fewer decimals."""
    return value if value is None or decimals(value) <= places else round(value, places)


def _named(records: Sequence[str], lang: str, name: ZoneName) -> str:
    names = [name(one) for one in records[:NAMED_RECORDS]]
    if len(records) > NAMED_RECORDS:
        names.append(t(lang, "report.more", count=len(records) - NAMED_RECORDS))
    return "; ".join(names)
