"""The map on which a place is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from geo import maps
from pages.ui import frame


def show(view: maps.DrawView, lang: str, *, key: str, height: int = 480) -> None:
    """Draw the map; the frame stays as long as the key does, and so does what is drawn on it.

    Each finished change reruns the page, and :func:`drawn` then tells it.

    Parameters
    ----------
    height
        In CSS pixels.
    """
    frame.show("draw", maps.draw_message(view), lang, key=key, height=height)


def drawn(key: str, serial: str) -> Mapping[str, Any] | None:
    """What was last drawn on a map since its view had `serial`; to be asked before it is shown.

    Returns
    -------
    mapping or None
        ``number``, which differs for every change, and ``geometry``: GeoJSON in EPSG:4326, not
        checked, or None where all was deleted.
    """
    told = st.session_state.get(key)
    return told if isinstance(told, Mapping) and told.get("serial") == serial else None
