"""Measuring on the map against pyproj, totals inside an outline against shapely."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from playwright.sync_api import Browser, Frame, Page

from geo import takeaway
from geo.columns import Filter
from geo.crs import GEOD, WGS84
from geo.services import Planner
from geo.settings import load
from geo.zones import Precision
from tests.browser.conftest import OpenScreen, Screen, Server
from tests.test_measure import onshore

THAI_NGUYEN = (105.85, 21.6)
ZONE = "tn-kcn-diem-thuy"


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(load({}))


def measure(frame: Frame | Page) -> dict[str, Any]:
    found: dict[str, Any] = frame.evaluate(
        """() => {
            const ids = (zones) => [...zones].map(({ id }) => id).sort();
            const { zones, ...rest } = khucum.state.measured ?? {};
            if (!zones) return rest;
            const { inside, partly, mayLeave, mayEnter, ...sums } = zones;
            return { ...rest, ...sums, inside: ids(inside), partly: ids(partly),
                mayLeave: ids(mayLeave), mayEnter: ids(mayEnter) };
        }"""
    )
    return found


def look_at(frame: Frame, lat: float, lon: float, zoom: float) -> None:
    frame.evaluate(f"khucum.scene.map.setView([{lat}, {lon}], {zoom}, {{ animate: false }})")


def on_map(screen: Screen, frame: Frame, x: float, y: float) -> tuple[float, float]:
    """A place on the page from shares of the map's width and height."""
    frame.frame_element().scroll_into_view_if_needed()
    box = frame.locator(".folium-map").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def draw(screen: Screen, frame: Frame, *places: tuple[float, float]) -> None:
    for x, y in places:
        screen.page.mouse.click(*on_map(screen, frame, x, y))


def tool(frame: Frame | Page, name: str) -> None:
    frame.get_by_role("button", name=name, exact=True).click()


def type_points(frame: Frame | Page, points: list[tuple[float, float]]) -> None:
    field = frame.get_by_role("textbox", name="Type latitude, longitude (WGS 84)")
    for lon, lat in points:
        field.fill(f"{lat:.6f}, {lon:.6f}")
        field.press("Enter")


def words_of(frame: Frame | Page, part: str) -> str:
    return frame.locator(part).inner_text().replace("\xa0", " ")


def wait_done(frame: Frame | Page) -> None:
    frame.wait_for_function("khucum.state.measured?.done", polling=100)


def star(seed: int) -> list[tuple[float, float]]:
    """A ring about Thái Nguyên that does not cross itself, to 6 decimals."""
    chance = random.Random(seed)
    corners = chance.randint(3, 9)
    angles = sorted(chance.uniform(0, 6.283) for _ in range(corners))
    x, y = THAI_NGUYEN
    places = [
        pyproj.Geod(ellps="WGS84").fwd(x, y, a * 57.3, chance.uniform(8e3, 4e4)) for a in angles
    ]
    return [(round(lon, 6), round(lat, 6)) for lon, lat, _ in places]


# ---- lengths and areas ------------------------------------------------------------------------


def test_distance_of_clicked_points_is_geodesic(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure distance")
    draw(screen, frame, (0.3, 0.3), (0.5, 0.6), (0.7, 0.35))
    x, y = on_map(screen, frame, 0.8, 0.7)
    screen.page.mouse.dblclick(x, y)
    wait_done(frame)
    told = measure(frame)
    assert len(told["points"]) == 4
    assert told["length"] == pytest.approx(
        GEOD.line_length(*zip(*told["points"], strict=True)), rel=1e-9
    )
    sides = [GEOD.inv(*a, *b)[2] for a, b in pairwise(told["points"])]
    assert told["sides"] == pytest.approx(sides, rel=1e-9)
    assert words_of(frame, "#side .total") == f"{told['length'] / 1000:,.3f} km"
    assert not screen.complaints


def test_area_of_typed_points_is_geodesic(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure area")
    ring = [(105.8, 21.4), (106.0, 21.42), (105.97, 21.55), (105.82, 21.56)]
    type_points(frame, ring)
    frame.get_by_role("button", name="Finish").click()
    wait_done(frame)
    told = measure(frame)
    area, perimeter = GEOD.polygon_area_perimeter(*zip(*ring, strict=True))
    assert told["area"] == pytest.approx(abs(area), rel=1e-9)
    assert told["perimeter"] == pytest.approx(perimeter, rel=1e-9)
    words = words_of(frame, "#side")
    assert f"{abs(area) / 10_000:,.2f} ha ({abs(area) / 1e6:,.4f} km²)" in words
    assert f"{perimeter / 1000:,.3f} km" in words


def test_rectangle_lies_between_parallels(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Select area")
    draw(screen, frame, (0.3, 0.25), (0.75, 0.8))
    wait_done(frame)
    told = measure(frame)
    corners = shapely.MultiPoint(told["points"])
    exact = shapely.segmentize(shapely.box(*corners.bounds), 0.0005)
    area, _ = GEOD.geometry_area_perimeter(exact)
    assert told["area"] == pytest.approx(abs(area), rel=1e-6)


@pytest.mark.parametrize("tap", [False, True], ids=["mouse", "finger"])
def test_a_rectangle_is_dragged_and_the_map_stays(
    open_screen: OpenScreen, server: Server, tap: bool
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    screen = open_screen(server, **(phone if tap else {}))
    frame = screen.open("/?lang=en")
    look_at(frame, 21.5, 105.9, 9)
    tool(frame, "Select area")
    centre = "(({lat, lng}) => [lat, lng])(khucum.scene.map.getCenter())"
    before = frame.evaluate(centre)
    start, end = on_map(screen, frame, 0.3, 0.25), on_map(screen, frame, 0.75, 0.8)
    corners = frame.evaluate(
        """(shares) => shares.map(([x, y]) => {
            const { map } = khucum.scene;
            const size = map.getSize();
            const { lat, lng } = map.containerPointToLatLng([x * size.x, y * size.y]);
            return [lng, lat];
        })""",
        [[0.3, 0.25], [0.75, 0.8]],
    )
    if tap:
        finger = screen.page.context.new_cdp_session(screen.page)
        for kind, at in [("Start", start), ("Move", (200, 400)), ("Move", end), ("End", None)]:
            points = [{"x": at[0], "y": at[1]}] if at else []
            finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    else:
        screen.page.mouse.move(*start)
        screen.page.mouse.down()
        screen.page.mouse.move(*end, steps=5)
        screen.page.mouse.up()
    wait_done(frame)
    assert frame.evaluate(centre) == before
    for point, corner in zip(measure(frame)["points"], corners, strict=True):
        assert point == pytest.approx(corner, abs=0.006)  # two pixels
    assert frame.evaluate("khucum.state.selected") is None  # its end was no click
    assert frame.evaluate("khucum.scene.map.dragging.enabled()") is not tap


def test_a_drag_that_is_given_up_leaves_nothing(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Select area")
    screen.page.mouse.move(*on_map(screen, frame, 0.3, 0.25))
    screen.page.mouse.down()
    screen.page.mouse.move(*on_map(screen, frame, 0.6, 0.6), steps=3)
    frame.wait_for_function("khucum.state.measured.points.length === 1", polling=100)
    screen.page.keyboard.press("Escape")
    screen.page.mouse.up()
    assert frame.evaluate("khucum.state.measured") is None
    assert frame.evaluate("khucum.state.selected") is None
    assert frame.evaluate("khucum.scene.map.dragging.enabled()")


def test_a_line_between_zones_names_them_and_says_their_doubt(
    open_screen: OpenScreen, server: Server, planner: Planner
) -> None:
    screen = open_screen(server, permissions=["clipboard-read", "clipboard-write"])
    frame = screen.open("/?lang=en")
    tool(frame, "Measure distance")
    one, other = (planner.state.by_id[zone] for zone in (ZONE, "tn-kcn-nam-pho-yen"))
    look_at(frame, 21.45, 105.9, 10.5)
    x, y = screen.zone(frame, one.id)
    screen.page.mouse.click(x + 3, y + 2)
    assert words_of(frame, "#side .route") == f"{one.name} → …"
    screen.page.mouse.dblclick(*screen.zone(frame, other.id))
    wait_done(frame)
    told = measure(frame)
    ends = [(zone.geometry.x, zone.geometry.y) for zone in (one, other)]
    assert told["points"] == [pytest.approx(end, abs=1e-6) for end in ends]
    length = GEOD.inv(*ends[0], *ends[1])[2]
    assert told["length"] == pytest.approx(length, rel=1e-6)
    radii = [float(zone.location_radius_km) for zone in (one, other)]
    assert told["doubt"] == pytest.approx(sum(radii))
    total = f"{length / 1000:,.1f} km ± {sum(radii):g} km"
    assert words_of(frame, "#side .route") == f"{one.name} → {other.name}"
    assert words_of(frame, "#side .total") == total
    for zone, radius in zip((one, other), radii, strict=True):
        assert f"{zone.name} ± {radius:g} km" in words_of(frame, "#side .doubt")
    assert frame.locator("#side .points b").count() == 0  # the only side is the total
    assert frame.evaluate("khucum.scene.tip.text()") is None
    frame.get_by_role("button", name="Copy the figures").click()
    frame.get_by_text("Copied", exact=True).wait_for()
    rows = [row.split("\t") for row in frame.evaluate("navigator.clipboard.readText()").split("\n")]
    assert [row[0].strip() for row in rows[-2:]] == [one.name, other.name]
    assert float(rows[1][1]) == pytest.approx(sum(radii))


def test_a_zone_between_two_sides_is_in_doubt_twice_and_an_unknown_doubt_stays_unknown(
    screen: Screen,
) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure distance")
    doubts = frame.evaluate(
        """() => {
            const { measuring } = khucum.scene;
            const zone = (radius_km, precision) => ({ name: "z", radius_km, precision });
            const doubt = (...zones) => {
                measuring.start("distance");
                zones.forEach((zone, i) => measuring.add({ lat: 21 + i, lng: 105 }, zone));
                measuring.finish();
                return khucum.state.measured.doubt;
            };
            return [
                doubt(zone(1, "commune"), zone(2, "district"), zone(0.5, "drawn")),
                doubt(null, zone(2, "commune")),
                doubt(zone(null, "surveyed"), null),
                doubt(zone(null, "drawn"), zone(2, "commune")),
            ];
        }"""
    )
    assert doubts == [5.5, 2, 0, None]
    assert "± not known" in words_of(frame, "#side .total")


def test_an_outline_that_crosses_itself_has_no_area(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure area")
    type_points(frame, [(105.8, 21.4), (106.0, 21.6), (106.0, 21.4), (105.8, 21.6)])
    frame.get_by_role("button", name="Finish").click()
    wait_done(frame)
    assert measure(frame)["area"] is None
    assert "crosses itself" in frame.locator("#side").inner_text()


def test_what_is_no_coordinate_is_refused_in_words(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure distance")
    field = frame.get_by_role("textbox", name="Type latitude, longitude (WGS 84)")
    for text in ("", "21.5", "<img src=x>", "91, 200", "1, 2, 3", "9" * 5000):
        field.fill(text)
        field.press("Enter")
        assert frame.get_by_role("alert").filter(has_text="decimal degrees").is_visible()
        assert measure(frame)["points"] == []
    for text in ("105.912 21.465", "21,465; 105,912", "21.465,105.912"):  # either order, comma
        field.fill(text)
        field.press("Enter")
    assert measure(frame)["points"] == [[105.912, 21.465]] * 3


# ---- the tools --------------------------------------------------------------------------------


def test_while_points_are_set_a_click_selects_nothing(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    frame.evaluate(f"khucum.scene.select({{ kind: 'zone', id: '{ZONE}' }}, {{ fly: true }})")
    button = frame.get_by_role("button", name="Measure distance", exact=True)
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert frame.evaluate("khucum.state.selected") is None
    screen.page.mouse.click(*screen.zone(frame, ZONE))
    assert len(measure(frame)["points"]) == 1
    assert frame.evaluate("khucum.state.selected") is None
    screen.page.keyboard.press("Escape")
    assert button.get_attribute("aria-pressed") == "false"
    assert frame.evaluate("khucum.state.measured") is None
    assert frame.locator("#side").is_hidden()
    screen.page.mouse.click(*screen.zone(frame, ZONE))
    assert frame.evaluate("khucum.state.selected") == ZONE


def test_keys_take_back_finish_and_clear(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure area")
    draw(screen, frame, (0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.4, 0.7))
    press = screen.page.keyboard.press
    press("Backspace")
    assert len(measure(frame)["points"]) == 3
    press("Enter")
    wait_done(frame)
    press("Backspace")  # the result stays
    assert len(measure(frame)["points"]) == 3
    press("Escape")
    assert frame.evaluate("khucum.state.measured") is None
    tool(frame, "Measure area")
    tool(frame, "Select area")  # one at a time
    pressed = frame.locator("button.tool[aria-pressed=true]").all_inner_texts()
    assert pressed == ["Select area"]
    tool(frame, "Select area")
    assert frame.locator("button.tool[aria-pressed=true]").count() == 0


def test_a_zone_of_the_list_opens_and_its_close_button_leads_back(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure area")
    type_points(frame, [(105.4, 21.3), (106.3, 21.3), (106.3, 22.1), (105.4, 22.1)])
    frame.get_by_role("button", name="Finish").click()
    wait_done(frame)
    first = frame.locator("#side .zones button").first
    name = first.locator("span").inner_text().split("\n")[0]
    first.click()
    frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
    assert frame.locator("#side h2").inner_text() == name
    shut = frame.locator("#side .shut")
    shut.click()
    assert frame.locator("#side h2").inner_text() == "Measure area"
    shut.click()
    assert frame.locator("#side").is_hidden()
    assert frame.evaluate("khucum.state.measured") is None


# ---- what lies inside -------------------------------------------------------------------------


def geodesic_ring(ring: list[tuple[float, float]]) -> shapely.Polygon:
    """The ring with its sides as geodesics in pieces of 5 km, in degrees."""
    places = []
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        pieces = int(GEOD.inv(ax, ay, bx, by)[2] / 5000) + 1
        places += [(ax, ay), *GEOD.npts(ax, ay, bx, by, pieces - 1)] if pieces > 1 else [(ax, ay)]
    return shapely.Polygon(places)


def border_m(ring: shapely.Polygon, lon: float, lat: float) -> float:
    """Distance of a place to the border, by an azimuthal projection about the place itself."""
    crs = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84 +units=m"
    step = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
    flat = shapely.transform(ring.exterior, step.transform, interleaved=False)
    return float(flat.distance(shapely.Point(0, 0)))


@pytest.mark.parametrize("seed", range(6))
def test_totals_inside_a_random_outline_are_those_of_shapely(
    screen: Screen, planner: Planner, seed: int
) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure area")
    ring = star(seed)
    type_points(frame, ring)
    frame.get_by_role("button", name="Finish").click()
    wait_done(frame)
    told = measure(frame)

    outline = geodesic_ring(ring)
    placed = [zone for zone in planner.zones() if zone.geometry is not None]
    inside = [zone for zone in placed if outline.contains(zone.geometry)]
    assert told["inside"] == sorted(zone.id for zone in inside)
    assert inside
    known = [zone.area_planned_ha for zone in inside if zone.area_planned_ha is not None]
    assert Decimal(str(told["ha"])) == sum(known)
    assert told["unknown"] == len(inside) - len(known)
    for kind in ("KCN", "CCN"):
        assert told["clusters"][kind] == sum(z.cluster_count for z in inside if z.kind == kind)

    doubtful = [
        z for z in placed if z.location_precision is not Precision.SURVEYED and z.location_radius_km
    ]
    crossing = {
        zone.id
        for zone in doubtful
        if border_m(outline, zone.geometry.x, zone.geometry.y)
        < float(zone.location_radius_km) * 1000
    }
    within = {zone.id for zone in inside}
    assert told["mayLeave"] == sorted(crossing & within)
    assert told["mayEnter"] == sorted(crossing - within)


def test_only_visible_zones_count_and_a_filter_counts_anew(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    tool(frame, "Measure area")
    type_points(frame, [(105.4, 21.3), (106.3, 21.3), (106.3, 22.1), (105.4, 22.1)])
    frame.get_by_role("button", name="Finish").click()
    wait_done(frame)
    both = measure(frame)["clusters"]
    assert both["KCN"] > 0
    assert both["CCN"] > 0
    shown = frame.evaluate("khucum.state.shownAt")
    sidebar = screen.page.get_by_test_id("stSidebar")
    sidebar.get_by_role("button", name="Industrial zone (KCN)", exact=True).click()
    frame.wait_for_function(f"khucum.state.shownAt > {shown} && khucum.state.ready", polling=100)
    assert measure(frame)["clusters"] == {"KCN": both["KCN"], "CCN": 0}
    held = frame.locator("#side .held dd").all_inner_texts()
    assert held[:2] == [str(both["KCN"]), "0"]


WITHIN = """(ring) => {
    const square = (x, y, size) => [[
        [x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]];
    const feature = (n, geometry, more) => ({ geometry, properties: {
        n, id: `z${n}`, name: `z${n}`, kind: "CCN", clusters: 1, area: 0.1, precision: "surveyed",
        radius_km: null, stage: null, ...more } });
    const polygon = (x, y, size) => ({ type: "Polygon", coordinates: square(x, y, size) });
    const zones = new khucum.Zones({ features: [
        feature(0, polygon(105.02, 21.02, 0.01), { area: 0.1 }),
        feature(1, polygon(105.095, 21.05, 0.01), { area: 50 }),
        feature(2, polygon(105.2, 21.05, 0.01)),
        feature(3, polygon(104, 20, 3), { kind: "KCN" }),
        feature(4, { type: "MultiPolygon",
            coordinates: [square(105.03, 21.03, 0.01), square(105.3, 21.3, 0.01)] }),
        feature(5, { type: "Point", coordinates: [105.05, 21.05] }, { area: 0.2, clusters: 2 }),
        feature(6, { type: "Point", coordinates: [105.06, 21.05] }, { area: null, kind: "KCN" }),
        feature(7, polygon(105.101, 21.02, 0.01), { precision: "drawn", radius_km: 0.5 }),
        feature(8, polygon(105.06, 21.06, 0.01), { precision: "drawn", radius_km: 0.5, area: 3 }),
    ] });
    const ids = (found) => [...found].map(({ id }) => id).sort();
    const found = khucum.within(zones.all, ring);
    return { ...found, inside: ids(found.inside), partly: ids(found.partly),
        mayLeave: ids(found.mayLeave), mayEnter: ids(found.mayEnter) };
}"""


def test_true_polygons_lie_inside_partly_or_outside(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    told = frame.evaluate(WITHIN, [[105.0, 21.0], [105.1, 21.0], [105.1, 21.1], [105.0, 21.1]])
    assert told["inside"] == ["z0", "z5", "z6", "z8"]
    assert told["partly"] == ["z1", "z3", "z4"]
    assert told["mayEnter"] == ["z7"]
    assert told["mayLeave"] == []
    assert told["clusters"] == {"KCN": 1, "CCN": 4}
    assert told["ha"] == 3.3  # 0.1 + 0.2 + 3, where floats would say 3.3000000000000003
    assert told["unknown"] == 1


def test_figures_are_copied_as_a_table_and_names_stay_text(
    open_screen: OpenScreen, server: Server
) -> None:
    screen = open_screen(server, permissions=["clipboard-read", "clipboard-write"])
    frame = screen.open("/?lang=en")
    hostile = "<img src=x onerror=alert(1)>"
    frame.evaluate(
        f"""() => {{
            const {{ all }} = khucum.scene.zones;
            const [one, other] = all.filter(({{ province }}) => province === "19");
            one.name = "=1+1";
            other.name = "{hostile}";
        }}"""
    )
    tool(frame, "Measure area")
    type_points(frame, [(105.3, 21.2), (106.4, 21.2), (106.4, 22.2), (105.3, 22.2)])
    frame.get_by_role("button", name="Finish").click()
    wait_done(frame)
    assert frame.locator("#side .zones button", has_text=hostile).is_visible()
    frame.get_by_role("button", name="Copy the figures").click()
    frame.get_by_text("Copied", exact=True).wait_for()
    rows = [
        row.split("\t") for row in frame.evaluate("navigator.clipboard.readText()").splitlines()
    ]
    told = measure(frame)
    assert rows[0] == ["Area of the outline (ha)", f"{told['area'] / 10_000:.3f}".rstrip("0")]
    names = [row[0] for row in rows[8:]]
    assert "'=1+1" in names
    assert hostile in names
    assert len(names) == len(told["inside"]) + len(told["mayEnter"])
    assert frame.locator("img").count() == 0
    assert not screen.complaints


# ---- coordinates ------------------------------------------------------------------------------


def test_proj4js_agrees_with_pyproj_within_a_centimetre(screen: Screen, planner: Planner) -> None:
    frame = screen.open("/?lang=en")
    grid = [(102 + i * 0.75, 8 + k * 0.75) for i in range(11) for k in range(21)]
    found = frame.evaluate(
        """(grid) => {
            const grids = new khucum.Grids(khucum.scene.config.vn2000);
            return Object.fromEntries(Object.keys(grids.systems).map((code) =>
                [code, grid.map((place) => grids.project(code, place))]));
        }""",
        grid,
    )
    assert len(found) == 17
    for code, places in found.items():
        step = onshore(code)
        for (lon, lat), (east, north) in zip(grid, places, strict=True):
            assert (east, north) == pytest.approx(step.transform(lon, lat), abs=0.01)


@pytest.fixture
def readout(
    screen: Screen,
) -> Iterator[Callable[[str, float, float], tuple[Frame, dict[str, Any]]]]:
    """Open the map at a place and point at its middle."""

    def at(path: str, lat: float, lon: float) -> tuple[Frame, dict[str, Any]]:
        frame = screen.open(path)
        look_at(frame, lat, lon, 12)
        x, y = on_map(screen, frame, 0.5, 0.5)
        screen.page.mouse.move(x - 5, y - 5)
        screen.page.mouse.move(x, y)
        frame.wait_for_function("khucum.state.coordinates?.name === 'pointer'", polling=100)
        frame.wait_for_function("khucum.state.coordinates.grid !== null", polling=100)
        return frame, frame.evaluate("khucum.state.coordinates")

    yield at
    assert not screen.complaints


@pytest.mark.parametrize("unit", ["districts-2016", "provinces-2025"])
@pytest.mark.parametrize(
    ("place", "code", "meridian"),
    [((21.47, 105.9), "EPSG:9213", "106°30'"), ((11.1, 108.1), "EPSG:9218", "108°30'")],
    ids=["Thái Nguyên", "Bình Thuận"],
)
def test_coordinates_under_the_pointer(
    readout: Callable[..., tuple[Frame, dict[str, Any]]],
    unit: str,
    place: tuple[float, float],
    code: str,
    meridian: str,
) -> None:
    frame, told = readout(f"/?lang=en&unit={unit}", *place)
    assert (told["lat"], told["lng"]) == pytest.approx(place, abs=0.005)
    east, north = onshore(code).transform(told["lng"], told["lat"])
    assert (told["grid"]["north"], told["grid"]["east"]) == pytest.approx((north, east), abs=0.01)
    words = frame.locator(".readout").inner_text()
    assert f"{told['lat']:.6f}, {told['lng']:.6f}" in words
    assert f"VN-2000 CM {meridian}" in words
    assert f"X {north:.2f} Y {east:.2f}" in re.sub(r"\s+", " ", words)


def test_a_click_shows_degrees_minutes_and_seconds(readout: Callable[..., Any]) -> None:
    frame, _ = readout("/?lang=vi", 21.47, 105.9)
    below = frame.locator("#below").bounding_box()
    frame.get_by_role("button", name="WGS 84").click()
    assert re.search(
        r"21°\d\d′\d\d\.\d\d″B 105°\d\d′\d\d\.\d\d″Đ", frame.locator(".readout").inner_text()
    )
    assert frame.locator("#below").bounding_box() == below
    angle = frame.evaluate("khucum.sexagesimal({ lat: 20.9999999999, lng: -0.0001 }, 'NSEW')")
    assert angle == "21°00′00.00″N 0°00′00.36″W"


def test_at_sea_there_is_no_province_and_no_grid(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    look_at(frame, 14.0, 111.5, 9)
    screen.page.mouse.move(*on_map(screen, frame, 0.5, 0.5))
    frame.wait_for_function("khucum.state.coordinates?.name === 'pointer'", polling=100)
    assert frame.evaluate("khucum.state.coordinates.grid") is None
    assert "outside every province" in frame.locator(".readout").inner_text()


def test_on_a_phone_the_middle_and_then_the_last_tap(
    open_screen: OpenScreen, server: Server
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    screen = open_screen(server, **phone)
    frame = screen.open("/?lang=en")
    look_at(frame, 21.47, 105.9, 12)
    frame.wait_for_function("khucum.state.coordinates?.grid", polling=100)
    told = frame.evaluate("khucum.state.coordinates")
    assert told["name"] == "centre"
    assert (told["lat"], told["lng"]) == pytest.approx((21.47, 105.9), abs=1e-6)
    screen.page.touchscreen.tap(*on_map(screen, frame, 0.7, 0.4))
    frame.wait_for_function("khucum.state.coordinates.name === 'tap'", polling=100)
    assert frame.evaluate("khucum.state.coordinates.lng") > 105.9
    assert "Where you tapped" in frame.locator(".readout").inner_text()


# ---- the map in one file ----------------------------------------------------------------------


def test_all_of_it_works_in_a_file_without_a_server(
    browser: Browser, planner: Planner, tmp_path: Path
) -> None:
    columns = planner.state.columns
    mask = columns.accept(Filter(provinces=("19",)))
    path = tmp_path / "map.html"
    zones = columns.picked(mask)
    path.write_bytes(takeaway.page(planner, planner.map_view(mask, "provinces-2025"), zones, "en"))
    page = browser.new_context(offline=True).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("window.khucum?.state?.ready", polling=100)

    tool(page, "Measure area")
    ring = [(105.4, 21.3), (106.3, 21.3), (106.3, 22.1), (105.4, 22.1)]
    type_points(page, ring)
    page.get_by_role("button", name="Finish").click()
    wait_done(page)
    told = measure(page)
    area, _ = GEOD.polygon_area_perimeter(*zip(*ring, strict=True))
    assert told["area"] == pytest.approx(abs(area), rel=1e-9)
    outline = geodesic_ring(ring)
    assert told["inside"] == sorted(z.id for z in zones if outline.contains(z.geometry))
    assert told["inside"]

    page.evaluate("khucum.scene.map.setView([21.6, 105.85], 10, { animate: false })")
    page.wait_for_function("khucum.state.coordinates?.grid", polling=100)
    assert page.evaluate("khucum.state.coordinates.grid.meridian") == "106°30'"
    assert complaints == []
    page.context.close()
