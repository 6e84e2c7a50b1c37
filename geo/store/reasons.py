"""Reasons for findings in the database: rows are added, also to take one back; none is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from geo.auth import Actor, Role
from geo.errors import UsageError
from geo.reasons import Reason
from geo.store.database import reading, writing
from geo.store.schema import reasons, users


def recorded(engine: Engine, documents: Collection[str] | None = None) -> list[Reason]:
    """Reasons with the names of who gave them, the newest first, withdrawn ones included.

    Parameters
    ----------
    documents
        Only those for findings about these; by default all.
    """
    with reading(engine) as connection:
        return _recorded(connection, None if documents is None else _about(documents))


def reason(engine: Engine, reason_id: int) -> Reason:
    """One reason.

    Raises
    ------
    UsageError
        ``reason.unknown``
    """
    with reading(engine) as connection:
        found = _recorded(connection, reasons.c.id == reason_id)
    if not found:
        raise UsageError("reason.unknown", reason=str(reason_id))
    return found[0]


def record(
    engine: Engine, actor: Actor, *, finding: str, document: str, basis: str, text: str
) -> int:
    """Keep a reason; gives its id.

    The same text by the same person for the same state of a finding is kept once.
    """
    same = sa.and_(
        reasons.c.finding_id == finding,
        reasons.c.basis == basis,
        reasons.c.actor == actor.login,
        reasons.c.text == text,
    )
    row = {"finding_id": finding, "document": document, "basis": basis, "text": text}
    with writing(engine) as connection:
        for one in _recorded(connection, same):
            if one.withdrawn_at is None:
                return one.id
        return _add(connection, actor, row)


def withdraw(engine: Engine, actor: Actor, taken: Reason) -> None:
    """Take a reason back; does nothing where that was done before."""
    row = {"finding_id": taken.finding, "document": taken.document, "basis": taken.basis}
    known = sa.select(reasons.c.id).where(reasons.c.withdraws == taken.id)
    with writing(engine) as connection:
        if connection.scalar(known) is None:
            _add(connection, actor, {**row, "text": "", "withdraws": taken.id})


def _add(connection: Connection, actor: Actor, row: Mapping[str, object]) -> int:
    signed = {"actor": actor.login, "role": actor.role.value, "at": dt.datetime.now(dt.UTC)}
    made = connection.execute(sa.insert(reasons).values({**row, **signed}))
    key = made.inserted_primary_key
    return int(key[0]) if key else 0


def _about(documents: Collection[str]) -> sa.ColumnElement[bool]:
    return reasons.c.document.in_(list(documents))


def _recorded(connection: Connection, chosen: sa.ColumnElement[bool] | None) -> list[Reason]:
    end, signer, ender = reasons.alias(), users.alias(), users.alias()
    query = (
        sa.select(
            reasons,
            sa.func.coalesce(signer.c.name, reasons.c.actor).label("signer"),
            end.c.at.label("withdrawn_at"),
            sa.func.coalesce(ender.c.name, end.c.actor).label("withdrawn_by"),
        )
        .join(signer, signer.c.login == reasons.c.actor, isouter=True)
        .join(end, end.c.withdraws == reasons.c.id, isouter=True)
        .join(ender, ender.c.login == end.c.actor, isouter=True)
        .where(reasons.c.withdraws.is_(None))
        .order_by(reasons.c.id.desc())
    )
    if chosen is not None:
        query = query.where(chosen)
    return [
        Reason(
            row.id,
            row.finding_id,
            row.document,
            row.basis,
            row.text,
            row.actor,
            row.signer,
            Role(row.role),
            row.at,
            row.withdrawn_at,
            row.withdrawn_by,
        )
        for row in connection.execute(query)
    ]
