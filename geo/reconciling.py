"""One register on several sets of units: one total on each, and which zones changed their unit.

Boundaries are those of 2016 and provinces also those since 2025-07-01; the district of late 2024
is known by the communes of a zone, because the gazetteer has both for each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.columns import Columns, Mask, Spread
from geo.districts import Unit, UnitRegister
from geo.gazetteer import OLD, Commune, Gazetteer
from geo.joins import BOUNDARY_VINTAGE
from geo.text import name_key
from geo.zones import Zone

_UNTOLD, _SAME = -2, -1


@dataclass(frozen=True, slots=True)
class Move:
    """Zones that lie in another unit now than their plan says.

    Attributes
    ----------
    before, after
        Full names of the two units.
    zones
        Their places in the register's order.
    """

    before: str
    after: str
    zones: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What came from one province into another; `area_ha` is None where no area is known."""

    before: str
    after: str
    rows: int
    area_ha: Decimal | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Some zones on every set of units.

    Attributes
    ----------
    rows, known
        How many rows, and those whose area is known.
    area_ha
        Their known area, added zone by zone.
    spreads
        By layer, how that area lies in its units.
    moves
        Zones whose district of late 2024 is another than that of the plan, by the most first.
    flows
        Zones whose province since 2025-07-01 is another than that of 2016, by the most first.
    untold
        Rows of which the district of late 2024 is not known, by their places.
    """

    rows: int
    known: int
    area_ha: Decimal
    spreads: Mapping[str, Spread]
    moves: tuple[Move, ...]
    flows: tuple[Flow, ...]
    untold: tuple[int, ...]

    @property
    def equal(self) -> bool:
        """Whether every set of units holds the whole area."""
        return all(spread.total_ha == self.area_ha for spread in self.spreads.values())


class Lineage:
    """Old and new units of the zones of one revision; what a filter leaves is counted at once.

    Parameters
    ----------
    provinces
        By vintage (``2016``, ``2025``), the province code of each zone id.
    province_names
        By vintage, names by code.
    """

    def __init__(
        self,
        zones: Sequence[Zone],
        provinces: Mapping[str, Mapping[str, str]],
        province_names: Mapping[str, Mapping[str, str]],
        register: UnitRegister,
        gazetteer: Gazetteer,
    ) -> None:
        self._moves, self._move_of = _numbered(
            [_district_move(zone, register, gazetteer) for zone in zones]
        )
        old, new = provinces[BOUNDARY_VINTAGE], provinces["2025"]
        pairs: list[tuple[str, str] | Literal[False] | None] = []
        for zone in zones:
            before, after = old[zone.id], new[zone.id]
            names = (
                province_names[BOUNDARY_VINTAGE].get(before, before),
                province_names["2025"].get(after, after),
            )
            pairs.append(names if before != after else None)
        self._flows, self._flow_of = _numbered(pairs)

    def of(self, mask: Mask, columns: Columns, layers: Sequence[str]) -> Reconciliation:
        """The zones of a mask on each of `layers`."""
        sums = columns.sums(mask)
        moved = self._move_of[mask]
        return Reconciliation(
            rows=int(np.count_nonzero(mask)),
            known=int(np.count_nonzero(mask)) - sums.unknown,
            area_ha=sums.area_ha or Decimal(0),
            spreads={layer: columns.spread(layer, mask) for layer in layers},
            moves=tuple(
                Move(*self._moves[at], tuple(np.flatnonzero(mask & (self._move_of == at)).tolist()))
                for at in _by_count(moved)
            ),
            flows=tuple(self._flow(at, mask, columns) for at in _by_count(self._flow_of[mask])),
            untold=tuple(np.flatnonzero(mask & (self._move_of == _UNTOLD)).tolist()),
        )

    def _flow(self, at: int, mask: Mask, columns: Columns) -> Flow:
        own = mask & (self._flow_of == at)
        sums = columns.sums(own)
        rows = int(np.count_nonzero(own))
        return Flow(*self._flows[at], rows, sums.area_ha, sums.unknown)


def _district_move(
    zone: Zone, register: UnitRegister, gazetteer: Gazetteer
) -> tuple[str, str] | Literal[False] | None:
    """The district of the plan and that of late 2024; None where it is one, False if unknown.

    A guessed commune or one of another province tells nothing.
    """
    units = (register.get(ref.code, ref.vintage) for ref in zone.districts)
    declared = {
        unit.boundary_code: unit
        for unit in units
        if unit is not None and unit.boundary_vintage == BOUNDARY_VINTAGE
    }
    provinces = {unit.province_code for unit in declared.values()}
    communes = [
        commune
        for ref in zone.communes
        if ref.code and ref.vintage == OLD and ref.confidence != "low"
        if (commune := gazetteer.get(ref.code, OLD)) and commune.province_code in provinces
    ]
    if not communes:
        return False
    before: dict[str, None] = {}
    after: dict[str, None] = {}
    for commune in communes:
        own = declared.get(commune.district_2016)
        if own is None or not _is_same(own, commune):
            before |= dict.fromkeys(one.full_name for one in ([own] if own else declared.values()))
            after[_inside_a_sentence(commune.district or "")] = None
    return (", ".join(before), ", ".join(after)) if after else None


def _is_same(unit: Unit, commune: Commune) -> bool:
    """Whether a commune is still in a unit; a huyện that has become a thành phố is the same."""
    own_code = commune.district_code == unit.boundary_code
    return own_code and name_key(commune.district or "").endswith(name_key(unit.name))


def _inside_a_sentence(name: str) -> str:
    return name[:1].lower() + name[1:]


def _numbered(
    pairs: Sequence[tuple[str, str] | Literal[False] | None],
) -> tuple[list[tuple[str, str]], NDArray[np.int64]]:
    """The distinct pairs, and the place of each zone's; None is no change, False not known."""
    distinct: dict[tuple[str, str], int] = {}
    places = [
        distinct.setdefault(pair, len(distinct)) if pair else _SAME if pair is None else _UNTOLD
        for pair in pairs
    ]
    return list(distinct), np.array(places, dtype=np.int64)


def _by_count(places: NDArray[np.int64]) -> list[int]:
    """The pairs that occur, the most frequent first."""
    counts = Counter(places[places >= 0].tolist())
    return [at for at, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
