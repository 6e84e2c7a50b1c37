"""What all sessions of a server share."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import cache

from geo import settings
from geo.auth import rules_of
from geo.desk import Desk
from geo.people import People
from geo.services import Planner
from geo.store import Opened, StoreError, open_store
from pages.ui import once

RETRY_S = 15
"""How long a server that found no database works with the files before it looks again."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """The use cases over one store; `people` is None while there is no database."""

    store: Opened
    planner: Planner
    desk: Desk
    people: People | None

    @classmethod
    def over(cls, store: Opened) -> _Shared:
        made = get_settings()
        planner = Planner(made, store.repository)
        people = People(store.register.engine, rules_of(made)) if store.register else None
        return cls(store, planner, Desk(planner, store.register, store.trouble), people)


class _Holder:
    """Makes the use cases at the first call, and again when a missing database has come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: _Shared | None = None
        self._looked = 0.0

    def get(self) -> _Shared:
        made = self._made
        if made is not None and (made.store.trouble is None or not self._due()):
            return made
        # while one visitor looks for the database, the others go on with the files
        if not self._lock.acquire(blocking=made is None):
            assert made is not None
            return made
        try:
            if self._made is made or self._due():
                store = open_store(get_settings())
                if made is None or store.trouble is None:
                    self._made = _Shared.over(store)
                self._looked = time.monotonic()
            assert self._made is not None
            return self._made
        finally:
            self._lock.release()

    def _due(self) -> bool:
        return time.monotonic() - self._looked >= RETRY_S

    def forget(self) -> None:
        self._made = None


_holder = _Holder()


@cache
def get_settings() -> settings.Settings:
    return settings.load()


def get_store() -> Opened:
    """The database; or the files, with the reason why not."""
    return _holder.get().store


def get_planner() -> Planner:
    """The use cases of reading."""
    return _holder.get().planner


@once.a_run
def planner_now() -> Planner:
    """The use cases of reading at the state that this run began with."""
    return get_planner().now()


def get_desk() -> Desk:
    """The use cases of editing."""
    return _holder.get().desk


def get_people() -> People:
    """The use cases of people.

    Raises
    ------
    KhuCumError
        Why there is no database.
    """
    shared = _holder.get()
    if shared.people is None:
        raise shared.store.trouble or StoreError("store.none")
    return shared.people


def forget() -> None:
    """Make everything anew at the next call, with the settings of that moment."""
    get_settings.cache_clear()
    _holder.forget()
