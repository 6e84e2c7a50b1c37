"""The profile of a zone: all that is known of it, in words of one language.

One mapping of plain values is made here; the panel beside the map, the printable sheet and a map
that is carried away all show that same mapping, so that they cannot disagree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from geo import crs, wording
from geo.checks import Verdict
from geo.i18n import date, ha, has, t
from geo.industries import Taxonomy
from geo.joins import BOUNDARY_VINTAGE
from geo.plans import Document
from geo.state import State
from geo.wording import ZoneName
from geo.zones import AREA_FIELDS, Basis, Industry, IndustryState, Precision, UnitRef, Zone

NAMESAKES = 6
"""Zones of the same name that a profile names; of more it gives the number."""


def record(state: State, zone: Zone, lang: str, name: ZoneName) -> dict[str, Any]:
    """The profile of a zone.

    Parameters
    ----------
    name
        Names by key, for the sentences of the verdicts.

    Returns
    -------
    dict
        Plain values for JSON, every text ready in the language:

        - ``id``, ``kind`` (a code), ``kind_label``, ``title``, ``english`` (or None), ``place``;
        - ``areas``: planned, detailed, industrial, let and measured, each ``label``, ``value`` in
          ha with its unit, ``known``, and ``about`` (share, date) or None; an unknown one is there
          and says so;
        - ``facts``: pairs of label and value;
        - ``namesakes``: ``id``, ``kind``, ``title``, ``about`` of other zones with the same bare
          name, and ``more_namesakes``, how many beyond them;
        - ``verdicts`` of the figures that rest on the zone: ``status`` (a code), ``word``,
          ``what``, ``sentence``, ``clause``, ``document``, ``document_id``, and ``derived``: that
          the document itself does not state the figure, or None;
        - ``industries`` by ``state``, with ``label`` and ``items``; see :func:`industry_groups`;
        - ``documents`` that the sources are from: ``name``, ``title`` and ``date``;
        - ``sources``: ``document``, ``document_id``, ``clause``, ``quote``;
        - ``units``: pairs of label and value, old and new; ``unit_notes``;
        - ``location``: ``precision``, ``doubt`` (None where surveyed or drawn), ``basis`` or None,
          ``credit``: the licence of the basis, or None;
        - ``note`` or None.
    """
    same = [state.by_id[one] for one in state.namesakes(zone)]
    named = dict.fromkeys(one.document for one in zone.sources)
    return {
        "id": zone.id,
        "kind": zone.kind.value,
        "kind_label": t(lang, f"kind.{zone.kind}"),
        "title": zone.name,
        "english": zone.name_en if lang == "en" else None,
        "place": wording.place(zone, lang),
        "areas": areas(zone, lang),
        "facts": [list(pair) for pair in _facts(zone, lang)],
        "namesakes": [_namesake(one, lang) for one in same[:NAMESAKES]],
        "more_namesakes": max(0, len(same) - NAMESAKES),
        "verdicts": [_verdict(one, state, lang, name) for one in state.verdicts_of(zone)],
        "industries": industry_groups(zone, lang, state.taxonomy),
        "documents": [_document(state.documents[one], lang) for one in named],
        "sources": [
            {
                "document": wording.document_name(state.documents[one.document], lang),
                "document_id": one.document,
                "clause": wording.clause(one.clause, one.row, lang),
                "quote": one.quote,
            }
            for one in zone.sources
        ],
        "units": [list(pair) for pair in _units(state, zone, lang)],
        "unit_notes": _unit_notes(state, zone, lang),
        "location": {
            "precision": t(lang, f"precision.{zone.location_precision}"),
            "doubt": doubt(zone, lang),
            "basis": wording.location_source(zone.location_source, lang),
            "credit": _credit(zone.location_source, lang),
        },
        "note": zone.note_en if lang == "en" else zone.note_vi,
    }


def areas(zone: Zone, lang: str) -> list[dict[str, Any]]:
    """The ledger of areas; shares are per cent with one decimal."""
    measured = None
    if zone.geometry is not None and not zone.is_point:
        measured = round(Decimal(crs.geometry_area_ha(zone.geometry)), 2)
    values: dict[str, Decimal | None] = {name: getattr(zone, name) for name in AREA_FIELDS}
    values["area_measured_ha"] = measured
    return [
        {
            "label": t(lang, f"field.{name}"),
            "value": t(lang, "zone.unknown") if value is None else ha(value, lang),
            "known": value is not None,
            "about": _about(name, value, zone, lang),
        }
        for name, value in values.items()
    ]


def _about(name: str, value: Decimal | None, zone: Zone, lang: str) -> str | None:
    """What belongs to an area: the share that it is of another one, the day of what is let."""
    if value is None:
        no_outline = name == "area_measured_ha"
        return t(lang, "profile.no_outline") if no_outline else None
    let = name == "area_let_ha"
    whole = zone.area_industrial_ha if let else zone.area_planned_ha
    parts = []
    if let:
        day = date(zone.let_as_of, lang) if zone.let_as_of else t(lang, "profile.day_unknown")
        parts.append(t(lang, "profile.let_as_of", date=day))
    if whole and name != "area_planned_ha":
        share = round(value / whole * 100, 1)
        parts.append(t(lang, "profile.occupancy" if let else "profile.of_planned", share=share))
    return "; ".join(parts) or None


def _facts(zone: Zone, lang: str) -> list[tuple[str, str]]:
    stage = t(lang, f"stage.{zone.stage}") if zone.stage else t(lang, "zone.unknown")
    facts = [(t(lang, "field.stage"), stage)]
    if zone.subkind:
        facts.append((t(lang, "field.subkind"), t(lang, f"page.edit.subkind.{zone.subkind}")))
    if zone.members:
        facts.append((t(lang, "field.members"), ", ".join(zone.members)))
    facts.append((t(lang, "quantity.occupancy"), _occupancy(zone, lang)))
    if zone.occupancy_targets:
        goals = "; ".join(wording.target(one, lang) for one in zone.occupancy_targets)
        facts.append((t(lang, "field.occupancy_targets"), goals))
    if zone.aliases:
        facts.append((t(lang, "field.aliases"), ", ".join(zone.aliases)))
    return facts


def _occupancy(zone: Zone, lang: str) -> str:
    """The share of industrial land that is let; unknown as long as one of the two is."""
    if zone.area_let_ha is None or not zone.area_industrial_ha:
        return t(lang, "zone.unknown")
    share = round(zone.area_let_ha / zone.area_industrial_ha * 100, 1)
    return t(lang, "profile.share", share=share)


def _document(document: Document, lang: str) -> dict[str, str]:
    known = document.date is not None
    day = wording.document_date(document, lang)
    return {
        "name": wording.document_name(document, lang),
        "title": document.title_en if lang == "en" else document.title_vi,
        "date": day if known else t(lang, "profile.no_date", year=document.year),
    }


def _credit(source: str | None, lang: str) -> str | None:
    key = f"location_credit.{source}"
    return t(lang, key) if has(lang, key) else None


def _namesake(zone: Zone, lang: str) -> dict[str, str]:
    area = zone.area_planned_ha
    size = t(lang, "zone.unknown_area") if area is None else ha(area, lang)
    places = [wording.place(zone, lang), size]
    return {
        "id": zone.id,
        "kind": zone.kind.value,
        "title": zone.name,
        "about": " · ".join(places),
    }


def _verdict(verdict: Verdict, state: State, lang: str, name: ZoneName) -> dict[str, Any]:
    figure = verdict.figure
    what = t(lang, f"quantity.{figure.quantity}")
    target = f"{wording.expected(figure, lang)} ({figure.year})"
    return {
        "status": verdict.status.value,
        "word": t(lang, f"status.{verdict.status}"),
        "what": f"{what} · {wording.scope(figure, lang, name)}: {target}",
        "sentence": wording.verdict_sentence(verdict, lang, name),
        "clause": figure.clause,
        "document": wording.document_short(state.documents[figure.document], lang),
        "document_id": figure.document,
        "derived": t(lang, "page.checks.derived") if figure.derived else None,
    }


def doubt(zone: Zone, lang: str) -> str | None:
    """The warning that a place is not surveyed; None where it is, or was drawn."""
    if not unsurveyed(zone):
        return None
    if zone.location_radius_km is None:
        return t(lang, f"profile.doubt.{zone.location_precision}")
    return t(lang, f"zone.doubt.{zone.location_precision}", km=zone.location_radius_km)


def unsurveyed(zone: Zone) -> bool:
    """Whether only the commune or the district of the zone is known."""
    return zone.location_precision in (Precision.COMMUNE, Precision.DISTRICT)


def industry_groups(zone: Zone, lang: str, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """Permitted industries by state and clause; what is listed is never mixed with what is steered.

    Returns
    -------
    list of dict
        ``state`` (``listed``, ``steered`` or ``none``), ``clause`` or None, ``label`` of the group
        and its ``items``:
        ``phrase`` as written, ``english`` or None, ``reading``: as what it is read where that is
        not what is written, or None; ``divisions`` of VSIC with ``code`` and ``name``. A zone
        without a list of its own has a group ``none`` that says so.
    """
    groups: dict[tuple[IndustryState, str], list[dict[str, Any]]] = {}
    for one in zone.industries:
        item = {
            "phrase": one.phrase,
            "english": _english(one, taxonomy) if lang == "en" else None,
            "reading": wording.reading(one, lang, taxonomy),
            "divisions": [_division(code, lang, taxonomy) for code in one.vsic],
        }
        groups.setdefault((one.state, one.clause), []).append(item)
    made: list[dict[str, Any]] = [
        {
            "state": state.value,
            "clause": clause,
            "label": t(lang, f"industry.group.{state}", clause=clause),
            "items": items,
        }
        for (state, clause), items in groups.items()
    ]
    if not any(state is IndustryState.LISTED for state, _ in groups):
        key = "profile.no_list" if groups else "industry.none"
        made.insert(0, {"state": "none", "clause": None, "label": t(lang, key), "items": []})
    return made


def _english(one: Industry, taxonomy: Taxonomy) -> str | None:
    """What is written in English; a reading has its own words."""
    return None if one.reading else wording.english(one.phrase, taxonomy)


def _division(code: str, lang: str, taxonomy: Taxonomy) -> dict[str, str | None]:
    known = taxonomy.divisions.get(code)
    if known is None:
        return {"code": code, "name": None}
    return {"code": code, "name": known.name_en if lang == "en" else known.name_vi}


# -- units, old and new


def _units(state: State, zone: Zone, lang: str) -> list[tuple[str, str]]:
    """Where the zone lies: as the document has it, in 2016, and since 2025-07-01."""
    own = zone.province.vintage
    lines = [(t(lang, "profile.units_plan", vintage=own), _plan_units(state, zone, lang))]
    if own != "2025":
        districts = [state.bounds.unit_name(code) for code in state.districts_of(zone)] or [
            t(lang, "profile.district_unknown")
        ]
        province = state.bounds.unit_name(state.provinces[zone.id], "provinces-2016")
        if own != BOUNDARY_VINTAGE:
            line = f"{t(lang, 'zone.and').join(districts)}, {province}"
            lines.append((t(lang, "profile.units_2016"), line))
        now = list(dict.fromkeys(name for one in zone.communes for name in one.now))
        communes = "; ".join(now) or t(lang, "profile.communes_unknown")
        province = state.bounds.unit_name(state.provinces_2025[zone.id], "provinces-2025")
        lines.append((t(lang, "profile.units_2025"), f"{communes}, {province}"))
    return lines


def _plan_units(state: State, zone: Zone, lang: str) -> str:
    def full(ref: UnitRef, level: str) -> str:
        unit = state.bounds.register.get(ref.code, ref.vintage, level)
        return unit.full_name if unit else ref.name

    communes = wording.communes(zone, lang)
    districts = t(lang, "zone.and").join(full(ref, "district") for ref in zone.districts)
    parts = (communes, districts, full(zone.province, "province"))
    return ", ".join(part for part in parts if part)


def _unit_notes(state: State, zone: Zone, lang: str) -> list[str]:
    """How a district of the document differed from its polygon; what marks at names mean."""
    units = (state.bounds.register.get(ref.code, ref.vintage) for ref in zone.districts)
    found = [
        (unit, unit.note_en if lang == "en" else unit.note) for unit in units if unit is not None
    ]
    notes = [f"{unit.full_name}: {note}" for unit, note in found if note]
    marks = {one.confidence == "low" for one in zone.communes if one.basis is not Basis.STATED}
    if False in marks:
        notes.append(t(lang, "profile.matched"))
    if True in marks:
        notes.append(t(lang, "profile.guessed"))
    return notes
