"""Which stretch of time is asked for, and what of the register lies in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from geo import journal
from geo.auth import Actor
from geo.desk import Desk
from geo.errors import UsageError
from geo.movements.account import RESTING_ON
from geo.store import StoreError, Version, spans
from geo.zones import Zone


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time between two states of the register.

    Attributes
    ----------
    since, until
        Days of Vietnam at whose ends the register is looked at; None for its first and for its
        newest revision.
    start, end
        The two moments, in UTC.
    """

    since: dt.date | None
    until: dt.date | None
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Material:
    """What an account is made from; see :func:`geo.movements.account.account`."""

    then: tuple[Zone, ...]
    now: tuple[Zone, ...]
    history: tuple[Version, ...]


def span(desk: Desk, since: dt.date | None, until: dt.date | None, today: dt.date) -> Span:
    """The stretch between two days.

    Parameters
    ----------
    since, until
        Days of Vietnam, both looked at when they end; None for the first and for the newest
        revision.
    today
        The day in Vietnam.

    Raises
    ------
    UsageError
        ``movements.future``, ``movements.early`` for a day before the register began,
        ``movements.order`` for a first day that is not before the second.
    StoreError
        When there is no database.
    """
    reached = spans.reach(desk.register.engine)
    if reached is None:
        raise StoreError("store.none")
    first, last = reached
    began = first.astimezone(journal.VIETNAM).date()
    for day in (since, until):
        if day is not None and day > today:
            raise UsageError("movements.future", day=day, today=today)
        if day is not None and day < began:
            raise UsageError("movements.early", day=day, began=began)
    if since is not None and until is not None and since >= until:
        raise UsageError("movements.order", since=since, until=until)
    if since is not None and until is None and since >= today:
        raise UsageError("movements.order", since=since, until=today)
    start = first if since is None else journal.end_of(since)
    end = last if until is None else journal.end_of(until)
    return Span(since, until, start, max(start, end))


def gather(desk: Desk, actor: Actor, asked: Span) -> Material:
    """Both states of the register and the versions between them.

    Raises
    ------
    AuthError
        When the actor may not view the register.
    """
    then, now = (desk.as_of(actor, when).state.zones for when in (asked.start, asked.end))
    engine = desk.register.engine
    return Material(then, now, tuple(spans.between(engine, asked.start, asked.end, RESTING_ON)))
