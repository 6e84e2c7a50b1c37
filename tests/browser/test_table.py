"""The table below the map: everything that the map shows, by keyboard, by touch, in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Locator, Request, expect
from playwright.sync_api import Route as BrowserRoute

from geo import takeaway
from geo.columns import Filter
from geo.services import Planner
from geo.settings import Settings
from tests.browser.conftest import ROOT, OpenScreen, Screen, Server, running

pytestmark = pytest.mark.browser

DIEM_THUY = "tn-kcn-diem-thuy"
NAMES = "[...document.querySelectorAll('#panel-zone tbody th')].map(cell => cell.textContent)"
HOSTILE = ["<img src=x onerror=\"document.title='hacked'\">", '=HYPERLINK("x")']


def opened(screen: Screen, path: str = "/?lang=en") -> Frame:
    frame = screen.open(path)
    frame.wait_for_function("khucum.state.table === 'open'", polling=100)
    return frame


def caption(frame: Frame, panel: str = "zone") -> str:
    return frame.locator(f"#panel-{panel} caption").inner_text()


def names(frame: Frame) -> list[str]:
    return list(frame.evaluate(NAMES))


def cells(frame: Frame, key: str, panel: str = "zone") -> list[str]:
    return frame.locator(f"#panel-{panel} tbody .{key}").all_inner_texts()


def sort(frame: Frame, title: str, panel: str = "zone") -> Locator:
    heading = frame.locator(f"#panel-{panel}").get_by_role("columnheader", name=title)
    heading.get_by_role("button").click()
    return heading


def only_clusters(screen: Screen, frame: Frame) -> None:
    pills = screen.page.get_by_test_id("stButtonGroup").get_by_role("button")
    pills.filter(has_text="Industrial cluster").click()
    frame.wait_for_function(
        "khucum.state.ready && khucum.state.drawn.KCN === 0 && khucum.state.drawn.CCN > 0",
        polling=100,
    )


def unknown_word(frame: Frame) -> str:
    return str(frame.evaluate("khucum.scene.texts.not_known"))


def test_first_page_has_the_largest_zones_with_their_counts(screen: Screen) -> None:
    frame = opened(screen)
    assert caption(frame).startswith("Rows: 50; zones and clusters: 51, because CCN Tân Lập")
    assert len(names(frame)) == 25
    assert names(frame)[0] == "KCN-Đô thị Yên BìnhYen Binh Industrial Zone and Town"
    assert frame.locator("#panel-zone .range").inner_text() == "1–25 of 50"
    areas = [float(text.replace(",", "")) for text in cells(frame, "area_planned_ha")]
    assert areas == sorted(areas, reverse=True)
    frame.get_by_role("button", name="Next page").first.click()
    last = cells(frame, "area_planned_ha")
    assert last[-1] == unknown_word(frame)
    assert "0" not in last


@pytest.mark.parametrize(("lang", "area"), [("vi", "2.350"), ("en", "2,350")])
def test_numbers_are_the_readers_and_sort_as_numbers_with_unknown_last(
    screen: Screen, lang: str, area: str
) -> None:
    frame = opened(screen, f"/?lang={lang}")
    title = {"vi": "Diện tích quy hoạch", "en": "Planned area"}[lang]
    frame.locator("#panel-zone select").select_option("50")
    told = unknown_word(frame)
    heading = sort(frame, title)
    assert heading.get_attribute("aria-sort") == "none"
    assert cells(frame, "province")[0] == "Bắc Kạn"
    sort(frame, title)
    assert heading.get_attribute("aria-sort") == "ascending"
    rising = cells(frame, "area_planned_ha")
    count = rising.count(told)
    assert count == 15
    assert set(rising[-count:]) == {told}
    assert rising[-count - 1] == area
    sort(frame, title)
    assert heading.get_attribute("aria-sort") == "descending"
    falling = cells(frame, "area_planned_ha")
    assert falling[0] == area
    assert set(falling[-count:]) == {told}
    assert falling[:-count] == sorted(falling[:-count], key=rising.index, reverse=True)


def test_text_is_sorted_as_the_language_has_it(screen: Screen) -> None:
    frame = opened(screen, "/?lang=vi")
    frame.locator("#panel-zone select").select_option("50")
    sort(frame, "Tỉnh")
    provinces = list(dict.fromkeys(cells(frame, "province")))
    assert provinces == ["Bắc Kạn", "Bình Thuận", "Đắk Lắk", "Thái Nguyên"]


def test_pages_are_turned_by_buttons_and_by_keys(screen: Screen) -> None:
    frame = opened(screen)
    first = names(frame)
    frame.get_by_role("button", name="Next page").first.click()
    second = names(frame)
    assert not set(first) & set(second)
    assert frame.locator("#panel-zone .range").inner_text() == "26–50 of 50"
    following = frame.get_by_role("button", name="Next page").first
    assert following.get_attribute("aria-disabled") == "true"
    following.click(force=True)
    assert names(frame) == second
    frame.locator("#panel-zone tbody button").nth(4).focus()
    screen.page.keyboard.press("PageUp")
    assert names(frame) == first
    focused = "document.activeElement.textContent"
    assert frame.evaluate(focused) == first[0]
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowUp")
    assert frame.evaluate(focused) == first[1]
    screen.page.keyboard.press("PageDown")
    assert frame.evaluate(focused) == second[0]
    frame.locator("#panel-zone select").select_option("100")
    assert names(frame) == first + second


def test_a_name_selects_flies_and_marks_by_keyboard(screen: Screen) -> None:
    frame = opened(screen)
    frame.get_by_role("button", name="Diem Thuy Industrial Zone").focus()
    assert frame.evaluate("khucum.scene.hovered?.id") == DIEM_THUY
    screen.page.keyboard.press("Enter")
    frame.wait_for_function(
        f"khucum.state.profile === 'open' && khucum.state.selected === '{DIEM_THUY}'", polling=100
    )
    assert frame.evaluate("khucum.scene.map.getZoom()") >= 11
    current = frame.locator("tbody tr[aria-current]")
    assert current.count() == 1
    assert current.locator("th").inner_text() == "KCN Điềm Thụy\nDiem Thuy Industrial Zone"
    assert "KCN Điềm Thụy" in frame.locator(".tables .status").inner_text()
    expect(frame.locator("#stage")).to_be_in_viewport()


def test_what_the_map_selects_is_marked_on_its_page_without_scrolling(screen: Screen) -> None:
    frame = opened(screen)
    last = "bk-kcn-thanh-binh"  # of unknown area
    assert not any("Thanh Binh" in name for name in names(frame))
    before = screen.page.get_by_test_id("stMain").evaluate("box => box.scrollTop")
    frame.evaluate("id => khucum.scene.select({ kind: 'zone', id })", last)
    assert frame.locator("#panel-zone .range").inner_text() == "26–50 of 50"
    assert "Thanh Binh" in frame.locator("tbody tr[aria-current] th").inner_text()
    assert screen.page.get_by_test_id("stMain").evaluate("box => box.scrollTop") == before
    frame.evaluate("khucum.scene.select(null)")
    assert frame.locator("tbody tr[aria-current]").count() == 0


def test_a_link_to_a_zone_opens_its_page_of_the_table(screen: Screen) -> None:
    frame = opened(screen, "/?lang=en#zone=tn-ccn-tan-lap-so-1-va-2")
    selected = frame.evaluate("khucum.state.selected")
    if selected is None:
        pytest.fail("the zone of the link is not in the register")
    assert "Tan Lap" in frame.locator("tbody tr[aria-current] th").inner_text()


def test_pointing_at_a_row_marks_its_symbol(screen: Screen) -> None:
    frame = opened(screen)
    row = frame.locator("#panel-zone tbody tr").nth(2)
    row.hover()
    hovered = frame.evaluate("khucum.scene.hovered?.id")
    assert hovered == frame.evaluate("id => khucum.scene.zones.byId.get(id).id", hovered)
    screen.page.mouse.move(5, 5)
    frame.wait_for_function("khucum.scene.hovered === null", polling=100)


def test_filter_keeps_the_order_returns_to_page_one_and_is_told(screen: Screen) -> None:
    frame = opened(screen)
    sort(frame, "Planned area")
    sort(frame, "Planned area")
    frame.get_by_role("button", name="Next page").first.click()
    only_clusters(screen, frame)
    assert caption(frame).startswith("Rows: 32; zones and clusters: 33")
    assert frame.locator("#panel-zone .range").inner_text() == "1–25 of 32"
    assert set(cells(frame, "kind")) == {"CCN"}
    heading = frame.locator("#panel-zone").get_by_role("columnheader", name="Planned area")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert frame.locator(".tables .status").inner_text() == "Rows: 32"


def test_no_zone_left_is_said_in_words(screen: Screen) -> None:
    frame = opened(screen, "/?lang=en&q=xyzzy")
    expect(frame.locator("#panel-zone .empty")).to_be_visible()
    expect(frame.locator("#panel-zone table")).to_be_hidden()
    expect(frame.locator("#panel-zone .pager")).to_be_hidden()


@pytest.mark.parametrize("layer", ["districts-2016", "provinces-2016", "provinces-2025"])
def test_units_add_up_to_the_totals_above(screen: Screen, layer: str) -> None:
    frame = opened(screen, f"/?lang=en&unit={layer}")
    frame.get_by_role("tab", name="By administrative unit").click()
    above = screen.page.locator(".totals dd").all_inner_texts()
    kcn, ccn, area, unknown = above[:4]
    total = frame.locator("#panel-unit tfoot tr.total")
    assert total.locator(".zones").inner_text() == str(int(kcn) + int(ccn))
    assert f"{total.locator('.area_planned_ha').inner_text()} ha" == area
    assert total.locator(".unknown").inner_text() == unknown

    def numbers(key: str) -> list[float]:
        return [
            float(text.replace(",", ""))
            for text in cells(frame, key, "unit")
            if text not in (unknown_word(frame), "—")
        ]

    shared = total.locator(".shared")
    once = float(shared.inner_text().replace(",", "")) if shared.count() else 0.0
    whole = float(area.removesuffix(" ha").replace(",", ""))
    apart = frame.locator("#panel-unit tfoot tr.apart")
    assert apart.count() == shared.count()
    if once:
        assert apart.locator("th").inner_text() == "In several districts"
        assert apart.locator(".area_planned_ha").inner_text() == shared.inner_text()
    assert sum(numbers("area_planned_ha")) + once == pytest.approx(whole, abs=1e-6)
    if layer != "districts-2016":
        assert sum(numbers("zones")) == int(kcn) + int(ccn)
        assert once == 0
    else:
        assert sum(numbers("shared")) == 2 * once == 4700


def test_a_unit_is_selected_on_the_map(screen: Screen) -> None:
    frame = opened(screen)
    frame.get_by_role("tab", name="By administrative unit").click()
    frame.get_by_role("button", name="huyện Phú Bình").click()
    assert frame.evaluate("khucum.scene.selected") == {"kind": "unit", "id": "173"}
    assert frame.locator("#panel-unit tr[aria-current] th").inner_text() == "huyện Phú Bình"


def test_measure_that_colours_the_map_is_a_column_of_the_units(screen: Screen) -> None:
    frame = opened(screen, "/?lang=en&measure=share")
    frame.get_by_role("tab", name="By administrative unit").click()
    title = frame.evaluate("khucum.scene.view.theme.title")
    heading = frame.locator("#panel-unit").get_by_role("columnheader", name=f"{title} (%)")
    assert heading.count() == 1
    values = frame.evaluate("khucum.scene.view.theme.values.filter((value) => value > 0).length")
    shown = [text for text in cells(frame, "measure", "unit") if text != unknown_word(frame)]
    assert len([text for text in shown if text != "0"]) == values


def test_tabs_and_columns_work_from_the_keyboard_and_are_kept(screen: Screen) -> None:
    frame = opened(screen)
    frame.get_by_role("tab", name="By zone").focus()
    screen.page.keyboard.press("ArrowRight")
    unit = frame.get_by_role("tab", name="By administrative unit")
    assert unit.get_attribute("aria-selected") == "true"
    expect(frame.locator("#panel-zone")).to_be_hidden()
    screen.page.keyboard.press("ArrowLeft")
    expect(frame.locator("#panel-zone")).to_be_visible()
    frame.locator("details.columns summary").focus()
    screen.page.keyboard.press("Enter")
    frame.get_by_role("checkbox", name="Commune").focus()
    screen.page.keyboard.press("Space")
    assert "Commune" in frame.locator("#panel-zone thead").inner_text()
    screen.page.keyboard.press("Escape")
    expect(frame.get_by_role("checkbox", name="Commune")).to_be_hidden()
    frame = opened(screen)
    assert "Commune" in frame.locator("#panel-zone thead").inner_text()


def test_a_browser_that_keeps_nothing_still_has_the_table(screen: Screen) -> None:
    screen.page.add_init_script(
        "Storage.prototype.getItem = Storage.prototype.setItem = () => {"
        " throw new Error('refused'); };"
    )
    frame = opened(screen)
    frame.locator("details.columns summary").click()
    frame.get_by_role("checkbox", name="Commune").click()
    assert "Commune" in frame.locator("#panel-zone thead").inner_text()


def test_rows_that_do_not_come_are_replaced_by_the_layer_until_tried_again(screen: Screen) -> None:
    pattern = "**/rows/**"
    screen.page.context.route(pattern, lambda route: route.abort())
    frame = screen.open("/?lang=en")
    frame.wait_for_function("khucum.state.table === 'failed'", polling=100)
    assert "could not be loaded" in frame.locator(".tables .trouble").inner_text()
    assert caption(frame).startswith("Rows: 50; zones and clusters: 51, because CCN Tân Lập")
    titles = frame.locator("#panel-zone thead").inner_text()
    assert all(title in titles for title in ("Name", "Kind", "Planned area", "Stage"))
    assert "Industries" not in titles
    frame.get_by_role("tab", name="By administrative unit").click()
    total = frame.locator("#panel-unit tfoot tr.total .area_planned_ha").inner_text()
    assert f"{total} ha" in screen.page.locator(".totals dd").all_inner_texts()
    frame.get_by_role("tab", name="By zone").click()
    screen.page.context.unroute(pattern)
    frame.locator(".tables .trouble button").click()
    frame.wait_for_function("khucum.state.table === 'open'", polling=100)
    expect(frame.locator(".tables .trouble")).to_be_hidden()
    assert "Industries" in frame.locator("#panel-zone thead").inner_text()


def test_without_the_layer_of_zones_the_table_works(screen: Screen) -> None:
    screen.page.context.route("**/zones.geojson", lambda route: route.abort())
    screen.page.goto(f"{screen.address}/?lang=en")
    frame = screen.page.wait_for_selector("iframe[src*='/frames/']").content_frame()
    assert frame is not None
    frame.wait_for_function("window.khucum?.state?.table === 'open'", polling=100)
    assert caption(frame).startswith("Rows: 50; zones and clusters: 51")
    sort(frame, "Name")
    frame.locator("#panel-zone tbody button").first.click()
    assert "aria-current" in frame.locator("#panel-zone tbody tr").first.evaluate(
        "row => row.getAttributeNames()"
    )
    frame.get_by_role("tab", name="By administrative unit").click()
    assert frame.locator("#panel-unit tfoot tr.total .zones").inner_text() == "51"


def test_rows_are_asked_for_once_and_not_with_a_filter(screen: Screen) -> None:
    asked: list[Request] = []
    screen.page.on(
        "request", lambda request: asked.append(request) if "/rows/" in request.url else None
    )
    frame = opened(screen)
    only_clusters(screen, frame)
    assert len(asked) == 1


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A register with names that would do harm as markup or as a formula."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    shutil.copytree(ROOT / "data", data)
    path: Path = data / "zones.geojson"
    register = json.loads(path.read_text("utf-8"))
    chosen = [one for one in register["features"] if one["properties"]["kind"] == "KCN"]
    for feature, name in zip(chosen, HOSTILE, strict=False):
        feature["properties"] |= {"name": name, "name_en": name}
    path.write_text(json.dumps(register, ensure_ascii=False), "utf-8")
    with running(KHUCUM_DATA=str(data)) as made:
        yield made


def test_hostile_names_are_text(open_screen: OpenScreen, hostile: Server) -> None:
    screen = open_screen(hostile)
    frame = opened(screen, "/?lang=vi")
    frame.locator("#panel-zone select").select_option("50")
    assert set(HOSTILE) <= set(names(frame))
    frame.locator("#panel-zone tbody button", has_text="<img").click()
    frame.wait_for_function("khucum.state.selected", polling=100)
    assert HOSTILE[0] in (frame.locator(".tables .status").text_content() or "")
    assert frame.locator("img").count() == 0
    assert frame.evaluate("document.title") != "hacked"


def test_a_file_without_a_server_has_the_table_of_its_zones(screen: Screen, tmp_path: Path) -> None:
    planner = Planner(Settings()).now()
    mask = planner.state.columns.accept(Filter(kinds=("KCN",)))
    zones = planner.state.columns.picked(mask)
    file = tmp_path / "map.html"
    file.write_bytes(takeaway.page(planner, planner.map_view(mask), zones, "en"))
    screen.page.goto(file.as_uri())
    screen.page.wait_for_function("window.khucum?.state?.table === 'open'", polling=100)
    frame = screen.page.main_frame
    assert caption(frame).startswith("Rows: 18.")
    frame.get_by_role("button", name="Diem Thuy Industrial Zone").click()
    frame.wait_for_function(f"khucum.state.selected === '{DIEM_THUY}'", polling=100)
    frame.get_by_role("tab", name="By administrative unit").click()
    assert frame.locator("#panel-unit tfoot tr.total .zones").inner_text() == "18"
    assert screen.complaints == []


def test_every_cell_has_its_headers_and_every_control_its_name(screen: Screen) -> None:
    frame = opened(screen)
    assert frame.locator("#panel-zone thead th:not([scope=col])").count() == 0
    assert frame.locator("#panel-zone tbody th[scope=row]").count() == 25
    unnamed = frame.evaluate(
        """[...document.querySelectorAll(".tables :is(button, input, select, summary)")].filter(
            (one) => !(one.ariaLabel || one.textContent.trim()
                || one.closest("label")?.textContent.trim())).length"""
    )
    assert unnamed == 0


def test_phone_scrolls_inside_the_box_with_the_names_in_sight(
    open_screen: OpenScreen, server: Server
) -> None:
    narrow = open_screen(server, viewport={"width": 390, "height": 844}, has_touch=True)
    frame = opened(narrow)
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = frame.locator("#panel-zone .scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.evaluate("box => { box.scrollLeft = 400; }")
    place = frame.evaluate(
        """() => {
            const box = document.querySelector("#panel-zone .scroll").getBoundingClientRect();
            const name = document.querySelector("#panel-zone tbody button").getBoundingClientRect();
            return [name.left - box.left, name.width];
        }"""
    )
    assert 0 <= place[0] <= 2
    assert place[1] < 150
    small = frame.evaluate(
        """[...document.querySelectorAll(
            "#panel-zone :is(button, select), .tabs button, .tables summary")]
            .filter((one) => one.getBoundingClientRect().height < 39.5).length"""
    )
    assert small == 0
    frame.locator("#panel-zone tbody button").nth(1).tap()
    frame.wait_for_function("khucum.state.selected", polling=100)


def test_phone_says_that_there_are_more_columns_until_the_last_is_seen(
    open_screen: OpenScreen, server: Server
) -> None:
    narrow = open_screen(server, viewport={"width": 390, "height": 844}, has_touch=True)
    frame = opened(narrow)
    frame.get_by_role("tab", name="By administrative unit").click()
    grid = frame.locator("#panel-unit .grid")
    expect(grid.locator(".wider")).to_have_text(
        "More columns on the right: swipe or scroll sideways."
    )
    expect(grid.locator(".wider")).to_be_visible()
    expect(grid).to_have_class("grid wide")
    grid.locator(".scroll").evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    expect(grid).to_have_class("grid wide begun ended")


def test_what_stays_vietnamese_is_marked_so(screen: Screen) -> None:
    frame = opened(screen)
    phrase = frame.locator("#panel-zone [lang=vi]", has_text="trung tâm đào tạo").first
    assert phrase.inner_text() == "“trung tâm đào tạo và thiết kế mẫu mốt thời trang”"


def test_pages_hold_only_their_rows_and_nothing_goes_wrong(screen: Screen) -> None:
    frame = opened(screen)
    assert frame.locator("#panel-zone tbody tr").count() == 25
    only_clusters(screen, frame)
    sort(frame, "Industries")
    assert screen.complaints == []
    assert screen.outside == []


def test_revision_that_is_gone_asks_the_page_for_the_new_one(screen: Screen) -> None:
    """The rows alone come too late: the page is asked for a rerun, as for a layer."""
    told: list[str] = []

    def gone(route: BrowserRoute) -> None:
        told.append(route.request.url)
        body = {"error": "revision_gone", "revision": "newer"}
        route.fulfill(status=410, json=body)

    screen.page.context.route("**/rows/**", gone)
    frame = screen.open("/?lang=en")
    frame.wait_for_function("khucum.scene.staleFor === 'newer'", polling=100)
    assert len(told) == 1
