"""A real browser that is timed: from the start of a navigation to what stands on the page."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLong

PATIENCE_MS = 60_000
NEVER = float("inf")

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("KHUCUM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
WINDOW: Any = {"width": 1360, "height": 860}
WATCH = Path(__file__).with_name("watch.js")


def watch(wanted: str) -> str:
    """The script that waits in every page and frame.

    Parameters
    ----------
    wanted
        A statement of JavaScript: ``window.benchCount`` is the number of zones on the map that is
        waited for, ``window.benchElement`` the selector of an element of the page.
    """
    return f"{wanted}\n{WATCH.read_text('utf-8')}"


def opened(page: Page, address: str) -> float:
    """Open an address; seconds from the start of the navigation until what is waited for."""
    page.goto(address, wait_until="commit")
    seen = shown(page)
    if seen is None:
        return NEVER
    began: float = page.evaluate("performance.timeOrigin")
    return (seen - began) / 1000


def shown(page: Page) -> float | None:
    """When it stood on the page, in milliseconds since 1970; None if never."""
    try:
        page.wait_for_function("window.bench?.shown", polling=50, timeout=PATIENCE_MS)
    except TooLong:
        return None
    seen: float = page.evaluate("bench.shown")
    return seen
