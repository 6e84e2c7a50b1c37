"""The rows of a pasted or uploaded corner table, before anybody knows what its columns are."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from geo.errors import DataError
from geo.io.workbook import Formula, worksheets

MAX_MB = 5
MAX_ROWS = 20_000
MAX_COLUMNS = 40
LONGEST_LINE = 5_000
_UNPACKED_MB = 60

Cell = str | float


@dataclass(frozen=True, slots=True)
class Row:
    """One line, counted from 1 as it stands in the source; a blank line has no cells."""

    line: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Split:
    """The rows as one way of parting the columns gives them: a mark, spaces, or a sheet's own."""

    mark: str
    rows: tuple[Row, ...]

    @property
    def spaced(self) -> bool:
        """Whether words of a text also fall into columns."""
        return self.mark == " "


def splits(content: str | bytes, file: str) -> Iterator[Split]:
    """Every way in which the content can be parted into columns, the likeliest first.

    Raises
    ------
    DataError
        ``survey.table_large``, ``survey.line_long``, ``survey.table_nul``, and those of
        :func:`geo.io.workbook.worksheets`.
    """
    size_mb = len(content) / 1_000_000
    if size_mb > MAX_MB:
        raise DataError(
            "survey.table_large", file=file, got=f"{size_mb:.1f} MB", limit=f"{MAX_MB} MB"
        )
    if isinstance(content, bytes) and content.startswith(b"PK"):
        yield Split("sheet", _sheet(content, file))
        return
    lines = _lines(content if isinstance(content, str) else _decoded(content), file)
    for mark in ("\t", ";", "|", ","):
        if any(mark in line for line in lines):
            yield Split(
                mark, _numbered(next(csv.reader([line], delimiter=mark), []) for line in lines)
            )
    yield Split("  ", _numbered(re.split(r"\s{2,}|\t", line.strip()) for line in lines))
    yield Split(" ", _numbered(line.split() for line in lines))


def _decoded(content: bytes) -> str:
    """Text as Windows programs save it: UTF-8, UTF-16 with its mark, or the Vietnamese page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unicodedata.normalize("NFC", content.decode("cp1258", "replace"))


def _lines(text: str, file: str) -> list[str]:
    if "\x00" in text:
        raise DataError("survey.table_nul", file=file)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_ROWS:
        raise _too_long(file)
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise DataError(
                "survey.line_long", file=file, row=str(number), got=len(line), limit=LONGEST_LINE
            )
    return lines


def _numbered(rows: Iterable[Sequence[Cell]]) -> tuple[Row, ...]:
    return tuple(_row(number, cells) for number, cells in enumerate(rows, start=1))


def _row(number: int, cells: Sequence[Cell]) -> Row:
    trimmed = [cell.strip() if isinstance(cell, str) else cell for cell in cells[:MAX_COLUMNS]]
    return Row(number, tuple(trimmed) if any(cell != "" for cell in trimmed) else ())


def _sheet(content: bytes, file: str) -> tuple[Row, ...]:
    """The first sheet of a workbook that holds anything, all rows of one width."""
    for sheet in worksheets(content, file, _UNPACKED_MB):
        if len(sheet.rows) > MAX_ROWS:
            raise _too_long(file)
        rows = _numbered(
            [*map(_cell, values), *[""] * (MAX_COLUMNS - len(values))] for values in sheet.rows
        )
        if any(row.cells for row in rows):
            return rows
    return ()


def _cell(value: object) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return "" if value is None or isinstance(value, Formula) else str(value)[:LONGEST_LINE]


def _too_long(file: str) -> DataError:
    return DataError("survey.table_large", file=file, got=f"> {MAX_ROWS}", limit=str(MAX_ROWS))
