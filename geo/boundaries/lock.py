"""One writer at a time in a folder of boundary sets."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo.errors import SetupError

fcntl: Any = importlib.import_module("fcntl") if os.name == "posix" else None

WAIT_S = 60.0
_PAUSE_S = 0.05


@contextmanager
def writing(folder: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep other processes and threads from changing the sets of `folder` meanwhile.

    The lock is on the folder itself and ends with its process, so none is left behind. On
    Windows, which has no such lock, one person works at a time.

    Raises
    ------
    SetupError
        ``boundary.busy`` when another import takes longer than `wait_s` seconds,
        ``file.not_writable`` where the folder cannot be opened or locked.
    """
    if fcntl is None:  # pragma: no cover
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise SetupError("file.not_writable", file=str(folder), reason=error.strerror) from error
    try:
        _wait(handle, folder, time.monotonic() + wait_s)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise SetupError("boundary.busy", folder=str(folder)) from error
        except OSError as error:
            raise SetupError(
                "file.not_writable", file=str(folder), reason=error.strerror
            ) from error
        time.sleep(_PAUSE_S)
