"""Records, figures and verdicts in words and JSON, for pages, routes, CLI and reports alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from geo import crs
from geo.checks import Verdict
from geo.i18n import date, ha, has, number, t
from geo.industries import Taxonomy
from geo.plans import Document, Figure
from geo.zones import AREA_FIELDS, Basis, Industry, IndustryState, Precision, Target, Zone

ZoneName = Callable[[str], str]
"""A name by key: a zone's id, a district's code of 2016, ``province:<code>`` of 2016, or
``district:<document>:<code>`` of the document's vintage."""

_SIGNS = {"=": "", "~": "≈ ", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "range": ""}


def amount(value: Decimal | None, unit: str, lang: str) -> str:
    """A value with its unit: ``1.160,83 ha``, ``80 %``, ``28 dòng``; unknown is a dash."""
    if value is None:
        return number(None, lang)
    family = "unit_one" if value == 1 and has(lang, f"unit_one.{unit}") else "unit"
    return f"{number(value, lang)} {t(lang, f'{family}.{unit}')}"


def expected(figure: Figure, lang: str) -> str:
    """What the figure demands: ``> 80 %``, ``80 – 90 %``."""
    if figure.high is not None:
        return f"{number(figure.value, lang)} – {amount(figure.high, figure.unit, lang)}"
    return _SIGNS[figure.comparator] + amount(figure.value, figure.unit, lang)


def target(one: Target, lang: str) -> str:
    """An occupancy target: ``> 80 % (2020)``."""
    low = number(one.low, lang)
    span = low if one.high is None else f"{low} – {number(one.high, lang)}"
    return f"{_SIGNS[one.comparator]}{span} % ({one.year})"


def scope(figure: Figure, lang: str, name: ZoneName) -> str:
    """What a figure speaks of, in words."""
    own = figure.scope
    if own.zones:
        return ", ".join(name(zone) for zone in own.zones)
    if own.subject != "zone":
        parts = [t(lang, f"subject.{own.subject}")]
    else:
        parts = [" + ".join(own.kinds)]
    place = f"district:{figure.document}:{own.district}" if own.district else None
    parts.append(name(place or f"province:{own.province}"))
    if own.per in ("district", "commune"):
        parts.append(t(lang, f"per.{own.per}"))
    return ", ".join(parts)


def verdict_sentence(verdict: Verdict, lang: str, name: ZoneName) -> str:
    """The outcome in one or two sentences, with the arithmetic."""
    figure = verdict.figure
    unit = figure.unit
    deviation = verdict.deviation
    parts: dict[str, Any] = {
        "expected": expected(figure, lang),
        "actual": amount(verdict.actual, unit, lang),
        "deviation": "" if deviation is None else amount(abs(deviation), unit, lang),
        "direction": _direction(deviation, lang),
        "tolerance": amount(verdict.tolerance, unit, lang),
        "missing": missing_phrase(verdict, lang, name),
        **verdict.params,
    }
    if "planned" in parts:
        parts["planned"] = ha(parts["planned"], lang)
    sentence = t(lang, f"check.reason.{verdict.reason}", **parts)
    whys = [
        t(
            lang,
            f"check.why.{why.kind}",
            records=[name(one) for one in why.records],
            amount=amount(why.amount, unit, lang),
        )
        for why in verdict.explanations
    ]
    return " ".join([sentence, *whys])


def _direction(deviation: Decimal | None, lang: str) -> str:
    if not deviation:
        return ""
    return t(lang, "check.more" if deviation > 0 else "check.less")


def missing_phrase(verdict: Verdict, lang: str, name: ZoneName) -> str:
    """What a check lacks, values of the same records together.

    For example "đất đã cho thuê, đất công nghiệp (KCN Hàm Kiệm I, KCN Hàm Kiệm II)".
    """
    records_of: dict[str, list[str]] = {}
    for one in verdict.missing:
        records_of.setdefault(one.name, [])
        if one.record is not None:
            records_of[one.name].append(one.record)
    together: dict[tuple[str, ...], list[str]] = {}
    for field, records in records_of.items():
        together.setdefault(tuple(records), []).append(t(lang, f"missing.{field}"))
    return "; ".join(
        _of_records(", ".join(labels), records, lang, name) for records, labels in together.items()
    )


NAMED_RECORDS = 4


def _of_records(label: str, records: tuple[str, ...], lang: str, name: ZoneName) -> str:
    if not records:
        return label
    if len(records) <= NAMED_RECORDS:
        return f"{label} ({', '.join(name(one) for one in records)})"
    return t(lang, "missing.of_many", label=label, count=len(records))


def verdict_json(verdict: Verdict, lang: str, name: ZoneName) -> dict[str, Any]:
    """A verdict as plain data; numbers as numbers, the message in the language."""
    figure = verdict.figure
    own = figure.scope
    return {
        "id": figure.id,
        "document": figure.document,
        "clause": figure.clause,
        "scope": {
            "province": own.province,
            "kinds": list(own.kinds),
            "subject": own.subject.value,
            "district": own.district,
            "zones": list(own.zones),
            "per": own.per,
        },
        "quantity": figure.quantity,
        "unit": figure.unit,
        "comparator": figure.comparator,
        "expected": plain(figure.value),
        "expected_high": plain(figure.high),
        "actual": plain(verdict.actual),
        "status": verdict.status.value,
        "deviation": plain(verdict.deviation),
        "tolerance": plain(verdict.tolerance),
        "year": figure.year,
        "derived": figure.derived,
        "quotes": list(figure.quotes),
        "records": list(verdict.records),
        "missing": [{"record": one.record, "field": one.name} for one in verdict.missing],
        "explanations": [
            {"kind": why.kind, "records": list(why.records), "amount": plain(why.amount)}
            for why in verdict.explanations
        ],
        "message": verdict_sentence(verdict, lang, name),
    }


def plain(value: Decimal | None) -> int | float | None:
    """A decimal as a JSON number."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def zone_name(zone: Zone, lang: str) -> str:
    """The name as written; in English the transliterated one where there is one."""
    return (zone.name_en or zone.name) if lang == "en" else zone.name


def document_short(document: Document) -> str:
    """The number of a document, or its id where the text gives none."""
    return document.number or document.id


def place(zone: Zone, lang: str) -> str:
    """Communes, districts and province as the plan has them, matched and guessed ones marked."""
    communes = ", ".join(
        one.name
        if one.basis is Basis.STATED
        else t(lang, "zone.guessed" if one.confidence == "low" else "zone.matched", name=one.name)
        for one in zone.communes
    )
    districts = t(lang, "zone.and").join(dict.fromkeys(d.name for d in zone.districts))
    return "; ".join(part for part in (communes, districts, zone.province.name) if part)


def doubt(zone: Zone, lang: str) -> str | None:
    """The warning that a place is not surveyed; None where it is."""
    if zone.location_precision in (Precision.SURVEYED, Precision.DRAWN):
        return None
    return t(lang, f"zone.doubt.{zone.location_precision}", km=zone.location_radius_km or 0)


def industry_groups(zone: Zone, lang: str, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """Permitted industries by state and clause; what is listed is never mixed with what is steered.

    Returns
    -------
    list of dict
        ``label`` of the group and its ``items``: ``phrase``, ``vsic`` codes, ``divisions`` in
        words. A zone without any has one group that says that no rule is recorded.
    """
    groups: dict[tuple[IndustryState, str], list[dict[str, Any]]] = {}
    for one in zone.industries:
        names = [taxonomy.divisions[code] for code in one.vsic if code in taxonomy.divisions]
        item = {
            "phrase": one.phrase,
            "english": english(one, taxonomy) if lang == "en" else None,
            "vsic": list(one.vsic),
            "divisions": [name.name_en if lang == "en" else name.name_vi for name in names],
        }
        groups.setdefault((one.state, one.clause), []).append(item)
    if not groups:
        return [{"label": t(lang, "industry.none"), "items": []}]
    return [
        {"label": t(lang, f"industry.group.{state}", clause=name), "items": items}
        for (state, name), items in groups.items()
    ]


def english(one: Industry, taxonomy: Taxonomy) -> str | None:
    """What a phrase means in English; None where no term of the taxonomy stands for it."""
    term = taxonomy.classify(one.reading or one.phrase)
    return (term.english or None) if term else None


def industries_line(zone: Zone, lang: str, taxonomy: Taxonomy) -> str:
    """Industries in one line for a table: the zone's own list, then what is steered to it."""

    def phrase(one: Industry) -> str:
        return (english(one, taxonomy) if lang == "en" else None) or one.phrase

    by_state = {
        state: ", ".join(
            dict.fromkeys(phrase(one) for one in zone.industries if one.state is state)
        )
        for state in IndustryState
    }
    listed = by_state[IndustryState.LISTED] or t(lang, "industry.none_short")
    steered = by_state[IndustryState.STEERED]
    return t(lang, "industry.line", listed=listed, steered=steered) if steered else listed


def zone_record(zone: Zone, lang: str, document: Document, taxonomy: Taxonomy) -> dict[str, Any]:
    """What the popup shows of a zone; all texts ready in the language."""
    rows = []
    for field in AREA_FIELDS:
        value = getattr(zone, field)
        shown = t(lang, "zone.unknown") if value is None else ha(value, lang)
        if field == "area_let_ha" and value is not None:
            shown = t(lang, "zone.let_as_of", area=shown, date=date(zone.let_as_of, lang))
        rows.append((t(lang, f"field.{field}"), shown))
    if zone.geometry is not None and not zone.is_point:
        measured = crs.geometry_area_ha(zone.geometry)
        rows.append((t(lang, "field.area_measured_ha"), ha(round(Decimal(measured), 2), lang)))
    stage = t(lang, f"stage.{zone.stage}") if zone.stage else t(lang, "zone.unknown")
    rows.append((t(lang, "field.stage"), stage))
    if zone.members:
        rows.append((t(lang, "field.members"), ", ".join(zone.members)))
    if zone.occupancy_targets:
        goals = "; ".join(target(one, lang) for one in zone.occupancy_targets)
        rows.append((t(lang, "field.occupancy_targets"), goals))
    if zone.aliases:
        rows.append((t(lang, "field.aliases"), ", ".join(zone.aliases)))
    kind = zone.name_en if lang == "en" and zone.name_en else t(lang, f"kind.{zone.kind}")
    return {
        "id": zone.id,
        "title": zone.name,
        "subtitle": f"{kind} · {place(zone, lang)}",
        "rows": [list(row) for row in rows],
        "note": zone.note_en if lang == "en" else zone.note_vi,
        "doubt": doubt(zone, lang),
        "location": location_source(zone.location_source, lang),
        "industries": industry_groups(zone, lang, taxonomy),
        "quote": zone.source.quote,
        "clause": clause(zone.source.clause, zone.source.row, lang),
        "document": document_name(document, lang),
    }


def location_source(source: str | None, lang: str) -> str | None:
    """What a place rests on: a text of ours by its key, or what somebody wrote as it is."""
    key = f"location_source.{source}"
    return t(lang, key) if has(lang, key) else source


def clause(name: str, row: int | None, lang: str) -> str:
    return name if row is None else t(lang, "zone.clause_row", clause=name, row=str(row))


def document_name(document: Document, lang: str) -> str:
    """Short name of a plan document: its number, or its issuer and year."""
    issuer = document.issuer_en if lang == "en" else document.issuer_vi
    return f"{document.number}, {issuer}" if document.number else f"{issuer}, {document.year}"


def document_date(document: Document, lang: str) -> str:
    """The day of a document, or its year where the text gives no day."""
    if document.date is None:
        return document.year
    return date(dt.date.fromisoformat(document.date), lang)
