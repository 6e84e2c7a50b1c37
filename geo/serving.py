"""Starting the web server: everything that can be wrong is found before Streamlit starts."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from dataclasses import dataclass

from geo import assets
from geo.auth import rules_of
from geo.errors import KhuCumError, SetupError
from geo.people import People
from geo.services import Planner
from geo.settings import ROOT, Settings
from geo.store import open_store


@dataclass(frozen=True, slots=True)
class Plan:
    """A server that can start: its command, its address, and what is less than ideal.

    Attributes
    ----------
    first_admin
        The one-time link that makes the first administrator; None once there is one.
    trouble
        Why nothing can be edited; None where all is well.
    """

    command: tuple[str, ...]
    url: str
    zones: int
    warnings: tuple[str, ...]
    first_admin: str | None = None
    trouble: KhuCumError | None = None


def prepare(port: int, address: str, settings: Settings) -> Plan:
    """Check port, data and folders.

    Raises
    ------
    SetupError
        ``serve.port_in_use`` or ``serve.port_refused``, naming the port.
    DataError
        When the register cannot be read.
    """
    _require_free(port, address)
    store = open_store(settings)
    zones = len(Planner(settings, store.repository).state.zones)
    warnings = [] if assets.are_local(settings) else ["assets_remote"]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(ROOT / "app.py"),
        "--server.port",
        str(port),
    ]
    if address:
        command += ["--server.address", address]
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    url = f"http://{address or 'localhost'}:{port}" + (f"/{base}" if base else "")
    link = None
    if store.register is not None:
        people = People(store.register.engine, rules_of(settings))
        link = people.first_admin_link(url)
        store.register.engine.dispose()
    return Plan(tuple(command), url, zones, tuple(warnings), link, store.trouble)


def _require_free(port: int, address: str) -> None:
    try:
        found = socket.getaddrinfo(
            address or "0.0.0.0",  # noqa: S104 - what Streamlit listens on without an address
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )
    except OSError as fault:
        raise SetupError("serve.address_unknown", address=address) from fault
    family, kind, protocol, _, place = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except PermissionError as fault:
            raise SetupError("serve.port_refused", port=str(port)) from fault
        except OSError as fault:
            if fault.errno == errno.EADDRNOTAVAIL:
                raise SetupError("serve.address_unknown", address=address) from fault
            raise SetupError("serve.port_in_use", port=str(port)) from fault


def run(plan: Plan) -> int:
    """Become the server, so that signals reach it and nothing is left behind.

    Returns
    -------
    int
        The server's exit status, on systems where a process cannot be replaced.
    """
    os.chdir(ROOT)
    if os.name == "posix":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(plan.command[0], plan.command)  # noqa: S606 - a list, and no shell
    return subprocess.run(plan.command, check=False).returncode
