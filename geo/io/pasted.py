"""Tables that people paste or upload to change many zones: Excel, CSV, a piece of the clipboard.

Columns are known by their headers and rows by the zone's id or name. An empty cell leaves the
register as it is; unknown is written out (``—``, ``chưa biết``). What has two readings is asked
about or refused, never guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree import ElementTree

import openpyxl  # type: ignore[import-untyped]  # it has no types
from openpyxl.styles import Font  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from geo.errors import DataError
from geo.i18n import LANGUAGES, t
from geo.issues import Issue, issue
from geo.text import broken, fold, fold_space
from geo.zones import AREA_FIELDS, Stage, Zone
from geo.zones.fields import BY_NAME, Entry

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

MAX_MB = 5
MAX_ROWS = 10_000
MAX_COLUMNS = 100
LONGEST_TEXT = 4000
LONGEST_NUMBER = 20
FIRST_DAY = dt.date(1990, 1, 1)

_UNPACKED_MB = 30
_HEADER_WITHIN = 20
_LONGEST_CELL = 32_767  # of Excel; what is longer it cuts
_MOST_CANDIDATES = 5
_MOST_SEARCHES = 20
_UNKNOWN = {"chưa biết", "chưa rõ", "không rõ", "unknown", "not known", "n/a"}
_DASHES = {"—", "–"}
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
_XLSX_FAULTS = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, ValueError, LookupError),
    *(TypeError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError),
    *(AssertionError, OverflowError),
)
"""What openpyxl raises on a workbook that is none; XML faults are a SyntaxError."""


# -- what is in the file


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its result: from a text, or from a workbook that was never calculated."""

    text: str


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
        ``pasted.xlsx_broken``, ``pasted.xlsx_entities``, ``pasted.quotes``, ``file.not_utf8``.
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
                raise DataError("pasted.wide", file=file, limit=str(MAX_COLUMNS))
            lines.append(Line(number, _trimmed([_text_cell(cell) for cell in cells])))
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


def _trimmed(cells: Sequence[Any]) -> tuple[Any, ...]:
    """Without the empty cells at the end."""
    last = max((at for at, cell in enumerate(cells, start=1) if cell is not None), default=0)
    return tuple(cells[:last])


def _workbook(content: bytes, file: str) -> tuple[Sheet, ...]:
    try:
        _refuse_bombs(content, file)
        results, formulas = (
            openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=calculated)
            for calculated in (True, False)
        )
        sheets = []
        for shown, written in zip(results.worksheets, formulas.worksheets, strict=True):
            lines = tuple(_sheet_lines(shown, written, file))
            if any(line.cells for line in lines):
                merged = _merged(content, shown._worksheet_path)  # it has no public name
                sheets.append(Sheet(shown.title, lines, merged))
    except _XLSX_FAULTS as error:
        raise DataError("pasted.xlsx_broken", file=file) from error
    if not sheets:
        raise DataError("pasted.empty", file=file)
    return tuple(sheets)


def _sheet_lines(shown: Any, written: Any, file: str) -> Iterator[Line]:
    for sheet in (shown, written):
        sheet.reset_dimensions()  # what the file claims about its size
    pairs = zip(shown.iter_rows(values_only=True), written.iter_rows(), strict=True)
    for number, (values, cells) in enumerate(pairs, start=1):
        trimmed = _trimmed(
            [
                Formula(str(cell.value)) if value is None and cell.data_type == "f" else _own(value)
                for value, cell in zip(values, cells, strict=True)
            ]
        )
        if len(trimmed) > MAX_COLUMNS:
            raise DataError("pasted.wide", file=file, limit=str(MAX_COLUMNS))
        if trimmed and number > MAX_ROWS:
            raise _large(file, f"> {MAX_ROWS}", str(MAX_ROWS))
        if trimmed:
            yield Line(number, trimmed)


def _own(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _merged(content: bytes, path: str) -> tuple[str, ...]:
    """The merged ranges of a sheet, which openpyxl leaves out when it reads row by row."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path) as part:
        return tuple(
            element.get("ref", "")
            for _, element in ElementTree.iterparse(part)  # noqa: S314  # declarations were refused
            if element.tag.endswith("}mergeCell")
        )


def _refuse_bombs(content: bytes, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        unpacked_mb = sum(member.file_size for member in members) / 1_000_000
        if unpacked_mb > _UNPACKED_MB or len(members) > 1000:
            raise _large(file, f"{unpacked_mb:.0f} MB", f"{_UNPACKED_MB} MB")
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                part = archive.read(member)
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part:
                    raise DataError("pasted.xlsx_entities", file=file)


def _large(file: str, got: str, limit: str) -> DataError:
    return DataError("pasted.large", file=file, got=got, limit=limit)


# -- what it means


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
        ``pasted.no_header``, ``pasted.sheets``, ``pasted.column_twice``, ``pasted.unit``,
        ``pasted.merged``.
    """
    sheet, header, columns = _header(source)
    _refuse_merged(source.file, sheet, header.number)
    _refuse_units(source.file, header, columns)
    reader = _Reader(source.file, columns, _Names(zones), today)
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


# -- headers

_HECTARES = ("ha", "hecta", "hec ta", "hectares")
_KEYS = ("id", "zone", "province")
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


@cache
def headers() -> dict[str, str]:
    """What a header may say, folded, and the field that it then names."""
    found: dict[str, str] = {}
    for name in (*_KEYS, *_CONTEXT, *EDITABLE):
        label = {"zone": "field.name", "name": "grid.new_name"}.get(name, f"field.{name}")
        own = {"zone": "name", "name": "new_name"}.get(name, name)
        for text in (own, *(t(lang, label) for lang in LANGUAGES), *_ALSO.get(name, ())):
            found[fold(text)] = name
    return found


def _field_of(cell: Any) -> str | None:
    """The field that a header names."""
    if not isinstance(cell, str):
        return None
    return headers().get(fold(cell.partition("(")[0]).removesuffix(" ha"))


def _refuse_units(file: str, header: Line, columns: Mapping[int, str]) -> None:
    """An area in square metres would be read ten thousand times too large."""
    for at, name in columns.items():
        _, bracket, unit = str(header.cell(at)).partition("(")
        if name in AREA_FIELDS and bracket and fold(unit) not in _HECTARES:
            raise DataError("pasted.unit", file=file, header=str(header.cell(at)))


def _header(source: Source) -> tuple[Sheet, Line, dict[int, str]]:
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


# -- zones


class _Names:
    """Zones by id and by every way of writing their names."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self.by_id = {zone.id: zone for zone in zones}
        self._stages: list[dict[str, dict[str, Zone]]] = [{}, {}, {}, {}]
        self._searches = 0
        for zone in zones:
            others = (*zone.aliases, *((zone.name_en,) if zone.name_en else ()))
            for at, texts in ((0, (zone.name,)), (1, others)):
                for text in texts:
                    self._stages[at].setdefault(fold_space(text), {})[zone.id] = zone
                    self._stages[at + 2].setdefault(_bare(text), {})[zone.id] = zone

    def find(self, text: str, province: str) -> list[Zone]:
        """Zones of a name: as written before other names, and these before bare letters."""
        for at, stage in enumerate(self._stages):
            found = list(stage.get(fold_space(text) if at < 2 else _bare(text), {}).values())
            if found and province:
                found = [one for one in found if _lies_in(one, province)] or found
            if found:
                return found
        return []

    def called(self, zone: Zone, text: str) -> bool:
        return any(zone.id in stage.get(_bare(text), {}) for stage in self._stages[2:])

    def near(self, text: str) -> list[Zone]:
        """Zones with names like this one; only for the first that are asked."""
        self._searches += 1
        if self._searches > _MOST_SEARCHES:
            return []
        names = [name for stage in self._stages[2:] for name in stage]
        close = difflib.get_close_matches(_bare(text), names, n=_MOST_CANDIDATES, cutoff=0.75)
        found = {id_: zone for name in close for id_, zone in self._any(name).items()}
        return list(found.values())[:_MOST_CANDIDATES]

    def _any(self, bare: str) -> dict[str, Zone]:
        return self._stages[2].get(bare) or self._stages[3].get(bare) or {}


def _bare(text: str) -> str:
    words = fold(text).replace("khu cong nghiep", "kcn").replace("cum cong nghiep", "ccn")
    return words.replace(" ", "")


def _lies_in(zone: Zone, province: str) -> bool:
    return fold(province) in (fold(zone.province.name), zone.province.code)


def _shown(zones: Sequence[Zone]) -> list[str]:
    return [f"{zone.name}, {zone.province.name} ({zone.id})" for zone in zones[:_MOST_CANDIDATES]]


# -- cells


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
    names: _Names
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
        zone = self._zone(line.number, cells)
        if zone is None:
            return
        if zone.id in self.lines:
            first = str(self.lines[zone.id])
            self.report("pasted.zone_twice", line.number, "zone", zone.name, first=first)
            return
        self.lines[zone.id] = line.number
        for name, cell in values.items():
            self._cell(zone, line.number, name, cell)

    def _zone(self, line: int, cells: Mapping[str, Any]) -> Zone | None:
        key, name, province = (
            "" if cells.get(one) is None else str(_plain_text(cells[one])) for one in _KEYS
        )
        if key:
            zone = self.names.by_id.get(key)
            if zone is None:
                near = _shown(self.names.find(name, province) or self.names.near(name or key))
                self._unknown(line, key, near)
            elif name and not self.names.called(zone, name):
                self.report("pasted.name_differs", line, "zone", name, id=key, zone=zone.name)
                return None
            return zone
        if not name:
            self.report("pasted.zone_missing", line, "zone")
            return None
        found = self.names.find(name, province)
        if len(found) > 1:
            self.report("pasted.zone_ambiguous", line, "zone", name, candidates=_shown(found))
            return None
        if not found:
            self._unknown(line, name, _shown(self.names.near(name)))
            return None
        if province and not _lies_in(found[0], province):
            self._unknown(line, f"{name}, {province}", _shown(found))
            return None
        return found[0]

    def _unknown(self, line: int, value: str, near: list[str]) -> None:
        code = "pasted.zone_near" if near else "pasted.zone_unknown"
        self.report(code, line, "zone", value, **({"candidates": near} if near else {}))

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
            self._number(zone, line, name, cell)
        elif spec.entry is Entry.DATE:
            self._date(zone, line, name, cell)
        elif spec.entry is Entry.CHOICE:
            self._choice(zone, line, name, cell)
        else:
            self._text(zone, line, name, cell)

    def _number(self, zone: Zone, line: int, name: str, cell: Any) -> None:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            # what Excel itself shows of a number has 15 digits
            exact = Decimal(cell) if isinstance(cell, int) else Decimal(f"{cell:.15g}")
            readings = {"": exact} if exact.is_finite() else {}
        else:
            readings = number_readings(cell) if isinstance(cell, str) else {}
        if not readings:
            self.report("pasted.number", line, name, _plain_text(cell))
            return
        waiting = _Waiting(zone, line, str(cell), readings)
        self.waiting.setdefault(name, []).append(waiting)

    def _date(self, zone: Zone, line: int, name: str, cell: Any) -> None:
        if isinstance(cell, dt.datetime | dt.date):
            day = cell.date() if isinstance(cell, dt.datetime) else cell
            readings = {"": day}
        else:
            readings = date_readings(cell) if isinstance(cell, str) else {}
        if not readings:
            self.report("pasted.date", line, name, _plain_text(cell))
            return
        waiting = _Waiting(zone, line, str(cell), readings)
        self.waiting.setdefault(name, []).append(waiting)

    def _choice(self, zone: Zone, line: int, name: str, cell: Any) -> None:
        code = choice_of(name, str(cell))
        if code is None:
            choices = list(BY_NAME[name].choices)
            self.report("pasted.choice", line, name, cell, choices=choices)
            return
        self.entries.append(Entered(zone.id, name, code, line))

    def _text(self, zone: Zone, line: int, name: str, cell: Any) -> None:
        text = unicodedata.normalize("NFC", str(_plain_text(cell)).replace("\r\n", "\n"))
        if len(text) > LONGEST_TEXT and text != getattr(zone, name):
            self.report("pasted.text_long", line, name, text, limit=LONGEST_TEXT)
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


def is_unknown(text: str) -> bool:
    """Whether a cell says that the value is not known; an empty cell says nothing."""
    return text in _DASHES or fold_space(text).casefold() in _UNKNOWN


def _plain_text(cell: Any) -> Any:
    """A number that Excel took for one, in a column of texts, as it was typed."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, Formula):
        return cell.text
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell)


_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))


def number_readings(text: str) -> dict[str, Decimal]:
    """What a text may mean as a number, by decimal mark; empty where it is no number.

    Examples
    --------
    >>> number_readings("1.160,83")
    {',': Decimal('1160.83')}
    >>> sorted(set(number_readings("1.160").values()))
    [Decimal('1.160'), Decimal('1160')]
    >>> number_readings("1e308")
    {}
    """
    typed = re.sub(r"\s*ha$", "", text.strip().translate(_SPACES), flags=re.IGNORECASE)
    if len(typed) > LONGEST_NUMBER:
        return {}
    found = {}
    for mark, other in ((",", "."), (".", ",")):
        grouped = "|".join(rf"[1-9][0-9]{{0,2}}(?:{re.escape(g)}[0-9]{{3}})+" for g in (other, " "))
        if re.fullmatch(rf"[-+]?(?:{grouped}|[0-9]+)(?:{re.escape(mark)}[0-9]+)?", typed):
            bare = typed.replace(" ", "").replace(other, "").replace(mark, ".")
            found[mark] = Decimal(bare) + 0
    return found


def decimal_mark(column: Iterable[Mapping[str, Decimal]]) -> str | None:
    """The decimal mark that all numbers with one reading share; None where they show none."""
    shown = {next(iter(one)) for one in column if len(one) == 1} - {""}
    return shown.pop() if len(shown) == 1 else None


def rounded(value: Decimal) -> int | float:
    """A number as a raw value, to 1 cm² where it is hectares: Excel's noise stands behind that."""
    kept = round(value, 6)
    return int(kept) if kept == kept.to_integral_value() else float(kept)


def date_readings(text: str) -> dict[str, dt.date]:
    """What a text may mean as a date: by itself (year first), day first or month first.

    Examples
    --------
    >>> date_readings("2026-06-14"), date_readings("14/06/2026")
    ({'': datetime.date(2026, 6, 14)}, {'day': datetime.date(2026, 6, 14)})
    >>> sorted(date_readings("5/6/2026"))
    ['day', 'month']
    >>> date_readings("14/06/26")
    {}
    """
    if year_first := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text.strip()):
        year, month, day = map(int, year_first.groups())
        return {"": found} if (found := _day(year, month, day)) else {}
    parts = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text.strip())
    if parts is None:
        return {}
    one, two, year = map(int, parts.groups())
    both = {"day": _day(year, two, one), "month": _day(year, one, two)}
    return {name: day for name, day in both.items() if day is not None}


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def choice_of(name: str, text: str) -> str | None:
    """The code of a choice given as code or in words of either language."""
    wanted = fold(re.sub(r"^[0-9]+\s*[.)]\s*", "", text.strip()))
    for code in BY_NAME[name].choices:
        if wanted in (fold(code), *(fold(t(lang, f"{name}.{code}")) for lang in LANGUAGES)):
            return code
    return None


# -- the way out


def template(zones: Sequence[Zone], fields: Sequence[str], lang: str) -> bytes:
    """A workbook with the present values of zones, to be changed and uploaded again.

    Numbers and dates are real ones; a text is never a formula. Read back unchanged, it gives the
    values that the zones have.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = t(lang, "grid.sheet")
    labels = [t(lang, f"field.{name}") for name in ("id", "name", "province", "kind")]
    sheet.append([*labels, *(column_label(name, lang) for name in fields)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for at, zone in enumerate(zones, start=2):
        texts = [zone.id, zone.name, zone.province.name, zone.kind.value]
        for column, value in enumerate(
            [*texts, *(_cell_value(zone, name, lang) for name in fields)], start=1
        ):
            if value is None or (isinstance(value, str) and len(value) > _LONGEST_CELL):
                continue
            cell = sheet.cell(at, column, value)
            if isinstance(value, str):
                cell.data_type, cell.quotePrefix = "s", True
            elif isinstance(value, dt.date):
                cell.number_format = "dd/mm/yyyy"
    for column, width in enumerate([22, 32, 16, 8, *(24 for _ in fields)], start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    if "stage" in fields:
        words = ",".join(t(lang, f"stage.{one}") for one in Stage)
        choice = DataValidation("list", formula1=f'"{words}"', allow_blank=True)
        column = get_column_letter(5 + list(fields).index("stage"))
        choice.add(f"{column}2:{column}{len(zones) + 1}")
        sheet.add_data_validation(choice)
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def column_label(name: str, lang: str) -> str:
    """The header of a column, with its unit."""
    label = t(lang, "grid.new_name" if name == "name" else f"field.{name}")
    return f"{label} (ha)" if name in AREA_FIELDS else label


def _cell_value(zone: Zone, name: str, lang: str) -> Any:
    value = getattr(zone, name)
    if isinstance(value, Decimal):
        return rounded(value)
    return t(lang, f"stage.{value}") if name == "stage" and value else value
