"""A frame with a map: its page comes from :mod:`geo.maps`, a message says what it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit.components.v1.custom_component import CustomComponent

from geo import maps
from geo.i18n import t
from pages.ui.identity import path
from pages.ui.resources import get_settings

ACTS = {"map": "show", "draw": "draw", "sketch": "sketch"}
"""The function of our scripts that takes the messages of each kind of frame."""


def show(
    kind: str, message: Mapping[str, Any], lang: str, *, key: str, height: int | None = None
) -> Any:
    """Draw a frame, or tell it what to show; it stays as long as `key` does.

    Parameters
    ----------
    kind
        A key of :data:`geo.maps.STARTS`.
    height
        In CSS pixels; without it the frame itself says how high it is.

    Returns
    -------
    object
        What the frame last reported.
    """
    # as a text: Streamlit would put a blank after every comma of it, a fifth of the whole
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    told = _component(kind, lang)(
        act=ACTS[kind], message=text, height=height, key=key, default=None
    )
    if not maps.assets_are_local(get_settings()):
        st.caption(t(lang, "map.assets_remote"))
    return told


@cache
def _component(kind: str, lang: str) -> CustomComponent:
    return declare_component(f"{kind}_{lang}", url=path(f"/frames/{kind}.{lang}.html"))
