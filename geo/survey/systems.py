"""The VN-2000 systems, which one a province uses, and where a survey lies in each of them.

EPSG registry: TM-3 zones have k0 = 0.9999 and a false easting of 500 000 m, UTM zones 0.9996.
A wrong central meridian leaves shape and area as they are and moves the place by about 27 km for
every quarter of a degree: only the position tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyproj
import shapely
from pyproj.exceptions import ProjError
from shapely import MultiPolygon, Polygon

from geo.crs import WGS84, distance_km, geometry_area_ha, transformer
from geo.districts import Unit, UnitRegister
from geo.errors import DataError, UsageError
from geo.sheets import read_rows
from geo.text import printable

TABLE = Path("manual", "vn2000.csv")
DEGREES = (WGS84, "EPSG:4756")
"""WGS 84, and VN-2000 in degrees, which lies about 225 m from it."""

NORTHING_M = (900_000.0, 2_600_000.0)
EASTING_M = (100_000.0, 900_000.0)
"""What northings and eastings in Vietnam can be, UTM included; they have no number in common."""
LATITUDE = (6.0, 24.0)
LONGITUDE = (102.0, 118.0)

BORDER_KM = 1.0
"""The boundary sets may be off by this much, so a place within it is not held to be outside."""

MERIDIANS = {
    "EPSG:5896": "102°00'",
    "EPSG:9205": "103°00'",
    "EPSG:9206": "104°00'",
    "EPSG:9207": "104°30'",
    "EPSG:9208": "104°45'",
    "EPSG:5897": "105°00'",
    "EPSG:9209": "105°30'",
    "EPSG:9210": "105°45'",
    "EPSG:9211": "106°00'",
    "EPSG:9212": "106°15'",
    "EPSG:9213": "106°30'",
    "EPSG:9214": "107°00'",
    "EPSG:9215": "107°15'",
    "EPSG:9216": "107°30'",
    "EPSG:5899": "107°45'",
    "EPSG:5898": "108°00'",
    "EPSG:9217": "108°15'",
    "EPSG:9218": "108°30'",
    "EPSG:3405": "105°00'",
    "EPSG:3406": "111°00'",
}
"""Central meridian of every plane VN-2000 system; the two of EPSG:3405 and 3406 are UTM."""
_UTM = ("EPSG:3405", "EPSG:3406")


class Axes(NamedTuple):
    """The ranges in which the two numbers of a point can lie: south to north, west to east."""

    north: tuple[float, float]
    east: tuple[float, float]


METRES = Axes(NORTHING_M, EASTING_M)
ANGLES = Axes(LATITUDE, LONGITUDE)


def within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def system_name(code: str) -> str:
    """A system as surveyors write it.

    Examples
    --------
    >>> system_name("EPSG:9217"), system_name("EPSG:3405"), system_name("EPSG:4326")
    ("VN-2000 TM-3 108°15'", "VN-2000 UTM 105°00'", 'WGS 84')
    """
    if code in MERIDIANS:
        return f"VN-2000 {'UTM' if code in _UTM else 'TM-3'} {MERIDIANS[code]}"
    return {WGS84: "WGS 84", "EPSG:4756": "VN-2000"}.get(code, code)


def longitude(code: str) -> float:
    """The central meridian of a plane system in degrees."""
    whole, minutes = MERIDIANS[code].rstrip("'").split("°")
    return int(whole) + int(minutes) / 60


def require_system(code: str) -> str:
    """`code` itself.

    Raises
    ------
    UsageError
        ``survey.system_unknown``, listing the systems that are known.
    """
    if code not in MERIDIANS and code not in DEGREES:
        known = [f"{known} ({system_name(known)})" for known in (*MERIDIANS, *DEGREES)]
        raise UsageError("survey.system_unknown", system=printable(code)[:80], known=known)
    return code


def recognised(crs: pyproj.CRS) -> str | None:
    """The EPSG code of a system that a file declares, however it spells it; null if not known."""
    epsg = crs.to_epsg()
    if epsg is None and (crs == pyproj.CRS("OGC:CRS84") or crs.to_epsg(20) == 4326):
        return WGS84
    return None if epsg is None else f"EPSG:{epsg}"


@dataclass(frozen=True, slots=True)
class ProvinceSystem:
    """The TM-3 system of a province.

    `status` is ``verified`` (the EPSG registry names the province in the area of use) or
    ``secondary`` (only others' word for it); `source` says whose.
    """

    vintage: str
    province_code: str
    epsg: str
    status: str
    source: str


def load_province_systems(folder: Path) -> tuple[ProvinceSystem, ...]:
    """The table of provinces and systems in a boundary folder.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*``, naming the table and the line.
    """
    columns = ("vintage", "code", "name", "meridian", "epsg", "status", "source")
    rows = read_rows(folder / TABLE, columns, required=columns)
    return tuple(
        ProvinceSystem(row["vintage"], row["code"], row["epsg"], row["status"], row["source"])
        for row in rows
    )


def systems_of(
    province: Unit, register: UnitRegister, table: Iterable[ProvinceSystem]
) -> tuple[ProvinceSystem, ...]:
    """The systems in which surveys of a province come, the likeliest first, one row a system.

    A province of 2025 has its own, where one is known, and those of the provinces that it unites,
    in which its older surveys are. One of an earlier vintage has that of its own time first.
    """
    rows = list(table)
    if province.vintage == "2025":
        united = {unit.code for unit in register.of("2016", "province")
                  if unit.province_2025_code == province.code}  # fmt: skip
        first = [row for row in rows if (row.vintage, row.province_code) == ("2025", province.code)]
        then = [row for row in rows if row.vintage == "2016" and row.province_code in united]
        then.sort(key=lambda row: row.province_code != province.code)
    else:
        own, now = province.boundary_code or province.code, province.province_2025_code
        first = [row for row in rows if (row.vintage, row.province_code) == ("2016", own)]
        then = [row for row in rows if (row.vintage, row.province_code) == ("2025", now)]
    by_system: dict[str, ProvinceSystem] = {}
    for row in (*first, *then):
        by_system.setdefault(row.epsg, row)
    return tuple(by_system.values())


def moved(
    geometry: shapely.Geometry, source: str | pyproj.CRS, target: str = WGS84
) -> shapely.Geometry:
    """`geometry` in another system by the transformation of the EPSG registry, x east first.

    From VN-2000 that is operation 6960, and never a ballpark shift.

    Raises
    ------
    DataError
        ``survey.not_placed`` where there is no transformation, or not for these numbers.
    """
    code = source if isinstance(source, str) else source.to_wkt()
    shown = source if isinstance(source, str) else printable(source.name)[:80]
    try:
        step = transformer(code, target)
        result = shapely.transform(geometry, step.transform, interleaved=False)
    except ProjError as error:
        raise DataError("survey.not_placed", system=shown) from error
    if not shapely.get_coordinates(result).size or not _finite(result):
        raise DataError("survey.not_placed", system=shown)
    return result


def _finite(geometry: shapely.Geometry) -> bool:
    west, south, east, north = shapely.total_bounds(geometry)
    return bool(abs(west) + abs(south) + abs(east) + abs(north) < float("inf"))


def reinterpret(
    geometry: Polygon | MultiPolygon, system: str, other: str
) -> Polygon | MultiPolygon:
    """The same numbers read in another plane system.

    Parameters
    ----------
    geometry
        In EPSG:4326, brought from the plane numbers of `system`.

    Raises
    ------
    DataError
        ``survey.not_placed``.
    UsageError
        ``survey.system_plane`` if one of the two is not a plane VN-2000 system.
    """
    for code in (system, other):
        require_plane(code)
    return moved(moved(geometry, WGS84, system), other)


def require_plane(code: str) -> str:
    """`code` itself where it is a VN-2000 system in metres.

    Raises
    ------
    UsageError
        ``survey.system_plane``.
    """
    if code not in MERIDIANS:
        raise UsageError("survey.system_plane", system=system_name(code))
    return code


@dataclass(frozen=True, slots=True)
class Fit:
    """A system in which the numbers lie where they are expected.

    `share` (0-1) is the part of the area inside; 0 for a place beside the border, within
    :data:`BORDER_KM` of it.
    """

    system: str
    share: float


def fits(
    geometry: Polygon | MultiPolygon, system: str, expected: shapely.Geometry
) -> tuple[Fit, ...]:
    """The systems that put the numbers into the expected area, the best first.

    Parameters
    ----------
    geometry
        In EPSG:4326, brought from the plane numbers of `system`; in degrees there is no other
        reading, so only `system` itself can fit.
    expected
        Polygons of the declared districts or of the province, in EPSG:4326.

    Notes
    -----
    TM-3 and UTM about one meridian differ by some 0.03 % of the northing, 300 to 700 m: position
    cannot tell those two apart, and TM-3 comes first.
    """
    found = []
    for code in MERIDIANS if system in MERIDIANS else (system,):
        try:
            placed = geometry if code == system else reinterpret(geometry, system, code)
        except DataError:
            continue
        if not _near(placed, expected):
            continue
        whole = geometry_area_ha(placed)
        inside = geometry_area_ha(shapely.intersection(placed, expected))
        found.append(Fit(code, min(1.0, inside / whole) if whole else 0.0))
    return tuple(sorted(found, key=lambda fit: (fit.system in _UTM, -round(fit.share, 6))))


def _near(place: shapely.Geometry, expected: shapely.Geometry) -> bool:
    (lon_a, lat_a), (lon_b, lat_b) = shapely.get_coordinates(shapely.shortest_line(place, expected))
    return distance_km(lon_a, lat_a, lon_b, lat_b) <= BORDER_KM


def nearest_tm3(lon: float) -> str:
    """The TM-3 system whose meridian is nearest to a longitude in degrees."""
    return min(
        (code for code in MERIDIANS if code not in _UTM), key=lambda c: abs(longitude(c) - lon)
    )
