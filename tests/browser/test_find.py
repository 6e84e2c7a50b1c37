"""The search box: keys, what is chosen, what is marked, and what is said when nothing is found."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Route, expect

from geo import takeaway
from geo.columns import Filter
from geo.services import Planner
from geo.settings import load
from tests.browser.conftest import OpenScreen, Screen, Server
from tests.test_measure import onshore

pytestmark = pytest.mark.browser

DIEM_THUY = "tn-kcn-diem-thuy"


def typed(frame: Frame, text: str, first: str) -> None:
    """Type and wait until the first result is the one expected."""
    frame.locator("#find").fill(text)
    expect(frame.locator("#find-list li .name").first).to_have_text(first)


def chosen(frame: Frame, text: str, first: str) -> None:
    typed(frame, text, first)
    frame.locator("#find").press("Enter")


def test_a_zone_is_found_without_diacritics_and_its_profile_opens(screen: Screen) -> None:
    frame = screen.open()
    chosen(frame, "diem thuy", "KCN Điềm Thụy")
    frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
    assert frame.evaluate("khucum.state.selected") == DIEM_THUY
    assert frame.evaluate("khucum.scene.map.getZoom()") >= 11
    expect(frame.locator("#find")).to_have_value("KCN Điềm Thụy")
    expect(frame.locator("#find-list")).to_be_hidden()
    assert screen.complaints == []


def test_keys_move_in_the_list(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    box = frame.locator("#find")
    typed(frame, "điềm thụy", "KCN Điềm Thụy")
    count = frame.locator("#find-list li").count()
    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-activedescendant") is None
    for key, at in [("ArrowDown", 0), ("ArrowDown", 1), ("End", count - 1), ("ArrowDown", 0),
                    ("ArrowUp", count - 1), ("Home", 0), ("ArrowDown", 1)]:  # fmt: skip
        box.press(key)
        assert box.get_attribute("aria-activedescendant") == f"find-{at}"
        expect(frame.locator("[role=option][aria-selected=true]")).to_have_id(f"find-{at}")
    box.press("Enter")
    frame.wait_for_function("khucum.state.selected === 'tn-ccn-diem-thuy'", polling=100)


def test_escape_closes_the_list_then_clears_and_keeps_the_profile(screen: Screen) -> None:
    frame = screen.open()
    chosen(frame, "diem thuy", "KCN Điềm Thụy")
    box = frame.locator("#find")
    typed(frame, "pho yen", "KCN Nam Phổ Yên")
    box.press("Escape")
    expect(frame.locator(".findbox .pop")).to_be_hidden()
    expect(box).to_have_value("pho yen")
    box.press("Escape")
    expect(box).to_have_value("")
    assert frame.evaluate("khucum.state.selected") == DIEM_THUY


def test_slash_on_the_page_or_on_the_map_goes_to_the_box(screen: Screen) -> None:
    frame = screen.open()
    box = frame.locator("#find")
    screen.page.locator("body").press("/")
    expect(box).to_be_focused()
    box.press("/")
    expect(box).to_have_value("/")  # in the box it is a letter
    frame.locator(".folium-map").focus()
    frame.locator(".folium-map").press("/")
    expect(box).to_be_focused()


def test_the_clear_button_empties_the_box_and_takes_the_mark_away(screen: Screen) -> None:
    frame = screen.open()
    chosen(frame, "xã Sơn Cẩm", "Xã Sơn Cẩm")
    frame.wait_for_function("khucum.state.mark === 'commune 2024 05653'", polling=100)
    frame.get_by_role("button", name="Xóa ô tìm").click()
    expect(frame.locator("#find")).to_have_value("")
    expect(frame.locator("#find")).to_be_focused()
    assert frame.evaluate("khucum.state.mark") is None


def test_a_commune_is_marked_with_its_doubt_until_escape(screen: Screen) -> None:
    frame = screen.open()
    chosen(frame, "xã Sơn Cẩm", "Xã Sơn Cẩm")
    frame.wait_for_function("khucum.state.mark === 'commune 2024 05653'", polling=100)
    assert frame.evaluate("khucum.scene.map.getBounds().contains([21.63, 105.78])")
    assert frame.evaluate("khucum.scene.map.getZoom()") < 13  # the circle of doubt fits
    frame.locator(".folium-map").press("Escape")
    frame.wait_for_function("khucum.state.mark === null", polling=100)


def test_a_district_opens_beside_the_map(screen: Screen) -> None:
    frame = screen.open()
    chosen(frame, "huyện Phổ Yên", "Thị xã Phổ Yên")
    frame.wait_for_function("khucum.state.unitPanel === 'open'", polling=100)
    assert frame.evaluate("khucum.scene.selected") == {"kind": "unit", "id": "172"}


def test_a_province_that_is_not_coloured_is_outlined(screen: Screen) -> None:
    frame = screen.open()
    chosen(frame, "Bắc Kạn", "Tỉnh Bắc Kạn")
    frame.wait_for_function("khucum.state.mark === 'province provinces-2016 06'", polling=100)
    assert frame.evaluate("khucum.scene.selected") is None
    contained = "khucum.scene.map.getBounds().contains([[21.8, 105.5], [22.7, 106.2]])"
    assert frame.evaluate(contained)


def test_a_province_that_is_coloured_opens(screen: Screen) -> None:
    frame = screen.open("/?unit=provinces-2025")
    typed(frame, "Thái Nguyên", "Tỉnh Thái Nguyên")
    frame.locator("#find-list li").first.click()
    frame.wait_for_function("khucum.state.unitPanel === 'open'", polling=100)
    assert frame.evaluate("khucum.scene.selected.id") == "19"
    expect(frame.locator("#side")).to_contain_text("Lập từ ngày 1/7/2025 từ tỉnh Bắc Kạn")


@pytest.mark.parametrize(
    "text", ["21.47, 105.91", "105.91 21.47", "21,47; 105,91", "21.47°N 105.91°E"]
)
def test_coordinates_in_either_order(screen: Screen, text: str) -> None:
    frame = screen.open()
    chosen(frame, text, "21.47, 105.91")
    frame.wait_for_function("khucum.state.mark === 'point'", polling=100)
    centre = frame.evaluate("khucum.scene.map.getCenter()")
    assert (centre["lat"], centre["lng"]) == pytest.approx((21.47, 105.91), abs=1e-3)
    assert frame.evaluate("khucum.scene.map.getZoom()") >= 13


def test_metres_are_read_in_the_system_where_they_lie(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    lon, lat = 105.9088, 21.4751
    east, north = onshore("EPSG:9213").transform(lon, lat)
    for text in (
        f"{north:.2f} {east:.2f}",
        f"X={north:.2f}; Y={east:.2f}",
        f"{east:.2f},{north:.2f}",
    ):
        frame.locator("#find").fill("")
        frame.locator("#find").fill(text)
        expect(frame.locator("#find-list li .name")).to_have_text(f"X {north:.2f} Y {east:.2f}")
        expect(frame.locator("#find-list li .line")).to_contain_text("VN-2000 CM 106°30'")
    frame.locator("#find").press("Enter")
    frame.wait_for_function("khucum.state.mark === 'point'", polling=100)
    centre = frame.evaluate("khucum.scene.map.getCenter()")
    assert (centre["lat"], centre["lng"]) == pytest.approx((lat, lon), abs=1e-4)
    assert screen.complaints == []


def test_metres_that_lie_nowhere_are_read_in_every_system_and_the_open_one_first(
    screen: Screen,
) -> None:
    frame = screen.open("/?lang=en&unit=provinces-2025")
    frame.evaluate("khucum.scene.select({kind: 'zone', id: 'bt-kcn-ham-kiem-i'})")
    frame.locator("#find").fill("1700000 600000")  # off the coast in each
    lines = frame.locator("#find-list li .line")
    expect(lines.first).to_contain_text("VN-2000 CM 108°30'")
    told = lines.all_inner_texts()
    assert len(told) > 1
    assert len({line.split(" · ")[0] for line in told}) == len(told)


def test_what_are_no_metres_in_vietnam(screen: Screen) -> None:
    frame = screen.open()
    texts = ["2375845", "2375845 438762 5", "99 438762", "9375845 438762", "2375845 38", "KCN 1 2"]
    assert frame.evaluate("texts => texts.map(khucum.readMetres)", texts) == [None] * 6


def test_a_file_promises_only_what_it_finds(
    browser: Browser, tmp_path: Path, open_screen: OpenScreen, server: Server
) -> None:
    planner = Planner(load({}))
    columns = planner.state.columns
    mask = columns.accept(Filter(provinces=("19",)))
    zones = columns.picked(mask)
    hints = []
    for layer in ("districts-2016", "provinces-2025"):
        path = tmp_path / f"{layer}.html"
        path.write_bytes(takeaway.page(planner, planner.map_view(mask, layer), zones, "vi"))
        page = browser.new_context(offline=True).new_page()
        page.goto(path.as_uri())
        page.wait_for_function("window.khucum?.state?.ready", polling=100)
        hints.append(page.locator("#find").get_attribute("placeholder"))
        page.locator("#find").fill("không có đâu")
        expect(page.locator(".findbox .said")).to_contain_text("Trong tệp này")
        expect(page.locator(".findbox .said")).not_to_contain_text("xã")
        page.locator("#find").fill("2375845 438762")
        expect(page.locator("#find-list li .line")).to_contain_text("Thái Nguyên")
        page.context.close()
    assert hints == ["Tìm khu, cụm, huyện, tỉnh, tọa độ…", "Tìm khu, cụm, tỉnh, tọa độ…"]
    frame = open_screen(server).open()
    assert frame.locator("#find").get_attribute("placeholder") == (
        "Tìm khu, cụm, huyện, xã, tỉnh, tọa độ…"
    )


def test_while_an_answer_is_awaited_the_box_shows_work(screen: Screen) -> None:
    frame = screen.open()
    held: list[Route] = []
    screen.page.context.route("**/find/**", lambda route: held.append(route))
    box = frame.locator("#find")
    with screen.page.expect_request("**/find/**"):
        box.fill("phú bình")
    expect(box).to_have_attribute("aria-busy", "true")
    expect(frame.locator(".findbox .wait")).to_be_visible()
    held[0].continue_()
    expect(frame.locator("#find-list li .name").first).to_have_text("Huyện Phú Bình")
    expect(box).to_have_attribute("aria-busy", "false")
    expect(frame.locator(".findbox .wait")).to_be_hidden()


def test_what_is_no_place_in_vietnam_is_no_point(screen: Screen) -> None:
    frame = screen.open()
    texts = ["48.85, 2.35", "21.47", "21.47, 21.5", "1 2 3", "số 1 và 2", "21,47,105,91,3"]
    assert frame.evaluate("texts => texts.map(khucum.readCoordinates)", texts) == [None] * 6


def test_a_zone_that_the_filter_hides_opens_and_is_said_to_be_hidden(screen: Screen) -> None:
    frame = screen.open("/?kind=CCN")
    chosen(frame, "KCN Điềm Thụy", "KCN Điềm Thụy")
    frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
    expect(frame.locator(".notice")).to_contain_text("Bộ lọc đang ẩn KCN Điềm Thụy")
    blue = """() => {
        const {scene} = khucum;
        const {x, y} = scene.zones.spot(scene.selectedZone, scene.frame);
        const {ratio} = scene.frame;
        const canvas = document.querySelector(".leaflet-marks-pane canvas");
        const data = canvas.getContext("2d")
            .getImageData((x - 14) * ratio, (y - 14) * ratio, 28 * ratio, 28 * ratio).data;
        let found = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i + 2] > 130 && data[i] < 60) found += 1;
        return found;
    }"""
    frame.wait_for_function(f"({blue})() > 20", polling=100)
    typed(frame, "CCN Điềm Thụy", "CCN Điềm Thụy")
    frame.locator("#find").press("Enter")
    frame.wait_for_function("khucum.state.selected === 'tn-ccn-diem-thuy'", polling=100)
    expect(frame.locator(".notice")).to_be_hidden()


def test_nothing_found_says_what_can_be_searched(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    frame.locator("#find").fill("<img src=x onerror=alert(1)>")
    said = frame.locator(".findbox .said")
    expect(said).to_contain_text("Nothing found for “<img src=x onerror=alert(1)>”")
    expect(said).to_contain_text("old or new, with or without diacritics")
    assert frame.locator(".findbox img").count() == 0
    frame.locator("#find").press("Enter")
    assert frame.evaluate("khucum.state.selected") is None


def test_a_search_that_fails_can_be_tried_again(screen: Screen) -> None:
    frame = screen.open()
    screen.page.context.route("**/find/**", lambda route: route.abort())
    frame.locator("#find").fill("phú bình")
    expect(frame.locator(".findbox .said")).to_contain_text("máy chủ không trả lời")
    screen.page.context.unroute("**/find/**")
    frame.locator(".findbox .retry").click()
    expect(frame.locator("#find-list li .name").first).to_have_text("Huyện Phú Bình")


def test_the_newest_question_is_answered(screen: Screen) -> None:
    """A slow answer to an older question must not take the place of a newer one."""
    frame = screen.open()
    held: list[Route] = []
    older = re.compile(r"/find/.*q=son$")
    screen.page.context.route(older, lambda route: held.append(route))
    with screen.page.expect_request(older):
        frame.locator("#find").fill("son")
    typed(frame, "pho yen", "KCN Nam Phổ Yên")
    with screen.page.expect_response(older) as answered:
        held[0].continue_()
    answered.value.finished()
    frame.evaluate("new Promise(requestAnimationFrame)")
    expect(frame.locator("#find-list li .name").first).to_have_text("KCN Nam Phổ Yên")


def test_results_are_in_the_language_of_the_address(server: Server) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{server.address}/healthz") as answer:
        revision = json.load(answer)["revision"]
    query = urllib.parse.urlencode({"q": "thị xã phổ yên"})
    lines = {}
    for lang in ("vi", "en"):
        with opener.open(f"{server.address}/find/{revision}/{lang}.json?{query}") as answer:
            lines[lang] = json.load(answer)["found"][0]["line"]
    assert "danh mục 2010" in lines["vi"]
    assert "list of 2010" in lines["en"]


def test_on_a_phone_the_box_takes_the_width_and_results_fit(
    open_screen: OpenScreen, server: Server
) -> None:
    screen = open_screen(server, viewport={"width": 390, "height": 844})
    frame = screen.open()
    typed(frame, "thái nguyên", "Tỉnh Thái Nguyên")
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = frame.evaluate(
        "[...document.querySelectorAll('#find-list li')].map((one) => one.offsetHeight)"
    )
    assert min(heights) >= 40
