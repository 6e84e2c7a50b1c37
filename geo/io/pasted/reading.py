"""What a table says: its cells as values for zones, and what of them cannot be read."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from geo.io.pasted.columns import EDITABLE, KEYS, header_of
from geo.io.pasted.matching import Names, Unmatched
from geo.io.pasted.source import Line, Source
from geo.io.pasted.values import (
    FIRST_DAY,
    as_text,
    choice_of,
    dates_of,
    decimal_mark,
    is_unknown,
    numbers_of,
    rounded,
)
from geo.io.workbook import Formula
from geo.issues import Issue, issue
from geo.text import broken
from geo.zones import Zone
from geo.zones.fields import BY_NAME, Entry

_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Entered:
    """A value for one field of one zone; `value` is raw, None for unknown."""

    zone_id: str
    field: str
    value: int | float | str | None
    line: int


@dataclass(frozen=True, slots=True)
class Question:
    """A column of numbers that can be read with either decimal mark.

    `text` is its first cell with two readings, which `values` gives by decimal mark.
    """

    field: str
    line: int
    text: str
    values: Mapping[str, Decimal]
    count: int


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a table says, as far as it can be read.

    Attributes
    ----------
    rows
        Rows that name a zone of the register.
    fields, ignored
        Fields that have a column, and the headers of columns that mean nothing here.
    entries
        One for each cell that could be read; `issues` has the others by row and field.
    questions
        Columns to be asked about; they give no entries until they are answered.
    """

    rows: int
    fields: tuple[str, ...]
    ignored: tuple[str, ...]
    entries: tuple[Entered, ...]
    issues: tuple[Issue, ...]
    questions: tuple[Question, ...]


def read(
    source: Source,
    zones: Sequence[Zone],
    *,
    today: dt.date,
    marks: Mapping[str, str] | None = None,
) -> Pasted:
    """Read a table as values for zones.

    Parameters
    ----------
    zones
        The register; a row is matched by id, else by name: as written, else without diacritics.
    today
        The last day on which figures can have been counted.
    marks
        Decimal mark by field, as answers to :class:`Question`.

    Raises
    ------
    DataError
        As :func:`geo.io.pasted.columns.header_of`.
    """
    sheet, header, columns = header_of(source)
    reader = _Reader(source.file, columns, Names(zones), today)
    for line in sheet.lines:
        if line.number > header.number and line.cells:
            reader.row(line, len(header.cells), strict=not source.workbook)
    reader.settle(marks or {})
    named = set(columns.values())
    return Pasted(
        len(reader.lines),
        tuple(name for name in EDITABLE if name in named),
        tuple(str(cell) for at, cell in enumerate(header.cells) if cell and at not in columns),
        tuple(sorted(reader.entries, key=lambda one: (one.line, EDITABLE.index(one.field)))),
        tuple(sorted(reader.issues, key=lambda one: int(one.row or 0))),
        tuple(reader.questions),
    )


@dataclass(slots=True)
class _Waiting:
    """A number or a date whose reading rests on its column."""

    zone: Zone
    line: int
    text: str
    readings: Mapping[str, Any]


@dataclass(slots=True)
class _Reader:
    file: str
    columns: Mapping[int, str]
    names: Names
    today: dt.date
    lines: dict[str, int] = field(default_factory=dict)  # by zone
    entries: list[Entered] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    waiting: dict[str, list[_Waiting]] = field(default_factory=dict)

    def report(self, code: str, line: int, name: str, value: Any = None, **more: object) -> None:
        self.issues.append(issue(code, source=self.file, row=line, field=name, value=value, **more))

    def row(self, line: Line, width: int, *, strict: bool) -> None:
        """Read a row; `strict` refuses cells beyond the header, as a comma in a number makes."""
        cells = {name: line.cell(at) for at, name in self.columns.items()}
        values = {name: cells[name] for name in EDITABLE if cells.get(name) is not None}
        if not values:
            return
        if strict and len(line.cells) > width:
            self.report("pasted.cells", line.number, "zone", cells=len(line.cells), header=width)
            return
        keys = ("" if cells.get(one) is None else as_text(cells[one]) for one in KEYS)
        zone = self.names.match(*keys)
        if isinstance(zone, Unmatched):
            self.report(zone.code, line.number, "zone", zone.value, **zone.more)
            return
        if zone.id in self.lines:
            first = str(self.lines[zone.id])
            self.report("pasted.zone_twice", line.number, "zone", zone.name, first=first)
            return
        self.lines[zone.id] = line.number
        for name, cell in values.items():
            self._cell(zone, line.number, name, cell)

    def _cell(self, zone: Zone, line: int, name: str, cell: Any) -> None:
        spec = BY_NAME[name]
        if isinstance(cell, Formula):
            self.report("pasted.formula", line, name, cell.text)
        elif isinstance(cell, str) and broken(cell):
            self.report("zone.text_broken", line, name, cell)
        elif isinstance(cell, str) and is_unknown(cell):
            if spec.required:
                self.report("zone.field_missing", line, name, cell)
            else:
                self.entries.append(Entered(zone.id, name, None, line))
        elif cell == "-":
            self.report("pasted.dash", line, name, cell)
        elif spec.entry is Entry.NUMBER:
            self._wait(zone, line, name, cell, numbers_of(cell), "pasted.number")
        elif spec.entry is Entry.DATE:
            self._wait(zone, line, name, cell, dates_of(cell), "pasted.date")
        elif spec.entry is Entry.CHOICE:
            code = choice_of(name, str(cell))
            if code is None:
                self.report("pasted.choice", line, name, cell, choices=list(spec.choices))
            else:
                self.entries.append(Entered(zone.id, name, code, line))
        else:
            self._text(zone, line, name, cell)

    def _wait(
        self, zone: Zone, line: int, name: str, cell: Any, readings: Mapping[str, Any], code: str
    ) -> None:
        """Leave a cell until its column is known; without a reading, report it as `code`."""
        if readings:
            one = _Waiting(zone, line, str(cell), readings)
            self.waiting.setdefault(name, []).append(one)
        else:
            self.report(code, line, name, as_text(cell))

    def _text(self, zone: Zone, line: int, name: str, cell: Any) -> None:
        text = unicodedata.normalize("NFC", as_text(cell).replace("\r\n", "\n"))
        if len(text) > _LONGEST_TEXT and text != getattr(zone, name):
            self.report("pasted.text_long", line, name, text, limit=_LONGEST_TEXT)
            return
        self.entries.append(Entered(zone.id, name, text, line))

    def settle(self, marks: Mapping[str, str]) -> None:
        """Decide on each column of numbers and dates from all its cells."""
        for name, cells in self.waiting.items():
            if BY_NAME[name].entry is Entry.DATE:
                self._settle_dates(name, cells)
            else:
                self._settle_numbers(name, cells, marks.get(name))

    def _settle_numbers(self, name: str, cells: Sequence[_Waiting], asked: str | None) -> None:
        mark = asked or decimal_mark(one.readings for one in cells)
        open_: list[_Waiting] = []
        for one in cells:
            values = set(one.readings.values())
            if len(values) == 1:
                self._area(name, one, values.pop())
            elif mark is None:
                open_.append(one)
            else:
                value = one.readings[mark]
                if asked is None:
                    self.report("pasted.number_settled", one.line, name, one.text, read=value)
                self._area(name, one, value)
        if open_:
            first = open_[0]
            self.questions.append(
                Question(name, first.line, first.text, dict(first.readings), len(open_))
            )

    def _area(self, name: str, one: _Waiting, value: Decimal) -> None:
        high = BY_NAME[name].high
        if value < 0:
            self.report("zone.number_negative", one.line, name, one.text)
        elif high is not None and value > high:
            self.report("zone.number_huge", one.line, name, one.text, limit=high)
        else:
            self.entries.append(Entered(one.zone.id, name, rounded(value), one.line))

    def _settle_dates(self, name: str, cells: Sequence[_Waiting]) -> None:
        """Day before month, unless the column shows that it was written the other way."""
        american = any(set(one.readings) == {"month"} for one in cells)
        for one in cells:
            if american and "" not in one.readings:
                self.report("pasted.date_month_first", one.line, name, one.text)
                continue
            day = one.readings.get("", one.readings.get("day"))
            if not FIRST_DAY <= day <= self.today:
                self.report("pasted.date_range", one.line, name, one.text, first=FIRST_DAY)
                continue
            self.entries.append(Entered(one.zone.id, name, day.isoformat(), one.line))
