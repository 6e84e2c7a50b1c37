"""Servers that are measured: started, waited for, looked at from outside, ended."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.settings import ROOT

OURS, PLAIN, BARE = "app.py", "bench/plain_page.py", "bench/bare_page.py"
START_S = 120


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Resident memory; 0 where the system has no ``/proc``."""
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return int(found[1]) / 1024 if found else 0.0

    def cpu_s(self) -> float:
        """Seconds of processor time so far; 0 where the system has no ``/proc``."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(script: str, data: Path) -> Iterator[Server]:
    """``streamlit run script`` over a data folder, until it answers; ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.headless=true"]
    with tempfile.TemporaryDirectory(prefix="khucum-bench-") as var:
        places = {"KHUCUM_DATA": str(data), "KHUCUM_VAR": var, "KHUCUM_LANG": "en"}
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **places}, stdout=subprocess.DEVNULL
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{address}/_stcore/health", process)
            yield Server(address, process)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        try:
            opener.open(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {address} in {START_S} s")
