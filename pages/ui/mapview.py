"""The map on a page."""

from __future__ import annotations

from geo import maps
from pages.ui import frame


def show(view: maps.MapView, lang: str, *, key: str = "map") -> None:
    """Draw the map and tell it what to show.

    The frame stays and receives only the view. Nothing comes back, so moving and reading the map
    never reruns the page.
    """
    frame.show("map", maps.view_message(view, lang), lang, key=f"{key}-{lang}")
