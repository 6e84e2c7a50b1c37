"""The sign-in routes: cookies, forms, redirects, and what an attacker sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from geo import signin, web
from geo.auth import Actor, Role, Rules
from geo.i18n import LANGUAGES
from geo.people import COMMAND_LINE, People
from geo.people.passwords import Passwords
from geo.settings import Settings
from geo.store import migrate
from geo.store.database import StoreError, open_engine
from tests.test_web import FakePlanner

GOOD, OTHER = "chè xanh Tân Cương", "đồi cọ sông Cầu"
PATHS = ["/auth/sign-in", "/auth/sign-out", "/auth/sign-out-everywhere", "/auth/set",
         "/auth/password"]  # fmt: skip


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    engine = open_engine(f"sqlite:///{tmp_path / 'register.sqlite'}")
    migrate.upgrade(engine)
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    yield People(engine, Rules(), hashing=cheap)
    engine.dispose()


def claims_of(cookies: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Stands for Streamlit's signed cookie, which the browser tests have for real."""
    return (
        {"iss": "https://id.example", "sub": cookies["provider"]} if "provider" in cookies else None
    )


Browser = Callable[..., TestClient]


@pytest.fixture
def browser(people: People) -> Browser:
    """A browser of its own at each call."""

    def make(base: str = "", scheme: str = "http", **settings: Any) -> TestClient:
        chosen = Settings(**settings)
        routes = signin.routes(lambda: people, chosen, base, claims_of)
        routes += web.routes(
            FakePlanner, chosen, base, lambda cookies: signin.visit(people, cookies).actor
        )
        return TestClient(
            Starlette(routes=routes), f"{scheme}://khucum.example", follow_redirects=False
        )

    return make


def fields(answer: httpx2.Response) -> dict[str, str]:
    found = re.search(r'name="form" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return {"form": found[1]}


def send(client: TestClient, path: str, **form: str) -> httpx2.Response:
    """Open a page and send its form."""
    return client.post(path, data=fields(client.get(path)) | form)


def account(people: People, login: str = "lan", role: Role = Role.EDITOR) -> str:
    """A new account with a password; gives the login."""
    link = people.add_user(COMMAND_LINE, login, "Nguyễn Lan", role, None, "")
    token = parse_qs(urlsplit(link).query)["token"][0]
    people.use_link(token, GOOD, "192.0.2.1")
    return login


def sign_in(client: TestClient, login: str, base: str = "") -> httpx2.Response:
    answer = send(client, f"{base}/auth/sign-in", login=login, password=GOOD)
    assert answer.status_code == 303
    return answer


def who(people: People, client: TestClient) -> Actor:
    return signin.visit(people, dict(client.cookies)).actor


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    people: People, browser: Browser
) -> None:
    account(people)
    client = browser()
    answer = sign_in(client, "lan")
    assert answer.headers["location"] == "/"
    cookies = {
        name: morsel
        for line in answer.headers.get_list("set-cookie")
        for name, morsel in SimpleCookie(line).items()
    }
    for name in (signin.SESSION_COOKIE, signin.DEVICE_COOKIE):
        assert cookies[name]["httponly"] is True
        assert (cookies[name]["samesite"], cookies[name]["path"]) == ("lax", "/")
        assert cookies[name]["secure"] == ""
    assert cookies[signin.SESSION_COOKIE]["max-age"] == ""  # gone with the browser
    assert who(people, client).login == "lan"


def test_over_https_cookies_stay_there_and_behind_a_base_path_too(
    people: People, browser: Browser
) -> None:
    account(people)
    client = browser("/khu-cum/", "https")
    answer = sign_in(client, "lan", "/khu-cum")
    assert answer.headers["location"] == "/khu-cum/"
    for line in answer.headers.get_list("set-cookie"):
        assert "Secure" in line
        assert "Path=/khu-cum;" in line
    assert who(people, client).login == "lan"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/set?token=x", "/auth/password"])
def test_no_page_may_be_kept_framed_scripted_or_sniffed(
    browser: Browser, path: str, lang: str
) -> None:
    client = browser(language=lang)
    answer = client.get(path, follow_redirects=True)
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert f'<html lang="{lang}">' in answer.text
    assert not re.search(r"<script|onclick| style=|signin\.|error\.", answer.text)
    for name in re.findall(r'<label for="([^"]+)"', answer.text):
        assert f'id="{name}"' in answer.text


def test_the_language_follows_the_link(browser: Browser) -> None:
    page = browser().get("/auth/sign-in?lang=en&next=/kiem-tra")
    assert "<h1>Sign in</h1>" in page.text
    assert 'action="/auth/sign-in?next=%2Fkiem-tra&amp;lang=en"' in page.text
    assert 'href="/auth/sign-in?next=%2Fkiem-tra&amp;lang=vi"' in page.text
    assert "<h1>Đăng nhập</h1>" in browser().get("/auth/sign-in?lang=<b>").text


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/kiem-tra?lang=en", "/kiem-tra?lang=en"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/ok\r\nSet-Cookie: a=b", "/"),
        ("evil", "/"),
        ("///evil.example", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_the_way_on_stays_on_this_server(
    people: People, browser: Browser, asked: str, led: str
) -> None:
    account(people)
    client = browser()
    page = client.get("/auth/sign-in", params={"next": asked})
    form = fields(page) | {"login": "lan", "password": GOOD}
    answer = client.post("/auth/sign-in", params={"next": asked}, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, led)
    again = client.get("/auth/sign-in", params={"next": asked})  # signed in already
    assert (again.status_code, again.headers["location"]) == (303, led)


def test_every_refusal_looks_the_same(people: People, browser: Browser) -> None:
    account(people)
    account(people, "tat")
    people.disable(COMMAND_LINE, "tat")
    answers = []
    for login in ("lan", "tat", "khong-co", "<b>", "x" * 9000):
        client = browser()
        answer = send(client, "/auth/sign-in", login=login, password=OTHER)
        assert "<b>" not in answer.text
        shown = re.sub(r'value="[^"]*"', "", answer.text)
        answers.append((answer.status_code, shown, sorted(answer.cookies)))
    assert answers[0][0] == 401
    assert all(answer == answers[0] for answer in answers)


def test_too_many_attempts_are_told_when_to_come_back(people: People, browser: Browser) -> None:
    account(people)
    for login in ("lan", "khong-co"):
        client = browser()
        statuses = [
            send(client, "/auth/sign-in", login=login, password=f"{n}").status_code
            for n in range(7)
        ]
        assert statuses == [401] * 5 + [429] * 2
        answer = send(client, "/auth/sign-in", login=login, password=GOOD)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://khucum.example.evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site", "origin": "http://khucum.example"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_a_post_from_another_site_is_refused_even_with_the_right_token(
    people: People, browser: Browser, path: str, headers: dict[str, str]
) -> None:
    account(people)
    client = browser()
    sign_in(client, "lan")
    session = client.cookies[signin.SESSION_COOKIE]
    form = {
        "form": people.form_token(people.visit(session).session),
        "login": "lan",
        "password": GOOD,
        "current": GOOD,
        "new_password": OTHER,
        "repeated": OTHER,
    }
    answer = client.post(path, data=form, headers=headers)
    assert answer.status_code in (401, 403)
    assert "set-cookie" not in answer.headers
    assert people.visit(session).actor.login == "lan"
    own = {"origin": "http://khucum.example", "sec-fetch-site": "same-origin"}
    if path != "/auth/set":
        assert client.post(path, data=form, headers=own).status_code == 303


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", ["", "x", "é", "A" * 43])
def test_a_form_without_its_token_does_nothing(
    people: People, browser: Browser, path: str, token: str
) -> None:
    account(people)
    client = browser()
    sign_in(client, "lan")
    form = {"form": token, "login": "lan", "password": GOOD, "current": GOOD}
    answer = client.post(path, data=form | {"new_password": OTHER, "repeated": OTHER})
    assert answer.status_code == 403
    assert who(people, client).login == "lan"
    assert people.sign_in("lan", GOOD, "192.0.2.9").actor.login == "lan"


def test_a_token_of_another_browser_does_not_fit(people: People, browser: Browser) -> None:
    account(people)
    mine, theirs = browser(), browser()
    foreign = fields(theirs.get("/auth/sign-in"))
    mine.get("/auth/sign-in")
    answer = mine.post("/auth/sign-in", data=foreign | {"login": "lan", "password": GOOD})
    assert answer.status_code == 403
    nobody = browser().post("/auth/sign-in", data=foreign | {"login": "lan", "password": GOOD})
    assert nobody.status_code == 403


def test_get_changes_nothing(people: People, browser: Browser) -> None:
    account(people)
    client = browser()
    sign_in(client, "lan")
    for path in PATHS:
        client.get(path, params={"login": "x", "password": GOOD, "new_password": OTHER})
    assert who(people, client).login == "lan"
    assert client.get("/auth/sign-out").status_code == 405


@pytest.mark.parametrize("path", ["/auth/sign-out", "/auth/sign-out-everywhere"])
def test_signing_out_ends_the_session_and_empties_the_cache(
    people: People, browser: Browser, path: str
) -> None:
    account(people)
    client, elsewhere = browser(), browser()
    sign_in(client, "lan")
    sign_in(elsewhere, "lan")
    stolen = client.cookies[signin.SESSION_COOKIE]
    token = people.form_token(people.visit(stolen).session)
    answer = client.post(path, data={"form": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert signin.SESSION_COOKIE not in client.cookies
    assert not people.visit(stolen).session
    assert who(people, elsewhere).signed_in is (path == "/auth/sign-out")


def test_signing_out_leads_on_to_the_provider(people: People, browser: Browser) -> None:
    client = browser("khu-cum")
    client.cookies.set("provider", "248", path="/khu-cum")
    people.visit(claims={"iss": "https://id.example", "sub": "248"}, admit=True)
    here = signin.visit(people, {"provider": "248"}, claims_of)
    assert here.actor.login == "person@id.example"
    answer = client.post("/khu-cum/auth/sign-out", data={"form": people.form_token(here.session)})
    assert answer.headers["location"] == "/khu-cum/auth/logout"
    assert signin.visit(people, {"provider": "248"}, claims_of).session == ""


def test_the_first_link_makes_an_administrator_once(people: People, browser: Browser) -> None:
    link = people.first_admin_link("http://khucum.example")
    assert link is not None
    path = link.removeprefix("http://khucum.example")
    client = browser()
    page = client.get(path)
    assert "Quản trị viên đầu tiên" in page.text
    form = {"login": "Quan.Tri", "name": "Quản Trị", "new_password": GOOD}
    wrong = client.post(path, data=fields(page) | form | {"repeated": OTHER})
    assert wrong.status_code == 422
    assert 'value="Quan.Tri"' in wrong.text
    assert GOOD not in wrong.text
    answer = client.post(path, data=fields(wrong) | form | {"repeated": GOOD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert who(people, client) == Actor("quan.tri", "Quản Trị", Role.ADMIN)
    for late in (browser().get(path), browser().get("/auth/set")):
        assert late.status_code == 403
        assert "không còn dùng được" in late.text


def test_a_link_for_a_new_password_shows_whose(people: People, browser: Browser) -> None:
    account(people)
    path = people.reset(COMMAND_LINE, "lan", "")
    client = browser()
    assert "Tài khoản lan." in client.get(path).text
    answer = send(client, path, new_password=OTHER, repeated=OTHER, login="admin")
    assert answer.status_code == 303
    assert who(people, client).login == "lan"


def test_changing_the_password_asks_for_the_present_one(people: People, browser: Browser) -> None:
    account(people)
    client = browser()
    away = client.get("/auth/password")
    assert (away.status_code, away.headers["location"]) == (
        303,
        "/auth/sign-in?lang=vi&next=%2Fauth%2Fpassword%3Flang%3Dvi",
    )
    sign_in(client, "lan")
    before = client.cookies[signin.SESSION_COOKIE]
    wrong = send(client, "/auth/password", current=OTHER, new_password=OTHER, repeated=OTHER)
    assert wrong.status_code == 401
    assert "hiện tại không đúng" in wrong.text
    right = send(client, "/auth/password", current=GOOD, new_password=OTHER, repeated=OTHER)
    assert right.status_code == 303
    assert not people.visit(before).session
    assert who(people, client).login == "lan"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"login=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"%00%ff=%C3%28", "application/x-www-form-urlencoded"),
        (b'{"login": "lan"}', "application/json"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"", ""),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_what_is_no_form_is_refused(browser: Browser, path: str, body: bytes, kind: str) -> None:
    answer = browser().post(path, content=body, headers={"content-type": kind})
    assert answer.status_code in (401, 403)


def test_while_there_is_no_database_every_page_says_so(tmp_path: Path) -> None:
    def gone() -> People:
        raise StoreError("store.unavailable", where="postgresql://db/khucum")

    app = Starlette(routes=signin.routes(gone, Settings()))
    client = TestClient(app)
    for path in ("/auth/sign-in", "/auth/set", "/auth/password"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "postgresql://db/khucum" in answer.text
    assert client.post("/auth/sign-out").status_code == 503


def test_ten_thousand_guesses_do_not_keep_the_map_waiting(people: People, browser: Browser) -> None:
    account(people)
    client = browser()
    form = fields(client.get("/auth/sign-in"))
    statuses = [
        client.post("/auth/sign-in", data=form | {"login": "lan", "password": f"{n}"}).status_code
        for n in range(1000)
    ]
    assert statuses == [401] * 5 + [429] * 995
    assert client.get("/layers/aa11/zones.geojson").status_code == 200


# The gate on the other routes

ROLES: list[Role | None] = [None, *Role]
OPEN = {
    "/healthz": 200,
    "/assets/x/khucum-map.js": 200,
    "/frames/map.vi.html": 200,
    "/ho-so/vi/no": 404,  # refuses by a page of its own: tests/test_profile.py
}
FOR_VIEWERS = {
    "/layers/aa11/zones.geojson": 200,
    "/layers/aa11/no.geojson": 404,
    "/records/aa11/vi/tn-kcn-diem-thuy.json": 200,
    "/records/old/vi/tn-kcn-diem-thuy.json": 307,
    "/records/aa11/vi/no.json": 404,
    "/rows/aa11/no.json": 404,
    "/find/aa11/no.json": 404,
    "/units/aa11/no/districts-2016/643.json": 404,
    "/histories/no/tn-kcn-diem-thuy.json": 404,
}
SIGN_IN = {"/auth/sign-in": 200, "/auth/password": 303, "/auth/set": 403,
           "/auth/sign-out": 405, "/auth/sign-out-everywhere": 405}  # fmt: skip


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("role", ROLES)
def test_every_route_as_every_role(
    people: People, browser: Browser, role: Role | None, required: bool
) -> None:
    client = browser(sign_in_required=required)
    if role is not None:
        sign_in(client, account(people, f"{role}1", role))
    inside = role is not None or not required
    for path, status in (OPEN | FOR_VIEWERS).items():
        answer = client.get(path)
        allowed = inside or path in OPEN
        assert answer.status_code == (status if allowed else 401), path
        if path in FOR_VIEWERS and not allowed:
            assert answer.json() == {"error": "sign_in"}
            assert answer.headers["cache-control"] == "no-store"
        if path in FOR_VIEWERS and required:
            assert "public" not in answer.headers["cache-control"]
    for path, status in SIGN_IN.items():
        expected = status if role is None else {200: 303, 303: 200}.get(status, status)
        assert client.get(path).status_code == expected, path
    assert ("counts" in client.get("/healthz").json()) is not required


def test_no_route_is_left_out_of_the_walk() -> None:
    made = signin.routes(lambda: None, Settings()) + web.routes(FakePlanner, Settings())  # type: ignore[arg-type, return-value]
    walked = {*OPEN, *FOR_VIEWERS, *SIGN_IN}
    for route in made:
        assert isinstance(route, Route | Mount)
        assert any(path.startswith(route.path) for path in walked), route.path


def test_the_map_of_a_person_shut_out_is_gone_at_once(people: People, browser: Browser) -> None:
    client = browser(sign_in_required=True)
    sign_in(client, account(people))
    assert client.get("/layers/aa11/zones.geojson").status_code == 200
    people.disable(COMMAND_LINE, "lan")
    assert client.get("/layers/aa11/zones.geojson").status_code == 401
