"""Use cases: everything that pages, routes and the command line ask for.

A :class:`Planner` reads the register through a repository and keeps what follows from it
(joins, totals, verdicts, layers) until the register changes. It is safe to share by threads.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import shapely

from geo import industries, joins, wording
from geo.checks import Status, Verdict, law
from geo.errors import KhuCumError, UsageError
from geo.i18n import LANGUAGES
from geo.io import geojson, tables
from geo.issues import Issue
from geo.joins import BOUNDARY_VINTAGE, Total
from geo.maps import MapView, UnitFigure
from geo.plans import Document
from geo.settings import Settings
from geo.state import UNIT_LAYERS, Boundaries, State, edition, examine
from geo.store import FileRepository, Repository, Snapshot
from geo.text import fold
from geo.zones import Kind, Zone

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
        self.rulebook = law.load(settings.data_dir / "rules")
        self._edition = edition(settings)
        self._lock = threading.Lock()
        self._stamp: object = None
        self._state: State | None = None
        self._pinned: State | None = None
        self.trouble: KhuCumError | None = None

    @property
    def state(self) -> State:
        """Everything at the newest revision; read anew only when the register has changed.

        While the register cannot be read, the last good state stays and `trouble` says why.
        """
        if self._pinned is not None:
            return self._pinned
        with self._lock:
            try:
                stamp = self.repository.stamp()
                if self._state is None or stamp != self._stamp:
                    snapshot = self.repository.snapshot()
                    self._state = State(
                        snapshot, self.bounds, self.taxonomy, self._edition, self._state
                    )
                    self._stamp = stamp
                self.trouble = None
            except KhuCumError as error:
                if self._state is None:
                    raise
                self.trouble = error
            return self._state

    @property
    def held(self) -> State:
        """The state as it was last worked out, for what must not wait for the newest."""
        return self._pinned or self._state or self.state

    def now(self) -> Planner:
        """These use cases at the state of this moment, for answers that must fit each other."""
        pinned = copy.copy(self)
        pinned._pinned = self.state
        pinned.trouble = self.trouble
        return pinned

    def over(self, snapshot: Snapshot) -> Planner:
        """These use cases over another state of the register, such as that of an earlier day."""
        other = copy.copy(self)
        other._pinned = State(snapshot, self.bounds, self.taxonomy, self._edition)
        other.trouble = None
        return other

    @property
    def revision(self) -> str:
        return self.state.revision

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

    def names_zones(self, province: str) -> bool:
        """Whether any plan names a zone in a province of 2016."""
        return province in self.state.provinces.values()

    def find_province(self, text: str) -> str:
        """Code of 2016 by code or name, diacritics ignored.

        Raises
        ------
        UsageError
            ``province.unknown``, listing the provinces that have plans.
        """
        known = self.provinces()
        found = self.bounds.register.find_by_name(text, "province", BOUNDARY_VINTAGE)
        code = found[0].code if len(found) == 1 else text
        if code not in known:
            raise UsageError("province.unknown", value=text, known=list(known.values()))
        return code

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
            revision=state.revision,
            layers={name: self.layer_revision(name) for name in self.layer_names},
            visible=[state.index[zone.id] for zone in zones if zone.id in state.index],
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
                return wording.zone_name(state.by_id[key], lang)
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
            state = self.state
            return _collection([_zone_feature(zone, state) for zone in state.zones])
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

    def examine(self, zones: Sequence[Zone]) -> tuple[list[Zone], list[Issue]]:
        """Hold records that are not in the register against plans, codes and boundaries."""
        return examine(zones, self.state.documents, self.bounds, self.taxonomy)


def _zone_feature(zone: Zone, state: State) -> str:
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


def count_by_kind(zones: Sequence[Zone]) -> dict[str, int]:
    """Zones and clusters by kind; a row with two clusters counts two."""
    return {
        kind.value: sum(zone.cluster_count for zone in zones if zone.kind is kind) for kind in Kind
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _collection(features: Sequence[str]) -> bytes:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
