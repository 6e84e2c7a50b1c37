"""The place of a zone as staff set it, turned into the raw fields of its record.

Four ways lead here: communes of the gazetteer, a point, an outline drawn on the map, a survey.
Nothing is written; what a form takes over is checked again like every other field.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo import gazetteer, survey
from geo.crs import WGS84
from geo.districts import Unit, UnitRegister
from geo.errors import DataError
from geo.gazetteer import Commune, Gazetteer
from geo.io.geojson import COORDINATE_DECIMALS, geometry_mapping
from geo.issues import Issue, issue
from geo.survey.numbers import read_degrees, read_metres
from geo.survey.systems import ANGLES, METRES, moved
from geo.text import printable
from geo.zones import UNREADABLE_SHAPE, Basis, Precision, geometry_problem

FIELDS = (
    *("geometry", "location_precision", "location_radius_km", "location_source"),
    *("communes", "districts", "province"),
)
"""Fields of a record that make up its place."""

MAX_CORNERS = 20_000
_HALF_KM = 0.0045  # in degrees of latitude
_SPLIT = re.compile(r"\s*;\s*|,?\s+|,(?=\d+\.\d)")


def read_geometry(raw: object) -> tuple[BaseGeometry | None, Issue | None]:
    """A GeoJSON geometry in EPSG:4326 from a browser or a draft.

    Returns
    -------
    geometry, issue
        None and None where there is none; None with the issue ``zone.geometry_*`` where it cannot
        be the place of a zone.
    """
    if raw is None:
        return None, None
    try:
        built = shapely.force_2d(shape(raw))
        problem = geometry_problem(built)
    except UNREADABLE_SHAPE:
        return None, issue("zone.geometry_unreadable", field="geometry", value=raw)
    if shapely.get_num_coordinates(built) > MAX_CORNERS:
        return None, issue("zone.geometry_unreadable", field="geometry", value=built.geom_type)
    if problem is not None:
        code, params = problem
        found = issue(code, field="geometry", value=built.wkt)
        return None, replace(found, params=params)
    return built, None


def read_point(north: str, east: str, system: str) -> tuple[Point, bool]:
    """A point that somebody typed.

    Parameters
    ----------
    north, east
        X and Y of VN-2000, or latitude and longitude; both may stand in the first one.
    system
        A system of :mod:`geo.survey`, as ``EPSG:9217`` or ``EPSG:4326``.

    Returns
    -------
    point, swapped
        In EPSG:4326, to 6 decimals; whether the two came in the other order.

    Raises
    ------
    DataError
        ``place.coordinates`` with what can be a coordinate in that system;
        ``survey.not_placed``.
    """
    if not east.strip() and (pair := split_pair(north)):
        north, east = pair
    degrees = system in survey.DEGREES
    axes, read = (ANGLES, read_degrees) if degrees else (METRES, read_metres)
    for swapped, (y, x) in enumerate(((north, east), (east, north))):
        y_read, x_read = read(y, axes.north), read(x, axes.east)
        if y_read is not None and x_read is not None:
            found = moved(Point(x_read.value, y_read.value), system)
            lon, lat = (round(value, COORDINATE_DECIMALS) for value in found.coords[0])
            return Point(lon, lat), bool(swapped)
    raise DataError(
        "place.coordinates",
        north=printable(north)[:40],
        east=printable(east)[:40],
        system=survey.system_name(system),
        low_north=axes.north[0],
        high_north=axes.north[1],
        low_east=axes.east[0],
        high_east=axes.east[1],
    )


def split_pair(text: str) -> tuple[str, str] | None:
    """The two numbers of a text such as ``21.4, 105.87``; None where it holds another count.

    Examples
    --------
    >>> split_pair("21,4; 105,87"), split_pair("21,4")
    (('21,4', '105,87'), None)
    """
    match [part for part in _SPLIT.split(text.strip()) if part]:
        case [first, second]:
            return first, second
    return None


def typed(point: Point, system: str) -> tuple[str, str]:
    """A point as :func:`read_point` takes it: north and east, metres to the centimetre."""
    if system == WGS84:
        return f"{point.y:.6f}", f"{point.x:.6f}"
    plane = moved(point, WGS84, system)
    decimals = COORDINATE_DECIMALS if system in survey.DEGREES else 2
    return f"{plane.y:.{decimals}f}", f"{plane.x:.{decimals}f}"


def commune_fields(
    entries: Sequence[Commune],
    confidence: str,
    raw: Mapping[str, Any],
    communes: Gazetteer,
    register: UnitRegister,
) -> dict[str, Any]:
    """The place of a zone of which only communes are known.

    Parameters
    ----------
    confidence
        ``stated`` where the document names them, else how sure the match is.

    Raises
    ------
    UsageError
        ``gazetteer.no_commune`` without any commune.
    """
    point, radius = gazetteer.place(entries)
    precision = gazetteer.precision(entries)
    basis = Basis.STATED if confidence == "stated" else Basis.MATCHED
    middle = "commune_point" if len(entries) == 1 else "commune_mean"
    found = [gazetteer.district_of(entry, register) for entry in entries]
    codes = list(dict.fromkeys(unit.code for unit in found if unit is not None))
    districts = None if None in found else district_refs(codes, raw, register)
    refs = communes.commune_refs(entries, basis, confidence)
    return {
        "geometry": geometry_mapping(point),
        "location_precision": precision.value,
        "location_radius_km": float(radius),
        "location_source": "district_point" if precision is Precision.DISTRICT else middle,
        "communes": [
            {name: list(value) if isinstance(value, tuple) else str(value)
             for name, value in asdict(ref).items() if value}
            for ref in refs
        ],
        **({} if districts is None else {"districts": districts}),
    }  # fmt: skip


def shape_fields(geometry: BaseGeometry, precision: Precision, source: str) -> dict[str, Any]:
    """The place of a zone whose point or outline is known; it has no radius of doubt.

    `source` is a key of ``location_source`` in the texts, or what somebody wrote.
    """
    return {
        "geometry": geometry_mapping(geometry),
        "location_precision": precision.value,
        "location_radius_km": None,
        "location_source": source,
    }


def declared_codes(raw: Mapping[str, Any], register: UnitRegister) -> list[str]:
    """The districts that a raw record declares, as codes of the boundary set."""
    refs = [ref for ref in raw.get("districts") or [] if isinstance(ref, Mapping)]
    units = (register.get(str(ref.get("code")), str(ref.get("vintage"))) for ref in refs)
    return [unit.boundary_code for unit in units if unit is not None and unit.boundary_code]


def district_refs(
    codes: Sequence[str], raw: Mapping[str, Any], register: UnitRegister
) -> list[dict[str, Any]] | None:
    """Districts of the boundary set as the record would declare them.

    Returns
    -------
    list of dict or None
        In the list of the vintage that the record's province names, or of 2016; None where one
        of them is not in that province, and where the record declares these already.
    """
    if not codes or set(codes) == set(declared_codes(raw, register)):
        return None
    province = raw.get("province") or {}
    vintage, own = province.get("vintage"), province.get("code")
    refs = []
    for code in codes:
        units = [unit for unit in register.of(str(vintage)) if unit.boundary_code == code]
        if not units:
            units = [unit for unit in register.of("2016") if unit.code == code]
        if len(units) != 1 or own != _province(units[0], vintage):
            return None
        unit = units[0]
        refs.append({"code": unit.code, "vintage": unit.vintage, "name": unit.full_name,
                     "basis": Basis.MATCHED.value})  # fmt: skip
    return refs


def _province(unit: Unit, vintage: object) -> str | None:
    return unit.province_2025_code if vintage == "2025" else unit.province_code


def province_unit(raw: Mapping[str, Any], register: UnitRegister) -> Unit | None:
    """The province that a raw record names; None where it names none that is known."""
    ref = raw.get("province")
    if not isinstance(ref, Mapping):
        return None
    return register.get(str(ref.get("code")), str(ref.get("vintage")), "province")


def systems(raw: Mapping[str, Any], register: UnitRegister, folder: Path) -> list[str]:
    """Every system in which a survey may come, those of the zone's province first.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*`` where the table of provinces cannot be read.
    """
    unit = province_unit(raw, register)
    table = survey.load_province_systems(folder)
    own = [] if unit is None else [row.epsg for row in survey.systems_of(unit, register, table)]
    return list(dict.fromkeys([*own, *survey.MERIDIANS, *survey.DEGREES]))


def reach(
    geometry: BaseGeometry, radius_km: float | None = None
) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees around a place and its doubt, at least a kilometre."""
    west, south, east, north = geometry.bounds
    pad = max(_HALF_KM, (radius_km or 0) / 111)
    return west - pad, south - pad, east + pad, north + pad


def corners_csv(geometry: Polygon | MultiPolygon, system: str) -> bytes:
    """The corner table of an outline as a file that spreadsheets open and this program reads back.

    Parameters
    ----------
    geometry
        In EPSG:4326.
    system
        A plane VN-2000 system. Columns: part and ring, label, X (north) and Y (east) in metres
        to the millimetre, length in metres to the next corner.
    """
    rows = survey.corner_table(geometry, system)
    several = len({(row["part"], row["ring"]) for row in rows}) > 1
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow([*(["lô"] if several else []), "điểm", "X (m)", "Y (m)", "cạnh (m)"])
    for row in rows:
        ring = [f"{row['part']}.{row['ring']}"] if several else []
        numbers = (f"{row[name]:.3f}" for name in ("x_northing_m", "y_easting_m", "length_m"))
        table.writerow([*ring, row["label"], *numbers])
    return out.getvalue().encode("utf-8-sig")
