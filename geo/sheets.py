"""Tables that people keep: CSV files, read strictly, with a fault that says where."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path

from geo.errors import DataError


def read_rows(
    path: Path, columns: Sequence[str], *, required: Collection[str] = (), empty: bool = False
) -> list[dict[str, str]]:
    """The rows of a comma-separated table with a header, as text.

    Parameters
    ----------
    columns
        What the header must name, in any order; other columns are kept too.
    required
        Columns that may not hold an empty cell.
    empty
        Whether a table with only its header is good.

    Raises
    ------
    DataError
        ``file.not_found``, ``file.unreadable``, ``file.not_utf8``, or ``table.*`` with the line.
        A byte order mark is accepted.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DataError("file.not_found", file=str(path)) from error
    except OSError as error:
        raise DataError("file.unreadable", file=str(path), reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise DataError("file.not_utf8", file=path.name, byte=str(error.start + 1)) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        _require_columns(path, header, columns)
        rows = []
        for cells in reader:
            if not cells:
                continue
            at = {"file": path.name, "line": reader.line_num}
            if len(cells) != len(header):
                raise DataError("table.cells", **at, cells=len(cells), expected=len(header))
            row = dict(zip(header, cells, strict=True))
            if missing := next((name for name in required if not row[name].strip()), None):
                raise DataError("table.cell_empty", **at, column=missing)
            rows.append(row)
    except csv.Error as error:
        raise DataError("table.broken", file=path.name, line=reader.line_num) from error
    if not rows and not empty:
        raise DataError("table.empty", file=path.name)
    return rows


def _require_columns(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing or len(set(header)) != len(header):
        raise DataError(
            "table.columns",
            file=path.name,
            expected=",".join(columns),
            found=",".join(header)[:200] or "—",
        )
