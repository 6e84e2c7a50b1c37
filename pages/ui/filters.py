"""Which zones: the filters that pages share, kept in the URL."""

from __future__ import annotations

import streamlit as st

from geo.columns import UNKNOWN_STAGE, Filter
from geo.i18n import t
from geo.services import Planner
from geo.zones import Kind, Stage
from pages.ui.session import LONGEST_TEXT, seed_choices, seed_text

ZONES = {"q": "", "province": "", "kind": "", "stage": ""}
"""The keys of :func:`zones` with their defaults, to be published."""

KEYS = {"text": "q", "provinces": "province", "kinds": "kind", "stages": "stage"}
"""The key of each criterion of a filter."""


def zones(planner: Planner, lang: str) -> Filter:
    """Search, province, kind and stage in the sidebar."""
    kinds = [kind.value for kind in Kind]
    stages = [*(stage.value for stage in Stage), UNKNOWN_STAGE]
    seed_text("q")
    seed_choices("kind", kinds)
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
        st.pills(
            t(lang, "field.kind"),
            kinds,
            key="kind",
            selection_mode="multi",
            persist_state="session",
            format_func=lambda kind: t(lang, f"kind.{kind}"),
        )
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
        kinds=tuple(st.session_state["kind"]),
        stages=tuple(st.session_state["stage"]),
        text=st.session_state["q"],
    )


def stage_name(stage: str, lang: str) -> str:
    return t(lang, "map.client.stage_unknown" if stage == UNKNOWN_STAGE else f"stage.{stage}")


def provinces(known: dict[str, str], lang: str) -> tuple[str, ...]:
    """A choice of provinces by code, where the caller draws."""
    seed_choices("province", known)
    st.pills(
        t(lang, "field.province"),
        list(known),
        key="province",
        selection_mode="multi",
        persist_state="session",
        format_func=known.__getitem__,
    )
    return tuple(st.session_state["province"])


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
