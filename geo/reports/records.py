"""The records that documents name, and their totals, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from geo import wording
from geo.audit import Audit
from geo.i18n import t
from geo.joins import Total, province_code
from geo.reports.tables import Cell, Column, Table, column, table
from geo.rows import district_names
from geo.services import Planner
from geo.zones import AREA_FIELDS, Kind, Zone


def zones_of(planner: Planner, audit: Audit) -> list[Zone]:
    """The zones that the documents of an audit name, by id."""
    names = {document.id for document in audit.documents}
    return [
        zone
        for zone in planner.state.zones
        if any(source.document in names for source in zone.sources)
    ]


def listed(planner: Planner, zones: Sequence[Zone], lang: str) -> Table:
    """The records with their areas, units old and new, and clause."""
    state, bounds = planner.state, planner.bounds
    several = len({zone.source.document for zone in zones}) > 1

    def row(zone: Zone) -> tuple[Cell, ...]:
        new = province_code(zone, bounds.register, "2025")
        source = zone.source
        return (
            wording.zone_name(zone, lang),
            zone.kind.value,
            "; ".join(district_names(zone, state)),
            "; ".join(bounds.unit_name(code) for code in state.districts_of(zone)),
            bounds.unit_name(new, "provinces-2025"),
            *(getattr(zone, name) for name in AREA_FIELDS),
            "" if zone.let_as_of is None else zone.let_as_of,
            zone.cluster_count,
            None if zone.stage is None else t(lang, f"stage.{zone.stage}"),
            wording.document_short(state.documents[source.document], lang),
            wording.clause(source.clause, source.row, lang),
            t(lang, f"precision.{zone.location_precision}"),
            bounds.unit_name(state.provinces[zone.id], "provinces-2016"),
            zone.id,
        )

    columns = [
        Column(t(lang, "field.name"), 26, 26),
        column(lang, "kind", 6, 6),
        column(lang, "district_plan", 20, 18),
        column(lang, "district_2016", 20, 18),
        column(lang, "province_2025", 16, 15),
        *(Column(f"{t(lang, f'field.{name}')} (ha)", 12, 12, numeric=True) for name in AREA_FIELDS),
        column(lang, "let_as_of", 12, 0),
        column(lang, "clusters", 8, 8, numeric=True),
        column(lang, "stage", 16, 14),
        column(lang, "document", 14, 13 if several else 0),
        column(lang, "clause", 14, 12),
        column(lang, "precision", 16, 0, aside=True),
        column(lang, "province_2016", 20, 0, aside=True),
        column(lang, "id", 28, 0, aside=True),
    ]
    areas = 5  # columns before them
    total: list[Cell] = [""] * len(columns)
    total[0] = t(lang, "report.known_total")
    for at, name in enumerate(AREA_FIELDS, start=areas):
        total[at] = _sum(getattr(zone, name) for zone in zones)
    total[areas + len(AREA_FIELDS) + 1] = sum(zone.cluster_count for zone in zones)
    return table("records", lang, columns, map(row, zones), total, note="records")


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Of the known values; None where none is known."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


_GROUPS: dict[str, tuple[str, str]] = {
    "province_2016": ("province", "2016"),
    "province_2025": ("province", "2025"),
    "district": ("district", "2016"),
    "kind": ("kind", "2016"),
}
"""Summary tables: grouping and vintage as :meth:`geo.services.Planner.summary` takes them."""


def totals(planner: Planner, zones: Sequence[Zone]) -> dict[str, dict[str, Total]]:
    """Totals of zones by summary table and unit: those that pages and the command line show."""
    return {key: planner.summary(by, zones, vintage) for key, (by, vintage) in _GROUPS.items()}


def summaries(planner: Planner, zones: Sequence[Zone], lang: str) -> list[Table]:
    """Totals by province in both vintages, by district, and by kind."""
    return [_totals(planner, zones, key, lang) for key in _GROUPS]


def _totals(planner: Planner, zones: Sequence[Zone], key: str, lang: str) -> Table:
    by, vintage = _GROUPS[key]
    found = planner.summary(by, zones, vintage)
    names = _unit_names(planner, by, vintage, lang)
    districts = by == "district"
    columns = [
        column(lang, by, 34, 34),
        column(lang, "rows", 10, 10, numeric=True),
        column(lang, "clusters", 14, 12, numeric=True),
        column(lang, "area", 16, 16, numeric=True),
        *(Column(f"{kind.value} (ha)", 14, 14, numeric=True) for kind in Kind),
        column(lang, "unknown", 16, 14, numeric=True),
    ]
    if districts:
        columns += [
            column(lang, "shared", 16, 14, numeric=True),
            column(lang, "shared_ha", 20, 16, numeric=True),
            column(lang, "province_2016", 22, 16),
            column(lang, "province_2025", 22, 16),
        ]
    rows = [
        (names(code), *_figures_of(one), *(_of_district(planner, one) if districts else ()))
        for code, one in found.items()
    ]
    total = None
    if not districts:  # a zone in two districts would count twice
        total = (t(lang, "report.total"), *_whole(list(found.values())))
    return table(key, lang, columns, rows, total, note="district" if districts else "unknown")


def _unit_names(planner: Planner, by: str, vintage: str, lang: str) -> Callable[[str], str]:
    bounds = planner.bounds
    match by:
        case "kind":
            return lambda code: t(lang, f"kind.{code}")
        case "province":
            return lambda code: bounds.unit_name(code, f"provinces-{vintage}")
        case _:
            return bounds.unit_name


def _figures_of(one: Total) -> tuple[Cell, ...]:
    kinds = (one.area_by_kind.get(kind) for kind in Kind)
    return (one.zones, one.clusters, one.area_ha, *kinds, one.unknown_area)


def _whole(parts: Sequence[Total]) -> tuple[Cell, ...]:
    return (
        sum(one.zones for one in parts),
        sum(one.clusters for one in parts),
        _sum(one.area_ha for one in parts),
        *(_sum(one.area_by_kind.get(kind) for one in parts) for kind in Kind),
        sum(one.unknown_area for one in parts),
    )


def _of_district(planner: Planner, one: Total) -> tuple[Cell, ...]:
    bounds = planner.bounds
    unit = bounds.register.get(one.unit, "2016")
    old, new = (unit.province_code, unit.province_2025_code) if unit else (None, None)
    return (
        one.shared,
        one.shared_ha if one.shared else "",
        bounds.unit_name(old or "", "provinces-2016"),
        bounds.unit_name(new or "", "provinces-2025"),
    )
