"""Who is whose double: names as people read them, and places that were measured."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo import i18n
from geo.checks.identity import NEIGHBOURS, all_pairs, duplicates, read_name
from geo.districts import UnitRegister
from geo.io import geojson
from geo.issues import Severity
from geo.zones import Kind, Precision, UnitRef
from tests.conftest import ROOT, zone_of

REGISTER = UnitRegister.load(ROOT / "data" / "boundaries")
ZONES, _ = geojson.read_zones(ROOT / "data" / "zones.geojson", max_mb=40)


def named(name, zone_id="tn-ccn-a", **fields):
    return zone_of(zone_id, name=name, **fields)


def codes(zone, *others):
    return [found.code for found in duplicates(zone, others, REGISTER)]


def between(one, other):
    return codes(named(one, "tn-ccn-a"), named(other, "tn-ccn-b"))


# -- the 50 real records


def test_among_the_real_records_one_name_is_that_of_a_zone_and_a_cluster():
    (found,) = all_pairs(ZONES, REGISTER)
    assert (found.code, found.severity) == ("identity.kinds_share_name", Severity.INFO)
    assert (found.row, found.params["other"]) == ("tn-kcn-diem-thuy", "tn-ccn-diem-thuy")
    assert found.value == "KCN Điềm Thụy"


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("tn-ccn-phu-lac-1", "Cụm công nghiệp Phú Lạc số 1"),
        ("bt-kcn-ham-kiem-ii", "KCN Hàm Kiệm 2"),
        ("bt-kcn-phan-thiet-2", "KCN Phan Thiết giai đoạn II"),
        ("dl-kcn-hoa-phu", "KCN Hòa Phú"),
        ("dl-ccn-ea-dar-ea-kar", "CCN Ea Dar"),
        ("tn-ccn-du-dong-dat", "CCN Đu - Động Đạt"),
        ("tn-ccn-tan-lap-so-1-va-2", "CCN Tân Lập 2"),
        ("tn-kcn-yen-binh", "Khu công nghiệp - đô thị Yên Bình"),
    ],
)
def test_a_real_zone_entered_once_more_under_another_spelling_is_found(original, name):
    zone = next(zone for zone in ZONES if zone.id == original)
    again = replace(zone, id="new-zone-again", name=name, members=(), aliases=())
    found = duplicates(again, ZONES, REGISTER)
    assert [(one.code, one.params["other"]) for one in found] == [("identity.same_name", original)]
    assert all_pairs([*ZONES, again], REGISTER)[-1:] == found
    assert duplicates(zone, [zone], REGISTER) == []


# -- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KCN Hàm Kiệm I", "Khu công nghiệp Hàm Kiệm 1"),
        ("CCN Tân An 09", "CCN Tân An IX"),
        ("CCN Tân An XIV", "CCN Tân An 14"),
        ("CCN Hoà Phú", "Cụm CN HÒA PHÚ"),
        ("CCN Hoa Phu", "CCN Hòa Phú"),
        ("cum cong nghiep Hoa Phu", "CCN Hoa Phu"),
        ("CCN Ea H’leo", "CCN Ea H'Leo"),
        ("CCN Đu – Động Đạt", "CCN Đu-Động Đạt"),
        ("CCN Tân An", "CCN  Ta\u0302n  An "),
        ("CCN số 3", "CCN III"),
        ("CCN Tân Lập số 1", "CCN Tan Lap so 1"),
        ("CCN Tân Lập giai đoạn 2", "CCN TÂN LẬP GIAI ĐOẠN II"),
        ("CCN A", "Cụm A"),
    ],
)
def test_one_name_in_two_spellings(one, other):
    assert between(one, other) == ["identity.same_name"]
    assert between(other, one) == ["identity.same_name"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CCN Phú Lạc 1", "CCN Phú Lạc 2"),
        ("KCN Sơn Mỹ I", "KCN Sơn Mỹ II"),
        ("CCN Tân An", "CCN Tân An 1"),
        ("CCN Tân An 1A", "CCN Tân An 1B"),
        ("CCN Tân An A", "CCN Tân An B"),
        ("CCN Tân An 1", "CCN Tân An 11"),
        ("CCN Sơn Phú", "CCN Sơn Cẩm"),
        ("CCN Tân An", "CCN Tân Ba"),
        ("CCN Vi Hương", "CCN 6 Hương"),
        ("KCN", "KCN"),
    ],
)
def test_two_names(one, other):
    assert between(one, other) == between(other, one) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CCN Khuynh Thạch", "CCN Khuynh Thạnh"),
        ("CCN Khuynh Thạch", "CCN Khuyn Thạch"),
        ("CCN Khuynh Thạch", "CCN Khunyh Thạch"),
        ("CCN Tân Hương", "CCN Tân Hưởng"),
        ("Cụm cảng Đa Phúc 1", "CCN Đa Phúc 1"),
        ("CCN Quý Sơn", "CCN Quí Sơn"),
    ],
)
def test_near_names_are_worth_knowing(one, other):
    (found,) = duplicates(named(one, "tn-ccn-a"), [named(other, "tn-ccn-b")], REGISTER)
    assert (found.code, found.severity) == ("identity.near_name", Severity.INFO)
    assert (found.value, found.params["other_name"]) == (one, other)


def test_a_name_is_compared_with_other_spellings_and_with_members():
    row = named("CCN Tân Lập", "tn-ccn-b", members=("CCN Tân Lập số 1", "CCN Tân Lập số 2"))
    assert codes(named("CCN Tân Lập II"), row) == ["identity.same_name"]
    other = named("CCN Tân An 1", "tn-ccn-b", aliases=("CCN Buôn Ma Thuột",))
    assert codes(named("CCN Buôn Ma Thuột"), other) == ["identity.same_name"]
    loose = named("CCN Tân An 2", aliases=("CCN Buôn Ma Thuột",))
    assert codes(loose, other) == []


def test_a_zone_and_a_cluster_of_one_name_are_two():
    zone = named("KCN Điềm Thụy", kind=Kind.KCN)
    (found,) = duplicates(zone, [named("CCN Điềm Thụy", "tn-ccn-b")], REGISTER)
    assert (found.code, found.severity) == ("identity.kinds_share_name", Severity.INFO)
    assert codes(zone, named("CCN Điềm Thụi", "tn-ccn-b")) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("19", "2010"), ("19", "2016"), True),
        (("19", "2010"), ("06", "2011"), False),
        (("06", "2011"), ("19", "2025"), True),
        (("60", "2016"), ("68", "2025"), True),
        (("60", "2016"), ("66", "2025"), False),
        (("68", "2017"), ("60", "2016"), False),
        (("zz", "2010"), ("zz", "2025"), False),
    ],
)
def test_a_province_is_known_through_its_vintages(one, other, same):
    refs = [UnitRef(code, vintage, code) for code, vintage in (one, other)]
    pair = [named("CCN Tân An", f"x-ccn-{at}", province=ref) for at, ref in enumerate(refs)]
    expected = ["identity.same_name"] if same else []
    assert codes(*pair) == codes(*reversed(pair)) == expected
    assert [found.code for found in all_pairs(pair, REGISTER)] == expected


@pytest.mark.parametrize(
    ("name", "several"),
    [
        ("CCN Tân Lập (số 1 và 2)", True),
        ("CCN Tân Lập 1, 2", True),
        ("CCN Tân Lập I, II", True),
        ("CCN Tân Lập 1 + 2", True),
        ("CCN Tân Lập A & B", True),
        ("CCN Tân Lập và Tân An", True),
        ("CCN Tân Lập 1", False),
        ("CCN Đu – Động Đạt", False),
        ("CCN Tân Lập, huyện Phú Bình", False),
        ("CCN Vàng Danh", False),
    ],
)
def test_a_name_that_is_that_of_two_clusters(name, several):
    assert codes(named(name)) == (["identity.several_names"] if several else [])
    assert codes(named(name, members=("CCN 1", "CCN 2"))) == []


@given(st.text(max_size=30))
def test_any_text_can_be_read_as_a_name(text):
    assert read_name(text) == read_name(text)
    assert read_name(f"KCN {text}") == read_name(f"Khu công nghiệp  {text} ")
    assert "identity.same_name" in between(f"CCN 1 {text}", f"CCN 1 {text}")


# -- places

HERE = Point(105.87, 21.4)


def placed(shape, zone_id="tn-ccn-a", precision=Precision.SURVEYED):
    name = f"CCN {zone_id[-1] * 3}"
    return zone_of(zone_id, name=name, geometry=shape, location_precision=precision)


@pytest.mark.parametrize(
    ("precisions", "found"),
    [
        ((Precision.SURVEYED, Precision.DRAWN), ["identity.same_place"]),
        ((Precision.SURVEYED, Precision.COMMUNE), []),
        ((Precision.COMMUNE, Precision.COMMUNE), []),
        ((Precision.DISTRICT, Precision.DISTRICT), []),
    ],
)
def test_points_of_one_commune_coincide_and_surveyed_points_do_not(precisions, found):
    pair = [placed(HERE, f"tn-ccn-{'ab'[at]}", kind) for at, kind in enumerate(precisions)]
    assert codes(*pair) == found
    assert [one.code for one in all_pairs(pair, REGISTER)] == found


def test_points_a_few_metres_apart_are_two():
    assert codes(placed(HERE), placed(Point(105.87003, 21.4), "tn-ccn-b")) == []


# 0.001° by 0.001° at 21,4° N is 1,148 ha
SQUARE = box(105.87, 21.4, 105.871, 21.401)


@pytest.mark.parametrize(
    ("other", "found", "parts"),
    [
        (box(105.8705, 21.4, 105.8715, 21.401), ["identity.overlap"], (0.57, 50.0)),
        (box(105.8702, 21.4002, 105.8704, 21.4004), ["identity.overlap"], (0.05, 100.0)),
        (
            MultiPolygon([SQUARE.buffer(-0.0004), box(106, 21, 106.001, 21.001)]),
            ["identity.overlap"],
            (0.05, 4.0),
        ),
        (box(105.871, 21.4, 105.872, 21.401), [], None),
        (box(105.871, 21.401, 105.872, 21.402), [], None),
        (box(105.870995, 21.4, 105.872, 21.401), [], None),
        (SQUARE.reverse(), ["identity.same_place"], None),
        (HERE, [], None),
    ],
    ids=["half", "inside", "two parts", "border", "corner", "sliver", "copied", "point"],
)
def test_polygons_that_overlap(other, found, parts):
    pair = [placed(SQUARE), placed(other, "tn-ccn-b")]
    issues = duplicates(pair[0], pair[1:], REGISTER)
    assert [one.code for one in issues] == found
    if parts:
        assert (issues[0].params["overlap_ha"], issues[0].params["share_pct"]) == parts
    assert [one.code for one in all_pairs(pair, REGISTER)] == found


def test_a_record_without_a_place_is_passed_over():
    assert codes(placed(None), placed(SQUARE, "tn-ccn-b"), placed(None, "tn-ccn-c")) == []
    assert all_pairs([], REGISTER) == []


# -- many

SYLLABLES = [
    *("An", "Bình", "Cao", "Đa", "Điềm", "Đông", "Hà", "Hòa", "Khánh"),
    *("Lạc", "Lập", "Long", "Mỹ", "Phú", "Quang", "Sơn", "Tân", "Thạch"),
]


def many(count, provinces=("01", "06", "19", "60", "66", "68")):
    draw = random.Random(341)
    zones = []
    for at in range(count):
        words = " ".join(draw.choice(SYLLABLES) for _ in range(2))
        lon, lat = draw.uniform(103, 108), draw.uniform(10, 22)
        code = draw.choice(provinces)
        zones.append(
            zone_of(
                f"x-ccn-{at}",
                name=f"CCN {words} {draw.choice(['', '1', 'II'])}",
                province=UnitRef(code, "2016", code),
                geometry=box(lon, lat, lon + 0.01, lat + 0.01) if at % 2 else Point(lon, lat),
                location_precision=Precision.DRAWN,
            )
        )
    return zones


def key(found):
    return found.code, frozenset((found.row, found.params["other"]))


def test_all_pairs_are_those_that_each_record_finds_alone():
    zones = many(300, ("19",))
    together = all_pairs(zones, REGISTER)
    alone = {key(found) for zone in zones for found in duplicates(zone, zones, REGISTER)}
    assert {key(found) for found in together} == alone
    assert len(together) == len(alone) > 50


def test_in_a_crowd_every_record_is_found_though_not_every_pair():
    crowd = [named("CCN Tân Lập", f"x-ccn-{at}", geometry=SQUARE) for at in range(200)]
    crowd = [replace(zone, location_precision=Precision.DRAWN) for zone in crowd]
    found = all_pairs(crowd, REGISTER)
    assert len(found) == 2 * (200 * NEIGHBOURS - NEIGHBOURS * (NEIGHBOURS + 1) // 2)
    assert {one.row for one in found} == {zone.id for zone in crowd[1:]}


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_findings_in_words_name_both_records(lang):
    found = duplicates(placed(SQUARE), [placed(SQUARE.buffer(0.001), "tn-ccn-b")], REGISTER)
    text = i18n.issue_text(found[0], lang)
    assert "tn-ccn-a" in text
    assert '"CCN bbb" (tn-ccn-b)' in text
    assert ("1,15 ha" if lang == "vi" else "1.15 ha") in text
