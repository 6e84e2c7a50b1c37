"""Colouring the units of a layer by what they hold.

Class limits come from all zones of the register, not from those that a filter leaves: a colour
means the same under every filter.
"""

from __future__ import annotations

import math
import threading
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.checks import Status, Verdict
from geo.columns import UnitSums
from geo.i18n import ha, number, t

MEASURES = ("planned", "count", "share", "occupancy", "verdicts")
METHODS = ("natural", "quantiles", "equal")
"""Fisher's natural breaks, classes of as many units each, classes of one width."""

STATUSES = tuple(Status)
"""The classes of verdicts, in the order of their letters."""

WORST = (Status.MET, Status.CANNOT_TELL, Status.TO_REVIEW, Status.NOT_MET)
"""Which status a unit has that holds several: the last of them."""

NO_ZONES, UNKNOWN = "-", "?"
"""Instead of a class: nothing to colour; zones, but the value is not known."""

CLASSES = 5
_NATURAL_LIMIT = 300
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Theme:
    """How the units of a layer are coloured.

    Attributes
    ----------
    layer, measure
        A boundary layer, and one of :data:`MEASURES`.
    sums
        What the units hold, in the layer's order.
    values
        The measure of each unit in its own unit (ha, number, %); NaN where it is not known or has
        no meaning.
    classes
        One letter a unit: ``0`` the lowest class, :data:`NO_ZONES` or :data:`UNKNOWN`.
    breaks
        Limits between the classes, lowest first; a value on a limit is in the class above.
    method
        How the limits were found, one of :data:`METHODS`; empty where there are none.
    undivided_ha
        Known area that lies in several units and is in no unit's value.
    """

    layer: str
    measure: str
    sums: UnitSums
    values: NDArray[np.float64]
    classes: str
    breaks: tuple[float, ...] = ()
    method: str = ""
    undivided_ha: Decimal = Decimal(0)


def values_of(measure: str, sums: UnitSums, land_ha: NDArray[np.float64]) -> NDArray[np.float64]:
    """A measure of each unit; NaN where it has no zones or the value is not known.

    Parameters
    ----------
    measure
        ``planned`` (ha), ``count`` (zones and clusters), ``share`` (% of the unit's land) or
        ``occupancy`` (let land as % of industrial land, where both are known).
    land_ha
        Geodesic area of each unit.
    """
    if measure == "count":
        return np.where(sums.zones > 0, sums.clusters, np.nan)
    if measure == "occupancy":
        return _divided(100 * sums.let_ha, sums.industrial_ha)
    planned = np.where(sums.known > 0, sums.area_ha, np.nan)
    return planned if measure == "planned" else _divided(100 * planned, land_ha)


def has_values(measure: str, sums: UnitSums) -> bool:
    """Whether a measure is known in any unit."""
    if measure == "occupancy":
        return bool((sums.industrial_ha > 0).any())
    return measure not in ("planned", "share") or bool(sums.known.any())


def _divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotients; NaN where the whole is not above 0."""
    quotients: NDArray[np.float64] = np.full(len(part), np.nan)
    np.divide(part, whole, out=quotients, where=whole > 0)
    return quotients


def graded(
    layer: str,
    measure: str,
    sums: UnitSums,
    values: NDArray[np.float64],
    everything: NDArray[np.float64],
    method: str,
) -> Theme:
    """The theme of a measure in numbers.

    Parameters
    ----------
    values, everything
        See :func:`values_of`: of the zones that are shown, and of all zones, whose limits hold.
    """
    breaks = limits(everything, method)
    classes = "".join(
        NO_ZONES
        if not zones
        else UNKNOWN
        if math.isnan(value)
        else str(bisect_right(breaks, value))
        for zones, value in zip(sums.zones.tolist(), values.tolist(), strict=True)
    )
    return Theme(layer, measure, sums, values, classes, breaks, method if breaks else "")


def judged(layer: str, sums: UnitSums, worst: NDArray[np.int64]) -> Theme:
    """The theme of verdicts: `worst` is a place in :data:`WORST` a unit, -1 without a verdict."""
    letter = {rank: str(STATUSES.index(status)) for rank, status in enumerate(WORST)}
    letter[-1] = UNKNOWN
    classes = "".join(
        letter[rank] if zones else NO_ZONES
        for zones, rank in zip(sums.zones.tolist(), worst.tolist(), strict=True)
    )
    return Theme(layer, "verdicts", sums, np.full(len(worst), np.nan), classes)


def ranks(verdicts: Iterable[Verdict], at: Mapping[str, int]) -> NDArray[np.int64]:
    """The worst verdict that rests on each zone, as a place in :data:`WORST`; -1 without one.

    Figures that a plan does not state do not count.

    Parameters
    ----------
    at
        The place of each zone id in the register's order.
    """
    found = np.full(len(at), -1, dtype=np.int64)
    for verdict in verdicts:
        if not verdict.figure.derived:
            held = [at[record] for record in verdict.records if record in at]
            found[held] = np.maximum(found[held], WORST.index(verdict.status))
    return found


def limits(values: NDArray[np.float64], method: str) -> tuple[float, ...]:
    """Limits of at most :data:`CLASSES` classes, lowest first; none below two distinct values.

    Each is the roundest number that leaves every value in its class.

    Examples
    --------
    >>> limits(np.array([3.1, 3.4, 48.0, 52.5, 180.2, np.nan]), "natural")
    (3.4, 40.0, 50.0, 100.0)
    """
    known = np.sort(values[~np.isnan(values)])
    with _LOCK:  # one calculation, however many viewers wait for it
        return _limits(known.tobytes(), method)


@lru_cache(maxsize=64)
def _limits(known: bytes, method: str) -> tuple[float, ...]:
    values = np.frombuffer(known)
    distinct = np.unique(values).tolist()
    tops = distinct[:-1] if len(distinct) <= CLASSES else _tops(values, method)
    gaps = ((top, next((one for one in distinct if one > top), None)) for top in tops)
    return tuple(dict.fromkeys(roundest(low, high) for low, high in gaps if high is not None))


def _tops(values: NDArray[np.float64], method: str) -> list[float]:
    """The highest value of each class but the last, by mapclassify; `values` in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it would be faster with numba
        # brings SciPy along, so only when a map is coloured
        import mapclassify  # type: ignore[import-untyped]  # it has no types

        if method == "natural":
            return _natural(values, mapclassify.FisherJenks)
        made = {"quantiles": mapclassify.Quantiles, "equal": mapclassify.EqualInterval}[method]
        at = np.searchsorted(values, made(values, CLASSES).bins[:-1], side="right") - 1
    return [float(values[top]) for top in at if top >= 0]


def _natural(values: NDArray[np.float64], classify: Callable[..., Any]) -> list[float]:
    """Fisher's breaks, whose time grows with the square of the number of values.

    Many values go by as many evenly spaced of them; a break is then where the values between two
    of those lie furthest apart.
    """
    at = np.linspace(0, len(values) - 1, min(len(values), _NATURAL_LIMIT)).round()
    sample = values[at.astype(int)]
    distinct = np.unique(sample)
    tops = []
    for top in classify(sample, min(CLASSES, len(distinct))).bins[:-1]:
        above = distinct[min(np.searchsorted(distinct, top, side="right"), len(distinct) - 1)]
        between = values[(values >= top) & (values <= above)]
        tops.append(float(between[np.argmax(np.diff(between))]) if len(between) > 1 else float(top))
    return tops


def roundest(low: float, high: float) -> float:
    """The number with the fewest digits above `low` and not above `high`; 0 <= low < high.

    Examples
    --------
    >>> roundest(181.4, 203), roundest(120, 700), roundest(2, 3), roundest(0, 0.31)
    (200.0, 500.0, 3.0, 0.2)
    """
    floor, ceiling = Decimal(repr(low)), Decimal(repr(high))
    exponent = ceiling.adjusted() + 1
    while True:
        for digit in (10, 5, 2):
            step = Decimal(digit).scaleb(exponent - 1)
            found = ceiling // step * step
            if found > floor:
                return float(found)
        exponent -= 1


def theme_message(theme: Theme, lang: str) -> dict[str, Any]:
    """The theme as the browser gets it: texts ready, numbers as numbers in the layer's order.

    What is rare is told by place: ``clusters`` where they are not as many as the rows, ``unknown``
    and ``shared`` where there are any.
    """
    sums = theme.sums
    own = theme.measure in ("share", "occupancy")
    area_ha = np.where((sums.known > 0) | (sums.zones == 0), sums.area_ha, np.nan)
    return {
        "layer": theme.layer,
        "measure": theme.measure,
        "title": t(lang, f"map.measure.{theme.measure}"),
        "unit": t(lang, f"map.measure_unit.{theme.measure}"),
        "method": t(lang, f"map.method.{theme.method}") if theme.method else "",
        "labels": labels(theme, lang),
        "unclassed": t(lang, f"map.unclassed.{theme.measure}"),
        "note": _note(theme, lang),
        "classes": theme.classes,
        "values": _numbers(theme.values, 2) if own else None,
        "zones": sums.zones.tolist(),
        "clusters": _where(sums.clusters, sums.clusters != sums.zones),
        "ha": _numbers(area_ha, 4),
        "unknown": _where(sums.unknown, sums.unknown > 0),
        "shared": _where(sums.shared, sums.shared > 0),
    }


def _note(theme: Theme, lang: str) -> str:
    """What the colours do not show."""
    notes = []
    if theme.measure != "verdicts" and set(theme.classes) == {NO_ZONES, UNKNOWN}:
        notes.append(t(lang, "map.legend.no_values"))
    if theme.measure == "occupancy" and theme.sums.left_out:
        notes.append(t(lang, "map.legend.left_out", count=theme.sums.left_out))
    if theme.measure in ("planned", "share") and theme.undivided_ha:
        notes.append(t(lang, "map.legend.undivided", area=ha(theme.undivided_ha, lang)))
    return " ".join(notes)


def labels(theme: Theme, lang: str) -> list[str]:
    """The classes in words, lowest first."""
    if theme.measure == "verdicts":
        return [t(lang, f"status.{status}") for status in STATUSES]
    if not theme.breaks:
        return _single(theme.values[~np.isnan(theme.values)], lang)
    shown = [number(limit, lang) for limit in theme.breaks]
    if theme.measure == "count":
        between = [_whole_numbers(low, high, lang) for low, high in pairwise((1, *theme.breaks))]
        return [*between, t(lang, "map.legend.from", value=shown[-1])]
    return [
        t(lang, "map.legend.below", value=shown[0]),
        *(f"{low} – {high}" for low, high in pairwise(shown)),
        t(lang, "map.legend.from", value=shown[-1]),
    ]


def _whole_numbers(low: float, above: float, lang: str) -> str:
    """Whole numbers from `low` to the last below `above`."""
    last = above - 1
    return number(low, lang) if last <= low else f"{number(low, lang)} – {number(last, lang)}"


def _single(known: NDArray[np.float64], lang: str) -> list[str]:
    """The one class where there are no limits: the value, or from which to which."""
    if not len(known):
        return []
    ends: Sequence[float] = sorted({round(float(known.min()), 2), round(float(known.max()), 2)})
    return [" – ".join(number(end, lang) for end in ends)]


def _numbers(values: NDArray[np.float64], decimals: int) -> list[float | int | None]:
    """Rounded, whole ones without decimals, NaN as None."""
    rounded = np.round(values, decimals).tolist()
    return [None if one != one else int(one) if one == int(one) else one for one in rounded]


def _where(counts: NDArray[np.int64], told: NDArray[np.bool_]) -> dict[int, int]:
    """Those of the counts that are worth telling, by the unit's place in the layer."""
    return {at: int(counts[at]) for at in np.flatnonzero(told).tolist()}
