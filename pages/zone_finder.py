"""The investor's finder: say what you make, see where it is permitted, by which clause."""

from dataclasses import replace

import streamlit as st

from geo import search_wording, takeaway
from geo.i18n import t
from pages.ui import (
    finder_filters,
    finder_reading,
    finder_results,
    finder_wish,
    gaps,
    guard,
    mapview,
    shortlist,
)
from pages.ui.resources import planner_now
from pages.ui.session import language, publish

guard.enter()
lang = language()
planner = planner_now()

# one piece, however many lines it has: where pieces come and go, a browser loads what is below anew
with st.container(key="asked"):
    with st.container(horizontal=True, key="head"):
        st.title(t(lang, "page.finder.title"), width="content")
    finder_wish.seed(planner, lang)
    finder_reading.field(lang)
    question = planner.vocabulary.read(st.session_state["need"])
    best = finder_reading.choose(question)
    wish = finder_wish.wish(planner, lang)
    found = planner.search(wish)
    gaps.count(found)

    finder_reading.show(planner, found, question, wish, lang)
    finder_filters.show(planner, found, lang)
    publish({**finder_wish.DEFAULTS, "read": best})

    for one in found.complaints:
        st.warning(t(lang, f"search.complaint.{one}"), icon=":material/warning:")

    finder_results.count(found, lang)

words = finder_results.heading(planner, found, lang)
view = takeaway.headed(planner.map_view(found.mask), words)
results = search_wording.results(
    found, finder_wish.shown(wish), planner.state.documents, planner.taxonomy, lang
)
marks = finder_results.marks(planner, found.wish)
with st.container(key="map-place"):
    mapview.show(replace(view, results={**results, **marks}), lang, key=finder_wish.FRAME)
shortlist.show(planner, found, st.session_state["list"], lang, on_change=finder_wish.keep)
