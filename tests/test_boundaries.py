"""The rules that the committed boundary files are held to."""

from __future__ import annotations

import json
import shutil
import string
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely import Point, box

from geo import i18n
from geo.boundaries import coverage, rules, sources, verify
from geo.districts import UnitRegister, load_boundaries, load_sets
from geo.garbled import garbled
from geo.issues import CATALOGUE

BOUNDARIES = Path(__file__).resolve().parent.parent / "data" / "boundaries"
VN2000 = "EPSG:9213"  # TM-3 of Thái Nguyên, metres


def found(issues) -> list[str]:
    return [issue.code for issue in issues]


def square(east_m: float, north_m: float, side_m: float = 1000):
    """A square of `side_m`, its lower left corner that far from 440 000 E, 2 370 000 N."""
    east, north = 440_000 + east_m, 2_370_000 + north_m
    return box(east, north, east + side_m, north + side_m)


def frame_of(**shapes) -> gpd.GeoDataFrame:
    """Units by code in EPSG:4326 from shapes in VN-2000 metres."""
    codes = [name.lstrip("c") for name in shapes]
    data = {"code": codes, "name": [f"Huyện {code}" for code in codes]}
    made = gpd.GeoDataFrame(data, geometry=list(shapes.values()), crs=VN2000, index=codes)
    return made.to_crs("EPSG:4326")


# The committed files


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the committed files that a test may spoil."""
    return Path(shutil.copytree(BOUNDARIES, tmp_path / "boundaries"))


def edit(path: Path, change) -> None:
    """Change the features of a boundary file as Python objects."""
    whole = json.loads(path.read_text("utf-8"))
    change(whole["features"])
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def seal(folder: Path) -> None:
    """Give every set the checksum and count that its file has now."""
    path = folder / "sets.json"
    whole = json.loads(path.read_text("utf-8"))
    for entry in whole["sets"]:
        file = folder / entry["file"]
        entry["sha256"] = sources.sha256(file)
        entry["features"] = len(json.loads(file.read_text("utf-8"))["features"])
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def test_the_committed_files_satisfy_every_rule():
    assert verify(BOUNDARIES) == []


def test_the_committed_files_are_written_one_feature_a_line():
    for entry in load_sets(BOUNDARIES):
        text = (BOUNDARIES / entry.file).read_bytes().decode("utf-8")
        lines = text.split("\n")
        assert len(lines) == entry.features + 3, entry.file
        assert text.endswith("\n]}\n")
        assert "\\u" not in text
        assert "\r" not in text


def test_both_archipelagos_are_whole():
    """Every island of the source is kept: Hoàng Sa has 46 parts, Trường Sa 143."""
    districts = load_boundaries(BOUNDARIES, "districts-2016")
    parts = shapely.get_num_geometries(districts.geometry[["498", "576"]].to_numpy())
    assert list(parts) == [46, 143]
    provinces = load_boundaries(BOUNDARIES, "provinces-2025")
    for district, province in (("498", "48"), ("576", "56")):
        inside = districts.geometry[district].representative_point()
        assert provinces.geometry[province].contains(inside)


def spoil_district(code, /, **properties):
    def change(features):
        next(f for f in features if f["properties"]["code"] == code)["properties"] |= properties

    return change


def grow(code):
    """Move a district's border 0.01° into its neighbours' land."""

    def change(features):
        feature = next(f for f in features if f["properties"]["code"] == code)
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        grown = shapely.buffer(shape, 0.01)
        feature["geometry"] = json.loads(shapely.to_geojson(grown))

    return change


def drop(code):
    return lambda features: features.remove(
        next(f for f in features if f["properties"]["code"] == code)
    )


@pytest.mark.parametrize(
    ("file", "change", "codes"),
    [
        ("districts-2016", spoil_district("172", code="165"), {"boundary.code_duplicate"}),
        ("districts-2016", spoil_district("172", code="0172"), {"boundary.code_malformed"}),
        ("districts-2016", spoil_district("172", code=None), {"boundary.code_missing"}),
        ("districts-2016", spoil_district("172", name=" "), {"boundary.name_missing"}),
        ("districts-2016", spoil_district("172", name="Phá»• YÃªn"), {"boundary.name_encoding"}),
        ("districts-2016", grow("172"), {"boundary.overlap"}),
        ("districts-2016", drop("172"), {"boundary.count", "boundary.gap"}),
        ("districts-2016", drop("498"), {"boundary.count"}),
        (
            "districts-2016",
            spoil_district("498", name="X"),
            {"archipelago", "boundary.unit_missing"},
        ),
        ("districts-2016", spoil_district("172", name="X"), {"boundary.unit_missing"}),
        (
            "districts-2016",
            spoil_district("172", province_code="06"),
            {"boundary.outside_province", "boundary.not_union"},
        ),
        (
            "districts-2016",
            spoil_district("172", province_code="99"),
            {"province", "boundary.not_union"},
        ),
        (
            "provinces-2016",
            spoil_district("06", province_2025_code="20"),
            {"boundary.merged_from", "boundary.outside_province", "boundary.not_union"},
        ),
        ("provinces-2016", drop("06"), {"boundary.count", "boundary.gap"}),
        ("provinces-2025", spoil_district("19", merged_from=["19"]), {"boundary.merged_from"}),
    ],
)
def test_a_spoiled_file_is_found(folder, file, change, codes):
    edit(folder / f"{file}.geojson", change)
    seal(folder)
    short = {"archipelago": "boundary.archipelago_missing", "province": "boundary.province_unknown"}
    wanted = {short.get(code, code) for code in codes}
    assert set(found(verify(folder))) == wanted


def test_a_district_code_may_be_null_when_it_says_why():
    districts = frame_of(c172=square(0, 0))
    districts["code"] = None
    assert found(rules.check_codes(districts, "x", "district")) == ["boundary.code_missing"]
    districts["code_reason"] = "not in the list"
    assert found(rules.check_codes(districts, "x", "district")) == []


def test_a_changed_byte_is_found_by_its_checksum(folder):
    path = folder / "provinces-2025.geojson"
    path.write_bytes(
        path.read_bytes().replace(b"Kh\xc3\xa1nh H\xc3\xb2a", b"Kh\xc3\xa1nh Ho\xc3\xa0")
    )
    assert found(verify(folder)) == ["boundary.checksum"]


def test_an_unreadable_file_is_found(folder):
    (folder / "provinces-2025.geojson").write_text("{", "utf-8")
    assert found(verify(folder)) == ["boundary.file_unreadable"]


def test_a_set_that_is_not_listed_is_found(folder):
    whole = json.loads((folder / "sets.json").read_text("utf-8"))
    del whole["sets"][1]
    (folder / "sets.json").write_text(json.dumps(whole), "utf-8")
    issues = verify(folder)
    assert [(i.code, i.row) for i in issues] == [("boundary.set_missing", "provinces-2016")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2010,district,172,", "2010,district,165,", "boundary.unit_duplicate"),
        ("2010,district,172,", "2012,district,172,", "boundary.plan_districts"),
        (",2016,172,", ",2016,999,", "boundary.unit_boundary"),
        ("2016,district,172,", "2015,district,172,", "boundary.unit_missing"),
    ],
)
def test_a_register_that_disagrees_with_the_polygons_is_found(folder, old, new, code):
    path = folder / "units.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert code in found(verify(folder))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("units.csv", None),
        ("units.csv", b""),
        ("units.csv", b"\xff\xfe"),
        ("units.csv", b"vintage;level\n"),
        ("districts-2016.geojson", None),
        ("districts-2016.geojson", b'{"features": []}'),
        ("provinces-2016.geojson", b'{"features": [{"properties": {}, "geometry": null}]}'),
        ("provinces-2025.geojson", b"\xff"),
        ("provinces-2025.geojson", b"[]"),
    ],
)
def test_a_broken_file_is_reported_and_not_raised(folder, file, content):
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    (found,) = verify(folder)
    assert (found.code, found.source) == ("boundary.file_unreadable", file)
    assert i18n.issue_text(found, "vi") != i18n.issue_text(found, "en")


@pytest.mark.parametrize(
    ("file", "change", "code"),
    [
        ("districts-2016", spoil_district("172", province_code=None), "boundary.field_missing"),
        ("provinces-2025", spoil_district("19", merged_from="06"), "boundary.field_missing"),
        ("provinces-2025", spoil_district("19", merged_from=None), "boundary.field_missing"),
        ("provinces-2016", spoil_district("19", province_2025_code=6), "boundary.field_missing"),
        ("districts-2016", spoil_district("172", code=172), "boundary.file_unreadable"),
        ("districts-2016", spoil_district("172", name=5), "boundary.file_unreadable"),
    ],
)
def test_a_value_of_another_type_is_reported_and_not_raised(folder, file, change, code):
    edit(folder / f"{file}.geojson", change)
    seal(folder)
    assert found(verify(folder)) == [code]


def test_a_set_that_is_listed_twice_is_found(folder):
    whole = json.loads((folder / "sets.json").read_text("utf-8"))
    whole["sets"].append(whole["sets"][0])
    (folder / "sets.json").write_text(json.dumps(whole), "utf-8")
    issues = verify(folder)
    assert [(i.code, i.row) for i in issues] == [("boundary.set_twice", "districts-2016")]


# Garbled names


@pytest.mark.parametrize(
    "text",
    [
        "ThÃ¡i NguyÃªn",
        "Th¸i Nguyªn",
        "S«ng C«ng",
        "§ång Hû",
        "Thaùi Nguyeân",
        "Th?i Nguy?n",
        "Ph? Yên",
        "Phổ Yên".encode().decode("latin-1"),
        "Đồng Hỷ".encode().decode("cp1252", "replace"),
        "Ðại Từ",
        "\u200b",
        "Phổ\u200bYên",
        "\ud800",
        "172",
        "…",
    ],
)
def test_garbled_names_are_told(text):
    assert garbled(text)
    garbled(text).encode("utf-8")


def test_good_names_are_not_garbled():
    names = {unit.full_name for unit in UnitRegister.load(BOUNDARIES)}
    zones = json.loads((BOUNDARIES.parent / "zones.geojson").read_text("utf-8"))["features"]
    names |= {zone["properties"]["name"] for zone in zones}
    names |= {"“THỊ XÔ", "TX. PHỔ YÊN", "Quận 9", "KCN Yên Bình 1 (mở rộng)", "Cư Êbur", ""}
    names |= {"Pho\u0302\u0309 Ye\u0302n", "Hoà Bình – 2"}
    assert [name for name in names if garbled(name)] == []


# The rules, on squares of 1 km² (100 ha)


def test_neighbours_that_share_a_border_pass():
    assert list(rules.check_coverage(frame_of(c001=square(0, 0), c002=square(1000, 0)), "x")) == []


def test_an_overlap_names_both_units_and_its_area():
    (issue,) = rules.check_coverage(frame_of(c001=square(0, 0), c002=square(900, 0)), "x")
    assert issue.code == "boundary.overlap"
    assert (issue.params["first"], issue.params["second"]) == ("001", "002")
    assert issue.params["area_ha"] == pytest.approx(10, rel=1e-3)


def test_a_hole_between_units_is_a_gap_with_its_place():
    ring = {f"c{n:03}": square(1000 * (n % 3), 1000 * (n // 3)) for n in range(9) if n != 4}
    (issue,) = rules.check_coverage(frame_of(**ring), "x")
    assert issue.code == "boundary.gap"
    assert issue.params["area_ha"] == pytest.approx(100, rel=1e-3)
    middle = gpd.GeoSeries([Point(441_500, 2_371_500)], crs=VN2000).to_crs(4326).iloc[0]
    assert issue.params["lon"] == pytest.approx(middle.x, abs=1e-4)
    assert issue.params["lat"] == pytest.approx(middle.y, abs=1e-4)


def test_borders_that_miss_each_other_by_a_point_fail_without_tolerance():
    """A corner on the neighbour's edge that the neighbour does not have."""
    big = box(105.0, 21.0, 105.2, 21.2)
    small = shapely.Polygon([(105.2, 21.0), (105.3, 21.0), (105.3, 21.1), (105.2, 21.1)])
    frame = gpd.GeoDataFrame(geometry=[big, small], crs=4326, index=["001", "002"])
    (issue,) = rules.check_coverage(frame, "x")
    assert (issue.code, issue.params["units"]) == ("boundary.border", ["001", "002"])
    assert list(rules.check_coverage(frame, "x", tolerance_ha=0.1)) == []


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "boundary.geometry_empty"),
        (shapely.Polygon(), "boundary.geometry_empty"),
        (Point(105, 21), "boundary.geometry_type"),
        (box(120, 21, 121, 22), "boundary.outside"),
        (box(21, 105, 22, 106), "boundary.outside"),
        (
            shapely.Polygon([(105, 21), (106, 22), (106, 21), (105, 22), (105, 21)]),
            "boundary.geometry_invalid",
        ),
    ],
    ids=["null", "empty", "point", "abroad", "swapped", "bow-tie"],
)
def test_a_shape_that_is_no_boundary_is_refused(shape, code):
    frame = gpd.GeoDataFrame(geometry=[shape, box(105, 20, 106, 21)], crs=4326, index=["a", "b"])
    assert [(i.code, i.row) for i in rules.check_shapes(frame, "x")] == [(code, "a")]


def test_cleaning_closes_narrow_gaps_and_keeps_wide_ones():
    """Two strips 200 m apart, closed off above and below: a gap of 200 m by 800 m."""
    left, right = box(0, 0, 1000, 1000), box(1200, 0, 2200, 1000)
    caps = [box(0, -100, 2200, 0), box(0, 1000, 2200, 1100)]
    frame = gpd.GeoDataFrame(geometry=[left, right, *caps], crs=coverage.EQUAL_AREA)
    gap_m2 = 200 * 1000
    whole_m2 = 2200 * 1200
    closed = coverage.clean(frame, gap_width_m=300)
    assert shapely.union_all(closed.geometry).area == pytest.approx(whole_m2)
    kept = coverage.clean(frame, gap_width_m=100)
    assert shapely.union_all(kept.geometry).area == pytest.approx(whole_m2 - gap_m2)


def test_cleaning_gives_an_overlap_to_one_side():
    frame = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1000, 1000), box(900, 0, 1900, 1000)], crs=coverage.EQUAL_AREA
    )
    cleaned = coverage.clean(frame, gap_width_m=1)
    assert cleaned.geometry.area.sum() == pytest.approx(1900 * 1000)
    assert shapely.coverage_is_valid(cleaned.geometry.to_numpy())


# Messages


def test_every_finding_has_a_text_with_the_same_parts_in_both_languages():
    def parts(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    keys = [f"issue.{code}" for code in CATALOGUE if code.startswith("boundary.")]
    keys += [key for key in i18n.catalogue("vi") if key.startswith("error.boundary.")]
    assert len(keys) > 40
    for key in keys:
        vi, en = (i18n.catalogue(lang)[key] for lang in ("vi", "en"))
        assert parts(vi) == parts(en), key
