"""What a reader sees of the map when something fails or changes meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect
from playwright.sync_api import Route as BrowserRoute

from geo.auth import Role
from geo.i18n import t
from tests.browser.conftest import OpenScreen, Screen, running
from tests.office import Office

pytestmark = pytest.mark.browser

DIEM_THUY = "tn-kcn-diem-thuy"
READ = "khucum.state.profile === 'open'"
SELECTED = "id => khucum.state.selected === id"


def frame_of(screen: Screen) -> Frame:
    element = screen.page.wait_for_selector("iframe[src*='/frames/']")
    frame = element.content_frame()
    assert frame is not None
    return frame


@pytest.mark.parametrize("link", ["/#zone=tn-kcn-diem-thuy", "/?zone=tn-kcn-diem-thuy"])
def test_a_link_is_followed_when_the_layer_has_come_at_last(screen: Screen, link: str) -> None:
    pattern = "**/layers/*/zones.geojson"
    screen.page.context.route(pattern, lambda route: route.fulfill(status=500, body="{}"))
    screen.page.goto(screen.address + link)
    frame = frame_of(screen)
    expect(frame.locator(".alarm")).to_be_visible()
    expect(frame.locator("#below tbody tr").first).to_be_visible()  # the table does not need it
    screen.page.context.unroute(pattern)
    frame.locator(".alarm").get_by_role("button", name=t("vi", "map.client.retry")).click()
    frame.wait_for_function(SELECTED, arg=DIEM_THUY, polling=100)
    frame.wait_for_function(READ, polling=100)
    expect(frame.locator(".alarm")).to_be_hidden()


def test_the_table_does_not_wait_for_a_layer_that_never_comes(screen: Screen) -> None:
    held: list[BrowserRoute] = []
    screen.page.context.route("**/districts-2016.geojson", lambda route: held.append(route))
    screen.page.goto(screen.address)
    frame = frame_of(screen)
    expect(frame.locator("#below tbody tr").first).to_be_visible()
    assert not frame.evaluate("khucum.state.ready")
    held[0].continue_()
    frame.wait_for_function("khucum.state.ready", polling=100)


def test_a_link_survives_a_filter_that_is_clicked_while_the_layer_comes(screen: Screen) -> None:
    held: list[BrowserRoute] = []
    screen.page.context.route("**/layers/*/zones.geojson", lambda route: held.append(route))
    with screen.page.expect_request("**/zones.geojson"):
        screen.page.goto(f"{screen.address}/#zone={DIEM_THUY}&at=21.5,105.9,10")
    screen.page.get_by_test_id("stSidebar").get_by_role("button", name="Thái Nguyên").click()
    expect(screen.page.locator(".totals dd").first).to_have_text("7")
    held[0].continue_()
    frame = screen.map()
    frame.wait_for_function(SELECTED, arg=DIEM_THUY, polling=100)
    assert frame.evaluate("khucum.scene.map.getZoom()") == 10


@pytest.mark.parametrize("script", ["khucum-panels.js", "khucum-table.js", "leaflet.js"])
def test_a_script_that_is_missing_leaves_no_empty_frame(screen: Screen, script: str) -> None:
    screen.page.context.route(f"**/{script}", lambda route: route.abort())
    screen.page.goto(screen.address)
    expect(frame_of(screen).locator("#broken")).to_have_text(t("vi", "map.broken"))


def test_an_open_profile_follows_the_register(open_screen: OpenScreen, tmp_path: Path) -> None:
    with running(KHUCUM_VAR=str(tmp_path)) as editable:
        office = Office(editable, tmp_path)
        office.hire("an", Role.APPROVER)
        screen = open_screen(editable)
        frame = screen.open(f"/#zone={DIEM_THUY}")
        frame.wait_for_function(READ, polling=100)
        office.submit("an", office.edit(DIEM_THUY, name="KCN Đổi Tên"))
        screen.page.get_by_test_id("stSidebar").get_by_role("button", name="Thái Nguyên").click()
        expect(frame.locator("#side h2")).to_have_text("KCN Đổi Tên")
        frame.wait_for_function(READ, polling=100)
        office.register.engine.dispose()


@pytest.mark.parametrize("at", [",,", "0,0,0", "0x15,1e2,9", "21.5,105.8", "91,105,9"])
def test_a_place_that_is_none_is_named(screen: Screen, at: str) -> None:
    frame = screen.open(f"/#at={at}")
    told = t("vi", "map.client.address_ignored", what="at")
    expect(frame.locator(".notice")).to_have_text(told)
    assert frame.evaluate("khucum.scene.map.getCenter().lat") > 8


def test_an_address_changed_by_hand_is_followed(screen: Screen) -> None:
    frame = screen.open("/")
    screen.page.evaluate("location.hash = 'unit=173'")
    frame.wait_for_function("khucum.scene.selected?.id === '173'", polling=100)
    screen.page.evaluate("location.hash = 'zone=khong-co'")
    expect(frame.locator(".notice")).to_contain_text("khong-co")
    screen.page.evaluate("location.hash = ''")
    frame.wait_for_function("khucum.scene.selected === null", polling=100)
