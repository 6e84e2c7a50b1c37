"""The use cases of people: :class:`People`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from itsdangerous import BadSignature, Signer
from sqlalchemy.engine import Connection, Engine

from geo.auth import ANONYMOUS, Action, Actor, AuthError, Role, Rules, require
from geo.errors import KhuCumError, UsageError
from geo.people import guesses, passwords
from geo.people.passwords import Passwords
from geo.store import people as store
from geo.store.database import StoreError, reading, writing
from geo.store.people import Event, Token, User

IDLE = dt.timedelta(hours=12)
"""A session ends when it has not been used for so long: a working day and the way home."""
LONGEST = dt.timedelta(days=30)
"""A session ends so long after the sign-in, used or not."""
LINK_LASTS = dt.timedelta(hours=24)

_REFRESHED_EVERY = dt.timedelta(hours=1)  # or every look at a page would be a write
_KEPT = dt.timedelta(days=40)  # longer than the cookie of a provider's sign-in lives: 30 days
_LONGEST_NAME = 100

COMMAND_LINE = Actor("(command line)", "", Role.ADMIN)
"""Who works with ``python -m geo``; no account can have that login."""


class SignInError(KhuCumError):
    """Refused at sign-in: ``people.wrong``, or ``people.locked`` with `minutes` to wait."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request or a run of a page: who is there, and in which session.

    Attributes
    ----------
    session
        Digest of the session; empty for somebody who has not signed in.
    waiting
        Whether a provider has named a person who is not let in here, or not any more.
    """

    actor: Actor = ANONYMOUS
    session: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a browser is given: the values of its two cookies, signed."""

    actor: Actor
    cookie: str = field(repr=False)
    device: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """What a one-time link may be used for; `login` is empty for the first administrator."""

    login: str


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class People:
    """Accounts, sessions and sign-in over a database.

    Parameters
    ----------
    rules
        What the installation demands; with `sign_in_required`, a person whom a provider names for
        the first time waits until an administrator lets them in.
    now
        The clock.

    All methods may raise :class:`geo.store.database.StoreError`.
    """

    def __init__(
        self,
        engine: Engine,
        rules: Rules,
        *,
        now: Callable[[], dt.datetime] = _now,
        hashing: Passwords | None = None,
    ) -> None:
        self.engine = engine
        self.rules = rules
        self._now = now
        self._passwords = hashing or Passwords()
        self._key = ""
        self._key_lock = threading.Lock()

    # Who is there

    def visit(
        self, cookie: str = "", claims: Mapping[str, Any] | None = None, *, admit: bool = False
    ) -> Visit:
        """Who sent a session cookie, or is signed in at a provider.

        Parameters
        ----------
        cookie
            As the browser sent it; a forged one is refused before the database is asked.
        claims
            What the provider's ID token says, verified by the caller.
        admit
            Whether a sign-in at the provider that is new here begins a session.
        """
        digests = self._digests(cookie, claims)
        if not digests:
            return Visit()
        now = self._now()
        with reading(self.engine) as connection:
            found = {one: store.find_session(connection, one) for one in digests}
        for digest, session in found.items():
            if session is None or session.expires_at <= now:
                continue
            if session.user.disabled:
                continue
            longest = min(now + IDLE, session.created_at + LONGEST)
            if longest - session.expires_at > _REFRESHED_EVERY:
                with suppress(StoreError), writing(self.engine) as connection:
                    store.extend_session(connection, digest, now, longest)
            return Visit(session.user.actor, digest)
        if claims is None:
            return Visit()
        digest = _claims_digest(claims)
        if admit and found[digest] is None:
            return self._admit(claims, digest)
        known = found[digest]
        return Visit(waiting=known is not None and known.user.disabled)

    def _digests(self, cookie: str, claims: Mapping[str, Any] | None) -> list[str]:
        secret = self._unsigned("session", cookie)
        digests = [_digest(secret)] if secret else []
        if claims is not None:
            digests.append(_claims_digest(claims))
        return digests

    def _admit(self, claims: Mapping[str, Any], digest: str) -> Visit:
        issuer, subject = str(claims["iss"]), str(claims["sub"])
        now = self._now()
        with writing(self.engine) as connection:
            user = store.user_at(connection, issuer, subject)
            if user is None:
                user = self._new_person(connection, claims, issuer, subject, now)
            if store.find_session(connection, digest) is None:
                self._begin(connection, digest, user, now)
                if not user.disabled:
                    self._note(connection, user.login, "sign_in", user.login, issuer=issuer)
        return Visit(waiting=True) if user.disabled else Visit(user.actor, digest)

    def _new_person(
        self,
        connection: Connection,
        claims: Mapping[str, Any],
        issuer: str,
        subject: str,
        now: dt.datetime,
    ) -> User:
        mail = _line(claims.get("email"))
        wanted = str(claims.get("preferred_username") or "") or mail
        stem = re.sub(r"[^a-z0-9._-]", "", wanted.partition("@")[0].lower()).lstrip("._-")
        host = (urlsplit(issuer).hostname or "provider")[:30]
        login, number = f"{(stem or 'person')[:30]}@{host}", 1
        while store.find_user(connection, login) is not None:
            number += 1
            login = f"{(stem or 'person')[:30]}-{number}@{host}"
        name = _line(claims.get("name")) or login
        if mail:
            name = f"{name} ({mail})"
        user = store.add_user(
            connection,
            login,
            name,
            Role.VIEWER,
            None,
            now,
            issuer=issuer,
            subject=subject,
            disabled=self.rules.sign_in_required,
        )
        self._note(connection, login, "user_added", login, issuer=issuer, role=Role.VIEWER)
        return user

    # Signing in and out

    def sign_in(
        self, login: str, password: str, address: str, *, device: str = "", cookie: str = ""
    ) -> SignedIn:
        """Begin a session with a password.

        Parameters
        ----------
        address
            Where the request comes from.
        device
            The device cookie, which tells a browser that the person has used before.
        cookie
            Of a session that this one takes the place of.

        Raises
        ------
        SignInError
            ``people.wrong``, the same for an unknown login, a wrong password and a disabled
            account; ``people.locked`` with `minutes`, known login or not.
        """
        try:
            login = passwords.login_name(login)
        except UsageError:
            login = login[:200]
        device = self._unsigned("device", device)
        replaced = self._digests(cookie, None)
        with reading(self.engine) as connection:
            user = store.find_user(connection, login)
            own = device if user is not None and device.startswith(f"{user.id}-") else ""
            keys = guesses.keys_of(login, address, own)
            self._refuse_locked(connection, keys)
        self._count(keys)
        right = self._passwords.matches(user.password_hash if user else None, password)
        with writing(self.engine) as connection:
            user = user and store.user_by_id(connection, user.id)
            secret = None
            if not right or user is None or user.disabled:
                # a login that nobody has may be a password typed into the wrong field
                self._note(
                    connection, "", "sign_in_failed", user.login if user else "?", address=address
                )
            else:
                guesses.forgive(connection, keys)
                store.end_sessions(connection, self._now(), digests=replaced)
                self._note(connection, user.login, "sign_in", user.login, address=address)
                secret = self._new_session(connection, user)
        if user is None or secret is None:
            raise SignInError("people.wrong")
        return self._signed_in(user, secret)

    def sign_out(self, cookie: str, claims: Mapping[str, Any] | None = None) -> None:
        """End the session; its cookie, and that of the provider, are refused from now on."""
        with writing(self.engine) as connection:
            store.end_sessions(connection, self._now(), digests=self._digests(cookie, claims))

    def sign_out_everywhere(self, visit: Visit) -> None:
        """End all sessions of a person."""
        with writing(self.engine) as connection:
            user = self._signed_in_user(connection, visit)
            store.end_sessions(connection, self._now(), user_id=user.id)
            self._note(connection, user.login, "sign_out_everywhere", user.login)

    def change_password(self, visit: Visit, current: str, new: str) -> SignedIn:
        """Take a new password and begin a new session; all others end.

        Raises
        ------
        AuthError
            ``auth.sign_in`` without a session.
        SignInError
            ``people.wrong_current``, ``people.locked``.
        UsageError
            ``people.elsewhere`` for a person of a provider, ``people.password_…``.
        """
        with reading(self.engine) as connection:
            user = self._signed_in_user(connection, visit)
            keys = (guesses.session_key(visit.session),)
            self._refuse_locked(connection, keys)
        if user.password_hash is None:
            raise UsageError("people.elsewhere", login=user.login)
        ready = passwords.check(new, user.login)
        self._count(keys)
        if not self._passwords.matches(user.password_hash, current):
            raise SignInError("people.wrong_current")
        hashed = self._passwords.hash(ready)
        with writing(self.engine) as connection:
            user = self._signed_in_user(connection, visit)
            guesses.forgive(connection, keys)
            store.change_user(connection, user.id, password_hash=hashed)
            store.end_sessions(connection, self._now(), user_id=user.id)
            self._note(connection, user.login, "password_changed", user.login)
            secret = self._new_session(connection, user)
        return self._signed_in(user, secret)

    def account(self, visit: Visit) -> User:
        """The account behind a visit.

        Raises
        ------
        AuthError
            ``auth.sign_in`` without a session.
        """
        with reading(self.engine) as connection:
            return self._signed_in_user(connection, visit)

    def _signed_in_user(self, connection: Connection, visit: Visit) -> User:
        session = store.find_session(connection, visit.session) if visit.session else None
        if session is None or session.expires_at <= self._now() or session.user.disabled:
            raise AuthError("auth.sign_in")
        return session.user

    def _new_session(self, connection: Connection, user: User) -> str:
        secret = secrets.token_urlsafe(32)
        self._begin(connection, _digest(secret), user, self._now())
        return secret

    def _signed_in(self, user: User, secret: str) -> SignedIn:
        device = f"{user.id}-{secrets.token_hex(16)}"
        return SignedIn(
            user.actor,
            self._signer("session").sign(secret).decode(),
            self._signer("device").sign(device).decode(),
        )

    def _begin(self, connection: Connection, digest: str, user: User, now: dt.datetime) -> None:
        store.forget_sessions(connection, now - _KEPT)
        store.add_session(connection, digest, user.id, now, now + IDLE)

    def _refuse_locked(self, connection: Connection, keys: tuple[str, ...]) -> None:
        now = self._now()
        until = guesses.locked_until(connection, keys, now)
        if until is not None:
            minutes = math.ceil((until - now) / dt.timedelta(minutes=1))
            raise SignInError("people.locked", minutes=minutes)

    def _count(self, keys: tuple[str, ...]) -> None:
        with writing(self.engine) as connection:
            self._refuse_locked(connection, keys)
            guesses.count(connection, keys, self._now())

    # One-time links

    def first_admin_link(self, base_url: str) -> str | None:
        """A link that makes the first administrator; None once there is one.

        It lasts 24 hours and takes the place of the one given out before.

        Parameters
        ----------
        base_url
            Address of the application with its base path.
        """
        with writing(self.engine) as connection:
            if store.working_admins(connection):
                return None
            return self._link(connection, base_url, "first", None)

    def link(self, token: str) -> Link:
        """What a link is for.

        Raises
        ------
        UsageError
            ``people.link_gone`` when it has been used or replaced, or is too old.
        """
        with reading(self.engine) as connection:
            _, user = self._linked(connection, token)
        return Link(user.login if user else "")

    def use_link(
        self, token: str, password: str, address: str, *, login: str = "", name: str = ""
    ) -> SignedIn:
        """Set the password, and for the first administrator login and name; signs in. Once only.

        Raises
        ------
        UsageError
            ``people.link_gone``, ``people.login_form``, ``people.login_taken``,
            ``people.name_missing``, ``people.password_…``.
        """
        known = self.link(token).login
        if known:
            login = known
        else:
            login, name = passwords.login_name(login), _name(name)
        hashed = self._passwords.hash(passwords.check(password, login))
        now = self._now()
        with writing(self.engine) as connection:
            _, user = self._linked(connection, token)
            if user is None:
                if store.find_user(connection, login) is not None:
                    raise UsageError("people.login_taken", login=login)
                user = store.add_user(
                    connection, login, name, Role.ADMIN, None, now, password_hash=hashed
                )
                store.drop_tokens(connection, purpose="first")
                self._note(connection, login, "user_added", login, role=Role.ADMIN)
            else:
                store.change_user(connection, user.id, password_hash=hashed)
                store.end_sessions(connection, now, user_id=user.id)
                store.drop_tokens(connection, user_id=user.id)
                self._note(connection, login, "password_set", login)
            self._note(connection, login, "sign_in", login, address=address)
            secret = self._new_session(connection, user)
        return self._signed_in(user, secret)

    def _linked(self, connection: Connection, token: str) -> tuple[Token, User | None]:
        found = store.find_token(connection, _digest(token))
        if found is None or found.expires_at <= self._now():
            raise UsageError("people.link_gone")
        user = None if found.user_id is None else store.user_by_id(connection, found.user_id)
        if user is None and store.working_admins(connection):
            raise UsageError("people.link_gone")
        if user is not None and user.disabled:
            raise UsageError("people.link_gone")
        return found, user

    def _link(
        self, connection: Connection, base_url: str, purpose: str, user_id: int | None
    ) -> str:
        secret = secrets.token_urlsafe(32)
        token = Token(purpose, user_id, self._now() + LINK_LASTS)
        store.add_token(connection, _digest(secret), token)
        return f"{base_url.rstrip('/')}/auth/set?token={secret}"

    # What administrators do

    def users(self, actor: Actor) -> tuple[User, ...]:
        """All accounts, by login.

        Raises
        ------
        AuthError
            Here and below: unless the actor may manage people.
        """
        require(actor, Action.MANAGE, self.rules)
        with reading(self.engine) as connection:
            return store.all_users(connection)

    def events(self, actor: Actor, limit: int = 200) -> tuple[Event, ...]:
        """What happened to accounts, newest first."""
        require(actor, Action.MANAGE, self.rules)
        with reading(self.engine) as connection:
            return store.newest_events(connection, limit)

    def add_user(
        self,
        actor: Actor,
        login: str,
        name: str,
        role: Role,
        provinces: Collection[str] | None,
        base_url: str,
    ) -> str:
        """A new account.

        Parameters
        ----------
        provinces
            Codes of 2016 in which the person may change zones; None for all.

        Returns
        -------
        str
            A one-time link with which the person chooses a password.

        Raises
        ------
        UsageError
            ``people.login_form``, ``people.login_taken``, ``people.name_missing``.
        """
        require(actor, Action.MANAGE, self.rules)
        login, name = passwords.login_name(login), _name(name)
        rights = None if provinces is None else frozenset(provinces)
        with writing(self.engine) as connection:
            if store.find_user(connection, login) is not None:
                raise UsageError("people.login_taken", login=login)
            user = store.add_user(connection, login, name, role, rights, self._now())
            self._note(connection, actor.login, "user_added", login, role=role, provinces=rights)
            return self._link(connection, base_url, "set", user.id)

    def change_user(
        self,
        actor: Actor,
        login: str,
        *,
        name: str,
        role: Role,
        provinces: Collection[str] | None,
    ) -> None:
        """Give a person another name or other rights, from their next click on.

        Raises
        ------
        UsageError
            ``people.unknown``, ``people.name_missing``, ``people.last_admin``.
        """
        require(actor, Action.MANAGE, self.rules)
        name = _name(name)
        rights = None if provinces is None else frozenset(provinces)
        with writing(self.engine) as connection:
            user = self._known(connection, login)
            store.change_user(connection, user.id, name=name, role=role, provinces=rights)
            self._keep_an_admin(connection, user)
            self._note(
                connection,
                actor.login,
                "user_changed",
                login,
                name=name,
                role=role,
                provinces=rights,
                before={"name": user.name, "role": user.role, "provinces": user.provinces},
            )

    def disable(self, actor: Actor, login: str) -> None:
        """Shut a person out at once: sessions end, links no longer work."""
        require(actor, Action.MANAGE, self.rules)
        with writing(self.engine) as connection:
            user = self._known(connection, login)
            store.change_user(connection, user.id, disabled=True)
            self._keep_an_admin(connection, user)
            store.end_sessions(connection, self._now(), user_id=user.id)
            store.drop_tokens(connection, user_id=user.id)
            self._note(connection, actor.login, "user_disabled", login)

    def enable(self, actor: Actor, login: str) -> None:
        """Let a person in again, or one whom a provider has named for the first time."""
        require(actor, Action.MANAGE, self.rules)
        with writing(self.engine) as connection:
            user = self._known(connection, login)
            store.change_user(connection, user.id, disabled=False)
            self._note(connection, actor.login, "user_enabled", login)

    def reset(self, actor: Actor, login: str, base_url: str) -> str:
        """Take a person's password away at once; all their sessions end.

        Returns
        -------
        str
            A one-time link with which the person chooses a new one.

        Raises
        ------
        UsageError
            ``people.unknown``, ``people.elsewhere`` for a person of a provider,
            ``people.disabled``.
        """
        require(actor, Action.MANAGE, self.rules)
        with writing(self.engine) as connection:
            user = self._known(connection, login)
            if user.issuer is not None:
                raise UsageError("people.elsewhere", login=login)
            if user.disabled:
                raise UsageError("people.disabled", login=login)
            store.change_user(connection, user.id, password_hash=None)
            store.end_sessions(connection, self._now(), user_id=user.id)
            self._note(connection, actor.login, "user_reset", login)
            return self._link(connection, base_url, "set", user.id)

    def _known(self, connection: Connection, login: str) -> User:
        user = store.find_user(connection, unicodedata.normalize("NFC", login.strip()).lower())
        if user is None:
            raise UsageError("people.unknown", login=login)
        return user

    def _keep_an_admin(self, connection: Connection, before: User) -> None:
        was_one = before.role is Role.ADMIN and not before.disabled
        if was_one and not store.working_admins(connection):
            raise UsageError("people.last_admin")

    def _note(
        self, connection: Connection, actor: str, action: str, subject: str, **detail: Any
    ) -> None:
        plain = json.loads(json.dumps(detail, default=sorted))  # sets as lists
        store.add_event(connection, Event(self._now(), actor, action, subject, plain))

    # Signing

    def form_token(self, binding: str) -> str:
        """What a form must carry to prove that this server made it for this very browser.

        Parameters
        ----------
        binding
            Digest of the session, or the value of a cookie for somebody who has none.
        """
        return self._signer("form").get_signature(binding).decode()

    def made_form(self, binding: str, token: str) -> bool:
        """Whether a form's token is that of :meth:`form_token`."""
        return bool(binding) and self._signer("form").verify_signature(
            binding, token.encode("utf-8", "replace")
        )

    def _unsigned(self, purpose: str, cookie: str) -> str:
        """What a cookie of ours says; empty for a forged one."""
        try:
            return self._signer(purpose).unsign(cookie).decode() if cookie else ""
        except (BadSignature, UnicodeError):
            return ""

    def _signer(self, purpose: str) -> Signer:
        with self._key_lock:
            if not self._key:
                self._key = self._stored_key()
        return Signer(
            self._key, salt=f"khucum {purpose}", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def _stored_key(self) -> str:
        with reading(self.engine) as connection:
            key = store.signing_key(connection)
        if key is not None:
            return key
        with writing(self.engine) as connection:
            key = store.signing_key(connection)
            if key is None:
                key = secrets.token_hex(32)
                store.add_signing_key(connection, key)
            return key


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _claims_digest(claims: Mapping[str, Any]) -> str:
    """What tells one sign-in at a provider from all others; the nonce is new each time."""
    parts = [claims.get(name) for name in ("iss", "sub", "iat", "nonce", "sid")]
    return _digest("provider\n" + json.dumps(parts))


def _line(value: object) -> str:
    """A text of a provider on one line; empty for what is no text."""
    return " ".join(str(value).split())[:_LONGEST_NAME] if isinstance(value, str) else ""


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise UsageError("people.name_missing", longest=_LONGEST_NAME)
    return name
