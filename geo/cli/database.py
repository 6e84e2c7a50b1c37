"""The commands `python -m geo db …`: the register's database."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine

from geo.cli.commands import Commands
from geo.errors import DataError
from geo.i18n import error_text, t
from geo.settings import Settings
from geo.store import backup, health, migrate, prepare, seeding
from geo.store.database import database_url, open_engine
from geo.store.schema import zones


def register(commands: Commands) -> None:
    """Add the commands."""
    group, text = commands.group("db"), commands.text
    group.add("upgrade", _upgrade, "db_upgrade")
    group.add("check", _check, "db_check")
    save = group.add("backup", _backup, "db_backup")
    save.add_argument("file", type=Path, nargs="?", help=text("db_backup_file"))
    load = group.add("restore", _restore, "db_restore")
    load.add_argument("file", type=Path, help=text("db_restore_file"))
    load.add_argument("--replace", action="store_true", help=text("db_replace"))
    sync = group.add("sync", _sync, "db_sync")
    sync.add_argument("--apply", action="store_true", help=text("db_sync_apply"))
    sync.add_argument("--keep", metavar="ID", nargs="+", default=[], help=text("db_sync_keep"))


@contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(database_url(settings))
    try:
        yield engine
    finally:
        engine.dispose()


def _upgrade(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _database(settings) as engine:
        print(t(lang, "cli.db_upgraded", revision=migrate.upgrade(engine)))
    return 0


def _check(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _database(settings) as engine:
        return _report(health.check(engine), lang)


def _report(found: list[health.Finding], lang: str) -> int:
    for one in found:
        print(t(lang, f"health.{one.code}", **one.params))
    if found:
        print(t(lang, "cli.db_findings", count=len(found)))
    else:
        print(t(lang, "cli.db_sound"))
    return 1 if found else 0


def _backup(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    file = options.file or _new_file(settings)
    with _database(settings) as engine:
        contents = backup.backup(engine, file)
    print(t(lang, "cli.db_backed_up", **_shown(file, contents)))
    return 0


def _restore(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _database(settings) as engine:
        try:
            if options.replace:
                backup.verify(options.file)
                migrate.upgrade(engine)
                kept = _new_file(settings)
                backup.backup(engine, kept)
                print(t(lang, "cli.db_kept", file=kept))
            contents = backup.restore(options.file, engine, replace=options.replace)
        except DataError as refusal:
            print(error_text(refusal, lang), file=sys.stderr)
            return 1
        print(t(lang, "cli.db_restored", **_shown(options.file, contents)))
        return _report(health.check(engine), lang)


def _new_file(settings: Settings) -> Path:
    now = dt.datetime.now(dt.UTC)
    return settings.var_dir / "backups" / f"register-{now:%Y%m%dT%H%M%S%fZ}.zip"


def _shown(file: Path, contents: backup.Contents) -> dict[str, object]:
    return {
        "file": file,
        "revision": str(contents.revision or 0),
        "zones": contents.rows[zones.name],
    }


def _sync(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    store = prepare(settings)
    try:
        if options.keep:
            seeding.keep(store, options.keep)
        if options.apply:
            taken = seeding.take(store, t(lang, "cli.db_sync_reason"))
            print(t(lang, "cli.db_sync_taken", count=taken))
        differences = seeding.compare(store)
    finally:
        store.engine.dispose()
    for one in differences:
        fields = [t(lang, f"field.{name}") for name in one.fields]
        print(t(lang, f"cli.db_sync_{one.side}", zone=one.zone_id, fields=fields))
        for conflict in one.conflicts:
            print(
                "    "
                + t(
                    lang,
                    "cli.db_sync_conflict",
                    field=t(lang, f"field.{conflict.field}"),
                    base=_value(conflict.base),
                    data=_value(conflict.mine),
                    register=_value(conflict.theirs),
                )
            )
    if not differences:
        print(t(lang, "cli.db_sync_same"))
    return 1 if any(one.open for one in differences) else 0


def _value(value: object) -> str:
    return "—" if value is None else json.dumps(value, ensure_ascii=False)
