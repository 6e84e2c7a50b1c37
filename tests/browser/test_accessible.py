"""Every page for those who do not see it, do not use a mouse, or hold it in one hand.

Nothing that axe calls serious or critical is excused on any page, not even what Streamlit draws.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from geo import takeaway
from geo.auth import Role
from geo.columns import Filter
from geo.i18n import t
from geo.services import Planner
from tests.browser.axe import grave
from tests.browser.conftest import ROOT, OpenScreen, Screen, Server, running
from tests.office import ZONE, Office

pytestmark = pytest.mark.browser

LOOKS = [("vi", "light"), ("en", "dark")]  # a text is of a language and a colour is of a theme
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DIEM_THUY = "tn-kcn-diem-thuy"
ADDRESSES = next(
    [address for _, _, _, address, _ in ast.literal_eval(node.value)]
    for node in ast.parse((ROOT / "app.py").read_text("utf-8")).body
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
)
TASKS = [f"sua?zone={ZONE}&do={task}" for task in ("place", "split", "merge", "retire", "new")]
PARTS = ["lich-su?part=movements"]
DRAWN = """() => document.querySelector("h1")
    && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid=stMain] [data-stale=true]")"""
MAP_DRAWN = "window.khucum?.state?.ready && khucum.state.paints > 0"
AT = "(() => { const {lat, lng} = khucum.scene.map.getCenter(); return [lat, lng]; })()"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with running(KHUCUM_VAR=str(folder)) as server:
        made = Office(server, folder)
        made.hire("an", Role.APPROVER, "Nguyễn An")
        made.hire("binh", Role.EDITOR, "Trần Bình")
        made.submit("an", made.edit("tn-ccn-trung-hoi", area_planned_ha=8.5))
        made.submit("binh", made.edit(area_industrial_ha=5, area_let_ha=3, let_as_of="2026-06-14"))
        yield made
        made.register.engine.dispose()


def drawn(page: Page, address: str, lang: str) -> None:
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
    page.wait_for_function(DRAWN, polling=100)
    page.wait_for_function("lang => document.documentElement.lang === lang", arg=lang, polling=100)
    for place in page.locator("iframe[src*='/frames/']").element_handles():
        frame = place.content_frame()
        assert frame is not None
        frame.wait_for_function("window.khucum?.state?.ready ?? window.khucum?.board", polling=100)


def open_profile(frame: Frame, zone: str = DIEM_THUY) -> None:
    frame.evaluate("id => khucum.scene.select({kind: 'zone', id}, {fly: true})", zone)
    frame.wait_for_function("khucum.state.history ?? khucum.config?.carried", polling=100)


# ---- axe on every page ------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("address", [*ADDRESSES, *PARTS, "duyet?proposal=1", *TASKS])
def test_nothing_grave_on_any_page(
    office: Office, open_screen: OpenScreen, address: str, lang: str, theme: str
) -> None:
    page = office.sign_in(open_screen(office.server, color_scheme=theme), "chu", Role.ADMIN)
    drawn(page, f"{office.server.address}/{address}", lang)
    assert grave(page) == []
    tabs = page.get_by_test_id("stMain").get_by_role("tab")
    for tab in tabs.all()[1:]:
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        assert grave(page) == []


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_nothing_grave_on_plain_pages(
    office: Office, open_screen: OpenScreen, lang: str, theme: str
) -> None:
    page = open_screen(office.server, color_scheme=theme).page
    paths = ["auth/sign-in?", "auth/set?token=x&", f"ho-so/{lang}/{DIEM_THUY}?", "ho-so/vi/none?"]
    for path in paths:
        page.goto(f"{office.server.address}/{path}lang={lang}")
        assert grave(page) == [], path
    page.goto(f"{office.server.address}/auth/sign-in?lang={lang}")
    page.get_by_label(t(lang, "signin.login")).fill("ai đó")
    page.get_by_label(t(lang, "signin.password")).fill("một mật khẩu sai")
    page.get_by_role("button").click()
    page.get_by_role("alert").wait_for()
    assert grave(page) == []


def states(frame: Frame) -> Iterator[str]:
    """Bring the map into each of its states; gives the name of each."""
    page = frame.page
    yield "start"
    open_profile(frame)
    yield "a zone's profile"
    frame.evaluate("khucum.scene.select({kind: 'unit', id: '172'}, {fly: true})")
    frame.wait_for_function("khucum.state.unitPanel === 'open'", polling=100)
    yield "a unit's panel"
    frame.evaluate("khucum.scene.select(null)")
    frame.locator(".take-away .opens").click()
    yield "menu"
    page.keyboard.press("Escape")
    frame.locator(".layers summary").click()
    if not frame.evaluate("document.querySelector('.legend').open"):
        frame.locator(".legend summary").click()
    yield "layers and legend"
    frame.locator(".layers summary").click()
    frame.locator("#find").fill("diem thuy")
    frame.get_by_role("option").first.wait_for()
    yield "what a search found"
    frame.locator("#find").fill("zzzz")
    frame.locator(".findbox .said strong").wait_for()
    yield "what it did not find"
    frame.locator(".findbox .clear").click()
    for number in range(3):
        frame.locator("#strip .tool").nth(number).click()
        yield f"tool {number}"
        field = frame.locator("#side form input")
        for place in ("21.4, 105.8", "21.6, 105.9", "21.3, 106"):
            if field.is_visible():
                field.fill(place)
                field.press("Enter")
        if number != 1:
            frame.locator("#side .actions .main").click()
        frame.wait_for_function("khucum.state.measured?.done", polling=100)
        yield f"result of tool {number}"
        frame.locator("#side .shut").click()
    frame.locator(".tables .columns summary").click()
    yield "columns of the table"
    frame.locator(".tables .columns summary").click()
    frame.get_by_role("tab").nth(1).click()
    frame.locator("#panel-unit tbody tr").first.wait_for()
    yield "table of units"


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_nothing_grave_in_any_state_of_the_map(
    open_screen: OpenScreen, server: Server, lang: str, theme: str
) -> None:
    screen = open_screen(server, color_scheme=theme)
    frame = screen.open(f"/?lang={lang}")
    for state in states(frame):
        assert grave(frame) == [], state
    assert screen.complaints == []


def test_nothing_grave_on_a_phone(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, **PHONE)
    frame = screen.open()
    for state in states(frame):
        assert grave(frame) == [], state


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_nothing_grave_in_a_map_in_one_file(
    browser: Browser,
    planner: Planner,
    tmp_path: Path,
    lang: str,
    theme: Literal["light", "dark"],
) -> None:
    columns = planner.state.columns
    mask = columns.accept(Filter(provinces=("19",)))
    words = takeaway.heading(planner, Filter(), columns.sums(mask), "districts-2016", lang)
    view = takeaway.headed(planner.map_view(mask), words)
    path = tmp_path / "ban-do.html"
    path.write_bytes(takeaway.page(planner, view, columns.picked(mask), lang))
    context = browser.new_context(offline=True, color_scheme=theme)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_function(MAP_DRAWN, polling=100)
    assert page.evaluate("document.documentElement.lang") == lang
    assert grave(page) == []
    page.evaluate(f"khucum.scene.select({{kind: 'zone', id: '{DIEM_THUY}'}}, {{fly: true}})")
    page.wait_for_function("khucum.state.profile === 'open'", polling=100)
    assert grave(page) == []
    context.close()


def test_the_language_of_the_page_follows_the_choice(screen: Screen) -> None:
    drawn(screen.page, screen.address, "vi")
    screen.page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()
    screen.page.wait_for_function("document.documentElement.lang === 'en'", polling=100)


# ---- the keyboard -----------------------------------------------------------------------------

FOCUSED = """() => {
    const one = document.activeElement;
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(one);
    const numbers = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const paper = document.documentElement.dataset.theme === "dark" ? [28, 37, 42] : [255, 255, 255];
    const [a, b] = [light(numbers(outlineColor)), light(paper)];
    const places = [".find", ".tools", ".take", ".bar", ".layers", ".legend", ".folium-map",
        "#side", ".tables"];
    return {
        name: one.getAttribute("aria-label") ?? one.innerText,
        place: places.find((place) => one.closest(place)),
        seen: one.checkVisibility({visibilityProperty: true}) && outlineStyle !== "none"
            && parseFloat(outlineWidth) >= 2,
        contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
    };
}"""  # noqa: E501
REACHABLE = """() => [...document.querySelectorAll("button, a[href], input, select, summary")]
    .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility()).length"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tab_walks_through_all_that_stands_around_the_map(
    open_screen: OpenScreen, server: Server, theme: str
) -> None:
    screen = open_screen(server, color_scheme=theme)
    frame = screen.open("/?lang=en")
    open_profile(frame)
    frame.locator("#find").focus()
    expected = frame.evaluate(REACHABLE) + 1  # the map itself
    walked: list[dict[str, Any]] = []
    while screen.page.evaluate("document.activeElement.tagName") == "IFRAME":
        walked.append(frame.evaluate(FOCUSED))
        assert len(walked) <= expected, "the focus is trapped"
        screen.page.keyboard.press("Tab")
    assert len(walked) == expected
    assert [one for one in walked if not one["seen"] or one["contrast"] < 3] == []
    order = list(dict.fromkeys(one["place"] for one in walked))
    around = [".find", ".tools", ".take", ".folium-map", ".bar", ".layers", ".legend"]
    assert order[:7] == around
    assert order.index(".legend") < order.index("#side") < order.index(".tables")
    screen.page.keyboard.press("Shift+Tab")  # and back in
    assert screen.page.evaluate("document.activeElement.tagName") == "IFRAME"


def test_what_streamlit_draws_shows_its_focus(screen: Screen) -> None:
    drawn(screen.page, screen.address, "vi")
    links = screen.page.get_by_test_id("stSidebarNav").get_by_role("link")
    screen.page.keyboard.press("Tab")
    for _ in range(links.count()):
        screen.page.keyboard.press("Tab")
        style = screen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid"
    expect(links.last).to_be_focused()


def test_a_closed_sidebar_keeps_no_focus(open_screen: OpenScreen, server: Server) -> None:
    page = open_screen(server, **PHONE).page
    drawn(page, server.address, "vi")
    expect(page.get_by_test_id("stSidebar")).to_have_css("visibility", "hidden")
    for _ in range(4):
        page.keyboard.press("Tab")
        place = page.evaluate("document.activeElement.getBoundingClientRect().right")
        assert place > 0
    assert page.evaluate("document.activeElement.closest('[data-testid=stSidebar]')") is None


def test_the_map_moves_and_zooms_by_keyboard_and_says_where_its_zones_are(
    open_screen: OpenScreen, server: Server
) -> None:
    screen = open_screen(server, reduced_motion="reduce")  # a key is not heard while it zooms
    frame = screen.open("/?lang=en")
    region = frame.get_by_role("region", name=t("en", "map.client.label"))
    about = t("en", "map.client.about")
    expect(region).to_have_accessible_description(about)
    assert "search" in about
    assert "table" in about
    region.focus()
    zoom = frame.evaluate("khucum.scene.map.getZoom()")
    screen.page.keyboard.press("+")
    frame.wait_for_function(f"khucum.scene.map.getZoom() > {zoom}", polling=100)
    _, lng = frame.evaluate(AT)
    screen.page.keyboard.press("ArrowRight")
    frame.wait_for_function(f"khucum.scene.map.getCenter().lng > {lng}", polling=100)
    screen.page.keyboard.press("-")
    frame.wait_for_function(f"khucum.scene.map.getZoom() <= {zoom}", polling=100)


def test_escape_closes_what_is_open_and_the_focus_is_not_lost(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    box = frame.locator("#find")
    box.fill("diem thuy")
    frame.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
    shut = frame.locator("#side .shut")
    shut.focus()
    shut.press("Escape")
    expect(frame.locator("#side")).to_be_hidden()
    expect(box).to_be_focused()
    opens = frame.get_by_role("button", name="Export map")
    opens.focus()
    opens.press("Enter")
    expect(frame.get_by_role("menuitem").first).to_be_focused()
    screen.page.keyboard.press("Escape")
    expect(frame.get_by_role("menu")).to_be_hidden()
    expect(opens).to_be_focused()


# ---- the phone --------------------------------------------------------------------------------

SMALL = """() => [...document.querySelectorAll(
        "button, a[href], select, summary, label:has(input), [role=option], [role=menuitem]")]
    .filter((one) => one.checkVisibility({visibilityProperty: true})
        && !(one.tagName === "A" && getComputedStyle(one).display === "inline"))
    .map((one) => [one.innerText || one.ariaLabel, one.getBoundingClientRect()])
    .filter(([, {width, height}]) => width > 1 && Math.min(width, height) < 39.5)
    .map(([name, {width, height}]) => `${name}: ${width} x ${height}`)"""
"""Targets smaller than a finger; links within a text are as high as its lines."""
WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def phone(open_screen: OpenScreen, server: Server) -> Screen:
    return open_screen(server, **PHONE)


def test_every_target_is_as_large_as_a_finger(phone: Screen) -> None:
    frame = phone.open()
    for state in states(frame):
        assert frame.evaluate(SMALL) == [], state
        assert frame.evaluate(WIDE) <= 0, state


def test_what_leads_to_the_filters_is_as_large_as_a_finger(phone: Screen) -> None:
    drawn(phone.page, phone.address, "vi")
    opens = phone.page.get_by_test_id("stExpandSidebarButton")
    opens.tap()
    sidebar = phone.page.get_by_test_id("stSidebar")
    close = sidebar.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    close.wait_for()
    targets = [*sidebar.get_by_test_id("stSidebarNavLink").all(), close]
    targets += sidebar.locator(".stButtonGroup button").filter(visible=True).all()
    assert len(targets) > 8
    assert [one.inner_text() for one in targets if min(size(one)) < 39.5] == []


def size(one: Locator) -> tuple[float, float]:
    box = one.bounding_box()
    assert box is not None
    return box["width"], box["height"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_is_wider_than_a_phone(
    office: Office, open_screen: OpenScreen, address: str
) -> None:
    page = office.sign_in(open_screen(office.server, **PHONE), "chu", Role.ADMIN)
    drawn(page, f"{office.server.address}/{address}", "vi")
    assert page.evaluate(WIDE) <= 0
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0


def touches(page: Page, start: list[tuple[float, float]], by: tuple[float, float]) -> None:
    """Put fingers down, move them together, lift them."""
    devtools = page.context.new_cdp_session(page)

    def send(kind: str, points: list[tuple[float, float]]) -> None:
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    send("touchStart", start)
    for step in range(1, 11):
        send("touchMove", [(x + by[0] * step / 10, y + by[1] * step / 10) for x, y in start])
    send("touchEnd", [])
    devtools.detach()


def test_one_finger_scrolls_past_the_map_and_two_move_it(phone: Screen) -> None:
    frame = phone.open()
    assert frame.evaluate("document.querySelector('.legend').open") is False
    box = frame.locator(".folium-map")
    frame.locator("#strip").scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + 150
    before = frame.evaluate(AT)
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    top = phone.page.evaluate(scrolled)
    touches(phone.page, [(x, y)], (0, -120))
    phone.page.wait_for_function(f"{scrolled} > {top + 40}", polling=100)
    assert frame.evaluate(AT) == before
    expect(frame.locator(".touch")).to_have_class("touch shown")
    expect(frame.locator(".touch")).to_have_text(t("vi", "map.client.touch"))
    place = box.bounding_box()
    assert place is not None
    y = place["y"] + 150
    touches(phone.page, [(x - 40, y), (x + 40, y)], (-60, 30))
    frame.wait_for_function(f"khucum.scene.map.getCenter().lng > {before[1]}", polling=100)


def test_a_long_profile_has_a_way_back_to_the_map(phone: Screen) -> None:
    frame = phone.open()
    open_profile(frame)
    back = frame.get_by_role("button", name=t("vi", "map.client.to_map"))
    back.scroll_into_view_if_needed()
    expect(frame.locator(".folium-map")).not_to_be_in_viewport()
    back.tap()
    expect(frame.locator(".folium-map")).to_be_in_viewport()
    expect(frame.locator(".folium-map")).to_be_focused()
    expect(frame.locator("#side")).to_be_visible()


def test_beside_the_map_no_way_back_is_needed(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    open_profile(frame)
    expect(frame.locator("#side .back")).to_be_hidden()


# ---- less motion, larger letters --------------------------------------------------------------


def test_nothing_moves_by_itself_for_those_who_ask(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, reduced_motion="reduce")
    frame = screen.open()
    jumps = """async () => {
        const {map} = khucum.scene;
        const begun = [map.getZoom(), map.getCenter().lng];
        map.getContainer().focus();
        map.zoomIn();
        map.panBy([100, 0]);
        return [map.getZoom() - begun[0], map.getCenter().lng > begun[1], map._animatingZoom];
    }"""
    assert frame.evaluate(jumps) == [1, True, None]
    styles = "getComputedStyle(document.querySelector('.wheel')).transitionDuration"
    assert frame.evaluate(styles) == "0s"


def test_at_twice_the_size_all_is_still_there(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, viewport={"width": 640, "height": 400}, device_scale_factor=2)
    frame = screen.open("/?lang=en")
    for state in states(frame):
        assert frame.evaluate(WIDE) <= 0, state
        assert screen.page.evaluate(WIDE) <= 0, state
