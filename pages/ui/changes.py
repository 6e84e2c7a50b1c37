"""Changes of zones in words and on the map: what was, what becomes, what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st
from shapely.geometry import shape as shape_of
from shapely.geometry.base import BaseGeometry

from geo import crs, journal, wording
from geo.changes import Action, FieldChange, Raw, diff
from geo.checks import Status, Verdict
from geo.desk import Effect
from geo.i18n import date, ha, has, issue_text, number, t
from geo.io.tables import csv_bytes
from geo.issues import Issue, Severity
from geo.journal import VIETNAM
from geo.journal import moment as moment
from geo.services import Planner
from geo.store import Version
from geo.zones import UNREADABLE_SHAPE, Target
from geo.zones.fields import BY_NAME, Entry
from pages.ui import forms, sketch
from pages.ui.markdown import escape
from pages.ui.resources import get_desk, get_planner

STATUS_MARKS = {
    Status.MET: (":material/check_circle:", "green"),
    Status.NOT_MET: (":material/cancel:", "red"),
    Status.CANNOT_TELL: (":material/help:", "gray"),
    Status.TO_REVIEW: (":material/flag:", "orange"),
}
SEVERITY_MARKS = {
    Severity.ERROR: (":material/error:", "red"),
    Severity.WARNING: (":material/warning:", "orange"),
    Severity.INFO: (":material/info:", "gray"),
}
ACTION_MARKS = {
    Action.LOAD: (":material/upload_file:", "gray"),
    Action.CREATE: (":material/add_location_alt:", "green"),
    Action.EDIT: (":material/edit:", "blue"),
    Action.BULK: (":material/table_edit:", "blue"),
    Action.ADJUST: (":material/open_in_full:", "blue"),
    Action.CORRECT: (":material/spellcheck:", "blue"),
    Action.SPLIT: (":material/call_split:", "violet"),
    Action.MERGE: (":material/merge:", "violet"),
    Action.RETIRE: (":material/archive:", "orange"),
    Action.RESTORE: (":material/history:", "blue"),
    Action.UNDO: (":material/undo:", "blue"),
}
_LISTS = (
    Entry.TEXTS,
    Entry.UNITS,
    Entry.COMMUNES,
    Entry.INDUSTRIES,
    Entry.TARGETS,
    Entry.SOURCES,
)
_DEGREE_DECIMALS = 5  # about 1 m


# -- values in words


def value_text(field: str, value: Any, lang: str) -> str:
    """A raw value of a field as a reader of the language writes it.

    Raw values are those of :mod:`geo.changes`. What a form holds before it is checked may be of
    any type; such a value is shown as it is.
    """
    if field == "retired":
        return t(lang, "change.out_of_register" if value else "change.in_register")
    spec = BY_NAME.get(field)
    entry = spec.entry if spec else Entry.TEXT
    if entry in _LISTS or entry is Entry.NOTE:
        if value in (None, "", [], ()):
            return t(lang, "change.none")
    elif value is None or value == "":
        return t(lang, "change.unknown")
    if entry in _LISTS and isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_item_text(entry, item, lang) for item in value)
    if entry is Entry.PLACE:
        return _place_text(value, lang)
    if entry is Entry.NUMBER and spec is not None:
        return _number_text(value, spec.unit, lang)
    if entry is Entry.DATE:
        return _date_text(value, lang)
    if entry is Entry.UNIT:
        return _unit_text(value, lang)
    family = {"location_precision": "precision"}.get(field, field)
    return t(lang, f"{family}.{value}") if has(lang, f"{family}.{value}") else str(value)


def _number_text(value: Any, unit: str, lang: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    return f"{number(value, lang)} {unit}"


def _date_text(value: Any, lang: str) -> str:
    try:
        return date(dt.date.fromisoformat(str(value)), lang)
    except ValueError:
        return str(value)


def _place_text(value: Any, lang: str) -> str:
    found = _shape(value)
    if found is None:
        return t(lang, "change.shape.unreadable")
    if found.geom_type == "Point":
        lon, lat = (number(round(one, _DEGREE_DECIMALS), lang) for one in (found.x, found.y))
        return t(lang, "change.shape.point", lon=lon, lat=lat)
    parts = list(getattr(found, "geoms", [found]))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    family = "polygon" if len(parts) == 1 else "polygons"
    return t(
        lang,
        f"change.shape.{family}",
        parts=len(parts),
        corners=sum(len(ring.coords) - 1 for ring in rings),
        area=ha(round(Decimal(crs.geometry_area_ha(found)), 2), lang),
    )


def _shape(value: Any) -> BaseGeometry | None:
    """A geometry of a record; None for anything else than points and polygons."""
    try:
        found = shape_of(value)
    except UNREADABLE_SHAPE:
        return None
    known = found.geom_type in ("Point", "Polygon", "MultiPolygon")
    return found if known and not found.is_empty else None


def _unit_text(value: Any, lang: str) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    unit = {name: str(value.get(name, "")) for name in ("name", "code", "vintage")}
    shown = t(lang, "change.unit", **unit) if unit["code"] else unit["name"]
    matched = value.get("basis") == "matched" and "confidence" not in value
    return t(lang, "change.matched", item=shown) if matched else shown


def _item_text(entry: Entry, item: Any, lang: str) -> str:
    """One item of a list."""
    if not isinstance(item, Mapping):
        return str(item)
    if entry is Entry.UNITS:
        return _unit_text(item, lang)
    if entry is Entry.COMMUNES:
        return _commune_text(item, lang)
    if entry is Entry.INDUSTRIES:
        return _industry_text(item, lang)
    if entry is Entry.TARGETS:
        return _target_text(item, lang)
    return _source_text(item, lang)


def _commune_text(item: Mapping[str, Any], lang: str) -> str:
    shown = _unit_text(item, lang)
    confidence = item.get("confidence")
    if has(lang, f"change.confidence.{confidence}"):
        shown = f"{shown}, {t(lang, f'change.confidence.{confidence}')}"
    now = item.get("now")
    return t(lang, "change.now", item=shown, now=", ".join(map(str, now))) if now else shown


def _industry_text(item: Mapping[str, Any], lang: str) -> str:
    shown = str(item.get("phrase", ""))
    if item.get("reading"):
        shown = t(lang, "change.reading", item=shown, reading=str(item["reading"]))
    if item.get("vsic"):
        shown = t(lang, "change.divisions", item=shown, codes=", ".join(map(str, item["vsic"])))
    state = item.get("state")
    if has(lang, f"industry.{state}"):
        shown = f"{shown} ({t(lang, f'industry.{state}')}, {item.get('clause', '')})"
    return shown


def _target_text(item: Mapping[str, Any], lang: str) -> str:
    try:
        low, high = (
            None if item.get(name) is None else Decimal(str(item[name])) for name in ("low", "high")
        )
        target = Target(
            str(item["figure"]), str(item["comparator"]), low or Decimal(0), high, str(item["year"])
        )
        return wording.target(target, lang)
    except (KeyError, ArithmeticError):
        return ", ".join(str(value) for value in item.values())


def _source_text(item: Mapping[str, Any], lang: str) -> str:
    document = get_planner().state.documents.get(str(item.get("document")))
    name = wording.document_short(document, lang) if document else str(item.get("document", ""))
    row = item.get("row")
    where = wording.clause(str(item.get("clause", "")), row if isinstance(row, int) else None, lang)
    return t(lang, "change.quoted", document=name, clause=where, quote=str(item.get("quote", "")))


def sides(change: FieldChange, lang: str) -> tuple[list[str], list[str]]:
    """A changed field before and after, in lines of text.

    Of a list only what is removed stands on the first side and what is added on the second.
    """
    spec = BY_NAME.get(change.field)
    was, becomes = (
        list(value) if isinstance(value, list | tuple) else [] if value in (None, "") else None
        for value in (change.before, change.after)
    )
    if spec is None or spec.entry not in _LISTS or was is None or becomes is None:
        after = value_text(change.field, change.after, lang)
        if change.field == "geometry":
            after = _moved(change, after, lang)
        return [value_text(change.field, change.before, lang)], [after]
    gone = [one for one in was if one not in becomes]
    fresh = [one for one in becomes if one not in was]
    if not gone and not fresh:
        items = value_text(change.field, becomes, lang)
        return [value_text(change.field, was, lang)], [t(lang, "change.reordered", items=items)]
    left, right = (
        [t(lang, f"change.{word}", items=value_text(change.field, items, lang))] if items else []
        for word, items in (("removed", gone), ("added", fresh))
    )
    if len(was) > len(gone):
        left.append(t(lang, "change.same_items", count=len(was) - len(gone)))
    nothing = t(lang, "change.none")
    return left or [nothing], right or ([] if becomes else [nothing])


def _moved(change: FieldChange, after: str, lang: str) -> str:
    km = moved_km(change.before, change.after)
    if km is None or round(km, 2) == 0:
        return after
    return t(lang, "change.shape.moved", shape=after, km=number(Decimal(f"{km:.2f}"), lang))


def moved_km(before: Any, after: Any) -> float | None:
    """Geodesic distance between the centroids of two raw geometries; None without both."""
    old, new = _shape(before), _shape(after)
    if old is None or new is None:
        return None
    here, there = old.centroid, new.centroid
    return crs.distance_km(here.x, here.y, there.x, there.y)


def versions_csv(versions: Sequence[Version], lang: str, people: Callable[[Version], str]) -> bytes:
    """A history as CSV, a row a changed field; texts are safe in a spreadsheet.

    Parameters
    ----------
    people
        Who made a version, as the reader may know it.
    """
    names = (
        *("revision", "moment", "utc", "action", "zone", "name", "field"),
        *("was", "becomes", "reason", "people"),
    )
    heads = {name: t(lang, f"history.csv.{name}") for name in names}
    rows = (
        {heads[name]: value for name, value in row.items()}
        for version in versions
        for row in _csv_rows(version, lang, people(version))
    )
    return csv_bytes(rows, heads.values())


def _csv_rows(version: Version, lang: str, people: str) -> list[dict[str, Any]]:
    shared = {
        "revision": version.revision,
        "moment": f"{version.at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}",
        "utc": f"{version.at:%Y-%m-%d %H:%M:%S}",
        "action": t(lang, f"action.{version.action}"),
        "zone": version.zone_id,
        "name": str(version.after.get("name", "")),
        "reason": version.reason,
        "people": people,
    }
    rows = []
    for change in journal.changes(version):
        was, becomes = ("; ".join(side) for side in sides(change, lang))
        field = t(lang, f"field.{change.field}")
        rows.append({**shared, "field": field, "was": was, "becomes": becomes})
    return rows or [{**shared, "field": "", "was": "", "becomes": ""}]


def name_of(raw: Raw, lang: str) -> str:
    """The name of a raw record, as :func:`geo.wording.zone_name` has it."""
    return str((lang == "en" and raw.get("name_en")) or raw.get("name") or raw.get("id") or "—")


def title_of(zone_id: str, lang: str) -> str:
    """The name of a zone of the register, also of one that has been retired; else its id."""
    known = get_planner().state.by_id.get(zone_id)
    if known is not None:
        return wording.zone_name(known, lang)
    last = get_desk().register.current([zone_id]).get(zone_id)
    return name_of(last.after, lang) if last is not None else zone_id


def utc(at: dt.datetime, lang: str) -> str:
    """A moment in UTC to the second."""
    there = at.astimezone(dt.UTC)
    return f"{date(there.date(), lang)} {there:%H:%M:%S} UTC"


# -- on a page


def action_badge(action: Action, lang: str) -> str:
    """What kind of change it is, in Markdown."""
    icon, colour = ACTION_MARKS[action]
    return f":{colour}-badge[{icon} {t(lang, f'action.{action}')}]"


def show_changes(changes: Sequence[FieldChange], lang: str) -> None:
    """The changed fields, one a row: was, becomes; of a new zone only what it is."""
    if not changes:
        st.caption(t(lang, "change.nothing"))
        return
    new = any(change.field == "kind" and change.before is None for change in changes)
    names = ("field", "value") if new else ("field", "was", "becomes")
    rows = [_row([t(lang, f"change.{name}") for name in names]), "| :-- " * len(names) + "|"]
    for change in changes:
        values = [[value_text(change.field, change.after, lang)]] if new else sides(change, lang)
        cells = [" · ".join(map(escape, lines)) or "—" for lines in values]
        rows.append(_row([f"**{escape(t(lang, f'field.{change.field}'))}**", *cells]))
    st.markdown("\n".join(rows))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def show_effects(effects: Sequence[Effect], planner: Planner, lang: str) -> None:
    """Figures of plans that would come out differently, each before and after in a sentence."""
    if not effects:
        st.caption(t(lang, "change.no_effect"))
        return
    name = planner.namer(lang)
    st.markdown(f"**{t(lang, 'change.effects')}**")
    for effect in effects:
        figure = effect.after.figure
        document = planner.state.documents[figure.document]
        what = " · ".join(
            (
                t(lang, f"quantity.{figure.quantity}"),
                wording.scope(figure, lang, name),
                wording.clause(wording.document_short(document, lang), None, lang),
            )
        )
        lines = [escape(what)]
        for side, verdict in (("before", effect.before), ("after", effect.after)):
            sentence = escape(wording.verdict_sentence(verdict, lang, name))
            lines.append(f"{t(lang, f'change.{side}')} {_badge(verdict, lang)} {sentence}")
        with st.container(border=True, gap="xsmall"):
            for line in lines:
                st.markdown(line)


def _badge(verdict: Verdict, lang: str) -> str:
    icon, colour = STATUS_MARKS[verdict.status]
    return f":{colour}-badge[{icon} {t(lang, f'status.{verdict.status}')}]"


def show_issues(issues: Sequence[Issue], lang: str) -> None:
    """What was found about the records, the gravest first; nothing where nothing was found."""
    order = list(SEVERITY_MARKS)
    lines = []
    for found in sorted(issues, key=lambda one: order.index(one.severity)):
        icon, colour = SEVERITY_MARKS[found.severity]
        row = title_of(found.row, lang) if isinstance(found.row, str) else found.row
        named = replace(forms.labelled(found, lang), row=row)
        text = forms.without_codes(issue_text(named, lang))
        lines.append(f"- :{colour}[{icon} {t(lang, f'severity.{found.severity}')}:] {escape(text)}")
    if lines:
        st.markdown("\n".join(lines))


def changes_map(before: Raw | None, after: Raw | None, key: str, lang: str) -> None:
    """Both places of a zone on a small map; nothing where the place does not change.

    Parameters
    ----------
    key
        Unique on the page.
    """
    if not any(change.field == "geometry" for change in diff(before, after)):
        return
    shapes = [
        sketch.Shape(found, style, t(lang, f"change.{word}"))
        for raw, style, word in (
            (before, sketch.WAS, "was"),
            (after, sketch.BECOMES, "becomes"),
        )
        if raw is not None and (found := _shape(raw.get("geometry"))) is not None
    ]
    if not shapes:
        return
    sketch.show(shapes, get_planner().bounds.districts, lang, key=key)
    if len(shapes) > 1:
        st.caption(t(lang, "change.map"))


@dataclass(frozen=True, slots=True)
class Changed:
    """A zone in a change of one or many: both records, and the fields in which they differ."""

    zone_id: str
    name: str
    before: Raw | None
    after: Raw | None
    changes: tuple[FieldChange, ...]


def show_zone(one: Changed, lang: str, key: str) -> None:
    """A zone's changes in words, and beside them on the map where its place changes."""
    if not any(change.field == "geometry" for change in one.changes):
        show_changes(one.changes, lang)
        return
    words, place = st.columns([3, 2], gap="medium")
    with words:
        show_changes(one.changes, lang)
    with place:
        changes_map(one.before, one.after, key, lang)


def show_zones(zones: Sequence[Changed], lang: str, key: str) -> Changed | None:
    """A table of all changes of many zones; the zone of a chosen row in full below it."""
    rows = [(one, cells) for one in zones for cells in (_new_zone(one, lang) or _cells(one, lang))]
    heads = [t(lang, f"change.{name}") for name in ("zone", "field", "was", "becomes")]
    st.caption(t(lang, "change.choose"))
    chosen = st.dataframe(
        pd.DataFrame([(one.name, *cells) for one, cells in rows], columns=heads),
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        alt=t(lang, "change.choose"),
    )
    at = chosen["selection"]["rows"]
    if not at or at[0] >= len(rows):
        return None
    picked = rows[at[0]][0]
    st.markdown(f"**{escape(picked.name)}**")
    show_zone(picked, lang, f"{key}-map")
    return picked


def _new_zone(one: Changed, lang: str) -> list[tuple[str, ...]]:
    """One row for a zone that was not there before."""
    if one.before is not None or one.after is None:
        return []
    area = one.after.get("area_planned_ha")
    text = t(lang, "change.new_zone", area=value_text("area_planned_ha", area, lang))
    return [("—", "—", text)]


def _cells(one: Changed, lang: str) -> list[tuple[str, ...]]:
    return [
        (
            t(lang, f"field.{change.field}"),
            *("; ".join(side) or "—" for side in sides(change, lang)),
        )
        for change in one.changes
    ]
