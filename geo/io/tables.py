"""Zones as flat tables: CSV for spreadsheets, and the columns of vector files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from geo.zones import AREA_FIELDS, IndustryState, Zone

COLUMNS = (
    "id",
    "kind",
    "name",
    "name_en",
    "province_code",
    "province",
    "district_codes",
    "districts",
    "communes",
    "commune_basis",
    "commune_confidence",
    "unit_vintage",
    *AREA_FIELDS,
    "let_as_of",
    "stage",
    "cluster_count",
    "industry_rule",
    "listed_industries",
    "steered_industries",
    "vsic_divisions",
    "occupancy_targets",
    "lon",
    "lat",
    "location_precision",
    "location_radius_km",
    "location_source",
    "note_vi",
    "note_en",
    "document",
    "clause",
    "row",
    "quote",
)
"""Columns of a flat table; ``data/README.md`` describes them."""

LIST_MARK = "; "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flat(zone: Zone) -> dict[str, Any]:
    """One row of :data:`COLUMNS`; unknown is None, lists are joined by ``"; "``.

    The place of a polygon is a point inside it. Areas in ha, degrees in EPSG:4326.
    """
    inside = zone.geometry.representative_point() if zone.geometry is not None else None
    divisions = sorted({code for one in zone.industries for code in one.vsic})
    row: dict[str, Any] = {
        "id": zone.id,
        "kind": zone.kind.value,
        "name": zone.name,
        "name_en": zone.name_en,
        "province_code": zone.province.code,
        "province": zone.province.name,
        "district_codes": LIST_MARK.join(one.code for one in zone.districts),
        "districts": LIST_MARK.join(one.name for one in zone.districts),
        "communes": LIST_MARK.join(one.name for one in zone.communes),
        "commune_basis": LIST_MARK.join(one.basis.value for one in zone.communes),
        "commune_confidence": LIST_MARK.join(one.confidence for one in zone.communes),
        "unit_vintage": zone.province.vintage,
        **{name: getattr(zone, name) for name in AREA_FIELDS},
        "let_as_of": zone.let_as_of.isoformat() if zone.let_as_of else None,
        "stage": zone.stage.value if zone.stage else None,
        "cluster_count": zone.cluster_count,
        "industry_rule": "recorded" if zone.industries else "none_recorded",
        "vsic_divisions": LIST_MARK.join(divisions),
        "occupancy_targets": LIST_MARK.join(_target(zone)),
        "lon": round(inside.x, 6) if inside is not None else None,
        "lat": round(inside.y, 6) if inside is not None else None,
        "location_precision": zone.location_precision.value,
        "location_radius_km": zone.location_radius_km,
        "location_source": zone.location_source,
        "note_vi": zone.note_vi,
        "note_en": zone.note_en,
        "document": zone.source.document,
        "clause": zone.source.clause,
        "row": zone.source.row,
        "quote": zone.source.quote,
    }
    for state in IndustryState:
        phrases = (one.phrase for one in zone.industries if one.state is state)
        row[f"{state}_industries"] = LIST_MARK.join(phrases)
    return {name: row[name] for name in COLUMNS}


def _target(zone: Zone) -> list[str]:
    return [
        f"{one.comparator} {one.low}{'' if one.high is None else f'-{one.high}'} % {one.year}"
        for one in zone.occupancy_targets
    ]


def csv_bytes(rows: Iterable[dict[str, Any]], columns: Iterable[str]) -> bytes:
    """A CSV file that Excel opens with Vietnamese letters: UTF-8 with a byte order mark.

    A text that a spreadsheet would take for a formula is written with an apostrophe before it.
    """
    names = list(columns)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, names, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: safe_cell(row[name]) for name in names})
    return "\ufeff".encode() + buffer.getvalue().encode()


def safe_cell(value: Any) -> Any:
    """A text that starts like a formula gets an apostrophe; other values stay."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def zones_csv(zones: Iterable[Zone]) -> bytes:
    return csv_bytes((flat(zone) for zone in zones), COLUMNS)
