"""A register of any size as a data folder: the real records first, made-up ones after them.

The made-up zones lie inside real districts, cite a real document, and have the gaps that real
records have: unknown areas and stages, places that are only the point of a commune.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.districts import load_boundaries
from geo.settings import Settings

DOCUMENT, CLAUSE = "tn-qd-341-2010", "II.3.2"
INDUSTRIES = ("bao bì nhựa", "bia", "cơ khí", "luyện kim", "đúc", "thiết bị điện", "dệt may")
STAGES = ("planned", "detailed_plan", "established", "building", "operating", None)
KCN_SHARE, UNKNOWN_AREA_SHARE, OCCUPANCY_SHARE = 0.2, 0.1, 0.3


def write(folder: Path, count: int, seed: int = 1) -> Path:
    """Write a data folder with `count` zones over all districts of 2016.

    Returns
    -------
    Path
        `folder`, ready for ``KHUCUM_DATA``.
    """
    real = Settings().data_dir
    shutil.copytree(real, folder)
    features = json.loads((real / "zones.geojson").read_text("utf-8"))["features"][:count]
    features += made_up(count - len(features), seed)
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    (folder / "zones.geojson").write_text(text, "utf-8")
    return folder


def made_up(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """GeoJSON features of `count` zones, the same for the same seed."""
    boundaries = Settings().data_dir / "boundaries"
    districts = load_boundaries(boundaries, "districts-2016")
    provinces = load_boundaries(boundaries, "provinces-2016")["name"].to_dict()
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    codes = [str(code) for code in districts.index]
    per_district = [count // len(codes) + (at < count % len(codes)) for at in range(len(codes))]
    chance.shuffle(per_district)
    found: list[dict[str, Any]] = []
    for code, wanted in zip(codes, per_district, strict=True):
        row = districts.loc[code]
        for point in _inside(row["geometry"], wanted, seed + int(code)):
            found.append(_feature(len(found), point, code, row, provinces, chance))
    return found


def _inside(shape: shapely.Geometry, count: int, seed: int) -> list[shapely.Point]:
    """Random points of a district, off its border by nothing but chance."""
    if not count:
        return []
    return list(gpd.GeoSeries([shape]).sample_points(count, rng=np.random.default_rng(seed))
                .explode(ignore_index=True))  # fmt: skip


def _feature(
    number: int,
    point: shapely.Point,
    code: str,
    district: Any,
    provinces: dict[str, str],
    chance: random.Random,
) -> dict[str, Any]:
    kind = "KCN" if chance.random() < KCN_SHARE else "CCN"
    name = f"{kind} {district['name']} {number + 1}"
    province = str(district["province_code"])
    return {
        "type": "Feature",
        "id": f"thu-{number:05d}",
        "properties": {
            "id": f"thu-{number:05d}",
            "kind": kind,
            "name": name,
            "province": _unit(province, provinces[province]),
            "districts": [_unit(code, district["full_name"])],
            "communes": [],
            **_areas(kind, chance),
            "stage": chance.choice(STAGES),
            "industries": [
                {"phrase": phrase, "state": "listed", "clause": CLAUSE}
                for phrase in chance.sample(INDUSTRIES, 4)
            ],
            "location_precision": "commune",
            "location_radius_km": chance.randrange(10, 60) / 10,
            "location_source": "commune_point",
            "sources": [{"document": DOCUMENT, "clause": CLAUSE, "row": number + 1, "quote": name}],
            "version": 1,
        },
        "geometry": {"type": "Point", "coordinates": [round(point.x, 5), round(point.y, 5)]},
    }


def _unit(code: str, name: str) -> dict[str, str]:
    return {"code": code, "vintage": "2016", "name": name, "basis": "stated"}


def _areas(kind: str, chance: random.Random) -> dict[str, object]:
    """Hectares with two decimals; none for some, industrial and let land only for some others."""
    if chance.random() < UNKNOWN_AREA_SHARE:
        return {"area_planned_ha": None}
    planned = chance.randrange(*((7500, 60000) if kind == "KCN" else (1000, 7500)))
    if chance.random() >= OCCUPANCY_SHARE:
        return {"area_planned_ha": planned / 100}
    industrial = round(planned * 0.65)
    return {
        "area_planned_ha": planned / 100,
        "area_industrial_ha": industrial / 100,
        "area_let_ha": round(industrial * chance.random()) / 100,
        "let_as_of": "2024-12-31",
    }
