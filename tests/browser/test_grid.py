"""The grid in a real browser: typing, the clipboard, another filter, a reload, publishing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geo import signin
from geo.auth import Role
from geo.i18n import LANGUAGES, t
from tests.browser.conftest import OpenScreen, Screen
from tests.browser.test_signin import Installation, installed

pytestmark = pytest.mark.browser

HEADER, ROW = 36, 35
LET = 240 + 110 + 60 + 190 + 60
"""Where the column of let areas is in the grid, in pixels from its left edge."""

WAIT_MS = 20_000


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    """A server with an approver; gives the value of the session's cookie."""
    with installed(tmp_path) as made:
        yield made, made.account("an", Role.APPROVER, "Nguyễn An")


def open_grid(open_screen: OpenScreen, office: tuple[Installation, str], lang: str) -> Screen:
    made, cookie = office
    screen = open_screen(made.server, viewport={"width": 1360, "height": 1000})
    context = screen.page.context
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = made.server.address
    context.add_cookies([{"name": signin.SESSION_COOKIE, "value": cookie, "url": address}])
    screen.page.goto(f"{address}/bang?province=19&lang={lang}")
    expect(grid(screen.page)).to_be_visible(timeout=WAIT_MS)
    return screen


def grid(page: Page):  # type: ignore[no-untyped-def]  # its class is private to playwright
    return page.get_by_test_id("stDataFrame").first


def select(page: Page, row: int) -> None:
    """Select the cell with a zone's let area; a click on one that is selected would open it."""
    grid(page).click(position={"x": LET, "y": HEADER + ROW * 10 + 17})
    grid(page).click(position={"x": LET, "y": HEADER + ROW * row + 17})


def type_into(page: Page, row: int, text: str) -> None:
    select(page, row)
    page.keyboard.press("Enter")
    box = page.locator("#portal textarea, #portal input").first
    expect(box).to_be_visible(timeout=WAIT_MS)
    box.fill(text)
    page.keyboard.press("Enter")


def count(page: Page, lang: str, cells: int, zones: int) -> None:
    text = t(lang, "page.grid.review.count", cells=cells, zones=zones)
    expect(page.get_by_text(text, exact=True)).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_quarter_is_entered_as_in_a_spreadsheet(
    open_screen: OpenScreen, office: tuple[Installation, str], lang: str
) -> None:
    screen = open_grid(open_screen, office, lang)
    page = screen.page
    first = {"vi": ("12,5", "13,5"), "en": ("14.5", "15.5")}[lang]
    for row, text in enumerate(first):  # every edit counts, not every second one
        type_into(page, row, text)
        count(page, lang, row + 1, row + 1)
    page.evaluate(
        "text => navigator.clipboard.writeText(text)",
        {"vi": "1.160,83\t05/06/2026\n45,4\t30/06/2026",
         "en": "1,160.84\t06/06/2026\n45.5\t29/06/2026"}[lang],
    )  # fmt: skip
    select(page, 2)
    page.keyboard.press("Control+v")
    count(page, lang, 6, 4)

    name = t(lang, "kind.CCN")
    page.get_by_test_id("stSidebar").get_by_text(name).click()  # hides all four rows
    hidden = t(lang, "page.grid.hidden", count=4)
    expect(page.get_by_text(hidden)).to_be_visible(timeout=WAIT_MS)
    count(page, lang, 6, 4)

    page.reload()  # the draft is offered, and nothing that was typed is lost
    page.get_by_role("button", name=t(lang, "page.edit.draft.use")).click(timeout=WAIT_MS)
    count(page, lang, 6, 4)
    page.get_by_test_id("stDateInput").get_by_role("spinbutton").first.click()
    page.keyboard.type("30062026")
    page.get_by_role("heading", name=t(lang, "page.grid.title")).click()  # closes the calendar
    count(page, lang, 8, 4)
    reason = page.get_by_label(t(lang, "page.edit.reason"))
    reason.fill(f"Số liệu quý 2 ({lang})")
    reason.press("Control+Enter")
    publish = page.get_by_role("button", name=t(lang, "page.edit.publish"))
    expect(publish).to_be_enabled(timeout=WAIT_MS)
    publish.click()
    done = t(lang, "page.grid.review.published", zones=4, number="#").partition("#")[0]
    expect(page.get_by_text(done)).to_be_visible(timeout=WAIT_MS)
    # Streamlit looks for its own routes below the page first
    assert [one for one in screen.complaints if "404" not in one] == []
