"""Staff at work in the form of a zone: both languages, keyboard, reload, stored markup."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from geo.auth import Role
from geo.changes import Action
from geo.desk import Edit, Submission
from geo.i18n import t
from tests.browser.conftest import OpenScreen, running
from tests.office import Office

pytestmark = pytest.mark.browser

ZONE = "tn-ccn-son-cam-1"
HOSTILE = "<img src=x onerror=\"document.title='hit'\"> **b** [y](http://evil.example)"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("var")
    with running(KHUCUM_VAR=str(folder)) as server:
        made = Office(server, folder)
        yield made
        made.register.engine.dispose()


def area(lang: str, name: str) -> str:
    return f"{t(lang, f'field.area_{name}_ha')} (ha)"


@pytest.mark.parametrize(
    ("lang", "zone", "typed"),
    [("vi", ZONE, "1,5"), ("en", "tn-ccn-trung-hoi", "1.5")],
    ids=["vi", "en"],
)
def test_a_let_area_is_proposed_after_a_reload_and_published_by_another(
    office: Office, open_screen: OpenScreen, lang: str, zone: str, typed: str
) -> None:
    def text(key: str, **parts: object) -> str:
        return t(lang, f"page.edit.{key}", **parts)

    screen = open_screen(office.server)
    page = office.sign_in(screen, "binh", Role.EDITOR)
    page.goto(f"{screen.address}/sua?zone={zone}&lang={lang}")
    page.get_by_role("tab", name=text("group.areas")).click()
    let = page.get_by_label(area(lang, "let"), exact=True)
    let.fill(typed)
    let.press("Enter")  # takes the value over and sends nothing
    expect(page.get_by_text(text("not_yet.reason"))).to_be_visible()
    expect(page.get_by_role("button", name=text("propose"))).to_be_disabled()
    assert (office.desk.begin(zone).raw or {})["area_let_ha"] is None

    page.reload()
    page.get_by_role("button", name=text("draft.use")).click()
    page.get_by_role("tab", name=text("group.areas")).click()
    expect(page.get_by_label(area(lang, "let"), exact=True)).to_have_value(typed)
    page.get_by_label(text("reason")).fill("theo biên bản 14/2026")
    page.get_by_label(text("reason")).blur()
    expect(page.get_by_role("button", name=text("publish"))).to_be_disabled()
    page.get_by_role("button", name=text("propose")).click()
    expect(page.get_by_role("link", name=text("done.review"))).to_be_visible()
    [waiting] = office.register.proposals(status="pending", author="binh")

    approver = open_screen(office.server)
    other = office.sign_in(approver, "an", Role.APPROVER)
    other.goto(f"{screen.address}/sua?zone={zone}&lang={lang}")
    expect(other.get_by_text(text("pending.title", id=str(waiting.id)))).to_be_visible()
    actor = office.actors["an"]
    office.desk.publish(actor, waiting.id)

    page.goto(f"{screen.address}/sua?lang={lang}")
    expect(page.get_by_test_id("stAlert").first).to_contain_text(f"{waiting.id}")
    assert (office.desk.begin(zone).raw or {})["area_let_ha"] == 1.5
    assert screen.outside == []


def test_the_keyboard_goes_through_the_fields_in_their_order(
    office: Office, open_screen: OpenScreen
) -> None:
    screen = open_screen(office.server)
    page = office.sign_in(screen, "binh", Role.EDITOR)
    page.goto(f"{screen.address}/sua?zone=tn-kcn-diem-thuy")
    page.get_by_role("tab", name=t("vi", "page.edit.group.areas")).click()
    names = ("planned", "detailed", "industrial", "let")
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.get_by_label(area("vi", names[0]), exact=True).focus()
    for name in names[1:]:
        page.keyboard.press("Tab")
        expect(page.get_by_label(area("vi", name), exact=True)).to_be_focused()
    for _ in range(40):  # and out of the form again, down to the reason
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    expect(page.get_by_label(t("vi", "page.edit.reason"))).to_be_focused()


def test_stored_markup_is_never_run(office: Office, open_screen: OpenScreen) -> None:
    zone = "tn-ccn-kim-son"
    screen = open_screen(office.server)
    page = office.sign_in(screen, "an", Role.APPROVER)
    actor = office.actors["an"]
    begun = office.desk.begin(zone)
    raw = {**(begun.raw or {}), "name": HOSTILE, "note_vi": HOSTILE, "aliases": [HOSTILE]}
    change = Submission(Action.EDIT, HOSTILE, (Edit(zone, begun.base_version, raw),))
    office.desk.submit(actor, change, publish=True)
    for path in (f"zone={zone}", f"zone={zone}&do=split", f"zone={zone}&do=merge", "do=undo", ""):
        page.goto(f"{screen.address}/sua?{path}")
        expect(page.get_by_text("onerror").first).to_be_visible()
        assert page.locator("img[src='x']").count() == 0
        assert page.get_by_role("link", name="y", exact=True).count() == 0
        assert page.title() != "hit"
    assert screen.outside == []
