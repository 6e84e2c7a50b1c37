"""A real server and a real browser that can reach nothing but that server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    Frame,
    Page,
    Playwright,
    Route,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("KHUCUM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_MS = 60_000
expect.set_options(timeout=30_000)  # as Playwright's other waits; a loaded machine is slow


@dataclass
class Server:
    address: str
    process: subprocess.Popen[bytes]


@dataclass
class Screen:
    """A page with what it asked for and what it complained about."""

    page: Page
    address: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Frame:
        """Open a page with the map and wait until it is drawn."""
        self.page.goto(self.address + path)
        return self.map()

    def map(self) -> Frame:
        frame = self.page.wait_for_selector("iframe[src*='/frames/']").content_frame()
        assert frame is not None
        frame.wait_for_function(
            "window.khucum?.state?.ready && khucum.state.paints > 0", polling=100
        )
        return frame

    def zone(self, frame: Frame, zone_id: str) -> tuple[float, float]:
        """Where a zone's symbol is on the page."""
        element = frame.frame_element()
        element.scroll_into_view_if_needed()
        point = frame.evaluate("id => khucum.pointOf(id)", zone_id)
        box = element.bounding_box()
        assert point is not None
        assert box is not None
        return box["x"] + point["x"], box["y"] + point["y"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    *, script: str = "app.py", base_path: str = "", port: int = 0, **environ: str
) -> Iterator[Server]:
    """Boot ``streamlit run app.py`` and wait for its health route; 0 is any free port."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", f"--server.baseUrlPath={base_path}"]
    var = tempfile.mkdtemp(prefix="khucum-var-")
    environ = {"KHUCUM_VAR": var, **environ}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    address = f"http://127.0.0.1:{port}" + (f"/{base_path}" if base_path else "")
    try:
        _wait_until_healthy(address, process)
        yield Server(address, process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(var, ignore_errors=True)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    """Poll the health route; the connection attempts themselves pace the loop."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    tries = START_MS // 100
    for _ in range(tries):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        try:
            opener.open(f"{address}/healthz", timeout=5).close()
            return
        except urllib.error.HTTPError:
            raise
        except OSError:
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
    raise RuntimeError(f"no answer from {address}/healthz in {START_MS / 1000:.0f} s")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield made
    made.close()


OpenScreen = Callable[..., Screen]


@pytest.fixture
def open_screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenScreen]:
    """Make a browser window of its own on some server; other hosts are blocked and recorded."""
    screens: list[Screen] = []

    def make(server: Server, *, gated: bool = True, **options: Any) -> Screen:
        context = browser.new_context(
            **{"viewport": {"width": 1360, "height": 860}, "color_scheme": "light", **options}
        )
        screen = Screen(context.new_page(), server.address)
        host = urlsplit(server.address).netloc

        def gate(route: Route) -> None:
            if urlsplit(route.request.url).netloc == host:
                route.continue_()
            else:
                screen.outside.append(route.request.url)
                route.abort()

        if gated:  # a gate switches the browser's cache off
            context.route(re.compile(r"^(https?|wss?)://"), gate)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        screen.page.on(
            "console",
            lambda said: screen.complaints.append(said.text) if said.type == "error" else None,
        )
        screens.append(screen)
        return screen

    yield make
    report = getattr(request.node, "report_call", None)
    for number, screen in enumerate(screens):
        if report is not None and report.failed:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            screen.page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{number}.png")
        screen.page.context.close()


@pytest.fixture
def screen(open_screen: OpenScreen, server: Server) -> Screen:
    return open_screen(server)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.report_call = report  # read by the fixture that keeps screenshots
    return report
