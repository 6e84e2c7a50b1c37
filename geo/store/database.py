"""Connections to SQLite or PostgreSQL, and what their faults mean to a user."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from geo.errors import SetupError, UsageError
from geo.settings import Settings

WAIT_S = 10
"""How long a write waits for another before it gives up."""

FILE = "register.sqlite"

_WRITERS = 0x6B6875  # names the lock that writers share on PostgreSQL; any number of our own


class StoreError(SetupError):
    """The database cannot do it now: nothing was written."""


def database_url(settings: Settings) -> str:
    """What to connect to: ``DATABASE_URL``, else a SQLite file in ``var/``."""
    return settings.database_url or f"sqlite:///{settings.var_dir / FILE}"


def open_engine(url: str, wait_s: float = WAIT_S) -> Engine:
    """An engine with safe settings; connects at the first use.

    Parameters
    ----------
    wait_s
        How long a write waits for another, in seconds.

    Raises
    ------
    UsageError
        ``store.url`` for an address that is not understood.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and sqlite_path(parsed) is not None:
            return _sqlite(parsed, wait_s)
        if parsed.get_backend_name() == "postgresql":
            return _postgresql(parsed, wait_s)
    except (ArgumentError, ValueError) as fault:  # the latter for a port that is no number
        raise UsageError("store.url") from fault
    raise UsageError("store.url")


def _postgresql(url: sa.URL, wait_s: float) -> Engine:
    wait_ms = round(wait_s * 1000)
    limits = {"lock_timeout": wait_ms, "statement_timeout": 6 * wait_ms, "timezone": "UTC"}
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_timeout=wait_s,
        connect_args={
            "connect_timeout": 5,
            # a network that is gone is noticed within a minute, not within hours
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 60_000,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    )


def _sqlite(url: sa.URL, wait_s: float) -> Engine:
    # WAL is set once, by set_wal: a file that turns out not to be ours stays as it was
    path = Path(url.database or "")
    engine = sa.create_engine(
        url,
        pool_timeout=wait_s,
        connect_args={"timeout": wait_s, "check_same_thread": False},
    )

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, record: Any, args: Any, options: dict[str, Any]) -> Any:
        record.info["frozen"] = frozen = _cannot_change(path)
        if frozen:  # SQLite would want to make its -shm file beside it
            return sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True, **options)
        return None  # as usual

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        # recursive: the triggers that guard history also see INSERT OR REPLACE
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkin")
    def release(_: Any, record: Any) -> None:
        if record.info["frozen"]:  # it would not see what another user of the machine writes
            record.invalidate()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("khucum_write", False)
        # a reader that later writes could find itself locked out for good: say it at the start
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _cannot_change(path: Path) -> bool:
    """Whether a file lies where nothing can be written, with nothing left to recover."""
    return (
        path.exists()
        and not os.access(path.parent, os.W_OK, effective_ids=True)
        and not path.with_name(f"{path.name}-wal").exists()
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database.

    Raises
    ------
    StoreError
        See :func:`meaning`.
    """
    with _faults(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the database; committed at the end, or nothing is written.

    Writers go one after the other, also where there are no tables yet; readers do not wait.

    Raises
    ------
    StoreError
        See :func:`meaning`.
    """
    with _faults(engine), engine.connect() as raw:
        connection = raw.execution_options(khucum_write=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
            yield connection


_UNSTORABLE = (UnicodeEncodeError, OverflowError)
"""What drivers say of lone surrogates, and of numbers that no column holds."""


@contextmanager
def _faults(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, *_UNSTORABLE) as fault:
        raise meaning(fault, engine) from fault


def set_wal(engine: Engine) -> None:
    """Let readers and a writer of a SQLite file work at once; the file remembers it.

    Raises
    ------
    StoreError
        See :func:`meaning`.
    """
    with _faults(engine), engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA journal_mode=WAL")  # outside of a transaction


def meaning(
    fault: SQLAlchemyError | sqlite3.Error | UnicodeEncodeError | OverflowError, engine: Engine
) -> StoreError:
    """What a fault of the database means.

    Returns
    -------
    StoreError
        ``store.full``, ``store.read_only``, ``store.busy``, ``store.damaged``,
        ``store.forbidden``, ``store.not_prepared``, ``store.unavailable`` or ``store.fault``,
        naming the database without its password.
    """
    where = address(engine)
    if isinstance(fault, PoolTimeoutError):
        return StoreError("store.busy", where=where)
    original = fault.orig if isinstance(fault, DBAPIError) else fault
    said = str(original)
    state = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    file = sqlite_file(engine)
    if state == "SQLITE_CANTOPEN" and file is not None:
        code = "store.forbidden" if file.parent.exists() else "store.not_prepared"
        return StoreError(code, where=where)
    for code, states in _STATES:
        if (state or "").startswith(states):
            return StoreError(code, where=where)
    # SQLite has no number for a missing table, a refused connection to PostgreSQL has none at all
    for code, phrases in _PHRASES if state in (None, "SQLITE_ERROR") else ():
        if any(phrase in said for phrase in phrases):
            return StoreError(code, where=where)
    if isinstance(fault, OperationalError | InterfaceError) and file is None:
        return StoreError("store.unavailable", where=where)
    return StoreError("store.fault", where=where, reason=" ".join(said.split())[:200])


_STATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("store.full", ("53100", "SQLITE_FULL")),
    ("store.read_only", ("25006", "SQLITE_READONLY")),
    (
        "store.busy",
        ("55P03", "57014", "40001", "40P01", "53300", "SQLITE_BUSY", "SQLITE_LOCKED"),
    ),
    ("store.damaged", ("XX001", "XX002", "SQLITE_CORRUPT", "SQLITE_NOTADB")),
    ("store.forbidden", ("42501", "28", "SQLITE_PERM", "SQLITE_AUTH")),
    ("store.not_prepared", ("42P01", "42703")),
)
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("store.not_prepared", ("no such table", "no such column")),
    ("store.forbidden", ("authentication failed", "permission denied", "no pg_hba.conf entry")),
)


def address(engine: Engine) -> str:
    """Where a database is, for people: the file, or server and name without any password."""
    file = sqlite_file(engine)
    if file is not None:
        return str(file)
    url = engine.url
    where = f"{url.host or url.query.get('host') or 'localhost'}/{url.database}"
    return where.rpartition("@")[2]  # before it, the rest of a password with an @ not written %40


def sqlite_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for a server."""
    return sqlite_path(engine.url) if engine.dialect.name == "sqlite" else None


def sqlite_path(url: sa.URL) -> Path | None:
    """The file that an address of SQLite names; None for a database in memory."""
    return Path(url.database) if url.database and url.database != ":memory:" else None
