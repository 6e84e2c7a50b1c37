"""Files in and out: whole files that cannot be used, other formats, bytes that stay the same."""

import csv
import io
import json
import os
import unicodedata
from decimal import Decimal

import geopandas as gpd
import pytest

from geo.errors import DataError, SetupError
from geo.io import geojson, tables, zone_files
from geo.io.files import read_bytes, write_atomic
from geo.zones import Kind
from tests.conftest import DROP, ROOT, zone_of


def write(path, features, **more):
    document = {"type": "FeatureCollection", **more, "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False, default=float), "utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "zones.geojson"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b'{"type": "FeatureCollection", "features": [', "file.not_json", id="cut off"),
        pytest.param(b"", "file.not_json", id="empty"),
        pytest.param(b"[]", "file.not_collection", id="no collection"),
        pytest.param(b'{"features": {}}', "file.not_collection", id="features no list"),
        pytest.param('{"tên": "Đ"}'.encode("utf-16"), "file.not_utf8", id="UTF-16"),
        pytest.param(
            b'{"features": [{"properties": {"a": NaN}}]}', "file.bad_number", id="NaN literal"
        ),
        pytest.param(b"[" * 100_000, "file.bad_number", id="nested without end"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(file, content, code):
    file.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(file, max_mb=40)
    assert refusal.value.code == code
    assert refusal.value.params["file"] == "zones.geojson"


def test_broken_json_names_line_and_column(file):
    file.write_text('{\n "features": [\n  {]\n}')
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(file, max_mb=40)
    assert (refusal.value.params["line"], refusal.value.params["column"]) == ("3", "4")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(tmp_path / "no.geojson", max_mb=40)
    assert refusal.value.code == "file.not_found"


def test_a_50_mb_file_is_refused_unread_and_read_with_a_higher_limit(file, feature):
    padding = "x" * 50_000_000
    write(file, [feature(), feature(id="tn-ccn-hai", note_vi=padding)])
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(file, max_mb=40)
    assert (refusal.value.code, refusal.value.params["mb"]) == ("file.too_large", 50.0)
    zones, issues = geojson.read_zones(file, max_mb=60)
    assert ([zone.id for zone in zones], issues) == (["tn-ccn-thu", "tn-ccn-hai"], [])


def test_bad_rows_leave_the_others_untouched(file, feature):
    bad = [feature(id=DROP), feature(id="tn-ccn-x", area_planned_ha="45,4"), "text"]
    write(file, [feature(), *bad, feature(id="tn-ccn-cuoi")])
    zones, issues = geojson.read_zones(file, max_mb=40)
    assert [zone.id for zone in zones] == ["tn-ccn-thu", "tn-ccn-cuoi"]
    assert [(one.code, one.row) for one in issues] == [
        ("zone.id_missing", 2),
        ("zone.number_comma", 3),
        ("zone.not_a_feature", 4),
    ]


def test_areas_are_read_as_exact_decimals(file):
    file.write_text(
        (ROOT / "data" / "zones.geojson").read_text("utf-8").replace(": 16.63,", ": 16.630000001,"),
        "utf-8",
    )
    zones, _ = geojson.read_zones(file, max_mb=40)
    areas = {zone.area_planned_ha for zone in zones}
    assert Decimal("16.630000001") in areas


def test_a_declared_system_is_honoured(file, feature):
    # the test vector of a VN-2000 survey: easting, northing at 108°15'
    place = {"type": "Point", "coordinates": [568262.924, 1255172.51]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9217"}}
    write(file, [feature(geometry=place)], crs=crs)
    (zone,), issues = geojson.read_zones(file, max_mb=40)
    assert issues == []
    assert (round(zone.geometry.x, 5), round(zone.geometry.y, 5)) == (108.8772, 11.34936)


def test_an_unknown_system_is_refused(file, feature):
    write(file, [feature()], crs={"type": "name", "properties": {"name": "VN2000 Thái Nguyên"}})
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(file, max_mb=40)
    assert refusal.value.code == "crs.unknown"


@pytest.mark.parametrize(
    "member",
    [
        "EPSG:3405",
        {"properties": None},
        {"type": "link", "properties": {"href": "http://x"}},
        {"type": "name", "properties": {"name": "EPSG:5773"}},
        [1],
    ],
)
def test_a_crs_member_that_names_no_usable_system_is_refused(file, feature, member):
    write(file, [feature()], crs=member)
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(file, max_mb=40)
    assert refusal.value.code == "crs.unknown"


def test_a_number_beyond_all_decimals_is_refused(file):
    file.write_text('{"type": "FeatureCollection", "features": [{"a": 1e99999999999999999999}]}')
    with pytest.raises(DataError) as refusal:
        geojson.read_zones(file, max_mb=40)
    assert refusal.value.code == "file.bad_number"


def test_a_wrong_system_shows_in_the_position(file, feature):
    crs = {"type": "name", "properties": {"name": "EPSG:32631"}}
    place = {"type": "Point", "coordinates": [568262.924, 1255172.51]}
    write(file, [feature(geometry=place)], crs=crs)
    zones, issues = geojson.read_zones(file, max_mb=40)
    assert zones == []
    assert [one.code for one in issues] == ["zone.geometry_outside"]


def test_writing_is_byte_stable_in_any_order():
    zones = [zone_of("tn-ccn-b", "1.10"), zone_of("tn-ccn-a", None)]
    assert geojson.dumps(zones) == geojson.dumps(zones[::-1])


def test_written_zones_read_back(file):
    zones = [zone_of("tn-ccn-a", "45.4"), zone_of("tn-ccn-b", None, kind=Kind.KCN)]
    file.write_bytes(geojson.dumps(zones))
    again, issues = geojson.read_zones(file, max_mb=40)
    assert (again, issues) == (zones, [])


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    target = tmp_path / "zones.geojson"
    target.write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SetupError) as refusal:
        write_atomic(target, b"new")
    assert refusal.value.code == "file.not_writable"
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["zones.geojson"]


def test_reading_a_folder_says_so(tmp_path):
    with pytest.raises(DataError) as refusal:
        read_bytes(tmp_path, max_mb=40)
    assert refusal.value.code == "file.not_a_file"


def vector_file(tmp_path, driver, crs):
    """The committed zones of Thái Nguyên as a flat file in another system."""
    zones, _ = geojson.read_zones(ROOT / "data" / "zones.geojson", max_mb=40)
    chosen = [zone for zone in zones if zone.id.startswith("tn-ccn")]
    frame = gpd.GeoDataFrame(
        [tables.flat(zone) for zone in chosen],
        geometry=[zone.geometry for zone in chosen],
        crs="EPSG:4326",
    ).map(lambda value: float(value) if isinstance(value, Decimal) else value)
    frame = frame.drop(columns=["quote"]).assign(quote="…").set_geometry("geometry")
    if driver == "ESRI Shapefile":
        folder = tmp_path / "shp"
        folder.mkdir()
        moved = frame.to_crs(crs) if crs else frame.set_crs(None, allow_override=True)
        moved.to_file(folder / "khu.shp", driver=driver, encoding="UTF-8", engine="pyogrio")
        path = tmp_path / "khu.zip"
        import shutil

        shutil.make_archive(str(path.with_suffix("")), "zip", folder)
    else:
        path = tmp_path / "khu.gpkg"
        frame.to_crs(crs).to_file(path, driver=driver, engine="pyogrio")
    return path, chosen


@pytest.mark.filterwarnings("ignore:Column names longer than 10")
@pytest.mark.filterwarnings("ignore:Normalized/laundered")
@pytest.mark.filterwarnings("ignore:Value .* has been truncated")
@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:9213"])
def test_flat_files_of_other_formats_and_systems_are_read(tmp_path, driver, crs):
    path, chosen = vector_file(tmp_path, driver, crs)
    zones, issues = zone_files.read_zones(path, max_mb=40)
    assert [one.code for one in issues] == []
    assert [zone.name for zone in zones] == [zone.name for zone in chosen]
    for got, was in zip(zones, chosen, strict=True):
        assert unicodedata.is_normalized("NFC", got.name)
        assert float(got.area_planned_ha) == pytest.approx(float(was.area_planned_ha))
        assert got.geometry.distance(was.geometry) < 1e-7
        assert [d.code for d in got.districts] == [d.code for d in was.districts]


@pytest.mark.filterwarnings("ignore:Column names longer than 10")
@pytest.mark.filterwarnings("ignore:Normalized/laundered")
@pytest.mark.filterwarnings("ignore:Value .* has been truncated")
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_without_a_system_is_refused(tmp_path):
    path, _ = vector_file(tmp_path, "ESRI Shapefile", None)
    with pytest.raises(DataError) as refusal:
        zone_files.read_zones(path, max_mb=40)
    assert refusal.value.code in ("crs.missing", "crs.missing")


def test_csv_opens_in_a_spreadsheet_with_vietnamese_letters():
    content = tables.zones_csv([zone_of("tn-ccn-a", "45.4", name="CCN Đu – Động Đạt")])
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["name"] == "CCN Đu – Động Đạt"
    assert row["area_planned_ha"] == "45.4"
    assert row["area_let_ha"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1"])
def test_a_name_that_looks_like_a_formula_is_text_in_the_csv(name):
    content = tables.zones_csv([zone_of("tn-ccn-a", name=name)])
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["name"] == f"'{name}"
