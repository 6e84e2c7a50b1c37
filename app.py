"""Khu & Cụm: navigation, and the ASGI application around it.

``streamlit run app.py``, ``uvicorn app:app`` and Streamlit's AppTest all take this file: as a
script it draws a page, imported it is the server with the routes of :mod:`geo.web`.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from geo import web
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.settings import ROOT
from pages.ui import guard
from pages.ui.markdown import escape
from pages.ui.resources import get_planner, get_settings
from pages.ui.session import follow_url, language, language_switch

PAGES = (
    # file in pages/, key of its title, icon, address: never the file's own name (pages/ui/guard.py)
    ("zone_map", "map", ":material/map:", "ban-do"),
    ("plan_checks", "checks", ":material/fact_check:", "kiem-tra"),
    ("data_sources", "sources", ":material/library_books:", "nguon"),
)


def asked_page() -> str:
    """Key of the page that the address names."""
    last = urlsplit(st.context.url or "").path.rpartition("/")[2]
    return next((key for _, key, _, address in PAGES if address == last), PAGES[0][1])


def main() -> None:
    follow_url()
    lang = language()
    # before the navigation, whose icons a browser would otherwise fetch for its tab
    title = f"{t(lang, f'page.nav.{asked_page()}')} · {t(lang, 'page.name')}"
    st.set_page_config(page_title=title, page_icon="🏭", layout="wide")
    st.html(ROOT / "static" / "pages.css")
    with guard.running():
        page = st.navigation(
            [
                st.Page(
                    f"pages/{file}.py",
                    title=t(lang, f"page.nav.{key}"),
                    icon=icon,
                    url_path=address,
                    default=file == PAGES[0][0],
                )
                for file, key, icon, address in PAGES
            ]
        )
        language_switch()
        try:
            trouble = get_planner().now().trouble
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
        await to_thread(lambda: get_planner().state)
    yield


if __name__ == "__main__":
    main()
else:
    app = st.App(
        Path(__file__),
        routes=web.routes(get_planner, get_settings(), st.get_option("server.baseUrlPath")),
        lifespan=prepared,
    )
