"""What a new outline would mean, before it is saved: area, districts, neighbours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

import geopandas as gpd
import shapely
from shapely import MultiPolygon, Polygon

from geo.checks.ledger import AREA_TOLERANCE_PCT
from geo.crs import GEOD, VIETNAM_BOUNDS, WGS84, geometry_area_ha, in_vietnam, require_crs
from geo.issues import Issue, issue
from geo.joins import by_position
from geo.survey.shapes import corner_count
from geo.survey.systems import MERIDIANS, Fit, fits, moved, nearest_tm3, system_name
from geo.zones import Zone

OVERLAP_FLOOR_HA = 0.01
"""Surveys of one border differ by decimetres: less than 100 m² is no overlap."""

BORDER_SHARE = 0.99
"""Borders of the district set may be off by 1 km, so a strip of 1 % says nothing."""


@dataclass(frozen=True, slots=True)
class DistrictShare:
    """The part of the outline (0-1, and geodesic ha) that lies in a district."""

    code: str
    name: str
    share: float
    area_ha: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """What the outline has in common with another zone; `share` (0-1) of the outline's area."""

    zone: str
    name: str
    area_ha: float
    share: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is measured on an outline.

    Attributes
    ----------
    area_ha, perimeter_m
        Geodesic, on the ellipsoid of WGS 84.
    grid_area_ha, grid_system
        The area in the plane of a VN-2000 system, as surveyors write it, and that system.
    difference_ha, difference_pct
        `area_ha` less the planned area; null where that is unknown.
    districts
        The largest share first; what lies in no district is in none of them.
    declared_share
        The share (0-1) that lies in the declared districts; null where none is drawn.
    declared_agree
        Whether nothing but a strip along the border lies elsewhere; null as before.
    overlaps, points_within
        Other zones' polygons that it covers in part, and zones known by a point within it.
    alternatives
        Systems in which the same numbers do lie in the declared districts; only where they do
        not in the one assumed, and never applied here.
    """

    area_ha: float
    grid_area_ha: float
    grid_system: str
    planned_ha: float | None
    difference_ha: float | None
    difference_pct: float | None
    perimeter_m: float
    corners: int
    parts: int
    valid: bool
    districts: tuple[DistrictShare, ...]
    declared_share: float | None
    declared_agree: bool | None
    overlaps: tuple[Overlap, ...]
    points_within: tuple[str, ...]
    alternatives: tuple[Fit, ...]
    issues: tuple[Issue, ...]


def assess(
    geometry: Polygon | MultiPolygon,
    *,
    zone_id: str | None,
    planned_ha: Decimal | None,
    zones: Sequence[Zone],
    districts_frame: gpd.GeoDataFrame,
    declared_districts: Collection[str],
    system: str,
) -> Assessment:
    """Measure an outline and hold it against the plan, the districts and the other zones.

    Parameters
    ----------
    geometry
        In EPSG:4326, as :func:`geo.survey.read_corners` gives it.
    zone_id
        The zone that it is for, which is not compared with itself; null for a new one.
    planned_ha
        Null where the plan does not say.
    districts_frame
        Polygons of a coverage in EPSG:4326, indexed by code.
    declared_districts
        Codes in that frame; others are passed over.
    system
        In which the outline was read; in degrees the nearest TM-3 zone gives the grid area.

    Raises
    ------
    DataError
        If `districts_frame` has no CRS or another one.
    """
    require_crs(districts_frame, "districts")
    area = geometry_area_ha(geometry)
    planned = None if planned_ha is None else float(planned_ha)
    difference = None if planned is None else area - planned
    percent = None if difference is None or not planned else 100 * difference / planned
    grid = system if system in MERIDIANS else nearest_tm3(geometry.centroid.x)
    shares = _districts(geometry, area, districts_frame)
    declared = [code for code in declared_districts if code in districts_frame.index]
    inside = sum(one.share for one in shares if one.code in declared) if declared else None
    overlaps, points = _neighbours(geometry, area, zone_id, zones)
    alternatives: tuple[Fit, ...] = ()
    issues: list[Issue] = []
    if percent is not None and abs(percent) > AREA_TOLERANCE_PCT:
        issues.append(
            issue("survey.area_differs", row=zone_id, measured=round(area, 2), planned=planned,
                  percent=round(percent, 1), limit=AREA_TOLERANCE_PCT)
        )  # fmt: skip
    if _outside_vietnam(geometry):
        issues.append(issue("survey.outside_vietnam", row=zone_id, bounds=list(VIETNAM_BOUNDS)))
    if inside is not None and inside < BORDER_SHARE:
        alternatives, fault = _misplaced(
            geometry, system, districts_frame, declared, shares, inside, zone_id
        )
        issues.append(fault)
    elif not shares and not _outside_vietnam(geometry):
        issues.append(issue("survey.outside_districts", row=zone_id))
    issues += [
        issue("survey.overlap", row=zone_id, zone=one.zone, name=one.name,
              area=round(one.area_ha, 2), percent=round(100 * one.share, 1))
        for one in overlaps
    ]  # fmt: skip
    if points:
        issues.append(issue("survey.points_within", row=zone_id, zones=list(points)))
    return Assessment(
        area_ha=area,
        grid_area_ha=moved(geometry, WGS84, grid).area / 10_000,
        grid_system=grid,
        planned_ha=planned,
        difference_ha=difference,
        difference_pct=percent,
        perimeter_m=GEOD.geometry_area_perimeter(shapely.orient_polygons(geometry))[1],
        corners=corner_count(geometry),
        parts=len(shapely.get_parts(geometry)),
        valid=bool(geometry.is_valid),
        districts=shares,
        declared_share=inside,
        declared_agree=None if inside is None else inside >= BORDER_SHARE,
        overlaps=overlaps,
        points_within=points,
        alternatives=alternatives,
        issues=tuple(issues),
    )


def _districts(
    geometry: shapely.Geometry, area: float, frame: gpd.GeoDataFrame
) -> tuple[DistrictShare, ...]:
    one = gpd.GeoDataFrame(index=["outline"], geometry=[geometry], crs=WGS84)
    joined = by_position(one, frame)
    rows = zip(joined["district"].tolist(), joined["share"].tolist(), strict=True)
    names = dict(zip(frame.index, _names(frame, frame.index), strict=True))
    shares = [DistrictShare(code, names[code], share, share * area) for code, share in rows]
    return tuple(sorted(shares, key=lambda part: (-part.share, part.code)))


def _misplaced(
    geometry: Polygon | MultiPolygon,
    system: str,
    frame: gpd.GeoDataFrame,
    declared: Sequence[str],
    shares: Sequence[DistrictShare],
    inside: float,
    zone_id: str | None,
) -> tuple[tuple[Fit, ...], Issue]:
    """Whether an outline outside the declared districts lies in them in another system."""
    found = fits(geometry, system, shapely.union_all(frame.loc[declared].geometry.values))
    said, here = _names(frame, declared), [one.name for one in shares] or ["—"]
    if any(fit.system == system for fit in found):
        share = round(100 * inside, 1)
        return (), issue(
            "survey.partly_outside", row=zone_id, declared=said, found=here, percent=share
        )
    if not found:
        return (), issue("survey.outside_declared", row=zone_id, declared=said, found=here)
    better = [system_name(fit.system) for fit in found]
    return found, issue(
        "survey.meridian",
        row=zone_id,
        declared=said,
        found=here,
        system=system_name(system),
        better=better,
    )


def _names(frame: gpd.GeoDataFrame, codes: Collection[str]) -> list[str]:
    return [str(frame.at[code, "full_name"]) for code in codes]


def _outside_vietnam(geometry: shapely.Geometry) -> bool:
    west, south, east, north = geometry.bounds
    return not (in_vietnam(west, south) and in_vietnam(east, north))


def _neighbours(
    geometry: shapely.Geometry, area: float, zone_id: str | None, zones: Sequence[Zone]
) -> tuple[tuple[Overlap, ...], tuple[str, ...]]:
    placed = [zone for zone in zones if zone.geometry is not None and zone.id != zone_id]
    near = shapely.STRtree([zone.geometry for zone in placed]).query(geometry, "intersects")
    overlaps, points = [], []
    for zone in sorted((placed[at] for at in near), key=lambda one: one.id):
        if zone.is_point:
            points.append(zone.id)
            continue
        common = geometry_area_ha(shapely.intersection(geometry, zone.geometry))
        if common >= OVERLAP_FLOOR_HA:
            overlaps.append(Overlap(zone.id, zone.name, common, min(1.0, common / area)))
    return tuple(overlaps), tuple(points)
