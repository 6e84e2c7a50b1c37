"""Saving, bulk changes and history, against the bare statement that they cannot do without.

The baseline is one ``UPDATE`` of the same record in a SQLite file of its own with the same
durability (WAL, ``synchronous=FULL``): no checks, no history, no rights, no revision.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from shapely import Point

from geo.auth import Actor, Role
from geo.changes import Action, Change, Item, raw_of, zone_of
from geo.desk import Desk, Edit, Submission
from geo.io.geojson import dump_feature
from geo.people import People
from geo.services import Planner
from geo.settings import Settings
from geo.store import HistoryFilter, open_store
from geo.zones import Zone

ZONES, SAVES, REVISIONS, BULK = 5_000, 200, 1_000, 1_000
AN = Actor("an", "An", Role.APPROVER)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = _desk(Path(folder))
        plain = _plain(Path(folder), desk)
        print("\n## The register, SQLite\n")
        print(f"{ZONES:,} zones.\n")
        print("| task | ours (s) | bare SQLite (s) | ratio |")
        print("| --- | ---: | ---: | ---: |")
        _row("save, median of " + str(SAVES), *_saves(desk, plain, 0.5))
        _row("save, p95", *_saves(desk, plain, 0.95))
        _row(f"bulk change of {BULK:,} zones", *_bulk(desk, plain))
        _row("history of a zone with 1,000 revisions", *_history(desk, plain))
        _row("next click after a save: the new state", *_state(desk, plain))
        _row("who sent this request", *_visit(desk, plain))


def _row(task: str, ours: float, baseline: float) -> None:
    print(f"| {task} | {ours:.4f} | {baseline:.4f} | {ours / baseline:.1f} × |")


def _desk(folder: Path) -> Desk:
    settings = Settings(var_dir=folder)
    store = open_store(settings)
    assert store.register is not None
    template = raw_of(store.repository.snapshot().zones[-1])
    zones = [_zone(template, number) for number in range(ZONES - 50)]
    items = tuple(Item(zone.id, None, zone) for zone in zones)
    store.register.publish(Change(Action.CREATE, "bench", items), "bench")
    desk = Desk(Planner(settings, store.repository), store.register)
    assert len(desk.planner.state.zones) == ZONES
    return desk


def _zone(template: dict[str, object], number: int) -> Zone:
    x, y = 105.6 + number % 70 / 200, 21.4 + number // 70 / 200
    raw = {**template, "id": f"tn-ccn-thu-{number}", "name": f"CCN Thử nghiệm {number}"}
    zone, issues = zone_of({**raw, "geometry": Point(x, y).__geo_interface__})
    assert zone is not None, issues
    return zone


def _plain(folder: Path, desk: Desk) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE zones (id TEXT PRIMARY KEY, record TEXT)")
    connection.execute("CREATE TABLE versions (n INTEGER PRIMARY KEY, id TEXT, record TEXT)")
    rows = [(zone.id, dump_feature(zone)) for zone in desk.planner.state.zones]
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO zones VALUES (?, ?)", rows)
    connection.execute("COMMIT")
    return connection


def _ids() -> list[str]:
    return [f"tn-ccn-thu-{number}" for number in range(BULK)]


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _saves(desk: Desk, plain: sqlite3.Connection, share: float) -> tuple[float, float]:
    """One person after another corrects a let area; the form has been open before."""
    update = "UPDATE zones SET record = ? WHERE id = ?"
    ours, baseline = [], []
    for number in range(SAVES):
        begun = desk.begin(f"tn-ccn-thu-{number}")
        assert begun.raw is not None
        raw = {**begun.raw, "area_let_ha": (begun.raw["area_let_ha"] or 0) + 1}
        raw["let_as_of"] = "2026-06-14"
        edit = Submission(Action.EDIT, "bench", (Edit(begun.zone_id, begun.base_version, raw),))
        ours.append(_seconds(partial(desk.submit, AN, edit, publish=True)))
        baseline.append(_seconds(partial(plain.execute, update, (str(raw), begun.zone_id))))
    at = int(share * (SAVES - 1))
    return sorted(ours)[at], sorted(baseline)[at]


def _bulk(desk: Desk, plain: sqlite3.Connection) -> tuple[float, float]:
    edits = []
    for id_, version in desk.register.current(_ids()).items():
        raw = {**version.after, "area_let_ha": 2.5, "let_as_of": "2026-12-14"}
        edits.append(Edit(id_, version.version, raw))
    grid = Submission(Action.BULK, "bench", tuple(edits))
    ours = _seconds(lambda: desk.submit(AN, grid, publish=True))

    def update() -> None:
        plain.execute("BEGIN")
        rows = [(str(edit.raw), edit.zone_id) for edit in edits]
        plain.executemany("UPDATE zones SET record = ? WHERE id = ?", rows)
        plain.execute("COMMIT")

    return ours, _seconds(update)


def _history(desk: Desk, plain: sqlite3.Connection) -> tuple[float, float]:
    [zone] = [zone for zone in desk.planner.state.zones if zone.id == "tn-ccn-thu-4000"]
    for number in range(REVISIONS):
        [current] = desk.register.current([zone.id]).values()
        raw = {**current.after, "area_let_ha": number % 7 + 1}
        changed, _ = zone_of(raw)
        change = Change(Action.EDIT, "bench", (Item(zone.id, current.version, changed),))
        desk.register.publish(change, "bench")
        plain.execute("INSERT INTO versions (id, record) VALUES (?, ?)", (zone.id, str(raw)))
    chosen = HistoryFilter(zone_id=zone.id)
    times = [_seconds(lambda: desk.history(AN, chosen, limit=REVISIONS)) for _ in range(5)]
    select = "SELECT * FROM versions WHERE id = ? ORDER BY n DESC"
    bare = [_seconds(lambda: plain.execute(select, (zone.id,)).fetchall()) for _ in range(5)]
    return statistics.median(times), statistics.median(bare)


def _state(desk: Desk, plain: sqlite3.Connection) -> tuple[float, float]:
    times, bare = [], []
    for number in range(5):
        [current] = desk.register.current([f"tn-ccn-thu-{number}"]).values()
        raw = {**current.after, "area_let_ha": 1 + number / 8}
        edit = Edit(current.zone_id, current.version, raw)
        desk.submit(AN, Submission(Action.EDIT, "bench", (edit,)), publish=True)
        times.append(_seconds(lambda: desk.planner.state))
        bare.append(_seconds(lambda: plain.execute("SELECT * FROM zones").fetchall()))
    return statistics.median(times), statistics.median(bare)


def _visit(desk: Desk, plain: sqlite3.Connection) -> tuple[float, float]:
    people = People(desk.register.engine, desk.rules)
    link = people.first_admin_link("http://localhost")
    assert link is not None
    token = link.partition("token=")[2]
    signed = people.use_link(token, "chỉ để đo thời gian", "127.0.0.1", login="an", name="An")
    times = [_seconds(partial(people.visit, signed.cookie)) for _ in range(200)]
    select = "SELECT * FROM zones WHERE id = 'tn-ccn-thu-1'"
    bare = [_seconds(lambda: plain.execute(select).fetchall()) for _ in range(200)]
    return statistics.median(times), statistics.median(bare)
