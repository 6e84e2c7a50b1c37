"""The gazetteer: finding communes of both lists, what became of them, and where they are."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo import i18n
from geo.boundaries import communes as builder
from geo.boundaries import verify
from geo.boundaries.sources import Became, CommuneLists, NewCommune, OldCommune, Sources
from geo.crs import distance_km
from geo.districts import Unit, UnitRegister, load_boundaries
from geo.errors import DataError, UsageError
from geo.gazetteer import (
    BASES,
    COLUMNS,
    COMMUNES_FILE,
    NEW,
    OLD,
    Commune,
    Gazetteer,
    district_of,
    place,
    precision,
)
from geo.text import name_key, strip_marks
from geo.zones import Basis, Precision
from tests.conftest import ROOT

BOUNDARIES = ROOT / "data" / "boundaries"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(BOUNDARIES)


@pytest.fixture(scope="module")
def register() -> UnitRegister:
    return UnitRegister.load(BOUNDARIES)


def lines(entries) -> list[str]:
    return [f"{entry.line} {entry.vintage}" for entry in entries]


# The committed file


def test_both_lists_are_whole(gazetteer):
    assert Counter(entry.vintage for entry in gazetteer) == {OLD: 10_040, NEW: 3_321}
    types = Counter((entry.vintage, entry.type) for entry in gazetteer)
    assert types == {
        (OLD, "xã"): 7_692,
        (OLD, "phường"): 1_726,
        (OLD, "thị trấn"): 617,
        (OLD, "huyện"): 5,
        (NEW, "xã"): 2_621,
        (NEW, "phường"): 687,
        (NEW, "đặc khu"): 13,
    }
    provinces = {(entry.vintage, entry.province_code) for entry in gazetteer}
    assert Counter(vintage for vintage, _ in provinces) == {OLD: 63, NEW: 34}


@pytest.mark.parametrize(
    ("vintage", "province", "communes"),
    [
        (OLD, "19", 172),
        (OLD, "06", 108),
        (OLD, "66", 180),
        (OLD, "68", 137),
        (OLD, "60", 121),
        (NEW, "19", 92),
        (NEW, "66", 102),
        (NEW, "68", 124),
    ],
)
def test_the_provinces_of_the_plans_have_their_communes(gazetteer, vintage, province, communes):
    found = [e for e in gazetteer if (e.vintage, e.province_code) == (vintage, province)]
    assert len(found) == communes


def test_the_file_is_sorted_and_as_the_builder_writes_it(gazetteer):
    keys = [(entry.vintage, entry.code) for entry in gazetteer]
    assert keys == sorted(keys)
    assert builder.text(gazetteer) == (BOUNDARIES / COMMUNES_FILE).read_text("utf-8")


def test_codes_names_and_provinces_are_sound(gazetteer, register):
    for entry in gazetteer:
        assert re.fullmatch(r"\d{3}" if entry.type == "huyện" else r"\d{5}", entry.code)
        assert entry.full_name == " ".join(entry.full_name.split())
        assert bool(entry.became) == (entry.vintage == OLD)
        vintage = "2025" if entry.vintage == NEW else "2016"
        unit = register.get(entry.province_code, vintage, "province")
        assert unit is not None
        # Huế became a city of the centre on 2025-01-01
        own = name_key(entry.province).endswith(name_key(unit.name))
        assert own or entry.province == "Thành phố Huế"


def test_every_place_that_is_its_own_lies_by_its_district(gazetteer, register):
    districts = load_boundaries(BOUNDARIES, "districts-2016").geometry
    far = []
    for entry in gazetteer:
        if entry.vintage == OLD and entry.place_basis != "bounds":
            drawn = districts[district_of(entry, register).boundary_code]
            line = shapely.shortest_line(shapely.Point(entry.lon, entry.lat), drawn)
            (a, b), (c, d) = shapely.get_coordinates(line)
            if distance_km(a, b, c, d) > builder.TOLERANCE_KM:
                far.append(entry.line)
    # the archipelagos stand at their centres, between islands
    assert all("Trường Sa" in name or "Hoàng Sa" in name for name in far), far


def test_the_dictionary_counts_what_the_file_holds(gazetteer):
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    for column in COLUMNS:
        assert f"`{column}`" in text
    counted = Counter(entry.place_basis for entry in gazetteer)
    for basis in BASES:
        shown = re.search(rf"\| `{basis}` \| ([\d ]+) \|", text)
        assert int(shown[1].replace(" ", "")) == counted[basis]


def test_the_communes_of_the_register_are_found_under_their_codes(gazetteer):
    zones = json.loads((ROOT / "data" / "zones.geojson").read_text("utf-8"))["features"]
    refs = [ref for zone in zones for ref in zone["properties"].get("communes", [])]
    assert len(refs) == 62
    for ref in refs:
        entry = gazetteer.get(ref["code"], ref["vintage"])
        # what a plan states is written without its type
        assert ref["name"] == (entry.name if ref["basis"] == "stated" else entry.full_name)
        (made,) = gazetteer.commune_refs([entry], Basis(ref["basis"]), ref["confidence"])
        assert list(made.now) == ref["now"]


# Codes and what became of them


def test_a_code_means_nothing_without_its_vintage(gazetteer):
    old, new = gazetteer.get("24175", OLD), gazetteer.get("24175", NEW)
    assert old.line == "Xã Hòa Khánh, Thành phố Buôn Ma Thuột, Tỉnh Đắk Lắk"
    assert new.line == "Xã Hòa Phú, Tỉnh Đắk Lắk"
    assert gazetteer.get("24172", OLD).name == "Hòa Phú"
    assert lines(gazetteer.became("24172")) == ["Xã Hòa Phú, Tỉnh Đắk Lắk 2025"]
    assert gazetteer.get("24172", NEW) is None
    assert gazetteer.get("24175", "2016") is None


def test_son_cam_is_listed_where_it_moved_to(gazetteer, register):
    (son_cam,) = [e for e in gazetteer.search("Sơn Cẩm", vintage=OLD) if e.name == "Sơn Cẩm"]
    assert (son_cam.code, son_cam.district) == ("05653", "Thành phố Thái Nguyên")
    assert district_of(son_cam, register).code == "164"  # Phú Lương, 168, in the plan of 2010
    drawn = load_boundaries(BOUNDARIES, "districts-2016").geometry["168"]
    assert drawn.covers(shapely.Point(son_cam.lon, son_cam.lat))


def test_became_and_was_lead_to_each_other(gazetteer):
    pairs = {(e.code, new.code) for e in gazetteer for new in gazetteer.became(e.code)}
    back = {
        (old.code, e.code) for e in gazetteer if e.vintage == NEW for old in gazetteer.was(e.code)
    }
    assert pairs == {(e.code, code) for e in gazetteer for code in e.became}
    assert pairs == back
    assert {new for _, new in pairs} == {e.code for e in gazetteer if e.vintage == NEW}


def test_a_divided_commune_names_its_main_part_first(gazetteer):
    names = [new.full_name for new in gazetteer.became("05932")]  # Thượng Đình, Phú Bình
    assert names == ["Xã Điềm Thụy", "Xã Phú Bình"]
    assert "05932" in {old.code for old in gazetteer.was("05908")}
    assert gazetteer.became("99999") == gazetteer.was("99999") == ()


def test_a_namesake_far_away_is_not_what_a_commune_became(gazetteer):
    """The package gave Thạnh Quới of Vĩnh Thạnh what became of Thạnh Quới of Mỹ Xuyên, 99 km on."""
    vinh_thanh, my_xuyen = gazetteer.get("31246", OLD), gazetteer.get("31714", OLD)
    assert vinh_thanh.name == my_xuyen.name == "Thạnh Quới"
    assert [new.name for new in gazetteer.became("31246")] == ["Thạnh Quới"]
    assert [new.name for new in gazetteer.became("31714")] == ["Gia Hòa"]


def test_an_island_district_without_communes_stands_for_itself(gazetteer):
    hoang_sa = gazetteer.get("498", OLD)
    assert hoang_sa.line == "Huyện Hoàng Sa, Thành phố Đà Nẵng"
    assert 111 < hoang_sa.lon < 113  # the geocoder had put it into Đà Nẵng city
    assert lines(gazetteer.became("498")) == ["Đặc khu Hoàng Sa, Thành phố Đà Nẵng 2025"]


def test_the_district_of_2016_is_the_one_before_the_mergers(gazetteer, register):
    dong_nai_thuong = gazetteer.get("25192", OLD)
    assert dong_nai_thuong.district == "Huyện Đạ Huoai"  # code 682, which was Đạ Tẻh
    assert dong_nai_thuong.district_code == "682"
    assert district_of(dong_nai_thuong, register).full_name == "huyện Cát Tiên"
    assert all(district_of(e, register) for e in gazetteer if e.vintage == OLD)
    assert district_of(gazetteer.get("24175", NEW), register) is None


# Searching


@pytest.mark.parametrize(
    "text",
    [
        "Điềm Thụy",
        "diem thuy",
        "ĐIỀM THUỴ",
        "xã Điềm Thụy",
        "X. điềm  thụy",
        "diemthuy",
        "Xã Điềm Thụy, Thái Nguyên",
        "05941",
    ],
)
def test_a_commune_is_found_however_it_is_typed(gazetteer, text):
    assert lines(gazetteer.search(text)) == [
        "Xã Điềm Thụy, Tỉnh Thái Nguyên 2025",
        "Xã Điềm Thụy, Huyện Phú Bình, Tỉnh Thái Nguyên 2024",
    ]


def test_whole_names_come_before_beginnings_words_and_letters(gazetteer):
    found = gazetteer.search("an", limit=10_000, vintage=OLD)
    ranks = [_rank("an", entry.name) for entry in found]
    assert set(ranks) == {1, 2, 3}
    assert ranks == sorted(ranks)
    found = gazetteer.search("bo", limit=10_000, vintage=OLD)
    ranks = [_rank("bo", entry.name) for entry in found]
    assert (set(ranks), ranks) == ({0, 1, 2, 3}, sorted(ranks))


def _rank(text: str, name: str) -> int:
    bare = strip_marks(name).casefold()
    if bare == text:
        return 0
    if bare.startswith(text):
        return 1
    return 2 if f" {text}" in bare else 3


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("P. Tân An", "Phường Tân An, Thành phố Cần Thơ 2025"),
        ("TT. Liên Nghĩa", "Thị trấn Liên Nghĩa, Huyện Đức Trọng, Tỉnh Lâm Đồng 2024"),
        ("xã Liên Nghĩa", "Xã Liên Nghĩa, Huyện Văn Giang, Tỉnh Hưng Yên 2024"),
        ("p7, đà lạt", "Phường 7, Thành phố Đà Lạt, Tỉnh Lâm Đồng 2024"),
        ("eahleo", "Xã Ea H'Leo, Tỉnh Đắk Lắk 2025"),
        ("đặc khu phu quy", "Đặc khu Phú Quý, Tỉnh Lâm Đồng 2025"),
        ("tan thanh, phu binh", "Xã Tân Thành, Huyện Phú Bình, Tỉnh Thái Nguyên 2024"),
        ("Hòa Phú, Đắk Lắk", "Xã Hòa Phú, Tỉnh Đắk Lắk 2025"),
    ],
)
def test_type_words_and_the_place_after_a_comma_decide_between_namesakes(gazetteer, text, first):
    assert lines(gazetteer.search(text, limit=1)) == [first]


def test_diacritics_as_typed_come_first(gazetteer):
    tan_thanh = [entry.name for entry in gazetteer.search("Tân Thạnh", limit=400)]
    whole = [name for name in tan_thanh if strip_marks(name) == "Tan Thanh"]
    assert set(whole) == {"Tân Thạnh", "Tân Thành", "Tân Thanh"}
    others = [name != "Tân Thạnh" for name in whole]
    assert others == sorted(others)


def test_a_province_holds_its_communes_of_both_lists(gazetteer):
    both = [
        "Xã Thanh Thịnh, Huyện Chợ Mới, Tỉnh Bắc Kạn 2024",
        "Xã Thanh Thịnh, Tỉnh Thái Nguyên 2025",
    ]
    assert lines(gazetteer.search("thanh thinh", province=("19", "2025"))) == both
    assert lines(gazetteer.search("thanh thinh", province=("06", "2011"))) == both
    assert gazetteer.search("thanh thinh", province=("19", "2010")) == []
    assert lines(gazetteer.search("thanh thinh", province=("19", "2025"), vintage=OLD)) == both[:1]


@pytest.mark.parametrize("text", ["", "  ", ",", "?", "không có xã nào tên thế này"])
def test_nothing_typed_finds_nothing(gazetteer, text):
    assert gazetteer.search(text) == []


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_search(text):
    gazetteer = Gazetteer.load(BOUNDARIES)
    assert len(gazetteer.search(text, limit=5)) <= 5


def test_the_file_is_read_once_until_it_changes(tmp_path):
    first, second = entry(), entry(name="Khác")
    write(tmp_path, builder.text([first, NEW_ONE]))
    read = Gazetteer.load(tmp_path)
    assert Gazetteer.load(tmp_path) is read
    write(tmp_path, builder.text([second, NEW_ONE]))
    assert Gazetteer.load(tmp_path).get("00001", OLD).name == "Khác"


# Places


def entry(code="00001", lon=106.0, lat=21.0, radius="3", basis="bounds", **fields) -> Commune:
    values = {
        "vintage": OLD,
        "code": code,
        "type": "xã",
        "name": f"Thử {code}",
        "district_code": "172",
        "district": "Thành phố Phổ Yên",
        "district_2016": "172",
        "province_code": "19",
        "province": "Tỉnh Thái Nguyên",
        "became": ("00001",),
    }
    return Commune(
        lon=lon, lat=lat, radius_km=Decimal(radius), place_basis=basis, **(values | fields)
    )


NEW_ONE = entry(vintage=NEW, district_code=None, district=None, district_2016=None, became=())


def test_one_commune_is_its_point_and_its_doubt():
    point, radius_km = place([entry(lon=105.87, lat=21.4, radius="3.4")])
    assert (point.x, point.y, radius_km) == (105.87, 21.4, Decimal("3.4"))


def test_several_communes_are_their_middle_and_a_radius_over_all_of_them():
    """0.1° of longitude at 21° N are 10.398 km: to the ends of the row, and 3 km of doubt."""
    row = [entry(lon=lon) for lon in (106.0, 106.1, 106.2)]
    point, radius_km = place(row)
    assert (point.x, point.y) == (106.1, 21.0)
    assert radius_km == Decimal("13.4")


def test_the_doubt_of_the_farther_commune_counts():
    near, far = entry(lon=106.0, radius="20"), entry(lon=106.1, radius="1")
    point, radius_km = place([near, far])
    # 0.05° of longitude at 21° N are 5.199 km
    assert (point.x, radius_km) == (106.05, Decimal("25.2"))


def test_no_commune_is_no_place():
    with pytest.raises(UsageError) as refusal:
        place([])
    assert refusal.value.code == "gazetteer.no_commune"
    for lang in i18n.LANGUAGES:
        assert "{" not in i18n.error_text(refusal.value, lang)


def test_a_place_that_rests_on_the_district_says_so():
    assert precision([entry(), entry(basis="district")]) is Precision.COMMUNE
    assert precision([entry(), entry(basis="district_point")]) is Precision.DISTRICT


def test_the_places_of_the_register_are_those_of_its_communes(gazetteer):
    """Each commune point lies where the register has it, unless it was of a whole district."""
    zones = json.loads((ROOT / "data" / "zones.geojson").read_text("utf-8"))["features"]
    moved = {}
    for zone in zones:
        facts = zone["properties"]
        refs = [ref for ref in facts.get("communes", []) if ref["code"]]
        if facts["location_precision"] != "commune" or not refs:
            continue
        entries = [gazetteer.get(ref["code"], ref["vintage"]) for ref in refs]
        point, _ = place(entries)
        apart_km = distance_km(point.x, point.y, *zone["geometry"]["coordinates"])
        if apart_km > 0.01:
            moved[facts["id"]] = [e.place_basis for e in entries]
    # the geocoder took Tân Quang for its neighbour Bách Quang
    assert sorted(moved) == ["tn-kcn-song-cong-i", "tn-kcn-song-cong-ii"]
    assert all("district_point" in bases for bases in moved.values())


# Reading a spoiled file


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda row: row | {"vintage": "2016"}, "gazetteer.row_broken"),
        (lambda row: row | {"lon": "nan"}, "gazetteer.row_broken"),
        (lambda row: row | {"lat": "north"}, "gazetteer.row_broken"),
        (lambda row: row | {"lon": "0.5"}, "gazetteer.row_broken"),
        (lambda row: row | {"radius_km": "-1"}, "gazetteer.row_broken"),
        (lambda row: row | {"radius_km": "NaN"}, "gazetteer.row_broken"),
        (lambda row: row | {"place_basis": "guess"}, "gazetteer.row_broken"),
        (lambda row: row | {"became": "00009"}, "gazetteer.became_unknown"),
        (lambda row: row | {"vintage": NEW, "became": ""}, "gazetteer.code_twice"),
        (lambda row: row | {"name": ""}, "table.cell_empty"),
    ],
)
def test_a_spoiled_file_is_refused_and_named(tmp_path, change, code):
    write(tmp_path, builder.text([entry(), NEW_ONE]))
    assert len(Gazetteer.load(tmp_path)) == 2

    head, old_line, new_line = builder.text([entry(), NEW_ONE]).splitlines()
    row = change(dict(zip(head.split(","), old_line.split(","), strict=True)))
    write(tmp_path, "\n".join([head, ",".join(row.values()), new_line, ""]))
    with pytest.raises(DataError) as refusal:
        Gazetteer.load(tmp_path)
    assert refusal.value.code == code
    for lang in i18n.LANGUAGES:
        assert COMMUNES_FILE in i18n.error_text(refusal.value, lang)


def write(folder: Path, text: str) -> None:
    (folder / COMMUNES_FILE).write_text(text, "utf-8")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError) as refusal:
        Gazetteer.load(tmp_path)
    assert refusal.value.code == "file.not_found"


def test_verify_counts_the_communes(tmp_path):
    for path in BOUNDARIES.iterdir():
        if path.is_file():
            (tmp_path / path.name).symlink_to(path)
    whole = (BOUNDARIES / COMMUNES_FILE).read_text("utf-8")
    (tmp_path / COMMUNES_FILE).unlink()
    (missing,) = verify(tmp_path)
    assert (missing.code, missing.source) == ("boundary.file_unreadable", COMMUNES_FILE)
    write(
        tmp_path, "".join(line for line in whole.splitlines(True) if ",Hòa Khánh,643" not in line)
    )
    (short,) = verify(tmp_path)
    assert (short.code, short.source) == ("boundary.count", COMMUNES_FILE)
    assert short.value == "10039"


# The builder, on a province of two districts


DISTRICTS = {"001": box(105.0, 21.0, 105.4, 21.4), "002": box(105.4, 21.0, 105.8, 21.4)}


def around(lon: float, lat: float, half: float = 0.025) -> str:
    return f"{lat - half:.6f},{lon - half:.6f} – {lat + half:.6f},{lon + half:.6f}"


def old(code, lon, lat, *, half=0.025, district="001", kind="Xã", bounds=None, address=""):
    return OldCommune(
        *(code, f"{kind} A {code}", district, f"Huyện Đ {district}"),
        *("01", "Tỉnh Thử", lon, lat, bounds or around(lon, lat, half), "0,0 – 1,1"),
        *(address, f"k{code}"),
    )


def new(code, lon, lat, area_km2=None, kind="Xã"):
    return NewCommune(code, f"{kind} B {code}", "01", "Tỉnh Thử", lon, lat, area_km2, f"n{code}")


def went(old_code, new_code, whole=True, main=True):
    return Became(f"k{old_code}", f"n{new_code}", whole, main)


def made(olds, news, became, listed=()) -> dict[tuple[str, str], Commune]:
    lists = CommuneLists(tuple(olds), tuple(news), tuple(became))
    sources = Sources(None, None, {}, {}, dict(listed), lists)
    frame = gpd.GeoDataFrame(
        {"code": list(DISTRICTS)}, geometry=list(DISTRICTS.values()), crs="EPSG:4326"
    )
    units = [
        Unit("2016", "district", code, f"Đ {code}", f"huyện Đ {code}", "huyện", "01", "01",
             "2016", code)
        for code in DISTRICTS
    ]  # fmt: skip
    return {(e.vintage, e.code): e for e in builder.make(sources, frame, units)}


def one(**changes) -> Commune:
    """The place that the builder gives to one commune of district 001."""
    values = {"code": "00001", "lon": 105.2, "lat": 21.2} | changes
    return made([old(**values)], [new("00001", 105.2, 21.2)], [went("00001", "00001")])[
        OLD, "00001"
    ]


def test_a_commune_with_its_own_box_keeps_its_point():
    found = one()
    assert (found.lon, found.lat, found.place_basis) == (105.2, 21.2, "bounds")
    # half a box of 0.05°: 2.598 km east, 2.768 km north
    assert found.radius_km == Decimal("3.8")


@pytest.mark.parametrize(
    ("changes", "basis"),
    [
        ({"half": 0.005}, "district"),
        ({"half": 0.005, "kind": "Phường"}, "bounds"),
        ({"half": 0.00135, "kind": "Phường"}, "district"),
        ({"half": 0.9}, "district"),
        ({"bounds": "0,0 – 1,1"}, "district_point"),
        ({"lon": 106.5}, "district_point"),
        ({"lon": 105.41}, "bounds"),
    ],
    ids=["hamlet", "phường", "mere point", "absurd", "district's box", "elsewhere", "beside"],
)
def test_a_box_that_cannot_be_its_own_is_not_believed(changes, basis):
    assert one(**changes).place_basis == basis


def test_a_place_from_the_district_reaches_its_farthest_corner():
    elsewhere = one(lon=106.5)
    assert (elsewhere.lon, elsewhere.lat) == (105.2, 21.2)  # the middle of the district
    corner_km = distance_km(105.2, 21.2, 105.0, 21.0)
    assert corner_km <= elsewhere.radius_km < corner_km + 0.1


def test_communes_that_share_a_box_have_only_their_district():
    both = [old("00001", 105.2, 21.2), old("00002", 105.2, 21.2)]
    found = made(both, [new("00001", 105.2, 21.2)], [went(o.code, "00001") for o in both])
    assert {found[OLD, o.code].place_basis for o in both} == {"district_point"}


def test_a_shared_box_belongs_to_the_commune_that_the_answer_names():
    both = [old(code, 105.2, 21.2, address="A 00002, Đ 001") for code in ("00001", "00002")]
    found = made(both, [new("00001", 105.2, 21.2)], [went(o.code, "00001") for o in both])
    assert [found[OLD, o.code].place_basis for o in both] == ["district_point", "bounds"]


def test_a_commune_counts_in_the_district_that_it_had_before_the_mergers():
    found = made(
        [old("00001", 105.6, 21.2)],
        [new("00001", 105.6, 21.2)],
        [went("00001", "00001")],
        listed={"00001": "002"},
    )[OLD, "00001"]
    assert (found.district_code, found.district_2016, found.place_basis) == ("001", "002", "bounds")


def test_a_new_commune_reaches_over_what_it_was_made_of():
    olds = [old("00001", 105.1, 21.2), old("00002", 105.2, 21.2)]
    steps = [went("00001", "00009"), went("00002", "00009")]
    found = made(olds, [new("00009", 105.15, 21.2)], steps)[NEW, "00009"]
    corner_km = distance_km(105.15, 21.2, 105.075, 21.175)
    assert found.place_basis == "parts"
    assert corner_km <= found.radius_km < corner_km + 0.1

    # a circle of 4π km² has a radius of 2 km
    found = made(olds, [new("00009", 105.15, 21.2, 12.566)], steps)[NEW, "00009"]
    assert (found.place_basis, found.radius_km) == ("area", Decimal("6.0"))

    found = made(olds, [new("00009", 105.15, 21.2, 12.566, "Đặc khu")], steps)[NEW, "00009"]
    assert found.place_basis == "parts"

    found = made(olds, [new("00009", 105.7, 21.2, 12.566)], steps)[NEW, "00009"]
    assert (found.place_basis, found.lon, found.lat) == ("parts_point", 105.15, 21.2)
    assert (
        found.radius_km == made(olds, [new("00009", 105.15, 21.2)], steps)[NEW, "00009"].radius_km
    )


def test_a_part_that_belongs_to_a_namesake_is_left_out():
    olds = [old("00001", 105.1, 21.1), old("00002", 105.7, 21.3, district="002")]
    news = [new("00008", 105.1, 21.1), new("00009", 105.7, 21.3)]
    steps = [
        went("00001", "00008", whole=False),
        went("00001", "00009", whole=False, main=False),
        went("00002", "00009"),
    ]
    assert made(olds, news, steps)[OLD, "00001"].became == ("00008",)


@pytest.mark.parametrize(
    "spoiled",
    [
        old("00001", 105.2, 21.2, kind="Vùng"),
        old("00001", 105.2, 21.2, bounds="21.2,105.2"),
        old("00001", 105.2, 21.2, district="009"),
    ],
    ids=["no type", "no box", "no district"],
)
def test_a_commune_that_cannot_be_placed_stops_the_builder(spoiled):
    with pytest.raises(DataError) as refusal:
        made([spoiled], [new("00001", 105.2, 21.2)], [went("00001", "00001")])
    assert (refusal.value.code, refusal.value.params["row"]) == ("gazetteer.source_broken", "00001")


def test_a_commune_that_became_nothing_or_was_nothing_stops_the_builder():
    with pytest.raises(DataError) as refusal:
        made([old("00001", 105.2, 21.2), old("00002", 105.1, 21.1)],
             [new("00001", 105.2, 21.2)], [went("00001", "00001")])  # fmt: skip
    assert refusal.value.params["row"] == "00002"
    with pytest.raises(DataError) as refusal:
        made([old("00001", 105.2, 21.2)],
             [new("00001", 105.2, 21.2), new("00002", 105.1, 21.1)],
             [went("00001", "00001")])  # fmt: skip
    assert refusal.value.params["row"] == "00002"
