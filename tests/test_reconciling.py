"""One total on old and new units, and the zones whose unit changed, by hand and on real records."""

from decimal import Decimal

import numpy as np
import pytest

from geo.columns import Columns, Filter
from geo.districts import UnitRegister
from geo.gazetteer import Commune, Gazetteer
from geo.joins import Part
from geo.reconciling import Flow, Lineage, Move
from geo.services import Planner
from geo.state import UNIT_LAYERS
from geo.zones import Basis, CommuneRef, UnitRef
from tests.conftest import zone_of
from tests.test_joins import unit


def commune(code, district_code, district, district_2016, province="19", vintage="2024"):
    return Commune(
        vintage, code, "xã", f"Xã {code}", district_code, district, district_2016, province,
        "Tỉnh", 105.8, 21.6, Decimal(3), "bounds", (),
    )  # fmt: skip


REGISTER = UnitRegister(
    [
        unit("168", name="Phú Lương", full_name="huyện Phú Lương"),
        unit("172", name="Phổ Yên", full_name="huyện Phổ Yên"),
        unit("171", name="Đại Từ", full_name="huyện Đại Từ"),
    ]
)
GAZETTEER = Gazetteer(
    [
        commune("1", "168", "Huyện Phú Lương", "168"),
        commune("2", "164", "Thành phố Thái Nguyên", "164"),
        commune("3", "172", "Thành phố Phổ Yên", "172"),
        commune("4", "900", "Huyện Mới", "171"),
        commune("5", "064", "Huyện Khác", "064", province="06"),
        commune("6", "171", "Huyện Tên Khác", "171"),
    ]
)


def lying(zone_id, district, *communes, area="10", confidence="high", vintage="2024"):
    refs = tuple(CommuneRef(c, c, vintage, Basis.MATCHED, confidence) for c in communes)
    districts = tuple(UnitRef(code, "2010", code) for code in district.split("+"))
    return zone_of(zone_id, area, districts=districts, communes=refs)


def reconciled(zones, new_province="19", mask=None):
    old = {zone.id: "19" for zone in zones}
    new = {zone.id: new_province for zone in zones}
    names = {"2016": {"19": "Thái Nguyên"}, "2025": {"19": "Thái Nguyên", "06": "Bắc Kạn"}}
    lineage = Lineage(zones, {"2016": old, "2025": new}, names, REGISTER, GAZETTEER)
    parts = [Part(zone.id, "172", zone.area_planned_ha, False) for zone in zones]
    layers = {"districts-2016": ["172"], "provinces-2016": ["19"], "provinces-2025": ["19", "06"]}
    columns = Columns(zones, {"2016": old, "2025": new}, parts, layers)
    every = columns.accept(Filter()) if mask is None else np.array(mask, dtype=bool)
    return lineage.of(every, columns, list(layers))


@pytest.mark.parametrize(
    ("zone", "moves", "untold"),
    [
        pytest.param(lying("z", "168", "1"), (), (), id="stayed"),
        pytest.param(
            lying("z", "168", "2"),
            (Move("huyện Phú Lương", "thành phố Thái Nguyên", (0,)),), (), id="moved",
        ),
        pytest.param(lying("z", "172", "3"), (), (), id="a district that became a city"),
        pytest.param(
            lying("z", "171", "4"), (Move("huyện Đại Từ", "huyện Mới", (0,)),), (), id="merged",
        ),
        pytest.param(
            lying("z", "171", "6"), (Move("huyện Đại Từ", "huyện Tên Khác", (0,)),), (),
            id="a code used again",
        ),
        pytest.param(
            lying("z", "168", "1", "2"),
            (Move("huyện Phú Lương", "thành phố Thái Nguyên", (0,)),), (), id="one of two communes",
        ),
        pytest.param(lying("z", "168"), (), (0,), id="no commune"),
        pytest.param(lying("z", "168", "2", confidence="low"), (), (0,), id="a guess"),
        pytest.param(lying("z", "168", "5"), (), (0,), id="another province"),
        pytest.param(lying("z", "168", "2", vintage="2025"), (), (0,), id="the list of 2025"),
        pytest.param(lying("z", "168", "99"), (), (0,), id="unknown commune"),
    ],
)  # fmt: skip
def test_the_district_of_late_2024(zone, moves, untold):
    found = reconciled([zone])
    assert (found.moves, found.untold) == (moves, untold)


def test_only_visible_rows_are_named_as_not_known():
    zones = [lying("a", "168"), lying("b", "168", "1"), lying("c", "168")]
    assert reconciled(zones).untold == (0, 2)
    assert reconciled(zones, mask=[0, 1, 1]).untold == (2,)


def test_moves_are_told_by_the_most_zones_and_only_of_visible_ones():
    zones = [lying("a", "171", "4"), lying("b", "168", "2"), lying("c", "168", "2")]
    assert [move.zones for move in reconciled(zones).moves] == [(1, 2), (0,)]
    assert [move.zones for move in reconciled(zones, mask=[1, 0, 1]).moves] == [(0,), (2,)]


def test_flows_count_rows_hectares_and_what_is_unknown():
    zones = [
        lying("a", "168", "1"),
        lying("b", "168", "1", area=None),
        lying("c", "168", area="5.5"),
    ]
    found = reconciled(zones, new_province="06")
    assert found.flows == (Flow("Thái Nguyên", "Bắc Kạn", 3, Decimal("15.5"), 1),)
    nothing = reconciled([lying("a", "168", area=None)], new_province="06")
    assert nothing.flows == (Flow("Thái Nguyên", "Bắc Kạn", 1, None, 1),)
    assert nothing.known == 0


def test_a_zone_in_no_unit_makes_the_totals_differ_and_says_by_how_much():
    found = reconciled([lying("a", "168", "1"), lying("b", "168", "1", area="7")], "99")
    assert not found.equal
    spread = found.spreads["provinces-2025"]
    assert (spread.total_ha, spread.outside, spread.outside_ha) == (0, 2, 17)
    assert found.spreads["provinces-2016"].total_ha == found.area_ha == 17


def test_the_register_gives_one_total_on_every_set_of_units(planner):
    mask = planner.state.columns.accept(Filter())
    found = planner.reconcile(mask)
    assert found.equal
    assert {layer: spread.total_ha for layer, spread in found.spreads.items()} == dict.fromkeys(
        UNIT_LAYERS, Decimal("4930.83")
    )
    shared = found.spreads["districts-2016"]
    assert (shared.whole_ha, shared.shared, shared.shared_ha) == (Decimal("2580.83"), 2, 2350)
    assert sum(flow.rows for flow in found.flows) == 10
    assert Flow("Bắc Kạn", "Thái Nguyên", 1, None, 1) in found.flows
    assert Flow("Bình Thuận", "Lâm Đồng", 9, None, 9) in found.flows


def test_son_cam_went_from_phu_luong_to_the_city(planner):
    found = planner.reconcile(planner.state.columns.accept(Filter()))
    (move,) = found.moves
    assert (move.before, move.after) == ("huyện Phú Lương", "thành phố Thái Nguyên")
    names = [planner.state.zones[at].name for at in move.zones]
    assert names == ["CCN Sơn Cẩm 1", "CCN Sơn Cẩm 2"]


@pytest.mark.parametrize("kinds", [("KCN",), ("CCN",), ()])
@pytest.mark.parametrize("provinces", [("19",), ("06", "60"), ()])
def test_under_every_filter_the_totals_are_those_of_the_page(planner, kinds, provinces):
    columns = planner.state.columns
    mask = columns.accept(Filter(kinds=kinds, provinces=provinces))
    found = planner.reconcile(mask)
    assert found.equal
    assert found.area_ha == (columns.sums(mask).area_ha or 0)
    assert found.rows == mask.sum()


def test_a_server_that_has_warmed_up_lets_nobody_wait(settings):
    planner = Planner(settings)
    planner.warm()
    assert {"columns", "lineage"} <= vars(planner.state).keys()
