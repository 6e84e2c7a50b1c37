"""The form of a zone: change, new, split, merge, retire; each with its effect before it is made."""

from __future__ import annotations

import streamlit as st

from geo import auth, journal, wording
from geo.changes import Raw, raw_of, zone_of
from geo.columns import Filter
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.store import Proposal
from geo.zones import Zone
from geo.zones.fields import SPECS, Group
from pages.ui import forms, guard, identity, links, submitting, tables, zone_tasks
from pages.ui.changes import moment, title_of, value_text
from pages.ui.markdown import escape
from pages.ui.resources import get_desk, planner_now
from pages.ui.session import language, publish, seed_choice, seed_text
from pages.ui.zone_tasks import Seat, go, withdraw

ZONE_TASKS = ("edit", "split", "merge", "retire")
TASKS = (*ZONE_TASKS, "new", "undo")
MOST_FOUND = 12
_NEWS = "_edit_news"

guard.enter()
lang = language()
desk = get_desk()
planner = planner_now()
actor = identity.actor()

seed_text("zone")
seed_choice("do", TASKS, "edit")
publish({"zone": "", "do": "edit"})
zone_id: str = st.session_state["zone"]
task: str = st.session_state["do"]


# -- who may, and what has happened meanwhile


def may_edit(zone: str = "") -> bool:
    """Whether the person may propose here; says why not, and what to do."""
    try:
        desk.register  # noqa: B018  # raises while there is no database
    except KhuCumError as error:
        st.warning(
            f"{escape(error_text(error, lang))} {t(lang, 'page.edit.read_only')}",
            icon=":material/cloud_off:",
        )
        return False
    provinces = {planner.state.provinces[zone]} if zone in planner.state.provinces else set()
    right = auth.decide(actor, auth.Action.PROPOSE, desk.rules, provinces=provinces)
    if not right.allowed:
        icon = ":material/login:" if right.reason == "sign_in" else ":material/lock:"
        why = escape(t(lang, f"error.auth.{right.reason}"))
        st.info(f"{why} {t(lang, 'page.edit.read_only')}", icon=icon)
        if right.reason == "sign_in":
            identity.ways_in(lang, "page")
    return right.allowed


def news() -> None:
    """What has become of one's own proposals."""
    shown: dict[int, Proposal] = st.session_state.setdefault(_NEWS, {})
    try:
        fresh = desk.news(actor)
        desk.mark_seen(actor, fresh)
    except KhuCumError:
        return
    shown |= {one.id: one for one in fresh}
    for one in list(shown.values()):
        text = t(
            lang,
            f"page.edit.news.{one.status}",
            id=str(one.id),
            names=proposal_names(one),
            by=seat.person(one.decided_by or ""),
            at="" if one.decided_at is None else moment(one.decided_at, lang),
            reason=one.decision or "",
        )
        left, right = st.columns([9, 1], vertical_alignment="center")
        with left:
            show = {"published": st.success, "rejected": st.warning}.get(one.status, st.info)
            show(escape(text), icon=":material/mark_email_unread:")
        right.button(
            "",
            key=f"news:{one.id}",
            on_click=forms.remove,
            args=(shown, one.id),
            type="tertiary",
            icon=":material/close:",
            help=t(lang, "page.edit.news.close"),
        )


def proposal_names(proposal: Proposal) -> str:
    return ", ".join(
        item.zone.name if item.zone is not None else seat.name(item.zone_id)
        for item in proposal.change.items
    )


def done() -> None:
    """What the last change has become, and where to go from there."""
    if zone_tasks.DONE not in st.session_state:
        return
    outcome, name, told = st.session_state[zone_tasks.DONE]
    if outcome.revision is not None:
        text = t(lang, "page.edit.done.published", number=str(outcome.revision), name=name)
    else:
        text = t(lang, "page.edit.done.proposed", number=str(outcome.proposal), name=name)
    if not told:  # the button that was pressed may be far below
        st.toast(escape(text), icon=":material/check_circle:")
        st.session_state[zone_tasks.DONE] = outcome, name, True
    with st.container(border=True, key="done"):
        st.markdown(f":green[:material/check_circle:] **{escape(text)}**")
        with st.container(horizontal=True, vertical_alignment="center"):
            if outcome.revision is not None:
                st.page_link(
                    "pages/zone_map.py",
                    label=t(lang, "page.edit.done.map"),
                    icon=":material/map:",
                    query_params={"q": name, "lang": lang},
                )
                st.page_link(
                    "pages/history.py",
                    label=t(lang, "page.edit.done.history"),
                    icon=":material/history:",
                    query_params={"zone": zone_id, "lang": lang},
                )
                st.button(
                    t(lang, "page.edit.done.undo"),
                    key="done:undo",
                    on_click=go,
                    args=("", "undo"),
                    type="tertiary",
                    icon=":material/undo:",
                )
            else:
                st.page_link(
                    "pages/review.py",
                    label=t(lang, "page.edit.done.review"),
                    icon=":material/rate_review:",
                    query_params={"proposal": str(outcome.proposal), "lang": lang},
                )
            st.button(
                t(lang, "page.edit.done.next"),
                key="done:next",
                on_click=go,
                type="tertiary",
                icon=":material/arrow_forward:",
            )


# -- choosing


def choose() -> None:
    """Find a zone by its name, or begin a new one; below it what one has under way."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            t(lang, "page.edit.search"),
            key="edit_q",
            type="search",
            live=True,
            placeholder=t(lang, "page.map.search_hint"),
            icon=":material/search:",
            max_chars=100,
        )
        if editor:
            st.button(
                t(lang, "page.edit.new"), key="new", on_click=go, args=("", "new"),
                icon=":material/add_location_alt:",
            )  # fmt: skip
    found = sorted(
        planner.zones(Filter(text=text)),
        key=lambda zone: (not links.may_propose(planner, zone.id), tables.plan_order(zone)),
    )
    results = st.container(gap=None, key="results")
    for zone in found[:MOST_FOUND]:
        results.button(
            f"**{escape(seat.name(zone.id))}** · {escape(seat.line(zone))}",
            key=f"open:{zone.id}",
            on_click=go,
            args=(zone.id,),
            type="tertiary",
            icon=":material/edit_location:",
        )
    if not found:
        st.info(t(lang, "page.edit.none_found"), icon=":material/search_off:")
    elif len(found) > MOST_FOUND:
        st.caption(t(lang, "page.edit.more_found", count=len(found) - MOST_FOUND))
    if editor:
        under_way()


def under_way() -> None:
    """One's drafts and open proposals, and the way back from the last change."""
    drafts = desk.drafts(actor)
    if drafts:
        st.subheader(t(lang, "page.edit.drafts"))
        for key, at in sorted(drafts.items(), key=lambda pair: pair[1], reverse=True):
            do, _, of = key.partition(":") if ":" in key else ("edit", "", key)
            if key == "new":
                do = key
            if do not in TASKS or (do in ZONE_TASKS and of not in planner.state.by_id):
                continue  # of another page
            if do not in ZONE_TASKS:
                of = ""
            what = t(lang, f"page.edit.task.{do}")
            label = f"{escape(seat.name(of))} · {what}" if of else what
            st.button(
                f"{label} · {escape(moment(at, lang))}", key=f"draft:{key}", on_click=go,
                args=(of, do), type="tertiary", icon=":material/edit_note:",
            )  # fmt: skip
    waiting = [one for one in desk.own(actor) if one.status == "pending"]
    if waiting:
        st.subheader(t(lang, "page.edit.waiting"))
        for one in waiting:
            with st.container(border=True):
                st.markdown(f"**{escape(proposal_names(one))}**")
                submitting.show_proposal(one, seat.person, lang)
                withdraw(seat, one)
    last = desk.undoing(actor, "")
    if last is not None:
        st.subheader(t(lang, "page.edit.last"))
        names = ", ".join(seat.name(edit.zone_id) for edit in last.edits[:5])
        st.button(
            t(lang, "page.edit.undo_of", number=str(last.undoes), names=escape(names)),
            key="undo", on_click=go, args=("", "undo"), icon=":material/undo:",
        )  # fmt: skip


# -- reading


def read(raw: Raw) -> None:
    """The record in words, for those who may not change it."""
    record = st.container(key="record")
    for group in Group:
        rows = [f"| {t(lang, f'page.edit.group.{group}')} | |", "| :-- | :-- |"]
        for spec in SPECS:
            if spec.group is group and spec.name != "geometry":
                value = value_text(spec.name, raw.get(spec.name), lang)
                rows.append(f"| {t(lang, f'field.{spec.name}')} | {escape(value)} |")
        record.markdown("\n".join(rows))


# -- the form


def back() -> None:
    """The way to the list of zones."""
    st.button(
        t(lang, "page.edit.another"),
        key="another",
        on_click=go,
        type="tertiary",
        icon=":material/arrow_back:",
    )


def heading(zone: Zone) -> None:
    """The open zone, and what may be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        back()
        st.subheader(escape(wording.zone_name(zone, lang)), anchor=False)
    version = t(lang, "page.edit.version", id=zone.id, version=zone.version)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(f"{escape(seat.line(zone))} · {escape(version)}", width="content")
        links.of_zone(planner, zone.id, lang, "map", "history")


def tasks() -> None:
    """The choice of what to do with the open zone."""
    icons = {
        "edit": ":material/edit:",
        "split": ":material/call_split:",
        "merge": ":material/merge:",
        "retire": ":material/archive:",
    }
    st.session_state["zone_task"] = task
    st.segmented_control(
        t(lang, "page.edit.task.label"),
        ZONE_TASKS,
        key="zone_task",
        required=True,
        format_func=lambda one: f"{icons[one]} {t(lang, f'page.edit.task.{one}')}",
        label_visibility="collapsed",
        on_change=lambda: go(zone_id, st.session_state["zone_task"]),
    )


def retired_meanwhile() -> Zone | None:
    """The last record of a zone that somebody has retired while it was being typed at."""
    version = desk.register.current([zone_id]).get(zone_id)
    return None if version is None else zone_of(version.after)[0]


# -- the page

st.title(t(lang, "page.edit.title"))
editor = may_edit(zone_id)
people = journal.names(desk, actor) if editor else {}
seat = Seat(desk, planner, actor, lang, people, zone_id)
if editor:
    news()
    done()
if task == "new" and editor:
    back()
    zone_tasks.new(seat)
elif task == "undo" and editor:
    back()
    zone_tasks.undo(seat)
elif not zone_id:
    choose()
else:
    opened = planner.state.by_id.get(zone_id)
    if opened is None and editor and submitting.has_work(zone_id):
        opened = retired_meanwhile()
    if opened is None:
        named = title_of(zone_id, lang) if editor else zone_id
        unknown = t(lang, "error.register.zone_unknown", zone=named)
        st.info(escape(unknown), icon=":material/search_off:")
        if editor and desk.register.current([zone_id]):
            links.of_zone(planner, zone_id, lang, "history")
        choose()
    elif not editor:
        heading(opened)
        read(raw_of(opened))
    else:
        heading(opened)
        tasks()
        {
            "split": zone_tasks.split,
            "merge": zone_tasks.merge,
            "retire": zone_tasks.retire,
        }.get(task, zone_tasks.edit)(seat, opened)
