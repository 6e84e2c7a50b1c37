"""Nothing that was acknowledged is lost: many writers at once, and writers that are killed.

``make soak`` runs these at full size; ``make test`` a short form of the same.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from geo.settings import Settings
from geo.store import Register, StoreError, health, open_store
from geo.store.database import open_engine, writing
from tests.conftest import ROOT, SOAK

WRITERS, EDITS = (8, 500) if SOAK else (4, 15)
KILLS = 50 if SOAK else 4


@pytest.fixture
def place(store_url, tmp_path, settings):
    """A loaded register, and how to start a writer on it."""
    own = Settings(database_url=store_url, data_dir=settings.data_dir, var_dir=tmp_path)
    (tmp_path / "var").mkdir(exist_ok=True)
    register = open_store(own).register
    assert register is not None
    yield Place(store_url, settings.data_dir, tmp_path, register)
    register.engine.dispose()


class Place:
    def __init__(self, url: str, data: Path, folder: Path, register: Register) -> None:
        self.url, self.data, self.folder, self.register = url, data, folder, register

    def start(self, number: int, edits: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.reliability.writer", self.url, str(self.data)]
        command += [str(self.folder / f"{number}.log"), f"w{number}", str(edits), str(number)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)

    def acknowledged(self) -> list[tuple[int, str, float]]:
        lines = [
            line
            for log in sorted(self.folder.glob("*.log"))
            for line in log.read_text("utf-8").splitlines(keepends=True)
            if line.endswith("\n")
        ]
        rows = [line.split() for line in lines]
        return [(int(revision), zone, float(value)) for revision, zone, value in rows]

    def verify(self) -> int:
        """Every acknowledged edit is in the history, and the zones are what the history says.

        Returns
        -------
        int
            Revisions that were written but never acknowledged.
        """
        history = self.register.history(limit=1_000_000)
        written = {
            (one.revision, one.zone_id): one.after["area_let_ha"]
            for one in history
            if one.revision > 1
        }
        acknowledged = self.acknowledged()
        for revision, zone, value in acknowledged:
            assert written[revision, zone] == value
        assert len({revision for revision, *_ in acknowledged}) == len(acknowledged)
        edits = Counter(zone for _, zone in written)
        for zone in self.register.snapshot().zones:
            assert int(zone.area_let_ha or 0) == edits[zone.id], zone.id
        assert self.register.revision == 1 + len(written)
        assert health.check(self.register.engine) == []
        return len(written) - len(acknowledged)


def test_many_writers_at_once_lose_no_edit(place):
    writers = [place.start(number, EDITS) for number in range(WRITERS)]
    assert [writer.wait(600) for writer in writers] == [0] * WRITERS
    assert place.verify() == 0
    assert len(place.acknowledged()) == WRITERS * EDITS


def test_killed_in_the_middle_of_edits_nothing_acknowledged_is_lost(place):
    """At most one edit a kill may have been written without its acknowledgement."""
    chance = random.Random(1)
    unheard = 0
    for number in range(KILLS):
        writers = [place.start(2 * number + at, 10_000) for at in range(2)]
        for writer in writers:
            assert writer.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.1, 0.6))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait(30)
        unheard = place.verify()
        assert unheard <= 2 * (number + 1)
    assert len(place.acknowledged()) > KILLS


def test_the_database_server_crashes_and_comes_back(postgres, tmp_path, settings):
    """PostgreSQL killed under the writers: what it acknowledged is there when it returns."""
    name = postgres.new_database()
    url = postgres.url(name)
    own = Settings(database_url=url, data_dir=settings.data_dir, var_dir=tmp_path)
    register = open_store(own).register
    assert register is not None
    place = Place(url, settings.data_dir, tmp_path, register)
    for number in range(5 if SOAK else 1):
        writer = place.start(number, 10_000)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        postgres.stop("immediate")
        assert writer.wait(60) != 0
        postgres.start()
        register.engine.dispose()
        place.verify()
    assert place.acknowledged()
    register.engine.dispose()
    postgres.drop(name)


def test_a_busy_database_says_so_and_the_edit_can_be_made_again(store_url, tmp_path, settings):
    """A lock held elsewhere: the write gives up after its wait, and nothing of it is there."""
    own = Settings(database_url=store_url, data_dir=settings.data_dir, var_dir=tmp_path)
    (tmp_path / "var").mkdir(exist_ok=True)
    assert open_store(own).register is not None
    engine = open_engine(store_url, wait_s=1)
    register = Register(own, engine)
    with writing(engine), pytest.raises(StoreError) as refused:
        register.save_draft("an", "x", {})
    assert refused.value.code == "store.busy"
    register.save_draft("an", "x", {})
    assert register.draft("an", "x") is not None
    engine.dispose()
