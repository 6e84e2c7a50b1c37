"""What sessions share: a database that comes later is found without a restart."""

import pytest

from geo.store import FileRepository, Register
from pages.ui import resources


@pytest.fixture
def blocked(tmp_path, monkeypatch):
    """A server whose folder for the database is not there yet; the value makes room for it."""
    obstacle = tmp_path / "var"
    obstacle.write_text("", "utf-8")
    monkeypatch.setenv("KHUCUM_VAR", str(obstacle / "of-the-server"))
    resources.forget()
    yield obstacle.unlink
    resources.forget()


def test_without_a_database_the_files_are_read_and_looked_for_again_only_after_a_while(
    blocked, monkeypatch
):
    assert isinstance(resources.get_store().repository, FileRepository)
    planner = resources.get_planner()
    assert len(planner.zones()) == 50
    blocked()
    assert resources.get_planner() is planner
    monkeypatch.setattr(resources, "RETRY_S", 0)
    assert isinstance(resources.get_store().repository, Register)
    assert resources.get_desk().begin("tn-ccn-son-cam-1").base_version == 1
    assert resources.get_planner() is resources.get_planner()


def test_while_it_does_not_come_the_planner_stays(blocked, monkeypatch):
    planner = resources.get_planner()
    monkeypatch.setattr(resources, "RETRY_S", 0)
    assert resources.get_planner() is planner
    assert resources.get_store().trouble is not None
