"""Fifty people at work at once: each clicks on the filter of kinds every two seconds.

They are websocket clients that speak as Streamlit's own page does. A click counts from the moment
when it was due until the server says that the page is done, by when all that changed has arrived.

``python -m bench.viewers --seconds 600`` runs it alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench import synthetic
from bench.serving import OURS, Server, running

ZONES, VIEWERS, EVERY_S = 5_000, 50, 2.0
SECONDS, FULL_SECONDS = 60, 600
PATIENCE_S = 60
STATES: tuple[list[str], ...] = (["KCN"], ["KCN", "CCN"], ["CCN"], [])
"""What is pressed after each click, in turn."""


@dataclass(slots=True)
class Viewer:
    """One open page."""

    socket: ClientConnection
    address: str
    query: str = "lang=en"
    page: str = ""
    kinds: str = ""

    async def draw(self, chosen: list[str] | None = None) -> None:
        """Ask for the page, with the kinds that are pressed, and take all that comes.

        Raises
        ------
        RuntimeError
            When the page shows an exception or does not come to its end.
        """
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = self.query, self.page
        rerun.context_info.url = f"{self.address}/?{self.query}"
        if chosen is not None:
            state = rerun.widget_states.widgets.add()
            state.id = self.kinds
            state.string_array_value.data.extend(chosen)
        await self.socket.send(message.SerializeToString())
        while True:
            received = await asyncio.wait_for(self.socket.recv(), PATIENCE_S)
            if self._take(ForwardMsg.FromString(received)):
                return

    def _take(self, message: Any) -> bool:
        """Remember what the next click needs; whether the page is done."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            element = message.delta.new_element
            what = element.WhichOneof("type")
            if what == "exception":
                raise RuntimeError(element.exception.message)
            if what == "button_group" and element.button_group.id.endswith("-kind"):
                self.kinds = element.button_group.id
        elif kind == "script_finished" and message.script_finished != 0:
            raise RuntimeError(f"the script ended with {message.script_finished}")
        return bool(kind == "script_finished")


@dataclass(slots=True)
class Log:
    """What was seen during the run."""

    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)


def main(seconds: float | None = None) -> None:
    if seconds is None:
        seconds = FULL_SECONDS if os.environ.get("BENCH_FULL") == "1" else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        data = synthetic.write(Path(folder) / "data", ZONES)
        with running(OURS, data) as server:
            _report(seconds, *asyncio.run(_crowd(server, seconds)))


async def _crowd(server: Server, seconds: float) -> tuple[Log, float]:
    """All viewers at work; the log, and how many processors the server kept busy."""
    log = Log()
    warm = asyncio.Event()
    ready = asyncio.Semaphore(0)
    tasks = [
        asyncio.create_task(_at_work(server, number, seconds, warm, ready, log))
        for number in range(VIEWERS)
    ]
    for _ in tasks:
        await ready.acquire()
    began, busy = time.perf_counter(), server.cpu_s()
    watching = asyncio.create_task(_watch(server, log))
    warm.set()
    await asyncio.gather(*tasks)
    spent = time.perf_counter() - began
    watching.cancel()
    log.memory_mb.append(server.memory_mb())
    return log, (server.cpu_s() - busy) / spent


async def _watch(server: Server, log: Log) -> None:
    """Memory at the start and after each minute."""
    while True:
        log.memory_mb.append(server.memory_mb())
        await asyncio.sleep(60)


async def _at_work(
    server: Server,
    number: int,
    seconds: float,
    warm: asyncio.Event,
    ready: asyncio.Semaphore,
    log: Log,
) -> None:
    stream = server.address.replace("http", "ws", 1) + "/_stcore/stream"
    try:
        async with connect(stream, subprotocols=["streamlit"], proxy=None, max_size=None) as socket:  # type: ignore[list-item]
            viewer = Viewer(socket, server.address)
            await viewer.draw()
            await viewer.draw([])
            ready.release()
            await warm.wait()
            first = time.perf_counter() + number * EVERY_S / VIEWERS
            for click in range(int(seconds / EVERY_S)):
                due = first + click * EVERY_S
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await viewer.draw(STATES[click % len(STATES)])
                log.latencies.append(time.perf_counter() - due)
    except Exception as error:  # whatever befalls one viewer is counted, the others go on
        log.errors.append(f"{type(error).__name__}: {error}")
        ready.release()


def _report(seconds: float, log: Log, processors: float) -> None:
    clicks = int(seconds / EVERY_S) * VIEWERS
    title = f"{VIEWERS} viewers, a click every {EVERY_S:g} s, {ZONES:,} zones"
    print(f"\n## {title}, {seconds / 60:g} minutes\n")
    print("| measure | value | to reach |")
    print("| --- | ---: | --- |")
    found = log.latencies or [float("nan")]
    p50, p95, slowest = np.percentile(found, [50, 95, 100])
    print(f"| click to page done, median | {p50:.3f} s | |")
    print(f"| click to page done, p95 | {p95:.3f} s | ≤ 1 s |")
    print(f"| the slowest of {len(log.latencies):,} clicks of {clicks:,} | {slowest:.3f} s | |")
    print(f"| errors | {len(log.errors)} | 0 |")
    memory = ", ".join(f"{size:.0f}" for size in log.memory_mb)
    print(f"| server memory, MB, each minute | {memory} | flat |")
    print(f"| processors that the server kept busy | {processors:.2f} of {os.cpu_count()} | |")
    for text in sorted(set(log.errors))[:5]:
        print(f"\n{text}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float)
    main(parser.parse_args().seconds)
