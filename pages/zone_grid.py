"""The grid: let areas and other plain fields of many zones, typed, pasted or uploaded at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import streamlit as st

from geo import auth
from geo.changes import Action
from geo.desk import Assessment, ConflictError, Outcome, Submission
from geo.errors import KhuCumError
from geo.i18n import error_text, number, t
from geo.io import pasted
from geo.issues import Issue, Severity, issue
from geo.zones import Zone
from geo.zones.fields import BY_NAME, Entry
from pages.ui import changes, filters, forms, grid, guard, identity, submitting, tables
from pages.ui.markdown import escape
from pages.ui.resources import get_desk, planner_now
from pages.ui.session import language, publish

DRAFT = "grid:zones"
HEIGHT = 480
MOST_ISSUES, LONG_LIST, LIST_HEIGHT = 200, 12, 420
MOST_DECIDED = 20
FIXED = ("zone", "province", "kind")
_SHEET, _SHEETS, _ROUND = "_grid_sheet", "_grid_sheets", "_grid_round"
_DONE, _SOURCE, _FOUND, _MORE = "_grid_done", "_grid_source", "_grid_found", "_grid_more"

guard.enter()
lang = language()
desk = get_desk()
planner = planner_now()
actor = identity.actor()
today = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)  # it is later in Vietnam
by_id = planner.state.by_id
provinces = planner.provinces()
chosen = filters.zones(planner, lang)
publish(filters.ZONES)


# -- who may


def may_edit() -> bool:
    """Whether the person may propose at all; says why not."""
    try:
        desk.register  # noqa: B018  # raises while there is no database
    except KhuCumError as error:
        why = f"{escape(error_text(error, lang))} {t(lang, 'page.grid.read_only')}"
        st.warning(why, icon=":material/cloud_off:")
        return False
    right = auth.decide(actor, auth.Action.PROPOSE, desk.rules)
    if not right.allowed:
        icon = ":material/login:" if right.reason == "sign_in" else ":material/lock:"
        why = escape(t(lang, f"error.auth.{right.reason}"))
        st.info(f"{why} {t(lang, 'page.grid.read_only')}", icon=icon)
    return right.allowed


def is_mine(zone: Zone) -> bool:
    return actor.provinces is None or planner.state.provinces.get(zone.id) in actor.provinces


# -- the sheet


def label(name: str) -> str:
    """The header of a column, with its unit or form."""
    if name in FIXED:
        return t(lang, "field.name" if name == "zone" else f"field.{name}")
    if BY_NAME[name].entry is Entry.DATE:
        return t(lang, "page.grid.date_label", label=t(lang, f"field.{name}"))
    return pasted.column_label(name, lang)


def columns(fields: Sequence[str]) -> dict[str, Any]:
    """How the editor shows each column."""
    text = st.column_config.TextColumn
    shown: dict[str, Any] = {
        "zone": text(label("zone"), disabled=True, pinned=True, width=240),
        "province": text(label("province"), disabled=True, width=110),
        "kind": text(label("kind"), disabled=True, width=60),
    }
    for name in fields:
        spec, meaning = BY_NAME[name], t(lang, f"meaning.{name}")
        if spec.entry is Entry.CHOICE:
            words = [t(lang, f"{name}.{one}") for one in spec.choices]
            shown[name] = st.column_config.SelectboxColumn(
                label(name), options=words, help=meaning, width=190
            )
        elif spec.entry is Entry.NUMBER:
            limits = t(lang, "page.grid.limit", meaning=meaning, high=spec.high, unit=spec.unit)
            shown[name] = text(label(name), help=limits, width=190, alignment="right")
        else:
            most = forms.LONGEST.get(spec.entry)
            width = 230 if spec.entry is Entry.DATE else 280
            shown[name] = text(label(name), help=meaning, width=width, max_chars=most)
    return shown


def choose_columns() -> list[str]:
    if "grid_columns" not in st.session_state:
        st.session_state["grid_columns"] = list(grid.DEFAULT)
    with st.popover(t(lang, "page.grid.columns"), icon=":material/view_column:"):
        st.pills(
            t(lang, "page.grid.columns_help"),
            pasted.EDITABLE,
            key="grid_columns",
            selection_mode="multi",
            persist_state="session",
            format_func=label,
        )
    picked = st.session_state["grid_columns"]
    return [name for name in pasted.EDITABLE if name in picked]


def collect(work: submitting.Work) -> None:
    """Bring what was typed into the last sheet into the work, whatever sheet comes next."""
    sheet: grid.Sheet | None = st.session_state.get(_SHEET)
    if sheet is None:
        return
    if sheet.key not in st.session_state:  # another page was shown meanwhile
        del st.session_state[_SHEET]
    elif sheet.login == actor.login:
        work.content["edits"] = sheet.edits(st.session_state[sheet.key]["edited_rows"])


def set_edits(work: submitting.Work, edits: grid.Edits) -> NoReturn:
    """Set the edits from outside the editor, and draw the page anew with them."""
    work.put({**work.content, "edits": edits})
    st.session_state.pop(_SHEET, None)
    st.rerun()


def sheet_of(work: submitting.Work, zones: Sequence[Zone], fields: Sequence[str]) -> grid.Sheet:
    """The sheet for these rows and columns: the last one as long as it shows the same."""
    token = (planner.state.revision, lang, actor.login, work.form, tuple(fields),
             tuple(zone.id for zone in zones))  # fmt: skip
    last: grid.Sheet | None = st.session_state.get(_SHEET)
    if last is not None and last.token == token:
        return last
    made = st.session_state[_SHEETS] = st.session_state.get(_SHEETS, 0) + 1
    sheet = grid.make_sheet(
        zones,
        fields,
        work.content["edits"],
        lang,
        token=token,
        key=f"grid:sheet:{made}",
        login=actor.login,
    )
    st.session_state[_SHEET] = sheet
    return sheet


def edit(work: submitting.Work, zones: Sequence[Zone], fields: Sequence[str]) -> None:
    """The editor over the zones; what is typed goes into the work."""
    sheet = sheet_of(work, zones, fields)
    st.data_editor(
        sheet.frame,
        key=sheet.key,
        hide_index=True,
        num_rows="fixed",
        height=min(HEIGHT, 38 + 35 * len(zones)),
        column_config=columns(fields),
        placeholder=number(None, lang),
        alt=t(lang, "page.grid.title"),
    )
    work.content["edits"] = sheet.edits(st.session_state[sheet.key]["edited_rows"])
    st.caption(escape(t(lang, "page.grid.hint", number=number(1160.83, lang))))


def one_day(work: submitting.Work, key: str) -> None:
    """The cut-off date for all rows whose let area changes."""
    day = work.content.get("day")
    typed = st.date_input(
        t(lang, "page.grid.day"),
        value=dt.date.fromisoformat(day) if day else None,
        key=f"{key}:day",
        min_value=pasted.FIRST_DAY,
        max_value=today,
        format="DD/MM/YYYY",
        help=t(lang, "page.grid.day_help"),
        width=260,
    )
    work.content["day"] = typed.isoformat() if isinstance(typed, dt.date) else None


# -- paste and upload


def show_findings(issues: Sequence[Issue], *, rows: bool) -> None:
    """Findings by row and field; `rows` where the rows are those of a file."""
    where = "row" if rows else "where"
    head = [t(lang, f"page.grid.review.{name}") for name in (where, "field", "why")]
    name = planner.namer(lang)
    lines = [f"| {' | '.join(head)} |", "| :-- | :-- | :-- |"]
    for found in issues[:MOST_ISSUES]:
        field = "name" if found.field == "zone" else found.field or ""
        place = str(found.row) if rows else name(str(found.row))
        cells = (place, forms.field_label(field, lang) if field else "—", sentence(found))
        lines.append(f"| {' | '.join(map(escape, cells))} |")
    long = len(issues) > LONG_LIST
    with st.container(height=LIST_HEIGHT if long else "content", border=long):
        st.markdown("\n".join(lines))
    if len(issues) > MOST_ISSUES:
        st.caption(t(lang, "page.grid.review.more", count=len(issues) - MOST_ISSUES))


def sentence(found: Issue) -> str:
    """A finding in words, its choices too."""
    choices = found.params.get("choices")
    if isinstance(choices, list | tuple):
        words = [t(lang, f"{found.field}.{one}") for one in choices]
        found = replace(found, params={**found.params, "choices": words})
    return forms.issue_line(found, lang)


def bring(work: submitting.Work, zones: Sequence[Zone], fields: Sequence[str], key: str) -> None:
    """A table from elsewhere: its template, where to put it, what it says, and taking it over."""
    with st.expander(t(lang, "page.grid.paste.title"), icon=":material/content_paste:"):
        st.caption(t(lang, "page.grid.paste.how"))
        left, right = st.columns(2, gap="medium")
        with left:
            text = st.text_area(
                t(lang, "page.grid.paste.box"),
                key=f"{key}:paste",
                height=170,
                placeholder=t(lang, "page.grid.paste.box_hint"),
            )
        with right:
            limits = {"mb": pasted.MAX_MB, "rows": pasted.MAX_ROWS}
            upload = st.file_uploader(
                t(lang, "page.grid.paste.file"),
                type=["xlsx", "csv", "tsv", "txt"],
                key=f"{key}:file",
                help=t(lang, "page.grid.paste.file_help", **limits),
                max_upload_size=pasted.MAX_MB,
            )
            st.download_button(
                t(lang, "page.grid.paste.template", count=len(zones)),
                partial(pasted.template, zones, fields, lang),
                "khu-cum.xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                key="template",
                on_click="ignore",
                icon=":material/download:",
                help=t(lang, "page.grid.paste.template_help"),
                disabled=not zones or not fields,
            )
        if upload is not None:
            take_over(work, upload.getvalue(), upload.name, key)
        elif text.strip():
            take_over(work, text, t(lang, "page.grid.paste.pasted_name"), key)


def loaded(content: str | bytes, file: str) -> pasted.Source:
    """The cells of a table, read once."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    digest = hashlib.sha256(data).hexdigest(), file
    kept = st.session_state.get(_SOURCE)
    if kept is None or kept[0] != digest:
        kept = st.session_state[_SOURCE] = (digest, pasted.load(content, file))
    source: pasted.Source = kept[1]
    return source


def take_over(work: submitting.Work, content: str | bytes, file: str, key: str) -> None:
    """What a table says and what of it cannot be read; and the button that brings it in."""
    everywhere = planner.state.zones
    try:
        source = loaded(content, file)
        found = pasted.read(source, everywhere, today=today)
        answers = {one.field: answer for one in found.questions if (answer := ask(one, key))}
        if answers:
            found = pasted.read(source, everywhere, today=today, marks=answers)
    except KhuCumError as error:
        st.error(escape(error_text(error, lang)), icon=":material/error:")
        return
    entries = [one for one in found.entries if is_mine(by_id[one.zone_id])]
    others = {one.line: one for one in found.entries if not is_mine(by_id[one.zone_id])}
    refused = [one for one in found.issues if one.severity is Severity.ERROR]
    refused += [
        issue("pasted.zone_not_yours", row=line, field="zone", value=by_id[one.zone_id].name)
        for line, one in others.items()
    ]
    settled = [one for one in found.issues if one.severity is Severity.INFO]
    names = [label(name) for name in found.fields]
    st.markdown(escape(t(lang, "page.grid.paste.found", rows=found.rows, fields=names)))
    if found.ignored:
        st.caption(escape(t(lang, "page.grid.paste.ignored", headers=list(found.ignored))))
    if settled:
        st.caption(t(lang, "page.grid.paste.settled", count=len(settled)))
        show_findings(settled, rows=True)
    if refused:
        count = t(lang, "page.grid.paste.refused", count=len(refused))
        st.markdown(f":red[:material/error: {escape(count)}]")
        show_findings(refused, rows=True)
    fresh = [
        one
        for one in entries
        if not grid.same(one.field, one.value, grid.published(by_id[one.zone_id], one.field))
    ]
    if not fresh and not found.questions and not refused:
        st.info(t(lang, "page.grid.paste.nothing_changed"), icon=":material/check:")
    elif not found.questions:
        st.markdown(escape(t(lang, "page.grid.paste.changed", count=len(fresh))))
    if found.questions:
        st.caption(t(lang, "page.grid.paste.answer_first"))
    pressed = st.button(
        t(lang, f"page.grid.paste.{'take_rest' if refused else 'take'}", count=len(fresh)),
        key=f"{key}:take",
        type="primary",
        disabled=not fresh or bool(found.questions),
        icon=":material/table_edit:",
    )
    if pressed:
        edits = grid.take(work.content["edits"], entries, by_id)
        shown = {*st.session_state["grid_columns"], *(one.field for one in fresh)}
        st.session_state[_MORE] = [name for name in pasted.EDITABLE if name in shown]
        set_edits(work, edits)


def ask(question: pasted.Question, key: str) -> str | None:
    """Which of two numbers a text means."""
    text = t(
        lang,
        "page.grid.paste.question",
        field=t(lang, f"field.{question.field}"),
        text=question.text,
        line=str(question.line),
        count=question.count,
    )
    return st.radio(
        escape(text),
        list(question.values),
        index=None,
        key=f"{key}:ask:{question.field}:{question.text}",
        format_func=lambda mark: f"{number(question.values[mark], lang)} ha",
        horizontal=True,
    )


# -- review and sending


def review(work: submitting.Work, shown: set[str], key: str) -> None:
    """All changes, what is wrong with them and what follows; then the reason and the buttons."""
    st.subheader(t(lang, "page.grid.review.title"))
    typed: grid.Edits = work.content["edits"]
    if not typed:
        st.caption(t(lang, "page.grid.review.empty"))
        return
    current = desk.register.current(list(typed))
    if in_conflict(work, current, key):
        return
    edits = grid.dated(typed, work.content.get("day"), by_id)
    submission = Submission(Action.BULK, "", grid.to_submit(edits, current))
    found = assessed(submission)
    cells = sum(len(one.changes) for one in found.changed)
    count = t(lang, "page.grid.review.count", cells=cells, zones=len(found.changed))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape(count)}**")
        if st.button(
            t(lang, "page.grid.review.drop_all"), key=f"{key}:drop", type="tertiary",
            icon=":material/delete_sweep:",
        ):  # fmt: skip
            set_edits(work, {})
    with st.container():
        hidden = len(typed.keys() - shown)
        if hidden:
            st.caption(t(lang, "page.grid.hidden", count=hidden))
    name = planner.namer(lang)
    rows = [
        changes.Changed(
            one.edit.zone_id, name(one.edit.zone_id), one.before, one.edit.raw, one.changes
        )
        for one in found.changed
    ]
    if rows:
        picked = changes.show_zones(rows, lang, f"{key}:changes")
        if picked is not None and st.button(
            t(lang, "page.grid.review.drop_one", name=escape(picked.name)), key=f"{key}:drop_one"
        ):
            left = {id_: one for id_, one in typed.items() if id_ != picked.zone_id}
            set_edits(work, left)
    # containers keep what stands below them in its place while the page is drawn anew
    with st.container():
        errors = findings(edits, found)
    with st.container():
        notes(edits, current)
    with st.container():
        if not errors and rows:
            changes.show_effects(found.effects, planner, lang)
    send(work, submission, found, errors, key)


def in_conflict(work: submitting.Work, current: Mapping[str, Any], key: str) -> bool:
    """Cells that somebody else has changed meanwhile, with both values and the choice."""
    edits: grid.Edits = work.content["edits"]
    clashing, gone = grid.conflicts(edits, current)
    name = planner.namer(lang)
    if gone:
        text = t(lang, "page.grid.conflict.gone", names=[name(one) for one in gone])
        st.warning(escape(text), icon=":material/archive:")
        if st.button(t(lang, "page.grid.conflict.drop_gone"), key=f"{key}:gone"):
            left = {id_: one for id_, one in edits.items() if id_ not in gone}
            set_edits(work, left)
    if not clashing:
        return bool(gone)
    with st.container(border=True, key="conflicts"):
        st.markdown(f"**:orange[:material/merge:] {t(lang, 'page.grid.conflict.title')}**")
        st.markdown(t(lang, "page.grid.conflict.lead", count=len(clashing)))
        with st.container(horizontal=True):
            all_mine = st.button(t(lang, "page.grid.conflict.all_mine"), key=f"{key}:all_mine")
            all_theirs = st.button(
                t(lang, "page.grid.conflict.all_theirs"), key=f"{key}:all_theirs"
            )
        asked = clashing[:MOST_DECIDED]
        choices = [choose(one, name(one.zone_id), key) for one in asked]
        if len(clashing) > len(asked):
            st.caption(t(lang, "page.grid.conflict.more", count=len(clashing) - len(asked)))
        apply = st.button(
            t(lang, "page.grid.conflict.apply"), key=f"{key}:apply", type="primary",
            disabled=None in choices,
        )  # fmt: skip
    if all_mine or all_theirs or apply:
        for at, one in enumerate(clashing if not apply else asked):
            grid.decide(edits, one, mine=choices[at] == "mine" if apply else all_mine)
        set_edits(work, edits)
    return True


def choose(conflict: grid.CellConflict, name: str, key: str) -> str | None:
    values = {"mine": conflict.mine, "theirs": conflict.theirs}
    words = {
        side: changes.value_text(conflict.field, value, lang) for side, value in values.items()
    }
    base = changes.value_text(conflict.field, conflict.base, lang)
    cell = t(lang, "page.grid.conflict.cell", name=name, field=t(lang, f"field.{conflict.field}"))
    picked: str | None = st.radio(
        f"**{escape(cell)}** · {escape(t(lang, 'page.grid.conflict.base', value=base))}",
        list(values),
        index=None,
        # another value by somebody else is another question
        key=f"{key}:choose:{conflict.zone_id}:{conflict.field}:{conflict.theirs}",
        format_func=lambda side: escape(t(lang, f"page.grid.conflict.{side}", value=words[side])),
        horizontal=True,
    )
    return picked


def assessed(submission: Submission) -> Assessment:
    """The submission held against the register, once for each content and revision."""
    content = repr([(one.zone_id, one.base_version, one.raw) for one in submission.edits])
    token = hashlib.sha256(content.encode("utf-8", "replace")).digest()
    place = (token, planner.state.revision, actor)
    slot = st.empty()
    kept: tuple[object, Assessment] | None = st.session_state.get(_FOUND)
    if kept is not None and kept[0] == place:
        return kept[1]
    with slot, progress_of("checking", submission) as shown:
        found = desk.assess(actor, submission, progress=shown)
    st.session_state[_FOUND] = (place, found)
    return found


@contextmanager
def progress_of(what: str, submission: Submission) -> Iterator[Callable[[float], None]]:
    """A bar that is there while something is done."""
    text = t(lang, f"page.grid.review.{what}", count=len(submission.edits))
    bar = st.progress(0.0, text)

    def shown(share: float) -> None:
        bar.progress(min(1.0, share), text)

    try:
        yield shown
    finally:
        bar.empty()


def findings(edits: grid.Edits, found: Assessment) -> bool:
    """What is wrong and what is worth a look, by row and field; whether anything is wrong."""
    issues = [*grid.unread(edits, today), *grid.to_show(found.issues, edits)]
    errors = [one for one in issues if one.severity is Severity.ERROR]
    rest = [one for one in issues if one.severity is not Severity.ERROR]
    if errors:
        text = t(lang, "page.grid.review.refused", count=len(errors))
        st.markdown(f":red[:material/error: {escape(text)}]")
        show_findings(errors, rows=False)
    if rest:
        with st.expander(
            t(lang, "page.grid.review.warned", count=len(rest)),
            expanded=len(rest) <= LONG_LIST,
            icon=":material/warning:",
        ):
            show_findings(rest, rows=False)
    return bool(errors)


def notes(edits: grid.Edits, current: Mapping[str, Any]) -> None:
    """Numbers that could have meant another, and rows that already wait for a decision."""
    name = planner.namer(lang)
    for zone_id, fields in edits.items():
        for field, one in fields.items():
            if one.get("typed"):
                other = grid.other_reading(one["typed"], lang)
                text = t(
                    lang,
                    "page.grid.review.two_readings",
                    name=name(zone_id),
                    field=t(lang, f"field.{field}"),
                    typed=one["typed"],
                    read=one["mine"],
                    other=other,
                    **{"as": number(other.normalize(), lang)},
                )
                st.caption(f":orange[:material/help:] {escape(text)}")
    waiting = desk.register.pending(list(current))
    for zone_id, proposal in list(waiting.items())[:MOST_DECIDED]:
        text = t(lang, "page.grid.review.pending", name=name(zone_id), proposal=str(proposal))
        st.caption(f":orange[:material/hourglass_empty:] {escape(text)}")


def send(
    work: submitting.Work, submission: Submission, found: Assessment, errors: bool, key: str
) -> None:
    """The reason, then propose or publish: all of it or none."""
    said = str(work.content.pop("nature", ""))
    nature = submitting.nature_field(found, f"{key}:nature", said, lang)
    work.content |= {"nature": nature} if nature else {}
    reason = submitting.reason_field(f"{key}:reason", str(work.content.get("reason") or ""), lang)
    work.content["reason"] = reason
    if errors:
        st.caption(t(lang, "page.edit.not_yet.errors"))
        return
    slot = st.empty()
    pressed = submitting.buttons(found, reason, key, lang)
    if pressed is None:
        return
    final = replace(submitting.stated(submission, nature), reason=reason)
    try:
        with slot, progress_of("saving", submission) as shown:
            outcome = desk.submit(actor, final, publish=pressed, progress=shown)
    except ConflictError:
        st.rerun()  # both values are shown above the changes
    except KhuCumError as error:
        submitting.show_failure(error, lang)
        return
    submitting.leave(desk, actor, work)
    st.session_state.pop(_SHEET, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state[_DONE] = (outcome, len(found.changed))
    st.rerun()


def done() -> None:
    """What the last sending has become."""
    made: tuple[Outcome, int] | None = st.session_state.pop(_DONE, None)
    if made is None:
        return
    outcome, zones = made
    name = "published" if outcome.revision is not None else "proposed"
    at = outcome.revision if outcome.revision is not None else outcome.proposal
    text = t(lang, f"page.grid.review.{name}", zones=zones, number=str(at))
    st.success(escape(text), icon=":material/check_circle:")


# -- the page

st.title(t(lang, "page.grid.title"))
allowed = may_edit()
found_zones = sorted(planner.zones(chosen), key=tables.plan_order)
if not allowed:
    if not found_zones:
        st.info(t(lang, "page.grid.nothing"), icon=":material/filter_alt_off:")
        st.stop()
    fixed = grid.make_sheet(found_zones, grid.DEFAULT, {}, lang)
    st.dataframe(
        fixed.frame,
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(found_zones)),
        column_config=columns(grid.DEFAULT),
        placeholder=number(None, lang),
        alt=t(lang, "page.grid.title"),
    )
    st.stop()

st.caption(t(lang, "page.grid.lead"))
done()
work = submitting.open_work(
    desk, actor, DRAFT, lambda: {"edits": {}, "day": None, "reason": ""}, lang
)
if work is None:
    st.stop()
collect(work)
if _MORE in st.session_state:  # columns of a table that was taken over
    st.session_state["grid_columns"] = st.session_state.pop(_MORE)
prefix = f"{work.widgets}:{st.session_state.get(_ROUND, 0)}"
zones = [zone for zone in found_zones if is_mine(zone)]
with st.container(horizontal=True, vertical_alignment="bottom"):
    one_day(work, prefix)
    fields = choose_columns()
if len(zones) < len(found_zones):
    only = t(lang, "page.grid.only_yours", count=len(zones), all=len(found_zones))
    st.caption(escape(only))
if zones:
    edit(work, zones, fields)
else:
    empty = "not_yours" if found_zones else "nothing"
    st.info(t(lang, f"page.grid.{empty}"), icon=":material/filter_alt_off:")
bring(work, zones, fields, prefix)
review(work, {zone.id for zone in zones}, prefix)
submitting.keep(desk, actor, work, lang)
