"""What a check comes to: the verdict, its parts, and when a value satisfies a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from geo.plans import Figure


class Status(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"
    TO_REVIEW = "to_review"


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that the check would need: field `name` of `record`, or of the plan as a whole."""

    record: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would account exactly for a deviation; `kind` is a key under ``check.why``."""

    kind: str
    records: tuple[str, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one figure.

    Attributes
    ----------
    expected, actual, deviation
        In the figure's unit; `deviation` is actual − expected and None where it has no meaning.
    tolerance
        What rounding of the stated figure allows.
    reason
        Key of the sentence under ``check.reason``; `params` are its parts.
    """

    figure: Figure
    status: Status
    actual: Decimal | None
    deviation: Decimal | None
    tolerance: Decimal
    records: tuple[str, ...]
    missing: tuple[Missing, ...]
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)
    explanations: tuple[Explanation, ...] = ()

    @property
    def id(self) -> str:
        return self.figure.id

    @property
    def expected(self) -> Decimal:
        return self.figure.stated


@dataclass(frozen=True, slots=True)
class Context:
    """What checks need besides the zones.

    Attributes
    ----------
    districts
        District codes of each province of 2016.
    refused
        Documents of which records could not be used, with the rows or ids of those records; an
        empty name stands for records that do not tell their document.
    """

    districts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def tolerance(stated: Decimal) -> Decimal:
    """Half a unit of the last decimal that a figure is written with.

    Examples
    --------
    >>> tolerance(Decimal("1160.83")), tolerance(Decimal("3770"))
    (Decimal('0.005'), Decimal('0.5'))
    """
    exponent = stated.as_tuple().exponent
    places = exponent if isinstance(exponent, int) else 0
    return Decimal(1).scaleb(min(places, 0)) / 2


def slack(figure: Figure) -> Decimal:
    """What rounding allows; nothing where the figure is itself an exact sum of rows."""
    return Decimal(0) if figure.derived else tolerance(figure.stated)


def holds(actual: Decimal, figure: Figure) -> bool:
    """Whether a value satisfies the figure's comparator within its rounding."""
    low, high = bounds(figure)
    strict = figure.comparator in (">", "<")
    above = low is None or (actual > low if strict else actual >= low)
    below = high is None or (actual < high if strict else actual <= high)
    return above and below


def bounds(figure: Figure) -> tuple[Decimal | None, Decimal | None]:
    """Lowest and highest value that satisfy a figure; None where there is no limit.

    Strict comparators are taken at their word; the others leave what rounding allows.
    """
    value, room = figure.stated, slack(figure)
    match figure.comparator:
        case "=" | "~":
            return value - room, value + room
        case ">":
            return value, None
        case ">=":
            return value - room, None
        case "<":
            return None, value
        case "<=":
            return None, value + room
        case _:
            high = value if figure.high is None else figure.high
            return value - room, high + tolerance(high)
