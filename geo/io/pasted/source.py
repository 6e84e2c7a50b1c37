"""From a text or the bytes of a file to rows of cells."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from geo.errors import DataError
from geo.io.workbook import Formula, trimmed, worksheets

MAX_MB = 5
MAX_ROWS = 10_000
MAX_COLUMNS = 100

_UNPACKED_MB = 30
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """A row, counted from 1 as it stands in the source."""

    number: int
    cells: tuple[Any, ...]

    def cell(self, at: int) -> Any:
        return self.cells[at] if at < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows as one sheet, or one way of parting a text into columns, gives them.

    `merged` are the merged ranges, as ``A5:B6``.
    """

    name: str
    lines: tuple[Line, ...]
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What was pasted or uploaded, in cells.

    Attributes
    ----------
    sheets
        Of a workbook; of a text, the ways in which it can be parted, of which one is right.
    """

    file: str
    sheets: tuple[Sheet, ...]
    workbook: bool


def load(content: str | bytes, file: str) -> Source:
    """Read a text, or the bytes of an XLSX, CSV or TSV file, into cells.

    Of formulas only the results are taken.

    Raises
    ------
    DataError
        ``pasted.large``, ``pasted.wide``, ``pasted.empty``, ``pasted.old_excel``,
        ``pasted.quotes``, ``file.not_utf8``, and those of :func:`geo.io.workbook.worksheets`.
    """
    size_mb = len(content) / 1_000_000
    if size_mb > MAX_MB:
        raise _large(file, f"{size_mb:.1f} MB", f"{MAX_MB} MB")
    if isinstance(content, bytes) and content.startswith(b"PK"):
        return Source(file, _workbook(content, file), True)
    if isinstance(content, bytes) and content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError("pasted.old_excel", file=file)
    text = content if isinstance(content, str) else _decoded(content, file)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError("pasted.empty", file=file)
    if text.count("\n") > MAX_ROWS:
        raise _large(file, f"> {MAX_ROWS}", str(MAX_ROWS))
    sheets = tuple(filter(None, (_parted(text, mark, file) for mark in "\t;|,")))
    if not sheets:
        raise DataError("pasted.quotes", file=file)
    return Source(file, sheets, False)


def _workbook(content: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets that hold anything."""
    sheets = []
    for sheet in worksheets(content, file, _UNPACKED_MB):
        lines = [Line(number, cells) for number, cells in enumerate(sheet.rows, start=1) if cells]
        if any(len(line.cells) > MAX_COLUMNS for line in lines):
            raise _wide(file)
        if lines and lines[-1].number > MAX_ROWS:
            raise _large(file, f"> {MAX_ROWS}", str(MAX_ROWS))
        if lines:
            sheets.append(Sheet(sheet.name, tuple(lines), sheet.merged))
    if not sheets:
        raise DataError("pasted.empty", file=file)
    return tuple(sheets)


def _decoded(content: bytes, file: str) -> str:
    """UTF-8 or, with its mark, UTF-16; other pages would turn names and notes into others."""
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("file.not_utf8", file=file, byte=str(error.start + 1)) from error


def _parted(text: str, mark: str, file: str) -> Sheet | None:
    """The rows parted by a mark; None where its quotes do not close."""
    lines = []
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), start=1
        ):
            if len(cells) > MAX_COLUMNS and any(map(str.strip, cells[MAX_COLUMNS:])):
                raise _wide(file)
            lines.append(Line(number, trimmed([_text_cell(cell) for cell in cells])))
    except csv.Error:
        return None
    return Sheet("", tuple(lines))


def _text_cell(cell: str) -> str | Formula | None:
    text = cell.strip()
    if text.startswith("="):
        return Formula(text)
    if text.startswith("'") and text[1:].startswith(_FORMULA_MARKS):
        return text[1:]  # as spreadsheets and our own CSV files guard a text
    return text or None


def _large(file: str, got: str, limit: str) -> DataError:
    return DataError("pasted.large", file=file, got=got, limit=limit)


def _wide(file: str) -> DataError:
    return DataError("pasted.wide", file=file, limit=str(MAX_COLUMNS))
