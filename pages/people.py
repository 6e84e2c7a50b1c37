"""People and their rights, for administrators."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from geo.auth import AuthError, Role
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from pages.ui import guard, identity
from pages.ui.changes import moment
from pages.ui.markdown import escape
from pages.ui.resources import get_people, get_planner
from pages.ui.session import language, publish

DONE, ADDED = "_people_done", "_people_added"
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


def confirmed(name: str, login: str, user_id: int) -> bool:
    """A button that asks once more, with what will happen."""
    with st.popover(text(name)):
        st.markdown(text(f"{name}_help", login=escape(login)))
        return st.button(text(name), key=f"{name}_{user_id}", type="primary")


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
    key, login, link = st.session_state[DONE]
    if key:
        st.success(text(key, login=escape(login)), icon=":material/check:")
    if link:  # nobody can show it again, so it stays until it has been taken
        st.warning(text("link", login=escape(login)), icon=":material/link:")
        st.code(link, language=None)
        st.button(
            text("link_taken"), key="link_taken", icon=":material/check:",
            on_click=st.session_state.pop, args=(DONE,),
        )  # fmt: skip
    else:
        st.session_state.pop(DONE)

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
changing, adding, logged = st.tabs(
    [text("change"), text("add"), text("events")], key=f"people-{lang}", on_change="rerun"
)

try:
    count = int(st.session_state.get(ADDED, 0))  # the next person gets an empty form
    with adding, st.form(f"add_person_{count}"):
        new_login = st.text_input(text("login"), key=f"new_login_{count}", max_chars=64)
        new_name = st.text_input(text("name"), key=f"new_name_{count}", max_chars=100)
        new_role = st.selectbox(
            text("role"),
            ROLES,
            key=f"new_role_{count}",
            format_func=lambda role: t(lang, f"role.{role}"),
            help=text("role_help"),
        )
        new_provinces = st.multiselect(
            text("provinces"),
            list(provinces),
            key=f"new_provinces_{count}",
            format_func=provinces.__getitem__,
            placeholder=text("provinces_any"),
            help=text("provinces_help"),
        )
        if st.form_submit_button(text("add_done"), type="primary", key=f"add_person_done_{count}"):
            link = people.add_user(
                me, new_login, new_name, Role(new_role), new_provinces or None, base_url()
            )
            st.session_state[ADDED] = count + 1
            done("added", new_login, link)

    with changing:
        full = {user.login: f"{user.name} · {user.login}" for user in users}
        chosen = st.selectbox(
            text("person"), list(full), key="person", format_func=full.__getitem__
        )
        user = next(user for user in users if user.login == chosen)
        with st.form(f"person_{user.id}"):
            name = st.text_input(text("name"), user.name, key=f"name_{user.id}", max_chars=100)
            role = st.selectbox(
                text("role"),
                ROLES,
                ROLES.index(user.role),
                key=f"role_{user.id}",
                format_func=lambda role: t(lang, f"role.{role}"),
                help=text("role_help"),
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
            elif confirmed("disable", user.login, user.id):
                people.disable(me, user.login)
                done("disabled", user.login)
            if (
                user.issuer is None
                and not user.disabled
                and confirmed("reset", user.login, user.id)
            ):
                done("", user.login, people.reset(me, user.login, base_url()))
except KhuCumError as error:
    st.error(escape(error_text(error, lang)), icon=":material/error:")


def detail_text(detail: Mapping[str, Any]) -> str:
    """What is noted beside an event, in words."""
    shown: dict[str, Callable[[Any], str]] = {
        "role": lambda role: t(lang, f"role.{role}"),
        "provinces": lambda codes: named(None if codes is None else frozenset(codes)),
    }
    return "; ".join(
        f"{text(f'event_{name}')}: {shown.get(name, str)(value)}" for name, value in detail.items()
    )


log = [
    {
        text("event_at"): moment(event.at, lang),
        text("event_by"): event.actor or "—",
        text("event"): t(lang, f"event.{event.action}"),
        text("event_about"): event.subject,
        text("event_detail"): detail_text(event.detail) or "—",
    }
    for event in events
]
logged.dataframe(pd.DataFrame(log), hide_index=True, width="stretch")
