"""An online basemap: only when asked for, with its attribution, and never in the way."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame

from tests.browser.conftest import OpenScreen, Screen, free_port, running

pytestmark = pytest.mark.browser

CREDIT = "© Thử <b>nghiệm</b>, https://example.org/giay-phep"
RED_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
IN_THAI_NGUYEN = "khucum.scene.map.fitBounds([[21.3, 105.5], [22.0, 106.2]], {animate: false})"
RED = """async () => {
    const {canvas, place, width} = await khucum.scene.compose();
    const ratio = canvas.width / width;
    const {data} = canvas.getContext("2d").getImageData(
        place.x * ratio, place.y * ratio, place.width * ratio, place.height * ratio);
    let red = 0;
    for (let i = 0; i < data.length; i += 4) {
        const [r, g, b] = data.slice(i, i + 3);
        if (r > 240 && g < 12 && b < 12) red += 1;
    }
    return red / (data.length / 4);
}"""


@contextmanager
def tile_host(*, cors: bool) -> Iterator[tuple[str, list[str]]]:
    """A host of red tiles, with what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            if cors:
                self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(RED_PIXEL)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    host = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=host.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{host.server_port}", asked
    finally:
        host.shutdown()
        thread.join()
        host.server_close()


@contextmanager
def silent_host() -> Iterator[str]:
    """A host that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def switch_on(frame: Frame, name: str = "Online basemap") -> None:
    frame.get_by_text("Map layers").click()
    frame.get_by_label(name).check()


@pytest.fixture(scope="module")
def tiles() -> Iterator[tuple[str, list[str]]]:
    with tile_host(cors=True) as host:
        yield host


def test_without_a_setting_there_is_no_basemap_to_switch_on(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    frame.get_by_text("Map layers").click()
    assert frame.get_by_label("Online basemap").count() == 0
    assert screen.outside == []


def test_the_basemap_is_asked_for_only_when_switched_on_and_names_its_source(
    open_screen: OpenScreen, tiles: tuple[str, list[str]]
) -> None:
    address, asked = tiles
    url = address + "/nen/{z}/{x}/{y}.png"
    with running(KHUCUM_TILES=url, KHUCUM_TILES_CREDIT=CREDIT) as server:
        screen = open_screen(server, gated=False)
        frame = screen.open("/?lang=en")
        assert asked == []
        credit = frame.locator(".leaflet-control-attribution")
        assert "Thử" not in credit.inner_text()
        switch_on(frame)
        frame.wait_for_function("document.querySelector('.leaflet-tile-loaded')", polling=100)
        assert all(path.startswith("/nen/") for path in asked)
        assert "© Thử <b>nghiệm</b>, example.org/giay-phep" in credit.inner_text()
        link = credit.get_by_role("link", name="example.org/giay-phep")
        assert link.get_attribute("href") == "https://example.org/giay-phep"
        frame.evaluate(IN_THAI_NGUYEN)
        assert frame.evaluate(RED) > 0.05  # land without zones lets it through
        again = screen.open("/?lang=en")  # the browser remembers
        again.wait_for_function("document.querySelector('.leaflet-tile-loaded')", polling=100)
        again.get_by_text("Map layers").click()
        again.get_by_label("Online basemap").uncheck()
        assert "Thử" not in again.locator(".leaflet-control-attribution").inner_text()
        assert again.evaluate("localStorage.getItem('khucum.basemap')") is None
        assert screen.complaints == []


def test_a_wms_is_asked_for_its_layers(
    open_screen: OpenScreen, tiles: tuple[str, list[str]]
) -> None:
    address, asked = tiles
    asked.clear()
    environ = {
        "KHUCUM_TILES": f"{address}/wms",
        "KHUCUM_TILES_LAYERS": "nen,duong",
        "KHUCUM_TILES_CREDIT": "©",
    }
    with running(**environ) as server:
        frame = open_screen(server, gated=False).open("/?lang=en")
        switch_on(frame)
        frame.wait_for_function("document.querySelector('.leaflet-tile-loaded')", polling=100)
        frame.evaluate(IN_THAI_NGUYEN)
        shown = len(asked)
        assert frame.evaluate(RED) > 0.05
        box = frame.evaluate(
            """async () => {
                const {frame: {dx, dy, scale, width, height}} = await khucum.scene.compose();
                const corner = (x, y) => {
                    const place = khucum.toLatLng((x - dx) / scale, (y - dy) / scale);
                    const {x: east, y: north} = L.CRS.EPSG3857.project(place);
                    return [east, north];
                };
                return [...corner(0, height), ...corner(width, 0)];
            }"""
        )
    first = parse_qs(urlsplit(asked[0]).query)
    assert first["layers"] == ["nen,duong"]
    pictured = {key.lower(): value for key, value in parse_qs(urlsplit(asked[-1]).query).items()}
    assert len(asked) > shown
    assert pictured["request"] == ["GetMap"]
    assert pictured["srs"] == ["EPSG:3857"]
    edges = [float(edge) for edge in pictured["bbox"][0].split(",")]
    assert edges == pytest.approx(box, abs=1)


def test_tiles_that_may_not_be_copied_are_left_out_of_the_picture(open_screen: OpenScreen) -> None:
    with tile_host(cors=False) as (address, _):
        environ = {"KHUCUM_TILES": address + "/{z}/{x}/{y}", "KHUCUM_TILES_CREDIT": "©"}
        with running(**environ) as server:
            frame = open_screen(server, gated=False).open("/?lang=en")
            without = frame.evaluate("khucum.scene.compose().then(({height}) => height)")
            switch_on(frame)
            frame.wait_for_function("document.querySelector('.leaflet-tile-loaded')", polling=100)
            frame.evaluate(IN_THAI_NGUYEN)
            assert frame.evaluate(RED) == 0
            noted = frame.evaluate("khucum.scene.compose().then(({height}) => height)")
            assert noted > without  # a line says that it is left out


@pytest.mark.parametrize("kind", ["never answers", "refuses"])
def test_a_host_that_gives_no_tiles_is_not_waited_for(open_screen: OpenScreen, kind: str) -> None:
    with silent_host() as silent:
        address = silent if kind == "never answers" else f"http://127.0.0.1:{free_port()}"
        environ = {"KHUCUM_TILES": address + "/{z}/{x}/{y}.png", "KHUCUM_TILES_CREDIT": "©"}
        with running(**environ) as server:
            screen = open_screen(server, gated=False)
            screen.page.add_init_script("localStorage.setItem('khucum.basemap', 'on')")
            frame = screen.open("/?lang=en")
            assert frame.evaluate("khucum.state.drawn") == {"KCN": 18, "CCN": 32}
            frame.evaluate("khucum.scene.select({kind: 'zone', id: 'tn-kcn-diem-thuy'})")
            frame.wait_for_function("khucum.state.profile === 'open'", polling=100)
            frame.get_by_text("The online basemap does not answer").wait_for()
            assert frame.evaluate("khucum.scene.shown.tiles") is False
            assert not frame.get_by_label("Online basemap").is_checked()
            frame.get_by_role("button", name="Try again").click()
            if kind == "never answers":
                assert frame.get_by_label("Online basemap").is_checked()
            else:
                frame.get_by_text("The online basemap does not answer").wait_for()
