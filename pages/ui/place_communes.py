"""The place of a zone of which only communes are known."""

from __future__ import annotations

from functools import cache

import streamlit as st

from geo import placing
from geo.gazetteer import NEW, OLD, Commune, Gazetteer
from geo.zones import CONFIDENCES
from pages.ui.markdown import escape
from pages.ui.place_bench import Bench, Proposal
from pages.ui.resources import get_settings

FOUND = 8


class ByCommune(Bench):
    """Looking communes up, old and new, and choosing several."""

    def _commune(self) -> Proposal | None:
        chosen = self._chosen()
        names = _gazetteer()
        unit = placing.province_unit(self.raw, self.register)
        text = st.text_input(
            self.t("commune_search"),
            key=self.k("search"),
            type="search",
            live=True,
            placeholder=self.t("commune_hint"),
            icon=":material/search:",
            max_chars=100,
        )
        everywhere = unit is None or st.toggle(self.t("everywhere"), key=self.k("everywhere"))
        inside = None if everywhere or unit is None else (unit.code, unit.vintage)
        matching = names.search(text, province=inside, limit=FOUND) if text.strip() else []
        if text.strip() and not matching:
            st.caption(self.t("commune_none"))
        with st.container(horizontal=True, gap="small"):
            for entry in matching:
                st.button(
                    escape(f"{entry.line} ({self._list_name(entry)})"),
                    key=self.k(f"add-{entry.vintage}-{entry.code}"),
                    icon=":material/add:",
                    disabled=_id(entry) in chosen,
                    on_click=self._add,
                    args=(_id(entry),),
                )
        if not chosen:
            return None
        entries = [found for one in chosen if (found := _entry(names, one)) is not None]
        widget = self.k("communes")
        if st.session_state.get(widget) != chosen:
            st.session_state[widget] = chosen
        st.multiselect(
            self.t("communes"),
            chosen,
            key=widget,
            format_func=lambda one: self._name(names, one),
            on_change=self._keep,
            args=(widget,),
        )
        lines = (escape(self._then_and_now(names, entry)) for entry in entries)
        st.caption("  \n".join(lines))
        confidence = st.selectbox(
            self.t("confidence"),
            CONFIDENCES,
            index=CONFIDENCES.index(self._confidence()),
            key=self.k("confidence"),
            format_func=lambda one: self.t(f"confidence_{one}"),
        )
        fields = placing.commune_fields(entries, confidence, self.raw, names, self.register)
        geometry, _ = placing.read_geometry(fields["geometry"])
        return None if geometry is None else Proposal(fields, geometry)

    def _chosen(self) -> list[str]:
        if self.state["communes"] is None:
            refs = [ref for ref in self.raw.get("communes") or [] if ref.get("code")]
            held = [f"{ref.get('vintage')}:{ref['code']}" for ref in refs]
            self.state["communes"] = [one for one in held if _entry(_gazetteer(), one) is not None]
        return list(self.state["communes"])

    def _confidence(self) -> str:
        refs = self.raw.get("communes") or [{}]
        known = refs[0].get("confidence")
        return known if known in CONFIDENCES else "high"

    def _add(self, one: str) -> None:
        self.state["communes"] = [*self._chosen(), one]

    def _keep(self, widget: str) -> None:
        self.state["communes"] = list(st.session_state[widget])

    def _list_name(self, entry: Commune) -> str:
        return self.t("list_old" if entry.vintage == OLD else "list_new")

    def _name(self, names: Gazetteer, one: str) -> str:
        entry = _entry(names, one)
        return one if entry is None else f"{entry.full_name} ({self._list_name(entry)})"

    def _then_and_now(self, names: Gazetteer, entry: Commune) -> str:
        if entry.vintage == NEW:
            was = [f"{old.full_name}" for old in names.was(entry.code)]
            return self.t("commune_was", name=entry.line, parts=was)
        now = [new.line for new in names.became(entry.code)]
        return self.t("commune_now", name=entry.line, now=now)


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer.load(get_settings().data_dir / "boundaries")


def _id(entry: Commune) -> str:
    return f"{entry.vintage}:{entry.code}"


def _entry(names: Gazetteer, one: str) -> Commune | None:
    vintage, _, code = one.partition(":")
    return names.get(code, vintage)
