"""Signing in and out, and setting a password: plain pages that need neither Streamlit nor scripts.

A form carries a token that is bound to the browser's session, or to a cookie while there is none,
and is taken from this site only. Nothing is changed by GET. Work is done in a few threads of its
own, so that guessing passwords cannot keep the other routes waiting.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from geo.auth import AuthError
from geo.errors import KhuCumError, UsageError
from geo.i18n import LANGUAGES, error_text, t
from geo.people import People, SignedIn, SignInError, Visit
from geo.settings import Settings

SESSION_COOKIE = "khucum_session"
DEVICE_COOKIE = "khucum_device"
FORM_COOKIE = "khucum_form"

LARGEST_FORM = 16 * 1024
THREADS = 4
_LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")  # printable ASCII; browsers take \ for another slash
_DEVICE_LASTS_S = 365 * 24 * 3600
_FORM_LASTS_S = 12 * 3600

Claims = Callable[[Mapping[str, str]], Mapping[str, Any] | None]
"""From the cookies of a request to what a provider says of the person; None without."""

STYLE = """
:root{color-scheme:light dark;--ink:#1d2b33;--paper:#f3f6f6;--card:#fff;--line:#d5dde0;
--accent:#0f766e;--on:#fff;--bad:#9f1d1d;--badbg:#fdecec}
@media(prefers-color-scheme:dark){:root{--ink:#e8eef0;--paper:#151c20;--card:#1c252a;--line:#35434a;
--accent:#4fd1bd;--on:#10201e;--bad:#ffb4ab;--badbg:#3b1f1f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--paper);
color:var(--ink);font:1rem/1.5 'Source Sans 3','Segoe UI',Roboto,'Noto Sans',sans-serif}
main{width:100%;max-width:26rem;padding:2rem;background:var(--card);border:1px solid var(--line);
border-radius:.75rem}
h1{margin:0 0 1rem;font-size:1.4rem}
label{display:block;margin:.9rem 0 .25rem;font-weight:600}
input{width:100%;padding:.55rem .7rem;font:inherit;color:inherit;background:var(--card);
border:1px solid var(--line);border-radius:.5rem}
input:focus-visible,button:focus-visible,a:focus-visible{outline:2px solid var(--accent);
outline-offset:2px}
button{margin-top:1.4rem;width:100%;padding:.65rem;font:inherit;font-weight:600;color:var(--on);
background:var(--accent);border:0;border-radius:.5rem;cursor:pointer}
.bad{margin:0 0 1rem;padding:.7rem .9rem;color:var(--bad);background:var(--badbg);
border-radius:.5rem}
small{display:block;margin-top:.25rem}
nav{display:flex;justify-content:space-between;margin-top:1.4rem}
a{color:var(--accent)}
"""
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def nobody(cookies: Mapping[str, str]) -> None:
    """The claims where no provider is configured."""
    return


def routes(
    get_people: Callable[[], People],
    settings: Settings,
    base_path: str = "",
    claims_of: Claims = nobody,
) -> list[BaseRoute]:
    """The routes to mount beside the pages.

    Parameters
    ----------
    get_people
        Gives the use cases; called for every request.
    base_path
        ``server.baseUrlPath`` of the installation, with or without slashes.
    claims_of
        Reads the verified cookie of a sign-in at a provider of OpenID Connect.
    """
    limiter = CapacityLimiter(THREADS)

    def route(path: str, page: type[_Page]) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                form = await _form(request)
            except ClientDisconnect:
                return Response(status_code=400)
            made = page(request, form, settings, base_path, claims_of)
            return await to_thread.run_sync(made.answer, get_people, limiter=limiter)

        return Route(made_path(base_path, path), endpoint, methods=list(page.methods))

    return [
        route("/auth/sign-in", _SignIn),
        route("/auth/sign-out", _SignOut),
        route("/auth/sign-out-everywhere", _SignOutEverywhere),
        route("/auth/set", _Set),
        route("/auth/password", _Password),
    ]


def made_path(base_path: str, path: str, **query: str) -> str:
    """A path behind the base path of the installation."""
    base = base_path.strip("/")
    return (f"/{base}" if base else "") + path + (f"?{urlencode(query)}" if query else "")


def visit(people: People, cookies: Mapping[str, str], claims_of: Claims = nobody) -> Visit:
    """Who sent a request."""
    return people.visit(cookies.get(SESSION_COOKIE, ""), claims_of(cookies))


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a form; None if it is too large or none at all."""
    if request.method != "POST":
        return {}
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=20,
                          errors="strict")  # fmt: skip
    except ValueError:
        return None
    return {name: values[-1].replace("\0", "") for name, values in fields.items()}


def local_path(target: str) -> str | None:
    """`target` if it leads to this very server and nowhere else, None if not."""
    return target if _LOCAL.fullmatch(target) else None


class _Page:
    """One request; a page says what GET shows and what POST does."""

    methods: tuple[str, ...] = ("GET", "POST")
    path = ""

    def __init__(
        self,
        request: Request,
        form: dict[str, str] | None,
        settings: Settings,
        base_path: str,
        claims_of: Claims,
    ) -> None:
        self.request = request
        self.form = form
        self.base_path = base_path
        self.claims_of = claims_of
        asked = request.query_params.get("lang", "")
        self.lang = asked if asked in LANGUAGES else settings.language
        default = settings.language
        self.home = made_path(
            base_path, "/", **({} if self.lang == default else {"lang": self.lang})
        )

    # What a page fills in

    def show(self) -> Response:
        raise NotImplementedError

    def act(self, form: Mapping[str, str]) -> Response:
        raise NotImplementedError

    def refused(self, error: KhuCumError) -> Response:
        """The page once more, with what is wrong."""
        return self.message(error, _status(error))

    # What all do

    def answer(self, get_people: Callable[[], People]) -> Response:
        try:
            self.people = get_people()
            self.visit = visit(self.people, self.request.cookies, self.claims_of)
            self.new_form_cookie = ""
            if self.request.method in ("GET", "HEAD"):
                return self.show()
            if self.form is None or not self._from_here():
                raise UsageError("people.form_stale")
            return self.act(self.form)
        except (SignInError, UsageError, AuthError) as error:
            return self.refused(error)
        except KhuCumError as error:
            return self.message(error, 503)

    def _binding(self) -> str:
        return self.visit.session or self.request.cookies.get(FORM_COOKIE, "")

    def _from_here(self) -> bool:
        """Whether a form was made by this server for this browser, and sent from this site."""
        headers = self.request.headers
        site = headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        origin = headers.get("origin")
        if (
            site is None
            and origin is not None
            and origin.partition("://")[2] != headers.get("host")
        ):
            return False
        token = (self.form or {}).get("form", "")
        return self.people.made_form(self._binding(), token)

    def go(self, path: str) -> Response:
        return RedirectResponse(path, 303, HEADERS)

    def enter(self, signed: SignedIn, path: str) -> Response:
        """Give the browser its session."""
        response = self.go(path)
        self._set_cookie(response, SESSION_COOKIE, signed.cookie, None)
        self._set_cookie(response, DEVICE_COOKIE, signed.device, _DEVICE_LASTS_S)
        return response

    def leave(self, path: str) -> Response:
        response = self.go(path)
        response.headers["Clear-Site-Data"] = '"cache"'
        response.delete_cookie(SESSION_COOKIE, path=made_path(self.base_path, "") or "/")
        return response

    def _set_cookie(self, response: Response, name: str, value: str, lasts: int | None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=lasts,
            path=made_path(self.base_path, "") or "/",
            # behind a proxy, uvicorn takes the scheme from it if the proxy is one it trusts
            secure=self.request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def page(
        self, title: str, fields: str, button: str, error: KhuCumError | None = None, lead: str = ""
    ) -> Response:
        """A form on a page of its own."""
        binding = self._binding()
        if not binding:
            binding = self.new_form_cookie = secrets.token_urlsafe(32)
        token = self.people.form_token(binding)
        action = escape(self._here())
        body = (
            f'<p class="bad" role="alert">{escape(error_text(error, self.lang))}</p>'
            if error
            else ""
        )
        body += f"<p>{escape(lead)}</p>" if lead else ""
        body += f'<form method="post" action="{action}">'
        body += f'<input type="hidden" name="form" value="{token}">'
        body += f"{fields}<button>{escape(button)}</button></form>"
        return self._html(title, body, _status(error))

    def message(self, error: KhuCumError, status: int) -> Response:
        """A page that only says what is wrong."""
        body = f'<p class="bad" role="alert">{escape(error_text(error, self.lang))}</p>'
        again = made_path(self.base_path, "/auth/sign-in", lang=self.lang)
        body += f'<p><a href="{escape(again)}">{escape(self.text("to_sign_in"))}</a></p>'
        self.new_form_cookie = ""
        return self._html(self.text("refused"), body, status)

    def _here(self, **changes: str) -> str:
        kept = {name: self.request.query_params[name] for name in ("token", "next")
                if name in self.request.query_params}  # fmt: skip
        return made_path(self.base_path, self.path, **{**kept, "lang": self.lang, **changes})

    def _html(self, title: str, body: str, status: int) -> Response:
        other = next(lang for lang in LANGUAGES if lang != self.lang)
        switch = escape(self._here(lang=other))
        other_name = _LANGUAGE_NAMES[other]
        name = escape(t(self.lang, "page.name"))
        html = (
            f'<!doctype html><html lang="{self.lang}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)} · {name}</title><style>{STYLE}</style></head>"
            f"<body><main><h1>{escape(title)}</h1>{body}"
            f'<nav><a href="{escape(self.home)}">{name}</a>'
            f'<a href="{switch}" hreflang="{other}" lang="{other}">{other_name}</a></nav>'
            "</main></body></html>"
        )
        response = Response(html, status, HEADERS, "text/html")
        if self.new_form_cookie:
            self._set_cookie(response, FORM_COOKIE, self.new_form_cookie, _FORM_LASTS_S)
        return response

    def text(self, key: str, **params: object) -> str:
        return t(self.lang, f"signin.{key}", **params)

    def field(self, name: str, kind: str, complete: str, value: str = "", hint: str = "") -> str:
        about = f' aria-describedby="{name}-hint"' if hint else ""
        note = f'<small id="{name}-hint">{escape(hint)}</small>' if hint else ""
        return (
            f'<label for="{name}">{escape(self.text(name))}</label>'
            f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{complete}" required'
            f'{about} value="{escape(value)}">{note}'
        )

    def new_password_fields(self) -> str:
        hint = self.text("password_hint")
        return self.field("new_password", "password", "new-password", hint=hint) + self.field(
            "repeated", "password", "new-password"
        )

    def new_password(self, form: Mapping[str, str]) -> str:
        password = form.get("new_password", "")
        if password != form.get("repeated", ""):
            raise UsageError("people.password_repeated")
        return password

    @property
    def address(self) -> str:
        return self.request.client.host if self.request.client else ""


_LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}


def _status(error: KhuCumError | None) -> int:
    if error is None:
        return 200
    if error.code == "people.locked":
        return 429
    if error.code in ("people.form_stale", "people.link_gone"):
        return 403
    return 401 if isinstance(error, SignInError | AuthError) else 422


class _SignIn(_Page):
    path = "/auth/sign-in"

    def show(self, error: KhuCumError | None = None) -> Response:
        if error is None and self.visit.session:
            return self.go(self._next())
        login = (self.form or {}).get("login", "")[:200]
        fields = self.field("login", "text", "username", login)
        fields += self.field("password", "password", "current-password")
        return self.page(self.text("title"), fields, self.text("sign_in"), error)

    def act(self, form: Mapping[str, str]) -> Response:
        signed = self.people.sign_in(
            form.get("login", ""),
            form.get("password", ""),
            self.address,
            device=self.request.cookies.get(DEVICE_COOKIE, ""),
            cookie=self.request.cookies.get(SESSION_COOKIE, ""),
        )
        return self.enter(signed, self._next())

    def refused(self, error: KhuCumError) -> Response:
        response = self.show(error)
        if error.code == "people.locked":
            response.headers["Retry-After"] = str(60 * int(str(error.params["minutes"])))
        return response

    def _next(self) -> str:
        return local_path(self.request.query_params.get("next", "")) or self.home


class _SignOut(_Page):
    methods = ("POST",)

    def act(self, form: Mapping[str, str]) -> Response:
        cookies = self.request.cookies
        claims = self.claims_of(cookies)
        self.people.sign_out(cookies.get(SESSION_COOKIE, ""), claims)
        return self.leave(
            self.home if claims is None else made_path(self.base_path, "/auth/logout")
        )


class _SignOutEverywhere(_SignOut):
    def act(self, form: Mapping[str, str]) -> Response:
        self.people.sign_out_everywhere(self.visit)
        return super().act(form)


class _Set(_Page):
    """The form behind a one-time link."""

    path = "/auth/set"

    def show(self, error: KhuCumError | None = None) -> Response:
        login = self.people.link(self._token).login
        fields = ""
        if not login:
            form = self.form or {}
            fields += self.field("login", "text", "username", form.get("login", "")[:200])
            fields += self.field("name", "text", "name", form.get("name", "")[:200])
        fields += self.new_password_fields()
        title = self.text("set_title" if login else "first_title")
        lead = self.text("set_lead", login=login) if login else self.text("first_lead")
        return self.page(title, fields, self.text("save"), error, lead)

    def act(self, form: Mapping[str, str]) -> Response:
        signed = self.people.use_link(
            self._token,
            self.new_password(form),
            self.address,
            login=form.get("login", ""),
            name=form.get("name", ""),
        )
        return self.enter(signed, self.home)

    def refused(self, error: KhuCumError) -> Response:
        if error.code in ("people.link_gone", "people.form_stale"):
            return self.message(error, _status(error))
        return self.show(error)

    @property
    def _token(self) -> str:
        return self.request.query_params.get("token", "")


class _Password(_Page):
    """Changing one's own password."""

    path = "/auth/password"

    def show(self, error: KhuCumError | None = None) -> Response:
        if not self.visit.session:
            here = made_path(self.base_path, self.path, lang=self.lang)
            sign_in = made_path(self.base_path, "/auth/sign-in", lang=self.lang)
            return self.go(f"{sign_in}&next={quote(here, safe='')}")
        fields = self.field("current", "password", "current-password")
        fields += self.new_password_fields()
        lead = self.text("password_lead", login=self.visit.actor.login)
        return self.page(self.text("password_title"), fields, self.text("save"), error, lead)

    def act(self, form: Mapping[str, str]) -> Response:
        signed = self.people.change_password(
            self.visit, form.get("current", ""), self.new_password(form)
        )
        return self.enter(signed, self.home)

    def refused(self, error: KhuCumError) -> Response:
        if error.code == "people.form_stale":
            return self.message(error, _status(error))
        return self.show(error)
