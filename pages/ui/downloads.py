"""Files that a page offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from geo import maps, takeaway
from geo.i18n import t
from geo.maps import MapView
from geo.services import Planner
from geo.takeaway import Heading
from geo.zones import Zone
from pages.ui import identity
from pages.ui.markdown import escape

FORMS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
}
"""Media type of each form, in the order of the buttons."""


def zones(
    planner: Planner,
    found: Callable[[], Iterable[Zone]],
    words: Heading,
    name: str,
    lang: str,
    key: str = "",
    view: MapView | None = None,
) -> None:
    """Buttons that download zones as `name` in every form; strangers get no names of staff.

    Parameters
    ----------
    found
        Gives the zones; asked when somebody clicks.
    words
        What they are, for the line above the buttons and for the workbook.
    view
        The map that shows them; without it there is none to take away.
    """
    known = identity.actor().signed_in

    def make(form: str) -> bytes:
        records = [zone if known else replace(zone, updated_by=None) for zone in found()]
        if form == "xlsx":
            return takeaway.workbook(planner, records, words, lang)
        if form == "gpkg":
            return takeaway.geopackage(planner, records)
        if form == "html" and view is not None:
            return takeaway.page(planner, view, records, lang)
        return planner.download(form, records)

    packed = view is not None and maps.assets_are_local(planner.settings)
    with st.container(gap="small", key=f"{key}files"):
        shown = escape(f"{words.filters} · {words.totals}")
        st.caption(f"{t(lang, 'take.files', what=shown)}. {t(lang, 'take.files_note')}")
        with st.container(horizontal=True, gap="small", key=f"{key}forms"):
            for form, mime in FORMS.items():
                if form != "html" or packed:
                    _button(partial(make, form), form, mime, f"{name}.{form}", lang, key)


def _button(
    make: Callable[[], bytes], form: str, mime: str, file: str, lang: str, key: str
) -> None:
    st.download_button(
        t(lang, f"take.{form}"),
        make,
        file,
        mime,
        key=f"{key}{form}",
        on_click="ignore",
        icon=":material/download:",
        help=t(lang, "take.html_help") if form == "html" else None,
    )
