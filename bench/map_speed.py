"""The map in a real browser against a plain folium page with the same zones and districts.

Both servers run and both pages are open at once, and they are clicked in turn, so that a drift of
the machine meets both alike. A click is timed from the release of the pointer, by the browser's
own time stamp, to the end of the frame in which the expected zones stand on the map.
"""

from __future__ import annotations

import base64
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from bench import synthetic
from bench.browser import ARGUMENTS, CHROMIUM, NEVER, PATIENCE_MS, WINDOW, opened, shown, watch
from bench.serving import OURS, PLAIN, Server, running
from geo.zones import Stage

SIZES = (35, 1_000, 5_000, 20_000)
CLICKS = {35: 20, 1_000: 20, 5_000: 20, 20_000: 10}
CLICK_TARGETS = {35: 0.15, 1_000: 0.15, 5_000: 0.2, 20_000: 0.4}
FULL_SIZE = 5_000
"""The size at which everything else than the click is measured."""

OPENINGS = 3
REST_MS = 500
"""Between two clicks: what a page still does after its map is painted must not burden the other."""


@dataclass(frozen=True, slots=True)
class Step:
    """A click on a pill of a filter, and how many zones then stand on the map."""

    filter: str
    pill: int
    count: int


@dataclass(slots=True)
class Side:
    """A page that is open, and how long that took."""

    server: Server
    page: Page
    opened: float

    def click(self, step: Step) -> float:
        """Seconds from a click until the map is painted; infinite once it has not been."""
        if self.opened == NEVER:
            return NEVER
        self.page.wait_for_timeout(REST_MS)
        self.page.evaluate(
            "count => Object.assign(bench, {wanted: count, shown: null})", step.count
        )
        self.page.locator(f".st-key-{step.filter} button").nth(step.pill).click()
        seen = shown(self.page)
        if seen is None:
            self.opened = NEVER
            return NEVER
        released: float = self.page.evaluate("bench.released")
        return (seen - released) / 1000


def main(sizes: Sequence[int] = SIZES) -> None:
    if CHROMIUM is None:
        print("\nThe map was not measured: no Chromium on this machine.")
        return
    print("\n## The map in Chromium\n")
    print("| measure | zones | ours | plain folium | ratio | to reach |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for size in sizes:
            data = synthetic.write(Path(folder) / str(size), size)
            with running(OURS, data) as ours, running(PLAIN, data) as plain:
                if size == FULL_SIZE:
                    _openings(browser, data, (ours, plain))
                _clicks(browser, size, data, (ours, plain))
                if size == FULL_SIZE:
                    _reload(playwright, ours, data)
        browser.close()


def _clicks(browser: Browser, size: int, data: Path, servers: tuple[Server, Server]) -> None:
    kinds, stages = _steps(data)
    with ExitStack() as windows:
        sides = [windows.enter_context(_opened(browser, server, data)) for server in servers]
        opened = [side.server.memory_mb() for side in sides]
        for step in kinds:
            for side in sides:
                side.click(step)  # so that both have seen both states
        times: list[list[float]] = [[], []]
        for step in islice(cycle(kinds), CLICKS[size]):
            for side, found in zip(sides, times, strict=True):
                found.append(side.click(step))
        target = f"≤ {CLICK_TARGETS[size]} s, ≥ 8 ×"
        medians = [statistics.median(found) for found in times]
        _row("click on a filter to map painted, median", size, medians, "s", target)
        _row("the slowest of them", size, [max(found) for found in times], "s", "")
        if size == FULL_SIZE:
            clicked = [side.server.memory_mb() for side in sides]
            traffic = [_traffic(side, stages) for side in sides]
            _row("websocket bytes a click, new view", size, traffic, "KB", "≤ 25 KB, ≥ 100 ×")
            _row("server memory after first paint", size, opened, "MB", "≤ 500 MB")
            _row(f"server memory after {CLICKS[size]} clicks", size, clicked, "MB", "≤ 500 MB")


def _steps(data: Path) -> tuple[list[Step], list[Step]]:
    """CCN pressed and released: four zones of five, then all. Stages pressed one after another."""
    placed = _placed(data)
    kinds = [
        Step("kind", 1, sum(one["kind"] == "CCN" for one in placed)),
        Step("kind", 1, len(placed)),
    ]
    pressed: set[str] = set()
    stages = []
    for pill, stage in enumerate(Stage):
        pressed.add(stage.value)
        stages.append(Step("stage", pill, sum(one.get("stage") in pressed for one in placed)))
    return kinds, stages


def _placed(data: Path) -> list[dict[str, Any]]:
    """Properties of the zones that have a place on the map."""
    features = json.loads((data / "zones.geojson").read_text("utf-8"))["features"]
    return [one["properties"] for one in features if one["geometry"]]


@contextmanager
def _opened(browser: Browser, server: Server, data: Path) -> Iterator[Side]:
    """A window with an empty cache, and the map painted."""
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(_watch(len(_placed(data))))
    page = context.new_page()
    yield Side(server, page, _open(page, server))
    context.close()


def _watch(count: int) -> str:
    """The script that at first waits for all zones."""
    return watch(f"window.benchCount = {count};")


def _open(page: Page, server: Server) -> float:
    """Open the page with the map; seconds from the start of the navigation to the map painted."""
    return opened(page, f"{server.address}/?lang=en")


def _openings(browser: Browser, data: Path, servers: tuple[Server, Server]) -> None:
    times: list[list[float]] = [[], []]
    for _ in range(OPENINGS + 1):
        for server, found in zip(servers, times, strict=True):
            with _opened(browser, server, data) as side:
                found.append(side.opened)
    medians = [statistics.median(found[1:]) for found in times]  # the first warms the server
    _row("first paint, cold browser, median", FULL_SIZE, medians, "s", "≤ 2.5 s, ≥ 5 ×")


def _traffic(side: Side, steps: Sequence[Step]) -> float:
    """KB over the websocket in both directions, median of clicks that each make a new view.

    Streamlit sends a reference where a large message comes back, which would flatter both sides.
    """
    session = side.page.context.new_cdp_session(side.page)
    sizes: list[int] = []
    for name in ("webSocketFrameReceived", "webSocketFrameSent"):
        session.on(f"Network.{name}", lambda event: sizes.append(_payload(event)))
    session.send("Network.enable")
    folded = side.page.get_by_test_id("stSidebar").locator("summary")
    if folded.count():  # ours folds the stages away
        folded.first.click()
    totals = []
    for step in steps:
        sizes.clear()
        side.click(step)
        side.page.wait_for_timeout(500)  # what comes after the map belongs to the click too
        totals.append(sum(sizes))
    session.detach()
    return statistics.median(totals) / 1000


def _payload(event: dict[str, Any]) -> int:
    response = event["response"]
    content = response["payloadData"]
    return len(content) if response["opcode"] == 1 else len(base64.b64decode(content))


def _reload(playwright: Playwright, server: Server, data: Path) -> None:
    """Open, then reload in a browser that keeps its cache: what is sent again of map and layers."""
    with tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=list(ARGUMENTS), viewport=WINDOW
        )
        context.add_init_script(_watch(len(_placed(data))))
        page = context.pages[0]
        session = context.new_cdp_session(page)
        loads = _Loads()
        for name in ("responseReceived", "requestServedFromCache", "loadingFinished"):
            session.on(f"Network.{name}", getattr(loads, name))
        session.send("Network.enable")
        for task, target in (("first load", ""), ("reload with a warm cache", "not sent again")):
            loads.clear()
            _open(page, server)
            page.wait_for_load_state("networkidle")
            size = f"{FULL_SIZE:,}"
            print(f"| {task}: layers | {size} | {loads.said('/layers/')} | | | {target} |")
            print(f"| {task}: everything | {size} | {loads.said('')} | | | |")
        context.close()


class _Loads:
    """What a page has asked for and where the answers came from."""

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self.cached: set[str] = set()
        self.sent: dict[str, int] = {}

    def clear(self) -> None:
        for seen in (self.urls, self.cached, self.sent):
            seen.clear()

    def responseReceived(self, event: dict[str, Any]) -> None:  # noqa: N802 - the protocol's name
        response = event["response"]
        self.urls[event["requestId"]] = response["url"]
        if response.get("fromDiskCache") or response["status"] == 304:
            self.cached.add(event["requestId"])

    def requestServedFromCache(self, event: dict[str, Any]) -> None:  # noqa: N802
        self.cached.add(event["requestId"])

    def loadingFinished(self, event: dict[str, Any]) -> None:  # noqa: N802
        self.sent[event["requestId"]] = int(event["encodedDataLength"])

    def said(self, part: str) -> str:
        chosen = [one for one, url in self.urls.items() if part in url and url.startswith("http")]
        cached = [one for one in chosen if one in self.cached]
        sent = sum(self.sent.get(one, 0) for one in chosen)
        return f"{sent / 1000:,.0f} KB sent, {len(cached)} of {len(chosen)} cached"


def _row(task: str, size: int, found: Sequence[float], unit: str, target: str) -> None:
    ours, plain = found
    ratio = "" if NEVER in found else f"{plain / ours:,.1f} ×"
    both = f"{_figure(ours, unit)} | {_figure(plain, unit)} | {ratio}"
    print(f"| {task} | {size:,} | {both} | {target} |", flush=True)


def _figure(value: float, unit: str) -> str:
    if value == NEVER:
        return f"does not finish in {PATIENCE_MS // 1000} s"
    return f"{value:.3f} {unit}" if unit == "s" else f"{value:,.1f} {unit}"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
