"""The account itself: what each version of a zone did to the total of the planned area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from geo.changes import Action, Raw
from geo.districts import UnitRegister
from geo.joins import BOUNDARY_VINTAGE, province_named
from geo.store import Version
from geo.zones import Zone, properties

RESTING_ON = ("area_planned_ha", "kind", "province", "districts", "retired")
"""Fields that the account rests on; a version that touches none of them is no step."""

_NONE = Decimal(0)
_BACK = (Action.UNDO, Action.RESTORE)
_OF_ACTION: Mapping[Action, str] = {Action.SPLIT: "split", Action.MERGE: "merged"}


class Step(StrEnum):
    """Why a total changed, in the order of the chart."""

    ADDED = "added"  # a zone that the register did not have
    RESIZED = "resized"  # another area by a decision
    LEARNT = "learnt"  # an area that was unknown
    LOST = "lost"  # an area that is unknown now
    ARRIVED = "arrived"  # out of a province beyond the view
    LEFT = "left"  # to a province beyond the view
    MOVED = "moved"  # to another province or district, both in the view
    RECLASSED = "reclassed"  # a cluster that is now an industrial zone, or the reverse
    SPLIT = "split"
    MERGED = "merged"
    REMOVED = "removed"
    CORRECTED = "corrected"  # the register had it wrong
    UNSTATED = "unstated"  # another area, and nobody said why
    UNEXPLAINED = "unexplained"  # what the history does not account for


@dataclass(frozen=True, slots=True)
class View:
    """Which zones are counted; an empty choice means all.

    Attributes
    ----------
    provinces
        Codes of 2016.
    kinds
        ``KCN``, ``CCN``.
    """

    provinces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def of_province(self, stand: Stand) -> bool:
        return not self.provinces or stand.province in self.provinces

    def holds(self, stand: Stand) -> bool:
        return self.of_province(stand) and (not self.kinds or stand.kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Stand:
    """What an account looks at in a record.

    Attributes
    ----------
    province, districts
        Codes of 2016, so that a unit under the code of another year is the same unit.
    area_ha
        Planned area; None where it is unknown.
    documents
        Ids of the documents that the record cites.
    """

    name: str
    name_en: str | None
    kind: str
    province: str
    districts: frozenset[str]
    area_ha: Decimal | None
    documents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sum:
    """A total: hectares of the zones whose area is known, how many are not, and all records."""

    area_ha: Decimal = _NONE
    unknown: int = 0
    records: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.area_ha + other.area_ha,
            self.unknown + other.unknown,
            self.records + other.records,
        )

    def __sub__(self, other: Sum) -> Sum:
        return Sum(
            self.area_ha - other.area_ha,
            self.unknown - other.unknown,
            self.records - other.records,
        )


@dataclass(frozen=True, slots=True)
class Movement:
    """One zone in one step.

    Attributes
    ----------
    before, after
        None where it was not counted: not in the register, or beyond the view.
    change
        What it did to the total.
    version
        Who, when and why; None for what the history does not explain.
    whence, whither
        The record before and after also where it lies beyond the view.
    relatives
        Ids of the zones that it came out of or has become.
    """

    step: Step
    zone_id: str
    before: Stand | None
    after: Stand | None
    change: Sum
    version: Version | None
    whence: Stand | None = None
    whither: Stand | None = None
    relatives: tuple[str, ...] = ()

    @property
    def cited(self) -> frozenset[str]:
        """Ids of the documents that the record cites since."""
        if self.before is None or self.after is None:
            return frozenset()
        return self.after.documents - self.before.documents

    @property
    def stand(self) -> Stand | None:
        """The newest record that is known of it."""
        return self.after or self.whither or self.before or self.whence


@dataclass(frozen=True, slots=True)
class StepSum:
    """A step with what it added and what it took away; `zones` are ids, each once."""

    step: Step
    gained_ha: Decimal
    lost_ha: Decimal
    change: Sum
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """From one total to another.

    ``start`` with the changes of all `movements` is ``end``, in hectares, unknown areas and
    records.

    Attributes
    ----------
    movements
        By step, and in a step as they were made.
    taken_back
        Changes that were undone before the end, with their undoing: together they are nothing,
        so they are in no step.
    """

    view: View
    start: Sum
    end: Sum
    movements: tuple[Movement, ...]
    taken_back: tuple[Movement, ...]

    def steps(self) -> list[StepSum]:
        """The steps in which anything happened, in the order of the chart."""
        found = []
        for step in Step:
            own = [one for one in self.movements if one.step is step]
            if own:
                areas = [one.change.area_ha for one in own]
                found.append(
                    StepSum(
                        step,
                        sum((one for one in areas if one > 0), _NONE),
                        sum((one for one in areas if one < 0), _NONE),
                        sum((one.change for one in own), Sum()),
                        tuple(dict.fromkeys(one.zone_id for one in own)),
                    )
                )
        return found


def stand_of(raw: Raw, units: UnitRegister) -> Stand:
    """What an account looks at in a raw record, see :mod:`geo.changes`."""
    area = raw.get("area_planned_ha")
    known = isinstance(area, int | float) and not isinstance(area, bool)
    province = raw.get("province") or {}
    return Stand(
        str(raw.get("name") or raw.get("id") or ""),
        raw.get("name_en"),
        str(raw.get("kind")),
        province_named(
            str(province.get("code")), str(province.get("vintage")), units, BOUNDARY_VINTAGE
        ),
        frozenset(_district(one, units) for one in raw.get("districts") or ()),
        Decimal(str(area)) if known else None,
        frozenset(str(one.get("document")) for one in raw.get("sources") or ()),
    )


def _district(ref: Mapping[str, Any], units: UnitRegister) -> str:
    code, vintage = str(ref.get("code")), str(ref.get("vintage"))
    unit = units.get(code, vintage)
    return (unit.boundary_code if unit is not None else None) or f"{code}/{vintage}"


def account(
    then: Iterable[Zone],
    now: Iterable[Zone],
    history: Iterable[Version],
    units: UnitRegister,
    view: View | None = None,
) -> Account:
    """The way from the total of one state of the register to that of a later one.

    Parameters
    ----------
    then, now
        The zones that count at either end.
    history
        The versions in between; those that touch none of :data:`RESTING_ON` may be missing.

    Notes
    -----
    Each version does to the total what its record after does beside its record before, so the
    steps of a zone add up to its difference between the ends. What they do not add up to, such as
    a record that today's program cannot read, is a step of its own and never hidden in another.
    """
    chosen = view or View()
    old, new = (
        {zone.id: stand_of(properties(zone), units) for zone in state} for state in (then, now)
    )
    versions = sorted(history, key=lambda one: (one.revision, one.zone_id))
    kin = _kin(versions)
    found: dict[tuple[int, str], list[Movement]] = {}
    for one in versions:
        relatives = kin.get((one.revision, one.zone_id), ())
        made = list(_of_version(one, units, chosen, relatives))
        if made:
            found[one.revision, one.zone_id] = made
    taken_back = _taken_back(versions, found)
    kept = [one for key, own in found.items() if key not in taken_back for one in own]
    kept += _unexplained(old, new, kept, chosen)
    order = list(Step)
    return Account(
        chosen,
        sum((_counted(one, chosen) for one in old.values()), Sum()),
        sum((_counted(one, chosen) for one in new.values()), Sum()),
        tuple(sorted(kept, key=lambda one: order.index(one.step))),
        tuple(one for key in sorted(taken_back) for one in found[key]),
    )


def _counted(stand: Stand | None, view: View) -> Sum:
    if stand is None or not view.holds(stand):
        return Sum()
    return Sum(stand.area_ha or _NONE, int(stand.area_ha is None), 1)


def _kin(versions: Sequence[Version]) -> dict[tuple[int, str], tuple[str, ...]]:
    """By revision and zone, the zones that it came out of or became in that revision."""
    found: dict[tuple[int, str], dict[str, None]] = {}
    for one in versions:
        for parent in one.parents:
            if parent != one.zone_id:
                found.setdefault((one.revision, one.zone_id), {})[parent] = None
                found.setdefault((one.revision, parent), {})[one.zone_id] = None
    return {key: tuple(own) for key, own in found.items()}


def _of_version(
    version: Version, units: UnitRegister, view: View, relatives: tuple[str, ...]
) -> Iterator[Movement]:
    """What a version is in the account; a zone that moved and was resized at once is two."""
    came_back = "retired" in version.fields and not version.retired
    whence = None if version.before is None or came_back else stand_of(version.before, units)
    whither = None if version.retired else stand_of(version.after, units)
    before = whence if whence is not None and view.holds(whence) else None
    after = whither if whither is not None and view.holds(whither) else None
    if before is None and after is None:
        return
    change = _counted(after, view) - _counted(before, view)
    whole = Movement(
        *(Step.UNSTATED, version.zone_id, before, after, change, version),
        *(whence, whither, relatives),
    )
    if version.action in _OF_ACTION:
        yield replace(whole, step=Step(_OF_ACTION[version.action]))
    elif before is None or after is None:
        yield replace(whole, step=_entering_or_leaving(version, whence, whither, view))
    else:
        if before.province != after.province or before.districts != after.districts:
            yield replace(whole, step=Step.MOVED, change=Sum())
        if before.kind != after.kind:
            yield replace(whole, step=Step.RECLASSED, change=Sum())
        if before.area_ha != after.area_ha:
            yield replace(whole, step=_resizing(version.action, before, after))


def _entering_or_leaving(
    version: Version, whence: Stand | None, whither: Stand | None, view: View
) -> Step:
    """The step of a zone that is counted on one side only."""
    if version.action in (*_BACK, Action.CORRECT):
        return Step.CORRECTED
    if whence is None:
        return Step.ADDED
    if whither is None:
        return Step.REMOVED
    if view.of_province(whence) == view.of_province(whither):
        return Step.RECLASSED
    return Step.ARRIVED if view.of_province(whither) else Step.LEFT


def _resizing(action: Action, before: Stand, after: Stand) -> Step:
    """The step of another area, by what was said of it.

    What the editor stated comes first; a return to an older version says that the newer one was
    wrong; a record that cites a document that it did not cite before has its area from there.
    Nothing else tells a decision from a correction, and nothing is guessed.
    """
    if before.area_ha is None:
        return Step.LEARNT
    if after.area_ha is None:
        return Step.LOST
    if action in (*_BACK, Action.CORRECT):
        return Step.CORRECTED
    if action is Action.ADJUST or after.documents - before.documents:
        return Step.RESIZED
    return Step.UNSTATED


def _taken_back(
    versions: Sequence[Version], found: Mapping[tuple[int, str], Sequence[Movement]]
) -> set[tuple[int, str]]:
    """Movements, by revision and zone, that an undo in the same time has made to nothing."""

    def change(key: tuple[int, str]) -> Sum:
        return sum((one.change for one in found[key]), Sum())

    gone: set[tuple[int, str]] = set()
    for one in versions:
        back, made = (one.revision, one.zone_id), (one.undoes or 0, one.zone_id)
        open_ = back in found and made in found and not gone & {back, made}
        if open_ and change(back) + change(made) == Sum():
            gone |= {back, made}
    return gone


def _unexplained(
    old: Mapping[str, Stand], new: Mapping[str, Stand], kept: Iterable[Movement], view: View
) -> Iterator[Movement]:
    """What is left of the difference of each zone beside its steps."""
    explained: dict[str, Sum] = {}
    for one in kept:
        explained[one.zone_id] = explained.get(one.zone_id, Sum()) + one.change
    for zone_id in sorted({*old, *new, *explained}):
        before, after = old.get(zone_id), new.get(zone_id)
        rest = _counted(after, view) - _counted(before, view) - explained.get(zone_id, Sum())
        if rest != Sum():
            shown = [
                one if one is not None and view.holds(one) else None for one in (before, after)
            ]
            yield Movement(Step.UNEXPLAINED, zone_id, shown[0], shown[1], rest, None, before, after)
