"""Made-up plan documents of any number, with the zones that they name and the sums that they state.

A document has 300 figures: two tables of eight sectors over five years with totals, shares and
growth, the area of 53 of its zones, and five totals. They hang together by 227 relations.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import geopandas as gpd
from shapely import Point

from geo.plans import (
    AtMost,
    Document,
    Figure,
    Growth,
    Hundred,
    Method,
    Relation,
    Scope,
    Share,
    Subject,
    SumOfParts,
)
from geo.zones import Industry, IndustryState, Kind, Precision, Source, UnitRef, Zone

ZONES, FIGURES, RELATIONS = 100, 300, 227
YEARS = ("2005", "2010", "2015", "2020", "2025")
SECTORS = tuple(f"sector-{number}" for number in range(8))
QUANTITIES = ("output", "value_added")
NAMED = 53
WRONG_SHARES = len(QUANTITIES)
"""The first share of each table is a point too high; everything else holds."""

_PHRASES = ("bao bì nhựa", "bia", "cơ khí", "luyện kim", "đúc", "thiết bị điện", "dệt may")


def made_up(
    count: int, districts: gpd.GeoDataFrame, seed: int = 1
) -> tuple[list[Document], list[Zone]]:
    """Documents, each of a province of 2016, and the zones that they name, 100 a document.

    Parameters
    ----------
    districts
        The districts of 2016; where there are more documents than provinces, a province has two.
    """
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    of: dict[str, list[str]] = {}
    for code in districts.index:
        of.setdefault(str(districts.at[code, "province_code"]), []).append(str(code))
    inside = districts.geometry.representative_point()
    provinces = sorted(of)
    documents: list[Document] = []
    zones: list[Zone] = []
    for number in range(count):
        province = provinces[number % len(provinces)]
        own = list(_zones(number, province, of[province], inside, chance))
        documents.append(_document(number, province, own, chance))
        zones += own
    return documents, zones


def _zones(
    number: int, province: str, districts: Sequence[str], inside: Any, chance: random.Random
) -> Iterator[Zone]:
    for row in range(ZONES):
        code = districts[row % len(districts)]
        kind = Kind.KCN if row % 5 == 0 else Kind.CCN
        planned = Decimal(chance.randrange(1000, 7500)) / 100
        known = chance.random() < 0.3
        industrial = round(planned * Decimal("0.65"), 2)
        x, y = inside[code].x + row / 1000, inside[code].y + number / 1000
        phrases = chance.sample(_PHRASES, 4)
        yield Zone(
            id=f"thu-{number:03d}-{row:03d}",
            kind=kind,
            name=f"{kind.value} Thử nghiệm {number}.{row + 1}",
            province=UnitRef(province, "2016", "—"),
            districts=(UnitRef(code, "2016", "—"),),
            sources=(Source(f"plan-{number}", "I.1", row + 1, f"Khu số {row + 1}: {planned} ha"),),
            area_planned_ha=planned,
            area_industrial_ha=industrial if known else None,
            area_let_ha=industrial / 2 if known else None,
            industries=tuple(Industry(one, IndustryState.LISTED, "I.1") for one in phrases),
            geometry=Point(x, y),
            location_precision=Precision.COMMUNE,
            location_radius_km=Decimal(3),
        )


def _document(number: int, province: str, zones: Sequence[Zone], chance: random.Random) -> Document:
    name = f"plan-{number}"
    figures: list[Figure] = []
    relations: list[Relation] = []

    def figure(
        key: str, scope: Scope, quantity: str, unit: str, value: Decimal, **more: Any
    ) -> str:
        more = {"year": "2015", "method": None, **more}
        made = Figure(
            id=f"{name}-{key}", document=name, clause="I.1", quotes=(f"{key}: {value}",),
            scope=scope, quantity=quantity, unit=unit, comparator="=", value=value, high=None,
            **more,
        )  # fmt: skip
        figures.append(made)
        return made.id

    def relation(kind: type[Relation], **parts: Any) -> None:
        made = kind(id=f"{name}-r{len(relations)}", document=name, clause="I.1", **parts)
        relations.append(made)

    for quantity in QUANTITIES:
        _table(quantity, province, figure, relation, chance)
    areas = _areas(province, zones, figure)
    for one in areas[1:]:
        relation(AtMost, figure=one, than=areas[0])
    assert (len(figures), len(relations)) == (FIGURES, RELATIONS), (len(figures), len(relations))
    place = UnitRef(province, "2016", "—")
    return Document(
        name, "—", None, "2015-06-30", "2015", "—", "—", name, name, "—", place,
        tuple(figures), relations=tuple(relations),
    )  # fmt: skip


def _table(quantity: str, province: str, figure: Any, relation: Any, chance: random.Random) -> None:
    """Sectors over years with totals, shares and growth: 121 figures and 86 relations."""
    scopes = {
        sector: Scope(province, (), Subject.SECTOR, topic=sector) for sector in SECTORS
    }  # fmt: skip
    whole = Scope(province, (), Subject.INDUSTRY)
    worth = {sector: Decimal(chance.randrange(100, 1000)) for sector in SECTORS}
    values: dict[tuple[str, str], Decimal] = {}
    for year in YEARS:
        for sector in SECTORS:
            grown = worth[sector] * chance.randrange(105, 190) / 100
            worth[sector] = grown.quantize(Decimal(1))
            values[sector, year] = worth[sector]
        values["", year] = sum(worth.values(), Decimal(0))
    ids = {
        (topic, year): figure(
            f"{quantity}-{topic}{'-' if topic else ''}{year}",
            scopes.get(topic, whole), quantity, "ty_dong", value, year=year,
        )
        for (topic, year), value in values.items()
    }  # fmt: skip
    for year in YEARS:
        relation(SumOfParts, whole=ids["", year], parts=tuple(ids[one, year] for one in SECTORS))
        shares = []
        for sector in SECTORS:
            share = round(100 * values[sector, year] / values["", year], 2)
            share += (sector, year) == (SECTORS[0], YEARS[0])
            shares.append(
                figure(
                    f"share-{quantity}-{sector}-{year}", scopes[sector], "share", "%", share,
                    year=year, of=quantity, denominator=quantity,
                )
            )  # fmt: skip
            relation(Share, part=ids[sector, year], whole=ids["", year], share=shares[-1])
        relation(Hundred, parts=tuple(shares))
    for first, last in pairwise(YEARS):
        for topic in (*SECTORS, ""):
            times = float(values[topic, last] / values[topic, first])
            rate = round(Decimal(100 * (times ** (1 / 5) - 1)), 1)
            grown = figure(
                f"growth-{quantity}-{topic}-{last}", scopes.get(topic, whole), "growth",
                "pct_per_year", rate, year=f"{first}-{last}", of=quantity,
            )  # fmt: skip
            relation(Growth, start=ids[topic, first], end=ids[topic, last], rate=grown, years=5)


def _areas(province: str, zones: Sequence[Zone], figure: Any) -> list[str]:
    """Totals of the zones, and the areas of the first ones; all true."""

    def area(key: str, kinds: tuple[str, ...], own: Sequence[Zone], **more: Any) -> str:
        known = [zone.area_planned_ha or Decimal(0) for zone in own]
        scope = Scope(province, kinds, **more)
        value = sum(known, Decimal(0))
        made: str = figure(
            key, scope, "area_total", "ha", value, method=Method.SUM_OF_AREAS
        )  # fmt: skip
        return made

    both = tuple(kind.value for kind in Kind)
    found = [area("area", both, zones)]
    for at, zone in enumerate(zones[:NAMED]):
        found.append(area(f"area-{at}", (zone.kind.value,), [zone], zones=(zone.id,)))
    count = Decimal(len(zones))
    figure("rows", Scope(province, both), "count", "rows", count, method=Method.ROW_COUNT)
    figure("clusters", Scope(province, both), "count", "clusters", count,
           method=Method.CLUSTER_COUNT)  # fmt: skip
    for kind in both:
        own = [zone for zone in zones if zone.kind == kind]
        found.append(area(f"area-{kind}", (kind,), own))
    return found
