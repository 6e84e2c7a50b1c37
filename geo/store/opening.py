"""Which store the register is read from, and whether it can be edited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Engine

from geo.errors import KhuCumError, SetupError
from geo.reasons import Reason
from geo.settings import Settings
from geo.store import gaps, migrate, reasons, seeding
from geo.store.database import database_url, open_engine, sqlite_file
from geo.store.gaps import Gap
from geo.store.register import Register
from geo.store.repository import FileRepository, Repository


@dataclass(frozen=True, slots=True)
class Opened:
    """A store to read from.

    Attributes
    ----------
    register
        For editing; None while that is not possible, and `trouble` says why.
    """

    repository: Repository
    register: Register | None
    trouble: KhuCumError | None = None


def open_store(settings: Settings) -> Opened:
    """Make the database ready and load ``data/`` into it; without one, read the files.

    A database that only ``data/`` has ever written to follows ``data/``. One that staff have
    edited never does by itself: see :func:`geo.store.seeding.compare`.
    """
    try:
        register = prepare(settings)
    except KhuCumError as fault:
        return Opened(FileRepository(settings), None, fault)
    try:
        _follow(register)
    except KhuCumError as fault:  # data/ is being worked on, or the database cannot be written
        if not seeding.edited(register):
            return Opened(FileRepository(settings), None, fault)
    return Opened(register, register)


def prepare(settings: Settings) -> Register:
    """The database with today's tables, loaded.

    Raises
    ------
    StoreError, SetupError
        When there is none that can be used.
    DataError
        When it is empty and ``data/`` cannot be loaded.
    """
    url = database_url(settings)
    engine = open_engine(url)
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        seeding.load(settings)  # nothing is made before it is known that it can be filled
        _make_folder(settings)
    migrate.upgrade(engine)
    register = Register(settings, engine)
    seeding.first_load(register)
    return register


def _make_folder(settings: Settings) -> None:
    try:
        settings.var_dir.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SetupError(
            "file.not_writable", file=str(settings.var_dir), reason=fault.strerror
        ) from fault


def _follow(register: Register) -> None:
    digest, _ = seeding.load(register.settings)
    if not seeding.same_seed(register, digest) and not seeding.edited(register):
        seeding.take(register, "")


def open_reader(settings: Settings) -> Repository:
    """What commands that only read look at: makes and changes nothing.

    The files, until staff have edited the database.
    """
    engine = _made(settings)
    if engine is None:
        return FileRepository(settings)
    register = Register(settings, engine)
    return register if seeding.edited(register) else FileRepository(settings)


def open_reasons(settings: Settings) -> list[Reason]:
    """The reasons that staff have given for findings; none where there is no database.

    Also of a database that staff have not edited otherwise; makes and changes nothing.
    """
    engine = _made(settings)
    return [] if engine is None else reasons.recorded(engine)


def open_gaps(settings: Settings) -> list[tuple[Gap, int]]:
    """What was searched for and not found, and how often; as :func:`open_reasons`."""
    engine = _made(settings)
    return [] if engine is None else gaps.recorded(engine)


def _made(settings: Settings) -> Engine | None:
    """The database with today's tables; None where there is none yet."""
    engine = open_engine(database_url(settings))
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        return None
    migrate.require(engine)
    return engine
