"""Making the tables of the register and bringing those of an older program up to date."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from geo.errors import SetupError
from geo.store.database import StoreError, address, reading, set_wal, sqlite_file, writing
from geo.store.schema import metadata

VERSION_TABLE = "schema_revision"
MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"


def newest() -> str:
    """The revision of the tables that this program works with."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision of the tables in a database; None while there are none.

    Raises
    ------
    StoreError
        See :func:`geo.store.database.meaning`.
    """
    with reading(engine) as connection:
        return _current(connection)


def require(engine: Engine) -> None:
    """Refuse a database whose tables are not those of this program.

    Raises
    ------
    StoreError
        ``store.not_prepared``, ``store.outdated``, or those of :func:`upgrade`.
    """
    with reading(engine) as connection:
        found = _examine(connection)
    if found != newest():
        code = "store.outdated" if found else "store.not_prepared"
        raise StoreError(code, where=address(engine), found=found, known=newest())


def upgrade(engine: Engine) -> str:
    """Make or update all tables in one transaction; does not write when nothing is to do.

    A SQLite file of an older revision is first copied to ``backups`` beside it.

    Returns
    -------
    str
        The revision that the tables now have.

    Raises
    ------
    StoreError
        ``store.foreign`` for a database with somebody else's tables, ``store.newer`` for one of a
        newer program, ``store.postgis_missing`` or ``store.postgis_forbidden``; nothing is
        written then. Else see :func:`geo.store.database.meaning`.
    """
    file = sqlite_file(engine)
    if file is not None:
        _make_private(file)
    with reading(engine) as connection:
        found = _examine(connection)
    if found == newest():
        return found
    if file is not None and found is None:
        set_wal(engine)
    with writing(engine) as connection:
        if file is None:
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        found = _examine(connection)  # another process may have been quicker
        if found is not None and found != newest() and file is not None:
            _copy_aside(file, found)
        _run(connection)
    return newest()


def _run(connection: Connection) -> None:
    config = _config()
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: Any, _: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # as alembic's cookbook has it

    with EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        environment.run_migrations()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(VERSIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _current(connection: Connection) -> str | None:
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _examine(connection: Connection) -> str | None:
    """The revision of the tables, once it is sure that they are ours and not too new."""
    where = address(connection.engine)
    found = _current(connection)
    if found is None:
        present = set(sa.inspect(connection).get_table_names())
        # a server's database may be shared with other programs, a file belongs to one
        if present if connection.dialect.name == "sqlite" else present & set(metadata.tables):
            raise StoreError("store.foreign", where=where)
        return None
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found not in known:
        raise StoreError("store.newer", where=where, found=found, known=newest())
    return found


def _make_private(file: Path) -> None:
    """Make a file that only its owner can read, with its folder, unless it is there."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(0o600)
    except OSError as fault:
        raise SetupError("file.not_writable", file=str(file), reason=fault.strerror) from fault


def _copy_aside(file: Path, revision: str) -> None:
    """Copy a SQLite file that may be in use to ``backups`` beside it."""
    moment = dt.datetime.now(dt.UTC)
    name = f"{file.stem}-{revision}-{moment:%Y%m%dT%H%M%S%fZ}{file.suffix}"
    target = file.parent / "backups" / name
    _make_private(target)
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except BaseException:
        target.unlink()
        raise
