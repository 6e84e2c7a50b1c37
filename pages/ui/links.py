"""Links from a zone to what else there is to see of it, and to changing it for those who may."""

from __future__ import annotations

import streamlit as st

from geo import auth
from geo.i18n import t
from geo.services import Planner
from pages.ui.identity import actor, path
from pages.ui.markdown import escape
from pages.ui.resources import get_desk

PAGES = {
    "map": ("pages/zone_map.py", ":material/map:"),
    "history": ("pages/history.py", ":material/history:"),
    "edit": ("pages/zone_edit.py", ":material/edit:"),
}


def of_zone(
    planner: Planner, zone_id: str, lang: str, *names: str, title: str = "", key: str = "links"
) -> None:
    """A line of links to pages about a zone and to its fact sheet, those of no use left out.

    Parameters
    ----------
    names
        Of :data:`PAGES`, in their order on the line.
    title
        What the line is about, where that is not clear from its place.
    """
    known = zone_id in planner.state.by_id
    there = {"map": known, "history": True, "edit": may_propose(planner, zone_id)}
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=key):
        if title:
            st.markdown(f"**{escape(title)}**", width="content")
        for name in names:
            page, icon = PAGES[name]
            if there[name]:
                st.page_link(
                    page,
                    label=t(lang, f"page.links.{name}"),
                    icon=icon,
                    query_params={"zone": zone_id, "lang": lang},
                    width="content",
                )
        if known:
            st.link_button(
                t(lang, "page.links.sheet"),
                path(f"/ho-so/{lang}/{zone_id}"),
                type="tertiary",
                icon=":material/description:",
            )


def may_propose(planner: Planner, zone_id: str) -> bool:
    """Whether the reader may change a zone that is in the register."""
    province = planner.state.provinces.get(zone_id)
    if province is None:
        return False
    rules = get_desk().rules
    return auth.decide(actor(), auth.Action.PROPOSE, rules, provinces={province}).allowed
