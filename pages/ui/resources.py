"""What all sessions of a server share."""

from __future__ import annotations

from functools import cache

from geo import settings
from geo.auth import rules_of
from geo.desk import Desk
from geo.people import People
from geo.services import Planner
from geo.store import Opened, StoreError, open_store


@cache
def get_settings() -> settings.Settings:
    return settings.load()


@cache
def get_store() -> Opened:
    """The database, made ready at the first call; or the files, with the reason why not."""
    return open_store(get_settings())


@cache
def get_planner() -> Planner:
    """The use cases of reading; made at the first call, then shared by pages and routes."""
    return Planner(get_settings(), get_store().repository)


@cache
def get_desk() -> Desk:
    """The use cases of editing."""
    store = get_store()
    return Desk(get_planner(), store.register, store.trouble)


@cache
def get_people() -> People:
    """The use cases of people.

    Raises
    ------
    KhuCumError
        Why there is no database.
    """
    store = get_store()
    if store.register is None:
        raise store.trouble or StoreError("store.none")
    return People(store.register.engine, rules_of(get_settings()))


def forget() -> None:
    """Make everything anew at the next call, with the settings of that moment."""
    for cached in (get_settings, get_store, get_planner, get_desk, get_people):
        cached.cache_clear()
