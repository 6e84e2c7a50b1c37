"""Use cases: everything that pages, routes and the command line ask for.

A :class:`Planner` reads the register through a repository and keeps what follows from it
(joins, totals, verdicts, layers) until the register changes. It is safe to share by threads.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import geopandas as gpd
import shapely

from geo import boundaries, checks, industries, joins, wording
from geo.checks import Status, Verdict
from geo.districts import Catalogue, UnitRegister, load_boundaries, load_sets
from geo.errors import UsageError
from geo.i18n import LANGUAGES
from geo.industries import Taxonomy
from geo.io import geojson, tables
from geo.issues import Issue
from geo.joins import BOUNDARY_VINTAGE, Part, Total
from geo.maps import MapView, UnitFigure
from geo.plans import Document
from geo.settings import Settings
from geo.store import FileRepository, Repository, Snapshot
from geo.text import fold
from geo.zones import Kind, Zone

UNIT_LAYERS = ("districts-2016", "provinces-2016", "provinces-2025")
GROUPINGS = ("province", "district", "kind")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which zones; an empty choice means all.

    `provinces` are codes of 2016.
    """

    provinces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    text: str = ""

    def accepts(self, zone: Zone, province: str) -> bool:
        names = (zone.name, zone.name_en or "", *zone.aliases, *zone.members)
        wanted = fold(self.text)
        return (
            (not self.provinces or province in self.provinces)
            and (not self.kinds or zone.kind in self.kinds)
            and (not wanted or any(wanted in fold(name) for name in names))
        )


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
    """The register at one revision with all that follows from it."""

    def __init__(self, snapshot: Snapshot, bounds: Boundaries, taxonomy: Taxonomy) -> None:
        self.snapshot, self.bounds, self.taxonomy = snapshot, bounds, taxonomy
        self.documents = {document.id: document for document in snapshot.documents}
        sourced, source_issues = checks.check_sources(snapshot.zones, self.documents, taxonomy)
        good, unit_issues = joins.check_units(sourced, bounds.register)
        self.zones: tuple[Zone, ...] = tuple(good)
        self.by_id = {zone.id: zone for zone in good}
        self.index = {zone.id: at for at, zone in enumerate(good)}
        self.declared = joins.by_code(good, bounds.register)
        self.positioned = joins.by_position(joins.frame(good), bounds.districts)
        self.parts: list[Part] = joins.allocate(good, self.declared, self.positioned)
        self.issues: tuple[Issue, ...] = (
            *snapshot.issues,
            *source_issues,
            *unit_issues,
            *joins.disagreements(good, self.declared, self.positioned, bounds.districts),
        )
        context = checks.Context(_district_codes(bounds.register))
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


def _district_codes(register: UnitRegister) -> dict[str, tuple[str, ...]]:
    codes: dict[str, list[str]] = {}
    for unit in register.of(BOUNDARY_VINTAGE):
        codes.setdefault(unit.province_code or "", []).append(unit.code)
    return {province: tuple(found) for province, found in codes.items()}


class Planner:
    """The use cases over one register.

    Raises
    ------
    DataError
        From the constructor, when boundaries or taxonomy cannot be read; from the use cases,
        when the register as a whole cannot.
    """

    layer_names: Sequence[str] = ("zones", *UNIT_LAYERS)

    def __init__(self, settings: Settings, repository: Repository | None = None) -> None:
        self.settings = settings
        self.repository = repository or FileRepository(settings)
        self.bounds = Boundaries.load(settings)
        self.taxonomy = industries.load(settings.data_dir / "industries")
        self._lock = threading.Lock()
        self._stamp: object = None
        self._state: State | None = None

    @property
    def state(self) -> State:
        """Everything at the newest revision; read anew only when the register has changed."""
        with self._lock:
            stamp = self.repository.stamp()
            if self._state is None or stamp != self._stamp:
                snapshot = self.repository.snapshot()
                self._state = State(snapshot, self.bounds, self.taxonomy)
                self._stamp = stamp
            return self._state

    @property
    def revision(self) -> str:
        return self.state.snapshot.revision

    def counts(self) -> dict[str, int]:
        state = self.state
        return {
            "zones": len(state.zones),
            "clusters": sum(zone.cluster_count for zone in state.zones),
            "documents": len(state.documents),
            "issues": len(state.issues),
        }

    # -- zones and totals

    def zones(self, chosen: Filter | None = None) -> list[Zone]:
        """The zones that a filter accepts, by id."""
        wanted = chosen or Filter()
        state = self.state
        return [zone for zone in state.zones if wanted.accepts(zone, state.provinces[zone.id])]

    def provinces(self) -> dict[str, str]:
        """Provinces of 2016 that have a plan document or a zone: code and name, by name."""
        state = self.state
        codes = set(state.provinces.values())
        codes |= {document.province.code for document in state.documents.values()}
        frame = self.bounds.frames["provinces-2016"]
        names = {code: str(frame.at[code, "name"]) for code in codes if code in frame.index}
        return dict(sorted(names.items(), key=lambda item: fold(item[1])))

    def find_province(self, text: str) -> str:
        """Code of 2016 by code or name, diacritics ignored.

        Raises
        ------
        UsageError
            ``province.unknown``, listing the provinces that have plans.
        """
        register = self.bounds.register
        if register.get(text, BOUNDARY_VINTAGE, "province"):
            return text
        found = register.find_by_name(text, "province", BOUNDARY_VINTAGE)
        if len(found) != 1:
            raise UsageError("province.unknown", value=text, known=list(self.provinces().values()))
        return found[0].code

    def find_document(self, text: str) -> str:
        """Id of a document by id or number.

        Raises
        ------
        UsageError
            ``document.unknown``, listing the ids.
        """
        documents = self.state.documents
        for document in documents.values():
            if text in (document.id, document.number):
                return document.id
        raise UsageError("document.unknown", value=text, known=list(documents))

    def summary(
        self, by: str, zones: Sequence[Zone] | None = None, vintage: str = BOUNDARY_VINTAGE
    ) -> dict[str, Total]:
        """Totals of zones by unit code or kind.

        Parameters
        ----------
        by
            ``province``, ``district`` or ``kind``.
        vintage
            For provinces: ``2016`` or ``2025``.

        Raises
        ------
        UsageError
            ``summary.by`` for another grouping.
        """
        state = self.state
        chosen = state.zones if zones is None else zones
        if by == "province":
            return joins.province_totals(chosen, self.bounds.register, vintage)
        if by == "district":
            return joins.district_totals(chosen, state.parts)
        if by == "kind":
            return joins.kind_totals(chosen)
        raise UsageError("summary.by", value=by, known=list(GROUPINGS))

    def unit_totals(self, layer: str, zones: Sequence[Zone]) -> dict[str, Total]:
        """Totals by the units of a boundary layer."""
        level, _, vintage = layer.partition("-")
        return self.summary("district" if level == "districts" else "province", zones, vintage)

    def map_view(
        self, zones: Sequence[Zone], layer: str = "districts-2016", selected: str | None = None
    ) -> MapView:
        """What the map shows for some zones, with the figures of a boundary layer."""
        state = self.state
        return MapView(
            revision=state.snapshot.revision,
            layers={name: self.layer_revision(name) for name in self.layer_names},
            visible=[state.index[zone.id] for zone in zones],
            total=len(state.zones),
            unit=layer,
            figures={
                code: UnitFigure(float(total.area_ha or 0), total.zones, total.unknown_area)
                for code, total in self.unit_totals(layer, zones).items()
            },
            selected=selected,
        )

    def district_names(self, zone: Zone) -> list[str]:
        """The districts that a zone declares, as they were called at plan time."""
        register = self.bounds.register
        units = (register.get(ref.code, ref.vintage) for ref in zone.districts)
        return [unit.full_name for unit in units if unit is not None]

    # -- checks

    def verdicts(
        self,
        province: str | None = None,
        documents: Collection[str] = (),
        statuses: Collection[Status] = (),
    ) -> list[Verdict]:
        """Verdicts on the plans' figures; empty choices mean all."""
        return [
            verdict
            for verdict in self.state.verdicts
            if (province is None or verdict.figure.scope.province == province)
            and (not documents or verdict.figure.document in documents)
            and (not statuses or verdict.status in statuses)
        ]

    def documents(self) -> list[Document]:
        return list(self.state.documents.values())

    def issues(self) -> tuple[Issue, ...]:
        return self.state.issues

    def namer(self, lang: str) -> Callable[[str], str]:
        """Names by key: see :data:`geo.wording.ZoneName`.

        A district of a document has the name that it had at plan time.
        """
        state = self.state

        def name(key: str) -> str:
            if key in state.by_id:
                return state.by_id[key].name
            match key.split(":"):
                case ["province", code]:
                    frame = self.bounds.frames["provinces-2016"]
                    return str(frame.at[code, "name"]) if code in frame.index else code
                case ["district", document, code]:
                    vintage = state.documents[document].province.vintage
                    unit = self.bounds.register.get(code, vintage)
                    return unit.full_name if unit else code
                case _:
                    return self.bounds.unit_name(key)

        return name

    # -- layers, records, downloads

    def layer_revision(self, name: str) -> str:
        """What a layer's address carries: boundaries do not change when the register does."""
        if name in UNIT_LAYERS:
            return self.bounds.catalogue.get(name).sha256[:16]
        return self.revision

    def layer(self, name: str) -> bytes:
        """A map layer as GeoJSON in EPSG:4326.

        Raises
        ------
        UsageError
            ``layer.unknown``.
        """
        if name == "zones":
            return _collection([self._zone_feature(zone) for zone in self.state.zones])
        if name not in UNIT_LAYERS:
            raise UsageError("layer.unknown", value=name, known=list(self.layer_names))
        frame = self.bounds.frames[name]
        kept = [
            column
            for column in ("code", "name", "full_name", "type", "province_code", "area_km2")
            if column in frame
        ]
        plain = frame[kept].astype(object).where(frame[kept].notna(), None)
        shapes = shapely.to_geojson(frame.geometry.values)
        return _collection(
            [
                f'{{"type":"Feature","properties":{_json(dict(zip(kept, values, strict=True)))},'
                f'"geometry":{shape}}}'
                for values, shape in zip(plain.itertuples(index=False), shapes, strict=True)
            ]
        )

    def _zone_feature(self, zone: Zone) -> str:
        state = self.state
        properties = {
            "n": state.index[zone.id],
            "id": zone.id,
            "kind": zone.kind.value,
            "clusters": zone.cluster_count,
            "name": zone.name,
            "area": wording.plain(zone.area_planned_ha),
            "precision": zone.location_precision.value,
            "radius_km": wording.plain(zone.location_radius_km),
            "stage": zone.stage.value if zone.stage else None,
            "province": state.provinces[zone.id],
            "districts": state.districts_of(zone),
        }
        geometry = None if zone.geometry is None else geojson.geometry_mapping(zone.geometry)
        return _json({"type": "Feature", "properties": properties, "geometry": geometry})

    def record(self, zone_id: str, lang: str) -> dict[str, Any] | None:
        """The popup of a zone in a language; None where there is no such zone."""
        state = self.state
        zone = state.by_id.get(zone_id)
        if zone is None or lang not in LANGUAGES:
            return None
        document = state.documents[zone.source.document]
        return wording.zone_record(zone, lang, document, self.taxonomy)

    def download(self, form: str, zones: Sequence[Zone]) -> bytes:
        """Zones as ``csv`` or as ``geojson`` in the register's own form."""
        if form == "csv":
            return tables.zones_csv(zones)
        if form == "geojson":
            return geojson.dumps(zones)
        raise UsageError("download.form", value=form, known=["csv", "geojson"])

    def area_ha(self, zones: Sequence[Zone]) -> Decimal | None:
        """Sum of the known planned areas; None where none is known."""
        known = [zone.area_planned_ha for zone in zones if zone.area_planned_ha is not None]
        return sum(known, Decimal(0)) if known else None

    def verify_boundaries(self) -> list[Issue]:
        return boundaries.verify(self.settings.data_dir / "boundaries")


def count_by_kind(zones: Sequence[Zone]) -> dict[str, int]:
    """Zones and clusters by kind; a row with two clusters counts two."""
    return {
        kind.value: sum(zone.cluster_count for zone in zones if zone.kind is kind) for kind in Kind
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _collection(features: Sequence[str]) -> bytes:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
