"""GeoPackage: zones and the units around them in one file for a geographic information system."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.crs import WGS84
from geo.io.tables import COLUMNS, flat
from geo.zones import AREA_FIELDS, Zone

_NUMBERS = (*AREA_FIELDS, "lon", "lat", "location_radius_km")
_WHOLE = ("cluster_count", "row")


def zones_frame(zones: Sequence[Zone]) -> gpd.GeoDataFrame:
    """Zones with the columns of :data:`geo.io.tables.COLUMNS`.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326; areas in ha and places in degrees as float, unknown null, texts as they are.
    """
    rows = [flat(zone) for zone in zones]
    table = pd.DataFrame({name: [row[name] for row in rows] for name in COLUMNS}, dtype=object)
    for name in _NUMBERS:
        known = (None if value is None else float(value) for value in table[name])
        table[name] = pd.Series(list(known), dtype="float64")
    for name in _WHOLE:
        table[name] = table[name].astype("Int64")
    for name in set(COLUMNS) - {*_NUMBERS, *_WHOLE}:
        table[name] = table[name].astype("str")
    return gpd.GeoDataFrame(table, geometry=[zone.geometry for zone in zones], crs=WGS84)


def units_frame(
    units: gpd.GeoDataFrame, totals: Mapping[str, Mapping[str, Decimal | int | None]]
) -> gpd.GeoDataFrame:
    """Units of a boundary layer with figures as further columns.

    Parameters
    ----------
    units
        Polygons indexed by code.
    totals
        Figures by code; a unit without any has nulls.
    """
    named = units[[name for name in ("name", "full_name", "province_code") if name in units]]
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys(name for own in totals.values() for name in own):
        held = (totals.get(str(code), {}).get(name) for code in units.index)
        columns[name] = [None if value is None else float(value) for value in held]
    figures = pd.DataFrame(columns, index=units.index, dtype="float64")
    joined = named.join(figures).reset_index(names="code")
    return gpd.GeoDataFrame(joined, geometry=list(units.geometry), crs=units.crs)


def dumps(layers: Mapping[str, gpd.GeoDataFrame]) -> bytes:
    """A GeoPackage with these layers in this order."""
    with tempfile.TemporaryDirectory(prefix="khucum-") as folder:
        path = Path(folder) / "layers.gpkg"
        for name, frame in layers.items():
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        return path.read_bytes()
