"""Plan documents and the figures that they state, each traced to its clause and words.

One JSON file a document in ``data/plans/``; the format is described in ``data/README.md``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from geo.errors import DataError
from geo.zones import COMPARATORS, Kind, UnitRef, Zone


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


DENOMINATORS = ("industrial", "for_lease", "building_land", "area", "planned_area")
UNITS = ("ha", "%", "rows", "clusters", "points", "villages")


def load(folder: Path) -> tuple[Document, ...]:
    """Read all documents of a folder, in the order of their ids.

    Raises
    ------
    DataError
        ``plan.format``, naming file and place of the fault; ``plan.duplicate`` where two files
        or two figures have one id.
    """
    documents: dict[str, Document] = {}
    figures: dict[str, str] = {}
    for path in sorted(path for path in folder.glob("*.json") if path.is_file()):
        try:
            raw = json.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
            document = _document(raw)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise DataError("plan.format", file=path.name, reason=str(fault)) from fault
        except (ArithmeticError, RecursionError) as fault:
            raise DataError("plan.format", file=path.name, reason="number or nesting") from fault
        except OSError as fault:
            raise DataError("file.unreadable", file=str(path), reason=fault.strerror) from fault
        for name in (document.id, *(figure.id for figure in document.figures)):
            if name in figures:
                raise DataError("plan.duplicate", file=path.name, id=name, first=figures[name])
            figures[name] = path.name
        documents[document.id] = document
    return tuple(documents[name] for name in sorted(documents))


def _checked(raw: Any, record: type, where: str, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a JSON object, none unknown and none missing."""
    if not isinstance(raw, Mapping):
        raise TypeError(f"{where}: not an object")
    known = {entry.name: entry for entry in fields(record)}
    unknown = sorted(set(raw) - set(known))
    needed = {n for n, e in known.items() if e.default is MISSING and n not in also}
    missing = sorted(needed - set(raw))
    if unknown or missing:
        raise ValueError(f"{where}: unknown fields {unknown}, missing fields {missing}")
    return dict(raw)


def _document(raw: Any) -> Document:
    values = _checked(raw, Document, "document")
    for name in ("id", "text_file", "year", "period", "title_vi", "title_en"):
        if not isinstance(values[name], str) or not values[name]:
            raise TypeError(f"{name}: not a text")
    if values["date"] is not None:
        dt.date.fromisoformat(values["date"])
    values["province"] = UnitRef(**_checked(raw["province"], UnitRef, "province"))
    values["figures"] = tuple(_figure(entry, raw["id"]) for entry in raw["figures"])
    return Document(**values)


def _figure(raw: Any, document: str) -> Figure:
    where = f"figure {raw.get('id')!r}" if isinstance(raw, Mapping) else "figure"
    values = _checked(raw, Figure, where, also=("document", "high"))
    if values["comparator"] not in COMPARATORS:
        raise ValueError(f"{where}: comparator {values['comparator']!r}")
    if values["unit"] not in UNITS:
        raise ValueError(f"{where}: unit {values['unit']!r}")
    if values.get("denominator") not in (None, *DENOMINATORS):
        raise ValueError(f"{where}: denominator {values['denominator']!r}")
    if not isinstance(values["quotes"], list) or not values["quotes"]:
        raise TypeError(f"{where}: quotes is not a list of texts")
    scope = _checked(raw["scope"], Scope, f"{where}.scope")
    scope["kinds"] = tuple(Kind(kind) for kind in scope["kinds"])
    scope["zones"] = tuple(scope.get("zones", ()))
    scope["subject"] = Subject(scope.get("subject", Subject.ZONE))
    values["scope"] = Scope(**scope)
    values["quotes"] = tuple(values["quotes"])
    values["value"] = _number(values["value"], f"{where}.value")
    high = values.get("high")
    values["high"] = None if high is None else _number(high, f"{where}.high")
    method = values.get("method")
    values["method"] = None if method is None else Method(method)
    return Figure(document=document, **values)


def _number(value: Any, where: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{where}: {value!r} is not a number")
    exact = Decimal(value)
    if not exact.is_finite() or exact.adjusted() > 15:
        raise ValueError(f"{where}: {value!r} is no usable number")
    return exact


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
