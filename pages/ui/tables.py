"""Tables on a page: numbers in the reader's language, sorted as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from geo import wording
from geo.checks import Verdict
from geo.i18n import number, t
from geo.joins import Total
from geo.plans import Method
from geo.services import Planner
from geo.state import Boundaries
from geo.text import fold
from geo.zones import Kind, Zone

STYLED_ROWS = 3000
"""Above this the styling of cells costs more than it gives."""


def numbers(rows: pd.DataFrame, lang: str, decimals: int | None = None) -> pd.DataFrame | Styler:
    """The table with its numeric columns written in the language; unknown is a dash.

    `decimals` holds for areas; without it a number has as many as it needs.
    """
    columns = list(rows.select_dtypes("number").columns)
    if len(rows) > STYLED_ROWS or not columns:
        return rows

    def shown(value: Any) -> str:
        return number(None if pd.isna(value) else value, lang, decimals)

    return rows.style.format(dict.fromkeys(columns, shown))


def plan_order(zone: Zone) -> tuple[str, bool, str, int, str]:
    """Zones as the plans list them: by province, KCN before CCN, by document and row."""
    source = zone.source
    kind_last = zone.kind is Kind.CCN
    return fold(zone.province.name), kind_last, source.document, source.row or 0, zone.name


def addends(zones: Sequence[Zone], verdict: Verdict, lang: str) -> pd.DataFrame:
    """The rows that a verdict rests on; areas in ha."""
    detailed = verdict.figure.method is Method.DETAILED_AREA
    names = ("area_planned_ha", "area_detailed_ha") if detailed else ("area_planned_ha",)
    rows: list[dict[str, Any]] = [
        {
            t(lang, "field.clause"): wording.clause(zone.source.clause, zone.source.row, lang),
            t(lang, "field.name"): wording.zone_name(zone, lang),
            **{f"{t(lang, f'field.{name}')} (ha)": _float(getattr(zone, name)) for name in names},
            t(lang, "field.id"): zone.id,
        }
        for zone in zones
    ]
    return pd.DataFrame(rows)


def zones(found: Sequence[Zone], planner: Planner, lang: str) -> pd.DataFrame:
    """The table of zones; areas in ha, the doubt of the place in km."""
    state = planner.state
    return pd.DataFrame(
        {
            t(lang, "field.name"): [wording.zone_name(zone, lang) for zone in found],
            t(lang, "field.kind"): [zone.kind.value for zone in found],
            t(lang, "field.province"): [zone.province.name for zone in found],
            t(lang, "field.district"): [", ".join(planner.district_names(zone)) for zone in found],
            f"{t(lang, 'field.area_planned_ha')} (ha)": _floats(
                zone.area_planned_ha for zone in found
            ),
            t(lang, "field.stage"): [
                t(lang, f"stage.{zone.stage}") if zone.stage else t(lang, "zone.unknown")
                for zone in found
            ],
            t(lang, "field.industries"): [
                wording.industries_line(zone, lang, state.taxonomy) for zone in found
            ],
            t(lang, "field.occupancy_targets"): [
                "; ".join(wording.target(one, lang) for one in zone.occupancy_targets) or "—"
                for zone in found
            ],
            t(lang, "field.document"): [
                wording.document_short(state.documents[zone.source.document])
                + f", {wording.clause(zone.source.clause, zone.source.row, lang)}"
                for zone in found
            ],
            t(lang, "field.location_radius_km"): _floats(zone.location_radius_km for zone in found),
        }
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _floats(values: Iterable[Decimal | None]) -> pd.Series:
    """Numbers for a column; unknown is NaN, also where all are unknown."""
    return pd.Series([_float(value) for value in values], dtype=float)


def totals(found: Mapping[str, Total], bounds: Boundaries, layer: str, lang: str) -> pd.DataFrame:
    """Totals of districts or provinces, one row a unit; areas in ha."""
    rows = pd.DataFrame(
        [
            {
                t(lang, "page.map.unit_name"): bounds.unit_name(code, layer),
                t(lang, "page.map.zones"): total.clusters,
                f"{t(lang, 'page.map.area')} (ha)": _float(total.area_ha),
                "KCN (ha)": _float(total.area_by_kind.get("KCN")),
                "CCN (ha)": _float(total.area_by_kind.get("CCN")),
                t(lang, "page.map.unknown"): total.unknown_area,
            }
            for code, total in found.items()
        ]
    )
    if any(total.shared for total in found.values()):
        shared = _floats(total.shared_ha for total in found.values())
        rows[f"{t(lang, 'page.map.shared')} (ha)"] = shared
    return rows
