"""Opening vector files: only what they say they are, never the network, never a traceback."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
import zipfile
from pathlib import Path

import geopandas as gpd
import pyproj
import pytest
from shapely import box

from geo import i18n
from geo.errors import DataError, UsageError
from geo.io import vector
from geo.io.crs_member import declared_crs
from geo.io.files import read_bytes
from geo.io.vector import list_layers, read_layer

SQUARE = box(105.8, 21.4, 105.9, 21.5)
LOCAL_CS = 'LOCAL_CS["site",UNIT["metre",1]]'
ENGCRS = (
    'ENGCRS["site",EDATUM["d"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],'
    'LENGTHUNIT["metre",1]]'
)


def units(**changes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"ma": ["172"], "ten": ["Phổ Yên"]} | changes, geometry=[SQUARE], crs=4326
    )


def geojson_file(folder: Path, name: str = "units.geojson", **members) -> Path:
    path = folder / name
    whole = json.loads(units().to_json()) | members
    path.write_text(json.dumps(whole), "utf-8")
    return path


def shapefile(folder: Path) -> Path:
    path = folder / "units.shp"
    units().to_file(path, engine="fiona")
    return path


def refused(path: Path, **options) -> DataError:
    with pytest.raises(DataError) as refusal:
        read_layer(path, options.get("layer"), None, 40)
    texts = {i18n.error_text(refusal.value, lang) for lang in i18n.LANGUAGES}
    assert len(texts) == 2
    for text in texts:
        assert len(text) < 1000
        assert " at 0x" not in text
        text.encode("utf-8")
    return refusal.value


# What GDAL would fetch


@pytest.fixture
def listener():
    """An address on this machine, and the connections that it saw."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    seen: list[object] = []
    stop = threading.Event()

    def accept():
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            seen.append(connection)
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/units.geojson", seen
    stop.set()
    thread.join()
    server.close()


def vrt(url: str) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="units"><SrcDataSource>/vsicurl/{url}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )


def stac(url: str) -> str:
    link = {"rel": "next", "href": url}
    return json.dumps({"type": "FeatureCollection", "stac_version": "1.0.0", "links": [link]})


@pytest.mark.parametrize("content", [vrt, stac, lambda url: f"WFS:{url}"], ids=["vrt", "stac", "x"])
@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".vrt", ".json"])
def test_a_file_that_names_an_address_causes_no_request(tmp_path, listener, content, suffix):
    url, seen = listener
    path = tmp_path / f"units{suffix}"
    path.write_text(content(url))
    packed = tmp_path / "units.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, path.name)
    for file in (path, packed):
        with pytest.raises(DataError):
            read_layer(file, None, None, 40)
    assert seen == []


def test_a_geopackage_with_a_virtual_table_on_an_address_causes_no_request(tmp_path, listener):
    url, seen = listener
    path = tmp_path / "units.gpkg"
    units().to_file(path, engine="fiona")
    database = sqlite3.connect(path)
    database.execute("PRAGMA writable_schema=ON")
    database.execute(
        "INSERT INTO sqlite_master VALUES ('table','far','far',0,?)",
        (f"CREATE VIRTUAL TABLE far USING VirtualOGR('/vsicurl/{url}')",),
    )
    database.commit()
    database.close()
    read_layer(path, "units", None, 40)
    with pytest.raises((DataError, UsageError)):
        read_layer(path, "far", None, 40)
    assert seen == []


def test_another_format_is_refused_with_those_that_are_read(tmp_path):
    path = tmp_path / "units.gpkg"
    path.write_text("ma,ten\n172,Phổ Yên\n", "utf-8")
    error = refused(path)
    assert error.code == "file.kind"
    assert "Shapefile" in i18n.error_text(error, "vi")
    path.unlink()
    units().to_file(path, engine="fiona")  # the cure: the same layer as a real GeoPackage
    assert len(read_layer(path, None, None, 40)[0]) == 1


# The crs member of GeoJSON


BAD_MEMBERS = [
    {"type": "name", "properties": {"name": "EPSG:999999"}},
    {"type": "name", "properties": {"name": "EPSG:5773"}},
    {"type": "name", "properties": {"name": LOCAL_CS}},
    {"type": "name", "properties": {"name": 3405}},
    {"type": "name", "properties": {"name": "\ud800"}},
    {"type": "name", "properties": None},
    {"properties": None},
    {"type": "EPSG", "properties": {"code": True}},
    {"type": "link", "properties": {"href": "http://example.com/crs", "type": "proj4"}},
    "EPSG:3405",
    3405,
    [],
    False,
]


@pytest.mark.parametrize("member", BAD_MEMBERS, ids=repr)
def test_a_crs_member_that_is_not_known_is_refused(tmp_path, member):
    assert refused(geojson_file(tmp_path, crs=member)).code == "crs.unknown"
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert len(read_layer(geojson_file(tmp_path, crs=named), None, None, 40)[0]) == 1


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ({"type": "EPSG", "properties": {"code": 3405}}, 3405),
        ({"type": "EPSG", "properties": {"code": "3405"}}, 3405),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9213"}}, 9213),
        ({"type": "name", "properties": {"name": "EPSG:9218"}}, 9218),
        (None, None),
    ],
)
def test_a_crs_member_is_honoured_in_both_forms(tmp_path, member, code):
    found = declared_crs(member, "x")
    assert (found and found.to_epsg()) == code
    if code:
        frame, _ = read_layer(geojson_file(tmp_path, crs=member), None, None, 40)
        assert pyproj.CRS(frame.crs).to_epsg() == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "file.not_json"),
        (b'{"type": "FeatureCollection", "features": 5}', "file.broken"),
        (b'{"type":"\xff"}', "file.not_utf8"),
        (b'{"a":' * 100_000, "file.broken"),
        (b"[]", "file.kind"),
        (b"", "file.kind"),
    ],
    ids=["cut", "no-list", "latin", "deep", "list", "empty"],
)
def test_a_geojson_file_that_is_none_is_named(tmp_path, content, code):
    path = tmp_path / "units.geojson"
    path.write_bytes(content)
    assert refused(path).code in (code, "file.broken")


def test_a_byte_order_mark_before_geojson_is_accepted(tmp_path):
    path = geojson_file(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(read_layer(path, None, None, 40)[0]["ma"]) == ["172"]


# Coordinate systems that are none


@pytest.mark.parametrize(
    "prj",
    [LOCAL_CS, ENGCRS, "PROJCS[" * 5000, "GEOGCS[]", "\x00\x01", "VERT_CS" + LOCAL_CS[8:]],
    ids=["local", "engineering", "deep", "empty", "bytes", "vertical"],
)
def test_a_prj_without_positions_on_the_ground_is_refused(tmp_path, prj):
    path = shapefile(tmp_path)
    good = path.with_suffix(".prj").read_text()
    path.with_suffix(".prj").write_text(prj)
    assert refused(path).code in {"crs.unknown", "crs.missing", "boundary.crs_unsupported"}
    path.with_suffix(".prj").write_text(good)
    assert len(read_layer(path, None, None, 40)[0]) == 1


def test_a_height_system_is_refused(tmp_path):
    path = shapefile(tmp_path)
    wkt = pyproj.CRS("EPSG:5773").to_wkt("WKT1_GDAL")
    path.with_suffix(".prj").write_text(wkt)
    assert refused(path).code in {"crs.unknown", "crs.missing", "boundary.crs_unsupported"}


# Paths that are no files


@pytest.mark.parametrize("read", [lambda p: read_bytes(p, 40), lambda p: refused_by_vector(p)])
@pytest.mark.parametrize("kind", ["folder", "pipe", "zero", "link-to-zero"])
def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path, kind, read):
    path = tmp_path / "units.gpkg"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "zero":
        path = Path("/dev/zero")
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(DataError) as refusal:
        read(path)
    assert refusal.value.code == "file.not_a_file"


def refused_by_vector(path: Path) -> None:
    read_layer(path, None, None, 40)


def test_a_companion_that_is_a_pipe_is_refused_at_once(tmp_path):
    path = shapefile(tmp_path)
    path.with_suffix(".dbf").unlink()
    os.mkfifo(path.with_suffix(".dbf"))
    assert refused(path).code == "file.not_a_file"


def test_a_link_to_a_file_is_read(tmp_path):
    path = tmp_path / "link.geojson"
    path.symlink_to(geojson_file(tmp_path))
    assert len(read_layer(path, None, None, 40)[0]) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x" * 300 + ".gpkg", "file.unreadable"),
        ("units\ud800.gpkg", "file.not_found"),
        ("a\x00b.gpkg", "file.not_found"),
        ("file.txt/units.gpkg", "file.not_found"),
    ],
    ids=["long", "surrogate", "null", "under-a-file"],
)
def test_a_name_that_cannot_be_is_refused(tmp_path, name, code):
    (tmp_path / "file.txt").write_text("")
    assert refused(tmp_path / name).code == code
    with pytest.raises(DataError) as refusal:
        read_bytes(tmp_path / name, 40)
    assert refusal.value.code == code


def test_a_folder_that_may_not_be_entered_is_said(tmp_path, monkeypatch):
    path = geojson_file(tmp_path)

    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", deny)
    with pytest.raises(DataError) as refusal:
        read_layer(path, None, None, 40)
    assert (refusal.value.code, refusal.value.params["reason"]) == (
        "file.unreadable",
        "Permission denied",
    )


# Archives


def test_one_geojson_in_an_archive_is_read_whatever_lies_beside_it(tmp_path):
    member = {"type": "EPSG", "properties": {"code": 3405}}
    path = tmp_path / "{zone}! a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(geojson_file(tmp_path, crs=member), "ranh giới/huyện!.geojson")
        archive.writestr("package.json", '{"name": "x"}')
        archive.writestr("__MACOSX/._units.geojson", b"\x00\x05")
        archive.writestr("README.txt", "x")
    frame, layer = read_layer(path, None, None, 40)
    assert list(frame["ten"]) == ["Phổ Yên"]
    assert pyproj.CRS(frame.crs).to_epsg() == 3405
    assert layer.member == "ranh giới/huyện!.geojson"


def test_the_crs_member_is_looked_at_in_an_archive_too(tmp_path):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(geojson_file(tmp_path, crs="EPSG:3405"), "units.geojson")
    assert refused(path).code == "crs.unknown"


def archive_of(folder: Path) -> bytes:
    path = folder / "good.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(geojson_file(folder), "units.geojson")
    return path.read_bytes()


def test_an_archive_with_a_password_is_said(tmp_path):
    content = bytearray(archive_of(tmp_path))
    content[6] |= 1  # the flag in the local header and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "units.zip"
    path.write_bytes(content)
    assert refused(path).code == "file.encrypted"


@pytest.mark.parametrize("at", ["directory", "local", "data", "method", "cut"])
def test_a_damaged_archive_is_said(tmp_path, at):
    content = bytearray(archive_of(tmp_path))
    directory = content.index(b"PK\x01\x02")
    if at == "cut":
        del content[directory:]
    elif at == "directory":
        content[directory + 2] = 0
    elif at == "method":
        content[directory + 10] = 77
    else:
        content[{"local": 30, "data": 80}[at]] ^= 0xFF
    path = tmp_path / "units.zip"
    path.write_bytes(content)
    assert refused(path).code in {"file.broken", "file.not_utf8", "file.not_json"}


def test_an_archive_without_boundaries_is_said(tmp_path):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.txt", "x")
    assert refused(path).code == "file.zip_without"


def test_an_archive_of_very_many_files_is_refused_in_few_words(tmp_path):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.geojson", "{}")
    error = refused(path)
    assert (error.code, error.params["count"]) == ("file.layers_many", 20_000)


def test_many_layers_are_named_in_part(tmp_path):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30):
            archive.write(geojson_file(tmp_path), f"layer{number:02}.geojson")
    assert len(list_layers(path)) == 30
    with pytest.raises(UsageError) as refusal:
        read_layer(path, None, None, 40)
    assert refusal.value.params["layers"][-1] == "… (+10)"
    assert len(refusal.value.params["layers"]) == vector.SHOWN_LAYERS + 1
    with pytest.raises(UsageError) as refusal:
        read_layer(path, "\ud800", None, 40)
    i18n.error_text(refusal.value, "vi").encode("utf-8")
    assert len(read_layer(path, "layer07", None, 40)[0]) == 1


def test_two_layers_of_one_name_are_not_chosen_from_by_chance(tmp_path):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder in ("huyen", "xa"):
            archive.write(geojson_file(tmp_path), f"{folder}/units.geojson")
    with pytest.raises(UsageError) as refusal:
        read_layer(path, "units", None, 40)
    assert refusal.value.code == "file.layer_twice"


def test_an_encoding_that_does_not_exist_is_said(tmp_path):
    path = shapefile(tmp_path)
    with pytest.raises(DataError) as refusal:
        read_layer(path, None, "no-such-code-page", 40)
    assert refusal.value.code == "file.broken"


def test_the_words_of_gdal_come_without_its_objects_and_folders(tmp_path):
    path = tmp_path / "units.gpkg"
    path.write_bytes(b"SQLite format 3\x00" + b"\x00" * 200)
    detail = str(refused(path).params["detail"])
    assert str(tmp_path) not in detail
    assert "<" not in detail
    error = ValueError(f"Null layer: <closed Collection '{path}:a', mode 'r' at 0x7ff5e39efa90> a")
    assert vector._readable(error, path) == "Null layer: a"
