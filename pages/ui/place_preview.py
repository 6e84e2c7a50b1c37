"""What a place would mean, before it is used: area, districts, neighbours, the corner table."""

from __future__ import annotations

from decimal import Decimal

import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo import placing, survey
from geo.crs import WGS84
from geo.i18n import ha, number
from geo.issues import Issue, has_errors
from geo.joins import by_position
from geo.survey.systems import moved
from pages.ui.markdown import escape
from pages.ui.place_bench import Bench, Proposal, digest

SLIVER = 0.001
"""Share of an outline below which a district is not worth a line."""


class Preview(Bench):
    """The proposal held against plan, districts and neighbours, and the button that takes it."""

    def _preview(self, proposal: Proposal) -> None:
        st.markdown(f"##### {self.t('preview')}")
        issues: tuple[Issue, ...] = ()
        geometry = proposal.geometry
        if isinstance(geometry, Polygon | MultiPolygon):
            found, issues = self._measure(proposal, geometry)
        else:
            found = self._districts_of_point(geometry)
        refs = placing.district_refs(found, self.raw, self.register)
        with_districts = False
        if refs is not None and "districts" not in proposal.fields:
            names = [ref["name"] for ref in refs]
            with_districts = st.checkbox(
                self.t("take_districts", names=names), key=self.k("take_districts")
            )
        wrong = has_errors(issues)
        fields = {**proposal.fields, **({"districts": refs} if with_districts else {})}
        same = all(self.raw.get(name) == value for name, value in fields.items())
        if st.button(
            self.t("use"),
            key=self.k("use"),
            type="primary",
            icon=":material/check:",
            disabled=wrong or same,
            help=self.t("use_errors") if wrong else None,
        ):
            self.state["taken"] = {**self.state["taken"], **fields}
            st.rerun()
        if same:
            st.caption(self.t("use_same"))

    def _measure(
        self, proposal: Proposal, geometry: Polygon | MultiPolygon
    ) -> tuple[list[str], tuple[Issue, ...]]:
        """Area, districts and neighbours of an outline; the codes of the districts found."""
        planned = self.raw.get("area_planned_ha")
        if not isinstance(planned, int | float | Decimal):
            planned = None  # unknown, or not readable yet
        zone_id = self.raw.get("id")
        found = self._once(
            "assess",
            (geometry.wkb, proposal.system, planned, tuple(self.declared), zone_id,
             self.planner.revision),
            lambda: survey.assess(
                geometry,
                zone_id=zone_id,
                planned_ha=None if planned is None else Decimal(str(planned)),
                zones=self.planner.state.zones,
                districts_frame=self.planner.bounds.districts,
                declared_districts=self.declared,
                system=proposal.system,
            ),
        )  # fmt: skip
        if found is None:
            return [], ()
        grid = found.grid_system
        known = placing.province_unit(self.raw, self.register) is not None
        if known and proposal.system not in survey.MERIDIANS:
            grid = self._systems()[0]
        grid_ha = moved(geometry, WGS84, grid).area / 10_000
        with st.container(horizontal=True, key=self.k("place-figures")):
            self._figure("area", ha(round(found.area_ha, 2), self.lang), self.t("area_help"))
            label = self.t("grid_area", system=survey.system_name(grid))
            shown = ha(round(grid_ha, 2), self.lang)
            st.metric(label, shown, width="content", help=self.t("grid_help"))
            if found.difference_ha is None:
                self._figure("difference", number(None, self.lang), self.t("planned_unknown"))
            else:
                gap = ha(round(found.difference_ha, 2), self.lang)
                share = number(found.difference_pct, self.lang, 1)
                sign = "+" if found.difference_ha > 0 else ""
                text = self.t("planned_is", area=ha(planned, self.lang))
                self._figure("difference", f"{sign}{gap} ({sign}{share} %)", text)
            corners = number(found.corners, self.lang)
            if found.parts > 1:
                corners = self.t("corners_parts", corners=found.corners, parts=found.parts)
            self._figure("corner_count", corners)
        with st.container(key=self.k("place-found")):
            for one in found.districts:
                if one.share < SLIVER:
                    continue
                self._district(one.code, one.name, one.share)
            if not found.overlaps and not found.points_within:
                st.markdown(f":green[:material/check_circle:] {self.t('no_overlap')}")
        self._issues(found.issues)
        self._offer(proposal, found.alternatives)
        self._corner_table(geometry, grid)
        return [one.code for one in found.districts if one.share > 0.01], found.issues

    def _figure(self, name: str, value: str, explained: str | None = None) -> None:
        st.metric(self.t(name), value, width="content", help=explained)

    def _districts_of_point(self, point: BaseGeometry) -> list[str]:
        one = gpd.GeoDataFrame(index=["point"], geometry=[point], crs=WGS84)
        frame = self.planner.bounds.districts
        codes = [str(code) for code in by_position(one, frame)["district"]]
        for code in codes:
            self._district(code, str(frame.at[code, "full_name"]), None)
        if not codes:
            st.markdown(f":orange[:material/warning:] {self.t('no_district')}")
        return codes

    def _district(self, code: str, name: str, share: float | None) -> None:
        """A district that was found, and whether it is the declared one."""
        part = (
            "" if share is None or share > 0.9995 else f" ({number(100 * share, self.lang, 1)} %)"
        )
        inside = f"{self.t('lies_in', name=escape(name))}{part}"
        if code in self.declared:
            st.markdown(f":green[:material/check_circle:] {inside} · {self.t('as_declared')}")
        elif self.declared:
            st.markdown(f":orange[:material/warning:] {inside} · {self.t('not_declared')}")
        else:
            st.markdown(f":material/info: {inside}")

    def _corner_table(self, geometry: Polygon | MultiPolygon, system: str) -> None:
        with st.expander(self.t("table", system=survey.system_name(system))):
            rows = survey.corner_table(geometry, system)
            columns = {"label": "table_label", "x_northing_m": "north", "y_easting_m": "east",
                       "length_m": "table_length"}  # fmt: skip
            shown = pd.DataFrame(rows)[list(columns)]
            st.dataframe(
                shown.rename(columns={name: self.t(label) for name, label in columns.items()}),
                hide_index=True,
                height=min(36 * len(rows) + 38, 320),
            )
            st.download_button(
                self.t("download"),
                lambda: placing.corners_csv(geometry, system),
                f"{self.raw.get('id') or 'khu-cum'}-{system.removeprefix('EPSG:')}.csv",
                "text/csv",
                key=self.k("download"),
                on_click="ignore",
                icon=":material/download:",
            )

    def _offer(self, proposal: Proposal, alternatives: tuple[survey.Fit, ...]) -> None:
        """A system in which the same numbers lie where they are expected, by one click."""
        with st.container(horizontal=True):
            for fit in alternatives[:3]:
                st.button(
                    self.t("read_in", system=self._system_name(fit.system)),
                    key=self.k(f"read-{fit.system}"),
                    icon=":material/sync_alt:",
                    type="primary",
                    on_click=self._read_in,
                    args=(proposal, fit.system),
                )

    def _read_in(self, proposal: Proposal, system: str) -> None:
        if st.session_state.get(self.k("survey_system")) == proposal.system:
            st.session_state[self.k("survey_system")] = system
        # a file that declares its system does not hear of the choice above
        self.state["reread"] = (digest(proposal.geometry.wkb), system)
