"""What the committed boundary files must satisfy, checked without a download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import shapely

from geo.boundaries import rules
from geo.boundaries.coverage import polygonal
from geo.boundaries.sources import sha256
from geo.crs import geometry_area_ha
from geo.districts import BoundarySet, Catalogue, UnitRegister, load_sets, read_features
from geo.errors import DataError
from geo.gazetteer import COMMUNES_FILE, NEW, OLD, Gazetteer
from geo.issues import Issue, issue

EXPECTED_COUNTS = {"districts-2016": 708, "provinces-2016": 63, "provinces-2025": 34}
"""Features of the project's own sets. 708 districts, Hoàng Sa and Trường Sa among them, are the
713 of 2016 less five that were split off in 2015 and are not drawn by themselves."""

NESTING_FIELDS = {
    "districts-2016": "province_code",
    "provinces-2016": "province_2025_code",
    "provinces-2025": "merged_from",
}

EXPECTED_COMMUNES = {OLD: 10_040, NEW: 3_321}
"""10 035 communes of late 2024, with five island districts that had none."""

ARCHIPELAGOS = {"498": "Hoàng Sa", "576": "Trường Sa"}

PLAN_LISTS = {  # vintage: (province, districts in force), DOMAIN: the five plan documents
    "2009": ("66", 15),
    "2010": ("19", 9),
    "2011": ("06", 8),
    "2016": ("60", 10),
    "2017": ("68", 12),
}

IMPORT_TOLERANCE_HA = 0.1
"""Surveyed borders that were digitised twice differ by slivers; up to this area they pass."""

_NESTING_TOLERANCE_HA = 0.01

Frames = Mapping[str, gpd.GeoDataFrame]


def verify(folder: Path) -> list[Issue]:
    """Hold every boundary set in `folder`, and the gazetteer, to its rules.

    Returns
    -------
    list of Issue
        Empty when all is well.

    Raises
    ------
    DataError
        If there is no catalogue, or it cannot be read.
    """
    catalogue = load_sets(folder)
    listed = Counter(entry.id for entry in catalogue)
    issues = [
        issue("boundary.set_missing", source="sets.json", row=name)
        for name in EXPECTED_COUNTS
        if name not in listed
    ]
    issues += [
        issue("boundary.set_twice", source="sets.json", row=name, times=times)
        for name, times in listed.items()
        if times > 1
    ]
    frames: dict[str, gpd.GeoDataFrame] = {}
    for entry in catalogue:
        try:
            frames[entry.id] = read_features(folder / entry.file)
        except DataError as error:
            issues.append(_unreadable(entry.file, error))
            continue
        issues += _check_set(entry, frames[entry.id], folder)
    if not issues:
        issues += _check_fields(frames)
    if not issues:
        issues += _check_nesting(frames)
        issues += _check_archipelagos(frames["districts-2016"])
        try:
            issues += _check_units(UnitRegister.load(folder), catalogue, frames)
        except DataError as error:
            file = Path(str(error.params.get("file", "units.csv"))).name
            issues.append(_unreadable(file, error))
    issues += _check_communes(folder)
    return issues


def _check_communes(folder: Path) -> Iterator[Issue]:
    try:
        counted = Counter(entry.vintage for entry in Gazetteer.load(folder))
    except DataError as error:
        yield _unreadable(COMMUNES_FILE, error)
        return
    for vintage, expected in EXPECTED_COMMUNES.items():
        if counted[vintage] != expected:
            yield issue(
                "boundary.count", source=COMMUNES_FILE, value=counted[vintage], expected=expected
            )


def _unreadable(file: str, error: DataError) -> Issue:
    parts = {name: value for name, value in error.params.items() if name != "file"}
    why = ", ".join(f"{name}: {value}" for name, value in parts.items())
    return issue("boundary.file_unreadable", source=file, value=why or error.code)


def _check_fields(frames: Frames) -> Iterator[Issue]:
    """The sets of the project hold what leads from one to the other."""
    for name, field in NESTING_FIELDS.items():
        values = frames[name].get(field)
        kind = list if field == "merged_from" else str
        if values is None or not all(isinstance(value, kind) for value in values):
            yield issue("boundary.field_missing", source=f"{name}.geojson", field=field)


def _check_set(entry: BoundarySet, frame: gpd.GeoDataFrame, folder: Path) -> Iterator[Issue]:
    got = sha256(folder / entry.file)
    if got != entry.sha256:
        yield issue("boundary.checksum", source=entry.file, value=got, expected=entry.sha256)
    if not (entry.licence and entry.source and entry.attribution):
        yield issue("boundary.licence_missing", source=entry.file)
    expected = EXPECTED_COUNTS.get(entry.id, entry.features)
    if len(frame) != expected or len(frame) != entry.features:
        yield issue("boundary.count", source=entry.file, value=len(frame), expected=expected)
    yield from rules.check_codes(frame, entry.file, entry.level)
    yield from rules.check_names(frame, entry.file)
    faults = list(rules.check_shapes(frame, entry.file))
    yield from faults
    if not faults:
        tolerance_ha = IMPORT_TOLERANCE_HA if entry.imported else 0.0
        yield from rules.check_coverage(frame, entry.file, tolerance_ha)


def _check_nesting(frames: Frames) -> Iterator[Issue]:
    """Provinces of 2016 are the union of their districts, those of 2025 of provinces of 2016."""
    districts, old, new = (
        frames[name] for name in ("districts-2016", "provinces-2016", "provinces-2025")
    )
    yield from _check_union(districts, "province_code", old, "provinces-2016.geojson")
    yield from _check_union(old, "province_2025_code", new, "provinces-2025.geojson")
    for code, parts in new["merged_from"].items():
        found = sorted(old.index[old["province_2025_code"] == code])
        if sorted(parts) != found:
            yield issue(
                "boundary.merged_from",
                source="provinces-2025.geojson",
                row=str(code),
                field="merged_from",
                value=parts,
                expected=found,
            )


def _check_union(
    parts: gpd.GeoDataFrame, by: str, wholes: gpd.GeoDataFrame, source: str
) -> Iterator[Issue]:
    for label, part in parts.iterrows():
        if part[by] not in wholes.index:
            yield issue("boundary.province_unknown", row=str(label), field=by, value=part[by])
            continue
        outside = shapely.difference(part.geometry, wholes.geometry[part[by]])
        if (area_ha := geometry_area_ha(polygonal(outside))) > _NESTING_TOLERANCE_HA:
            yield issue(
                "boundary.outside_province",
                source=source,
                row=str(label),
                field="geometry",
                province=part[by],
                area_ha=round(area_ha, 4),
            )
    for code, whole in wholes.geometry.items():
        union = shapely.union_all(parts.geometry[parts[by] == code].to_numpy())
        rest = shapely.difference(whole, union)
        if (area_ha := geometry_area_ha(polygonal(rest))) > _NESTING_TOLERANCE_HA:
            yield issue(
                "boundary.not_union",
                source=source,
                row=str(code),
                field="geometry",
                area_ha=round(area_ha, 4),
            )


def _check_archipelagos(districts: gpd.GeoDataFrame) -> Iterator[Issue]:
    for code, name in ARCHIPELAGOS.items():
        if code not in districts.index or districts.at[code, "name"] != name:
            source = "districts-2016.geojson"
            yield issue("boundary.archipelago_missing", source=source, row=code, value=name)


def _check_units(register: UnitRegister, catalogue: Catalogue, frames: Frames) -> Iterator[Issue]:
    times = Counter((unit.level, unit.vintage, unit.code) for unit in register)
    for (_, vintage, code), count in times.items():
        if count > 1:
            yield issue("boundary.unit_duplicate", source="units.csv", row=code, vintage=vintage)
    drawn = {(e.level, e.vintage): frames[e.id] for e in catalogue}
    for unit in register:
        if (polygon := register.to_boundary(unit)) is None:
            continue
        frame = drawn.get((unit.level, polygon[0]))
        if frame is None or polygon[1] not in frame.index:
            yield issue(
                "boundary.unit_boundary",
                source="units.csv",
                row=unit.code,
                field="boundary_code",
                value=unit.boundary_code,
                vintage=unit.vintage,
                boundary_vintage=unit.boundary_vintage,
            )
    for (level, vintage), frame in drawn.items():
        for code in frame["code"].dropna():
            listed = register.get(code, vintage, level)
            if listed is None or listed.name != frame.at[code, "name"]:
                yield issue("boundary.unit_missing", source="units.csv", row=code, vintage=vintage)
    for vintage, (province, count) in PLAN_LISTS.items():
        units = register.of(vintage, "district", province)
        if len(units) != count:
            yield issue(
                "boundary.plan_districts",
                source="units.csv",
                row=province,
                value=len(units),
                expected=count,
                vintage=vintage,
            )
