"""A member of staff as a process of its own: edits zones, and notes what was acknowledged.

``python -m tests.reliability.writer URL DATA LOG NAME EDITS SEED``: each edit adds 1 ha to the let
area of one of twenty zones; a line ``revision zone value`` is on disk in LOG before the next edit
begins. Ends after EDITS edits, or when it is killed.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from geo.auth import Actor, Role
from geo.changes import Action
from geo.desk import ConflictError, Desk, Edit, Submission
from geo.services import Planner
from geo.settings import Settings
from geo.store import StoreError, open_store

ZONES = 20


def main(url: str, data: str, log: str, name: str, edits: int, seed: int) -> None:
    settings = Settings(database_url=url, data_dir=Path(data))
    store = open_store(settings)
    if store.register is None:
        raise SystemExit(f"no database: {store.trouble}")
    desk = Desk(Planner(settings, store.repository), store.register)
    actor = Actor(name, name, Role.APPROVER)
    chance = random.Random(seed)
    zones = sorted(desk.planner.state.by_id)[:ZONES]
    with open(log, "a", encoding="utf-8") as acknowledged:
        print("ready", flush=True)
        for _ in range(edits):
            line = _edit(desk, actor, chance.choice(zones))
            acknowledged.write(line)
            acknowledged.flush()
            os.fsync(acknowledged.fileno())


def _edit(desk: Desk, actor: Actor, zone: str) -> str:
    """Add a hectare, as often as it takes until nobody else was faster."""
    while True:
        begun = desk.begin(zone)
        value = (begun.raw["area_let_ha"] or 0) + 1
        raw = {**begun.raw, "area_let_ha": value, "let_as_of": "2026-06-14"}
        edit = Edit(zone, begun.base_version, raw)
        try:
            done = desk.submit(actor, Submission(Action.EDIT, "thử", (edit,)), publish=True)
        except ConflictError:
            continue
        except StoreError as fault:
            if fault.code != "store.busy":
                raise
            continue
        return f"{done.revision} {zone} {value}\n"


if __name__ == "__main__":
    main(*sys.argv[1:5], *map(int, sys.argv[5:7]))
