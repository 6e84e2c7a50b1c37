"""Which GSO unit a polygon is: by its name and by the communes that lie in it.

Names alone do not decide (ten districts are called Châu Thành) and the province that the source
gives is wrong along many borders, so each polygon takes the code for which its commune points
vote most among the units of its name. The rest is in ``manual/matches.csv``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from geo.boundaries.sources import Sources
from geo.crs import WGS84
from geo.sheets import read_rows
from geo.text import name_key

_TYPED = re.compile(r"^(huyện|quận|thị xã|thành phố|tỉnh)\s+(.+)$", re.IGNORECASE)

NO_REASON_KNOWN = "no unit of that name among the communes in the polygon"


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit in the list of 2016."""

    code: str
    name: str
    type: str
    province_code: str

    @property
    def full_name(self) -> str:
        """``thị xã Phổ Yên``; a numbered quận has its type in its name already."""
        typed = self.name.casefold().startswith(self.type)
        return self.name.casefold() if typed else f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Match:
    """The unit found for a polygon, how it was found, and what else the polygon holds."""

    code: str | None
    how: str
    covers: tuple[str, ...] = ()
    code_reason: str | None = None


TABLES: dict[str, tuple[str, ...]] = {
    "changes_2016_2019.csv": ("code", "name_2016", "type_2016"),
    "matches.csv": ("source_id", "code", "covers"),
    "notes.csv": ("vintage", "code", "note", "note_en"),
    "plan_units.csv": ("vintage", "province_code", "code", "type_then"),
    "provinces_2025.csv": ("code", "name", "type", "merged_from"),
}


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a table kept by hand.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*``, naming the table and the line.
    """
    return read_rows(path, TABLES[path.name], empty=True)


def split_type(text: str) -> tuple[str, str]:
    """Type and name of a listed unit.

    Examples
    --------
    >>> split_type("Thị Xã Buôn Hồ"), split_type("Quận 9")
    (('thị xã', 'Buôn Hồ'), ('quận', 'Quận 9'))
    """
    found = _TYPED.match(" ".join(text.split()))
    if found is None:
        raise ValueError(text)
    kind, name = found.group(1).casefold(), found.group(2)
    return kind, f"{kind.capitalize()} {name}" if name.isdecimal() else name


def units_of_2016(sources: Sources, manual: Path) -> dict[str, ListedUnit]:
    """The districts of 2016: the list of October 2019 without the changes in between."""
    changes = {row["code"]: row for row in read_table(manual / "changes_2016_2019.csv")}
    units = {}
    for code, row in sorted(sources.districts.items()):
        kind, name = split_type(row["name"])
        if code in changes:
            kind, name = changes[code]["type_2016"], changes[code]["name_2016"]
        units[code] = ListedUnit(code, name, kind, row["province_code"])
    return units


def votes(sources: Sources) -> dict[str, Counter[str]]:
    """Commune points in each polygon, counted by the district code of 2019."""
    communes = sources.communes
    points = gpd.GeoDataFrame(
        {"code": communes["code"].map(sources.commune_district)},
        geometry=gpd.points_from_xy(communes["lon"], communes["lat"]),
        crs=WGS84,
    )
    points["code"] = points["code"].fillna(communes["district_code"])
    inside = points.sjoin(sources.shapes[["geometry"]].rename_axis("shape"), predicate="within")
    return {str(shape): Counter(codes) for shape, codes in inside.groupby("shape")["code"]}


def match(sources: Sources, units: Mapping[str, ListedUnit], manual: Path) -> dict[str, Match]:
    """A match for each polygon, by its id in the source."""
    by_hand = {row["source_id"]: row for row in read_table(manual / "matches.csv")}
    ballots = votes(sources)
    return {
        shape: _by_hand(by_hand[shape])
        if shape in by_hand
        else _by_vote(name, ballots.get(shape, Counter()), units)
        for shape, name in sources.shapes["source_name"].items()
    }


def _by_hand(row: Mapping[str, str]) -> Match:
    return Match(row["code"], "override", tuple(row["covers"].split()))


def _by_vote(name: str, ballot: Counter[str], units: Mapping[str, ListedUnit]) -> Match:
    named = [
        code for code, _ in ballot.most_common() if name_key(units[code].name) == name_key(name)
    ]
    if named:
        return Match(named[0], "name+communes")
    return Match(None, "none", code_reason=NO_REASON_KNOWN)
