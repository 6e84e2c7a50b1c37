"""Whether a database holds a sound register: found here, not by whoever next uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from geo.store import migrate
from geo.store.database import reading
from geo.store.gaps import GapKind
from geo.store.schema import (
    APPEND_ONLY,
    gaps,
    pending,
    proposals,
    reasons,
    register,
    revisions,
    versions,
    zones,
)
from geo.zones import AREA_FIELDS, Zone, parse

_GRID = 1e-6
"""Degrees to which a record writes its coordinates."""

_COPIED = ("kind", "name", "stage", "let_as_of", "location_precision")
_NUMBERS = (*AREA_FIELDS, "location_radius_km")
_MILLIONTH = Decimal("0.000001")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be; its words are under ``health.<code>``."""

    code: str
    params: dict[str, Any]


def check(engine: Engine) -> list[Finding]:
    """Look at everything in one consistent view; writes nothing.

    Returns
    -------
    list of Finding
        Empty for a sound register.

    Raises
    ------
    StoreError
        ``store.not_prepared`` or ``store.outdated`` before :func:`geo.store.migrate.upgrade`;
        else see :func:`geo.store.database.meaning`.
    """
    migrate.require(engine)
    with reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        found = list(_file(connection))
        if found:
            return found  # what else would be read from such a file means nothing
        for part in (
            _references,
            _triggers,
            _revisions,
            _versions,
            _zones,
            _queue,
            _reasons,
            _gaps,
        ):
            found += part(connection)
    return found


def _file(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield Finding("damaged", {"detail": said})


def _references(connection: Connection) -> Iterator[Finding]:
    """A server never lets go of its foreign keys; a file does for whoever does not ask for them."""
    if connection.dialect.name != "sqlite":
        return
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Finding("reference", {"table": table, "row": str(row), "parent": parent})


def _triggers(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'"
        wanted = 2  # one for UPDATE, one for DELETE
    else:
        query = (
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE p.proname = 'refuse_change' AND t.tgenabled IN ('O', 'A')"
        )
        wanted = 1
    present = list(connection.scalars(sa.text(query)))
    for table in APPEND_ONLY:
        if present.count(table) < wanted:
            yield Finding("trigger", {"table": table})


def _revisions(connection: Connection) -> Iterator[Finding]:
    rows = connection.execute(sa.select(register.c.id, register.c.revision)).all()
    numbers = list(connection.scalars(sa.select(revisions.c.number).order_by(revisions.c.number)))
    if len(rows) != 1:
        if rows or numbers:
            yield Finding("register", {"rows": len(rows)})
        return
    last = rows[0].revision
    missing = sorted(set(range(1, last + 1)) - set(numbers))
    if missing:
        yield Finding("revision_missing", {"numbers": _some(missing), "last": str(last)})
    beyond = [number for number in numbers if not 1 <= number <= last]
    if beyond:
        yield Finding("revision_beyond", {"numbers": _some(beyond), "last": str(last)})


def _versions(connection: Connection) -> Iterator[Finding]:
    """Each zone's history leads without a gap to what is published."""
    columns = (zones.c.id, zones.c.version, zones.c.retired, zones.c.record)
    published = {row.id: row for row in connection.execute(sa.select(*columns))}
    query = sa.select(
        versions.c.zone_id,
        versions.c.version,
        versions.c.retired,
        versions.c.before,
        versions.c.after,
    ).order_by(versions.c.zone_id, versions.c.version)
    stream = connection.execution_options(yield_per=_BATCH).execute(query)
    for zone_id, history in groupby(stream, lambda row: row.zone_id):
        last: Any = None
        for row in history:
            if last is None and row.before is not None:
                yield Finding("version_first", {"zone": zone_id, "version": str(row.version)})
            elif last is not None and row.version != last.version + 1:
                yield Finding("version_gap", {"zone": zone_id, "version": str(last.version + 1)})
            elif last is not None and row.before != last.after:
                yield Finding("version_chain", {"zone": zone_id, "version": str(row.version)})
            last = row
        now = published.pop(zone_id, None)
        if now is None:
            yield Finding("unpublished", {"zone": zone_id})
        elif (now.version, now.retired, now.record) != (last.version, last.retired, last.after):
            yield Finding("published", {"zone": zone_id, "version": str(last.version)})
    for zone_id in published:
        yield Finding("no_history", {"zone": zone_id})


def _zones(connection: Connection) -> Iterator[Finding]:
    """Records can be read, and the columns that others look at say the same as the record."""
    stream = connection.execution_options(yield_per=_BATCH).execute(sa.select(zones))
    for row in stream:
        zone = _read(row.record)
        if zone is None:
            if not row.retired:
                yield Finding("unreadable", {"zone": row.id})
            continue
        for field in _differing(row, zone):
            yield Finding("column", {"zone": row.id, "field": field})


def _read(record: str) -> Zone | None:
    try:
        return parse(json.loads(record, parse_float=Decimal))[0]
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _differing(row: Any, zone: Zone) -> Iterator[str]:
    if row.id != zone.id:
        yield "id"
    for name in _COPIED:
        if getattr(row, name) != getattr(zone, name):
            yield name
    for name in _NUMBERS:
        if _rounded(getattr(row, name)) != _rounded(getattr(zone, name)):
            yield name
    if (row.province_code, row.province_vintage) != (zone.province.code, zone.province.vintage):
        yield "province"
    mine, theirs = row.geometry, zone.geometry
    if mine is None or theirs is None:
        same = mine is theirs
    else:
        same = bool(mine.equals_exact(theirs, tolerance=_GRID))
    if not same:
        yield "geometry"


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_MILLIONTH)


def _queue(connection: Connection) -> Iterator[Finding]:
    """Zones are held by open proposals, and every open proposal holds its zones."""
    held = sa.select(pending.c.zone_id, pending.c.proposal_id, proposals.c.status).join(
        proposals, proposals.c.id == pending.c.proposal_id, isouter=True
    )
    holding = set()
    for zone_id, proposal_id, status in connection.execute(held):
        holding.add((proposal_id, zone_id))
        if status != "pending":
            yield Finding("pending", {"zone": zone_id, "proposal": str(proposal_id)})
    waiting = sa.select(proposals.c.id, proposals.c["items"]).where(proposals.c.status == "pending")
    for proposal_id, items in connection.execute(waiting):
        for item in json.loads(items):
            if (proposal_id, item["zone_id"]) not in holding:
                yield Finding("unqueued", {"zone": item["zone_id"], "proposal": str(proposal_id)})


def _reasons(connection: Connection) -> Iterator[Finding]:
    """What is taken back is a reason for the same finding, given before."""
    other = reasons.alias()
    query = (
        sa.select(reasons.c.id)
        .join(other, other.c.id == reasons.c.withdraws)
        .where(
            sa.or_(
                other.c.finding_id != reasons.c.finding_id,
                other.c.withdraws.is_not(None),
                other.c.id >= reasons.c.id,
            )
        )
        .order_by(reasons.c.id)
    )
    for number in connection.scalars(query):
        yield Finding("reason", {"reason": str(number)})


def _gaps(connection: Connection) -> Iterator[Finding]:
    """Counts count something, in a month, of a kind that there is."""
    kinds = {one.value for one in GapKind}
    for row in connection.execute(sa.select(gaps).order_by(*gaps.primary_key.columns)):
        if row.asked < 1 or row.kind not in kinds or not _MONTH.fullmatch(row.month):
            params = {"month": row.month, "province": row.province, "meaning": row.meaning}
            yield Finding("gap", {**params, "kind": row.kind})


def _some(numbers: list[int]) -> str:
    """At most ten numbers; they are names, so they are not grouped."""
    shown = ", ".join(str(number) for number in numbers[:10])
    return f"{shown}, …" if len(numbers) > 10 else shown
