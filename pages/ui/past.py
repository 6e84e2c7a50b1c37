"""What the parts of the history share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from geo import journal
from geo.auth import Actor
from geo.desk import Desk
from geo.services import Planner
from pages.ui.session import day_of, seed_day

PARTS = ("changes", "day", "movements")
EARLIEST = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who looks back.

    Attributes
    ----------
    planner
        The register of this moment.
    names
        Of the staff by login; see :func:`geo.journal.names`.
    """

    planner: Planner
    desk: Desk
    me: Actor
    names: Mapping[str, str]
    lang: str


def today() -> dt.date:
    """The day in Vietnam."""
    return dt.datetime.now(journal.VIETNAM).date()


def day_input(
    key: str, label: str, *, on_change: Callable[[], None] | None = None, note: str | None = None
) -> dt.date | None:
    """A day that may be left open; its ISO form is in the URL under `key`."""
    latest = today()
    widget = f"{key}-day"
    begun = key not in st.session_state or widget not in st.session_state
    seed_day(key, EARLIEST, latest)
    if begun:
        st.session_state[widget] = day_of(st.session_state[key], EARLIEST, latest)
    shown = st.date_input(
        label,
        None,
        EARLIEST,
        latest,
        key=widget,
        format="DD/MM/YYYY",
        on_change=on_change,
        help=note,
    )
    chosen = shown if isinstance(shown, dt.date) else None
    st.session_state[key] = chosen.isoformat() if chosen else ""
    return chosen
