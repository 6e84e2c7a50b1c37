"""The rules for one set of boundaries, whoever made it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundaries import coverage
from geo.crs import VIETNAM_BOUNDS
from geo.issues import Issue, issue

CODE_PATTERNS = {"district": r"\d{3}", "province": r"\d{2}"}

# What remains of Vietnamese text that was read in the wrong encoding, and letters such as the
# Icelandic Ð that look right and are never found by a search.
_GARBLED = re.compile("[\ufffd\x00-\x1f\x7f-\x9fðÐþåæøäöüÄÅÆØÖÜ»¿¼½¾¬]")


def check_codes(frame: gpd.GeoDataFrame, source: str, level: str) -> Iterator[Issue]:
    """Codes are well formed and unique; one that is missing says why in ``code_reason``."""
    pattern = CODE_PATTERNS[level]
    times = Counter(code for code in frame["code"] if pd.notna(code))
    reasons = frame.get("code_reason", pd.Series(index=frame.index, dtype=object))
    for label, code, reason in zip(frame.index, frame["code"], reasons, strict=True):
        row = str(label)
        if pd.isna(code):
            if pd.isna(reason):
                yield issue("boundary.code_missing", source=source, row=row, field="code")
        elif not re.fullmatch(pattern, code):
            digits = 3 if level == "district" else 2
            yield issue(
                "boundary.code_malformed",
                source=source,
                row=row,
                field="code",
                value=code,
                digits=digits,
            )
        elif times[code] > 1:
            yield issue(
                "boundary.code_duplicate",
                source=source,
                row=row,
                field="code",
                value=code,
                times=times[code],
            )


def check_names(frame: gpd.GeoDataFrame, source: str) -> Iterator[Issue]:
    """Every unit has a readable name."""
    for label, name in zip(frame.index, frame["name"], strict=True):
        if pd.isna(name) or not name.strip():
            yield issue("boundary.name_missing", source=source, row=str(label), field="name")
        elif found := _GARBLED.search(name):
            yield issue(
                "boundary.name_encoding",
                source=source,
                row=str(label),
                field="name",
                value=name,
                letter=f"U+{ord(found.group()):04X}",
            )


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
