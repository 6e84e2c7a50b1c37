"""Setting a place in a real browser: drawn, typed, pasted, uploaded, looked up."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from playwright.sync_api import Frame, Page, expect
from shapely import Polygon, box
from shapely.geometry import shape

from geo.crs import WGS84, geometry_area_ha
from geo.i18n import number, t
from geo.survey.systems import moved
from tests.browser.conftest import ROOT, OpenScreen, Screen, Server, running

pytestmark = pytest.mark.browser

LANGUAGES = ("vi", "en")
OWN = "EPSG:9218"  # TM-3 108°30', the system of Bình Thuận
OTHER = "EPSG:9217"
SQUARE = box(107.95, 10.9, 107.96, 10.909)  # in huyện Hàm Thuận Nam
ZONE = "bt-kcn-ham-kiem-i"


@pytest.fixture(scope="module")
def place_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    var = tmp_path_factory.mktemp("place")
    script = "tests/browser/place_app.py"
    with running(script=script, PYTHONPATH=str(ROOT), KHUCUM_VAR=str(var)) as made:
        yield made


@pytest.fixture
def place(open_screen: OpenScreen, place_server: Server) -> Callable[..., Bench]:
    def make(lang: str = "vi", path: str = "", **options: Any) -> Bench:
        made = open_screen(place_server, **options)
        made.page.goto(f"{made.address}/?lang={lang}{path}")
        if "behind" in path:
            made.page.get_by_role("tab", name="Vị trí").click()
        return Bench(made, made.page, lang)

    return make


class Bench:
    """The page of one place."""

    def __init__(self, screen: Screen, page: Page, lang: str) -> None:
        self.screen, self.page, self.lang = screen, page, lang
        self.frame: Frame = screen.map()

    def t(self, key: str, **params: object) -> str:
        return t(self.lang, f"page.place.{key}", **params)

    def choose(self, method: str) -> None:
        self.page.get_by_role("radio", name=self.t(f"method_{method}")).click()
        expect(self.page.get_by_text(self.t(f"about_{method}"))).to_be_visible()
        mode = method if method in ("point", "outline") else "view"
        self.frame.wait_for_function(
            f"khucum.state.ready && khucum.board.view.mode === '{mode}'", polling=100
        )

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """A place in the frame, as shares of its size, on the page."""
        element = self.frame.frame_element()
        element.scroll_into_view_if_needed()
        area = element.bounding_box()
        assert area is not None
        return area["x"] + x * area["width"], area["y"] + y * area["height"]

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.spot(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.spot(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.spot(*end), steps=6)
        self.page.mouse.up()

    def tool(self, name: str) -> None:
        self.frame.locator(f"button[data-tool={name}]").click()

    def corners(self) -> list[int]:
        """Corners of each part on the map."""
        found: list[int] = self.frame.evaluate("khucum.board.parts.map((p) => p[0].length)")
        return found

    def paste(self, text: str) -> None:
        self.page.get_by_role("textbox", name=self.t("corners")).fill(text)
        self.page.keyboard.press("Control+Enter")

    def upload(self, name: str, content: bytes) -> None:
        self.page.get_by_text(self.t("brought_file"), exact=True).click()
        field = self.page.get_by_test_id("stFileUploader").locator("input")
        field.set_input_files({"name": name, "mimeType": "", "buffer": content})

    def use(self) -> dict[str, Any]:
        code = self.page.get_by_test_id("stCode")
        before = code.inner_text()
        self.page.get_by_role("button", name=self.t("use")).click()
        expect(code).not_to_have_text(before)
        expect(self.page.get_by_text(self.t("use_same"))).to_be_visible()
        return dict(json.loads(code.inner_text()))

    def nothing_taken(self) -> None:
        expect(self.page.get_by_test_id("stCode")).to_have_text("{}")


MakeBench = Callable[..., Bench]


def table(polygon: Polygon, system: str, *, swapped: bool = False) -> str:
    plane = moved(polygon, WGS84, system)
    rows = []
    for label, (east, north) in enumerate(plane.exterior.coords[:-1], start=1):
        pair = (east, north) if swapped else (north, east)
        rows.append("\t".join([str(label), *(f"{value:.2f}".replace(".", ",") for value in pair)]))
    return "\n".join(rows)


QUAD = ((0.45, 0.3), (0.6, 0.32), (0.58, 0.6), (0.42, 0.55))


def draw(bench: Bench) -> None:
    bench.choose("outline")
    for corner in QUAD:
        bench.click(*corner)
    bench.click(*QUAD[0])
    bench.frame.wait_for_function("khucum.board.parts.length === 1", polling=100)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_outline_is_drawn_changed_and_used(place: MakeBench, lang: str) -> None:
    bench = place(lang)
    draw(bench)
    expect(bench.page.get_by_text(bench.t("area"))).to_be_visible()
    before = bench.page.get_by_test_id("stMetricValue").first.inner_text()
    bench.drag(QUAD[1], (0.66, 0.26))
    expect(bench.page.get_by_test_id("stMetricValue").first).not_to_have_text(before)
    taken = bench.use()
    assert taken["location_precision"] == "drawn"
    assert taken["location_radius_km"] is None
    assert taken["location_source"] == "map_outline"
    area = geometry_area_ha(shape(taken["geometry"]))
    shown = number(round(area, 2), lang)
    expect(bench.page.get_by_test_id("stMetricValue").first).to_have_text(f"{shown} ha")
    assert bench.screen.complaints == []
    assert bench.screen.outside == []


def test_corners_are_added_deleted_and_brought_back(place: MakeBench) -> None:
    bench = place()
    draw(bench)
    assert bench.corners() == [4]
    middle = ((QUAD[1][0] + QUAD[2][0]) / 2, (QUAD[1][1] + QUAD[2][1]) / 2)
    bench.drag(middle, (0.7, 0.45))
    bench.frame.wait_for_function("khucum.board.parts[0][0].length === 5", polling=100)
    bench.click(0.7, 0.45)
    bench.tool("remove")
    bench.frame.wait_for_function("khucum.board.parts[0][0].length === 4", polling=100)
    bench.tool("undo")
    bench.frame.wait_for_function("khucum.board.parts[0][0].length === 5", polling=100)
    bench.tool("part")
    for corner in ((0.75, 0.3), (0.85, 0.3), (0.8, 0.5)):
        bench.click(*corner)
    bench.tool("finish")
    bench.frame.wait_for_function("khucum.board.parts.length === 2", polling=100)
    assert bench.use()["geometry"]["type"] == "MultiPolygon"
    bench.tool("clear")
    expect(bench.page.get_by_text(bench.t("preview"))).to_be_hidden()


def test_a_rerun_leaves_a_pressed_handle_in_peace(place: MakeBench) -> None:
    bench = place()
    draw(bench)
    expect(bench.page.get_by_text(bench.t("area"))).to_be_visible()
    bench.page.mouse.move(*bench.spot(*QUAD[1]))
    bench.page.mouse.down()
    bench.frame.evaluate("khucum.draw({...khucum.board.view})")  # as every rerun does
    bench.page.mouse.move(*bench.spot(0.66, 0.26), steps=4)
    bench.page.mouse.up()
    bench.frame.wait_for_function("khucum.board.past.length > 5", polling=100)


def test_a_rerun_leaves_a_half_drawn_outline_in_peace(place: MakeBench) -> None:
    bench = place()
    bench.choose("outline")
    for corner in QUAD[:2]:
        bench.click(*corner)
    bench.page.get_by_role("textbox", name=bench.t("source")).fill("Bản đồ quy hoạch")
    bench.page.keyboard.press("Tab")
    for corner in QUAD[2:]:
        bench.click(*corner)
    bench.tool("finish")
    assert bench.corners() == [4]
    assert bench.use()["location_source"] == "Bản đồ quy hoạch"


def test_an_outline_that_crosses_itself_is_not_taken(place: MakeBench) -> None:
    bench = place()
    bench.choose("outline")
    for corner in (QUAD[0], QUAD[2], QUAD[1], QUAD[3]):
        bench.click(*corner)
    bench.tool("finish")
    expect(bench.page.get_by_role("alert").filter(has_text="Self-intersection")).to_be_visible()
    expect(bench.page.get_by_role("button", name=bench.t("use"))).to_be_hidden()


def test_corners_typed_go_to_the_map(place: MakeBench) -> None:
    bench = place()
    bench.choose("outline")
    bench.page.get_by_text(bench.t("keyboard")).click()
    bench.paste(table(SQUARE, OWN))
    bench.page.get_by_role("button", name=bench.t("to_map")).click()
    bench.frame.wait_for_function("khucum.board.parts[0]?.[0].length === 4", polling=100)
    assert bench.use()["location_precision"] == "drawn"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_table_with_swapped_columns_is_read_and_said(place: MakeBench, lang: str) -> None:
    bench = place(lang)
    bench.choose("survey")
    bench.paste(table(SQUARE, OWN, swapped=True))
    said = t(lang, "issue.survey.columns_swapped", north="C", east="B")
    expect(bench.page.get_by_text(said)).to_be_visible()
    expect(bench.page.get_by_text(bench.t("as_declared"))).to_be_visible()
    taken = bench.use()
    assert taken["location_precision"] == "surveyed"
    assert taken["location_source"] == "survey_table"
    overlap = shape(taken["geometry"]).intersection(SQUARE).area
    assert overlap == pytest.approx(SQUARE.area, rel=1e-3)


def test_a_wrong_meridian_is_mended_by_one_click(place: MakeBench) -> None:
    bench = place()
    bench.choose("survey")
    bench.page.get_by_role("combobox", name=bench.t("system")).click()
    bench.page.get_by_role("option", name="VN-2000 TM-3 108°15'").click()
    bench.paste(table(SQUARE, OWN))
    expect(bench.page.get_by_text(bench.t("not_declared"))).to_be_visible()
    bench.page.get_by_role("button", name="VN-2000 TM-3 108°30'").first.click()
    expect(bench.page.get_by_text(bench.t("as_declared"))).to_be_visible()
    assert shape(bench.use()["geometry"]).centroid.distance(SQUARE.centroid) < 1e-4


def shapefile(folder: Path, polygons: list[Polygon], crs: str) -> bytes:
    frame = gpd.GeoDataFrame(
        {"ten": ["Lô A", "Lô B"][: len(polygons)]}, geometry=polygons, crs=WGS84
    )
    frame.to_crs(crs).to_file(folder / "ranh.shp", encoding="utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in folder.glob("ranh.*"):
            archive.write(part, part.name)
    return packed.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_zipped_shapefile_with_two_outlines(place: MakeBench, lang: str, tmp_path: Path) -> None:
    bench = place(lang)
    bench.choose("survey")
    away = box(107.98, 10.9, 107.985, 10.905)
    bench.upload("ranh giới.zip", shapefile(tmp_path, [SQUARE, away], OWN))
    expect(bench.page.get_by_text(t(lang, "issue.survey.outlines_united", count=2))).to_be_visible()
    bench.page.get_by_role("combobox", name=bench.t("outlines")).click()
    bench.page.get_by_role("option", name="Lô A").click()
    bench.page.keyboard.press("Escape")
    expect(bench.page.get_by_text(bench.t("table", system="VN-2000 TM-3 108°30'"))).to_be_visible()
    bench.frame.wait_for_function("khucum.board.parts.length === 1", polling=100)
    taken = bench.use()
    assert taken["geometry"]["type"] == "Polygon"
    assert shape(taken["geometry"]).centroid.distance(SQUARE.centroid) < 1e-4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_kml_with_an_entity_is_refused(place: MakeBench, lang: str) -> None:
    bench = place(lang)
    bench.choose("survey")
    evil = b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    bench.upload("ranh.kml", evil + b'<kml xmlns="http://www.opengis.net/kml/2.2">&x;</kml>')
    said = t(lang, "error.file.xml_entities", file="ranh.kml")
    expect(bench.page.get_by_text(said)).to_be_visible()
    expect(bench.page.get_by_role("button", name=bench.t("use"))).to_be_hidden()
    bench.nothing_taken()


def test_a_point_by_mouse_and_by_keyboard(place: MakeBench) -> None:
    bench = place()
    bench.choose("point")
    bench.click(0.5, 0.5)
    latitude = bench.page.get_by_role("textbox", name=bench.t("latitude"))
    expect(latitude).not_to_have_value("")
    latitude.fill("10,905")
    bench.page.keyboard.press("Tab")
    longitude = bench.page.get_by_role("textbox", name=bench.t("longitude"))
    longitude.fill("107,95")
    bench.page.keyboard.press("Enter")
    bench.frame.wait_for_function("khucum.board.point?.[0] === 107.95", polling=100)
    assert bench.use()["geometry"] == {"type": "Point", "coordinates": [107.95, 10.905]}
    longitude.fill("7,95")
    bench.page.keyboard.press("Enter")
    expect(bench.page.get_by_role("alert")).to_contain_text("7,95")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_communes_are_found_without_diacritics(place: MakeBench, lang: str) -> None:
    bench = place(lang)
    search = bench.page.get_by_role("searchbox", name=bench.t("commune_search"))
    chosen = bench.page.get_by_test_id("stMultiSelect")
    for typed, name in (("ham my", "Xã Hàm Mỹ"), ("ham kiem", "Xã Hàm Kiệm")):
        search.fill(typed)
        bench.page.get_by_role("button", name=f"{name}, Huyện").click()
        expect(chosen).to_contain_text(name)
    bench.frame.wait_for_function(
        "khucum.board.point && khucum.board.view.radius_km > 1", polling=100
    )
    taken = bench.use()
    assert [one["code"] for one in taken["communes"]] == ["23131", "23125"]
    assert taken["location_precision"] == "commune"
    assert taken["location_source"] == "commune_mean"
    assert taken["location_radius_km"] > 1


def test_back_to_the_saved_place_and_reset(place: MakeBench) -> None:
    bench = place(path=f"&zone={ZONE}")
    bench.choose("point")
    bench.click(0.5, 0.4)
    assert bench.use()["location_precision"] == "drawn"
    expect(bench.page.get_by_text(bench.t("changed"))).to_be_visible()
    bench.page.get_by_role("button", name=bench.t("back")).click()
    expect(bench.page.get_by_text(bench.t("changed"))).to_be_hidden()
    bench.nothing_taken()
    bench.click(0.4, 0.4)
    bench.use()
    bench.page.get_by_role("button", name="Reset").click()
    expect(bench.page.get_by_text(bench.t("about_commune"))).to_be_visible()
    bench.nothing_taken()


def test_a_map_behind_another_tab_shows_the_place_once_it_is_seen(place: MakeBench) -> None:
    bench = place(path=f"&zone={ZONE}&behind=1")
    around = (
        "(() => { const b = khucum.board.map.getBounds(); return [b.getWest(), b.getEast()]; })()"
    )
    bench.frame.wait_for_function(f"{around}[1] - {around}[0] < 1.5", polling=100)
    west, east = bench.frame.evaluate(around)
    assert west < 107.98 < east


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone_has_room_for_all_of_it(place: MakeBench, lang: str) -> None:
    bench = place(lang, viewport={"width": 390, "height": 844}, has_touch=True)
    bench.choose("outline")
    for corner in ((0.3, 0.2), (0.7, 0.2), (0.6, 0.5)):
        bench.page.touchscreen.tap(*bench.spot(*corner))
    bench.tool("finish")
    expect(bench.page.get_by_text(bench.t("area"))).to_be_visible()
    overflow = "document.scrollingElement.scrollWidth - innerWidth"
    assert bench.page.evaluate(overflow) <= 0
    for tool in bench.frame.locator(".tools button:visible").all():
        area = tool.bounding_box()
        assert area is not None
        assert area["x"] + area["width"] <= 390
