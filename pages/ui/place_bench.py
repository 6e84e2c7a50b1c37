"""What the ways of setting a place share: the record, the state, and how faults are said."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import streamlit as st
from shapely.geometry.base import BaseGeometry

from geo import placing, survey
from geo.crs import WGS84
from geo.errors import KhuCumError
from geo.i18n import error_text, issue_text, t
from geo.issues import Issue, Severity
from geo.services import Planner
from pages.ui.forms import issue_line
from pages.ui.markdown import escape
from pages.ui.resources import get_planner, get_settings

LONGEST_SOURCE = 300
LONGEST_TABLE = 1_000_000
SAMPLE = "1\t2374512,35\t428951,20\n2\t2374498,10\t429312,77\n3\t2374101,60\t429287,15"
_LEVELS = {
    Severity.ERROR: (st.error, ":material/error:"),
    Severity.WARNING: (st.warning, ":material/warning:"),
    Severity.INFO: (st.info, ":material/info:"),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place that could be taken over.

    Attributes
    ----------
    fields
        Raw fields of the record, without the districts.
    geometry
        In EPSG:4326.
    system
        In which a survey was read; WGS 84 for what was drawn.
    """

    fields: Mapping[str, Any]
    geometry: BaseGeometry
    system: str = WGS84


def state_of(key: str) -> dict[str, Any]:
    fresh: dict[str, Any] = {
        "turn": 0,
        "serial": 0,
        "number": None,
        "shape": None,
        "communes": None,
        "taken": {},
    }
    return cast("dict[str, Any]", st.session_state.setdefault(key, fresh))


class Bench:
    """One run of the editor: what every way of setting a place needs."""

    def __init__(
        self, raw: Mapping[str, Any], base: Mapping[str, Any] | None, key: str, lang: str
    ) -> None:
        self.key, self.lang, self.base = key, lang, base
        self.state = state_of(key)
        self.given = raw
        self.raw = {**raw, **self.state["taken"]}
        first = self.state.setdefault("first", {name: raw.get(name) for name in placing.FIELDS})
        self.origin = first if base is None else base
        self.planner: Planner = get_planner().now()
        self.register = self.planner.bounds.register
        self.folder = get_settings().data_dir / "boundaries"
        self.saved, self.saved_issue = placing.read_geometry(self.raw.get("geometry"))
        self.declared = placing.declared_codes(self.raw, self.register)

    def k(self, name: str) -> str:
        """Key of a widget; another one after every reset."""
        return f"{self.key}:{self.state['turn']}:{name}"

    def t(self, key: str, /, **params: object) -> str:
        return t(self.lang, f"page.place.{key}", **params)

    def _systems(self) -> list[str]:
        return placing.systems(self.raw, self.register, self.folder)

    def _system_name(self, code: str) -> str:
        name = survey.system_name(code)
        return self.t("system_degrees", system=name) if code in survey.DEGREES else name

    def _system(self, name: str, offered: list[str]) -> str:
        return st.selectbox(
            self.t("system"),
            offered,
            key=self.k(name),
            format_func=self._system_name,
            help=self.t("system_help"),
            on_change=self.state.pop,
            args=("reread", None),
            persist_state="session",
        )

    def _source(self, method: str) -> str:
        """What the place rests on, in somebody's words."""
        text = st.text_input(
            self.t("source"),
            key=self.k(f"source-{method}"),
            placeholder=self.t(f"source_{method}"),
            max_chars=LONGEST_SOURCE,
        )
        return " ".join(text.split())

    def _issues(self, issues: Sequence[Issue]) -> None:
        for found in sorted(issues, key=lambda one: list(_LEVELS).index(one.severity)):
            say, icon = _LEVELS[found.severity]
            of_record = found.code.startswith("zone.")  # whose sentences begin with its id
            say(escape((issue_line if of_record else issue_text)(found, self.lang)), icon=icon)

    def _try(self, make: Callable[[], T]) -> T | None:
        result = _outcome(make)
        if isinstance(result, KhuCumError):
            st.error(escape(error_text(result, self.lang)), icon=":material/error:")
            return None
        return result

    def _once(self, name: str, what: object, make: Callable[[], T]) -> T | None:
        """The result for the same input, kept from the run before."""
        held = st.session_state.get(self.k(f"once-{name}"))
        if held is None or held[0] != what:
            held = what, _outcome(make)
            st.session_state[self.k(f"once-{name}")] = held
        result: T | KhuCumError = held[1]
        if isinstance(result, KhuCumError):
            st.error(escape(error_text(result, self.lang)), icon=":material/error:")
            return None
        return result


def _outcome(make: Callable[[], T]) -> T | KhuCumError:
    try:
        return make()
    except KhuCumError as error:
        return error


def digest(content: bytes | str) -> str:
    data = content if isinstance(content, bytes) else content.encode()
    return hashlib.sha256(data).hexdigest()[:16]
