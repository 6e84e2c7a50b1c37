"""The map as a reader sees it: drawn, pointed at, read, and without any other host."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Route as BrowserRoute
from playwright.sync_api import expect

from geo.auth import Role
from tests.browser.conftest import OpenScreen, Screen, Server, running
from tests.office import Office

pytestmark = pytest.mark.browser

YEN_BINH = "tn-kcn-yen-binh"
NAM_PHO_YEN = "tn-kcn-nam-pho-yen"
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
    assert sum(filter(None, state["counts"]["classes"])) > 0


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


@pytest.mark.parametrize(("lang", "label"), [("vi", "Diện tích quy hoạch"), ("en", "Planned area")])
def test_click_reads_the_record_and_escape_closes_it(screen: Screen, lang: str, label: str) -> None:
    frame = screen.open(f"/?lang={lang}")
    frame.evaluate(IN_THAI_NGUYEN)
    screen.page.mouse.click(*screen.zone(frame, NAM_PHO_YEN))
    frame.wait_for_function("khucum.state.popup === 'open'", polling=100)
    card = frame.locator(".record").inner_text()
    assert card.startswith("KCN Nam Phổ Yên")
    lines = [line for line in card.splitlines() if line]
    assert lines[2] == frame.locator(".record .clause").inner_text()
    assert f"{label}\n200 ha" in card
    assert "Lắp ráp Ôtô" in card
    screen.page.keyboard.press("Escape")
    frame.wait_for_function("khucum.state.popup === null", polling=100)
    frame.locator(".record").wait_for(state="detached")


SETTLED = """() => {
    const box = document.querySelector(".leaflet-popup")?.getBoundingClientRect();
    const place = box && `${box.left} ${box.top} ${box.height}`;
    const same = place && khucum.state.popup === "open" && place === window.lastPlace;
    window.lastPlace = place;
    return same;
}"""
IN_FRAME = """() => {
    const card = document.querySelector(".leaflet-popup-content-wrapper").getBoundingClientRect();
    const close = document.querySelector(".leaflet-popup-close-button");
    const { left, top, width, height } = close.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    const corners = [[card.left + 12, card.top + 12], [card.right - 12, card.bottom - 12]];
    const popup = close.closest(".leaflet-popup");
    const seen = corners.every(([x, y]) => popup.contains(document.elementFromPoint(x, y)));
    return card.left >= 0 && card.top >= 0 && card.right <= innerWidth && card.bottom <= innerHeight
        && close.contains(hit) && seen;
}"""


@pytest.mark.parametrize(
    "size", [{"width": 1360, "height": 860}, {"width": 900, "height": 700}], ids=["wide", "small"]
)
def test_popups_at_the_opening_view_stand_inside_the_frame(
    open_screen: OpenScreen, server: Server, size: dict[str, int]
) -> None:
    frame = open_screen(server, viewport=size).open()
    by_latitude = frame.evaluate(
        "khucum.scene.zones.visible.toSorted((a, b) => a.y - b.y).map(z => z.id)"
    )
    for zone_id in [*by_latitude[:6], *by_latitude[::8], by_latitude[-1]]:
        frame.evaluate("() => { khucum.scene.map.closePopup(); khucum.scene.fit(); }")
        frame.evaluate("id => { khucum.scene.open(khucum.scene.zones.byId.get(id)); }", zone_id)
        frame.wait_for_function(SETTLED, polling=100)
        assert frame.evaluate(IN_FRAME), zone_id


def test_close_button_is_not_under_a_panel(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(
        "() => { const { map, zones } = khucum.scene;"
        " document.querySelector('.layers').open = true;"
        " const zone = zones.visible[0];"
        " map.setView(khucum.toLatLng(zone.x, zone.y), 11, {animate: false});"
        " map.panBy([-map.getSize().x / 2 + 60, 200], {animate: false});"
        " khucum.scene.open(zone); }"
    )
    frame.wait_for_function(SETTLED, polling=100)
    assert frame.evaluate(IN_FRAME)
    assert frame.locator(".layers").is_hidden()
    frame.locator(".leaflet-popup-close-button").click()
    frame.wait_for_function("khucum.state.popup === null", polling=100)
    assert frame.locator(".layers").is_visible()


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


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "vi",
            "Mọi vị trí đều chưa đo đạc. Vòng nét đứt: phạm vi vị trí có thể lệch."
            " Đường nối: nhiều khu, cụm chung một điểm.",
        ),
        (
            "en",
            "No location is surveyed. Dashed circle: how far off it may be."
            " Lines: several zones share one point.",
        ),
    ],
)
def test_legend_says_how_places_are_known(screen: Screen, lang: str, told: str) -> None:
    frame = screen.open(f"/?lang={lang}")
    assert frame.locator(".places").inner_text() == told


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
    box = frame.frame_element().bounding_box()
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


def test_record_shows_the_english_words_and_where_the_place_is_from(screen: Screen) -> None:
    def more(route: BrowserRoute) -> None:
        answer = route.fetch()
        item = {"phrase": "dệt may", "english": "textiles", "vsic": ["13"], "divisions": []}
        industries = [{"label": "Listed", "items": [item]}]
        location = "Point of the commune"
        body = {**answer.json(), "industries": industries, "location": location}
        route.fulfill(response=answer, json=body)

    screen.page.context.route("**/records/**", more)
    frame = screen.open("/?lang=en")
    frame.evaluate(IN_THAI_NGUYEN)
    screen.page.mouse.click(*screen.zone(frame, NAM_PHO_YEN))
    frame.wait_for_function("khucum.state.popup === 'open'", polling=100)
    assert frame.locator(".record li").evaluate("li => li.firstChild.data") == "textiles"
    assert frame.locator(".record li small").all_inner_texts() == ["dệt may", "13"]
    assert frame.locator(".record .doubt .location").inner_text() == "Point of the commune"


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
        frame.wait_for_function("id => khucum.state.opened === id", arg=zone_id, polling=100)
        screen.page.keyboard.press("Escape")
        frame.wait_for_function("khucum.state.popup === null", polling=100)


def test_layer_that_fails_is_named_and_can_be_tried_again(screen: Screen) -> None:
    pattern = "**/layers/*/districts-2016.geojson"
    screen.page.context.route(pattern, lambda route: route.abort())
    screen.page.goto(screen.address)
    element = screen.page.wait_for_selector("iframe[title*='st_folium']")
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_function("window.khucum?.state?.failed?.length === 1", polling=100)
    assert "Ranh giới huyện" in frame.locator(".notice").inner_text()
    assert frame.evaluate("khucum.state.drawn.KCN") > 0
    screen.page.context.unroute(pattern)
    frame.get_by_role("button", name="Thử lại").click()
    frame.wait_for_function("khucum.state.ready && khucum.state.failed.length === 0", polling=100)
    assert frame.locator(".notice").is_hidden()


def test_record_that_fails_can_be_tried_again(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    pattern = "**/records/**"
    screen.page.context.route(pattern, lambda route: route.fulfill(status=500, body="{}"))
    screen.page.mouse.click(*screen.zone(frame, NAM_PHO_YEN))
    frame.wait_for_function("khucum.state.popup === 'failed'", polling=100)
    screen.page.context.unroute(pattern)
    frame.get_by_role("button", name="Thử lại").click()
    frame.wait_for_function("khucum.state.popup === 'open'", polling=100)


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
    frame.wait_for_function("khucum.state.popup === 'open'", polling=100)
    assert frame.locator(".record h2").inner_text() == hostile
    assert frame.locator(".khucum img").count() == 0
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
    expect(screen.page.get_by_test_id("stMetricValue").first).to_have_text("0")
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


def test_row_of_the_table_shows_its_zone_on_the_map(screen: Screen) -> None:
    frame = screen.open()
    table = screen.page.get_by_test_id("stDataFrame").locator(".dvn-scroller").first
    table.click(position={"x": 16, "y": 52})
    frame.wait_for_function("khucum.state.ready && khucum.scene.selected", polling=100)
    assert frame.evaluate("khucum.scene.map.getZoom()") >= 10
    frame.wait_for_function("khucum.state.popup === 'open'", polling=100)
    assert frame.evaluate("khucum.state.opened === khucum.scene.selected.id")
    name = frame.evaluate("khucum.scene.selected.name")
    assert frame.locator(".record h2").inner_text() == name


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
    frame.wait_for_function("khucum.state.popup === 'open'", polling=100)


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
