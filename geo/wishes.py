"""What an investor wants: a product, land, a region; and the zones in the order in which they fit.

What is not known of a zone never rules it out in silence: it stays, after those that are known to
fit, and is named. The order is: how nearly the plan permits the product, its own list before a
sector direction, then the area, then what the investor chooses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from geo.columns import UNKNOWN_STAGE, Columns, Filter, Mask
from geo.crs import distances_km, gaps_km
from geo.search import MATCH, Answer, Ground, Nearness, Phrases, reservations
from geo.text import fold
from geo.vocabulary import Question
from geo.zones import Industry, Kind, Precision, Stage, Zone


class Standing(StrEnum):
    """Whether a plan permits a product in a zone; the three are never blurred."""

    LISTED = "listed"
    STEERED = "steered"
    UNRULED = "unruled"  # no rule recorded: not "allowed"
    OTHER = "other"  # rules are recorded, and none of them permits it: never a match


MATCHING = (Standing.LISTED, Standing.STEERED)


class Order(StrEnum):
    """What decides between zones that fit alike."""

    AREA = "area"  # the largest first
    DISTANCE = "distance"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Near:
    """A place by its longitude and latitude in WGS 84, and how far from it, in kilometres."""

    lon: float
    lat: float
    km: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted; an empty choice leaves nothing out.

    Attributes
    ----------
    text
        The product in any words, or a code of VSIC.
    readings
        Keys of the readings that the investor chose; by default the best.
    standings
        Which states count; a zone without any rule only when it is asked for.
    zones
        Kinds, stages, provinces of 2016, part of a name.
    units
        Codes by boundary layer: in one of these.
    area_min, area_max
        Planned area in ha.
    free_min
        Land still to let, in ha: industrial less let.
    occupancy_max
        Per cent of the industrial land that is let.
    known_only
        Leave out what is not known to fit.
    """

    text: str = ""
    readings: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = MATCHING
    zones: Filter = field(default_factory=Filter)
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    area_min: Decimal | None = None
    area_max: Decimal | None = None
    free_min: Decimal | None = None
    occupancy_max: Decimal | None = None
    precisions: tuple[str, ...] = ()
    near: Near | None = None
    within: Polygon | None = None
    known_only: bool = False
    order: Order = Order.AREA

    @property
    def complaints(self) -> tuple[str, ...]:
        """What cannot be followed, and is left out."""
        swapped = self.area_min is not None and self.area_max is not None
        return ("area_swapped",) if swapped and self.area_min > self.area_max else ()  # type: ignore[operator]  # mypy cannot follow

    def sound(self) -> Wish:
        """The wish without what cannot be followed."""
        return replace(self, area_min=None, area_max=None) if self.complaints else self


@dataclass(frozen=True, slots=True)
class Hit:
    """A zone that was found, and why.

    Attributes
    ----------
    grounds
        The phrases that permit it, the nearest first; empty where no rule is recorded.
    others
        Phrases of the same division that do not.
    distance_km, doubt_km
        From the place asked for, and how far off the zone's own place may be; None where unknown.
    free_ha
        Industrial less let; None where one of them is not known.
    unknown
        Criteria of the wish that this zone's record cannot answer.
    conditions
        Qualities that the plan asks for in the zone, such as clean industry.
    reservations
        Words of the quoted plan that limit what it says: "chủ yếu", "ưu tiên".
    """

    zone: Zone
    standing: Standing
    nearness: Nearness
    grounds: tuple[Ground, ...]
    others: tuple[Ground, ...]
    distance_km: float | None
    doubt_km: float | None
    free_ha: Decimal | None
    unknown: tuple[str, ...]
    conditions: tuple[Industry, ...]
    reservations: tuple[str, ...]


class Offer:
    """The zones as columns, for wishes.

    Parameters
    ----------
    zones, columns
        In one order.
    """

    def __init__(self, zones: Sequence[Zone], columns: Columns, phrases: Phrases) -> None:
        self.zones, self.columns, self.phrases = zones, columns, phrases
        self._planned = _floats(zone.area_planned_ha for zone in zones)
        self._free = _floats(map(free_ha, zones))
        self._occupancy = _floats(map(occupancy, zones))
        places = [None if zone.geometry is None else zone.geometry.centroid for zone in zones]
        self._lon, self._lat = (
            np.array([np.nan if one is None else getattr(one, axis) for one in places])
            for axis in ("x", "y")
        )
        self._doubt = np.array([float(zone.location_radius_km or 0) for zone in zones])
        self.index = {zone.id: at for at, zone in enumerate(zones)}
        self._precision = np.array([zone.location_precision or "" for zone in zones], dtype="U12")
        self._names = np.argsort(np.argsort(np.array([fold(zone.name) for zone in zones] or [""])))

    def find(self, wish: Wish, question: Question) -> Found:
        """The zones that fit, ranked."""
        return Found(self, wish.sound(), wish.complaints, self.phrases.search(question))

    @cached_property
    def _shapes(self) -> NDArray[Any]:
        return np.array([zone.geometry for zone in self.zones], dtype=object)

    def distances(self, near: Near) -> NDArray[np.float64]:
        """Kilometres from a place; NaN where a zone has none."""
        return distances_km(near.lon, near.lat, self._lon, self._lat)

    def tests(self, wish: Wish) -> dict[str, tuple[Mask, Mask]]:
        """For each criterion of a wish: which zones fit, and of which it is not known."""
        found: dict[str, tuple[Mask, Mask]] = {}
        every = np.ones(len(self.zones), dtype=bool)
        for name in wish.zones.active:
            only = _filter(name, getattr(wish.zones, name))
            found[name] = self.columns.accept(only), ~every
        for layer, codes in wish.units.items():
            if codes:
                found[layer] = self.columns.within(layer, codes), ~every
        with np.errstate(invalid="ignore"):
            for name, values, low, high in (
                ("area", self._planned, wish.area_min, wish.area_max),
                ("free", self._free, wish.free_min, None),
                ("occupancy", self._occupancy, None, wish.occupancy_max),
            ):
                if low is None and high is None:
                    continue
                unknown = np.isnan(values)
                fits = ~unknown
                if low is not None:
                    fits &= values >= float(low)
                if high is not None:
                    fits &= values <= float(high)
                found[name] = fits, unknown
            if wish.near is not None:
                away = self.distances(wish.near)
                found["near"] = away <= wish.near.km, self._unsure(away, wish.near.km)
        if wish.precisions:
            found["precisions"] = np.isin(self._precision, wish.precisions), ~every
        if wish.within is not None:
            away = np.full(len(self.zones), np.nan)
            placed = ~np.isnan(self._lon)
            away[placed] = gaps_km(wish.within, self._shapes[placed])
            found["within"] = away <= 0, self._unsure(away, 0)
        return found

    def _unsure(self, away: NDArray[np.float64], km: float) -> Mask:
        """Zones without a place, or whose doubt reaches into the circle."""
        return np.asarray(np.isnan(away) | ((away > km) & (away - self._doubt <= km)))


class Found:
    """The zones that fit a wish, in their order; each is explained when it is asked for."""

    def __init__(
        self, offer: Offer, wish: Wish, complaints: tuple[str, ...], answer: Answer
    ) -> None:
        self.offer, self.wish, self.complaints, self.answer = offer, wish, complaints, answer
        self.question = answer.question
        self._tests = offer.tests(wish)
        self.mask = self._fitting(self._tests) & self.standing_mask
        self._order = self._ranked()

    def __len__(self) -> int:
        return len(self._order)

    @property
    def asked(self) -> bool:
        """Whether a product was asked for at all."""
        return bool(self.question.text)

    @property
    def judged(self) -> bool:
        """Whether a product was asked for and understood; else no zone stands in any way to it."""
        return bool(self.question.readings)

    @cached_property
    def standing_mask(self) -> Mask:
        """The zones whose state counts."""
        if not self.asked:
            return np.ones(len(self.offer.zones), dtype=bool)
        chosen = np.zeros(len(self.offer.zones), dtype=bool)
        for one in self.wish.standings:
            chosen |= self._standing(one)
        return chosen

    def _standing(self, standing: Standing) -> Mask:
        """A zone counts where it stands best: its own list before a direction."""
        listed: Mask = np.asarray(self.answer.listed >= MATCH)
        match standing:
            case Standing.LISTED:
                return listed
            case Standing.STEERED:
                return np.asarray(self.answer.steered >= MATCH) & ~listed
            case Standing.UNRULED:
                return ~self.answer.ruled
            case Standing.OTHER:
                return self.answer.ruled & ~self.answer.matches

    def _fitting(self, tests: Mapping[str, tuple[Mask, Mask]]) -> Mask:
        fitting = np.ones(len(self.offer.zones), dtype=bool)
        for fits, unknown in tests.values():
            fitting &= fits if self.wish.known_only else fits | unknown
        return fitting

    def _ranked(self) -> NDArray[np.int64]:
        picked = np.flatnonzero(self.mask)
        nearness = np.maximum(self.answer.listed, self.answer.steered)[picked]
        tier = np.minimum(nearness, Nearness.SAME)  # the same class says as much as the very word
        steered = (self.answer.listed < MATCH)[picked]
        unknown = np.zeros(len(picked), dtype=np.int64)
        for fits, _ in self._tests.values():
            unknown += ~fits[picked]
        last: NDArray[Any] = self.offer._names[picked]
        area = -np.nan_to_num(self.offer._planned[picked], nan=-1.0)
        match self.wish.order:
            case Order.DISTANCE if self.wish.near is not None:
                chosen = np.nan_to_num(self.offer.distances(self.wish.near)[picked], nan=np.inf)
            case Order.NAME:
                chosen = last
            case _:
                chosen = area
        return picked[np.lexsort((last, chosen, -nearness, unknown, steered, -tier))]

    # -- what a reader sees

    def ids(self) -> list[str]:
        """Ids of all zones found, in their order."""
        return [self.offer.zones[at].id for at in self._order]

    def hits(self, start: int = 0, stop: int | None = None) -> list[Hit]:
        """Some of the zones found, explained."""
        return [self._hit(int(at)) for at in self._order[start:stop]]

    def hit(self, zone_id: str) -> Hit | None:
        """A zone explained, whether or not it was found; None where there is none."""
        at = self.offer.index.get(zone_id)
        return None if at is None else self._hit(at)

    def score(self, hit: Hit) -> float:
        """Between 0 and 1, for machines: nearness, less for a direction and for what is unknown."""
        base = hit.nearness / Nearness.NAMED
        base -= 0.1 if hit.standing is Standing.STEERED else 0.0
        return round(max(0.0, base - 0.02 * len(hit.unknown)), 3)

    def _hit(self, at: int) -> Hit:
        zone, answer = self.offer.zones[at], self.answer
        grounds = self.offer.phrases.grounds(zone, self.question)
        standing = next(one for one in Standing if self._standing(one)[at])
        near = self.wish.near
        away = None if near is None else float(self.offer.distances(near)[at])
        return Hit(
            zone,
            standing,
            Nearness(max(answer.listed[at], answer.steered[at])),
            tuple(one for one in grounds if one.nearness >= MATCH),
            tuple(one for one in grounds if one.nearness < MATCH),
            None if away is None or np.isnan(away) else away,
            None if zone.location_radius_km is None else float(zone.location_radius_km),
            free_ha(zone),
            tuple(name for name, (_, unknown) in self._tests.items() if unknown[at]),
            self.offer.phrases.qualities(zone),
            reservations(zone),
        )

    def standings(self) -> dict[Standing, int]:
        """How many zones stand how, whatever states were asked for."""
        fitting = self._fitting(self._tests)
        return {one: int((fitting & self._standing(one)).sum()) for one in Standing}

    def counts(self) -> dict[str, dict[str, int]]:
        """How many zones each choice of a filter would leave, the other criteria kept."""
        columns = self.offer.columns
        choices: dict[str, list[str]] = {
            "kinds": [one.value for one in Kind],
            "stages": [*(one.value for one in Stage), UNKNOWN_STAGE],
        }
        found = {}
        for name, values in choices.items():
            rest = self._without(name)
            only = {value: _filter(name, (value,)) for value in values}
            found[name] = {v: int((rest & columns.accept(one)).sum()) for v, one in only.items()}
        rest = self._without("precisions")
        found["precisions"] = {
            one.value: int((rest & (self.offer._precision == one.value)).sum()) for one in Precision
        }
        found["provinces"] = columns.by_province(self._without("provinces"))
        for layer in columns.layers:
            found[layer] = columns.by_unit(layer, self._without(layer))
        return found

    def loosened(self) -> dict[str, int]:
        """How many zones there would be with one criterion dropped; for an empty list."""
        return {name: int(self._without(name).sum()) for name in self._tests}

    def fitting(self, without: Collection[str] = ()) -> Mask:
        """The zones that fit all criteria but some, however they stand."""
        return self._fitting({key: test for key, test in self._tests.items() if key not in without})

    def _without(self, name: str) -> Mask:
        return self.fitting((name,)) & self.standing_mask


def free_ha(zone: Zone) -> Decimal | None:
    """Industrial land less what is let, in ha; None where one of them is not known."""
    if zone.area_industrial_ha is None or zone.area_let_ha is None:
        return None
    return zone.area_industrial_ha - zone.area_let_ha


def occupancy(zone: Zone) -> Decimal | None:
    """Let land in per cent of the industrial; None where it is not known."""
    if zone.area_let_ha is None or not zone.area_industrial_ha:
        return None
    return 100 * zone.area_let_ha / zone.area_industrial_ha


def _filter(name: str, value: Any) -> Filter:
    """A filter of one criterion."""
    return replace(Filter(), **{name: value})


def _floats(values: Any) -> NDArray[np.float64]:
    return np.array([np.nan if one is None else float(one) for one in values], dtype=np.float64)
