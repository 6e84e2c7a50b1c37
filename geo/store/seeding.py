"""``data/zones.geojson`` and the database: the first load, and the comparison afterwards.

``data/`` is reviewed as text, the database is edited by staff; each may get ahead of the other.
The last state that both had is kept as the *seed*, so every difference tells whose it is.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geo.changes import Action, Change, Conflict, Item, diff, merge, raw_of, zone_of
from geo.errors import DataError
from geo.io import geojson
from geo.io.files import read_bytes
from geo.issues import has_errors
from geo.settings import Settings
from geo.store.database import reading, writing
from geo.store.publishing import publish_in
from geo.store.register import Register
from geo.store.schema import register as register_table
from geo.store.schema import revisions, seed, zones
from geo.zones import Zone, parse

LOADER = "data"
"""Who loads, in the history."""


class Side(StrEnum):
    """Who has moved away from the seed."""

    DATA = "data"  # only data/ has changed: it can be taken over
    REGISTER = "register"  # only staff have: `export` brings data/ up to date
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """A zone that is not the same in ``data/`` and in the register.

    Attributes
    ----------
    seed, data, register
        Raw records; None where the zone is not there.
    fields
        In which `data` and `register` differ.
    conflicts
        Fields that both have changed to different values; also set where one side has removed
        what the other has changed.
    """

    zone_id: str
    side: Side
    seed: Mapping[str, Any] | None
    data: Mapping[str, Any] | None
    register: Mapping[str, Any] | None
    fields: tuple[str, ...]
    conflicts: tuple[Conflict, ...] = ()

    @property
    def open(self) -> bool:
        """Whether ``data/`` holds something that the register has not got."""
        return self.side is not Side.REGISTER


def load(settings: Settings) -> tuple[str, tuple[Zone, ...]]:
    """Digest and zones of ``data/zones.geojson``.

    Raises
    ------
    DataError
        ``seed.refused`` when the file holds records that are not read: an incomplete register
        must not be taken for the whole.
    """
    path = settings.data_dir / "zones.geojson"
    content = read_bytes(path, settings.max_file_mb)
    found, issues = geojson.parse_zones(content, path.name)
    if has_errors(issues):
        raise DataError("seed.refused", file=path.name)
    return hashlib.sha256(content).hexdigest(), tuple(found)


def first_load(store: Register) -> None:
    """Fill an empty database from ``data/``; does nothing to one that is filled."""
    with reading(store.engine) as connection:
        if _filled(connection):
            return
    digest, found = load(store.settings)
    with writing(store.engine) as connection:
        if _filled(connection):  # another process was faster
            return
        connection.execute(
            sa.insert(register_table).values(
                id=1, token=secrets.token_hex(16), revision=0, seed_digest=digest
            )
        )
        items = tuple(Item(zone.id, None, zone) for zone in found)
        publish_in(connection, Change(Action.LOAD, "", items), LOADER)
        _remember(connection, found)


def edited(store: Register) -> bool:
    """Whether anything but ``data/`` has ever changed the register."""
    query = sa.select(revisions.c.number).where(revisions.c.action != Action.LOAD).limit(1)
    with reading(store.engine) as connection:
        return connection.scalar(query) is not None


def same_seed(store: Register, digest: str) -> bool:
    """Whether ``data/`` is as it was when it was last compared."""
    with reading(store.engine) as connection:
        return connection.scalar(sa.select(register_table.c.seed_digest)) == digest


def compare(store: Register) -> list[Difference]:
    """Every zone that differs between ``data/`` and the register, by id.

    Raises
    ------
    DataError
        When ``data/`` cannot be read.
    """
    _, found = load(store.settings)
    with reading(store.engine) as connection:
        return _compare(connection, found)


def take(store: Register, reason: str, actor: str = LOADER) -> int:
    """Take over from ``data/`` whatever the register has not changed itself, in one revision.

    Fields that only ``data/`` has changed are taken also from records in conflict; what both have
    changed stays as it is in the register, and stays in the report.

    Returns
    -------
    int
        How many zones were changed.
    """
    digest, found = load(store.settings)
    by_id = {zone.id: zone for zone in found}
    with writing(store.engine) as connection:
        differences = [one for one in _compare(connection, found) if one.open]
        versions = {row.id: row.version for row in connection.execute(sa.select(zones))}
        items = []
        for one in differences:
            item = _item(one, by_id, versions)
            if item is not None:
                items.append(item)
        if items:
            publish_in(connection, Change(Action.LOAD, reason, tuple(items)), actor)
        conflicting = {one.zone_id for one in differences if one.conflicts}
        _remember(connection, [zone for zone in found if zone.id not in conflicting])
        kept = {zone.id for zone in found} | conflicting
        gone = [id_ for id_ in connection.scalars(sa.select(seed.c.zone_id)) if id_ not in kept]
        connection.execute(sa.delete(seed).where(seed.c.zone_id.in_(gone)))
        if not conflicting:
            connection.execute(sa.update(register_table).values(seed_digest=digest))
    return len(items)


def keep(store: Register, zone_ids: Collection[str]) -> None:
    """Settle conflicts in favour of the register: ``data/`` counts as seen for these zones."""
    _, found = load(store.settings)
    chosen = [zone for zone in found if zone.id in zone_ids]
    gone = set(zone_ids) - {zone.id for zone in found}
    with writing(store.engine) as connection:
        _remember(connection, chosen)
        connection.execute(sa.delete(seed).where(seed.c.zone_id.in_(gone)))


def _item(one: Difference, by_id: Mapping[str, Zone], versions: Mapping[str, int]) -> Item | None:
    """What can be taken over without touching what staff have changed; None where nothing."""
    version = versions.get(one.zone_id)
    if one.data is None:
        return None if one.conflicts else Item(one.zone_id, version, None)
    if one.register is None:
        return None if one.conflicts else Item(one.zone_id, version, by_id[one.zone_id])
    merged, _ = merge(one.seed or {}, one.data, one.register)
    if not diff(one.register, merged):
        return None
    zone, _ = zone_of(merged)
    return None if zone is None else Item(one.zone_id, version, zone)


def _filled(connection: Connection) -> bool:
    return connection.scalar(sa.select(register_table.c.id)) is not None


def _remember(connection: Connection, found: Collection[Zone]) -> None:
    if not found:
        return
    ids = [zone.id for zone in found]
    connection.execute(sa.delete(seed).where(seed.c.zone_id.in_(ids)))
    rows = [{"zone_id": zone.id, "record": geojson.dump_feature(zone)} for zone in found]
    connection.execute(sa.insert(seed), rows)


def _compare(connection: Connection, found: Collection[Zone]) -> list[Difference]:
    data = {zone.id: raw_of(zone) for zone in found}
    base = {row.zone_id: _raw(row.record) for row in connection.execute(sa.select(seed))}
    published = sa.select(zones.c.id, zones.c.record).where(sa.not_(zones.c.retired))
    mine = {row.id: _raw(row.record) for row in connection.execute(published)}
    differences = []
    for id_ in sorted(data.keys() | mine.keys()):
        old, theirs, own = base.get(id_), data.get(id_), mine.get(id_)
        fields = tuple(one.field for one in diff(own, theirs))
        if not fields:
            continue
        by_data, by_register = bool(diff(old, theirs)), bool(diff(old, own))
        if by_data and by_register:
            _, conflicts = merge(old or {}, theirs or {}, own or {})
            if not conflicts and (theirs is None or own is None):  # removed here, changed there
                conflicts = (Conflict("retired", False, theirs is None, own is None),)
            side = Side.BOTH
        else:
            conflicts, side = (), Side.DATA if by_data else Side.REGISTER
        differences.append(Difference(id_, side, old, theirs, own, fields, conflicts))
    return differences


def _raw(record: str) -> dict[str, Any]:
    zone, _ = parse(json.loads(record, parse_float=Decimal))
    return raw_of(zone) if zone is not None else {}
