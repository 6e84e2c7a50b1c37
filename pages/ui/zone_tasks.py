"""What may be done with a zone: change, split, merge, retire, make, take back.

Each task is the same in the end: a submission, what it would change, the reason, the buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.auth import Actor
from geo.changes import Action, FieldChange, Raw, diff
from geo.columns import Filter
from geo.desk import Assessment, Clash, ConflictError, Desk, Edit, Submission
from geo.i18n import ha, number, t
from geo.issues import Issue
from geo.services import Planner
from geo.store import PendingError, Proposal
from geo.text import visible
from geo.zones import AREA_FIELDS, Kind, Precision, Zone
from geo.zones.fields import BY_NAME, SPECS, Group
from pages.ui import forms, lineage, place, submitting
from pages.ui.changes import show_changes, title_of, value_text
from pages.ui.markdown import escape
from pages.ui.submitting import Work

DONE = "_edit_done"
"""Where the outcome of the last submission is kept, what was changed, whether a toast told it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at work on a page.

    Attributes
    ----------
    people
        Names by login, of those whom the person may know.
    zone
        Id of the open zone; empty for none.
    """

    desk: Desk
    planner: Planner
    actor: Actor
    lang: str
    people: Mapping[str, str]
    zone: str

    def person(self, login: str) -> str:
        return self.people.get(login, login)

    def name(self, zone_id: str) -> str:
        return title_of(zone_id, self.lang)

    def line(self, zone: Zone) -> str:
        """Kind, district and area of a zone."""
        area = t(self.lang, "zone.unknown_area")
        if zone.area_planned_ha is not None:
            area = ha(zone.area_planned_ha, self.lang)
        districts = dict.fromkeys(one.name for one in zone.districts)
        return f"{zone.kind} · {', '.join((*districts, zone.province.name))} · {area}"


def go(zone: str = "", do: str = "edit") -> None:
    """Open another zone or task; as a callback of a button, or before a rerun."""
    st.session_state.pop(DONE, None)
    st.session_state["zone"], st.session_state["do"] = zone, do


def withdraw(seat: Seat, proposal: Proposal) -> None:
    if st.button(
        t(seat.lang, "page.edit.withdraw"), key=f"withdraw:{proposal.id}", icon=":material/cancel:"
    ):
        seat.desk.withdraw(seat.actor, proposal.id)
        st.rerun()


def ledger(seat: Seat, raw: Raw) -> None:
    """Planned, detailed, industrial, let: each as a bar, with occupancy and what is unknown."""
    areas = {name: lineage.known(raw.get(name)) for name in AREA_FIELDS}
    known = [value for value in areas.values() if value is not None]
    largest = max(known, default=None)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{t(seat.lang, 'page.edit.ledger.title')}**")
        for name, value in areas.items():
            label = t(seat.lang, f"field.{name}")
            if value is None or not largest:
                st.caption(f"{label}: *{t(seat.lang, 'zone.unknown')}*")
            else:
                share = min(1.0, max(0.0, float(value / largest)))
                st.progress(share, text=f":small[{label}: **{escape(ha(value, seat.lang))}**]")
        st.caption(escape(occupancy(seat, raw)))


def occupancy(seat: Seat, raw: Raw) -> str:
    """Let ÷ industrial land with its date, or what it lacks."""
    let, land = (lineage.known(raw.get(name)) for name in ("area_let_ha", "area_industrial_ha"))
    if let is None or not land:
        lacking = [
            t(seat.lang, f"missing.{name}")
            for name, value in (("area_industrial_ha", land), ("area_let_ha", let))
            if not value and not (name == "area_let_ha" and value == 0)
        ]
        return t(seat.lang, "page.edit.ledger.no_occupancy", missing=lacking)
    day = raw.get("let_as_of")
    return t(
        seat.lang,
        "page.edit.ledger.occupancy" if day else "page.edit.ledger.undated",
        share=number(100 * let / land, seat.lang, 1),
        let=number(let, seat.lang),
        land=number(land, seat.lang),
        day=value_text("let_as_of", day, seat.lang),
    )


def form(seat: Seat, fields: forms.Fields, raw: dict[str, Any]) -> None:
    """All fields in their groups; what is typed goes into `raw`."""
    titles = [t(seat.lang, f"page.edit.group.{group}") for group in Group]
    tabs = st.tabs(titles, key=f"{fields.key}:{seat.lang}:tabs", on_change="rerun")
    for group, tab in zip(Group, tabs, strict=True):
        with tab:
            if group is not Group.PLACE:
                fields.group(group, raw)
                continue
            # a map that is made where nobody sees it does not know its size
            seen = f"{fields.key}:place_seen"
            if tab.open or seen in st.session_state:
                st.session_state[seen] = True
                raw |= place.editor(raw, fields.base, f"{fields.key}:place", seat.lang)
                slot = st.container()
                fields.slots |= {spec.name: slot for spec in SPECS if spec.group is Group.PLACE}
    st.caption(t(seat.lang, "page.edit.required"))


def finish(
    seat: Seat, work: Work, submission: Submission, found: Assessment, name: str, *, held: str = ""
) -> None:
    """What would change, the reason, the buttons; and the draft.

    Parameters
    ----------
    held
        Key of the text that says what must be settled first; empty where nothing stands in the way.
    """
    st.markdown(f"**{t(seat.lang, 'page.edit.becomes')}**")
    if any(one.stale for one in found.zones):  # against the new version, theirs would look undone
        base = work.content.get("base")
        own = next((one.edit.raw for one in found.zones if one.stale), None)
        if base is not None and own is not None:
            with st.container(key="changes"):
                show_changes(diff(base, own), seat.lang)
    else:
        with st.container(key="changes"):
            submitting.show_assessment(found, seat.planner, seat.lang)
    nature = ""
    if submission.action is Action.EDIT:
        said = str(work.content.pop("nature", ""))
        nature = submitting.nature_field(found, f"{work.widgets}:nature", said, seat.lang)
        work.content |= {"nature": nature} if nature else {}
    work.content["reason"] = submitting.reason_field(
        f"{work.widgets}:reason", str(work.content.get("reason") or ""), seat.lang
    )
    pressed = None
    if held:
        st.caption(f":orange[:material/warning: {t(seat.lang, held)}]")
    else:
        pressed = submitting.buttons(found, work.content["reason"], work.widgets, seat.lang)
    submitting.keep(seat.desk, seat.actor, work, seat.lang)
    if pressed is not None:
        final = replace(submitting.stated(submission, nature), reason=work.content["reason"])
        outcome = submitting.send(seat.desk, seat.actor, final, work.key, publish=pressed)
        if outcome is not None:
            submitting.leave(seat.desk, seat.actor, work)
            go(_next_open(seat, found, published=outcome.revision is not None))
            st.session_state[DONE] = outcome, name, False
        st.rerun()
    error = submitting.failure(work.key)
    if error is not None and not isinstance(error, ConflictError | PendingError):
        submitting.show_failure(error, seat.lang)


def _next_open(seat: Seat, found: Assessment, *, published: bool) -> str:
    """The zone that is open after a submission: the same one, while it is in the register."""
    there = [
        one.edit.zone_id
        for one in found.zones
        if (one.edit.raw if published else one.before) is not None
    ]
    return seat.zone if seat.zone in there else next(iter(there), "")


def show_found(seat: Seat, issues: Sequence[Issue]) -> None:
    for one in issues:
        forms.show_issue(one, seat.lang)


def edit(seat: Seat, zone: Zone) -> None:
    """Change the fields of a zone."""

    def fresh() -> dict[str, Any]:
        begun = seat.desk.begin(zone.id)
        raw = dict(begun.raw or {})
        return {"version": begun.base_version, "base": raw, "raw": raw, "reason": "",
                "supersedes": None}  # fmt: skip

    work = submitting.open_work(seat.desk, seat.actor, zone.id, fresh, seat.lang)
    if work is None:
        return
    if not work.touched and work.content["version"] != zone.version:
        work.put(fresh())  # nothing has been typed into the old version
        work.fresh = work.kept = submitting.as_text(work.content)
    content = work.content
    left, right = st.columns([8, 5], gap="large")
    with left:
        notice = st.container()
        raw = dict(content["raw"])
        fields = forms.Fields(work.widgets, seat.lang, seat.planner, content["base"])
        form(seat, fields, raw)
        content["raw"] = raw
    mine = Edit(zone.id, content["version"], raw)
    waiting = seat.desk.register.pending([zone.id]).get(zone.id)
    if content["supersedes"] != waiting:
        content["supersedes"] = None  # it has been decided meanwhile
    submission = Submission(Action.EDIT, "", (mine,), supersedes=content["supersedes"])
    found = seat.desk.assess(seat.actor, submission)
    held = ""
    with notice:
        if found.zones[0].stale:
            held = "page.edit.held.stale"
            newer(seat, work, mine)
        elif waiting is not None and content["supersedes"] is None:
            pending(seat, work, mine, seat.desk.proposal(seat.actor, waiting))
    rest = fields.report(found.issues)
    with right:
        ledger(seat, raw)
        for one in rest:
            forms.show_issue(one, seat.lang, away=True)
        if content["supersedes"] is not None:
            replaced = t(seat.lang, "page.edit.pending.replaces", id=str(content["supersedes"]))
            st.caption(f":material/swap_horiz: {escape(replaced)}")
        finish(seat, work, submission, found, str(raw.get("name") or zone.name), held=held)


def newer(seat: Seat, work: Work, mine: Edit) -> None:
    """Somebody was faster: both values of each field, and the choice."""
    content = work.content
    current = seat.desk.register.current([mine.zone_id])[mine.zone_id]
    clash = submitting.newer_clash(mine, content["base"], current)
    with st.container(border=True, key="conflict"):
        st.markdown(
            f"**:orange[:material/sync_problem:] {t(seat.lang, 'page.edit.conflict.title')}**"
        )
        submitting.show_version(current, seat.person, seat.lang)
        show_changes(_theirs(clash), seat.lang)
        decided = submitting.resolver(
            [clash], seat.planner, f"{work.widgets}:{current.version}", seat.lang
        )
    if decided is None:
        return
    after = decided[mine.zone_id].raw
    if after is None:
        submitting.leave(seat.desk, seat.actor, work)
        go()
    else:
        work.put({**content, "version": current.version, "base": current.after, "raw": after})
        submitting.forget_failure(work.key)
    st.rerun()


def _theirs(clash: Clash) -> tuple[FieldChange, ...]:
    gone = clash.current is None or clash.current.retired
    return (FieldChange("retired", False, True),) if gone else clash.theirs


def pending(seat: Seat, work: Work, mine: Edit, proposal: Proposal) -> None:
    """An open proposal for the same zone: what it would do, and taking its place."""
    asked_now = isinstance(submitting.failure(work.key), PendingError)
    title = t(seat.lang, "page.edit.pending.title", id=str(proposal.id))
    current = seat.desk.register.current([mine.zone_id])[mine.zone_id]
    clash = submitting.proposed_clash(mine, work.content["base"], current, proposal)
    with st.expander(title, expanded=asked_now, icon=":material/hourglass_top:"):
        submitting.show_proposal(proposal, seat.person, seat.lang)
        theirs = proposal.change.items
        gone = any(one.zone is None for one in theirs if one.zone_id == mine.zone_id)
        show_changes((FieldChange("retired", False, True),) if gone else clash.theirs, seat.lang)
        st.page_link(
            "pages/review.py",
            label=t(seat.lang, "page.edit.pending.open"),
            icon=":material/rate_review:",
            query_params={"proposal": str(proposal.id), "lang": seat.lang},
        )
        own = proposal.author == seat.actor.login
        if own:
            withdraw(seat, proposal)
        if len(theirs) > 1 or gone:
            st.caption(t(seat.lang, "page.edit.pending.whole"))
        elif not own and not seat.desk.may_decide(seat.actor, proposal).allowed:
            st.caption(t(seat.lang, "page.edit.pending.not_yours"))
        elif work.touched:
            st.caption(t(seat.lang, "page.edit.pending.merge"))
            key = f"{work.widgets}:proposal:{proposal.id}"
            decided = submitting.resolver([clash], seat.planner, key, seat.lang)
            if decided is not None:
                after = decided[mine.zone_id].raw
                work.put({**work.content, "raw": after, "supersedes": proposal.id})
                submitting.forget_failure(work.key)
                st.rerun()


def again(seat: Seat, work: Work, zone: Zone, key: str = "page.edit.held.stale") -> str:
    """A task whose zone has changed meanwhile: what has changed, and going on from there."""
    current = seat.desk.register.current([zone.id])[zone.id]
    base = work.content["base"]
    with st.container(border=True, key="conflict"):
        st.markdown(
            f"**:orange[:material/sync_problem:] {t(seat.lang, 'page.edit.conflict.title')}**"
        )
        submitting.show_version(current, seat.person, seat.lang)
        show_changes(diff(base, current.after), seat.lang)
        if st.button(t(seat.lang, "page.edit.conflict.go_on"), key=f"{work.widgets}:again"):
            work.content |= {"version": current.version, "base": dict(current.after)}
            submitting.forget_failure(work.key)
            st.rerun()
    return key


def id_field(seat: Seat, key: str, typed: str, suggested: str) -> tuple[str, str]:
    """The id of a new zone: the suggested one unless another is typed.

    Returns
    -------
    typed, id
    """
    text = st.text_input(
        t(seat.lang, "field.id"),
        forms.first_value(key, typed),
        key=key,
        placeholder=suggested,
        help=t(seat.lang, "page.edit.id_help"),
        max_chars=100,
    ).strip()
    zone = text or suggested
    if text and seat.desk.register.current([text]):
        used = escape(t(seat.lang, "page.edit.id_taken", id=text))
        st.markdown(f":small[:red[:material/error: {used}]]")
    return text, zone


def suggested_id(
    seat: Seat, kind: str, name: str, province: str, others: Sequence[str] = ()
) -> str:
    """An id that neither the register nor another part of the same change has."""
    if not visible(name):
        return ""
    first = seat.desk.new_id(Kind(kind), name, province)
    tries = [first, *(f"{first}-{n}" for n in range(2, 20))]
    used = {*others, *seat.desk.register.current(tries)}
    return next(one for one in tries if one not in used)


def taken(seat: Seat, ids: Sequence[str]) -> bool:
    """Whether an id is missing, used twice, or was ever used."""
    return not all(ids) or len(set(ids)) < len(ids) or bool(seat.desk.register.current(ids))


def new(seat: Seat) -> None:
    """A zone that was not in the register."""
    names = seat.planner.bounds.frames["provinces-2016"]["name"]
    own = names.index if seat.actor.provinces is None else sorted(seat.actor.provinces)
    with_plans = [code for code in seat.planner.provinces() if code in own]
    codes = list(dict.fromkeys((*with_plans, *sorted(own, key=lambda one: str(names[one])))))

    def fresh() -> dict[str, Any]:
        raw = {"kind": Kind.CCN.value, "location_precision": Precision.DISTRICT.value,
               "sources": [{}]}  # fmt: skip
        return {"province": None, "id": "", "base": None, "raw": raw, "reason": ""}

    st.subheader(t(seat.lang, "page.edit.new"))
    work = submitting.open_work(seat.desk, seat.actor, "new", fresh, seat.lang)
    if work is None:
        return
    content = work.content
    left, right = st.columns([8, 5], gap="large")
    raw = dict(content["raw"])
    with left:
        where, ident = st.columns(2, gap="medium")
        key = f"{work.widgets}:province"
        first = forms.first_value(key, content["province"])
        with where:
            code = st.selectbox(
                f"{t(seat.lang, 'field.province')} *",
                codes,
                index=codes.index(first) if first in codes else None,
                key=key,
                format_func=lambda one: str(names[one]),
                placeholder=t(seat.lang, "page.edit.pick_province"),
            )
        if code != content["province"]:
            content["province"] = code
            raw["province"] = None if code is None else province_of(seat, code)
        with ident:
            slot = st.container()
        if code is None:
            st.caption(t(seat.lang, "page.edit.province_first"))
            submitting.keep(seat.desk, seat.actor, work, seat.lang)
            return
        fields = forms.Fields(work.widgets, seat.lang, seat.planner)
        form(seat, fields, raw)
    with slot:
        suggested = suggested_id(seat, raw["kind"], str(raw.get("name") or ""), code)
        content["id"], made = id_field(seat, f"{work.widgets}:id", content["id"], suggested)
    content["raw"] = raw
    submission = Submission(Action.CREATE, "", (Edit(made, None, {**raw, "id": made}),))
    found = seat.desk.assess(seat.actor, submission)
    rest = fields.report(found.issues)
    with right:
        ledger(seat, raw)
        for one in rest:
            forms.show_issue(one, seat.lang, away=True)
        held = "page.edit.held.id" if taken(seat, [made]) else ""
        finish(seat, work, submission, found, str(raw.get("name") or ""), held=held)


def province_of(seat: Seat, code: str) -> dict[str, str]:
    """A province as the plan of it writes it; without a plan, as the list of 2016 does."""
    register = seat.planner.bounds.register
    for document in seat.planner.documents():
        ref = document.province
        unit = register.get(ref.code, ref.vintage, "province")
        if unit is not None and unit.boundary_code == code:
            return {"code": ref.code, "vintage": ref.vintage, "name": ref.name}
    name = str(seat.planner.bounds.frames["provinces-2016"].at[code, "name"])
    return {"code": code, "vintage": "2016", "name": name}


def begun_from(seat: Seat, zone: Zone, **more: Any) -> Callable[[], dict[str, Any]]:
    """The content of a task that starts from a zone as it is."""

    def fresh() -> dict[str, Any]:
        begun = seat.desk.begin(zone.id)
        return {"version": begun.base_version, "base": dict(begun.raw or {}), "reason": "", **more}

    return fresh


def split(seat: Seat, zone: Zone) -> None:
    """Two or more zones of one; the parent ends, or stays with what is left."""
    children: dict[str, Any] = {"1": {}, "2": {}}
    fresh = begun_from(seat, zone, stays=False, children=children)
    work = submitting.open_work(seat.desk, seat.actor, f"split:{zone.id}", fresh, seat.lang)
    if work is None:
        return
    content = work.content
    parent = content["base"]
    province = seat.planner.state.provinces[zone.id]
    left, right = st.columns([8, 5], gap="large")
    with left:
        notice = st.container()
        st.caption(t(seat.lang, "page.edit.split.about"))
        key = f"{work.widgets}:stays"
        content["stays"] = st.radio(
            t(seat.lang, "page.edit.split.parent"),
            [False, True],
            index=int(forms.first_value(key, content["stays"])),
            key=key,
            format_func=lambda stays: t(
                seat.lang, "page.edit.split.stays" if stays else "page.edit.split.ends"
            ),
            horizontal=True,
        )
        slots: list[DeltaGenerator] = []
        ids: list[str] = []
        for at, (row, own) in enumerate(list(content["children"].items()), start=1):
            with st.container(border=True):
                head = st.container(horizontal=True, horizontal_alignment="distribute")
                title = t(seat.lang, "page.edit.split.part", at=at)
                head.markdown(f"**{title}**", width="content")
                if len(content["children"]) > (1 if content["stays"] else 2):
                    head.button(
                        t(seat.lang, "page.edit.remove"),
                        key=f"{work.widgets}:remove:{row}",
                        on_click=forms.remove,
                        args=(content["children"], row),
                        type="tertiary",
                        icon=":material/delete:",
                    )
                content["children"][row], made = child(seat, work, row, own, zone, province, ids)
                ids.append(made)
                slots.append(st.container())
        st.button(
            t(seat.lang, "page.edit.split.add"),
            key=f"{work.widgets}:add",
            on_click=lambda: content["children"].update(
                {str(max(map(int, content["children"]), default=0) + 1): {}}
            ),
            icon=":material/add:",
        )
    parts = [
        lineage.part_of(parent, {name: value for name, value in own.items() if name != "id"})
        for own in content["children"].values()
    ]
    rest = lineage.kept_part(parent, parts) if content["stays"] else None
    edits = [Edit(zone.id, content["version"], rest)]
    edits += [
        Edit(made, None, {**raw, "id": made}, (zone.id,))
        for made, raw in zip(ids, parts, strict=True)
    ]
    submission = Submission(Action.SPLIT, "", tuple(edits))
    found = seat.desk.assess(seat.actor, submission)
    held = "page.edit.held.id" if taken(seat, ids) else ""
    if found.zones[0].stale:
        with notice:
            held = again(seat, work, zone)
    elif not content["stays"] and len(ids) < 2:
        held = "page.edit.held.parts"
    begun = [bool(own) for own in content["children"].values()]
    for slot, one, typed in zip(slots, found.zones[1:], begun, strict=True):
        if typed:
            with slot:
                show_found(seat, one.issues)
    with right:
        left_over(seat, parent, parts)
        show_found(seat, found.zones[0].issues)
        finish(seat, work, submission, found, zone.name, held=held)


def child(
    seat: Seat,
    work: Work,
    row: str,
    own: Mapping[str, Any],
    zone: Zone,
    province: str,
    others: Sequence[str],
) -> tuple[dict[str, Any], str]:
    """A part of a split: its name, id and areas.

    Returns
    -------
    own, id
        What is typed, and the id that it has.
    """
    fields = forms.Fields(f"{work.widgets}:{row}", seat.lang, seat.planner)
    naming, ident = st.columns([3, 2])
    with naming:
        name = fields.text("name", own.get("name"), fields.label(BY_NAME["name"]))
    with ident:
        suggested = suggested_id(seat, zone.kind, name or "", province, others)
        key = f"{fields.key}:id"
        typed, made = id_field(seat, key, str(own.get("id") or ""), suggested)
    typed_in: dict[str, Any] = {"id": typed, "name": name}
    for column, area in zip(st.columns(len(AREA_FIELDS)), AREA_FIELDS, strict=True):
        with column:
            typed_in[area] = fields.number(area, own.get(area), fields.label(BY_NAME[area]), "ha")
    return {key: value for key, value in typed_in.items() if value not in (None, "")}, made


def left_over(seat: Seat, parent: Raw, parts: Sequence[Raw]) -> None:
    """The hectares of a parent, of its parts, and what is left."""
    over = lineage.remaining(parent, parts)
    head = ("", "page.edit.split.whole", "page.edit.split.sum", "page.edit.split.left")
    rows = [f"| {' | '.join(t(seat.lang, key) if key else ' ' for key in head)} |",
            "| :-- | --: | --: | --: |"]  # fmt: skip
    for name in AREA_FIELDS:
        whole = lineage.known(parent.get(name))
        taken_ = lineage.total(one.get(name) for one in parts)
        cells = [escape(ha(value, seat.lang)) for value in (whole, taken_, over[name])]
        if (over[name] or 0) < 0:
            cells[-1] = f":red[{cells[-1]}]"
        rows.append(f"| {t(seat.lang, f'field.{name}')} | {' | '.join(cells)} |")
    with st.container(border=True):
        st.markdown(f"**{t(seat.lang, 'page.edit.split.balance')}**")
        st.markdown("\n".join(rows))
        st.caption(t(seat.lang, "page.edit.split.unknown"))


def merge(seat: Seat, zone: Zone) -> None:
    """One zone of this one and others of the same kind and province."""
    province = seat.planner.state.provinces[zone.id]
    near = {
        one.id: one
        for one in seat.planner.zones(Filter(provinces=(province,), kinds=(zone.kind.value,)))
        if one.id != zone.id
    }
    fresh = begun_from(seat, zone, others={}, id="", name=zone.name)
    work = submitting.open_work(seat.desk, seat.actor, f"merge:{zone.id}", fresh, seat.lang)
    if work is None:
        return
    content = work.content
    left, right = st.columns([8, 5], gap="large")
    with left:
        notice = st.container()
        st.caption(t(seat.lang, "page.edit.merge.about"))
        key = f"{work.widgets}:others"
        first = forms.first_value(key, list(content["others"]))
        chosen = st.multiselect(
            t(seat.lang, "page.edit.merge.others"),
            list(dict.fromkeys((*near, *first))),
            first,
            key=key,
            format_func=lambda one: (
                f"{near[one].name} · {near[one].districts[0].name}" if one in near else one
            ),
            placeholder=t(seat.lang, "page.edit.merge.pick"),
        )
        others = {}
        for one in chosen:
            if one in content["others"]:
                others[one] = content["others"][one]
            else:
                begun = seat.desk.begin(one)
                others[one] = {"version": begun.base_version, "raw": begun.raw}
        content["others"] = others
        fields = forms.Fields(work.widgets, seat.lang, seat.planner)
        naming, ident = st.columns([3, 2])
        with naming:
            name = fields.text("name", content["name"], fields.label(BY_NAME["name"]))
            content["name"] = name
        with ident:
            suggested = suggested_id(seat, zone.kind, name or "", province)
            content["id"], made = id_field(seat, f"{work.widgets}:id", content["id"], suggested)
        slot = st.container()
    records = [content["base"], *(one["raw"] for one in others.values())]
    raw = {**lineage.merged(records, {"name": name}), "id": made}
    ids = (zone.id, *others)
    edits = [Edit(made, None, raw, ids), Edit(zone.id, content["version"], None)]
    edits += [Edit(id_, one["version"], None) for id_, one in others.items()]
    submission = Submission(Action.MERGE, "", tuple(edits))
    found = seat.desk.assess(seat.actor, submission)
    with slot:
        summed(seat, records, raw)
        # that it is like the zones that it replaces is no finding
        own = [one for one in found.zones[0].issues if one.params.get("other") not in ids]
        show_found(seat, own)
    held = "page.edit.held.id" if taken(seat, [made]) else ""
    if not others:
        held = "page.edit.held.others"
    if any(one.stale for one in found.zones[2:]):
        held = "page.edit.held.stale"
        with notice:
            refresh_others(seat, work, [one.edit.zone_id for one in found.zones[2:] if one.stale])
    if found.zones[1].stale:
        with notice:
            held = again(seat, work, zone)
    with right:
        ledger(seat, raw)
        finish(seat, work, submission, found, name or zone.name, held=held)


def summed(seat: Seat, records: Sequence[Raw], raw: Raw) -> None:
    """The areas of the zones and of the zone that they become."""
    head = [" ", *(t(seat.lang, f"field.{name}") for name in AREA_FIELDS)]
    rows = [f"| {' | '.join(head)} |", "| :-- | --: | --: | --: | --: |"]
    for record in (*records, raw):
        cells = [escape(ha(lineage.known(record.get(area)), seat.lang)) for area in AREA_FIELDS]
        shown = escape(str(record.get("name")))
        if record is raw:
            shown = f"**{t(seat.lang, 'page.edit.merge.together')}**"
        rows.append(f"| {shown} | {' | '.join(cells)} |")
    st.markdown("\n".join(rows))
    st.caption(t(seat.lang, "page.edit.merge.unknown"))


def refresh_others(seat: Seat, work: Work, ids: Sequence[str]) -> None:
    """Zones picked for a merger that somebody has changed since: go on with them as they are."""
    names = ", ".join(seat.name(one) for one in ids)
    text = t(seat.lang, "page.edit.merge.stale", names=names)
    st.warning(escape(text), icon=":material/sync_problem:")
    if st.button(t(seat.lang, "page.edit.conflict.go_on"), key=f"{work.widgets}:others_again"):
        current = seat.desk.register.current(ids)
        for one in ids:
            if one in current and not current[one].retired:
                work.content["others"][one] = {
                    "version": current[one].version,
                    "raw": dict(current[one].after),
                }
            else:
                del work.content["others"][one]
        work.put(work.content)
        st.rerun()


def retire(seat: Seat, zone: Zone) -> None:
    """Take a zone out of the register; its history stays."""
    work = submitting.open_work(
        seat.desk, seat.actor, f"retire:{zone.id}", begun_from(seat, zone), seat.lang
    )
    if work is None:
        return
    notice = st.container()
    st.warning(t(seat.lang, "page.edit.retire_about"), icon=":material/archive:")
    edits = (Edit(zone.id, work.content["version"], None),)
    submission = Submission(Action.RETIRE, "", edits)
    found = seat.desk.assess(seat.actor, submission)
    held = ""
    if found.zones[0].stale:
        with notice:
            held = again(seat, work, zone)
    finish(seat, work, submission, found, zone.name, held=held)


def undo(seat: Seat) -> None:
    """Take back one's own last published change."""
    st.subheader(t(seat.lang, "page.edit.undo_title"))
    submission = seat.desk.undoing(seat.actor, "")
    if submission is None:
        st.info(t(seat.lang, "page.edit.undo_none"), icon=":material/undo:")
        return
    names = ", ".join(seat.name(one.zone_id) for one in submission.edits[:5])
    st.markdown(f"**{escape(names)}**")

    def fresh() -> dict[str, Any]:
        return {"decided": None, "reason": t(seat.lang, "page.edit.undo_reason", number=number_)}

    number_ = str(submission.undoes)
    work = submitting.open_work(seat.desk, seat.actor, f"undo:{number_}", fresh, seat.lang)
    if work is None:
        return
    decided = work.content["decided"]
    if decided is not None:
        edits = tuple(Edit(*one[:3]) for one in decided)
        submission = replace(submission, edits=edits)
    found = seat.desk.assess(seat.actor, submission)
    held = ""
    stale = [one for one in found.zones if one.stale]
    if stale:
        held = "page.edit.held.stale"
        taken_back(seat, work, submission, [one.edit for one in stale])
    finish(seat, work, submission, found, names, held=held)


def taken_back(seat: Seat, work: Work, submission: Submission, stale: Sequence[Edit]) -> None:
    """Zones that somebody has changed after the change that is taken back."""
    current = seat.desk.register.current([one.zone_id for one in stale])
    clashes = []
    with st.container(border=True, key="conflict"):
        st.markdown(
            f"**:orange[:material/sync_problem:] {t(seat.lang, 'page.edit.conflict.title')}**"
        )
        for one in stale:
            base = seat.desk.register.version(one.zone_id, one.base_version or 0)
            clash = submitting.newer_clash(one, base.after if base else {}, current[one.zone_id])
            clashes.append(clash)
            submitting.show_version(current[one.zone_id], seat.person, seat.lang)
            show_changes(_theirs(clash), seat.lang)
        at = "-".join(str(one.version) for one in current.values())
        decided = submitting.resolver(clashes, seat.planner, f"{work.widgets}:{at}", seat.lang)
    if decided is not None:
        edits = [decided.get(one.zone_id, one) for one in submission.edits]
        work.content["decided"] = [[one.zone_id, one.base_version, one.raw] for one in edits]
        st.rerun()
