"""Every page in both languages, through Streamlit's own test runner."""

import pytest
from streamlit.testing.v1 import AppTest

from geo.i18n import LANGUAGES, catalogue, t
from tests.conftest import ROOT

PAGES = {"zone_map": "page.map.title", "plan_checks": "page.checks.title",
         "data_sources": "page.sources.title"}  # fmt: skip


def open_page(page, lang="vi", **query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = lang
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "zone_map":
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def texts(app):
    for kind in ("title", "subheader", "markdown", "caption", "info", "success", "error"):
        yield from (element.value for element in getattr(app, kind))
    yield from (metric.label for metric in app.metric)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_each_language_and_shows_no_bare_key(page, lang):
    app = open_page(page, lang)
    assert app.title[0].value == t(lang, PAGES[page])
    families = {key.split(".")[0] + "." for key in catalogue("vi")}
    for text in texts(app):
        assert not any(str(text).startswith(family) for family in families), text


def metrics(app):
    return [metric.value for metric in app.metric]


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("vi", ["18", "33", "4.930,83 ha", "15"]), ("en", ["18", "33", "4,930.83 ha", "15"])],
)
def test_the_map_page_totals_all_five_plans(lang, shown):
    assert metrics(open_page("zone_map", lang)) == shown


def test_filters_change_totals_and_url():
    app = open_page("zone_map")
    app.multiselect(key="province").select("19").run()
    assert metrics(app) == ["7", "29", "4.930,83 ha", "0"]
    app.button_group(key="kind").set_value(["CCN"]).run()
    assert metrics(app) == ["0", "29", "1.160,83 ha", "0"]
    assert app.query_params["province"] == "19"
    assert app.query_params["kind"] == "CCN"


def test_a_link_reopens_the_same_view():
    app = open_page("zone_map", province="19", kind="CCN", unit="provinces-2025")
    assert metrics(app) == ["0", "29", "1.160,83 ha", "0"]
    assert app.radio(key="unit").value == "provinces-2025"


@pytest.mark.parametrize(
    "query",
    [
        {"province": "99"},
        {"kind": "'; DROP TABLE"},
        {"unit": "<script>"},
        {"q": "\x00" * 5000},
        {"province": ""},
    ],
)
def test_nonsense_in_the_url_is_left_out(query):
    app = open_page("zone_map", **query)
    assert app.title[0].value == t("vi", "page.map.title")


def test_an_empty_result_says_what_to_do():
    app = open_page("zone_map", q="không có cụm này")
    assert metrics(app) == ["0", "0", "—", "0"]
    assert [info.value for info in app.info] == [t("vi", "page.map.nothing")] * 2


def test_the_checks_page_counts_verdicts_and_filters_them():
    app = open_page("plan_checks")
    assert metrics(app) == ["15", "0", "14", "0"]
    assert any("Cộng 28 dòng được 1.160,83 ha" in text for text in texts(app))
    app.button_group(key="status").set_value(["not_met"]).run()
    assert [info.value for info in app.info] == [t("vi", "page.checks.nothing")]


def test_language_is_one_click_away_and_stays_in_the_url():
    app = open_page("zone_map")
    app.button_group(key="lang").set_value("en").run()
    assert app.title[0].value == t("en", "page.map.title")
    assert app.query_params["lang"] == "en"
