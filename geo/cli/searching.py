"""The commands that find zones by product, and tell what was searched for and not found."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from decimal import Decimal

from geo import gaps, search_wording
from geo.cli.commands import Commands
from geo.cli.reading import open_planner
from geo.columns import Filter
from geo.i18n import t
from geo.settings import Settings
from geo.store import open_gaps
from geo.wishes import MATCHING, Standing, Wish
from geo.zones import Kind

LIMIT = 50


def register(commands: Commands) -> None:
    """Add the commands."""
    text = commands.text
    search = commands.add("search", _search)
    search.add_argument("text", help=text("search_text"))
    search.add_argument("--province", help=text("province"))
    search.add_argument("--kind", choices=[one.value for one in Kind], help=text("search_kind"))
    search.add_argument("--area-min", type=Decimal, help=text("search_area_min"))
    search.add_argument("--area-max", type=Decimal, help=text("search_area_max"))
    search.add_argument("--unruled", action="store_true", help=text("search_unruled"))
    search.add_argument("--limit", type=int, default=LIMIT, help=text("search_limit"))
    search.add_argument("--format", choices=("text", "json"), default="text")

    missed = commands.add("gaps", _gaps)
    missed.add_argument("--province", help=text("province"))
    missed.add_argument("--format", choices=("text", "json", "csv"), default="text")


def _search(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = open_planner(settings)
    province = (planner.find_province(options.province),) if options.province else ()
    kind = (options.kind,) if options.kind else ()
    wish = Wish(
        text=options.text,
        standings=(*MATCHING, *([Standing.UNRULED] if options.unruled else [])),
        zones=Filter(provinces=province, kinds=kind),
        area_min=options.area_min,
        area_max=options.area_max,
    )
    found = planner.search(wish)
    hits = found.hits(stop=max(options.limit, 0))
    documents = planner.state.documents
    rows = search_wording.rows(found, hits, documents, planner.taxonomy, lang)
    told = [
        *(t(lang, f"search.complaint.{one}") for one in found.complaints),
        *search_wording.not_understood(found.question, lang),
    ]
    if options.format == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        for line in told:
            print(line, file=sys.stderr)
        return 0
    for one in found.question.readings:
        print(search_wording.reading(one, planner.vocabulary, lang))
    for line in told:
        print(line)
    for row in rows:
        print(f"\n{row['name']} [{row['zone']}] {row['score']}")
        for line in row["why"]:
            print(f"  {line}")
    print()
    unruled = found.standings()[Standing.UNRULED]
    print(
        t(lang, "cli.search_count", count=len(found), unruled=unruled)
        if rows
        else t(lang, "cli.search_none")
    )
    return 0


def _gaps(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    planner = open_planner(settings)
    province = planner.find_province(options.province) if options.province else None
    found = [one for one in open_gaps(settings) if province in (None, one[0].province)]
    if options.format == "json":
        print(json.dumps(gaps.rows(found, planner, lang), ensure_ascii=False, indent=1))
    elif options.format == "csv":
        writer = csv.DictWriter(sys.stdout, gaps.COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in gaps.rows(found, planner, lang):
            writer.writerow({**row, "codes": ";".join(row["codes"])})
    else:
        for row in gaps.table(found, planner, lang):
            print(" · ".join(str(cell) for cell in row.values() if cell != ""))
        if not found:
            print(t(lang, "gaps.none"))
    if not settings.count_gaps:
        print(t(lang, "gaps.off"), file=sys.stderr)
    return 0
