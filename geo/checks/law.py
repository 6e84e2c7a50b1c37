"""The rules on zones and clusters, each with its days and its standing, held against a record.

The rules are in ``data/rules/rules.csv``; most of them no record can show to be kept or broken,
and they are there to be looked up. A rule whose text was not seen, or that depends on something
that no record tells, never finds more than that somebody must look.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from geo.errors import DataError
from geo.i18n import t
from geo.issues import Issue, issue
from geo.plans import Document
from geo.sheets import read_rows
from geo.zones import AREA_FIELDS, Kind, Stage, Zone

RULES_FILE = "rules.csv"


class Topic(StrEnum):
    DEFINITION = "definition"
    SIZE = "size"
    TRANSITION = "transition"
    OCCUPANCY = "occupancy"
    FOUNDING = "founding"
    ENLARGEMENT = "enlargement"
    LAND_USE = "land_use"
    NEIGHBOURS = "neighbours"
    PHASING = "phasing"
    REPORTING = "reporting"
    AUTHORITY = "authority"
    DATA = "data"
    INVESTMENT = "investment"


class Standing(StrEnum):
    """How far the wording of a rule was checked."""

    VERIFIED = "verified"  # official text, or several who read it
    SECONDARY = "secondary"  # a digest only
    UNVERIFIED = "unverified"


class RuleTest(StrEnum):
    """How a rule is held against a record."""

    AREA = "area"  # `quantity` of each cluster lies from `low` to `high`
    FOUNDED = "founded"  # a cluster founded before a day must be re-established


class Condition(StrEnum):
    """What must be so for a limit to apply; no field of a record tells it for certain."""

    ORDINARY = "ordinary"  # neither in a mountainous district nor a craft village
    MOUNTAIN_OR_CRAFT = "mountain_or_craft"
    NEW = "new"  # the area at its founding
    ENLARGED = "enlarged"  # the area after it was enlarged
    NOT_OLDER = "not_older"  # not founded before there was such a limit
    UNDIVIDED = "undivided"  # not developed in phases


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included: a day, or a year where only the year is known."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, text: str) -> Period:
        """A day ``YYYY-MM-DD`` or a year ``YYYY``; ValueError for anything else.

        Examples
        --------
        >>> Period.of("2010").last, Period.of("2009-10-05").last
        (datetime.date(2010, 12, 31), datetime.date(2009, 10, 5))
        """
        if re.fullmatch(r"\d{4}", text, re.ASCII):
            return cls(dt.date(int(text), 1, 1), dt.date(int(text), 12, 31))
        day = dt.date.fromisoformat(text)
        return cls(day, day)

    @property
    def shown(self) -> dt.date | str:
        """The day, or the year as text."""
        return self.first if self.first == self.last else str(self.first.year)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, or one of several limits under one id that apply on different conditions.

    Attributes
    ----------
    test
        None where no record can show whether the rule is kept.
    quantity
        What `low` and `high` (both included, in `unit`) limit.
    conditions
        What must be so for the limits to apply.
    founded_before
        For :attr:`RuleTest.FOUNDED`: clusters founded before this day are meant.
    first
        The first day in force, or the year where only that is known.
    last
        The last day in force; None where no end is known.
    source_note
        What the wording was checked against.
    """

    id: str
    topic: Topic
    kind: Kind
    citation: str
    test: RuleTest | None
    quantity: str
    low: Decimal | None
    high: Decimal | None
    unit: str
    conditions: tuple[Condition, ...]
    founded_before: dt.date | None
    first: Period
    last: dt.date | None
    status: Standing
    vi: str
    en: str
    source_note: str

    def words(self, lang: str) -> str:
        return self.vi if lang == "vi" else self.en

    def may_apply(self, period: Period) -> bool:
        """Whether the rule is in force on any day of `period`, as far as its days are known."""
        return self.first.first <= period.last and (self.last is None or period.first <= self.last)

    def applies(self, period: Period) -> bool:
        """Whether the rule is in force on every day of `period`."""
        return self.first.last <= period.first and (self.last is None or period.last <= self.last)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules in the order of their table; one id may stand for several limits."""

    rules: tuple[Rule, ...]

    def get(self, rule_id: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.id == rule_id)

    def in_force(self, on: dt.date) -> tuple[Rule, ...]:
        """The rules that are, or may be, in force on a day."""
        return tuple(rule for rule in self.rules if rule.may_apply(Period(on, on)))


COLUMNS = (
    *("id", "topic", "kind", "citation", "test", "quantity", "low", "high", "unit", "condition"),
    *("founded_before", "first", "last", "status", "vi", "en", "source_note"),
)
_NEEDED = ("id", "topic", "kind", "citation", "first", "status", "vi", "en", "source_note")


def load(folder: Path) -> Rulebook:
    """Read ``rules.csv`` of ``data/rules``.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*`` where the table cannot be read; ``rule.cell`` and
        ``rule.duplicate`` with the row, counted from 1 without the header, and the rule's id.
    """
    rows = read_rows(folder / RULES_FILE, COLUMNS, required=_NEEDED)
    rules: list[Rule] = []
    seen: dict[tuple[object, ...], int] = {}
    for at, row in enumerate(rows, start=1):
        rule = _Row(row, at).rule()
        key = (rule.id, rule.quantity, rule.conditions, rule.first)
        if key in seen:
            raise DataError("rule.duplicate", file=RULES_FILE, row=at, id=rule.id, first=seen[key])
        seen[key] = at
        rules.append(rule)
    return Rulebook(tuple(rules))


_Choice = TypeVar("_Choice", bound=StrEnum)


class _Row:
    """The cells of one row, read strictly."""

    def __init__(self, cells: Mapping[str, str], at: int) -> None:
        self.cells = {name: cells[name].strip() for name in COLUMNS}
        self.at = at

    def refusal(self, column: str, expected: str) -> DataError:
        return DataError(
            "rule.cell",
            file=RULES_FILE,
            row=self.at,
            id=self.cells["id"],
            column=column,
            value=self.cells[column],
            expected=expected,
        )

    def choice(self, column: str, choices: type[_Choice], text: str | None = None) -> _Choice:
        try:
            return choices(self.cells[column] if text is None else text)
        except ValueError as error:
            raise self.refusal(column, ", ".join(choices)) from error

    def number(self, column: str) -> Decimal | None:
        text = self.cells[column]
        try:
            value = Decimal(text) if text else None
        except InvalidOperation as error:
            raise self.refusal(column, "0.0") from error
        if value is not None and not (value.is_finite() and value >= 0):
            raise self.refusal(column, ">= 0")
        return value

    def period(self, column: str) -> Period:
        try:
            return Period.of(self.cells[column])
        except ValueError as error:
            raise self.refusal(column, "YYYY-MM-DD") from error

    def day(self, column: str) -> dt.date | None:
        if not self.cells[column]:
            return None
        period = self.period(column)
        if period.first != period.last:
            raise self.refusal(column, "YYYY-MM-DD")
        return period.first

    def rule(self) -> Rule:
        cells = self.cells
        codes = [code for code in cells["condition"].split(";") if code]
        rule = Rule(
            id=cells["id"],
            topic=self.choice("topic", Topic),
            kind=self.choice("kind", Kind),
            citation=cells["citation"],
            test=self.choice("test", RuleTest) if cells["test"] else None,
            quantity=cells["quantity"],
            low=self.number("low"),
            high=self.number("high"),
            unit=cells["unit"],
            conditions=tuple(self.choice("condition", Condition, code) for code in codes),
            founded_before=self.day("founded_before"),
            first=self.period("first"),
            last=self.day("last"),
            status=self.choice("status", Standing),
            vi=cells["vi"],
            en=cells["en"],
            source_note=cells["source_note"],
        )
        if rule.last and rule.last < rule.first.first:
            raise self.refusal("last", f">= {cells['first']}")
        if rule.low is not None and rule.high is not None and rule.high < rule.low:
            raise self.refusal("high", f">= {cells['low']}")
        if rule.test is RuleTest.AREA:
            if rule.quantity not in AREA_FIELDS:
                raise self.refusal("quantity", ", ".join(AREA_FIELDS))
            if rule.low is None and rule.high is None:
                raise self.refusal("high", "0.0")
        if rule.test is RuleTest.FOUNDED:
            for column in ("founded_before", "last"):
                if not cells[column]:
                    raise self.refusal(column, "YYYY-MM-DD")
        return rule


def hold(
    zone: Zone, document: Document, rulebook: Rulebook, on: dt.date | None = None
) -> list[Issue]:
    """The rules in force that a record breaks or may break.

    Parameters
    ----------
    document
        The plan document that the record rests on.
    on
        The day whose rules are meant; by default the document's own date, and where its text
        gives none the whole of its year: a rule in force on a part of it may apply.

    Returns
    -------
    list of Issue
        ``law.broken`` where the record leaves no doubt, ``law.to_review`` where it does, and
        ``law.reestablish`` for a cluster that may be old enough to need founding again. Each
        names rule, citation, limit, value and the day; `doubts` holds codes, :func:`doubts` has
        their words.

    Raises
    ------
    DataError
        ``rule.no_day`` where the document tells neither day nor year and `on` is not given.
    """
    written = _written(document)
    period = written if on is None else Period(on, on)
    if period is None:
        raise DataError("rule.no_day", document=document.id, year=document.year)
    own = [r for r in rulebook.rules if r.kind is zone.kind and r.test and r.may_apply(period)]
    found: list[Issue] = []
    for rule_id in dict.fromkeys(rule.id for rule in own):
        rules = [rule for rule in own if rule.id == rule_id]
        found += _area_issues(zone, [r for r in rules if r.test is RuleTest.AREA], period)
        for rule in rules:
            if rule.test is RuleTest.FOUNDED and written is not None:
                found += _founding_issues(zone, rule, written, period)
    return found


def _written(document: Document) -> Period | None:
    """When a document was written, as closely as its text tells."""
    try:
        return Period.of(document.date or document.year)
    except ValueError:
        return None


def doubts(found: Issue, lang: str) -> list[str]:
    """Why a finding is to be reviewed: one sentence for each doubt."""
    codes = found.params.get("doubts")
    if not isinstance(codes, tuple):
        return []
    return [t(lang, f"law.doubt.{code}", clusters=found.params.get("clusters")) for code in codes]


class _Outcome(StrEnum):
    WITHIN = "within"
    MAYBE = "maybe"
    OUTSIDE = "outside"


def _outcome(total: Decimal, clusters: int, limit: Decimal, sign: str) -> _Outcome:
    """Whether each of `clusters` that share an area keeps to a limit.

    How they share it is not known. Where their mean is outside the limit, one of them must be;
    where only the sum is above a highest limit, one may be. That one may have taken nearly all
    and left too little for the others is true of every such row, and no reason to doubt it.
    """
    if sign == "≥":
        return _Outcome.OUTSIDE if total < clusters * limit else _Outcome.WITHIN
    if total > clusters * limit:
        return _Outcome.OUTSIDE
    return _Outcome.MAYBE if total > limit else _Outcome.WITHIN


def _area_issues(zone: Zone, rules: Sequence[Rule], period: Period) -> list[Issue]:
    found = []
    for quantity in dict.fromkeys(rule.quantity for rule in rules):
        area: Decimal | None = getattr(zone, quantity)
        if area is None:
            continue
        same = [r for r in rules if r.quantity == quantity and not _excluded(r, zone)]
        for sign in ("≥", "≤"):
            limits = [(limit, r) for r in same if (limit := _limit(r, sign)) is not None]
            found += _limit_issues(zone, area, sign, limits, period)
    return found


def _limit(rule: Rule, sign: str) -> Decimal | None:
    return rule.low if sign == "≥" else rule.high


def _limit_issues(
    zone: Zone,
    area: Decimal,
    sign: str,
    limits: Sequence[tuple[Decimal, Rule]],
    period: Period,
) -> list[Issue]:
    """One finding at most for the alternatives of a limit.

    Where the record is outside all of them, the widest speaks, and it no longer matters on which
    of their conditions it depends; otherwise the one that it is outside of.
    """
    widest_first = sorted(limits, key=lambda pair: pair[0], reverse=sign == "≤")
    hit = [
        (limit, rule, outcome)
        for limit, rule in widest_first
        if (outcome := _outcome(area, zone.cluster_count, limit, sign)) is not _Outcome.WITHIN
    ]
    if not hit:
        return []
    outside_all = len(hit) == len(limits)
    limit, rule, outcome = hit[0] if outside_all else hit[-1]
    open_conditions = _open(rule, zone)
    if outside_all:
        common = set.intersection(*(set(r.conditions) for _, r in limits))
        open_conditions = [code for code in open_conditions if code in common]
    reasons = (*open_conditions, *_standing_doubts(rule, period))
    if outcome is _Outcome.MAYBE:
        reasons += ("joint_area",)
    return [
        issue(
            "law.to_review" if reasons else "law.broken",
            row=zone.id,
            field=rule.quantity,
            value=area,
            zone=zone.name,
            rule=rule.id,
            citation=rule.citation,
            area=area,
            sign=sign,
            limit=limit,
            unit=rule.unit,
            day=period.shown,
            clusters=zone.cluster_count,
            doubts=reasons,
        )
    ]


def _standing_doubts(rule: Rule, period: Period) -> tuple[str, ...]:
    standing = () if rule.status is Standing.VERIFIED else (f"standing_{rule.status}",)
    return standing if rule.applies(period) else (*standing, "day")


def _told(condition: Condition, zone: Zone) -> bool | None:
    """Whether the record tells that a condition is so; None where it does not tell."""
    if zone.subkind == "làng nghề":
        if condition is Condition.MOUNTAIN_OR_CRAFT:
            return True
        if condition is Condition.ORDINARY:
            return False
    return None


def _excluded(rule: Rule, zone: Zone) -> bool:
    return any(_told(condition, zone) is False for condition in rule.conditions)


def _open(rule: Rule, zone: Zone) -> list[str]:
    return [code.value for code in rule.conditions if _told(code, zone) is None]


def _founding_issues(zone: Zone, rule: Rule, written: Period, period: Period) -> list[Issue]:
    """A cluster that an older plan names, other than as one still to be founded."""
    limit = rule.founded_before
    to_be_founded = zone.stage in (Stage.PLANNED, Stage.DETAILED_PLAN)
    if limit is None or written.first >= limit or to_be_founded:
        return []
    return [
        issue(
            "law.reestablish",
            row=zone.id,
            field="stage",
            value=zone.stage,
            zone=zone.name,
            rule=rule.id,
            citation=rule.citation,
            named=written.shown,
            limit=limit,
            deadline=rule.last,
            day=period.shown,
            doubts=("founding_day", *_standing_doubts(rule, period)),
        )
    ]
