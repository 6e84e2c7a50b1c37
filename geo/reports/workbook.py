"""A report as a workbook: numbers and days are numbers and days, text is never a formula."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it has no types
from openpyxl.styles import (  # type: ignore[import-untyped]
    Alignment,
    Border,
    Font,
    PatternFill,
    Side,
)
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.page import PageMargins  # type: ignore[import-untyped]

from geo.checks import Status
from geo.i18n import t
from geo.reports.look import HEAD, INK, RULE, TINTS, TOTAL
from geo.reports.tables import Cell, Column, Plain, Report, Table, decimals, shown
from geo.reports.text import clean

LONGEST = 32_767
"""Characters that a cell holds."""

TALLEST_PT = 409
"""A row is not taller."""

_LOCALES = {"vi": "[$-42A]", "en": "[$-409]"}
_DATES = {"vi": "dd/mm/yyyy", "en": "d mmm yyyy"}
_FONT = "Arial"
_LINE = Border(bottom=Side("thin", color=RULE))


def write(report: Report) -> bytes:
    """The bytes of an XLSX file: a sheet for the overview, and one for each table."""
    book = openpyxl.Workbook()
    book.properties.title = report.title
    book.properties.creator = "Khu & Cụm"
    book.properties.language = report.lang
    _overview(book.active, report)
    for table in report.tables:
        sheet = book.create_sheet(t(report.lang, f"report.sheet.{table.key}"))
        last = _put(sheet, table, 1, report.lang)
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        if table.rows:
            width = sum(1 for column in table.columns if column.sheet)
            sheet.auto_filter.ref = f"A1:{get_column_letter(width)}{len(table.rows) + 1}"
        if table.note:
            last = _note(sheet, last + 2, table)
        _page(sheet, table, last)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _overview(sheet: Any, report: Report) -> None:
    sheet.title = t(report.lang, "report.sheet.overview")
    _text(sheet.cell(1, 1), report.title, bold=True, size=16)
    _text(sheet.cell(2, 1), report.subject)
    row = 4
    for label, value in report.facts:
        _text(sheet.cell(row, 1), label, bold=True)
        _text(sheet.cell(row, 3), value)
        row += 1
    for table in report.overview:
        _text(sheet.cell(row + 1, 1), table.title, bold=True, size=13)
        row = _put(sheet, table, row + 2, report.lang) + 1
    _page(sheet, report.overview[0], row)


def _page(sheet: Any, table: Table, last: int) -> None:
    """Widths of the columns; how the sheet prints: readable, so without what stands aside."""
    kept = [column for column in table.columns if column.sheet]
    sheet.print_area = f"A1:{get_column_letter(len(_printed(table)))}{last}"
    for at, column in enumerate(kept, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = column.sheet
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(0.4, 0.4, 0.4, 0.6, header=0.2, footer=0.3)
    sheet.oddFooter.center.text = "&A · &P/&N"


def _printed(table: Table) -> list[Column]:
    return [column for column in table.columns if column.sheet and not column.aside]


def _note(sheet: Any, row: int, table: Table) -> int:
    """Write the note below a table over the width that is printed; the number of its row."""
    columns = _printed(table)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(columns))
    cell = sheet.cell(row, 1)
    _text(cell, table.note or "", italic=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    width = sum(column.sheet for column in columns)
    sheet.row_dimensions[row].height = _height([table.note], [Column("", width, 0)])
    return row


def _put(sheet: Any, table: Table, top: int, lang: str) -> int:
    """Write a table whose head is in row `top`; the number of its last row."""
    kept = [at for at, column in enumerate(table.columns) if column.sheet]
    for at, source in enumerate(kept, start=1):
        cell = sheet.cell(top, at)
        _text(cell, table.columns[source].title, bold=True, colour="FFFFFF")
        cell.fill = PatternFill("solid", HEAD)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    columns = [table.columns[at] for at in kept]
    sheet.row_dimensions[top].height = _height([one.title for one in columns], columns)
    places = {at: table.places(at) for at in kept}
    lines: list[tuple[Sequence[Cell], bool]] = [(row, False) for row in table.rows]
    if table.total is not None:
        lines.append((table.total, True))
    for number, (row, total) in enumerate(lines, start=top + 1):
        sheet.row_dimensions[number].height = _height([row[at] for at in kept], columns)
        for at, source in enumerate(kept, start=1):
            cell = sheet.cell(number, at)
            _fill(cell, row[source], lang, places[source])
            cell.border = _LINE
            if total:
                cell.font = Font(_FONT, 10, bold=True, color=INK)
                cell.fill = PatternFill("solid", TOTAL)
    return top + len(lines)


def _fill(cell: Any, value: Cell, lang: str, places: int | None) -> None:
    """Put a value into a cell as what it is; an unknown one leaves it empty."""
    cell.font = Font(_FONT, 10, color=INK)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    match value:
        case Status():
            _text(cell, shown(value, lang))
            cell.fill = PatternFill("solid", TINTS[value])
        case str():
            _text(cell, value)
        case Plain():
            cell.value, cell.number_format = int(value), "0"
        case dt.date():
            cell.value, cell.number_format = value, _LOCALES[lang] + _DATES[lang]
        case int() | Decimal():
            own = decimals(value) if isinstance(value, Decimal) else 0
            cell.value = value
            cell.number_format = _LOCALES[lang] + _digits(own if places is None else places)
    if not isinstance(value, str):
        cell.alignment = Alignment(horizontal="right", vertical="top", indent=1)


def _height(row: Sequence[Cell], columns: Sequence[Column]) -> float:
    """Points that a row needs, since not every program works it out of wrapped text."""
    lines = max(
        sum(max(1, math.ceil(len(part) / column.sheet)) for part in cell.split("\n"))
        if isinstance(cell, str)
        else 1
        for cell, column in zip(row, columns, strict=True)
    )
    return min(TALLEST_PT, 13.5 * lines + 3)


def _digits(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _text(
    cell: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = 10,
    colour: str = INK,
) -> None:
    """Text that stays text, also where it begins like a formula."""
    kept = clean(text)
    if len(kept) > LONGEST:
        kept = kept[: LONGEST - 1] + "…"
    cell.value = kept
    cell.data_type = "s"
    cell.quotePrefix = kept.startswith(("=", "+", "-", "@", "\t", "\r"))
    cell.font = Font(_FONT, size, bold=bold, italic=italic, color=colour)
