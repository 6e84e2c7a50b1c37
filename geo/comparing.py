"""Zones side by side, and where they differ.

What is laid side by side is the profile of each zone, so that the comparison, the panel beside the
map and the fact sheet cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo import profile, search_wording, shortlist, wording
from geo.checks import Status
from geo.i18n import ha, t
from geo.search import Ground
from geo.state import State
from geo.wishes import Found, Hit, Standing
from geo.wording import ZoneName
from geo.zones import IndustryState, Zone

SIDE_BY_SIDE = 5
"""Zones that are compared."""

_RELATED = 3  # phrases of another product that are named where none permits the one asked for


@dataclass(frozen=True, slots=True)
class Cell:
    """What one zone has in a row; `known` is false where it only says that it is not known."""

    lines: tuple[str, ...]
    known: bool = True

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing about each zone."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the zones differ in it."""
        return len({one.lines for one in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together; `key` names them in every language."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A zone at the head of its column."""

    zone: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Zones side by side; `beyond` more were asked for than fit."""

    heads: tuple[Head, ...]
    groups: tuple[Group, ...]
    beyond: int


def compare(
    found: Found, ids: Sequence[str], state: State, lang: str, name: ZoneName
) -> Comparison:
    """The first :data:`SIDE_BY_SIDE` zones of a list side by side.

    Parameters
    ----------
    found
        The search that the zones are for: what was asked, and from where they are measured.
    state
        Of which `found` is.
    name
        Names by key, for the words of the verdicts.
    """
    listed = shortlist.hits(found, ids)
    shown = listed[:SIDE_BY_SIDE]
    seen = _Side(
        found, state, lang, shown, [profile.record(state, one.zone, lang, name) for one in shown]
    )
    groups = {
        "asked": seen.asked() if found.judged else [],
        "areas": seen.areas(),
        "industries": seen.industries(),
        "progress": seen.progress(),
        "place": seen.place(),
        "verdicts": seen.verdicts(),
        "sources": seen.sources(),
    }
    return Comparison(
        tuple(
            Head(
                one.zone.id,
                wording.zone_name(one.zone, lang),
                f"{t(lang, f'kind.{one.zone.kind}')} · {one.zone.province.name}",
            )
            for one in shown
        ),
        tuple(
            Group(key, t(lang, f"shortlist.group.{key}"), tuple(rows))
            for key, rows in groups.items()
            if rows
        ),
        len(listed) - len(shown),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """The rows of a comparison, group by group."""

    found: Found
    state: State
    lang: str
    hits: Sequence[Hit]
    records: Sequence[Mapping[str, Any]]

    def _row(self, label: str, of: Callable[[Hit], Cell]) -> Row:
        return Row(label, tuple(map(of, self.hits)))

    def _own(self, key: str, of: Callable[[Hit], Cell]) -> Row:
        return self._row(t(self.lang, f"shortlist.row.{key}"), of)

    def _of_records(self, label: str, of: Callable[[Mapping[str, Any]], Cell]) -> Row:
        return Row(label, tuple(map(of, self.records)))

    def _unknown(self, key: str = "zone.unknown") -> Cell:
        return Cell((t(self.lang, key),), known=False)

    def _known(self, lines: Iterable[str | None], otherwise: str = "zone.unknown") -> Cell:
        """The lines that there are, each once; without any, that it is not known."""
        kept = tuple(dict.fromkeys(line for line in lines if line))
        return Cell(kept) if kept else self._unknown(otherwise)

    # -- what was asked for

    def asked(self) -> list[Row]:
        documents, taxonomy, lang = self.state.documents, self.state.taxonomy, self.lang

        def phrases(hit: Hit) -> Cell:
            if hit.grounds:
                return Cell(
                    tuple(
                        t(
                            lang,
                            f"shortlist.near.{one.nearness.name.lower()}",
                            phrase=search_wording.phrase(one, taxonomy, lang),
                        )
                        for one in hit.grounds
                    )
                )
            if hit.standing is Standing.UNRULED:
                return self._unknown("search.short.unruled")
            related = (
                search_wording.ground(one, hit.zone, documents, taxonomy, lang)
                for one in hit.others[:_RELATED]
            )
            return Cell((t(lang, "shortlist.no_phrase"), *related))

        def of_grounds(of: Callable[[Ground, Zone], str]) -> Callable[[Hit], Cell]:
            none = Cell((t(lang, "shortlist.none"),))

            def cell(hit: Hit) -> Cell:
                lines = dict.fromkeys(of(one, hit.zone) for one in hit.grounds)
                return Cell(tuple(lines)) if lines else none

            return cell

        rows = [
            self._own(
                "state",
                lambda hit: Cell(
                    (t(lang, f"search.standing.{hit.standing}"),),
                    known=hit.standing is not Standing.UNRULED,
                ),
            ),
            self._own("phrase", phrases),
            self._own("clause", of_grounds(lambda ground, _: ground.industry.clause)),
            self._row(
                t(lang, "field.document"),
                of_grounds(lambda g, z: search_wording.document_of(g, z, documents, lang)),
            ),
        ]
        limits = [search_wording.limits(hit, lang) for hit in self.hits]
        if any(limits):
            none = (t(lang, "shortlist.none"),)
            cells = tuple(Cell(tuple(one) or none) for one in limits)
            rows.append(Row(t(lang, "shortlist.row.limits"), cells))
        return rows

    # -- what the record says

    def areas(self) -> list[Row]:
        """The ledger, with what is still to let before what is measured."""
        ledgers = [record["areas"] for record in self.records]
        rows = [
            Row(
                lines[0]["label"],
                tuple(
                    Cell(tuple(filter(None, (one["value"], one["about"]))), one["known"])
                    for one in lines
                ),
            )
            for lines in zip(*ledgers, strict=True)
        ]
        free = self._own(
            "free",
            lambda hit: self._known([None if hit.free_ha is None else ha(hit.free_ha, self.lang)]),
        )
        return [*rows[:-1], free, *rows[-1:]]

    def industries(self) -> list[Row]:
        return [
            self._of_records(
                t(self.lang, f"shortlist.row.{state}"),
                lambda record, state=state: self._permitted(record, state),  # type: ignore[misc]  # mypy cannot infer a default
            )
            for state in IndustryState
        ]

    def _permitted(self, record: Mapping[str, Any], state: IndustryState) -> Cell:
        """A line a clause; where there is no list of its own, what the profile says of that."""
        groups = record["industries"]
        lines = [f"{one['clause']}: {_phrases(one)}" for one in groups if one["state"] == state]
        if lines or state is IndustryState.STEERED:
            return self._known(lines, "shortlist.not_steered")
        return Cell(tuple(one["label"] for one in groups if one["state"] == "none"), known=False)

    def progress(self) -> list[Row]:
        """Stage, occupancy and what the plan aims at."""
        unknown = t(self.lang, "zone.unknown")
        rows = []
        for key, otherwise in (
            ("field.stage", unknown),
            ("quantity.occupancy", unknown),
            ("field.occupancy_targets", t(self.lang, "shortlist.no_target")),
        ):
            label = t(self.lang, key)
            values = [dict(record["facts"]).get(label, otherwise) for record in self.records]
            rows.append(Row(label, tuple(Cell((one,), known=one != otherwise) for one in values)))
        return rows

    def place(self) -> list[Row]:
        lang, state = self.lang, self.state
        bounds = state.bounds

        def province(own: Mapping[str, str], layer: str) -> Callable[[Hit], Cell]:
            return lambda hit: self._known([bounds.unit_name(own[hit.zone.id], layer)])

        def precision(hit: Hit) -> Cell:
            words = t(lang, f"precision.{hit.zone.location_precision}")
            return Cell(tuple(filter(None, (words, profile.doubt(hit.zone, lang)))))

        rows = [
            self._own("province_old", province(state.provinces, "provinces-2016")),
            self._own("province_new", province(state.provinces_2025, "provinces-2025")),
            self._row(
                t(lang, "field.district"),
                lambda hit: self._known(
                    map(bounds.unit_name, state.districts_of(hit.zone)), "profile.district_unknown"
                ),
            ),
            self._own(
                "commune",
                lambda hit: self._known(
                    [wording.communes(hit.zone, lang)], "profile.communes_unknown"
                ),
            ),
            self._own("precision", precision),
        ]
        near = self.found.wish.near
        if near is not None:
            rows.append(
                self._own(
                    "distance",
                    lambda hit: self._known(
                        []
                        if hit.distance_km is None
                        else [search_wording.away(hit, search_wording.place(near, lang), lang)]
                    ),
                )
            )
        return rows

    def verdicts(self) -> list[Row]:
        """A row a status that any of the zones has."""
        rows = []
        for status in Status:
            own = [
                tuple(_verdict(one) for one in record["verdicts"] if one["status"] == status)
                for record in self.records
            ]
            if any(own):
                none = (t(self.lang, "shortlist.none"),)
                label = t(self.lang, f"status.{status}")
                rows.append(Row(label, tuple(Cell(lines or none) for lines in own)))
        return rows

    def sources(self) -> list[Row]:
        """Documents with their clauses, and the words in which these speak of the zone."""
        return [
            self._of_records(
                t(self.lang, "shortlist.row.clauses"),
                lambda record: self._known(
                    f"{one['document']}: {one['clause']}" for one in record["sources"]
                ),
            ),
            self._of_records(
                t(self.lang, "field.quote"),
                lambda record: self._known(f"“{one['quote']}”" for one in record["sources"]),
            ),
        ]


def _phrases(group: Mapping[str, Any]) -> str:
    items = []
    for one in group["items"]:
        behind = one["reading"] or one["english"]
        items.append(f"{one['phrase']} ({behind})" if behind else one["phrase"])
    return "; ".join(dict.fromkeys(items))


def _verdict(one: Mapping[str, Any]) -> str:
    parts = f"{one['what']} ({one['clause']}, {one['document']})"
    return f"{parts}; {one['derived']}" if one["derived"] else parts
