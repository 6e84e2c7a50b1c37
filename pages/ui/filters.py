"""Which zones: the filters that pages share, kept in the URL."""

from __future__ import annotations

import streamlit as st

from geo.i18n import t
from geo.services import Filter, Planner
from geo.zones import Kind
from pages.ui.session import LONGEST_TEXT, seed_choices, seed_text

ZONES = {"q": "", "province": "", "kind": ""}
"""The keys of :func:`zones` with their defaults, to be published."""


def zones(planner: Planner, lang: str) -> Filter:
    """Search, province and kind in the sidebar."""
    kinds = [kind.value for kind in Kind]
    seed_text("q")
    seed_choices("kind", kinds)
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
    return Filter(chosen, tuple(st.session_state["kind"]), st.session_state["q"])


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
