"""The place of a zone from its survey: a corner table, or the file of a surveyor."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st
from shapely import MultiPolygon, Polygon
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo import placing, survey
from geo.i18n import ha
from geo.io.vector import SURVEY_DRIVERS, list_layers
from geo.zones import Precision
from pages.ui.markdown import escape
from pages.ui.place_bench import LONGEST_TABLE, SAMPLE, Bench, Proposal, digest
from pages.ui.resources import get_settings

TABLES = ("csv", "txt", "xlsx")
FILES = ("dxf", "zip", "gpkg", "geojson", "json", "kml", "kmz")

T = TypeVar("T")


class BySurvey(Bench):
    """Pasting or uploading, and choosing what of a file is meant."""

    def _survey(self) -> Proposal | None:
        brought = st.radio(
            self.t("brought"),
            ("table", "file"),
            key=self.k("brought"),
            horizontal=True,
            format_func=lambda one: self.t(f"brought_{one}"),
        )
        system = self._system("survey_system", self._systems())
        if brought == "table":
            text = st.text_area(
                self.t("corners"),
                key=self.k("corners"),
                placeholder=SAMPLE,
                help=self.t("corners_help"),
                height=170,
                max_chars=LONGEST_TABLE,
                persist_state="session",
            )
            if not text.strip():
                return None
            shape = self._once(
                "table", (text, system), lambda: survey.read_corners(text, system=system)
            )
        else:
            shape = self._file(system)
        if shape is None:
            return None
        self._issues(shape.issues)
        geometry, used = self._reread(shape)
        source = self._source("survey")
        fallback = "survey_table" if brought == "table" else "survey_file"
        fields = placing.shape_fields(geometry, Precision.SURVEYED, source or fallback)
        return Proposal(fields, geometry, used)

    def _file(self, system: str) -> survey.SurveyShape | None:
        limit = get_settings().max_file_mb
        sent = st.file_uploader(
            self.t("file"),
            type=[*FILES, *TABLES],
            key=self.k("file"),
            help=self.t("file_help", limit=limit),
            max_upload_size=limit,
        )
        if sent is None:
            return None
        ending = Path(sent.name).suffix.lower().removeprefix(".")
        if ending in TABLES:
            return self._once(
                "file",
                (sent.file_id, system),
                lambda: survey.read_corners(sent.getvalue(), system=system, file=sent.name),
            )
        layers = self._once(
            "layers",
            (sent.file_id,),
            lambda: in_folder(
                sent.name,
                sent.getvalue(),
                lambda path: [one.name for one in list_layers(path, SURVEY_DRIVERS)],
            ),
        )
        if layers is None:
            return None
        layer = None
        if len(layers) > 1:
            layer = st.selectbox(
                self.t("layer"), layers, key=self.k(f"layer-{sent.file_id}"), index=0
            )
        whole = self._read(sent, system, layer, ())
        if whole is None or not whole.candidates:
            return whole
        chosen = st.multiselect(
            self.t("outlines"),
            [one.number for one in whole.candidates],
            key=self.k(f"outlines-{sent.file_id}-{layer}"),
            placeholder=self.t("outlines_all"),
            help=self.t("outlines_help"),
            format_func={
                one.number: f"{one.number}. {one.name} · {ha(round(one.area_ha, 2), self.lang)}"
                for one in whole.candidates
            }.__getitem__,
        )
        if not chosen:
            return whole
        return self._read(sent, system, layer, tuple(chosen))

    def _read(
        self, sent: UploadedFile, system: str, layer: str | None, chosen: tuple[int, ...]
    ) -> survey.SurveyShape | None:
        limit = get_settings().max_file_mb
        return self._once(
            "file-chosen" if chosen else "file",
            (sent.file_id, system, layer, chosen),
            lambda: in_folder(
                sent.name,
                sent.getvalue(),
                lambda path: survey.read_survey_file(
                    path, limit, layer=layer, crs=system, choose=chosen or None
                ),
            ),
        )

    def _reread(self, shape: survey.SurveyShape) -> tuple[Polygon | MultiPolygon, str]:
        """The survey in another system, where somebody has asked for that."""
        wanted = self.state.get("reread")
        if not wanted or wanted[0] != digest(shape.geometry.wkb):
            return shape.geometry, shape.system
        other = wanted[1]
        geometry = self._try(lambda: survey.reinterpret(shape.geometry, shape.system, other))
        if geometry is None:
            return shape.geometry, shape.system
        names = {"system": self._system_name(other), "was": self._system_name(shape.system)}
        st.info(escape(self.t("reread", **names)), icon=":material/sync_alt:")
        st.button(
            self.t("reread_back"), key=self.k("reread_back"), on_click=self.state.pop,
            args=("reread", None),
        )  # fmt: skip
        return geometry, other


def in_folder(name: str, content: bytes, read: Callable[[Path], T]) -> T:
    """What `read` makes of a sent file; the file lies in a private folder meanwhile."""
    plain = re.sub(r"[^\w. -]", "_", Path(name).name)[-80:].lstrip(". ") or "file"
    with tempfile.TemporaryDirectory(prefix="khucum-") as folder:
        path = Path(folder, plain)
        path.write_bytes(content)
        return read(path)
