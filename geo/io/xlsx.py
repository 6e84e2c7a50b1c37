"""Workbooks (XLSX) as we write them: real numbers and dates, texts that are never formulas."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it has no types
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

Value = str | int | float | Decimal | dt.date | None

LONGEST_TEXT = 32_767
"""Characters that a cell of this format holds."""

_WIDTHS = 8, 60
_BOLD = Font(bold=True)
_HEADER = PatternFill("solid", start_color="FFE1EFEB")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a header that stays in view.

    Attributes
    ----------
    rows
        Values in the order of `columns`; unknown is None and leaves the cell empty.
    strong
        Numbers of the rows, from 0, that are sums of others and are set in bold.
    frozen
        Columns at the left that stay in view as well.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    strong: frozenset[int] = frozenset()
    frozen: int = 0


def dumps(sheets: Sequence[Sheet], title: str) -> bytes:
    """A workbook.

    Decimals become numbers and keep the places that they are written with; a text that begins
    like a formula stays the text that it is, and is never calculated.
    """
    book = openpyxl.Workbook(write_only=True)
    book.properties.title = _text(title)
    book.properties.creator = "Khu & Cụm"
    for one in sheets:
        _write(book.create_sheet(one.name), one)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write(sheet: Any, one: Sheet) -> None:
    sheet.freeze_panes = f"{get_column_letter(one.frozen + 1)}2"
    for at, heading in enumerate(one.columns):
        sheet.column_dimensions[get_column_letter(at + 1)].width = _width(
            [heading, *(row[at] for row in one.rows[:500])]
        )
    if one.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(one.columns))}{len(one.rows) + 1}"
    header = [_cell(sheet, heading) for heading in one.columns]
    for cell in header:
        cell.font, cell.fill, cell.alignment = _BOLD, _HEADER, _WRAPPED
    sheet.append(header)
    for at, row in enumerate(one.rows):
        cells = [_cell(sheet, value) for value in row]
        if at in one.strong:
            for cell in cells:
                cell.font = _BOLD
        sheet.append(cells)


def _cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _text(value))
        cell.data_type = "s"  # or openpyxl takes what begins with = for a formula
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, dt.date):
        cell.number_format = "dd/mm/yyyy"
    elif isinstance(value, Decimal | float | int):
        cell.number_format = "#,##0" if value == int(value) else "#,##0.00##"
    return cell


def _text(value: str) -> str:
    """Without the control characters that the format cannot hold."""
    plain: str = ILLEGAL_CHARACTERS_RE.sub("", value)
    return plain[:LONGEST_TEXT]


def _width(values: Sequence[Value]) -> int:
    """In characters, wide enough for most values and no wider than a screen takes."""
    lengths = sorted(len(str(value)) for value in values if value is not None)
    usual = max(lengths[int(len(lengths) * 0.95)], len(str(values[0])) // 2)
    return min(max(usual + 2, _WIDTHS[0]), _WIDTHS[1])
