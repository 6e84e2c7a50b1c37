"""What investors search for and do not find: counted beside the page, shown to staff."""

from __future__ import annotations

from functools import partial
from threading import Timer

import pandas as pd
import streamlit as st

from geo import auth, gaps
from geo.desk import Desk
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.wishes import Found, Wish
from pages.ui import identity
from pages.ui.downloads import TYPES
from pages.ui.markdown import escape
from pages.ui.resources import get_desk, planner_now

STANDS_S = 4.0
"""How long a question stands before it counts: words that are still being typed do not."""

_ASKED = "_gaps_asked"


class Asked:
    """What a session has asked for; it counts beside the page, which waits for nothing."""

    def __init__(self) -> None:
        self.counted: set[object] = set()
        self._wish: Wish | None = None
        self._timer: Timer | None = None

    def ask(self, desk: Desk, found: Found) -> None:
        """Count a search once it has stood for a while; another search takes its place."""
        if found.wish == self._wish:
            return
        self._wish = found.wish
        if self._timer is not None:
            self._timer.cancel()
        self._timer = Timer(STANDS_S, gaps.count, (desk, found, self.counted))
        self._timer.daemon = True
        self._timer.start()


def count(found: Found) -> None:
    """Count a search of this session that found nothing, unless staff try something out."""
    desk = get_desk()
    if not desk.planner.settings.count_gaps or _is_staff(desk):
        return
    st.session_state.setdefault(_ASKED, Asked()).ask(desk, found)


def show(lang: str) -> None:
    """The list for those who may edit; nothing for others."""
    desk = get_desk()
    if not _is_staff(desk):
        return
    on = desk.planner.settings.count_gaps
    with st.expander(t(lang, "gaps.title"), icon=":material/search_off:", key="gaps"):
        try:
            found = gaps.listed(desk, identity.actor())
        except KhuCumError as error:
            words = t(lang, "gaps.unread_now", error=error_text(error, lang))
            st.warning(escape(words), icon=":material/warning:")
            return
        if not on:
            st.info(escape(t(lang, "gaps.off")), icon=":material/toggle_off:")
        if not found:
            if on:
                st.caption(t(lang, "gaps.about"))
                st.info(t(lang, "gaps.none"), icon=":material/inbox:")
            return
        st.caption(t(lang, "gaps.about" if on else "gaps.off_kept"))
        planner = planner_now()
        table = pd.DataFrame(gaps.table(found, planner, lang))
        st.dataframe(table, hide_index=True, width="stretch", key="gaps-table")
        st.download_button(
            t(lang, "gaps.csv"),
            partial(gaps.csv, found, planner, lang),
            "khu-cum-tim-khong-thay.csv",
            TYPES["csv"],
            key="gaps-csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _is_staff(desk: Desk) -> bool:
    return auth.decide(identity.actor(), auth.Action.PROPOSE, desk.rules).allowed
