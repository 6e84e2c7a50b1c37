"""People and their rights, for administrators."""

import json
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from geo.auth import AuthError, Role
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from pages.ui import guard, identity
from pages.ui.markdown import escape
from pages.ui.resources import get_people, get_planner
from pages.ui.session import language, publish

DONE = "_people_done"
ROLES = [str(role) for role in Role]

guard.enter()
lang = language()
publish({})


def text(key: str, **params: object) -> str:
    return t(lang, f"page.people.{key}", **params)


def done(key: str, login: str, link: str = "") -> None:
    """Show the page anew, with what was done."""
    st.session_state[DONE] = key, login, link
    st.rerun()


def base_url() -> str:
    seen = urlsplit(st.context.url or "")
    return f"{seen.scheme}://{seen.netloc}{identity.path('')}"


st.title(text("title"))
me = identity.actor()
people = get_people()
try:
    users = people.users(me)
    events = people.events(me)
except AuthError as error:
    st.error(error_text(error, lang), icon=":material/lock:")
    st.stop()
st.markdown(text("about"))

if DONE in st.session_state:
    key, login, link = st.session_state.pop(DONE)
    if key:
        st.success(text(key, login=escape(login)), icon=":material/check:")
    if link:
        st.warning(text("link", login=escape(login)), icon=":material/link:")
        st.code(link, language=None)

frame = get_planner().bounds.frames["provinces-2016"]
provinces = {str(code): str(name) for code, name in frame["name"].sort_values().items()}


def named(codes: frozenset[str] | None) -> str:
    if codes is None:
        return text("all_provinces")
    return ", ".join(provinces.get(code, code) for code in sorted(codes))


rows = [
    {
        text("login"): user.login,
        text("name"): user.name,
        text("role"): t(lang, f"role.{user.role}"),
        text("provinces"): named(user.provinces),
        text("state"): text(f"state_{user.state}"),
        text("origin"): user.issuer or text("origin_here"),
    }
    for user in users
]
st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
changing, adding, logged = st.tabs([text("change"), text("add"), text("events")])

try:
    with adding, st.form("add_person"):
        new_login = st.text_input(text("login"), key="new_login", max_chars=64)
        new_name = st.text_input(text("name"), key="new_name", max_chars=100)
        new_role = st.selectbox(
            text("role"), ROLES, key="new_role", format_func=lambda role: t(lang, f"role.{role}")
        )
        new_provinces = st.multiselect(
            text("provinces"),
            list(provinces),
            key="new_provinces",
            format_func=provinces.__getitem__,
            placeholder=text("provinces_any"),
            help=text("provinces_help"),
        )
        if st.form_submit_button(text("add_done"), type="primary", key="add_person_done"):
            link = people.add_user(
                me, new_login, new_name, Role(new_role), new_provinces or None, base_url()
            )
            done("added", new_login, link)

    with changing:
        chosen = st.selectbox(text("person"), [user.login for user in users], key="person")
        user = next(user for user in users if user.login == chosen)
        with st.form(f"person_{user.id}"):
            name = st.text_input(text("name"), user.name, key=f"name_{user.id}", max_chars=100)
            role = st.selectbox(
                text("role"),
                ROLES,
                ROLES.index(user.role),
                key=f"role_{user.id}",
                format_func=lambda role: t(lang, f"role.{role}"),
            )
            limited = st.multiselect(
                text("provinces"),
                list(provinces),
                sorted(user.provinces or ()),
                key=f"provinces_{user.id}",
                format_func=provinces.__getitem__,
                placeholder=text("provinces_any"),
                help=text("provinces_help"),
            )
            if st.form_submit_button(text("save"), type="primary", key=f"save_{user.id}"):
                people.change_user(
                    me, user.login, name=name, role=Role(role), provinces=limited or None
                )
                done("saved", user.login)
        with st.container(horizontal=True):
            if user.disabled:
                if st.button(text("enable"), key=f"enable_{user.id}"):
                    people.enable(me, user.login)
                    done("enabled", user.login)
            elif st.button(text("disable"), key=f"disable_{user.id}"):
                people.disable(me, user.login)
                done("disabled", user.login)
            if (
                user.issuer is None
                and not user.disabled
                and st.button(text("reset"), key=f"reset_{user.id}", help=text("reset_help"))
            ):
                done("", user.login, people.reset(me, user.login, base_url()))
except KhuCumError as error:
    st.error(escape(error_text(error, lang)), icon=":material/error:")

log = [
    {
        text("event_at"): f"{event.at:%Y-%m-%d %H:%M:%S}",
        text("event_by"): event.actor,
        text("event"): t(lang, f"event.{event.action}"),
        text("event_about"): event.subject,
        text("event_detail"): json.dumps(event.detail, ensure_ascii=False),
    }
    for event in events
]
logged.dataframe(pd.DataFrame(log), hide_index=True, width="stretch")
