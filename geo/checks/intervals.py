"""What a stated figure may have been before it was rounded, carried through sums and quotients.

Everything is an exact fraction; half a unit of the last decimal of every figure is its room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from geo.checks.verdicts import Status, bounds
from geo.plans import Figure, Operand, Quotient, Sum


class LostError(Exception):
    """A figure without a value stands where one is needed."""


class UndefinedError(Exception):
    """A divisor is, or within its rounding may be, zero or negative."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Lowest, stated and highest value; None where there is no limit.

    Examples
    --------
    >>> ten = Interval(Fraction(19, 2), Fraction(10), Fraction(21, 2))
    >>> (ten + ten).high, (ten / ten).low
    (Fraction(21, 1), Fraction(19, 21))
    """

    low: Fraction | None
    middle: Fraction
    high: Fraction | None

    def __add__(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, self.middle + other.middle, high)

    def __truediv__(self, other: Interval) -> Interval:
        """The quotient.

        Raises
        ------
        UndefinedError
            Where the divisor may be zero or negative.
        """
        if other.low is None or other.low <= 0:
            raise UndefinedError
        nearest, farthest = other.low, other.high
        low = high = None
        if self.low is not None:
            low = _over(self.low, farthest if self.low >= 0 else nearest)
        if self.high is not None:
            high = _over(self.high, nearest if self.high >= 0 else farthest)
        return Interval(low, self.middle / other.middle, high)

    def __neg__(self) -> Interval:
        low = None if self.high is None else -self.high
        return Interval(low, -self.middle, None if self.low is None else -self.low)


def _over(value: Fraction, divisor: Fraction | None) -> Fraction:
    """A quotient; 0 where the divisor has no upper limit."""
    return Fraction(0) if divisor is None else value / divisor


def of(operand: Operand, figures: Mapping[str, Figure]) -> Interval:
    """What an operand may be.

    Raises
    ------
    LostError, UndefinedError
    """
    match operand:
        case Sum(parts):
            return reduce(Interval.__add__, (of(part, figures) for part in parts))
        case Quotient(value, times):
            return of(value, figures) / of(times, figures)
        case _:
            figure = figures[operand]
            low, high = limits(figure)
            middle = Fraction(figure.stated)
            if figure.high is not None:  # of a range neither end is the value
                middle = (middle + Fraction(figure.high)) / 2
            return Interval(low, middle, high)


def limits(figure: Figure, room: Fraction | None = None) -> tuple[Fraction | None, Fraction | None]:
    """Lowest and highest value that satisfy a figure, with another `room` than its own.

    Raises
    ------
    LostError
        Where the figure has no value.
    """
    if figure.value is None:
        raise LostError(figure.id)
    if room is not None and figure.comparator in ("=", "~"):
        return Fraction(figure.value) - room, Fraction(figure.value) + room
    low, high = bounds(figure)
    return None if low is None else Fraction(low), None if high is None else Fraction(high)


def agree(
    found: Interval,
    figure: Figure,
    scale: Callable[[Fraction], Fraction] = lambda value: value,
    room: Fraction | None = None,
) -> Status:
    """Whether what was found may be what a figure states.

    Parameters
    ----------
    scale
        Puts the figure's limits on the scale of `found`; must be increasing.

    Returns
    -------
    Status
        MET where both may be one number, NOT_MET where they cannot, CANNOT_TELL where the figure
        has one limit only and what was found lies on both sides of it.
    """
    low, high = (None if end is None else scale(end) for end in limits(figure, room))
    strict = figure.comparator in (">", "<")

    def below(one: Fraction | None, other: Fraction | None) -> bool:
        """Whether a limit is below another; those that are not there are never."""
        return one is not None and other is not None and (one < other or (strict and one == other))

    if below(found.high, low) or below(high, found.low):
        return Status.NOT_MET
    if low is not None and high is not None:
        return Status.MET
    if low is not None:
        inside = found.low is not None and not below(found.low, low)
    else:
        inside = found.high is not None and not below(high, found.high)
    return Status.MET if inside else Status.CANNOT_TELL
