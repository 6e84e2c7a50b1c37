"""Finding places: old and new names, one ranking, and whatever people may type."""

from __future__ import annotations

import re
import shutil
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo import web
from geo.places import LIMIT, LONGEST, Finder
from geo.services import Planner
from geo.settings import ROOT, Settings
from geo.text import strip_marks
from tests.conftest import tries

ZONE = ("zone", "tn-kcn-diem-thuy")
CLUSTER = ("zone", "tn-ccn-diem-thuy")


def key(found):
    return found["kind"], found.get("id") or found["code"]


def keys(planner, text, lang="vi"):
    return [key(found) for found in planner.find(text, lang)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Điềm Thụy", ZONE),
        ("diem thuy", ZONE),
        ("KCN Điềm Thụy", ZONE),
        ("CCN Điềm Thụy", CLUSTER),
        ("cum cong nghiep diem thuy", CLUSTER),
        ("Diem Thuy Industrial Zone", ZONE),
        ("điềm thụy, phú bình", ZONE),
        ("thai nguyen diem thuy", ZONE),
        ("CCN Tân Lập số 2", ("zone", "tn-ccn-tan-lap-so-1-va-2")),
        ("Trường Thành Ea H’leo", ("zone", "dl-ccn-truong-thanh-ea-hleo")),
        ("Bắc Kạn", ("province", "06")),
        ("tỉnh Bắc Kạn", ("province", "06")),
        ("huyện Phổ Yên", ("district", "172")),
        ("TX. Phổ Yên", ("district", "172")),
        ("thành phố Phổ Yên", ("district", "172")),
        ("quận 1", ("district", "760")),
        ("q1", ("district", "760")),
        ("tinh bien", ("district", "890")),
        ("xã Điềm Thụy", ("commune", "05941")),
    ],
)
def test_best_result(planner, text, first):
    assert keys(planner, text)[0] == first


def test_both_zones_of_a_name_stand_together_and_before_the_commune(planner):
    found = keys(planner, "điềm thụy")
    assert found[:2] == [ZONE, CLUSTER]
    assert {kind for kind, _ in found[2:]} == {"commune"}


def test_zones_that_hold_the_words_come_before_units_of_that_name(planner):
    found = planner.find("yen binh", "vi")
    assert found[0]["name"] == "KCN-Đô thị Yên Bình"
    assert keys(planner, "phổ yên")[:3] == [
        ("zone", "tn-kcn-nam-pho-yen"),
        ("zone", "tn-kcn-tay-pho-yen"),
        ("district", "172"),
    ]


def test_units_in_provinces_that_have_zones_come_before_their_namesakes(planner):
    lines = [one["line"] for one in planner.find("yen binh", "vi") if one["kind"] != "zone"]
    assert lines[0].startswith("tỉnh Thái Nguyên")
    assert not any("Thái Nguyên" in line for line in lines[1:])
    assert keys(planner, "bình định")[0] == ("province", "52")  # not a commune of a planned one


def test_zones_never_push_out_the_units_of_a_name(planner):
    zones = [
        replace(zone, name=f"CCN Bắc Kạn {number}")
        for number, zone in enumerate(planner.zones()[:20])
    ]
    found = finder(planner).search("bac kan", "vi", "1", zones)
    kinds = [one["kind"] for one in found]
    assert len(kinds) == LIMIT
    assert kinds[:8] == ["zone"] * 8
    assert ("province", "06") in [key(one) for one in found]


def finder(planner):
    return Finder(
        planner.bounds.register, planner.bounds.frames, planner.settings.data_dir / "boundaries"
    )


def test_the_diacritics_as_typed_come_first(planner):
    found = [one["name"] for one in planner.find("Thuận Hòa", "vi")]
    assert found[0].endswith("Thuận Hòa")
    assert found.index("Xã Thuận Hóa") > found.index("Phường Thuận Hòa")


def line(planner, text, lang, wanted):
    return next(one["line"] for one in planner.find(text, lang) if key(one) == wanted)


def test_what_became_of_a_place_is_told(planner):
    merged = line(planner, "Bắc Kạn", "vi", ("province", "06"))
    assert merged == "trong 63 tỉnh, thành đến 30/6/2025 · nay thuộc tỉnh Thái Nguyên"
    union = line(planner, "Thái Nguyên", "en", ("province", "19"))
    assert union == (
        "one of 34 provinces since 1 Jul 2025 · made of tỉnh Bắc Kạn, tỉnh Thái Nguyên"
    )
    renamed = line(planner, "Phổ Yên", "vi", ("district", "172"))
    assert renamed == (
        "tỉnh Thái Nguyên · huyện Phổ Yên (danh mục 2010) · thành phố Phổ Yên (danh mục 2024)"
    )
    old = line(planner, "xã Sơn Cẩm", "vi", ("commune", "05653"))
    assert old == "thành phố Thái Nguyên, tỉnh Thái Nguyên · nay thuộc phường Quan Triều"
    moved = line(planner, "Thanh Bình, Bắc Kạn", "vi", ("zone", "bk-kcn-thanh-binh"))
    assert moved.startswith("huyện Chợ Mới, tỉnh Bắc Kạn (nay thuộc tỉnh Thái Nguyên)")


def test_unknown_area_is_said(planner):
    told = line(planner, "Hàm Kiệm I", "vi", ("zone", "bt-kcn-ham-kiem-i"))
    assert told.endswith("chưa rõ diện tích")


def test_both_lists_of_provinces_are_found_and_an_unchanged_one_once(planner):
    def layers(name):
        found = planner.find(name, "vi")
        return [one["layers"] for one in found if one["kind"] == "province"]

    assert layers("Thái Nguyên") == [["provinces-2025"], ["provinces-2016"]]
    assert layers("Hà Nội") == [["provinces-2016", "provinces-2025"]]


def test_every_result_says_where_it_is(planner):
    for text in ("thai nguyen", "dien bien", "a", "phú"):
        for found in planner.find(text, "en"):
            if found["kind"] in ("zone", "commune"):
                lon, lat = found["point"]
            else:
                west, south, east, north = found["bounds"]
                lon, lat = (west + east) / 2, (south + north) / 2
                code, layers = found["code"], found["layers"]
                assert all(code in planner.bounds.frames[layer].index for layer in layers)
            assert 102 < lon < 118
            assert 6 < lat < 23.5
            assert found["name"]
            assert found["line"]


@pytest.mark.parametrize("slip", ["dem thuy", "diem thuyy", "diem thuj", "dime thuy"])
def test_one_slip_of_the_hand_is_forgiven(planner, slip):
    assert keys(planner, slip)[:2] == [ZONE, CLUSTER]


@pytest.mark.parametrize(
    "text",
    ["", " ", ",", "\0\x1b", "🏭", "%_'; DROP TABLE zone;--", ".*(", "[", "\\", "a" * 10_000,
     "\ud800", "xyzzyq wvut"],
)  # fmt: skip
def test_what_names_nothing_finds_nothing(planner, text):
    assert planner.find(text, "vi") == []


def test_one_letter_finds_names_that_begin_with_it(planner):
    found = planner.find("đ", "vi")
    assert len(found) == LIMIT
    assert all(re.search(r"\bd", strip_marks(one["name"]).lower()) for one in found)


def test_decomposed_letters_are_the_same_letters(planner):
    text = unicodedata.normalize("NFD", "KCN Điềm Thụy")
    assert keys(planner, text) == keys(planner, "KCN Điềm Thụy")


@settings(max_examples=tries(60))
@given(st.text(max_size=LONGEST))
def test_no_text_is_an_error(planner, text):
    assert len(planner.find(text, "vi")) <= LIMIT


def test_every_zone_is_found_by_its_name_without_diacritics(planner):
    for zone in planner.zones():
        assert ("zone", zone.id) in keys(planner, strip_marks(zone.name))


def test_a_record_that_changes_is_found_by_its_new_name(planner):
    made = finder(planner)
    zones = planner.zones()
    named = "Xưởng Thử Nghiệm"
    changed = [replace(zones[0], name=named), *zones[1:]]

    def found(revision, known):
        return [key(one) for one in made.search(named, "vi", revision, known)]

    assert found("1", zones) == []
    assert found("2", changed) == [("zone", zones[0].id)]


def test_a_warm_planner_has_read_the_communes(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    warmed = Planner(Settings(data_dir=tmp_path / "data"))
    warmed.warm()
    (tmp_path / "data" / "boundaries" / "communes.csv").unlink()
    assert warmed.find("xã Điềm Thụy", "vi")[0]["code"] == "05941"


# -- a unit


def test_parts_of_a_district(planner):
    unit = planner.unit("districts-2016", "172", "vi")
    parts = {part["zone"]: part for part in unit["parts"]}
    assert unit["name"] == "thị xã Phổ Yên"
    assert parts["tn-kcn-nam-pho-yen"] == {"zone": "tn-kcn-nam-pho-yen", "ha": 200, "shared": False}
    assert parts["tn-kcn-yen-binh"] == {"zone": "tn-kcn-yen-binh", "ha": None, "shared": True}
    assert unit["lines"][-1] == (
        "Từ ngày 1/7/2025 không còn cấp huyện; địa bàn thuộc tỉnh Thái Nguyên."
    )


@pytest.mark.parametrize("layer", ["districts-2016", "provinces-2016", "provinces-2025"])
def test_parts_add_up_to_the_totals_of_each_unit(planner, layer):
    for code, total in planner.unit_totals(layer, planner.zones()).items():
        parts = planner.unit(layer, code, "vi")["parts"]
        assert len(parts) == total.zones
        areas = [part["ha"] for part in parts if part["ha"] is not None]
        assert sum(areas) == pytest.approx(float(total.area_ha or 0))


@pytest.mark.parametrize(
    ("layer", "code", "line"),
    [
        ("provinces-2016", "06", "Since 1 Jul 2025 part of tỉnh Thái Nguyên, together with tỉnh"),
        ("provinces-2025", "19", "Formed on 1 Jul 2025 from tỉnh Bắc Kạn, tỉnh Thái Nguyên."),
        ("provinces-2025", "01", "Unchanged by the reform of 2025."),
        ("provinces-2016", "01", "Unchanged by the reform of 2025."),
        ("provinces-2016", "46", "Since 1 Jul 2025: thành phố Huế."),
        ("districts-2016", "172", "In the list of 2010: huyện Phổ Yên."),
        ("districts-2016", "447", "In the list"),
    ],
)
def test_history_of_a_unit(planner, layer, code, line):
    told = planner.unit(layer, code, "en")["lines"]
    if code == "447":
        assert told[-1] == "Drawn before the split of 2015: the boundary also holds thị xã Kỳ Anh."
    else:
        assert told[0].startswith(line)


@pytest.mark.parametrize(
    ("layer", "code"), [("zones", "172"), ("communes", "1"), ("provinces-2025", "06")]
)
def test_no_such_unit(planner, layer, code):
    assert planner.unit(layer, code, "vi") is None


# -- routes


@pytest.fixture(scope="module")
def client(planner):
    with TestClient(Starlette(routes=web.routes(lambda: planner, planner.settings))) as made:
        yield made


def test_search_by_url(client, planner):
    answer = client.get(f"/find/{planner.revision}/en.json", params={"q": "diem thuy"})
    assert [key(one) for one in answer.json()["found"]][:2] == [ZONE, CLUSTER]
    assert answer.headers["cache-control"] == web.FOREVER
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_addresses_of_an_older_revision_lead_to_the_newest(client, planner):
    for path in (
        "find/old/vi.json?q=di%E1%BB%81m%20th%E1%BB%A5y",
        "units/old/vi/districts-2016/172.json",
    ):
        answer = client.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.history[0].headers["cache-control"] == "no-store"
        assert str(answer.url).endswith(path.replace("old", planner.revision))


@pytest.mark.parametrize(
    "path",
    ["find/{}/fr.json?q=a", "find/{}", "units/{}/fr/districts-2016/172.json",
     "units/{}/vi/zones/172.json", "units/{}/vi/districts-2016/%3Cscript%3E.json"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client, planner, path):
    answer = client.get("/" + path.format(planner.revision))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("query", ["", "q=", "q=%00%FF", "q=" + "x" * 10_000, "p=1&q=%5B(*"])
def test_hostile_queries_get_an_empty_list(client, planner, query):
    answer = client.get(f"/find/{planner.revision}/vi.json?{query}")
    assert (answer.status_code, answer.json()) == (200, {"found": []})


def test_where_viewing_needs_an_account_strangers_find_nothing(planner: Planner) -> None:
    gated = web.routes(lambda: planner, Settings(sign_in_required=True))
    with TestClient(Starlette(routes=gated)) as client:
        for path in ("find/{}/vi.json?q=a", "units/{}/vi/districts-2016/172.json"):
            assert client.get("/" + path.format(planner.revision)).status_code == 401
