"""Join, totals and checks at 35, 1 000 and 100 000 zones against the bare geopandas calls.

The baseline is what a script would do: ``geopandas.sjoin`` of points to districts and a ``groupby``
of float areas. Ours does that and more: it takes the declared codes, keeps decimals exact, splits
polygons, finds disagreements and holds the sums against figures. The ratio is the price of that.
"""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Callable, Sequence
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point, box

from bench.timing import paired
from geo import checks, joins
from geo.checks import Context
from geo.districts import UnitRegister, load_boundaries
from geo.plans import Document, Figure, Method, Scope
from geo.settings import Settings
from geo.zones import Kind, Precision, Source, UnitRef, Zone

SIZES = (35, 1_000, 100_000)
POLYGON_SHARE = 0.1


def synthetic(count: int, districts: gpd.GeoDataFrame, seed: int = 1) -> list[Zone]:
    """Zones scattered over the districts: nine points to one square of 1 km."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    codes = [code for code in districts.index if districts.at[code, "area_km2"] > 100]
    inside = districts.geometry.representative_point()
    zones = []
    for number in range(count):
        code = chance.choice(codes)
        x, y = inside[code].x, inside[code].y
        polygon = chance.random() < POLYGON_SHARE
        zones.append(
            Zone(
                id=f"z-{number:06d}",
                kind=Kind.CCN if chance.random() < 0.8 else Kind.KCN,
                name=f"CCN số {number}",
                province=UnitRef(str(districts.at[code, "province_code"]), "2016", "—"),
                districts=(UnitRef(code, "2016", "—"),),
                sources=(Source("plan", "I", number + 1, "—"),),
                area_planned_ha=Decimal(chance.randrange(500, 7500)) / 100,
                geometry=box(x, y, x + 0.01, y + 0.01) if polygon else Point(x, y),
                location_precision=Precision.DRAWN if polygon else Precision.COMMUNE,
                location_radius_km=Decimal(3),
            )
        )
    return zones


def plan_for(zones: Sequence[Zone]) -> Document:
    """A plan that states the true total of each province and kind."""
    totals: dict[tuple[str, str], Decimal] = {}
    for zone in zones:
        key = (zone.province.code, zone.kind.value)
        totals[key] = totals.get(key, Decimal(0)) + (zone.area_planned_ha or 0)
    figures = tuple(
        Figure(
            id=f"{province}-{kind}", document="plan", clause="I", quotes=("—",),
            scope=Scope(province, (kind,)), quantity="area_total", unit="ha", comparator="=",
            value=total, high=None, year="2020", method=Method.SUM_OF_AREAS,
        )
        for (province, kind), total in sorted(totals.items())
    )  # fmt: skip
    place = UnitRef("19", "2016", "—")
    return Document("plan", "—", None, None, "2016", "—", "—", "—", "—", "—", place, figures)


def main() -> None:
    folder = Settings().data_dir / "boundaries"
    districts = load_boundaries(folder, "districts-2016")
    register = UnitRegister.load(folder)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("| task | zones | ours (s) | bare geopandas (s) | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for size in SIZES:
        zones = synthetic(size, districts)
        frame = joins.frame(zones)
        plan = plan_for(zones)
        declared = joins.by_code(zones, register)
        positioned = joins.by_position(frame, districts)
        verdicts = checks.run([plan], zones)
        assert all(verdict.status is checks.Status.MET for verdict in verdicts)

        def ours_join(frame: gpd.GeoDataFrame = frame) -> object:
            return joins.by_position(frame, districts)

        def bare_join(frame: gpd.GeoDataFrame = frame) -> object:
            return gpd.sjoin(frame, districts[["geometry"]], predicate="intersects")

        def ours_totals(
            zones: Sequence[Zone] = zones,
            declared: pd.DataFrame = declared,
            at: pd.DataFrame = positioned,
        ) -> object:
            return joins.district_totals(zones, joins.allocate(zones, declared, at))

        def bare_totals(frame: gpd.GeoDataFrame = frame) -> object:
            joined = gpd.sjoin(frame, districts[["geometry"]], predicate="intersects")
            return joined.groupby(joined.columns[-1])["area_planned_ha"].sum()

        def ours_checks(plan: Document = plan, zones: Sequence[Zone] = zones) -> object:
            return checks.run([plan], zones, Context())

        codes = np.array([zone.province.code for zone in zones])

        def bare_checks(frame: gpd.GeoDataFrame = frame, codes: object = codes) -> object:
            return frame.groupby([codes, "kind"])["area_planned_ha"].sum()

        tasks: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
            ("position", ours_join, bare_join),
            ("totals by district", ours_totals, bare_totals),
            ("checks of province totals", ours_checks, bare_checks),
        ]
        rounds = 5 if size > 10_000 else 15
        for name, ours, bare in tasks:
            mine, base, ratio = paired(ours, bare, rounds)
            print(f"| {name} | {size:,} | {mine:.4f} | {base:.4f} | {ratio:.2f} × |")
