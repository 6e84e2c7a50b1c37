"""Writing a change: history, published rows and revision number in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geo.changes import Action, Change, Item, diff, raw_of
from geo.errors import KhuCumError
from geo.io.geojson import dump_feature
from geo.store.rows import BATCH, position, read_record
from geo.store.schema import register, revisions, versions, zones
from geo.zones import Zone


class StaleError(KhuCumError):
    """Zones have changed since the change was begun: nothing was written.

    Attributes
    ----------
    zone_ids
        The zones that are at another version than the change was made from.
    """

    def __init__(self, zone_ids: Sequence[str]) -> None:
        super().__init__("register.stale", zones=list(zone_ids))
        self.zone_ids = tuple(zone_ids)


def publish_in(
    connection: Connection,
    change: Change,
    actor: str,
    proposal_id: int | None = None,
    author: str | None = None,
) -> int:
    """Write a change in a transaction that holds the register; gives the new revision.

    Parameters
    ----------
    proposal_id, author
        The proposal that is published, and who made it.

    Raises
    ------
    StaleError
        When a zone is not at the version that the change was made from.
    """
    rows = require_fresh(connection, change)
    _, last, last_at = position(connection)
    number = last + 1
    at = max(now(), last_at or now())  # a clock that was set back must not reorder history
    connection.execute(sa.update(register).values(revision=number))
    connection.execute(
        sa.insert(revisions).values(
            number=number,
            at=at,
            actor=actor,
            action=change.action,
            reason=change.reason,
            proposal_id=proposal_id,
            author=author if author != actor else None,
            undoes=change.undoes,
        )
    )
    history: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for item in change.items:
        row = rows.get(item.zone_id)
        before = None if row is None else row.record
        version = _next_version(item, row, loaded=change.action is Action.LOAD)
        if item.zone is None:
            after, kept = before or "", read_record(before or "", item.zone_id)[0]
            fields = ["retired"]
        else:
            kept = _stamped(item.zone, version, actor, at, loaded=change.action is Action.LOAD)
            after = dump_feature(kept)
            old = None if before is None else read_record(before, item.zone_id)[0]
            fields = [one.field for one in diff(raw_of(old) if old else None, raw_of(kept))]
            if row is not None and row.retired:
                fields.append("retired")
        history.append(
            {
                "zone_id": item.zone_id,
                "version": version,
                "revision": number,
                "retired": item.zone is None,
                "before": before,
                "after": after,
                "fields": json.dumps(fields),
                "parents": json.dumps(item.parents),
            }
        )
        if kept is not None:
            published = _columns(kept, after, version, item.zone is None, at, actor)
            (fresh if row is None else changed).append(published)
        else:  # a retired record that today's program cannot read: only its state changes
            connection.execute(
                sa.update(zones)
                .where(zones.c.id == item.zone_id)
                .values(version=version, retired=True, updated_at=at, updated_by=actor)
            )
    if history:
        connection.execute(sa.insert(versions), history)
    if fresh:
        connection.execute(sa.insert(zones), fresh)
    if changed:
        bound: dict[str, Any] = {
            name: sa.bindparam(f"to_{name}") for name in changed[0] if name != "id"
        }
        statement = sa.update(zones).where(zones.c.id == sa.bindparam("to_id")).values(bound)
        rows_to = [{f"to_{name}": value for name, value in one.items()} for one in changed]
        connection.execute(statement, rows_to)
    return number


def _next_version(item: Item, row: Any, *, loaded: bool) -> int:
    """A new zone begins at 1, and one from data/ where it stands there."""
    if row is not None:
        return int(row.version) + 1
    return item.zone.version if loaded and item.zone is not None else 1


def _stamped(zone: Zone, version: int, actor: str, now: dt.datetime, *, loaded: bool) -> Zone:
    """A record with its version; one loaded from data/ keeps what it says of itself."""
    if loaded:
        return replace(zone, version=version)
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    return replace(zone, version=version, updated_at=at, updated_by=actor)


def _columns(
    zone: Zone, record: str, version: int, retired: bool, now: dt.datetime, actor: str
) -> dict[str, Any]:
    return {
        "id": zone.id,
        "version": version,
        "retired": retired,
        "kind": zone.kind,
        "name": zone.name,
        "province_code": zone.province.code,
        "province_vintage": zone.province.vintage,
        "area_planned_ha": zone.area_planned_ha,
        "area_detailed_ha": zone.area_detailed_ha,
        "area_industrial_ha": zone.area_industrial_ha,
        "area_let_ha": zone.area_let_ha,
        "let_as_of": zone.let_as_of,
        "stage": zone.stage,
        "location_precision": zone.location_precision,
        "location_radius_km": zone.location_radius_km,
        "updated_at": now,
        "updated_by": actor,
        "geometry": zone.geometry,
        "record": record,
    }


def require_fresh(connection: Connection, change: Change) -> dict[str, Any]:
    """The present rows of the zones of a change by id.

    Raises
    ------
    StaleError
    """
    ids = [item.zone_id for item in change.items]
    rows: dict[str, Any] = {}
    columns = sa.select(zones.c.id, zones.c.version, zones.c.retired, zones.c.record)
    for start in range(0, len(ids), BATCH):
        query = columns.where(zones.c.id.in_(ids[start : start + BATCH]))
        rows |= {row.id: row for row in connection.execute(query)}
    stale = [
        item.zone_id
        for item in change.items
        if item.base_version != (rows[item.zone_id].version if item.zone_id in rows else None)
    ]
    if stale:
        raise StaleError(stale)
    return rows


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
