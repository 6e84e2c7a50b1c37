"""Taking the map away: picture, print, link, files, and the file that works without a server."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiona
import openpyxl
import pyproj
import pytest
from playwright.sync_api import Browser, Frame, Page

from geo import takeaway
from geo.columns import Filter
from geo.services import Planner
from tests.browser.conftest import OpenScreen, Screen, Server

pytestmark = pytest.mark.browser

DIEM_THUY = "tn-kcn-diem-thuy"
IN_THAI_NGUYEN = "khucum.scene.map.fitBounds([[21.3, 105.5], [22.0, 106.2]], {animate: false})"
COMPOSE = """async (shape) => {
    const made = await khucum.scene.compose(shape);
    const {canvas, width, height, frame, place, bar} = made;
    const pen = canvas.getContext("2d");
    const ratio = canvas.width / width;
    const pixels = (x, y, wide, tall) => {
        const {data} = pen.getImageData(x * ratio, y * ratio, wide * ratio, tall * ratio);
        const found = {blue: 0, orange: 0, dark: 0, light: 0};
        for (let i = 0; i < data.length; i += 4) {
            const [r, g, b] = data.slice(i, i + 3);
            if (b > 130 && r < 60) found.blue += 1;
            if (r > 190 && g < 110 && b < 60) found.orange += 1;
            if (r + g + b < 240) found.dark += 1;
            if (r + g + b > 660) found.light += 1;
        }
        return found;
    };
    return {
        size: [canvas.width, canvas.height], width, height, place, bar, frame,
        map: pixels(place.x, place.y, place.width, place.height),
        heading: pixels(0, 0, width, place.y),
        beside: pixels(place.x + place.width + 2, place.y, width - place.x - place.width - 2, place.height),
        below: pixels(0, place.y + place.height + 2, width, height - place.y - place.height - 2),
        bottom: pixels(0, height - 16, width, 16),
    };
}"""  # noqa: E501
MENU = ["Xuất bản đồ", "Ảnh (PNG)", "In khổ A4", "In khổ A3", "Chép liên kết đến màn hình này"]


def composed(frame: Frame, **shape: Any) -> dict[str, Any]:
    made: dict[str, Any] = frame.evaluate(COMPOSE, shape)
    return made


# -- the picture


def test_the_picture_holds_map_heading_legend_and_sources(screen: Screen) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    made = composed(frame)
    assert made["size"] == [round(2 * made["width"]), round(2 * made["height"])]
    assert made["map"]["blue"] > 2000
    assert made["map"]["orange"] > 2000
    assert made["beside"]["blue"] > 100  # symbols in the legend
    assert made["beside"]["dark"] > 1000  # its words
    assert made["heading"]["dark"] > 1000
    assert made["below"]["light"] > 0.8 * 4 * made["width"] * 40
    assert made["bottom"]["dark"] == 0  # nothing runs off the sheet
    assert screen.complaints == []


def test_the_picture_is_light_and_the_screen_stays_dark(
    open_screen: OpenScreen, server: Server
) -> None:
    light, dark = (open_screen(server, color_scheme=scheme) for scheme in ("light", "dark"))
    pictures = []
    for screen in (light, dark):
        frame = screen.open()
        frame.evaluate(IN_THAI_NGUYEN)
        pictures.append(
            frame.evaluate("khucum.scene.compose().then(({canvas}) => canvas.toDataURL())")
        )
    assert pictures[0] == pictures[1]
    frame = dark.page.frames[-1]
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    assert frame.evaluate("khucum.scene.style.name") == "dark"


@pytest.mark.parametrize("paper", [None, "A4"])
def test_the_scale_bar_is_right_at_the_middle_of_the_map(screen: Screen, paper: str | None) -> None:
    frame = screen.open()
    frame.evaluate(IN_THAI_NGUYEN)
    made = composed(frame, paper=paper)
    at, bar = made["frame"], made["bar"]
    middle = at["width"] / 2
    ends = [middle - bar["pixels"] / 2, middle + bar["pixels"] / 2]
    places = frame.evaluate(
        """([{scale, dx, dy, height}, xs]) => xs.map((x) => {
            const {lat, lng} = khucum.toLatLng((x - dx) / scale, (height / 2 - dy) / scale);
            return [lng, lat];
        })""",
        [at, ends],
    )
    (west, lat), (east, _) = places
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(west, lat, east, lat)
    assert metres == pytest.approx(bar["distance"], rel=1e-4)
    assert str(bar["distance"]).strip("0") in {"1", "2", "5"}


def test_the_picture_is_saved_as_a_file(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    frame.get_by_role("button", name="Export map").click()
    with screen.page.expect_download() as waiting:
        frame.get_by_role("menuitem", name="Picture (PNG)").click()
    assert waiting.value.suggested_filename == "khu-cum-map.png"
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width > 1800
    assert height > 1200
    frame.wait_for_function(
        "document.querySelector('.told').textContent.includes('saved')", polling=100
    )


def test_what_is_selected_and_filtered_is_on_the_picture(screen: Screen) -> None:
    frame = screen.open("/?kind=CCN&province=19")
    assert frame.evaluate("khucum.scene.view.heading") == [
        "Khu, cụm công nghiệp: Thái Nguyên",
        "Tỉnh: Thái Nguyên · Cụm công nghiệp",
        "0 khu (KCN), 29 cụm (CCN) · quy hoạch 1.160,83 ha",
    ]
    made = composed(frame)
    assert made["map"]["blue"] == 0
    assert made["map"]["orange"] > 500


# -- prints


@pytest.mark.parametrize(
    ("paper", "viewport", "points"),
    [
        ("A4", (1360, 860), (841.9, 595.3)),
        ("A3", (1360, 860), (1190.6, 841.9)),
        ("A4", (390, 844), (595.3, 841.9)),
    ],
    ids=["A4", "A3", "A4 from a phone"],
)
def test_a_print_is_one_page_of_the_right_size(
    open_screen: OpenScreen,
    server: Server,
    browser: Browser,
    paper: str,
    viewport: tuple[int, int],
    points: tuple[float, float],
) -> None:
    screen = open_screen(server, viewport={"width": viewport[0], "height": viewport[1]})
    screen.page.add_init_script(
        "window.print = () => { window.top.printed = document.documentElement.outerHTML; }"
    )
    frame = screen.open()
    frame.get_by_role("button", name="Xuất bản đồ").click()
    frame.get_by_role("menuitem", name=f"In khổ {paper}").click()
    screen.page.wait_for_function("window.printed", polling=100)
    sheet = browser.new_page()
    sheet.set_content(screen.page.evaluate("window.printed"))
    sheet.wait_for_function(
        "document.images[0].complete && document.images[0].naturalWidth > 0", polling=100
    )
    dots = sheet.evaluate("document.images[0].naturalWidth")
    pdf = sheet.pdf(prefer_css_page_size=True)
    sheet.close()
    assert dots == pytest.approx(points[0] / 72 * 200, abs=2)
    assert pdf.count(b"/Type /Page\n") == 1
    box = pdf.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [float(value) for value in box[2:]] == pytest.approx(points, abs=1.5)


# -- the link


LINKED = "/?lang=en&province=19&kind=KCN&unit=provinces-2016&measure=count"


def test_a_copied_link_opens_the_same_view_in_a_fresh_browser(
    open_screen: OpenScreen, server: Server
) -> None:
    screen = open_screen(server, permissions=["clipboard-read", "clipboard-write"])
    frame = screen.open(LINKED)
    frame.evaluate(f"khucum.scene.select({{kind: 'zone', id: '{DIEM_THUY}'}}, {{fly: true}})")
    frame.get_by_role("button", name="Export map").click()
    frame.get_by_role("menuitem", name="Copy link").click()
    frame.wait_for_function(
        "document.querySelector('.told').textContent === 'Link copied.'", polling=100
    )
    link = screen.page.evaluate("navigator.clipboard.readText()")
    shown = """() => ({
        selected: khucum.state.selected, visible: khucum.state.visible,
        unit: khucum.state.unit, measure: khucum.state.measure,
        heading: khucum.scene.view.heading, zoom: khucum.scene.map.getZoom(),
        at: Object.values(khucum.scene.map.getCenter()).map((value) => value.toFixed(3)),
    })"""
    before = frame.evaluate(shown)
    other = open_screen(server)
    again = other.open(link.removeprefix(server.address))
    again.wait_for_function("khucum.state.profile === 'open'", polling=100)
    assert again.evaluate(shown) == before
    assert before["selected"] == DIEM_THUY
    assert other.page.get_by_text("Map of industrial zones and clusters").first.is_visible()


def test_a_page_without_a_clipboard_still_gives_the_link(
    open_screen: OpenScreen, server: Server
) -> None:
    screen = open_screen(server)
    screen.page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true});"
        "Document.prototype.execCommand = () => false"
    )
    frame = screen.open("/?lang=en&kind=CCN")
    frame.get_by_role("button", name="Export map").click()
    frame.get_by_role("menuitem", name="Copy link").click()
    told = "document.querySelector('.told').textContent"
    frame.wait_for_function(f"{told}.startsWith('Copy this link: ')", polling=100)
    assert "kind=CCN" in frame.evaluate(told)


# -- the menu


def test_the_menu_is_worked_by_keyboard(screen: Screen) -> None:
    frame = screen.open()
    button = frame.get_by_role("button", name=MENU[0])
    button.focus()
    focused = "document.activeElement.textContent"
    screen.page.keyboard.press("Enter")
    seen = [frame.evaluate(focused)]
    for _ in range(4):
        screen.page.keyboard.press("ArrowDown")
        seen.append(frame.evaluate(focused))
    assert seen == [*MENU[1:], MENU[1]]
    screen.page.keyboard.press("End")
    assert frame.evaluate(focused) == MENU[-1]
    screen.page.keyboard.press("Escape")
    assert frame.evaluate(focused) == MENU[0]
    assert button.get_attribute("aria-expanded") == "false"
    screen.page.keyboard.press("ArrowUp")
    assert frame.evaluate(focused) == MENU[-1]
    screen.page.keyboard.press("Tab")
    assert button.get_attribute("aria-expanded") == "false"


# -- files


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Excel (XLSX)", "khu-cum.xlsx"),
        ("GeoPackage", "khu-cum.gpkg"),
        ("GeoJSON", "khu-cum.geojson"),
        ("CSV", "khu-cum.csv"),
    ],
)
def test_the_files_hold_the_zones_shown(screen: Screen, label: str, name: str) -> None:
    screen.open("/?lang=en&province=66")
    screen.page.get_by_role("button", name="Export data").click()
    with screen.page.expect_download() as waiting:
        screen.page.get_by_role("button", name=label).click()
    assert waiting.value.suggested_filename == name
    path = Path(waiting.value.path())
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(path.open("rb"))
        assert book.worksheets[0].max_row == 1 + 5
        assert book.sheetnames == ["Zones", "Totals", "Sources"]
    elif name.endswith("gpkg"):
        with fiona.open(path, layer="zones") as layer:
            assert len(layer) == 5
    elif name.endswith("geojson"):
        assert len(json.loads(path.read_text("utf-8"))["features"]) == 5
    else:
        assert path.read_bytes().count(b"\r\n") == 1 + 5


def test_nothing_is_offered_where_nothing_is_shown(screen: Screen) -> None:
    screen.open("/?lang=en&q=xyzxyz")
    screen.page.get_by_text("Remove a filter").first.wait_for()
    assert screen.page.get_by_role("button", name="Export data").count() == 0


# -- the map in one file


def carried(planner: Planner, path: Path, chosen: Filter, lang: str) -> Path:
    columns = planner.state.columns
    mask = columns.accept(chosen)
    words = takeaway.heading(planner, chosen, columns.sums(mask), "districts-2016", lang)
    view = takeaway.headed(planner.map_view(mask), words)
    path.write_bytes(takeaway.page(planner, view, columns.picked(mask), lang))
    return path


@pytest.fixture
def opened(browser: Browser, planner: Planner, tmp_path: Path) -> Iterator[Page]:
    """A file as opened from a disk, in a browser without any network."""
    path = carried(planner, tmp_path / "ban-do.html", Filter(provinces=("19",)), "en")
    context = browser.new_context(offline=True, viewport={"width": 1360, "height": 860})
    screen = Screen(context.new_page(), path.as_uri())
    screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    screen.page.on(
        "console",
        lambda said: screen.complaints.append(said.text) if said.type == "error" else None,
    )
    screen.page.on("request", lambda asked: screen.outside.append(asked.url))
    screen.page.goto(screen.address)
    screen.page.wait_for_function(
        "window.khucum?.state?.ready && khucum.state.paints > 0", polling=100
    )
    yield screen.page
    assert screen.complaints == []
    assert {url for url in screen.outside if not url.startswith(("data:", "blob:"))} == {
        screen.address
    }
    context.close()


def test_a_file_draws_its_zones_and_says_what_it_is(opened: Page) -> None:
    state = opened.evaluate("khucum.state")
    assert state["drawn"] == {"KCN": 7, "CCN": 28}
    assert state["failed"] == []
    assert opened.locator("h1").inner_text() == "Industrial zones and clusters: Thái Nguyên"
    assert "4,930.83 ha planned" in opened.locator("header.carried").inner_text()
    assert "CC BY-SA 4.0" in opened.locator("footer.carried").inner_text()
    assert "Planned area (ha)" in opened.locator(".legend").inner_text()


def test_a_file_opens_profiles_and_units(opened: Page) -> None:
    spot = opened.evaluate("id => khucum.pointOf(id)", "tn-kcn-nam-pho-yen")
    assert spot is not None
    opened.evaluate(f"khucum.scene.select({{kind: 'zone', id: '{DIEM_THUY}'}}, {{fly: true}})")
    opened.wait_for_function("khucum.state.profile === 'open'", polling=100)
    assert "KCN Điềm Thụy" in opened.locator("#side").inner_text()
    opened.wait_for_function(f"location.hash.startsWith('#zone={DIEM_THUY}')", polling=100)
    opened.evaluate("khucum.scene.select({kind: 'unit', id: '172'}, {fly: true})")
    opened.wait_for_function("khucum.state.unitPanel === 'open'", polling=100)
    assert "KCN Nam Phổ Yên" in opened.locator("#side").inner_text()


def test_a_file_finds_and_lists(opened: Page) -> None:
    opened.locator(".find input").fill("diem thuy")
    opened.locator("[role=option]").first.wait_for()
    assert opened.locator("[role=option]").count() >= 2
    assert "35" in opened.locator("#below").inner_text()
    assert opened.locator("#below tbody tr").count() > 20


def test_a_file_makes_pictures_and_offers_no_link(opened: Page) -> None:
    opened.get_by_role("button", name="Export map").click()
    assert opened.get_by_role("menuitem").all_inner_texts() == [
        "Picture (PNG)",
        "Print A4",
        "Print A3",
    ]
    image = opened.evaluate("khucum.scene.compose().then(({canvas}) => canvas.toDataURL())")
    assert base64.b64decode(image.split(",")[1]).startswith(b"\x89PNG")


def test_a_file_is_offered_on_the_page(screen: Screen) -> None:
    screen.open("/?lang=en&province=66")
    screen.page.get_by_role("button", name="Export data").click()
    with screen.page.expect_download() as waiting:
        screen.page.get_by_role("button", name="Map without internet").click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"<!DOCTYPE html>")
    assert 1_000_000 < len(content) < 4_000_000
