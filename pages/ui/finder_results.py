"""What was found: how many, what to do where nothing was, what the map shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from geo import shortlist, takeaway
from geo.i18n import t
from geo.services import Planner
from geo.wishes import Found, Standing, Wish
from pages.ui import finder_wish


def count(found: Found, lang: str) -> None:
    """How many zones fit, and how many are not counted because no rule is recorded for them.

    Where none fits, which criteria keep zones out, each with a button that drops it.
    """
    if not len(found):
        _nothing(found, lang)
    elif not found.asked:
        st.markdown(f"**{t(lang, 'page.finder.all', count=len(found))}**")
    else:
        said = t(lang, "page.finder.count", count=len(found))
        st.markdown(f"**{said}** {_unruled(found, lang)}")


def _unruled(found: Found, lang: str) -> str:
    left_out = _left_out(found)
    return t(lang, "page.finder.unruled", count=left_out) if left_out else ""


def _left_out(found: Found) -> int:
    """Zones that would fit, had any rule been recorded for them; 0 where they are counted."""
    counted = not found.asked or Standing.UNRULED in found.wish.standings
    return 0 if counted else found.standings()[Standing.UNRULED]


def _nothing(found: Found, lang: str) -> None:
    said = f"{t(lang, 'page.finder.nothing')} {_unruled(found, lang)}"
    st.info(said, icon=":material/filter_alt_off:")
    freed = {name: left for name, left in found.loosened().items() if left}
    with st.container(horizontal=True, key="loosen"):
        for name, left in sorted(freed.items(), key=lambda one: -one[1]):
            criterion = t(lang, f"search.criterion.{name}")
            label = t(lang, "page.map.loosen", name=criterion, count=left)
            st.button(label, key=f"loosen-{name}", on_click=finder_wish.drop,
                      args=(name, found.question))  # fmt: skip
        if left_out := _left_out(found):
            label = t(lang, "page.finder.show_unruled", count=left_out)
            st.button(label, key="loosen-rule", on_click=_count_unruled)


def _count_unruled() -> None:
    st.session_state["rule"] = list(finder_wish.RULES)


def heading(planner: Planner, found: Found, lang: str) -> takeaway.Heading:
    """What the map shows, for its prints."""
    sums = planner.state.columns.sums(found.mask)
    words = takeaway.heading(planner, found.wish.zones, sums, "districts-2016", lang)
    if not found.asked:
        return words
    title = t(lang, "page.finder.print", text=found.question.text)
    return replace(words, title=title)


def marks(planner: Planner, wish: Wish) -> dict[str, Any]:
    """What the list and the map show beside the results: the shortlist, the place, the area."""
    near, within = wish.near, wish.within
    return {
        "shortlist": shortlist.read(st.session_state["list"], planner.state.by_id).ids,
        "heard": finder_wish.heard(),
        "near": None if near is None else {"lon": near.lon, "lat": near.lat, "km": near.km},
        "inside": None if within is None else list(within.exterior.coords),
    }
