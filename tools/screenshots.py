"""Screenshots of every page for the README and for review: ``make screenshots``.

Starts the real server on a free port over a register of its own, opens each page in Chromium in
both languages and themes as an approver, and writes PNG files to ``docs/images`` (the README's) and
``var/screenshots`` (all).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from geo.auth import Role, Rules
from geo.changes import Action
from geo.desk import Desk, Edit, Submission
from geo.people import COMMAND_LINE, People
from geo.services import Planner
from geo.settings import Settings
from geo.signin import SESSION_COOKIE
from geo.store import prepare

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "var" / "screenshots"
README = {
    "map-vi-light": "map-vi.png",
    "checks-vi-light": "checks-vi.png",
    "edit-vi-light": "edit-vi.png",
}
ZONE = "tn-ccn-son-cam-1"
PAGES = {
    "map": "/",
    "checks": "/kiem-tra",
    "sources": "/nguon",
    "history": "/lich-su",
    "edit": f"/sua?zone={ZONE}",
    "grid": "/bang",
    "review": "/duyet?proposal=1",
    "account": "/tai-khoan",
}
SIZES = {"light": (1440, 1000), "dark": (1440, 1000), "phone": (390, 844)}
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def at_work(folder: str, address: str) -> str:
    """Somebody proposes a change; gives the session of an approver."""
    register = prepare(Settings(var_dir=Path(folder)))
    desk = Desk(Planner(Settings(var_dir=Path(folder)), register), register)
    people = People(register.engine, Rules())
    signed = {}
    for login, name, role in (
        ("binh", "Trần Bình", Role.EDITOR),
        ("an", "Nguyễn An", Role.APPROVER),
    ):
        link = people.add_user(COMMAND_LINE, login, name, role, None, address)
        token = link.partition("token=")[2]
        signed[login] = people.use_link(token, "chỉ để chụp màn hình", "127.0.0.1")
    begun = desk.begin("tn-ccn-trung-hoi")
    raw = {**(begun.raw or {}), "area_industrial_ha": 5, "area_let_ha": 3.25}
    edit = Edit(begun.zone_id, begun.base_version, {**raw, "let_as_of": "2026-06-14"})
    proposal = Submission(Action.EDIT, "Báo cáo 6 tháng đầu năm 2026", (edit,))
    desk.submit(signed["binh"].actor, proposal, publish=False)
    return signed["an"].cookie


@contextmanager
def server(folder: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "geo", "serve", "--port", str(port)]
    command += ["--address", "127.0.0.1"]
    environ = {**os.environ, "KHUCUM_VAR": folder, "DATABASE_URL": ""}
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as process:
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
            frame.wait_for_function("window.khucum?.state?.ready", polling=100)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('[data-testid=\"stSkeleton\"]')", polling=100)


def main() -> None:
    ALL.mkdir(parents=True, exist_ok=True)
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory() as folder,
        server(folder) as address,
        sync_playwright() as playwright,
    ):
        session = {"name": SESSION_COOKIE, "value": at_work(folder, address), "url": address}
        browser = playwright.chromium.launch(executable_path=binary, args=list(CHROMIUM))
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if size == "dark" else "light",
            )
            context.add_cookies([session])  # type: ignore[list-item]  # a typed dict
            for lang in ("vi", "en"):
                for name, path in PAGES.items():
                    page = context.new_page()
                    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
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
