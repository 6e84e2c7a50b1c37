"""The register at one revision with all that follows from it: joins, totals, verdicts, issues."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import geopandas as gpd

from geo import __version__, checks, joins
from geo.checks import Verdict
from geo.districts import Catalogue, UnitRegister, load_boundaries, load_sets
from geo.i18n import LANGUAGES, catalogue
from geo.industries import Taxonomy
from geo.issues import Issue, Severity
from geo.joins import BOUNDARY_VINTAGE, Part
from geo.plans import Document
from geo.settings import Settings
from geo.store import Snapshot
from geo.zones import Zone

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
        self, snapshot: Snapshot, bounds: Boundaries, taxonomy: Taxonomy, edition: str = ""
    ) -> None:
        self.bounds, self.taxonomy = bounds, taxonomy
        self.revision = hashlib.sha256(f"{snapshot.revision} {edition}".encode()).hexdigest()[:16]
        self.documents = {document.id: document for document in snapshot.documents}
        good, found = examine(snapshot.zones, self.documents, bounds, taxonomy)
        self.zones: tuple[Zone, ...] = tuple(good)
        self.by_id = {zone.id: zone for zone in good}
        self.index = {zone.id: at for at, zone in enumerate(good)}
        self.issues: tuple[Issue, ...] = (*snapshot.issues, *found)
        self.declared = joins.by_code(good, bounds.register)
        positioned = joins.by_position(joins.frame(good), bounds.districts)
        self.parts: list[Part] = joins.allocate(good, self.declared, positioned)
        context = checks.Context(_district_codes(bounds.register), _refused(self.issues))
        self.verdicts: list[Verdict] = checks.run(snapshot.documents, good, context)
        self.provinces = {
            zone.id: joins.province_code(zone, bounds.register, BOUNDARY_VINTAGE) for zone in good
        }

    def districts_of(self, zone: Zone) -> list[str]:
        """Codes of the boundary vintage that the zone declares."""
        return list(self._declared_lists.get(zone.id, []))

    @cached_property
    def _declared_lists(self) -> dict[str, list[str]]:
        return joins.district_lists(self.declared)


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
    for path in sorted((settings.data_dir / "industries").glob("*.csv")):
        digest.update(path.read_bytes())
    for lang in LANGUAGES:
        digest.update(json.dumps(sorted(catalogue(lang).items())).encode())
    return digest.hexdigest()
