"""Records that come of others: the parts of a split, the sum of a merger.

Records are raw values, see :mod:`geo.changes`; areas in hectares. Unknown stays unknown: a sum or
a remainder with an unknown part is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import shapely
from shapely.geometry import shape

from geo import wording
from geo.changes import Raw
from geo.io.geojson import geometry_mapping
from geo.zones import AREA_FIELDS, Precision

_INHERITED = (
    *("kind", "subkind", "province", "districts", "communes", "stage", "industries", "sources"),
    *("let_as_of", "location_precision", "location_radius_km", "location_source", "geometry"),
)
_POOLED = ("districts", "communes", "industries", "occupancy_targets", "sources")


def known(value: object) -> Decimal | None:
    """A raw area as an exact number; None for unknown and for a text that is no number."""
    return None if not isinstance(value, int | float) else Decimal(str(value))


def total(values: Iterable[object]) -> Decimal | None:
    """The sum, in which an unknown part makes the whole unknown."""
    parts = [known(value) for value in values]
    return None if None in parts else sum((one for one in parts if one is not None), Decimal(0))


def remaining(parent: Raw, children: Sequence[Raw]) -> dict[str, Decimal | None]:
    """What is left of each area of a zone beside its parts; negative where they exceed it."""
    left: dict[str, Decimal | None] = {}
    for name in AREA_FIELDS:
        whole, taken = known(parent.get(name)), total(one.get(name) for one in children)
        left[name] = None if whole is None or taken is None else whole - taken
    return left


def part_of(parent: Raw, own: Raw) -> dict[str, Any]:
    """A part of a zone: what the parent says of the whole, and what is its own.

    A boundary is not inherited: which piece of it the part has must be drawn.
    """
    raw = {name: parent[name] for name in _INHERITED if parent.get(name) is not None}
    if not _is_point(parent.get("geometry")):
        raw |= {"geometry": None, "location_precision": Precision.DISTRICT.value}
        raw.pop("location_radius_km", None)
        raw.pop("location_source", None)
    raw |= own
    if raw.get("area_let_ha") is None:
        raw.pop("let_as_of", None)
    return raw


def kept_part(parent: Raw, children: Sequence[Raw]) -> dict[str, Any]:
    """The parent that stays, with the areas that are left to it."""
    left = remaining(parent, children)
    raw = {**parent, **{name: wording.plain(value) for name, value in left.items()}}
    if left["area_let_ha"] is None:
        raw.pop("let_as_of", None)
    return raw


def merged(parts: Sequence[Raw], own: Raw) -> dict[str, Any]:
    """One zone of several.

    Let areas of different days are not added: their sum would hold on no day. Boundaries are
    united; places of another kind are kept only where they are the same.
    """
    first = parts[0]
    raw: dict[str, Any] = {name: first.get(name) for name in ("kind", "province")}
    for name in ("subkind", "stage", "let_as_of"):
        values = [one.get(name) for one in parts]
        raw[name] = values[0] if all(value == values[0] for value in values) else None
    for name in AREA_FIELDS:
        raw[name] = wording.plain(total(one.get(name) for one in parts))
    if raw["let_as_of"] is None:
        raw["area_let_ha"] = None
    if raw["area_let_ha"] is None:
        raw["let_as_of"] = None
    for name in _POOLED:
        raw[name] = _pooled(one.get(name) or () for one in parts) or None
    names = [[one.get("name"), *(one.get("aliases") or ())] for one in parts]
    raw["aliases"] = [one for one in _pooled(names) if one != own.get("name")] or None
    return {**raw, **_place(parts), **own}


def _place(parts: Sequence[Raw]) -> dict[str, Any]:
    names = ("location_precision", "location_radius_km", "location_source", "geometry")
    places = [{name: one.get(name) for name in names} for one in parts]
    if all(place == places[0] for place in places):
        return places[0]
    shapes = [one.get("geometry") for one in parts]
    if any(one is None or _is_point(one) for one in shapes):
        return {"location_precision": Precision.DISTRICT.value, "geometry": None}
    whole = shapely.union_all([shape(one) for one in shapes])
    order = [one.value for one in Precision]
    worst = max(order.index(str(place["location_precision"])) for place in places)
    return {"location_precision": order[worst], "geometry": geometry_mapping(whole)}


def _is_point(geometry: object) -> bool:
    return isinstance(geometry, Mapping) and geometry.get("type") == "Point"


def _pooled(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """The items of several lists, each once, in their order."""
    found: list[Any] = []
    for items in lists:
        found += [item for item in items if item not in found]
    return found
