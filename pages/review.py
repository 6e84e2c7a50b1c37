"""Proposals that wait for a decision, what they would do, and what became of one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import streamlit as st

from geo import auth, journal, wording
from geo.changes import Action, diff, raw_of
from geo.desk import Clash, ConflictError, RefusedError, Submission, settle
from geo.errors import KhuCumError, UsageError
from geo.i18n import error_text, ha, number, t
from geo.store import DecidedError, Proposal, StoreError
from pages.ui import filters, gaps, guard, links, submitting
from pages.ui.changes import (
    Changed,
    action_badge,
    moment,
    name_of,
    show_effects,
    show_issues,
    show_zone,
    show_zones,
    title_of,
    utc,
    value_text,
)
from pages.ui.identity import actor, ways_in
from pages.ui.markdown import escape
from pages.ui.resending import taken_up
from pages.ui.resources import get_desk, planner_now
from pages.ui.session import language, publish, seed_choice, seed_choices, seed_text

BOXES = ("queue", "own")
OPEN = "pending"
STATUS_MARKS = {
    OPEN: (":material/hourglass_top:", "orange"),
    "published": (":material/check_circle:", "green"),
    "rejected": (":material/cancel:", "red"),
    "withdrawn": (":material/undo:", "gray"),
    "superseded": (":material/swap_horiz:", "gray"),
}
NAMED = 3  # zones of a proposal named in its heading
LONGEST = 2000
DONE = "review-done"
SEEN_OPEN = "review-seen-open"
MISSING = "review-missing"
MINE, THEIRS = "mine", "theirs"

guard.enter()
lang = language()
me = actor()
desk = get_desk()
planner = planner_now()

st.title(t(lang, "review.title"))
allowed = auth.decide(me, auth.Action.PROPOSE, desk.rules)
if not allowed.allowed:
    st.info(escape(t(lang, f"error.auth.{allowed.reason}")), icon=":material/lock:")
    st.markdown(t(lang, "review.about"))
    if allowed.reason == "sign_in":
        ways_in(lang, "page")
    st.stop()
names = journal.names(desk, me)


def person(login: str | None) -> str:
    return names.get(login or "", login or "—")


def zone_names(proposal: Proposal) -> list[str]:
    """Names of the zones that a proposal touches, as they would be, or as they are."""
    return [
        wording.zone_name(item.zone, lang)
        if item.zone is not None
        else title_of(item.zone_id, lang)
        for item in proposal.change.items
    ]


def heading(proposal: Proposal) -> str:
    """The first zones by name, and how many more there are."""
    found = zone_names(proposal)
    shown = ", ".join(found[:NAMED])
    more = len(found) - NAMED
    return t(lang, "review.and_more", names=shown, more=more) if more > 0 else shown


def age(since: dt.datetime) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = int((dt.datetime.now(dt.UTC) - since).total_seconds() // 60)
    for unit, size in (("days", 24 * 60), ("hours", 60), ("minutes", 1)):
        if minutes >= size:
            return t(lang, f"review.age.{unit}", count=minutes // size)
    return t(lang, "review.age.now")


def status_badge(proposal: Proposal) -> str:
    icon, colour = STATUS_MARKS[proposal.status]
    return f":{colour}-badge[{icon} {t(lang, f'review.status.{proposal.status}')}]"


def proposed_line(proposal: Proposal) -> None:
    """Who proposed it and when."""
    line = t(
        lang,
        "review.proposed",
        number=str(proposal.id),
        person=person(proposal.author),
        moment=moment(proposal.created_at, lang),
        age=age(proposal.created_at),
    )
    st.caption(escape(line), help=utc(proposal.created_at, lang))


def outcome_text(proposal: Proposal) -> str:
    """What was decided, by whom and when; with the reason where one was given."""
    text = t(
        lang,
        f"review.outcome.{proposal.status}",
        person=person(proposal.decided_by),
        moment=moment(proposal.decided_at or proposal.created_at, lang),
        revision=str(proposal.revision or ""),
    )
    return f"{text} {t(lang, 'review.because', reason=proposal.decision)}" if (
        proposal.decision
    ) else text  # fmt: skip


def open_one(proposal_id: str) -> None:
    st.session_state["proposal"] = proposal_id


# -- lists


def card(proposal: Proposal) -> None:
    """One proposal in a list."""
    with st.container(border=True):
        words, button = st.columns([5, 1], vertical_alignment="center")
        with words:
            badges = action_badge(proposal.change.action, lang)
            if proposal.status != OPEN:
                badges += f" {status_badge(proposal)}"
            fresh = proposal.status != OPEN and not proposal.seen_by_author
            if fresh and proposal.author == me.login:
                badges += f" :primary-badge[{t(lang, 'review.new')}]"
            st.markdown(f"{badges} **{escape(heading(proposal))}**")
            st.markdown(escape(proposal.change.reason))
            proposed_line(proposal)
            if proposal.status != OPEN:
                st.markdown(escape(outcome_text(proposal)))
        button.button(
            t(lang, "review.open"),
            key=f"open-{proposal.id}",
            on_click=open_one,
            args=(str(proposal.id),),
            width="stretch",
        )


def queue() -> None:
    """Open proposals, filtered."""
    found = desk.queue(me)
    authors = {one.author: person(one.author) for one in found}
    actions = [one.value for one in Action if one is not Action.LOAD]
    provinces = planner.provinces()
    seed_choices("action", actions)
    seed_choice("staff", ["", *authors], "")
    if st.session_state["staff"] not in authors:
        st.session_state["staff"] = ""
    with st.sidebar:
        st.selectbox(
            t(lang, "review.person"),
            ["", *authors],
            key="staff",
            persist_state="session",
            format_func=lambda one: authors[one] if one else t(lang, "review.anybody"),
        )
        filters.provinces(provinces, lang)
        st.pills(
            t(lang, "review.action"),
            actions,
            key="action",
            selection_mode="multi",
            persist_state="session",
            format_func=lambda one: t(lang, f"action.{one}"),
        )
    publish({"box": BOXES[0], "proposal": "", "staff": "", "province": "", "action": ""})
    chosen = [one for one in found if accepted(one)]
    if not found:
        st.success(t(lang, "review.queue_empty"), icon=":material/task_alt:")
    elif not chosen:
        st.info(t(lang, "review.queue_filtered"), icon=":material/filter_alt_off:")
    for one in chosen:
        card(one)


def accepted(proposal: Proposal) -> bool:
    """Whether the filters of the sidebar let a proposal through."""
    author, provinces, actions = (st.session_state[key] for key in ("staff", "province", "action"))
    return (
        (not author or proposal.author == author)
        and (not actions or proposal.change.action in actions)
        and (not provinces or bool(desk.provinces_of(proposal) & set(provinces)))
    )


def own() -> None:
    """One's own proposals, whatever became of them."""
    publish({"box": BOXES[0], "proposal": ""})
    found = desk.own(me)
    if not found:
        st.info(t(lang, "review.own_empty"), icon=":material/inbox:")
    for one in found:
        card(one)
    saw(found)


def saw(found: Sequence[Proposal]) -> None:
    """What has been shown is news no more; while nothing can be written, it stays."""
    news = [one for one in found if not one.seen_by_author]
    with suppress(StoreError):
        desk.mark_seen(me, news)


# -- one proposal


def changed_now(submission: Submission) -> tuple[list[Changed], Any]:
    """What an open proposal would change today, with its assessment."""
    found = desk.assess(me, submission)
    known = planner.namer(lang)
    rows = [
        Changed(
            one.edit.zone_id,
            wording.zone_name(one.zone, lang) if one.zone is not None else known(one.edit.zone_id),
            one.before,
            one.edit.raw,
            one.changes,
        )
        for one in found.changed
    ]
    return rows, found


def changed_then(proposal: Proposal) -> list[Changed]:
    """What a decided proposal has changed, or would have changed."""
    if proposal.revision is not None:
        return [
            Changed(
                one.zone_id,
                name_of(one.after, lang),
                one.before,
                None if one.retired else one.after,
                journal.changes(one),
            )
            for one in desk.register.of_revision(proposal.revision)
        ]
    rows = []
    for item, name in zip(proposal.change.items, zone_names(proposal), strict=True):
        base = (
            desk.register.version(item.zone_id, item.base_version)
            if item.base_version is not None
            else None
        )
        before = base.after if base is not None else None
        after = raw_of(item.zone) if item.zone is not None else None
        fields = (journal.RETIRED,) if after is None else diff(before, after)
        rows.append(Changed(item.zone_id, name, before, after, fields))
    return rows


def show_changed(rows: Sequence[Changed], key: str) -> None:
    """One zone in full; many in totals and a table."""
    if len(rows) == 1:
        show_zone(rows[0], lang, key)
        return
    with st.container(horizontal=True, key="totals"):
        st.metric(t(lang, "review.zones"), number(len(rows), lang), width="content")
        for field in ("area_planned_ha", "area_let_ha"):
            if not any(change.field == field for one in rows for change in one.changes):
                continue
            before, after = (
                sum(
                    (Decimal(str(raw.get(field) or 0)) for one in rows if (raw := side(one))),
                    Decimal(0),
                )
                for side in (lambda one: one.before, lambda one: one.after)
            )
            st.metric(
                t(lang, f"field.{field}"),
                ha(after, lang),
                signed(after - before) if after != before else None,
                delta_color="off",
                delta_arrow="off",
                help=t(lang, "review.sum_help"),
                width="content",
            )
    show_zones(rows, lang, key)


def signed(value: Decimal) -> str:
    """A difference in hectares with its sign."""
    return f"{'+' if value > 0 else '-'}{ha(abs(value), lang)}"


def decisions(clashes: Sequence[Clash]) -> dict[tuple[str, str], str]:
    """Ask for a decision on every conflict; gives those that were made.

    The keys carry the version that was shown: when somebody changes the zone once more, its
    conflicts are asked anew.
    """
    made = {}
    st.warning(t(lang, "review.conflict"), icon=":material/call_merge:")
    known = planner.namer(lang)
    for clash in clashes:
        version = clash.current.version if clash.current is not None else 0
        who = person(clash.current.actor) if clash.current is not None else "—"
        with st.container(border=True):
            about = t(lang, "review.conflict_by", zone=known(clash.zone_id), person=who)
            st.markdown(f"**{escape(about)}**")
            for conflict in clash.conflicts:
                base = value_text(conflict.field, conflict.base, lang)
                labels = {
                    side: t(
                        lang,
                        f"review.{side}",
                        value=escape(value_text(conflict.field, value, lang)),
                    )
                    for side, value in ((THEIRS, conflict.theirs), (MINE, conflict.mine))
                }
                answer = st.radio(
                    t(
                        lang,
                        "review.decide",
                        field=escape(t(lang, f"field.{conflict.field}")),
                        base=escape(base),
                    ),
                    list(labels),
                    index=None,
                    key=f"decide-{clash.zone_id}-{version}-{conflict.field}",
                    format_func=labels.__getitem__,
                )
                if answer is not None:
                    made[clash.zone_id, conflict.field] = answer
    return made


def settled(
    proposal: Proposal,
    rebased: Submission,
    clashes: Sequence[Clash],
    made: dict[tuple[str, str], str],
) -> Submission:
    """The proposal with its conflicts decided, on the versions that were shown."""
    edits = {edit.zone_id: edit for edit in desk.submission_of(proposal).edits}
    decided = []
    for clash in clashes:
        mine = [
            name for (zone, name), side in made.items() if zone == clash.zone_id and side == MINE
        ]
        edit = settle(clash, edits[clash.zone_id], mine)
        if edit is not None:
            decided.append(edit)
    return Submission(rebased.action, rebased.reason, (*rebased.edits, *decided), rebased.undoes)


def finish(text: str) -> None:
    """Back to the list, with the outcome above it."""
    st.session_state[DONE] = text
    st.session_state["proposal"] = ""
    st.rerun()


def attempt(action: Any, done: str, **params: str) -> None:
    """Do what a button asks for; what is refused stays on the page with the reason."""
    try:
        outcome = action()
    except RefusedError as refused:
        st.error(escape(error_text(refused, lang)), icon=":material/error:")
        show_issues(refused.issues, lang)
    except (ConflictError, DecidedError):
        st.rerun()  # the page then shows the conflict, or who has decided
    except KhuCumError as error:
        st.error(escape(error_text(error, lang)), icon=":material/error:")
    else:
        revision = str(outcome.revision) if outcome is not None else ""
        finish(t(lang, done, revision=revision, **params))


def reason_form(key: str, label: str, button: str) -> str | None:
    """A reason that must be given; None until it is sent."""
    with st.form(key, border=False):
        text = st.text_area(label, key=f"{key}-text", max_chars=LONGEST)
        sent = st.form_submit_button(button, type="primary")
    return text if sent else None


def decide(proposal: Proposal, resolved: Submission | None, ready: bool) -> None:
    """The buttons, or why there are none."""
    decision = desk.may_decide(me, proposal)
    shown = heading(proposal)
    with st.container(horizontal=True, key="decide"):
        if decision.allowed and st.button(
            t(lang, "review.publish"),
            key="publish",
            type="primary",
            icon=":material/check:",
            disabled=not ready,
        ):
            attempt(
                lambda: desk.publish(me, proposal.id, resolved), "review.published", zones=shown
            )
        if decision.allowed:
            with st.popover(t(lang, "review.reject"), icon=":material/close:"):
                given = reason_form(
                    "reject", t(lang, "review.reject_reason"), t(lang, "review.reject")
                )
                if given is not None:
                    attempt(
                        lambda: desk.reject(me, proposal.id, given), "review.rejected", zones=shown
                    )
        if proposal.author == me.login and st.button(
            t(lang, "review.withdraw"), key="withdraw", icon=":material/undo:"
        ):
            attempt(lambda: desk.withdraw(me, proposal.id), "review.withdrawn", zones=shown)
    if decision.reason == "needs_approver":
        st.caption(t(lang, "review.waits"))
    elif not decision.allowed:
        st.info(escape(t(lang, f"error.auth.{decision.reason}")), icon=":material/lock:")


def talk(proposal: Proposal) -> None:
    """What people say about a proposal."""
    st.subheader(t(lang, "review.comments"))
    said = desk.comments(me, proposal.id)
    if not said:
        st.caption(t(lang, "review.no_comments"))
    for one in said:
        with st.container(border=True, gap="xsmall"):
            st.caption(
                f"**{escape(person(one.author))}** · {escape(moment(one.at, lang))}",
                help=utc(one.at, lang),
            )
            for line in one.text.splitlines():
                st.markdown(escape(line))
    with st.form("comment", clear_on_submit=True, border=False):
        text = st.text_area(t(lang, "review.comment"), key="comment-text", max_chars=LONGEST)
        if st.form_submit_button(t(lang, "review.say"), icon=":material/send:"):
            if text.strip():
                desk.comment(me, proposal.id, text)
                st.rerun()
            st.warning(t(lang, "review.comment_empty"))


def show(proposal: Proposal) -> None:
    """One proposal with everything that a decision needs."""
    st.button(
        t(lang, "review.back"),
        key="back",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=open_one,
        args=("",),
    )
    st.subheader(escape(heading(proposal)))
    st.markdown(f"{action_badge(proposal.change.action, lang)} {status_badge(proposal)}")
    proposed_line(proposal)
    st.markdown(f"> {escape(proposal.change.reason)}")
    touched = [item.zone_id for item in proposal.change.items]
    if len(touched) == 1 and touched[0] in planner.state.by_id:
        links.of_zone(planner, touched[0], lang, "map", "history")
    parents = dict.fromkeys(one for item in proposal.change.items for one in item.parents)
    if parents:
        zones = [title_of(one, lang) for one in parents]
        st.caption(escape(t(lang, "review.parents", zones=zones)))
    if proposal.status != OPEN:
        if st.session_state.get(SEEN_OPEN) == proposal.id and proposal.decided_by != me.login:
            st.warning(t(lang, "review.meanwhile"), icon=":material/group:")
        st.info(escape(outcome_text(proposal)), icon=STATUS_MARKS[proposal.status][0])
        if proposal.author == me.login and proposal.status in ("rejected", "withdrawn"):
            send_again(proposal)
        show_changed(changed_then(proposal), f"changed-{proposal.id}")
        if proposal.author == me.login:
            saw([proposal])
    else:
        st.session_state[SEEN_OPEN] = proposal.id
        show_open(proposal)
    talk(proposal)


def send_again(proposal: Proposal) -> None:
    """The way from a proposal that came to nothing to a better one."""
    taken = taken_up(desk, proposal)
    if taken is None or (taken.zone and taken.zone not in planner.state.by_id):
        return
    if desk.draft(me, taken.key) is not None:
        st.caption(t(lang, "review.again_draft"))
        page = {"zone": taken.zone, "do": taken.task, "lang": lang}
        st.page_link(
            "pages/zone_edit.py", label=t(lang, "review.again_open"), icon=":material/edit_note:",
            query_params=page,
        )  # fmt: skip
    elif st.button(t(lang, "review.again"), key="again", icon=":material/edit:"):
        submitting.take_up(desk, me, taken.key, taken.content)
        page = {"zone": taken.zone, "do": taken.task, "lang": lang}
        st.switch_page("pages/zone_edit.py", query_params=page)


def show_open(proposal: Proposal) -> None:
    """What an open proposal would do, and the decision."""
    submission, clashes = desk.rebased(proposal)
    made = decisions(clashes) if clashes else {}
    undecided = sum(len(clash.conflicts) for clash in clashes) - len(made)
    resolved = None
    if clashes and not undecided:
        resolved = submission = settled(proposal, submission, clashes, made)
    rows, found = changed_now(submission)
    if rows:
        show_changed(rows, f"changed-{proposal.id}")
        show_issues(found.caused, lang)
        show_effects(found.effects, planner, lang)
    elif not undecided:
        st.info(t(lang, "review.nothing_left"), icon=":material/info:")
    if undecided:
        st.caption(t(lang, "review.undecided", count=undecided))
    decide(proposal, resolved, found.ready and not undecided)


done = st.session_state.pop(DONE, None)
if done:
    st.success(escape(done), icon=":material/check_circle:")
seed_text("proposal")
seed_choice("box", BOXES, BOXES[0])
asked = st.session_state["proposal"]
if asked:
    publish({"box": BOXES[0], "proposal": ""})
    try:
        opened = desk.proposal(me, int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
    except UsageError as missing:  # an old or mistyped link: the list is shown instead
        st.session_state[MISSING] = error_text(missing, lang)
        open_one("")
        st.rerun()
    show(opened)
else:
    missed = st.session_state.pop(MISSING, None)
    if missed:
        st.warning(escape(missed), icon=":material/link_off:")
    st.session_state.pop(SEEN_OPEN, None)
    news = desk.news(me)
    if news and st.session_state["box"] != "own":
        st.info(t(lang, "review.news", count=len(news)), icon=":material/notifications:")
    st.segmented_control(
        t(lang, "review.boxes"),
        BOXES,
        key="box",
        required=True,
        persist_state="session",
        format_func=lambda one: t(lang, f"review.box.{one}"),
        label_visibility="collapsed",
    )
    if st.session_state["box"] == "own":
        own()
    else:
        queue()
    gaps.show(lang)
