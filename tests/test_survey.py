"""Corner tables, VN-2000 systems and the preview, on squares that a reader can check by hand.

SQUARE is 1 km by 1 km about the test point of the EPSG registry: X 1 255 172.51,
Y 568 262.924 with central meridian 108°15' is 11.349358° N, 108.877201° E.
"""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import geopandas as gpd
import openpyxl
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj.database import query_crs_info
from shapely import MultiPolygon, Point, Polygon, box

from geo import i18n
from geo.crs import geometry_area_ha, transformer
from geo.districts import UnitRegister
from geo.errors import DataError, KhuCumError, UsageError
from geo.issues import Severity
from geo.survey import (
    MERIDIANS,
    assess,
    corner_table,
    fits,
    load_province_systems,
    read_corners,
    reinterpret,
    system_name,
    systems_of,
)
from geo.survey.numbers import read_degrees, read_metres
from geo.survey.systems import EASTING_M, LATITUDE, LONGITUDE, NORTHING_M, longitude
from geo.text import name_key
from tests.conftest import ROOT, tries

TM3 = "EPSG:9217"
NORTH, EAST = 1_255_172.51, 568_262.92
CORNERS = [
    ("1", NORTH, EAST),
    ("2", NORTH, EAST + 1000),
    ("3", NORTH + 1000, EAST + 1000),
    ("4", NORTH + 1000, EAST),
]


def table(corners=CORNERS, head="Điểm\tX (m)\tY (m)\n", mark="\t", write="{:.2f}".format):
    lines = [mark.join((label, write(north), write(east))) for label, north, east in corners]
    return head + "\n".join(lines)


def vietnamese(value):
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def codes(shape):
    return [found.code for found in shape.issues]


def readable(error):
    """An error has its sentence in both languages, with every part filled in."""
    for lang in i18n.LANGUAGES:
        text = i18n.error_text(error, lang)
        assert text != f"error.{error.code}"
        text.encode("utf-8")
        assert len(text) < 2500


def refusal(content, system=TM3, kind=DataError):
    with pytest.raises(kind) as refused:
        read_corners(content, system=system)
    readable(refused.value)
    return refused.value


def sound(shape):
    geometry = shape.geometry
    assert geometry.geom_type in ("Polygon", "MultiPolygon")
    assert geometry.is_valid
    assert not geometry.has_z
    assert geometry_area_ha(geometry) > 0
    assert geometry.equals_exact(shapely.orient_polygons(geometry))
    for found in shape.issues:
        for lang in i18n.LANGUAGES:
            assert i18n.issue_text(found, lang) != f"issue.{found.code}"
    return shape


# Numbers


@pytest.mark.parametrize(
    "text",
    ["1.255.172,51", "1,255,172.51", "1255172.51", "1255172,51", "1 255 172,51", "1 255 172.51",
     "1\u00a0255\u00a0172,51", "1'255'172.51", "1255172.51 m", "X = 1255172.51",
     "１２５５１７２.51",
     "1.255.172.51"],
)  # fmt: skip
def test_a_northing_is_read_however_it_is_written(text):
    assert read_metres(text, NORTHING_M).value == 1255172.51


@pytest.mark.parametrize(
    ("text", "value", "settled"),
    [
        ("568.262", 568262, True),
        ("568,262", 568262, True),
        ("568262.924", 568262.924, False),
        ("568.262,924", 568262.924, False),
        ("568.262.92", 568262.92, True),
        ("568262", 568262, False),
    ],
)
def test_size_settles_what_a_mark_means(text, value, settled):
    reading = read_metres(text, EASTING_M)
    assert (reading.value, reading.settled) == (value, settled)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "nan", "NaN", "inf", "1e308", "1.255E+06", "-1255172", "12551725", "1.25.5172",
     "1255.172", "1 255 17", "1255172.5.1", "9" * 65, "1255172²", "#REF!", "1..255", "1,255172,51"],
)  # fmt: skip
def test_what_is_no_northing_is_not_read(text):
    assert read_metres(text, NORTHING_M) is None


@pytest.mark.parametrize(
    ("text", "bounds", "value"),
    [
        ("11.349358", LATITUDE, 11.349358),
        ("11,349358°", LATITUDE, 11.349358),
        ("11°20'57.69\"", LATITUDE, 11.349358),
        ("11º 20’ 57,69” N", LATITUDE, 11.349358),
        ("108°52′37.92″Đ", LONGITUDE, 108.8772),
        ("E 108 52 37.92", LONGITUDE, 108.8772),
        ("11°60'00\"", LATITUDE, None),
        ("108.9", LATITUDE, None),
        ("11°20'", LATITUDE, None),
    ],
)
def test_degrees_are_read_with_and_without_minutes(text, bounds, value):
    reading = read_degrees(text, bounds)
    assert (reading and round(reading.value, 6)) == value


@given(
    st.floats(NORTHING_M[0], NORTHING_M[1]).map(lambda value: round(value, 2)),
    st.sampled_from([vietnamese, "{:,.2f}".format, "{:.2f}".format, lambda v: f"{v:.3f}"]),
)
def test_every_northing_survives_being_written(value, write):
    assert read_metres(write(value), NORTHING_M).value == pytest.approx(value, abs=1e-9)


# Tables


def test_the_registry_s_own_point_comes_out_where_the_registry_says():
    lon, lat = read_corners(table(), system=TM3).geometry.exterior.coords[0]
    assert (round(lat, 6), round(lon, 6)) == (11.349358, 108.877201)


def test_a_square_of_a_kilometre_is_100_ha_and_closed_by_the_program():
    shape = sound(read_corners(table(), system=TM3))
    assert (shape.system, shape.corners) == (TM3, 4)
    assert geometry_area_ha(shape.geometry) == pytest.approx(100.0, abs=0.02)
    assert codes(shape) == ["survey.ring_closed"]
    closed = sound(read_corners(table([*CORNERS, CORNERS[0]]), system=TM3))
    assert codes(closed) == []
    assert closed.geometry.equals_exact(shape.geometry)


SAME = {
    "spaces": table(mark="   ", head="Điểm   X (m)   Y (m)\n"),
    "one space": table(mark=" ", head="Điểm X (m) Y (m)\n"),
    "semicolons": table(mark=";", write=vietnamese, head="Tên mốc;Tọa độ X;Tọa độ Y\n"),
    "commas": table(mark=",", head="Point,Northing,Easting\n"),
    "quoted": '"1","1,255,172.51","568,262.92"\n' + table(CORNERS[1:], head="", mark=","),
    "bars": table(mark="|", head="Điểm|Bắc|Đông\n"),
    "no header": table(head=""),
    "title": "BẢNG KÊ TỌA ĐỘ NĂM 2016\nHệ VN-2000, kinh tuyến 108°15'\n\n" + table(),
    "two heads": "STT\tTọa độ\t\n\tX (m)\tY (m)\n(1)\t(2)\t(3)\n" + table(head=""),
    "blank between": table().replace("\n", "\n\n"),
    "carriage": table().replace("\n", "\r\n"),
    "mark": "\ufeff" + table(),
    "utf-16": table().encode("utf-16"),
    "cp1258": "Điểm;Bắc;Đông\n".encode("cp1258", "ignore") + table(head="", mark=";").encode(),
    "lengths": "\n".join(f"{n}\t{x}\t{y}\t1000.00" for n, x, y in CORNERS),
    "lengths between": "".join(f"{n}\t{x}\t{y}\t\n\t\t\t1000,00\n" for n, x, y in CORNERS),
    "grouped lengths": "\n".join(f"{n}\t{x}\t{y}\t123.456" for n, x, y in CORNERS),
    "next page": table(CORNERS[:2]) + "\n" + table(CORNERS[2:]),
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME.keys())
def test_one_table_in_many_forms_is_one_polygon(content):
    shape = sound(read_corners(content, system=TM3))
    expected = read_corners(table(), system=TM3).geometry
    assert shape.geometry.equals_exact(expected, 1e-12)
    assert codes(shape) == ["survey.ring_closed"]


def workbook(rows, **sheets):
    book = openpyxl.Workbook()
    book.active.title = "trống"
    page = book.create_sheet("Tọa độ")
    for row in rows:
        page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_gives_the_same_polygon_with_numbers_or_texts():
    expected = read_corners(table(), system=TM3).geometry
    for write in (float, vietnamese, str):
        rows = [["Số hiệu điểm", "X (m)", "Y (m)"]]
        rows += [[int(label), write(north), write(east)] for label, north, east in CORNERS]
        shape = sound(read_corners(workbook(rows), system=TM3, file="toado.xlsx"))
        assert shape.geometry.equals_exact(expected, 1e-12)


def test_mixed_marks_in_one_table_are_read_and_said():
    rows = ["1;1.255.172,51;568.262,92", "2;1255172.51;569262.92", "3;1 256 172,51;569,262.92",
            "4;1,256,172.51;568262,92"]  # fmt: skip
    shape = sound(read_corners("\n".join(rows), system=TM3))
    assert shape.geometry.equals_exact(read_corners(table(), system=TM3).geometry, 1e-12)
    assert codes(shape) == ["survey.decimals_mixed", "survey.ring_closed"]
    assert shape.issues[0].row == "2"


def test_a_number_that_size_settled_is_said_with_its_row_and_column():
    shape = read_corners(
        "Mốc\tX\tY\n1\t1.255.172\t568.262\n" + table(CORNERS[1:], head=""), system=TM3
    )
    found = next(one for one in shape.issues if one.code == "survey.number_settled")
    assert (found.row, found.field, found.value, found.params["read"]) == (
        "2",
        "Y",
        "568.262",
        568262,
    )


@pytest.mark.parametrize(
    ("head", "swapped", "said"),
    [
        ("Mốc\tX\tY\n", True, True),
        ("Mốc\tY\tX\n", True, False),
        ("Mốc\tY\tX\n", False, True),
        ("Mốc\tE\tN\n", True, False),
        ("Mốc\tĐông (Y)\tBắc (X)\n", True, False),
        ("Mốc\tX (Easting)\tY (Northing)\n", True, False),
        ("Mốc\tX (Easting)\tY (Northing)\n", False, True),
        ("", True, True),
        ("", False, False),
    ],
)
def test_swapped_columns_are_mended_and_said(head, swapped, said):
    corners = [(n, y, x) for n, x, y in CORNERS] if swapped else CORNERS
    shape = sound(read_corners(table(corners, head=head), system=TM3))
    assert shape.geometry.equals_exact(read_corners(table(), system=TM3).geometry, 1e-12)
    assert ("survey.columns_swapped" in codes(shape)) is said


def test_one_swapped_row_is_mended_and_named():
    label, north, east = CORNERS[2]
    shape = sound(read_corners(table([*CORNERS[:2], (label, east, north), CORNERS[3]]), system=TM3))
    assert shape.geometry.equals_exact(read_corners(table(), system=TM3).geometry, 1e-12)
    assert next((one.code, one.row) for one in shape.issues) == ("survey.row_swapped", "4")


def shifted(corners, metres, prefix=""):
    return [(prefix + label, north, east + metres) for label, north, east in corners]


@pytest.mark.parametrize(
    "content",
    [
        table() + "\n\n" + table(shifted(CORNERS, 3000), head=""),
        table(head="Điểm\tX\tY\nLô A\n") + "\nLô B\n" + table(shifted(CORNERS, 3000), head=""),
        "Lô\tĐiểm\tX\tY\n" + table([("A\t" + n, x, y) for n, x, y in CORNERS], head="") + "\n"
        + table(shifted(CORNERS, 3000, "B\t"), head=""),
        table([*CORNERS, CORNERS[0]]) + "\n"
        + table([*shifted(CORNERS, 3000), *shifted(CORNERS[:1], 3000)], head=""),
    ],
    ids=["blank line", "headings", "column", "returns to its start"],
)  # fmt: skip
def test_several_rings_are_several_polygons(content):
    shape = sound(read_corners(content, system=TM3))
    assert isinstance(shape.geometry, MultiPolygon)
    assert shape.corners == 8
    assert geometry_area_ha(shape.geometry) == pytest.approx(200, abs=0.1)


def test_a_ring_within_another_is_taken_out_and_said():
    inner = [(n, x / 2 + (NORTH + 500) / 2, y / 2 + (EAST + 500) / 2) for n, x, y in CORNERS]
    shape = sound(read_corners(table() + "\n\n" + table(inner, head=""), system=TM3))
    assert geometry_area_ha(shape.geometry) == pytest.approx(75, abs=0.05)
    assert "survey.holes" in codes(shape)


def test_rings_that_cross_are_refused():
    error = refusal(table() + "\n\n" + table(shifted(CORNERS, 500), head=""))
    assert error.code == "survey.rings_cross"
    assert refusal(table() + "\n\n" + table(head="")).code == "survey.rings_cross"


def test_neighbouring_rings_become_one_area():
    shape = sound(
        read_corners(table() + "\n\n" + table(shifted(CORNERS, 1000), head=""), system=TM3)
    )
    assert shape.geometry.geom_type == "Polygon"
    assert geometry_area_ha(shape.geometry) == pytest.approx(200, abs=0.1)


def test_repeated_points_are_dropped_and_said():
    shape = sound(read_corners(table([CORNERS[0], *CORNERS, CORNERS[0]]), system=TM3))
    assert (shape.corners, codes(shape)) == (4, ["survey.points_same"])


def test_a_crossing_ring_is_refused_with_its_sides_and_place_and_mended_by_their_order():
    first, second, third, fourth = CORNERS
    error = refusal(table([first, third, second, fourth]))
    assert error.code == "survey.ring_crosses"
    assert {error.params["side"], error.params["other"]} == {"1–3", "2–4"}
    assert (error.params["x"], error.params["y"]) == (NORTH + 500, round(EAST + 500, 2))
    sound(read_corners(table([first, second, third, fourth]), system=TM3))


def test_a_long_ring_names_the_right_sides_too():
    corners = [(str(n), NORTH + 10 * n, EAST) for n in range(50)]
    corners += [(str(50 + n), NORTH + 490 - 10 * n, EAST + 100) for n in range(50)]
    corners[70], corners[71] = corners[71], corners[70]
    error = refusal(table(corners))
    assert error.code == "survey.ring_crosses"
    assert {"71", "70"} & set(f"{error.params['side']}–{error.params['other']}".split("–"))


@pytest.mark.parametrize(
    ("corners", "code"),
    [
        (CORNERS[:2], "survey.ring_short"),
        ([CORNERS[0]] * 5, "survey.ring_short"),
        ([(str(n), NORTH + 100 * n, EAST + 100 * n) for n in range(4)], "survey.ring_flat"),
    ],
)
def test_too_few_points_are_refused(corners, code):
    assert refusal(table(corners)).code == code


@pytest.mark.parametrize(
    "cell",
    ["", "NaN", "1e308", "12551x72", "#REF!", "9999999", "-1255172.51", "1.255", "1255.172", "inf"],
)
@pytest.mark.parametrize("at", [0, 2])
def test_a_cell_that_cannot_be_read_is_refused_by_row_and_column(cell, at):
    lines = table().split("\n")
    label, north, east = lines[at + 1].split("\t")
    lines[at + 1] = "\t".join((label, cell, east))
    error = refusal("\n".join(lines))
    assert (error.code, error.params["row"], error.params["column"]) == (
        "survey.cell", str(at + 2), "X (m)",
    )  # fmt: skip
    lines[at + 1] = "\t".join((label, north, east))
    sound(read_corners("\n".join(lines), system=TM3))


def test_a_row_of_both_cells_broken_is_never_dropped():
    for at in range(4):
        lines = table(head="").split("\n")
        lines[at] = f"{at + 1}\tNaN\tNaN"
        assert refusal("\n".join(lines)).params["row"] == str(at + 1)


def test_lines_of_text_are_passed_over_and_said():
    content = table(CORNERS[:3]) + "\nGhi chú: đo tháng 6\t\t\n" + table(CORNERS[3:], head="")
    shape = sound(read_corners(content, system=TM3))
    found = shape.issues[0]
    assert (found.code, found.row, found.severity) == ("survey.rows_ignored", "5", Severity.WARNING)
    assert shape.corners == 4


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "survey.table_empty"),
        (" \n\n", "survey.table_empty"),
        (b"", "survey.table_empty"),
        ("xin chào", "survey.columns_missing"),
        ("1\t2\t3\n4\t5\t6", "survey.columns_missing"),
        ("a\x00b", "survey.table_nul"),
        (b"1;1255172;568262\x00", "survey.table_nul"),
        ("1;1255172,51;568262,92\n" * 200_000, "survey.table_large"),
        ("1;1255172;568262\n" * 30_000, "survey.table_large"),
        ("9" * 10_000_000, "survey.table_large"),
        ("9" * 1_000_000, "survey.line_long"),
        (b"PK\x03\x04" + b"\x00" * 100, "workbook.broken"),
        ("1,1255172,51,568262,92\n2,1255172,51,569262,92\n3,1256172,51,569262,92", "survey.commas"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("survey") else "",
)
def test_what_is_no_table_is_refused_with_its_reason(content, code):
    assert refusal(content).code == code


def test_two_pairs_of_columns_are_not_chosen_from():
    rows = [f"{n}\t{x}\t{y}\t{x + 100}\t{y + 26_000}" for n, x, y in CORNERS]
    error = refusal("\n".join(rows))
    assert (error.code, error.params["columns"]) == ("survey.columns_many", ["B", "C", "D", "E"])


def test_more_rings_than_anyone_draws_are_refused():
    ring = table(CORNERS[:3], head="")
    assert refusal("\n\n".join([ring] * 201)).code == "survey.rings_many"


def zipped(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("_", "/") + ".xml", text)
    return content.getvalue()


def test_a_workbook_that_grows_or_names_entities_is_refused():
    assert refusal(zipped(xl_sheet="<a>" + " " * 70_000_000)).code == "workbook.large"
    assert refusal(zipped(xl_sheet="<!DOCTYPE a [<!ENTITY b 'c'>]>")).code == "workbook.entities"
    assert refusal(zipped(xl_sheet="<a/>")).code == "workbook.broken"
    rows = [[str(n), NORTH, EAST] for n in range(20_001)]
    assert refusal(workbook(rows)).code == "survey.table_large"


DEGREES = [(108.87, 11.34), (108.88, 11.34), (108.88, 11.35), (108.87, 11.35)]


@pytest.mark.parametrize(
    "rows",
    [
        [f"{n}\t{lat}\t{lon}" for n, (lon, lat) in enumerate(DEGREES)],
        [f"{n};{lon};{lat}".replace(".", ",") for n, (lon, lat) in enumerate(DEGREES)],
        ["Vĩ độ\tKinh độ", "11°20'24\"\t108°52'12\"", "11°20'24\"\t108°52'48\"",
         "11°21'00\"\t108°52'48\"", "11°21'00\"\t108°52'12\""],
    ],
    ids=["decimal", "comma", "minutes"],
)  # fmt: skip
def test_degrees_are_told_by_their_size(rows):
    shape = sound(read_corners("\n".join(rows), system=TM3))
    assert shape.system == "EPSG:4326"
    assert codes(shape) == ["survey.degrees", "survey.ring_closed"]
    assert shape.geometry.equals_exact(Polygon(DEGREES), 1e-9)


def test_degrees_of_vn_2000_are_moved_and_metres_are_no_degrees():
    rows = "\n".join(f"{n}\t{lat}\t{lon}" for n, (lon, lat) in enumerate(DEGREES))
    moved = sound(read_corners(rows, system="EPSG:4756")).geometry
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(*DEGREES[0], *moved.exterior.coords[0])
    assert 150 < metres < 300
    assert refusal(table(), "EPSG:4326", UsageError).code == "survey.system_metres"
    assert refusal(table(), "EPSG:3857", UsageError).code == "survey.system_unknown"


# Systems


def test_the_systems_are_those_of_the_registry():
    names = {f"EPSG:{one.code}": one.name for one in query_crs_info("EPSG", "PROJECTED_CRS")
             if one.name.startswith("VN-2000")}  # fmt: skip
    assert set(MERIDIANS) == set(names)
    for code in MERIDIANS:
        values = {one.name: one.value for one in pyproj.CRS(code).coordinate_operation.params}
        assert longitude(code) == pytest.approx(values["Longitude of natural origin"])
        utm = "UTM" in names[code]
        assert values["Scale factor at natural origin"] == (0.9996 if utm else 0.9999)
        assert ("UTM" in system_name(code)) is utm


def test_vn_2000_goes_to_wgs_84_by_the_registry_s_operation_6960():
    step = transformer(TM3)
    operation = pyproj.CRS("EPSG:4756")
    best = pyproj.transformer.TransformerGroup(operation, "EPSG:4326").transformers[0]
    assert "VN-2000 to WGS 84 (2)" in best.description
    assert "VN-2000 to WGS 84 (2)" in step.description
    assert pyproj.crs.CoordinateOperation.from_epsg(6960).name == "VN-2000 to WGS 84 (2)"


def province_table():
    return load_province_systems(ROOT / "data" / "boundaries")


def test_every_province_has_the_system_whose_area_of_use_names_it():
    register = UnitRegister.load(ROOT / "data" / "boundaries")
    areas: dict[str, str] = {}
    for one in query_crs_info("EPSG", "PROJECTED_CRS"):
        if one.name.startswith("VN-2000 / TM-3"):
            area = one.area_of_use.name.split(" - ", 1)[1]
            areas[f"EPSG:{one.code}"] = areas.get(f"EPSG:{one.code}", "") + ", " + area
    by_code = {row.province_code: row for row in province_table() if row.vintage == "2016"}
    units = register.of("2016", "province")
    assert {unit.code for unit in units} == set(by_code)
    for unit in units:
        named = [
            name_key(part)
            for part in areas[by_code[unit.code].epsg]
            .replace(";", ",")
            .replace(" and ", ",")
            .split(",")
        ]
        assert any(part.startswith(name_key(unit.name)) for part in named), unit.name


def test_the_table_s_meridian_is_its_system_s():
    rows = pd.read_csv(ROOT / "data/boundaries/manual/vn2000.csv", dtype=str)
    assert all(MERIDIANS[row.epsg] == row.meridian for row in rows.itertuples())
    assert set(rows["status"]) == {"verified", "secondary"}


def test_a_united_province_offers_its_own_system_and_those_of_its_parts():
    register = UnitRegister.load(ROOT / "data" / "boundaries")

    def systems(code, vintage):
        unit = register.get(code, vintage, "province")
        return [(one.epsg, one.status) for one in systems_of(unit, register, province_table())]

    assert systems("19", "2025") == [("EPSG:9213", "verified")]
    assert systems("68", "2025") == [("EPSG:5899", "secondary"), ("EPSG:9218", "verified")]
    assert systems("60", "2016") == [("EPSG:9218", "verified"), ("EPSG:5899", "secondary")]
    assert systems("19", "2010") == [("EPSG:9213", "verified")]
    assert systems("79", "2025")[0] == ("EPSG:9210", "verified")


DISTRICTS = gpd.GeoDataFrame(
    {"full_name": ["huyện Đông", "huyện Tây", "huyện Bắc"]},
    index=pd.Index(["E", "W", "N"], name="code"),
    geometry=[box(108.8, 11.2, 109, 11.5), box(108.6, 11.2, 108.8, 11.5), box(108, 14, 109, 15)],
    crs=4326,
)


def outline(system=TM3):
    return read_corners(table(), system=system).geometry


def preview(geometry, **changes):
    options = {"zone_id": "z", "planned_ha": Decimal(100), "zones": [], "system": TM3,
               "districts_frame": DISTRICTS, "declared_districts": ["E"]}  # fmt: skip
    found = assess(geometry, **(options | changes))
    for one in found.issues:
        for lang in i18n.LANGUAGES:
            assert i18n.issue_text(one, lang) != f"issue.{one.code}"
    return found


def test_a_wrong_meridian_is_found_by_position_offered_and_not_applied():
    wrong = outline("EPSG:9218")
    assert round(wrong.centroid.x - outline().centroid.x, 2) == 0.25
    found = preview(wrong, system="EPSG:9218")
    assert [one.code for one in found.issues] == ["survey.meridian"]
    assert [(fit.system, fit.share) for fit in found.alternatives] == [(TM3, 1.0)]
    assert "108°15'" in i18n.issue_text(found.issues[0], "vi")
    right = reinterpret(wrong, "EPSG:9218", TM3)
    assert right.hausdorff_distance(outline()) < 1e-8
    assert preview(right).issues == ()


def test_a_place_that_no_meridian_explains_is_said():
    found = preview(outline(), declared_districts=["N"])
    assert [one.code for one in found.issues] == ["survey.outside_declared"]
    assert (found.alternatives, found.declared_agree) == ((), False)


def test_tm3_comes_before_utm_about_one_meridian():
    place = read_corners(table(), system="EPSG:5897").geometry
    found = fits(place, "EPSG:5897", place.buffer(0.05))
    assert [fit.system for fit in found] == ["EPSG:5897", "EPSG:3405"]
    assert fits(place, "EPSG:4326", place.buffer(0.05))[0].system == "EPSG:4326"
    with pytest.raises(UsageError) as refused:
        reinterpret(place, "EPSG:4326", TM3)
    assert refused.value.code == "survey.system_plane"


# Preview


def test_the_preview_of_a_square(make_zone):
    found = preview(outline())
    assert found.area_ha == pytest.approx(100.01, abs=0.02)
    assert found.grid_area_ha == pytest.approx(100, abs=1e-6)
    assert (found.grid_system, found.corners, found.parts, found.valid) == (TM3, 4, 1, True)
    assert found.perimeter_m == pytest.approx(4000, abs=1)
    assert found.difference_ha == pytest.approx(found.area_ha - 100)
    assert [(one.code, round(one.share, 6)) for one in found.districts] == [("E", 1.0)]
    assert (found.declared_share, found.declared_agree, found.issues) == (1.0, True, ())


def test_the_plan_is_held_against_the_measured_area_and_unknown_stays_unknown():
    assert [one.code for one in preview(outline(), planned_ha=Decimal("95")).issues] == [
        "survey.area_differs"
    ]
    assert preview(outline(), planned_ha=Decimal("96")).issues == ()
    found = preview(outline(), planned_ha=None, declared_districts=["gone"])
    assert (found.difference_ha, found.difference_pct) == (None, None)
    assert (found.declared_share, found.declared_agree, found.issues) == (None, None, ())


def test_an_outline_over_a_border_is_split_60_to_40():
    across = box(108.794, 11.3, 108.804, 11.31)
    found = preview(across, planned_ha=None)
    shares = {one.code: one.share for one in found.districts}
    assert shares == pytest.approx({"W": 0.6, "E": 0.4}, abs=1e-6)
    assert (found.declared_agree, [one.code for one in found.issues]) == (
        False, ["survey.partly_outside"],
    )  # fmt: skip
    assert preview(across, planned_ha=None, declared_districts=["E", "W"]).declared_agree is True


def test_overlaps_and_points_of_other_zones_are_named(make_zone):
    west, south, east, north = outline().bounds
    half = box(west - 0.01, south - 0.01, (west + east) / 2, north + 0.01)
    beside = box(east + 0.001, south, east + 0.01, north)
    zones = [
        make_zone("half", geometry=half),
        make_zone("beside", geometry=beside),
        make_zone("point", geometry=Point(outline().centroid)),
        make_zone("z", geometry=outline()),
        make_zone("nowhere", geometry=None),
    ]
    found = preview(outline(), zones=zones)
    assert [(one.zone, round(one.share, 2)) for one in found.overlaps] == [("half", 0.5)]
    assert found.points_within == ("point",)
    assert [one.code for one in found.issues] == ["survey.overlap", "survey.points_within"]


def test_outside_vietnam_is_an_error():
    found = preview(box(2, 48, 2.01, 48.01), planned_ha=None, declared_districts=[])
    assert [(one.code, one.severity) for one in found.issues] == [
        ("survey.outside_vietnam", Severity.ERROR)
    ]
    sea = preview(box(110, 12, 110.01, 12.01), planned_ha=None, declared_districts=[])
    assert [one.code for one in sea.issues] == ["survey.outside_districts"]
    assert preview(box(110, 12, 110.01, 12.01), system="EPSG:4326").grid_system == "EPSG:9218"


def test_a_corner_table_comes_back_out_and_is_read_again():
    rows = corner_table(outline(), TM3)
    assert [row["length_m"] for row in rows] == [1000.0] * 4
    assert {(row["x_northing_m"], row["y_easting_m"]) for row in rows} == {
        (round(north, 3), round(east, 3)) for _, north, east in CORNERS
    }
    text = "\n".join(f"{r['label']};{r['x_northing_m']};{r['y_easting_m']}" for r in rows)
    again = read_corners(text, system=TM3).geometry
    assert again.hausdorff_distance(outline()) < 1e-8
    with pytest.raises(UsageError):
        corner_table(outline(), "EPSG:4326")


@settings(max_examples=tries(60))
@given(
    st.sampled_from(["EPSG:9213", "EPSG:9218", "EPSG:5899", "EPSG:3405"]),
    st.floats(1_000_000, 2_500_000),
    st.floats(400_000, 600_000),
    st.floats(50, 3_000),
    st.integers(3, 40),
)
def test_a_printed_table_gives_the_outline_back_to_the_millimetre(system, north, east, size, sides):
    ring = Point(east, north).buffer(size, quad_segs=sides).exterior.coords
    text = "\n".join(f"{n}\t{y:.3f}\t{x:.3f}" for n, (x, y) in enumerate(ring))
    shape = sound(read_corners(text, system=system))
    rows = corner_table(shape.geometry, system)
    printed = "\n".join(
        f"{row['label']}\t{vietnamese(row['x_northing_m'])}\t{row['y_easting_m']:.3f}"
        for row in rows
    )
    again = read_corners(printed, system=system).geometry
    assert again.hausdorff_distance(shape.geometry) < 1.5e-7


# Whatever comes in


def mutated(text, edits):
    for at, what, much in edits:
        at %= len(text) + 1
        text = text[:at] + what + text[at + much :]
    return text


EDITS = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.one_of(
            st.sampled_from(["\t", "\n", ";", ",", ".", " ", "\x00", "NaN", "1e308", "°", "'", '"',
                             "-", "9", "568.262", "1255172", "\n\n", "Lô 2\n", "\ud800", "٣"]),
            st.text(max_size=4),
        ),
        st.integers(0, 12),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=tries(300))
@given(st.sampled_from([v for v in SAME.values() if isinstance(v, str)]), EDITS)
@example("1;1255172;568262\n", [(0, "9" * 100, 0)])
def test_a_mutated_table_is_refused_or_gives_a_sound_shape(text, edits):
    try:
        shape = read_corners(mutated(text, edits), system=TM3)
    except KhuCumError as error:
        readable(error)
    else:
        sound(shape)


@settings(max_examples=tries(300))
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12))
def test_any_order_of_points_is_refused_or_gives_a_sound_shape(points):
    text = "\n".join(f"{n}\t{NORTH + 10 * y}\t{EAST + 10 * x}" for n, (x, y) in enumerate(points))
    try:
        shape = read_corners(text, system=TM3)
    except DataError as error:
        readable(error)
    else:
        sound(shape)


@settings(max_examples=tries(100))
@given(st.lists(st.tuples(st.integers(0, 8_000), st.integers(0, 255)), max_size=20), st.integers(0))
def test_a_mutated_workbook_is_refused_or_gives_a_sound_shape(edits, cut):
    content = bytearray(BOOK)
    for at, value in edits:
        content[at % len(content)] = value
    try:
        shape = read_corners(
            bytes(content[: cut % len(content)] if cut % 3 else content), system=TM3
        )
    except KhuCumError as error:
        readable(error)
    else:
        sound(shape)


BOOK = workbook([["Mốc", "X", "Y"], *([int(n), x, y] for n, x, y in CORNERS)])
