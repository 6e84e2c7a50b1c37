"""The gazetteer of communes: finding one by name, old or new, and the place that it stands for.

Two lists: the communes of late 2024 in 63 provinces, and those since 2025-07-01 in 34. Their GSO
codes overlap (24175 was Hòa Khánh and is Hòa Phú), so a code is always asked for with its vintage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from shapely import Point

from geo.crs import distance_km, in_vietnam
from geo.districts import Unit, UnitRegister
from geo.errors import DataError, UsageError
from geo.sheets import read_rows
from geo.text import fold, fold_space, name_key
from geo.zones import Basis, CommuneRef, Precision

COMMUNES_FILE = "communes.csv"
OLD, NEW = "2024", "2025"
VINTAGES = (OLD, NEW)

BASES = ("bounds", "district", "district_point", "parts", "area", "parts_point")
"""What the place of a commune rests on: see ``place_basis`` in ``data/README.md``."""

COLUMNS = (
    *("vintage", "code", "type", "name", "district_code", "district", "district_2016"),
    *("province_code", "province", "lon", "lat", "radius_km", "place_basis", "became"),
)
_NEEDED = ("code", "type", "name", "province_code", "province")

_TENTH = Decimal("0.1")
_TYPE_WORDS = re.compile(
    r"(?P<type>(?:xã|phường|thị trấn|đặc khu|huyện|xa|phuong|thi tran|dac khu|huyen)\s+"
    r"|(?:tt|đk|dk|[xph])\.\s*|(?:tt|đk|dk|[xp])\s+|p(?=\d))",
    re.IGNORECASE,
)
_TYPE_OF = {"x": "xa", "p": "phuong", "tt": "thi tran", "dk": "dac khu", "h": "huyen"}


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of one list.

    Attributes
    ----------
    vintage, code
        ``2024`` or ``2025``, and the GSO code in that list.
    type, name
        ``xã``, ``phường``, ``thị trấn``, ``đặc khu`` (or ``huyện``, for the five island districts
        of 2024 that had no communes), and the name without it.
    district_code, district
        Of late 2024, with its type; null since 2025, which has no districts.
    district_2016
        Code of the district in the list of 2016; null since 2025.
    province_code, province
        Of the same vintage, with its type.
    lon, lat
        A point in EPSG:4326.
    radius_km
        How far from the point the commune may reach.
    place_basis
        What the point and the radius rest on, one of :data:`BASES`.
    became
        Codes of 2025 of the communes that hold it now, the main one first; empty in the list of
        2025.
    """

    vintage: str
    code: str
    type: str
    name: str
    district_code: str | None
    district: str | None
    district_2016: str | None
    province_code: str
    province: str
    lon: float
    lat: float
    radius_km: Decimal
    place_basis: str
    became: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """``Xã Thanh Thịnh``, as zone records write it."""
        return f"{self.type.capitalize()} {self.name}"

    @property
    def line(self) -> str:
        """Full name with district and province, which tells communes of one name apart."""
        parts = (self.full_name, self.district, self.province)
        return ", ".join(dict.fromkeys(part for part in parts if part))


class Gazetteer:
    """The communes of both lists, by code and by name."""

    def __init__(self, communes: Sequence[Commune]) -> None:
        self._communes = tuple(communes)
        self._by_key = {(entry.vintage, entry.code): entry for entry in self._communes}

    def __iter__(self) -> Iterator[Commune]:
        return iter(self._communes)

    def __len__(self) -> int:
        return len(self._communes)

    @classmethod
    def load(cls, folder: Path) -> Gazetteer:
        """Read ``communes.csv`` of `folder`; the same file is read once.

        Raises
        ------
        DataError
            ``file.*``, ``table.*`` or ``gazetteer.*``, naming the file and the line.
        """
        path = folder / COMMUNES_FILE
        try:
            state = path.stat()
        except FileNotFoundError as error:
            raise DataError("file.not_found", file=str(path)) from error
        except OSError as error:
            raise DataError("file.unreadable", file=str(path), reason=error.strerror) from error
        return _load(path, state.st_mtime_ns, state.st_size)

    def get(self, code: str, vintage: str) -> Commune | None:
        return self._by_key.get((vintage, code))

    def became(self, code: str) -> tuple[Commune, ...]:
        """The communes since 2025-07-01 that hold a commune of 2024, the main one first.

        Several where it was divided; empty for a code that is not in the list of 2024.
        """
        entry = self.get(code, OLD)
        return tuple(self._by_key[NEW, new] for new in entry.became) if entry else ()

    def was(self, code: str) -> tuple[Commune, ...]:
        """The communes of 2024 that went into a commune of 2025, whole or in part, by code."""
        return self._was.get(code, ())

    @cached_property
    def _was(self) -> Mapping[str, tuple[Commune, ...]]:
        found: dict[str, tuple[Commune, ...]] = {}
        for entry in self._communes:
            for new in entry.became:
                found[new] = (*found.get(new, ()), entry)
        return found

    def search(
        self,
        text: str,
        *,
        province: tuple[str, str] | None = None,
        vintage: str | None = None,
        limit: int = 20,
    ) -> list[Commune]:
        """Communes by name, whatever the diacritics, the case and the type words.

        Parameters
        ----------
        text
            A name with or without its type ("P. Tân An", "xa hoa phu"), and after a comma the
            district or province if wanted; or a code.
        province
            Code and vintage of a province: only communes on its territory, of both lists. Since
            2025-07-01 a province holds several of the former ones.
        vintage
            ``2024`` or ``2025``; both if None.

        Returns
        -------
        list of Commune
            The whole name first, then names that begin so, then those in which a word begins so,
            then those that hold the letters. Among equals those with the diacritics and the type
            as typed come first.
        """
        wanted = _Query(text)
        if not wanted.key:
            return []
        inside = self._territory(province)
        ranked = []
        for entry, name in self._names:
            if vintage not in (None, entry.vintage):
                continue
            if (rank := wanted.rank(entry, name)) is None:
                continue
            if (inside is None or (entry.vintage, entry.code) in inside) and wanted.fits(entry):
                ranked.append((rank, name.order, entry))
        ranked.sort(key=lambda found: found[:2])
        return [entry for _, _, entry in ranked[:limit]]

    @cached_property
    def _names(self) -> list[tuple[Commune, _Name]]:
        return [(entry, _Name.of(entry)) for entry in self._communes]

    def _territory(self, province: tuple[str, str] | None) -> set[tuple[str, str]] | None:
        """Vintage and code of the communes of both lists on the territory of a province."""
        if province is None:
            return None
        code, vintage = province
        own = NEW if vintage >= NEW else OLD
        held = [e for e in self._communes if (e.vintage, e.province_code) == (own, code)]
        others = (
            o for e in held for o in (self.was(e.code) if own == NEW else self.became(e.code))
        )
        return {(e.vintage, e.code) for e in (*held, *others)}

    def commune_refs(
        self, entries: Sequence[Commune], basis: Basis, confidence: str
    ) -> tuple[CommuneRef, ...]:
        """Communes as a zone record names them, with the units since 2025-07-01 in ``now``."""
        return tuple(
            CommuneRef(
                name=entry.full_name,
                code=entry.code,
                vintage=entry.vintage,
                basis=basis,
                confidence=confidence,
                now=tuple(f"{new.full_name} ({new.code})" for new in self._now(entry)),
            )
            for entry in entries
        )

    def _now(self, entry: Commune) -> tuple[Commune, ...]:
        return (entry,) if entry.vintage == NEW else self.became(entry.code)


def district_of(entry: Commune, register: UnitRegister) -> Unit | None:
    """The unit of the 2016 list that holds a commune of 2024; null for one of 2025.

    Districts were merged and renamed until 2025, and some of their codes used again, so it is
    not always the unit that has the commune's own district code.
    """
    return register.get(entry.district_2016, "2016") if entry.district_2016 else None


def place(entries: Sequence[Commune]) -> tuple[Point, Decimal]:
    """The point that stands for communes, and its radius of doubt.

    Returns
    -------
    point
        Mean of the points in EPSG:4326, to 5 decimals.
    radius_km
        Geodesic, up to the next 0.1 km: reaches over every commune, each with its own doubt.

    Raises
    ------
    UsageError
        ``gazetteer.no_commune`` without any commune.
    """
    if not entries:
        raise UsageError("gazetteer.no_commune")
    lon = round(sum(entry.lon for entry in entries) / len(entries), 5)
    lat = round(sum(entry.lat for entry in entries) / len(entries), 5)
    reach = max(
        Decimal(distance_km(lon, lat, entry.lon, entry.lat)) + entry.radius_km for entry in entries
    )
    return Point(lon, lat), reach.quantize(_TENTH, ROUND_CEILING)


def precision(entries: Sequence[Commune]) -> Precision:
    """How well :func:`place` knows the place: of the commune, or only of a district."""
    coarse = any(entry.place_basis == "district_point" for entry in entries)
    return Precision.DISTRICT if coarse else Precision.COMMUNE


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in the forms that a search compares, and its order among equal finds."""

    key: str
    words: str
    marked: str
    order: tuple[str, ...]

    @classmethod
    def of(cls, entry: Commune) -> _Name:
        words, province, district = map(_folded, (entry.name, entry.province, entry.district or ""))
        return cls(
            words.replace(" ", ""),
            f" {words} ",
            entry.name.casefold(),
            (words, province, district, entry.vintage, entry.code),
        )


class _Query:
    """What somebody typed, taken apart: type, name, district or province after a comma."""

    def __init__(self, text: str) -> None:
        name, *context = fold_space(text).split(",")
        name = name.strip()
        typed = _TYPE_WORDS.match(name)
        bare = name[typed.end() :] if typed else name
        word = fold(typed["type"]) if typed else ""
        self.type = _TYPE_OF.get(word, word)
        self.code = name if name.isdecimal() else None
        self.key = name_key(bare)
        self.words = f" {fold(bare)}"
        self.marked = bare.casefold()
        self.context = [key for part in context if (key := name_key(part))]

    def rank(self, entry: Commune, name: _Name) -> tuple[int, bool, bool] | None:
        if self.key not in name.key and self.code != entry.code:
            return None
        if self.key == name.key or self.code == entry.code:
            rank = 0
        elif name.words.startswith(self.words):
            rank = 1
        else:
            rank = 2 if self.words in name.words else 3
        other_type = bool(self.type) and self.type != fold(entry.type)
        return rank, self.marked not in name.marked, other_type

    def fits(self, entry: Commune) -> bool:
        where = name_key(f"{entry.district or ''} {entry.province}")
        return all(key in where for key in self.context)


_folded = lru_cache(maxsize=16384)(fold)


@lru_cache(maxsize=2)
def _load(path: Path, _changed_ns: int, _size: int) -> Gazetteer:
    rows = read_rows(path, COLUMNS, required=_NEEDED)
    communes = [_commune(row, path, line) for line, row in enumerate(rows, start=2)]
    seen: set[tuple[str, str]] = set()
    for entry in communes:
        if (key := (entry.vintage, entry.code)) in seen:
            raise DataError(
                "gazetteer.code_twice", file=path.name, value=entry.code, vintage=entry.vintage
            )
        seen.add(key)
    for line, entry in enumerate(communes, start=2):
        if lost := next((code for code in entry.became if (NEW, code) not in seen), None):
            raise DataError("gazetteer.became_unknown", file=path.name, line=line, value=lost)
    return Gazetteer(communes)


def _commune(row: Mapping[str, str], path: Path, line: int) -> Commune:
    if row["vintage"] not in VINTAGES or row["place_basis"] not in BASES:
        raise DataError("gazetteer.row_broken", file=path.name, line=line)
    try:
        lon, lat, radius = float(row["lon"]), float(row["lat"]), Decimal(row["radius_km"])
        sound = in_vietnam(lon, lat) and radius > 0
    except (ArithmeticError, ValueError):
        sound = False
    if not sound:
        raise DataError("gazetteer.row_broken", file=path.name, line=line)
    return Commune(
        row["vintage"],
        row["code"],
        row["type"],
        row["name"],
        row["district_code"] or None,
        row["district"] or None,
        row["district_2016"] or None,
        row["province_code"],
        row["province"],
        lon,
        lat,
        radius,
        row["place_basis"],
        tuple(row["became"].split()),
    )
