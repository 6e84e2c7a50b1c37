"""Streamlit opens pages/<stem>.py by itself before st.navigation has run; our pages refuse that."""

from __future__ import annotations

import pytest

from tests.browser.conftest import ROOT, OpenScreen, running

pytestmark = pytest.mark.browser

STEMS = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("stem", STEMS)
def test_first_hit_on_a_file_stem_is_refused(open_screen: OpenScreen, stem: str) -> None:
    with running() as fresh:
        screen = open_screen(fresh)
        screen.page.goto(f"{fresh.address}/{stem}")
        refusal = screen.page.get_by_test_id("stAlert")
        refusal.wait_for()
        assert "Trang này chỉ mở được từ ứng dụng" in refusal.inner_text()
        assert screen.page.locator("iframe").count() == 0
        assert screen.page.get_by_test_id("stDataFrame").count() == 0
        screen.page.goto(fresh.address)
        screen.map()  # and the same server serves the application afterwards
