"""A search in words and as data: what was understood, and why each zone is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo import wording
from geo.i18n import ha, number, t
from geo.industries import Taxonomy
from geo.plans import Document
from geo.search import Ground
from geo.vocabulary import LONGEST, Question, Reading, Vocabulary
from geo.wishes import MATCHING, Found, Hit, Near, Standing
from geo.zones import IndustryState, Source, Zone


def reading(one: Reading, vocabulary: Vocabulary, lang: str) -> str:
    """How a piece was understood: "chip bán dẫn → sản xuất linh kiện điện tử → VSIC 26"."""
    return t(
        lang,
        "search.reading.path",
        piece=one.piece,
        names=" → ".join(meaning(one, vocabulary, lang)),
    )


def meaning(one: Reading, vocabulary: Vocabulary, lang: str) -> list[str]:
    """What a reading stands for, from the word to the division."""
    if not one.codes:
        phrase = one.entry.term.phrase if one.entry.term else one.entry.text
        return [t(lang, "search.reading.quality", phrase=phrase)]
    code = one.codes[0]
    path = vocabulary.path(code)
    names = [path[0].name(lang)] if path else []
    divisions = dict.fromkeys(code[:2] for code in one.codes)
    return [*names, t(lang, "search.reading.code", code=", ".join(divisions))]


def short(one: Reading, vocabulary: Vocabulary, lang: str) -> str:
    """A reading in few words, as a choice among others: name and code, or the quality."""
    if not one.codes:
        return meaning(one, vocabulary, lang)[0]
    names = [path[0].name(lang) for path in map(vocabulary.path, one.codes) if path]
    return f"{', '.join(one.codes)} · {'; '.join(names)}"


def not_understood(question: Question, lang: str) -> list[str]:
    """What of a question could not be read, in sentences."""
    told = []
    if question.cut:
        told.append(t(lang, "search.reading.cut", count=LONGEST))
    if question.text and not question.readings:
        told.append(t(lang, "search.reading.nothing", text=question.text))
    elif question.unread:
        told.append(t(lang, "search.reading.unread", pieces=", ".join(question.unread)))
    return told


def ground(
    one: Ground, zone: Zone, documents: Mapping[str, Document], taxonomy: Taxonomy, lang: str
) -> str:
    """Why a phrase is met, with its clause."""
    name = phrase(one, taxonomy, lang)
    clause = f"{one.industry.clause}, {document_of(one, zone, documents, lang)}"
    key = f"search.ground.{one.nearness.name.lower()}"
    words = t(lang, key, phrase=name, clause=clause, code=", ".join(one.reading.codes[:1]))
    if one.industry.state is IndustryState.STEERED:
        words = t(lang, "search.ground.steered", ground=words)
    return words


def phrase(one: Ground, taxonomy: Taxonomy, lang: str) -> str:
    """The phrase as written; in English its meaning behind it."""
    read = wording.reading(one.industry, lang, taxonomy)
    meant = (
        wording.english(one.industry.phrase, taxonomy) if lang == "en" and read is None else None
    )
    behind = read or meant
    return f"{one.industry.phrase} ({behind})" if behind else one.industry.phrase


def source_of(one: Ground, zone: Zone) -> Source:
    """The source of a record that holds the clause; its first where none says so."""
    return next((s for s in zone.sources if s.clause == one.industry.clause), zone.source)


def document_of(one: Ground, zone: Zone, documents: Mapping[str, Document], lang: str) -> str:
    document = documents.get(source_of(one, zone).document)
    return wording.document_short(document, lang) if document else ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a zone is found, in short sentences.

    Attributes
    ----------
    standing
        Whether the plan permits the product; empty where none was understood.
    grounds
        The phrases that permit it, each with its clause.
    facts
        Area, land to let, distance.
    limits
        Qualities and reservations of the plan.
    unknown
        What the record does not tell; empty where nothing is missing.
    """

    standing: str
    grounds: tuple[str, ...]
    facts: tuple[str, ...]
    limits: tuple[str, ...]
    unknown: str


def reasons(
    hit: Hit, found: Found, documents: Mapping[str, Document], taxonomy: Taxonomy, lang: str
) -> Reasons:
    """Why a zone is found and what is not known of it."""
    zone, near = hit.zone, found.wish.near
    facts = []
    if zone.area_planned_ha is not None:
        facts.append(t(lang, "search.why.area", area=ha(zone.area_planned_ha, lang)))
    if hit.free_ha is not None:
        facts.append(t(lang, "search.why.free", area=ha(hit.free_ha, lang)))
    if hit.distance_km is not None and near is not None:
        facts.append(away(hit, place(near, lang), lang))
    unknown = [t(lang, f"search.criterion.{name}") for name in hit.unknown]
    if zone.area_planned_ha is None and "area" not in hit.unknown:
        unknown.append(t(lang, "search.criterion.area"))
    return Reasons(
        t(lang, f"search.standing.{hit.standing}") if found.judged else "",
        tuple(ground(one, zone, documents, taxonomy, lang) for one in hit.grounds),
        tuple(facts),
        tuple(limits(hit, lang)),
        t(lang, "search.why.unknown", names=", ".join(unknown)) if unknown else "",
    )


def why(
    hit: Hit, found: Found, documents: Mapping[str, Document], taxonomy: Taxonomy, lang: str
) -> list[str]:
    """All of :func:`reasons`, one sentence after the other."""
    told = reasons(hit, found, documents, taxonomy, lang)
    lines = (told.standing, *told.grounds, *told.facts, *told.limits, told.unknown)
    return [line for line in lines if line]


def results(
    found: Found,
    count: int,
    documents: Mapping[str, Document],
    taxonomy: Taxonomy,
    lang: str,
) -> dict[str, Any]:
    """The list beside the map: ``total``, and the first `count` zones as ``items``.

    An item has ``id``, ``name``, ``kind`` (a code), ``line`` (kind and place), ``standing`` (a
    code, null where no product was understood) with its ``state`` in words, and the sentences of
    :func:`reasons`: ``grounds``, ``facts``, ``limits``, ``unknown``.
    """
    items = []
    for hit in found.hits(stop=count):
        told = reasons(hit, found, documents, taxonomy, lang)
        zone = hit.zone
        items.append(
            {
                "id": zone.id,
                "name": wording.zone_name(zone, lang),
                "kind": zone.kind.value,
                "line": f"{t(lang, f'kind.{zone.kind}')} · {wording.place(zone, lang)}",
                "standing": hit.standing.value if found.judged else None,
                "state": _badge(hit.standing, lang) if found.judged else "",
                "grounds": told.grounds,
                "facts": told.facts,
                "limits": told.limits,
                "unknown": told.unknown,
            }
        )
    return {"total": len(found), "items": items}


def _badge(standing: Standing, lang: str) -> str:
    """A state in few words; one that is no ground for permission says so in full."""
    short = standing in MATCHING
    return t(lang, f"search.{'short' if short else 'standing'}.{standing}")


def limits(hit: Hit, lang: str) -> list[str]:
    """What the plan asks of the zone beside the product, and its words that limit what it says."""
    told = []
    if hit.conditions:
        names = ", ".join(f"“{one.phrase}”" for one in hit.conditions)
        told.append(t(lang, "search.why.conditions", phrases=names))
    if hit.reservations:
        words = ", ".join(f"“{word}”" for word in hit.reservations)
        told.append(t(lang, "search.why.reserved", words=words))
    return told


def place(near: Near, lang: str) -> str:
    """The name of a place asked for, or its coordinates."""
    return near.name or f"{number(round(near.lat, 4), lang)}; {number(round(near.lon, 4), lang)}"


def away(hit: Hit, place: str, lang: str) -> str:
    """How far from the place asked for, with the doubt of the zone's own place."""
    km = number(round(hit.distance_km or 0), lang)
    if not hit.doubt_km:
        return t(lang, "search.why.away", km=km, place=place)
    doubt = number(hit.doubt_km, lang)
    return t(lang, "search.why.away_doubt", km=km, place=place, doubt=doubt)


def rows(
    found: Found,
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    taxonomy: Taxonomy,
    lang: str,
) -> list[dict[str, Any]]:
    """Hits as data: ``zone``, ``name``, ``score``, ``state``, ``phrase``, ``clause``, ``document``,
    ``vsic``, ``why``; phrase, clause and codes are those of the nearest ground, and ``state`` is
    None where no product was asked for or understood.
    """
    told = []
    for hit in hits:
        best = hit.grounds[0] if hit.grounds else None
        told.append(
            {
                "zone": hit.zone.id,
                "name": wording.zone_name(hit.zone, lang),
                "score": found.score(hit),
                "state": hit.standing.value if found.judged else None,
                "phrase": best.industry.phrase if best else None,
                "clause": best.industry.clause if best else None,
                "document": (source_of(best, hit.zone) if best else hit.zone.source).document,
                "vsic": list(best.industry.vsic) if best else [],
                "why": why(hit, found, documents, taxonomy, lang),
            }
        )
    return told
