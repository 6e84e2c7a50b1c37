"""A report as one page of HTML: nothing is fetched, no script runs, and it prints well."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

from geo.checks import Status
from geo.i18n import t
from geo.reports.look import HEAD, INK, RULE, TINTS, TOTAL
from geo.reports.tables import Column, Paper, Report
from geo.reports.text import clean

_TEMPLATE = Path(__file__).parent / "report.html"


@cache
def _template() -> jinja2.Template:
    """Whatever comes from a record or a document is escaped."""
    world = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return world.from_string(_TEMPLATE.read_text("utf-8"))


def write(report: Report) -> bytes:
    """The bytes of an HTML file in UTF-8."""

    def word(status: Status) -> str:
        return t(report.lang, f"status.{status}")

    made = _template().render(
        report=report,
        tables=[(one, one.on_paper(report.lang)) for one in (*report.overview, *report.tables)],
        empty=t(report.lang, "report.empty"),
        word=word,
        share=_share,
        ink=INK,
        head=HEAD,
        rule=RULE,
        total=TOTAL,
        tints=TINTS,
    )
    return clean(made).encode()


def _share(column: Column, paper: Paper) -> float:
    return round(100 * column.paper / sum(one.paper for one in paper.columns), 2)
