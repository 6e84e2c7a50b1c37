"""Slowing down those who guess passwords, without shutting out the person guessed at.

Every attempt counts as failed until it has succeeded, so that many at once cannot outrun the count.
It is counted under several keys. A browser in which a person has signed in before carries a device
cookie and is counted apart: nobody else's failures can lock it. All others are counted by login
and address, by address, and by login alone, where the delay stays short.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from geo.store import people as store
from geo.store.people import Attempts

FIRST_DELAY = dt.timedelta(seconds=30)
FORGOTTEN_AFTER = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Limit:
    free: int  # failures without a delay; each further one doubles it
    longest: dt.timedelta


LIMITS = {
    "pair": _Limit(5, dt.timedelta(hours=1)),
    "address": _Limit(50, dt.timedelta(hours=1)),
    "login": _Limit(20, dt.timedelta(minutes=5)),
    "device": _Limit(10, dt.timedelta(hours=1)),
    "session": _Limit(5, dt.timedelta(hours=1)),
}


def keys_of(login: str, address: str, device: str) -> tuple[str, ...]:
    """The keys of an attempt; `device` is what a device cookie of that login says, else empty."""
    if device:
        return (_key("device", device),)
    place = _place(address)
    return _key("pair", f"{login}\n{place}"), _key("address", place), _key("login", login)


def session_key(digest: str) -> str:
    """The key of attempts to change a password from within a session."""
    return _key("session", digest)


def _key(kind: str, what: str) -> str:
    return f"{kind}:{hashlib.sha256(what.encode()).hexdigest()}"


def _place(address: str) -> str:
    """An address as one subscriber has it: of IPv6, the network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network((found, 64), strict=False))


def locked_until(
    connection: Connection, keys: tuple[str, ...], now: dt.datetime
) -> dt.datetime | None:
    """Until when an attempt is refused; None if it may be made."""
    found = store.find_attempts(connection, keys).values()
    locks = [one.locked_until for one in found if one.locked_until is not None]
    return max((lock for lock in locks if lock > now), default=None)


def count(connection: Connection, keys: tuple[str, ...], now: dt.datetime) -> None:
    """Count an attempt as failed."""
    store.forget_attempts(connection, now - FORGOTTEN_AFTER)
    found = store.find_attempts(connection, keys)
    for key in keys:
        failures = found[key].failures + 1 if key in found else 1
        limit = LIMITS[key.partition(":")[0]]
        over = failures - limit.free
        delay = min(limit.longest, FIRST_DELAY * 2 ** min(over, 20)) if over >= 0 else None
        store.put_attempts(
            connection, key, Attempts(failures, now, None if delay is None else now + delay)
        )


def forgive(connection: Connection, keys: tuple[str, ...]) -> None:
    """The attempt has succeeded: forget what was counted for this person here.

    What others did from the same address, or to the same login, stays.
    """
    found = store.find_attempts(connection, keys)
    own = found[keys[0]].failures if keys[0] in found else 0
    for key, known in found.items():
        left = known.failures - own
        kept = Attempts(left, known.last_at, None) if key != keys[0] and left > 0 else None
        store.put_attempts(connection, key, kept)
