"""The investor's finder through Streamlit's own test runner."""

import json
import unicodedata
from dataclasses import replace

import pytest

from geo.i18n import LANGUAGES, catalogue, t
from geo.shortlist import MOST
from geo.vocabulary import LONGEST
from geo.wishes import Wish
from pages.ui import finder_wish
from tests.test_pages import open_page as open_map

DIEM_THUY, SONG_CONG = "tn-kcn-diem-thuy", "tn-kcn-song-cong-ii"
SQUARE = "21.3,105.7 21.3,106.1 21.7,106.1 21.7,105.7"


def open_page(lang="vi", **query):
    app = open_map("zone_finder", lang)
    if query:
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    return sound(app)


def sound(app):
    assert not app.exception
    assert not app.error
    return app


def results(app):
    """What the list beside the map was told."""
    frame = next(one for one in app.main if one.type == "component_instance") if False else None
    for one in walk(app.main):
        if one.type == "component_instance":
            frame = one
    return json.loads(json.loads(frame.proto.json_args)["message"])["results"]


def walk(block):
    for one in block.children.values():
        if hasattr(one, "children"):
            yield from walk(one)
        else:
            yield one


def ids(app):
    return [one["id"] for one in results(app)["items"]]


def said(app):
    kinds = ("markdown", "caption", "info", "warning")
    return "\n".join(
        str(one.value).replace("\\", "") for kind in kinds for one in getattr(app, kind)
    )


def labels(app, key):
    return list(app.button_group(key=key).options)


# ---- asking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_typed_shows_examples_and_every_zone(lang, planner):
    app = open_page(lang)
    assert app.title[0].value == t(lang, "page.finder.title")
    assert results(app)["total"] == len(planner.state.zones)
    assert all(one["standing"] is None for one in results(app)["items"])
    families = {key.split(".")[0] + "." for key in catalogue("vi")}
    assert not any(line.startswith(family) for line in said(app).split("\n") for family in families)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_finds_zones(lang):
    for number in range(1, 7):
        app = open_page(lang)
        app.button(key=f"example-{number}").click().run()
        assert results(sound(app))["total"] > 0
        assert app.query_params["need"] == t(lang, f"page.finder.example_{number}")


@pytest.mark.parametrize(
    ("lang", "text", "state"),
    [("vi", "linh kiện điện tử", "Có trong danh mục"), ("en", "electronic components", "Listed")],
)
def test_a_product_finds_zones_with_the_clause_behind_each(lang, text, state):
    app = open_page(lang)
    app.text_input(key="need").set_value(text).run()
    items = results(sound(app))["items"]
    assert DIEM_THUY in ids(app)
    for one in items:
        assert one["standing"] == "listed"
        assert one["state"] == state
        assert any("341/QĐ-UBND" in ground for ground in one["grounds"])
    assert f"{text} → " in said(app)
    assert "VSIC 26" in said(app)


def test_land_and_place_in_the_words_are_read_and_said():
    app = open_page("en", need="electronic components, 300 ha, near Hà Nội")
    assert ids(app) == [DIEM_THUY]
    assert "300 ha → planned area from 300 ha" in said(app)
    assert "near Hà Nội → Thành phố Hà Nội, within 100 km" in said(app)
    app.text_input(key="area_from_typed").set_value("200").run()  # the field goes before the words
    assert len(ids(sound(app))) > 1
    assert "planned area from" not in said(app)


def test_another_reading_is_one_click_away_and_stays_in_the_address(planner):
    app = open_page(need="linh kiện điện tử")
    question = planner.vocabulary.read("linh kiện điện tử")
    other = question.others[0].key
    assert "read" not in app.query_params
    app.button_group(key="read").set_value([other]).run()
    assert app.query_params["read"] == other
    wish = Wish("linh kiện điện tử", readings=(other,))
    assert ids(sound(app)) == planner.search(wish).ids()
    again = open_page(need="linh kiện điện tử", read=other)
    assert ids(again) == ids(app)
    app.button_group(key="read").set_value([]).run()  # none: the nearest again
    assert "read" not in app.query_params
    app.button_group(key="read").set_value([other]).run()
    app.text_input(key="need").set_value("bê tông").run()  # another question has other readings
    assert "read" not in app.query_params


def test_what_is_not_understood_is_said():
    app = open_page(need="qwrtzx")
    assert t("vi", "search.reading.nothing", text="qwrtzx") in said(app)
    assert results(app)["total"] == 0


# ---- the three states ---------------------------------------------------------------------------


def test_zones_without_a_rule_are_told_but_never_counted_unless_asked_for(planner):
    app = open_page(need="linh kiện điện tử")
    unruled = {one.id for one in planner.state.zones if not one.industries}
    assert not unruled & set(ids(app))
    assert f"Không tính {len(unruled)} khu, cụm" in said(app)
    assert labels(app, "rule")[2].endswith(f"· {len(unruled)}")
    app.button_group(key="rule").set_value(["listed", "steered", "unruled"]).run()
    assert unruled < set(ids(sound(app)))
    states = {one["id"]: one["state"] for one in results(app)["items"]}
    assert all("không có nghĩa là được phép" in states[one] for one in unruled)
    assert app.query_params["rule"] == ["listed", "steered", "unruled"]


def test_no_state_chosen_means_the_usual_ones():
    app = open_page(need="linh kiện điện tử")
    app.button_group(key="rule").set_value([]).run()
    assert app.button_group(key="rule").value == ["listed", "steered"]
    assert DIEM_THUY in ids(sound(app))


# ---- filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wish"),
    [
        ({"kind": "CCN"}, {"zones": {"kinds": ("CCN",)}}),
        ({"province": "19"}, {"zones": {"provinces": ("19",)}}),
        ({"stage": "unknown"}, {"zones": {"stages": ("unknown",)}}),
        ({"province_new": "19"}, {"units": {"provinces-2025": ("19",)}}),
        ({"district": "172"}, {"units": {"districts-2016": ("172",)}}),
        ({"precision": "commune"}, {"precisions": ("commune",)}),
        ({"area_from": "100"}, {"area_min": 100}),
        ({"area_from": "20", "area_to": "60.5"}, {"area_min": 20, "area_max": 60.5}),
        ({"let_to": "50", "unknown": "drop"}, {"occupancy_max": 50, "known_only": True}),
        ({"free_from": "50"}, {"free_min": 50}),
        ({"order": "name"}, {"order": "name"}),
    ],
)
def test_each_filter_is_followed_from_the_address_and_stays_in_it(planner, query, wish):
    app = open_page(**query)
    made = Wish(**{key: value for key, value in wish.items() if key != "zones"})
    if "zones" in wish:
        made = replace(made, zones=replace(made.zones, **wish["zones"]))
    assert ids(app) == planner.search(made).ids()
    assert app.query_params == query
    assert not app.warning


def test_counts_stand_beside_each_choice(planner):
    app = open_page(need="linh kiện điện tử", province="19")
    found = planner.search(Wish("linh kiện điện tử"))
    counts = found.counts()
    assert labels(app, "kind") == [f"{kind} · {counts['kinds'][kind]}" for kind in ("KCN", "CCN")]
    assert [label.rpartition(" · ")[2] for label in labels(app, "province")] == [
        str(counts["provinces"].get(code, 0)) for code in planner.provinces()
    ]
    districts = app.multiselect(key="district").options
    assert f"{planner.bounds.unit_name('172')} · {counts['districts-2016']['172']}" in districts


@pytest.mark.parametrize(
    ("lang", "typed", "plain"),
    [("vi", "1.160,83", "1160.83"), ("en", "1,160.83", "1160.83"), ("vi", "45.4", "45.4")],
)
def test_numbers_are_read_in_the_language_and_linked_plainly(lang, typed, plain):
    app = open_page(lang)
    app.text_input(key="area_to_typed").set_value(typed).run()
    assert sound(app).query_params["area_to"] == plain
    other = open_page("en" if lang == "vi" else "vi", area_to="1160.83")
    assert other.text_input(key="area_to_typed").value in ("1,160.83", "1.160,83")


@pytest.mark.parametrize("typed", ["abc", "-5", "1e9", "12 ha", "∞", "<b>", "1,2,3"])
def test_a_number_that_is_none_is_said_and_left_out(typed):
    app = open_page("en", need="garments")
    every = ids(app)
    app.text_input(key="area_from_typed").set_value(typed).run()
    assert f"“{typed}” is not a number. Write it like 1,160.83." in said(sound(app))
    assert ids(app) == every
    assert "area_from" not in app.query_params


def test_a_least_area_above_the_most_is_said_and_the_rest_kept():
    app = open_page(need="linh kiện điện tử", area_from="200", area_to="100", kind="KCN")
    assert t("vi", "search.complaint.area_swapped") in said(app)
    assert ids(app) == ids(open_page(need="linh kiện điện tử", kind="KCN"))


def test_a_place_by_name_is_told_and_another_one_is_one_choice_away():
    app = open_page("en", need="electronics", place="Phổ Yên", km="20")
    near = results(app)["near"]
    assert near["km"] == 20
    assert any("km from" in fact for one in results(app)["items"] for fact in one["facts"])
    options = app.selectbox(key="spot").options
    assert len(options) > 1
    app.selectbox(key="spot").select_index(1).run()
    assert results(sound(app))["near"] != near
    assert app.query_params["spot"] == app.selectbox(key="spot").value
    app.text_input(key="place").set_value("qwrtzx").run()
    assert "No place called “qwrtzx” was found." in said(sound(app))
    assert results(app)["near"] is None


def test_coordinates_are_a_place():
    near = results(open_page(place="21.47682, 105.91124", km="1"))["near"]
    assert (near["lat"], near["lon"]) == (21.47682, 105.91124)


def test_an_area_of_the_address_narrows_and_can_be_dropped():
    app = open_page(inside=SQUARE)
    assert 0 < results(app)["total"] < results(open_page())["total"]
    assert results(app)["inside"][0] == [105.7, 21.3]
    app.button(key="drop-inside").click().run()
    assert "inside" not in sound(app).query_params


# ---- nothing found ------------------------------------------------------------------------------


def test_where_nothing_fits_each_criterion_can_be_dropped():
    app = open_page(need="linh kiện điện tử", kind="CCN", area_from="100000")
    assert results(app)["total"] == 0
    assert t("vi", "page.finder.nothing") in said(app)
    every = results(open_page(need="linh kiện điện tử"))["total"]
    app = open_page(need="linh kiện điện tử", province="68")
    button = app.button(key="loosen-provinces")
    assert button.label == f"Bỏ điều kiện tỉnh: còn {every}"
    button.click().run()
    assert results(sound(app))["total"] == every


def test_what_stands_in_the_words_can_be_dropped_too():
    app = open_page("en", need="electronic components, 9000 ha, near Hà Nội")
    app.button(key="loosen-area").click().run()
    assert results(sound(app))["total"] > 0
    assert app.query_params["need"] == "electronic components, near Hà Nội"


def test_where_nothing_is_permitted_zones_without_a_rule_are_offered(planner):
    app = open_page(need="sòng bạc casino")
    assert results(app)["total"] == 0
    app.button(key="loosen-rule").click().run()
    assert results(sound(app))["total"] == sum(not one.industries for one in planner.state.zones)


# ---- the shortlist and the map ------------------------------------------------------------------


def test_the_shortlist_is_in_the_address_and_names_what_is_gone():
    app = open_page(list=[SONG_CONG, "no-such-zone", DIEM_THUY])
    assert results(app)["shortlist"] == [SONG_CONG, DIEM_THUY]
    assert "no-such-zone" in said(app)
    app.button(key=f"shortlist-remove-{SONG_CONG}").click().run()
    assert sound(app).query_params["list"] == DIEM_THUY


@pytest.mark.parametrize("listed", [["<b>x</b>"], ["x" * 5000], ["'; DROP TABLE"] * 3, [""]])
def test_a_shortlist_of_nonsense_is_answered(listed):
    app = open_page(list=listed)
    assert results(app)["shortlist"] == []


class Told(dict):
    """What the frame reports, each a little later."""

    def __init__(self, at, **what):
        super().__init__(at=at, **what)


@pytest.fixture
def state(monkeypatch):
    """The keys of the finder without a page around them."""
    held = {"list": [], "place": "", "spot": "x", "inside": ""}
    monkeypatch.setattr(finder_wish.st, "session_state", held)
    return held


def test_what_is_done_on_the_map_is_followed_once(state, planner):
    finder_wish._follow(planner, Told(1, shortlist=[DIEM_THUY, "gone", DIEM_THUY]))
    assert state["list"] == [DIEM_THUY]
    state["list"] = []
    finder_wish._follow(planner, Told(1, shortlist=[DIEM_THUY]))  # the same report at a rerun
    assert state["list"] == []
    finder_wish._follow(planner, Told(2, near=[105.84, 21.59]))
    assert (state["place"], state["spot"]) == ("21.59000, 105.84000", "")
    finder_wish._follow(planner, Told(3, inside=[[105, 21], [106, 21], [106, 22]]))
    assert state["inside"] == "21.00000,105.00000 21.00000,106.00000 22.00000,106.00000"
    finder_wish._follow(planner, Told(4, more=True))
    assert state["_shown"] == 2 * finder_wish.PAGE


@pytest.mark.parametrize(
    "what",
    [
        {"shortlist": 5}, {"shortlist": [["x"]]}, {"near": ["a", "b"]}, {"near": [1]},
        {"inside": [[1, 2]]}, {"inside": "abc"}, {"inside": [["x", "y", "z"]]}, {"revision": "x"},
        {"shortlist": ["x"] * 9999}, {"near": None},
    ],
)  # fmt: skip
def test_what_no_frame_of_ours_says_changes_nothing(state, planner, what):
    finder_wish._follow(planner, Told(1, **what))
    assert (state["list"], state["place"], state["inside"]) == ([], "", "")


def test_a_shortlist_has_an_end(state, planner):
    many = [one.id for one in planner.state.zones] * 2
    finder_wish._follow(planner, Told(1, shortlist=many))
    assert len(state["list"]) == MOST == len(set(state["list"]))


def test_only_the_results_that_are_sent_are_explained(planner, monkeypatch):
    monkeypatch.setattr(finder_wish, "PAGE", 5)
    told = results(open_page())
    assert (len(told["items"]), told["total"]) == (5, len(planner.state.zones))


# ---- bad input ----------------------------------------------------------------------------------

STRANGE = [
    "",
    " ",
    "x",
    "ư",
    "linh kiện " * 1000,
    "🏭🏭🏭",
    "مصنع إلكترونيات",
    ".*[a-z]+(?P<x>",
    "'; DROP TABLE zones; --",
    "<script>alert(1)</script>",
    "![x](http://evil/x.png)",
    "\x00\x07\x1b[31mđiện tử\u202e",
    "%%%___\\\\",
    "-1",
    "99999999999999999999",
    "= 2 + 3",
    "near",
    "10 ha",
    "gần qwrtzx",
]


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_whatever_is_typed_is_answered(text):
    app = open_page()
    app.text_input(key="need").set_value(text).run()
    told = results(sound(app))
    assert told["total"] >= len(told["items"])
    assert len(said(app)) < 3000
    if text.strip() and not told["total"]:
        assert t("vi", "page.finder.nothing") in said(app)
    for raw in (str(one.value) for one in app.markdown):
        assert "<script>" not in raw
        assert "![x](" not in raw


def test_a_text_of_ten_thousand_letters_is_cut_and_said():
    app = open_page()
    app.text_input(key="need").set_value("điện tử " * 1250).run()
    assert t("vi", "search.reading.cut", count=LONGEST) in said(sound(app))
    assert len(app.query_params["need"]) == LONGEST
    app.text_input(key="need").set_value("điện tử").run()
    assert t("vi", "search.reading.cut", count=LONGEST) not in said(app)


def test_letters_in_pieces_are_the_same_letters():
    text = "linh kiện điện tử"
    assert ids(open_page(need=unicodedata.normalize("NFD", text))) == ids(open_page(need=text))


@pytest.mark.parametrize(
    "query",
    [
        {"area_from": "abc"}, {"km": "-1"}, {"inside": "1,2 3,4"}, {"rule": "allowed"},
        {"unknown": "x"}, {"order": "price"}, {"spot": "province:99"}, {"district": "000"},
        {"read": "99"}, {"precision": "exact"}, {"need": "y" * 5000}, {"place": "z" * 500},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_left_out_and_named(query):
    app = open_page(**query)
    key = next(iter(query))
    assert f"{key} = " in said(app)
    assert results(app)["items"] or key == "need"
