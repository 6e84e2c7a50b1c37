"""What was searched for and not found, as numbers: one row a month, province, kind and meaning.

Nothing here says who asked, on which day or in which words; there is no column for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from geo.store.database import reading, writing
from geo.store.schema import gaps


class GapKind(StrEnum):
    """Why nothing was found."""

    NOTHING = "nothing"  # no zone permits it
    LAND = "land"  # zones permit it, and none of them has the land asked for
    UNREAD = "unread"  # the question was not understood


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """What was searched for and not found.

    Attributes
    ----------
    month
        ``YYYY-MM``, by the calendar of Vietnam.
    province
        Code of 2016; empty where the search was not limited to provinces.
    meaning
        Codes of VSIC joined by ``-``, or the folded phrase of a quality, as the key of a reading;
        empty where nothing was understood.
    """

    month: str
    province: str
    kind: GapKind
    meaning: str


def add(engine: Engine, found: Collection[Gap]) -> None:
    """Count each once more; two that count at once both count.

    Raises
    ------
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    with writing(engine) as connection:
        for one in sorted(found):
            row = {name: getattr(one, name) for name in Gap.__slots__}
            connection.execute(
                insert(gaps)
                .values(**row, asked=1)
                .on_conflict_do_update(
                    index_elements=gaps.primary_key, set_={"asked": gaps.c.asked + 1}
                )
            )


def recorded(engine: Engine) -> list[tuple[Gap, int]]:
    """All that was counted and how often: the newest month first, then the most asked for.

    Raises
    ------
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    query = (
        sa.select(gaps)
        .where(gaps.c.kind.in_(list(GapKind)))
        .order_by(
            gaps.c.month.desc(), gaps.c.asked.desc(), gaps.c.province, gaps.c.kind, gaps.c.meaning
        )
    )
    with reading(engine) as connection:
        return [
            (Gap(row.month, row.province, GapKind(row.kind), row.meaning), row.asked)
            for row in connection.execute(query)
        ]
