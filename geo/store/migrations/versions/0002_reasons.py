"""Reasons that staff give for findings of the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The table, and triggers that keep it from being changed."""
    op.create_table(
        "reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdraws", sa.Integer()),
        sa.ForeignKeyConstraint(["withdraws"], ["reasons.id"], name="fk_reasons_withdraws"),
        sa.PrimaryKeyConstraint("id", name="pk_reasons"),
        sa.UniqueConstraint("withdraws", name="uq_reasons_withdraws"),
    )
    op.create_index("ix_reasons_document", "reasons", ["document"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER reasons_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON reasons FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    else:
        for change in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER reasons_no_{change} BEFORE {change} ON reasons "
                "BEGIN SELECT RAISE(ABORT, 'reasons only grows'); END"
            )
