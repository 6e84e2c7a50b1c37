"""How the finder understood a question, and the ways to put it right."""

from __future__ import annotations

import streamlit as st

from geo import search_wording
from geo.i18n import ha, t
from geo.services import Planner
from geo.vocabulary import LONGEST, Question
from geo.wishes import Found, Wish
from pages.ui import finder_wish
from pages.ui.markdown import escape
from pages.ui.session import seed_choices

EXAMPLES = range(1, 7)


def field(lang: str) -> None:
    """The field in which the product is typed, with examples while it is empty."""
    st.text_input(
        t(lang, "page.finder.need"),
        key="need",
        type="search",
        live="120ms",
        persist_state="session",
        placeholder=t(lang, "page.finder.need_hint"),
        icon=":material/search:",
        on_change=finder_wish.reread,
    )
    if st.session_state["need"].strip():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="examples"):
        st.markdown(t(lang, "page.finder.examples"), width="content")
        for number in EXAMPLES:
            text = t(lang, f"page.finder.example_{number}")
            st.button(text, key=f"example-{number}", on_click=finder_wish.ask, args=(text,))


def choose(question: Question) -> tuple[str, ...]:
    """Keys of the readings to search by: those of the reader, else the best.

    Returns
    -------
    tuple of str
        What the address need not say: the keys of the best.
    """
    best = tuple(one.key for one in question.readings)
    known = [*best, *(one.key for one in question.others)]
    seed_choices("read", known)
    kept = [key for key in st.session_state["read"] if key in known]
    st.session_state["read"] = kept or list(best)
    return best


def show(planner: Planner, found: Found, question: Question, wish: Wish, lang: str) -> None:
    """What was understood, in words, and what else could be meant.

    Parameters
    ----------
    found
        By the readings that the reader chose.
    question, wish
        As it was read, and what was asked for beside it: land and place in the words count where
        the filters leave them open.
    """
    vocabulary = planner.vocabulary
    told = [search_wording.reading(one, vocabulary, lang) for one in found.question.readings]
    if question.area_ha is not None and wish.area_min is None and wish.area_max is None:
        told.append(t(lang, "page.finder.words_area", area=ha(question.area_ha, lang)))
    place = found.wish.near
    if question.near and wish.near is None and place is not None:
        told.append(t(lang, "page.finder.words_near", text=question.near, place=place.name,
                      km=place.km))  # fmt: skip
    if told:
        lines = [f":material/check: {escape(line)}" for line in dict.fromkeys(told)]
        st.markdown("  \n".join(lines))
    if finder_wish.was_cut():
        st.warning(t(lang, "search.reading.cut", count=LONGEST))
    for line in search_wording.not_understood(question, lang):
        st.warning(escape(line), icon=":material/help:")
    if question.near and place is None:
        unknown = t(lang, "page.finder.no_place", text=question.near)
        st.warning(escape(unknown), icon=":material/help:")
    every = {one.key: one for one in (*question.readings, *question.others)}
    if len(every) > 1:
        st.pills(
            t(lang, "page.finder.meant"),
            list(every),
            key="read",
            selection_mode="multi",
            persist_state="session",
            format_func=lambda key: escape(search_wording.short(every[key], vocabulary, lang)),
            help=t(lang, "page.finder.meant_help"),
        )
