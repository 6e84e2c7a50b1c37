"""The register of units: the lists of 2016 and 2025, and those in force when a plan was signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from geo.boundaries.matching import ListedUnit, Match, read_table, split_type
from geo.districts import Unit

VINTAGE = "2016"


@dataclass(frozen=True, slots=True)
class UnitLists:
    """The units by code: districts and provinces of 2016, provinces of 2025.

    `since_2025` leads from a province of 2016 to the one that holds it now.
    """

    districts: Mapping[str, ListedUnit]
    provinces: Mapping[str, Mapping[str, str]]
    merged: Mapping[str, Mapping[str, str]]
    since_2025: Mapping[str, str]


def make(lists: UnitLists, matches: Mapping[str, Match], manual: Path) -> list[Unit]:
    """Every unit of every list, by vintage, level and code."""
    notes = {(row["vintage"], row["code"]): row for row in read_table(manual / "notes.csv")}
    holders = {code: m.code for m in matches.values() if m.code for code in (m.code, *m.covers)}
    plan_rows = read_table(manual / "plan_units.csv")
    plan_provinces = sorted({(row["vintage"], row["province_code"]) for row in plan_rows})
    units = [
        *(_district(VINTAGE, unit, lists, holders) for unit in lists.districts.values()),
        *(_district(row["vintage"], _then(row, lists), lists, holders) for row in plan_rows),
        *(_province(VINTAGE, code, lists) for code in lists.provinces),
        *(_province(vintage, code, lists) for vintage, code in plan_provinces),
        *(_province_2025(code, row) for code, row in lists.merged.items()),
    ]
    noted = [_with_note(unit, notes.get((unit.vintage, unit.code))) for unit in units]
    return sorted(noted, key=lambda unit: (unit.vintage, unit.level, unit.code))


def _then(row: Mapping[str, str], lists: UnitLists) -> ListedUnit:
    """A district as it was when its plan was signed."""
    unit = lists.districts[row["code"]]
    return replace(unit, type=row["type_then"] or unit.type)


def _district(vintage: str, unit: ListedUnit, lists: UnitLists, holders: Mapping[str, str]) -> Unit:
    holder = holders.get(unit.code)
    note, note_en = _extent(unit.code, holders, lists.districts)
    return Unit(
        vintage=vintage,
        level="district",
        code=unit.code,
        name=unit.name,
        full_name=unit.full_name,
        type=unit.type,
        province_code=unit.province_code,
        province_2025_code=lists.since_2025[unit.province_code],
        boundary_vintage=VINTAGE if holder else None,
        boundary_code=holder,
        note=note,
        note_en=note_en,
    )


def _extent(
    code: str, holders: Mapping[str, str], districts: Mapping[str, ListedUnit]
) -> tuple[str | None, str | None]:
    """What else the polygon of a unit holds, in both languages; null when nothing."""
    holder = holders.get(code)
    others = sorted(c for c, held_by in holders.items() if holder == held_by and c != code)
    if not others:
        return None, None
    names = ", ".join(districts[other].full_name for other in others)
    return (
        f"Ranh giới vẽ trước khi chia tách năm 2015, gồm cả {names}.",
        f"Drawn before the split of 2015: the boundary also holds {names}.",
    )


def _province(vintage: str, code: str, lists: UnitLists) -> Unit:
    kind, name = split_type(lists.provinces[code]["name"])
    return Unit(
        vintage=vintage,
        level="province",
        code=code,
        name=name,
        full_name=f"{kind} {name}",
        type=kind,
        province_code=None,
        province_2025_code=lists.since_2025[code],
        boundary_vintage=VINTAGE,
        boundary_code=code,
    )


def _province_2025(code: str, row: Mapping[str, str]) -> Unit:
    return Unit(
        vintage="2025",
        level="province",
        code=code,
        name=row["name"],
        full_name=f"{row['type']} {row['name']}",
        type=row["type"],
        province_code=None,
        province_2025_code=code,
        boundary_vintage="2025",
        boundary_code=code,
    )


def _with_note(unit: Unit, row: Mapping[str, str] | None) -> Unit:
    if row is None or unit.level != "district":
        return unit
    return replace(unit, note=row["note"], note_en=row["note_en"])
