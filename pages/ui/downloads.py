"""Files that a page offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import streamlit as st

from geo.i18n import t
from geo.services import Planner
from geo.zones import Zone
from pages.ui import identity

FORMS = {"csv": "text/csv", "geojson": "application/geo+json"}


def zones(planner: Planner, found: Iterable[Zone], name: str, lang: str, key: str = "") -> None:
    """Buttons that download zones as `name` in every form; strangers get no names of staff."""
    known = identity.actor().signed_in
    records = [zone if known else replace(zone, updated_by=None) for zone in found]
    with st.container(horizontal=True, key=f"{key}files"):
        for form, mime in FORMS.items():
            st.download_button(
                t(lang, f"page.map.download_{form}"),
                partial(planner.download, form, records),
                f"{name}.{form}",
                mime,
                key=f"{key}{form}",
                on_click="ignore",
                icon=":material/download:",
            )
