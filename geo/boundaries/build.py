"""Making ``data/boundaries/`` from the published packages and the tables kept by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

from geo.boundaries import communes, coverage, register
from geo.boundaries.files import (
    collection_text,
    feature_line,
    units_text,
    write_catalogue,
)
from geo.boundaries.lock import writing
from geo.boundaries.matching import (
    ListedUnit,
    Match,
    match,
    read_table,
    split_type,
    units_of_2016,
)
from geo.boundaries.register import VINTAGE
from geo.boundaries.sources import PACKAGES, Sources, sha256
from geo.crs import WGS84, area_ha
from geo.districts import UNITS_FILE, load_sets
from geo.errors import DataError
from geo.gazetteer import COMMUNES_FILE
from geo.io.files import write_atomic
from geo.text import strip_marks

COMMAND = "python -m geo boundaries build"
DECIMALS = 5
GAP_WIDTH_M = 1500.0

LICENCE = "CC BY-SA 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by-sa/4.0/"
SOURCE = (
    "geoBoundaries gbOpen VNM ADM2 (www.geoboundaries.org); "
    "Open Development Mekong, Department of Survey and Mapping of Viet Nam"
)
ATTRIBUTION = {
    "vi": "Ranh giới: geoBoundaries, từ Open Development Mekong / Cục Đo đạc và Bản đồ; "
    "Khu & Cụm chỉnh sửa; CC BY-SA 4.0",
    "en": "Boundaries: geoBoundaries, from Open Development Mekong / Department of Survey and "
    "Mapping; modified by Khu & Cụm; CC BY-SA 4.0",
}
ACCURACY = {
    "vi": "Nguồn giản lược riêng từng huyện nên các huyện kề nhau hở hoặc chồng tới 1 km; đường "
    "ranh có thể lệch chừng đó. Vẽ theo địa giới trước các lần chia tách tháng 3–5/2015. "
    "Không dùng để xác định mốc giới.",
    "en": "The source simplified each district alone, which left neighbours up to 1 km apart or "
    "overlapping; a border may be off by as much. Extents are those before the splits of "
    "March to May 2015. Not for legal demarcation.",
}
CHANGES = [
    f"coverage cleaned in {coverage.EQUAL_AREA}, gaps up to {GAP_WIDTH_M:.0f} m closed",
    f"coordinates rounded to {DECIMALS} decimals",
    "Vietnamese names, types and GSO codes added; source province column not used",
]

DISTRICT_FIELDS = (
    "code",
    "vintage",
    "name",
    "type",
    "full_name",
    "name_ascii",
    "province_code",
    "province_2025_code",
    "area_km2",
    "source_id",
    "match",
    "also_holds",
    "code_reason",
)
PROVINCE_FIELDS = ("code", "vintage", "name", "full_name", "name_ascii")


@dataclass(frozen=True, slots=True)
class Layer:
    """A set ready to be written: its frame holds the properties in their order."""

    id: str
    level: str
    vintage: str
    frame: gpd.GeoDataFrame
    changes: list[str]


def build(sources: Sources, folder: Path) -> None:
    """Write the boundary sets, the register of units, the gazetteer and the catalogue.

    Sets imported before stay. Rebuilding from the same packages gives the same bytes.

    Raises
    ------
    DataError
        ``boundary.build_codes`` when two polygons claim one code,
        ``boundary.build_coverage`` when the rounded result is not a valid coverage.
    """
    manual = folder / "manual"
    units = units_of_2016(sources, manual)
    matches = match(sources, units, manual)
    _require_single_codes(matches)
    merged = {row["code"]: row for row in read_table(manual / "provinces_2025.csv")}
    since_2025 = {old: new for new, row in merged.items() for old in row["merged_from"].split()}

    districts = _districts(sources.shapes, matches, units, since_2025)
    provinces = _provinces_2016(districts, sources.provinces, since_2025)
    layers = [
        Layer("districts-2016", "district", VINTAGE, districts, CHANGES),
        Layer("provinces-2016", "province", VINTAGE, provinces, [*CHANGES, "dissolved"]),
        Layer(
            "provinces-2025",
            "province",
            "2025",
            _provinces_2025(provinces, merged),
            [*CHANGES, "dissolved by Nghị quyết 202/2025/QH15"],
        ),
    ]
    listed = register.UnitLists(units, sources.provinces, merged, since_2025)
    rows = register.make(listed, matches, manual)
    gazetteer = communes.make(sources, districts, rows) if sources.lists else None
    with writing(folder):
        entries = [_write(layer, folder) for layer in layers]
        write_atomic(folder / UNITS_FILE, units_text(rows).encode())
        if gazetteer is not None:
            write_atomic(folder / COMMUNES_FILE, communes.text(gazetteer).encode())
        write_catalogue(folder, [*entries, *_imported(folder)])


def _require_single_codes(matches: Mapping[str, Match]) -> None:
    counted = Counter(found.code for found in matches.values() if found.code)
    twice = sorted(code for code, times in counted.items() if times > 1)
    if twice:
        raise DataError("boundary.build_codes", codes=twice)


def _districts(
    shapes: gpd.GeoDataFrame,
    matches: Mapping[str, Match],
    units: Mapping[str, ListedUnit],
    since_2025: Mapping[str, str],
) -> gpd.GeoDataFrame:
    cleaned = coverage.clean(shapes, GAP_WIDTH_M).geometry
    on_grid = gpd.GeoSeries(
        [coverage.rounded(shape, DECIMALS) for shape in cleaned], index=shapes.index, crs=WGS84
    )
    if not (shapely.is_valid(on_grid).all() and shapely.coverage_is_valid(on_grid.to_numpy())):
        raise DataError("boundary.build_coverage", decimals=DECIMALS)
    areas_ha = area_ha(on_grid)
    rows = [
        _district(str(source_id), str(name), matches[str(source_id)], units, since_2025)
        | {"area_km2": round(areas_ha[source_id] / 100, 2)}
        for source_id, name in shapes["source_name"].items()
    ]
    frame = gpd.GeoDataFrame(rows, geometry=on_grid.to_numpy(), crs=WGS84)[
        [*DISTRICT_FIELDS, "geometry"]
    ]
    return frame.sort_values(["code", "source_id"], na_position="last", ignore_index=True)


def _district(
    source_id: str,
    source_name: str,
    found: Match,
    units: Mapping[str, ListedUnit],
    since_2025: Mapping[str, str],
) -> dict[str, object]:
    unit = units[found.code] if found.code else None
    return {
        "code": found.code,
        "vintage": VINTAGE,
        "name": unit.name if unit else source_name,
        "type": unit.type if unit else None,
        "full_name": unit.full_name if unit else source_name,
        "name_ascii": strip_marks(unit.name) if unit else source_name,
        "province_code": unit.province_code if unit else None,
        "province_2025_code": since_2025[unit.province_code] if unit else None,
        "source_id": source_id,
        "match": found.how,
        "also_holds": found.covers,
        "code_reason": found.code_reason,
    }


def _provinces_2016(
    districts: gpd.GeoDataFrame,
    listed: Mapping[str, Mapping[str, str]],
    since_2025: Mapping[str, str],
) -> gpd.GeoDataFrame:
    def describe(code: str) -> dict[str, object]:
        kind, name = split_type(listed[code]["name"])
        return _province(code, VINTAGE, kind, name) | {"province_2025_code": since_2025[code]}

    fields = [
        "code",
        "vintage",
        "name",
        "full_name",
        "name_ascii",
        "province_2025_code",
        "area_km2",
    ]
    return _dissolve(districts, "province_code", describe, fields)


def _provinces_2025(
    provinces: gpd.GeoDataFrame, merged: Mapping[str, Mapping[str, str]]
) -> gpd.GeoDataFrame:
    def describe(code: str) -> dict[str, object]:
        row = merged[code]
        described = _province(code, "2025", row["type"], row["name"])
        return described | {"merged_from": row["merged_from"].split()}

    fields = [*PROVINCE_FIELDS, "merged_from", "area_km2"]
    return _dissolve(provinces, "province_2025_code", describe, fields)


def _province(code: str, vintage: str, kind: str, name: str) -> dict[str, object]:
    return {
        "code": code,
        "vintage": vintage,
        "name": name,
        "full_name": f"{kind} {name}",
        "name_ascii": strip_marks(name),
    }


def _dissolve(
    parts: gpd.GeoDataFrame,
    by: str,
    describe: Callable[[str], dict[str, object]],
    columns: list[str],
) -> gpd.GeoDataFrame:
    """Unite `parts` by a column of codes, keeping every border point of the parts."""
    shapes = {
        str(code): coverage.rounded(shapely.coverage_union_all(group.geometry.to_numpy()), DECIMALS)
        for code, group in parts.groupby(by, sort=True)
    }
    areas_ha = area_ha(gpd.GeoSeries(shapes, crs=WGS84))
    rows = [describe(code) | {"area_km2": round(areas_ha[code] / 100, 2)} for code in shapes]
    frame = gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs=WGS84)
    return frame[[*columns, "geometry"]]


def _write(layer: Layer, folder: Path) -> dict[str, object]:
    """Write one set; its entry for the catalogue."""
    properties = layer.frame.drop(columns="geometry").to_dict("records")
    lines = [
        feature_line(row, shape, DECIMALS)
        for row, shape in zip(properties, layer.frame.geometry, strict=True)
    ]
    head = {
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "attribution": ATTRIBUTION["en"],
    }
    path = folder / f"{layer.id}.geojson"
    write_atomic(path, collection_text(layer.id, head, lines).encode())
    return {
        "id": layer.id,
        "file": path.name,
        "level": layer.level,
        "vintage": layer.vintage,
        "crs": WGS84,
        "features": len(lines),
        "sha256": sha256(path),
        "source": SOURCE,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "attribution": ATTRIBUTION,
        "accuracy": ACCURACY,
        "changes": layer.changes,
        "command": COMMAND,
        "units": UNITS_FILE,
        "packages": [
            {
                "name": package.name,
                "version": package.version,
                "sha256": package.sha256,
                "licence": package.licence,
                "gives": package.gives,
            }
            for package in PACKAGES
        ],
    }


def _imported(folder: Path) -> list[Mapping[str, object]]:
    try:
        return [entry.record for entry in load_sets(folder) if entry.imported]
    except DataError as error:
        if error.code == "boundary.catalogue_missing":
            return []
        raise
