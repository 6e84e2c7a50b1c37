"""The sheet of the grid: what it shows, and what has been typed into it.

Its columns of numbers and dates are columns of text. The browser's own take "45,4" from the
clipboard for 454 and "05/06/2026" for the 6th of May; a text comes here as it was typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from geo import wording
from geo.changes import Raw, diff
from geo.desk import Edit
from geo.i18n import number, t
from geo.io import pasted
from geo.issues import Issue, issue
from geo.store import Version
from geo.zones import AREA_FIELDS, Zone
from geo.zones.fields import BY_NAME, Entry

DEFAULT = ("area_industrial_ha", "area_let_ha", "let_as_of", "stage")
"""Columns that are shown at first."""

_MARKS = {"vi": ",", "en": "."}  # decimal

Edits = dict[str, dict[str, dict[str, Any]]]
"""By zone and field: ``base``, the raw value when the edit was begun; ``mine``, the raw value or
a text that cannot be read; ``typed``, the text where it has another reading."""


# -- values and texts


def published(zone: Zone, name: str) -> Any:
    """A field of a zone as a raw value."""
    value = getattr(zone, name)
    if isinstance(value, Decimal):
        return wording.plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None else str(value)


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two raw values of a field mean the same."""
    return not diff({name: one}, {name: other})


def cell_text(name: str, value: Any, lang: str) -> str | None:
    """A raw value as it stands in a cell; what could not be read stays as it was typed."""
    entry = BY_NAME[name].entry
    if value is None:
        return None
    if entry is Entry.NUMBER and not isinstance(value, str):
        return number(value, lang)
    if entry is Entry.DATE and _day(value):
        return f"{_day(value):%d/%m/%Y}"
    if entry is Entry.CHOICE:
        return t(lang, f"{name}.{value}")
    return str(value)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def read_cell(name: str, text: str | None, lang: str) -> tuple[Any, str | None]:
    """What was typed into a cell, as a raw value; and the text itself where it has two readings.

    A number with two readings is taken as the language writes it, as all others in the sheet are.
    """
    typed = (text or "").strip()
    if not typed or pasted.is_unknown(typed):
        return None, None
    entry = BY_NAME[name].entry
    if entry is Entry.NUMBER:
        readings = pasted.number_readings(typed)
        if not readings:
            return typed, None
        doubtful = len(set(readings.values())) > 1
        value = readings.get(_MARKS[lang], next(iter(readings.values())))
        return pasted.rounded(value), typed if doubtful else None
    if entry is Entry.DATE:
        days = pasted.date_readings(typed)
        found = days.get("", days.get("day"))
        return found.isoformat() if found else typed, None
    if entry is Entry.CHOICE:
        return pasted.choice_of(name, typed) or typed, None
    return typed, None


def other_reading(typed: str, lang: str) -> Decimal:
    """What a number with two readings could also have meant."""
    readings = pasted.number_readings(typed)
    return next(value for mark, value in readings.items() if mark != _MARKS[lang])


# -- the sheet


@dataclass
class Sheet:
    """What the editor is given.

    It stays the same while somebody types: an editor that is fed with its own output loses every
    second edit.

    Attributes
    ----------
    token
        What it was made of; another token may need another sheet.
    carried
        The edits that are in `frame` already.
    """

    token: object
    key: str
    lang: str
    login: str
    frame: pd.DataFrame
    base: Mapping[tuple[str, str], Any]
    carried: Edits

    def shows_as(self, other: Sheet) -> bool:
        """Whether an editor could tell the two apart."""
        return (
            (self.lang, self.login) == (other.lang, other.login)
            and self.base == other.base
            and self.frame.equals(other.frame)
        )

    def edits(self, changed: Mapping[int, Mapping[str, Any]]) -> Edits:
        """All edits: those carried, and over them the cells changed in the editor.

        Parameters
        ----------
        changed
            New texts by row and column, as ``st.data_editor`` keeps them.
        """
        edits = deepcopy(self.carried)
        for row, cells in changed.items():
            zone_id = str(self.frame.index[int(row)])
            for name, text in cells.items():
                if text == self.frame.at[zone_id, name]:
                    continue  # as the sheet had it
                value, typed = read_cell(name, text, self.lang)
                put(edits, zone_id, name, value, self.base[zone_id, name], typed)
        return edits


def make_sheet(
    zones: Sequence[Zone],
    fields: Sequence[str],
    edits: Edits,
    lang: str,
    *,
    token: object = None,
    key: str = "",
    login: str = "",
) -> Sheet:
    """The published values of zones with the edits in them: name, province, kind and `fields`."""
    base = {(zone.id, name): published(zone, name) for zone in zones for name in fields}
    rows = {
        "zone": [wording.zone_name(zone, lang) for zone in zones],
        "province": [zone.province.name for zone in zones],
        "kind": [zone.kind.value for zone in zones],
    }
    for name in fields:
        values = [
            edits.get(zone.id, {}).get(name, {"mine": base[zone.id, name]})["mine"]
            for zone in zones
        ]
        rows[name] = [cell_text(name, value, lang) for value in values]  # type: ignore[misc]
    frame = pd.DataFrame(rows, index=[zone.id for zone in zones], dtype=object)
    return Sheet(token, key, lang, login, frame, base, deepcopy(edits))


def put(
    edits: Edits, zone_id: str, name: str, value: Any, now: Any, typed: str | None = None
) -> None:
    """Set one value; one that is published already is no edit."""
    fields = edits.setdefault(zone_id, {})
    if same(name, value, now):
        fields.pop(name, None)
    else:
        base = fields[name]["base"] if name in fields else now
        fields[name] = {"base": base, "mine": value} | ({"typed": typed} if typed else {})
    if not fields:
        del edits[zone_id]


def take(edits: Edits, entries: Iterable[pasted.Entered], zones: Mapping[str, Zone]) -> Edits:
    """Edits with what a table says put over them."""
    taken = deepcopy(edits)
    for one in entries:
        now = published(zones[one.zone_id], one.field)
        put(taken, one.zone_id, one.field, one.value, now)
    return taken


# -- towards a submission


def dated(edits: Edits, day: str | None, zones: Mapping[str, Zone]) -> Edits:
    """Edits with one cut-off date wherever the let area changes and no date was typed."""
    if day is None:
        return edits
    full = deepcopy(edits)
    for zone_id, fields in edits.items():
        let = fields.get("area_let_ha")
        if let and let["mine"] is not None and "let_as_of" not in fields and zone_id in zones:
            now = published(zones[zone_id], "let_as_of")
            put(full, zone_id, "let_as_of", day, now)
    return full


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that somebody else has changed to another value since it was edited."""

    zone_id: str
    field: str
    base: Any
    mine: Any
    theirs: Any


def conflicts(edits: Edits, current: Mapping[str, Version]) -> tuple[list[CellConflict], list[str]]:
    """Cells in conflict, and ids of zones that are no longer in the register."""
    found, gone = [], []
    for zone_id, fields in edits.items():
        version = current.get(zone_id)
        if version is None or version.retired:
            gone.append(zone_id)
            continue
        for name, one in fields.items():
            now = version.after.get(name)
            if not same(name, now, one["base"]) and not same(name, now, one["mine"]):
                found.append(CellConflict(zone_id, name, one["base"], one["mine"], now))
    return found, gone


def decide(edits: Edits, conflict: CellConflict, *, mine: bool) -> None:
    """Settle one cell: mine stands on what is published now, or the edit is dropped."""
    fields = edits[conflict.zone_id]
    if mine:
        fields[conflict.field]["base"] = conflict.theirs
    else:
        del fields[conflict.field]
        if not fields:
            del edits[conflict.zone_id]


def to_submit(edits: Edits, current: Mapping[str, Version]) -> tuple[Edit, ...]:
    """The edits on the present versions; cells of others stay as they are now."""
    return tuple(
        Edit(zone_id, current[zone_id].version, _over(current[zone_id].after, fields))
        for zone_id, fields in sorted(edits.items())
        if zone_id in current and not current[zone_id].retired
    )


def _over(raw: Raw, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {**raw, **{name: one["mine"] for name, one in fields.items()}}


def unread(edits: Edits, today: dt.date) -> list[Issue]:
    """Cells with a text that is no number or no date, and days that are still to come."""
    found = []
    for zone_id, fields in edits.items():
        for name, one in fields.items():
            value, entry = one["mine"], BY_NAME[name].entry
            if not isinstance(value, str):
                continue
            day = _day(value) if entry is Entry.DATE else None
            if entry is Entry.NUMBER:
                found.append(issue("pasted.number", row=zone_id, field=name, value=value))
            elif entry is Entry.DATE and day is None:
                found.append(issue("pasted.date", row=zone_id, field=name, value=value))
            elif day is not None and not pasted.FIRST_DAY <= day <= today:
                first = pasted.FIRST_DAY
                found.append(
                    issue("pasted.date_range", row=zone_id, field=name, value=value, first=first)
                )
    return found


UNREAD = {"zone.number_text", "zone.number_comma", "zone.date"}
"""What the register says of such a text; :func:`unread` says it for people."""


def to_show(issues: Iterable[Issue], edits: Edits) -> list[Issue]:
    """What was found and belongs to the edits: what was known before of other fields does not."""
    return [
        one
        for one in issues
        if one.code not in UNREAD
        and (
            one.severity == "error"
            or one.code.partition(".")[0] in ("law", "identity")
            or (one.field or "") in _touched(edits.get(str(one.row), {}))
        )
    ]


def _touched(fields: Iterable[str]) -> set[str]:
    """Fields that changed, and those whose checks rest on them."""
    names = set(fields)
    return names | {*AREA_FIELDS, "let_as_of"} if names & set(AREA_FIELDS) else names
