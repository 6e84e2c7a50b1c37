"""What the table below the map shows: the zones of a revision as columns, in a language.

The browser fetches all rows once and shows those of its view: a row's number is the zone's bit in
:func:`geo.maps.view_message`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from geo import wording
from geo.i18n import t
from geo.joins import BOUNDARY_VINTAGE
from geo.state import State
from geo.text import fold
from geo.zones import Industry, Kind, Zone

Column = list[str] | list[str | None] | list[int | float | None]

_SINGLE = ("name", "area_planned_ha", "location_radius_km")  # seldom repeated, or short


def plan_order(zone: Zone) -> tuple[str, bool, str, int, str]:
    """Zones as the plans list them: by province, KCN before CCN, by document and row."""
    source = zone.source
    kind_last = zone.kind is Kind.CCN
    return fold(zone.province.name), kind_last, source.document, source.row or 0, zone.name


def columns(zones: Iterable[Zone], state: State, lang: str) -> dict[str, Column]:
    """Zones column by column; what is not known, or what the plans do not give, is None.

    Returns
    -------
    dict
        Named as the fields are: ``name`` as written; ``district``, as districts were called at
        plan time; ``area_planned_ha``; ``document``, with the clause; ``location_radius_km``, the
        doubt of the place; and others.
    """
    found = list(zones)

    def words(of: Callable[[Zone], str]) -> list[str | None]:
        return [of(zone) or None for zone in found]

    lines: dict[tuple[Industry, ...], str] = {(): ""}

    def line(zone: Zone) -> str:
        if zone.industries not in lines:  # the plans repeat themselves
            lines[zone.industries] = wording.industries_line(zone, lang, state.taxonomy)
        return lines[zone.industries]

    return {
        "name": [zone.name for zone in found],
        "kind": [zone.kind.value for zone in found],
        "province": words(lambda zone: zone.province.name),
        "district": words(lambda zone: ", ".join(district_names(zone, state))),
        "communes": words(lambda zone: wording.communes(zone, lang)),
        "area_planned_ha": [wording.plain(zone.area_planned_ha) for zone in found],
        "stage": words(lambda zone: t(lang, f"stage.{zone.stage}") if zone.stage else ""),
        "industries": words(line),
        "occupancy_targets": words(
            lambda zone: "; ".join(wording.target(one, lang) for one in zone.occupancy_targets)
        ),
        "document": words(lambda zone: _clause(zone, state, lang)),
        "location_radius_km": [wording.plain(zone.location_radius_km) for zone in found],
    }


def table(zones: Sequence[Zone], state: State, lang: str) -> bytes:
    """The rows of some zones as JSON; 5 000 zones take 0.7 MB, and 120 KB compressed.

    Beside :func:`columns`, where a text that many rows share is its place in ``list``: ``id``;
    ``english``, in English the transliterated names, or None;
    ``order``, the rows as the plans list them; ``several``, the zones or clusters of the rows that
    hold more than one; ``units``, by layer the codes of the units in which a row lies; ``shared``,
    the rows that lie in several districts and cannot be divided.
    """
    shown = columns(zones, state, lang)
    own = {zone.id: number for number, zone in enumerate(zones)}
    districts: list[list[str]] = [[] for _ in zones]
    shared: dict[int, None] = {}
    for part in state.parts:
        if part.zone in own:
            districts[own[part.zone]].append(part.district)
            if part.shared:
                shared[own[part.zone]] = None
    units = {
        f"districts-{BOUNDARY_VINTAGE}": [",".join(codes) for codes in districts],
        f"provinces-{BOUNDARY_VINTAGE}": [state.provinces[zone.id] for zone in zones],
        "provinces-2025": [state.provinces_2025[zone.id] for zone in zones],
    }
    keys = [plan_order(zone) for zone in zones]
    found = {
        "id": list(own),
        "english": [zone.name_en for zone in zones] if lang == "en" else None,
        "order": sorted(range(len(zones)), key=keys.__getitem__),
        "several": {
            at: zone.cluster_count for at, zone in enumerate(zones) if zone.cluster_count > 1
        },
        "shared": list(shared),
        "columns": {
            name: values if name in _SINGLE else _coded(values) for name, values in shown.items()
        },
        "units": {layer: _coded(codes) for layer, codes in units.items()},
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def district_names(zone: Zone, state: State) -> list[str]:
    """The districts that a zone declares, as they were called at plan time."""
    units = (state.bounds.register.get(ref.code, ref.vintage) for ref in zone.districts)
    return [unit.full_name for unit in units if unit is not None]


def _clause(zone: Zone, state: State, lang: str) -> str:
    name = wording.document_short(state.documents[zone.source.document], lang)
    return f"{name}, {wording.clause(zone.source.clause, zone.source.row, lang)}"


def _coded(values: Sequence[Any]) -> Mapping[str, Sequence[Any]]:
    """Repeated values as places in a list of them; None stays None."""
    distinct = [value for value in dict.fromkeys(values) if value is not None]
    place = {value: at for at, value in enumerate(distinct)}
    return {"list": distinct, "at": [place.get(value) for value in values]}
