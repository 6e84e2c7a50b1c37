"""Screenshots of every page for the README and for review: ``make screenshots``.

Starts the real server on a free port, opens each page in Chromium in both languages and themes,
and writes PNG files to ``docs/images`` (the README's) and ``var/screenshots`` (all).
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "var" / "screenshots"
README = {"map-vi-light": "map-vi.png", "checks-vi-light": "checks-vi.png"}
PAGES = {"map": "/", "checks": "/kiem-tra", "sources": "/nguon"}
SIZES = {"light": (1440, 1000), "dark": (1440, 1000), "phone": (390, 844)}
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


@contextmanager
def server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "geo", "serve", "--port", str(port)]
    command += ["--address", "127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/healthz")
            yield address
        finally:
            process.terminate()


def _wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def ready(page: Page, name: str) -> None:
    page.wait_for_selector("h1")
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")
    if name == "map":
        for frame in page.frames[1:]:
            frame.wait_for_function("window.khucum?.state?.ready")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('[data-testid=\"stSkeleton\"]')")


def main() -> None:
    ALL.mkdir(parents=True, exist_ok=True)
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    with server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(CHROMIUM))
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if size == "dark" else "light",
            )
            for lang in ("vi", "en"):
                for name, path in PAGES.items():
                    page = context.new_page()
                    page.goto(f"{address}{path}?lang={lang}")
                    ready(page, name)
                    target = ALL / f"{name}-{lang}-{size}.png"
                    page.screenshot(path=target)
                    page.close()
                    if target.stem in README:
                        images = ROOT / "docs" / "images"
                        images.mkdir(exist_ok=True)
                        shutil.copy(target, images / README[target.stem])
                    print(target.relative_to(ROOT))
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
