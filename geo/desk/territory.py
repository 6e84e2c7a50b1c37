"""In which provinces records lie: what rights are limited to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.changes import Raw
from geo.districts import Unit, UnitRegister


def provinces_of(records: Iterable[Raw], register: UnitRegister) -> frozenset[str]:
    """Codes of 2016 of the provinces in which raw records lie."""
    return frozenset(code for raw in records for code in _provinces(raw, register))


def _provinces(raw: Raw, register: UnitRegister) -> set[str]:
    """The province that a record names, and those of its districts.

    A province of 2025 holds several of 2016, and only the districts tell which is meant.
    """
    ref, districts = raw.get("province"), raw.get("districts")
    listed = districts if isinstance(districts, Sequence) else ()
    units = [_unit(one, "district", register) for one in listed if isinstance(one, Mapping)]
    found = {
        _province({"code": unit.province_code, "vintage": unit.vintage}, register)
        for unit in units
        if unit is not None
    }
    since_2025 = isinstance(ref, Mapping) and ref.get("vintage") == "2025"
    if ref is not None and not (found and since_2025):
        found.add(_province(ref, register))
    return found


def _province(ref: Any, register: UnitRegister) -> str:
    if not isinstance(ref, Mapping):
        return ""
    unit = _unit(ref, "province", register)
    return (unit.boundary_code if unit is not None else None) or str(ref.get("code"))


def _unit(ref: Mapping[str, Any], level: str, register: UnitRegister) -> Unit | None:
    return register.get(str(ref.get("code")), str(ref.get("vintage")), level)
