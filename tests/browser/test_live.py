"""Real servers and a real browser: two processes on one database, and a server that is killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geo.auth import Role
from geo.i18n import ha, t
from tests.browser.conftest import OpenScreen, free_port, running
from tests.office import ZONE, Office

pytestmark = pytest.mark.browser

KCN = t("vi", "kind.KCN")
SHORT = "<img src=x onerror='window.top.attacked=1'> ![x](x.png)"
HOSTILE = (
    '<img src=x onerror="window.top.attacked=1"><script>window.top.attacked=1</script>'
    "[a](javascript:window.top.attacked=1) ![x](http://evil.example/x.png) $x$ :red[z]"
)


def test_an_edit_in_one_process_is_on_the_map_of_the_other_at_the_next_click(
    postgres_url: str, tmp_path: Path, open_screen: OpenScreen
) -> None:
    with running(DATABASE_URL=postgres_url) as one, running(DATABASE_URL=postgres_url) as two:
        office = Office(one, tmp_path, postgres_url)
        reader = open_screen(two)
        reader.open()
        total = reader.page.locator(".totals dd").nth(2)
        expect(total).to_have_text(ha(4930.83, "vi"))
        writer = open_screen(one)
        page = office.sign_in(writer, "an", Role.APPROVER)
        page.goto(f"{one.address}/sua?zone={ZONE}")
        page.get_by_role("tab", name=t("vi", "page.edit.group.areas")).click()
        field = page.get_by_label(f"{t('vi', 'field.area_planned_ha')} (ha)", exact=True)
        field.fill("60,5")
        field.press("Tab")
        reason = page.get_by_label(t("vi", "page.edit.reason"))
        reason.fill("quyết định mới")
        reason.blur()
        page.get_by_role("button", name=t("vi", "page.edit.publish")).click()
        expect(page.get_by_text("Đã công bố").first).to_be_visible()
        kind = reader.page.get_by_test_id("stSidebar").get_by_role("button", name=KCN)
        kind.click()
        kind.click()
        expect(total).to_have_text(ha(4941.33, "vi"))
        office.register.engine.dispose()


def test_what_was_typed_outlives_a_server_that_is_killed(
    tmp_path: Path, open_screen: OpenScreen
) -> None:
    port = free_port()
    with running(KHUCUM_VAR=str(tmp_path), port=port) as first:
        office = Office(first, tmp_path)
        screen = open_screen(first)
        page = office.sign_in(screen, "binh")
        page.goto(f"{first.address}/sua?zone={ZONE}")
        page.get_by_role("tab", name=t("vi", "page.edit.group.areas")).click()
        field = page.get_by_label(f"{t('vi', 'field.area_let_ha')} (ha)", exact=True)
        field.fill("12,5")
        field.press("Tab")
        expect(page.get_by_text("12,5").first).to_be_visible()
        page.wait_for_function(
            "() => !document.querySelector('[data-testid=stStatusWidget]')", polling=100
        )
        assert office.desk.draft(office.actors["binh"], ZONE) is not None
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    with running(KHUCUM_VAR=str(tmp_path), port=port) as second:
        page.goto(f"{second.address}/sua?zone={ZONE}")
        page.get_by_role("button", name=t("vi", "page.edit.draft.use")).click()
        page.get_by_role("tab", name=t("vi", "page.edit.group.areas")).click()
        expect(field).to_have_value("12,5")


def test_what_is_stored_in_any_text_is_never_run(tmp_path: Path, open_screen: OpenScreen) -> None:
    """Every text of a record, a proposal, a comment, a reason and a person; every page and role."""
    with running(KHUCUM_VAR=str(tmp_path)) as server:
        office = Office(server, tmp_path)
        office.hire("an", Role.APPROVER, SHORT)
        office.hire("binh", Role.EDITOR, SHORT)
        office.hire("quan", Role.ADMIN, SHORT)
        raw = office.desk.begin(ZONE).raw
        assert raw is not None
        named = ("name", "name_en", "note_vi", "note_en", "location_source")
        texts = dict.fromkeys(named, HOSTILE)
        lists = {"aliases": [HOSTILE], "members": [HOSTILE, f"{HOSTILE} 2"]}
        industries = [{"phrase": HOSTILE, "state": "listed", "clause": HOSTILE, "reading": HOSTILE}]
        sources = [{**raw["sources"][0], "clause": HOSTILE, "quote": HOSTILE}]
        communes = [{**one, "name": HOSTILE, "now": [HOSTILE]} for one in raw["communes"]]
        made = office.edit(
            reason=HOSTILE, industries=industries, sources=sources, communes=communes,
            **texts, **lists,
        )  # fmt: skip
        office.submit("an", made)
        proposal = office.submit("binh", office.edit("tn-ccn-trung-hoi", HOSTILE, name=HOSTILE))
        assert proposal is not None
        office.desk.comment(office.actors["an"], proposal, HOSTILE)
        office.desk.save_draft(office.actors["an"], ZONE, {"fields": {"name": HOSTILE}})
        for_all = ("/", f"/lich-su?zone={ZONE}", "/lich-su", "/kiem-tra", "/nguon")
        for_staff = (f"/sua?zone={ZONE}", "/sua", "/bang", "/duyet", f"/duyet?proposal={proposal}")
        visits = {
            None: (*for_all, *for_staff[:1]),
            "an": (*for_all, *for_staff),
            "quan": ("/tai-khoan", "/nguoi-dung"),
        }
        for login, addresses in visits.items():
            screen = open_screen(server)
            page = screen.page if login is None else office.sign_in(screen, login)
            for address in addresses:
                page.goto(f"{server.address}{address}")
                page.get_by_test_id("stMain").wait_for()
                page.get_by_role("heading", level=1).first.wait_for()
                page.locator("[data-test-script-state=notRunning]").wait_for()
                page.wait_for_load_state("networkidle")
                assert page.evaluate("window.attacked") is None, address
                assert screen.outside == [], address
                assert page.locator("img[src='x'], a[href^='javascript']").count() == 0, address
            if login is None:
                frame = screen.open("/?province=19&kind=CCN")
                page.mouse.click(*screen.zone(frame, ZONE))
                frame.locator("#side").get_by_text("<script>").first.wait_for()
                assert page.evaluate("window.attacked") is None
        office.register.engine.dispose()
