"""Zones joined to districts and provinces, by the declared code and by position.

The declared code decides in which unit a zone is counted: it is what the plan says. The position
is held against it, and where the two differ an issue says by how far. A zone over several
districts is split by area where its polygon is known; where only a point is known it counts once
for the province and is shown as shared between the districts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84, area_ha, distance_km, require_crs
from geo.districts import Unit, UnitRegister
from geo.errors import DataError
from geo.issues import Issue, has_errors, issue
from geo.zones import UnitRef, Zone

BOUNDARY_VINTAGE = "2016"
_HUNDREDTH = Decimal("0.01")


def frame(zones: Sequence[Zone]) -> gpd.GeoDataFrame:
    """The zones as a GeoDataFrame in EPSG:4326 indexed by id; areas in ha as float, unknown NaN."""
    areas = [np.nan if z.area_planned_ha is None else float(z.area_planned_ha) for z in zones]
    return gpd.GeoDataFrame(
        {"kind": [zone.kind.value for zone in zones], "area_planned_ha": areas},
        index=pd.Index([zone.id for zone in zones], name="zone"),
        geometry=gpd.GeoSeries(
            [zone.geometry for zone in zones], index=[zone.id for zone in zones], crs=WGS84
        ),
    )


def check_units(zones: Iterable[Zone], register: UnitRegister) -> tuple[list[Zone], list[Issue]]:
    """Hold the declared units against the register of codes.

    Returns
    -------
    zones, issues
        The zones whose codes all exist in the vintage that they name, and lie in the province
        declared; an issue names every other one, and the vintages in which its code does exist.
    """
    good: list[Zone] = []
    issues: list[Issue] = []
    for zone in zones:
        found = _unit_issues(zone, "province", zone.province, "province", register)
        for at, ref in enumerate(zone.districts):
            found += _unit_issues(zone, f"districts[{at}]", ref, "district", register)
        drawn = [unit.boundary_code for unit in _declared(zone, register) if unit.boundary_code]
        found += [
            issue("zone.unit_twice", row=zone.id, field="districts", value=code)
            for code, times in Counter(drawn).items()
            if times > 1
        ]
        issues += found
        if not has_errors(found):
            good.append(zone)
    return good, issues


def _unit_issues(
    zone: Zone, path: str, ref: UnitRef, level: str, register: UnitRegister
) -> list[Issue]:
    documents = tuple(source.document for source in zone.sources)
    unit = register.get(ref.code, ref.vintage, level)
    if unit is None:
        vintages = register.vintages_of(ref.code, level)
        code = "zone.unit_vintage" if vintages else "zone.unit_unknown"
        return [
            issue(code, row=zone.id, field=f"{path}.code", value=ref.code, name=ref.name,
                  vintage=ref.vintage, vintages=vintages, documents=documents)
        ]  # fmt: skip
    since_2025 = zone.province.vintage == "2025"
    province = unit.province_2025_code if since_2025 else unit.province_code
    if level == "district" and province != zone.province.code:
        return [
            issue("zone.unit_province", row=zone.id, field=f"{path}.code", value=ref.code,
                  name=unit.full_name, province=zone.province.name, documents=documents)
        ]  # fmt: skip
    return []


def by_code(zones: Iterable[Zone], register: UnitRegister) -> pd.DataFrame:
    """Declared districts as codes of the boundary vintage.

    Returns
    -------
    DataFrame
        Columns ``zone`` and ``district``: one row for each declared district; zones whose code
        is not in the register, or has no boundary of this vintage, have none.
    """
    rows = [
        (zone.id, code)
        for zone in zones
        for code in dict.fromkeys(
            unit.boundary_code
            for unit in _declared(zone, register)
            if unit.boundary_vintage == BOUNDARY_VINTAGE and unit.boundary_code
        )
    ]
    return pd.DataFrame(rows, columns=["zone", "district"])


def _declared(zone: Zone, register: UnitRegister) -> list[Unit]:
    units = (register.get(ref.code, ref.vintage) for ref in zone.districts)
    return [unit for unit in units if unit is not None]


def by_position(zones: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Districts in which zones lie, with the share of each.

    A point lies in one district (on a common border: the one with the lower code). A polygon is
    split by geodesic area; what lies outside all districts has no row, so the shares of a zone
    may sum to less than 1.

    Parameters
    ----------
    zones
        Points and polygons indexed by zone id; rows without geometry are passed over.
    districts
        Polygons of a coverage indexed by code. Both frames in EPSG:4326.

    Returns
    -------
    DataFrame
        Columns ``zone``, ``district``, ``share`` (0–1), by zone and district.

    Raises
    ------
    DataError
        If a frame has no CRS, or the two differ.
    """
    require_crs(zones, "zones")
    require_crs(districts, "districts")
    if zones.crs != districts.crs:
        raise DataError("crs.mismatch", left=zones.crs.to_string(), right=districts.crs.to_string())
    placed = zones.geometry[zones.geometry.notna()]
    tree = districts.sindex
    left, right = tree.query(placed.values, predicate="intersects")
    pairs = pd.DataFrame(
        {
            "zone": placed.index.values[left],
            "district": districts.index.values[right],
            "at": left,
            "cell": right,
            "share": 1.0,
        }
    )
    point = shapely.get_type_id(placed.values)[left] == shapely.GeometryType.POINT
    points = pairs[point].sort_values(["zone", "district"]).drop_duplicates("zone")
    polygons = _with_shares(pairs[~point], placed, districts)
    joined: pd.DataFrame = pd.concat([points, polygons])[["zone", "district", "share"]]
    return joined.sort_values(["zone", "district"], ignore_index=True)


def _with_shares(
    pairs: pd.DataFrame, placed: gpd.GeoSeries, districts: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Area shares of polygons; only those that a border cuts need measuring."""
    shapes, cells = placed.values[pairs["at"]], districts.geometry.values[pairs["cell"]]
    shapely.prepare(cells)
    whole = shapely.covered_by(shapes, cells)
    cut = pairs[~whole]
    if cut.empty:
        return pairs
    pieces = shapely.intersection(shapes[~whole], cells[~whole])
    part = area_ha(gpd.GeoSeries(pieces, index=cut.index, crs=WGS84))
    total = area_ha(placed.iloc[cut["at"].unique()])
    share = part / cut["zone"].map(total)
    cut = cut.assign(share=share)[share > 1e-9]
    joined: pd.DataFrame = pd.concat([pairs[whole], cut])
    return joined


def disagreements(
    zones: Sequence[Zone],
    declared: pd.DataFrame,
    positioned: pd.DataFrame,
    districts: gpd.GeoDataFrame,
) -> list[Issue]:
    """Where the declared district and the position differ.

    An issue names the zone, the declared districts, the ones found, and the geodesic distance in
    km from the zone to the nearest declared district. Within the radius of doubt of the place it
    is only worth knowing; beyond it somebody must look.
    """
    said, found = district_lists(declared), district_lists(positioned)
    issues = []
    for zone in zones:
        codes = said.get(zone.id, [])
        here = found.get(zone.id, [])
        drawn = [code for code in codes if code in districts.index]
        if not drawn:
            written = ", ".join(f"{ref.code}/{ref.vintage}" for ref in zone.districts)
            issues.append(issue("join.no_boundary", row=zone.id, field="districts", value=written))
        if zone.geometry is None:
            continue
        if not drawn or (here and set(here) & set(drawn)):
            continue
        distance = min(_distance_km(zone.geometry, districts.geometry[code]) for code in drawn)
        doubt = float(zone.location_radius_km or 0)
        if not here:
            code = "join.outside_all"
        else:
            code = "join.position_within_doubt" if distance <= doubt else "join.position_differs"
        issues.append(
            issue(
                code,
                row=zone.id,
                field="geometry",
                zone=zone.name,
                declared=_names(districts, drawn),
                found=_names(districts, here),
                distance_km=round(distance, 1),
                doubt_km=doubt,
            )
        )
    return issues


def _names(districts: gpd.GeoDataFrame, codes: Iterable[str]) -> list[str]:
    if "full_name" in districts:
        return [str(districts.at[code, "full_name"]) for code in codes]
    return [str(code) for code in codes]


def _distance_km(place: shapely.Geometry, target: shapely.Geometry) -> float:
    line = shapely.shortest_line(place, target)
    (lon_a, lat_a), (lon_b, lat_b) = shapely.get_coordinates(line)
    return distance_km(lon_a, lat_a, lon_b, lat_b)


def district_lists(joined: pd.DataFrame) -> dict[str, list[str]]:
    """The districts of each zone, in the order of the rows."""
    found: dict[str, list[str]] = {}
    for zone, district in zip(joined["zone"].tolist(), joined["district"].tolist(), strict=True):
        found.setdefault(zone, []).append(district)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a zone that lies in a district.

    `area_ha` is None where the zone's area is unknown, and where it lies in several districts
    and only a point is known (`shared`).
    """

    zone: str
    district: str
    area_ha: Decimal | None
    shared: bool


def allocate(zones: Iterable[Zone], declared: pd.DataFrame, positioned: pd.DataFrame) -> list[Part]:
    """Divide the planned areas among districts.

    A polygon goes by its area shares, normalised to the whole planned area; a point by its
    declared district. The parts of a zone sum exactly to its area.
    """
    codes = district_lists(declared)
    shares: dict[str, list[tuple[str, float]]] = {}
    columns = (positioned[name].tolist() for name in ("zone", "district", "share"))
    for zone, district, share in zip(*columns, strict=True):
        shares.setdefault(zone, []).append((district, share))
    parts: list[Part] = []
    for zone in zones:
        split = shares.get(zone.id, ())
        if zone.geometry is not None and not zone.is_point and split:
            parts += _split(zone, split)
        else:
            # a code without a boundary leaves only the position to go by
            own = codes.get(zone.id) or [code for code, _ in split]
            alone = len(own) == 1
            parts += [
                Part(zone.id, code, zone.area_planned_ha if alone else None, not alone)
                for code in own
            ]
    return parts


def _split(zone: Zone, split: Sequence[tuple[str, float]]) -> list[Part]:
    area = zone.area_planned_ha
    if area is None:
        return [Part(zone.id, code, None, False) for code, _ in split]
    total = sum(share for _, share in split)
    parts = [
        Part(
            zone.id,
            code,
            (area * Decimal(share / total)).quantize(_HUNDREDTH, ROUND_HALF_EVEN),
            False,
        )
        for code, share in split
    ]
    rest = area - sum((part.area_ha or Decimal(0) for part in parts), Decimal(0))
    largest = max(range(len(parts)), key=lambda at: split[at][1])
    grown = (parts[largest].area_ha or Decimal(0)) + rest
    parts[largest] = replace(parts[largest], area_ha=grown)
    return parts


@dataclass(frozen=True, slots=True)
class Total:
    """What a unit holds; areas in ha of the zones whose area is known.

    Attributes
    ----------
    zones, clusters
        Rows of the plans, and the zones or clusters that they hold.
    area_ha, area_by_kind
        Sums of the known areas; None where none is known.
    unknown_area
        Zones whose area the plan does not give.
    shared, shared_ha
        Zones that lie in several units and cannot be split, and their whole area, None where it
        is not known; it is in the province's total and not in `area_ha` of a district.
    """

    unit: str
    zones: int
    clusters: int
    area_ha: Decimal | None
    area_by_kind: Mapping[str, Decimal]
    unknown_area: int
    shared: int
    shared_ha: Decimal | None


def district_totals(zones: Iterable[Zone], parts: Iterable[Part]) -> dict[str, Total]:
    """Totals of each district that holds a zone, by code of the boundary vintage."""
    by_id = {zone.id: zone for zone in zones}
    grouped: dict[str, list[Part]] = {}
    for part in parts:
        if part.zone in by_id:
            grouped.setdefault(part.district, []).append(part)
    return {
        code: _total(code, [(by_id[part.zone], part.area_ha, part.shared) for part in group])
        for code, group in sorted(grouped.items())
    }


def province_totals(
    zones: Iterable[Zone], register: UnitRegister, vintage: str = "2016"
) -> dict[str, Total]:
    """Totals of each province that holds a zone, in the 63 provinces or (``"2025"``) the 34."""
    grouped: dict[str, list[Zone]] = {}
    for zone in zones:
        grouped.setdefault(province_code(zone, register, vintage), []).append(zone)
    return {
        code: _total(code, [(zone, zone.area_planned_ha, False) for zone in group])
        for code, group in sorted(grouped.items())
    }


def kind_totals(zones: Iterable[Zone]) -> dict[str, Total]:
    """Totals of industrial zones and of clusters."""
    grouped: dict[str, list[Zone]] = {}
    for zone in zones:
        grouped.setdefault(zone.kind.value, []).append(zone)
    return {
        kind: _total(kind, [(zone, zone.area_planned_ha, False) for zone in group])
        for kind, group in sorted(grouped.items(), reverse=True)
    }


def province_code(zone: Zone, register: UnitRegister, vintage: str) -> str:
    """The province of a zone in the codes of 2016 or of 2025."""
    return province_named(zone.province.code, zone.province.vintage, register, vintage)


def province_named(code: str, of: str, register: UnitRegister, vintage: str) -> str:
    """The province that has a code in the list `of` a year, in the codes of 2016 or of 2025."""
    unit = register.get(code, of, "province")
    if unit is None:
        return code
    return (unit.province_2025_code if vintage == "2025" else unit.boundary_code) or ""


def _total(unit: str, items: Sequence[tuple[Zone, Decimal | None, bool]]) -> Total:
    by_kind: dict[str, Decimal] = {}
    for zone, area, _ in items:
        if area is not None:
            by_kind[zone.kind.value] = by_kind.get(zone.kind.value, Decimal(0)) + area
    shared = [zone for zone, _, is_shared in items if is_shared]
    shared_known = [z.area_planned_ha for z in shared if z.area_planned_ha is not None]
    return Total(
        unit=unit,
        zones=len(items),
        clusters=sum(zone.cluster_count for zone, _, _ in items),
        area_ha=sum(by_kind.values(), Decimal(0)) if by_kind else None,
        area_by_kind=by_kind,
        unknown_area=sum(zone.area_planned_ha is None for zone, _, _ in items),
        shared=len(shared),
        shared_ha=sum(shared_known, Decimal(0)) if shared_known else None,
    )
