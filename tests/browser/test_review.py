"""A proposal from its author to the register and back, as people do it in a browser."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geo.auth import Role
from geo.changes import Action
from geo.desk import Edit, Submission
from geo.i18n import LANGUAGES, t
from geo.journal import VIETNAM
from tests.browser.conftest import OpenScreen, running
from tests.office import Office

pytestmark = pytest.mark.browser

ZONE = "tn-ccn-son-cam-1"
PARENT = "tn-ccn-trung-hoi"
HOSTILE = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script> ![x](/x.png)'
PASSWORD = "một mật khẩu dài để thử"
SQUARE = [[105.79, 21.62], [105.80, 21.62], [105.80, 21.63], [105.79, 21.63], [105.79, 21.62]]


def split(office: Office) -> Submission:
    begun = office.desk.begin(PARENT)
    assert begun.raw is not None
    child_id = f"{PARENT}-2"
    child = {**begun.raw, "id": child_id, "name": "CCN Trung Hội 2", "area_planned_ha": 10}
    edits = (
        Edit(PARENT, begun.base_version, {**begun.raw, "area_planned_ha": 20}),
        Edit(child_id, None, child, (PARENT,)),
    )
    return Submission(Action.SPLIT, "tách theo quyết định", edits)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with running(KHUCUM_VAR=str(tmp_path)) as server:
        made = Office(server, tmp_path)
        made.hire("an", Role.APPROVER, "Nguyễn An")
        made.hire("binh", Role.EDITOR, "Trần Bình")
        yield made
        made.register.engine.dispose()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def press(page: Page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_proposal_is_published_seen_in_the_history_and_restored(
    lang: str, office: Office, open_screen: OpenScreen
) -> None:
    shape = {"type": "Polygon", "coordinates": [SQUARE]}
    made = office.edit(
        area_let_ha=12.5,
        let_as_of="2026-06-30",
        geometry=shape,
        location_precision="surveyed",
        note_vi=HOSTILE,
    )
    proposal = office.submit("binh", made)
    screen = open_screen(office.server)
    office.sign_in(screen, "an")
    page = screen.page
    page.goto(f"{screen.address}/duyet?lang={lang}")
    heading(page, t(lang, "review.title"))
    press(page, t(lang, "review.open"))
    expect(page).to_have_url(re.compile(rf"proposal={proposal}"))
    expect(page.get_by_text(HOSTILE.split("<script>")[0]).first).to_be_visible()
    frame = page.wait_for_selector("iframe[src*='/frames/']").content_frame()
    assert frame is not None
    frame.wait_for_function(
        "window.khucum?.board?.ready && khucum.board.message.shapes.length === 2", polling=100
    )
    press(page, t(lang, "review.publish"))
    name = "CCN Sơn Cẩm 1 / Son Cam 1 Industrial Cluster" if lang == "en" else "CCN Sơn Cẩm 1"
    done = t(lang, "review.published", zones=name, revision="2")
    expect(page.get_by_text(done)).to_be_visible()

    page.goto(f"{screen.address}/lich-su?lang={lang}&zone={ZONE}")
    heading(page, t(lang, "history.title"))
    entries = page.get_by_text(t(lang, "history.open"), exact=True)
    expect(entries).to_have_count(2)
    entries.last.click()
    press(page, t(lang, "history.restore"))
    page.get_by_label(t(lang, "history.restore_reason")).fill("sai mốc")
    press(page, t(lang, "history.publish"))
    back = t(lang, "history.restored", zone=name, revision="3")
    expect(page.get_by_text(back)).to_be_visible()
    assert office.desk.begin(ZONE).raw["geometry"]["type"] == "Point"
    assert page.evaluate("window.attacked") is None
    assert screen.outside == []


def test_a_rejection_reaches_its_author(office: Office, open_screen: OpenScreen) -> None:
    proposal = office.submit("binh", office.edit(area_let_ha=12.5))
    screen = open_screen(office.server)
    office.sign_in(screen, "an")
    page = screen.page
    page.goto(f"{screen.address}/duyet?proposal={proposal}")
    press(page, "Từ chối")
    page.get_by_label(t("vi", "review.reject_reason")).fill("thiếu biên bản")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Từ chối").click()
    expect(page.get_by_text("Đã từ chối đề xuất về CCN Sơn Cẩm 1.")).to_be_visible()
    author = open_screen(office.server)
    office.sign_in(author, "binh")
    author.page.goto(f"{author.address}/duyet?box=own")
    expect(author.page.get_by_text("thiếu biên bản")).to_be_visible()


def test_strangers_read_the_history_and_the_register_of_a_day(
    office: Office, open_screen: OpenScreen
) -> None:
    office.submit("an", split(office))
    screen = open_screen(office.server)
    page = screen.page
    page.goto(f"{screen.address}/lich-su?zone={PARENT}-2")
    expect(page.get_by_text("Tách ra từ CCN Trung Hội (lần 2)")).to_be_visible()
    expect(page.get_by_text("Nguyễn An")).to_have_count(0)
    with page.expect_download() as waiting:
        press(page, "Tải CSV")
    content = waiting.value.path().read_text("utf-8-sig")
    assert "CCN Trung Hội 2" in content
    assert "Nguyễn An" not in content
    page.goto(f"{screen.address}/lich-su?part=day&day={dt.datetime.now(VIETNAM).date()}")
    expect(page.get_by_text(t("vi", "history.day_same"))).to_be_visible()
    page.get_by_role("tab", name=t("vi", "history.day_register")).click()
    frame = page.wait_for_selector("iframe[src*='/frames/']").content_frame()
    assert frame is not None
    frame.wait_for_function(
        "window.khucum?.board?.ready && khucum.board.message.shapes.length > 40", polling=100
    )
    assert screen.outside == []
