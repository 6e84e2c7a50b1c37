"""In which provinces records lie: what rights are limited to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.changes import Raw
from geo.districts import Unit, UnitRegister
from geo.joins import BOUNDARY_VINTAGE
from geo.plans import Document


def provinces_of(records: Iterable[Raw], register: UnitRegister) -> frozenset[str]:
    """Codes of 2016 of the provinces in which raw records lie."""
    return frozenset(code for raw in records for code in _provinces(raw, register))


def provinces_of_document(document: Document, register: UnitRegister) -> frozenset[str]:
    """Codes of 2016 of the provinces that a document is about.

    A document of one of the provinces of 2025 is about all that were merged into it.
    """
    ref = document.province
    if ref.vintage != "2025":
        return frozenset({_province({"code": ref.code, "vintage": ref.vintage}, register)})
    old = register.of(BOUNDARY_VINTAGE, "province")
    merged = {one.code for one in old if one.province_2025_code == ref.code}
    return frozenset(merged or {ref.code})


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
