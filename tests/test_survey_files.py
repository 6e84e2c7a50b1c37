"""Surveyors' files: real ones written by GDAL and by hand, and what is wrong with bad ones."""

from __future__ import annotations

import os
import signal
import threading
import zipfile
from pathlib import Path

import fiona
import geopandas as gpd
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo import i18n
from geo.crs import geometry_area_ha, transformer
from geo.errors import DataError, KhuCumError, UsageError
from geo.io import opening
from geo.io.vector import SURVEY_DRIVERS, read_layer
from geo.survey import read_survey_file
from tests.conftest import tries
from tests.test_survey import EAST, EDITS, NORTH, TM3, codes, mutated, outline, readable, sound

SQUARE = box(EAST, NORTH, EAST + 1000, NORTH + 1000)
FAR = box(EAST + 3000, NORTH, EAST + 3500, NORTH + 1000)


def refusal(path, kind=DataError, **options):
    with pytest.raises(kind) as refused:
        read_survey_file(path, 5, **options)
    readable(refused.value)
    for lang in i18n.LANGUAGES:
        assert str(path.parent) not in i18n.error_text(refused.value, lang)
        assert "--" not in i18n.error_text(refused.value, lang)
    return refused.value


def degrees(*shapes):
    step = transformer(TM3)
    return [shapely.transform(one, step.transform, interleaved=False) for one in shapes]


def written(folder, suffix, shapes=(SQUARE,), crs=TM3, names=None, **options):
    """A file by GDAL's own writer for its suffix."""
    path = folder / f"ranh{suffix}"
    names = names or [f"Khu {n}" for n in range(1, len(shapes) + 1)]
    if suffix in (".kml", ".kmz", ".geojson"):
        shapes, crs = (degrees(*shapes) if crs == TM3 else shapes), "EPSG:4326"
    frame = gpd.GeoDataFrame({"ten": names}, geometry=list(shapes), crs=crs)
    if suffix in (".kml", ".kmz"):
        path = folder / "ranh.kml"
        path.write_text(kml(*shapes, names=names), "utf-8")
        return zipped(folder / "ranh.kmz", path) if suffix == ".kmz" else path
    if suffix == ".dxf":
        frame = frame[["geometry"]].assign(Layer=names).set_crs(None, allow_override=True)
    if suffix == ".zip":
        frame.to_file(folder / "ranh.shp", engine="fiona", encoding="utf-8")
        return zipped(path, *sorted(folder.glob("ranh.*")))
    frame.to_file(path, engine="pyogrio", **options)
    return path


def zipped(path, *parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.write(part, part.name)
    return path


def kml(*shapes, names=("Khu 1",) * 9, head=""):
    marks = "".join(
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{x!r},{y!r},12.5" for x, y in shape.exterior.coords)
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for shape, name in zip(shapes, names, strict=False)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{marks}</Document></kml>"
    )


def section(name, body=""):
    return f"  0\nSECTION\n  2\n{name}\n{body}  0\nENDSEC\n"


def dxf(*entities, blocks="", comment=""):
    parts = [section("HEADER"), section("BLOCKS", blocks), section("ENTITIES", "".join(entities))]
    return comment + "".join(parts) + "  0\nEOF\n"


def lwpolyline(points, layer="RANH GIỚI", closed=1):
    body = "".join(f" 10\n{x}\n 20\n{y}\n" for x, y in points)
    return f"  0\nLWPOLYLINE\n  8\n{layer}\n 90\n{len(points)}\n 70\n{closed}\n{body}"


def line(start, end):
    return (
        f"  0\nLINE\n  8\n0\n 10\n{start[0]}\n 20\n{start[1]}\n 30\n7.5\n"
        f" 11\n{end[0]}\n 21\n{end[1]}\n 31\n7.5\n"
    )


def text(at, words="M1"):
    return f"  0\nTEXT\n  8\nCHỮ\n 10\n{at[0]}\n 20\n{at[1]}\n 40\n2.5\n  1\n{words}\n"


RING = list(SQUARE.exterior.coords)[:-1]


def drawing(folder, *entities, **options):
    path = folder / "ranh.dxf"
    path.write_text(dxf(*entities, **options), "utf-8")
    return path


SUFFIXES = [".zip", ".shp", ".gpkg", ".geojson", ".kml", ".kmz", ".dxf"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_square_is_the_same_in_every_format(tmp_path, suffix):
    path = written(tmp_path, suffix)
    shape = sound(read_survey_file(path, 5, crs=TM3))
    assert shape.geometry.hausdorff_distance(outline()) < 1e-9
    assert (shape.corners, codes(shape), shape.candidates) == (4, [], ())
    assert shape.system == ("EPSG:4326" if suffix in (".kml", ".kmz", ".geojson") else TM3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_of_several_outlines_all_or_the_chosen_are_taken(tmp_path, suffix):
    path = written(tmp_path, suffix, (FAR, SQUARE), names=["Cụm nhỏ", "Khu lớn"])
    both = sound(read_survey_file(path, 5, crs=TM3))
    assert isinstance(both.geometry, MultiPolygon)
    assert codes(both) == ["survey.outlines_united"]
    assert [(one.number, one.name, round(one.area_ha)) for one in both.candidates] == [
        (2, "Khu lớn", 100), (1, "Cụm nhỏ", 50),
    ]  # fmt: skip
    one = sound(read_survey_file(path, 5, crs=TM3, choose=[2]))
    assert one.geometry.hausdorff_distance(outline()) < 1e-9
    assert (codes(one), len(one.candidates)) == ([], 2)
    error = refusal(path, UsageError, crs=TM3, choose=[3])
    assert error.code == "survey.candidate_unknown"


@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson", ".kml"])
def test_heights_are_left_out(tmp_path, suffix):
    path = written(tmp_path, suffix, [shapely.force_3d(SQUARE, 12.0)])
    assert not sound(read_survey_file(path, 5)).geometry.has_z


# Drawings


def test_a_closed_polyline_written_by_hand_is_read_and_its_texts_are_not(tmp_path):
    path = drawing(tmp_path, text(RING[0]), lwpolyline(RING), text(RING[1], "<b>x</b>"),
                   comment="999\nvẽ tay\n")  # fmt: skip
    shape = sound(read_survey_file(path, 5, crs=TM3))
    assert shape.geometry.hausdorff_distance(outline()) < 1e-9
    assert codes(shape) == []


def test_lines_end_on_end_enclose_an_outline(tmp_path):
    sides = [line(a, b) for a, b in zip(RING, RING[1:] + RING[:1], strict=True)]
    shape = sound(read_survey_file(drawing(tmp_path, *reversed(sides)), 5, crs=TM3))
    assert shape.geometry.equals(outline()) or shape.geometry.hausdorff_distance(outline()) < 1e-9


def test_an_open_polyline_is_refused_with_its_gap_and_closing_it_is_the_cure(tmp_path):
    error = refusal(drawing(tmp_path, lwpolyline(RING, closed=0)), crs=TM3)
    assert (error.code, error.params["gap"]) == ("survey.outline_open", 1000.0)
    sound(read_survey_file(drawing(tmp_path, lwpolyline([*RING, RING[0]], closed=0)), 5, crs=TM3))


def test_a_drawing_names_no_system_and_that_is_asked_for(tmp_path):
    path = drawing(tmp_path, lwpolyline(RING))
    assert refusal(path, UsageError).code == "survey.crs_needed"
    assert refusal(path, UsageError, crs="EPSG:32648").code == "survey.system_unknown"
    sound(read_survey_file(path, 5, crs=TM3))


def test_a_layer_of_a_drawing_can_be_chosen(tmp_path):
    path = drawing(tmp_path, lwpolyline(RING, "RANH"), lwpolyline(FAR.exterior.coords, "NHÀ"))
    one = sound(read_survey_file(path, 5, crs=TM3, layer="RANH"))
    assert one.geometry.hausdorff_distance(outline()) < 1e-9
    error = refusal(path, UsageError, crs=TM3, layer="ranh")
    assert (error.code, error.params["layers"]) == ("file.layer_unknown", ["NHÀ", "RANH"])


def test_the_title_block_of_a_drawing_is_passed_over_and_said(tmp_path):
    frame = lwpolyline([(0, 0), (420, 0), (420, 297), (0, 297)], "KHUNG")
    shape = sound(read_survey_file(drawing(tmp_path, frame, lwpolyline(RING)), 5, crs=TM3))
    assert codes(shape) == ["survey.outlines_elsewhere"]
    assert shape.geometry.hausdorff_distance(outline()) < 1e-9
    assert refusal(drawing(tmp_path, frame), crs=TM3).code == "survey.not_coordinates"


def test_axes_the_other_way_round_are_mended_and_said(tmp_path):
    turned = [(y, x) for x, y in RING]
    shape = sound(read_survey_file(drawing(tmp_path, lwpolyline(turned)), 5, crs=TM3))
    assert codes(shape) == ["survey.axes_swapped"]
    assert shape.geometry.hausdorff_distance(outline()) < 1e-9
    swapped = [shapely.transform(one, lambda xy: xy[:, ::-1]) for one in degrees(SQUARE)]
    path = written(tmp_path, ".geojson", swapped, crs="EPSG:4326")
    assert codes(sound(read_survey_file(path, 5))) == ["survey.axes_swapped"]


def test_a_crossing_outline_is_refused_with_its_sides(tmp_path):
    bow = [RING[0], RING[2], RING[1], RING[3]]
    error = refusal(drawing(tmp_path, lwpolyline(bow)), crs=TM3)
    assert error.code == "survey.ring_crosses"
    assert {error.params["side"], error.params["other"]} in ({"1–2", "3–4"}, {"2–3", "4–1"})
    both = drawing(tmp_path, lwpolyline(bow), lwpolyline(FAR.exterior.coords))
    shape = sound(read_survey_file(both, 5, crs=TM3))
    assert codes(shape) == ["survey.outline_invalid", "survey.outlines_united"]
    assert geometry_area_ha(shape.geometry) == pytest.approx(50, abs=0.05)
    assert refusal(both, crs=TM3, choose=[1]).code == "survey.ring_crosses"


def block(name, body):
    return f"  0\nBLOCK\n  8\n0\n  2\n{name}\n 10\n0\n 20\n0\n{body}  0\nENDBLK\n"


def insert(name):
    return f"  0\nINSERT\n  8\n0\n  2\n{name}\n 10\n0\n 20\n0\n"


def test_blocks_within_blocks_do_not_grow(tmp_path):
    blocks = "".join(block(f"B{n}", insert(f"B{n + 1}") * 10) for n in range(12))
    blocks += block("B12", line(*RING[:2]))
    path = drawing(tmp_path, insert("B0"), lwpolyline(RING), blocks=blocks)
    shape = sound(read_survey_file(path, 5, crs=TM3))
    assert shape.geometry.hausdorff_distance(outline()) < 1e-9


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"AC1032\x00\x00", "file.dwg"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00", "file.dxf_binary"),
        (b"", "survey.kind"),
        (b"%PDF-1.7", "survey.kind"),
        (b"<html><body>kml</body></html>", "survey.kind"),
        (b"ten,x,y\n", "survey.kind"),
    ],
)
def test_other_formats_are_refused_with_a_way_on(tmp_path, head, code):
    path = tmp_path / "ranh.dxf"
    path.write_bytes(head)
    assert refusal(path, crs=TM3).code == code


def test_points_and_texts_alone_are_no_outline(tmp_path):
    assert refusal(drawing(tmp_path, text(RING[0])), crs=TM3).code == "survey.no_outline"
    path = written(tmp_path, ".gpkg", [Point(RING[0])])
    assert refusal(path).code == "survey.no_outline"
    path = tmp_path / "line.gpkg"
    gpd.GeoSeries([LineString(RING)], crs=TM3).to_file(path)
    assert refusal(path).code == "survey.outline_open"


def test_very_many_outlines_are_refused(tmp_path):
    entities = [lwpolyline([(EAST + n, NORTH), (EAST + n + 1, NORTH), (EAST + n, NORTH + 1)])
                for n in range(2001)]  # fmt: skip
    assert refusal(drawing(tmp_path, *entities), crs=TM3).code == "survey.outlines_many"


# Systems that files declare


ESRI = pyproj.CRS(TM3).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize(
    ("prj", "system", "said"),
    [
        (ESRI, TM3, []),
        (ESRI.replace("VN_2000_TM-3_108-15", "VN2000_108_15"), TM3, []),
        (ESRI.replace("D_Vietnam_2000", "D_WGS_1984").replace("GCS_VN-2000", "GCS_WGS_1984"),
         None, ["survey.datum"]),
    ],
    ids=["esri", "renamed", "wgs"],
)  # fmt: skip
def test_a_prj_is_recognised_however_it_is_spelt(tmp_path, prj, system, said):
    path = written(tmp_path, ".shp")
    path.with_suffix(".prj").write_text(prj)
    shape = sound(read_survey_file(path, 5))
    assert codes(shape) == said
    if system:
        assert shape.system == system
        assert shape.geometry.hausdorff_distance(outline()) < 1e-9
    else:
        assert 1e-4 < shape.geometry.hausdorff_distance(outline()) < 1e-2


def test_what_a_file_declares_comes_before_what_the_caller_thinks(tmp_path):
    path = written(tmp_path, ".shp")
    assert read_survey_file(path, 5, crs="EPSG:9218").system == TM3
    path.with_suffix(".prj").unlink()
    assert refusal(path, UsageError).code == "survey.crs_needed"
    assert read_survey_file(path, 5, crs="EPSG:9218").system == "EPSG:9218"


def test_metres_declared_as_degrees_are_refused(tmp_path):
    path = written(tmp_path, ".gpkg", crs="EPSG:4326")
    assert refusal(path).code == "survey.off_earth"


def test_several_layers_are_asked_about(tmp_path):
    path = tmp_path / "ranh.gpkg"
    for name in ("quy hoạch", "hiện trạng"):
        gpd.GeoSeries([SQUARE], crs=TM3).to_file(path, layer=name)
    error = refusal(path, UsageError)
    assert (error.code, error.params["layers"]) == (
        "survey.layer_choice",
        ["quy hoạch", "hiện trạng"],
    )
    sound(read_survey_file(path, 5, layer="hiện trạng"))


# Hostile files


@pytest.mark.parametrize(
    "head",
    ['<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
     '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">',
     '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
    ids=["growing", "external", "file"],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True], ids=["kml", "kmz"])
def test_kml_with_entities_never_reaches_gdal(tmp_path, monkeypatch, head, packed):
    path = tmp_path / "ranh.kml"
    path.write_text(kml(*degrees(SQUARE), head=head), "utf-8")
    file = zipped(tmp_path / "ranh.kmz", path) if packed else path
    opened = []
    monkeypatch.setattr(fiona, "open", lambda *given, **_: opened.append(given))
    with pytest.raises(DataError) as refused:
        read_layer(file, None, None, 5, SURVEY_DRIVERS)
    assert refused.value.code == "file.xml_entities"
    assert opened == []
    assert refusal(file).code == "file.xml_entities"


def test_kml_in_another_encoding_hides_nothing(tmp_path):
    path = tmp_path / "ranh.kml"
    hidden = kml(*degrees(SQUARE), head="<!DOCTYPE kml [<!ENTITY a 'b'>]>")
    path.write_bytes(b"<kml " + hidden.encode("utf-16-le"))
    assert refusal(path).code == "file.xml_entities"
    path.write_bytes(hidden.encode("utf-16"))
    assert refusal(path).code == "survey.kind"


@pytest.mark.parametrize(
    "name", ["../ranh.geojson", "/etc/ranh.geojson", "a/../../ranh.geojson", "..\\ranh.geojson",
             "C:\\ranh.geojson", "\\\\host\\ranh.geojson"],
)  # fmt: skip
def test_names_that_lead_out_of_an_archive_are_refused(tmp_path, name):
    inside = written(tmp_path, ".geojson")
    path = tmp_path / "ranh.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, inside.read_bytes())
    assert refusal(path).code == "file.zip_path"
    zipped(path, inside)
    sound(read_survey_file(path, 5))


@pytest.mark.parametrize("suffix", ["kml", "dxf", "geojson"])
def test_an_archive_that_grows_is_not_unpacked(tmp_path, suffix):
    path = tmp_path / "ranh.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"ranh.{suffix}", b"<kml>" + b" " * 50_000_000)
    assert path.stat().st_size < 100_000
    assert refusal(path, crs=TM3).code == "file.too_large"


@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson", ".kml", ".dxf"])
def test_a_file_cut_short_is_said(tmp_path, suffix):
    path = written(tmp_path, suffix)
    whole = path.read_bytes()
    for part in (0.2, 0.5, 0.8):
        path.write_bytes(whole[: int(len(whole) * part)])
        try:
            shape = read_survey_file(path, 5, crs=TM3)
        except KhuCumError as error:
            readable(error)
        else:
            sound(shape)
    path.write_bytes(whole)
    sound(read_survey_file(path, 5, crs=TM3))


@pytest.mark.parametrize("bad", ["NaN", "1e308", "Infinity", "-1e308"])
def test_coordinates_that_are_no_places_are_refused(tmp_path, bad):
    path = written(tmp_path, ".geojson")
    whole = path.read_text("utf-8")
    number = str(degrees(SQUARE)[0].exterior.coords[1][0])[:8]
    assert number in whole
    at = whole.index(number)
    end = min(whole.index(mark, at) for mark in ",]" if mark in whole[at:])
    path.write_text(whole[:at] + bad + whole[end:], "utf-8")
    try:
        shape = read_survey_file(path, 5)
    except DataError as error:
        readable(error)
    else:
        sound(shape)
    path = drawing(tmp_path, lwpolyline([*RING[:3], (bad, NORTH)]))
    assert refusal(path, crs=TM3).code.startswith("survey.")


SEEDS: dict[str, bytes] = {}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    for suffix in (".zip", ".gpkg", ".geojson", ".kml", ".dxf"):
        folder = tmp_path_factory.mktemp("seed")
        SEEDS[suffix] = written(folder, suffix, (SQUARE, FAR)).read_bytes()
    return tmp_path_factory.mktemp("mutated")


@settings(max_examples=tries(120), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([".geojson", ".kml", ".dxf"]), EDITS)
def test_a_mutated_text_file_is_refused_or_gives_a_sound_shape(seeds, suffix, edits):
    content = mutated(SEEDS[suffix].decode("utf-8"), edits).encode("utf-8", "surrogatepass")
    outcome(seeds / f"ranh{suffix}", content)


@settings(max_examples=tries(80), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([".zip", ".gpkg"]),
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 255)), max_size=30),
)
def test_a_mutated_binary_file_is_refused_or_gives_a_sound_shape(seeds, suffix, edits):
    content = bytearray(SEEDS[suffix])
    for at, value in edits:
        content[at % len(content)] = value
    outcome(seeds / f"ranh{suffix}", bytes(content))


def outcome(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        shape = read_survey_file(path, 5, crs=TM3)
    except KhuCumError as error:
        readable(error)
    else:
        sound(shape)


def test_a_file_that_ends_its_reader_is_refused_and_the_next_one_is_read(tmp_path):
    path = written(tmp_path, ".gpkg")
    opener = opening.Opener()
    given = (path, None, None, 5, SURVEY_DRIVERS, None)
    opener.read_layer(*given)
    os.kill(opener._child.pid, signal.SIGSTOP)  # at work when it dies
    threading.Timer(0.3, os.kill, (opener._child.pid, signal.SIGKILL)).start()
    with pytest.raises(DataError) as refused:
        opener.read_layer(*given)
    assert refused.value.code == "file.broken"
    assert len(opener.read_layer(*given)[0]) == 1


def test_a_file_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    path = written(tmp_path, ".gpkg")
    opener = opening.Opener()
    given = (path, None, None, 5, SURVEY_DRIVERS, None)
    opener.read_layer(*given)
    monkeypatch.setattr(opening, "SECONDS", 0.2)
    os.kill(opener._child.pid, signal.SIGSTOP)
    with pytest.raises(DataError) as refused:
        opener.read_layer(*given)
    assert refused.value.code == "file.broken"


def test_a_hole_stays_a_hole(tmp_path):
    inner = box(EAST + 250, NORTH + 250, EAST + 750, NORTH + 750)
    path = written(tmp_path, ".gpkg", [Polygon(SQUARE.exterior, [inner.exterior])])
    shape = sound(read_survey_file(path, 5))
    assert (shape.corners, round(geometry_area_ha(shape.geometry))) == (8, 75)


@pytest.mark.parametrize("name", ["geometry", "fid", "Layer", ""])
def test_a_property_of_any_name_does_no_harm(tmp_path, name):
    path = written(tmp_path, ".geojson")
    path.write_text(path.read_text("utf-8").replace('"ten"', f'"{name}"'), "utf-8")
    try:
        shape = read_survey_file(path, 5)
    except KhuCumError as error:
        readable(error)
        assert name == "geometry"
    else:
        assert sound(shape).corners == 4
