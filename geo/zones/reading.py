"""Reading raw values into zone records: every fault becomes an issue, nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.crs import VIETNAM_BOUNDS, in_vietnam
from geo.garbled import garbled
from geo.issues import Issue, has_errors, issue
from geo.text import broken, visible
from geo.zones.fields import RADIUS_LIMIT_KM
from geo.zones.record import (
    AREA_FIELDS,
    AREA_LIMIT_HA,
    COMPARATORS,
    CONFIDENCES,
    FIELDS,
    SUBKINDS,
    Basis,
    CommuneRef,
    Industry,
    IndustryState,
    Kind,
    Precision,
    Source,
    Stage,
    Target,
    UnitRef,
    Zone,
)

UNREADABLE_SHAPE = (
    *(ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(OverflowError, RecursionError),
)
"""What shapely raises on coordinates that are no coordinates."""

NUMBER_LIMIT = Decimal(1_000_000_000)
ID_LENGTH = 100

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_LEDGER = (
    ("area_detailed_ha", "area_planned_ha"),
    ("area_industrial_ha", "area_planned_ha"),
    ("area_let_ha", "area_industrial_ha"),
    ("area_let_ha", "area_planned_ha"),
)


class _Reader:
    """Reads the values of one feature and collects what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any], source: str | None, row: int | str) -> None:
        self.raw, self.source, self.row = raw, source, row
        self.documents = documents_of(raw)
        self.issues: list[Issue] = []

    def report(
        self, code: str, name: str | None = None, value: object = None, **more: object
    ) -> None:
        self.issues.append(
            issue(
                code,
                source=self.source,
                row=self.row,
                field=name,
                value=value,
                documents=self.documents,
                **more,
            )
        )

    def text(self, name: str, raw: Mapping[str, Any] | None = None, path: str = "") -> str | None:
        value = (self.raw if raw is None else raw).get(name)
        where = f"{path}{name}"
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.report("zone.field_type", where, value, expected="text")
            return None
        if broken(value):
            self.report("zone.text_broken", where, value)
            return None
        if not visible(value):
            return None
        folded = unicodedata.normalize("NFC", value).strip()
        if folded != value.strip():
            self.report("zone.text_nfc", where, value)
        return folded

    def required(self, name: str, raw: Mapping[str, Any] | None = None, path: str = "") -> str:
        value = self.text(name, raw, path)
        given = (self.raw if raw is None else raw).get(name)
        if value is None and (given is None or (isinstance(given, str) and not visible(given))):
            self.report("zone.field_missing", f"{path}{name}")
        return value or ""

    def number(
        self,
        name: str,
        raw: Mapping[str, Any] | None = None,
        path: str = "",
        limit: Decimal = NUMBER_LIMIT,
    ) -> Decimal | None:
        """A number from 0 to `limit`; a text is never taken for one."""
        value = (self.raw if raw is None else raw).get(name)
        where = f"{path}{name}"
        if value is None:
            return None
        if isinstance(value, str):
            if re.fullmatch(r"\s*\d{1,3}(\.?\d{3})*,\d+\s*", value):
                mended = value.strip().replace(".", "").replace(",", ".")
                self.report("zone.number_comma", where, value, mended=mended)
            else:
                self.report("zone.number_text", where, value)
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.report("zone.field_type", where, value, expected="number")
            return None
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        if not exact.is_finite():
            self.report("zone.number_text", where, value)
        elif exact < 0:
            self.report("zone.number_negative", where, value)
        elif exact > limit:
            self.report("zone.number_huge", where, value, limit=limit)
        else:
            return exact
        return None

    def whole(self, name: str, raw: Mapping[str, Any] | None = None, path: str = "") -> int | None:
        """A whole number such as a row or a version."""
        exact = self.number(name, raw, path)
        if exact is not None and exact != exact.to_integral_value():
            self.report("zone.number_whole", f"{path}{name}", exact)
            return None
        return None if exact is None else int(exact)

    def choice(
        self,
        name: str,
        choices: Iterable[str],
        raw: Mapping[str, Any] | None = None,
        path: str = "",
        *,
        needed: bool = False,
    ) -> str | None:
        value = self.required(name, raw, path) if needed else self.text(name, raw, path)
        allowed = tuple(choices)
        if value and value not in allowed:
            self.report("zone.choice", f"{path}{name}", value, choices=allowed)
            return None
        return value or None

    def date(self, name: str) -> dt.date | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.report("zone.date", name, value)
            return None

    def items(self, name: str, *, needed: bool = False) -> list[tuple[str, Mapping[str, Any]]]:
        """The objects of a list with the path of each, for example ``districts[0].``."""
        value = self.raw.get(name)
        if value in (None, []):
            if needed:
                self.report("zone.field_missing", name)
            return []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self.report("zone.field_type", name, value, expected="list of objects")
            return []
        return [(f"{name}[{at}].", item) for at, item in enumerate(value)]

    def texts(
        self, name: str, raw: Mapping[str, Any] | None = None, path: str = ""
    ) -> tuple[str, ...]:
        value = (self.raw if raw is None else raw).get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.report("zone.field_type", f"{path}{name}", value, expected="list of texts")
            return ()
        if any(broken(item) for item in value):
            self.report("zone.text_broken", f"{path}{name}", value)
            return ()
        return tuple(unicodedata.normalize("NFC", item).strip() for item in value)

    def unit(self, raw: Mapping[str, Any], path: str) -> UnitRef:
        basis = self.choice("basis", Basis, raw, path) or Basis.STATED
        return UnitRef(
            self.required("code", raw, path),
            self.required("vintage", raw, path),
            self.required("name", raw, path),
            Basis(basis),
        )

    def geometry(self, raw: object) -> BaseGeometry | None:
        if raw is None:
            self.report("zone.geometry_missing", "geometry")
            return None
        try:
            built = shapely.force_2d(raw if isinstance(raw, BaseGeometry) else shape(raw))
        except UNREADABLE_SHAPE:
            self.report("zone.geometry_unreadable", "geometry", raw)
            return None
        problem = geometry_problem(built)
        if problem is None:
            return built
        code, more = problem
        self.report(code, "geometry", built.wkt, **more)
        return None


def documents_of(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The plan documents that a raw record names, however bad the rest of it is."""
    sources = raw.get("sources")
    entries = sources if isinstance(sources, list) else []
    names = (entry.get("document") for entry in entries if isinstance(entry, Mapping))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def geometry_problem(geometry: BaseGeometry) -> tuple[str, dict[str, object]] | None:
    """What keeps a geometry in EPSG:4326 from being a zone's place, as issue code and details."""
    if geometry.is_empty:
        return "zone.geometry_empty", {}
    if geometry.geom_type not in ("Point", "Polygon", "MultiPolygon"):
        return "zone.geometry_type", {"got": geometry.geom_type}
    west, south, east, north = geometry.bounds
    if not (in_vietnam(west, south) and in_vietnam(east, north)):
        bounds = ", ".join(f"{edge:g}" for edge in VIETNAM_BOUNDS)
        if max(abs(west), abs(south), abs(east), abs(north)) > 180:
            return "zone.geometry_projected", {"bounds": bounds}
        if in_vietnam(south, west) and in_vietnam(north, east):
            return "zone.geometry_swapped", {"bounds": bounds}
        return "zone.geometry_outside", {"bounds": bounds}
    if not geometry.is_valid:
        return "zone.geometry_invalid", {"reason": shapely.is_valid_reason(geometry)}
    return None


def parse(
    feature: object, *, source: str | None = None, row: int | str = 1
) -> tuple[Zone | None, list[Issue]]:
    """Read one GeoJSON feature.

    Parameters
    ----------
    feature
        Mapping with ``properties`` and ``geometry`` in EPSG:4326; the geometry may also be a
        shapely one. Numbers as int, float or Decimal.
    source, row
        File, and position in it from 1, for the issues.

    Returns
    -------
    zone, issues
        The zone is None when any issue is an error. Each repair (Unicode form) is an issue too.
    """
    if not isinstance(feature, Mapping) or not isinstance(feature.get("properties"), Mapping):
        return None, [issue("zone.not_a_feature", source=source, row=row, value=feature)]
    read = _Reader(feature["properties"], source, row)
    zone_id = read.text("id")
    if zone_id is None:
        read.report("zone.id_missing", "id", read.raw.get("id"))
    elif not _ID.fullmatch(zone_id) or len(zone_id) > ID_LENGTH:
        read.report("zone.id_malformed", "id", zone_id)
    for name in sorted(set(read.raw) - set(FIELDS)):
        read.report("zone.field_unknown", name, read.raw[name])

    province = read.raw.get("province") or None
    if not isinstance(province, Mapping):
        read.report(
            "zone.field_missing" if province is None else "zone.field_type",
            "province",
            province,
            expected="object",
        )
        province = {}
    precision = read.choice("location_precision", Precision, needed=True) or Precision.DISTRICT
    kind = read.choice("kind", Kind, needed=True) or Kind.KCN
    stage = read.choice("stage", Stage)
    version = read.whole("version")
    fields: dict[str, Any] = {
        "name": read.required("name"),
        "province": read.unit(province, "province.") if province else None,
        "districts": tuple(
            read.unit(raw, path) for path, raw in read.items("districts", needed=True)
        ),
        "communes": tuple(_commune(read, raw, path) for path, raw in read.items("communes")),
        "industries": tuple(_industry(read, raw, path) for path, raw in read.items("industries")),
        "occupancy_targets": tuple(
            _target(read, raw, path) for path, raw in read.items("occupancy_targets")
        ),
        "sources": tuple(
            _source(read, raw, path) for path, raw in read.items("sources", needed=True)
        ),
        "subkind": read.choice("subkind", SUBKINDS),
        "name_en": read.text("name_en"),
        "aliases": read.texts("aliases"),
        "members": read.texts("members"),
        **{name: read.number(name, limit=AREA_LIMIT_HA) for name in AREA_FIELDS},
        "let_as_of": read.date("let_as_of"),
        "location_radius_km": read.number("location_radius_km", limit=RADIUS_LIMIT_KM),
        "location_source": read.text("location_source"),
        "note_vi": read.text("note_vi"),
        "note_en": read.text("note_en"),
        "updated_at": read.text("updated_at"),
        "updated_by": read.text("updated_by"),
        "geometry": read.geometry(feature.get("geometry")),
    }
    if has_errors(read.issues):
        return None, read.issues
    zone = Zone(
        id=zone_id or "",
        kind=Kind(kind),
        stage=Stage(stage) if stage else None,
        location_precision=Precision(precision),
        version=version or 1,
        **fields,
    )
    issues = read.issues + check(zone, source=source, row=row)
    return (None if has_errors(issues) else zone), issues


def _commune(read: _Reader, raw: Mapping[str, Any], path: str) -> CommuneRef:
    return CommuneRef(
        read.required("name", raw, path),
        read.text("code", raw, path),
        read.text("vintage", raw, path),
        Basis(read.choice("basis", Basis, raw, path, needed=True) or Basis.MATCHED),
        read.choice("confidence", CONFIDENCES, raw, path, needed=True) or "low",
        read.texts("now", raw, path),
    )


def _industry(read: _Reader, raw: Mapping[str, Any], path: str) -> Industry:
    state = read.choice("state", IndustryState, raw, path, needed=True) or IndustryState.LISTED
    return Industry(
        read.required("phrase", raw, path),
        IndustryState(state),
        read.required("clause", raw, path),
        read.texts("vsic", raw, path),
        read.text("reading", raw, path),
    )


def _target(read: _Reader, raw: Mapping[str, Any], path: str) -> Target:
    if raw.get("low") is None:
        read.report("zone.field_missing", f"{path}low")
    return Target(
        read.required("figure", raw, path),
        read.choice("comparator", COMPARATORS, raw, path, needed=True) or "=",
        read.number("low", raw, path) or Decimal(0),
        read.number("high", raw, path),
        read.required("year", raw, path),
    )


def _source(read: _Reader, raw: Mapping[str, Any], path: str) -> Source:
    return Source(
        read.required("document", raw, path),
        read.required("clause", raw, path),
        read.whole("row", raw, path),
        read.required("quote", raw, path),
    )


def check(zone: Zone, *, source: str | None = None, row: int | str | None = None) -> list[Issue]:
    """Rules that hold between the fields of one zone: area ledger, place and its doubt."""
    at = zone.id if row is None else row
    found: list[Issue] = []

    def found_at(code: str, field: str, value: object = None, **more: object) -> None:
        documents = tuple(one.document for one in zone.sources)
        found.append(
            issue(
                code, source=source, row=at, field=field, value=value, documents=documents, **more
            )
        )

    sign = garbled(zone.name)
    if sign is not None:
        found_at("zone.name_garbled", "name", zone.name, sign=sign)
    for part, whole in _LEDGER:
        small, large = getattr(zone, part), getattr(zone, whole)
        if small is not None and large is not None and small > large:
            found_at("zone.ledger", part, small, amount=small, whole=whole, limit=large)
    if zone.area_let_ha is not None and zone.let_as_of is None:
        found_at("zone.let_without_date", "let_as_of")
    coarse = zone.location_precision in (Precision.COMMUNE, Precision.DISTRICT)
    if coarse and zone.geometry is not None:
        if not zone.is_point:
            found_at("zone.precision_geometry", "location_precision", zone.location_precision)
        elif zone.location_radius_km is None:
            found_at("zone.radius_missing", "location_radius_km")
    return found


def parse_all(
    features: Sequence[object], *, source: str | None = None
) -> tuple[list[Zone], list[Issue]]:
    """Read many features; of records that share an id only the first is used.

    Returns
    -------
    zones, issues
        Zones in the order of the file. A bad record leaves the others untouched.
    """
    zones: list[Zone] = []
    issues: list[Issue] = []
    first_row: dict[str, int] = {}
    for row, feature in enumerate(features, start=1):
        zone, found = parse(feature, source=source, row=row)
        issues += found
        if zone is None:
            continue
        if zone.id in first_row:
            issues.append(
                issue(
                    "zone.id_duplicate",
                    source=source,
                    row=row,
                    field="id",
                    value=zone.id,
                    first=first_row[zone.id],
                    documents=tuple(source.document for source in zone.sources),
                )
            )
            continue
        first_row[zone.id] = row
        zones.append(zone)
    return zones, issues
