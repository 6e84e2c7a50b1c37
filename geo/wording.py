"""Records, figures and verdicts in words and JSON, for pages, routes, CLI and reports alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from geo.checks import Verdict
from geo.i18n import date, ha, has, number, t
from geo.industries import Taxonomy
from geo.plans import Document, Figure
from geo.zones import Basis, Industry, IndustryState, Target, Zone

ZoneName = Callable[[str], str]
"""A name by key: a zone's id, a district's code of 2016, ``province:<code>`` of 2016, or
``district:<document>:<code>`` of the document's vintage."""

_SIGNS = {"=": "", "~": "≈ ", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "range": ""}


def amount(value: Decimal | None, unit: str, lang: str) -> str:
    """A value with its unit: ``1.160,83 ha``, ``80 %``, ``28 dòng``; unknown is a dash."""
    if value is None:
        return number(None, lang)
    if unit == "date":  # written year-month-day in one number
        return date(dt.date.fromisoformat(str(value)), lang)
    if unit in ("year", "month"):
        return f"{t(lang, f'unit.{unit}')} {value}"
    family = "unit_one" if value == 1 and has(lang, f"unit_one.{unit}") else "unit"
    return f"{number(value, lang)} {t(lang, f'{family}.{unit}')}"


def expected(figure: Figure, lang: str) -> str:
    """What the figure demands: ``> 80 %``, ``80 – 90 %``."""
    if figure.high is not None:
        return f"{number(figure.value, lang)} – {amount(figure.high, figure.unit, lang)}"
    return _SIGNS[figure.comparator] + amount(figure.value, figure.unit, lang)


def signed(comparator: str, value: Decimal | None, high: Decimal | None, lang: str) -> str:
    """A number as a figure compares it: ``> 80``, ``80 – 90``; the bare sign without a value."""
    if high is not None:
        return f"{number(value, lang)} – {number(high, lang)}"
    return _SIGNS[comparator] + ("" if value is None else number(value, lang))


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
    """The name as written; in English the transliterated one beside it, where there is one."""
    return f"{zone.name} / {zone.name_en}" if lang == "en" and zone.name_en else zone.name


def document_short(document: Document, lang: str) -> str:
    """The number of a document, or its issuer and year where the text gives none."""
    return document.number or document_name(document, lang)


def place(zone: Zone, lang: str) -> str:
    """Communes, districts and province as the plan has them, matched and guessed ones marked."""
    districts = t(lang, "zone.and").join(dict.fromkeys(d.name for d in zone.districts))
    parts = (communes(zone, lang), districts, zone.province.name)
    return "; ".join(part for part in parts if part)


def communes(zone: Zone, lang: str) -> str:
    """The communes of the record, matched and guessed ones marked."""
    return ", ".join(
        one.name
        if one.basis is Basis.STATED
        else t(lang, "zone.guessed" if one.confidence == "low" else "zone.matched", name=one.name)
        for one in zone.communes
    )


def english(phrase: str, taxonomy: Taxonomy) -> str | None:
    """What a phrase means in English; None where no term of the taxonomy stands for it."""
    term = taxonomy.classify(phrase)
    return (term.english or None) if term else None


def reading(one: Industry, lang: str, taxonomy: Taxonomy) -> str | None:
    """As what a phrase is read, in words that say so; None where it is taken as written."""
    if one.reading is None:
        return None
    meant = english(one.reading, taxonomy) if lang == "en" else None
    return t(lang, "industry.read_as", reading=meant or f"“{one.reading}”")


def industries_line(zone: Zone, lang: str, taxonomy: Taxonomy) -> str:
    """Industries in one line for a table: the zone's own list, then what is steered to it.

    In English a phrase that stays Vietnamese is in quotation marks; a reading follows its phrase.
    """

    def phrase(one: Industry) -> str:
        read = reading(one, lang, taxonomy)
        meant = english(one.phrase, taxonomy) if lang == "en" and read is None else None
        shown = meant or (f"“{one.phrase}”" if lang == "en" else one.phrase)
        return f"{shown} ({read})" if read else shown

    by_state = {
        state: ", ".join(
            dict.fromkeys(phrase(one) for one in zone.industries if one.state is state)
        )
        for state in IndustryState
    }
    listed = by_state[IndustryState.LISTED] or t(lang, "industry.none_short")
    steered = by_state[IndustryState.STEERED]
    return t(lang, "industry.line", listed=listed, steered=steered) if steered else listed


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


def document_titled(document: Document, lang: str) -> str:
    """The title of a document with its day."""
    title = document.title_en if lang == "en" else document.title_vi
    return f"{title} ({document_date(document, lang)})"


def document_date(document: Document, lang: str) -> str:
    """The day of a document, or its year where the text gives no day."""
    if document.date is None:
        return document.year
    return date(dt.date.fromisoformat(document.date), lang)
