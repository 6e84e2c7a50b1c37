"""Tables of typed cells: what every form of a report is written from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from geo.checks import Status
from geo.i18n import date, has, number, t


class Plain(int):
    """A number whose thousands are not grouped: a year."""


Cell: TypeAlias = "str | int | Decimal | dt.date | Status | None"
"""None is an unknown value, and never 0; an empty text is nothing to say."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    sheet
        Width in a workbook in characters; 0 where the column is not in it.
    paper
        Width on a page, relative to the others; 0 where the column is not on it.
    numeric
        Its cells stand at the right, with as many decimals as the longest needs.
    aside
        In a workbook it stands right of what is printed.
    """

    title: str
    sheet: int
    paper: int
    numeric: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `key` names it in every language, `total` is its last row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str | None = None

    def places(self, at: int) -> int | None:
        """Decimals of a column's numbers; None where each has its own."""
        if not self.columns[at].numeric:
            return None
        cells = (row[at] for row in (*self.rows, *([self.total] if self.total else [])))
        return max((decimals(cell) for cell in cells if isinstance(cell, Decimal)), default=0)

    def on_paper(self, lang: str) -> Paper:
        """The table as it is printed: the columns of a page, all cells in words."""
        kept = [at for at, column in enumerate(self.columns) if column.paper]
        places = {at: self.places(at) for at in kept}

        def words(row: Sequence[Cell]) -> tuple[str, ...]:
            return tuple(shown(row[at], lang, places[at]) for at in kept)

        return Paper(
            tuple(self.columns[at] for at in kept),
            tuple(words(row) for row in self.rows),
            tuple(self._status(row, kept) for row in self.rows),
            None if self.total is None else words(self.total),
        )

    @staticmethod
    def _status(row: Sequence[Cell], kept: Sequence[int]) -> Status | None:
        cells = (row[at] for at in kept)
        return next((cell for cell in cells if isinstance(cell, Status)), None)


@dataclass(frozen=True, slots=True)
class Paper:
    """A table in words; `statuses` are those of its rows, None where they have none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    statuses: tuple[Status | None, ...]
    total: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Report:
    """An audit as a report.

    Attributes
    ----------
    overview
        What a reader sees first.
    tables
        Everything, for the forms that are read on a screen.
    printed
        The same for a file on paper: what somebody must act on in full, the rest in short.
    """

    lang: str
    title: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    overview: tuple[Table, ...]
    tables: tuple[Table, ...]
    printed: tuple[Table, ...]


Pair: TypeAlias = tuple[str, str]
"""A label and what belongs to it."""


@dataclass(frozen=True, slots=True)
class Block:
    """One of several things that a report tells of one after the other.

    Attributes
    ----------
    mark, tint
        Words that stand out, and the colour behind them; without words there is none.
    """

    title: str
    about: str
    mark: str
    tint: str
    lines: tuple[Pair, ...]


def shown(cell: Cell, lang: str, places: int | None = None) -> str:
    """A cell in words; an unknown value is a dash."""
    match cell:
        case Status():
            return t(lang, f"status.{cell}")
        case str():
            return cell
        case Plain():
            return str(int(cell))
        case dt.date():
            return date(cell, lang)
        case _:
            return number(cell, lang, places)


def decimals(value: Decimal) -> int:
    """Decimals that a number needs.

    Examples
    --------
    >>> decimals(Decimal("45.40")), decimals(Decimal("1E+3"))
    (1, 0)
    """
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def column(
    lang: str, key: str, sheet: int, paper: int, *, numeric: bool = False, aside: bool = False
) -> Column:
    """A column with its title in the language: that of reports, else that of the field."""
    title = f"report.column.{key}"
    words = t(lang, title if has(lang, title) else f"field.{key}")
    return Column(words, sheet, paper, numeric, aside)


def table(
    key: str,
    lang: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    total: Sequence[Cell] | None = None,
    note: str | None = None,
) -> Table:
    """A table with its title, and its note by key, in the language."""
    return Table(
        key,
        t(lang, f"report.table.{key}"),
        tuple(columns),
        tuple(map(tuple, rows)),
        None if total is None else tuple(total),
        None if note is None else t(lang, f"report.note.{note}"),
    )


def unit_words(unit: str, lang: str) -> str:
    """A unit as it is written; an empty text where there is none."""
    return t(lang, f"unit.{unit}") if unit else ""
