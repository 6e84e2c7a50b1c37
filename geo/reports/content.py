"""What a report says: the same tables for every form that it is written in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from geo import wording
from geo.audit import Audit
from geo.checks import Status
from geo.i18n import date, t
from geo.reports import figures, findings, records
from geo.reports.tables import Cell, Column, Report, Table, column, shown, table
from geo.services import Planner


def compose(planner: Planner, audit: Audit, lang: str, as_of: dt.date) -> Report:
    """An audit as a report.

    Parameters
    ----------
    planner
        At the state that the audit was made of: see :meth:`geo.services.Planner.now`.
    as_of
        The day of the register that the report speaks of.
    """
    zones = records.zones_of(planner, audit)
    name = planner.namer(lang)
    day = t(lang, "report.own_day") if audit.day is None else date(audit.day, lang)
    facts: dict[str, Cell] = {
        "as_of": as_of,
        "revision": planner.revision,
        "day": day,
        "scope": t(lang, "report.whole"),
        "open": sum(one.open for one in audit.findings),
        "answered": len(audit.answered),
        "stated": len(audit.stated),
        "inferred": len(audit.inferred),
        "lost": len(audit.lost),
        "unchecked": len(audit.unchecked),
        "records": len(zones),
    }
    listed = [records.listed(planner, zones, lang), *records.summaries(planner, zones, lang)]
    return Report(
        lang,
        t(lang, "report.title"),
        "; ".join(wording.document_name(one, lang) for one in audit.documents),
        tuple((t(lang, f"report.fact.{key}"), shown(one, lang)) for key, one in facts.items()),
        overview=(_documents(audit, lang), _counts(audit, lang)),
        tables=(
            findings.full("findings", audit.findings, audit, lang, name),
            findings.full("derived", audit.derived, audit, lang, name),
            figures.full(audit, lang, name),
            *listed,
        ),
        printed=(
            *findings.printed(audit, lang, name),
            figures.printed(audit, lang, name),
            *listed,
        ),
    )


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
        column(lang, "number", 24, 14),
        column(lang, "date", 20, 12),
        column(lang, "issuer", 30, 18),
        column(lang, "name", 60, 40),
        column(lang, "period", 12, 10),
        column(lang, "province", 16, 12),
    ]
    return table("documents", lang, columns, rows)


def _counts(audit: Audit, lang: str) -> Table:
    def line(label: str, counts: Mapping[Status, int]) -> tuple[Cell, ...]:
        return (label, *(counts[status] for status in findings.URGENCY), sum(counts.values()))

    columns = [
        column(lang, "mechanism", 24, 30),
        *(Column(t(lang, f"status.{status}"), 20, 14, numeric=True) for status in findings.URGENCY),
        column(lang, "total", 30, 14, numeric=True),
    ]
    rows = [
        line(t(lang, f"mechanism.{one}"), counts) for one, counts in audit.by_mechanism().items()
    ]
    return table("counts", lang, columns, rows, line(t(lang, "report.total"), audit.counts()))
