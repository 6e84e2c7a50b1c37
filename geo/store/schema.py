"""The tables of the register, the same in SQLite and in PostgreSQL with PostGIS.

``zones`` is the published register as QGIS may open it; ``revisions`` and ``versions`` are its
history and only ever grow, as do ``reasons``, which staff give for findings of the audit; ``gaps``
counts what investors did not find; everything else is work in progress and people.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
)
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[dt.datetime]):
    """A moment in UTC; SQLite forgets the zone and is reminded of it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class _Wkb(TypeDecorator[BaseGeometry]):
    """A shape as well-known binary."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        return None if value is None else shapely.to_wkb(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        return None if value is None else shapely.from_wkb(bytes(value))


class _PostGis(UserDefinedType[bytes]):
    """A geometry column of PostGIS in EPSG:4326; travels as WKB."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "geometry(Geometry, 4326)"

    def bind_expression(self, bindvalue: Any) -> Any:
        return func.ST_GeomFromWKB(bindvalue, 4326, type_=self)

    def column_expression(self, column: Any) -> Any:
        return func.ST_AsBinary(column, type_=_Wkb())


class Geometry(_Wkb):
    """A shape in EPSG:4326: PostGIS geometry, or WKB where there is no PostGIS."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(_PostGis())
        return dialect.type_descriptor(LargeBinary())


ZoneId = String(100)
Login = String(100)
Area = Numeric(16, 6, asdecimal=True)

register = Table(
    "register",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("token", String(32), nullable=False),  # tells two registers apart
    Column("revision", Integer, nullable=False),
    Column("seed_digest", String(64), nullable=False),  # of data/zones.geojson as last taken over
)

revisions = Table(
    "revisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False, index=True),
    Column("actor", Login, nullable=False, index=True),
    Column("action", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposal_id", Integer),
    Column("author", Login),  # who proposed it, where that is somebody else
    Column("undoes", Integer),  # number of the revision that this one takes back
)

versions = Table(
    "versions",
    metadata,
    Column("zone_id", ZoneId, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("revision", ForeignKey(revisions.c.number), nullable=False, index=True),
    Column("retired", Boolean, nullable=False),
    Column("before", Text),  # null: the zone is new
    Column("after", Text, nullable=False),  # of a retired zone: as it last was
    Column("fields", Text, nullable=False),  # JSON list of what changed, for the search by field
    Column("parents", Text, nullable=False),  # JSON list of ids: what it was split or merged from
)

zones = Table(
    "zones",
    metadata,
    Column("id", ZoneId, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("province_code", String(10), nullable=False),
    Column("province_vintage", String(10), nullable=False),
    Column("area_planned_ha", Area),
    Column("area_detailed_ha", Area),
    Column("area_industrial_ha", Area),
    Column("area_let_ha", Area),
    Column("let_as_of", Date),
    Column("stage", String(20)),
    Column("location_precision", String(20), nullable=False),
    Column("location_radius_km", Area),
    Column("updated_at", Utc, nullable=False),
    Column("updated_by", Login, nullable=False),
    Column("geometry", Geometry),
    Column("record", Text, nullable=False),  # the canonical GeoJSON feature: what the others show
)
Index("ix_zones_geometry", zones.c.geometry, postgresql_using="gist").ddl_if(dialect="postgresql")

seed = Table(
    "seed",
    metadata,
    Column("zone_id", ZoneId, primary_key=True),
    Column("record", Text, nullable=False),  # as data/ last had it: the base of a comparison
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("action", String(20), nullable=False),
    Column("author", Login, nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("items", Text, nullable=False),  # JSON list, see geo.store.changes
    Column("undoes", Integer),
    Column("status", String(20), nullable=False, index=True),
    Column("decided_by", Login),
    Column("decided_at", Utc),
    Column("decision", Text),  # the reason of a rejection
    Column("revision", Integer),  # that published it
    Column("seen_by_author", Boolean, nullable=False, default=False),
)

pending = Table(
    "pending",
    metadata,
    Column("zone_id", ZoneId, primary_key=True),  # at most one open proposal a zone
    Column("proposal_id", ForeignKey(proposals.c.id), nullable=False, index=True),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("proposal_id", ForeignKey(proposals.c.id), nullable=False, index=True),
    Column("author", Login, nullable=False),
    Column("at", Utc, nullable=False),
    Column("text", Text, nullable=False),
)

reasons = Table(
    "reasons",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding_id", Text, nullable=False),
    Column("document", Text, nullable=False, index=True),
    Column("basis", String(64), nullable=False),  # see geo.checks.Finding.basis
    Column("text", Text, nullable=False),  # empty in a row that takes another one back
    Column("actor", Login, nullable=False),
    Column("role", String(20), nullable=False),  # of the actor at that moment
    Column("at", Utc, nullable=False),
    Column("withdraws", ForeignKey("reasons.id"), unique=True),
)

gaps = Table(
    "gaps",
    metadata,
    Column("month", String(7), primary_key=True),  # as 2026-11; no day, so that nobody is told
    Column("province", String(10), primary_key=True),  # code of 2016; empty: no province chosen
    Column("kind", String(20), primary_key=True),
    Column("meaning", Text, primary_key=True),  # codes or a quality, never what was typed
    Column("asked", Integer, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("author", Login, primary_key=True),
    Column("key", String(120), primary_key=True),  # a zone's id, or the name of a form
    Column("at", Utc, nullable=False),
    Column("content", Text, nullable=False),  # JSON
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Login, nullable=False, unique=True),  # lower case
    Column("name", Text, nullable=False),
    Column("password_hash", Text),  # null: signs in elsewhere, or not yet
    Column("issuer", Text),  # of OpenID Connect
    Column("subject", Text),
    Column("role", String(20), nullable=False),
    Column("provinces", Text),  # JSON list of codes of 2016; null: all
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the secret in the cookie
    Column("user_id", ForeignKey(users.c.id), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the secret in a one-time link
    Column("purpose", String(20), nullable=False),
    Column("user_id", ForeignKey(users.c.id)),
    Column("expires_at", Utc, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(120), primary_key=True),  # whom or where from
    Column("failures", Integer, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("locked_until", Utc),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("actor", Login, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

APPEND_ONLY = ("revisions", "versions", "events", "reasons")
"""Tables whose rows a trigger keeps from being changed or removed."""
