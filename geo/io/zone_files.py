"""Zones from whatever file people send: the register's GeoJSON, or a flat table with geometry.

GeoPackage and Shapefile (zipped or not) carry the columns of
:data:`geo.io.tables.COLUMNS`; the file must declare its coordinate system.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.crs import to_wgs84
from geo.io import geojson, vector
from geo.io.tables import COLUMNS, LIST_MARK
from geo.issues import Issue
from geo.zones import IndustryState, Zone, parse_all

COMPUTED = (
    *("cluster_count", "communes", "commune_basis", "commune_confidence", "industry_rule"),
    *("occupancy_targets", "vsic_divisions", "lon", "lat"),
)
"""Columns that a flat table shows and that are not read back."""

GEOJSON_SUFFIXES = (".geojson", ".json")


def read_zones(
    path: Path, max_mb: int, *, layer: str | None = None, encoding: str | None = None
) -> tuple[list[Zone], list[Issue]]:
    """Read zones from any file that is understood.

    Parameters
    ----------
    layer, encoding
        For vector files with several layers, or without a declared code page.

    Returns
    -------
    zones, issues
        The good records, in WGS 84, and what is wrong with the others by row from 1.

    Raises
    ------
    DataError
        When the file as a whole cannot be used, for example without a coordinate system.
    UsageError
        When a layer must be chosen.
    """
    if path.suffix.lower() in GEOJSON_SUFFIXES or not path.exists():
        return geojson.read_zones(path, max_mb)
    frame, _ = vector.read_layer(path, layer, encoding, max_mb)
    placed = to_wgs84(frame, path.name)
    features = [
        {"properties": nested(row), "geometry": shape}
        for row, shape in zip(
            placed.drop(columns=placed.geometry.name).to_dict("records"),
            placed.geometry,
            strict=True,
        )
    ]
    return parse_all(features, source=path.name)


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a zone from a flat row; what is not understood is kept to be reported.

    Shapefiles cut names at ten letters; a column is recognised by those too.
    """
    plain = {_full_name(name): _value(value) for name, value in row.items()}
    vintage = plain.pop("unit_vintage", None)
    codes = _list(plain.pop("district_codes", None))
    names = _list(plain.pop("districts", None))
    clause = plain.pop("clause", None)
    source = {
        "document": plain.pop("document", None),
        "clause": clause,
        "row": plain.pop("row", None),
        "quote": plain.pop("quote", None),
    }
    listed, steered = (
        [
            {"phrase": phrase, "state": state.value, "clause": clause}
            for phrase in _list(plain.pop(f"{state}_industries", None))
        ]
        for state in IndustryState
    )
    for computed in COMPUTED:
        plain.pop(computed, None)
    province = _unit(plain.pop("province_code", None), vintage, plain.pop("province", None))
    return {
        **plain,
        "province": province,
        "districts": [
            _unit(code, vintage, names[at] if at < len(names) else code)
            for at, code in enumerate(codes)
        ],
        "industries": [*listed, *steered],
        "sources": [{name: value for name, value in source.items() if value is not None}],
    }


def _unit(code: Any, vintage: Any, name: Any) -> dict[str, Any]:
    return {"code": code, "vintage": vintage, "name": name}


_BY_CUT_NAME = {name[:10]: name for name in reversed(COLUMNS)}


def _full_name(name: str) -> str:
    return name if name in COLUMNS else _BY_CUT_NAME.get(name, name)


def _value(value: Any) -> Any:
    """None for what vector files use for an empty cell."""
    if value is None or value == "" or value != value:  # NaN differs from itself
        return None
    return value


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [part.strip() for part in str(value).split(LIST_MARK.strip()) if part.strip()]
