"""Surveyors' files: DXF, Shapefile, GeoPackage, GeoJSON, KML and KMZ, by GDAL through fiona."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely import Polygon

from geo.crs import geometry_area_ha
from geo.errors import DataError, UsageError
from geo.io.opening import Opener
from geo.io.vector import SURVEY_DRIVERS, SourceLayer
from geo.issues import Issue, issue
from geo.survey.shapes import SAME_M, Candidate, SurveyShape, crossing, finished
from geo.survey.systems import (
    ANGLES,
    DEGREES,
    MERIDIANS,
    METRES,
    longitude,
    recognised,
    require_system,
    within,
)
from geo.text import fold, printable

MAX_OUTLINES = 2_000
MAX_POINTS = 200_000
SHOWN_CANDIDATES = 100
FARTHEST = 1e9
"""No number of any system is larger, in degrees, metres or millimetres of a drawing."""

_OPENER = Opener()
_WORDS = {
    "file.kind": "survey.kind",
    "file.zip_without": "survey.zip_without",
    "file.broken": "survey.file_broken",
    "file.empty": "survey.file_empty",
    "file.layer_choice": "survey.layer_choice",
    "crs.missing": "survey.crs_needed",
}
"""Errors of the reader in words that name these formats and no option of the command line."""


@dataclass(frozen=True, slots=True)
class _Outline:
    name: str
    shape: shapely.Geometry


def read_survey_file(
    path: Path,
    max_mb: int,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    choose: Collection[int] | None = None,
) -> SurveyShape:
    """The outlines in a file as one shape in WGS 84.

    Polygons are taken as they are, lines where they close; heights, texts and points are left
    out. Several outlines are united, unless some are chosen.

    Parameters
    ----------
    layer
        Needed only where the file holds several; of a DXF, a layer of the drawing.
    crs
        The system of a file that declares none, as a DXF never does: ``EPSG:9217``.
    encoding
        Of the texts of a Shapefile or DXF; by default as its ``.cpg`` or header says.
    choose
        Numbers of the candidates that are meant; by default all.

    Raises
    ------
    DataError
        ``file.*``, ``survey.*``: of another kind, too large, broken, unsafe, without a closed
        outline, without places in Vietnam's systems, crossing itself.
    UsageError
        ``survey.crs_needed``, ``survey.layer_choice``, ``file.layer_unknown``,
        ``survey.system_unknown``, ``survey.candidate_unknown``.
    """
    assumed = None if crs is None else require_system(crs)
    try:
        frame, source = _OPENER.read_layer(path, layer, encoding, max_mb, SURVEY_DRIVERS, assumed)
    except (DataError, UsageError) as error:
        if error.code == "crs.missing":
            raise UsageError(_WORDS[error.code], **error.params) from error
        if error.code in _WORDS:
            raise type(error)(_WORDS[error.code], **error.params) from error
        raise
    file = printable(path.name)[:200]
    system = recognised(frame.crs) or printable(frame.crs.name)[:80]
    issues = _datum_issues(frame.crs, system)
    outlines = _outlines(frame, source, file, issues)
    placed = _placed(outlines, system, file, issues)
    return _united(placed, frame.crs, system, choose, issues)


def _datum_issues(crs: pyproj.CRS, system: str) -> list[Issue]:
    """A file that gives a TM-3 zone on WGS 84 itself, which no Vietnamese survey uses."""
    if system in MERIDIANS or not crs.is_projected or crs.coordinate_operation is None:
        return []
    values = {one.name: float(one.value) for one in crs.coordinate_operation.params}
    meridian = values.get("Longitude of natural origin", 0.0)
    tm3 = abs(values.get("Scale factor at natural origin", 1.0) - 0.9999) < 1e-9
    like = [code for code in MERIDIANS if tm3 and abs(longitude(code) - meridian) < 1e-6]
    return [issue("survey.datum", value=system, system=like[0])] if like else []


def _outlines(
    frame: gpd.GeoDataFrame, source: SourceLayer, file: str, issues: list[Issue]
) -> list[_Outline]:
    shapes = frame.geometry
    count = int(sum(shapely.get_num_coordinates(shapes.values)))
    if count > MAX_POINTS:
        raise DataError("survey.points_many", file=file, got=count, limit=MAX_POINTS)
    names = _names(frame, source)
    found: list[_Outline] = []
    lines: list[shapely.Geometry] = []
    for name, shape in zip(names, shapely.force_2d(shapes.values), strict=True):
        areas: list[Polygon] = []
        for part in _parts(shape):
            if not (abs(shapely.get_coordinates(part)) < FARTHEST).all():
                raise DataError("survey.not_finite", file=file, name=name)
            if part.geom_type == "Polygon":
                areas.append(part)
            elif part.geom_type in ("LineString", "LinearRing"):
                if _gap(part) < SAME_M and len(part.coords) > 3:
                    areas.append(Polygon([*part.coords[:-1]]))
                else:
                    lines.append(part)
        found += [_Outline(name, areas[0])] if len(areas) == 1 else []
        found += [_Outline(name, shapely.MultiPolygon(areas))] if len(areas) > 1 else []
    if not found:
        found = [_Outline(names[0], area) for area in _polygonised(lines)]
    elif lines:
        issues.append(issue("survey.lines_open", source=file, count=len(lines)))
    if not found:
        gap = min((_gap(line) for line in lines), default=None)
        code = "survey.no_outline" if gap is None else "survey.outline_open"
        raise DataError(code, file=file, gap=None if gap is None else round(gap, 3))
    if len(found) > MAX_OUTLINES:
        raise DataError("survey.outlines_many", file=file, got=len(found), limit=MAX_OUTLINES)
    return found


def _parts(shape: shapely.Geometry | None) -> list[shapely.Geometry]:
    """The simple geometries in a geometry, collections within collections opened."""
    if shape is None or shape.is_empty:
        return []
    if shape.geom_type.startswith(("Multi", "Geometry")):
        return [part for one in shape.geoms for part in _parts(one)]
    return [shape]


def _gap(line: shapely.Geometry) -> float:
    points = shapely.get_coordinates(line)
    return float(np.hypot(*(points[0] - points[-1])))


def _polygonised(lines: list[shapely.Geometry]) -> list[Polygon]:
    """What open lines enclose together, end on end."""
    return list(shapely.get_parts(shapely.polygonize(lines)))


def _names(frame: gpd.GeoDataFrame, source: SourceLayer) -> list[str]:
    """What each feature is called: its layer in a drawing, else the column named ten or name."""
    columns = [column for column in frame.columns if column != frame.geometry.name]
    wanted = "Layer" if source.driver == "DXF" else next(
        (one for one in columns if fold(str(one)).startswith(("ten", "name"))), None
    )  # fmt: skip
    if wanted is None:
        return [printable(source.name)[:80]] * len(frame)
    return [printable(value)[:80] if isinstance(value, str) else "" for value in frame[wanted]]


def _placed(
    outlines: list[_Outline], system: str, file: str, issues: list[Issue]
) -> list[_Outline]:
    """The outlines with x to the east; in metres only those that can be places in Vietnam."""
    axes = METRES if system in MERIDIANS else ANGLES if system in DEGREES else None
    if axes is None:
        return outlines
    kept, turned = [], 0
    for one in outlines:
        if _fits(one.shape, axes.east, axes.north):
            kept.append(one)
        elif _fits(one.shape, axes.north, axes.east):
            turned += 1
            points = shapely.transform(one.shape, lambda pairs: pairs[:, ::-1])
            kept.append(_Outline(one.name, points))
        elif axes is ANGLES:
            kept.append(one)
    if not kept:
        x, y = shapely.get_coordinates(outlines[0].shape)[0]
        raise DataError("survey.not_coordinates", file=file, x=round(x, 2), y=round(y, 2))
    if turned:
        issues.append(issue("survey.axes_swapped", source=file, count=turned))
    if len(kept) < len(outlines):
        issues.append(issue("survey.outlines_elsewhere", source=file,
                            count=len(outlines) - len(kept)))  # fmt: skip
    return kept


def _fits(
    shape: shapely.Geometry, horizontal: tuple[float, float], vertical: tuple[float, float]
) -> bool:
    west, south, east, north = shape.bounds
    return (
        within(west, horizontal)
        and within(east, horizontal)
        and within(south, vertical)
        and within(north, vertical)
    )


def _united(
    outlines: list[_Outline],
    crs: pyproj.CRS,
    system: str,
    choose: Collection[int] | None,
    issues: list[Issue],
) -> SurveyShape:
    chosen = range(1, len(outlines) + 1) if choose is None else sorted(set(choose))
    if not chosen or not set(chosen) <= set(range(1, len(outlines) + 1)):
        raise UsageError("survey.candidate_unknown", got=list(chosen)[:10], count=len(outlines))
    source = system if system in (*MERIDIANS, *DEGREES) else crs
    sound, candidates = [], []
    for number, outline in enumerate(outlines, start=1):
        try:
            _require_simple(outline, number)
            geometry, _ = finished(outline.shape, source, system)
        except DataError:
            if len(outlines) == 1 or (choose is not None and number in chosen):
                raise
            if choose is None:
                issues.append(issue("survey.outline_invalid", row=str(number), field=outline.name))
            continue
        candidates.append(Candidate(number, outline.name, geometry_area_ha(geometry)))
        if number in chosen:
            sound.append(outline.shape)
    if not sound:
        raise DataError("survey.outlines_invalid", count=len(outlines))
    geometry, corners = finished(shapely.union_all(sound), source, system)
    if choose is None and len(outlines) > 1:
        issues.append(issue("survey.outlines_united", count=len(sound)))
    candidates.sort(key=lambda one: -one.area_ha)
    several = tuple(candidates[:SHOWN_CANDIDATES]) if len(outlines) > 1 else ()
    return SurveyShape(geometry, system, corners, tuple(issues), several)


def _require_simple(outline: _Outline, number: int) -> None:
    """Refuse an outline that crosses itself, naming the two sides that meet."""
    for polygon in shapely.get_parts(outline.shape):
        ring = Polygon(polygon.exterior)
        if ring.is_valid:
            continue
        x, y, (a, b) = crossing(ring)
        size = len(polygon.exterior.coords) - 1
        raise DataError(
            "survey.ring_crosses",
            ring=outline.name or str(number),
            side=f"{a + 1}–{(a + 1) % size + 1}",
            other=f"{b + 1}–{(b + 1) % size + 1}",
            x=round(y, 6 if abs(y) < 360 else 2),
            y=round(x, 6 if abs(x) < 360 else 2),
        )
    if not outline.shape.is_valid:
        reason = printable(shapely.is_valid_reason(outline.shape))[:120]
        raise DataError("survey.geometry_invalid", system=outline.name, reason=reason)
