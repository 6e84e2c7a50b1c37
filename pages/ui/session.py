"""What the reader has chosen, kept in the URL so that a link reopens the same view.

Streamlit can bind a widget to the URL itself, but writes the label there, which differs by
language; codes are wanted.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from geo import settings
from geo.i18n import LANGUAGES, t

LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
LONGEST_TEXT = 100


def seed_choice(key: str, options: Collection[str], default: str) -> None:
    """Before a widget of one choice: take its first value from the URL, if it is an option."""
    if key not in st.session_state:
        asked = st.query_params.get(key, default)
        st.session_state[key] = asked if asked in options else default


def seed_choices(key: str, options: Collection[str]) -> None:
    """Before a widget of several choices; what is not an option is left out."""
    if key not in st.session_state:
        asked = dict.fromkeys(st.query_params.get_all(key))
        st.session_state[key] = [value for value in asked if value in options]


def seed_text(key: str) -> None:
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "")[:LONGEST_TEXT]


def publish(key: str, default: str = "") -> None:
    """After the widget: write its value to the URL; the default leaves the URL clean."""
    value = st.session_state.get(key) or default
    wanted = list(value) if isinstance(value, list | tuple) else [value]
    if wanted == [default]:
        wanted = []
    if st.query_params.get_all(key) != wanted:
        if wanted:
            st.query_params[key] = wanted
        else:
            st.query_params.pop(key, None)


def language() -> str:
    """The reader's language: chosen, else from the URL, else the installation's."""
    default = settings.load().language
    seed_choice("lang", LANGUAGES, default)
    return st.session_state["lang"] or default


def language_switch() -> None:
    """The choice of language in the sidebar."""
    default = settings.load().language
    lang = language()
    st.sidebar.segmented_control(
        t(lang, "page.language"),
        LANGUAGES,
        key="lang",
        required=True,
        format_func=LANGUAGE_NAMES.__getitem__,
        width="stretch",
        persist_state="session",
        label_visibility="collapsed",
    )
    publish("lang", default)
