"""Plan documents and the figures that they state, each traced to its clause and words.

One JSON file a document in ``data/plans/``; the format is described in ``data/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from geo.errors import DataError
from geo.zones import COMPARATORS, UnitRef, Zone


class Subject(StrEnum):
    """What a figure counts or measures; the register keeps records of zones only."""

    ZONE = "zone"
    POINT = "point"  # điểm công nghiệp
    CRAFT_VILLAGE = "craft_village"  # làng nghề


class Method(StrEnum):
    """How a figure is held against the records."""

    SUM_OF_AREAS = "sum_of_areas"
    AREA_ADDED = "area_added"
    ROW_COUNT = "row_count"
    CLUSTER_COUNT = "cluster_count"
    COUNT_PER_UNIT = "count_per_unit"
    AREA_PER_UNIT = "area_per_unit"
    DETAILED_AREA = "detailed_area"
    OCCUPANCY = "occupancy"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure speaks of.

    Attributes
    ----------
    province
        GSO code of 2016.
    kinds
        ``KCN``, ``CCN`` or both.
    district
        GSO code, where the figure speaks of one district.
    zones
        Ids, where the figure names zones.
    per
        ``zone``, ``district`` or ``commune`` where the figure holds for each of them; None where
        it holds for all together.
    exhaustive
        Whether the document names every zone in the scope. Where it does not, the records can
        show that a figure is exceeded, but not that it is missed or met.
    """

    province: str
    kinds: tuple[str, ...]
    subject: Subject = Subject.ZONE
    district: str | None = None
    zones: tuple[str, ...] = ()
    per: str | None = None
    exhaustive: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a plan.

    `value` and `high` keep the decimals that the document writes: they give the tolerance.
    `derived` marks a figure that the document does not state but that follows from the rows that
    `quotes` repeats.
    """

    id: str
    document: str
    clause: str
    quotes: tuple[str, ...]
    scope: Scope
    quantity: str
    unit: str
    comparator: str
    value: Decimal
    high: Decimal | None
    year: str
    method: Method | None
    derived: bool = False
    denominator: str | None = None
    note_vi: str | None = None
    note_en: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A plan document; `date` is None where the text does not give it."""

    id: str
    text_file: str
    number: str | None
    date: str | None
    year: str
    issuer_vi: str
    issuer_en: str
    title_vi: str
    title_en: str
    period: str
    province: UnitRef
    figures: tuple[Figure, ...]
    note_vi: str | None = None
    note_en: str | None = None


def load(folder: Path) -> tuple[Document, ...]:
    """Read all documents of a folder, in the order of their ids.

    Raises
    ------
    DataError
        ``plan.format``, naming file and place of the fault.
    """
    documents = []
    for path in sorted(folder.glob("*.json")):
        try:
            raw = json.loads(path.read_text("utf-8"), parse_float=Decimal)
            documents.append(_document(raw))
        except (ValueError, KeyError, TypeError) as fault:
            raise DataError("plan.format", file=path.name, reason=repr(fault)) from fault
    return tuple(sorted(documents, key=lambda document: document.id))


def _document(raw: Mapping[str, Any]) -> Document:
    fields = dict(raw)
    fields["province"] = UnitRef(**raw["province"])
    fields["figures"] = tuple(_figure(entry, raw["id"]) for entry in raw["figures"])
    return Document(**fields)


def _figure(raw: Mapping[str, Any], document: str) -> Figure:
    fields = dict(raw)
    scope = dict(raw["scope"])
    if raw["comparator"] not in COMPARATORS:
        raise ValueError(f"{raw['id']}: comparator {raw['comparator']!r}")
    scope["kinds"] = tuple(scope["kinds"])
    scope["zones"] = tuple(scope.get("zones", ()))
    scope["subject"] = Subject(scope.get("subject", Subject.ZONE))
    fields["scope"] = Scope(**scope)
    fields["quotes"] = tuple(raw["quotes"])
    fields["value"] = Decimal(str(raw["value"]))
    high = raw.get("high")
    fields["high"] = None if high is None else Decimal(str(high))
    method = raw.get("method")
    fields["method"] = None if method is None else Method(method)
    return Figure(document=document, **fields)


def in_scope(zone: Zone, figure: Figure) -> bool:
    """Whether a zone is one of those that the figure speaks of.

    Only zones that the figure's own document names count: a zone that another plan adds does not
    change what this plan's total should be.
    """
    scope = figure.scope
    return (
        scope.subject is Subject.ZONE
        and zone.kind in scope.kinds
        and zone.province.code == scope.province
        and any(source.document == figure.document for source in zone.sources)
        and (not scope.zones or zone.id in scope.zones)
        and (scope.district is None or any(d.code == scope.district for d in zone.districts))
    )
