"""Who is looking at a page, and the gate in front of pages that need an account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape as html
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from geo import signin
from geo.auth import ANONYMOUS, Action, Actor, Rules, decide, rules_of
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.people import Visit
from pages.ui import once
from pages.ui.markdown import escape
from pages.ui.resources import get_people, get_settings
from pages.ui.session import language

# as Streamlit's own buttons, whose links open in another tab and which cannot post
BUTTON = """display:inline-block;padding:.35rem .8rem;font:inherit;font-size:.875rem;color:inherit;
text-decoration:none;cursor:pointer;background:transparent;border:1px solid #8888;
border-radius:.5rem"""
LINK = f'<a href="{{address}}" target="_self" style="{BUTTON}">{{label}}</a>'
FORM = f"""<form method="post" action="{{address}}">
<input type="hidden" name="form" value="{{token}}">
<button style="{BUTTON}">{{label}}</button></form>"""


def rules() -> Rules:
    return rules_of(get_settings())


def provider_claims(cookies: Mapping[str, str]) -> Mapping[str, Any] | None:
    """What the provider said of the person at sign-in, from the cookie that Streamlit signed.

    For the routes, which have no ``st.user``. They only look for the session that a page has begun
    with it; see :func:`visit`.
    """
    if USER_COOKIE_NAME not in cookies or not get_secrets_auth_section():
        return None

    def signed(name: str) -> bytes | None:
        value = cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(get_cookie_secret(), name, value)

    content = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    return None if content is None else _identifying(json.loads(content))


def _identifying(claims: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return claims if claims.get("iss") and claims.get("sub") else None


def who(cookies: Mapping[str, str]) -> Actor:
    """The sender of a request to the routes."""
    return signin.visit(get_people(), cookies, provider_claims).actor


@once.a_run
def visit() -> Visit:
    """Who looks at the page, as the database knows them at this moment.

    Raises
    ------
    KhuCumError
        When the database cannot say.
    """
    user = st.user.to_dict()
    claims = _identifying(user) if user.get("is_logged_in") else None
    cookie = st.context.cookies.get(signin.SESSION_COOKIE, "")
    if claims is None and not cookie:
        return Visit()
    return get_people().visit(cookie, claims, admit=True)


def actor() -> Actor:
    """Who looks at the page; nobody while the database cannot say, and the sidebar says why."""
    try:
        return visit().actor
    except KhuCumError:
        return ANONYMOUS


def visibility(me: Actor, offered: str) -> Literal["visible", "hidden"]:
    """Whether the navigation offers a page; what it then allows, it decides by itself.

    Parameters
    ----------
    offered
        The action that somebody signed in must have the right to; empty for everybody.
    """
    if not offered:
        return "visible"
    may = me.signed_in and decide(me, Action(offered), rules()).allowed
    return "visible" if may else "hidden"


def require_sign_in() -> None:
    """Stop the page for those who may not view it, with the way in."""
    try:
        here = visit()
    except KhuCumError as error:
        if get_settings().sign_in_required:
            st.error(escape(error_text(error, language())), icon=":material/error:")
            st.stop()
        return
    if decide(here.actor, Action.VIEW, rules()).allowed:
        return
    lang = language()
    st.title(t(lang, "page.identity.required_title"))
    if here.waiting:
        st.warning(t(lang, "page.identity.waiting"), icon=":material/hourglass_empty:")
    else:
        st.markdown(t(lang, "page.identity.required"))
    ways_in(lang, "gate")
    st.stop()


def sidebar() -> None:
    """Who is signed in, with the way out; or the way in."""
    lang = language()
    with st.sidebar:
        try:
            here = visit()
        except KhuCumError as error:
            unknown = t(lang, "page.identity.unknown", error=error_text(error, lang))
            st.warning(escape(unknown), icon=":material/warning:")
            return
        if not here.actor.signed_in:
            if not get_settings().sign_in_required:  # else the page itself shows the way
                ways_in(lang, "sidebar")
            return
        role = t(lang, f"role.{here.actor.role}")
        st.caption(f"**{escape(here.actor.name)}** · {role}")
        post_button("/auth/sign-out", t(lang, "page.identity.sign_out"), here)


def ways_in(lang: str, place: str) -> None:
    """Sign-in, from where one comes back to this very view; `place` is unique on the page."""
    here = urlsplit(st.context.url or "").path or path("/")
    view = [(key, one) for key in st.query_params for one in st.query_params.get_all(key)]
    back = f"{here}?{urlencode(view)}" if view else here
    link("/auth/sign-in", t(lang, "page.identity.sign_in"), next=back)
    for name, shown in _providers():
        label = t(lang, "page.identity.sign_in_at", provider=escape(shown))
        if st.button(label, key=f"sign_in_{place}_{name}", icon=":material/key:"):
            st.login(name)


def _providers() -> list[tuple[str, str]]:
    """Names and titles of the configured providers of OpenID Connect."""
    section = get_secrets_auth_section()
    if section.get("client_id"):
        return [("default", str(section.get("title", "OpenID Connect")))]
    return [
        (name, str(one.get("title", name)))
        for name, one in section.items()
        if isinstance(one, Mapping) and "client_id" in one
    ]


def path(where: str, **query: str) -> str:
    """A path on this server, behind its base path."""
    return signin.made_path(st.get_option("server.baseUrlPath"), where, **query)


def link(where: str, label: str, **query: str) -> None:
    """A link to a page of :mod:`geo.signin`, in this tab."""
    address = path(where, **query, lang=language())
    st.html(LINK.format(address=html(address), label=html(label)))


def post_button(where: str, label: str, here: Visit) -> None:
    """A button that posts to a route of :mod:`geo.signin`."""
    address, token = path(where, lang=language()), get_people().form_token(here.session)
    st.html(FORM.format(address=html(address), token=token, label=html(label)))
