"""Changes of zone records: what differs between two, and how three are brought together.

A record is compared as *raw*: the mapping of its GeoJSON properties with its geometry under
``geometry``, as :func:`raw_of` gives it and as forms and files bring it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from geo.io.geojson import geometry_mapping
from geo.issues import Issue
from geo.zones import FIELDS, Zone, parse, properties

Raw = Mapping[str, Any]

BOOKKEEPING = ("version", "updated_at", "updated_by")
"""Properties that the register writes by itself."""

COMPARED = (*(name for name in FIELDS if name not in ("id", *BOOKKEEPING)), "geometry")
"""Fields in which two states of a zone may differ, in the order of the record."""


class Action(StrEnum):
    """What a change of the register is."""

    LOAD = "load"  # from data/
    CREATE = "create"
    EDIT = "edit"
    BULK = "bulk"
    ADJUST = "adjust"  # an edit or several: a decision has given zones another area
    CORRECT = "correct"  # an edit or several: the register had it wrong
    SPLIT = "split"
    MERGE = "merge"
    RETIRE = "retire"
    RESTORE = "restore"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with its values in two records; None where there is none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people have changed to different values."""

    field: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Item:
    """One zone in a change.

    Attributes
    ----------
    base_version
        The version that the change was made from; None for a zone that is new.
    zone
        As it shall be; None to retire it.
    parents
        Ids of the zones that it was split from or merged with.
    """

    zone_id: str
    base_version: int | None
    zone: Zone | None
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Zones that change together or not at all."""

    action: Action
    reason: str
    items: tuple[Item, ...]
    undoes: int | None = None


def raw_of(zone: Zone) -> dict[str, Any]:
    """A zone as raw values; numbers are int or float, unknowns None."""
    geometry = None if zone.geometry is None else geometry_mapping(zone.geometry)
    return {**properties(zone), "geometry": geometry}


def zone_of(raw: Raw, *, source: str | None = None) -> tuple[Zone | None, list[Issue]]:
    """Read raw values as a record; what is wrong with them comes by field."""
    fields = {name: value for name, value in raw.items() if name != "geometry"}
    feature = {"type": "Feature", "properties": fields, "geometry": raw.get("geometry")}
    return parse(feature, source=source, row=str(raw.get("id") or ""))


def diff(before: Raw | None, after: Raw | None) -> tuple[FieldChange, ...]:
    """The fields in which two records differ."""
    old, new = before or {}, after or {}
    return tuple(
        FieldChange(name, old.get(name), new.get(name))
        for name in COMPARED
        if _plain(old.get(name)) != _plain(new.get(name))
    )


def merge(base: Raw, mine: Raw, theirs: Raw) -> tuple[dict[str, Any], tuple[Conflict, ...]]:
    """My changes of `base` carried over to `theirs`.

    Returns
    -------
    merged, conflicts
        `theirs` with every field that only I have changed; a field that both have changed to
        different values keeps theirs and is a conflict.
    """
    merged = dict(theirs)
    conflicts = []
    for own in diff(base, mine):
        name = own.field
        now = theirs.get(name)
        if _plain(now) == _plain(own.before) or _plain(now) == _plain(own.after):
            merged[name] = own.after
        else:
            conflicts.append(Conflict(name, own.before, own.after, now))
    return merged, tuple(conflicts)


def _plain(value: Any) -> Any:
    """Equal for values that mean the same: lists and tuples, 45 and 45.0, nothing and empty."""
    if isinstance(value, Mapping):
        pairs = {key: _plain(item) for key, item in value.items()}
        return {key: item for key, item in pairs.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value] or None
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value
