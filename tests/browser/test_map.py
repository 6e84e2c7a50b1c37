"""The map as a reader sees it: drawn, pointed at, read, and without any other host."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect
from playwright.sync_api import Route as BrowserRoute

from geo.auth import Role
from geo.i18n import t
from tests.browser.conftest import OpenScreen, Screen, Server, running
from tests.office import Office

pytestmark = pytest.mark.browser

YEN_BINH = "tn-kcn-yen-binh"
NAM_PHO_YEN = "tn-kcn-nam-pho-yen"
READ = "khucum.state.profile === 'open'"
IN_THAI_NGUYEN = "khucum.scene.map.fitBounds([[21.3, 105.5], [22.0, 106.2]], {animate: false})"


def layer(server: Server, name: str) -> dict[str, object]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{server.address}/healthz") as answer:
        revision = json.load(answer)["revision"]
    with opener.open(f"{server.address}/layers/{revision}/{name}.geojson") as answer:
        return dict(json.load(answer))


def test_all_zones_are_drawn(screen: Screen, server: Server) -> None:
    frame = screen.open()
    kinds = [feature["properties"]["kind"] for feature in layer(server, "zones")["features"]]
    state = frame.evaluate("khucum.state")
    assert state["drawn"] == {"KCN": kinds.count("KCN"), "CCN": kinds.count("CCN")}
    assert state["failed"] == []
    assert sum(state["counts"]["classes"].values()) > 0


def test_pixels_of_both_kinds_are_on_the_canvas(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    painted = frame.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-marks-pane canvas");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const hues = {blue: 0, orange: 0};
            for (let i = 0; i < data.data.length; i += 4) {
                const [r, g, b, a] = data.data.slice(i, i + 4);
                if (a > 200 && b > 130 && r < 60) hues.blue += 1;
                if (a > 200 && r > 190 && g < 110 && b < 60) hues.orange += 1;
            }
            return hues;
        }"""
    )
    assert painted["blue"] > 500
    assert painted["orange"] > 500


def test_nothing_is_asked_of_another_host_and_nothing_goes_wrong(screen: Screen) -> None:
    screen.open()
    assert screen.outside == []
    assert screen.complaints == []


def test_pointing_at_a_zone_names_it_and_shows_the_doubt(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    screen.page.mouse.move(*screen.zone(frame, NAM_PHO_YEN))
    frame.wait_for_function("khucum.scene.hovered?.id === 'tn-kcn-nam-pho-yen'", polling=100)
    told = frame.locator(".tip").inner_text()
    assert told.splitlines()[:3] == ["KCN Nam Phổ Yên", "Khu công nghiệp (KCN)", "200 ha"]
    assert "chưa đo đạc" in told


def test_pointing_at_a_district_tells_its_figures(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    point = frame.evaluate(
        "(() => { const p = khucum.scene.map.latLngToContainerPoint([21.93, 105.62]);"
        " return [p.x, p.y]; })()"
    )
    box = frame.frame_element().bounding_box()
    assert box is not None
    screen.page.mouse.move(box["x"] + point[0], box["y"] + point[1])
    frame.wait_for_function("khucum.scene.tip.text()?.includes('Định Hóa')", polling=100)
    assert "khu, cụm" in frame.locator(".tip").inner_text()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_click_opens_the_profile_beside_the_map_and_escape_closes_it(
    screen: Screen, lang: str
) -> None:
    frame = screen.open(f"/?lang={lang}")
    wide = frame.locator(".folium-map").bounding_box()
    frame.evaluate(IN_THAI_NGUYEN)
    screen.page.mouse.click(*screen.zone(frame, NAM_PHO_YEN))
    frame.wait_for_function(READ, polling=100)
    assert frame.locator("#side h2").inner_text() == "KCN Nam Phổ Yên"
    shown = frame.locator("#side").inner_text()
    assert t(lang, "field.area_planned_ha") in shown
    assert "Lắp ráp Ôtô" in shown
    panel, beside = (frame.locator(css).bounding_box() for css in ("#side", ".folium-map"))
    assert panel is not None
    assert beside is not None
    assert beside["x"] + beside["width"] <= panel["x"]
    screen.page.keyboard.press("Escape")
    frame.wait_for_function("khucum.state.selected === null", polling=100)
    assert frame.locator("#side").is_hidden()
    again = frame.locator(".folium-map").bounding_box()
    assert wide is not None
    assert again is not None
    assert [again[key] for key in ("x", "width")] == [wide[key] for key in ("x", "width")]


def test_what_is_open_and_where_the_map_stands_are_in_the_address(
    open_screen: OpenScreen, server: Server
) -> None:
    first = open_screen(server)
    frame = first.open("/?kind=KCN")
    frame.evaluate("khucum.scene.select({kind: 'zone', id: 'tn-kcn-yen-binh'}, {fly: true})")
    first.page.wait_for_url(re.compile(r"/\?kind=KCN#zone=tn-kcn-yen-binh&at="))
    second = open_screen(server)
    again = second.open(first.page.url.removeprefix(server.address))
    again.wait_for_function("khucum.state.selected === 'tn-kcn-yen-binh'", polling=100)
    place = "[khucum.scene.map.getCenter().lat.toFixed(3), khucum.scene.map.getZoom()]"
    assert again.evaluate(place) == frame.evaluate(place)
    pill = second.page.get_by_test_id("stSidebar").get_by_role("button", name="Thái Nguyên")
    pill.click()  # a filter rewrites what stands before the mark, not what stands behind
    second.page.wait_for_url(re.compile(r"province=19.*#zone=tn-kcn-yen-binh"))


@pytest.mark.parametrize(
    "hash_",
    [
        "zone=<img src=x onerror=alert(1)>",
        "zone=khong-co-khu-nay",
        "at=999,999,99",
        "at=1;DROP TABLE zones",
        "unit=%00%00",
        "zone=" + "x" * 5000,
        "script=alert(1)",
    ],
)
def test_nonsense_behind_the_mark_is_named_and_not_followed(screen: Screen, hash_: str) -> None:
    frame = screen.open(f"/#{hash_}")
    frame.wait_for_function("khucum.state.ready", polling=100)
    told = t("vi", "map.client.address_ignored", what="").strip()
    expect(frame.locator(".notice")).to_contain_text(told)
    assert frame.evaluate("khucum.state.selected") is None
    assert frame.locator("img").count() == 0
    assert screen.complaints == []


def test_zoom_has_limits(screen: Screen) -> None:
    frame = screen.open()
    limits = "[khucum.scene.map.getMinZoom(), khucum.scene.map.getMaxZoom()]"
    assert frame.evaluate(limits) == [4, 17]


def test_symbol_on_top_is_the_one_that_a_click_opens(screen: Screen) -> None:
    frame = screen.open()
    stacks = frame.evaluate(
        """() => {
            const { zones, frame } = khucum.scene;
            const seen = zones.visible.map((zone) => [zone, zones.spot(zone, frame)]);
            const covers = ([, a], [, b]) => Math.hypot(a.x - b.x, a.y - b.y) < a.r;
            return seen.filter((one) => seen.some((other) => other[1].r > one[1].r * 2
                && covers(other, one))).map((one) => {
                const over = seen.filter((other) => covers(other, one));
                const least = Math.min(...over.map(([, spot]) => spot.r));
                const hit = zones.at(one[1].x, one[1].y, frame, 4);
                return [zones.spot(hit, frame).r, least];
            });
        }"""
    )
    assert stacks
    assert all(hit == least for hit, least in stacks)


def test_legend_counts_the_places_that_are_not_surveyed(screen: Screen) -> None:
    def survey(route: BrowserRoute) -> None:
        answer = route.fetch()
        body = answer.json()
        body["features"][0]["properties"]["precision"] = "surveyed"
        route.fulfill(response=answer, json=body)

    screen.page.context.route("**/zones.geojson", survey)
    frame = screen.open()
    assert frame.locator(".places").inner_text().startswith("Một số vị trí chưa đo đạc.")


@pytest.mark.parametrize("address", ["/?province=60", "/?province=60&lang=en"])
def test_zones_do_not_lie_under_the_legend_or_the_buttons(screen: Screen, address: str) -> None:
    frame = screen.open(address)
    covered = frame.evaluate(
        """() => khucum.scene.zones.visible.filter(({ id }) => {
            const { x, y } = khucum.pointOf(id);
            return document.elementFromPoint(x, y)?.closest(".leaflet-control");
        }).map(({ id }) => id)"""
    )
    assert covered == []
    legend = frame.locator(".legend").bounding_box()
    bar = frame.locator(".bar").bounding_box()
    assert legend is not None
    assert bar is not None
    assert bar["y"] + bar["height"] <= legend["y"]


def test_wheel_scrolls_the_page_and_with_ctrl_zooms(screen: Screen) -> None:
    frame = screen.open()
    box = frame.locator(".folium-map").bounding_box()
    assert box is not None
    before = frame.evaluate("khucum.scene.map.getZoom()")
    main = screen.page.get_by_test_id("stMain")
    screen.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    screen.page.mouse.wheel(0, 120)
    expect(frame.locator(".wheel")).to_have_class("wheel shown")
    assert frame.locator(".wheel").inner_text() == "Giữ Ctrl và lăn chuột để phóng to"
    screen.page.wait_for_function("document.querySelector('.stMain').scrollTop > 0", polling=100)
    assert main.evaluate("main => main.scrollTop") > 0
    assert frame.evaluate("khucum.scene.map.getZoom()") == before
    screen.page.keyboard.down("Control")
    screen.page.mouse.wheel(0, -240)
    screen.page.keyboard.up("Control")
    frame.wait_for_function(
        "before => khucum.scene.map.getZoom() > before", arg=before, polling=100
    )


def test_wheel_zooms_in_full_screen(screen: Screen) -> None:
    frame = screen.open()
    frame.get_by_role("button", name="Toàn màn hình").click()
    frame.wait_for_function("document.fullscreenElement && innerHeight > 700", polling=100)
    before = frame.evaluate("khucum.scene.map.getZoom()")
    screen.page.mouse.move(700, 400)
    screen.page.mouse.wheel(0, -240)
    frame.wait_for_function(
        "before => khucum.scene.map.getZoom() > before", arg=before, polling=100
    )


def test_zones_that_share_a_point_stand_apart_and_can_each_be_opened(screen: Screen) -> None:
    frame = screen.open()
    shared = frame.evaluate(
        "khucum.scene.zones.all.filter(z => z.spread).map(z => [z.id, `${z.x} ${z.y}`])"
    )
    place = shared[0][1]
    group = [zone_id for zone_id, where in shared if where == place]
    assert len(group) >= 2
    for zone_id in group:
        frame.evaluate(
            "id => { const z = khucum.scene.zones.byId.get(id);"
            " khucum.scene.map.setView(khucum.toLatLng(z.x, z.y), 12, {animate: false}); }",
            zone_id,
        )
        screen.page.mouse.click(*screen.zone(frame, zone_id))
        frame.wait_for_function("id => khucum.state.selected === id", arg=zone_id, polling=100)
        screen.page.keyboard.press("Escape")
        frame.wait_for_function("khucum.state.selected === null", polling=100)


def test_layer_that_fails_is_named_and_can_be_tried_again(screen: Screen) -> None:
    pattern = "**/layers/*/districts-2016.geojson"
    screen.page.context.route(pattern, lambda route: route.abort())
    screen.page.goto(screen.address)
    element = screen.page.wait_for_selector("iframe[src*='/frames/']")
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_function("window.khucum?.state?.failed?.length === 1", polling=100)
    assert "Ranh giới huyện" in frame.locator(".alarm").inner_text()
    assert frame.evaluate("khucum.state.drawn.KCN") > 0
    screen.page.context.unroute(pattern)
    frame.get_by_role("button", name="Thử lại").click()
    frame.wait_for_function("khucum.state.ready && khucum.state.failed.length === 0", polling=100)
    assert frame.locator(".alarm").is_hidden()


def test_record_that_fails_can_be_tried_again(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    pattern = "**/records/**"
    screen.page.context.route(pattern, lambda route: route.fulfill(status=500, body="{}"))
    screen.page.mouse.click(*screen.zone(frame, NAM_PHO_YEN))
    frame.wait_for_function("khucum.state.profile === 'failed'", polling=100)
    screen.page.context.unroute(pattern)
    frame.get_by_role("button", name="Thử lại").click()
    frame.wait_for_function(READ, polling=100)


def test_name_with_markup_is_shown_as_text(screen: Screen) -> None:
    hostile = "</script><img src=x onerror=\"document.title='hacked'\">"

    def poison(route: BrowserRoute) -> None:
        answer = route.fetch()
        body = answer.json()
        for feature in body["features"]:
            feature["properties"]["name"] = hostile
        route.fulfill(response=answer, json=body)

    def poison_record(route: BrowserRoute) -> None:
        answer = route.fetch()
        names = ("title", "subtitle", "quote", "doubt", "clause", "note", "location", "document")
        texts = dict.fromkeys(names, hostile)
        item = {"phrase": hostile, "english": hostile, "vsic": [hostile], "divisions": [hostile]}
        items = [item]
        industries = [{"label": hostile, "items": items}]
        rows = [[hostile, hostile]]
        body = {**answer.json(), **texts, "industries": industries, "rows": rows}
        route.fulfill(response=answer, json=body)

    screen.page.context.route("**/zones.geojson", poison)
    screen.page.context.route("**/records/**", poison_record)
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    point = screen.zone(frame, NAM_PHO_YEN)
    screen.page.mouse.move(*point)
    frame.wait_for_function("khucum.scene.tip.text()?.includes('onerror')", polling=100)
    screen.page.mouse.click(*point)
    frame.wait_for_function(READ, polling=100)
    assert frame.locator("#side h2").inner_text() == hostile
    assert frame.locator("img").count() == 0
    assert frame.evaluate("document.title") != "hacked"


def choose_clusters(screen: Screen) -> None:
    pills = screen.page.get_by_test_id("stButtonGroup").get_by_role("button")
    pills.filter(has_text="Cụm công nghiệp").click()


ONLY_CLUSTERS = "khucum.state.ready && khucum.state.drawn.KCN === 0 && khucum.state.drawn.CCN > 0"


def test_filter_changes_what_is_drawn_and_keeps_the_frame(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate("window.kept = true")
    choose_clusters(screen)
    frame.wait_for_function(ONLY_CLUSTERS, polling=100)
    assert frame.evaluate("window.kept")
    assert frame.evaluate("khucum.pointOf('tn-kcn-nam-pho-yen')") is None


def test_view_that_comes_while_the_libraries_load_is_not_lost(screen: Screen) -> None:
    held: list[BrowserRoute] = []

    def hold(route: BrowserRoute) -> None:
        held.append(route)

    screen.page.context.route("**/leaflet.js", hold)
    with screen.page.expect_request("**/leaflet.js"):
        screen.page.goto(screen.address)
    choose_clusters(screen)
    expect(screen.page.locator(".totals dd").first).to_have_text("0")
    held[0].continue_()
    screen.map().wait_for_function(ONLY_CLUSTERS, polling=100)


def test_register_that_changes_meanwhile_is_read_anew(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    with running(KHUCUM_VAR=str(tmp_path)) as editable:
        office = Office(editable, tmp_path)
        office.hire("an", Role.APPROVER)
        screen = open_screen(editable)

        def change_before_the_layer_is_read(route: BrowserRoute) -> None:
            screen.page.context.unroute("**/zones.geojson")
            office.submit("an", office.edit("tn-kcn-nam-pho-yen", name="KCN Đổi Tên"))
            route.continue_()

        screen.page.context.route("**/zones.geojson", change_before_the_layer_is_read)
        frame = screen.open()
        name = frame.evaluate("khucum.scene.zones.byId.get('tn-kcn-nam-pho-yen').name")
        assert name == "KCN Đổi Tên"
        assert frame.locator(".notice").is_hidden()
        office.register.engine.dispose()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_page(open_screen: OpenScreen, server: Server, scheme: str) -> None:
    frame = open_screen(server, color_scheme=scheme).open()
    assert frame.evaluate("khucum.state.theme") == scheme


def test_phone(open_screen: OpenScreen, server: Server) -> None:
    narrow = open_screen(server, viewport={"width": 390, "height": 844}, has_touch=True)
    frame = narrow.open()
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not frame.evaluate("document.querySelector('.legend').open")
    frame.evaluate(IN_THAI_NGUYEN)
    narrow.page.touchscreen.tap(*narrow.zone(frame, YEN_BINH))
    frame.wait_for_function(READ, polling=100)


def test_layers_come_from_the_cache_on_reload(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, gated=False)
    screen.open()
    frame = screen.open()
    sizes = frame.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.name.includes('/layers/'))"
        ".map(e => e.transferSize)"
    )
    assert sizes == [0] * 3


def test_behind_a_base_path(open_screen: OpenScreen) -> None:
    with running(base_path="khu-cum") as prefixed:
        screen = open_screen(prefixed)
        frame = screen.open()
        assert frame.evaluate("khucum.state.drawn.KCN") > 0
        assert screen.complaints == []


def centre(frame: Frame) -> list[float]:
    """Latitude and longitude of the middle of the map, and its zoom."""
    return list(
        frame.evaluate(
            "(({lat, lng}) => [lat, lng, khucum.scene.map.getZoom()])(khucum.scene.map.getCenter())"
        )
    )


ALL_SHOWN = """() => {
    const { map, zones, legend } = khucum.scene;
    const { x, y } = map.getSize();
    return zones.visible.every((zone) => {
        const at = map.latLngToContainerPoint(khucum.toLatLng(zone.x, zone.y));
        return at.x > legend.width() && at.x < x && at.y > 0 && at.y < y;
    });
}"""


def test_panel_beside_an_unmoved_map_leaves_all_zones_in_sight(screen: Screen) -> None:
    frame = screen.open("/?province=19")
    before = centre(frame)
    frame.evaluate("khucum.scene.select({kind: 'zone', id: 'tn-kcn-nam-pho-yen'})")
    frame.wait_for_function(READ, polling=100)
    frame.wait_for_function(ALL_SHOWN, polling=100)
    assert "at=" not in screen.page.url
    frame.get_by_role("button", name="Đóng", exact=True).click()
    frame.wait_for_function("khucum.scene.map.getSize().x > 900", polling=100)
    frame.wait_for_function(ALL_SHOWN, polling=100)
    assert centre(frame) == pytest.approx(before, abs=0.01)


def test_panel_keeps_the_middle_of_a_map_that_was_moved(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    before = centre(frame)
    frame.evaluate("khucum.scene.select({kind: 'zone', id: 'tn-kcn-nam-pho-yen'})")
    frame.wait_for_function(
        "khucum.scene.map.getSize().x < 700 && khucum.scene.beside", polling=100
    )
    assert centre(frame) == pytest.approx(before, abs=0.01)


def test_what_was_opened_at_the_edge_is_brought_out_from_under_the_panel(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(
        """() => {
            const { map, zones } = khucum.scene;
            const { x, y } = zones.byId.get("tn-kcn-nam-pho-yen");
            map.setView(khucum.toLatLng(x, y), 12, { animate: false });
            map.panBy([-430, 0], { animate: false }); // the zone is now near the right edge
            khucum.scene.select({ kind: "zone", id: "tn-kcn-nam-pho-yen" });
        }"""
    )
    frame.wait_for_function("khucum.scene.beside", polling=100)
    inside = frame.evaluate(
        """() => {
            const { map, zones } = khucum.scene;
            const { x, y } = zones.byId.get("tn-kcn-nam-pho-yen");
            return map.latLngToContainerPoint(khucum.toLatLng(x, y)).x < map.getSize().x - 40;
        }"""
    )
    assert inside


def test_a_chosen_province_is_shown_with_its_whole_outline(screen: Screen) -> None:
    frame = screen.open("/?province=66")
    outside = frame.evaluate(
        """() => {
            const { map, provinces } = khucum.scene;
            const bounds = L.latLngBounds(provinces.byCode.get("66").bounds);
            return map.getBounds().contains(bounds);
        }"""
    )
    assert outside
    before = frame.evaluate("khucum.state.shownAt")
    screen.page.get_by_role("searchbox", name="Lọc theo tên").fill("krong buk")
    frame.wait_for_function("before => khucum.state.shownAt > before", arg=before, polling=100)
    shown = frame.evaluate("khucum.scene.zones.visible.length")
    assert shown >= 1
    assert frame.evaluate("khucum.scene.map.getZoom()") >= 9


def test_without_a_match_the_page_says_so_once_above_the_map(screen: Screen) -> None:
    frame = screen.open("/?q=zzzz")
    assert frame.locator(".notice").is_hidden()
    loosen = screen.page.get_by_role("button", name=re.compile("^Bỏ điều kiện"))
    own, map_box = loosen.bounding_box(), frame.frame_element().bounding_box()
    assert own is not None
    assert map_box is not None
    assert own["y"] + own["height"] <= map_box["y"]
    loosen.click()
    frame.wait_for_function("khucum.state.drawn.KCN > 0", polling=100)


def test_stages_are_chosen_from_words_in_the_readers_language(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    page = screen.page
    # the map may stand before the run has ended, which draws the pills anew under the pointer
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.get_by_test_id("stSidebar").locator("summary", has_text="Stage").click()
    page.get_by_role("button", name="Operating").click()
    frame.wait_for_function("khucum.scene.filtered", polling=100)
    expect(page).to_have_url(re.compile("stage=operating"))


def test_the_files_are_offered_beside_the_totals(screen: Screen) -> None:
    frame = screen.open("/?lang=en&province=66")
    page = screen.page
    opens = page.get_by_role("button", name="Export data")
    box, map_box = opens.bounding_box(), frame.frame_element().bounding_box()
    assert box is not None
    assert map_box is not None
    assert box["y"] < map_box["y"]
    opens.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == "khu-cum.csv"
