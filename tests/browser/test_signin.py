"""Signing in with a real server, a real browser and a real provider of OpenID Connect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geo import signin
from geo.auth import Role, Rules
from geo.i18n import t
from geo.people import COMMAND_LINE, People
from geo.store.database import FILE, open_engine
from tests import provider
from tests.browser.conftest import ROOT, OpenScreen, Screen, Server, running
from tests.streamlit_client import draw

pytestmark = pytest.mark.browser

GOOD, OTHER = "chè xanh Tân Cương", "đồi cọ sông Cầu"
HOSTILE = "<img src=x onerror=alert(1)> *An* [x](javascript:alert(1))"


@dataclass
class Installation:
    server: Server
    people: People

    def account(self, login: str, role: Role, name: str = "Nguyễn Lan") -> str:
        """A new account with the good password; gives the value of a session's cookie."""
        link = self.people.add_user(COMMAND_LINE, login, name, role, None, "")
        return self.people.use_link(link.partition("token=")[2], GOOD, "192.0.2.1").cookie


@contextmanager
def installed(
    folder: Path, *, base_path: str = "", fresh: bool = False, **environ: str
) -> Iterator[Installation]:
    """A server with a database of its own; `fresh` if no page has been opened yet."""
    with running(base_path=base_path, KHUCUM_VAR=str(folder), **environ) as server:
        # until st.navigation has run once, Streamlit lays a dialog of its own over any other page
        if not fresh:
            draw(server.address, "")
        engine = open_engine(f"sqlite:///{folder / FILE}")
        yield Installation(server, People(engine, Rules()))
        engine.dispose()


@pytest.fixture(scope="module")
def optional(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("optional")) as made:
        yield made


def sign_in(screen: Screen, login: str, password: str = GOOD) -> None:
    page = screen.page
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def signed_in_as(screen: Screen, name: str) -> None:
    expect(screen.page.get_by_test_id("stSidebar")).to_contain_text(name, timeout=20_000)


def signed_out(screen: Screen) -> None:
    link = screen.page.get_by_test_id("stSidebar").get_by_role("link", name="Đăng nhập")
    expect(link).to_be_visible(timeout=20_000)


def sign_out(screen: Screen) -> None:
    screen.page.get_by_role("button", name="Đăng xuất", exact=True).click()


# Every page as every role

PAGES = {
    file: address
    for file, _, _, address, _ in next(
        ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "app.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    )
}
NEEDS = {"people": Role.ADMIN}  # all others may be opened by whoever may view
STEMS = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
GATE = t("vi", "page.identity.required")


def _reaches(role: Role, needed: Role) -> bool:
    return list(Role).index(role) >= list(Role).index(needed)


HARMLESS = {"alert", "button", "button_group", "heading", "html", "link_button", "markdown"}


@pytest.mark.parametrize("required", [False, True], ids=["optional", "required"])
def test_every_page_as_every_role(tmp_path: Path, required: bool) -> None:
    demanded = "required" if required else "optional"
    with installed(tmp_path, fresh=True, KHUCUM_SIGN_IN=demanded) as made:
        sessions: dict[Role | None, dict[str, str]] = {None: {}}
        for role in Role:
            cookie = made.account(f"{role}1", role)
            sessions[role] = {signin.SESSION_COOKIE: cookie}
        for stem in STEMS:  # st.navigation has not run: no file is opened past the application
            for role, cookies in sessions.items():
                shown = draw(made.server.address, stem, cookies)
                if required and role is None:
                    assert GATE in shown.text, stem
                    assert shown.kinds <= HARMLESS, stem
                else:
                    assert t("vi", "page.map.title") in shown.text, stem
        for file, address in PAGES.items():
            for role, cookies in sessions.items():
                shown = draw(made.server.address, address, cookies)
                where = f"{file} as {role}"
                assert "exception" not in shown.kinds, where
                shut = required and role is None
                assert (GATE in shown.text) is shut, where
                missing = file in NEEDS and (role is None or not _reaches(role, NEEDS[file]))
                if shut or missing:
                    assert shown.kinds <= HARMLESS, where
                if missing and not shut:
                    reason = "needs_admin" if role else "sign_in"
                    assert t("vi", f"error.auth.{reason}") in shown.text, where
        made.people.disable(COMMAND_LINE, "viewer1")
        for address in PAGES.values():
            shown = draw(made.server.address, address, sessions[Role.VIEWER])
            assert (GATE in shown.text) is required


def test_without_its_database_every_page_opens_to_read_and_says_so(tmp_path: Path) -> None:
    nowhere = "postgresql://khucum:secret@127.0.0.1:1/none"
    cookies = {signin.SESSION_COOKIE: "x.y"}
    with running(KHUCUM_VAR=str(tmp_path), DATABASE_URL=nowhere) as server:
        for file, address in PAGES.items():
            shown = draw(server.address, address, cookies)
            assert "exception" not in shown.kinds, file
            said = t("vi", "page.identity.unknown", error="")
            assert said in shown.text.replace("\\", ""), file
            assert "secret" not in shown.text
    with running(
        KHUCUM_VAR=str(tmp_path), DATABASE_URL=nowhere, KHUCUM_SIGN_IN="required"
    ) as server:
        for file, address in PAGES.items():
            shown = draw(server.address, address, cookies)
            assert shown.kinds <= HARMLESS, file
            assert "secret" not in shown.text


# A person in a browser


def test_the_first_administrator_comes_in_by_link_and_stays_in_after_a_reload(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    with installed(tmp_path) as made:
        screen = open_screen(made.server)
        link = made.people.first_admin_link(made.server.address)
        assert link is not None
        screen.page.goto(link)
        screen.page.get_by_label("Tên đăng nhập").fill("quan.tri")
        screen.page.get_by_label("Họ và tên").fill("Quản Trị")
        screen.page.get_by_label("Mật khẩu mới", exact=True).fill(GOOD)
        screen.page.get_by_label("Nhập lại mật khẩu mới").fill(GOOD)
        screen.page.get_by_role("button", name="Lưu").click()
        signed_in_as(screen, "Quản Trị")
        screen.page.reload()
        signed_in_as(screen, "Quản Trị")
        screen.page.goto(link)
        expect(screen.page.get_by_role("alert")).to_contain_text("không còn dùng được")
        assert not screen.outside


def test_a_new_colleague_is_added_and_chooses_a_password(
    open_screen: OpenScreen, optional: Installation
) -> None:
    admin, lan = open_screen(optional.server), open_screen(optional.server)
    optional.account("quan.tri", Role.ADMIN, "Quản Trị")
    admin.page.goto(f"{optional.server.address}/auth/sign-in?next=/nguoi-dung")
    sign_in(admin, "quan.tri")
    admin.page.get_by_role("tab", name="Thêm người").click()
    admin.page.get_by_label("Tên đăng nhập").fill("Lan.Moi")
    admin.page.get_by_label("Họ và tên").last.fill(HOSTILE)
    admin.page.get_by_role("button", name="Thêm", exact=True).click()
    shown = admin.page.get_by_test_id("stCode")
    shown.wait_for()
    link = shown.inner_text().strip()
    assert link.startswith(f"{optional.server.address}/auth/set?token=")
    lan.page.goto(link)
    lan.page.get_by_label("Mật khẩu mới", exact=True).fill(OTHER)
    lan.page.get_by_label("Nhập lại mật khẩu mới").fill(OTHER)
    lan.page.get_by_role("button", name="Lưu").click()
    signed_in_as(lan, HOSTILE)  # as letters
    lan.page.goto(f"{optional.server.address}/tai-khoan")
    expect(lan.page.get_by_test_id("stMain")).to_contain_text(HOSTILE, timeout=20_000)
    for screen in (admin, lan):
        assert screen.page.locator("img[src=x], a[href^=javascript]").count() == 0
    lan.page.goto(f"{optional.server.address}/nguoi-dung")
    expect(lan.page.get_by_test_id("stAlert")).to_contain_text("Chỉ quản trị viên")


def test_a_cookie_stolen_before_the_sign_out_is_worth_nothing_after_it(
    open_screen: OpenScreen, optional: Installation
) -> None:
    optional.account("trom", Role.EDITOR, "Trần Trộm")
    victim, thief = open_screen(optional.server), open_screen(optional.server)
    victim.page.goto(f"{optional.server.address}/auth/sign-in?next=/nguon")
    sign_in(victim, "trom")
    signed_in_as(victim, "Trần Trộm")
    thief.page.context.add_cookies(victim.page.context.cookies())  # type: ignore[arg-type]
    thief.page.goto(f"{optional.server.address}/nguon")
    signed_in_as(thief, "Trần Trộm")
    sign_out(victim)
    signed_out(victim)
    thief.page.get_by_text("English").click()  # the very next click, without a reload
    link = thief.page.get_by_test_id("stSidebar").get_by_role("link", name="Sign in")
    expect(link).to_be_visible(timeout=20_000)
    thief.page.goto(f"{optional.server.address}/nguon")
    signed_out(thief)


def test_another_site_can_neither_sign_out_nor_frame_the_form(
    open_screen: OpenScreen, optional: Installation
) -> None:
    optional.account("xa", Role.EDITOR, "Lê Xa")
    screen = open_screen(optional.server, gated=False)
    address = optional.server.address
    screen.page.goto(f"{address}/auth/sign-in?next=/nguon")
    sign_in(screen, "xa")
    signed_in_as(screen, "Lê Xa")
    foreign = address.replace("127.0.0.1", "localhost")  # another site to a browser
    for path in ("/auth/sign-out", "/auth/sign-out-everywhere", "/auth/sign-in"):
        screen.page.goto(f"{foreign}/healthz")
        screen.page.set_content(
            f'<form method="post" action="{address}{path}"><input name="form" value="x"></form>'
        )
        with screen.page.expect_navigation() as way:
            screen.page.evaluate("document.forms[0].submit()")
        assert way.value.status in (401, 403)
    screen.page.goto(f"{foreign}/healthz")
    screen.page.set_content(f'<iframe src="{address}/auth/sign-in"></iframe>')
    frame = screen.page.frames[-1]
    frame.wait_for_load_state()
    assert "Mật khẩu" not in frame.content()
    screen.page.goto(f"{address}/nguon")
    signed_in_as(screen, "Lê Xa")


def test_behind_a_base_path_an_account_opens_the_map(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    with installed(tmp_path, base_path="khu-cum", KHUCUM_SIGN_IN="required") as made:
        made.account("lan", Role.VIEWER)
        screen = open_screen(made.server)
        screen.page.goto(made.server.address)
        expect(screen.page.get_by_test_id("stMain")).to_contain_text(GATE, timeout=20_000)
        assert screen.page.locator("iframe").count() == 0
        screen.page.get_by_test_id("stMain").get_by_role("link", name="Đăng nhập").click()
        sign_in(screen, "lan")
        screen.map()
        cookies = {one["name"]: one for one in screen.page.context.cookies()}
        assert cookies[signin.SESSION_COOKIE]["path"] == "/khu-cum"
        sign_out(screen)
        expect(screen.page.get_by_test_id("stMain")).to_contain_text(GATE, timeout=20_000)


def test_a_password_is_changed_and_the_page_left_is_found_again(
    open_screen: OpenScreen, optional: Installation
) -> None:
    optional.account("doi", Role.VIEWER, "Đỗ Đổi")
    screen = open_screen(optional.server)
    screen.page.goto(f"{optional.server.address}/tai-khoan")
    screen.page.get_by_test_id("stSidebar").get_by_role("link", name="Đăng nhập").click()
    sign_in(screen, "doi")
    screen.page.wait_for_url("**/tai-khoan*")
    screen.page.get_by_role("link", name="Đổi mật khẩu").click()
    screen.page.get_by_label("Mật khẩu hiện tại").fill(GOOD)
    screen.page.get_by_label("Mật khẩu mới", exact=True).fill(OTHER)
    screen.page.get_by_label("Nhập lại mật khẩu mới").fill(OTHER)
    screen.page.get_by_role("button", name="Lưu").click()
    signed_in_as(screen, "Đỗ Đổi")
    screen.page.goto(f"{optional.server.address}/tai-khoan")
    screen.page.get_by_role("button", name="Đăng xuất khỏi mọi nơi").click()
    signed_out(screen)


# A provider of OpenID Connect


@contextmanager
def with_provider(folder: Path, **environ: str) -> Iterator[tuple[provider.Provider, Installation]]:
    with provider.running() as made:
        file = folder / "secrets.toml"
        file.write_text(made.secrets_file(), "utf-8")
        with installed(folder, STREAMLIT_SECRETS_FILES=str(file), **environ) as installation:
            yield made, installation


def sign_in_there(screen: Screen, subject: str) -> None:
    screen.page.get_by_role("button", name="Đăng nhập bằng Sở Công Thương").click()
    screen.page.get_by_role("link", name=subject).click()


def test_somebody_signs_in_at_a_provider_and_out_of_both(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    with with_provider(tmp_path) as (oidc, made):
        screen = open_screen(made.server, gated=False)
        screen.page.goto(f"{made.server.address}/nguon")
        sign_in_there(screen, "248289761001")
        signed_in_as(screen, "Trần Minh (minh@so.example) · người xem")
        (user,) = made.people.users(COMMAND_LINE)
        assert (user.issuer, user.role) == (oidc.address, Role.VIEWER)
        made.people.change_user(
            COMMAND_LINE, user.login, name="Minh", role=Role.EDITOR, provinces=["19"]
        )
        screen.page.reload()
        signed_in_as(screen, "Minh · biên tập viên")
        stolen = screen.page.context.cookies()
        sign_out(screen)
        signed_out(screen)
        assert oidc.signed_out == ["248289761001"]
        thief = open_screen(made.server, gated=False)
        thief.page.context.add_cookies(stolen)  # type: ignore[arg-type]
        thief.page.goto(f"{made.server.address}/nguon")
        signed_out(thief)
        sign_in_there(screen, "248289761001")  # and in again
        signed_in_as(screen, "Minh · biên tập viên")
        assert len(made.people.users(COMMAND_LINE)) == 1


def test_where_an_account_is_needed_the_provider_alone_opens_nothing(
    open_screen: OpenScreen, tmp_path: Path
) -> None:
    with with_provider(tmp_path, KHUCUM_SIGN_IN="required") as (_, made):
        screen = open_screen(made.server, gated=False)
        screen.page.goto(made.server.address)
        sign_in_there(screen, "248289761002")
        waiting = t("vi", "page.identity.waiting")
        expect(screen.page.get_by_test_id("stMain")).to_contain_text(waiting, timeout=20_000)
        layer = screen.page.context.request.get(f"{made.server.address}/layers/x/zones.geojson")
        assert (layer.status, layer.json()) == (401, {"error": "sign_in"})
        (user,) = made.people.users(COMMAND_LINE)
        made.people.enable(COMMAND_LINE, user.login)
        screen.page.reload()
        screen.map()  # the routes know the person too
        signed_in_as(screen, user.name)
        assert screen.page.locator("img[src=x]").count() == 0
        made.people.disable(COMMAND_LINE, user.login)
        layer = screen.page.context.request.get(f"{made.server.address}/layers/x/zones.geojson")
        assert layer.status == 401
