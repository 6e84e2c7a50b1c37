"""The map on which a place is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from geo import maps
from geo.i18n import t
from geo.settings import Settings


def show(
    view: maps.DrawView, lang: str, settings: Settings, *, key: str, height: int = 480
) -> None:
    """Draw the map; the frame stays as long as the key does, and so does what is drawn on it.

    Each finished change reruns the page, and :func:`drawn` then tells it.

    Parameters
    ----------
    height
        In CSS pixels.
    """
    st_folium(
        maps.drawing_map(lang, settings),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=maps.drawing_group(view),
    )
    if not maps.assets_are_local(settings):
        st.caption(t(lang, "map.assets_remote"))


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
