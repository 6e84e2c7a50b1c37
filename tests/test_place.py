"""The place of a zone as raw fields: communes, points, outlines, files; and the page's part."""

import io
import json
import stat
import zipfile
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry import shape
from streamlit.testing.v1 import AppTest

from geo import assets, maps, placing, survey, wording
from geo.changes import raw_of, zone_of
from geo.crs import WGS84
from geo.errors import DataError, UsageError
from geo.gazetteer import NEW, OLD, Gazetteer
from geo.i18n import LANGUAGES, t
from geo.issues import has_errors
from geo.survey.systems import moved
from geo.zones import Precision
from pages.ui import place, place_survey
from pages.ui.forms import issue_line
from tests.conftest import ROOT

FOLDER = ROOT / "data" / "boundaries"
OWN = "EPSG:9218"  # TM-3 108°30'
OTHER = "EPSG:9217"  # TM-3 108°15'
HAM_KIEM = {
    "id": "bt-kcn-thu",
    "province": {"code": "60", "vintage": "2016", "name": "Bình Thuận"},
    "districts": [{"code": "598", "vintage": "2016", "name": "huyện Hàm Thuận Nam"}],
}
SQUARE = box(107.95, 10.9, 107.96, 10.909)


@pytest.fixture(scope="module")
def communes():
    return Gazetteer.load(FOLDER)


@pytest.fixture(scope="module")
def register(planner):
    return planner.bounds.register


# Points that somebody types


@pytest.mark.parametrize(
    ("north", "east", "swapped"),
    [
        ("21.4", "105.87", False),
        ("21,4", "105,87", False),
        ("105.87", "21.4", True),
        ("21.4, 105.87", "", False),
        ("21.4,105.87", "", False),
        ("21,4; 105,87", "", False),
        ("21,4 105,87", "", False),
    ],
)
def test_a_point_in_degrees_is_read_however_it_is_typed(north, east, swapped):
    assert placing.read_point(north, east, WGS84) == (Point(105.87, 21.4), swapped)


def test_a_point_in_metres_is_read_in_its_system():
    plane = moved(Point(107.95, 10.9), WGS84, OWN)
    typed = f"{plane.y:.3f}".replace(".", ","), f"{plane.x:.3f}".replace(".", ",")
    assert placing.read_point(*typed, OWN) == (Point(107.95, 10.9), False)
    assert placing.read_point(*reversed(typed), OWN) == (Point(107.95, 10.9), True)


@pytest.mark.parametrize("system", [WGS84, OWN, "EPSG:4756"])
def test_what_stands_in_the_fields_is_the_point_again(system):
    point = Point(107.951234, 10.906543)
    again, swapped = placing.read_point(*placing.typed(point, system), system)
    assert not swapped
    assert again.distance(point) < 2e-7


@pytest.mark.parametrize(
    ("north", "east"),
    [("", ""), ("abc", "105"), ("21.4", ""), ("nan", "nan"), ("1e308", "1"), ("\x00", "\x00"),
     ("48.85", "2.35"), ("9" * 60, "105.8")],
)  # fmt: skip
def test_what_is_no_point_is_refused_with_what_would_be_one(north, east):
    with pytest.raises(DataError) as refusal:
        placing.read_point(north, east, WGS84)
    assert refusal.value.code == "place.coordinates"
    assert refusal.value.params["low_north"] == 6


# Geometry that a browser sends


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"type": "Point", "coordinates": [10.9, 107.95]}, "zone.geometry_swapped"),
        ({"type": "Point", "coordinates": ["a", "b"]}, "zone.geometry_unreadable"),
        ({"type": "Polygon", "coordinates": []}, "zone.geometry_empty"),
        ({"type": "LineString", "coordinates": [[107, 10], [108, 10]]}, "zone.geometry_type"),
        ({"type": "Point", "coordinates": [1e308, 1e308]}, "zone.geometry_projected"),
        ({"type": "Point", "coordinates": [float("nan"), 10]}, "zone.geometry_outside"),
        ("khucum", "zone.geometry_unreadable"),
        (7, "zone.geometry_unreadable"),
        ({"type": "Polygon", "coordinates": [[[107.9, 10.9], [108, 11], [108, 10.9],
          [107.9, 11], [107.9, 10.9]]]}, "zone.geometry_invalid"),
    ],
)  # fmt: skip
def test_a_geometry_that_cannot_be_a_place_is_an_issue(raw, code):
    geometry, found = placing.read_geometry(raw)
    assert geometry is None
    assert found.code == code
    assert not issue_line(found, "vi").startswith(("issue.", "Dòng"))


def test_an_outline_with_too_many_corners_is_not_taken():
    ring = list(Point(107.95, 10.9).buffer(0.01, quad_segs=6000).exterior.coords)
    raw = {"type": "Polygon", "coordinates": [[list(pair) for pair in ring]]}
    geometry, found = placing.read_geometry(raw)
    assert geometry is None
    assert found.code == "zone.geometry_unreadable"


# Communes


def find(communes, text, vintage):
    return communes.search(text, province=("60", "2016"), vintage=vintage)[0]


def test_two_old_communes_give_point_doubt_and_districts(communes, register):
    entries = [find(communes, "ham my", OLD), find(communes, "ham kiem", OLD)]
    fields = placing.commune_fields(entries, "medium", HAM_KIEM, communes, register)
    assert [one["code"] for one in fields["communes"]] == ["23131", "23125"]
    assert fields["communes"][0]["basis"] == "matched"
    assert fields["communes"][0]["confidence"] == "medium"
    assert fields["location_precision"] == "commune"
    assert fields["location_source"] == "commune_mean"
    assert "districts" not in fields  # they are declared already
    assert fields["location_radius_km"] >= float(max(one.radius_km for one in entries))


def test_a_commune_that_the_document_names_is_stated(communes, register):
    entry = find(communes, "ham my", OLD)
    fields = placing.commune_fields([entry], "stated", HAM_KIEM, communes, register)
    assert fields["communes"][0]["basis"] == "stated"
    assert fields["location_source"] == "commune_point"


def test_a_commune_in_another_district_declares_that_one(communes, register):
    entry = communes.search("Phan Rí Cửa", province=("60", "2016"), vintage=OLD)[0]
    fields = placing.commune_fields([entry], "high", HAM_KIEM, communes, register)
    assert [one["name"] for one in fields["districts"]] == ["huyện Tuy Phong"]
    assert fields["districts"][0]["basis"] == "matched"


def test_a_new_commune_says_nothing_of_districts(communes, register):
    entry = find(communes, "ham kiem", NEW)
    fields = placing.commune_fields([entry], "high", HAM_KIEM, communes, register)
    assert "districts" not in fields
    assert fields["communes"][0]["vintage"] == NEW


def test_a_commune_of_another_province_does_not_declare_its_district(communes, register):
    entry = communes.search("Phường Hồng Tiến", province=("19", "2016"), vintage=OLD)[0]
    fields = placing.commune_fields([entry], "high", HAM_KIEM, communes, register)
    assert "districts" not in fields


def test_no_commune_is_refused(communes, register):
    with pytest.raises(UsageError) as refusal:
        placing.commune_fields([], "high", HAM_KIEM, communes, register)
    assert refusal.value.code == "gazetteer.no_commune"


@pytest.mark.parametrize("way", ["commune", "point", "outline", "survey"])
def test_what_is_taken_over_is_a_record_without_errors(way, planner, communes, register):
    zone = planner.state.by_id["bt-kcn-ham-kiem-i"]
    fields = {
        "commune": lambda: placing.commune_fields(
            [find(communes, "ham my", OLD)], "high", raw_of(zone), communes, register
        ),
        "point": lambda: placing.shape_fields(Point(107.95, 10.9), Precision.DRAWN, "map_point"),
        "outline": lambda: placing.shape_fields(SQUARE, Precision.DRAWN, "map_outline"),
        "survey": lambda: placing.shape_fields(SQUARE, Precision.SURVEYED, "Trích lục số 1"),
    }[way]()
    read, issues = zone_of({**raw_of(zone), **fields})
    assert not has_errors(issues)
    assert raw_of(read)["geometry"] == fields["geometry"]
    assert set(fields) <= set(placing.FIELDS)


# Systems, districts, corner table


def test_the_system_of_the_province_comes_first(register):
    offered = placing.systems(HAM_KIEM, register, FOLDER)
    assert offered[0] == OWN
    assert set(offered) == {*survey.MERIDIANS, *survey.DEGREES}
    assert len(offered) == len(set(offered))


def test_without_a_province_every_system_is_offered(register):
    assert placing.systems({}, register, FOLDER) == [*survey.MERIDIANS, *survey.DEGREES]


def test_districts_of_the_boundary_set_in_the_words_of_the_plan(register):
    raw = {"province": {"code": "19", "vintage": "2010"}, "districts": []}
    codes = placing.declared_codes({"districts": [{"code": "172", "vintage": "2010"}]}, register)
    refs = placing.district_refs(codes, raw, register)
    assert [(one["code"], one["vintage"]) for one in refs] == [("172", "2010")]


def test_declared_districts_that_are_no_units_are_passed_over(register):
    raw = {"districts": ["x", {"code": None}, {"code": "999", "vintage": "2016"}]}
    assert placing.declared_codes(raw, register) == []


@pytest.mark.parametrize(
    "geometry",
    [
        SQUARE,
        MultiPolygon([SQUARE, box(107.97, 10.9, 107.975, 10.905)]),
        Polygon(SQUARE.exterior, [box(107.953, 10.903, 107.956, 10.906).exterior]),
    ],
    ids=["square", "two parts", "hole"],
)
def test_the_corner_table_reads_back_as_the_same_outline(geometry):
    content = placing.corners_csv(geometry, OWN)
    again = survey.read_corners(content, system=OWN, file="ranh.csv").geometry
    assert again.symmetric_difference(geometry).area / geometry.area < 1e-5
    assert again.geom_type == geometry.geom_type


def test_the_reach_of_a_place_holds_its_doubt():
    west, south, east, north = placing.reach(Point(108, 11), 11.1)
    assert (west, south, east, north) == pytest.approx((107.9, 10.9, 108.1, 11.1))
    assert placing.reach(Point(108, 11)) == pytest.approx((107.9955, 10.9955, 108.0045, 11.0045))


# Files that people send


def test_a_sent_file_lies_in_a_private_folder_and_is_gone_afterwards():
    def look(path):
        assert path.read_bytes() == b"x"
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        return path

    path = place_survey.in_folder("../../etc/ranh giới?.kml", b"x", look)
    assert path.name == "ranh giới_.kml"
    assert not path.parent.exists()


def test_a_sent_file_is_gone_after_an_error_too():
    seen: list[Path] = []

    def fail(path):
        seen.append(path)
        raise DataError("file.broken")

    with pytest.raises(DataError):
        place_survey.in_folder("\x00/..", b"x", fail)
    assert not seen[0].parent.exists()


def test_a_zip_that_leads_out_of_its_folder_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../ranh.kml", "<kml/>")
    with pytest.raises(DataError) as refusal:
        place_survey.in_folder(
            "ranh.zip", packed.getvalue(), lambda path: survey.read_survey_file(path, 5)
        )
    assert refusal.value.code == "file.zip_path"


# The map on which it is drawn


def test_every_file_of_the_drawing_map_is_served(settings):
    for name in assets.of_frame("draw"):
        assert assets.find(name, settings) is not None


def test_what_the_drawing_map_is_told_is_plain_data():
    hostile = "</script><script>alert(1)</script>"
    view = maps.DrawView(
        {}, "view", "1", {"type": hostile}, bounds=(1.0, 2.0, 3.0, 4.0), self=hostile
    )
    told = json.loads(json.dumps(maps.draw_message(view), allow_nan=False))
    assert (told["self"], told["shape"]["type"]) == (hostile, hostile)


# The page's part


def open_editor(lang="vi", **query):
    app = AppTest.from_file(str(ROOT / "tests" / "browser" / "place_app.py"), default_timeout=60)
    for name, value in {"lang": lang, **query}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def choose(app, method):
    app.button_group(key="place:0:method").set_value(method).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("method", place.METHODS)
def test_every_way_opens_in_each_language_and_shows_no_bare_key(method, lang):
    app = choose(open_editor(lang, zone="bt-kcn-ham-kiem-i"), method)
    shown = [*app.caption, *app.markdown, *app.text_input, *app.selectbox, *app.checkbox]
    for element in shown:
        text = str(getattr(element, "label", "") or element.value)
        assert "page.place." not in text
        assert "location_source." not in text


def test_a_pasted_table_becomes_a_proposal_and_then_the_place():
    app = choose(open_editor(), "survey")
    plane = moved(SQUARE, WGS84, OWN)
    rows = "\n".join(f"{n}\t{y:.3f}\t{x:.3f}" for n, (x, y) in enumerate(plane.exterior.coords, 1))
    app.text_area(key="place:0:corners").set_value(rows).run()
    assert app.session_state["place"]["taken"] == {}
    assert [metric.value for metric in app.metric][:2] == ["108,83 ha", "108,82 ha"]
    app.button(key="place:0:use").click().run()
    taken = app.session_state["place"]["taken"]
    assert taken["location_precision"] == "surveyed"
    assert shape(taken["geometry"]).symmetric_difference(SQUARE).area < 1e-10
    assert app.button(key="place:0:use").disabled


def upload(app, name, content):
    app.radio(key="place:0:brought").set_value("file").run()
    app.file_uploader(key="place:0:file").set_value((name, content, "")).run()
    assert not app.exception
    return app


def drawing(corners):
    """A DXF with one closed line."""
    pairs = [(0, "SECTION"), (2, "ENTITIES"), (0, "LWPOLYLINE"), (8, "RANH"), (90, 4), (70, 1)]
    for x, y in corners:
        pairs += [(10, x), (20, y)]
    pairs += [(0, "ENDSEC"), (0, "EOF")]
    return "".join(f"{code}\n{value}\n" for code, value in pairs).encode()


@pytest.mark.parametrize("form", ["csv", "dxf", "gpkg", "geojson", "kml"])
def test_files_of_every_kind_lead_to_the_same_place(form, tmp_path):
    plane = moved(SQUARE, WGS84, OWN)
    if form == "csv":
        content = placing.corners_csv(SQUARE, OWN)
    elif form == "dxf":
        content = drawing(plane.exterior.coords[:-1])
    elif form == "kml":
        corners = " ".join(f"{x},{y},0" for x, y in SQUARE.exterior.coords)
        content = (
            '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon>'
            f"<outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark></kml>"
        ).encode()
    else:
        frame = gpd.GeoDataFrame({"ten": ["A"]}, geometry=[SQUARE], crs=WGS84)
        path = tmp_path / f"ranh.{form}"
        (frame.to_crs(OWN) if form == "gpkg" else frame).to_file(path)
        content = path.read_bytes()
    app = upload(choose(open_editor(), "survey"), f"ranh.{form}", content)
    assert [error.value for error in app.error] == []
    app.button(key="place:0:use").click().run()
    taken = app.session_state["place"]["taken"]
    assert taken["location_precision"] == "surveyed"
    assert taken["location_source"] == "survey_file"
    assert shape(taken["geometry"]).symmetric_difference(SQUARE).area < 1e-7


def package(folder, layers, crs):
    """A GeoPackage whose numbers are those of TM-3 108°30', whatever it declares."""
    path = folder / "ranh.gpkg"
    for name, polygon in layers.items():
        plane = gpd.GeoDataFrame({"ten": [name]}, geometry=[moved(polygon, WGS84, OWN)], crs=crs)
        plane.to_file(path, layer=name)
    return path.read_bytes()


@pytest.mark.parametrize("chosen", [OWN, OTHER])
def test_a_file_that_declares_the_wrong_meridian_is_read_in_the_right_one(chosen, tmp_path):
    app = choose(open_editor(), "survey")
    app.selectbox(key="place:0:survey_system").set_value(chosen).run()
    upload(app, "ranh.gpkg", package(tmp_path, {"ranh": SQUARE}, OTHER))
    app.button(key=f"place:0:read-{OWN}").click().run()
    app.button(key="place:0:use").click().run()
    taken = app.session_state["place"]["taken"]
    assert shape(taken["geometry"]).symmetric_difference(SQUARE).area < 1e-7
    app.button(key="place:0:reread_back").click().run()
    assert [one for one in app.button if one.key == f"place:0:read-{OWN}"]


def test_of_several_layers_one_is_chosen(tmp_path):
    other = box(107.97, 10.9, 107.975, 10.905)
    app = choose(open_editor(), "survey")
    upload(app, "ranh.gpkg", package(tmp_path, {"ranh": SQUARE, "đường": other}, OWN))
    layer = next(one for one in app.selectbox if one.key.startswith("place:0:layer-"))
    assert list(layer.options) == ["ranh", "đường"]
    layer.set_value("đường").run()
    app.button(key="place:0:use").click().run()
    taken = app.session_state["place"]["taken"]
    assert shape(taken["geometry"]).symmetric_difference(other).area < 1e-7


def form_with_an_unread_area():
    from pages.ui import place

    place.editor({"area_planned_ha": "chừng 50"}, None, "place", "vi")


def test_a_planned_area_that_cannot_be_read_yet_is_unknown():
    app = AppTest.from_function(form_with_an_unread_area, default_timeout=60).run()
    choose(app, "outline")
    plane = moved(SQUARE, WGS84, OWN)
    rows = "\n".join(f"{n};{y:.3f};{x:.3f}" for n, (x, y) in enumerate(plane.exterior.coords, 1))
    app.selectbox(key="place:0:outline_system").set_value(OWN)
    app.text_area(key="place:0:outline_corners").set_value(rows)
    app.button(key="place:0:to_map").click().run()
    assert not app.exception
    assert [metric.value for metric in app.metric][2] == "—"


def test_an_unreadable_cell_is_named_and_nothing_is_offered():
    app = choose(open_editor(), "survey")
    app.text_area(key="place:0:corners").set_value(
        "1\t1205452,43\t439682,11\n2\t1205450,46\tx40775,29z\n3\t1206445,93\t440777,06"
    ).run()
    said = t("vi", "error.survey.cell", row="2", column="C", value="x40775,29z", low=100000.0,
             high=900000.0)  # fmt: skip
    assert [error.value.replace("\\", "") for error in app.error] == [said]
    assert not [one for one in app.button if one.key == "place:0:use"]


def test_reset_forgets_the_place_and_begins_anew():
    app = choose(open_editor(), "commune")
    app.text_input(key="place:0:search").set_value("ham my").run()
    app.button(key=f"place:0:add-{OLD}-23131").click().run()
    app.button(key="place:0:use").click().run()
    assert app.session_state["place"]["taken"]["location_precision"] == "commune"
    next(one for one in app.button if one.label == "Reset").click().run()
    assert app.session_state["place"]["taken"] == {}
    assert app.session_state["place"]["turn"] == 1
    assert app.text_input(key="place:1:search").value == ""


def test_the_middle_of_a_commune_is_not_offered_as_a_drawn_point():
    app = choose(open_editor(zone="bt-kcn-ham-kiem-i"), "point")
    assert app.text_input(key="place:0:north").value == ""
    assert not [one for one in app.button if one.key == "place:0:use"]


def test_back_takes_the_saved_place_again():
    app = open_editor(zone="bt-kcn-ham-kiem-i")
    choose(app, "point")
    app.text_input(key="place:0:north").set_value("10.9").run()
    app.text_input(key="place:0:east").set_value("107.95").run()
    app.button(key="place:0:use").click().run()
    assert app.session_state["place"]["taken"]["geometry"]["coordinates"] == [107.95, 10.9]
    app.button(key="place:0:back").click().run()
    assert app.session_state["place"]["taken"] == {}


def form_with_a_zone():
    """A form that keeps what the editor returns in its own record, as the page of a zone does."""
    import streamlit as st

    from pages.ui import place

    raw = st.session_state.setdefault("raw", {"districts": []})
    raw |= place.editor(raw, None, "place", "vi")


def test_a_new_zone_drops_its_place_again():
    app = AppTest.from_function(form_with_a_zone, default_timeout=60).run()
    choose(app, "point")
    app.text_input(key="place:0:north").set_value("10.9, 107.95").run()
    app.button(key="place:0:use").click().run()
    assert app.session_state["raw"]["location_precision"] == "drawn"
    app.run()
    app.button(key="place:0:back").click().run()
    assert not app.exception
    assert app.session_state["raw"]["geometry"] is None
    assert app.session_state["raw"]["location_precision"] is None
    assert not [one for one in app.button if one.key == "place:0:back"]


@pytest.mark.parametrize(
    ("source", "vi"),
    [("map_point", "vị trí đặt trên bản đồ"), ("Trích lục số 1", "Trích lục số 1"), (None, None)],
)
def test_what_a_place_rests_on_is_told_in_words(source, vi):
    assert wording.location_source(source, "vi") == vi


def test_markdown_in_a_record_is_shown_as_letters():
    panel = object.__new__(place._Panel)
    panel.lang = "vi"
    hostile = "![x](http://evil.example/x.png) <b>"
    told = panel._describe(
        {"geometry": {}, "location_precision": "drawn", "location_source": hostile,
         "location_radius_km": Decimal("1.5"), "communes": [{"name": hostile}]}
    )  # fmt: skip
    assert "![" not in told
    assert "<b>" not in told
