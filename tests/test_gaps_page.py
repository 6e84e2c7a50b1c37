"""What investors did not find, on pages: counted once a question stands, shown to staff only."""

import csv
import io
import time

import pytest
from streamlit.testing.v1 import AppTest

from geo.i18n import LANGUAGES, t
from geo.store import Gap, GapKind, StoreError
from geo.store import gaps as store
from pages.ui import gaps, identity, resources
from tests.test_review_pages import Office, made_people, texts

RICE = Gap("2026-10", "66", GapKind.NOTHING, "0111")
SLOT = Gap("2026-11", "", GapKind.NOTHING, "9200")


@pytest.fixture
def office(tmp_path, monkeypatch, request):
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    monkeypatch.setenv("KHUCUM_COUNT_GAPS", getattr(request, "param", "1"))
    resources.forget()
    yield Office(made_people(), monkeypatch)
    resources.forget()


def asking():
    """A page that searches for what is typed."""
    import streamlit as st

    from geo.wishes import Wish
    from pages.ui import gaps
    from pages.ui.resources import planner_now

    text = st.text_input("need", key="need")
    gaps.count(planner_now().search(Wish(text=text)))


def asker(office, monkeypatch, login=""):
    visit = resources.get_people().visit(office._cookies.get(login, ""))
    monkeypatch.setattr(identity, "visit", lambda: visit)
    app = AppTest.from_function(asking, default_timeout=60).run()
    assert not app.exception
    return app


def type_in(app, *texts):
    for text in texts:
        app.text_input(key="need").set_value(text).run()
        assert not app.exception


def kept(office):
    return {one.meaning: asked for one, asked in store.recorded(office.desk.register.engine)}


def stood(app):
    """Wait until the question has stood long enough."""
    app.session_state[gaps._ASKED]._timer.join(30)


def test_only_a_question_that_stands_is_counted(office, monkeypatch):
    monkeypatch.setattr(gaps, "STANDS_S", 60)
    app = asker(office, monkeypatch)
    type_in(app, "trồng", "trồng lúa", "q", "qw", "qwertyzzz")
    monkeypatch.setattr(gaps, "STANDS_S", 0)
    type_in(app, "casino")
    stood(app)
    assert kept(office) == {"9200": 1}
    type_in(app, "")
    type_in(app, "casino")
    stood(app)
    assert kept(office) == {"9200": 1}
    type_in(other := asker(office, monkeypatch), "casino")
    stood(other)
    assert kept(office) == {"9200": 2}


def test_a_rerun_does_not_put_the_count_off(office, monkeypatch):
    monkeypatch.setattr(gaps, "STANDS_S", 60)
    app = asker(office, monkeypatch)
    type_in(app, "casino")
    timer = app.session_state[gaps._ASKED]._timer
    app.run()
    assert app.session_state[gaps._ASKED]._timer is timer
    timer.cancel()


@pytest.mark.parametrize("office", ["0"], indirect=True)
def test_nothing_is_counted_while_it_is_off(office, monkeypatch):
    monkeypatch.setattr(gaps, "STANDS_S", 0)
    app = asker(office, monkeypatch)
    type_in(app, "casino")
    assert gaps._ASKED not in app.session_state
    assert kept(office) == {}


def test_staff_who_try_something_out_do_not_count(office, monkeypatch):
    monkeypatch.setattr(gaps, "STANDS_S", 0)
    app = asker(office, monkeypatch, "binh")
    type_in(app, "casino")
    assert gaps._ASKED not in app.session_state
    assert kept(office) == {}


def test_a_page_waits_for_no_database(office, monkeypatch):
    def slow(*_):
        time.sleep(0.3)
        raise StoreError("store.busy", where="r.sqlite")

    monkeypatch.setattr(gaps, "STANDS_S", 0)
    monkeypatch.setattr(store, "add", slow)
    app = asker(office, monkeypatch)
    type_in(app, "casino")
    assert app.session_state[gaps._ASKED]._timer.is_alive()
    stood(app)
    assert not app.exception


# -- what staff see


@pytest.mark.parametrize("lang", LANGUAGES)
def test_staff_see_the_list_and_take_it_away(office, lang):
    engine = office.desk.register.engine
    store.add(engine, [RICE, SLOT])
    store.add(engine, [RICE])
    app = office.open("review", "binh", lang)
    (shown,) = [one.value for one in app.dataframe if t(lang, "gaps.column.month") in one.value]
    assert shown[t(lang, "gaps.column.month")].tolist() == ["2026-11", "2026-10"]
    assert shown[t(lang, "gaps.column.codes")].tolist() == ["9200", "0111"]
    assert shown[t(lang, "gaps.column.count")].tolist() == [1, 2]
    assert shown[t(lang, "gaps.column.province_name")].tolist() == [
        t(lang, "gaps.any_province"),
        "tỉnh Đắk Lắk",
    ]
    assert t(lang, "gaps.about") in texts(app)
    planner = resources.planner_now()
    content = gaps.gaps.csv(store.recorded(engine), planner, lang).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(content)))) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_list_says_so(office, lang):
    shown = texts(office.open("review", "binh", lang))
    assert t(lang, "gaps.none") in shown
    assert t(lang, "gaps.off") not in shown


@pytest.mark.parametrize("office", ["0"], indirect=True)
def test_while_it_is_off_it_says_how_to_switch_it_on(office):
    shown = texts(office.open("review", "binh"))
    assert t("vi", "gaps.off") in shown
    assert t("vi", "gaps.none") not in shown
    store.add(office.desk.register.engine, [SLOT])
    app = office.open("review", "binh")
    assert t("vi", "gaps.off_kept") in texts(app)
    assert any("9200" in one.value.to_string() for one in app.dataframe)


def test_strangers_see_nothing_of_it(office):
    store.add(office.desk.register.engine, [SLOT])
    app = office.open("review")
    assert "gaps" not in {one.key for one in app.expander}
    assert not any("9200" in one.value.to_string() for one in app.dataframe)


def test_a_list_that_cannot_be_read_says_so(office, monkeypatch):
    def refuse(*_):
        raise StoreError("store.unavailable", where="db/khucum")

    monkeypatch.setattr(store, "recorded", refuse)
    app = office.open("review", "binh")
    assert any("Hiện chưa đọc được" in one.value for one in app.warning)
