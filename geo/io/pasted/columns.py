"""The columns of a table: which fields they may change, and how their headers are recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from geo.errors import DataError
from geo.i18n import LANGUAGES, t
from geo.io.pasted.source import Line, Sheet, Source
from geo.text import fold
from geo.zones import AREA_FIELDS

EDITABLE = (
    "area_planned_ha",
    "area_detailed_ha",
    "area_industrial_ha",
    "area_let_ha",
    "let_as_of",
    "stage",
    "name",
    "name_en",
    "note_vi",
    "note_en",
)
"""Fields that a table may change, in their order."""

KEYS = ("id", "zone", "province")
"""Columns that say which zone a row is about."""

_HEADER_WITHIN = 20
_HECTARES = ("ha", "hecta", "hec ta", "hectares")
_CONTEXT = ("kind", "district", "document")  # known from other tables of ours, and not needed
_ALSO = {
    "id": ("mã số", "mã khu", "code"),
    "zone": (
        *("tên khu", "tên cụm", "tên KCN", "tên CCN", "khu, cụm", "tên khu, cụm", "zone"),
        *("tên khu công nghiệp", "tên cụm công nghiệp", "khu công nghiệp", "cụm công nghiệp"),
        *("zone name",),
    ),
    "area_planned_ha": ("diện tích theo quy hoạch", "planned"),
    "area_detailed_ha": ("diện tích QHCT", "diện tích theo QHCT", "detailed area"),
    "area_industrial_ha": ("diện tích đất công nghiệp", "industrial area", "leasable land"),
    "area_let_ha": (
        *("đã cho thuê", "diện tích đã cho thuê", "diện tích đất đã cho thuê"),
        *("leased", "leased area", "leased land", "let area", "area let", "land let"),
    ),
    "let_as_of": (
        *("ngày chốt", "ngày chốt số liệu", "số liệu đến ngày"),
        *("cut-off date", "cutoff date", "as of"),
    ),
    "note_vi": ("ghi chú",),
}


def column_label(name: str, lang: str) -> str:
    """The header of a column, with its unit."""
    label = t(lang, "grid.new_name" if name == "name" else f"field.{name}")
    return f"{label} (ha)" if name in AREA_FIELDS else label


@cache
def _headers() -> dict[str, str]:
    """What a header may say, folded, and the field that it then names."""
    found: dict[str, str] = {}
    for name in (*KEYS, *_CONTEXT, *EDITABLE):
        label = {"zone": "field.name", "name": "grid.new_name"}.get(name, f"field.{name}")
        own = {"zone": "name", "name": "new_name"}.get(name, name)
        for text in (own, *(t(lang, label) for lang in LANGUAGES), *_ALSO.get(name, ())):
            found[fold(text)] = name
    return found


def _field_of(cell: Any) -> str | None:
    """The field that a header names."""
    if not isinstance(cell, str):
        return None
    return _headers().get(fold(cell.partition("(")[0]).removesuffix(" ha"))


def header_of(source: Source) -> tuple[Sheet, Line, dict[int, str]]:
    """The sheet that is meant, its header, and the field of each column that has one.

    Raises
    ------
    DataError
        ``pasted.no_header``, ``pasted.sheets``, ``pasted.column_twice``, ``pasted.unit``,
        ``pasted.merged``.
    """
    found = [
        (sheet, line, columns)
        for sheet in source.sheets
        for line, columns in [_best_line(sheet)]
        if {"id", "zone"} & set(columns.values())
        and set(EDITABLE) & set(columns.values())
    ]  # fmt: skip
    if not found:
        raise DataError("pasted.no_header", file=source.file)
    if source.workbook and len(found) > 1:
        names = [sheet.name for sheet, _, _ in found]
        raise DataError("pasted.sheets", file=source.file, sheets=names)
    sheet, line, columns = max(found, key=lambda one: len(one[2]))
    twice = [name for name in columns.values() if list(columns.values()).count(name) > 1]
    if twice:
        cells = [str(line.cell(at)) for at, name in columns.items() if name == twice[0]]
        raise DataError("pasted.column_twice", file=source.file, headers=cells)
    _refuse_merged(source.file, sheet, line.number)
    _refuse_units(source.file, line, columns)
    return sheet, line, columns


def _best_line(sheet: Sheet) -> tuple[Line, dict[int, str]]:
    """The line among the first that has the most headers."""
    best: tuple[Line, dict[int, str]] = (Line(0, ()), {})
    for line in sheet.lines[:_HEADER_WITHIN]:
        names = {at: _field_of(cell) for at, cell in enumerate(line.cells)}
        known = {at: name for at, name in names.items() if name}
        if len(known) > len(best[1]):
            best = line, known
    return best


def _refuse_merged(file: str, sheet: Sheet, header: int) -> None:
    """A merged cell holds its value in one row only, so the others would be left out silently."""
    for ref in sheet.merged:
        rows = [int(number) for number in re.findall(r"\d+", ref)]
        if rows and max(rows) >= header:
            raise DataError("pasted.merged", file=file, cells=ref)


def _refuse_units(file: str, header: Line, columns: Mapping[int, str]) -> None:
    """An area in square metres would be read ten thousand times too large."""
    for at, name in columns.items():
        _, bracket, unit = str(header.cell(at)).partition("(")
        if name in AREA_FIELDS and bracket and fold(unit) not in _HECTARES:
            raise DataError("pasted.unit", file=file, header=str(header.cell(at)))
