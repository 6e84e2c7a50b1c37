"""Columns against the same figures made record by record, on real and made-up registers.

The made-up zones lie on two squares of one degree that share the border at 106° E: points,
polygons that the border cuts, zones of both districts, zones of a district without a boundary.
"""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geo import joins
from geo.columns import Columns, Filter
from geo.state import UNIT_LAYERS
from geo.text import fold
from geo.zones import Kind, Precision, Stage, UnitRef
from tests.conftest import tries, zone_of
from tests.test_joins import DISTRICTS, REGISTER

LAYERS = {"districts-2016": ["172", "165"], "provinces-2016": ["19", "06"]}
PROVINCES = {"19": "Thái Nguyên", "06": "Bắc Kạn"}
AREAS = st.one_of(
    st.none(),
    st.integers(1, 2 * 10**6).map(lambda cents: Decimal(cents) / 100),
    st.sampled_from([Decimal("0.1"), Decimal("45.400000000000006"), Decimal("1E+3")]),
)
PLACES = st.one_of(
    st.none(),
    st.builds(Point, st.floats(105.01, 106.99), st.floats(21.01, 21.99)),
    st.builds(
        lambda west, south, width: box(west, south, west + width, south + 0.05),
        st.floats(105.01, 106.9),
        st.floats(21.01, 21.9),
        st.floats(0.01, 0.4),
    ),
)
CHOICES = st.builds(
    Filter,
    provinces=st.sampled_from([(), ("19",), ("06",), ("19", "06"), ("99",)]),
    kinds=st.sampled_from([(), ("KCN",), ("CCN",)]),
    stages=st.sampled_from([(), ("planned",), ("unknown", "operating")]),
    text=st.sampled_from(["", "dien", "ĐIỀM", "so 2", "không có"]),
)


@st.composite
def zones(draw, number):
    """A zone with any of the gaps that records have."""
    codes = draw(st.sampled_from([["172"], ["165"], ["172", "165"], ["643"]]))
    province = draw(st.sampled_from(sorted(PROVINCES)))
    industrial, let = draw(AREAS), draw(AREAS)
    shape = draw(PLACES)
    return zone_of(
        f"z-{number:03d}",
        draw(AREAS),
        kind=draw(st.sampled_from(Kind)),
        name=draw(st.sampled_from(["CCN Điềm Thụy", "KCN Diện Biên", "Cụm A"])),
        name_en=draw(st.sampled_from([None, "Dien Thuy"])),
        aliases=draw(st.sampled_from([(), ("Số 2",)])),
        members=draw(st.sampled_from([(), ("Tân Lập số 1", "Tân Lập số 2")])),
        stage=draw(st.sampled_from([None, *Stage])),
        province=UnitRef(province, "2010", PROVINCES[province]),
        districts=tuple(UnitRef(code, "2010", code) for code in codes),
        area_industrial_ha=industrial,
        area_let_ha=let,
        geometry=shape,
        location_precision=Precision.SURVEYED,
    )


@st.composite
def registers(draw):
    count = draw(st.integers(0, 12))
    return [draw(zones(number)) for number in range(count)]


def built(register):
    """Columns and parts of a made-up register, as the state makes them."""
    declared = joins.by_code(register, REGISTER)
    positioned = joins.by_position(joins.frame(register), DISTRICTS)
    parts = joins.allocate(register, declared, positioned)
    codes = {zone.id: zone.province.code for zone in register}
    return Columns(register, {"2016": codes, "2025": codes}, parts, LAYERS), parts


def accepted(zone, province, chosen):
    """The filter as a sentence over one record."""
    names = (zone.name, zone.name_en or "", *zone.aliases, *zone.members)
    stage = zone.stage.value if zone.stage else "unknown"
    return (
        (not chosen.provinces or province in chosen.provinces)
        and (not chosen.kinds or zone.kind.value in chosen.kinds)
        and (not chosen.stages or stage in chosen.stages)
        and any(fold(chosen.text) in fold(name) for name in names)
    )


def hold_units_against(columns, mask, layer, codes, totals):
    """Every attribute of the units, against totals added record by record."""
    sums = columns.unit_sums(layer, mask)
    for at, code in enumerate(codes):
        total = totals.get(code)
        found = (sums.zones[at], sums.clusters[at], sums.unknown[at], sums.shared[at])
        if total is None:
            assert (found, sums.known[at], sums.area_ha[at]) == ((0, 0, 0, 0), 0, 0)
            continue
        assert found == (total.zones, total.clusters, total.unknown_area, total.shared)
        assert (total.area_ha is None) == (sums.known[at] == 0)
        assert sums.area_ha[at] == float(total.area_ha or 0)
        assert sums.shared_ha[at] == float(total.shared_ha or 0)


def hold_occupancy_against(columns, mask, layer, codes, parts, by_id):
    """Let and industrial land of a unit, part by part."""
    sums = columns.unit_sums(layer, mask)
    shown = [part for part in parts if part.zone in by_id]
    pieces = {part.zone: sum(one.zone == part.zone for one in parts) for part in parts}
    counted = set()
    for at, code in enumerate(codes):
        industrial = let = Decimal(0)
        left_out = 0
        for part in shown:
            if part.district != code:
                continue
            zone = by_id[part.zone]
            whole = pieces[part.zone] == 1
            divided = part.area_ha is not None and zone.area_planned_ha
            both = zone.area_industrial_ha is not None and zone.area_let_ha is not None
            if part.shared or not both or not (whole or divided):
                left_out += 1
                continue
            share = Decimal(1) if whole else part.area_ha / zone.area_planned_ha
            industrial += zone.area_industrial_ha * share
            let += zone.area_let_ha * share
            counted.add(part.zone)
        assert sums.industrial_ha[at] == pytest.approx(float(industrial))
        assert sums.let_ha[at] == pytest.approx(float(let))
        assert sums.occupancy_unknown[at] == left_out
    assert sums.left_out == len(by_id) - len(counted)


@settings(max_examples=tries(30))
@given(register=registers(), chosen=CHOICES)
def test_columns_say_what_the_records_say(register, chosen):
    columns, parts = built(register)
    mask = columns.accept(chosen)
    picked = [zone for zone in register if accepted(zone, zone.province.code, chosen)]
    assert columns.picked(mask) == picked

    by_id = {zone.id: zone for zone in picked}
    districts = joins.district_totals(picked, parts)
    hold_units_against(columns, mask, "districts-2016", LAYERS["districts-2016"], districts)
    provinces = joins.province_totals(picked, REGISTER)
    hold_units_against(columns, mask, "provinces-2016", LAYERS["provinces-2016"], provinces)
    hold_occupancy_against(columns, mask, "districts-2016", LAYERS["districts-2016"], parts, by_id)

    known = [zone.area_planned_ha for zone in picked if zone.area_planned_ha is not None]
    sums = columns.sums(mask)
    assert sums.area_ha == (sum(known, Decimal(0)) if known else None)
    assert sums.unknown == len(picked) - len(known)
    for kind in Kind:
        own = [zone for zone in picked if zone.kind is kind]
        assert sums.rows[kind] == len(own)
        assert sums.clusters[kind] == sum(zone.cluster_count for zone in own)


@settings(max_examples=tries(30))
@given(register=registers(), chosen=CHOICES)
def test_every_hectare_is_in_one_unit_shared_or_outside(register, chosen):
    columns, parts = built(register)
    mask = columns.accept(chosen)
    total = columns.sums(mask).area_ha or Decimal(0)
    placed = {part.zone for part in parts if part.district in LAYERS["districts-2016"]}
    for layer in LAYERS:
        spread = columns.spread(layer, mask)
        assert spread.total_ha + spread.outside_ha == total
    away = [zone for zone in columns.picked(mask) if zone.id not in placed]
    assert columns.spread("districts-2016", mask).outside == len(away)
    shared = {part.zone for part in parts if part.shared}
    held = [zone for zone in columns.picked(mask) if zone.id in shared]
    spread = columns.spread("districts-2016", mask)
    known = [zone.area_planned_ha for zone in held if zone.area_planned_ha is not None]
    assert (spread.shared, spread.shared_ha) == (len(held), sum(known, Decimal(0)))


@settings(max_examples=tries(30))
@given(register=registers(), data=st.data())
def test_the_highest_rank_of_a_unit(register, data):
    columns, parts = built(register)
    ranks = np.array(
        data.draw(st.lists(st.integers(-1, 3), min_size=len(register), max_size=len(register))),
        dtype=np.int64,
    )
    mask = columns.accept(data.draw(CHOICES))
    found = columns.highest("districts-2016", mask, ranks)
    at = {zone.id: place for place, zone in enumerate(register)}
    for place, code in enumerate(LAYERS["districts-2016"]):
        own = [ranks[at[p.zone]] for p in parts if p.district == code and mask[at[p.zone]]]
        assert found[place] == max(own, default=-1)


@settings(max_examples=tries(30))
@given(chosen=CHOICES, seed=st.integers(0, 2**32 - 1))
def test_the_real_register(planner, chosen, seed):
    state = planner.state
    columns = state.columns
    assert columns.picked(columns.accept(chosen)) == [
        zone for zone in state.zones if accepted(zone, state.provinces[zone.id], chosen)
    ]
    mask = np.random.default_rng(seed).random(len(state.zones)) < 0.5
    picked = columns.picked(mask)
    for layer in UNIT_LAYERS:
        codes = [str(code) for code in planner.bounds.frames[layer].index]
        hold_units_against(columns, mask, layer, codes, planner.unit_totals(layer, picked))


def test_loosening_counts_what_comes_back(planner):
    columns = planner.state.columns
    chosen = Filter(provinces=("06",), kinds=("CCN",))
    assert not columns.accept(chosen).any()
    assert columns.loosened(chosen) == {"provinces": 33 - 1, "kinds": 1}


def test_areas_with_seventeen_decimals_stay_exact():
    areas = ["0.10000000000000001", "19999.99", "350"] * 200
    register = [zone_of(f"z-{at}", area) for at, area in enumerate(areas)]
    columns, _ = built(register)
    every = columns.accept(Filter())
    total = 200 * (Decimal("0.10000000000000001") + Decimal("19999.99") + 350)
    assert columns.sums(every).area_ha == total
    assert columns.spread("districts-2016", every).whole_ha == total
    assert columns.unit_sums("districts-2016", every).area_ha.tolist() == [float(total), 0]


def test_an_empty_register_has_empty_units():
    columns, _ = built([])
    none = columns.accept(Filter())
    assert columns.sums(none).area_ha is None
    assert columns.everything("districts-2016").zones.tolist() == [0, 0]
