"""District and province boundaries: reading the sets, finding units by code or name.

A code means nothing without its vintage: GSO codes were used again on 2025-07-01. A *vintage* is
the year whose list of units applies; plans of 2009 to 2017 have their own lists, each mapped to
the boundary set that is drawn for them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import geopandas as gpd
import shapely

from geo.crs import WGS84
from geo.errors import DataError, UsageError
from geo.sheets import read_rows
from geo.text import name_key, printable

CATALOGUE_FILE = "sets.json"
UNITS_FILE = "units.csv"
LEVELS = ("district", "province")

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    shapely.errors.ShapelyError,
)

_TYPE_WORDS = re.compile(
    r"^(?:thành phố|thị xã|huyện|quận|tỉnh|t\.\s?p\.?|tp\.?|t\.\s?x\.?|tx\.?|h\.|q\.|t\.)\s+(?=\D)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BoundarySet:
    """One file of boundaries as the catalogue lists it.

    Attributes
    ----------
    id, file
        Name of the set and its GeoJSON file in the folder of the catalogue.
    level, vintage
        ``district`` or ``province``, and the year whose units it draws.
    features, sha256
        What the file must hold.
    licence, attribution
        Licence name and the credit that must be shown, by language.
    units
        File with the codes of an imported set; null where ``units.csv`` has them.
    record
        The whole entry: source, packages, changes, import log.
    """

    id: str
    file: str
    level: str
    vintage: str
    crs: str
    features: int
    sha256: str
    source: str
    licence: str
    attribution: Mapping[str, str]
    units: str | None = None
    record: Mapping[str, object] = field(default_factory=dict)

    @property
    def imported(self) -> bool:
        return "import" in self.record


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The boundary sets of a folder, in the order of the catalogue file."""

    folder: Path
    sets: tuple[BoundarySet, ...]

    def __iter__(self) -> Iterator[BoundarySet]:
        return iter(self.sets)

    def get(self, set_id: str) -> BoundarySet:
        """The set of that id.

        Raises
        ------
        UsageError
            ``boundary.set_unknown``, listing the known ones.
        """
        for entry in self.sets:
            if entry.id == set_id:
                return entry
        known = [entry.id for entry in self.sets]
        raise UsageError("boundary.set_unknown", set=set_id, known=known)

    def find(self, level: str, vintage: str) -> BoundarySet | None:
        """The set that draws the units of a level and vintage, if there is one."""
        matching = (e for e in self.sets if (e.level, e.vintage) == (level, vintage))
        return next(matching, None)


def load_sets(folder: Path) -> Catalogue:
    """Read the catalogue of boundary sets.

    Raises
    ------
    DataError
        ``boundary.catalogue_missing`` or ``boundary.catalogue_broken``.
    """
    path = folder / CATALOGUE_FILE
    try:
        entries = json.loads(path.read_text("utf-8-sig"))["sets"]
        if not isinstance(entries, list):
            raise TypeError("sets")
        sets = tuple(_set(entry, f"sets[{at}]") for at, entry in enumerate(entries))
    except FileNotFoundError as error:
        raise DataError("boundary.catalogue_missing", file=str(path)) from error
    except OSError as error:
        raise DataError("file.unreadable", file=str(path), reason=error.strerror) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        detail = printable(str(error))[:200]
        raise DataError("boundary.catalogue_broken", file=str(path), detail=detail) from error
    return Catalogue(folder, sets)


def _set(entry: object, where: str) -> BoundarySet:
    """One entry of the catalogue; TypeError with its place where a value is of another type."""
    if not isinstance(entry, dict):
        raise TypeError(where)
    for name in ("id", "file", "level", "vintage", "crs", "sha256", "source", "licence"):
        if not isinstance(entry.get(name), str):
            raise TypeError(f"{where}.{name}")
    if isinstance(entry.get("features"), bool) or not isinstance(entry.get("features"), int):
        raise TypeError(f"{where}.features")
    if entry["level"] not in LEVELS:
        raise TypeError(f"{where}.level")
    credit = entry.get("attribution")
    if not isinstance(credit, dict) or not all(isinstance(text, str) for text in credit.values()):
        raise TypeError(f"{where}.attribution")
    for name in ("file", "units"):
        if entry.get(name) is not None and not plain_name(entry[name]):
            raise TypeError(f"{where}.{name}")
    names = {f.name for f in fields(BoundarySet)} - {"record"}
    known = {name: value for name, value in entry.items() if name in names}
    return BoundarySet(**known, record=entry)


def plain_name(value: object) -> bool:
    """Whether `value` is the name of a file in the folder itself, not a path out of it."""
    return isinstance(value, str) and _PLAIN_NAME.fullmatch(value) is not None


def load_boundaries(folder: Path, set_id: str) -> gpd.GeoDataFrame:
    """The polygons of a set.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326, indexed by `code`, or by `source_id` where no code is established.
        ``also_holds`` and ``merged_from`` are lists of codes or null.

    Raises
    ------
    UsageError
        If the catalogue has no such set.
    DataError
        ``file.not_found``, ``file.unreadable`` or ``boundary.file_broken``.
    """
    return read_features(folder / load_sets(folder).get(set_id).file)


def read_features(path: Path) -> gpd.GeoDataFrame:
    """A boundary file of this project as a frame; see :func:`load_boundaries`."""
    try:
        collection = json.loads(path.read_text("utf-8-sig"))
        frame = gpd.GeoDataFrame.from_features(collection["features"], crs=WGS84)
    except FileNotFoundError as error:
        raise DataError("file.not_found", file=str(path)) from error
    except OSError as error:
        raise DataError("file.unreadable", file=str(path), reason=error.strerror) from error
    except _UNREADABLE as error:
        detail = printable(str(error))[:200]
        raise DataError("boundary.file_broken", file=str(path), detail=detail) from error
    for name in ("code", "name", "full_name"):
        if name not in frame or not all(_text_or_null(value) for value in frame[name]):
            raise DataError("boundary.file_broken", file=str(path), detail=name)
    if frame["full_name"].isna().any():
        raise DataError("boundary.file_broken", file=str(path), detail="full_name")
    index = frame["code"]
    if "source_id" in frame:
        index = index.where(index.notna(), frame["source_id"])
    return frame.set_index(index.rename("unit"), drop=True)


def _text_or_null(value: object) -> bool:
    return value is None or isinstance(value, str) or value != value  # NaN differs from itself


@dataclass(frozen=True, slots=True)
class Unit:
    """A district or province in the list of one vintage.

    Attributes
    ----------
    code, vintage, level
        GSO code, the year of the list it belongs to, ``district`` or ``province``.
    name, full_name, type
        ``Phổ Yên``, ``huyện Phổ Yên``, ``huyện``: as they were in that vintage; the type is null
        only in imported sets that do not tell.
    province_code
        Of the same vintage; null for provinces.
    province_2025_code
        The province that holds the territory since 2025-07-01.
    boundary_vintage, boundary_code
        Which polygon stands for the unit; null when none is established.
    note, note_en
        How its extent differed from that polygon; null when it did not.
    """

    vintage: str
    level: str
    code: str
    name: str
    full_name: str
    type: str | None
    province_code: str | None
    province_2025_code: str | None
    boundary_vintage: str | None
    boundary_code: str | None
    note: str | None = None
    note_en: str | None = None


UNIT_COLUMNS = tuple(f.name for f in fields(Unit))


class UnitRegister:
    """The units of every vintage by code and by name."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = tuple(units)
        self._by_key = {(u.level, u.vintage, u.code): u for u in self._units}

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)

    @classmethod
    def load(cls, folder: Path) -> UnitRegister:
        """Read ``units.csv`` and the unit files of imported sets.

        Raises
        ------
        DataError
            ``file.*`` or ``table.*``, naming the table, where one cannot be read.
        """
        imported = [e.units for e in load_sets(folder) if e.units and e.units != UNITS_FILE]
        files = [folder / UNITS_FILE, *(folder / name for name in imported)]
        return cls(unit for path in files for unit in read_units(path))

    def get(self, code: str, vintage: str, level: str = "district") -> Unit | None:
        return self._by_key.get((level, vintage, code))

    def vintages_of(self, code: str, level: str = "district") -> list[str]:
        """The vintages in which a code of that level exists, oldest first."""
        return sorted(u.vintage for u in self._units if (u.level, u.code) == (level, code))

    def of(
        self, vintage: str, level: str = "district", province_code: str | None = None
    ) -> list[Unit]:
        """All units of a vintage and level, of one province if given, by code."""
        return [
            u
            for u in self._units
            if (u.vintage, u.level) == (vintage, level) and province_code in (None, u.province_code)
        ]

    def to_boundary(self, unit: Unit) -> tuple[str, str] | None:
        """Vintage and code of the polygon that stands for `unit`; null when there is none."""
        if unit.boundary_vintage is None or unit.boundary_code is None:
            return None
        return unit.boundary_vintage, unit.boundary_code

    def province_2025(self, code_2016: str) -> str | None:
        """The province since 2025-07-01 that holds a province of the 63, by its code.

        Pure unions: Nghị quyết 202/2025/QH15.
        """
        unit = self.get(code_2016, "2016", "province")
        return unit.province_2025_code if unit else None

    def find_by_name(
        self, text: str, level: str, vintage: str, province_code: str | None = None
    ) -> list[Unit]:
        """Units with that name, diacritics and case ignored.

        A name with its type (``thị xã Cai Lậy``) finds that unit alone; with another type or
        without one it finds all of the name.
        """
        units = self.of(vintage, level, province_code)
        exact = [u for u in units if name_key(u.full_name) == name_key(text)]
        if exact:
            return exact
        bare = _TYPE_WORDS.sub("", unicodedata.normalize("NFC", text).strip())
        wanted = {name_key(text), name_key(bare)}
        return [u for u in units if name_key(u.name) in wanted]


def read_units(path: Path) -> list[Unit]:
    """The rows of a unit file; an empty cell is null.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*``, naming the table and the line.
    """
    needed = [name for name in UNIT_COLUMNS if name not in _NULLABLE]
    return [_unit(row) for row in read_rows(path, UNIT_COLUMNS, required=needed)]


_NULLABLE = {
    "type",
    "province_code",
    "province_2025_code",
    "boundary_vintage",
    "boundary_code",
    "note",
    "note_en",
}


def _unit(row: Mapping[str, str]) -> Unit:
    cells = {
        name: None if name in _NULLABLE and not row[name] else row[name] for name in UNIT_COLUMNS
    }
    return Unit(**cells)  # type: ignore[arg-type]  # only nullable fields become None
