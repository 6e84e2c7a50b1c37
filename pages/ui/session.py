"""What the reader has chosen, kept in the URL so that a link reopens the same view.

Streamlit can bind a widget to the URL itself, but writes the label there, which differs by
language; codes are wanted. The URL is written once a run, and read again when the browser has
gone back or forward.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import urlsplit

import streamlit as st

from geo import settings
from geo.i18n import LANGUAGES, t
from pages.ui.markdown import escape

LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
KEYS = (
    *("lang", "q", "province", "kind", "stage", "unit", "measure", "method", "document", "status"),
    *("do", "proposal", "box", "staff", "action"),
    *("zone", "field", "since", "until", "before", "part", "day", "start", "end"),
    *("mechanism", "find", "answer", "rules", "rules_day", "finding", "view"),
    *("need", "read", "rule", "area_from", "area_to", "free_from", "let_to", "precision"),
    *("province_new", "district", "place", "spot", "km", "inside", "unknown", "order", "list"),
)
LONGEST_TEXT = 100
_LAST = "_last_view"
_REFUSED = "_refused_choices"
_LONGEST_SHOWN, _MOST_SHOWN = 40, 5


def follow_url() -> None:
    """At the start of a run: forget the choices when the browser shows another URL of ours.

    A page chosen in the navigation comes without parameters and keeps the choices.
    """
    last = st.session_state.get(_LAST)
    if last is None:
        st.session_state[_REFUSED] = []
        return
    path, published = last
    shown = _url()
    moved = path != _path()
    if (shown and shown != published) if moved else shown != published:
        st.session_state[_REFUSED] = []
        for key in KEYS:
            st.session_state.pop(key, None)


def seed_choice(key: str, options: Collection[str], default: str) -> None:
    """Before a widget of one choice: take its first value from the URL, if it is an option."""
    if key not in st.session_state:
        asked = st.query_params.get(key, default)
        st.session_state[key] = asked if asked in options else default
        if asked not in options:
            _refuse(key, asked)


def seed_choices(key: str, options: Collection[str]) -> None:
    """Before a widget of several choices; what is not an option is left out."""
    if key not in st.session_state:
        asked = dict.fromkeys(st.query_params.get_all(key))
        st.session_state[key] = [value for value in asked if value in options]
        for value in asked:
            if value not in options:
                _refuse(key, value)


def seed_text(key: str, longest: int = LONGEST_TEXT) -> None:
    """Before a text field; what is longer than the field takes is cut."""
    if key not in st.session_state:
        asked = st.query_params.get(key, "")
        st.session_state[key] = asked[:longest]
        if len(asked) > longest:
            _refuse(key, asked[longest:])


def seed_form(key: str, sound: Callable[[str], object], default: str = "") -> None:
    """Before a value that has a form; what is not of that form is left out."""
    if key not in st.session_state:
        asked = st.query_params.get(key, "") or default
        st.session_state[key] = asked if asked == default or sound(asked) else default
        if st.session_state[key] != asked:
            _refuse(key, asked)


def seed_day(key: str, earliest: dt.date, latest: dt.date) -> None:
    """Before a field of a day, kept as its ISO form; what is no day in these limits is left out."""
    seed_form(key, lambda asked: day_of(asked, earliest, latest))


def day_of(text: str, earliest: dt.date, latest: dt.date) -> dt.date | None:
    """The day that a text in ISO form means; None for anything else and beyond the limits."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if earliest <= day <= latest else None


def _refuse(key: str, value: str) -> None:
    """Remember for :func:`publish` what of a new address could not be followed."""
    refused = st.session_state.get(_REFUSED)
    if refused is not None and value:
        refused.append((key, value))


def publish(defaults: Mapping[str, str | Sequence[str]]) -> None:
    """After the widgets: write their values and the language to the URL, defaults left out.

    What a new address asked for and this page does not know is named, and leaves the address.
    """
    ignored = st.session_state.pop(_REFUSED, None)
    if ignored is not None:
        known = {*defaults, "lang"}
        strange = [(key, st.query_params[key]) for key in st.query_params if key not in known]
        if ignored := [*strange, *(one for one in ignored if one[0] in known)]:
            _tell(ignored)
            for key, _ in strange:
                del st.query_params[key]
    wanted: dict[str, list[str]] = {}
    for key, default in {**defaults, "lang": settings.load().language}.items():
        value = st.session_state.get(key) or default
        values, usual = _listed(value), _listed(default)
        if values not in ([], [""], usual):
            wanted[key] = values
    if _url() != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[_LAST] = _path(), wanted


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _tell(ignored: Sequence[tuple[str, str]]) -> None:
    def shown(text: str) -> str:
        plain = "".join(letter if letter.isprintable() else " " for letter in text)
        return plain if len(plain) <= _LONGEST_SHOWN else plain[:_LONGEST_SHOWN] + "…"

    named = [f"{shown(key)} = {shown(value)}" for key, value in ignored[:_MOST_SHOWN]]
    if len(ignored) > _MOST_SHOWN:
        named.append("…")
    text = t(language(), "page.address_ignored", what=escape("; ".join(named)))
    st.warning(text, icon=":material/link_off:")


def _url() -> dict[str, list[str]]:
    return {key: st.query_params.get_all(key) for key in st.query_params if key in KEYS}


def _path() -> str:
    return urlsplit(st.context.url or "").path


def language() -> str:
    """The reader's language: chosen, else from the URL, else the installation's."""
    default = settings.load().language
    seed_choice("lang", LANGUAGES, default)
    return st.session_state["lang"] or default


def language_switch() -> None:
    """The choice of language in the sidebar."""
    st.sidebar.segmented_control(
        t(language(), "page.language"),
        LANGUAGES,
        key="lang",
        required=True,
        format_func=LANGUAGE_NAMES.__getitem__,
        width="stretch",
        persist_state="session",
        label_visibility="collapsed",
    )
