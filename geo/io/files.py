"""Opening what people send, and writing files that are never half there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from geo.errors import DataError, SetupError


def read_bytes(path: Path, max_mb: int) -> bytes:
    """The content of a file.

    Raises
    ------
    DataError
        ``file.not_found``, ``file.unreadable``, or ``file.too_large`` with size and limit in MB;
        a file over the limit is not read.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as fault:
        raise DataError("file.not_found", file=str(path)) from fault
    except OSError as fault:
        raise DataError("file.unreadable", file=str(path), reason=fault.strerror) from fault
    if size > max_mb * 1_000_000:
        raise DataError("file.too_large", file=path.name, mb=round(size / 1e6, 1), limit=max_mb)
    try:
        return path.read_bytes()
    except OSError as fault:
        raise DataError("file.unreadable", file=str(path), reason=fault.strerror) from fault


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file as a whole: readers see the old content or the new, never a part.

    Raises
    ------
    SetupError
        ``file.not_writable`` when the folder cannot be written to; the old file stays.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        temporary = None
    except OSError as fault:
        raise SetupError("file.not_writable", file=str(path), reason=fault.strerror) from fault
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
