"""Cells as values: numbers and dates with all their readings, choices, texts, unknown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from geo.i18n import LANGUAGES, t
from geo.io.workbook import Formula
from geo.text import fold, fold_space
from geo.zones.fields import BY_NAME

FIRST_DAY = dt.date(1990, 1, 1)

_LONGEST_NUMBER = 20
_UNKNOWN = {"chưa biết", "chưa rõ", "không rõ", "unknown", "not known", "n/a"}
_DASHES = {"—", "–"}
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))


def is_unknown(text: str) -> bool:
    """Whether a cell says that the value is not known; an empty cell says nothing."""
    return text in _DASHES or fold_space(text).casefold() in _UNKNOWN


def as_text(cell: Any) -> str:
    """A number that Excel took for one, in a column of texts, as it was typed."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, Formula):
        return cell.text
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell)


def numbers_of(cell: Any) -> dict[str, Decimal]:
    """What a cell may mean as a number, as :func:`number_readings`; a real number, by ``""``."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        # what Excel itself shows of a number has 15 digits
        exact = Decimal(cell) if isinstance(cell, int) else Decimal(f"{cell:.15g}")
        return {"": exact} if exact.is_finite() else {}
    return number_readings(cell) if isinstance(cell, str) else {}


def number_readings(text: str) -> dict[str, Decimal]:
    """What a text may mean as a number, by decimal mark; empty where it is no number.

    Examples
    --------
    >>> number_readings("1.160,83")
    {',': Decimal('1160.83')}
    >>> sorted(set(number_readings("1.160").values()))
    [Decimal('1.160'), Decimal('1160')]
    >>> number_readings("1e308")
    {}
    """
    typed = re.sub(r"\s*ha$", "", text.strip().translate(_SPACES), flags=re.IGNORECASE)
    if len(typed) > _LONGEST_NUMBER:
        return {}
    found = {}
    for mark, other in ((",", "."), (".", ",")):
        grouped = "|".join(rf"[1-9][0-9]{{0,2}}(?:{re.escape(g)}[0-9]{{3}})+" for g in (other, " "))
        if re.fullmatch(rf"[-+]?(?:{grouped}|[0-9]+)(?:{re.escape(mark)}[0-9]+)?", typed):
            bare = typed.replace(" ", "").replace(other, "").replace(mark, ".")
            found[mark] = Decimal(bare) + 0
    return found


def decimal_mark(column: Iterable[Mapping[str, Decimal]]) -> str | None:
    """The decimal mark that all numbers with one reading share; None where they show none."""
    shown = {next(iter(one)) for one in column if len(one) == 1} - {""}
    return shown.pop() if len(shown) == 1 else None


def rounded(value: Decimal) -> int | float:
    """A number as a raw value, to 1 cm² where it is hectares: Excel's noise stands behind that."""
    kept = round(value, 6)
    return int(kept) if kept == kept.to_integral_value() else float(kept)


def dates_of(cell: Any) -> dict[str, dt.date]:
    """What a cell may mean as a date, as :func:`date_readings`."""
    if isinstance(cell, dt.datetime):
        return {"": cell.date()}
    if isinstance(cell, dt.date):
        return {"": cell}
    return date_readings(cell) if isinstance(cell, str) else {}


def date_readings(text: str) -> dict[str, dt.date]:
    """What a text may mean as a date: by itself (year first), day first or month first.

    Examples
    --------
    >>> date_readings("2026-06-14"), date_readings("14/06/2026")
    ({'': datetime.date(2026, 6, 14)}, {'day': datetime.date(2026, 6, 14)})
    >>> sorted(date_readings("5/6/2026"))
    ['day', 'month']
    >>> date_readings("14/06/26")
    {}
    """
    if year_first := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text.strip()):
        year, month, day = map(int, year_first.groups())
        return {"": found} if (found := _day(year, month, day)) else {}
    parts = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text.strip())
    if parts is None:
        return {}
    one, two, year = map(int, parts.groups())
    both = {"day": _day(year, two, one), "month": _day(year, one, two)}
    return {name: day for name, day in both.items() if day is not None}


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def choice_of(name: str, text: str) -> str | None:
    """The code of a choice given as code or in words of either language."""
    wanted = fold(re.sub(r"^[0-9]+\s*[.)]\s*", "", text.strip()))
    for code in BY_NAME[name].choices:
        if wanted in (fold(code), *(fold(t(lang, f"{name}.{code}")) for lang in LANGUAGES)):
            return code
    return None
