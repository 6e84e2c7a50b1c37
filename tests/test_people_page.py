"""The page of people: what cannot be taken back is asked once more, and the log is in words."""

from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from geo.auth import Role
from geo.i18n import t
from geo.people import COMMAND_LINE
from pages.ui import identity, resources
from tests.conftest import ROOT


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page as its administrator sees it; AppTest sends no cookies."""
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    resources.forget()
    people = resources.get_people()
    link = people.add_user(COMMAND_LINE, "minh", "Văn Minh", Role.ADMIN, None, "http://localhost")
    token = parse_qs(urlsplit(link).query)["token"][0]
    cookie = people.use_link(token, "một mật khẩu dài để thử", "127.0.0.1").cookie
    people.add_user(COMMAND_LINE, "binh", "Trần Bình", Role.EDITOR, ["19"], "http://localhost")
    monkeypatch.setattr(identity, "visit", lambda: people.visit(cookie))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page("pages/people.py").run()
    assert not app.exception
    yield app
    resources.forget()


def text(key, **params):
    return t("vi", f"page.people.{key}", **params)


def test_a_reset_is_asked_once_more_and_its_link_stays_until_it_is_taken(page):
    user = next(one for one in resources.get_people().users(COMMAND_LINE) if one.login == "binh")
    page.selectbox(key="person").set_value("binh").run()
    shown = [one.value for one in page.markdown]
    assert text("reset_help", login="binh") in shown
    assert text("disable_help", login="binh") in shown
    page.button(key=f"reset_{user.id}").click().run()
    assert "/auth/set?token=" in page.code[0].value
    link = page.code[0].value
    page.selectbox(key="person").set_value("minh").run()
    assert page.code[0].value == link
    page.button(key="link_taken").click().run()
    assert not page.code


def test_the_log_is_in_words(page):
    log = page.dataframe[-1].value
    added = log[log[text("event_about")] == "binh"].iloc[0]
    detail = added[text("event_detail")]
    assert set(detail.split("; ")) == {"vai trò: biên tập viên", "tỉnh: Thái Nguyên"}
    assert not log[text("event_detail")].str.contains("[{}]").any()


def test_the_next_person_gets_an_empty_form(page):
    page.text_input(key="new_login_0").set_value("hoa")
    page.text_input(key="new_name_0").set_value("Đỗ Hoa")
    page.button(key="add_person_done_0").click().run()
    assert not page.exception
    assert "hoa" in [one.login for one in resources.get_people().users(COMMAND_LINE)]
    assert page.text_input(key="new_login_1").value == ""
