"""Setting the place of a zone: from communes, a point, an outline on the map, or the survey.

Whatever way is chosen, the place is a proposal until somebody uses it: shown on the map beside the
neighbours, measured, and held against districts and plan. Only then does the form hear of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st
from shapely.geometry.base import BaseGeometry

from geo import placing, survey, wording
from geo.crs import VIETNAM_BOUNDS, WGS84
from geo.errors import KhuCumError
from geo.gazetteer import NEW
from geo.i18n import error_text, t
from geo.maps import DrawView
from geo.settings import ROOT
from geo.zones import Precision
from pages.ui import drawmap
from pages.ui.markdown import escape
from pages.ui.place_bench import LONGEST_TABLE, SAMPLE, Proposal, digest, state_of
from pages.ui.place_communes import ByCommune
from pages.ui.place_preview import Preview
from pages.ui.place_survey import BySurvey

METHODS = {
    "commune": ":material/holiday_village:",
    "point": ":material/location_on:",
    "outline": ":material/pentagon:",
    "survey": ":material/architecture:",
}


def editor(
    raw: Mapping[str, Any], base: Mapping[str, Any] | None, key: str, lang: str
) -> dict[str, Any]:
    """The widgets that set a place, and what was set with them.

    Parameters
    ----------
    raw
        The record as the form has it, raw as in :mod:`geo.changes`.
    base
        The record as it is saved; None for a new zone.
    key
        Names the state in ``st.session_state``; one for each form.

    Returns
    -------
    dict
        The fields of :data:`geo.placing.FIELDS` that the person has changed, raw and ready for
        JSON; empty before anything was used. It stays the same over reruns until :func:`reset`.
    """
    _panel(raw, base, key, lang)
    return dict(state_of(key)["taken"])


def reset(key: str) -> None:
    """Forget everything: the form has been saved or begun anew."""
    turn = state_of(key)["turn"] + 1
    for name in [name for name in st.session_state if str(name).startswith(f"{key}:")]:
        del st.session_state[name]
    st.session_state.pop(key, None)
    state_of(key)["turn"] = turn


@st.fragment
def _panel(raw: Mapping[str, Any], base: Mapping[str, Any] | None, key: str, lang: str) -> None:
    """A part of the page that runs by itself: a corner that is dragged does not rerun the form."""
    _Panel(raw, base, key, lang).show()


class _Panel(ByCommune, BySurvey, Preview):
    """The editor with its four ways; a point and an outline are set on the map itself."""

    # -- the whole

    def show(self) -> None:
        st.html(ROOT / "static" / "place.css")
        with st.container():
            self._present()
        method = st.segmented_control(
            self.t("method"),
            list(METHODS),
            key=self.k("method"),
            default=self._first_method(),
            required=True,
            format_func=lambda one: f"{METHODS[one]} {self.t(f'method_{one}')}",
            on_change=self._start_method,
            width="stretch",
            persist_state="session",
        )
        method = method or self._first_method()
        if "started" not in self.state:
            self.state["started"] = True
            self._start(method)
        with st.container():  # so that the map keeps its position, and with it its frame
            st.caption(self.t(f"about_{method}"))
            proposal: Proposal | None = getattr(self, f"_{method}")()
        with st.container(key=self.k("place-map")):
            self._map(method, proposal)
        if proposal is not None:
            self._preview(proposal)

    def _first_method(self) -> str:
        match self.raw.get("location_precision"):
            case Precision.SURVEYED:
                return "survey"
            case Precision.DRAWN:
                is_point = self.saved is not None and self.saved.geom_type == "Point"
                return "point" if is_point else "outline"
        return "commune"

    def _start_method(self) -> None:
        self._start(st.session_state.get(self.k("method")) or self._first_method())

    def _start(self, method: str) -> None:
        """Begin a way of setting the place from the place that there is.

        The middle of a commune is nothing that anybody has drawn, so it is not begun from.
        """
        kind = "Point" if method == "point" else "Polygon"
        known = self.raw.get("location_precision") in (Precision.DRAWN, Precision.SURVEYED)
        fits = self.saved is not None and self.saved.geom_type.endswith(kind)
        self._put(self.raw["geometry"] if known and fits else None)

    def _put(self, shape: Mapping[str, Any] | None) -> None:
        """Show another shape on the map, to be changed there."""
        self.state["serial"] += 1
        self.state["shape"] = shape
        if shape is None:
            st.session_state[self.k("north")] = st.session_state[self.k("east")] = ""
        self._write_point()

    def _write_point(self) -> None:
        """The point in the fields in which it is typed."""
        found, _ = placing.read_geometry(self.state["shape"])
        system = st.session_state.get(self.k("point_system"), WGS84)
        if found is not None and found.geom_type == "Point":
            north, east = placing.typed(found, system)
            st.session_state[self.k("north")] = north
            st.session_state[self.k("east")] = east

    # -- the place that there is

    def _present(self) -> None:
        with st.container(border=True):
            changed = any(
                (self.raw.get(name) or None) != (self.origin.get(name) or None)
                for name in placing.FIELDS
            )
            mark = f" :orange-badge[:material/edit: {self.t('changed')}]" if changed else ""
            st.markdown(f"**{self.t('present')}**{mark}  \n{self._describe(self.raw)}")
            if self.saved_issue is not None:
                self._issues([self.saved_issue])
            if changed:
                st.button(
                    self.t("drop" if self.base is None else "back"),
                    key=self.k("back"),
                    icon=":material/undo:",
                    on_click=self._back,
                )
        if self.state.pop("tell", False):
            st.rerun()  # a button's callback runs in this part only: the form must hear of it

    def _back(self) -> None:
        self.state["taken"] = {
            name: self.origin.get(name)
            for name in placing.FIELDS
            if self.given.get(name) != self.origin.get(name)  # the form may hold them already
        }
        self.state["communes"] = None
        self.state.pop("started", None)
        self.state["tell"] = True

    def _describe(self, raw: Mapping[str, Any]) -> str:
        if raw.get("geometry") is None:
            return self.t("none")
        parts = [t(self.lang, f"precision.{raw.get('location_precision')}")]
        names = [str(one.get("name")) for one in raw.get("communes") or []]
        districts = [str(one.get("name")) for one in raw.get("districts") or []]
        parts += [", ".join(names), ", ".join(districts)]
        if raw.get("location_radius_km"):
            parts.append(self.t("doubt", km=raw["location_radius_km"]))
        parts.append(wording.location_source(raw.get("location_source"), self.lang) or "")
        return " · ".join(escape(part) for part in parts if part)

    # -- by a point

    def _point(self) -> Proposal | None:
        if self._drawn("point"):
            self._write_point()
        offered = [WGS84, *(one for one in self._systems() if one != WGS84)]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            system = st.selectbox(
                self.t("system"),
                offered,
                key=self.k("point_system"),
                format_func=self._system_name,
                on_change=self._write_point,
            )
            degrees = system in survey.DEGREES
            for name, label in (("north", "latitude"), ("east", "longitude")):
                st.text_input(
                    self.t(label if degrees else name),
                    key=self.k(name),
                    max_chars=64,
                    on_change=self._type_point,
                    args=(system,),
                )
        refused = self.state.pop("refused", None)
        if refused is not None:
            st.error(escape(refused), icon=":material/error:")
        if self.state.pop("swapped", False):
            st.info(self.t("swapped"), icon=":material/swap_horiz:")
        source = self._source("point")
        geometry = self._checked()
        if geometry is None or geometry.geom_type != "Point":
            return None
        fields = placing.shape_fields(geometry, Precision.DRAWN, source or "map_point")
        return Proposal(fields, geometry)

    def _type_point(self, system: str) -> None:
        north, east = (st.session_state.get(self.k(name)) or "" for name in ("north", "east"))
        if not north.strip() or not (east.strip() or placing.split_pair(north)):
            return  # the other number is still to come
        try:
            point, swapped = placing.read_point(north, east, system)
        except KhuCumError as error:
            self.state["refused"] = error_text(error, self.lang)
            return
        self.state["swapped"] = swapped
        self._put(placing.shape_fields(point, Precision.DRAWN, "")["geometry"])

    # -- by an outline on the map

    def _outline(self) -> Proposal | None:
        self._drawn("outline")
        with st.expander(self.t("keyboard"), icon=":material/keyboard:"):
            st.caption(self.t("keyboard_about"))
            system = self._system("outline_system", self._systems())
            text = st.text_area(
                self.t("corners"),
                key=self.k("outline_corners"),
                placeholder=SAMPLE,
                max_chars=LONGEST_TABLE,
            )
            if st.button(self.t("to_map"), key=self.k("to_map"), icon=":material/pin_drop:"):
                found = self._try(lambda: survey.read_corners(text, system=system))
                if found is not None:
                    self._issues(found.issues)
                    self._put(placing.shape_fields(found.geometry, Precision.DRAWN, "")["geometry"])
        source = self._source("outline")
        geometry = self._checked()
        if geometry is None or geometry.geom_type == "Point":
            return None
        fields = placing.shape_fields(geometry, Precision.DRAWN, source or "map_outline")
        return Proposal(fields, geometry)

    def _drawn(self, method: str) -> bool:
        """Take over what was drawn since the last run."""
        told = drawmap.drawn(self.k("map"), self._serial(method))
        if told is None or told.get("number") == self.state["number"]:
            return False
        self.state["number"] = told.get("number")
        self.state["shape"] = told.get("geometry")
        return True

    def _checked(self) -> BaseGeometry | None:
        """The shape that was drawn, if it can be a place; else the page says why not."""
        geometry, problem = placing.read_geometry(self.state["shape"])
        if problem is not None:
            self._issues([problem])
        return geometry

    # -- the map and what it means

    def _serial(self, method: str) -> str:
        return f"{method}-{self.state['serial']}"

    def _map(self, method: str, proposal: Proposal | None) -> None:
        by_hand = method in ("point", "outline")
        shape = self.state["shape"] if by_hand else None
        if proposal is not None and not by_hand:
            shape = proposal.fields["geometry"]
        serial = self._serial(method) if by_hand else f"{method}-{digest(json.dumps(shape))}"
        radius = proposal.fields["location_radius_km"] if proposal is not None else None
        planner = self.planner
        drawmap.show(
            DrawView(
                layers={name: planner.layer_revision(name) for name in ("zones", "districts-2016")},
                mode=method if by_hand else "view",
                serial=serial,
                shape=shape,
                bounds=self._bounds(proposal, radius),
                radius_km=radius,
                saved=self.origin.get("geometry"),
                saved_radius_km=self.origin.get("location_radius_km"),
                declared=self.declared,
                self=self.raw.get("id"),
            ),
            self.lang,
            key=self.k("map"),
        )
        if self.origin.get("geometry") is not None:
            st.caption(self.t("map_saved"))

    def _bounds(
        self, proposal: Proposal | None, radius: float | None
    ) -> tuple[float, float, float, float]:
        if proposal is not None:
            return placing.reach(proposal.geometry, radius)
        if self.saved is not None:
            return placing.reach(self.saved, self.raw.get("location_radius_km"))
        frames = self.planner.bounds.frames
        drawn = frames["districts-2016"].reindex(self.declared).geometry.dropna()
        unit = placing.province_unit(self.raw, self.register)
        if drawn.empty and unit is not None:
            layer = "provinces-2025" if unit.vintage == NEW else "provinces-2016"
            drawn = frames[layer].reindex([unit.boundary_code]).geometry.dropna()
        if drawn.empty:
            return VIETNAM_BOUNDS
        west, south, east, north = (float(edge) for edge in drawn.total_bounds)
        return west, south, east, north
