"""What the tables of the register hold, as records: versions, proposals, comments."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geo.changes import Action, Change, Item
from geo.io.geojson import dump_feature
from geo.issues import Issue
from geo.store.schema import register, revisions, versions, zones
from geo.zones import Zone, parse

BATCH = 500
"""Rows asked for by id at once; databases limit the parameters of a statement."""


@dataclass(frozen=True, slots=True)
class Version:
    """A zone as it was at one version, and how it came to be so.

    `before` is None for a new zone; `retired` zones keep the record that they had last.
    """

    zone_id: str
    version: int
    retired: bool
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    fields: tuple[str, ...]
    parents: tuple[str, ...]
    revision: int
    at: dt.datetime
    actor: str
    author: str | None
    action: Action
    reason: str
    undoes: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a decision, or has had it.

    Attributes
    ----------
    unread
        By zone, raw records that today's program cannot read; their items have no zone, but do
        not retire it.
    """

    id: int
    change: Change
    author: str
    created_at: dt.datetime
    status: str
    decided_by: str | None
    decided_at: dt.datetime | None
    decision: str | None
    revision: int | None
    seen_by_author: bool
    unread: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Comment:
    author: str
    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which versions; an empty choice means all. Days are of UTC, both included."""

    zone_id: str = ""
    actor: str = ""
    field: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def position(connection: Connection) -> tuple[str, int, dt.datetime | None]:
    """Token, revision and moment of the last revision: never the same for two contents."""
    row = connection.execute(
        sa.select(register.c.token, register.c.revision, revisions.c.at).join(
            revisions, revisions.c.number == register.c.revision, isouter=True
        )
    ).one()
    return row.token, row.revision, row.at


def by_id(
    connection: Connection, key: sa.Column[Any], value: sa.Column[Any], ids: Collection[str]
) -> dict[str, Any]:
    """Values of rows by id, asked for in batches."""
    wanted = list(ids)
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), BATCH):
        query = sa.select(key, value).where(key.in_(wanted[start : start + BATCH]))
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def current_versions(connection: Connection, zone_ids: Collection[str]) -> dict[str, Version]:
    wanted = list(zone_ids)
    found: dict[str, Version] = {}
    for start in range(0, len(wanted), BATCH):
        query = history_query().join(
            zones, sa.and_(zones.c.id == versions.c.zone_id, zones.c.version == versions.c.version)
        )
        query = query.where(zones.c.id.in_(wanted[start : start + BATCH]))
        found |= {row.zone_id: version_of(row) for row in connection.execute(query)}
    return found


def history_query() -> sa.Select[Any]:
    return sa.select(
        versions,
        revisions.c.at,
        revisions.c.actor,
        revisions.c.author,
        revisions.c.action,
        revisions.c.reason,
        revisions.c.undoes,
    ).join(revisions, revisions.c.number == versions.c.revision)


def version_of(row: Any) -> Version:
    return Version(
        zone_id=row.zone_id,
        version=row.version,
        retired=row.retired,
        before=None if row.before is None else _raw(row.before),
        after=_raw(row.after),
        fields=tuple(json.loads(row.fields)),
        parents=tuple(json.loads(row.parents)),
        revision=row.revision,
        at=row.at,
        actor=row.actor,
        author=row.author,
        action=Action(row.action),
        reason=row.reason,
        undoes=row.undoes,
    )


def proposal_of(row: Any) -> Proposal:
    items: list[Item] = []
    unread: dict[str, Mapping[str, Any]] = {}
    for one in json.loads(row.items):
        zone_id, record = one["zone_id"], one["record"]
        zone = None if record is None else read_record(record, zone_id)[0]
        if record is not None and zone is None:
            unread[zone_id] = _raw(record)
        items.append(Item(zone_id, one["base_version"], zone, tuple(one["parents"])))
    return Proposal(
        id=row.id,
        change=Change(Action(row.action), row.reason, tuple(items), row.undoes),
        author=row.author,
        created_at=row.created_at,
        status=row.status,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=row.decision,
        revision=row.revision,
        seen_by_author=row.seen_by_author,
        unread=unread,
    )


def items_text(items: Iterable[Item]) -> str:
    rows = [
        {
            "zone_id": item.zone_id,
            "base_version": item.base_version,
            "record": None if item.zone is None else dump_feature(item.zone),
            "parents": item.parents,
        }
        for item in items
    ]
    return json.dumps(rows, ensure_ascii=False)


def read_record(text: str, zone_id: str) -> tuple[Zone | None, list[Issue]]:
    return parse(json.loads(text, parse_float=Decimal), row=zone_id)


def _raw(text: str) -> dict[str, Any]:
    feature = json.loads(text)
    return {**feature["properties"], "geometry": feature["geometry"]}
