"""How well a search finds what the labelled queries say that it must find.

The set and how it is counted: ``tests/queries/README.md``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

LABELLED = Path(__file__).parents[1] / "tests" / "queries" / "labelled.csv"

Finds = Callable[[str], Collection[str]]
"""Ids of the zones that match a query."""


@dataclass(frozen=True, slots=True)
class Query:
    """A labelled query; see the columns of the table."""

    id: str
    text: str
    form: str
    divisions: tuple[str, ...]
    must: frozenset[str]
    may: frozenset[str]
    part: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Micro and macro means, and the queries of `nothing` for which something was found."""

    queries: int
    recall: float
    recall_macro: float
    precision: float
    precision_macro: float
    forbidden: tuple[str, ...]


def queries(part: str | None = None) -> list[Query]:
    with LABELLED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Query(
            row["id"],
            row["query"],
            row["form"],
            tuple(filter(None, row["divisions"].split(";"))),
            frozenset(filter(None, row["must"].split(";"))),
            frozenset(filter(None, row["may"].split(";"))),
            row["part"],
        )
        for row in rows
        if part is None or row["part"] == part
    ]


def measure(finds: Finds, asked: Iterable[Query]) -> Quality:
    """Ask all queries and count."""
    wanted = right = shown = 0
    recalls, precisions, forbidden = [], [], []
    count = 0
    for query in asked:
        count += 1
        found = set(finds(query.text))
        good, judged = found & query.must, found - query.may
        wanted += len(query.must)
        right += len(good)
        shown += len(judged)
        if query.must:
            recalls.append(len(good) / len(query.must))
            if judged:
                precisions.append(len(good) / len(judged))
        if query.form == "nothing" and judged:
            forbidden.append(query.id)
    return Quality(
        count,
        right / (wanted or 1),
        _mean(recalls),
        right / (shown or 1),
        _mean(precisions),
        tuple(forbidden),
    )


def _mean(values: Collection[float]) -> float:
    return sum(values) / (len(values) or 1)
