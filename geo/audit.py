"""The audit of plan documents: all findings of all mechanisms, and how many there are of each.

A figure is held against the records, against the other figures of the plan, and, through the
records that rest on it, against the law. What a document does not state but what follows from its
rows is kept apart: it cannot fail by the document's fault, and is no merit of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.checks import (
    Finding,
    Mechanism,
    Status,
    Verdict,
    cross_lists,
    identity,
    law,
    ledger,
    relations,
    spellings,
)
from geo.districts import UnitRegister
from geo.errors import DataError
from geo.issues import Issue, Responsible
from geo.plans import Document, Figure, FigureState, Method
from geo.reasons import Reason
from geo.zones import Zone

MECHANISM_OF: dict[Method, Mechanism] = {
    Method.SUM_OF_AREAS: Mechanism.SUM,
    Method.AREA_ADDED: Mechanism.SUM,
    Method.DETAILED_AREA: Mechanism.LEDGER,
    Method.ROW_COUNT: Mechanism.COUNT,
    Method.CLUSTER_COUNT: Mechanism.COUNT,
    Method.COUNT_PER_UNIT: Mechanism.COVERAGE,
    Method.AREA_PER_UNIT: Mechanism.COVERAGE,
    Method.OCCUPANCY: Mechanism.OCCUPANCY,
}
"""By which mechanism a figure with a method is checked."""


@dataclass(frozen=True, slots=True)
class Material:
    """What an audit rests on: the register at one revision, the rules, the lists of units."""

    documents: Mapping[str, Document]
    zones: Sequence[Zone]
    verdicts: Sequence[Verdict]
    rulebook: law.Rulebook
    units: UnitRegister


@dataclass(frozen=True, slots=True)
class Audit:
    """All that was found about some documents.

    Attributes
    ----------
    day
        The day whose rules of law were applied; None for the day of each document.
    figures
        Of the documents, by id.
    findings
        In the order of documents, mechanisms and entries.
    derived
        Findings about figures that the documents do not state.
    """

    documents: tuple[Document, ...]
    day: dt.date | None
    figures: Mapping[str, Figure]
    findings: tuple[Finding, ...]
    derived: tuple[Finding, ...]

    @property
    def stated(self) -> tuple[Figure, ...]:
        """The figures that the documents state: those that are counted as theirs."""
        return tuple(one for one in self.figures.values() if not one.derived)

    @property
    def inferred(self) -> tuple[Figure, ...]:
        """The figures that follow from the rows of the documents, which do not state them."""
        return tuple(one for one in self.figures.values() if one.derived)

    @property
    def unchecked(self) -> tuple[Figure, ...]:
        """The stated figures that no finding rests on: nothing could be held against them."""
        checked = {name for one in (*self.findings, *self.derived) for name in one.figures}
        return tuple(one for one in self.stated if one.id not in checked)

    @property
    def lost(self) -> tuple[Figure, ...]:
        """The stated figures that the text at hand has not, or has damaged."""
        return tuple(one for one in self.stated if one.state is not FigureState.STATED)

    def counts(self) -> dict[Status, int]:
        """How many findings of each status."""
        return _counted(self.findings)

    def open_counts(self) -> dict[Status, int]:
        """The same without those for which staff have given a reason that holds."""
        return _counted(one for one in self.findings if not one.answered)

    @property
    def answered(self) -> tuple[Finding, ...]:
        """The findings for which staff have given a reason that holds."""
        return tuple(one for one in self.findings if one.answered)

    def with_reasons(self, reasons: Iterable[Reason]) -> Audit:
        """The same audit with the reasons that staff have given; those of other findings wait."""
        of: dict[str, list[Reason]] = {}
        for one in sorted(reasons, key=lambda one: -one.id):
            of.setdefault(one.finding, []).append(one)
        found, derived = (
            tuple(replace(one, reasons=tuple(of.get(one.id, ()))) for one in own)
            for own in (self.findings, self.derived)
        )
        return replace(self, findings=found, derived=derived)

    def by_mechanism(self) -> dict[Mechanism, dict[Status, int]]:
        """The same for each mechanism that found something."""
        groups: dict[Mechanism, list[Finding]] = {mechanism: [] for mechanism in Mechanism}
        for one in self.findings:
            groups[one.mechanism].append(one)
        return {mechanism: _counted(own) for mechanism, own in groups.items() if own}


def _counted(findings: Iterable[Finding]) -> dict[Status, int]:
    counts = dict.fromkeys(Status, 0)
    for one in findings:
        counts[one.status] += 1
    return counts


def audit(
    material: Material, documents: Collection[str] | None = None, day: dt.date | None = None
) -> Audit:
    """Audit documents by id; by default all.

    Parameters
    ----------
    day
        The day whose rules of law are applied; by default that of each document.
    """
    chosen = tuple(
        one for name, one in material.documents.items() if documents is None or name in documents
    )
    figures = {one.id: one for document in material.documents.values() for one in document.figures}
    own = {one.id: one for document in chosen for one in document.figures}
    names = {document.id for document in chosen}
    zones = [zone for zone in material.zones if zone.source.document in names]
    found = [
        *relations.run(chosen, figures),
        *(
            _of_verdict(one, MECHANISM_OF[method])
            for one in material.verdicts
            if one.figure.document in names and (method := one.figure.method)
        ),
        *_of_records(zones, _areas(own.values())),
        *_of_law(zones, material, day, _areas(own.values())),
        *_of_identity(material, names, _areas(figures.values())),
    ]
    places = {name: at for at, name in enumerate(material.documents)}
    order = list(Mechanism)
    found.sort(key=lambda one: (places[one.document], order.index(one.mechanism)))
    return Audit(
        chosen,
        day,
        own,
        tuple(one for one in found if not one.derived),
        tuple(one for one in found if one.derived),
    )


_Areas = Mapping[tuple[str, str | None], tuple[str, ...]]


def _areas(figures: Iterable[Figure]) -> _Areas:
    """Ids of the figures that state one area of one zone, by zone and field of its record."""
    found: dict[tuple[str, str | None], tuple[str, ...]] = {}
    for one in figures:
        if len(one.scope.zones) == 1 and one.quantity.startswith("area_"):
            key = one.scope.zones[0], f"{one.quantity}_ha"
            found[key] = (*found.get(key, ()), one.id)
    return found


def _of_verdict(verdict: Verdict, mechanism: Mechanism) -> Finding:
    figure = verdict.figure
    impossible = verdict.reason == "impossible"
    return Finding(
        id=f"{figure.id}:{mechanism}",
        mechanism=mechanism,
        document=figure.document,
        clause=figure.clause,
        status=verdict.status,
        as_read=verdict.status,
        figures=(figure.id,),
        records=verdict.records,
        quotes=figure.quotes,
        responsible=Responsible.PLANNER if impossible else Responsible.STAFF,
        verdict=verdict,
        derived=figure.derived,
        note_vi=figure.note_vi,
        note_en=figure.note_en,
    )


def _of_records(zones: Iterable[Zone], areas: _Areas) -> Iterator[Finding]:
    for zone in zones:
        for one in ledger.hold(zone):
            fields = (one.params.get("whole"), one.params.get("part"))
            own = [name for field in fields for name in areas.get((zone.id, str(field)), ())]
            yield replace(one, figures=tuple(own))
        yield from cross_lists.hold(zone)
        yield from spellings.hold(zone)


def _of_law(
    zones: Iterable[Zone], material: Material, day: dt.date | None, areas: _Areas
) -> Iterator[Finding]:
    by_document: dict[str, list[Zone]] = {}
    for zone in zones:
        by_document.setdefault(zone.source.document, []).append(zone)
    for name, own in by_document.items():
        document = material.documents[name]
        try:
            held = [(z, one) for z in own for one in law.hold(z, document, material.rulebook, day)]
        except DataError as error:
            yield _without_day(document, error)
            continue
        for zone, found in held:
            parts = (zone.id, Mechanism.LAW, found.params["rule"], found.field)
            broken = found.code == "law.broken"
            status = Status.NOT_MET if broken else Status.TO_REVIEW
            sign = found.params.get("sign", "")
            figures = areas.get((zone.id, found.field), ())
            name = ":".join(map(str, parts)) + str(sign)
            yield _of_issue(found, name, Mechanism.LAW, status, (zone,), figures)


def _without_day(document: Document, error: DataError) -> Finding:
    return Finding(
        id=f"{document.id}:{Mechanism.LAW}",
        mechanism=Mechanism.LAW,
        document=document.id,
        clause="",
        status=Status.CANNOT_TELL,
        as_read=Status.CANNOT_TELL,
        figures=(),
        records=(),
        quotes=(),
        responsible=Responsible.DATA,
        params=error.params,
    )


def _of_identity(material: Material, names: Collection[str], areas: _Areas) -> Iterator[Finding]:
    by_id = {zone.id: zone for zone in material.zones}
    for found in identity.all_pairs(material.zones, material.units):
        other = by_id.get(str(found.params.get("other")))
        pair = [by_id[str(found.row)], *([other] if other else [])]
        first = next((zone for zone in pair if zone.source.document in names), None)
        if first is None:
            continue
        pair.sort(key=lambda zone: zone is not first)
        figures = [name for zone in pair for name in areas.get((zone.id, "area_planned_ha"), ())]
        name = ":".join((found.code.replace(".", ":"), *(zone.id for zone in pair)))
        yield _of_issue(found, name, Mechanism.IDENTITY, Status.TO_REVIEW, pair, figures)


def _of_issue(
    found: Issue,
    name: str,
    mechanism: Mechanism,
    status: Status,
    zones: Sequence[Zone],
    figures: Iterable[str],
) -> Finding:
    source = zones[0].source
    return Finding(
        id=name,
        mechanism=mechanism,
        document=source.document,
        clause=source.clause,
        status=status,
        as_read=status,
        figures=tuple(figures),
        records=tuple(zone.id for zone in zones),
        quotes=tuple(dict.fromkeys(zone.source.quote for zone in zones)),
        responsible=found.responsible,
        issue=found,
    )
