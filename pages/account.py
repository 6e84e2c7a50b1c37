"""One's own account: rights, password, sessions."""

import streamlit as st

from geo.i18n import t
from pages.ui import guard, identity
from pages.ui.markdown import escape
from pages.ui.resources import get_people, get_planner
from pages.ui.session import language, publish

guard.enter()
lang = language()
publish({})

st.title(t(lang, "page.account.title"))
here = identity.visit()
if not here.session:
    st.info(t(lang, "error.auth.sign_in"), icon=":material/login:")
    identity.ways_in(lang, "page")
    st.stop()

user = get_people().account(here)
names = get_planner().bounds.frames["provinces-2016"]["name"]
if user.provinces is None:
    provinces = t(lang, "page.account.all_provinces")
elif user.provinces:
    provinces = ", ".join(str(names.get(code, code)) for code in sorted(user.provinces))
else:
    provinces = t(lang, "page.account.no_provinces")
for key, value in (
    ("login", user.login),
    ("name", user.name),
    ("role", t(lang, f"role.{user.role}")),
    ("provinces", provinces),
):
    st.markdown(f"{t(lang, f'page.account.{key}')}: **{escape(value)}**")

st.subheader(t(lang, "page.account.password"))
if user.issuer is None:
    identity.link("/auth/password", t(lang, "page.account.change_password"))
else:
    st.markdown(t(lang, "page.account.elsewhere", issuer=escape(user.issuer)))

st.subheader(t(lang, "page.account.everywhere"))
st.markdown(t(lang, "page.account.everywhere_about"))
identity.post_button("/auth/sign-out-everywhere", t(lang, "page.account.everywhere"), here)
