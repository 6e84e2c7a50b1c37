"""A province's own boundaries: every format taken, every fault refused with its cure."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely import box

from geo import __version__, i18n
from geo.boundaries import import_boundaries, importer, lock, remove_set, verify
from geo.districts import UnitRegister, load_boundaries, load_sets
from geo.errors import DataError, SetupError, UsageError
from geo.io import files as io_files
from geo.io.vector import list_layers

BOUNDARIES = Path(__file__).resolve().parent.parent / "data" / "boundaries"
VN2000 = "EPSG:9213"  # TM-3 of Thái Nguyên, metres
NAMES = ["Thị xã Phổ Yên", "Thành phố Sông Công"]


@pytest.fixture
def out(tmp_path) -> Path:
    return Path(shutil.copytree(BOUNDARIES, tmp_path / "boundaries"))


def square(east_m: float, north_m: float):
    """1 km² in VN-2000 metres, its lower left corner that far from 440 000 E, 2 370 000 N."""
    east, north = 440_000 + east_m, 2_370_000 + north_m
    return box(east, north, east + 1000, north + 1000)


def two_units(**changes) -> gpd.GeoDataFrame:
    """Two neighbours of 100 ha each."""
    values = {"ma": ["172", "165"], "ten": NAMES} | changes
    shapes = values.pop("shapes", [square(0, 0), square(1000, 0)])
    return gpd.GeoDataFrame(values, geometry=shapes, crs=VN2000)


def zipped(path: Path, folder: str = "") -> Path:
    """A Shapefile and its companions in an archive."""
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as made:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part != archive:
                made.write(part, folder + part.name)
    return archive


def save(frame: gpd.GeoDataFrame, folder: Path, kind: str) -> Path:
    """`frame` as a file of that kind."""
    suffix = {"geojson": ".geojson", "gpkg": ".gpkg"}.get(kind, ".shp")
    path = folder / f"units{suffix}"
    if kind == "geojson":
        frame.to_crs(4326).to_file(path, engine="fiona")
    elif kind == "gpkg":
        frame.to_file(path, engine="fiona")
    else:
        frame.to_file(path, engine="fiona", encoding="cp1258" if "1258" in kind else "utf-8")
    if "zip" in kind:
        return zipped(path, "ranh gioi/" if "nested" in kind else "")
    return path


def take(file: Path, out: Path, **changes):
    options = {
        "vintage": "2020-khao-sat",
        "out_dir": out,
        "source": "Sở Tài nguyên và Môi trường",
        "licence": "Dùng nội bộ",
        "province_code": "19",
    }
    return import_boundaries(file, **options | changes)


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def codes(report) -> list[str]:
    return [issue.code for issue in report.issues]


KINDS = ["geojson", "gpkg", "shp", "shp-zip", "shp-zip-nested", "shp-1258", "shp-1258-zip"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_units(tmp_path, out, kind):
    report = take(save(two_units(), tmp_path, kind), out)
    assert (report.accepted, report.features, report.issues) == (True, 2, ())
    made = load_boundaries(out, "districts-2020-khao-sat")
    columns = ["full_name", "type", "name_ascii", "province_code", "province_2025_code"]
    assert made[columns].to_numpy().tolist() == [
        ["thành phố Sông Công", "thành phố", "Song Cong", "19", "19"],
        ["thị xã Phổ Yên", "thị xã", "Pho Yen", "19", "19"],
    ]
    assert list(made.index) == ["165", "172"]
    assert list(made["area_km2"]) == [1.0, 1.0]
    back = made.geometry.to_crs(VN2000)["172"]
    assert back.bounds == pytest.approx((440_000, 2_370_000, 441_000, 2_371_000), abs=0.05)
    assert verify(out) == []


def test_texts_of_code_page_1258_keep_their_last_letter(tmp_path):
    """GDAL's own conversion loses it: "Phổ Yên" became "Phổ Yê" and the column ten became te."""
    from geo.io.vector import read_layer

    frame, _ = read_layer(save(two_units(), tmp_path, "shp-1258"), None, None, 40)
    assert list(frame.columns) == ["ma", "ten", "geometry"]
    assert list(frame["ten"]) == NAMES


def test_the_import_is_recorded(tmp_path, out):
    at = dt.datetime(2026, 11, 20, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    path = save(two_units(), tmp_path, "gpkg")
    report = take(path, out, actor="lan", now=at)
    entry = load_sets(out).get("districts-2020-khao-sat")
    assert entry.record["import"] == {
        "file": "units.gpkg",
        "sha256": report.sha256,
        "layer": "units",
        "crs": "VN-2000 / TM-3 106-30",
        "actor": "lan",
        "code_version": __version__,
        "at": "2026-11-20T01:30:00+00:00",
    }
    assert entry.attribution["vi"] == "Sở Tài nguyên và Môi trường; Dùng nội bộ"
    assert entry.imported


def test_the_new_vintage_joins_the_register(tmp_path, out):
    take(save(two_units(), tmp_path, "gpkg"), out)
    register = UnitRegister.load(out)
    unit = register.get("172", "2020-khao-sat")
    assert unit.full_name == "thị xã Phổ Yên"
    assert register.to_boundary(unit) == ("2020-khao-sat", "172")
    assert register.vintages_of("172") == ["2010", "2016", "2020-khao-sat"]


def test_an_imported_set_can_be_removed_and_leaves_nothing(tmp_path, out):
    before = state(out)
    take(save(two_units(), tmp_path, "gpkg"), out)
    assert sorted(set(state(out)) - set(before)) == [
        "districts-2020-khao-sat.geojson",
        "units-districts-2020-khao-sat.csv",
    ]
    remove_set(out, "districts-2020-khao-sat")
    assert state(out) == before


def test_a_set_of_the_project_cannot_be_removed(out):
    with pytest.raises(UsageError) as refusal:
        remove_set(out, "districts-2016")
    assert refusal.value.code == "boundary.set_fixed"


def test_provinces_are_taken_too(tmp_path, out):
    frame = two_units(
        ma=["6", "19"],
        ten=["Tỉnh Bắc Kạn", "Tỉnh Thái Nguyên"],
        shapes=[square(-9000, 80_000), square(0, 0)],
    )
    report = take(save(frame, tmp_path, "gpkg"), out, level="province", province_code=None)
    assert (report.set_id, report.accepted) == ("provinces-2020-khao-sat", True)
    assert codes(report) == ["boundary.code_padded"]
    unit = UnitRegister.load(out).get("06", "2020-khao-sat", "province")
    assert (unit.full_name, unit.province_2025_code) == ("tỉnh Bắc Kạn", "19")


@pytest.mark.parametrize("values", [[58, 165], [58.0, 165.0], ["58", "165"]], ids=repr)
def test_a_lost_leading_zero_is_put_back_and_said(tmp_path, out, values):
    report = take(save(two_units(ma=values), tmp_path, "gpkg"), out)
    assert report.accepted
    (issue,) = report.issues
    assert (issue.code, issue.row, issue.value) == ("boundary.code_padded", 1, "58")
    assert issue.params == {"read_as": "058"}
    assert list(load_boundaries(out, report.set_id).index) == ["058", "165"]


# Bad ones are refused whole


BOW_TIE = shapely.Polygon(
    [
        (440_000, 2_370_000),
        (441_000, 2_371_000),
        (441_000, 2_370_000),
        (440_000, 2_371_000),
    ]
)
NORTH_FIRST = [
    shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in (square(0, 0), square(1000, 0))
]


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ({"shapes": [square(0, 0), square(900, 0)]}, ["boundary.overlap"]),
        ({"ma": ["172", "172"]}, ["boundary.code_duplicate"] * 2),
        ({"ma": ["172", None]}, ["boundary.code_missing"]),
        ({"ma": ["172", "TN-165"]}, ["boundary.code_malformed"]),
        ({"ten": ["Phổ Yên", ""]}, ["boundary.name_missing"]),
        ({"ten": ["Phổ Yên", "S\u00c3\u00b4ng C\u00f4ng\u0099"]}, ["boundary.name_encoding"]),
        ({"ten": ["Phổ Yên", "Ðại Từ"]}, ["boundary.name_encoding"]),
        ({"shapes": [BOW_TIE, square(1000, 0)]}, ["boundary.geometry_invalid"]),
        ({"shapes": [square(0, 0), None]}, ["boundary.geometry_empty"]),
        ({"shapes": [square(0, 0), square(0, 0).boundary]}, ["boundary.geometry_type"]),
        ({"shapes": NORTH_FIRST}, ["boundary.swapped"]),
        ({"shapes": [square(0, 0), square(0, 2_000_000)]}, ["boundary.outside"]),
    ],
    ids=[
        "overlap",
        "duplicate-code",
        "no-code",
        "malformed-code",
        "no-name",
        "mojibake",
        "icelandic-letter",
        "invalid-ring",
        "no-shape",
        "line",
        "swapped",
        "outside",
    ],
)
def test_a_bad_file_changes_nothing_and_its_cure_is_taken(tmp_path, out, bad, expected):
    before = state(out)
    report = take(save(two_units(**bad), tmp_path, "gpkg"), out)
    assert (report.accepted, codes(report)) == (False, expected)
    assert state(out) == before
    for issue in report.issues:
        assert i18n.issue_text(issue, "vi") != i18n.issue_text(issue, "en")
    cured = take(save(two_units(), tmp_path, "geojson"), out)
    assert (cured.accepted, cured.issues) == (True, ())


def test_an_overlap_says_which_units_and_how_much(tmp_path, out):
    shapes = [square(0, 0), square(900, 0)]
    (issue,) = take(save(two_units(shapes=shapes), tmp_path, "gpkg"), out).issues
    assert (issue.params["first"], issue.params["second"]) == ("172", "165")
    assert issue.params["area_ha"] == pytest.approx(10, rel=1e-3)
    assert "172" in i18n.issue_text(issue, "vi")


def test_slivers_of_digitising_pass(tmp_path, out):
    """An overlap of 0.5 m by 1000 m is 0.05 ha, under the tolerance of 0.1 ha."""
    report = take(save(two_units(shapes=[square(0, 0), square(999.5, 0)]), tmp_path, "gpkg"), out)
    assert (report.accepted, report.issues) == (True, ())
    assert verify(out) == []


def test_a_gap_is_reported_but_does_not_refuse(tmp_path, out):
    places = [(e, n) for e in (0, 1000, 2000) for n in (0, 1000, 2000) if (e, n) != (1000, 1000)]
    frame = gpd.GeoDataFrame(
        {"ma": [f"{n:03}" for n in range(8)], "ten": [f"Huyện {n}" for n in range(8)]},
        geometry=[square(*place) for place in places],
        crs=VN2000,
    )
    report = take(save(frame, tmp_path, "gpkg"), out)
    assert (report.accepted, codes(report)) == (True, ["boundary.gap"])
    assert report.issues[0].params["area_ha"] == pytest.approx(100, rel=1e-3)


def test_an_unknown_province_is_refused_and_a_column_may_give_it(tmp_path, out):
    path = save(two_units(tinh=["19", "99"]), tmp_path, "gpkg")
    refused = take(path, out, province_field="tinh")
    assert [(i.code, i.row, i.value) for i in refused.issues] == [
        ("boundary.province_unknown", "165", "99")
    ]
    assert take(path, out, province_code="19").accepted


def test_without_a_crs_a_file_is_refused_and_the_prj_cures_it(tmp_path, out):
    path = save(two_units(), tmp_path, "shp")
    prj = path.with_suffix(".prj")
    declared = prj.read_text()
    prj.unlink()
    before = state(out)
    with pytest.raises(DataError) as refusal:
        take(path, out)
    assert (refusal.value.code, refusal.value.params) == ("crs.missing", {"file": "units.shp"})
    assert state(out) == before
    prj.write_text(declared)
    assert take(path, out).accepted


def test_names_read_in_the_wrong_encoding_are_refused_and_the_option_cures_it(tmp_path, out):
    """UTF-8 without a .cpg is read as Latin-1, and its second bytes show."""
    path = save(two_units(), tmp_path, "shp")
    path.with_suffix(".cpg").unlink()
    refused = take(path, out)
    assert set(codes(refused)) == {"boundary.name_encoding"}
    cured = take(path, out, encoding="utf-8")
    assert cured.accepted
    assert load_boundaries(out, cured.set_id).at["172", "name"] == "Phổ Yên"


def test_several_layers_must_be_chosen_from(tmp_path, out):
    path = tmp_path / "tinh.gpkg"
    two_units().to_file(path, engine="fiona", layer="huyen")
    two_units(shapes=[square(0, 0), square(0, 0)]).to_file(path, engine="fiona", layer="xa")
    assert [layer.name for layer in list_layers(path)] == ["huyen", "xa"]
    with pytest.raises(UsageError) as refusal:
        take(path, out)
    assert refusal.value.code == "file.layer_choice"
    assert refusal.value.params["layers"] == ["huyen", "xa"]
    with pytest.raises(UsageError) as refusal:
        take(path, out, layer="tinh")
    assert refusal.value.code == "file.layer_unknown"
    assert take(path, out, layer="huyen").accepted


def test_a_column_that_is_not_there_is_refused_with_the_columns(tmp_path, out):
    path = save(two_units().rename(columns={"ma": "id_don_vi"}), tmp_path, "gpkg")
    with pytest.raises(UsageError) as refusal:
        take(path, out)
    assert refusal.value.code == "boundary.field_choice"
    assert refusal.value.params == {"option": "code_field", "fields": ["id_don_vi", "ten"]}
    with pytest.raises(UsageError) as refusal:
        take(path, out, code_field="ma")
    assert refusal.value.code == "boundary.field_unknown"
    assert take(path, out, code_field="id_don_vi").accepted


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"vintage": "2016"}, "boundary.vintage_exists"),
        ({"vintage": "2010"}, "boundary.vintage_exists"),
        ({"vintage": "../2020"}, "boundary.vintage"),
        ({"vintage": "2020 mới"}, "boundary.vintage"),
        ({"level": "commune"}, "boundary.level"),
        ({"licence": " "}, "boundary.credit_required"),
        ({"source": ""}, "boundary.credit_required"),
    ],
)
def test_bad_options_are_refused(tmp_path, out, options, code):
    before = state(out)
    with pytest.raises(UsageError) as refusal:
        take(save(two_units(), tmp_path, "gpkg"), out, **options)
    assert refusal.value.code == code
    assert state(out) == before


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("units.geojson", b"{", "file.broken"),
        ("units.gpkg", b"SQLite format 3\x00", "file.broken"),
        ("units.zip", b"PK\x05\x06" + b"\x00" * 18, "file.zip_without"),
        ("units.shp", b"", "file.kind"),
        ("units.geojson", None, "file.not_found"),
        (
            "units.geojson",
            b'{"type":"FeatureCollection","features":[]}',
            "file.empty",
        ),
    ],
    ids=["json", "gpkg", "empty-zip", "empty-shp", "missing", "no-features"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, out, name, content, code):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        take(path, out)
    assert refusal.value.code == code
    assert refusal.value.params["file"].endswith(name)


def test_a_file_over_the_limit_is_refused_by_its_unpacked_size(tmp_path, out):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("units.geojson", b" " * 3_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(DataError) as refusal:
        take(path, out, max_mb=2)
    assert refusal.value.code == "file.too_large"
    assert refusal.value.params == {"file": "units.zip", "mb": 3.0, "limit": 2}


@pytest.mark.parametrize("step", [0, 1, 2], ids=["features", "codes", "catalogue"])
def test_a_crash_while_writing_leaves_the_old_state_valid(tmp_path, out, monkeypatch, step):
    path = save(two_units(), tmp_path, "gpkg")
    before = load_sets(out)
    replace, calls = io_files.os.replace, []

    def crash(source, target):
        calls.append(target)
        if len(calls) > step:
            raise OSError(28, "power cut")
        replace(source, target)

    monkeypatch.setattr(io_files.os, "replace", crash)
    with pytest.raises(SetupError, match="power cut"):
        take(path, out)
    monkeypatch.undo()
    assert load_sets(out) == before
    assert verify(out) == []
    assert not [name for name in state(out) if name.startswith(".")]
    assert take(path, out).accepted


def test_a_rebuilt_catalogue_keeps_what_was_imported(tmp_path, out):
    take(save(two_units(), tmp_path, "gpkg"), out)
    from geo.boundaries.build import _imported

    assert [entry["id"] for entry in _imported(out)] == ["districts-2020-khao-sat"]


def test_the_file_written_is_plain_geojson_with_its_credit(tmp_path, out):
    take(save(two_units(), tmp_path, "gpkg"), out)
    text = (out / "districts-2020-khao-sat.geojson").read_text("utf-8")
    whole = json.loads(text)
    assert (whole["type"], whole["licence"]) == ("FeatureCollection", "Dùng nội bộ")
    assert len(text.splitlines()) == 4
    assert importer.DECIMALS == 7


# The province that is declared


def thai_nguyen(declared: str) -> gpd.GeoDataFrame:
    """Its nine districts of 2016 in VN-2000 metres of 106°30', declared as another system."""
    whole = load_boundaries(BOUNDARIES, "districts-2016")
    nine = whole[whole["province_code"] == "19"].to_crs(VN2000)
    values = {"ma": list(nine["code"]), "ten": list(nine["full_name"])}
    return gpd.GeoDataFrame(values, geometry=nine.geometry.to_numpy(), crs=declared)


@pytest.mark.parametrize(
    ("declared", "province"),
    [("EPSG:9218", "19"), (VN2000, "68"), ("EPSG:9218", "68")],
    ids=["meridian", "province", "both"],
)
def test_shapes_outside_their_province_are_refused_and_the_right_meridian_cures_it(
    tmp_path, out, declared, province
):
    before = state(out)
    refused = take(save(thai_nguyen(declared), tmp_path, "gpkg"), out, province_code=province)
    assert codes(refused) == ["boundary.outside_declared_province"] * 9
    assert not refused.accepted
    assert state(out) == before
    first = refused.issues[0]
    assert (first.row, first.params["share"]) == ("164", 100)
    assert f"({province})" in i18n.issue_text(first, "vi")
    (tmp_path / "cured").mkdir()
    cured = take(save(thai_nguyen(VN2000), tmp_path / "cured", "gpkg"), out)
    assert (cured.accepted, cured.issues) == (True, ())


def test_a_unit_partly_outside_its_province_is_a_warning(tmp_path, out):
    """Phổ Yên drawn as its bounds and 0.04° more, which reaches into the neighbouring provinces."""
    whole = load_boundaries(BOUNDARIES, "districts-2016")
    shape = whole.geometry["172"].union(
        shapely.box(*whole.geometry["172"].bounds).buffer(0.04, join_style="mitre")
    )
    frame = gpd.GeoDataFrame({"ma": ["172"], "ten": ["Phổ Yên"]}, geometry=[shape], crs=4326)
    report = take(save(frame, tmp_path, "gpkg"), out)
    assert (report.accepted, codes(report)) == (True, ["boundary.partly_outside"])
    assert 5 < report.issues[0].params["share"] <= 50


def test_every_committed_district_lies_in_its_province():
    whole = load_boundaries(BOUNDARIES, "districts-2016")
    provinces = load_boundaries(BOUNDARIES, "provinces-2016")
    declared = dict(whole["province_code"])
    assert list(importer.rules.check_provinces(whole, "x", declared, provinces)) == []


TM3_BY_PROVINCE = {"06": 9213, "19": 9213, "60": 9218, "66": 9218, "68": 5899}


@pytest.mark.parametrize("province", sorted(TM3_BY_PROVINCE))
def test_every_province_of_the_plans_imports_in_its_own_system(tmp_path, out, province):
    whole = load_boundaries(BOUNDARIES, "districts-2016")
    own = whole[whole["province_code"] == province].to_crs(TM3_BY_PROVINCE[province])
    values = {"ma": list(own["code"]), "ten": list(own["full_name"])}
    frame = gpd.GeoDataFrame(values, geometry=own.geometry.to_numpy(), crs=own.crs)
    report = take(save(frame, tmp_path, "gpkg"), out, province_code=province)
    assert (report.accepted, report.issues) == (True, ())


def test_districts_need_their_province(tmp_path, out):
    path = save(two_units(tinh=["19", None]), tmp_path, "gpkg")
    with pytest.raises(UsageError) as refusal:
        take(path, out, province_code=None)
    assert refusal.value.code == "boundary.province_required"
    assert "--province-code" in i18n.error_text(refusal.value, "vi")
    refused = take(path, out, province_code=None, province_field="tinh")
    assert [(i.code, i.row) for i in refused.issues] == [("boundary.province_missing", "165")]
    assert take(path, out).accepted


# Shapes, codes and names that only seem good


@pytest.mark.parametrize("kind", ["tiny", "spike"])
def test_a_shape_that_collapses_when_rounded_is_refused(tmp_path, out, kind):
    if kind == "tiny":
        shape = box(105.87, 21.42, 105.87 + 1e-8, 21.42 + 1e-8)
    else:  # 1 km long, 0.1 mm wide
        shape = box(105.87, 21.42, 105.88, 21.42 + 1e-9)
    frame = gpd.GeoDataFrame({"ma": ["172"], "ten": ["Phổ Yên"]}, geometry=[shape], crs=4326)
    before = state(out)
    refused = take(save(frame, tmp_path, "gpkg"), out)
    assert (refused.accepted, codes(refused)) == (False, ["boundary.geometry_rounded"])
    assert state(out) == before
    assert take(save(two_units(), tmp_path, "geojson"), out).accepted
    assert verify(out) == []


def test_full_width_digits_are_no_code_and_no_vintage(tmp_path, out):
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    path = save(two_units(ma=["172".translate(full_width), "165"]), tmp_path, "gpkg")
    assert codes(take(path, out)) == ["boundary.code_malformed"]
    path = save(two_units(), tmp_path, "geojson")
    for vintage in ("2020".translate(full_width), "2020-" + "x" * 300, "2020\ud800"):
        with pytest.raises(UsageError) as refusal:
            take(path, out, vintage=vintage)
        assert refusal.value.code == "boundary.vintage"
        i18n.error_text(refusal.value, "vi").encode("utf-8")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["Thị xã Phá»• YÃªn", "Sông Công"], "boundary.name_encoding"),
        (["Th¸i Nguyªn", "Sông Công"], "boundary.name_encoding"),
        (["Th?i Nguy?n", "Sông Công"], "boundary.name_encoding"),
        (["\u200b\u200b", "Sông Công"], "boundary.name_encoding"),
        (["172", "Sông Công"], "boundary.name_digits"),
        (["Thái Nguyên", "Thái Nguyên"], "boundary.name_same"),
    ],
    ids=["utf-8", "tcvn3", "question", "zero-width", "digits", "same"],
)
def test_names_that_are_none_are_refused(tmp_path, out, names, code):
    refused = take(save(two_units(ten=names), tmp_path, "gpkg"), out)
    assert (refused.accepted, codes(refused)) == (False, [code])
    assert take(save(two_units(), tmp_path, "geojson"), out).accepted


def test_two_units_of_one_name_and_two_types_are_good(tmp_path, out):
    names = ["Thị xã Cai Lậy", "Huyện Cai Lậy"]
    assert take(save(two_units(ten=names), tmp_path, "gpkg"), out).accepted


def test_many_faults_of_one_kind_are_counted(tmp_path, out):
    many = 5000
    frame = gpd.GeoDataFrame(
        {"ma": [f"x{n}" for n in range(many)], "ten": [f"Huyện số {n}" for n in range(many)]},
        geometry=[square(0, 0)] + [None] * (many - 1),
        crs=VN2000,
    )
    report = take(save(frame, tmp_path, "gpkg"), out)
    found = codes(report)
    assert found.count("boundary.code_malformed") == importer.ISSUES_PER_CODE
    more = {i.params["kind"]: i.params["count"] for i in report.issues if i.code == "issues.more"}
    assert more["boundary.code_malformed"] == many - importer.ISSUES_PER_CODE
    assert not report.accepted


@pytest.mark.parametrize("field", ["source", "licence"])
def test_a_credit_with_a_lone_surrogate_is_refused(tmp_path, out, field):
    path = save(two_units(), tmp_path, "gpkg")
    with pytest.raises(UsageError) as refusal:
        take(path, out, **{field: "Sở \udce1"})
    assert refusal.value.code == "boundary.credit_broken"
    i18n.error_text(refusal.value, "vi").encode("utf-8")
    assert take(path, out, **{field: "Sở"}).accepted


# Several at once, and what a catalogue may name


def test_of_many_imports_of_one_vintage_at_once_one_succeeds(tmp_path, out):
    path = save(two_units(), tmp_path, "gpkg")

    def attempt(_):
        try:
            return take(path, out).accepted
        except UsageError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, range(4)))
    assert sorted(map(str, results)) == ["True", *["boundary.vintage_exists"] * 3]
    assert [entry.id for entry in load_sets(out)].count("districts-2020-khao-sat") == 1
    assert verify(out) == []


def test_a_folder_that_another_process_writes_to_is_busy_until_that_dies(out):
    code = (
        "import sys, time; from pathlib import Path; from geo.boundaries.lock import writing\n"
        "with writing(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    root = BOUNDARIES.parent.parent
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, cwd=root
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SetupError) as refusal, lock.writing(out, wait_s=0.1):
            pass
        assert refusal.value.code == "boundary.busy"
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    with lock.writing(out, wait_s=5):
        pass


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/hosts", "manual/notes.csv", "..", "", ".hidden", 5, "a\\b"]
)
@pytest.mark.parametrize("field", ["file", "units"])
def test_a_catalogue_that_leads_out_of_its_folder_deletes_nothing(tmp_path, out, name, field):
    take(save(two_units(), tmp_path, "gpkg"), out)
    outside = tmp_path / "outside.txt"
    outside.write_text("x")
    path = out / "sets.json"
    whole = json.loads(path.read_text("utf-8"))
    whole["sets"][-1][field] = name
    path.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(DataError) as refusal:
        remove_set(out, "districts-2020-khao-sat")
    assert refusal.value.code == "boundary.catalogue_broken"
    assert refusal.value.params["detail"] == f"sets[3].{field}"
    assert outside.exists()
    assert (out / "manual" / "notes.csv").exists()


def test_removing_a_set_keeps_the_files_that_others_use(tmp_path, out):
    take(save(two_units(), tmp_path, "gpkg"), out)
    path = out / "sets.json"
    whole = json.loads(path.read_text("utf-8"))
    whole["sets"][-1] |= {"file": "districts-2016.geojson", "units": "units.csv"}
    path.write_text(json.dumps(whole), "utf-8")
    remove_set(out, "districts-2020-khao-sat")
    assert (out / "districts-2016.geojson").exists()
    assert (out / "units.csv").exists()
