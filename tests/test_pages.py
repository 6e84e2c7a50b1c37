"""Every page in both languages, through Streamlit's own test runner."""

import json
import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from geo.i18n import LANGUAGES, catalogue, t
from pages.ui import resources
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
        yield from (str(element.value).replace("\\", "") for element in getattr(app, kind))
    yield from (metric.label for metric in app.metric)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_each_language_and_shows_no_bare_key(page, lang):
    app = open_page(page, lang)
    assert app.title[0].value == t(lang, PAGES[page])
    families = {key.split(".")[0] + "." for key in catalogue("vi")}
    for text in texts(app):
        assert not any(str(text).startswith(family) for family in families), text


def totals(app):
    shown = next(one.proto.body for one in app.get("html") if "totals" in one.proto.body)
    return re.findall(r"<dd>(.*?)</dd>", shown)


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("vi", ["18", "33", "4.930,83 ha", "15"]), ("en", ["18", "33", "4,930.83 ha", "15"])],
)
def test_the_map_page_totals_all_five_plans(lang, shown):
    assert totals(open_page("zone_map", lang)) == shown


def test_filters_change_totals_and_url():
    app = open_page("zone_map")
    app.button_group(key="province").set_value(["19"]).run()
    assert totals(app) == ["7", "29", "4.930,83 ha", "0"]
    app.button_group(key="kind").set_value(["CCN"]).run()
    assert totals(app) == ["0", "29", "1.160,83 ha", "0"]
    assert app.query_params["province"] == "19"
    assert app.query_params["kind"] == "CCN"


def test_a_link_reopens_the_same_view():
    app = open_page("zone_map", province="19", kind="CCN", unit="provinces-2025")
    assert totals(app) == ["0", "29", "1.160,83 ha", "0"]
    assert app.selectbox(key="unit").value == "provinces-2025"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"province": "99"}, "province \\= 99"),
        ({"kind": "'; DROP TABLE"}, "DROP TABLE"),
        ({"unit": "<script>alert(1)</script>"}, "unit \\= \\<script\\>"),
        ({"measure": "![x](http://evil/x.png)"}, "\\!\\[x\\]"),
        ({"staff": "an"}, "staff \\= an"),  # a choice of another page
        ({"utm_source": "mail"}, "utm\\_source"),
        ({"q": "x" * 5000}, "q \\= xxxx"),
    ],
)
def test_nonsense_in_the_url_is_left_out_and_named(query, told):
    app = open_page("zone_map", **query)
    assert app.title[0].value == t("vi", "page.map.title")
    assert len(app.warning) == 1
    assert told in app.warning[0].value
    assert len(app.warning[0].value) < 300
    assert totals(app)[3] in ("15", "0")
    assert set(app.query_params) <= {"q"}
    assert app.run().warning == []  # said once


@pytest.mark.parametrize("query", [{"province": ""}, {"province": "19"}, {"lang": "en"}, {}])
def test_a_sound_url_is_not_commented(query):
    assert open_page("zone_map", **query).warning == []


def test_an_empty_result_says_what_to_do():
    app = open_page("zone_map", q="không có cụm này")
    assert totals(app) == ["0", "0", "—", "0"]
    assert [info.value for info in app.info] == [t("vi", "page.map.nothing")]


def test_language_is_one_click_away_and_stays_in_the_url():
    app = open_page("zone_map")
    app.button_group(key="lang").set_value("en").run()
    assert app.title[0].value == t("en", "page.map.title")
    assert app.query_params["lang"] == "en"


@pytest.mark.parametrize("stem", sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
def test_a_page_that_is_opened_past_the_application_shows_nothing(stem):
    app = AppTest.from_file(str(ROOT / "pages" / f"{stem}.py"), default_timeout=60).run()
    assert [one.value for one in app.error] == [t("vi", "map.not_entered")]
    assert len(app.main) == 1


def test_no_developer_text_stands_above_the_title():
    for page in PAGES:
        app = open_page(page)
        assert app.main[0].type != "markdown" or app.main[0].value.startswith("<style")


def test_a_province_whose_plan_names_no_zone_says_so():
    app = open_page("zone_map", province="68")
    assert [info.value for info in app.info] == [
        t("vi", "page.map.none_named", provinces="Lâm Đồng")
    ]


def test_the_tab_of_the_browser_names_the_page():
    text = (ROOT / "app.py").read_text("utf-8")
    assert "page_title=title" in text


HOSTILE = "![x](http://evil.example/x.png) <b>[y](http://evil.example)</b> :red[z] $a$"


@pytest.mark.parametrize("page", ["plan_checks", "data_sources"])
def test_markdown_in_the_data_is_shown_as_letters(page, tmp_path, monkeypatch):
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    path = data / "plans" / "tn-qd-341-2010.json"
    plan = json.loads(path.read_text("utf-8"))
    for field in ("number", "title_vi", "issuer_vi", "note_vi", "period"):
        plan[field] = HOSTILE
    for figure in plan["figures"]:
        figure |= {"clause": HOSTILE, "quotes": [HOSTILE], "note_vi": HOSTILE, "year": HOSTILE}
    path.write_text(json.dumps(plan), "utf-8")
    monkeypatch.setenv("KHUCUM_DATA", str(data))
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path / "var"))
    resources.forget()
    try:
        app = open_page(page)
        raw = [str(element.value) for kind in ("markdown", "caption", "subheader")
               for element in getattr(app, kind)]  # fmt: skip
        raw += [expander.label for expander in app.expander]
        assert any("evil" in text for text in raw)
        for text in raw:
            assert not re.search(r"(?<!\\\\)!\[|(?<!\\\\)\]\(|<b>", text), text
    finally:
        resources.forget()


def test_while_a_new_plan_cannot_be_read_the_old_is_shown_with_a_warning(tmp_path, monkeypatch):
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setenv("KHUCUM_DATA", str(data))
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path / "var"))
    resources.forget()
    try:
        app = open_page("zone_map")
        plan = data / "plans" / "tn-qd-341-2010.json"
        good = plan.read_bytes()
        plan.write_bytes(good[:500])
        app.run()
        assert totals(app)[:2] == ["18", "33"]
        assert "sai định dạng" in app.warning[0].value.replace("\\", "")
        plan.write_bytes(good)
        app.run()
        assert not app.warning
    finally:
        resources.forget()
