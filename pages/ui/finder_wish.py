"""What an investor wants, kept in the URL, and what the map beside the results reports."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import streamlit as st

from geo import spots
from geo.columns import UNKNOWN_STAGE, Filter
from geo.services import NEAR_KM, Planner
from geo.shortlist import MOST
from geo.vocabulary import LONGEST, Question
from geo.wishes import MATCHING, Near, Order, Standing, Wish
from geo.zones import Kind, Precision, Stage
from pages.ui import mapview
from pages.ui.session import LONGEST_TEXT, seed_choice, seed_choices, seed_form, seed_text

FRAME = "finder"
"""Key of the map of the finder."""

USUAL_RULES = tuple(one.value for one in MATCHING)
RULES = (*USUAL_RULES, Standing.UNRULED.value)
ORDERS = tuple(one.value for one in Order)
KEEP, DROP = "keep", "drop"
USUAL_KM = f"{NEAR_KM:g}"
AMOUNTS = ("area_from", "area_to", "free_from", "let_to")
DEFAULTS: Mapping[str, str | Sequence[str]] = {
    **dict.fromkeys(("need", "read", *AMOUNTS, "kind", "province", "province_new", "district"), ""),
    **dict.fromkeys(("stage", "precision", "place", "spot", "inside", "list"), ""),
    "rule": USUAL_RULES,
    "km": USUAL_KM,
    "unknown": KEEP,
    "order": ORDERS[0],
}
"""The keys of the finder with their defaults, to be published."""

CRITERIA: Mapping[str, tuple[str, ...]] = {
    "kinds": ("kind",),
    "provinces": ("province",),
    "provinces-2016": ("province",),
    "provinces-2025": ("province_new",),
    "districts-2016": ("district",),
    "stages": ("stage",),
    "precisions": ("precision",),
    "area": ("area_from", "area_to"),
    "free": ("free_from",),
    "occupancy": ("let_to",),
    "near": ("place", "spot", "km"),
    "within": ("inside",),
}
"""The keys of each criterion of a wish."""

PAGE = 100
"""Results that are explained and sent at once."""

_SHOWN, _SHOWN_OF, _HEARD, _CUT = "_shown", "_shown_of", "_heard", "_need_cut"
_PLAIN = re.compile(r"[0-9]{1,20}(\.[0-9]{1,6})?")


def units(planner: Planner, layer: str) -> dict[str, str]:
    """Units of a layer that have a zone: code and full name, by name."""
    columns = planner.state.columns
    held = list(columns.by_unit(layer, columns.accept(Filter())))
    names = planner.bounds.frames[layer].loc[held, "full_name"]
    return {str(code): str(name) for code, name in names.sort_values().items()}


def places(planner: Planner, text: str, lang: str) -> dict[str, tuple[Near, str]]:
    """What a typed place may mean: by key the place and where it is, the likeliest first."""
    if at := spots.coordinates(text):
        lon, lat = at
        return {"": (Near(lon, lat, 0), "")}
    frames = planner.bounds.frames
    found = {
        spots.key(one): (spots.near(one, frames, 0), one["line"])
        for one in planner.find(text, lang)
    }
    return {key: (near, line) for key, (near, line) in found.items() if near is not None}


def seed(planner: Planner, lang: str) -> None:
    """Take the first value of each key from the URL, and what the map reports."""
    seed_text("need", LONGEST)
    _cut("need")
    seed_choices("rule", RULES)
    for key in AMOUNTS:
        seed_form(key, _PLAIN.fullmatch)
    seed_form("km", _PLAIN.fullmatch, USUAL_KM)
    seed_form("inside", spots.outline)
    seed_text("place")
    seed_choice("unknown", (KEEP, DROP), KEEP)
    seed_choice("order", ORDERS, ORDERS[0])
    for key, options in {
        "kind": [one.value for one in Kind],
        "province": planner.provinces(),
        "province_new": units(planner, "provinces-2025"),
        "district": units(planner, "districts-2016"),
        "stage": [*(one.value for one in Stage), UNKNOWN_STAGE],
        "precision": [one.value for one in Precision],
    }.items():
        seed_choices(key, options)
        _only(key, options)  # the register may have changed since
    if not st.session_state["rule"]:
        st.session_state["rule"] = list(USUAL_RULES)
    if "list" not in st.session_state:
        asked = dict.fromkeys(st.query_params.get_all("list"))
        st.session_state["list"] = [one[:LONGEST_TEXT] for one in asked][: 2 * MOST]
    _follow(planner, mapview.told(lang, key=FRAME))
    seed_choice("spot", ("", *places(planner, st.session_state["place"], lang)), "")


def _cut(key: str) -> None:
    """A field takes any text, so that nothing pasted disappears; the URL takes what is read."""
    text = st.session_state[key]
    if len(text) > LONGEST:
        st.session_state[key] = text[:LONGEST]
        st.session_state[_CUT] = text[:LONGEST]


def was_cut() -> bool:
    """Whether the question as it stands is the beginning of a longer one."""
    return bool(st.session_state.get(_CUT)) and st.session_state[_CUT] == st.session_state["need"]


def _only(key: str, options: Collection[str]) -> None:
    kept = [value for value in st.session_state[key] if value in options]
    if kept != list(st.session_state[key]):
        st.session_state[key] = kept


def _follow(planner: Planner, told: Mapping[str, Any]) -> None:
    """Do once what the reader has done on the map."""
    stamp = told.get("at")
    if stamp is None or stamp == st.session_state.get(_HEARD):
        return
    st.session_state[_HEARD] = stamp
    try:
        if "shortlist" in told:
            known = [one for one in told["shortlist"] if one in planner.state.by_id]
            st.session_state["list"] = list(dict.fromkeys(known))[:MOST]
        if "near" in told:
            lon, lat = map(float, told["near"])
            st.session_state["place"] = spots.coordinates_text(lon, lat)
            st.session_state["spot"] = ""
        if "inside" in told:
            text = spots.outline_text(told["inside"] or ())
            st.session_state["inside"] = text if spots.outline(text) else ""
        if told.get("more"):
            st.session_state[_SHOWN] = st.session_state.get(_SHOWN, PAGE) + PAGE
    except (TypeError, ValueError):
        return  # no frame of ours has said that


def heard() -> object:
    """Names the last report of the map that was followed."""
    return st.session_state.get(_HEARD)


def shown(wish: Wish) -> int:
    """How many results to explain; begins anew with every other wish."""
    if st.session_state.get(_SHOWN_OF) != wish:
        st.session_state[_SHOWN_OF], st.session_state[_SHOWN] = wish, PAGE
    return int(st.session_state[_SHOWN])


def wish(planner: Planner, lang: str) -> Wish:
    """The wish as the keys say it; the readings are added when they are known."""
    state = st.session_state
    area_from, area_to, free_from, let_to = map(amount, AMOUNTS)
    return Wish(
        text=state["need"],
        readings=tuple(state.get("read", ())),
        standings=tuple(map(Standing, state["rule"])),
        zones=Filter(
            provinces=tuple(state["province"]),
            kinds=tuple(state["kind"]),
            stages=tuple(state["stage"]),
        ),
        units={
            "provinces-2025": tuple(state["province_new"]),
            "districts-2016": tuple(state["district"]),
        },
        area_min=area_from,
        area_max=area_to,
        free_min=free_from,
        occupancy_max=let_to,
        precisions=tuple(state["precision"]),
        near=near(planner, lang),
        within=spots.outline(state["inside"]),
        known_only=state["unknown"] == DROP,
        order=Order(state["order"]),
    )


def amount(key: str) -> Decimal | None:
    """A number that the reader has given; None where the field is empty."""
    value = st.session_state[key]
    return Decimal(value) if value else None


def near(planner: Planner, lang: str) -> Near | None:
    """The place that was meant, with how far from it."""
    found = places(planner, st.session_state["place"], lang)
    if not found:
        return None
    place, _ = found.get(st.session_state["spot"]) or next(iter(found.values()))
    return replace(place, km=float(amount("km") or Decimal(USUAL_KM)))


def drop(name: str, question: Question | None = None) -> None:
    """Drop a criterion of the wish, also out of the question: for the click of a button."""
    state = st.session_state
    usual = {key: [] if isinstance(state[key], list) else DEFAULTS[key] for key in CRITERIA[name]}
    if (
        question is not None
        and name in ("area", "near")
        and all(state[key] == value for key, value in usual.items())
    ):
        state["need"] = _without(name, question)
    state.update(usual)


def _without(name: str, question: Question) -> str:
    """The words of a question less the land or the place."""
    parts = [*(one.piece for one in question.readings), *question.unread]
    if name != "area" and question.area_ha is not None:
        parts.append(f"{question.area_ha:f} ha")
    if name != "near" and question.near:
        parts.append(f"near {question.near}")
    return ", ".join(dict.fromkeys(parts))


def ask(text: str) -> None:
    """Type a question for the reader."""
    st.session_state["need"] = text
    reread()


def reread() -> None:
    """Another question has other readings; the address still has the old ones."""
    st.session_state["read"] = []


def keep(ids: Sequence[str]) -> None:
    """Another shortlist."""
    st.session_state["list"] = list(ids)
