"""The record of a zone or cluster: its fields and their choices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry


class Kind(StrEnum):
    KCN = "KCN"  # khu công nghiệp
    CCN = "CCN"  # cụm công nghiệp


class Stage(StrEnum):
    """Legal states in their order; a planned zone is not an established one."""

    PLANNED = "planned"
    DETAILED_PLAN = "detailed_plan"
    ESTABLISHED = "established"
    BUILDING = "building"
    OPERATING = "operating"


class Precision(StrEnum):
    """How well the place is known."""

    SURVEYED = "surveyed"
    DRAWN = "drawn"
    COMMUNE = "commune"
    DISTRICT = "district"


class Basis(StrEnum):
    """Whether the plan says it, or somebody matched it."""

    STATED = "stated"
    MATCHED = "matched"


class IndustryState(StrEnum):
    """A zone's own list, or a sector direction of the plan that sends an industry to it."""

    LISTED = "listed"
    STEERED = "steered"


@dataclass(frozen=True, slots=True)
class UnitRef:
    """An administrative unit: code with the vintage of its list, and the name as written."""

    code: str
    vintage: str
    name: str
    basis: Basis = Basis.STATED


@dataclass(frozen=True, slots=True)
class CommuneRef:
    """A commune as the plan names it or as it was matched, with the confidence of the match."""

    name: str
    code: str | None
    vintage: str | None
    basis: Basis
    confidence: str
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Industry:
    """One permitted industry: the phrase as written, its clause and its VSIC divisions."""

    phrase: str
    state: IndustryState
    clause: str
    vsic: tuple[str, ...] = ()
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """An occupancy target in per cent that a plan sets for the zone; `figure` is its id."""

    figure: str
    comparator: str
    low: Decimal
    high: Decimal | None
    year: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record comes from, word for word."""

    document: str
    clause: str
    row: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Zone:
    """One row of a plan: an industrial zone or a cluster.

    Areas are in hectares; ``None`` is unknown and never 0. `geometry` is a point, polygon or
    multipolygon in EPSG:4326. `members` names the clusters of a row that holds several.
    """

    id: str
    kind: Kind
    name: str
    province: UnitRef
    districts: tuple[UnitRef, ...]
    sources: tuple[Source, ...]
    subkind: str | None = None
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    communes: tuple[CommuneRef, ...] = ()
    area_planned_ha: Decimal | None = None
    area_detailed_ha: Decimal | None = None
    area_industrial_ha: Decimal | None = None
    area_let_ha: Decimal | None = None
    let_as_of: dt.date | None = None
    stage: Stage | None = None
    industries: tuple[Industry, ...] = ()
    occupancy_targets: tuple[Target, ...] = ()
    geometry: BaseGeometry | None = field(default=None, compare=False)
    location_precision: Precision = Precision.DISTRICT
    location_radius_km: Decimal | None = None
    location_source: str | None = None
    note_vi: str | None = None
    note_en: str | None = None
    version: int = 1
    updated_at: str | None = None
    updated_by: str | None = None

    @property
    def source(self) -> Source:
        """The clause that the record rests on; further mentions follow it in `sources`."""
        return self.sources[0]

    @property
    def cluster_count(self) -> int:
        """How many zones or clusters the row holds."""
        return max(1, len(self.members))

    @property
    def is_point(self) -> bool:
        return self.geometry is not None and self.geometry.geom_type == "Point"


AREA_LIMIT_HA = Decimal(20_000)
"""Above this an area is taken for a slip of the decimal mark or of the unit (m² for ha)."""

SUBKINDS = ("cảng", "đô thị", "khu chế xuất", "làng nghề")
CONFIDENCES = ("stated", "high", "medium", "low")
COMPARATORS = ("=", ">", ">=", "<", "<=", "range", "~")

AREA_FIELDS = ("area_planned_ha", "area_detailed_ha", "area_industrial_ha", "area_let_ha")

FIELDS: dict[str, bool] = {
    "id": True,
    "kind": True,
    "subkind": False,
    "name": True,
    "name_en": False,
    "aliases": False,
    "members": False,
    "province": True,
    "districts": True,
    "communes": False,
    **dict.fromkeys(AREA_FIELDS, False),
    "let_as_of": False,
    "stage": False,
    "industries": False,
    "occupancy_targets": False,
    "location_precision": True,
    "location_radius_km": False,
    "location_source": False,
    "sources": True,
    "note_vi": False,
    "note_en": False,
    "version": False,
    "updated_at": False,
    "updated_by": False,
}
"""Properties of a zone in the order in which they are written; true where one must be given."""


def properties(zone: Zone) -> dict[str, Any]:
    """The GeoJSON properties of a zone, in the order of :data:`FIELDS`, unknowns as None."""
    plain = {name: _plain(getattr(zone, name)) for name in FIELDS}
    return {
        name: value
        for name, value in plain.items()
        if value not in (None, []) or FIELDS[name] or name in AREA_FIELDS
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        pairs = ((name, _plain(getattr(value, name))) for name in value.__dataclass_fields__)
        return {name: item for name, item in pairs if item not in (None, [])}
    return value
