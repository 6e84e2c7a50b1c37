"""The register's own format: GeoJSON in EPSG:4326, written byte-stable and easy to compare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import pyproj
from pyproj.exceptions import ProjError
from shapely.geometry import mapping, shape

from geo.crs import WGS84, to_wgs84
from geo.errors import DataError
from geo.io.crs_member import declared_crs
from geo.io.files import read_bytes
from geo.issues import Issue
from geo.zones import UNREADABLE_SHAPE, Zone, parse_all, properties

COORDINATE_DECIMALS = 6  # 0.1 m


def read_zones(path: Path, max_mb: int) -> tuple[list[Zone], list[Issue]]:
    """Read zones from a GeoJSON file.

    Coordinates are WGS 84 longitude, latitude as RFC 7946 has it; a ``crs`` member of the older
    standard is honoured.

    Returns
    -------
    zones, issues
        The good records, and what is wrong with the others, by row from 1.

    Raises
    ------
    DataError
        When the file as a whole cannot be read: ``file.*`` or ``crs.unknown``.
    """
    return parse_zones(read_bytes(path, max_mb), path.name)


def parse_zones(content: bytes, file: str) -> tuple[list[Zone], list[Issue]]:
    """Zones from the content of a GeoJSON file; see :func:`read_zones`."""
    features, crs = _features(content, file)
    return parse_all(_in_wgs84(features, crs, file), source=file)


def _features(content: bytes, file: str) -> tuple[list[Any], Any]:
    """The raw features, numbers as exact decimals, and the ``crs`` member."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise DataError("file.not_utf8", file=file, byte=str(fault.start + 1)) from fault
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as fault:
        raise DataError(
            "file.not_json", file=file, line=str(fault.lineno), column=str(fault.colno)
        ) from fault
    except (ValueError, RecursionError, ArithmeticError) as fault:
        raise DataError("file.bad_number", file=file, reason=str(fault)) from fault
    if not isinstance(document, Mapping) or not isinstance(document.get("features"), list):
        raise DataError("file.not_collection", file=file)
    return document["features"], document.get("crs")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _in_wgs84(features: list[Any], crs: Any, file: str) -> list[Any]:
    declared = declared_crs(crs, file)
    if declared is None or declared in (pyproj.CRS(WGS84), pyproj.CRS("OGC:CRS84")):
        return features
    placed = [at for at, feature in enumerate(features) if _has_place(feature)]
    shapes = gpd.GeoDataFrame(
        geometry=[_shape(features[at]["geometry"]) for at in placed], index=placed, crs=declared
    )
    try:
        moved = to_wgs84(shapes, file).geometry
    except ProjError as fault:
        raise DataError("crs.unknown", file=file, got=declared.name) from fault
    return [
        {**feature, "geometry": moved[at]} if at in moved.index else feature
        for at, feature in enumerate(features)
    ]


def _has_place(feature: Any) -> bool:
    if not isinstance(feature, Mapping) or not isinstance(feature.get("geometry"), Mapping):
        return False
    return _shape(feature["geometry"]) is not None


def _shape(raw: Mapping[str, Any]) -> Any:
    try:
        return shape(json.loads(json.dumps(raw, default=float)))
    except UNREADABLE_SHAPE:
        return None


def dumps(zones: Iterable[Zone]) -> bytes:
    """The canonical text of the register: sorted by id, one value a line, fixed precision.

    Two calls with the same zones in any order give the same bytes.
    """
    features = (dump_feature(zone) for zone in sorted(zones, key=lambda zone: zone.id))
    body = ",\n".join(features)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'.encode()


def dump_feature(zone: Zone) -> str:
    """The canonical text of one record."""
    lines = ",\n".join(
        f"  {_json(name)}: {_value(value)}" for name, value in properties(zone).items()
    )
    geometry = "null" if zone.geometry is None else _json(geometry_mapping(zone.geometry))
    return (
        f'{{"type": "Feature", "id": {_json(zone.id)}, "properties": {{\n{lines}\n'
        f' }}, "geometry": {geometry}}}'
    )


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        items = ",\n".join(f"    {_json(item)}" for item in value)
        return f"[\n{items}\n  ]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def geometry_mapping(geometry: Any, decimals: int = COORDINATE_DECIMALS) -> dict[str, Any]:
    """A GeoJSON geometry with rounded coordinates."""
    plain = mapping(geometry)
    return {"type": plain["type"], "coordinates": _rounded(plain["coordinates"], decimals)}


def _rounded(coordinates: Sequence[Any], decimals: int) -> list[Any]:
    if isinstance(coordinates[0], int | float):
        return [round(float(value), decimals) for value in coordinates]
    return [_rounded(part, decimals) for part in coordinates]
