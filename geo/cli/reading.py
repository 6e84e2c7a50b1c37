"""Commands that read the register: check, audit, summary, validate, export."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from geo import audit_wording, reports, takeaway, wording
from geo.audit import Audit
from geo.checks import Status
from geo.cli.commands import Commands, report
from geo.columns import Filter
from geo.errors import UsageError
from geo.i18n import ha, issue_text, number, t
from geo.io import geojson
from geo.io.files import write_atomic
from geo.io.zone_files import read_zones
from geo.issues import Issue, Severity, capped, has_errors
from geo.joins import Total
from geo.services import GROUPINGS, Planner
from geo.settings import Settings
from geo.store import open_reader, open_reasons

ISSUES_OF_A_KIND = 100
"""How many issues of one kind are printed one by one."""

MARKS = {
    Status.MET: "✓",
    Status.NOT_MET: "✗",
    Status.CANNOT_TELL: "?",
    Status.TO_REVIEW: "!",
}


def register(commands: Commands) -> None:
    """Add the commands."""
    text = commands.text
    check = commands.add("check", _check)
    check.add_argument("--province", help=text("province"))
    check.add_argument("--document", help=text("document"))
    check.add_argument("--format", choices=("text", "json"), default="text")

    audit = commands.add("audit", _audit)
    audit.add_argument("--province", help=text("province"))
    audit.add_argument("--document", help=text("document"))
    audit.add_argument("--day", help=text("audit_day"))
    audit.add_argument("--format", choices=("text", "json"), default="text")
    audit.add_argument("--out", type=Path, help=text("audit_out"))

    summary = commands.add("summary", _summary)
    summary.add_argument("--by", choices=GROUPINGS, default="province", help=text("by"))
    summary.add_argument(
        "--vintage", choices=("2016", "2025"), default="2016", help=text("vintage")
    )
    summary.add_argument("--format", choices=("text", "csv", "json"), default="text")

    validate = commands.add("validate", _validate)
    validate.add_argument("file", type=Path)
    validate.add_argument("--layer", help=text("layer"))
    validate.add_argument("--encoding", help=text("encoding"))
    validate.add_argument("--format", choices=("text", "json"), default="text")

    file = commands.add("map", _map)
    file.add_argument("--province", help=text("province"))
    file.add_argument("--out", type=Path, default=Path("khu-cum.html"), help=text("map_out"))

    export = commands.add("export", _export)
    export.add_argument("--out", type=Path, help=text("export_out"))


def open_planner(settings: Settings) -> Planner:
    return Planner(settings, open_reader(settings))


def _check(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = open_planner(settings)
    province = planner.find_province(options.province) if options.province else None
    document = planner.find_document(options.document) if options.document else None
    verdicts = planner.verdicts(province, [document] if document else [])
    name = planner.namer(lang)
    if options.format == "json":
        rows = [wording.verdict_json(verdict, lang, name) for verdict in verdicts]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        current = None
        for verdict in verdicts:
            figure = verdict.figure
            if figure.document != current:
                current = figure.document
                shown = wording.document_name(planner.state.documents[current], lang)
                print(f"\n{shown} [{current}]")
            status = t(lang, f"status.{verdict.status}")
            what = t(lang, f"quantity.{figure.quantity}")
            print(
                f"  {MARKS[verdict.status]} {status}: {what}, "
                f"{wording.scope(figure, lang, name)} ({figure.clause}) [{figure.id}]"
            )
            print(f"      {wording.verdict_sentence(verdict, lang, name)}")
        counts = {status: sum(v.status is status for v in verdicts) for status in Status}
        print("\n" + ", ".join(f"{t(lang, f'status.{s}')}: {n}" for s, n in counts.items()))
    report(planner.issues(), lang, sys.stderr, least=Severity.WARNING)
    return 1 if any(verdict.status is Status.NOT_MET for verdict in verdicts) else 0


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("audit.day", value=text) from error


def _audit(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    day = _day(options.day)
    if options.out is not None:
        reports.form_of(options.out)  # before anything is worked out
    planner = open_planner(settings).now()
    province = planner.find_province(options.province) if options.province else None
    document = planner.find_document(options.document) if options.document else None
    found = planner.audit(province, [document] if document else [], day)
    found = found.with_reasons(open_reasons(settings))
    if options.out is not None:
        reports.save(options.out, planner, found, lang)
        counts = {"figures": len(found.stated), "findings": len(found.findings)}
        print(t(lang, "report.written", file=str(options.out), **counts))
    elif options.format == "json":
        made = audit_wording.audit_json(found, lang, planner.namer(lang))
        print(json.dumps(made, ensure_ascii=False, indent=1))
    else:
        _print_audit(planner, found, lang)
    report(planner.issues(), lang, sys.stderr, least=Severity.WARNING)
    return 1 if found.open_counts()[Status.NOT_MET] else 0


def _print_audit(planner: Planner, found: Audit, lang: str) -> None:
    name = planner.namer(lang)
    for document in found.documents:
        print(f"\n{wording.document_name(document, lang)} [{document.id}]")
        for one in found.findings:
            if one.document == document.id:
                status = t(lang, f"status.{one.status}")
                what = t(lang, f"mechanism.{one.mechanism}")
                print(f"  {MARKS[one.status]} {status}: {what} ({one.clause}) [{one.id}]")
                print(f"      {audit_wording.sentence(one, found.figures, lang, name)}")
                if one.status in (Status.NOT_MET, Status.TO_REVIEW):
                    who = t(lang, f"responsible.{one.responsible}")
                    print(f"      {t(lang, 'cli.audit_mends', who=who)}")
                for reason in audit_wording.reason_lines(one, lang):
                    print(f"      {t(lang, 'cli.audit_reason', reason=reason)}")
    print(
        "\n"
        + t(
            lang,
            "cli.audit_figures",
            stated=len(found.stated),
            inferred=len(found.inferred),
            lost=len(found.lost),
            unchecked=len(found.unchecked),
        )
    )
    met = sum(one.status is Status.MET for one in found.derived)
    print(t(lang, "cli.audit_derived", met=met, count=len(found.derived)))
    if found.answered:
        print(t(lang, "cli.audit_answered", count=len(found.answered)))
    counts = found.open_counts().items()
    print(", ".join(f"{t(lang, f'status.{status}')}: {number(n, lang)}" for status, n in counts))


def _summary(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = open_planner(settings)
    totals = planner.summary(options.by, vintage=options.vintage)
    rows = [
        _total_row(planner, options.by, options.vintage, total, lang) for total in totals.values()
    ]
    if options.format == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif options.format == "csv":
        writer = csv.DictWriter(
            sys.stdout, list(rows[0]) if rows else ["unit"], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
    else:
        for row in rows:
            extra = []
            if row["unknown_area"]:
                extra.append(t(lang, "cli.summary_unknown", count=row["unknown_area"]))
            if row["shared"]:
                extra.append(
                    t(
                        lang,
                        "cli.summary_shared",
                        count=row["shared"],
                        area=_or_unknown(totals[row["unit"]].shared_ha, lang),
                    )
                )
            print(
                t(
                    lang,
                    "cli.summary_line",
                    name=row["name"],
                    clusters=row["clusters"],
                    area=ha(totals[row["unit"]].area_ha, lang),
                    kcn=ha(totals[row["unit"]].area_by_kind.get("KCN"), lang),
                    ccn=ha(totals[row["unit"]].area_by_kind.get("CCN"), lang),
                )
                + "".join(f"; {one}" for one in extra)
            )
    return 0


def _or_unknown(area: Decimal | None, lang: str) -> str:
    return t(lang, "zone.unknown_area") if area is None else ha(area, lang)


def _total_row(planner: Planner, by: str, vintage: str, total: Total, lang: str) -> dict[str, Any]:
    names = {
        "province": lambda: planner.bounds.unit_name(total.unit, f"provinces-{vintage}"),
        "district": lambda: planner.bounds.unit_name(total.unit),
        "kind": lambda: t(lang, f"kind.{total.unit}"),
    }
    return {
        "unit": total.unit,
        "name": names[by](),
        "zones": total.zones,
        "clusters": total.clusters,
        "area_ha": wording.plain(total.area_ha),
        "area_kcn_ha": wording.plain(total.area_by_kind.get("KCN")),
        "area_ccn_ha": wording.plain(total.area_by_kind.get("CCN")),
        "unknown_area": total.unknown_area,
        "shared": total.shared,
        "shared_ha": wording.plain(total.shared_ha),
    }


def _validate(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = open_planner(settings)
    zones, issues = read_zones(
        options.file, settings.max_file_mb, layer=options.layer, encoding=options.encoding
    )
    good, more = planner.examine(zones)
    issues = capped([*issues, *more], ISSUES_OF_A_KIND)
    if options.format == "json":
        print(json.dumps([_issue_row(one, lang) for one in issues], ensure_ascii=False, indent=1))
    else:
        report(issues, lang, sys.stdout)
        print(t(lang, "cli.validated", good=len(good), issues=len(issues)))
    return 1 if has_errors(issues) else 0


def _issue_row(one: Issue, lang: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity.value,
        "responsible": one.responsible.value,
        "source": one.source,
        "row": one.row,
        "field": one.field,
        "value": one.value,
        "message": issue_text(one, lang),
    }


def _map(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = open_planner(settings).now()
    chosen = Filter((planner.find_province(options.province),)) if options.province else Filter()
    columns = planner.state.columns
    mask = columns.accept(chosen)
    words = takeaway.heading(planner, chosen, columns.sums(mask), "districts-2016", lang)
    view = takeaway.headed(planner.map_view(mask), words)
    content = takeaway.page(planner, view, columns.picked(mask), lang)
    write_atomic(options.out, content)
    print(t(lang, "cli.exported", file=str(options.out), count=int(mask.sum())))
    return 0


def _export(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    snapshot = open_reader(settings).snapshot()
    if has_errors(snapshot.issues):  # a file without these records would lose them
        report(snapshot.issues, lang, sys.stderr)
        print(t(lang, "cli.export_refused"), file=sys.stderr)
        return 1
    out = options.out or settings.data_dir / "zones.geojson"
    write_atomic(out, geojson.dumps(snapshot.zones))
    print(t(lang, "cli.exported", file=str(out), count=len(snapshot.zones)))
    return 0
