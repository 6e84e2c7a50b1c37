"""What a reader takes away: the words on a printed map, and files of the zones shown."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from geo import __version__, assets, maps, search_wording, wording
from geo.columns import UNKNOWN_STAGE, Filter, Sums
from geo.crs import geometry_area_ha
from geo.errors import SetupError
from geo.i18n import ha, t
from geo.io import packages, tables, xlsx
from geo.joins import Total
from geo.journal import VIETNAM
from geo.maps import MapView
from geo.plans import Document
from geo.rows import table
from geo.services import Planner
from geo.state import UNIT_LAYERS
from geo.wishes import MATCHING, Wish
from geo.zones import AREA_FIELDS, Kind, Zone

MOST_NAMED = 6
"""Documents or provinces that are named one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over and under a map that is taken away, in a language.

    Attributes
    ----------
    title, filters, totals
        What it shows, which zones, and what they sum up to.
    sources
        Documents, boundaries with their licence, day and revision.
    """

    title: str
    filters: str
    totals: str
    sources: tuple[str, ...]


def heading(
    planner: Planner, chosen: Filter, sums: Sums, layer: str, lang: str, day: dt.date | None = None
) -> Heading:
    """The words for some zones on a boundary layer.

    Parameters
    ----------
    sums
        Of the zones that the filter accepts.
    day
        As of which the register is shown; today in Vietnam where not given.
    """
    names = _provinces(planner, chosen, lang)
    title = t(lang, "take.title")
    if 0 < len(names) <= 3:
        title = t(lang, "take.title_of", provinces=names)
    totals = [
        t(lang, "take.counts", kcn=sums.clusters["KCN"], ccn=sums.clusters["CCN"]),
        t(lang, "take.area", area=ha(sums.area_ha, lang)),
    ]
    if sums.unknown:
        totals.append(t(lang, "take.unknown", count=sums.unknown))
    documents = [
        one
        for one in planner.documents()
        if not chosen.provinces or one.province.code in chosen.provinces
    ]
    sources = [_documents_line(documents, lang)] if documents else []
    day = day or dt.datetime.now(VIETNAM).date()
    return Heading(
        title,
        filter_words(planner, chosen, lang),
        " · ".join(totals),
        (
            *sources,
            planner.bounds.catalogue.get(layer).attribution[lang],
            t(lang, "take.as_of", day=day, revision=planner.revision),
        ),
    )


def headed(view: MapView, words: Heading) -> MapView:
    """The view with the words for its prints."""
    lines = words.title, words.filters, words.totals
    return replace(view, heading=lines, sources=words.sources)


def filter_words(planner: Planner, chosen: Filter, lang: str) -> str:
    """A filter in one line; without any, that everything is there."""
    parts = []
    if chosen.text:
        parts.append(t(lang, "take.named", text=chosen.text))
    if chosen.provinces:
        many = len(chosen.provinces) > MOST_NAMED
        names = _provinces(planner, chosen, lang)
        shown = t(lang, "take.provinces", count=len(names)) if many else ", ".join(names)
        parts.append(f"{t(lang, 'field.province')}: {shown}")
    if chosen.kinds:
        parts.append(", ".join(t(lang, f"kind.{kind}") for kind in chosen.kinds))
    if chosen.stages:
        stages = ", ".join(_stage(stage, lang) for stage in chosen.stages)
        parts.append(f"{t(lang, 'field.stage')}: {stages}")
    return " · ".join(parts) or t(lang, "take.everything")


def wish_words(planner: Planner, wish: Wish, lang: str) -> list[str]:
    """What an investor asked for beside the product: each criterion in words."""

    def said(key: str, value: str) -> str:
        name = t(lang, f"search.criterion.{key}")
        return t(lang, "shortlist.criterion.words", name=name, value=value)

    told = [filter_words(planner, wish.zones, lang)] if wish.zones.active else []
    for layer, codes in wish.units.items():
        if codes:
            names = [planner.bounds.unit_name(code, layer) for code in codes]
            told.append(said(layer, ", ".join(names)))
    for key, low, high, unit in (
        ("area", wish.area_min, wish.area_max, "ha"),
        ("free", wish.free_min, None, "ha"),
        ("occupancy", None, wish.occupancy_max, "%"),
    ):
        ends = {
            name: wording.amount(end, unit, lang)
            for name, end in (("low", low), ("high", high))
            if end is not None
        }
        if ends:
            form = "between" if len(ends) > 1 else "from" if "low" in ends else "to"
            told.append(said(key, t(lang, f"shortlist.criterion.{form}", **ends)))
    if wish.precisions:
        told.append(
            said("precisions", ", ".join(t(lang, f"precision.{p}") for p in wish.precisions))
        )
    if wish.near is not None:
        place = search_wording.place(wish.near, lang)
        told.append(t(lang, "shortlist.criterion.near", km=wish.near.km, place=place))
    if wish.within is not None:
        area = ha(round(geometry_area_ha(wish.within)), lang)
        told.append(t(lang, "shortlist.criterion.within", area=area))
    if wish.standings != MATCHING:
        states = ", ".join(t(lang, f"search.short.{one}") for one in wish.standings)
        name = t(lang, "shortlist.criterion.states")
        told.append(t(lang, "shortlist.criterion.words", name=name, value=states))
    if wish.known_only:
        told.append(t(lang, "shortlist.criterion.known_only"))
    return told


def _provinces(planner: Planner, chosen: Filter, lang: str) -> list[str]:
    name = planner.namer(lang)
    return [name(f"province:{code}") for code in chosen.provinces]


def _stage(stage: str | None, lang: str) -> str:
    known = stage is not None and stage != UNKNOWN_STAGE
    return t(lang, f"stage.{stage}") if known else t(lang, "zone.unknown")


def _documents_line(documents: Sequence[Document], lang: str) -> str:
    if len(documents) > MOST_NAMED:
        return t(lang, "take.documents_many", count=len(documents))
    names = [wording.document_name(one, lang) for one in documents]
    return t(lang, "take.documents", names="; ".join(names))


# -- tables

Row = list[xlsx.Value]
ZONE_COLUMNS = (
    *("kind", "name", "name_en", "province", "districts", "communes"),
    *("commune_basis", "commune_confidence", *AREA_FIELDS, "let_as_of", "stage", "cluster_count"),
    *("industry_rule", "listed_industries", "steered_industries", "vsic_divisions"),
    *("occupancy_targets", "lon", "lat", "location_precision", "location_radius_km"),
    *("location_source", "note_vi", "note_en", "document", "clause", "row", "quote"),
    *("unit_vintage", "province_code", "district_codes", "id"),
)
"""Columns of :data:`geo.io.tables.COLUMNS` as people read them: the codes come last."""

_AS_WORDS = {"location_precision": "precision", "industry_rule": "take.rule"}


def workbook(planner: Planner, zones: Sequence[Zone], words: Heading, lang: str) -> bytes:
    """Zones, totals and sources as a workbook (XLSX); areas in ha, unknown cells empty."""
    sheets = [zones_sheet(planner, zones, lang), totals_sheet(planner, zones, lang)]
    return xlsx.dumps([*sheets, _sources_sheet(planner, zones, words, lang)], words.title)


def zones_sheet(planner: Planner, zones: Sequence[Zone], lang: str) -> xlsx.Sheet:
    """Zones with :data:`ZONE_COLUMNS`, every value in words; the CSV has the codes."""
    rows = []
    for zone in zones:
        row = tables.flat(zone)
        row["let_as_of"] = zone.let_as_of
        row["stage"] = _stage(zone.stage, lang)
        for name, family in _AS_WORDS.items():
            row[name] = t(lang, f"{family}.{row[name]}")
        row["commune_basis"] = tables.LIST_MARK.join(
            t(lang, f"take.basis.{one.basis}") for one in zone.communes
        )
        row["commune_confidence"] = tables.LIST_MARK.join(
            t(lang, f"take.confidence.{one.confidence}") for one in zone.communes
        )
        row["occupancy_targets"] = tables.LIST_MARK.join(
            wording.target(one, lang) for one in zone.occupancy_targets
        )
        row["location_source"] = wording.location_source(zone.location_source, lang)
        document = planner.state.documents[zone.source.document]
        row["document"] = wording.document_short(document, lang)
        rows.append([row[name] for name in ZONE_COLUMNS])
    columns = [t(lang, f"take.column.{name}") for name in ZONE_COLUMNS]
    return xlsx.Sheet(t(lang, "take.sheet.zones"), columns, rows, frozen=2)


TOTAL_COLUMNS = (
    *("level", "code", "unit", "province", "kcn", "ccn"),
    *("kcn_ha", "ccn_ha", "area_ha", "unknown", "shared", "shared_ha"),
)


def totals_sheet(planner: Planner, zones: Sequence[Zone], lang: str) -> xlsx.Sheet:
    """Totals by unit of every layer, each level followed by its sum.

    The areas of a level add up to the same sum: what lies in several districts and cannot be
    divided, or in none, has a row of its own. A zone in several districts is counted in each.
    """
    rows: list[Row] = []
    strong = set()
    for layer in UNIT_LAYERS:
        rows += _level(planner, layer, zones, lang)
        strong.add(len(rows) - 1)
    columns = [t(lang, f"take.total.{name}") for name in TOTAL_COLUMNS]
    return xlsx.Sheet(t(lang, "take.sheet.totals"), columns, rows, frozenset(strong), frozen=3)


def _level(planner: Planner, layer: str, zones: Sequence[Zone], lang: str) -> list[Row]:
    of_kind = {kind: [zone for zone in zones if zone.kind is kind] for kind in Kind}
    by_kind = {kind: planner.unit_totals(layer, own) for kind, own in of_kind.items()}
    level = t(lang, f"page.map.{layer}")
    frame = planner.bounds.frames[layer]
    provinces = planner.bounds.frames["provinces-2016"]["name"]

    def row(code: str, name: str, totals: dict[Kind, Total | None], whole: Total) -> Row:
        own = str(frame.at[code, "province_code"]) if "province_code" in frame and code else ""
        kinds = [totals.get(kind) for kind in (Kind.KCN, Kind.CCN)]
        return [
            *(level, code or None, name, provinces.get(own)),
            *(one.clusters if one else 0 for one in kinds),
            *(one.area_ha if one else None for one in kinds),
            *(whole.area_ha, whole.unknown_area, whole.shared, whole.shared_ha),
        ]

    units = planner.unit_totals(layer, zones)
    rows = [
        row(code, planner.bounds.unit_name(code, layer),
            {kind: found.get(code) for kind, found in by_kind.items()}, whole)
        for code, whole in units.items()
    ]  # fmt: skip
    if layer.startswith("districts"):
        rows += _beyond_districts(planner, zones, level, lang)
    rows.append([level, None, t(lang, "take.total.sum"), None, *_sums(zones)])
    return rows


def _beyond_districts(planner: Planner, zones: Sequence[Zone], level: str, lang: str) -> list[Row]:
    """What no district's area holds: zones in several that cannot be divided, zones in none."""
    parts = planner.state.parts
    shared = {part.zone for part in parts if part.shared}
    placed = {part.zone for part in parts}
    groups = {
        "undivided": [zone for zone in zones if zone.id in shared],
        "nowhere": [zone for zone in zones if zone.id not in placed],
    }
    return [
        [level, None, t(lang, f"take.total.{name}"), None, *_sums(own)]
        for name, own in groups.items()
        if own
    ]


def _sums(zones: Sequence[Zone]) -> Row:
    """The columns from ``kcn`` on, for some zones as a whole."""
    of_kind = [[zone for zone in zones if zone.kind is kind] for kind in (Kind.KCN, Kind.CCN)]
    return [
        *(sum(zone.cluster_count for zone in own) for own in of_kind),
        *(_area(own) for own in (*of_kind, zones)),
        *(sum(zone.area_planned_ha is None for zone in zones), None, None),
    ]


def _area(zones: Sequence[Zone]) -> Decimal | None:
    known = [zone.area_planned_ha for zone in zones if zone.area_planned_ha is not None]
    return sum(known, Decimal(0)) if known else None


def _sources_sheet(
    planner: Planner, zones: Sequence[Zone], words: Heading, lang: str
) -> xlsx.Sheet:
    named = {source.document for zone in zones for source in zone.sources}
    rows: list[Row] = [
        [t(lang, "take.about.shown"), words.title],
        [t(lang, "take.about.filters"), words.filters],
        [t(lang, "take.about.totals"), words.totals],
        [t(lang, "take.about.made"), words.sources[-1]],
    ]
    for one in planner.documents():
        if one.id in named:
            title = one.title_en if lang == "en" else one.title_vi
            parts = wording.document_name(one, lang), wording.document_date(one, lang), title
            rows.append([t(lang, "field.document"), " · ".join(parts)])
    for layer in UNIT_LAYERS:
        found = planner.bounds.catalogue.get(layer)
        credit = f"{found.attribution[lang]} ({found.source})"
        rows.append([f"{t(lang, 'take.about.boundaries')} {layer}", credit])
    rows += [
        [t(lang, "take.about.places"), t(lang, "take.about.places_text")],
        [t(lang, "take.about.unknown"), t(lang, "take.about.unknown_text")],
        [t(lang, "take.about.program"), f"Khu & Cụm {__version__}"],
    ]
    columns = [t(lang, "take.about.what"), t(lang, "take.about.text")]
    return xlsx.Sheet(t(lang, "take.sheet.sources"), columns, rows)


# -- files for other programs


def geopackage(planner: Planner, zones: Sequence[Zone]) -> bytes:
    """Layers ``zones`` and ``districts`` (of 2016, with what they hold of these zones)."""
    totals = {
        code: {
            "zones": one.zones,
            "clusters": one.clusters,
            "area_planned_ha": one.area_ha,
            "area_unknown": one.unknown_area,
            "shared": one.shared,
            "shared_ha": one.shared_ha,
        }
        for code, one in planner.unit_totals("districts-2016", zones).items()
    }
    districts = packages.units_frame(planner.bounds.districts, totals)
    return packages.dumps({"zones": packages.zones_frame(zones), "districts": districts})


def page(planner: Planner, view: MapView, zones: Sequence[Zone], lang: str) -> bytes:
    """The map as one HTML file that needs neither server nor internet.

    It holds the scripts and styles, the layers that the view shows, and of the register only
    `zones` with their records.

    Raises
    ------
    SetupError
        ``take.libraries`` when the map libraries are not installed.
    """
    settings = planner.settings
    found = {name: assets.find(name, settings) for name in assets.of_frame("map")}
    links = {name: _data_address(one) for name, one in found.items() if one is not None}
    if len(links) < len(found):
        raise SetupError("take.libraries", names=sorted(set(found) - set(links)))
    given = maps.config(lang, settings, "") | {
        "tiles": None,
        "carried": _carried(planner, view, zones, lang),
    }
    return maps.page("map", lang, links, given).encode()


def _carried(planner: Planner, view: MapView, zones: Sequence[Zone], lang: str) -> dict[str, Any]:
    """What the server would answer, for these zones: they alone are counted and have numbers."""
    layer = view.theme.layer
    names = dict.fromkeys((layer, "provinces-2025", "provinces-2016"))
    if layer != "provinces-2025":
        del names["provinces-2025"]
    layers = {name: json.loads(planner.layer(name)) for name in ("zones", *names)}
    number_of = {zone.id: number for number, zone in enumerate(zones)}
    features = [one for one in layers["zones"]["features"] if one["properties"]["id"] in number_of]
    for one in features:
        one["properties"]["n"] = number_of[one["properties"]["id"]]
    layers["zones"]["features"] = features
    units = {}
    for code in planner.bounds.frames[layer].index:
        unit = planner.unit(layer, str(code), lang)
        if unit is not None:
            parts = [part for part in unit["parts"] if part["zone"] in number_of]
            units[str(code)] = unit | {"parts": parts}
    alone = replace(view, visible=np.ones(len(zones), dtype=bool), selected=None)
    return {
        "view": maps.view_message(alone, lang),
        "layers": layers,
        "records": {zone.id: planner.record(zone.id, lang) for zone in zones},
        "rows": json.loads(table(zones, planner.state, lang)),
        "units": {layer: units},
    }


def _data_address(asset: assets.Asset) -> str:
    """The file in its own address, in which nothing can end the page's scripts early."""
    content = base64.b64encode(asset.content).decode("ascii")
    return f"data:{asset.media_type.replace(' ', '')};base64,{content}"
