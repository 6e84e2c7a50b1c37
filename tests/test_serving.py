"""Starting the server where something is in the way: a message, never a traceback."""

import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from geo import serving
from geo.auth import Rules
from geo.errors import DataError, SetupError
from geo.people import People
from geo.settings import Settings
from geo.store.database import database_url, open_engine
from tests.conftest import ROOT


@pytest.fixture
def own(tmp_path):
    """Settings that write to a folder of the test's own."""
    return Settings(var_dir=tmp_path / "var")


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def test_a_port_in_use_is_named_with_its_cure(taken):
    done = subprocess.run(
        [sys.executable, "-m", "geo", "serve", "--port", str(taken), "--lang", "en"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 2
    assert f"Port {taken} is used by another program" in done.stderr
    assert "make run PORT=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_free_port_gives_the_command(free, own):
    plan = serving.prepare(free, "", own)
    assert plan.url == f"http://localhost:{free}"
    assert plan.zones == 50
    assert plan.command[-2:] == ("--server.port", str(free))


def test_missing_map_libraries_are_a_warning(free, tmp_path, own):
    plan = serving.prepare(free, "", replace(own, vendor_dir=tmp_path))
    assert "assets_remote" in plan.warnings


def test_a_var_that_cannot_be_written_is_told_and_stops_only_editing(free, tmp_path, own):
    (tmp_path / "file").write_text("")
    plan = serving.prepare(free, "", replace(own, var_dir=tmp_path / "file" / "var"))
    assert plan.trouble.code == "file.not_writable"
    assert plan.zones == 50
    assert plan.first_admin is None


def test_the_first_start_gives_a_link_that_makes_the_first_admin(free, own):
    plan = serving.prepare(free, "", own)
    people = People(open_engine(database_url(own)), Rules())
    token = plan.first_admin.partition("token=")[2]
    people.use_link(token, "chè xanh Tân Cương", "127.0.0.1", login="quan", name="Quản")
    assert serving.prepare(free, "", own).first_admin is None


def test_unreadable_data_stops_the_start(free, tmp_path, own):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "data" / "zones.geojson").unlink()
    with pytest.raises(DataError):
        serving.prepare(free, "", replace(own, data_dir=tmp_path / "data"))


def test_a_port_is_free_again_after_the_check(free, own):
    serving.prepare(free, "", own)
    serving.prepare(free, "", own)


def test_port_in_use_is_a_setup_error(taken, own):
    with pytest.raises(SetupError) as refusal:
        serving.prepare(taken, "", own)
    assert refusal.value.code == "serve.port_in_use"


def test_an_unknown_address_is_named(free, own):
    with pytest.raises(SetupError) as refusal:
        serving.prepare(free, "203.0.113.7", own)
    assert refusal.value.code == "serve.address_unknown"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_terminated_server_leaves_nothing_on_its_port(free):
    command = [sys.executable, "-m", "geo", "serve", "--port", str(free), "--address", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", free)) == 0:
                    break
            assert server.poll() is None
            time.sleep(0.1)
        server.terminate()
        server.wait(timeout=30)
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", free)) != 0
    finally:
        server.kill()
        server.wait()
