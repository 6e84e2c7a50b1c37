"""The command line: thin over :mod:`geo.services`.

Exit status: 0 done, 1 a check is not met or a file is refused, 2 bad usage or nothing readable.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from geo import boundaries, serving, wording
from geo import settings as settings_module
from geo.checks import Status
from geo.errors import KhuCumError, UsageError
from geo.i18n import LANGUAGES, error_text, ha, issue_text, number, t
from geo.io.zone_files import read_zones
from geo.issues import Issue, Severity, capped, has_errors
from geo.joins import Total
from geo.services import GROUPINGS, Planner
from geo.settings import Settings

ISSUES_OF_A_KIND = 100
"""How many issues of one kind are printed one by one."""

MARKS = {
    Status.MET: "✓",
    Status.NOT_MET: "✗",
    Status.CANNOT_TELL: "?",
    Status.TO_REVIEW: "!",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error in the chosen language, without a traceback."""
    lang = "vi"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Vietnamese letters
    try:
        settings = settings_module.load()
        lang = settings.language
        options = _parser(lang).parse_args(arguments)
        lang = options.lang or lang
        status: int = options.run(options, settings, lang)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KhuCumError as error:
        print(error_text(error, lang), file=sys.stderr)
        return 2
    except OSError as fault:
        # the reader (head, less) has gone or the disk is full; the interpreter must not try again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(fault, BrokenPipeError):
            print(t(lang, "cli.output_failed", reason=fault.strerror), file=sys.stderr)
        return 2


def _parser(lang: str) -> argparse.ArgumentParser:
    def text(key: str) -> str:
        return t(lang, f"cli.{key}").replace("%", "%%")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=LANGUAGES, help=text("lang"))
    parser = argparse.ArgumentParser("python -m geo", description=text("about"), parents=[common])
    commands = parser.add_subparsers(required=True, metavar=text("command"))

    def command(
        name: str, run: Any, parent: Any = commands, key: str | None = None
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = parent.add_parser(
            name, help=text(key or name), description=text(key or name), parents=[common]
        )
        made.set_defaults(run=run)
        return made

    check = command("check", _check)
    check.add_argument("--province", help=text("province"))
    check.add_argument("--document", help=text("document"))
    check.add_argument("--format", choices=("text", "json"), default="text")

    summary = command("summary", _summary)
    summary.add_argument("--by", choices=GROUPINGS, default="province", help=text("by"))
    summary.add_argument(
        "--vintage", choices=("2016", "2025"), default="2016", help=text("vintage")
    )
    summary.add_argument("--format", choices=("text", "csv", "json"), default="text")

    validate = command("validate", _validate)
    validate.add_argument("file", type=Path)
    validate.add_argument("--layer", help=text("layer"))
    validate.add_argument("--encoding", help=text("encoding"))
    validate.add_argument("--format", choices=("text", "json"), default="text")

    bounds = commands.add_parser("boundaries", help=text("boundaries"), parents=[common])
    actions = bounds.add_subparsers(required=True, metavar=text("command"))
    build = command("build", _boundaries_build, actions, "boundaries_build")
    build.add_argument("--download-dir", type=Path, help=text("download_dir"))
    command("verify", _boundaries_verify, actions, "boundaries_verify")
    load = command("import", _boundaries_import, actions, "boundaries_import")
    load.add_argument("file", type=Path)
    for name in (
        "layer",
        "code-field",
        "name-field",
        "province-field",
        "province-code",
        "type-field",
        "encoding",
    ):
        load.add_argument(f"--{name}", help=text(name.replace("-", "_")))
    load.add_argument("--vintage", required=True, help=text("new_vintage"))
    load.add_argument("--level", choices=("district", "province"), default="district")
    load.add_argument("--source", required=True, help=text("source"))
    load.add_argument("--licence", required=True, help=text("licence"))

    remove = command("remove", _boundaries_remove, actions, "boundaries_remove")
    remove.add_argument("set")

    serve = command("serve", _serve)
    port = os.environ.get("PORT", "8501")
    serve.add_argument("--port", default=port, help=text("port"))
    serve.add_argument("--address", default="", help=text("address"))
    return parser


def _check(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = Planner(settings)
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
    _report(planner.issues(), lang, sys.stderr, least=Severity.WARNING)
    return 1 if any(verdict.status is Status.NOT_MET for verdict in verdicts) else 0


def _summary(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = Planner(settings)
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
    planner = Planner(settings)
    zones, issues = read_zones(
        options.file, settings.max_file_mb, layer=options.layer, encoding=options.encoding
    )
    good, more = planner.examine(zones)
    issues = capped([*issues, *more], ISSUES_OF_A_KIND)
    if options.format == "json":
        print(json.dumps([_issue_row(one, lang) for one in issues], ensure_ascii=False, indent=1))
    else:
        _report(issues, lang, sys.stdout)
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


def _report(
    issues: Sequence[Issue], lang: str, stream: TextIO, least: Severity = Severity.INFO
) -> None:
    order = list(Severity)
    for one in issues:
        if order.index(one.severity) <= order.index(least):
            print(f"{t(lang, f'severity.{one.severity}')}: {issue_text(one, lang)}", file=stream)


def _boundaries_build(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    folder = options.download_dir or settings.var_dir / "cache" / "boundaries"
    print(t(lang, "cli.downloading"))
    sources = boundaries.fetch(folder)
    print(t(lang, "cli.building"))
    target = settings.data_dir / "boundaries"
    boundaries.build(sources, target)
    return _boundaries_verify(options, settings, lang)


def _boundaries_verify(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    issues = boundaries.verify(settings.data_dir / "boundaries")
    _report(issues, lang, sys.stdout)
    if not has_errors(issues):
        print(t(lang, "cli.boundaries_sound"))
    return 1 if has_errors(issues) else 0


def _boundaries_import(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    report = boundaries.import_boundaries(
        options.file,
        layer=options.layer,
        code_field=options.code_field,
        name_field=options.name_field,
        province_field=options.province_field,
        province_code=options.province_code,
        type_field=options.type_field,
        encoding=options.encoding,
        vintage=options.vintage,
        level=options.level,
        out_dir=settings.data_dir / "boundaries",
        source=options.source,
        licence=options.licence,
        max_mb=settings.max_file_mb,
    )
    _report(report.issues, lang, sys.stdout)
    accepted = not has_errors(report.issues)
    key = "cli.import_done" if accepted else "cli.import_refused"
    print(t(lang, key, file=options.file.name, vintage=options.vintage, count=report.features))
    return 0 if accepted else 1


def _boundaries_remove(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    boundaries.remove_set(settings.data_dir / "boundaries", options.set)
    print(t(lang, "cli.removed", set=options.set))
    return 0


def _serve(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", options.port) or not 0 < int(options.port) < 65536:
        raise UsageError("serve.port", value=options.port)
    plan = serving.prepare(int(options.port), options.address, settings)
    for key in plan.warnings:
        print(t(lang, f"serving.{key}"), file=sys.stderr)
    print(t(lang, "cli.serving", url=plan.url, zones=number(plan.zones, lang)), flush=True)
    return serving.run(plan)
