"""People in the database: accounts, sessions, one-time links, failed sign-ins, events.

Only statements; what they mean is in :mod:`geo.people`. Secrets never get here, only their digests.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geo.auth import Actor, Role
from geo.store.schema import attempts, events, sessions, tokens, users

_KEY = "signing key"  # the purpose of the one token that is no digest
_NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes
    ----------
    password_hash
        None for a person who signs in elsewhere, or has not chosen a password yet.
    issuer
        Address of the provider of OpenID Connect that knows the person; None for an account here.
    provinces
        Codes of 2016 in which the person may change zones; None for all.
    """

    id: int
    login: str
    name: str
    role: Role
    provinces: frozenset[str] | None
    disabled: bool
    created_at: dt.datetime
    issuer: str | None
    password_hash: str | None = field(repr=False)

    @property
    def actor(self) -> Actor:
        return Actor(self.login, self.name, self.role, self.provinces)

    @property
    def state(self) -> str:
        """``disabled``, ``no_password`` (not chosen yet) or ``active``."""
        if self.disabled:
            return "disabled"
        return "active" if self.password_hash or self.issuer else "no_password"


@dataclass(frozen=True, slots=True)
class Session:
    user: User
    created_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Token:
    """What a one-time link is for; `user_id` is None for the first administrator."""

    purpose: str
    user_id: int | None
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed sign-ins under one key."""

    failures: int
    last_at: dt.datetime
    locked_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    at: dt.datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


_USER = (
    users.c.id,
    users.c.login,
    users.c.name,
    users.c.role,
    users.c.provinces,
    users.c.disabled,
    users.c.created_at,
    users.c.issuer,
    users.c.password_hash,
)


def _user(row: Any) -> User:
    provinces = None if row.provinces is None else frozenset(json.loads(row.provinces))
    return User(
        row.id,
        row.login,
        row.name,
        Role(row.role),
        provinces,
        row.disabled,
        row.created_at,
        row.issuer,
        row.password_hash,
    )


def _one_user(connection: Connection, *conditions: sa.ColumnElement[bool]) -> User | None:
    row = connection.execute(sa.select(*_USER).where(*conditions)).first()
    return None if row is None else _user(row)


def find_user(connection: Connection, login: str) -> User | None:
    return _one_user(connection, users.c.login == login)


def user_by_id(connection: Connection, user_id: int) -> User | None:
    return _one_user(connection, users.c.id == user_id)


def user_at(connection: Connection, issuer: str, subject: str) -> User | None:
    """The account of a person whom a provider knows."""
    return _one_user(connection, users.c.issuer == issuer, users.c.subject == subject)


def all_users(connection: Connection) -> tuple[User, ...]:
    rows = connection.execute(sa.select(*_USER).order_by(users.c.login))
    return tuple(map(_user, rows))


def working_admins(connection: Connection) -> int:
    """How many administrators are not disabled."""
    counted = sa.select(sa.func.count()).where(
        users.c.role == Role.ADMIN.value, users.c.disabled.is_(False)
    )
    return int(connection.execute(counted).scalar_one())


def add_user(
    connection: Connection,
    login: str,
    name: str,
    role: Role,
    provinces: Collection[str] | None,
    now: dt.datetime,
    **more: str | bool | None,
) -> User:
    """A new account; `more` are ``password_hash``, ``issuer``, ``subject`` and ``disabled``."""
    values = _columns({"role": role, "provinces": provinces, **more})
    statement = sa.insert(users).values(login=login, name=name, created_at=now, **values)
    connection.execute(statement)
    added = find_user(connection, login)
    assert added is not None
    return added


def change_user(connection: Connection, user_id: int, **values: Any) -> None:
    """Set columns of an account: name, role, provinces, disabled or password_hash."""
    connection.execute(sa.update(users).where(users.c.id == user_id).values(_columns(values)))


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    ready = dict(values)
    if "role" in ready:
        ready["role"] = Role(ready["role"]).value
    if ready.get("provinces") is not None:
        ready["provinces"] = json.dumps(sorted(ready["provinces"]))
    return ready


def find_session(connection: Connection, digest: str) -> Session | None:
    """A session with its person, ended or not."""
    statement = (
        sa.select(*_USER, sessions.c.created_at.label("since"), sessions.c.expires_at)
        .join_from(sessions, users)
        .where(sessions.c.digest == digest)
    )
    row = connection.execute(statement).first()
    return None if row is None else Session(_user(row), row.since, row.expires_at)


def add_session(
    connection: Connection, digest: str, user_id: int, now: dt.datetime, expires_at: dt.datetime
) -> None:
    values = {"digest": digest, "user_id": user_id, "created_at": now, "expires_at": expires_at}
    connection.execute(sa.insert(sessions).values(values))


def extend_session(
    connection: Connection, digest: str, now: dt.datetime, expires_at: dt.datetime
) -> None:
    """Let a session live longer, unless it has been ended meanwhile."""
    connection.execute(
        sa.update(sessions)
        .where(sessions.c.digest == digest, sessions.c.expires_at > now)
        .values(expires_at=expires_at)
    )


def end_sessions(
    connection: Connection,
    now: dt.datetime,
    *,
    digests: Collection[str] | None = None,
    user_id: int | None = None,
) -> None:
    """End the sessions named, or all of a person; their rows stay, so that they stay refused."""
    which = (
        sessions.c.digest.in_(digests or ()) if user_id is None else sessions.c.user_id == user_id
    )
    connection.execute(
        sa.update(sessions).where(which, sessions.c.expires_at > now).values(expires_at=now)
    )


def forget_sessions(connection: Connection, older_than: dt.datetime) -> None:
    connection.execute(sa.delete(sessions).where(sessions.c.created_at < older_than))


def add_token(connection: Connection, digest: str, token: Token) -> None:
    """A one-time link; it takes the place of those with the same purpose and person."""
    connection.execute(
        sa.delete(tokens).where(
            tokens.c.purpose == token.purpose,
            tokens.c.user_id.is_not_distinct_from(token.user_id),
        )
    )
    connection.execute(
        sa.insert(tokens).values(
            digest=digest,
            purpose=token.purpose,
            user_id=token.user_id,
            expires_at=token.expires_at,
        )
    )


def find_token(connection: Connection, digest: str) -> Token | None:
    row = connection.execute(
        sa.select(tokens.c.purpose, tokens.c.user_id, tokens.c.expires_at).where(
            tokens.c.digest == digest, tokens.c.purpose != _KEY
        )
    ).first()
    return None if row is None else Token(row.purpose, row.user_id, row.expires_at)


def drop_tokens(
    connection: Connection, *, purpose: str | None = None, user_id: int | None = None
) -> None:
    which = tokens.c.user_id == user_id if purpose is None else tokens.c.purpose == purpose
    connection.execute(sa.delete(tokens).where(which))


def signing_key(connection: Connection) -> str | None:
    """What cookies and forms are signed with: 64 hexadecimal digits."""
    statement = sa.select(tokens.c.digest).where(tokens.c.purpose == _KEY)
    return connection.execute(statement).scalar()


def add_signing_key(connection: Connection, key: str) -> None:
    values = {"digest": key, "purpose": _KEY, "user_id": None, "expires_at": _NEVER}
    connection.execute(sa.insert(tokens).values(values))


def find_attempts(connection: Connection, keys: Collection[str]) -> dict[str, Attempts]:
    rows = connection.execute(sa.select(attempts).where(attempts.c.key.in_(keys)))
    return {row.key: Attempts(row.failures, row.last_at, row.locked_until) for row in rows}


def put_attempts(connection: Connection, key: str, found: Attempts | None) -> None:
    """Set what is known under a key; None forgets it."""
    connection.execute(sa.delete(attempts).where(attempts.c.key == key))
    if found is not None:
        values = {"key": key, "failures": found.failures, "last_at": found.last_at}
        connection.execute(sa.insert(attempts).values(**values, locked_until=found.locked_until))


def forget_attempts(connection: Connection, older_than: dt.datetime) -> None:
    connection.execute(sa.delete(attempts).where(attempts.c.last_at < older_than))


def add_event(connection: Connection, event: Event) -> None:
    connection.execute(
        sa.insert(events).values(
            at=event.at,
            actor=event.actor,
            action=event.action,
            subject=event.subject,
            detail=json.dumps(event.detail, ensure_ascii=False, sort_keys=True),
        )
    )


def newest_events(connection: Connection, limit: int) -> tuple[Event, ...]:
    rows = connection.execute(sa.select(events).order_by(events.c.id.desc()).limit(limit))
    return tuple(
        Event(row.at, row.actor, row.action, row.subject, json.loads(row.detail)) for row in rows
    )
