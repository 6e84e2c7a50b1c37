"""The map on a page."""

from __future__ import annotations

import streamlit as st
from streamlit_folium import st_folium

from geo import maps
from geo.i18n import t
from geo.settings import Settings


def show(
    view: maps.MapView, lang: str, settings: Settings, *, key: str = "map", height: int = 560
) -> None:
    """Draw the map and tell it what to show.

    The base is the same at every call and the key constant, so the frame stays and receives only
    the view. Nothing comes back, so moving and reading the map never reruns the page.

    Parameters
    ----------
    height
        In CSS pixels.
    """
    st_folium(
        maps.base_map(lang, settings),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=maps.view_group(view, lang),
    )
    if not maps.assets_are_local(settings):
        st.caption(t(lang, "map.assets_remote"))
