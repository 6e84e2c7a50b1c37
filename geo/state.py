"""The register at one revision with all that follows from it: joins, totals, verdicts, issues."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import __version__, checks, joins, thematic
from geo.audit import Audit, Material, audit
from geo.checks import Verdict, identity, law
from geo.columns import Columns
from geo.districts import Catalogue, UnitRegister, load_boundaries, load_sets
from geo.gazetteer import Gazetteer
from geo.i18n import LANGUAGES, catalogue
from geo.industries import Taxonomy
from geo.issues import Issue, Severity
from geo.joins import BOUNDARY_VINTAGE, Part
from geo.plans import Document
from geo.reconciling import Lineage
from geo.search import Phrases
from geo.settings import Settings
from geo.store import Snapshot
from geo.text import fold
from geo.vocabulary import Vocabulary
from geo.wishes import Offer
from geo.zones import Zone

KEPT_AUDITS = 32
"""How many choices of documents and days of the law a state remembers the audit of."""

UNIT_LAYERS = ("districts-2016", "provinces-2016", "provinces-2025")


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundary sets and the register of unit codes; they change only by a new build."""

    catalogue: Catalogue
    register: UnitRegister
    frames: Mapping[str, gpd.GeoDataFrame]

    @classmethod
    def load(cls, settings: Settings) -> Boundaries:
        folder = settings.data_dir / "boundaries"
        frames = {name: load_boundaries(folder, name) for name in UNIT_LAYERS}
        return cls(load_sets(folder), UnitRegister.load(folder), frames)

    @property
    def districts(self) -> gpd.GeoDataFrame:
        return self.frames["districts-2016"]

    def land_ha(self, layer: str) -> NDArray[np.float64]:
        """Geodesic area of each unit of a layer, in its order; NaN where it is not known."""
        land: NDArray[np.float64] = self.frames[layer]["area_km2"].to_numpy(dtype=float)
        return land * 100

    def unit_name(self, code: str, layer: str = "districts-2016") -> str:
        """Full name of a unit of a layer; the code itself where there is none."""
        frame = self.frames[layer]
        return str(frame.at[code, "full_name"]) if code in frame.index else code


class State:
    """The register at one revision with all that follows from it.

    Attributes
    ----------
    revision
        Changes with the register and with anything else that its words and figures rest on.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        bounds: Boundaries,
        vocabulary: Vocabulary,
        edition: str = "",
        previous: State | None = None,
    ) -> None:
        """Work out what follows from a snapshot.

        Parameters
        ----------
        previous
            An earlier state; what it found out about records that are the same objects is kept.
        """
        self.bounds, self.taxonomy, self._vocabulary = bounds, vocabulary.taxonomy, vocabulary
        self.revision = hashlib.sha256(f"{snapshot.revision} {edition}".encode()).hexdigest()[:16]
        self.documents = {document.id: document for document in snapshot.documents}
        self._found = self._examined(snapshot.zones, previous)
        good = [one.zone for one in self._found.values() if one.usable]
        self.zones: tuple[Zone, ...] = tuple(good)
        self.by_id = {zone.id: zone for zone in good}
        self.index = {zone.id: at for at, zone in enumerate(good)}
        found = (issue for one in self._found.values() for issue in one.issues)
        of_records = (*snapshot.issues, *found)
        scopes = checks.check_scopes(snapshot.documents, snapshot.zones, bounds.register)
        self.issues: tuple[Issue, ...] = (*of_records, *snapshot.plan_issues, *scopes)
        declared = [(one.zone.id, code) for one in self._found.values() for code in one.declared]
        shares = [(one.zone.id, *own) for one in self._found.values() for own in one.positioned]
        self.parts: list[Part] = joins.allocate(
            good,
            pd.DataFrame(declared, columns=["zone", "district"]),
            pd.DataFrame(shares, columns=["zone", "district", "share"]),
        )
        self.context = checks.Context(_district_codes(bounds.register), _refused(of_records))
        self.verdicts: list[Verdict] = checks.run(snapshot.documents, good, self.context)
        self.provinces, self.provinces_2025 = (
            {zone.id: joins.province_code(zone, bounds.register, vintage) for zone in good}
            for vintage in (BOUNDARY_VINTAGE, "2025")
        )

    @cached_property
    def province_names(self) -> dict[str, str]:
        """Provinces of 2016 that have a plan document or a zone: code and name, by name."""
        codes = set(self.provinces.values())
        codes |= {document.province.code for document in self.documents.values()}
        names = self.bounds.frames["provinces-2016"]["name"].to_dict()
        known = {code: str(names[code]) for code in codes if code in names}
        return dict(sorted(known.items(), key=lambda item: fold(item[1])))

    @cached_property
    def columns(self) -> Columns:
        """The zones as columns, for filters and totals."""
        return Columns(
            self.zones,
            {BOUNDARY_VINTAGE: self.provinces, "2025": self.provinces_2025},
            self.parts,
            {
                name: [str(code) for code in frame.index]
                for name, frame in self.bounds.frames.items()
            },
        )

    @cached_property
    def offer(self) -> Offer:
        """The zones as investors search them."""
        phrases = Phrases(self.zones, self.taxonomy, self._vocabulary)
        return Offer(self.zones, self.columns, phrases)

    @cached_property
    def _verdicts_of(self) -> Mapping[str, Sequence[Verdict]]:
        found: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts:
            for zone_id in verdict.records:
                found.setdefault(zone_id, []).append(verdict)
        return found

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, tuple[str, ...]], Sequence[str]]:
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for zone in self.zones:
            found.setdefault(_bare_name(zone), []).append(zone.id)
        return found

    def verdicts_of(self, zone: Zone) -> Sequence[Verdict]:
        """The verdicts that rest on a zone."""
        return self._verdicts_of.get(zone.id, ())

    def namesakes(self, zone: Zone) -> list[str]:
        """Ids of other zones with its name, "KCN" or "CCN" aside; those of its province first."""
        others = [one for one in self._by_name.get(_bare_name(zone), ()) if one != zone.id]
        home = self.provinces.get(zone.id)
        return sorted(others, key=lambda one: (self.provinces[one] != home, one))

    @cached_property
    def audit(self) -> Callable[[law.Rulebook, tuple[str, ...], dt.date | None], Audit]:
        """The audit of documents by rules, ids and day; what was asked for last is kept."""
        own = self.documents, self.zones, self.verdicts
        units = self.bounds.register

        def made(rules: law.Rulebook, documents: tuple[str, ...], day: dt.date | None) -> Audit:
            return audit(Material(*own, rules, units), documents, day)

        return lru_cache(maxsize=KEPT_AUDITS)(made)

    @cached_property
    def lineage(self) -> Lineage:
        """Old and new units of the zones."""
        frames = self.bounds.frames
        return Lineage(
            self.zones,
            {BOUNDARY_VINTAGE: self.provinces, "2025": self.provinces_2025},
            {
                vintage: frames[f"provinces-{vintage}"]["name"].to_dict()
                for vintage in (BOUNDARY_VINTAGE, "2025")
            },
            self.bounds.register,
            Gazetteer.load(self.bounds.catalogue.folder),
        )

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """The worst verdict of each zone; see :func:`geo.thematic.ranks`."""
        return thematic.ranks(self.verdicts, self.index)

    def districts_of(self, zone: Zone) -> list[str]:
        """Codes of the boundary vintage that the zone declares."""
        return list(self._found[zone.id].declared) if zone.id in self._found else []

    def _examined(self, zones: Sequence[Zone], previous: State | None) -> dict[str, _Found]:
        """Every zone held against plans, codes and boundaries; old findings where they hold."""
        known: Mapping[str, _Found] = {}
        if previous is not None and previous._rests_on(self):
            known = previous._found
        fresh = [zone for zone in zones if zone.id not in known or known[zone.id].zone is not zone]
        made = {one.zone.id: one for one in self._look_at(fresh)}
        return {zone.id: made.get(zone.id) or known[zone.id] for zone in zones}

    def _rests_on(self, other: State) -> bool:
        return (
            self.bounds is other.bounds
            and self.taxonomy is other.taxonomy
            and self.documents == other.documents
        )

    def _look_at(self, zones: Sequence[Zone]) -> Iterator[_Found]:
        good, issues = examine(zones, self.documents, self.bounds, self.taxonomy)
        declared = joins.district_lists(joins.by_code(good, self.bounds.register))
        positioned: dict[str, list[tuple[str, float]]] = {}
        places = joins.by_position(joins.frame(good), self.bounds.districts)
        for zone_id, district, share in places.itertuples(index=False):
            positioned.setdefault(zone_id, []).append((district, share))
        by_zone: dict[object, list[Issue]] = {}
        for found in issues:
            by_zone.setdefault(found.row, []).append(found)
        usable = {zone.id for zone in good}
        for zone in zones:
            yield _Found(
                zone,
                zone.id in usable,
                tuple(by_zone.get(zone.id, ())),
                tuple(declared.get(zone.id, ())),
                tuple(positioned.get(zone.id, ())),
            )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found out about one record: issues, declared districts, districts by position."""

    zone: Zone
    usable: bool
    issues: tuple[Issue, ...]
    declared: tuple[str, ...]
    positioned: tuple[tuple[str, float], ...]


def _bare_name(zone: Zone) -> tuple[str, tuple[str, ...]]:
    name = identity.read_name(zone.name)
    return name.words, name.numbers


def examine(
    zones: Sequence[Zone],
    documents: Mapping[str, Document],
    bounds: Boundaries,
    taxonomy: Taxonomy,
) -> tuple[list[Zone], list[Issue]]:
    """Hold records against plans, unit codes and boundaries.

    Returns
    -------
    zones, issues
        The usable records, and what was found; a record with an error is not among them.
    """
    sourced, source_issues = checks.check_sources(zones, documents, taxonomy)
    good, unit_issues = joins.check_units(sourced, bounds.register)
    declared = joins.by_code(good, bounds.register)
    positioned = joins.by_position(joins.frame(good), bounds.districts)
    apart = joins.disagreements(good, declared, positioned, bounds.districts)
    return good, [*source_issues, *unit_issues, *apart]


def _refused(issues: Sequence[Issue]) -> dict[str, tuple[str, ...]]:
    """Records with errors by the documents that they name; see :class:`geo.checks.Context`."""
    refused: dict[str, dict[str, None]] = {}
    for found in issues:
        if found.severity is Severity.ERROR:
            names = cast("tuple[str, ...]", found.params.get("documents")) or ("",)
            for name in names:
                refused.setdefault(name, {})[str(found.row)] = None
    return {name: tuple(rows) for name, rows in refused.items()}


def _district_codes(register: UnitRegister) -> dict[str, tuple[str, ...]]:
    codes: dict[str, list[str]] = {}
    for unit in register.of(BOUNDARY_VINTAGE):
        codes.setdefault(unit.province_code or "", []).append(unit.code)
    return {province: tuple(found) for province, found in codes.items()}


def edition(settings: Settings) -> str:
    """Digest of what, beside the register, the texts of records and layers are made of."""
    digest = hashlib.sha256(__version__.encode())
    for folder in ("industries", "boundaries"):
        for path in sorted((settings.data_dir / folder).glob("*.csv")):
            digest.update(path.read_bytes())
    for lang in LANGUAGES:
        digest.update(json.dumps(sorted(catalogue(lang).items())).encode())
    return digest.hexdigest()
