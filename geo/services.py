"""Use cases: everything that pages, routes and the command line ask for.

A :class:`Planner` reads the register through a repository and keeps what follows from it
(joins, totals, verdicts, layers) until the register changes. It is safe to share by threads.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import shapely

from geo import industries, joins, places, profile, rows, spots, vocabulary, wording
from geo.audit import Audit
from geo.checks import Status, Verdict, law
from geo.columns import Filter, Mask
from geo.errors import KhuCumError, UsageError
from geo.i18n import LANGUAGES
from geo.io import geojson, tables
from geo.issues import Issue
from geo.joins import BOUNDARY_VINTAGE, Total
from geo.maps import MapView
from geo.plans import Document
from geo.reconciling import Reconciliation
from geo.settings import Settings
from geo.state import UNIT_LAYERS, Boundaries, State, edition, examine
from geo.store import FileRepository, Repository, Snapshot
from geo.thematic import METHODS, Theme, graded, judged, values_of
from geo.wishes import Found, Near, Wish
from geo.zones import Kind, Zone

NEAR_KM = 100.0
"""How far "near" reaches where nobody says it."""

GROUPINGS = ("province", "district", "kind")


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
        self.vocabulary = vocabulary.load(settings.data_dir / "industries", self.taxonomy)
        self.rulebook = law.load(settings.data_dir / "rules")
        self._finder = places.Finder(
            self.bounds.register, self.bounds.frames, settings.data_dir / "boundaries"
        )
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
                        snapshot, self.bounds, self.vocabulary, self._edition, self._state
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
        other._pinned = State(snapshot, self.bounds, self.vocabulary, self._edition)
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
        columns = self.state.columns
        return columns.picked(columns.accept(chosen or Filter()))

    def provinces(self) -> dict[str, str]:
        """Provinces of 2016 that have a plan document or a zone: code and name, by name."""
        return self.state.province_names

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
        self,
        mask: Mask,
        layer: str = "districts-2016",
        measure: str = "planned",
        method: str = METHODS[0],
        *,
        selected: str | None = None,
    ) -> MapView:
        """What the map shows for some zones, coloured by a measure over a boundary layer."""
        state = self.state
        return MapView(
            revision=state.revision,
            layers={name: self.layer_revision(name) for name in self.layer_names},
            visible=mask,
            theme=self.theme(mask, layer, measure, method),
            selected=selected,
        )

    def theme(
        self, mask: Mask, layer: str, measure: str = "planned", method: str = METHODS[0]
    ) -> Theme:
        """How the units of a layer are coloured by what they hold of the zones of a mask.

        Parameters
        ----------
        measure, method
            One of :data:`geo.thematic.MEASURES` and one of :data:`geo.thematic.METHODS`.
        """
        state = self.state
        sums = state.columns.unit_sums(layer, mask)
        if measure == "verdicts":
            return judged(layer, sums, state.columns.highest(layer, mask, state.ranks))
        land_ha = self.bounds.land_ha(layer)
        everything = values_of(measure, state.columns.everything(layer), land_ha)
        values = values_of(measure, sums, land_ha)
        return graded(layer, measure, sums, values, everything, method)

    def warm(self) -> None:
        """Work out what first visitors would wait for: names, classes, old and new units, audit."""
        planner = self.now()
        mask = planner.state.columns.accept(Filter(text="a"))
        planner.theme(mask, UNIT_LAYERS[0])
        planner.reconcile(mask)
        planner.find("a", LANGUAGES[0])
        planner.audit()

    def search(self, wish: Wish) -> Found:
        """The zones in which a plan permits what an investor wants, the best first.

        Land and place that are named in the words count where the wish itself leaves them open.
        """
        question = self.vocabulary.chosen(self.vocabulary.read(wish.text), wish.readings)
        if question.area_ha is not None and wish.area_min is None and wish.area_max is None:
            wish = replace(wish, area_min=question.area_ha)
        if question.near and wish.near is None:
            wish = replace(wish, near=self.place(question.near))
        return self.state.offer.find(wish, question)

    def place(self, text: str, km: float = NEAR_KM) -> Near | None:
        """The place of a zone, unit or commune by name, and around it; None where there is none."""
        found = (spots.near(one, self.bounds.frames, km) for one in self.find(text, LANGUAGES[0]))
        return next((place for place in found if place is not None), None)

    def reconcile(self, mask: Mask) -> Reconciliation:
        """The zones of a mask on every set of units: one total, and who changed units."""
        state = self.state
        return state.lineage.of(mask, state.columns, UNIT_LAYERS)

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

    def audit(
        self,
        province: str | None = None,
        documents: Collection[str] = (),
        day: dt.date | None = None,
    ) -> Audit:
        """The audit of documents, made once a state; empty choices mean all.

        Parameters
        ----------
        province
            Code of 2016: only its documents.
        day
            The day whose rules of law are applied; by default that of each document.
        """
        state = self.state
        chosen = tuple(
            name
            for name, document in state.documents.items()
            if (province is None or document.province.code == province)
            and (not documents or name in documents)
        )
        return state.audit(self.rulebook, chosen, day)

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
        """The profile of a zone, see :func:`geo.profile.record`; None where there is none."""
        state = self.state
        zone = state.by_id.get(zone_id)
        if zone is None or lang not in LANGUAGES:
            return None
        return profile.record(state, zone, lang, self.namer(lang))

    def find(self, text: str, lang: str) -> list[dict[str, Any]]:
        """Zones, units and communes by name; see :meth:`geo.places.Finder.search`."""
        state = self.state
        return self._finder.search(text, lang, state.revision, state.zones)

    def unit(self, layer: str, code: str, lang: str) -> dict[str, Any] | None:
        """What a unit of a boundary layer holds and what became of it; None if there is none.

        Returns
        -------
        dict
            ``name``; ``lines``, sentences on its history; ``parts``, for each zone in it the
            ``zone``, ``ha`` of its planned area that lie in the unit (null where not known), and
            whether it is ``shared`` with others and cannot be divided.
        """
        state = self.state
        if layer not in UNIT_LAYERS or code not in self.bounds.frames[layer].index:
            return None
        if layer.startswith("districts"):
            parts = [part for part in state.parts if part.district == code]
        else:
            own = state.provinces_2025 if layer.endswith("2025") else state.provinces
            zones = [zone for zone in state.zones if own[zone.id] == code]
            parts = [joins.Part(zone.id, code, zone.area_planned_ha, False) for zone in zones]
        return {
            "name": self.bounds.unit_name(code, layer),
            "lines": self._finder.relations(layer, code, lang),
            "parts": [
                {"zone": part.zone, "ha": wording.plain(part.area_ha), "shared": part.shared}
                for part in parts
            ],
        }

    def rows(self, lang: str) -> bytes:
        """All zones as the table shows them, as JSON; see :func:`geo.rows.table`."""
        return rows.table(self.state.zones, self.state, lang)

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
        "districts": state.districts_of(zone),
        "province": state.provinces[zone.id],
        "province_2025": state.provinces_2025[zone.id],
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
