"""Which zone a row is about."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.text import fold, fold_space
from geo.zones import Zone

_MOST_CANDIDATES = 5
_MOST_SEARCHES = 20


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Why a row names no zone: the code of an issue, the value that it is about, and the rest."""

    code: str
    value: str | None
    more: Mapping[str, Any] = field(default_factory=dict)


class Names:
    """Zones by id and by every way of writing their names."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._by_id = {zone.id: zone for zone in zones}
        self._stages: list[dict[str, dict[str, Zone]]] = [{}, {}, {}, {}]
        self._searches = 0
        for zone in zones:
            others = (*zone.aliases, *((zone.name_en,) if zone.name_en else ()))
            for at, texts in ((0, (zone.name,)), (1, others)):
                for text in texts:
                    self._stages[at].setdefault(fold_space(text), {})[zone.id] = zone
                    self._stages[at + 2].setdefault(_bare(text), {})[zone.id] = zone

    def match(self, key: str, name: str, province: str) -> Zone | Unmatched:
        """The zone of an id, or of a name and a province; each may be empty."""
        if key:
            zone = self._by_id.get(key)
            if zone is None:
                return _unknown(key, self._find(name, province) or self._near(name or key))
            if name and not self._called(zone, name):
                return Unmatched("pasted.name_differs", name, {"id": key, "zone": zone.name})
            return zone
        if not name:
            return Unmatched("pasted.zone_missing", None)
        found = self._find(name, province)
        if len(found) > 1:
            return Unmatched("pasted.zone_ambiguous", name, {"candidates": _shown(found)})
        if not found:
            return _unknown(name, self._near(name))
        if province and not _lies_in(found[0], province):
            return _unknown(f"{name}, {province}", found)
        return found[0]

    def _find(self, text: str, province: str) -> list[Zone]:
        """Zones of a name: as written before other names, and these before bare letters."""
        for at, stage in enumerate(self._stages):
            found = list(stage.get(fold_space(text) if at < 2 else _bare(text), {}).values())
            if found and province:
                found = [one for one in found if _lies_in(one, province)] or found
            if found:
                return found
        return []

    def _called(self, zone: Zone, text: str) -> bool:
        return any(zone.id in stage.get(_bare(text), {}) for stage in self._stages[2:])

    def _near(self, text: str) -> list[Zone]:
        """Zones with names like this one; only for the first that are asked."""
        self._searches += 1
        if self._searches > _MOST_SEARCHES:
            return []
        names = [name for stage in self._stages[2:] for name in stage]
        close = difflib.get_close_matches(_bare(text), names, n=_MOST_CANDIDATES, cutoff=0.75)
        found = {id_: zone for name in close for id_, zone in self._any(name).items()}
        return list(found.values())[:_MOST_CANDIDATES]

    def _any(self, bare: str) -> dict[str, Zone]:
        return self._stages[2].get(bare) or self._stages[3].get(bare) or {}


def _bare(text: str) -> str:
    words = fold(text).replace("khu cong nghiep", "kcn").replace("cum cong nghiep", "ccn")
    return words.replace(" ", "")


def _lies_in(zone: Zone, province: str) -> bool:
    return fold(province) in (fold(zone.province.name), zone.province.code)


def _unknown(value: str, near: Sequence[Zone]) -> Unmatched:
    if not near:
        return Unmatched("pasted.zone_unknown", value)
    return Unmatched("pasted.zone_near", value, {"candidates": _shown(near)})


def _shown(zones: Sequence[Zone]) -> list[str]:
    return [f"{zone.name}, {zone.province.name} ({zone.id})" for zone in zones[:_MOST_CANDIDATES]]
