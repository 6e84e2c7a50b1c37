"""Opening what people send, and writing files that are never half there."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from geo.errors import DataError, SetupError
from geo.text import printable


def file_size(path: Path) -> int:
    """Bytes of an ordinary file, links followed.

    Raises
    ------
    DataError
        ``file.not_found``, ``file.unreadable``, or ``file.not_a_file`` for a folder, a device or
        a pipe, which are not opened.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise DataError("file.not_found", file=printable(str(path))) from fault
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    except ValueError as fault:  # a name with a null byte or a lone surrogate
        raise DataError("file.not_found", file=printable(str(path))) from fault
    if not stat.S_ISREG(status.st_mode):
        raise DataError("file.not_a_file", file=printable(str(path)))
    return status.st_size


def read_bytes(path: Path, max_mb: int) -> bytes:
    """The content of a file.

    Raises
    ------
    DataError
        As :func:`file_size`, or ``file.too_large`` with size and limit in MB; a file over the
        limit is not read.
    """
    size, limit = file_size(path), max_mb * 1_000_000
    if size <= limit:
        try:
            with path.open("rb") as stream:
                content = stream.read(limit + 1)
        except OSError as fault:
            raise _unreadable(path, fault) from fault
        size = len(content)
    if size > limit:
        raise DataError(
            "file.too_large", file=printable(path.name), mb=round(size / 1e6, 1), limit=max_mb
        )
    return content


def _unreadable(path: Path, fault: OSError) -> DataError:
    shown = printable(str(path))
    return DataError("file.unreadable", file=shown[:200], reason=fault.strerror)


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
