"""Coordinate systems of Vietnam, areas and distances.

Areas are geodesic on the WGS 84 ellipsoid; degrees and Web Mercator are never measured in.
VN-2000 systems: EPSG registry. TM-3 zones have k0 = 0.9999 and a false easting of 500 000 m.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.crs import CoordinateOperation  # type: ignore[attr-defined]  # documented, unlisted
from shapely.geometry.base import BaseGeometry

from geo.errors import DataError

WGS84 = "EPSG:4326"
GEOD = pyproj.Geod(ellps="WGS84")
ONSHORE = 6960
"""EPSG operation from VN-2000 to WGS 84 on land."""

VIETNAM_BOUNDS = (102.0, 6.0, 118.0, 23.5)
"""West, south, east, north in degrees, with Hoàng Sa and Trường Sa."""


def in_vietnam(lon: float, lat: float) -> bool:
    """Whether a point in WGS 84 degrees lies in the bounds of Vietnam, archipelagos included."""
    west, south, east, north = VIETNAM_BOUNDS
    return west <= lon <= east and south <= lat <= north


def require_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, where: str) -> None:
    """Refuse geometry without a coordinate system.

    Raises
    ------
    DataError
        ``crs.missing``, naming the file or layer `where`.
    """
    if frame.crs is None:
        raise DataError("crs.missing", file=where)


def to_wgs84(frame: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    """A copy of `frame` in EPSG:4326, by the transformation of the EPSG registry.

    Raises
    ------
    DataError
        If `frame` has no coordinate system.
    """
    require_crs(frame, where)
    source = pyproj.CRS(frame.crs)
    if source == pyproj.CRS(WGS84) or source == pyproj.CRS("OGC:CRS84"):
        return frame.set_crs(WGS84, allow_override=True)
    step = transformer(source.to_wkt())
    shapes = [_transformed(shape, step) for shape in frame.geometry]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))


@cache
def transformer(source: str, target: str = WGS84) -> pyproj.Transformer:
    """Transformer in x, y order (longitude, easting first); never a ballpark shift."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


@cache
def proj4_definition(code: str) -> str:
    """A transverse Mercator system on VN-2000 for proj4js, which has no registry of its own.

    The numbers are those of the EPSG registry: the projection, and operation 6960 to WGS 84, the
    one for Vietnam onshore.

    Raises
    ------
    ValueError
        For a system of another kind.

    Examples
    --------
    >>> proj4_definition("EPSG:9213").split()[1:4]
    ['+lat_0=0.0', '+lon_0=106.5', '+k=0.9999']
    """
    crs = pyproj.CRS(code)
    ellipsoid, conversion = crs.ellipsoid, crs.coordinate_operation
    if ellipsoid is None or conversion is None or conversion.method_name != "Transverse Mercator":
        raise ValueError(f"{code} is {crs.name}, expected a transverse Mercator system")
    lat, lon, scale, east, north = (parameter.value for parameter in conversion.params)
    shift = CoordinateOperation.from_epsg(ONSHORE)
    turn = -1 if shift.method_name.startswith("Coordinate Frame") else 1  # proj4js: position vector
    x, y, z, *angles, ppm = shift.towgs84
    numbers = [x, y, z, *(turn * angle for angle in angles), ppm]
    return (
        f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k={scale} +x_0={east} +y_0={north}"
        f" +a={ellipsoid.semi_major_metre} +rf={ellipsoid.inverse_flattening}"
        f" +towgs84={','.join(str(number) for number in numbers)} +units=m +no_defs"
    )


def _transformed(shape: BaseGeometry | None, step: pyproj.Transformer) -> BaseGeometry | None:
    if shape is None or shape.is_empty:
        return shape
    return shapely.transform(shape, step.transform, interleaved=False)


def geometry_area_ha(geometry: BaseGeometry) -> float:
    """Geodesic area in hectares of a geometry in WGS 84 degrees; 0 for points and lines.

    Examples
    --------
    A square of 0.001° at the equator is 111.3195 m by 110.5743 m:

    >>> from shapely import box
    >>> round(geometry_area_ha(box(0, 0, 0.001, 0.001)), 4)
    1.2309
    """
    area_m2, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(geometry))
    return abs(area_m2) / 10_000


def area_ha(geometry: gpd.GeoSeries) -> pd.Series:
    """Geodesic area of each geometry in hectares, with the same index.

    Parameters
    ----------
    geometry
        Polygons in EPSG:4326.

    Raises
    ------
    DataError
        ``crs.missing`` without a CRS, ``crs.not_wgs84`` in another one.
    """
    require_crs(geometry, "area_ha")
    if geometry.crs != WGS84:
        raise DataError("crs.not_wgs84", got=geometry.crs.to_string(), expected=WGS84)
    values = [geometry_area_ha(shape) if shape is not None else 0.0 for shape in geometry]
    return pd.Series(values, index=geometry.index, name="area_ha", dtype=float)


def distance_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Geodesic distance in kilometres between two points in WGS 84 degrees."""
    _, _, metres = GEOD.inv(lon_a, lat_a, lon_b, lat_b)
    return float(metres) / 1000


def gaps_km(area: BaseGeometry, shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Geodesic kilometres between an area and shapes, in WGS 84; 0 where they meet.

    The nearest places are those of the plane of degrees, which near Vietnam is right to some per
    cent.
    """
    lines = shapely.get_coordinates(shapely.shortest_line(area, shapes)).reshape(-1, 4)
    _, _, metres = GEOD.inv(*lines.T)
    return np.asarray(metres) / 1000


def distances_km(
    lon: float, lat: float, lons: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Geodesic distances in kilometres from one point to many, in WGS 84 degrees; NaN stays NaN."""
    away = np.full(len(lons), np.nan)
    known = ~(np.isnan(lons) | np.isnan(lats))
    count = int(known.sum())
    _, _, metres = GEOD.inv(np.full(count, lon), np.full(count, lat), lons[known], lats[known])
    away[known] = np.asarray(metres) / 1000
    return away
