"""What has been changed, by whom and why; any version again; the register of an earlier day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from geo import auth, journal
from geo.changes import COMPARED, Action
from geo.desk import ConflictError, RefusedError
from geo.errors import KhuCumError, UsageError
from geo.i18n import error_text, t
from geo.journal import Entry
from geo.store import HistoryFilter, Version
from geo.store.seeding import LOADER
from pages.ui import guard, links, past, past_day, past_movements
from pages.ui.changes import (
    Changed,
    action_badge,
    moment,
    name_of,
    show_changes,
    show_issues,
    show_zone,
    show_zones,
    title_of,
    utc,
    versions_csv,
)
from pages.ui.identity import actor
from pages.ui.markdown import escape
from pages.ui.resources import get_desk, planner_now
from pages.ui.session import language, publish, seed_choice, seed_text

FIELDS = (*COMPARED, "retired")
NAMED = 3  # zones of an entry named in its heading
LONGEST = 2000
DONE = "history-done"
RESTORING = "history-restoring"

guard.enter()
lang = language()
me = actor()
desk = get_desk()
planner = planner_now()
names = journal.names(desk, me)


def zone_title(zone_id: str) -> str:
    return title_of(zone_id, lang)


def staff(login: str) -> str:
    return journal.staff(login, "approver", lang, me, names)


def people_line(version: Version) -> str:
    """Who proposed it and who published it."""
    return journal.people(version, lang, me, names)


def newest() -> None:
    """With another filter the list begins at its newest entry."""
    st.session_state["before"] = ""


def look_at(zone_id: str) -> None:
    st.session_state["zone"] = zone_id
    newest()


# -- the list


def filters() -> HistoryFilter:
    """The sidebar; who changed what is a question only for those who have signed in."""
    seed_text("zone")
    seed_choice("field", ["", *FIELDS], "")
    ids = [zone.id for zone in sorted(planner.state.zones, key=lambda zone: zone.name)]
    asked = st.session_state["zone"]
    if asked and asked not in planner.state.by_id:
        if asked in desk.register.current([asked]):
            ids.append(asked)
        else:
            st.warning(t(lang, "history.zone_unknown"), icon=":material/search_off:")
            st.session_state["zone"] = ""
    people = [one for one in desk.register.people_in_history() if one != LOADER]
    seed_choice("staff", ["", *people], "")
    if st.session_state["staff"] not in people or not me.signed_in:
        st.session_state["staff"] = ""
    with st.sidebar:
        st.selectbox(
            t(lang, "history.zone"),
            ["", *ids],
            key="zone",
            persist_state="session",
            on_change=newest,
            format_func=lambda one: zone_title(one) if one else t(lang, "history.all_zones"),
        )
        if me.signed_in:
            st.selectbox(
                t(lang, "history.person"),
                ["", *people],
                key="staff",
                persist_state="session",
                on_change=newest,
                format_func=lambda one: staff(one) if one else t(lang, "history.anybody"),
            )
        st.selectbox(
            t(lang, "history.field"),
            ["", *FIELDS],
            key="field",
            persist_state="session",
            on_change=newest,
            format_func=lambda one: t(lang, f"field.{one}" if one else "history.any_field"),
        )
        since = past.day_input("since", t(lang, "history.since"), on_change=newest)
        until = past.day_input("until", t(lang, "history.until"), on_change=newest)
    return HistoryFilter(
        st.session_state["zone"], st.session_state["staff"], st.session_state["field"], since, until
    )


def changed(version: Version) -> Changed:
    return Changed(
        version.zone_id,
        name_of(version.after, lang),
        version.before,
        None if version.retired else version.after,
        journal.changes(version),
    )


def heading(entry: Entry) -> str:
    """The first zones of an entry by name, and how many more there are."""
    shown = [name_of(one.after, lang) for one in entry.versions[:NAMED]]
    more = len(entry.versions) - NAMED
    text = ", ".join(shown)
    return t(lang, "review.and_more", names=text, more=more) if more > 0 else text


def card(entry: Entry) -> None:
    """One revision; what it changed is drawn when it is opened."""
    first = entry.first
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{action_badge(first.action, lang)} **{escape(heading(entry))}**")
        if first.reason:
            st.markdown(escape(first.reason))
        line = t(
            lang,
            "history.line",
            number=str(first.revision),
            moment=moment(first.at, lang),
            people=people_line(first),
        )
        if first.undoes is not None:
            line = f"{line} · {t(lang, 'history.undoes', number=str(first.undoes))}"
        st.caption(escape(line), help=utc(first.at, lang))
        opened = st.expander(
            t(lang, "history.open"),
            key=f"entry-{first.revision}",
            type="compact",
            on_change="rerun",
        )
        if opened.open:
            with opened:
                contents(entry)


def contents(entry: Entry) -> None:
    """Was and becomes of every zone of an entry."""
    number_ = entry.first.revision
    if len(entry.versions) > 1:
        picked = show_zones([changed(one) for one in entry.versions], lang, f"zones-{number_}")
        if picked is None:
            return
        version = next(one for one in entry.versions if one.zone_id == picked.zone_id)
    else:
        version = entry.first
        show_zone(changed(version), lang, f"zone-{number_}")
    with st.container(horizontal=True, key=f"after-{number_}"):
        if st.session_state["zone"] != version.zone_id:
            st.button(
                t(lang, "history.of_zone"),
                key=f"look-{number_}",
                icon=":material/history:",
                on_click=look_at,
                args=(version.zone_id,),
            )
        may = auth.decide(me, auth.Action.PROPOSE, desk.rules).allowed
        if may:
            st.button(
                t(lang, "history.restore"),
                key=f"restore-{number_}",
                icon=":material/restore:",
                on_click=begin_restoring,
                args=(version,),
            )
    if may and st.session_state.get(RESTORING) == (version.zone_id, version.version):
        with st.container(border=True, key="restoring"):
            restore(version)


def begin_restoring(version: Version | None) -> None:
    st.session_state[RESTORING] = version and (version.zone_id, version.version)


def restore(version: Version) -> None:
    """Bring an older version back as a new change, seen before it is made."""
    zone = zone_title(version.zone_id)
    st.markdown(
        escape(t(lang, "history.restore_about", zone=zone, moment=moment(version.at, lang)))
    )
    try:
        found = desk.assess(me, desk.restoring(version.zone_id, version.version, ""))
    except UsageError as error:
        st.error(escape(error_text(error, lang)))
        return
    if not found.changed:
        st.info(t(lang, "history.restore_same"), icon=":material/info:")
        return
    show_changes(found.changed[0].changes, lang)
    show_issues(found.caused, lang)
    if not found.may_propose.allowed:
        st.info(escape(t(lang, f"error.auth.{found.may_propose.reason}")), icon=":material/lock:")
        return
    given = st.text_area(
        t(lang, "history.restore_reason"),
        key=f"restore-reason-{version.revision}",
        max_chars=LONGEST,
    )
    kinds = [("publish", True)] if found.may_publish.allowed else []
    pressed = None
    with st.container(horizontal=True, key="restore-buttons"):
        for name, at_once in (*kinds, ("propose", False)):
            if st.button(
                t(lang, f"history.{name}"),
                key=f"{name}-restore",
                type="secondary" if kinds and not at_once else "primary",
                disabled=not found.ready,
            ):
                pressed = at_once
        st.button(
            t(lang, "history.cancel"),
            key="cancel-restore",
            type="tertiary",
            on_click=begin_restoring,
            args=(None,),
        )
    if pressed is not None:  # below the buttons, where there is room for a refusal
        bring_back(version, given, pressed)


def bring_back(version: Version, reason: str, at_once: bool) -> None:
    """Submit the older version; what is refused stays on the page with the reason."""
    submission = desk.restoring(version.zone_id, version.version, reason)
    try:
        outcome = desk.submit(me, submission, publish=at_once)
    except RefusedError as refused:
        show_issues(refused.issues, lang)
    except ConflictError:
        st.error(t(lang, "history.restore_again"), icon=":material/error:")
    except KhuCumError as error:
        st.error(escape(error_text(error, lang)), icon=":material/error:")
    else:
        st.session_state[DONE] = t(
            lang,
            "history.restored" if at_once else "history.restore_proposed",
            zone=zone_title(version.zone_id),
            revision=str(outcome.revision or ""),
            proposal=str(outcome.proposal or ""),
        )
        begin_restoring(None)
        newest()
        st.rerun()


def relatives(zone_id: str) -> list[str]:
    """Links to the zones that a zone came out of and that came out of it; gives their family."""
    links = journal.kin(desk, zone_id)
    if not links:
        return []
    with st.container(border=True, gap="xsmall"):
        for link in links:
            other, way = (link.parent, "from") if link.child == zone_id else (link.child, "into")
            text = t(
                lang,
                f"history.{way}.{link.action}",
                zone=zone_title(other),
                number=str(link.revision),
            )
            st.button(
                escape(text),
                key=f"kin-{link.revision}-{other}-{way}",
                type="tertiary",
                icon=":material/call_split:" if link.action is Action.SPLIT else ":material/merge:",
                on_click=look_at,
                args=(other,),
            )
        if st.toggle(t(lang, "history.with_family"), value=True, key=f"family-{zone_id}"):
            return journal.family(desk, zone_id)
    return []


def show_list() -> None:
    """The history, newest first."""
    chosen = filters()
    seed_text("before")
    before = st.session_state["before"]
    number_ = int(before) if before.isdecimal() and len(before) < 10 else None
    defaults = ("zone", "staff", "field", "since", "until", "before")
    publish({"part": past.PARTS[0], **dict.fromkeys(defaults, "")})
    family: list[str] = []
    if chosen.zone_id:
        st.subheader(escape(zone_title(chosen.zone_id)))
        links.of_zone(planner, chosen.zone_id, lang, "map", "edit")
        family = relatives(chosen.zone_id)
        found = journal.family_page(desk, me, chosen, family, before=number_)
    else:
        found = journal.page(desk, me, chosen, before=number_)
    if not found.entries:
        st.info(t(lang, "history.nothing"), icon=":material/filter_alt_off:")
    for entry in found.entries:
        card(entry)
    with st.container(horizontal=True, key="pages"):
        if number_ is not None:
            st.button(
                t(lang, "history.newest"),
                key="newest",
                icon=":material/first_page:",
                on_click=newest,
            )
        if found.older is not None:
            st.button(
                t(lang, "history.older"),
                key="older",
                icon=":material/chevron_right:",
                on_click=st.session_state.__setitem__,
                args=("before", str(found.older)),
            )
        if found.entries:
            st.download_button(
                t(lang, "history.download"),
                partial(history_csv, chosen, family),
                "lich-su.csv",
                "text/csv",
                key="history-csv",
                on_click="ignore",
                icon=":material/download:",
            )


def history_csv(chosen: HistoryFilter, family: Sequence[str]) -> bytes:
    """The filtered history, a row a field."""
    ids = (chosen.zone_id, *family) if chosen.zone_id else ("",)
    found = [
        version
        for zone_id in ids
        for version in journal.everything(desk, me, replace(chosen, zone_id=zone_id))
    ]
    found.sort(key=lambda one: (-one.revision, one.zone_id))
    return versions_csv(found, lang, people_line)


# -- the page

st.title(t(lang, "history.title"))
done = st.session_state.pop(DONE, None)
if done:
    st.success(escape(done), icon=":material/check_circle:")
seed_choice("part", past.PARTS, past.PARTS[0])
st.segmented_control(
    t(lang, "history.parts"),
    past.PARTS,
    key="part",
    required=True,
    persist_state="session",
    format_func=lambda one: t(lang, f"history.part.{one}"),
    label_visibility="collapsed",
)
looking = past.Looking(planner, desk, me, names, lang)
if st.session_state["part"] == "day":
    past_day.show(looking)
elif st.session_state["part"] == "movements":
    past_movements.show(looking)
else:
    show_list()
