"""axe-core on a page and in every frame of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from tests.browser.conftest import ROOT

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
GRAVE = ("serious", "critical")
LOOK = """async ({rules, grave}) => {
    const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return violations.filter(({impact}) => grave.includes(impact)).flatMap(({id, nodes}) =>
        nodes.map(({target, html, failureSummary}) =>
            [id, target.flat(9).join(" >> ").slice(-160), html.slice(0, 200), failureSummary]
                .join("\\n  ")));
}"""


@cache
def script() -> str:
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("axe-core is not installed: npm ci")
    return path.read_text("utf-8")


def grave(place: Page | Frame) -> list[str]:
    """What axe finds serious or critical: rule, place, element and what is wrong with it.

    Of a page with all its frames, or of one frame alone.
    """
    page, frames = (place, place.frames) if isinstance(place, Page) else (place.page, [place])
    page.mouse.move(0, 0)  # nothing is hovered
    for frame in frames:
        if not frame.evaluate("'axe' in window"):
            frame.evaluate(script())
    found: list[Any] = place.evaluate(LOOK, {"rules": RULES, "grave": GRAVE})
    return found
