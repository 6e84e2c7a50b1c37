"""Which zones: the filters that pages share, kept in the URL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import streamlit as st

from geo.columns import UNKNOWN_STAGE, Filter
from geo.i18n import t
from geo.services import Planner
from geo.zones import Kind, Stage
from pages.ui.session import LONGEST_TEXT, day_of, seed_choices, seed_day, seed_text

ZONES = {"q": "", "province": "", "kind": "", "stage": ""}
"""The keys of :func:`zones` with their defaults, to be published."""

KEYS = {"text": "q", "provinces": "province", "kinds": "kind", "stages": "stage"}
"""The key of each criterion of a filter."""


def zones(planner: Planner, lang: str) -> Filter:
    """Search, province, kind and stage in the sidebar."""
    stages = [*(stage.value for stage in Stage), UNKNOWN_STAGE]
    seed_text("q")
    seed_choices("stage", stages)
    with st.sidebar:
        st.text_input(
            t(lang, "page.map.search"),
            key="q",
            type="search",
            live=True,
            persist_state="session",
            placeholder=t(lang, "page.map.search_hint"),
            icon=":material/search:",
            max_chars=LONGEST_TEXT,
        )
        chosen = provinces(planner.provinces(), lang)
        chosen_kinds = kinds(lang)
        opened = bool(st.session_state["stage"])
        with st.expander(t(lang, "field.stage"), expanded=opened, type="compact"):
            st.pills(
                t(lang, "field.stage"),
                stages,
                key="stage",
                selection_mode="multi",
                persist_state="session",
                label_visibility="collapsed",
                format_func=lambda stage: stage_name(stage, lang),
            )
    return Filter(
        provinces=chosen,
        kinds=chosen_kinds,
        stages=tuple(st.session_state["stage"]),
        text=st.session_state["q"],
    )


def stage_name(stage: str, lang: str) -> str:
    return t(lang, "map.client.stage_unknown" if stage == UNKNOWN_STAGE else f"stage.{stage}")


def provinces(known: dict[str, str], lang: str) -> tuple[str, ...]:
    """A choice of provinces by code, where the caller draws."""
    return choices("province", t(lang, "field.province"), known, known.__getitem__)


def choices(
    key: str, label: str, options: Collection[str], words: Callable[[str], str]
) -> tuple[str, ...]:
    """A choice of any number of options, where the caller draws; none chosen means all.

    What was chosen and is no longer offered is let go.
    """
    seed_choices(key, options)
    chosen = st.session_state[key]
    if any(one not in options for one in chosen):
        st.session_state[key] = [one for one in chosen if one in options]
    st.pills(
        label,
        list(options),
        key=key,
        selection_mode="multi",
        persist_state="session",
        format_func=words,
    )
    return tuple(st.session_state[key])


def day(
    key: str,
    label: str,
    earliest: dt.date,
    latest: dt.date = dt.date.max,
    *,
    on_change: Callable[[], None] | None = None,
    note: str | None = None,
) -> dt.date | None:
    """A day that may be left open, where the caller draws; its ISO form is in the URL."""
    widget = f"{key}-day"
    begun = key not in st.session_state or widget not in st.session_state
    seed_day(key, earliest, latest)
    if begun:
        st.session_state[widget] = day_of(st.session_state[key], earliest, latest)
    shown = st.date_input(
        label,
        None,
        earliest,
        latest,
        key=widget,
        format="DD/MM/YYYY",
        on_change=on_change,
        help=note,
    )
    chosen = shown if isinstance(shown, dt.date) else None
    st.session_state[key] = chosen.isoformat() if chosen else ""
    return chosen


def kinds(lang: str) -> tuple[str, ...]:
    """A choice of zones, clusters or both, where the caller draws."""
    known = [kind.value for kind in Kind]
    seed_choices("kind", known)
    st.pills(
        t(lang, "field.kind"),
        known,
        key="kind",
        selection_mode="multi",
        persist_state="session",
        format_func=lambda kind: t(lang, f"kind.{kind}"),
    )
    return tuple(st.session_state["kind"])


def nothing(planner: Planner, chosen: Filter, lang: str) -> None:
    """Say that no zone matches, and offer to drop each criterion that keeps some out."""
    known = planner.provinces()
    unnamed = [known[code] for code in chosen.provinces if not planner.names_zones(code)]
    if unnamed and len(unnamed) == len(chosen.provinces):
        st.info(t(lang, "page.map.none_named", provinces=unnamed), icon=":material/info:")
    else:
        st.info(t(lang, "page.map.nothing"), icon=":material/filter_alt_off:")
    freed = planner.state.columns.loosened(chosen)
    with st.container(horizontal=True, key="loosen"):
        for name, count in sorted(freed.items(), key=lambda one: -one[1]):
            if count:
                label = t(lang, "page.map.loosen", name=_criterion(name, lang), count=count)
                st.button(label, key=f"loosen-{name}", on_click=_drop, args=([name],))
        if len(freed) > 1:
            label = t(lang, "page.map.loosen_all")
            st.button(label, key="loosen-all", on_click=_drop, args=(list(freed),))


def _criterion(name: str, lang: str) -> str:
    texts = {"text": "page.map.search", "provinces": "field.province", "kinds": "field.kind"}
    return t(lang, texts.get(name, "field.stage"))


def _drop(names: list[str]) -> None:
    for name in names:
        st.session_state[KEYS[name]] = "" if name == "text" else []
