"""Zones and clusters: the record, and the reading of raw values into it.

A record comes from outside as a GeoJSON feature. :func:`parse` turns it into a :class:`Zone` or
into issues that name row, field and raw value. ``data/README.md`` is the data dictionary, and a
test holds it to :data:`FIELDS`.
"""

from geo.zones.reading import UNREADABLE_SHAPE, check, geometry_problem, parse, parse_all
from geo.zones.record import (
    AREA_FIELDS,
    AREA_LIMIT_HA,
    COMPARATORS,
    CONFIDENCES,
    FIELDS,
    SUBKINDS,
    Basis,
    CommuneRef,
    Industry,
    IndustryState,
    Kind,
    Precision,
    Source,
    Stage,
    Target,
    UnitRef,
    Zone,
    properties,
)

__all__ = [
    "AREA_FIELDS",
    "AREA_LIMIT_HA",
    "COMPARATORS",
    "CONFIDENCES",
    "FIELDS",
    "SUBKINDS",
    "UNREADABLE_SHAPE",
    "Basis",
    "CommuneRef",
    "Industry",
    "IndustryState",
    "Kind",
    "Precision",
    "Source",
    "Stage",
    "Target",
    "UnitRef",
    "Zone",
    "check",
    "geometry_problem",
    "parse",
    "parse_all",
    "properties",
]
