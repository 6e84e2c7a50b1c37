"""The first tables of the register."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import UserDefinedType

from geo.store.database import StoreError

revision = "0001"
down_revision = None


class PostGis(UserDefinedType[bytes]):
    """A geometry column in EPSG:4326."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "geometry(Geometry, 4326)"


GEOMETRY = sa.LargeBinary().with_variant(PostGis(), "postgresql")
APPEND_ONLY = ("revisions", "versions", "events")


def upgrade() -> None:
    """Tables, indexes, and triggers that keep history from being changed."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        _postgis()
    _tables()
    if postgresql:
        op.create_index("ix_zones_geometry", "zones", ["geometry"], postgresql_using="gist")
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
        )
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
    else:
        for table in APPEND_ONLY:
            for change in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )


def _postgis() -> None:
    connection = op.get_bind()
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except DBAPIError as fault:
        state = getattr(fault.orig, "sqlstate", None)
        database = connection.engine.url.database
        if state == "42501":
            raise StoreError("store.postgis_forbidden", database=database) from fault
        if state in ("0A000", "58P01"):
            raise StoreError("store.postgis_missing", database=database) from fault
        raise


def _tables() -> None:
    op.create_table(
        "register",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seed_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register"),
    )

    op.create_table(
        "revisions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Integer()),
        sa.Column("author", sa.String(100)),
        sa.Column("undoes", sa.Integer()),
        sa.PrimaryKeyConstraint("number", name="pk_revisions"),
    )
    op.create_index("ix_revisions_actor", "revisions", ["actor"])
    op.create_index("ix_revisions_at", "revisions", ["at"])

    op.create_table(
        "versions",
        sa.Column("zone_id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("parents", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revisions.number"], name="fk_versions_revision"),
        sa.PrimaryKeyConstraint("zone_id", "version", name="pk_versions"),
    )
    op.create_index("ix_versions_revision", "versions", ["revision"])

    op.create_table(
        "zones",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("province_code", sa.String(10), nullable=False),
        sa.Column("province_vintage", sa.String(10), nullable=False),
        sa.Column("area_planned_ha", sa.Numeric(16, 6)),
        sa.Column("area_detailed_ha", sa.Numeric(16, 6)),
        sa.Column("area_industrial_ha", sa.Numeric(16, 6)),
        sa.Column("area_let_ha", sa.Numeric(16, 6)),
        sa.Column("let_as_of", sa.Date()),
        sa.Column("stage", sa.String(20)),
        sa.Column("location_precision", sa.String(20), nullable=False),
        sa.Column("location_radius_km", sa.Numeric(16, 6)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(100), nullable=False),
        sa.Column("geometry", GEOMETRY),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_zones"),
    )

    op.create_table(
        "seed",
        sa.Column("zone_id", sa.String(100), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", name="pk_seed"),
    )

    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision", sa.Text()),
        sa.Column("revision", sa.Integer()),
        sa.Column("seen_by_author", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_author", "proposals", ["author"])
    op.create_index("ix_proposals_status", "proposals", ["status"])

    op.create_table(
        "pending",
        sa.Column("zone_id", sa.String(100), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_pending_proposal_id"),
        sa.PrimaryKeyConstraint("zone_id", name="pk_pending"),
    )
    op.create_index("ix_pending_proposal_id", "pending", ["proposal_id"])

    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_comments_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
    )
    op.create_index("ix_comments_proposal_id", "comments", ["proposal_id"])

    op.create_table(
        "drafts",
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("author", "key", name="pk_drafts"),
    )

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("issuer", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("provinces", sa.Text()),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("issuer", "subject", name="uq_users_issuer"),
        sa.UniqueConstraint("login", name="uq_users_login"),
    )

    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])

    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tokens_user_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_tokens"),
    )

    op.create_table(
        "attempts",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", name="pk_attempts"),
    )

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_at", "events", ["at"])
