"""Files that a page offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from geo import maps, reports, takeaway
from geo.checks import Finding
from geo.i18n import t
from geo.maps import MapView
from geo.services import Planner
from geo.takeaway import Heading
from geo.zones import Zone
from pages.ui import identity
from pages.ui.findings import Reader
from pages.ui.markdown import escape

TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media type of each form."""

FORMS = ("xlsx", "csv", "geojson", "gpkg", "html")
"""Forms in which zones are offered, in the order of the buttons."""

REPORT_FORMS = ("docx", "pdf", "xlsx", "html", "json")
"""The same for the report of an audit: first those that go to file."""


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
            for form in FORMS:
                if form != "html" or packed:
                    label = t(lang, f"take.{form}")
                    note = t(lang, "take.html_help") if form == "html" else None
                    button(label, partial(make, form), f"{name}.{form}", f"{key}{form}", note)


def audit(reader: Reader, shown: Sequence[Finding]) -> None:
    """Buttons for the report of the whole audit of a reader, and for the findings shown.

    A report goes to file and must say the same as the next one, so no filter of findings touches
    it: it has the documents and the day of the law that the page has.
    """
    lang, found = reader.lang, reader.audit
    count = len(found.findings) + len(found.derived)
    with st.container(gap="small", key="report"):
        st.caption(t(lang, "page.checks.files.report", count=count, documents=len(found.documents)))
        with st.container(horizontal=True, gap="small", key="report-forms"):
            for form in REPORT_FORMS:
                make = partial(reports.render, reader.planner, found, form, lang)
                file = reports.file_name(found, form, lang)
                button(t(lang, f"page.checks.files.{form}"), make, file, f"report-{form}")
    if shown:
        with st.container(gap="small", key="shown"):
            st.caption(t(lang, "page.checks.files.shown", count=len(shown), all=count))
            with st.container(horizontal=True, gap="small", key="shown-forms"):
                for form, write in (("csv", reader.csv), ("json", reader.json)):
                    file = reports.file_name(found, form, lang, part="shown")
                    label = t(lang, f"page.checks.files.{form}")
                    button(label, partial(write, shown), file, f"shown-{form}")


def button(
    label: str, make: Callable[[], bytes], file: str, key: str, note: str | None = None
) -> None:
    """A button whose file is made when somebody asks for it; it turns until it is there."""
    st.download_button(
        label,
        make,
        file,
        TYPES[file.rpartition(".")[2]],
        key=key,
        on_click="ignore",
        icon=":material/download:",
        help=note,
    )
