"""A corner table as surveyors write it, X to the north and Y to the east, to a polygon.

Which column is which is told by the numbers: in Vietnam no northing can be an easting. A header
is held against that. Whatever is mended is said; what cannot be read is refused by row and cell.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geo.errors import DataError, UsageError
from geo.issues import Issue, capped, issue
from geo.survey.numbers import Reading, read_degrees, read_metres
from geo.survey.shapes import Corner, Ring, SurveyShape, finished, polygons_of
from geo.survey.systems import (
    ANGLES,
    DEGREES,
    METRES,
    Axes,
    require_system,
    system_name,
)
from geo.survey.tables import Cell, Row, Split, splits
from geo.text import fold, printable

SAMPLE = 300
SAME_ISSUES = 5

_WORDS = {
    "n": "north", "bac": "north", "north": "north", "northing": "north", "lat": "north",
    "latitude": "north", "vi": "north",
    "e": "east", "dong": "east", "east": "east", "easting": "east", "lon": "east", "lng": "east",
    "long": "east", "longitude": "east", "kinh": "east",
}  # fmt: skip
_LETTERS = {"x": "north", "y": "east"}
_LABEL = re.compile(r"\b(?:diem|moc|point|label|ten|so hieu|ky hieu|stt|tt|corner|dinh)\b")
_RING = re.compile(r"^(?:lo|thua|ring|vung|manh|parcel|polygon|part|khu|phan|o)\b")
_BROKEN = re.compile(r"[+-]?(?:nan|inf(?:inity)?|null|none)|#.*[!?A]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns hold the coordinates, and in which unit; `rivals` could as well."""

    split: Split
    axes: Axes
    north: int
    east: int
    hits: int
    rivals: tuple[int, ...]

    @property
    def degrees(self) -> bool:
        return self.axes is ANGLES

    def read(self, cell: Cell, bounds: tuple[float, float]) -> Reading | None:
        return read_degrees(cell, bounds) if self.degrees else read_metres(cell, bounds)

    def pair(self, row: Row) -> tuple[Reading | None, Reading | None]:
        return (
            self.read(row.cell(self.north), self.axes.north),
            self.read(row.cell(self.east), self.axes.east),
        )


@dataclass(frozen=True, slots=True)
class _Point:
    corner: Corner
    row: int
    ring: tuple[int, str]


def read_corners(content: str | bytes, *, system: str, file: str | None = None) -> SurveyShape:
    """A corner table, pasted or uploaded, as a polygon in WGS 84.

    Parameters
    ----------
    content
        Text with columns parted by tabs, semicolons, bars, commas or spaces, or the bytes of such
        a file or of an XLSX workbook. One row is a corner; blank lines, a column headed as lô or
        thửa, and the return to the first corner part several rings.
    system
        The VN-2000 system of the numbers. Latitudes and longitudes are told by their size and
        read as WGS 84, or as VN-2000 where this says ``EPSG:4756``.
    file
        Its name, for the messages.

    Raises
    ------
    DataError
        ``survey.*``: no coordinate columns or too many, a cell that cannot be read, a ring that
        is too short or crosses itself, a table that is too large or broken.
    UsageError
        ``survey.system_unknown``, or ``survey.system_metres`` for metres in a system of degrees.
    """
    require_system(system)
    name = printable(file or "—")[:200]
    layout = _layout(content, name)
    if not layout.degrees and system in DEGREES:
        raise UsageError("survey.system_metres", system=system_name(system))
    issues: list[Issue] = []
    used = system
    if layout.degrees:
        used = system if system in DEGREES else DEGREES[0]
        issues.append(issue("survey.degrees", source=name, system=system_name(used)))
    points = _points(layout, issues, name)
    plane, found = polygons_of(_rings(points, issues, name), degrees=layout.degrees)
    geometry, corners = finished(plane, used, used)
    return SurveyShape(geometry, used, corners, tuple(capped([*issues, *found], SAME_ISSUES)))


# Which columns


def _layout(content: str | bytes, file: str) -> _Layout:
    best: _Layout | None = None
    filled = False
    for split in splits(content, file):
        sample = [row for row in split.rows if row.cells][:SAMPLE]
        filled = filled or bool(sample)
        for axes in (METRES, ANGLES):
            found = _columns(split, axes, sample)
            if found is not None and (best is None or found.hits > best.hits):
                best = found
    if best is None:
        raise DataError("survey.columns_missing" if filled else "survey.table_empty", file=file)
    if best.rivals:
        columns = sorted({best.north, best.east, *best.rivals})
        raise DataError("survey.columns_many", columns=[_letter(column) for column in columns])
    _refuse_split_decimals(best)
    return best


def _columns(split: Split, axes: Axes, sample: Sequence[Row]) -> _Layout | None:
    """The pair of columns in which most rows hold a northing and an easting."""
    read = read_degrees if axes is ANGLES else read_metres
    width = max((len(row.cells) for row in sample), default=0)
    hits = []
    sure = []
    for column in range(width):
        cells = [row.cell(column) for row in sample]
        both = [[read(cell, bounds) for cell in cells] for bounds in axes]
        hits.append([{at for at, one in enumerate(found) if one} for found in both])
        sure.append([sum(1 for one in found if one and not one.settled) for found in both])
    pairs = [
        (len(hits[n][0] & hits[e][1]), sure[n][0] + sure[e][1], abs(n - e) == 1, n, e)
        for n, e in itertools.permutations(range(width), 2)
    ]
    score, _, _, north, east = max(pairs, default=(0, 0, False, 0, 0))
    if not score:
        return None
    rivals = tuple(
        column
        for column, counts in enumerate(sure)
        if column not in (north, east) and max(counts) * 2 >= score
    )
    return _Layout(split, axes, north, east, score, rivals)


def _refuse_split_decimals(layout: _Layout) -> None:
    """A comma that parts both columns and decimals: ``1,1255172,51,568262,92``."""
    between = range(min(layout.north, layout.east) + 1, max(layout.north, layout.east))
    if layout.split.mark != "," or not between:
        return
    for row in layout.split.rows:
        if all(layout.pair(row)) and all(str(row.cell(at)).isdigit() for at in between):
            raise DataError("survey.commas", row=str(row.line))


def _letter(column: int) -> str:
    return chr(ord("A") + column) if column < 26 else f"A{chr(ord('A') + column - 26)}"


# Which rows


def _points(layout: _Layout, issues: list[Issue], file: str) -> list[_Point]:
    """The corners in order, each with its ring; the first row of numbers ends the header."""
    rows = layout.split.rows
    start = next(at for at, row in enumerate(rows) if _is_corner(row, layout))
    head = [row for row in rows[:start] if len(row.cells) > 1]
    names = {at: _text(cell) for row in head for at, cell in enumerate(row.cells) if cell != ""}
    ring_at, label_at = _other_columns(names, layout)
    if _swapped_by_head(head, layout):
        titles = [names.get(at, _letter(at))[:40] for at in _pair_at(layout)]
        issues.append(issue("survey.columns_swapped", source=file, north=titles[0], east=titles[1]))
    headings = {row.cells for row in head}  # they may stand again on the next page
    points: list[_Point] = []
    ignored: list[Row] = []
    marks: dict[str, str] = {}
    group, title = 0, ""
    for row in rows[start:]:
        if not row.cells:
            group += 1
        elif _is_corner(row, layout):
            north, east = _pair(row, layout, names, issues, file)
            for reading in (north, east):
                if reading.mark:
                    marks.setdefault(reading.mark, str(row.line))
            label = _text(row.cell(label_at)) if label_at is not None else ""
            own = _text(row.cell(ring_at)) if ring_at is not None else title
            corner = Corner(label or str(len(points) + 1), east.value, north.value)
            points.append(_Point(corner, row.line, (group, own)))
        elif (words := _words(row)) and _RING.match(fold(words)):
            group, title = group + 1, words[:60]
        elif row.cells not in headings and (
            words or any(row.cell(at) != "" for at in _pair_at(layout))
        ):
            ignored.append(row)
    if len(marks) > 1:
        later = max(marks.values(), key=int)
        issues.append(issue("survey.decimals_mixed", source=file, row=later))
    if ignored:
        text = " ".join(_text(cell) for cell in ignored[0].cells)
        issues.append(issue("survey.rows_ignored", source=file, row=str(ignored[0].line),
                            value=text.strip(), count=len(ignored)))  # fmt: skip
    return points


def _is_corner(row: Row, layout: _Layout) -> bool:
    """Whether a row is meant to be a corner, well written or not."""
    return any(_meant(row.cell(column), layout) for column in _pair_at(layout))


def _pair_at(layout: _Layout) -> tuple[int, int]:
    return layout.north, layout.east


def _meant(cell: Cell, layout: _Layout) -> bool:
    if any(layout.read(cell, bounds) for bounds in layout.axes):
        return True
    if isinstance(cell, float):
        return not cell.is_integer() or abs(cell) >= 1e5
    digits = sum(letter.isdigit() for letter in cell)
    return bool(_BROKEN.fullmatch(cell)) or digits >= (4 if layout.degrees else 6)


def _words(row: Row) -> str:
    """The text of a row that holds any; lengths between the corners are none."""
    text = " ".join(_text(cell) for cell in row.cells).strip()
    return text if any(letter.isalpha() for letter in text) else ""


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:g}"


def _swapped_by_head(head: Sequence[Row], layout: _Layout) -> bool:
    """Whether the header calls the northings Y, or without a header the eastings come first."""
    roles: list[tuple[int, str]] = []
    for row in head:
        named = [(at, role) for at, cell in enumerate(row.cells) if (role := _role(_text(cell)))]
        if {role for _, role in named} == {"north", "east"}:
            roles = named
    by_column = dict(roles)
    if {layout.north, layout.east} <= set(by_column):
        return by_column[layout.north] == "east"
    if not roles and layout.degrees:
        return False  # either order is usual
    first = roles[0][1] if roles else "north"
    return (first == "north") != (layout.north < layout.east)


def _role(text: str) -> str | None:
    """What a header cell names; words like Bắc and Easting say more than the letters X and Y."""
    words = fold(text).split()
    for meanings in (_WORDS, _LETTERS):
        found = {meanings[word] for word in words if word in meanings}
        if len(found) == 1:
            return found.pop()
    return None


def _other_columns(names: Mapping[int, str], layout: _Layout) -> tuple[int | None, int | None]:
    """The columns of rings and of labels; the first column has the labels unless told otherwise."""
    free = {at: fold(text) for at, text in names.items() if at not in _pair_at(layout)}
    ring = next((at for at, text in free.items() if _RING.match(text)), None)
    labels = [at for at, text in free.items() if at != ring and _LABEL.search(text)]
    before = [at for at in labels if at < min(_pair_at(layout))]
    if labels:
        return ring, max(before, default=labels[0])
    return ring, 0 if 0 not in (ring, *_pair_at(layout)) else None


def _pair(
    row: Row, layout: _Layout, names: Mapping[int, str], issues: list[Issue], file: str
) -> tuple[Reading, Reading]:
    """Northing and easting of a row.

    Raises
    ------
    DataError
        ``survey.cell``, naming row and column.
    """
    north, east = layout.pair(row)
    if north is None and east is None:
        turned = replace(layout, north=layout.east, east=layout.north).pair(row)
        if all(turned):
            north, east = turned
            issues.append(issue("survey.row_swapped", source=file, row=str(row.line)))
    readings = []
    for reading, column, bounds in zip((north, east), _pair_at(layout), layout.axes, strict=True):
        title = printable(names.get(column, _letter(column)))[:40]
        if reading is None:
            shown = printable(_text(row.cell(column)))[:60]
            raise DataError(
                "survey.cell",
                row=str(row.line),
                column=title,
                value=shown,
                low=bounds[0],
                high=bounds[1],
            )
        if reading.settled:
            issues.append(
                issue(
                    "survey.number_settled",
                    source=file,
                    row=str(row.line),
                    field=title,
                    value=row.cell(column),
                    read=reading.value,
                )
            )
        readings.append(reading)
    return readings[0], readings[1]


# Which rings


def _rings(points: Sequence[_Point], issues: list[Issue], file: str) -> list[Ring]:
    """The corners by ring: as the table parts them, and where an outline returns to its start."""
    groups = [list(group) for _, group in itertools.groupby(points, key=lambda one: one.ring)]
    if all(len(group) < 3 for group in groups):  # a blank line after every row
        groups = [list(points)]
    rings: list[Ring] = []
    for group in groups:
        parts = _parted(group)
        if len(parts) > 1:
            issues.append(issue("survey.rings_parted", source=file, row=str(parts[1][0].row),
                                count=len(parts)))  # fmt: skip
        for part in parts:
            name = part[0].ring[1] or str(len(rings) + 1)
            rings.append(Ring(name[:40], tuple(point.corner for point in part)))
    return rings


def _parted(group: Sequence[_Point]) -> list[list[_Point]]:
    parts: list[list[_Point]] = [[]]
    closed = False
    for point in group:
        place = (point.corner.x, point.corner.y)
        current = parts[-1]
        if closed and place != (current[0].corner.x, current[0].corner.y):
            current = []
            parts.append(current)
            closed = False
        current.append(point)
        seen = {(one.corner.x, one.corner.y) for one in current[:4]}
        start = (current[0].corner.x, current[0].corner.y)
        closed = len(current) > 3 and len(seen) > 2 and place == start
    return parts
