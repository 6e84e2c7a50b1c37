"""What pages of editing share: drafts, the reason, sending, and what stands in the way of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from geo.auth import Actor, Decision
from geo.changes import Action, Conflict, Raw, diff, raw_of
from geo.desk import (
    LONGEST_REASON,
    Assessment,
    Clash,
    Desk,
    Edit,
    Outcome,
    RefusedError,
    Submission,
    clash_of,
)
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.issues import has_errors
from geo.services import Planner
from geo.store import Proposal, Version
from geo.text import visible
from geo.zones.fields import BY_NAME
from pages.ui import forms
from pages.ui.changes import moment, show_changes, show_effects, value_text
from pages.ui.markdown import escape

NATURES = (Action.ADJUST.value, Action.CORRECT.value)
"""What an edit that gives a zone another area may be said to be."""

_WORKS, _FORMS = "_works", "_forms"


# -- work in progress, and its draft


def _next_form() -> int:
    number = int(st.session_state.get(_FORMS, 0)) + 1
    st.session_state[_FORMS] = number
    return number


@dataclass
class Work:
    """What somebody is typing, in this session and as a draft in the register.

    Attributes
    ----------
    key
        Of the draft.
    content
        What is typed, as plain data.
    fresh, kept
        The content as it was begun and as it was last kept, as JSON.
    form
        Number of the form in the session; a content set from outside needs a new one.
    """

    key: str
    login: str
    content: dict[str, Any]
    fresh: str
    kept: str
    form: int = dataclasses.field(default_factory=_next_form)
    kept_at: dt.datetime | None = None

    @property
    def widgets(self) -> str:
        """What the keys of its widgets begin with."""
        return f"edit:{self.key}:{self.form}"

    @property
    def touched(self) -> bool:
        return as_text(self.content) != self.fresh

    def put(self, content: Mapping[str, Any]) -> None:
        """Set the content from outside, for a new form."""
        self.content = dict(content)
        self.form = _next_form()


def open_work(
    desk: Desk, actor: Actor, key: str, fresh: Callable[[], dict[str, Any]], lang: str
) -> Work | None:
    """The work under a key; None while a draft is offered and the person has not decided.

    As long as it is only offered nothing is written, so a draft cannot be lost by looking.
    """
    works: dict[str, Work] = st.session_state.setdefault(_WORKS, {})
    work = works.get(key)
    if work is not None and work.login == actor.login:
        return work
    begun = fresh()
    first = as_text(begun)
    draft = desk.draft(actor, key)
    if draft is None:
        works[key] = Work(key, actor.login, begun, first, first)
        return works[key]
    at, content = draft
    with st.container(border=True, key="draft"):
        st.markdown(f"**{t(lang, 'page.edit.draft.found', at=escape(moment(at, lang)))}**")
        before, after = content.get("base"), content.get("raw")
        if isinstance(after, dict):
            show_changes(diff(before, after), lang)
        with st.container(horizontal=True):
            again = st.button(
                t(lang, "page.edit.draft.use"), key="draft_use", type="primary",
                icon=":material/edit_note:",
            )  # fmt: skip
            away = st.button(
                t(lang, "page.edit.draft.drop"), key="draft_drop", icon=":material/delete:"
            )
    if again:
        works[key] = Work(key, actor.login, content, first, as_text(content), kept_at=at)
        st.rerun()
    if away:
        desk.drop_draft(actor, key)
        works[key] = Work(key, actor.login, begun, first, first)
        st.rerun()
    return None


def take_up(desk: Desk, actor: Actor, key: str, content: Mapping[str, Any]) -> None:
    """Begin work with a content of one's own, kept as a draft from the first moment."""
    at = desk.save_draft(actor, key, content)
    work = Work(key, actor.login, dict(content), "", as_text(content), kept_at=at)
    st.session_state.setdefault(_WORKS, {})[key] = work


def has_work(key: str) -> bool:
    """Whether something has been typed under a key in this session."""
    works: dict[str, Work] = st.session_state.get(_WORKS, {})
    return key in works and works[key].touched


def keep(desk: Desk, actor: Actor, work: Work, lang: str) -> None:
    """Keep what has been typed since; says when it was kept, or why it could not be."""
    now = as_text(work.content)
    try:
        if now != work.kept:
            if now == work.fresh:
                desk.drop_draft(actor, work.key)
                work.kept_at = None
            else:
                work.kept_at = desk.save_draft(actor, work.key, work.content)
            work.kept = now
            forget_failure(work.key)
    except KhuCumError as error:
        why = t(lang, "page.edit.draft.not_kept", error=error_text(error, lang))
        st.caption(f":orange[:material/cloud_off: {escape(why)}]")
        return
    if work.kept_at is not None:
        at = t(lang, "page.edit.draft.kept", at=moment(work.kept_at, lang))
        st.caption(f":material/cloud_done: {escape(at)}")


def leave(desk: Desk, actor: Actor, work: Work) -> None:
    """Forget the work and its draft."""
    st.session_state.get(_WORKS, {}).pop(work.key, None)
    st.session_state.pop(_failed(work.key), None)
    desk.drop_draft(actor, work.key)


def as_text(content: object) -> str:
    """Plain data in one form, to be compared."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


# -- before sending


def show_assessment(found: Assessment, planner: Planner, lang: str) -> None:
    """What a submission would do: zones with was and becomes, and the figures of the plans."""
    if not found.changed:
        st.caption(t(lang, "change.nothing"))
    several = len(found.zones) > 1
    leaving = [one for one in found.changed if one.edit.raw is None]
    if several and leaving:
        names = [_name(one.before, one.edit) for one in leaving]
        st.markdown(f":material/archive: {escape(t(lang, 'page.edit.leaving', names=names))}")
    for one in found.changed:
        if not one.edit.zone_id:
            continue  # a new zone that has no name yet
        if one.before is None:
            with st.expander(escape(_name(one.before, one.edit)), icon=":material/add_circle:"):
                show_changes(one.changes, lang)
        elif not several:
            show_changes(one.changes, lang)
        elif one.edit.raw is not None:
            st.markdown(f"**{escape(_name(one.before, one.edit))}**")
            show_changes(one.changes, lang)
    if found.ready:  # a record with an error is missing from the totals
        show_effects(found.effects, planner, lang)


def _name(before: Mapping[str, Any] | None, edit: Edit) -> str:
    raw = edit.raw or before or {}
    return f"{raw.get('name') or '—'} ({edit.zone_id})"


def reason_field(key: str, now: str, lang: str) -> str:
    """Why it is changed: asked of every change, and part of its history."""
    typed: str = st.text_area(
        t(lang, "page.edit.reason"),
        forms.first_value(key, now),
        key=key,
        max_chars=LONGEST_REASON,
        height=80,
        placeholder=t(lang, "page.edit.reason_hint"),
    )
    return typed


def nature_field(found: Assessment, key: str, now: str, lang: str) -> str:
    """Whether another planned area is a decision or a correction; empty where it is not said.

    Asked only where a known area becomes another one: nothing else tells the two apart, and
    :mod:`geo.movements` does not guess.
    """
    resized = any(
        one.field == "area_planned_ha" and None not in (one.before, one.after)
        for zone in found.zones
        for one in zone.changes
    )
    if not resized:
        return ""
    chosen: str | None = st.segmented_control(
        t(lang, "page.edit.nature.label"),
        NATURES,
        key=key,
        default=forms.first_value(key, now if now in NATURES else None),
        format_func=lambda one: t(lang, f"page.edit.nature.{one}"),
        help=t(lang, "page.edit.nature.help"),
    )
    return chosen or ""


def stated(submission: Submission, nature: str) -> Submission:
    """The submission as what its author says it is."""
    return dataclasses.replace(submission, action=Action(nature)) if nature else submission


def buttons(found: Assessment, reason: str, key: str, lang: str) -> bool | None:
    """Propose, and publish for those who may.

    Returns
    -------
    bool or None
        Whether to publish; None while nothing was pressed.
    """
    missing = _missing(found, reason)
    with st.container(horizontal=True):
        proposed = _button("propose", found.may_propose, missing, key, lang, "secondary")
        published = _button("publish", found.may_publish, missing, key, lang, "primary")
    if missing:
        st.caption(t(lang, f"page.edit.not_yet.{missing}"))
    elif not found.may_publish.allowed and found.may_propose.allowed:
        why = found.may_publish.reason
        key = "page.edit.to_review" if why == "needs_approver" else f"error.auth.{why}"
        st.caption(escape(t(lang, key)))
    return False if proposed else True if published else None


def _missing(found: Assessment, reason: str) -> str:
    if not found.changed:
        return "unchanged"
    if has_errors(found.issues):
        return "errors"
    return "" if visible(reason) else "reason"


def _button(
    name: str, right: Decision, missing: str, key: str, lang: str, kind: Any
) -> bool:  # fmt: skip
    icon = {"propose": ":material/send:", "publish": ":material/verified:"}[name]
    return st.button(
        t(lang, f"page.edit.{name}"),
        key=f"{key}:{name}",
        type=kind,
        disabled=bool(missing) or not right.allowed,
        help=None if right.allowed else escape(t(lang, f"error.auth.{right.reason}")),
        icon=icon,
    )


# -- sending


def send(
    desk: Desk, actor: Actor, submission: Submission, key: str, *, publish: bool
) -> Outcome | None:
    """Submit; None where it was refused, see :func:`failure`."""
    st.session_state.pop(_failed(key), None)
    try:
        return desk.submit(actor, submission, publish=publish)
    except KhuCumError as error:
        st.session_state[_failed(key)] = error
        return None


def failure(key: str) -> KhuCumError | None:
    """Why the last submission under a key was refused."""
    found: KhuCumError | None = st.session_state.get(_failed(key))
    return found


def forget_failure(key: str) -> None:
    st.session_state.pop(_failed(key), None)


def show_failure(error: KhuCumError, lang: str) -> None:
    """A refusal in words; what was typed stays on the form."""
    kept = t(lang, "page.edit.nothing_lost")
    st.error(f"{escape(error_text(error, lang))} {kept}", icon=":material/error:")
    if isinstance(error, RefusedError):
        for found in error.issues:
            forms.show_issue(found, lang)


def _failed(key: str) -> str:
    return f"{key}:failed"


# -- conflicts


def newer_clash(mine: Edit, base: Raw, current: Version) -> Clash:
    """An edit held against a version that has been published since it was begun."""
    theirs = None if current.retired else current.after
    return clash_of(mine.zone_id, base, mine.raw, theirs, current)


def proposed_clash(mine: Edit, base: Raw, current: Version, proposal: Proposal) -> Clash:
    """An edit held against an open proposal for the same zone."""
    item = next(one for one in proposal.change.items if one.zone_id == mine.zone_id)
    unread = proposal.unread.get(mine.zone_id)
    theirs = unread if item.zone is None else raw_of(item.zone)
    return clash_of(mine.zone_id, base, mine.raw, theirs, current)


def resolver(
    clashes: Sequence[Clash], planner: Planner, key: str, lang: str
) -> dict[str, Edit] | None:
    """Both values of every field in conflict, and the choice between them.

    Returns
    -------
    dict or None
        The edits decided, on the current versions, by zone; None until "apply" is pressed.
    """
    decided: dict[str, Edit] = {}
    open_fields = 0
    for clash in clashes:
        fields = forms.Fields(f"{key}:{clash.zone_id}", lang, planner)
        raw: dict[str, Any] | None = dict(clash.merged)
        for conflict in clash.conflicts:
            with st.container(border=True):
                chosen, value = _choose(conflict, fields, lang)
            if chosen is None:
                open_fields += 1
            elif conflict.field == "retired":
                raw = None if value else raw
            elif raw is not None:
                raw[conflict.field] = value
        version = clash.current.version if clash.current else None
        decided[clash.zone_id] = Edit(clash.zone_id, version, raw)
    if not any(clash.conflicts for clash in clashes):
        st.caption(t(lang, "page.edit.conflict.apart"))
    pressed = st.button(
        t(lang, "page.edit.conflict.apply"),
        key=f"{key}:apply",
        type="primary",
        disabled=open_fields > 0,
        icon=":material/merge:",
    )
    return decided if pressed else None


def _choose(conflict: Conflict, fields: forms.Fields, lang: str) -> tuple[str | None, Any]:
    """The choice for one field, and the value that follows from it."""
    name = conflict.field
    values = {"mine": conflict.mine, "theirs": conflict.theirs}
    options = list(values) + (["other"] if forms.is_scalar(name) else [])
    st.markdown(f"**{escape(t(lang, f'field.{name}'))}**")
    was = value_text(name, conflict.base, lang)
    st.caption(escape(t(lang, "page.edit.conflict.base", value=was)))

    def shown(one: str) -> str:
        label = t(lang, f"page.edit.conflict.{one}")
        return f"{label}: {escape(value_text(name, values[one], lang))}" if one in values else label

    chosen = st.radio(
        t(lang, "page.edit.conflict.choose"),
        options,
        index=None,
        key=f"{fields.key}:choose:{name}",
        format_func=shown,
        label_visibility="collapsed",
    )
    if chosen == "other":
        spec = BY_NAME[name]
        return chosen, fields.entry(spec, conflict.mine, f"other:{name}")
    return chosen, values.get(str(chosen))


def show_version(version: Version, person: Callable[[str], str], lang: str) -> None:
    """Who has changed a zone, when and why; `person` gives the name of a login."""
    key = "page.edit.conflict.by_proposal" if version.author else "page.edit.conflict.by"
    text = t(
        lang,
        key,
        actor=person(version.actor),
        author=person(version.author or ""),
        at=moment(version.at, lang),
        reason=version.reason,
    )
    st.markdown(escape(text))


def show_proposal(proposal: Proposal, person: Callable[[str], str], lang: str) -> None:
    """Who has proposed, when and why; `person` gives the name of a login."""
    text = t(
        lang,
        "page.edit.pending.by",
        id=str(proposal.id),
        author=person(proposal.author),
        at=moment(proposal.created_at, lang),
        reason=proposal.change.reason,
    )
    st.markdown(escape(text))
