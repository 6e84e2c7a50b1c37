"""The whole register in one file, from either kind of database and into either kind.

A backup is a zip: ``manifest.json`` and, for every table, ``tables/<name>.jsonl`` with one row a
line as a JSON object. Moments are ISO 8601 in UTC, exact numbers are text, shapes are WKB in
hexadecimal. Whatever lets somebody in by itself is left out (:data:`LEFT_OUT`): after a restore
everybody signs in anew. Hashes of passwords are in it, so the file is for its owner only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

import shapely
import sqlalchemy as sa
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry
from sqlalchemy.engine import Connection, Engine

import geo
from geo.errors import DataError, SetupError
from geo.io.files import file_size
from geo.store import migrate
from geo.store.database import StoreError, address, reading, writing
from geo.store.schema import APPEND_ONLY, Geometry, Utc, metadata, register
from geo.text import printable

FORMAT = 1
LEFT_OUT = ("sessions", "tokens", "attempts")
"""Tables that are not backed up: open sessions, one-time links, counts of failed sign-ins."""

TABLES = tuple(table for table in metadata.sorted_tables if table.name not in LEFT_OUT)
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 1_000_000
LINE_LIMIT = 128_000_000
"""Bytes of the longest row that is read."""

UNPACKED_LIMIT = 16_000_000_000
"""Bytes of all tables together that are read."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself.

    Attributes
    ----------
    token, revision
        Of the register; None for one that was still empty.
    schema
        Revision of the tables.
    program
        Version of the program that wrote it.
    at
        When its view of the database was taken.
    rows
        Rows by table.
    """

    token: str | None
    revision: int | None
    schema: str
    program: str
    at: dt.datetime
    rows: dict[str, int]


def backup(engine: Engine, path: Path) -> Contents:
    """Write one consistent view of the register while others go on reading and writing.

    The file is written beside its place, read back and verified, then put there as a whole.

    Raises
    ------
    StoreError
        See :func:`geo.store.database.meaning` and :func:`geo.store.migrate.require`.
    SetupError
        ``file.not_writable``; an older file of that name stays as it is.
    """
    migrate.require(engine)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        temporary = Path(name)
        with os.fdopen(handle, "w+b") as file:
            with reading(engine) as connection:
                _write(connection, file)
            file.flush()
            os.fsync(file.fileno())
        contents = verify(temporary)
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as fault:
        raise SetupError("file.not_writable", file=str(path), reason=fault.strerror) from fault
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return contents


def verify(path: Path) -> Contents:
    """Read a backup from end to end: every row, every sum.

    Raises
    ------
    DataError
        ``backup.broken`` for what is no backup, not whole or not as a backup is written,
        ``backup.too_large``, or ``backup.schema`` for one with tables of another revision;
        ``file.*`` when it cannot be read.
    """
    with _Archive(path) as opened:
        for table in TABLES:
            for _ in opened.rows(table):
                pass
    return opened.contents


def restore(path: Path, engine: Engine, *, replace: bool = False) -> Contents:
    """Fill an empty database from a backup, in one transaction, once all of it was verified.

    Parameters
    ----------
    replace
        Whether the register that is in the database may be thrown away for it.

    Raises
    ------
    StoreError
        ``store.not_empty`` without `replace`; those of :func:`geo.store.migrate.upgrade`.
    DataError
        As :func:`verify`. Nothing is written in either case.
    """
    verify(path)
    migrate.upgrade(engine)
    with _Archive(path) as opened, writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        if any(_filled(connection, table) for table in metadata.sorted_tables):
            if not replace:
                raise StoreError("store.not_empty", where=address(engine))
            _clear(connection)
        for table in TABLES:
            try:
                # the sums are taken again: the file may have changed since it was verified
                for rows in _batched(opened.rows(table)):
                    connection.execute(sa.insert(table), rows)
            except (sa.exc.IntegrityError, sa.exc.DataError) as fault:
                raise DataError("backup.broken", file=opened.name, where=table.name) from fault
        if engine.dialect.name == "postgresql":
            _continue_numbers(connection)
    return opened.contents


def _batched(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in lists that one statement takes."""
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch


# -- writing


def _write(connection: Connection, file: IO[bytes]) -> None:
    position = connection.execute(sa.select(register.c.token, register.c.revision)).one_or_none()
    tables: dict[str, dict[str, Any]] = {}
    at = dt.datetime.now(dt.UTC)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES:
            digest, count = hashlib.sha256(), 0
            query = sa.select(table).order_by(*table.primary_key.columns)
            stream = connection.execution_options(yield_per=_BATCH).execute(query)
            with archive.open(_member(table), "w", force_zip64=True) as member:
                for row in stream:
                    line = _line(table, row)
                    digest.update(line)
                    member.write(line)
                    count += 1
            tables[table.name] = {"rows": count, "sha256": digest.hexdigest()}
        manifest = {
            "format": FORMAT,
            "program": geo.__version__,
            "schema": migrate.newest(),
            "at": at.isoformat(),
            "register": None if position is None else dict(position._mapping),
            "left_out": list(LEFT_OUT),
            "tables": tables,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def _member(table: sa.Table) -> str:
    return f"tables/{table.name}.jsonl"


def _line(table: sa.Table, row: sa.Row[Any]) -> bytes:
    values = {column.name: _plain(value) for column, value in zip(table.c, row, strict=True)}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):  # and moments
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True)
    return value


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- reading


class _Archive:
    """A backup with its manifest read; nothing of it is believed before it was checked."""

    def __init__(self, path: Path) -> None:
        self.name = printable(path.name)
        file_size(path)
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
            raise self._broken("zip") from fault
        except OSError as fault:
            raise DataError("file.unreadable", file=self.name, reason=fault.strerror) from fault
        try:
            self._tables, self.contents = self._manifest()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def rows(self, table: sa.Table) -> Iterator[dict[str, Any]]:
        """The rows of a table as the database takes them."""
        said, digest, count = self._tables[table.name], hashlib.sha256(), 0
        for count, line in enumerate(self._lines(_member(table)), 1):
            digest.update(line)
            try:
                row = _row(table, json.loads(line))
            except _UNREADABLE as fault:
                raise self._broken(f"{table.name}:{count}") from fault
            if table is register and not self._is_register(row, count):
                raise self._broken(f"{table.name}:{count}")
            yield row
        if (said["rows"], said["sha256"]) != (count, digest.hexdigest()):
            raise self._broken(f"{table.name} (SHA-256)")

    def _is_register(self, row: dict[str, Any], count: int) -> bool:
        said = (1, 1, self.contents.token, self.contents.revision)
        return (count, row["id"], row["token"], row["revision"]) == said

    def _lines(self, member: str) -> Iterator[bytes]:
        try:
            with self._archive.open(member) as stream:
                while line := stream.readline(LINE_LIMIT + 1):
                    if len(line) > LINE_LIMIT:
                        raise DataError("backup.too_large", file=self.name)
                    yield line
        except _BAD_ZIP as fault:
            raise self._broken(member) from fault
        except OSError as fault:
            raise DataError("file.unreadable", file=self.name, reason=fault.strerror) from fault

    def _manifest(self) -> tuple[dict[str, Any], Contents]:
        members = self._archive.infolist()
        names = [member.filename for member in members]
        if sorted(names) != sorted([MANIFEST, *(_member(table) for table in TABLES)]):
            # an older or newer program may have other tables: its manifest tells
            if names.count(MANIFEST) != 1:
                raise self._broken(MANIFEST)
            self._read_manifest()
            raise self._broken("tables")
        if sum(member.file_size for member in members) > UNPACKED_LIMIT:
            raise DataError("backup.too_large", file=self.name)
        return self._read_manifest()

    def _read_manifest(self) -> tuple[dict[str, Any], Contents]:
        try:
            with self._archive.open(MANIFEST) as stream:
                text = stream.read(MANIFEST_LIMIT + 1)
            if len(text) > MANIFEST_LIMIT:
                raise DataError("backup.too_large", file=self.name)
            manifest = json.loads(text)
            form, program, schema = (manifest[key] for key in ("format", "program", "schema"))
            if (form, schema) != (FORMAT, migrate.newest()):
                raise DataError(
                    "backup.schema",
                    file=self.name,
                    found=printable(str(schema))[:40],
                    known=migrate.newest(),
                    program=printable(str(program))[:40],
                )
            tables = {table.name: dict(manifest["tables"][table.name]) for table in TABLES}
            rows = {name: _int(said["rows"]) for name, said in tables.items()}
            position = manifest["register"]
            contents = Contents(
                token=None if position is None else _text(position["token"]),
                revision=None if position is None else _int(position["revision"]),
                schema=_text(schema),
                program=_text(program),
                at=_moment(manifest["at"]),
                rows=rows,
            )
            if (position is not None) != (rows[register.name] == 1):
                raise ValueError("register")
            for said in tables.values():
                _text(said["sha256"])
        except (*_BAD_ZIP, *_UNREADABLE) as fault:
            raise self._broken(MANIFEST) from fault
        return tables, contents

    def _broken(self, where: str) -> DataError:
        return DataError("backup.broken", file=self.name, where=where)


_BAD_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError)
_UNREADABLE = (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, GEOSException)


def _row(table: sa.Table, raw: Any) -> dict[str, Any]:
    """A row with the types of its columns.

    Raises
    ------
    ValueError, TypeError, ArithmeticError
        For anything that the table would not hold, also where SQLite would hold it.
    """
    if not isinstance(raw, dict) or list(raw) != [column.name for column in table.c]:
        raise ValueError(table.name)
    return {column.name: _value(column, raw[column.name]) for column in table.c}


def _value(column: sa.Column[Any], raw: Any) -> Any:
    if raw is None:
        if not column.nullable:
            raise ValueError(column.name)
        return None
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            value = read(raw)
            break
    else:
        raise TypeError(column.name)
    length = getattr(column.type, "length", None)
    if length is not None and len(value) > length:
        raise ValueError(column.name)
    return value


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or "\0" in raw:
        raise ValueError(raw)
    raw.encode()  # no lone surrogates
    return raw


def _int(raw: Any) -> int:
    if type(raw) is not int or not -(2**31) <= raw < 2**31:
        raise ValueError(raw)
    return raw


def _bool(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(raw)
    return raw


def _decimal(raw: Any) -> Decimal:
    value = Decimal(_text(raw))
    if not abs(value) < 10**10:  # also refuses what is no number
        raise ValueError(raw)
    return value


def _moment(raw: Any) -> dt.datetime:
    value = dt.datetime.fromisoformat(_text(raw))
    if value.tzinfo is None:
        raise ValueError(raw)
    return value.astimezone(dt.UTC)


def _date(raw: Any) -> dt.date:
    return dt.date.fromisoformat(_text(raw))


def _shape(raw: Any) -> BaseGeometry:
    return shapely.from_wkb(_text(raw))


_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (Utc, _moment),
    (Geometry, _shape),
    (sa.Date, _date),
    (sa.Numeric, _decimal),
    (sa.Boolean, _bool),
    (sa.Integer, _int),
    (sa.String, _text),
)


# -- restoring


def _filled(connection: Connection, table: sa.Table) -> bool:
    return connection.execute(sa.select(table.c[0]).limit(1)).first() is not None


def _clear(connection: Connection) -> None:
    """Empty all tables; the triggers that guard history are away until the transaction ends."""
    with _unguarded(connection):
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        for table in APPEND_ONLY:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in APPEND_ONLY:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    else:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.exec_driver_sql(query).all()
        for name, _ in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            connection.exec_driver_sql(statement)


def _continue_numbers(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were restored."""
    for table in TABLES:
        column = table.autoincrement_column
        if column is None:
            continue
        asked = sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
        last = connection.scalar(sa.select(sa.func.max(column))) or 0
        # unlike setval this is taken back with the transaction
        connection.exec_driver_sql(
            f"ALTER SEQUENCE {connection.scalar(asked)} RESTART WITH {last + 1}"
        )
