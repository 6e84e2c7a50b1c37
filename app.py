"""Khu & Cụm: navigation, and the ASGI application around it.

``streamlit run app.py``, ``uvicorn app:app`` and Streamlit's AppTest all take this file: as a
script it draws a page, imported it is the server with the routes of :mod:`geo.web`.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.pages_manager import PagesManager

from geo import signin, web
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.settings import ROOT
from pages.ui import guard, identity
from pages.ui.markdown import escape
from pages.ui.resources import (
    get_desk,
    get_people,
    get_planner,
    get_settings,
    get_store,
    planner_now,
)
from pages.ui.session import follow_url, language, language_switch

PAGES = (
    # file in pages/, key of its title, icon, address (never the file's name: pages/ui/guard.py),
    # and to whom it is offered: everybody, or those who have signed in and may do this
    ("zone_map", "map", ":material/map:", "ban-do", ""),
    ("zone_finder", "finder", ":material/travel_explore:", "tim-khu", ""),
    ("plan_checks", "checks", ":material/fact_check:", "kiem-tra", ""),
    ("history", "history", ":material/history:", "lich-su", ""),
    ("data_sources", "sources", ":material/library_books:", "nguon", ""),
    ("zone_edit", "edit", ":material/edit_square:", "sua", "propose"),
    ("zone_grid", "grid", ":material/table_edit:", "bang", "propose"),
    ("review", "review", ":material/rate_review:", "duyet", "propose"),
    ("account", "account", ":material/person:", "tai-khoan", "view"),
    ("people", "people", ":material/group:", "nguoi-dung", "manage"),
)

MADE = "_pages"
"""In the session: the pages of the navigation, with what they were made for."""


def asked_page() -> str:
    """Key of the page that the address names."""
    last = urlsplit(st.context.url or "").path.rpartition("/")[2]
    return next((key for _, key, _, address, _ in PAGES if address == last), PAGES[0][1])


def pages(lang: str, visible: tuple[Literal["visible", "hidden"], ...]) -> list[Page]:
    """The pages, kept by the session: to make them takes as long as to draw the filters."""
    made = st.session_state.get(MADE)
    if made is None or made[0] != (lang, visible):
        pages = [
            st.Page(
                f"pages/{file}.py",
                title=t(lang, f"page.nav.{key}"),
                icon=icon,
                url_path=address,
                default=file == PAGES[0][0],
                visibility=shown,
            )
            for (file, key, icon, address, _), shown in zip(PAGES, visible, strict=True)
        ]
        made = st.session_state[MADE] = (lang, visible), pages
    return list(made[1])


def main() -> None:
    follow_url()
    lang = language()
    # before the navigation, whose icons a browser would otherwise fetch for its tab
    title = f"{t(lang, f'page.nav.{asked_page()}')} · {t(lang, 'page.name')}"
    st.set_page_config(page_title=title, page_icon="🏭", layout="wide")
    st.html(ROOT / "static" / "pages.css")
    # Streamlit calls every page English, and readers of screens would pronounce it so
    st.html(
        f"<script>document.documentElement.lang = '{lang}'</script>", unsafe_allow_javascript=True
    )
    with guard.running():
        me = identity.actor()
        page = st.navigation(pages(lang, tuple(identity.visibility(me, one[-1]) for one in PAGES)))
        language_switch()
        identity.sidebar()
        try:
            closed = get_store().trouble
            if closed is not None:
                reading = t(lang, "serving.read_only", reason=error_text(closed, lang))
                st.warning(escape(reading), icon=":material/lock:")
            trouble = planner_now().trouble
            if trouble is not None:
                old = t(lang, "page.old_data", error=error_text(trouble, lang))
                st.warning(escape(old), icon=":material/warning:")
            page.run()
        except KhuCumError as error:
            st.error(f"**{t(lang, 'page.error')}.** {escape(error_text(error, lang))}")


@asynccontextmanager
async def prepared(app: st.App) -> AsyncIterator[None]:
    """Read the data before the first visitor comes; what is wrong with it, the pages will say."""
    with suppress(KhuCumError):
        planner = get_planner()
        # before any visitor: of two threads that import at once, one may see half a module
        await to_thread(planner.warm)
    yield


if __name__ == "__main__":
    main()
else:
    # else the first visitor of a fresh server is told that the page of a link does not exist
    PagesManager.uses_pages_directory = False
    BASE_PATH = st.get_option("server.baseUrlPath")
    app = st.App(
        Path(__file__),
        routes=[
            *web.routes(get_planner, get_settings(), BASE_PATH, identity.who, get_desk),
            *signin.routes(get_people, get_settings(), BASE_PATH, identity.provider_claims),
        ],
        lifespan=prepared,
    )
