"""A view is a link: choices stay over pages, and the browser's arrows mean what they say."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Screen

pytestmark = pytest.mark.browser


def heading(screen: Screen, text: str) -> None:
    expect(screen.page.get_by_role("heading", level=1)).to_have_text(text)


def follow(screen: Screen, name: str) -> None:
    screen.page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()


def pill(screen: Screen, name: str) -> None:
    screen.page.get_by_test_id("stSidebar").get_by_role("button", name=name, exact=True).click()


def count(screen: Screen, label: str) -> str:
    total = screen.page.locator(".totals > div").filter(has_text=label)
    return total.locator("dd").inner_text()


def test_language_and_filters_stay_over_pages_and_in_the_link(screen: Screen) -> None:
    page = screen.page
    screen.open("/?lang=en")
    pill(screen, "Thái Nguyên")
    expect(page).to_have_url(re.compile(r"province=19"))
    follow(screen, "Plan checks")
    heading(screen, "Plan checks")
    expect(page).to_have_url(re.compile(r"/kiem-tra\?province=19&lang=en$"))
    follow(screen, "Map")
    heading(screen, "Map of industrial zones and clusters")
    expect(page).to_have_url(re.compile(r"province=19"))
    expect(page.locator(".totals dd").first).to_contain_text("7")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    heading(screen, "Map of industrial zones and clusters")
    assert count(screen, "Planned area") == "4,930.83 ha"


def test_back_takes_back_the_last_filter_and_then_the_page(screen: Screen) -> None:
    page = screen.page
    screen.open("/")
    pill(screen, "Cụm công nghiệp")
    expect(page).to_have_url(re.compile(r"kind=CCN"))
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"kind="))
    expect(page.locator(".totals dd").first).to_contain_text("18")
    page.go_forward()
    expect(page).to_have_url(re.compile(r"kind=CCN"))
    expect(page.locator(".totals dd").first).to_contain_text("0")


def test_the_sum_of_28_rows_can_be_read_on_the_page(screen: Screen) -> None:
    page = screen.page
    page.goto(screen.address + "/kiem-tra?document=tn-qd-341-2010")
    page.get_by_text("Cộng 28 dòng được 1.160,83 ha").click()
    expect(
        page.get_by_text(re.compile(r"Cộng 28 dòng: 1\.160,83 ha .* chênh lệch 0 ha"))
    ).to_be_visible()
    expect(page.get_by_text("Cộng 1.160,83", exact=True)).to_be_visible()
