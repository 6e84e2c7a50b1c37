"""A district or province beside the map: figures, zones by kind, what the filter hides."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.conftest import OpenScreen, Screen, Server

pytestmark = pytest.mark.browser

OPEN = "khucum.state.unitPanel === 'open'"


def opened(frame: Frame, code: str) -> None:
    frame.evaluate("code => khucum.scene.select({kind: 'unit', id: code}, {fly: true})", code)
    frame.wait_for_function(OPEN, polling=100)


def figures(frame: Frame) -> dict[str, str]:
    pairs = frame.evaluate(
        """() => [...document.querySelectorAll('.unit > dl dt')]
            .map((term) => [term.textContent, term.nextElementSibling.textContent])"""
    )
    return dict(pairs)


def test_a_click_on_a_district_tells_what_it_holds(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate("khucum.scene.map.fitBounds([[21.3, 105.5], [22.0, 106.2]], {animate: false})")
    point = frame.evaluate(
        """() => {
            const {label} = khucum.scene.unit("170");
            return khucum.scene.map.latLngToContainerPoint(khucum.toLatLng(label.x, label.y));
        }"""
    )
    frame.locator(".folium-map").click(position={"x": point["x"], "y": point["y"]})
    frame.wait_for_function(OPEN, polling=100)
    assert frame.evaluate("khucum.scene.selected") == {"kind": "unit", "id": "170"}
    expect(frame.locator("#side h2")).to_contain_text(
        frame.evaluate("khucum.scene.unit('170').name")
    )


def test_units_one_after_another_by_click_and_by_search(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate("khucum.scene.map.fitBounds([[21.3, 105.5], [22.0, 106.2]], {animate: false})")
    for code in ("170", "171"):
        point = frame.evaluate(
            """(code) => {
                const {label} = khucum.scene.unit(code);
                return khucum.scene.map.latLngToContainerPoint(khucum.toLatLng(label.x, label.y));
            }""",
            code,
        )
        frame.locator(".folium-map").click(position={"x": point["x"], "y": point["y"]})
        loaded(frame, code)
    for name, code in (("huyện Phổ Yên", "172"), ("huyện Phú Bình", "173")):
        frame.locator("#find").fill(name)
        bare = name.removeprefix("huyện ")
        expect(frame.locator("#find-list li .name").first).to_contain_text(bare)
        frame.locator("#find").press("Enter")
        loaded(frame, code)
    assert screen.complaints == []


def loaded(frame: Frame, code: str) -> None:
    """Wait for the zones of a unit, beside its name and no longer asked for."""
    frame.wait_for_function(
        "code => khucum.scene.selected?.id === code && khucum.state.unitPanel === 'open'",
        arg=code,
        polling=100,
    )
    expect(frame.locator("#side h2")).to_contain_text(
        frame.evaluate("code => khucum.scene.unit(code).name", code)
    )
    assert frame.locator(".unit .zones li").count() == frame.evaluate(
        "khucum.state.unitZones.shown"
    )
    assert frame.locator(".unit .past li").count() > 0


def test_figures_of_a_district(screen: Screen) -> None:
    frame = screen.open()
    opened(frame, "172")
    assert figures(frame) == {
        "Diện tích tự nhiên": "259,05 km²",
        "Số dòng trong quy hoạch": "8",
        "Diện tích quy hoạch (phần đã rõ)": "579,4 ha",
        "Tỷ lệ trên diện tích tự nhiên": "2,24 %",
        "Nằm ở nhiều huyện, chưa chia được": "1",
    }
    expect(frame.locator("#side .subtitle")).to_have_text("Thị xã, tỉnh Thái Nguyên")
    kinds = frame.locator(".unit .kinds tbody tr").all_inner_texts()
    assert [row.split("\t") for row in kinds] == [
        ["KCN", "3", "400 ha", "0"],
        ["CCN", "5", "179,4 ha", "0"],
    ]
    names = frame.locator(".unit .zones .name").all_inner_texts()
    assert len(names) == 8
    assert "KCN-Đô thị Yên Bình" in names
    expect(frame.locator("[data-zone=tn-kcn-yen-binh] .area")).to_have_text(
        "2.350 ha · nằm ở nhiều huyện"
    )
    expect(frame.locator(".unit .past li").first).to_contain_text("huyện Phổ Yên")
    assert screen.complaints == []


def test_unknown_areas_stay_unknown(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    code = frame.evaluate("khucum.scene.zones.byId.get('bk-kcn-thanh-binh').districts[0]")
    opened(frame, code)
    told = figures(frame)
    assert told["Planned area (where known)"] == "not known"
    assert told["Area unknown"] == "1"
    assert "Share of total land" not in told
    row = frame.locator(".unit .kinds tbody tr").inner_text().split("\t")
    assert row == ["KCN", "1", "not known", "1"]
    expect(frame.locator("[data-zone=bk-kcn-thanh-binh] .area")).to_have_text("area unknown")


def test_a_zone_of_the_list_is_opened_and_marked(screen: Screen) -> None:
    frame = screen.open()
    opened(frame, "172")
    button = frame.locator("[data-zone=tn-kcn-nam-pho-yen]")
    button.focus()
    assert frame.evaluate("khucum.scene.hovered.id") == "tn-kcn-nam-pho-yen"
    button.press("Enter")
    frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
    assert frame.evaluate("khucum.state.selected") == "tn-kcn-nam-pho-yen"
    assert frame.evaluate("khucum.state.unitPanel") is None


def test_a_click_on_the_filter_changes_the_open_unit(screen: Screen) -> None:
    frame = screen.open()
    opened(frame, "172")
    screen.page.locator("section[data-testid=stSidebar] button", has_text="Cụm công nghiệp").click()
    frame.wait_for_function("khucum.state.unitZones.hidden === 3", polling=100)
    assert figures(frame)["Số dòng trong quy hoạch"] == "5"
    assert frame.locator(".unit .zones li").count() == 5
    expect(frame.locator(".unit")).to_contain_text("3 khu, cụm đang bị bộ lọc ẩn")


def test_a_province_counts_a_shared_zone_once(screen: Screen) -> None:
    frame = screen.open("/?unit=provinces-2016")
    opened(frame, "19")
    told = figures(frame)
    assert "Nằm ở nhiều huyện, chưa chia được" not in told
    shown = frame.locator("[data-zone=tn-kcn-yen-binh] .area")
    expect(shown).to_have_text("2.350 ha")
    total = frame.evaluate("khucum.scene.view.theme.ha[khucum.scene.unit('19').at]")
    kinds = frame.evaluate(
        """() => khucum.scene.zones.all.filter((zone) => zone.province === "19")
            .reduce((all, zone) => all + Math.round(zone.area * 1e4), 0) / 1e4"""
    )
    assert total == kinds


def test_another_layer_closes_the_unit(screen: Screen) -> None:
    frame = screen.open()
    opened(frame, "172")
    screen.page.get_by_role("combobox", name="Tô màu theo").click()
    screen.page.get_by_role("option", name="34 tỉnh").click()
    frame.wait_for_function("khucum.state.unit === 'provinces-2025'", polling=100)
    expect(frame.locator("#side")).to_be_hidden()


def test_a_unit_whose_zones_do_not_load_keeps_its_figures(screen: Screen) -> None:
    frame = screen.open()
    screen.page.context.route("**/units/**", lambda route: route.abort())
    frame.evaluate("khucum.scene.select({kind: 'unit', id: '172'})")
    frame.wait_for_function("khucum.state.unitPanel === 'failed'", polling=100)
    assert figures(frame)["Số dòng trong quy hoạch"] == "8"
    screen.page.context.unroute("**/units/**")
    frame.locator(".unit .retry").click()
    frame.wait_for_function(OPEN, polling=100)
    assert frame.locator(".unit .zones li").count() == 8


def test_a_unit_without_zones_says_so(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    opened(frame, "001")
    expect(frame.locator(".unit")).to_contain_text("No zone or cluster is here.")
    assert figures(frame)["Rows in the plans"] == "0"


def test_on_a_phone_the_list_has_room_for_a_thumb(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, viewport={"width": 390, "height": 844})
    frame = screen.open()
    opened(frame, "172")
    heights = frame.evaluate(
        "[...document.querySelectorAll('.unit .zones button')].map((one) => one.offsetHeight)"
    )
    assert min(heights) >= 40
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
