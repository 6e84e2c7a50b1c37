"""The records of a plan document: figures, each traced to its clause and words, and relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeAlias

from geo.zones import UnitRef, Zone


class Subject(StrEnum):
    """What a figure counts or measures; the register keeps records of zones only."""

    ZONE = "zone"
    POINT = "point"  # điểm công nghiệp
    CRAFT_VILLAGE = "craft_village"  # làng nghề
    INDUSTRY = "industry"  # industry of the province as a whole
    SECTOR = "sector"
    OWNERSHIP = "ownership"
    POWER = "power"
    INVESTMENT = "investment"
    LABOUR = "labour"
    PROJECT = "project"  # a plant
    RELOCATION = "relocation"
    REPORT = "report"


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


class FigureState(StrEnum):
    """How well a figure survives in the text at hand."""

    STATED = "stated"
    LOST = "lost"  # the text has a gap where it stood: no value
    DOUBTFUL = "doubtful"  # the text has it damaged: the value is a reading


DENOMINATORS = ("industrial", "for_lease", "building_land", "area", "planned_area")
"""What an occupancy may be a share of."""

UNITS = (
    *("ha", "%", "pct_per_year", "times", "ty_dong", "trieu_dong", "trieu_usd"),
    *("rows", "clusters", "points", "villages", "hamlets", "people", "plants", "stations"),
    *("mw", "mva", "km", "kwh_per_person_year", "t_per_year", "million_t_per_year"),
    *("million_l_per_year", "million_pieces_per_year", "m2_per_year", "year", "month", "date"),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure speaks of.

    Attributes
    ----------
    province
        GSO code in the list of the document's vintage.
    kinds
        ``KCN``, ``CCN`` or both.
    district
        GSO code, where the figure speaks of one district.
    zones
        Ids, where the figure names zones.
    per
        ``zone``, ``district`` or ``commune`` where the figure holds for each of them,
        ``pooled`` or None where it holds for all together.
    exhaustive
        Whether the document names every zone in the scope. Where it does not, the records can
        show that a figure is exceeded, but not that it is missed or met.
    topic
        Key of the document's `topics`: the sector, the form of ownership, the plant.
    """

    province: str
    kinds: tuple[str, ...]
    subject: Subject = Subject.ZONE
    district: str | None = None
    zones: tuple[str, ...] = ()
    per: str | None = None
    exhaustive: bool = True
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a plan.

    Attributes
    ----------
    value, high
        With the decimals that the document writes: they give the tolerance. `value` is None
        where the figure is lost.
    year
        ``2015``, or a period ``2011-2015``.
    derived
        The document does not state the figure; it follows from the rows that `quotes` repeats.
    denominator
        What a share is of, as the plan has it.
    of
        What a share, a growth or a multiple is of: ``output``, ``value_added``.
    prices
        ``current``, or the year of constant prices.
    """

    id: str
    document: str
    clause: str
    quotes: tuple[str, ...]
    scope: Scope
    quantity: str
    unit: str
    comparator: str
    value: Decimal | None
    high: Decimal | None
    year: str
    method: Method | None
    derived: bool = False
    denominator: str | None = None
    note_vi: str | None = None
    note_en: str | None = None
    of: str | None = None
    prices: str | None = None
    state: FigureState = FigureState.STATED

    @property
    def stated(self) -> Decimal:
        """The value of a figure that is not lost.

        Raises
        ------
        LookupError
            Where it is.
        """
        if self.value is None:
            raise LookupError(f"{self.id} is lost")
        return self.value


# -- how figures hang together


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that stands in the place of a figure."""

    parts: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """A quotient that stands in the place of a figure: a value of 2010 by how often it grew."""

    value: Operand
    times: Operand


Operand: TypeAlias = "str | Sum | Quotient"
"""A figure by its id, or what is worked out of figures."""


def named(operands: Iterable[Operand]) -> Iterator[str]:
    """Ids of the figures in operands, in their order; one may come several times."""
    for one in operands:
        match one:
            case Sum(parts):
                yield from named(parts)
            case Quotient(value, times):
                yield from named((value, times))
            case str():
                yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What must hold between figures.

    Attributes
    ----------
    clause
        Where it follows from: the clauses of its figures, as a reader cites them.
    certain
        False where it holds only under one reading of the text; the notes say which.
    """

    mechanism: ClassVar[str]

    id: str
    document: str
    clause: str
    certain: bool = True
    note_vi: str | None = None
    note_en: str | None = None

    def operands(self) -> tuple[Operand, ...]:
        raise NotImplementedError

    def figures(self) -> tuple[str, ...]:
        """Ids of its figures in their order, each once."""
        return tuple(dict.fromkeys(named(self.operands())))


@dataclass(frozen=True, slots=True, kw_only=True)
class SumOfParts(Relation):
    """`parts` make `whole`."""

    mechanism: ClassVar[str] = "sum"
    whole: str
    parts: tuple[Operand, ...]

    def operands(self) -> tuple[Operand, ...]:
        return (self.whole, *self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hundred(Relation):
    """Shares make 100 %; `whole` is the figure that says so, where there is one."""

    mechanism: ClassVar[str] = "hundred"
    parts: tuple[Operand, ...]
    whole: str | None = None

    def operands(self) -> tuple[Operand, ...]:
        return self.parts if self.whole is None else (self.whole, *self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Relation):
    """`part` ÷ `whole` is `share` per cent.

    `decimals` are those of the row or table that the share stands in, where it has fewer.
    """

    mechanism: ClassVar[str] = "share"
    part: Operand
    whole: Operand
    share: str
    decimals: int | None = None

    def operands(self) -> tuple[Operand, ...]:
        return (self.part, self.whole, self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth(Relation):
    """`start` grows to `end` by `rate` per cent a year in `years`; `decimals` as in a share."""

    mechanism: ClassVar[str] = "growth"
    start: Operand
    end: Operand
    rate: str
    years: int
    decimals: int | None = None

    def operands(self) -> tuple[Operand, ...]:
        return (self.start, self.end, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(Relation):
    """`end` is `times` as much as `start`."""

    mechanism: ClassVar[str] = "multiple"
    start: Operand
    end: Operand
    times: str

    def operands(self) -> tuple[Operand, ...]:
        return (self.start, self.end, self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement(Relation):
    """One quantity that is stated, or implied, several times."""

    mechanism: ClassVar[str] = "restatement"
    quantities: tuple[Operand, ...]

    def operands(self) -> tuple[Operand, ...]:
        return self.quantities


class Promise(StrEnum):
    RISE = "rise"
    FALL = "fall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(Relation):
    """`parts`, or each over its whole, move as the document's `statement` promises."""

    mechanism: ClassVar[str] = "trend"
    parts: tuple[Operand, ...]
    wholes: tuple[Operand, ...]
    promise: Promise
    statement: str

    def operands(self) -> tuple[Operand, ...]:
        return (*self.parts, *self.wholes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Relation):
    """`figure` is at most, or at least, `than`."""

    figure: Operand
    than: Operand

    def operands(self) -> tuple[Operand, ...]:
        return (self.figure, self.than)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost(Order):
    """A part and its whole."""

    mechanism: ClassVar[str] = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Order):
    """A result and its target, a later target and an earlier one."""

    mechanism: ClassVar[str] = "at_least"


@dataclass(frozen=True, slots=True)
class Pair:
    """A part with its share of the whole in question."""

    part: Operand
    share: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Base(Relation):
    """Shares of one whole imply it; explains why shares fail."""

    mechanism: ClassVar[str] = "base"
    whole: str
    pairs: tuple[Pair, ...]

    def operands(self) -> tuple[Operand, ...]:
        return (self.whole, *(one for pair in self.pairs for one in (pair.part, pair.share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Relation):
    """Figures that are compared define a `field` of theirs alike."""

    FIELDS: ClassVar[tuple[str, ...]] = ("denominator", "prices", "unit", "of")

    mechanism: ClassVar[str] = "definition"
    field: str
    quantities: tuple[Operand, ...]

    def operands(self) -> tuple[Operand, ...]:
        return self.quantities


@dataclass(frozen=True, slots=True)
class Topic:
    """What figures of one topic speak of, in words: the document's own in Vietnamese."""

    vi: str
    en: str


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
    topics: Mapping[str, Topic] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()


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
