"""A real PostgreSQL with PostGIS for the tests: a private cluster in a temporary folder.

It listens on a socket in that folder only, is never the machine's own server, and goes away with
the process that started it, however that ends.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.engine import Engine

from geo.auth import Actor, Role
from geo.changes import Action, Change, Item
from geo.settings import Settings
from geo.store import gaps, reasons
from geo.store.database import reading, writing
from geo.store.register import Register
from geo.store.schema import events, metadata, sessions, users
from geo.store.seeding import first_load

NOBODY = 65534

# The shell lives as long as its input: when the tests end, or are killed, so does the server.
KEEPER = """
"$1/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 &&
"$1/pg_ctl" -D data -w -l log -o "-k '$PWD' -c listen_addresses='' $2" start >>log 2>&1 &&
echo ready
read -r _
"$1/pg_ctl" -D data -m immediate stop >>log 2>&1
rm -rf "$PWD"
"""

# without fsync only a power cut could lose data, and no test cuts the power
OPTIONS = "-c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=60"


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that has PostGIS; None where there is none."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(installed, key=lambda path: float(path.parent.name), reverse=True)
    for folder in candidates:
        if not (folder / "initdb").exists():
            continue  # only the client is installed
        asked = [folder / "pg_config", "--sharedir"]
        share = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if (Path(share) / "extension" / "postgis.control").exists():
            return folder
    return None


class Cluster:
    """A running server; `stop` and `start` are there for tests of a server that goes away."""

    def __init__(self, bin_dir: Path) -> None:
        self.bin_dir = bin_dir
        self.folder = Path(tempfile.mkdtemp(prefix="khucum-pg-"))
        self._numbers = itertools.count(1)
        self._as: dict[str, object] = {"cwd": self.folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self._keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", str(bin_dir), OPTIONS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
            **self._as,
        )  # fmt: skip
        if self._keeper.stdout.readline() != "ready\n":
            log = (self.folder / "log").read_text(errors="replace")
            self.close()
            raise RuntimeError(f"PostgreSQL did not start:\n{log}")
        self.run("CREATE DATABASE template_postgis")
        self.run("CREATE EXTENSION postgis", "template_postgis")

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the owner of the server."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template_postgis") -> str:
        """The name of a new database without tables; PostGIS is in it already."""
        name = f"register_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` is what a power cut looks like to its clients."""
        self._control("-m", mode, "stop")

    def start(self) -> None:
        options = f"-k '{self.folder}' -c listen_addresses='' {OPTIONS}"
        self._control("-w", "-l", "log", "-o", options, "start")

    def _control(self, *arguments: str) -> None:
        subprocess.run(
            [self.bin_dir / "pg_ctl", "-D", "data", *arguments],
            check=True, stdout=subprocess.DEVNULL, **self._as,
        )  # fmt: skip

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._keeper.stdin.close()
        self._keeper.wait(60)


def fill(engine: Engine, settings: Settings) -> Register:
    """The committed data, an edit, a proposal with a comment, a user, a draft, reasons, a count."""
    store = Register(settings, engine)
    first_load(store)
    first, second = store.snapshot().zones[:2]
    edited = replace(first, area_let_ha=Decimal("1.25"), let_as_of=dt.date(2026, 6, 30))
    store.publish(Change(Action.EDIT, "Số liệu quý II", (Item(first.id, 1, edited),)), "an")
    renamed = replace(second, name=f"{second.name} “mở rộng”")
    proposal = store.propose(Change(Action.EDIT, "Tên mới", (Item(second.id, 1, renamed),)), "an")
    store.comment(proposal, "bình", "Xem lại\nquyết định.")
    store.save_draft("an", second.id, {"name": "đang gõ"})
    answer = {"finding": "tn-r120", "document": "tn-qd-341-2010", "basis": "b" * 64}
    for login, role in (("an", Role.EDITOR), ("bình", Role.APPROVER)):
        actor = Actor(login, login.title(), role)
        reasons.record(engine, actor, **answer, text=f"Đánh máy nhầm.\n{login}")
    reasons.withdraw(engine, actor, reasons.recorded(engine)[0])
    gaps.add(engine, [gaps.Gap("2026-11", "66", gaps.GapKind.NOTHING, "9200")])
    now = dt.datetime.now(dt.UTC)
    with writing(engine) as connection:
        made = connection.execute(
            sa.insert(users).values(
                login="an", name="An", password_hash="$argon2id$…", role="editor", created_at=now
            )
        )
        connection.execute(
            sa.insert(sessions).values(
                digest="d" * 64,
                user_id=made.inserted_primary_key[0],
                created_at=now,
                expires_at=now,
            )
        )
        connection.execute(
            sa.insert(events).values(at=now, actor="an", action="sign_in", subject="an", detail="")
        )
    return store


def content(engine: Engine) -> dict[str, list[tuple]]:
    """All rows of all tables; shapes as WKB."""
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(shapely.to_wkb(v) if isinstance(v, BaseGeometry) else v for v in row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }


def may_mount() -> bool:
    """Whether a small file system can be mounted here, to be filled or made read-only."""
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(
            ["mount", "-t", "tmpfs", "none", folder], capture_output=True, check=False
        )
        if tried.returncode:
            return False
        subprocess.run(["umount", folder], check=True)
        return True


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own in `folder`, of a size such as ``2m``."""
    folder.mkdir()
    options = f"size={size},mode=777"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Without the rights of root, whom no permission stops."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
