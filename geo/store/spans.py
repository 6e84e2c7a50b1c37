"""What a stretch of time has changed in the register."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from geo.store.database import reading
from geo.store.rows import Version, history_query, version_of
from geo.store.schema import revisions, versions


def reach(engine: Engine) -> tuple[dt.datetime, dt.datetime] | None:
    """The moments of the first and of the last revision; None for an empty register."""
    query = sa.select(sa.func.min(revisions.c.at), sa.func.max(revisions.c.at))
    with reading(engine) as connection:
        first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def between(
    engine: Engine, after: dt.datetime, until: dt.datetime, fields: Collection[str]
) -> list[Version]:
    """Versions that touch one of `fields`, in the order in which they were made.

    Parameters
    ----------
    after, until
        Only revisions later than the first moment and no later than the second.
    fields
        Names as of :data:`geo.changes.COMPARED`, and ``retired``.
    """
    touched = [versions.c.fields.contains(json.dumps(name), autoescape=True) for name in fields]
    query = (
        history_query()
        .where(revisions.c.at > after, revisions.c.at <= until, sa.or_(*touched))
        .order_by(revisions.c.number, versions.c.zone_id)
    )
    with reading(engine) as connection:
        return [version_of(row) for row in connection.execute(query)]
