"""The gazetteer of communes from the package's lists, each place held against the districts.

The package asked a geocoder for every commune. Where the answer is another place of the name, or
only the district, or the box of a hamlet, the place is taken from the district instead; the rules
are in ``data/README.md``. Nothing is moved without ``place_basis`` saying so.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.boundaries.register import VINTAGE
from geo.boundaries.sources import Became, CommuneLists, NewCommune, OldCommune, Sources
from geo.crs import GEOD, distance_km
from geo.districts import Unit
from geo.errors import DataError
from geo.gazetteer import COLUMNS, NEW, OLD, Commune
from geo.text import name_key

DECIMALS = 5

TOLERANCE_KM = 2.0
"""How far a point may lie outside the district, and what belongs together may lie apart: drawn
borders are off by up to 1 km each way."""

SMALLEST_BOX_KM = {"xã": 2.5, "thị trấn": 1.0}
"""Diagonal below which a box is that of a hamlet or an office. Among the boxes of xã there is a
gap between 2 and 3 km; a phường may be smaller than any, down to the next figure."""

SMALLEST_PHUONG_KM = 0.45
"""The geocoder's box around a mere point has a diagonal of 0.41 km."""

AREA_FACTOR = 3.0
"""A commune is taken to reach no farther than this many radii of a circle of its area."""

_TYPED = re.compile(r"(xã|phường|thị trấn|đặc khu|huyện) (.+)", re.IGNORECASE)
_BOUNDS = re.compile(r"([\d.]+),([\d.]+) – ([\d.]+),([\d.]+)")

Corners = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Place:
    """A point, what surely holds the commune as longitudes and latitudes, and what it rests on."""

    lon: float
    lat: float
    extent: Corners
    basis: str

    @property
    def reach_km(self) -> float:
        return _reach_km(self.lon, self.lat, self.extent)


def make(sources: Sources, districts: gpd.GeoDataFrame, units: Iterable[Unit]) -> list[Commune]:
    """The communes of both lists, by vintage and code.

    Parameters
    ----------
    sources
        With its commune lists.
    districts
        Polygons of the boundary vintage with their ``code``, in EPSG:4326.
    units
        The register of units.

    Raises
    ------
    DataError
        ``gazetteer.source_broken`` where a commune of the lists has no district polygon, no name
        or no place.
    """
    assert sources.lists is not None
    lists = sources.lists
    register = {u.code: u for u in units if (u.vintage, u.level) == (VINTAGE, "district")}
    shapes = districts[districts["code"].notna()].set_index("code").geometry
    since = {row.code: _district_2016(row, sources.commune_district, register) for row in lists.old}
    old = _old_places(lists, since, shapes)
    made_of = _made_of(lists)
    for row in lists.new:
        made_of[row.code] = _without_namesakes(row, made_of[row.code], old)
    new = {row.code: _new_place(row, [old[s.old] for s in made_of[row.code]]) for row in lists.new}
    became = _became(lists, made_of)
    communes = [
        _old_commune(row, old[row.code], since[row.code].code, became[row.code])
        for row in lists.old
    ]
    communes += [_new_commune(row, new[row.code]) for row in lists.new]
    return sorted(communes, key=lambda entry: (entry.vintage, entry.code))


def text(communes: Iterable[Commune]) -> str:
    """The gazetteer as ``communes.csv``."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry in communes:
        cells = {name: getattr(entry, name) or "" for name in COLUMNS}
        cells |= {"lon": f"{entry.lon:.{DECIMALS}f}", "lat": f"{entry.lat:.{DECIMALS}f}"}
        rows.writerow((cells | {"became": " ".join(entry.became)}).values())
    return stream.getvalue()


def _district_2016(
    row: OldCommune, listed: Mapping[str, str], register: Mapping[str, Unit]
) -> Unit:
    """The unit of 2016 where the list of 2019 has the commune, else its own if it kept its name."""
    unit = register.get(listed.get(row.code, row.district_code))
    kept = unit is not None and name_key(row.district).endswith(name_key(unit.name))
    if unit is None or not (kept or row.code in listed):
        raise _broken(row)
    return unit


def _old_places(
    lists: CommuneLists, since: Mapping[str, Unit], shapes: gpd.GeoSeries
) -> dict[str, _Place]:
    shared = Counter(row.bounds for row in lists.old)
    places = {}
    for row in lists.old:
        drawn = since[row.code].boundary_code
        if drawn not in shapes.index:
            raise _broken(row)
        named = name_key(row.address.split(",")[0]) == name_key(_type_and_name(row)[1])
        own_box = row.bounds != row.district_bounds and (named or shared[row.bounds] == 1)
        places[row.code] = _old_place(row, shapes[drawn], own_box)
    return places


def _old_place(row: OldCommune, district: shapely.Geometry, own_box: bool) -> _Place:
    """The place of a commune that was found by itself, or else what its district tells."""
    corners = shapely.get_coordinates(district)
    south, west, north, east = _bounds(row)
    box = shapely.box(west, south, east, north)
    boxed = _Place(row.lon, row.lat, shapely.get_coordinates(box), "bounds")
    of_district = _Place(row.lon, row.lat, corners, "district")
    fits = own_box and _believable(row, box) and boxed.reach_km <= of_district.reach_km
    inside = _apart_km(shapely.Point(row.lon, row.lat), district) <= TOLERANCE_KM
    # A commune that moved to the neighbour since 2016 lies outside, but beside the border.
    if fits and (inside or box.intersects(district)):
        return boxed
    if own_box and inside:
        return of_district
    middle = _middle(district)
    return _Place(middle.x, middle.y, corners, "district_point")


def _middle(district: shapely.Geometry) -> shapely.Point:
    """A point in the district; of an archipelago, where no island is most of it, its centre."""
    parts = shapely.get_parts(district)
    if max(part.area for part in parts) > district.area / 2:
        return district.representative_point()
    return shapely.minimum_bounding_circle(district).centroid


def _bounds(row: OldCommune) -> tuple[float, ...]:
    found = _BOUNDS.fullmatch(row.bounds)
    if found is None:
        raise _broken(row)
    return tuple(float(edge) for edge in found.groups())


def _believable(row: OldCommune, box: shapely.Geometry) -> bool:
    west, south, east, north = box.bounds
    kind, _ = _type_and_name(row)
    return distance_km(west, south, east, north) >= SMALLEST_BOX_KM.get(kind, SMALLEST_PHUONG_KM)


def _made_of(lists: CommuneLists) -> dict[str, list[Became]]:
    """What went into each new commune, with codes in the place of the package's keys."""
    old = {row.key: row.code for row in lists.old}
    new = {row.key: row.code for row in lists.new}
    made_of: dict[str, list[Became]] = {code: [] for code in new.values()}
    for step in lists.became:
        made_of[new[step.new]].append(step._replace(old=old[step.old], new=new[step.new]))
    return made_of


def _without_namesakes(
    row: NewCommune, steps: Sequence[Became], old: Mapping[str, _Place]
) -> list[Became]:
    """What went into a new commune, without parts of communes that lie elsewhere.

    The package's table of divided communes goes by name within a new province, so a commune was
    also given what became of another one of its name, up to 100 km away.
    """
    surely = [old[step.old] for step in steps if step.whole]
    if not surely or not _lies_by(row, surely):
        return list(steps)
    reach_km = _area_reach_km(row)
    if reach_km is None:
        reach_km = _reach_km(row.lon, row.lat, _extent(surely))
    return [step for step in steps if step.whole or _apart_from(row, old[step.old]) <= reach_km]


def _new_place(row: NewCommune, parts: Sequence[_Place]) -> _Place:
    """The place of a new commune; its point must lie by the old communes that it was made of."""
    if not parts:
        raise _broken(row)
    if not _lies_by(row, parts):
        known = _known(parts)
        lon = sum(part.lon for part in known) / len(known)
        lat = sum(part.lat for part in known) / len(known)
        return _Place(lon, lat, _extent(parts), "parts_point")
    made = _Place(row.lon, row.lat, _extent(parts), "parts")
    reach_km = _area_reach_km(row)
    if reach_km is not None and reach_km < made.reach_km:
        return _Place(row.lon, row.lat, _circle(row.lon, row.lat, reach_km), "area")
    return made


def _known(parts: Sequence[_Place]) -> Sequence[_Place]:
    """Those with a place of their own, if there are any."""
    return [part for part in parts if part.basis == "bounds"] or parts


def _lies_by(row: NewCommune, parts: Sequence[_Place]) -> bool:
    return min(_apart_from(row, part) for part in _known(parts)) <= 0


def _apart_from(row: NewCommune, part: _Place) -> float:
    """How far the point of a new commune lies from the reach of an old one, in km."""
    apart_km = distance_km(row.lon, row.lat, part.lon, part.lat)
    return apart_km - part.reach_km - TOLERANCE_KM


def _area_reach_km(row: NewCommune) -> float | None:
    """How far a commune of its area is taken to reach; null where the area does not tell.

    That of an island unit is its land, which says nothing of how far it reaches.
    """
    if not row.area_km2 or _type_and_name(row)[0] == "đặc khu":
        return None
    return AREA_FACTOR * math.sqrt(row.area_km2 / math.pi)


def _extent(parts: Sequence[_Place]) -> Corners:
    return np.concatenate([part.extent for part in parts])


def _became(
    lists: CommuneLists, made_of: Mapping[str, Iterable[Became]]
) -> dict[str, tuple[str, ...]]:
    """What each old commune became, the main part first."""
    found: dict[str, list[Became]] = {row.code: [] for row in lists.old}
    for steps in made_of.values():
        for step in steps:
            found[step.old].append(step)
    for row in lists.old:
        if not found[row.code]:
            raise _broken(row)
    return {
        code: tuple(step.new for step in sorted(steps, key=lambda step: (not step.main, step.new)))
        for code, steps in found.items()
    }


def _old_commune(
    row: OldCommune, found: _Place, district_2016: str, became: tuple[str, ...]
) -> Commune:
    kind, name = _type_and_name(row)
    lon, lat, radius_km = _written(found)
    return Commune(
        vintage=OLD,
        code=row.code,
        type=kind,
        name=name,
        district_code=row.district_code,
        district=row.district,
        district_2016=district_2016,
        province_code=row.province_code,
        province=row.province,
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        place_basis=found.basis,
        became=became,
    )


def _new_commune(row: NewCommune, found: _Place) -> Commune:
    kind, name = _type_and_name(row)
    lon, lat, radius_km = _written(found)
    return Commune(
        vintage=NEW,
        code=row.code,
        type=kind,
        name=name,
        district_code=None,
        district=None,
        district_2016=None,
        province_code=row.province_code,
        province=row.province,
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        place_basis=found.basis,
        became=(),
    )


def _written(found: _Place) -> tuple[float, float, Decimal]:
    """The point as the file has it, and the reach from there up to the next 0.1 km."""
    lon, lat = round(found.lon, DECIMALS), round(found.lat, DECIMALS)
    reach_km = Decimal(_reach_km(lon, lat, found.extent))
    return lon, lat, reach_km.quantize(Decimal("0.1"), ROUND_CEILING)


def _broken(row: OldCommune | NewCommune) -> DataError:
    return DataError("gazetteer.source_broken", row=row.code, value=row.full_name)


def _type_and_name(row: OldCommune | NewCommune) -> tuple[str, str]:
    typed = _TYPED.fullmatch(row.full_name)
    if typed is None:
        raise _broken(row)
    return typed[1].casefold(), typed[2]


def _reach_km(lon: float, lat: float, extent: Corners) -> float:
    """Geodesic distance to the farthest corner in km."""
    here = np.full(len(extent), lon), np.full(len(extent), lat)
    _, _, metres = GEOD.inv(*here, extent[:, 0], extent[:, 1])
    return float(np.max(metres)) / 1000


def _apart_km(point: shapely.Geometry, shape: shapely.Geometry) -> float:
    line = shapely.get_coordinates(shapely.shortest_line(point, shape))
    return distance_km(*line[0], *line[1])


def _circle(lon: float, lat: float, radius_km: float) -> Corners:
    around = np.arange(0.0, 360.0, 30.0)
    here = np.full(len(around), lon), np.full(len(around), lat)
    east, north, _ = GEOD.fwd(*here, around, np.full(len(around), radius_km * 1000))
    return np.column_stack([east, north])
