"""What has been changed, by whom and why; any version again; the register of an earlier day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from geo import auth, journal, takeaway, wording
from geo.changes import COMPARED, Action
from geo.columns import Filter
from geo.desk import ConflictError, RefusedError
from geo.errors import KhuCumError, UsageError
from geo.i18n import error_text, ha, number, t
from geo.journal import Difference, Entry, Fate
from geo.services import Planner, count_by_kind
from geo.store import HistoryFilter, Version
from geo.store.seeding import LOADER
from geo.zones import Zone
from pages.ui import downloads, guard, links, sketch, tables
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
from pages.ui.resources import get_desk, get_planner
from pages.ui.session import language, publish, seed_choice, seed_text

PARTS = ("changes", "day")
FIELDS = (*COMPARED, "retired")
EARLIEST = dt.date(2000, 1, 1)
NAMED = 3  # zones of an entry named in its heading
LONGEST = 2000
DONE = "history-done"
RESTORING = "history-restoring"

guard.enter()
lang = language()
me = actor()
desk = get_desk()
planner = get_planner().now()
names = journal.names(desk, me)
today = dt.datetime.now(journal.VIETNAM).date()


def zone_title(zone_id: str) -> str:
    return title_of(zone_id, lang)


def staff(login: str, role: str) -> str:
    """A person's name; to those who have not signed in, only the role."""
    if login == LOADER:
        return t(lang, "history.loader")
    return names.get(login, login) if me.signed_in else t(lang, f"role.{role}")


def people_line(version: Version) -> str:
    """Who proposed it and who published it."""
    approver = staff(version.actor, "approver")
    if version.author is None:
        return approver
    return t(lang, "history.people", author=staff(version.author, "editor"), approver=approver)


def day_input(key: str, label: str) -> dt.date | None:
    """A day that may be left open; its ISO form is in the URL under `key`."""
    seed_text(key)
    widget = f"{key}-day"
    if widget not in st.session_state:
        st.session_state[widget] = parsed_day(st.session_state[key])
    shown = st.date_input(
        label,
        None,
        EARLIEST,
        today,
        key=widget,
        format="DD/MM/YYYY",
        on_change=newest,
    )
    chosen = shown if isinstance(shown, dt.date) else None
    st.session_state[key] = chosen.isoformat() if chosen else ""
    return chosen


def parsed_day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= today else None


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
                format_func=lambda one: (
                    staff(one, "approver") if one else t(lang, "history.anybody")
                ),
            )
        st.selectbox(
            t(lang, "history.field"),
            ["", *FIELDS],
            key="field",
            persist_state="session",
            on_change=newest,
            format_func=lambda one: t(lang, f"field.{one}" if one else "history.any_field"),
        )
        since = day_input("since", t(lang, "history.since"))
        until = day_input("until", t(lang, "history.until"))
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
    publish({"part": PARTS[0], **dict.fromkeys(defaults, "")})
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


# -- the register of a day


def show_day() -> None:
    """The register as it stood at the end of a day, and what has become of it since."""
    st.markdown(t(lang, "history.day_about"))
    with st.container(width=240):
        day = day_input("day", t(lang, "history.day"))
    publish({"part": PARTS[0], "day": ""})
    if day is None:
        st.info(t(lang, "history.day_choose"), icon=":material/calendar_month:")
        return
    when = journal.end_of(day)
    then = desk.as_of(me, when)
    if not then.state.zones:
        st.info(t(lang, "history.day_empty"), icon=":material/calendar_month:")
        return
    totals(then)
    found = journal.compare(
        then.state.zones, planner.state.zones, journal.split_and_merged_since(desk, when)
    )
    difference, register = st.tabs(
        [t(lang, "history.day_difference"), t(lang, "history.day_register")]
    )
    with difference:
        differences(found, then)
    with register:
        st.dataframe(
            tables.numbers(tables.zones(then.state.zones, then, lang), lang),
            hide_index=True,
            key="day-zones",
            placeholder=number(None, lang),
            alt=t(lang, "history.day_register"),
        )
        every = then.state.columns.sums(then.state.columns.accept(Filter()))
        words = takeaway.heading(then, Filter(), every, "districts-2016", lang, day)
        name = f"khu-cum-{day.isoformat()}"
        downloads.zones(then, lambda: then.state.zones, words, name, lang, "day-")
        day_map(then)


def totals(then: Planner) -> None:
    """Counts and areas of that day, each with the difference of today."""
    counts = count_by_kind(then.state.zones), count_by_kind(planner.state.zones)
    with st.container(horizontal=True, key="totals"):
        for kind, name in (("KCN", "kcn"), ("CCN", "ccn")):
            old, new = (one[kind] for one in counts)
            st.metric(
                t(lang, f"page.map.{name}"),
                number(old, lang),
                since_then(Decimal(new - old), ""),
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
        area, area_now = (one.area_ha(one.state.zones) for one in (then, planner))
        st.metric(
            t(lang, "page.map.area"),
            ha(area, lang),
            since_then((area_now or Decimal(0)) - (area or Decimal(0)), " ha"),
            delta_color="off",
            delta_arrow="off",
            width="content",
        )
        st.metric(
            t(lang, "page.map.unknown"),
            number(sum(zone.area_planned_ha is None for zone in then.state.zones), lang),
            width="content",
        )


def since_then(change: Decimal, unit: str) -> str | None:
    """The difference of today; None where there is none."""
    if not change:
        return None
    text = f"{'+' if change > 0 else ''}{number(change, lang)}{unit}"
    return t(lang, "history.since_then", change=text)


def differences(found: Sequence[Difference], then: Planner) -> None:
    """A row a zone that is not as it was."""
    if not found:
        st.success(t(lang, "history.day_same"), icon=":material/check_circle:")
        return
    known = {zone.id: wording.zone_name(zone, lang) for zone in then.state.zones}
    known |= {zone.id: wording.zone_name(zone, lang) for zone in planner.state.zones}
    counts = {fate: sum(one.fate is fate for one in found) for fate in Fate}
    parts = [
        t(lang, f"history.fates.{fate}", count=count) for fate, count in counts.items() if count
    ]
    st.markdown(escape(", ".join(parts)))
    rows = pd.DataFrame([difference_row(one, known) for one in found])
    st.dataframe(
        tables.numbers(rows, lang),
        hide_index=True,
        key="day-difference",
        placeholder=number(None, lang),
        alt=t(lang, "history.day_difference"),
    )


def difference_row(one: Difference, known: Mapping[str, str]) -> dict[str, Any]:
    def area(zone: Zone | None) -> float:
        value = zone.area_planned_ha if zone is not None else None
        return float("nan") if value is None else float(value)

    change = one.change_ha
    return {
        t(lang, "history.fate_of"): t(lang, f"history.fate.{one.fate}"),
        t(lang, "field.name"): known.get(one.zone_id, one.zone_id),
        t(lang, "history.area_then"): area(one.then),
        t(lang, "history.area_now"): area(one.now),
        t(lang, "history.area_change"): float("nan") if change is None else float(change),
        t(lang, "history.moved"): (
            float("nan") if one.moved_km is None else round(one.moved_km, 2)
        ),
        t(lang, "history.relatives"): ", ".join(known.get(id_) or zone_title(id_)
                                                for id_ in one.relatives) or "—",
    }  # fmt: skip


def day_map(then: Planner) -> None:
    """The zones of that day on the borders of the provinces."""
    shapes = [
        sketch.Shape(zone.geometry, sketch.OF_KIND[zone.kind], wording.zone_name(zone, lang))
        for zone in then.state.zones
        if zone.geometry is not None
    ]
    if not shapes:
        return
    provinces = then.bounds.frames["provinces-2016"]
    sketch.show(shapes, provinces, lang, key="day", height=460)
    st.caption(t(lang, "history.day_map"))


st.title(t(lang, "history.title"))
done = st.session_state.pop(DONE, None)
if done:
    st.success(escape(done), icon=":material/check_circle:")
seed_choice("part", PARTS, PARTS[0])
st.segmented_control(
    t(lang, "history.parts"),
    PARTS,
    key="part",
    required=True,
    persist_state="session",
    format_func=lambda one: t(lang, f"history.part.{one}"),
    label_visibility="collapsed",
)
if st.session_state["part"] == "day":
    show_day()
else:
    show_list()
