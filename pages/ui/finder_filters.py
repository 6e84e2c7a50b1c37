"""The filters of the finder in the sidebar, each choice with the zones that it would leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import streamlit as st

from geo.columns import UNKNOWN_STAGE
from geo.i18n import number, t
from geo.services import Planner
from geo.wishes import Found
from geo.zones import Kind, Precision, Stage
from pages.ui import filters, finder_wish, forms
from pages.ui.finder_wish import DROP, KEEP, RULES
from pages.ui.markdown import escape

_LONGEST_NUMBER = 20


def show(planner: Planner, found: Found, lang: str) -> None:
    """All filters; the wish that they make was read before from their keys."""
    counts = found.counts()
    with st.sidebar:
        if found.asked:
            _rules(found, lang)
        _land(lang)
        _place(planner, lang)
        _units(planner, counts, lang)
        _pills(
            "kind", [one.value for one in Kind], counts["kinds"], lang,
            label=t(lang, "field.kind"), name=lambda kind: t(lang, f"page.finder.short.{kind}"),
        )  # fmt: skip
        opened = bool(st.session_state["stage"] or st.session_state["precision"])
        with st.expander(t(lang, "page.finder.more"), expanded=opened, type="compact"):
            stages = [*(one.value for one in Stage), UNKNOWN_STAGE]
            _pills("stage", stages, counts["stages"], lang, label=t(lang, "field.stage"),
                   name=lambda stage: filters.stage_name(stage, lang))  # fmt: skip
            precisions = [one.value for one in Precision]
            _pills("precision", precisions, counts["precisions"], lang,
                   label=t(lang, "page.finder.precision"),
                   name=lambda one: t(lang, f"precision.{one}"))  # fmt: skip
        st.radio(
            t(lang, "page.finder.unknown"),
            (KEEP, DROP),
            key="unknown",
            persist_state="session",
            format_func=lambda one: t(lang, f"page.finder.unknown_{one}"),
        )
        st.selectbox(
            t(lang, "page.finder.order"),
            finder_wish.ORDERS,
            key="order",
            persist_state="session",
            format_func=lambda one: t(lang, f"page.finder.order_{one}"),
            help=t(lang, "page.finder.order_help"),
        )


def _pills(
    key: str,
    options: Iterable[str],
    counts: Mapping[str, int],
    lang: str,
    *,
    label: str,
    name: Callable[[str], str],
    about: str | None = None,
) -> None:
    def counted(option: str) -> str:
        return f"{escape(name(option))} · {number(counts.get(option, 0), lang)}"

    st.pills(label, list(options), key=key, selection_mode="multi", persist_state="session",
             format_func=counted, help=about)  # fmt: skip


def _rules(found: Found, lang: str) -> None:
    counts = {one.value: count for one, count in found.standings().items()}
    _pills("rule", RULES, counts, lang,
           label=t(lang, "page.finder.rule"), about=t(lang, "page.finder.rule_help"),
           name=lambda one: t(lang, f"search.short.{one}"))  # fmt: skip


def _land(lang: str) -> None:
    st.markdown(f"**{t(lang, 'page.finder.area')}**")
    low, high = st.columns(2, gap="small", vertical_alignment="bottom")
    with low:
        number_field("area_from", t(lang, "page.finder.area_from"), lang)
    with high:
        number_field("area_to", t(lang, "page.finder.area_to"), lang)
    free, let = st.columns(2, gap="small", vertical_alignment="bottom")
    with free:
        number_field("free_from", t(lang, "page.finder.free_from"), lang)
    with let:
        number_field("let_to", t(lang, "page.finder.let_to"), lang)


def number_field(key: str, label: str, lang: str) -> None:
    """A number as people of a language write it; the key holds it plainly.

    What is no number is said, and left out of the search.
    """
    typed, held = f"{key}_typed", f"{key}_held"
    value = st.session_state[key]
    if st.session_state.get(held) != (value, lang):  # from a link, or in the other language
        st.session_state[typed] = number(finder_wish.amount(key), lang) if value else ""
        st.session_state[held] = value, lang
    st.text_input(label, key=typed, on_change=_take, args=(key, lang), persist_state="session",
                  max_chars=_LONGEST_NUMBER)  # fmt: skip
    text = st.session_state[typed].strip()
    if text and not forms.readings(text, lang):
        example = number(1160.83, lang)
        wrong = t(lang, "page.finder.no_number", text=text, example=example)
        st.markdown(f":red[:material/error: {escape(wrong)}]")


def _take(key: str, lang: str) -> None:
    meant = forms.readings(st.session_state[f"{key}_typed"].strip(), lang)
    value = f"{meant[0]:f}" if meant else ""
    st.session_state[key] = value
    st.session_state[f"{key}_held"] = value, lang


def _place(planner: Planner, lang: str) -> None:
    where, far = st.columns([2, 1], gap="small", vertical_alignment="bottom")
    with where:
        st.text_input(
            t(lang, "page.finder.place"),
            key="place",
            persist_state="session",
            placeholder=t(lang, "page.finder.place_hint"),
            help=t(lang, "page.finder.place_help"),
            max_chars=100,
            on_change=_other_place,
        )
    with far:
        number_field("km", t(lang, "page.finder.km"), lang)
    found = finder_wish.places(planner, st.session_state["place"], lang)
    if st.session_state["place"].strip() and not found:
        unknown = t(lang, "page.finder.no_place", text=st.session_state["place"])
        st.markdown(f":red[:material/error: {escape(unknown)}]")
    if found and "" not in found:
        if st.session_state["spot"] not in found:
            st.session_state["spot"] = next(iter(found))
        st.selectbox(
            t(lang, "page.finder.spot"),
            list(found),
            key="spot",
            persist_state="session",
            format_func=lambda key: " · ".join(filter(None, (found[key][0].name, found[key][1]))),
        )
    if st.session_state["inside"]:
        st.markdown(f":material/check: {t(lang, 'page.finder.inside')}")
        st.button(t(lang, "page.finder.inside_drop"), key="drop-inside",
                  on_click=finder_wish.drop, args=("within",))  # fmt: skip


def _other_place() -> None:
    st.session_state["spot"] = ""


def _units(planner: Planner, counts: Mapping[str, Mapping[str, int]], lang: str) -> None:
    _pills("province", planner.provinces(), counts["provinces"], lang,
           label=t(lang, "page.finder.province"), name=planner.provinces().__getitem__)  # fmt: skip
    for key, layer in (("province_new", "provinces-2025"), ("district", "districts-2016")):
        names = {
            code: f"{name} · {number(counts[layer].get(code, 0), lang)}"
            for code, name in finder_wish.units(planner, layer).items()
        }
        st.multiselect(
            t(lang, f"page.finder.{key}"),
            list(names),
            key=key,
            persist_state="session",
            placeholder=t(lang, "page.finder.any"),
            format_func=names.__getitem__,
        )
