"""How often investors searched for what no zone offers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The table of counts."""
    op.create_table(
        "gaps",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("province", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "province", "kind", "meaning", name="pk_gaps"),
    )
