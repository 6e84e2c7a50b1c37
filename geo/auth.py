"""Who may do what: one function decides, with a reason; the use cases enforce it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from geo.errors import KhuCumError
from geo.settings import Settings


class Role(StrEnum):
    """What a person is there for; each may do all that those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"


class Action(StrEnum):
    VIEW = "view"
    PROPOSE = "propose"  # a change of zones, a comment, a draft
    PUBLISH = "publish"  # decide on a proposal, or change zones at once
    MANAGE = "manage"  # people and their rights


_NEEDED = {
    Action.VIEW: Role.VIEWER,
    Action.PROPOSE: Role.EDITOR,
    Action.PUBLISH: Role.APPROVER,
    Action.MANAGE: Role.ADMIN,
}
_ORDER = list(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work.

    Attributes
    ----------
    login
        Unique; empty for somebody who has not signed in.
    provinces
        Codes of 2016 in which the person may change zones; None for all.
    """

    login: str
    name: str
    role: Role
    provinces: frozenset[str] | None = None

    @property
    def signed_in(self) -> bool:
        return bool(self.login)


ANONYMOUS = Actor("", "", Role.VIEWER)


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation has decided.

    Attributes
    ----------
    sign_in_required
        Whether even viewing needs an account.
    two_persons
        Whether a proposal must be published by somebody other than its author.
    """

    sign_in_required: bool = False
    two_persons: bool = False


def rules_of(settings: Settings) -> Rules:
    """The rules that an installation's settings make."""
    return Rules(settings.sign_in_required, settings.two_persons)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed; `reason` is the key of a text under ``error.auth``, empty if so."""

    allowed: bool
    reason: str = ""


class AuthError(KhuCumError):
    """Refused by :func:`decide`: sign in, or ask somebody with the right."""


_YES = Decision(True)


def decide(
    actor: Actor,
    action: Action,
    rules: Rules,
    *,
    provinces: Collection[str] = (),
    author: str | None = None,
) -> Decision:
    """Whether somebody may do something.

    Parameters
    ----------
    provinces
        Codes of 2016 of all provinces that the change touches.
    author
        Login of the person whose proposal is to be published.

    Examples
    --------
    >>> decide(ANONYMOUS, Action.PROPOSE, Rules())
    Decision(allowed=False, reason='sign_in')
    """
    if not actor.signed_in and (action is not Action.VIEW or rules.sign_in_required):
        return Decision(False, "sign_in")
    if _ORDER.index(actor.role) < _ORDER.index(_NEEDED[action]):
        return Decision(False, f"needs_{_NEEDED[action]}")
    if actor.provinces is not None and not set(provinces) <= actor.provinces:
        return Decision(False, "province")
    if rules.two_persons and action is Action.PUBLISH and author == actor.login:
        return Decision(False, "two_persons")
    return _YES


def require(
    actor: Actor,
    action: Action,
    rules: Rules,
    *,
    provinces: Collection[str] = (),
    author: str | None = None,
) -> None:
    """Raise what :func:`decide` refuses.

    Raises
    ------
    AuthError
        ``auth.<reason>``.
    """
    decision = decide(actor, action, rules, provinces=provinces, author=author)
    if not decision.allowed:
        raise AuthError(f"auth.{decision.reason}")
