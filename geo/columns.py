"""The register as columns: which zones a filter accepts and what units hold, at any size.

Each click on a filter asks this, so it is arrays and no loop over records. Areas are whole numbers
of the smallest decimal that any record has, so that sums stay exact; :mod:`geo.joins` adds the
same totals record by record, and the tests hold the two against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.joins import Part
from geo.text import fold
from geo.zones import Kind, Zone

Mask = NDArray[np.bool_]
"""One truth value a zone, in the register's order."""

UNKNOWN_STAGE = "unknown"
_EXACT = 2**53
"""Whole numbers below this are exact as floats too."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which zones; an empty choice means all.

    Attributes
    ----------
    provinces
        Codes of 2016.
    stages
        Values of :class:`geo.zones.Stage`, or ``unknown``.
    text
        Part of a name; diacritics and case do not matter.
    """

    provinces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    text: str = ""

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the criteria that leave something out."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name))

    def without(self, name: str) -> Filter:
        """The filter with one criterion dropped."""
        return replace(self, **{name: getattr(Filter(), name)})


@dataclass(frozen=True, slots=True)
class Sums:
    """What some zones hold together.

    Attributes
    ----------
    rows, clusters
        Rows of the plans by kind, and the zones or clusters that they hold.
    area_ha
        Sum of the known planned areas; None where none is known.
    unknown
        Rows whose area no plan gives.
    """

    rows: Mapping[str, int]
    clusters: Mapping[str, int]
    area_ha: Decimal | None
    unknown: int


@dataclass(frozen=True, slots=True)
class UnitSums:
    """What the units of a layer hold, each attribute an array in the layer's order.

    Attributes
    ----------
    zones, clusters
        Rows of the plans, and the zones or clusters that they hold.
    area_ha, known
        Sum of the known planned areas, and the rows that are in it; 0 where none is known.
    unknown
        Rows whose area no plan gives.
    shared, shared_ha
        Rows that lie in several units and cannot be split, and their known area, which is in no
        unit's `area_ha`.
    industrial_ha, let_ha
        Industrial and let land of the rows where both are known and that lie in one unit or are
        split by their boundary.
    occupancy_unknown
        Rows left out of those two.
    left_out
        How many rows are in no unit's industrial and let land.
    """

    zones: NDArray[np.int64]
    clusters: NDArray[np.int64]
    area_ha: NDArray[np.float64]
    known: NDArray[np.int64]
    unknown: NDArray[np.int64]
    shared: NDArray[np.int64]
    shared_ha: NDArray[np.float64]
    industrial_ha: NDArray[np.float64]
    let_ha: NDArray[np.float64]
    occupancy_unknown: NDArray[np.int64]
    left_out: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the known planned area of some zones lies in the units of a layer, exactly.

    Attributes
    ----------
    whole_ha
        In one unit, or split by a border.
    shared, shared_ha
        Rows that lie in several units and cannot be split, and their known area.
    outside, outside_ha
        Rows that lie in no unit of the layer, and their known area.
    """

    whole_ha: Decimal
    shared: int
    shared_ha: Decimal
    outside: int
    outside_ha: Decimal

    @property
    def total_ha(self) -> Decimal:
        """What the units hold together."""
        return self.whole_ha + self.shared_ha


class Columns:
    """Filters and totals over the zones of one revision.

    Parameters
    ----------
    provinces
        By vintage of a province layer (``2016``, ``2025``), the province code of each zone id.
    parts
        The zones' parts in districts of 2016, see :func:`geo.joins.allocate`.
    layers
        By layer name, the unit codes in the layer's order.
    """

    def __init__(
        self,
        zones: Sequence[Zone],
        provinces: Mapping[str, Mapping[str, str]],
        parts: Iterable[Part],
        layers: Mapping[str, Sequence[str]],
    ) -> None:
        self._zones = zones
        at = {zone.id: number for number, zone in enumerate(zones)}
        self._kind = np.array([zone.kind.value for zone in zones], dtype="U3")
        stages = [zone.stage.value if zone.stage else UNKNOWN_STAGE for zone in zones]
        self._stage = np.array(stages, dtype="U16")
        self._province = np.array([provinces["2016"][zone.id] for zone in zones], dtype="U8")
        self._clusters = np.array([zone.cluster_count for zone in zones], dtype=np.int64)
        self._unknown = np.array([zone.area_planned_ha is None for zone in zones], dtype=bool)
        parts = list(parts)
        areas = [zone.area_planned_ha or Decimal(0) for zone in zones]
        pieces = [part.area_ha or Decimal(0) for part in parts]
        self._decimals = max(map(_decimals, [*areas, *pieces]), default=0)
        most = sum(areas, Decimal(0)).scaleb(self._decimals)
        fast = most < _EXACT and self._decimals <= 15
        self._dtype: type = np.int64 if fast else object  # Python's own numbers, exact but slower
        self._area = self._whole(zone.area_planned_ha for zone in zones)
        self._names: list[str] | None = None
        self._layers = {name: tuple(codes) for name, codes in layers.items()}
        self._parts: dict[str, _Parts] = {}
        self._whole_sums: dict[str, UnitSums] = {}
        for name, codes in self._layers.items():
            level, _, vintage = name.partition("-")
            held = (
                parts
                if level == "districts"
                else [
                    Part(zone.id, provinces[vintage][zone.id], zone.area_planned_ha, False)
                    for zone in zones
                ]
            )
            self._parts[name] = self._columns_of(held, at, codes)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the boundary layers on which the zones are counted."""
        return tuple(self._layers)

    def accept(self, chosen: Filter) -> Mask:
        """The zones that a filter accepts."""
        mask = np.ones(len(self._zones), dtype=bool)
        if chosen.provinces:
            mask &= np.isin(self._province, chosen.provinces)
        if chosen.kinds:
            mask &= np.isin(self._kind, chosen.kinds)
        if chosen.stages:
            mask &= np.isin(self._stage, chosen.stages)
        if wanted := fold(chosen.text):
            mask &= np.fromiter((wanted in names for names in self._folded()), bool, len(mask))
        return mask

    def within(self, layer: str, codes: Collection[str]) -> Mask:
        """The zones that lie, wholly or in part, in some units of a layer."""
        parts, known = self._parts[layer], self._layers[layer]
        chosen = np.isin(parts.unit, [at for at, code in enumerate(known) if code in codes])
        mask = np.zeros(len(self._zones), dtype=bool)
        mask[parts.zone[chosen]] = True
        return mask

    def by_province(self, mask: Mask) -> dict[str, int]:
        """How many zones of a mask each province of 2016 has; those without are left out."""
        codes, counts = np.unique(self._province[mask], return_counts=True)
        return {str(code): int(count) for code, count in zip(codes, counts, strict=True)}

    def by_unit(self, layer: str, mask: Mask) -> dict[str, int]:
        """How many zones of a mask lie, wholly or in part, in each unit; others are left out."""
        known = self._layers[layer]
        units, counts = np.unique(self._parts[layer].where(mask).unit, return_counts=True)
        return {known[unit]: int(count) for unit, count in zip(units, counts, strict=True)}

    def loosened(self, chosen: Filter) -> dict[str, int]:
        """How many zones each active criterion alone keeps out: those accepted without it."""
        return {
            name: int(np.count_nonzero(self.accept(chosen.without(name)))) for name in chosen.active
        }

    def picked(self, mask: Mask) -> list[Zone]:
        """The zones of a mask, in the register's order."""
        return [self._zones[number] for number in np.flatnonzero(mask).tolist()]

    def sums(self, mask: Mask) -> Sums:
        """Totals of the zones of a mask."""
        kinds = [kind.value for kind in Kind]
        of_kind = {kind: mask & (self._kind == kind) for kind in kinds}
        known = mask & ~self._unknown
        return Sums(
            rows={kind: int(np.count_nonzero(of_kind[kind])) for kind in kinds},
            clusters={kind: int(self._clusters[of_kind[kind]].sum()) for kind in kinds},
            area_ha=self._ha(self._area[known]) if known.any() else None,
            unknown=int(np.count_nonzero(mask & self._unknown)),
        )

    def unit_sums(self, layer: str, mask: Mask) -> UnitSums:
        """What each unit of a layer holds of the zones of a mask."""
        all_parts, size = self._parts[layer], len(self._layers[layer])
        parts = all_parts.where(mask)
        hectare = 10**self._decimals

        def count(chosen: NDArray[Any]) -> NDArray[np.int64]:
            return np.bincount(parts.unit[chosen], minlength=size)

        def total(values: NDArray[Any], chosen: NDArray[Any]) -> NDArray[Any]:
            sums = np.zeros(size, dtype=values.dtype)
            np.add.at(sums, parts.unit[chosen], values[chosen])
            return sums

        everything = np.ones(len(parts.unit), dtype=bool)
        known = ~parts.unknown & ~parts.shared
        let = ~np.isnan(parts.let)
        return UnitSums(
            zones=count(everything),
            clusters=total(self._clusters[parts.zone], everything),
            area_ha=(total(parts.area, known) / hectare).astype(float),
            known=count(known),
            unknown=count(parts.unknown),
            shared=count(parts.shared),
            shared_ha=(total(self._area[parts.zone], parts.shared) / hectare).astype(float),
            industrial_ha=total(parts.industrial, let),
            let_ha=total(parts.let, let),
            occupancy_unknown=count(~let),
            left_out=int(np.count_nonzero(mask)) - len(np.unique(parts.zone[let])),
        )

    def everything(self, layer: str) -> UnitSums:
        """What each unit of a layer holds of all zones."""
        if layer not in self._whole_sums:
            every = np.ones(len(self._zones), dtype=bool)
            self._whole_sums[layer] = self.unit_sums(layer, every)
        return self._whole_sums[layer]

    def highest(self, layer: str, mask: Mask, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The highest rank, one a zone, among the zones of a mask in each unit; else -1."""
        parts = self._parts[layer]
        chosen = mask[parts.zone]
        found = np.full(len(self._layers[layer]), -1, dtype=np.int64)
        np.maximum.at(found, parts.unit[chosen], ranks[parts.zone[chosen]])
        return found

    def spread(self, layer: str, mask: Mask) -> Spread:
        """How the area of the zones of a mask lies in the units of a layer."""
        parts = self._parts[layer]
        chosen = mask[parts.zone]
        shared, inside = (np.zeros(len(mask), dtype=bool) for _ in range(2))
        shared[parts.zone[chosen & parts.shared]] = True
        inside[parts.zone[chosen]] = True
        outside = mask & ~inside
        return Spread(
            whole_ha=self._ha(parts.area[chosen & ~parts.shared]),
            shared=int(np.count_nonzero(shared)),
            shared_ha=self._ha(self._area[shared]),
            outside=int(np.count_nonzero(outside)),
            outside_ha=self._ha(self._area[outside]),
        )

    def area_ha(self, mask: Mask) -> Decimal:
        """Sum of the known planned areas of the zones of a mask; 0 where none is known."""
        return self._ha(self._area[mask])

    def _ha(self, whole: NDArray[Any]) -> Decimal:
        return Decimal(int(whole.sum())).scaleb(-self._decimals)

    def _folded(self) -> list[str]:
        """All names of each zone, ready to be compared; a line break keeps them apart."""
        if self._names is None:
            self._names = [
                "\n".join(map(fold, (one.name, one.name_en or "", *one.aliases, *one.members)))
                for one in self._zones
            ]
        return self._names

    def _whole(self, areas: Iterable[Decimal | None]) -> NDArray[Any]:
        """Areas in units of the smallest decimal; unknown is 0 and told apart elsewhere."""
        whole = [0 if area is None else int(area.scaleb(self._decimals)) for area in areas]
        return np.array(whole, dtype=self._dtype)

    def _columns_of(
        self, parts: Iterable[Part], at: Mapping[str, int], codes: Sequence[str]
    ) -> _Parts:
        place = {code: number for number, code in enumerate(codes)}
        held = [part for part in parts if part.zone in at and part.district in place]
        zones = [self._zones[at[part.zone]] for part in held]
        pieces = Counter(part.zone for part in held)
        shares = [
            _share(part, zone, pieces[zone.id]) for part, zone in zip(held, zones, strict=True)
        ]
        both = [
            (zone.area_industrial_ha, zone.area_let_ha)
            if zone.area_industrial_ha is not None and zone.area_let_ha is not None
            else (None, None)
            for zone in zones
        ]
        return _Parts(
            zone=np.array([at[part.zone] for part in held], dtype=np.int64),
            unit=np.array([place[part.district] for part in held], dtype=np.int64),
            area=self._whole(part.area_ha for part in held),
            unknown=np.array([zone.area_planned_ha is None for zone in zones], dtype=bool),
            shared=np.array([part.shared for part in held], dtype=bool),
            industrial=_weighted([land for land, _ in both], shares),
            let=_weighted([let for _, let in both], shares),
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Parts of zones in units, as columns; `let` is NaN where occupancy is not known."""

    zone: NDArray[np.int64]
    unit: NDArray[np.int64]
    area: NDArray[Any]
    unknown: NDArray[np.bool_]
    shared: NDArray[np.bool_]
    industrial: NDArray[np.float64]
    let: NDArray[np.float64]

    def where(self, mask: Mask) -> _Parts:
        chosen = mask[self.zone]
        return _Parts(*(getattr(self, one.name)[chosen] for one in fields(self)))


def _share(part: Part, zone: Zone, pieces: int) -> float:
    """How much of a zone lies in its part; NaN where that cannot be told."""
    if part.shared:
        return float("nan")
    if pieces == 1:
        return 1.0
    if zone.area_planned_ha and part.area_ha is not None:
        return float(part.area_ha / zone.area_planned_ha)
    return float("nan")


def _weighted(values: Sequence[Decimal | None], shares: Sequence[float]) -> NDArray[np.float64]:
    known = [float("nan") if value is None else float(value) for value in values]
    return np.array([one * share for one, share in zip(known, shares, strict=True)], dtype=float)


def _decimals(area: Decimal) -> int:
    return max(0, -int(area.as_tuple().exponent))
