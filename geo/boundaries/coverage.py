"""Polygons that share their borders: cleaning, rounding, and the rules they must satisfy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import geometry_area_ha

EQUAL_AREA = "EPSG:6933"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two units of a frame, by label, and the area they both claim."""

    first: str
    second: str
    area_ha: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in the union, enclosed by units."""

    lon: float
    lat: float
    area_ha: float


def clean(frame: gpd.GeoDataFrame, gap_width_m: float) -> gpd.GeoDataFrame:
    """Let neighbours share their borders: overlaps go to one side, narrow gaps are closed.

    Parameters
    ----------
    frame
        Polygons in any CRS; cleaned in EPSG:6933 and returned in the CRS of `frame`.
    gap_width_m
        Holes up to this width in metres are closed; wider ones stay.
    """
    metric = frame.geometry.to_crs(EQUAL_AREA)
    shapes = shapely.coverage_clean(metric.to_numpy(), gap_width=gap_width_m)
    cleaned = gpd.GeoSeries(shapes, index=frame.index, crs=EQUAL_AREA)
    return frame.set_geometry(cleaned.to_crs(frame.crs))


def rounded(shape: BaseGeometry, decimals: int) -> BaseGeometry:
    """`shape` with rounded coordinates, outer rings anticlockwise (RFC 7946).

    A border's points are the same on both sides, so they also round alike.
    """
    on_grid = shapely.transform(shape, lambda points: np.round(points, decimals))
    return shapely.orient_polygons(shapely.normalize(on_grid))


def overlaps(frame: gpd.GeoDataFrame, min_area_ha: float = 0.0) -> Iterator[Overlap]:
    """Pairs of units whose interiors share more than `min_area_ha`; `frame` in EPSG:4326.

    Examples
    --------
    >>> from shapely import box
    >>> squares = [box(0, 0, 0.002, 0.002), box(0.001, 0, 0.003, 0.002)]
    >>> frame = gpd.GeoDataFrame(geometry=squares, index=["a", "b"], crs="EPSG:4326")
    >>> [(o.first, o.second, round(o.area_ha, 2)) for o in overlaps(frame)]
    [('a', 'b', 2.46)]
    """
    shapes = frame.geometry.to_numpy()
    left, right = frame.sindex.query(shapes, predicate="intersects")
    ordered = sorted((i, j) for i, j in zip(left, right, strict=True) if i < j)
    for i, j in ordered:
        shared = polygonal(shapely.intersection(shapes[i], shapes[j]))
        area_ha = geometry_area_ha(shared)
        if area_ha > min_area_ha:
            yield Overlap(str(frame.index[i]), str(frame.index[j]), area_ha)


def gaps(frame: gpd.GeoDataFrame, min_area_ha: float = 0.0) -> Iterator[Gap]:
    """Holes larger than `min_area_ha` in the union of `frame`, which is in EPSG:4326.

    Examples
    --------
    >>> from shapely import box
    >>> ring = box(0, 0, 0.003, 0.003) - box(0.001, 0.001, 0.002, 0.002)
    >>> frame = gpd.GeoDataFrame(geometry=[ring], crs="EPSG:4326")
    >>> [(round(g.lon, 4), round(g.area_ha, 2)) for g in gaps(frame)]
    [(0.0015, 1.23)]
    """
    union = shapely.union_all(frame.geometry.to_numpy())
    for part in shapely.get_parts(union):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            area_ha = geometry_area_ha(hole)
            if area_ha > min_area_ha:
                inside = hole.representative_point()
                yield Gap(inside.x, inside.y, area_ha)


def polygonal(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of `shape` without its points and lines."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
