"""The zones that an investor keeps: their order, side by side, and as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape as html
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from geo import comparing, shortlist, wording
from geo.comparing import SIDE_BY_SIDE, Cell, Comparison, Row
from geo.errors import KhuCumError
from geo.i18n import ha, t
from geo.reports import shortlist as files
from geo.services import Planner
from geo.settings import ROOT
from geo.shortlist import MOST, Shortlist
from geo.store import Version
from geo.wishes import Found, Hit
from pages.ui import downloads
from pages.ui.markdown import escape
from pages.ui.resources import get_store

CLEARED = "_shortlist_cleared"
"""In the session: the list that was cleared last, for undoing it."""

COMPARE, DIFFERENCES = "compare", "differences"
"""Keys of the two switches."""

Change = Callable[[tuple[str, ...]], None]
"""Takes the new list; called before the page runs again."""


def show(
    planner: Planner, found: Found, ids: Sequence[str], lang: str, *, on_change: Change
) -> None:
    """Draw the shortlist; after :func:`pages.ui.session.publish`, whose address its link is.

    Parameters
    ----------
    planner
        At the state that the search was made of.
    ids
        As the address has them; what cannot be followed is named.
    on_change
        Keeps the new list; called in a callback, with ids of the register only.
    """
    st.html(ROOT / "static" / "shortlist.css")
    listed = shortlist.read(ids, planner.state.by_id)
    st.subheader(t(lang, "shortlist.title", count=len(listed.ids)), anchor="shortlist")
    for sentence in shortlist.left_out(listed, _versions(listed), lang):
        st.warning(escape(sentence), icon=":material/link_off:")
    if not listed.ids:
        _empty(lang, on_change)
        return
    hits = shortlist.hits(found, listed.ids)
    with st.container(key="shortlist-zones"):
        for at, hit in enumerate(hits):
            _zone(at, hit, found, listed.ids, lang, on_change)
    _tools(planner, found, listed.ids, lang, on_change)
    if st.session_state.get(COMPARE):
        _compare(planner, found, listed.ids, lang)


def _versions(listed: Shortlist) -> dict[str, Version]:
    """What the history knows of the missing ids; nothing where there is no database."""
    register = get_store().register
    if register is None or not listed.missing:
        return {}
    try:
        return register.current(listed.missing)
    except KhuCumError:  # the page says already that the database does not answer
        return {}


def _empty(lang: str, on_change: Change) -> None:
    cleared: tuple[str, ...] = st.session_state.get(CLEARED, ())
    if cleared:
        with st.container(horizontal=True, vertical_alignment="center", key="shortlist-cleared"):
            st.markdown(t(lang, "shortlist.cleared", count=len(cleared)), width="content")
            st.button(
                t(lang, "shortlist.undo"),
                key="shortlist-undo",
                icon=":material/undo:",
                on_click=_set,
                args=(on_change, cleared),
            )
    add = t(lang, "shortlist.add")
    told = t(lang, "shortlist.empty", add=add, most=MOST, side=SIDE_BY_SIDE)
    st.info(told, icon=":material/playlist_add:")


def _set(on_change: Change, ids: tuple[str, ...], cleared: tuple[str, ...] = ()) -> None:
    st.session_state[CLEARED] = cleared
    on_change(ids)


def _zone(
    at: int, hit: Hit, found: Found, ids: Sequence[str], lang: str, on_change: Change
) -> None:
    """A zone of the list with its buttons."""
    zone = hit.zone
    name = escape(wording.zone_name(zone, lang))
    area = zone.area_planned_ha
    about = [
        *([t(lang, f"search.short.{hit.standing}")] if found.judged else []),
        t(lang, "zone.unknown_area") if area is None else ha(area, lang),
        wording.place(zone, lang),
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{at + 1}\\. **{name}** · {escape(' · '.join(about))}", width="stretch")
        for key, icon, changed, idle in (
            ("raise", ":material/arrow_upward:", shortlist.raised(ids, zone.id), at == 0),
            ("remove", ":material/close:", shortlist.without(ids, zone.id), False),
        ):
            label = t(lang, f"shortlist.{key}", name=name)
            st.button(
                label,
                key=f"shortlist-{key}-{zone.id}",
                icon=icon,
                help=label,
                disabled=idle,
                on_click=_set,
                args=(on_change, changed),
            )


def _tools(
    planner: Planner, found: Found, ids: tuple[str, ...], lang: str, on_change: Change
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="shortlist-tools"):
        st.toggle(t(lang, "shortlist.compare"), key=COMPARE)
        export = st.popover(
            t(lang, "shortlist.download"),
            icon=":material/download:",
            key="shortlist-export",
            on_change="rerun",  # its buttons are made when it is opened, not at every click
        )
        if export.open:
            with export:
                _files(planner, found, ids, lang)
        with st.popover(t(lang, "shortlist.link"), icon=":material/link:", key="shortlist-link"):
            st.caption(t(lang, "shortlist.link_help"))
            st.code(_link(), language=None, wrap_lines=True)
        st.button(
            t(lang, "shortlist.clear"),
            key="shortlist-clear",
            icon=":material/delete_sweep:",
            on_click=_set,
            args=(on_change, (), ids),
        )


def _files(planner: Planner, found: Found, ids: tuple[str, ...], lang: str) -> None:
    st.caption(t(lang, "shortlist.files"))
    with st.container(horizontal=True, gap="small"):
        for form in files.FORMS:
            make = partial(files.render, planner, found, ids, form, lang)
            file = files.file_name(form, lang)
            downloads.button(t(lang, f"shortlist.{form}"), make, file, f"shortlist-{form}")


def _link() -> str:
    """The address of this very view."""
    here = urlsplit(st.context.url or "")
    view = [(key, one) for key in st.query_params for one in st.query_params.get_all(key)]
    return urlunsplit((here.scheme, here.netloc, here.path or "/", urlencode(view), ""))


# -- side by side


def _compare(planner: Planner, found: Found, ids: tuple[str, ...], lang: str) -> None:
    if len(ids) < 2:
        st.info(t(lang, "shortlist.compare_one"), icon=":material/info:")
    made = comparing.compare(found, ids, planner.state, lang, planner.namer(lang))
    if made.beyond:
        told = t(lang, "shortlist.only_first", side=SIDE_BY_SIDE, count=made.beyond)
        st.info(told, icon=":material/info:")
    only = False
    if len(made.heads) > 1:
        rows = [row for group in made.groups for row in group.rows]
        count = sum(row.differs for row in rows)
        only = st.toggle(t(lang, "shortlist.differences"), key=DIFFERENCES)
        st.caption(t(lang, "shortlist.legend", count=count, all=len(rows)))
        if only and not count:
            st.info(t(lang, "shortlist.no_differences"), icon=":material/info:")
            return
    st.html(table(made, lang, only=only))


def table(made: Comparison, lang: str, *, only: bool = False) -> str:
    """A comparison as HTML, every text escaped.

    Parameters
    ----------
    only
        Leave out the rows in which the zones do not differ.
    """
    heads = "".join(
        f'<th scope="col">{html(one.title)}<small>{html(one.about)}</small></th>'
        for one in made.heads
    )
    parts = []
    for group in made.groups:
        rows = [row for row in group.rows if row.differs or not only]
        if rows:
            title = f'<th scope="rowgroup" colspan="{len(made.heads) + 1}">'
            parts.append(
                f"<tbody><tr>{title}<span>{html(group.title)}</span></th></tr>"
                f"{''.join(_line(row, lang) for row in rows)}</tbody>"
            )
    label = html(t(lang, "shortlist.scroll"))
    caption = html(t(lang, "shortlist.caption", count=len(made.heads)))
    about = html(t(lang, "shortlist.about"))
    return (
        f'<div class="khucum-compare" role="region" aria-label="{label}" tabindex="0">'
        f'<table><caption>{caption}</caption><thead><tr><th scope="col">{about}</th>{heads}'
        f"</tr></thead>{''.join(parts)}</table></div>"
    )


def _line(row: Row, lang: str) -> str:
    mark = f'<span class="mark">◆ {html(t(lang, "shortlist.differs"))}</span>'
    head = f'<th scope="row">{html(row.label)}{mark if row.differs else ""}</th>'
    kind = ' class="differs"' if row.differs else ""
    return f"<tr{kind}>{head}{''.join(map(_cell, row.cells))}</tr>"


def _cell(cell: Cell) -> str:
    kind = "" if cell.known else ' class="unknown"'
    return f"<td{kind}>{''.join(f'<p>{html(line)}</p>' for line in cell.lines)}</td>"
