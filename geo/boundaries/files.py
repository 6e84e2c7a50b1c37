"""Writing boundary sets: one feature a line, the same bytes every time, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.districts import CATALOGUE_FILE, UNIT_COLUMNS, Unit
from geo.io.files import write_atomic

CATALOGUE_FORMAT = 1


def is_null(value: Any) -> bool:
    """Whether a single cell of a frame is null: None, NaN or NA."""
    return bool(pd.isna(value))


def feature_line(properties: Mapping[str, object], shape: BaseGeometry, decimals: int) -> str:
    geometry = json.loads(shapely.to_geojson(shape))
    geometry["coordinates"] = _round(geometry["coordinates"], decimals)
    feature = {
        "type": "Feature",
        "properties": {name: _plain(value) for name, value in properties.items()},
        "geometry": geometry,
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def _round(value: Any, decimals: int) -> object:
    if isinstance(value, list):
        return [_round(item, decimals) for item in value]
    return round(value, decimals)


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return list(value) or None
    return None if is_null(value) else value


def collection_text(name: str, head: Mapping[str, object], lines: Iterable[str]) -> str:
    """A GeoJSON FeatureCollection that carries its licence and credit along."""
    opening = json.dumps(
        {"type": "FeatureCollection", "name": name, **head}, ensure_ascii=False, indent=None
    )
    return f'{opening[:-1]}, "features": [\n' + ",\n".join(lines) + "\n]}\n"


def units_text(units: Iterable[Unit]) -> str:
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(UNIT_COLUMNS)
    for unit in units:
        rows.writerow([getattr(unit, name) or "" for name in UNIT_COLUMNS])
    return stream.getvalue()


def catalogue_text(entries: Iterable[Mapping[str, object]]) -> str:
    whole = {"format": CATALOGUE_FORMAT, "sets": list(entries)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def write_catalogue(folder: Path, entries: Iterable[Mapping[str, object]]) -> None:
    write_atomic(folder / CATALOGUE_FILE, catalogue_text(entries).encode())
