"""An account in words, tables and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from geo import __version__, journal, takeaway, wording
from geo.auth import Actor
from geo.columns import Filter
from geo.i18n import date, ha, number, t
from geo.io import tables, xlsx
from geo.movements.account import Account, Movement, Stand, Step, Sum, View
from geo.movements.service import Span
from geo.services import Planner

_COLUMNS = (
    *("step", "zone", "name", "kind", "before_ha", "after_ha", "change_ha", "unknown", "total_ha"),
    *("note", "revision", "moment", "action", "reason", "people"),
)
_STEP_COLUMNS = ("step", "zones", "gained_ha", "lost_ha", "change_ha", "unknown", "total_ha")


class Words:
    """An account in a language, for somebody.

    Parameters
    ----------
    actor, people
        Who reads, and the names of the staff by login (:func:`geo.journal.names`); somebody who
        has not signed in is told roles only.
    """

    def __init__(
        self, planner: Planner, lang: str, actor: Actor, people: Mapping[str, str]
    ) -> None:
        self.planner, self.lang = planner, lang
        self._actor, self._people = actor, people

    def text(self, key: str, **params: object) -> str:
        return t(self.lang, f"movements.{key}", **params)

    # -- parts of a row

    def step(self, step: Step) -> str:
        return self.text(f"step.{step}")

    def name(self, movement: Movement) -> str:
        """The name of its zone as the newest record has it."""
        stand = movement.stand
        if stand is None:
            return movement.zone_id
        return (self.lang == "en" and stand.name_en) or stand.name

    def names(self, account: Account) -> dict[str, str]:
        """Names of zones by id, also of those that are no more."""
        known = {one.id: wording.zone_name(one, self.lang) for one in self.planner.state.zones}
        return known | {one.zone_id: self.name(one) for one in account.movements}

    def note(self, movement: Movement, names: Mapping[str, str]) -> str:
        """What hectares do not say: from where to where, out of what, which area is unknown.

        Parameters
        ----------
        names
            See :meth:`names`.
        """
        before, after = movement.whence, movement.whither
        parts = []
        if movement.relatives:
            shown = [names.get(one, one) for one in movement.relatives]
            parts.append(self.text("with", zones=shown))
        if before is not None and after is not None:
            parts += self._passages(movement.step, before, after)
        for side, stand in (("before", movement.before), ("after", movement.after)):
            if stand is not None and stand.area_ha is None:
                parts.append(self.text(f"unknown_{side}"))
        if movement.step is Step.RESIZED and movement.cited:
            documents = self.planner.state.documents
            cited = [
                wording.document_short(documents[one], self.lang) if one in documents else one
                for one in sorted(movement.cited)
            ]
            parts.append(self.text("cites", documents=cited))
        return "; ".join(parts)

    def _passages(self, step: Step, before: Stand, after: Stand) -> list[str]:
        """From which unit or kind to which, in the steps that are about it."""
        if step is Step.RECLASSED:
            return [self.text("passage", before=before.kind, after=after.kind)]
        if step not in (Step.ARRIVED, Step.LEFT, Step.MOVED, Step.CORRECTED):
            return []
        name = self.planner.namer(self.lang)
        if before.province != after.province:
            names = [name(f"province:{one.province}") for one in (before, after)]
        elif before.districts != after.districts:
            names = [", ".join(sorted(map(name, one.districts))) for one in (before, after)]
        else:
            return []
        return [self.text("passage", before=names[0] or "—", after=names[1] or "—")]

    def people(self, movement: Movement) -> str:
        if movement.version is None:
            return ""
        return journal.people(movement.version, self.lang, self._actor, self._people)

    # -- an account as a whole

    def period(self, span: Span) -> str:
        """From when to when."""
        since = (
            self.text("from_first", moment=journal.moment(span.start, self.lang))
            if span.since is None
            else self.text("from_day", day=date(span.since, self.lang))
        )
        until = (
            self.text("to_newest", moment=journal.moment(span.end, self.lang))
            if span.until is None
            else self.text("to_day", day=date(span.until, self.lang))
        )
        return f"{since} {until}"

    def view(self, view: View) -> str:
        chosen = Filter(provinces=view.provinces, kinds=view.kinds)
        return takeaway.filter_words(self.planner, chosen, self.lang)

    def total(self, total: Sum) -> str:
        """A total in words; areas that are unknown beside it."""
        known = self.text("total", area=ha(total.area_ha, self.lang), records=total.records)
        if not total.unknown:
            return known
        return f"{known}; {self.text('total_unknown', count=total.unknown)}"

    def sentence(self, account: Account) -> str:
        """The equation: start, every step with its sign, end."""
        parts = [number(account.start.area_ha, self.lang)]
        for one in account.steps():
            text = signed(one.change.area_ha, self.lang)
            parts.append(f"{text[0]} {text[1:]}")
        return f"{' '.join(parts)} = {ha(account.end.area_ha, self.lang)}"

    def steps(self, account: Account) -> list[dict[str, Any]]:
        """The start, the steps and the end, one a row; `total_ha` is that after the step."""
        rows = [self._end(account.start, "start", _STEP_COLUMNS)]
        total = account.start
        for one in account.steps():
            total += one.change
            rows.append(
                {
                    "step": self.step(one.step),
                    "zones": len(one.zones),
                    "gained_ha": one.gained_ha,
                    "lost_ha": one.lost_ha,
                    "change_ha": one.change.area_ha,
                    "unknown": one.change.unknown,
                    "total_ha": total.area_ha,
                }
            )
        rows.append(self._end(account.end, "end", _STEP_COLUMNS))
        return rows

    def _end(self, total: Sum, name: str, columns: tuple[str, ...]) -> dict[str, Any]:
        row = dict.fromkeys(columns)
        return row | {
            "step": self.text(name),
            "unknown": total.unknown,
            "total_ha": total.area_ha,
        }

    def rows(self, account: Account) -> list[dict[str, Any]]:
        """Every movement, one a row; `total_ha` is the total after it."""
        names = self.names(account)
        total, rows = account.start, []
        for one in account.movements:
            total += one.change
            rows.append(self._row(one, names) | {"total_ha": total.area_ha})
        return rows

    def _row(self, one: Movement, names: Mapping[str, str]) -> dict[str, Any]:
        version, stand = one.version, one.stand
        return {
            "step": self.step(one.step),
            "zone": one.zone_id,
            "name": self.name(one),
            "kind": stand.kind if stand is not None else "",
            "before_ha": one.before.area_ha if one.before is not None else None,
            "after_ha": one.after.area_ha if one.after is not None else None,
            "change_ha": one.change.area_ha,
            "unknown": one.change.unknown,
            "note": self.note(one, names),
            "revision": None if version is None else version.revision,
            "moment": "" if version is None else _iso(version.at),
            "action": "" if version is None else t(self.lang, f"action.{version.action}"),
            "reason": "" if version is None else version.reason,
            "people": self.people(one),
        }

    def head(self, column: str) -> str:
        return self.text(f"column.{column}")

    # -- files

    def csv(self, account: Account) -> bytes:
        """Start, every movement and end, with the total after each."""
        rows = [
            self._end(account.start, "start", _COLUMNS),
            *self.rows(account),
            self._end(account.end, "end", _COLUMNS),
        ]
        heads = {name: self.head(name) for name in _COLUMNS}
        named = ({heads[name]: row[name] for name in _COLUMNS} for row in rows)
        return tables.csv_bytes(named, heads.values())

    def workbook(self, account: Account, span: Span) -> bytes:
        """The steps, the movements, and what they mean."""
        steps = self.steps(account)
        sheets = [
            self._sheet("steps", _STEP_COLUMNS, steps, frozenset({0, len(steps) - 1})),
            self._sheet("zones", _COLUMNS, self.rows(account)),
            xlsx.Sheet(
                self.text("sheet.about"),
                [t(self.lang, "take.about.what"), t(self.lang, "take.about.text")],
                self._about(account, span),
            ),
        ]
        return xlsx.dumps(sheets, self.text("title"))

    def _sheet(
        self,
        name: str,
        columns: tuple[str, ...],
        rows: list[dict[str, Any]],
        strong: frozenset[int] = frozenset(),
    ) -> xlsx.Sheet:
        heads = [self.head(one) for one in columns]
        values = [[row[one] for one in columns] for row in rows]
        return xlsx.Sheet(self.text(f"sheet.{name}"), heads, values, strong, frozen=1)

    def _about(self, account: Account, span: Span) -> list[list[xlsx.Value]]:
        lang = self.lang
        rows: list[list[xlsx.Value]] = [
            [t(lang, "take.about.shown"), self.text("title")],
            [self.text("period"), self.period(span)],
            [t(lang, "take.about.filters"), self.view(account.view)],
            [self.text("start"), self.total(account.start)],
            [self.text("end"), self.total(account.end)],
            [self.text("equation"), self.sentence(account)],
        ]
        if account.taken_back:
            rows.append([self.text("taken_back_head"), self.taken_back(account)])
        rows += [[self.step(one.step), self.text(f"meaning.{one.step}")] for one in account.steps()]
        rows.append([t(lang, "take.about.program"), f"Khu & Cụm {__version__}"])
        return rows

    def taken_back(self, account: Account) -> str:
        """How many changes are in no step because they were undone."""
        zones = {one.zone_id for one in account.taken_back}
        return self.text("taken_back", count=len(account.taken_back), zones=len(zones))

    def json(self, account: Account, span: Span) -> dict[str, Any]:
        """The account as plain data; areas in ha, moments in UTC."""
        names = self.names(account)
        return {
            "since": _day(span.since),
            "until": _day(span.until),
            "start_at": span.start.isoformat(),
            "end_at": span.end.isoformat(),
            "provinces": list(account.view.provinces),
            "kinds": list(account.view.kinds),
            "start": _sum(account.start),
            "steps": [
                {
                    "step": one.step.value,
                    **_sum(one.change),
                    "gained_ha": wording.plain(one.gained_ha),
                    "lost_ha": wording.plain(one.lost_ha),
                    "zones": [
                        self._movement(each, names)
                        for each in account.movements
                        if each.step is one.step
                    ],
                }
                for one in account.steps()
            ],
            "end": _sum(account.end),
            "taken_back": [self._movement(one, names) for one in account.taken_back],
        }

    def _movement(self, one: Movement, names: Mapping[str, str]) -> dict[str, Any]:
        version = one.version
        return {
            "zone": one.zone_id,
            "name": self.name(one),
            "before": _stand(one.before),
            "after": _stand(one.after),
            **_sum(one.change),
            "note": self.note(one, names),
            "revision": None if version is None else version.revision,
            "at": None if version is None else version.at.isoformat(),
            "action": None if version is None else version.action.value,
            "reason": None if version is None else version.reason,
            "people": self.people(one),
        }


def signed(value: Decimal, lang: str) -> str:
    """A change with its sign: ``+45,4``, ``−10``, ``±0``."""
    mark = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{mark}{number(abs(value), lang)}"


def _sum(total: Sum) -> dict[str, Any]:
    return {
        "area_ha": wording.plain(total.area_ha),
        "unknown_area": total.unknown,
        "records": total.records,
    }


def _stand(stand: Stand | None) -> dict[str, Any] | None:
    """None where it was not counted; an area of null is unknown."""
    if stand is None:
        return None
    return {
        "kind": stand.kind,
        "province": stand.province,
        "area_planned_ha": wording.plain(stand.area_ha),
    }


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _iso(at: dt.datetime) -> str:
    return f"{at.astimezone(journal.VIETNAM):%Y-%m-%d %H:%M:%S}"
