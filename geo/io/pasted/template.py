"""The way out: a workbook of present values, to be filled in and read back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it has no types
from openpyxl.styles import Font  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from geo.i18n import t
from geo.io.pasted.columns import column_label
from geo.io.pasted.values import rounded
from geo.zones import Stage, Zone

_LONGEST_CELL = 32_767  # of Excel; what is longer it cuts


def template(zones: Sequence[Zone], fields: Sequence[str], lang: str) -> bytes:
    """A workbook with the present values of zones, to be changed and uploaded again.

    Numbers and dates are real ones; a text is never a formula. Read back unchanged, it gives the
    values that the zones have.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = t(lang, "grid.sheet")
    labels = [t(lang, f"field.{name}") for name in ("id", "name", "province", "kind")]
    sheet.append([*labels, *(column_label(name, lang) for name in fields)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for at, zone in enumerate(zones, start=2):
        texts = [zone.id, zone.name, zone.province.name, zone.kind.value]
        for column, value in enumerate(
            [*texts, *(_cell_value(zone, name, lang) for name in fields)], start=1
        ):
            if value is None or (isinstance(value, str) and len(value) > _LONGEST_CELL):
                continue
            cell = sheet.cell(at, column, value)
            if isinstance(value, str):
                cell.data_type, cell.quotePrefix = "s", True
            elif isinstance(value, dt.date):
                cell.number_format = "dd/mm/yyyy"
    for column, width in enumerate([22, 32, 16, 8, *(24 for _ in fields)], start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    if "stage" in fields:
        words = ",".join(t(lang, f"stage.{one}") for one in Stage)
        choice = DataValidation("list", formula1=f'"{words}"', allow_blank=True)
        column = get_column_letter(5 + list(fields).index("stage"))
        choice.add(f"{column}2:{column}{len(zones) + 1}")
        sheet.add_data_validation(choice)
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell_value(zone: Zone, name: str, lang: str) -> Any:
    value = getattr(zone, name)
    if isinstance(value, Decimal):
        return rounded(value)
    return t(lang, f"stage.{value}") if name == "stage" and value else value
