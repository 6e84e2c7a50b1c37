"""The rules for one set of boundaries, whoever made it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundaries import coverage
from geo.crs import VIETNAM_BOUNDS
from geo.garbled import garbled
from geo.issues import Issue, issue

CODE_PATTERNS = {"district": "[0-9]{3}", "province": "[0-9]{2}"}

BORDER_TOLERANCE_DEG = 0.01
"""About 1 km, by which the province borders that are compared with may be off."""
OUTSIDE_WRONG = 0.5
OUTSIDE_DOUBTFUL = 0.05


def check_codes(frame: gpd.GeoDataFrame, source: str, level: str) -> Iterator[Issue]:
    """Codes are well formed and unique; one that is missing says why in ``code_reason``."""
    pattern = CODE_PATTERNS[level]
    times = Counter(str(code) for code in frame["code"] if pd.notna(code))
    reasons = frame.get("code_reason", pd.Series(index=frame.index, dtype=object))
    for label, code, reason in zip(frame.index, frame["code"], reasons, strict=True):
        row = str(label)
        if pd.isna(code):
            if pd.isna(reason):
                yield issue("boundary.code_missing", source=source, row=row, field="code")
        elif not re.fullmatch(pattern, str(code)):
            digits = 3 if level == "district" else 2
            yield issue(
                "boundary.code_malformed",
                source=source,
                row=row,
                field="code",
                value=code,
                digits=digits,
            )
        elif times[str(code)] > 1:
            yield issue(
                "boundary.code_duplicate",
                source=source,
                row=row,
                field="code",
                value=code,
                times=times[str(code)],
            )


def check_names(frame: gpd.GeoDataFrame, source: str) -> Iterator[Issue]:
    """Every unit has a readable name, and not all have the same."""
    for label, value in zip(frame.index, frame["name"], strict=True):
        at: dict[str, Any] = {"source": source, "row": str(label), "field": "name"}
        name = "" if pd.isna(value) else str(value)
        if not name.strip():
            yield issue("boundary.name_missing", **at)
        elif not re.search(r"[^\W\d_]", name) and re.search(r"\w", name):
            yield issue("boundary.name_digits", **at, value=name)
        elif found := garbled(name):
            yield issue("boundary.name_encoding", **at, value=name, letter=found)
    kinds = frame.get("type", pd.Series(index=frame.index, dtype=object))
    named = {(str(kind), str(name)) for kind, name in zip(kinds, frame["name"], strict=True)}
    if len(frame) > 1 and len(named) == 1 and pd.notna(frame["name"].iloc[0]):
        name = str(frame["name"].iloc[0])
        yield issue("boundary.name_same", source=source, field="name", value=name, count=len(frame))


def check_shapes(frame: gpd.GeoDataFrame, source: str) -> Iterator[Issue]:
    """Every unit has a valid polygon within Vietnam; `frame` in EPSG:4326."""
    for label, shape in frame.geometry.items():
        yield from _check_shape(shape, source, str(label))


def _check_shape(shape: BaseGeometry | None, source: str, row: str) -> Iterator[Issue]:
    at: dict[str, Any] = {"source": source, "row": row, "field": "geometry"}
    if shape is None or shape.is_empty:
        yield issue("boundary.geometry_empty", **at)
    elif shape.geom_type not in ("Polygon", "MultiPolygon"):
        yield issue("boundary.geometry_type", **at, value=shape.geom_type)
    elif not within(shape, VIETNAM_BOUNDS):
        bounds = [round(edge, 3) for edge in shape.bounds]
        yield issue("boundary.outside", **at, value=bounds)
    elif not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        yield issue("boundary.geometry_invalid", **at, value=why)


def check_provinces(
    frame: gpd.GeoDataFrame, source: str, declared: Mapping[str, str], provinces: gpd.GeoDataFrame
) -> Iterator[Issue]:
    """Units lie in the province that they are declared for.

    A wrong meridian moves every shape by tens of kilometres and leaves it valid.

    Parameters
    ----------
    frame
        Valid polygons in EPSG:4326.
    declared
        Province code by label of `frame`; units without one are not looked at.
    provinces
        Polygons in EPSG:4326 by code, with their ``name``.
    """
    grown: dict[str, BaseGeometry] = {}
    for label, code in declared.items():
        if code not in provinces.index:
            continue
        if code not in grown:
            grown[code] = shapely.buffer(provinces.geometry[code], BORDER_TOLERANCE_DEG)
            shapely.prepare(grown[code])
        shape = frame.geometry[label]
        if shapely.covers(grown[code], shape):
            continue
        share = shapely.difference(shape, grown[code]).area / shape.area
        if share > OUTSIDE_DOUBTFUL:
            wrong = share > OUTSIDE_WRONG
            yield issue(
                "boundary.outside_declared_province" if wrong else "boundary.partly_outside",
                source=source,
                row=str(label),
                field="geometry",
                province=f"{provinces.at[code, 'name']} ({code})",
                share=round(share * 100),
            )


def within(shape: BaseGeometry, bounds: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds
    left, bottom, right, top = shape.bounds
    return bool(west <= left and south <= bottom and right <= east and top <= north)


def check_coverage(
    frame: gpd.GeoDataFrame, source: str, tolerance_ha: float = 0.0
) -> Iterator[Issue]:
    """Neighbours share their borders: no overlaps, and no holes between them.

    Parameters
    ----------
    frame
        Valid polygons in EPSG:4326.
    tolerance_ha
        Faults up to this area pass. With 0, borders must agree point by point.
    """
    shapes = frame.geometry.to_numpy()
    agrees = bool(shapely.coverage_is_valid(shapes))
    overlapping = [] if agrees else list(coverage.overlaps(frame, tolerance_ha))
    for found in overlapping:
        yield issue(
            "boundary.overlap",
            source=source,
            row=found.first,
            field="geometry",
            first=found.first,
            second=found.second,
            area_ha=round(found.area_ha, 4),
        )
    if not agrees and not overlapping and tolerance_ha == 0:
        edges = shapely.coverage_invalid_edges(shapes)
        units = [str(label) for label, edge in zip(frame.index, edges, strict=True) if edge]
        yield issue("boundary.border", source=source, field="geometry", units=units)
    for gap in coverage.gaps(frame, tolerance_ha):
        yield issue(
            "boundary.gap",
            source=source,
            field="geometry",
            lon=round(gap.lon, 5),
            lat=round(gap.lat, 5),
            area_ha=round(gap.area_ha, 4),
        )
