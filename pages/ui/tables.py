"""Tables on a page: numbers in the reader's language, sorted as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from geo import wording
from geo.checks import Verdict
from geo.i18n import number, t
from geo.plans import Method
from geo.rows import columns
from geo.rows import plan_order as plan_order
from geo.services import Planner
from geo.zones import Zone

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
    shown = columns(found, planner.state, lang)
    del shown["communes"]
    numeric = {"area_planned_ha", "location_radius_km"}
    return pd.DataFrame(
        {
            t(lang, f"field.{name}") + (" (ha)" if name == "area_planned_ha" else ""): pd.Series(
                values, dtype=float if name in numeric else object
            )
            for name, values in shown.items()
        }
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
