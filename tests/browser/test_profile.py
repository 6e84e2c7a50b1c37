"""The profile beside the map and the fact sheet, as a reader sees and prints them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from geo.auth import Role
from geo.settings import ROOT
from tests.browser.conftest import OpenScreen, Screen, Server, running
from tests.office import ZONE, Office

pytestmark = pytest.mark.browser

DIEM_THUY = "tn-kcn-diem-thuy"
CLUSTER = "tn-ccn-diem-thuy"
HOSTILE = "<img src=x onerror=alert(1)>"
OPEN = "id => khucum.state?.profile === 'open' && khucum.state.history === id"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def opened(screen: Screen, zone_id: str, lang: str = "vi") -> Frame:
    """The map's frame with a profile that a link has opened."""
    frame = screen.open(f"/?zone={zone_id}&lang={lang}")
    frame.wait_for_function(OPEN, arg=zone_id, polling=100)
    return frame


def select(frame: Frame, zone_id: str) -> None:
    frame.evaluate("id => khucum.scene.select({kind: 'zone', id})", zone_id)
    frame.wait_for_function(OPEN, arg=zone_id, polling=100)


@pytest.mark.parametrize(
    ("lang", "headings"),
    [
        (
            "vi",
            ["Diện tích", "Tình trạng", "Vị trí", "Đơn vị hành chính", "Ghi chú", "Ngành nghề",
             "Kiểm tra theo quy hoạch", "Nguồn, trích nguyên văn", "Lịch sử"],
        ),
        (
            "en",
            ["Areas", "Status", "Location", "Administrative units", "Notes", "Industries",
             "Plan checks", "Sources, word for word", "History"],
        ),
    ],
)  # fmt: skip
def test_link_opens_the_whole_profile(screen: Screen, lang: str, headings: list[str]) -> None:
    frame = opened(screen, DIEM_THUY, lang)
    side = frame.locator("#side")
    assert side.locator("h2").inner_text() == "KCN Điềm Thụy"
    assert side.locator("h3").all_inner_texts() == headings
    assert side.locator(".areas .unknown").count() == 4
    assert side.locator(".group").evaluate_all("all => all.map(one => one.className)") == [
        "group listed",
        "group steered",
    ]
    assert side.locator("blockquote").count() == 3
    assert side.locator(".status.met").count() == 2
    assert side.locator(".history li").count() == 1
    assert screen.page.get_by_test_id("stAlert").count() == 0
    screen.page.wait_for_function(
        "id => location.hash.includes(`zone=${id}`) && !location.search.includes('zone')",
        arg=DIEM_THUY,
        polling=100,
    )
    assert screen.complaints == []


def test_unknown_zone_of_a_link_is_ignored_with_a_notice(screen: Screen) -> None:
    frame = screen.open(f"/?zone={HOSTILE}")
    expect(screen.page.get_by_test_id("stAlert")).to_contain_text("zone")
    assert frame.locator("#side").is_hidden()


def test_zone_of_the_same_name_is_one_press_away(screen: Screen) -> None:
    frame = opened(screen, DIEM_THUY)
    frame.locator("#side").get_by_role("button", name="CCN Điềm Thụy").click()
    frame.wait_for_function(OPEN, arg=CLUSTER, polling=100)
    assert frame.locator("#side h2").inner_text() == "CCN Điềm Thụy"
    assert frame.evaluate("document.activeElement.textContent") == "CCN Điềm Thụy"
    assert frame.evaluate("document.querySelector('#side').className") == "CCN"
    assert frame.locator("#side").get_by_role("button", name="KCN Điềm Thụy").is_visible()


def followed(screen: Screen, frame: Frame, name: str) -> Page:
    """The tab that a link of the panel opens."""
    with screen.page.context.expect_page() as made:
        frame.get_by_role("link", name=name).first.click()
    made.value.wait_for_load_state()
    return made.value


@pytest.mark.parametrize("base_path", ["", "khu-cum"])
def test_links_lead_out_of_the_frame(open_screen: OpenScreen, base_path: str) -> None:
    with running(base_path=base_path) as server:
        screen = open_screen(server)
        frame = opened(screen, DIEM_THUY, "en")
        sheet = followed(screen, frame, "Fact sheet")
        expect(sheet.get_by_role("heading", level=1)).to_have_text("KCN Điềm Thụy")
        assert sheet.url == f"{server.address}/ho-so/en/{DIEM_THUY}"
        sheet.get_by_role("link", name="See on the map").click()
        back = Screen(sheet, server.address).map()
        back.wait_for_function(OPEN, arg=DIEM_THUY, polling=100)
        checks = followed(screen, frame, "See on the page of checks")
        assert checks.url.startswith(f"{server.address}/kiem-tra?document=tn-qd-341-2010&")
        expect(checks.get_by_role("heading", level=1)).to_have_text("Plan checks")
        history = followed(screen, frame, "Full history")
        assert history.url.startswith(f"{server.address}/lich-su?zone={DIEM_THUY}&")
        expect(history.get_by_role("heading", level=3)).to_contain_text("Diem Thuy Industrial Zone")


def test_history_names_people_and_offers_editing_to_staff_only(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    with running(KHUCUM_VAR=str(tmp_path)) as server:
        office = Office(server, tmp_path)
        office.hire("an", Role.APPROVER, "Nguyễn An")
        office.submit("an", office.edit(area_planned_ha=51))
        reader = open_screen(server)
        frame = opened(reader, ZONE)
        newest = frame.locator(".history li").first
        assert newest.locator("p").nth(0).inner_text().endswith("Sửa: Diện tích quy hoạch")
        assert newest.locator("p").nth(1).inner_text() == "theo biên bản"
        assert newest.locator("p").nth(2).inner_text() == "người duyệt"
        assert frame.get_by_role("link", name="Sửa").count() == 0
        staff = open_screen(server)
        office.sign_in(staff, "an")
        frame = opened(staff, ZONE)
        assert "Nguyễn An" in frame.locator(".history li").first.inner_text()
        assert followed(staff, frame, "Sửa").url.startswith(f"{server.address}/sua?zone={ZONE}&")
        office.register.engine.dispose()


def test_profile_stays_when_the_history_cannot_be_read(screen: Screen) -> None:
    screen.page.context.route("**/histories/**", lambda route: route.fulfill(status=503, body="{}"))
    frame = opened(screen, DIEM_THUY)
    assert frame.locator(".history").inner_text().endswith("Chưa đọc được lịch sử.")
    assert frame.locator(".areas dd").first.inner_text() == "350 ha"


def test_record_that_fails_can_be_tried_again(screen: Screen) -> None:
    frame = screen.open()
    screen.page.context.route("**/records/**", lambda route: route.fulfill(status=500, body="{}"))
    frame.evaluate("id => khucum.scene.select({kind: 'zone', id})", DIEM_THUY)
    frame.wait_for_function("khucum.state.profile === 'failed'", polling=100)
    screen.page.context.unroute("**/records/**")
    frame.get_by_role("button", name="Thử lại").click()
    frame.wait_for_function(OPEN, arg=DIEM_THUY, polling=100)


def test_panel_on_a_phone_comes_into_view_and_fits(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, **PHONE)
    frame = screen.open()
    select(frame, DIEM_THUY)
    screen.page.wait_for_function(
        """() => {
            const frame = document.querySelector("iframe[src*='/frames/']");
            const title = frame.contentDocument.querySelector("#side h2");
            const top = frame.getBoundingClientRect().top + title.getBoundingClientRect().top;
            return top > 0 && top < innerHeight;
        }""",
        polling=100,
    )
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert frame.evaluate(
        "[...document.querySelectorAll('#side *')].every(e => e.scrollWidth <= 360)"
    )


# -- the fact sheet


def zone_ids() -> list[str]:
    collection = json.loads((ROOT / "data" / "zones.geojson").read_text("utf-8"))
    return [feature["id"] for feature in collection["features"]]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_zone_prints_on_one_page(screen: Screen, lang: str) -> None:
    assert len(zone_ids()) == 50
    pages = {}
    for zone_id in zone_ids():
        screen.page.goto(f"{screen.address}/ho-so/{lang}/{zone_id}")
        printed = screen.page.pdf(prefer_css_page_size=True)
        assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", printed)  # A4 upright
        pages[zone_id] = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert {zone_id: count for zone_id, count in pages.items() if count != 1} == {}
    assert screen.complaints == []


def test_print_button_prints(screen: Screen) -> None:
    screen.page.add_init_script("window.print = () => { window.printed = true; }")
    screen.page.goto(f"{screen.address}/ho-so/en/{DIEM_THUY}")
    screen.page.get_by_role("button", name="Print").click()
    assert screen.page.evaluate("window.printed")


def test_sheet_needs_no_script_and_no_other_host(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, java_script_enabled=False)
    screen.page.goto(f"{screen.address}/ho-so/vi/{DIEM_THUY}")
    assert screen.page.get_by_role("heading", level=1).inner_text() == "KCN Điềm Thụy"
    assert screen.page.get_by_role("button").count() == 0
    expect(screen.page.get_by_role("img")).to_have_accessible_name(
        "Vị trí của KCN Điềm Thụy trong huyện Phú Bình"
    )
    screen.page.get_by_role("link", name="English").click()
    assert screen.page.locator("html").get_attribute("lang") == "en"
    assert screen.outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sheet_fits_a_phone_and_prints_dark_on_white(
    open_screen: OpenScreen, server: Server, scheme: str
) -> None:
    screen = open_screen(server, color_scheme=scheme, **PHONE)
    screen.page.goto(f"{screen.address}/ho-so/vi/tn-kcn-nam-pho-yen")
    ground = "getComputedStyle(document.querySelector('main')).backgroundColor"
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    light = screen.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert light is (scheme == "light")
    screen.page.emulate_media(media="print")
    assert screen.page.evaluate(ground) == "rgb(255, 255, 255)"


def test_unknown_sheet_says_so_and_leads_back(screen: Screen) -> None:
    answer = screen.page.goto(f"{screen.address}/ho-so/en/no-such-zone")
    assert answer is not None
    assert answer.status == 404
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("No such zone")
    screen.page.get_by_role("link", name="Back to the map").click()
    assert screen.map().evaluate("khucum.state.drawn.KCN") > 0


# -- texts of any content


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data with one record whose texts would do harm where they are not text."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    shutil.copytree(ROOT / "data", data)
    path = data / "zones.geojson"
    collection = json.loads(path.read_text("utf-8"))
    for feature in collection["features"]:
        own = feature["properties"]
        if own["id"] == DIEM_THUY:
            own["name"] = HOSTILE
            own["aliases"] = ["=1+1", "</script><script>alert(2)</script>"]
            own["location_source"] = HOSTILE
            own["note_vi"] = own["note_en"] = '=HYPERLINK("javascript:alert(3)")'
            own["industries"] = [{"phrase": HOSTILE, "state": "listed", "clause": HOSTILE}]
            own["sources"][0] |= {"clause": HOSTILE, "quote": HOSTILE}
        if own["id"] == CLUSTER:
            own["name"] = f"CCN {HOSTILE}"
    path.write_text(json.dumps(collection, ensure_ascii=False), "utf-8")
    return data


def test_hostile_texts_are_text_in_panel_and_sheet(open_screen: OpenScreen, hostile: Path) -> None:
    with running(KHUCUM_DATA=str(hostile)) as server:
        screen = open_screen(server)
        alerts: list[str] = []
        screen.page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
        frame = opened(screen, DIEM_THUY)
        side = frame.locator("#side")
        assert side.locator("h2").inner_text() == HOSTILE
        assert side.locator(".group li").inner_text() == HOSTILE
        assert side.locator("blockquote p").first.inner_text() == HOSTILE
        assert "=HYPERLINK" in side.locator("section.note").inner_text()
        assert frame.locator("img").count() == 0
        screen.page.goto(f"{screen.address}/ho-so/vi/{DIEM_THUY}")
        assert screen.page.get_by_role("heading", level=1).inner_text() == HOSTILE
        assert screen.page.locator(".industries .item").inner_text() == HOSTILE
        assert screen.page.locator("blockquote p").first.inner_text() == HOSTILE
        assert screen.page.locator("main img, main script").count() == 0
        assert screen.page.title().startswith(f"Phiếu thông tin: {HOSTILE}")
        assert alerts == []
        assert screen.complaints == []
