"""What a person may enter in each field of a zone: its kind, unit and limits.

Labels are under ``field.<name>`` and meanings under ``meaning.<name>`` in the texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from geo.zones.record import AREA_LIMIT_HA, SUBKINDS, Kind, Precision, Stage

RADIUS_LIMIT_KM = Decimal(500)


class Entry(StrEnum):
    """How a value is entered."""

    TEXT = "text"
    NOTE = "note"  # a longer text
    TEXTS = "texts"  # a list of texts
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    UNIT = "unit"
    UNITS = "units"
    COMMUNES = "communes"
    INDUSTRIES = "industries"
    TARGETS = "targets"
    SOURCES = "sources"
    PLACE = "place"


class Group(StrEnum):
    """Parts of the form, in their order."""

    IDENTITY = "identity"
    AREAS = "areas"
    PLACE = "place"
    INDUSTRIES = "industries"
    SOURCES = "sources"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field as a form shows it; numbers go from 0 to `high` in `unit`."""

    name: str
    entry: Entry
    group: Group
    unit: str = ""
    high: Decimal | None = None
    choices: tuple[str, ...] = ()
    required: bool = False


def _area(name: str) -> FieldSpec:
    return FieldSpec(name, Entry.NUMBER, Group.AREAS, "ha", AREA_LIMIT_HA)


SPECS = (
    FieldSpec("kind", Entry.CHOICE, Group.IDENTITY, choices=tuple(Kind), required=True),
    FieldSpec("subkind", Entry.CHOICE, Group.IDENTITY, choices=SUBKINDS),
    FieldSpec("name", Entry.TEXT, Group.IDENTITY, required=True),
    FieldSpec("name_en", Entry.TEXT, Group.IDENTITY),
    FieldSpec("aliases", Entry.TEXTS, Group.IDENTITY),
    FieldSpec("members", Entry.TEXTS, Group.IDENTITY),
    FieldSpec("stage", Entry.CHOICE, Group.IDENTITY, choices=tuple(Stage)),
    _area("area_planned_ha"),
    _area("area_detailed_ha"),
    _area("area_industrial_ha"),
    _area("area_let_ha"),
    FieldSpec("let_as_of", Entry.DATE, Group.AREAS),
    FieldSpec("province", Entry.UNIT, Group.PLACE, required=True),
    FieldSpec("districts", Entry.UNITS, Group.PLACE, required=True),
    FieldSpec("communes", Entry.COMMUNES, Group.PLACE),
    FieldSpec("geometry", Entry.PLACE, Group.PLACE),
    FieldSpec(
        "location_precision", Entry.CHOICE, Group.PLACE, choices=tuple(Precision), required=True
    ),
    FieldSpec("location_radius_km", Entry.NUMBER, Group.PLACE, "km", RADIUS_LIMIT_KM),
    FieldSpec("location_source", Entry.TEXT, Group.PLACE),
    FieldSpec("industries", Entry.INDUSTRIES, Group.INDUSTRIES),
    FieldSpec("occupancy_targets", Entry.TARGETS, Group.INDUSTRIES, "%"),
    FieldSpec("sources", Entry.SOURCES, Group.SOURCES, required=True),
    FieldSpec("note_vi", Entry.NOTE, Group.NOTES),
    FieldSpec("note_en", Entry.NOTE, Group.NOTES),
)
"""Every field that a person may enter, in the order of the form."""

BY_NAME = {spec.name: spec for spec in SPECS}
