"""Zones and districts on squares of one degree that a reader can check by hand.

West (code 172) and East (165) share the border at 106° E; both reach from 21° to 22° N.
"""

from decimal import Decimal

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo import joins
from geo.districts import Unit, UnitRegister
from geo.errors import DataError
from geo.zones import Kind, Precision, UnitRef
from tests.conftest import zone_of

DISTRICTS = gpd.GeoDataFrame(
    {"full_name": ["West", "East"]},
    index=pd.Index(["172", "165"], name="code"),
    geometry=[box(105, 21, 106, 22), box(106, 21, 107, 22)],
    crs="EPSG:4326",
)


def unit(code, level="district", vintage="2010", **fields):
    values = {
        "name": code, "full_name": code, "type": "huyện", "province_code": "19",
        "province_2025_code": "19", "boundary_vintage": "2016", "boundary_code": code,
    }  # fmt: skip
    return Unit(vintage, level, code, **(values | fields))


REGISTER = UnitRegister(
    [
        unit("172"),
        unit("165"),
        unit("643", vintage="2009", province_code="66"),
        unit("643", province_code="66"),
        unit("24175", vintage="2025"),
        unit("19", "province", province_code=None),
        unit("06", "province", province_code=None),
    ]
)


def located(make_zone, zone_id, *shapes_and_codes, **fields):
    shape, *codes = shapes_and_codes
    refs = tuple(UnitRef(code, "2010", code) for code in codes)
    return make_zone(zone_id, geometry=shape, districts=refs, **fields)


def positions(*zones):
    found = joins.by_position(joins.frame(zones), DISTRICTS)
    return list(found.itertuples(index=False, name=None))


def test_a_point_lies_in_its_district(make_zone):
    assert positions(located(make_zone, "z-1", Point(105.5, 21.5))) == [("z-1", "172", 1.0)]


def test_a_point_on_the_common_border_lies_in_the_lower_code_only(make_zone):
    assert positions(located(make_zone, "z-1", Point(106, 21.5))) == [("z-1", "165", 1.0)]


def test_a_point_in_no_district_has_no_row(make_zone):
    assert positions(located(make_zone, "z-1", Point(108, 21.5))) == []


def test_zones_without_a_place_are_passed_over(make_zone):
    assert positions(located(make_zone, "z-1", None)) == []


def test_a_polygon_60_to_40_between_two_districts(make_zone):
    straddling = located(make_zone, "z-1", box(105.994, 21.5, 106.004, 21.502))
    shares = {district: share for _, district, share in positions(straddling)}
    assert shares == pytest.approx({"172": 0.6, "165": 0.4}, abs=1e-6)


def test_a_multipolygon_counts_all_its_parts(make_zone):
    parts = MultiPolygon([box(105.1, 21, 105.101, 21.001), box(106.1, 21, 106.103, 21.001)])
    shares = {district: share for _, district, share in positions(located(make_zone, "z-1", parts))}
    assert shares == pytest.approx({"172": 0.25, "165": 0.75}, abs=1e-6)


def test_frames_in_different_systems_are_refused_with_both_named(make_zone):
    zones = joins.frame([located(make_zone, "z-1", Point(105.5, 21.5))])
    with pytest.raises(DataError) as refusal:
        joins.by_position(zones.to_crs("EPSG:9213"), DISTRICTS)
    assert refusal.value.code == "crs.mismatch"
    assert refusal.value.params == {"left": "EPSG:9213", "right": "EPSG:4326"}
    cured = joins.by_position(zones.to_crs("EPSG:9213").to_crs("EPSG:4326"), DISTRICTS)
    assert len(cured) == 1


def test_a_frame_without_a_system_is_refused(make_zone):
    zones = joins.frame([located(make_zone, "z-1", Point(105.5, 21.5))])
    with pytest.raises(DataError) as refusal:
        joins.by_position(zones.set_crs(None, allow_override=True), DISTRICTS)
    assert refusal.value.code == "crs.missing"


def test_inputs_stay_unchanged(make_zone):
    zones = joins.frame([located(make_zone, "z-1", box(105.994, 21.5, 106.004, 21.502))])
    before = zones.copy(), DISTRICTS.copy()
    joins.by_position(zones, DISTRICTS)
    pd.testing.assert_frame_equal(zones, before[0])
    pd.testing.assert_frame_equal(DISTRICTS, before[1])


def disagreements(*zones):
    declared = joins.by_code(zones, REGISTER)
    positioned = joins.by_position(joins.frame(zones), DISTRICTS)
    return joins.disagreements(zones, declared, positioned, DISTRICTS)


def test_declared_and_found_agree(make_zone):
    assert disagreements(located(make_zone, "z-1", Point(105.5, 21.5), "172")) == []


def test_one_of_two_declared_districts_is_enough(make_zone):
    assert disagreements(located(make_zone, "z-1", Point(105.5, 21.5), "165", "172")) == []


@pytest.mark.parametrize(
    ("radius", "code"),
    [(5, "join.position_differs"), (20, "join.position_within_doubt")],
)
def test_a_disagreement_names_zone_declared_found_and_distance(make_zone, radius, code):
    # 0,1° of longitude at 21,5° N is 10,4 km
    zone = located(make_zone, "z-1", Point(106.1, 21.5), "172", location_radius_km=Decimal(radius))
    (found,) = disagreements(zone)
    assert (found.code, found.row) == (code, "z-1")
    assert found.params["declared"] == ["West"]
    assert found.params["found"] == ["East"]
    assert found.params["distance_km"] == 10.4


def test_a_place_outside_all_districts(make_zone):
    (found,) = disagreements(located(make_zone, "z-1", Point(108, 21.5), "165"))
    assert found.code == "join.outside_all"


def test_a_declared_district_without_a_boundary(make_zone):
    (found,) = disagreements(located(make_zone, "z-1", Point(105.5, 21.5), "643"))
    assert (found.code, found.value) == ("join.no_boundary", "643/2010")


@pytest.mark.parametrize(
    ("ref", "code", "vintages"),
    [
        pytest.param(UnitRef("999", "2010", "?"), "zone.unit_unknown", [], id="unknown"),
        pytest.param(
            UnitRef("24175", "2010", "?"), "zone.unit_vintage", ["2025"], id="wrong vintage"
        ),
    ],
)
def test_a_code_that_is_not_in_its_vintage_refuses_the_zone(make_zone, ref, code, vintages):
    bad = make_zone("z-1", districts=(ref,))
    good, issues = joins.check_units([bad, make_zone("z-2")], REGISTER)
    assert [zone.id for zone in good] == ["z-2"]
    (found,) = issues
    assert (found.code, found.row, found.field) == (code, "z-1", "districts[0].code")
    assert found.params["vintages"] == vintages


def test_a_district_of_another_province_refuses_the_zone(make_zone):
    bad = make_zone("z-1", districts=(UnitRef("643", "2010", "Buôn Ma Thuột"),))
    good, issues = joins.check_units([bad], REGISTER)
    assert good == []
    assert [one.code for one in issues] == ["zone.unit_province"]


def allocation(*zones):
    declared = joins.by_code(zones, REGISTER)
    positioned = joins.by_position(joins.frame(zones), DISTRICTS)
    return joins.allocate(zones, declared, positioned)


def test_a_polygon_splits_its_planned_area_by_share(make_zone):
    zone = located(
        make_zone, "z-1", box(105.994, 21.5, 106.004, 21.502), "172", area="100",
        location_precision=Precision.SURVEYED,
    )  # fmt: skip
    parts = {part.district: part.area_ha for part in allocation(zone)}
    assert parts == {"172": Decimal("60.00"), "165": Decimal("40.00")}


def test_a_point_over_two_districts_is_shared_and_not_split(make_zone):
    zone = located(make_zone, "z-1", Point(105.5, 21.5), "172", "165", area="2350")
    parts = allocation(zone)
    assert [(part.district, part.area_ha, part.shared) for part in parts] == [
        ("172", None, True),
        ("165", None, True),
    ]
    total = joins.district_totals([zone], parts)["172"]
    assert (total.zones, total.area_ha, total.shared_ha) == (1, None, Decimal(2350))
    assert joins.province_totals([zone], REGISTER)["19"].area_ha == 2350


@given(west=st.floats(105.01, 105.99), width=st.floats(0.05, 1.0), cents=st.integers(1, 10**7))
def test_parts_always_sum_to_the_whole_area(west, width, cents):
    area = Decimal(cents) / 100
    zone = zone_of(
        "z-1", area, geometry=box(west, 21.1, west + width, 21.3),
        location_precision=Precision.SURVEYED,
    )  # fmt: skip
    assert sum(part.area_ha for part in allocation(zone)) == area


def test_totals_count_unknown_areas_and_clusters(make_zone):
    zones = [
        located(make_zone, "z-1", Point(105.5, 21.5), "172", area="10"),
        located(make_zone, "z-2", Point(105.6, 21.5), "172", area=None, members=("1", "2")),
        located(make_zone, "z-3", Point(105.7, 21.5), "172", area="5", kind=Kind.KCN),
    ]
    total = joins.district_totals(zones, allocation(*zones))["172"]
    assert (total.zones, total.clusters, total.unknown_area) == (3, 4, 1)
    assert total.area_by_kind == {"CCN": Decimal(10), "KCN": Decimal(5)}
    assert total.area_ha == 15
    kinds = joins.kind_totals(zones)
    assert list(kinds) == ["KCN", "CCN"]
    assert kinds["CCN"].unknown_area == 1


def test_a_unit_of_unknown_areas_only_has_no_area_rather_than_zero(make_zone):
    zone = located(make_zone, "z-1", Point(105.5, 21.5), "172", area=None)
    assert joins.district_totals([zone], allocation(zone))["172"].area_ha is None


def test_provinces_old_and_new_hold_the_same_hectares(planner):
    old = planner.summary("province")
    new = planner.summary("province", vintage="2025")
    assert set(new) == {"19", "66", "68"}  # Thái Nguyên + Bắc Kạn, Đắk Lắk, Lâm Đồng
    assert sum(total.area_ha or 0 for total in old.values()) == Decimal("4930.83")
    assert sum(total.area_ha or 0 for total in new.values()) == Decimal("4930.83")


def test_the_committed_zones_lie_where_they_are_declared(planner):
    assert [one for one in planner.issues() if one.code.startswith("join.")] == []
