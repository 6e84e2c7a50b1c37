"""The finder in a real browser: from a keystroke to the list of the zones that it leads to.

Each question is typed letter by letter as people type, so the page is busy with the beginnings of
a word while the rest comes. A keystroke is timed from its `input` event, by the browser's own time
stamp, to the end of the frame in which the list has the expected zones in their order.
"""

from __future__ import annotations

import random
import statistics
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.browser import ARGUMENTS, CHROMIUM, NEVER, PATIENCE_MS, WINDOW, opened, shown, watch
from bench.search_quality import queries
from bench.serving import OURS, running
from geo.services import Planner
from geo.wishes import Wish
from pages.ui.finder_wish import PAGE

QUESTIONS = 30
EACH_KEY_MS = 120
"""Between two keys: some 500 letters a minute, faster than people type on a form."""

REST_MS = 1000
"""Between two questions."""

FIELD = ".st-key-need input"


def measure(data: Path, planner: Planner) -> None:
    """Print the rows of the table.

    Parameters
    ----------
    planner
        Over the same data as the server.
    """
    if CHROMIUM is None:
        print("\nThe finder's page was not measured: no Chromium on this machine.")
        return
    asked = _asked(planner)
    with running(OURS, data) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(viewport=WINDOW)
        context.add_init_script(watch(f"window.benchCount = {_placed(planner)};"))
        page = context.new_page()
        first = opened(page, f"{server.address}/tim-khu?lang=en")
        times = [_typed(page, text, ids) for text, ids in asked] if first < NEVER else [NEVER]
        browser.close()
    print("\n| the finder's page in Chromium | zones | value | to reach |")
    print("| --- | ---: | ---: | --- |")
    size = f"{len(planner.state.zones):,}"
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else NEVER
    for name, value, target in (
        ("keystroke to list, median", statistics.median(times), "≤ 0.5 s"),
        ("keystroke to list, p95", p95, "≤ 0.5 s"),
        (f"the slowest of {len(times)}", max(times), ""),
        ("first paint, cold browser and server", first, ""),
    ):
        figure = f"{value:.3f} s" if value < NEVER else f"not in {PATIENCE_MS // 1000} s"
        print(f"| {name} | {size} | {figure} | {target} |", flush=True)


def _asked(planner: Planner) -> list[tuple[str, list[str]]]:
    """Questions whose last letter changes the list, with the zones on its first page."""
    found = []
    for query in queries():
        ids, before = (
            planner.search(Wish(text=text)).ids()[:PAGE] for text in (query.text, query.text[:-1])
        )
        if ids and ids != before and query.text == query.text.strip():
            found.append((query.text, ids))
    return random.Random(1).sample(found, min(QUESTIONS, len(found)))  # noqa: S311


def _placed(planner: Planner) -> int:
    return sum(zone.geometry is not None for zone in planner.state.zones)


def _typed(page: Page, text: str, ids: list[str]) -> float:
    """Seconds from the last key of a question to its list."""
    page.wait_for_timeout(REST_MS)
    page.locator(FIELD).select_text()
    page.keyboard.press("Delete")
    page.wait_for_timeout(REST_MS)
    page.evaluate("ids => Object.assign(bench, {list: ids, shown: null})", " ".join(ids))
    page.keyboard.type(text, delay=EACH_KEY_MS)
    seen = shown(page)
    typed: float = page.evaluate("bench.typed")
    return NEVER if seen is None else (seen - typed) / 1000


if __name__ == "__main__":
    import tempfile
    from dataclasses import replace

    from bench.search import SIZE, crowded
    from geo.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        made = crowded(Path(folder) / "data", SIZE)
        measure(made, Planner(replace(Settings(), data_dir=made)))
