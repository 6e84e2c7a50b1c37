"""What investors search for and do not find: counted without a trace of who asked.

What is kept is the meaning as the vocabulary has it, codes or a quality, and never a word that was
typed; the provinces that the search was limited to; the month. It is off until an installation
switches it on (:attr:`geo.settings.Settings.count_gaps`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from geo import auth
from geo.auth import Action, Actor
from geo.columns import Filter, Mask
from geo.desk import Desk
from geo.errors import KhuCumError
from geo.i18n import VIETNAM, t
from geo.io.tables import csv_bytes
from geo.services import Planner
from geo.state import Boundaries
from geo.store import Gap, GapKind
from geo.store import gaps as store
from geo.text import fold
from geo.vocabulary import SURE, Vocabulary
from geo.wishes import Found

LAND = ("area", "free")
"""Criteria of a wish that ask for land."""

MOST_COUNTED = 200
"""Gaps of one session that count, so that no machine fills the list."""

COLUMNS = ("month", "count", "kind", "name", "codes", "province", "province_name")


def count(desk: Desk, found: Found, counted: set[object], now: dt.datetime | None = None) -> None:
    """Count a search that found nothing; what cannot be written is not counted, and nobody waits.

    Parameters
    ----------
    counted
        What this session has counted already, which is not counted again; added to.
    """
    if not desk.planner.settings.count_gaps:
        return
    month = f"{(now or dt.datetime.now(dt.UTC)).astimezone(VIETNAM):%Y-%m}"
    fresh: dict[object, Gap] = {}
    for gap in gaps_of(found, desk.planner.bounds, month):
        # without a meaning only the words tell two questions apart; they stay in this session
        key = (gap, fold(found.question.text)) if gap.kind is GapKind.UNREAD else gap
        if key not in counted:
            fresh[key] = gap
    if not fresh or len(counted) + len(fresh) > MOST_COUNTED:
        return
    with suppress(KhuCumError):
        store.add(desk.register.engine, list(fresh.values()))
        counted.update(fresh)


def gaps_of(found: Found, bounds: Boundaries, month: str) -> tuple[Gap, ...]:
    """The gaps that a search has shown; none where a zone was found or only other filters hinder.

    One for each way in which the question was surely understood, in each province asked for.
    """
    answer, question = found.answer, found.question
    if (answer.matches & found.fitting()).any():
        return ()
    sure = [one for one in question.readings if one.score >= SURE]
    if not sure:
        not_understood = question.readings or question.unread
        return (Gap(month, "", GapKind.UNREAD, ""),) if not_understood else ()
    provinces = _provinces(found, bounds)
    if provinces is None:
        return ()
    phrases = found.offer.phrases
    made = []
    for one in sure:
        permitted = phrases.search(replace(question, readings=(one,))).matches
        if kind := _kind(found, permitted, provinces):
            made += [Gap(month, code, kind, one.key) for code in provinces or ("",)]
    return tuple(made)


def _kind(found: Found, permitted: Mask, provinces: Sequence[str]) -> GapKind | None:
    columns = found.offer.columns
    if not (permitted & columns.accept(Filter(provinces=tuple(provinces)))).any():
        return GapKind.NOTHING
    return GapKind.LAND if (permitted & found.fitting(LAND)).any() else None


def _provinces(found: Found, bounds: Boundaries) -> tuple[str, ...] | None:
    """Codes of 2016 that a search is limited to, none for all; None where they exclude another."""
    limits = [set(found.wish.zones.provinces)]
    old = bounds.frames["provinces-2016"]
    for layer, codes in found.wish.units.items():
        if layer == "districts-2016":
            named = bounds.districts["province_code"]
            limits.append(set(named[named.index.isin(codes)]))
        elif layer == "provinces-2025":
            limits.append(set(old.index[old["province_2025_code"].isin(codes)]))
        else:
            limits.append(set(codes))
    limits = [one for one in limits if one]
    if not limits:
        return ()
    return tuple(sorted(set.intersection(*limits))) or None


# -- reading


def listed(desk: Desk, actor: Actor) -> list[tuple[Gap, int]]:
    """What was not found, for those who may edit: in their provinces, and without a province.

    Raises
    ------
    AuthError
        For everybody else.
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    auth.require(actor, Action.PROPOSE, desk.rules)
    return [
        (gap, asked)
        for gap, asked in store.recorded(desk.register.engine)
        if auth.decide(
            actor, Action.PROPOSE, desk.rules, provinces=[gap.province] if gap.province else []
        ).allowed
    ]


def rows(found: Sequence[tuple[Gap, int]], planner: Planner, lang: str) -> list[dict[str, Any]]:
    """Gaps as data, with the names in a language: see :data:`COLUMNS`."""
    return [
        {
            "month": gap.month,
            "count": asked,
            "kind": gap.kind.value,
            "name": name(gap, planner.vocabulary, lang),
            "codes": codes(gap),
            "province": gap.province or None,
            "province_name": planner.bounds.unit_name(gap.province, "provinces-2016") or None,
        }
        for gap, asked in found
    ]


def codes(gap: Gap) -> list[str]:
    """Codes of VSIC; none of a quality, and where nothing was understood."""
    parts = gap.meaning.split("-")
    return parts if all(part.isdecimal() for part in parts) else []


def name(gap: Gap, vocabulary: Vocabulary, lang: str) -> str | None:
    """What was asked for; None where nothing was understood."""
    if not gap.meaning:
        return None
    paths = [vocabulary.path(code) for code in codes(gap)]
    if paths:
        return "; ".join(path[0].name(lang) for path in paths if path) or None
    term = vocabulary.taxonomy.terms.get(gap.meaning)
    if term is None:
        return gap.meaning
    return term.english if lang == "en" and term.english else term.phrase


def table(found: Sequence[tuple[Gap, int]], planner: Planner, lang: str) -> list[dict[str, Any]]:
    """Gaps as a reader sees them: heads, places and kinds in words."""
    heads = {one: t(lang, f"gaps.column.{one}") for one in COLUMNS if one != "province"}
    shown = []
    for row in rows(found, planner, lang):
        row |= {
            "province_name": row["province_name"] or t(lang, "gaps.any_province"),
            "kind": t(lang, f"gaps.kind.{row['kind']}"),
            "codes": ", ".join(row["codes"]),
            "name": row["name"] or "",
        }
        shown.append({head: row[one] for one, head in heads.items()})
    return shown


def csv(found: Sequence[tuple[Gap, int]], planner: Planner, lang: str) -> bytes:
    """The table as a file; codes keep their zeros as text."""
    heads = [t(lang, f"gaps.column.{one}") for one in COLUMNS if one != "province"]
    return csv_bytes(table(found, planner, lang), heads)
