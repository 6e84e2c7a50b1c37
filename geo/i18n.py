"""Vietnamese and English: one set of keys, numbers and dates in each language's form.

The texts are in ``geo/locale/<language>/*.toml``; a key is the path of tables joined by dots.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from geo.errors import KhuCumError
from geo.issues import Issue

LANGUAGES = ("vi", "en")
LOCALE_DIR = Path(__file__).parent / "locale"

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""The time of Vietnam; it has no summer time."""

_MARKS = {"vi": (".", ","), "en": (",", ".")}  # thousands, decimal


def _flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{key}.")
        else:
            flat[key] = str(value)
    return flat


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All texts of a language by key.

    Raises
    ------
    ValueError
        If two files of the language define one key.
    """
    texts: dict[str, str] = {}
    for path in sorted((LOCALE_DIR / lang).glob("*.toml")):
        for key, text in _flatten(tomllib.loads(path.read_text("utf-8"))).items():
            if key in texts:
                raise ValueError(f"{path.name}: {key} is defined twice in {lang}")
            texts[key] = text
    return texts


def has(lang: str, key: str) -> bool:
    return key in catalogue(lang)


def t(lang: str, key: str, /, **params: object) -> str:
    """The text of a key; numbers among `params` are written as the language writes them.

    Years are passed as text so that they are not grouped. A key without a text comes back as
    itself, so that a page still opens; ``tests/test_i18n.py`` finds such keys.
    """
    template = catalogue(lang).get(key)
    if template is None:
        return key
    shown = {name: _shown(value, lang) for name, value in params.items()}
    return template.format_map(shown)


def _shown(value: object, lang: str) -> str:
    if isinstance(value, bool) or value is None:
        return t(lang, f"common.{str(value).lower()}")
    if isinstance(value, int | float | Decimal):
        return number(value, lang)
    if isinstance(value, dt.date):
        return date(value, lang)
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item, lang) for item in value)
    return str(value)


def number(value: int | float | Decimal | None, lang: str, decimals: int | None = None) -> str:
    """Write a number as the language does; unknown is a dash.

    Parameters
    ----------
    decimals
        Places after the mark; by default as many as the number has, at most 6.

    Examples
    --------
    >>> from decimal import Decimal
    >>> number(Decimal("1160.83"), "vi"), number(Decimal("1160.83"), "en")
    ('1.160,83', '1,160.83')
    >>> number(None, "vi")
    '—'
    """
    if value is None:
        return "—"
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    shown = round(exact, 6).normalize() if abs(exact) < 10**18 else exact
    text = f"{shown:,f}" if decimals is None else f"{exact:,.{decimals}f}"
    thousands, mark = _MARKS[lang]
    return text.translate({ord(","): thousands, ord("."): mark})


def ha(value: int | float | Decimal | None, lang: str) -> str:
    """An area in hectares with its unit; unknown stays a dash without a unit."""
    return number(value, lang) if value is None else f"{number(value, lang)} ha"


def date(value: dt.date | None, lang: str) -> str:
    """``14/01/2009`` in Vietnamese, ``14 Jan 2009`` in English."""
    if value is None:
        return "—"
    if lang == "vi":
        return f"{value:%d/%m/%Y}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def issue_text(found: Issue, lang: str) -> str:
    """One sentence: what is wrong, why, and how to mend it."""
    return t(
        lang,
        f"issue.{found.code}",
        **{"row": found.row, "field": found.field, "value": found.value, **found.params},
    )


def error_text(error: KhuCumError, lang: str) -> str:
    return t(lang, f"error.{error.code}", **error.params)
