"""What an audit finds: one outcome with the arithmetic behind it, as data for words and charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from geo.checks.verdicts import Status, Verdict
from geo.issues import Issue, Responsible
from geo.plans import Figure, Operand, Quotient, Sum
from geo.reasons import Reason, Standing, digest


class Mechanism(StrEnum):
    """How it was found; those of relations have the names that plan files give them."""

    SUM = "sum"
    HUNDRED = "hundred"
    SHARE = "share"
    GROWTH = "growth"
    MULTIPLE = "multiple"
    RESTATEMENT = "restatement"
    TREND = "trend"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    DEFINITION = "definition"
    BASE = "base"
    OCCUPANCY = "occupancy"
    COUNT = "count"
    COVERAGE = "coverage"
    LEDGER = "ledger"
    CROSS_LIST = "cross_list"
    IDENTITY = "identity"
    LAW = "law"


class Remark(StrEnum):
    """What more there is to say of an outcome."""

    COARSE = "coarse"  # met as written, not met at the decimals of the row
    LOST = "lost"  # a figure has no value
    DOUBTFUL = "doubtful"  # a figure is a reading of damaged text
    UNSURE = "unsure"  # the relation holds under one reading only
    UNDEFINED = "undefined"  # a division by what may be zero


@dataclass(frozen=True, slots=True)
class Value:
    """A number in an arithmetic: `source` is a figure's id or a record's field.

    `value` is None where a figure is lost.
    """

    source: str
    value: Decimal | None
    comparator: str = "="
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Compound:
    """A ``sum`` of terms, or a ``quotient`` or ``difference`` of two."""

    operation: str
    terms: tuple[Term, ...]


Term: TypeAlias = "Value | Compound"


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of arithmetic.

    Attributes
    ----------
    term
        What is worked out.
    result
        To 28 digits; None where a figure is lost.
    low, high
        What the rounding of the figures allows; None where there is no limit, or no result.
    unit
        A unit of figures; None for a plain number.
    years
        For a growth: the quotient grows by `result` per cent in each of so many years.
    """

    term: Term
    result: Decimal | None
    unit: str | None
    low: Decimal | None = None
    high: Decimal | None = None
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """All steps in their order, and what they are held against.

    Attributes
    ----------
    stated
        The figure, or the 100 that shares should make; None where steps are compared with each
        other.
    deviation
        The last result − stated, in `unit`; None where it has no meaning.
    """

    steps: tuple[Step, ...]
    unit: str | None
    stated: Value | None = None
    deviation: Decimal | None = None

    @property
    def result(self) -> Decimal | None:
        return self.steps[-1].result


@dataclass(frozen=True, slots=True)
class Finding:
    """One outcome.

    Attributes
    ----------
    id
        Of the relation, or of figure or record with the mechanism; stable.
    as_read
        The outcome if what is unsure were sure.
    figures, records
        Ids of all that it rests on.
    params
        Further parts of its sentence; texts are those of the document.
    because
        What explains it: the whole that a table's shares imply.
    verdict, issue
        Where it is one of these: they hold its words.
    derived
        It holds for figures that the document does not state, and is no merit of the document.
    reasons
        That staff have given for it, the newest first, also those that no longer hold.
    """

    id: str
    mechanism: Mechanism
    document: str
    clause: str
    status: Status
    as_read: Status
    figures: tuple[str, ...]
    records: tuple[str, ...]
    quotes: tuple[str, ...]
    responsible: Responsible
    arithmetic: Arithmetic | None = None
    remark: Remark | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    because: Finding | None = None
    verdict: Verdict | None = None
    issue: Issue | None = None
    derived: bool = False
    note_vi: str | None = None
    note_en: str | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def basis(self) -> str:
        """Digest of what it says in whatever language: a reason holds as long as it stays.

        What explains a finding, the rows behind a sum and names of zones are not part of it.
        """
        parts = (self.arithmetic, self.params, self.verdict, self.issue)
        return digest([self.status, self.as_read, self.remark, *map(_said, parts)])

    @property
    def answers(self) -> tuple[Reason, ...]:
        """The reasons that hold."""
        if not self.reasons:
            return ()
        basis = self.basis
        return tuple(one for one in self.reasons if one.standing(basis) is Standing.HOLDS)

    @property
    def answered(self) -> bool:
        return bool(self.answers)

    @property
    def open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.status is not Status.MET and not self.answered


_INCIDENTAL = ("zone", "citation", "day")
"""Parts of a sentence on law that leave it the same: names, and the day that was asked for."""


def _said(part: object) -> object:
    """A part of a finding as plain values, without what only follows from the others."""
    match part:
        case Value():
            return [part.source, part.value, part.comparator, part.high]
        case Compound():
            return [part.operation, *map(_said, part.terms)]
        case Step():
            return [_said(part.term), part.unit, part.years]
        case Arithmetic():
            return [_said(part.steps), part.unit, _said(part.stated)]
        case Verdict():
            figure = part.figure
            stated = [figure.comparator, figure.value, figure.high, figure.unit]
            missing = [[one.record, one.name] for one in part.missing]
            return [*stated, part.status, part.actual, missing, part.reason, _said(part.params)]
        case Issue():
            kept = {name: one for name, one in part.params.items() if name not in _INCIDENTAL}
            return [part.code, part.field, _said(kept)]
        case Mapping():
            return {name: _said(one) for name, one in part.items()}
        case tuple() | list():
            return [_said(one) for one in part]
        case _:
            return part


def value_of(figure: Figure) -> Value:
    return Value(figure.id, figure.value, figure.comparator, figure.high)


def term_of(operand: Operand, figures: Mapping[str, Figure]) -> Term:
    """An operand with the numbers of its figures."""
    match operand:
        case Sum(parts):
            return Compound("sum", tuple(term_of(part, figures) for part in parts))
        case Quotient(value, times):
            return Compound("quotient", (term_of(value, figures), term_of(times, figures)))
        case _:
            return value_of(figures[operand])


def decimal_of(value: Fraction) -> Decimal:
    """A fraction to 28 digits: exact for sums of decimals."""
    return Decimal(value.numerator) / Decimal(value.denominator)
