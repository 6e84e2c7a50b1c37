"""The history of the register as people read it: entries, days of Vietnam, then against now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from geo import i18n
from geo.auth import Actor
from geo.changes import Action, FieldChange, diff, raw_of
from geo.crs import distance_km
from geo.desk import Desk
from geo.i18n import date, t
from geo.store import HistoryFilter, Version
from geo.store.database import reading
from geo.store.lineage import Link, links
from geo.store.people import all_users
from geo.store.seeding import LOADER
from geo.zones import Zone

VIETNAM = i18n.VIETNAM

PAGE = 100

RETIRED = FieldChange("retired", False, True)
"""What a retirement changes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision with the versions that were asked for; there is at least one."""

    versions: tuple[Version, ...]

    @property
    def first(self) -> Version:
        """Carries what all versions of a revision share: number, moment, people, reason."""
        return self.versions[0]


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the newest first; `older` is where the next page begins, None at the end."""

    entries: tuple[Entry, ...]
    older: int | None


def page(
    desk: Desk, actor: Actor, chosen: HistoryFilter, *, before: int | None = None, size: int = PAGE
) -> Page:
    """A page of the history.

    Parameters
    ----------
    chosen
        Its days are days of Vietnam.
    before
        Only revisions with a lower number.
    size
        Versions asked for at once. A revision is never cut in two, so there may be more, and
        fewer entries where a revision changed many zones.

    Raises
    ------
    AuthError
        When the actor may not view the register.
    """
    wide = chosen
    if chosen.since is not None:  # that day began at 17:00 UTC of the day before
        wide = replace(chosen, since=chosen.since - dt.timedelta(days=1))
    found: dict[int, list[Version]] = {}
    older = before
    while sum(map(len, found.values())) < size:
        batch = desk.history(actor, wide, limit=size, before=older)
        for version in batch:
            if _within(version, chosen):
                found.setdefault(version.revision, []).append(version)
        if len(batch) < size:
            older = None
            break
        older = batch[-1].revision
        if not chosen.zone_id and older in found:
            found[older] = [
                one
                for one in desk.register.of_revision(older)
                if not chosen.field or chosen.field in one.fields
            ]
    if older is not None and not desk.history(actor, wide, limit=1, before=older):
        older = None
    return Page(tuple(Entry(tuple(own)) for own in found.values()), older)


def everything(desk: Desk, actor: Actor, chosen: HistoryFilter) -> Iterator[Version]:
    """All versions that a filter accepts, the newest first; for downloads."""
    older: int | None = None
    while True:
        found = page(desk, actor, chosen, before=older, size=10 * PAGE)
        for entry in found.entries:
            yield from entry.versions
        if found.older is None:
            return
        older = found.older


def _within(version: Version, chosen: HistoryFilter) -> bool:
    day = version.at.astimezone(VIETNAM).date()
    return (chosen.since is None or day >= chosen.since) and (
        chosen.until is None or day <= chosen.until
    )


def changes(version: Version) -> tuple[FieldChange, ...]:
    """What a version changed, field by field; also that the zone was retired or came back."""
    if version.retired:
        return (RETIRED,)
    found = diff(version.before, version.after)
    if "retired" in version.fields:
        return (*found, FieldChange("retired", True, False))
    return found


def names(desk: Desk, actor: Actor) -> Mapping[str, str]:
    """Names of the staff by login; none for somebody who has not signed in."""
    if not actor.signed_in:
        return {}
    with reading(desk.register.engine) as connection:
        return {user.login: user.name for user in all_users(connection)}


def staff(login: str, role: str, lang: str, actor: Actor, known: Mapping[str, str]) -> str:
    """A person's name; to those who have not signed in, only the role.

    Parameters
    ----------
    known
        See :func:`names`.
    """
    if login == LOADER:
        return t(lang, "history.loader")
    return known.get(login, login) if actor.signed_in else t(lang, f"role.{role}")


def people(version: Version, lang: str, actor: Actor, known: Mapping[str, str]) -> str:
    """Who proposed a version and who published it, as somebody may know it."""
    approver = staff(version.actor, "approver", lang, actor, known)
    if version.author is None:
        return approver
    author = staff(version.author, "editor", lang, actor, known)
    return t(lang, "history.people", author=author, approver=approver)


def kin(desk: Desk, zone_id: str) -> list[Link]:
    """The splits and mergers in which a zone is parent or child."""
    return links(desk.register.engine, zone_id=zone_id)


def family(desk: Desk, zone_id: str) -> list[str]:
    """Ids of the zones that a zone came out of and of those that came out of it, and so on."""
    found: dict[str, None] = {}
    for upwards in (True, False):
        waiting = [zone_id]
        while waiting:
            here = waiting.pop()
            for link in kin(desk, here):
                own, other = (link.child, link.parent) if upwards else (link.parent, link.child)
                if own == here and other != zone_id and other not in found:
                    found[other] = None
                    waiting.append(other)
    return list(found)


def family_page(
    desk: Desk,
    actor: Actor,
    chosen: HistoryFilter,
    relatives: Sequence[str],
    *,
    before: int | None = None,
    size: int = PAGE,
) -> Page:
    """A page of the history of the zone of a filter together with that of its relatives."""
    pages = [
        page(desk, actor, replace(chosen, zone_id=one), before=before, size=size)
        for one in (chosen.zone_id, *relatives)
    ]
    together: dict[int, tuple[Version, ...]] = {}
    for found in pages:
        for entry in found.entries:
            number = entry.first.revision
            together[number] = (*together.get(number, ()), *entry.versions)
    numbers = sorted(together, reverse=True)
    kept = numbers[:size]
    more = len(numbers) > size or any(found.older is not None for found in pages)
    entries = tuple(Entry(together[number]) for number in kept)
    return Page(entries, kept[-1] if more and kept else None)


# -- the register of a day against that of today


class Fate(StrEnum):
    """What has become of a zone between two moments; the order is that of the page."""

    ADDED = "added"
    SPLIT = "split"  # made by a split, or split up
    MERGED = "merged"  # made by a merger, or merged away
    RETIRED = "retired"
    RESIZED = "resized"
    MOVED = "moved"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Difference:
    """A zone that is not as it was.

    Attributes
    ----------
    then, now
        None where the register did not have it, or has it no more.
    relatives
        Ids of the zones that it was made from or has become.
    moved_km
        Distance between the centroids; None where the place is the same or unknown.
    """

    zone_id: str
    fate: Fate
    then: Zone | None
    now: Zone | None
    relatives: tuple[str, ...] = ()
    moved_km: float | None = None

    @property
    def change_ha(self) -> Decimal | None:
        """By how much the planned area of the register changes; None where it is unknown."""
        old, new = (one.area_planned_ha if one else Decimal(0) for one in (self.then, self.now))
        return None if old is None or new is None else new - old


def compare(then: Sequence[Zone], now: Sequence[Zone], since: Collection[Link]) -> list[Difference]:
    """The zones that differ between two states of the register, by fate and id.

    Parameters
    ----------
    since
        The splits and mergers between the two.

    Notes
    -----
    A zone at the same version is the same zone; only the others are compared.
    """
    old, new = ({zone.id: zone for zone in state} for state in (then, now))
    found = [
        one
        for id_ in sorted(old.keys() | new.keys())
        if (one := _difference(id_, old.get(id_), new.get(id_), since)) is not None
    ]
    order = list(Fate)
    return sorted(found, key=lambda one: (order.index(one.fate), one.zone_id))


def _difference(
    zone_id: str, then: Zone | None, now: Zone | None, since: Collection[Link]
) -> Difference | None:
    if then is not None and now is not None:
        return None if then.version == now.version else _altered(then, now)
    own = [one for one in since if zone_id in (one.child, one.parent)]
    relatives = {one.parent if one.child == zone_id else one.child for one in own}
    if own:
        fate = Fate.SPLIT if own[-1].action is Action.SPLIT else Fate.MERGED
    else:
        fate = Fate.ADDED if then is None else Fate.RETIRED
    return Difference(zone_id, fate, then, now, tuple(sorted(relatives)))


def _altered(then: Zone, now: Zone) -> Difference | None:
    fields = {one.field for one in diff(raw_of(then), raw_of(now))}
    if not fields:
        return None
    if "area_planned_ha" in fields:
        fate = Fate.RESIZED
    else:
        fate = Fate.MOVED if "geometry" in fields else Fate.EDITED
    km = None
    if "geometry" in fields and then.geometry is not None and now.geometry is not None:
        here, there = then.geometry.centroid, now.geometry.centroid
        km = distance_km(here.x, here.y, there.x, there.y)
    return Difference(now.id, fate, then, now, (), km)


def split_and_merged_since(desk: Desk, when: dt.datetime) -> list[Link]:
    """The splits and mergers after a moment."""
    return links(desk.register.engine, since=when)


def moment(at: dt.datetime, lang: str) -> str:
    """A moment in the time of Vietnam: ``20/11/2026 19:47``."""
    here = at.astimezone(VIETNAM)
    return f"{date(here.date(), lang)} {here:%H:%M}"


def end_of(day: dt.date) -> dt.datetime:
    """The last moment of a day in Vietnam, in UTC."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), VIETNAM)
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)
