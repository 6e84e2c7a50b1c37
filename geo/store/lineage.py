"""Which zones came out of which: splits and mergers, kept with the versions that they made."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from geo.changes import Action
from geo.store.database import reading
from geo.store.schema import revisions, versions

_NONE = "[]"


@dataclass(frozen=True, slots=True)
class Link:
    """One zone that was made from another, and the revision that made it."""

    parent: str
    child: str
    action: Action
    revision: int


def links(engine: Engine, *, zone_id: str = "", since: dt.datetime | None = None) -> list[Link]:
    """Splits and mergers in their order.

    Parameters
    ----------
    zone_id
        Only those in which this zone is parent or child.
    since
        Only those after this moment.
    """
    query = (
        sa.select(versions.c.zone_id, versions.c.parents, revisions.c.action, versions.c.revision)
        .join(revisions, revisions.c.number == versions.c.revision)
        .where(versions.c.parents != _NONE)
        .order_by(versions.c.revision, versions.c.zone_id)
    )
    if zone_id:
        named = versions.c.parents.contains(json.dumps(zone_id), autoescape=True)
        query = query.where(sa.or_(versions.c.zone_id == zone_id, named))
    if since is not None:
        query = query.where(revisions.c.at > since)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    found = [
        Link(parent, row.zone_id, Action(row.action), row.revision)
        for row in rows
        for parent in json.loads(row.parents)
        if parent != row.zone_id
    ]
    return [one for one in found if not zone_id or zone_id in (one.parent, one.child)]
