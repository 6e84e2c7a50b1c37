"""Tables on a page: numbers in the reader's language, sorted as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from geo.i18n import number, t
from geo.joins import Total
from geo.services import Boundaries

STYLED_ROWS = 3000
"""Above this the styling of cells costs more than it gives."""


def numbers(rows: pd.DataFrame, lang: str) -> pd.DataFrame | Styler:
    """The table with its numeric columns written in the language; unknown is a dash."""
    columns = list(rows.select_dtypes("number").columns)
    if len(rows) > STYLED_ROWS or not columns:
        return rows

    def shown(value: Any) -> str:
        return number(None if pd.isna(value) else value, lang)

    return rows.style.format(dict.fromkeys(columns, shown))


def totals(found: Mapping[str, Total], bounds: Boundaries, layer: str, lang: str) -> pd.DataFrame:
    """Totals of districts or provinces, one row a unit; areas in ha."""

    def area(total: Total, kind: str) -> float | None:
        value = total.area_by_kind.get(kind)
        return None if value is None else float(value)

    return pd.DataFrame(
        [
            {
                t(lang, "page.map.unit_name"): bounds.unit_name(code, layer),
                t(lang, "page.map.zones"): total.clusters,
                f"{t(lang, 'page.map.area')} (ha)": (
                    None if total.area_ha is None else float(total.area_ha)
                ),
                "KCN (ha)": area(total, "KCN"),
                "CCN (ha)": area(total, "CCN"),
                t(lang, "page.map.unknown"): total.unknown_area,
                f"{t(lang, 'page.map.shared')} (ha)": (
                    float(total.shared_ha) if total.shared else None
                ),
            }
            for code, total in found.items()
        ]
    )
