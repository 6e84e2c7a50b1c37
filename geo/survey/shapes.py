"""Rings of corners to polygons: closed, not crossing, in WGS 84, and back to a corner table."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely import MultiPolygon, Polygon

from geo.crs import WGS84, geometry_area_ha
from geo.errors import DataError
from geo.issues import Issue, issue
from geo.survey.systems import moved, require_plane

SAME_M = 0.001
"""Points nearer than a millimetre are one; no survey tells them apart."""
_SAME_DEGREES = 1e-8
MAX_RINGS = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """One outline in a file: its number from 1, its layer or name, its geodesic area."""

    number: int
    name: str
    area_ha: float


@dataclass(frozen=True, slots=True)
class SurveyShape:
    """A surveyed outline that can be used.

    Attributes
    ----------
    geometry
        Valid, two-dimensional, oriented as RFC 7946 wants, in EPSG:4326.
    system
        The system in which the numbers were read, as ``EPSG:9217``; the name of a system that has
        no code in the EPSG registry.
    corners
        Different points of its rings.
    issues
        What was mended and what to look at.
    candidates
        The outlines in the file where there are several, the largest first.
    """

    geometry: Polygon | MultiPolygon
    system: str
    corners: int
    issues: tuple[Issue, ...] = ()
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Corner:
    """A point of a ring: its label, and its numbers with x to the east."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Ring:
    name: str
    corners: tuple[Corner, ...]


def polygons_of(rings: Sequence[Ring], *, degrees: bool) -> tuple[shapely.Geometry, list[Issue]]:
    """The area within rings, a ring inside another being a hole in it.

    Returns
    -------
    geometry, issues
        In the plane or the degrees of the corners; what was closed, dropped or taken for a hole.

    Raises
    ------
    DataError
        ``survey.ring_short``, ``survey.ring_flat``, ``survey.ring_crosses`` with the two sides
        and the place, ``survey.rings_cross``, ``survey.rings_many``.
    """
    if len(rings) > MAX_RINGS:
        raise DataError("survey.rings_many", got=len(rings), limit=MAX_RINGS)
    issues: list[Issue] = []
    shapes = []
    for ring in rings:
        kept = _distinct(ring, degrees, issues)
        shapes.append(_polygon(ring.name, kept))
    return _nested(rings, shapes, issues), issues


def _distinct(ring: Ring, degrees: bool, issues: list[Issue]) -> list[Corner]:
    """The corners without repetitions; the ring is closed by whoever draws it."""
    kept: list[Corner] = []
    dropped = []
    for corner in ring.corners:
        if kept and _same(kept[-1], corner, degrees):
            dropped.append(corner.label)
        else:
            kept.append(corner)
    closed = len(kept) > 1 and _same(kept[0], kept[-1], degrees)
    if closed:
        kept.pop()
    if len(kept) < 3:
        raise DataError("survey.ring_short", ring=ring.name, got=len(kept))
    if dropped:
        issues.append(issue("survey.points_same", ring=ring.name, count=len(dropped),
                            labels=dropped[:10]))  # fmt: skip
    if not closed:
        issues.append(issue("survey.ring_closed", ring=ring.name, first=kept[0].label,
                            last=kept[-1].label))  # fmt: skip
    return kept


def _same(one: Corner, other: Corner, degrees: bool) -> bool:
    return math.hypot(one.x - other.x, one.y - other.y) < (_SAME_DEGREES if degrees else SAME_M)


def _polygon(name: str, corners: Sequence[Corner]) -> Polygon:
    polygon = Polygon([(corner.x, corner.y) for corner in corners])
    if polygon.is_valid and polygon.area > 0:
        return polygon
    points = np.array([(corner.x, corner.y) for corner in corners])
    spread = points - points.mean(axis=0)
    if np.linalg.matrix_rank(spread, tol=1e-9 * np.abs(points).max()) < 2:
        raise DataError("survey.ring_flat", ring=name)
    x, y, (a, b) = crossing(polygon)
    labels = [corner.label for corner in corners]
    raise DataError(
        "survey.ring_crosses",
        ring=name,
        side=f"{labels[a]}–{labels[(a + 1) % len(labels)]}",
        other=f"{labels[b]}–{labels[(b + 1) % len(labels)]}",
        x=round(y, 6 if abs(y) < 360 else 2),
        y=round(x, 6 if abs(x) < 360 else 2),
    )


def crossing(polygon: Polygon) -> tuple[float, float, tuple[int, int]]:
    """Where the outline of an invalid polygon meets itself: the place, and which two sides.

    A side is numbered by its first point, from 0.
    """
    points = shapely.get_coordinates(polygon.exterior)
    numbers = re.findall(r"-?[0-9.]+(?:e[+-]?[0-9]+)?", shapely.is_valid_reason(polygon))
    x, y = (float(number) for number in numbers[-2:]) if len(numbers) > 1 else points[0]
    sides = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
    nearest = np.argsort(shapely.distance(sides, shapely.Point(x, y)), kind="stable")[:4]
    first = int(nearest[0])
    apart = (int(at) for at in nearest[1:] if abs(int(at) - first) not in (0, 1, len(sides) - 1))
    touching = shapely.distance(sides, shapely.Point(x, y)) <= 1e-9 * max(abs(x), abs(y), 1.0)
    other = next((at for at in apart if touching[at]), int(nearest[1]))
    return float(x), float(y), (min(first, other), max(first, other))


def _nested(
    rings: Sequence[Ring], shapes: Sequence[Polygon], issues: list[Issue]
) -> shapely.Geometry:
    if len(shapes) == 1:
        return shapes[0]
    tree = shapely.STRtree(shapes)
    for predicate in ("overlaps", "covers"):
        left, right = tree.query(shapes, predicate=predicate)
        pairs = set(zip(left.tolist(), right.tolist(), strict=True))
        for a, b in sorted(pairs):
            if a != b and (predicate == "overlaps" or (b, a) in pairs):
                raise DataError("survey.rings_cross", ring=rings[a].name, other=rings[b].name)
    inside = [sum(1 for a, b in pairs if b == at and a != at) for at in range(len(shapes))]
    whole: shapely.Geometry = shapely.MultiPolygon()
    for depth in range(max(inside) + 1):
        level = [shape for shape, count in zip(shapes, inside, strict=True) if count == depth]
        merged = shapely.union_all(level)
        whole = shapely.difference(whole, merged) if depth % 2 else shapely.union(whole, merged)
    holes = [ring.name for ring, count in zip(rings, inside, strict=True) if count % 2]
    if holes:
        issues.append(issue("survey.holes", rings=holes[:10], count=len(holes)))
    return whole


def finished(
    plane: shapely.Geometry, source: str | pyproj.CRS, system: str
) -> tuple[Polygon | MultiPolygon, int]:
    """Polygons of a system in EPSG:4326, as :class:`SurveyShape` wants them, and their corners.

    Raises
    ------
    DataError
        ``survey.not_placed``, ``survey.off_earth``, ``survey.geometry_invalid``.
    """
    placed = shapely.force_2d(plane if source == WGS84 else moved(plane, source))
    if placed.geom_type not in ("Polygon", "MultiPolygon") or not placed.is_valid:
        raise DataError(
            "survey.geometry_invalid", system=system, reason=shapely.is_valid_reason(placed)
        )
    west, south, east, north = placed.bounds
    if west < -180 or south < -90 or east > 180 or north > 90:
        raise DataError("survey.off_earth", system=system, bounds=[west, south, east, north])
    if geometry_area_ha(placed) == 0:
        raise DataError("survey.geometry_invalid", system=system, reason="area 0")
    oriented = shapely.orient_polygons(placed)
    return oriented, corner_count(oriented)


def corner_count(geometry: Polygon | MultiPolygon) -> int:
    """The points of all rings, each ring's last one not counted again."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    return int(shapely.get_num_coordinates(rings).sum() - len(rings))


def corner_table(geometry: Polygon | MultiPolygon, system: str) -> list[dict[str, Any]]:
    """The corners as a survey table has them: X to the north, Y to the east.

    Parameters
    ----------
    geometry
        In EPSG:4326.
    system
        A plane VN-2000 system, as ``EPSG:9217``.

    Returns
    -------
    list of dict
        ``part`` (polygon, from 1), ``ring`` (0 the outline, then its holes), ``label`` (from
        ``"1"``, on through all rings), ``x_northing_m`` and ``y_easting_m`` to the millimetre,
        and ``length_m``, the distance in the plane to the next corner of the ring.

    Raises
    ------
    UsageError
        ``survey.system_plane`` for a system in degrees.
    """
    plane = moved(geometry, WGS84, require_plane(system))
    rows: list[dict[str, Any]] = []
    for part, polygon in enumerate(shapely.get_parts(plane), start=1):
        for ring, line in enumerate(shapely.get_rings(polygon)):
            points = shapely.get_coordinates(line)
            for (x, y), (next_x, next_y) in itertools.pairwise(points):
                rows.append(
                    {
                        "part": part,
                        "ring": ring,
                        "label": str(len(rows) + 1),
                        "x_northing_m": round(float(y), 3),
                        "y_easting_m": round(float(x), 3),
                        "length_m": round(math.hypot(next_x - x, next_y - y), 3),
                    }
                )
    return rows
