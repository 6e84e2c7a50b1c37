"""The line that says that old and new units hold the same hectares, and who changed units."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from geo.columns import Spread
from geo.i18n import ha, t
from geo.reconciling import Flow, Reconciliation
from geo.wording import zone_name
from geo.zones import Zone
from pages.ui.markdown import escape

_MOST_NAMED = 40


def line(found: Reconciliation, zones: Sequence[Zone], lang: str) -> None:
    """The totals in one line; details are worked out when the reader opens it.

    Parameters
    ----------
    zones
        All zones in the register's order.
    """
    moved = sum(len(move.zones) for move in found.moves)
    came = sum(flow.rows for flow in found.flows)
    label = _totals(found, lang)
    if moved or came:
        label = t(lang, "page.reconcile.changed", line=label, districts=moved, provinces=came)
    details = st.expander(
        label, key="reconcile", on_change="rerun", type="compact", icon=":material/swap_horiz:"
    )
    if details.open:
        with details:
            st.markdown(_details(found, zones, lang))


def _totals(found: Reconciliation, lang: str) -> str:
    if not found.known:
        return t(lang, "page.reconcile.unknown", rows=found.rows)
    if not found.equal:
        return t(lang, "page.reconcile.differ", layers=" · ".join(_layers(found, lang)))
    total = t(lang, "page.reconcile.equal", total=ha(found.area_ha, lang))
    shared = max(spread.shared_ha for spread in found.spreads.values())
    if not shared:
        return total
    return t(lang, "page.reconcile.split", line=total, shared=ha(shared, lang))


def _layers(found: Reconciliation, lang: str) -> list[str]:
    return [
        t(lang, f"page.reconcile.{layer}", area=_area(spread, lang))
        for layer, spread in found.spreads.items()
    ]


def _area(spread: Spread, lang: str) -> str:
    """What a set of units holds, how much of it in no single unit, and what it lacks."""
    area = ha(spread.total_ha, lang)
    if spread.shared_ha:
        whole, shared = ha(spread.whole_ha, lang), ha(spread.shared_ha, lang)
        area = t(lang, "page.reconcile.parts", area=area, whole=whole, shared=shared,
                 count=spread.shared)  # fmt: skip
    if not spread.outside:
        return area
    missing = ha(spread.outside_ha, lang)
    key = "outside" if spread.outside_ha else "outside_unknown"
    return t(lang, f"page.reconcile.{key}", area=area, missing=missing, count=spread.outside)


def _details(found: Reconciliation, zones: Sequence[Zone], lang: str) -> str:
    moves = [
        t(
            lang,
            "page.reconcile.move",
            before=escape(move.before),
            after=escape(move.after),
            names=_names(move.zones, zones, lang),
        )
        for move in found.moves
    ]
    flows = [_flow(flow, lang) for flow in found.flows]
    paragraphs = [
        t(lang, "page.reconcile.sums", rows=found.rows) + ":",
        _list(_layers(found, lang), lang),
        f"**{t(lang, 'page.reconcile.by_district')}**",
        _list(moves, lang),
        _untold(found.untold, zones, lang),
        f"**{t(lang, 'page.reconcile.by_province')}**",
        _list(flows, lang),
    ]
    return "\n\n".join(one for one in paragraphs if one)


def _untold(untold: Sequence[int], zones: Sequence[Zone], lang: str) -> str:
    if not untold:
        return ""
    names = _names(untold, zones, lang)
    return t(lang, "page.reconcile.not_told", count=len(untold), names=names)


def _names(places: Sequence[int], zones: Sequence[Zone], lang: str) -> str:
    """Links that open the zones on the map, the first of many."""
    links = [
        f"[{escape(zone_name(zone, lang))}](?{urlencode({'zone': zone.id, 'lang': lang})})"
        for zone in map(zones.__getitem__, places[:_MOST_NAMED])
    ]
    if more := len(places) - len(links):
        links.append(t(lang, "page.reconcile.more", count=more))
    return ", ".join(links)


def _list(items: Sequence[str], lang: str) -> str:
    return "\n".join(f"- {item}" for item in items) or t(lang, "page.reconcile.none_moved")


def _flow(flow: Flow, lang: str) -> str:
    area = t(lang, "page.reconcile.area_unknown")
    if flow.area_ha is not None:
        area = ha(flow.area_ha, lang)
        if flow.unknown:
            area = t(lang, "page.reconcile.flow_partly", area=area, unknown=flow.unknown)
    return t(
        lang,
        "page.reconcile.flow",
        before=escape(flow.before),
        after=escape(flow.after),
        rows=flow.rows,
        area=area,
    )
