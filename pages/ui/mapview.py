"""The map on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from geo import maps
from pages.ui import frame


def show(view: maps.MapView, lang: str, *, key: str = "map") -> None:
    """Draw the map and tell it what to show.

    The frame stays and receives only the view, so moving and reading the map never reruns the page.
    Only what is chosen in a list of results comes back, see :func:`told`.
    """
    frame.show("map", maps.view_message(view, lang), lang, key=f"{key}-{lang}")


def told(lang: str, *, key: str = "map") -> Mapping[str, Any]:
    """What the map last reported, to be asked before it is shown; empty where nothing."""
    value = st.session_state.get(f"{key}-{lang}")
    return value if isinstance(value, Mapping) else {}
