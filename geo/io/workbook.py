"""Workbooks (XLSX) from strangers: what could harm is refused, then the cells are read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import openpyxl  # type: ignore[import-untyped]  # it has no types
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from geo.errors import DataError

MOST_PARTS = 1000
MOST_CELLS = 3_000_000
"""Of all sheets, with the empty ones that a cell far out lets openpyxl fill in before it."""

_FAULTS = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, ValueError, LookupError),
    *(TypeError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError),
    *(AssertionError, OverflowError),
)
"""What openpyxl raises on a workbook that is none; XML faults are a SyntaxError."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its result: from a text, or from a workbook that was never calculated."""

    text: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The cells of a sheet.

    Attributes
    ----------
    rows
        From the first on, without the empty cells at their ends; an empty cell is None, a text is
        stripped, and of a formula the result is taken or, without one, a :class:`Formula`.
    merged
        The merged ranges, as ``A5:B6``.
    """

    name: str
    rows: tuple[tuple[Any, ...], ...]
    merged: tuple[str, ...]


def worksheets(content: bytes, file: str, unpacked_mb: int) -> Iterator[Worksheet]:
    """The sheets of a workbook, each read when it is asked for.

    Raises
    ------
    DataError
        ``workbook.large`` beyond `unpacked_mb`, :data:`MOST_PARTS` or :data:`MOST_CELLS`,
        ``workbook.entities``, ``workbook.broken``.
    """
    count = 0
    try:
        _refuse_bombs(content, file, unpacked_mb)
        results, formulas = (
            openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=calculated)
            for calculated in (True, False)
        )
        for shown, written in zip(results.worksheets, formulas.worksheets, strict=True):
            for sheet in (shown, written):
                sheet.reset_dimensions()  # what the file claims about its size
            rows = []
            pairs = zip(shown.iter_rows(values_only=True), written.iter_rows(), strict=True)
            for values, cells in pairs:
                count += 1 + len(values)
                if count > MOST_CELLS:
                    raise _large(file, f"> {MOST_CELLS}", str(MOST_CELLS))
                rows.append(trimmed(list(map(_content, values, cells))) if values else ())
            merged = _merged(content, shown._worksheet_path)  # it has no public name
            yield Worksheet(shown.title, tuple(rows), merged)
    except _FAULTS as error:
        raise DataError("workbook.broken", file=file) from error


def trimmed(cells: Sequence[Any]) -> tuple[Any, ...]:
    """Without the empty cells at the end."""
    last = max((at for at, cell in enumerate(cells, start=1) if cell is not None), default=0)
    return tuple(cells[:last])


def _content(value: Any, cell: Any) -> Any:
    if value is None and cell.data_type == "f":
        return Formula(str(cell.value))
    return (value.strip() or None) if isinstance(value, str) else value


def _merged(content: bytes, path: str) -> tuple[str, ...]:
    """The merged ranges of a sheet, which openpyxl leaves out when it reads row by row."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
        return tuple(
            element.get("ref", "")
            for _, element in ElementTree.iterparse(part)  # noqa: S314  # declarations were refused
            if element.tag.endswith("}mergeCell")
        )


def _refuse_bombs(content: bytes, file: str, unpacked_mb: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        got_mb = sum(member.file_size for member in members) / 1_000_000
        if got_mb > unpacked_mb:
            raise _large(file, f"{got_mb:.0f} MB", f"{unpacked_mb} MB")
        if len(members) > MOST_PARTS:
            raise _large(file, str(len(members)), str(MOST_PARTS))
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                part = archive.read(member)
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part:
                    raise DataError("workbook.entities", file=file)


def _large(file: str, got: str, limit: str) -> DataError:
    return DataError("workbook.large", file=file, got=got, limit=limit)
