"""Answering what the audit has found: give a reason, take one back, read what was given.

Who may propose changes in the province of a document may answer what was found about it. A reason
hinders nobody and decides nothing, so it needs no approval.
"""

from __future__ import annotations

from dataclasses import replace

from geo import auth
from geo.audit import Audit
from geo.auth import Actor, Decision
from geo.checks import Finding, Status
from geo.desk.service import Desk
from geo.desk.submissions import clean_reason
from geo.desk.territory import provinces_of_document
from geo.errors import UsageError
from geo.reasons import Reason
from geo.store import reasons as store


def answered(desk: Desk, actor: Actor, audit: Audit) -> Audit:
    """An audit with the reasons that staff have given.

    Somebody who has not signed in reads the reasons that were not withdrawn, and in which role
    they were given; names and logins are left out.

    Raises
    ------
    AuthError
        When the actor may not view the register.
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    auth.require(actor, auth.Action.VIEW, desk.rules)
    documents = [one.id for one in audit.documents]
    found = store.recorded(desk.register.engine, documents)
    if not actor.signed_in:
        standing = (one for one in found if one.withdrawn_at is None)
        found = [replace(one, actor="", signer="") for one in standing]
    return audit.with_reasons(found)


def may_answer(desk: Desk, actor: Actor, finding: Finding) -> Decision:
    provinces = _provinces(desk, finding.document)
    return auth.decide(actor, auth.Action.PROPOSE, desk.rules, provinces=provinces)


def answer(desk: Desk, actor: Actor, finding: Finding, text: str) -> int:
    """Give a reason for what a finding says; gives the id of the reason.

    Sent twice it is kept once. Should the finding have changed since it was shown, the reason is
    kept for what was shown, and the finding stays open.

    Raises
    ------
    AuthError
        As :func:`may_answer` decides.
    UsageError
        ``reason.met`` for a finding that needs none, ``register.reason_missing``,
        ``register.reason_long``.
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    provinces = _provinces(desk, finding.document)
    auth.require(actor, auth.Action.PROPOSE, desk.rules, provinces=provinces)
    if finding.status is Status.MET:
        raise UsageError("reason.met")
    return store.record(
        desk.register.engine,
        actor,
        finding=finding.id,
        document=finding.document,
        basis=finding.basis,
        text=clean_reason(text),
    )


def may_withdraw(desk: Desk, actor: Actor, reason: Reason) -> Decision:
    """One's own reason may be taken back, and somebody else's by those who may publish."""
    own = actor.signed_in and reason.actor == actor.login
    action = auth.Action.PROPOSE if own else auth.Action.PUBLISH
    return auth.decide(actor, action, desk.rules, provinces=_provinces(desk, reason.document))


def withdraw(desk: Desk, actor: Actor, reason_id: int) -> None:
    """Take a reason back; it stays in the database with who took it back and when.

    Raises
    ------
    AuthError
        As :func:`may_withdraw` decides.
    UsageError
        ``reason.unknown``
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    auth.require(actor, auth.Action.PROPOSE, desk.rules)
    taken = store.reason(desk.register.engine, reason_id)
    decision = may_withdraw(desk, actor, taken)
    if not decision.allowed:
        raise auth.AuthError(f"auth.{decision.reason}")
    store.withdraw(desk.register.engine, actor, taken)


def _provinces(desk: Desk, document: str) -> frozenset[str]:
    """Codes of 2016 of the provinces of a document; of one that is gone, a code nobody has."""
    known = desk.planner.held.documents.get(document)
    if known is None:
        return frozenset({""})
    return provinces_of_document(known, desk.planner.bounds.register)
