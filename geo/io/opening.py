"""Opening strangers' files in a process of its own, so that no file can end the server.

GDAL is native code: a damaged GeoPackage can end the process that reads it. One child reads for
the whole server, file after file; it is started when first needed and again after it has died.
The two speak JSON lines, so nothing that the child says is ever executed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import shapely

from geo.errors import DataError, KhuCumError, UsageError
from geo.io.vector import SourceLayer, read_layer
from geo.settings import ROOT
from geo.text import printable

SECONDS = 60
MEMORY = 4 * 2**30
LONGEST_TEXT = 200


class Opener:
    """Reads layers through a child process; safe to share among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def read_layer(
        self,
        path: Path,
        layer: str | None,
        encoding: str | None,
        max_mb: int,
        drivers: Sequence[str],
        assumed: str | None,
    ) -> tuple[gpd.GeoDataFrame, SourceLayer]:
        """As :func:`geo.io.vector.read_layer`, with texts alone beside the geometries.

        Raises
        ------
        DataError, UsageError
            As there; ``file.broken`` also where the file ended its reader, or took it more than
            :data:`SECONDS`.
        """
        request = [str(path.absolute()), layer, encoding, max_mb, list(drivers), assumed]
        answer = self._ask(json.dumps(request))
        if answer is None:
            name = printable(path.name)[:LONGEST_TEXT]
            raise DataError("file.broken", file=name, detail="GDAL")
        if "error" in answer:
            kind = UsageError if answer["usage"] else DataError
            raise kind(answer["error"], **answer["params"])
        frame = gpd.GeoDataFrame(
            answer["columns"],
            geometry=shapely.from_wkb(answer["wkb"]),
            crs=pyproj.CRS(answer["crs"]),
        )
        return frame, SourceLayer(**answer["layer"])

    def _ask(self, request: str) -> dict[str, Any] | None:
        """The child's answer; null where it died over the question."""
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self._child = _start()
            child = self._child
            assert child.stdin is not None
            assert child.stdout is not None
            deadline = threading.Timer(SECONDS, child.kill)
            deadline.start()
            try:
                child.stdin.write(f"{request}\n")
                child.stdin.flush()
                line = child.stdout.readline()
            except OSError:
                line = ""
            finally:
                deadline.cancel()
            if not line.endswith("\n"):
                child.kill()
                child.communicate()
                self._child = None
                return None
        answer: dict[str, Any] = json.loads(line)
        return answer


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "geo.io.opening"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="ascii",
    )


def _answer(request: str) -> dict[str, Any]:
    path, layer, encoding, max_mb, drivers, assumed = json.loads(request)
    crs = None if assumed is None else pyproj.CRS(assumed)
    try:
        frame, chosen = read_layer(Path(path), layer, encoding, max_mb, drivers, crs)
        texts = {
            str(name): [
                value[:LONGEST_TEXT] if isinstance(value, str) else None for value in frame[name]
            ]
            for name in frame.columns.drop("geometry")
        }
        return {
            "wkb": list(shapely.to_wkb(frame.geometry.values, hex=True)),
            "columns": texts,
            "crs": frame.crs.to_wkt(),
            "layer": {name: getattr(chosen, name) for name in ("uri", "name", "driver", "member")},
        }
    except KhuCumError as error:
        return {"error": error.code, "params": error.params, "usage": isinstance(error, UsageError)}
    except Exception as error:  # whatever else a file provokes is the file's fault
        params = {"file": printable(Path(path).name)[:LONGEST_TEXT], "detail": type(error).__name__}
        return {"error": "file.broken", "params": params, "usage": False}


def main() -> None:
    """Answer requests until the parent is gone."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)  # what GDAL prints is no answer
        for request in sys.stdin:
            answers.write(f"{json.dumps(_answer(request), default=str)}\n")
            answers.flush()


if __name__ == "__main__":
    main()
