"""Relations between figures: reading them, and whether they lead anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from geo.issues import Issue, issue
from geo.plans.entry import Entry, RefusedError
from geo.plans.record import (
    AtLeast,
    AtMost,
    Base,
    Definition,
    Document,
    Figure,
    Growth,
    Hundred,
    Multiple,
    Operand,
    Pair,
    Promise,
    Relation,
    Restatement,
    Share,
    SumOfParts,
    Trend,
    named,
)

LONGEST_GROWTH = 100  # years

_COMMON = ("id", "mechanism", "clause", "certain", "note_vi", "note_en")
_Fields = Callable[[Entry], dict[str, Any]]


def _trend(entry: Entry) -> dict[str, Any]:
    parts = entry.many("parts")
    wholes = entry.many("wholes") if entry.raw.get("wholes") is not None else ()
    if len(parts) < 2:
        raise RefusedError("plan.too_few", "parts", len(parts))
    if wholes and len(wholes) != len(parts):
        raise RefusedError("plan.lengths", "wholes", len(wholes), parts=len(parts))
    return {
        "parts": parts,
        "wholes": wholes,
        "promise": Promise(entry.one_of("promise", tuple(Promise))),
        "statement": entry.required("statement"),
    }


def _several(entry: Entry, name: str) -> tuple[Operand, ...]:
    found = entry.many(name)
    if len(found) < 2:
        raise RefusedError("plan.too_few", name, len(found))
    return found


def _pairs(entry: Entry) -> tuple[Pair, ...]:
    pairs = [Entry(one, ("part", "share"), "pairs.") for one in entry.items("pairs")]
    return tuple(Pair(one.one("part"), one.one("share")) for one in pairs)


_RELATIONS: dict[str, tuple[type[Relation], tuple[str, ...], _Fields]] = {
    SumOfParts.mechanism: (
        SumOfParts,
        ("whole", "parts"),
        lambda e: {"whole": e.required("whole"), "parts": e.many("parts")},
    ),
    Hundred.mechanism: (
        Hundred,
        ("whole", "parts"),
        lambda e: {"whole": e.text("whole"), "parts": e.many("parts")},
    ),
    Share.mechanism: (
        Share,
        ("part", "whole", "share", "decimals"),
        lambda e: {
            "part": e.one("part"),
            "whole": e.one("whole"),
            "share": e.required("share"),
            "decimals": e.decimals(),
        },
    ),
    Growth.mechanism: (
        Growth,
        ("from", "to", "rate", "years", "decimals"),
        lambda e: {
            "start": e.one("from"),
            "end": e.one("to"),
            "rate": e.required("rate"),
            "years": e.whole("years", 1, LONGEST_GROWTH),
            "decimals": e.decimals(),
        },
    ),
    Multiple.mechanism: (
        Multiple,
        ("from", "to", "times"),
        lambda e: {"start": e.one("from"), "end": e.one("to"), "times": e.required("times")},
    ),
    Restatement.mechanism: (
        Restatement,
        ("figures",),
        lambda e: {"quantities": _several(e, "figures")},
    ),
    Trend.mechanism: (Trend, ("parts", "wholes", "promise", "statement"), _trend),
    AtMost.mechanism: (
        AtMost,
        ("figure", "than"),
        lambda e: {"figure": e.one("figure"), "than": e.one("than")},
    ),
    AtLeast.mechanism: (
        AtLeast,
        ("figure", "than"),
        lambda e: {"figure": e.one("figure"), "than": e.one("than")},
    ),
    Base.mechanism: (
        Base,
        ("whole", "pairs"),
        lambda e: {"whole": e.required("whole"), "pairs": _pairs(e)},
    ),
    Definition.mechanism: (
        Definition,
        ("field", "figures"),
        lambda e: {
            "field": e.one_of("field", Definition.FIELDS),
            "quantities": _several(e, "figures"),
        },
    ),
}


def read_relation(raw: Any, document: str) -> Relation:
    known = Entry(raw, raw if isinstance(raw, Mapping) else ())
    record, own, read = _RELATIONS[known.one_of("mechanism", tuple(_RELATIONS))]
    entry = Entry(raw, (*_COMMON, *own))
    return record(
        id=entry.required("id"),
        document=document,
        clause=entry.required("clause"),
        certain=entry.flag("certain", True),
        note_vi=entry.text("note_vi"),
        note_en=entry.text("note_en"),
        **read(entry),
    )


# -- what holds between entries


def related(files: Sequence[tuple[str, Document]]) -> tuple[list[Document], list[Issue]]:
    """Documents, by the names of their files, without relations that lead nowhere.

    Returns
    -------
    documents, issues
        Of several entries with one id the first is kept.
    """
    first = {document.id: file for file, document in files}
    figures: dict[str, Figure] = {}
    relations: dict[str, Relation] = {}
    issues: list[Issue] = []
    for file, document in files:
        for figure in document.figures:
            if figure.id in first:
                issues.append(_twice(file, figure.id, first[figure.id]))
            else:
                first[figure.id], figures[figure.id] = file, figure
    for file, document in files:
        for one in document.relations:
            if one.id in first:
                issues.append(_twice(file, one.id, first[one.id]))
            else:
                first[one.id], relations[one.id] = file, one
                issues += _unfit(file, one, figures)
    issues += _circles(relations.values(), first)
    faulty = {found.row for found in issues}
    documents = [
        replace(
            document,
            figures=tuple(one for one in document.figures if figures.get(one.id) is one),
            relations=tuple(
                one
                for one in document.relations
                if relations.get(one.id) is one and one.id not in faulty
            ),
        )
        for _, document in files
    ]
    return documents, issues


def _twice(file: str, name: str, first: str) -> Issue:
    return issue(
        "plan.id_duplicate", source=file, row=name, field="id", value=name, file=file, first=first
    )


def _unfit(file: str, relation: Relation, figures: Mapping[str, Figure]) -> list[Issue]:
    """A relation to a figure that is not there, or between years that do not fit."""

    def found(code: str, field: str, value: object, **params: object) -> Issue:
        return issue(
            code, source=file, row=relation.id, field=field, value=value, file=file, **params
        )

    missing = [name for name in relation.figures() if name not in figures]
    if missing:
        return [found("plan.reference", relation.mechanism, name) for name in missing]

    def year(operand: Operand) -> int | None:
        """The one year of an operand; None where it has several or a period."""
        years = {figures[name].year for name in named([operand])}
        return int(years.pop()) if len(years) == 1 and min(map(len, years)) == 4 else None

    match relation:
        case Growth(start=start, end=end) | Multiple(start=start, end=end):
            # a quotient leads back to a year that no figure states
            ends = [(year(one) if isinstance(one, str) else None) for one in (start, end)]
        case Trend(parts=parts):
            ends = [year(one) if isinstance(one, str) else None for one in parts]
        case _:
            return []
    known = [one for one in ends if one is not None]
    if any(later <= sooner for sooner, later in pairwise(known)):
        shown = " → ".join(map(str, known))
        return [found("plan.years_order", "years", shown, first=str(known[0]), last=str(known[-1]))]
    if isinstance(relation, Growth) and len(known) == 2:
        first, last = known
        stated = figures[relation.rate].year
        if last - first != relation.years or stated != f"{first + 1}-{last}":
            fitting = {"first": str(first), "last": str(last), "years": last - first}
            shown = f"{relation.years}, {stated}"
            return [found("plan.years", "years", shown, period=f"{first + 1}-{last}", **fitting)]
    return []


def _circles(relations: Iterable[Relation], files: Mapping[str, str]) -> list[Issue]:
    """Sums that come back to their own whole; of each circle the sum that closes it."""
    parts: dict[str, list[tuple[str, Relation]]] = {}
    for one in relations:
        if isinstance(one, SumOfParts):
            parts.setdefault(one.whole, []).extend((part, one) for part in named(one.parts))
    issues: list[Issue] = []
    done: set[str] = set()
    for start in parts:
        path: dict[str, None] = {}  # the figures on the way, in order
        stack: list[tuple[str, Iterator[tuple[str, Relation]]]] = []
        follow: str | None = None if start in done else start
        while follow is not None or stack:
            if follow is not None:
                path[follow] = None
                stack.append((follow, iter(parts.get(follow, ()))))
                follow = None
            name, ways = stack[-1]
            for part, relation in ways:
                if part in path:
                    circle = list(path)
                    issues.append(
                        issue(
                            "plan.circular",
                            source=files[relation.id],
                            row=relation.id,
                            field="parts",
                            value=part,
                            file=files[relation.id],
                            circle=" → ".join([*circle[circle.index(part) :], part]),
                        )
                    )
                elif part not in done:
                    follow = part
                    break
            else:
                stack.pop()
                del path[name]
                done.add(name)
    return issues
