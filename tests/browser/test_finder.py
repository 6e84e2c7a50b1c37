"""The finder in a browser: the list and the map as one, by pointer, finger and keyboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame, expect

from geo.i18n import t
from tests.browser.axe import grave
from tests.browser.conftest import OpenScreen, Screen, Server

pytestmark = pytest.mark.browser

DIEM_THUY = "tn-kcn-diem-thuy"
FOUND = "/tim-khu?lang=en&need=electronic+components"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SELECTED = "id => khucum.state.selected === id"
SMALL = """() => [...document.querySelectorAll("#results button, #strip button")]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.ariaLabel ?? one.innerText, one.getBoundingClientRect()])
    .filter(([, {width, height}]) => Math.min(width, height) < 39.5).map(([name]) => name)"""


def rows(frame: Frame) -> list[str]:
    found: list[str] = frame.locator("#results li[data-id]").evaluate_all(
        "all => all.map((one) => one.dataset.id)"
    )
    return found


def kept(screen: Screen) -> list[str]:
    return parse_qs(urlsplit(screen.page.url).query).get("list", [])


def keep(screen: Screen, frame: Frame, *numbers: int) -> list[str]:
    """Press the stars of some results and wait until the address has them."""
    for number in numbers:
        frame.locator("#results .keep").nth(number).click()
    wanted = [rows(frame)[number] for number in numbers]
    screen.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("list", []) == wanted)
    return wanted


def test_typing_brings_the_list_and_the_map(screen: Screen) -> None:
    frame = screen.open("/tim-khu?lang=en")
    every = len(rows(frame))
    screen.page.get_by_label(t("en", "page.finder.need")).press_sequentially("electronics")
    expect(frame.locator("#results li[data-id]")).not_to_have_count(every)
    frame.wait_for_function("khucum.state.ready", polling=100)
    shown = frame.evaluate("khucum.scene.zones.visible.map(({id}) => id)")
    assert sorted(shown) == sorted(rows(frame))
    expect(frame.locator("#results .standing").first).to_have_text("Listed")
    assert screen.complaints == [] or all("404" in said for said in screen.complaints)


def test_a_result_opens_its_zone_and_a_zone_marks_its_result(screen: Screen) -> None:
    frame = screen.open(FOUND)
    third = rows(frame)[2]
    frame.locator("#results .name").nth(2).click()
    frame.wait_for_function(SELECTED, arg=third, polling=100)
    expect(frame.locator("#side")).to_be_visible()
    expect(frame.locator("#results [aria-current]")).to_have_attribute("data-id", third)
    last = rows(frame)[-1]
    row = frame.locator(f'#results li[data-id="{last}"]')
    expect(row).not_to_be_in_viewport()
    frame.evaluate("id => khucum.scene.select({kind: 'zone', id}, {fly: true})", last)
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).to_be_in_viewport()
    expect(frame.locator("#results [aria-current]")).to_have_count(1)


def test_the_shortlist_survives_a_reload_and_travels_in_the_address(
    screen: Screen, open_screen: OpenScreen, server: Server
) -> None:
    frame = screen.open(FOUND)
    wanted = keep(screen, frame, 0, 2)
    screen.page.reload()
    frame = screen.map()
    stars = frame.locator("#results .keep[aria-pressed=true]")
    expect(stars).to_have_count(2)
    other = open_screen(server)
    there = other.open(screen.page.url.removeprefix(server.address))
    assert there.evaluate("khucum.state.shortlist") == wanted
    stars.first.click()
    screen.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("list") == wanted[1:])


def test_the_focus_stays_on_the_star_that_was_pressed(screen: Screen) -> None:
    frame = screen.open(FOUND)
    star = frame.locator("#results .keep").nth(1)
    star.focus()
    star.press("Enter")
    wanted = [rows(frame)[1]]
    screen.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("list") == wanted)
    expect(star).to_be_focused()
    expect(star).to_have_attribute("aria-pressed", "true")


def test_the_list_is_walked_by_the_keyboard(screen: Screen) -> None:
    frame = screen.open(FOUND)
    names = frame.locator("#results .name")
    names.first.focus()
    names.first.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()
    style = frame.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"
    names.nth(1).press("Enter")
    frame.wait_for_function(SELECTED, arg=rows(frame)[1], polling=100)
    screen.page.keyboard.press("Escape")
    expect(frame.locator("#side")).to_be_hidden()


def test_a_point_and_an_area_of_the_map_narrow_the_search(screen: Screen) -> None:
    frame = screen.open(FOUND)
    every = len(rows(frame))
    pick = frame.get_by_role("button", name=t("en", "map.client.near"))
    pick.click()
    screen.page.keyboard.press("Escape")
    expect(pick).to_have_attribute("aria-pressed", "false")
    pick.click()
    x, y = screen.zone(frame, DIEM_THUY)
    screen.page.mouse.click(x + 30, y + 30)
    screen.page.wait_for_url("**place=*")
    expect(frame.locator("#results .facts").first).to_contain_text("km from")
    assert frame.evaluate("khucum.state.selected") is None  # the click has only picked
    frame.get_by_role("button", name=t("en", "map.client.measure_rectangle")).click()
    x, y = screen.zone(frame, DIEM_THUY)
    screen.page.mouse.move(x - 20, y - 20)
    screen.page.mouse.down()
    screen.page.mouse.move(x + 20, y + 20, steps=4)
    screen.page.mouse.up()
    frame.get_by_role("button", name=t("en", "map.client.results_inside")).click()
    screen.page.wait_for_url("**inside=*")
    expect(frame.locator("#results li[data-id]")).not_to_have_count(every)
    assert DIEM_THUY in rows(frame)


def test_the_map_page_has_no_list(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    expect(frame.locator("#results")).to_be_hidden()
    expect(frame.get_by_role("button", name=t("en", "map.client.near"))).to_have_count(0)


@pytest.mark.parametrize(("lang", "theme"), [("vi", "light"), ("en", "dark")])
def test_nothing_grave_with_results_a_profile_and_a_comparison(
    open_screen: OpenScreen, server: Server, lang: str, theme: str
) -> None:
    screen = open_screen(server, color_scheme=theme)
    frame = screen.open(f"/tim-khu?lang={lang}&need=2610&rule=listed&rule=unruled&place=Hà+Nội")
    keep(screen, frame, 0, 1)
    frame.locator("#results .name").nth(1).click()
    frame.wait_for_function("khucum.state.history", polling=100)
    screen.page.get_by_text(t(lang, "shortlist.compare")).click()
    screen.page.locator(".khucum-compare").wait_for()
    assert grave(screen.page) == []


def test_on_a_phone_the_list_is_above_the_map(open_screen: OpenScreen, server: Server) -> None:
    screen = open_screen(server, **PHONE)
    frame = screen.open(FOUND)
    places: dict[str, Any] = frame.evaluate(
        "({list: document.querySelector('#results').getBoundingClientRect().bottom,"
        " map: document.querySelector('.folium-map').getBoundingClientRect().top,"
        " wide: document.documentElement.scrollWidth - innerWidth})"
    )
    assert places["list"] <= places["map"]
    assert places["wide"] <= 0
    assert frame.evaluate(SMALL) == []
    frame.locator("#results .name").nth(1).tap()
    frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
    expect(frame.locator("#results")).to_be_visible()
    assert grave(screen.page) == []
