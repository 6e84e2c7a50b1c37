"""The first visit to a fresh server: any address leads where it should, and none past app.py.

Streamlit opens pages/<stem>.py by itself as long as st.navigation has not run.
"""

from __future__ import annotations

import pytest

from geo.i18n import t
from tests.browser.conftest import OpenScreen, running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("stem", ["zone_edit", "people", "zone_map"])
def test_first_hit_on_a_file_stem_goes_through_the_application(
    open_screen: OpenScreen, stem: str
) -> None:
    with running() as fresh:
        screen = open_screen(fresh)
        screen.page.goto(f"{fresh.address}/{stem}")
        screen.map()  # there is no such page, so the application shows its first
        assert screen.page.get_by_role("heading", level=1).inner_text() == t("vi", "page.map.title")
        assert screen.page.get_by_test_id("stSidebarNav").is_visible()


@pytest.mark.parametrize(
    ("address", "title"), [("kiem-tra", "page.checks.title"), ("sua", "page.edit.title")]
)
def test_first_hit_on_a_link_opens_its_page(
    open_screen: OpenScreen, address: str, title: str
) -> None:
    with running() as fresh:
        screen = open_screen(fresh)
        screen.page.goto(f"{fresh.address}/{address}")
        heading = screen.page.get_by_role("heading", level=1)
        heading.wait_for()
        assert heading.inner_text() == t("vi", title)
        assert screen.page.get_by_role("dialog").count() == 0
