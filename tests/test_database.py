"""The database as it is made, upgraded, checked and met by faults: real SQLite and PostgreSQL."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from shapely import Point

from geo.errors import SetupError, UsageError
from geo.i18n import LANGUAGES, LOCALE_DIR, catalogue, error_text, has
from geo.store import backup, health, migrate
from geo.store.database import StoreError, meaning, open_engine, reading, sqlite_file, writing
from geo.store.register import Register
from geo.store.schema import APPEND_ONLY, events, metadata, register, zones
from geo.store.seeding import first_load
from tests import databases
from tests.conftest import ROOT

MAY_MOUNT = databases.may_mount()
QUICK = 0.2  # seconds


def refusal(action, *arguments):
    """The code with which an action on the database is refused."""
    with pytest.raises(StoreError) as refused:
        action(*arguments)
    for lang in LANGUAGES:
        text = error_text(refused.value, lang)
        assert has(lang, f"error.{refused.value.code}")
        assert "{" not in text
    return refused.value.code


def note(engine, text="x"):
    """The smallest write: one line in the list of events."""
    with writing(engine) as connection:
        row = {"actor": "an", "action": "test", "subject": "", "detail": text}
        connection.execute(sa.insert(events).values(at=MOMENT, **row))


MOMENT = sa.func.current_timestamp()


def notes(engine):
    with reading(engine) as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(events))


def tables(engine):
    with reading(engine) as connection:
        return set(sa.inspect(connection).get_table_names()) - {"spatial_ref_sys"}


# -- making and upgrading the tables


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_the_migrated_tables_are_those_of_the_program(engine):
    on_server = engine.dialect.name == "postgresql"
    options = {
        "version_table": migrate.VERSION_TABLE,
        "include_object": lambda _, name, *__: on_server or name != "ix_zones_geometry",
        "include_name": lambda name, kind, _: kind != "table" or name != "spatial_ref_sys",
        "compare_type": lambda _, column, *__: False if column.name == "geometry" else None,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_the_geometry_column_is_one_that_qgis_understands(postgres_url):
    engine = open_engine(postgres_url)
    migrate.upgrade(engine)
    with reading(engine) as connection:
        found = connection.execute(
            sa.text("SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns")
        ).all()
        index = connection.scalar(
            sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_zones_geometry'")
        )
    engine.dispose()
    assert found == [("zones", "geometry", 4326, "GEOMETRY")]
    assert "USING gist (geometry)" in index


def test_nothing_is_written_when_nothing_is_to_do(engine, store_url):
    second = open_engine(store_url, wait_s=QUICK)
    with writing(engine):
        assert migrate.upgrade(second) == migrate.newest()
    second.dispose()


UPGRADE = "import sys; from geo.store import database, migrate; " + (
    "print(migrate.upgrade(database.open_engine(sys.argv[1])))"
)


def test_processes_that_start_at_once_make_the_tables_once(store_url):
    command = [sys.executable, "-c", UPGRADE, store_url]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    answers = [process.communicate(timeout=60)[0] for process in started]
    assert answers == [f"{migrate.newest()}\n"] * 4


NEXT = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999", "{last_but_one}"
def upgrade():
    op.add_column("seed", sa.Column("more", sa.Text))
    op.create_table("extra", sa.Column("id", sa.Integer))
    {last}
"""


@pytest.fixture
def next_program(tmp_path, monkeypatch):
    """Makes the program one with a further migration, which ends in a given statement.

    Gives the revision before it.
    """

    def make(last="pass"):
        before = migrate.newest()
        folder = tmp_path / "versions"
        shutil.copytree(migrate.VERSIONS, folder)
        (folder / "9999_more.py").write_text(NEXT.format(last=last, last_but_one=before))
        monkeypatch.setattr(migrate, "VERSIONS", folder)
        return before

    return make


def test_older_tables_are_brought_up_to_date_and_a_file_is_copied_first(engine, next_program):
    note(engine)
    before = next_program()
    assert refusal(migrate.require, engine) == "store.outdated"
    assert migrate.upgrade(engine) == "9999"
    assert "extra" in tables(engine)
    assert notes(engine) == 1
    file = sqlite_file(engine)
    if file is not None:
        (copy,) = (file.parent / "backups").iterdir()
        for path in (file, copy):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        older = open_engine(f"sqlite:///{copy}")
        assert "extra" not in tables(older)
        assert notes(older) == 1
        assert migrate.current(older) == before
        older.dispose()


def test_an_upgrade_that_fails_leaves_the_tables_as_they_were(engine, next_program):
    note(engine)
    before = next_program("op.execute('SELECT * FROM nowhere')")
    assert refusal(migrate.upgrade, engine) == "store.not_prepared"
    assert migrate.current(engine) == before
    assert "extra" not in tables(engine)
    assert notes(engine) == 1


def test_a_register_of_the_first_tables_keeps_everything(
    store_url, settings, tmp_path, monkeypatch
):
    """The register of version 0.2 has no table for reasons."""
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(migrate.VERSIONS / "0001_register.py", first)
    newest = migrate.VERSIONS
    monkeypatch.setattr(migrate, "VERSIONS", first)
    engine = open_engine(store_url)
    assert migrate.upgrade(engine) == "0001"
    store = Register(settings, engine)
    first_load(store)
    note(engine)
    before = store.snapshot()
    monkeypatch.setattr(migrate, "VERSIONS", newest)
    assert migrate.upgrade(engine) == migrate.newest()
    assert store.snapshot() == before
    assert notes(engine) == 1
    assert health.check(engine) == []
    engine.dispose()


def test_tables_of_a_newer_program_are_refused(engine):
    with writing(engine) as connection:
        connection.execute(sa.text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'"))
    assert refusal(migrate.upgrade, engine) == "store.newer"
    assert refusal(migrate.require, engine) == "store.newer"


def test_a_file_of_another_program_is_not_touched(tmp_path):
    file = tmp_path / "notes.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE notes (text)")
    before = file.read_bytes()
    engine = open_engine(f"sqlite:///{file}")
    assert refusal(migrate.upgrade, engine) == "store.foreign"
    engine.dispose()
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["notes.sqlite"]


def test_a_server_database_with_other_tables_is_shared_but_not_overwritten(postgres_url):
    engine = open_engine(postgres_url)
    with writing(engine) as connection:
        connection.execute(sa.text("CREATE TABLE users (name text)"))
    assert refusal(migrate.upgrade, engine) == "store.foreign"
    with writing(engine) as connection:
        connection.execute(sa.text("ALTER TABLE users RENAME TO layer_styles"))
    assert migrate.upgrade(engine) == migrate.newest()
    engine.dispose()


def test_a_user_who_may_not_switch_postgis_on_is_told_whom_to_ask(postgres):
    name = postgres.new_database("template0")
    postgres.run("CREATE ROLE planner LOGIN")
    postgres.run(f"ALTER DATABASE {name} OWNER TO planner")
    engine = open_engine(postgres.url(name, "planner"))
    assert refusal(migrate.upgrade, engine) == "store.postgis_forbidden"
    assert tables(engine) == set()
    postgres.run("CREATE EXTENSION postgis", name)
    assert migrate.upgrade(engine) == migrate.newest()
    engine.dispose()
    postgres.drop(name)
    postgres.run("DROP ROLE planner")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE", "DELETE", "wholesale"])
def test_history_cannot_be_changed(engine, settings, table, change):
    key = next(iter(metadata.tables[table].primary_key)).name
    statements = {
        "UPDATE": f"UPDATE {table} SET {key} = {key}",
        "DELETE": f"DELETE FROM {table}",
        "wholesale": f"TRUNCATE {table} CASCADE"
        if engine.dialect.name == "postgresql"
        else f"REPLACE INTO {table} SELECT * FROM {table}",
    }
    databases.fill(engine, settings)
    before = databases.content(engine)
    assert before[table]
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), engine.begin() as connection:
        connection.execute(sa.text(statements[change]))
    assert databases.content(engine) == before


# -- the check


@pytest.fixture
def filled(engine, settings):
    databases.fill(engine, settings)
    return engine


def test_a_sound_register_has_no_findings(filled):
    assert health.check(filled) == []


def test_an_empty_register_has_no_findings(engine):
    assert health.check(engine) == []


SOME = "(SELECT min(zone_id) FROM versions WHERE version = 2)"
"""The zone with two versions."""

OTHER = "(SELECT max(zone_id) FROM versions WHERE version = 1)"


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        (f"UPDATE zones SET version = 3 WHERE id = {SOME}", {"published"}),
        (f"UPDATE zones SET retired = NOT retired WHERE id = {SOME}", {"published"}),
        (f"UPDATE zones SET record = '{{}}' WHERE id = {SOME}", {"published", "unreadable"}),
        (f"UPDATE zones SET name = 'X' WHERE id = {SOME}", {"column"}),
        (f"UPDATE zones SET area_let_ha = 2 WHERE id = {SOME}", {"column"}),
        (f"UPDATE zones SET geometry = NULL WHERE id = {SOME}", {"column"}),
        (f"DELETE FROM zones WHERE id = {SOME}", {"unpublished"}),
        (f"DELETE FROM versions WHERE zone_id <> {SOME} AND zone_id = {OTHER}", {"no_history"}),
        (f"DELETE FROM versions WHERE zone_id = {SOME} AND version = 1", {"version_first"}),
        (
            f"UPDATE versions SET version = 4 WHERE zone_id = {SOME} AND version = 2",
            {"version_gap", "published"},
        ),
        ("UPDATE versions SET before = 'x' WHERE version = 2", {"version_chain"}),
        ("UPDATE register SET revision = 3", {"revision_missing"}),
        ("UPDATE register SET revision = 1", {"revision_beyond"}),
        ("DELETE FROM register", {"register"}),
        ("DELETE FROM pending", {"unqueued"}),
        ("UPDATE proposals SET status = 'rejected'", {"pending"}),
        ("UPDATE reasons SET finding_id = 'x' WHERE withdraws IS NOT NULL", {"reason"}),
        ("UPDATE reasons SET withdraws = id WHERE withdraws IS NOT NULL", {"reason"}),
    ],
)
def test_the_check_finds_what_was_changed_behind_its_back(filled, statement, codes):
    with writing(filled) as connection, backup._unguarded(connection):
        assert connection.execute(sa.text(statement)).rowcount == 1
    found = health.check(filled)
    assert {one.code for one in found} == codes
    for one in found:
        for lang in LANGUAGES:
            assert "{" not in catalogue(lang)[f"health.{one.code}"].format_map(one.params)


def test_the_check_finds_a_place_that_was_moved(filled):
    with writing(filled) as connection:
        connection.execute(
            sa.update(zones).where(zones.c.id == sa.text(SOME)).values(geometry=Point(105, 21))
        )
    (found,) = health.check(filled)
    assert (found.code, found.params["field"]) == ("column", "geometry")


def test_the_check_finds_that_history_is_not_guarded(filled):
    on_server = filled.dialect.name == "postgresql"
    with writing(filled) as connection:
        connection.execute(
            sa.text(
                "ALTER TABLE events DISABLE TRIGGER ALL"
                if on_server
                else "DROP TRIGGER events_no_delete"
            )
        )
    (found,) = health.check(filled)
    assert (found.code, found.params) == ("trigger", {"table": "events"})


def test_the_check_finds_a_row_that_points_nowhere(tmp_path, settings):
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    migrate.upgrade(engine)
    databases.fill(engine, settings)
    with closing(sqlite3.connect(tmp_path / "r.sqlite")) as careless:  # foreign keys are off
        careless.execute("DELETE FROM users")
        careless.commit()
    (found,) = health.check(engine)
    engine.dispose()
    assert (found.code, found.params["table"]) == ("reference", "sessions")


def test_the_check_finds_damaged_pages(tmp_path, settings):
    file = tmp_path / "r.sqlite"
    engine = open_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    databases.fill(engine, settings)
    with closing(sqlite3.connect(file)) as asked:
        asked.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_revisions_actor'"
        (page,) = asked.execute(query).fetchone()
        (size,) = asked.execute("PRAGMA page_size").fetchone()
    engine.dispose()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    assert refusal(health.check, engine) == "store.damaged"
    engine.dispose()


def test_the_check_finds_an_index_that_does_not_fit_its_table(tmp_path, settings):
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    migrate.upgrade(engine)
    databases.fill(engine, settings)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "r.sqlite")) as careless:
        careless.execute("PRAGMA writable_schema = ON")
        careless.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(actor)', '(reason)') "
            "WHERE name = 'ix_revisions_actor'"
        )
        careless.commit()
    found = health.check(engine)
    engine.dispose()
    assert {one.code for one in found} == {"damaged"}


def test_the_check_asks_for_the_tables_first(store_url):
    engine = open_engine(store_url)
    assert refusal(health.check, engine) == "store.not_prepared"
    engine.dispose()


# -- faults


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u@h/d", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_is_not_understood(url):
    with pytest.raises(UsageError) as refused:
        open_engine(url)
    assert refused.value.code == "store.url"


@pytest.mark.parametrize("place", ["//an:s3cret@h.example/d", "//h.example/d?password=s3cret"])
def test_a_message_never_shows_the_password(place):
    engine = open_engine(f"postgresql:{place}")
    fault = meaning(sa.exc.OperationalError("", {}, Exception("")), engine)
    assert "s3cret" not in error_text(fault, "en")
    assert "h.example/d" in error_text(fault, "en")


def test_a_database_without_tables_is_not_prepared(store_url):
    engine = open_engine(store_url)
    assert refusal(notes, engine) == "store.not_prepared"
    assert refusal(note, engine) == "store.not_prepared"
    engine.dispose()


def test_a_busy_database_is_waited_for_and_read_meanwhile(engine, store_url):
    other = open_engine(store_url, wait_s=QUICK)
    note(engine)
    with writing(engine):
        began = time.monotonic()
        assert refusal(note, other) == "store.busy"
        assert time.monotonic() - began >= QUICK
        assert notes(other) == 1
    note(other)
    assert notes(other) == 2
    other.dispose()


def test_a_page_limit_is_met_like_a_full_disk(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    migrate.upgrade(engine)

    @sa.event.listens_for(engine, "connect")
    def limit(connection, _):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 3}")

    engine.dispose()
    note(engine)
    assert refusal(note, engine, "x" * 50_000) == "store.full"
    assert notes(engine) == 1
    note(engine)
    assert notes(engine) == 2
    engine.dispose()


def fill_the_disk(engine):
    """Write until nothing more goes in; what was acknowledged is counted."""
    written, refused = 0, None
    while refused is None:
        try:
            note(engine, os.urandom(50_000).hex())
            written += 1
        except StoreError as fault:
            refused = fault.code
    assert refused == "store.full"
    return written


if MAY_MOUNT:

    def test_a_full_disk(tmp_path):
        with databases.small_disk(tmp_path / "disk", "4m") as disk:
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(1_000_000))
            engine = open_engine(f"sqlite:///{disk / 'r.sqlite'}")
            migrate.upgrade(engine)
            written = fill_the_disk(engine)
            assert written > 3
            assert notes(engine) == written
            ballast.unlink()
            note(engine)
            assert notes(engine) == written + 1
            assert health.check(engine) == []
            engine.dispose()

    def test_a_full_disk_of_a_server(postgres, tmp_path):
        with databases.small_disk(postgres.folder / "disk", "32m") as disk:
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(2_000_000))
            place = disk / "space"
            place.mkdir()
            shutil.chown(place, "postgres" if os.geteuid() == 0 else None)
            postgres.run(f"CREATE TABLESPACE small LOCATION '{place}'")
            name = postgres.new_database("template_postgis TABLESPACE small")
            engine = open_engine(postgres.url(name))
            migrate.upgrade(engine)
            postgres.run("CHECKPOINT")  # the new database has its place on the disk
            written = fill_the_disk(engine)
            assert written > 3
            assert notes(engine) == written
            ballast.unlink()
            note(engine)
            assert notes(engine) == written + 1
            assert health.check(engine) == []
            engine.dispose()
            postgres.drop(name)
            postgres.run("DROP TABLESPACE small")

    def test_a_read_only_file_system_can_be_read(tmp_path):
        with databases.small_disk(tmp_path / "disk", "4m") as disk:
            engine = open_engine(f"sqlite:///{disk / 'r.sqlite'}")
            migrate.upgrade(engine)
            note(engine)
            engine.dispose()
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            assert migrate.upgrade(engine) == migrate.newest()
            assert notes(engine) == 1
            assert refusal(note, engine) == "store.read_only"
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            note(engine)
            assert notes(engine) == 2
            engine.dispose()


@pytest.fixture
def own_folder():
    """A folder that a user without rights can reach, with a register in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = open_engine(f"sqlite:///{folder / 'r.sqlite'}")
        migrate.upgrade(engine)
        note(engine)
        engine.dispose()
        if os.geteuid() == 0:
            for path in (folder, folder / "r.sqlite"):
                os.chown(path, databases.NOBODY, databases.NOBODY)
        yield folder, engine
        folder.chmod(0o700)


@pytest.mark.parametrize(("of_folder", "of_file"), [(0o700, 0o400), (0o500, 0o400), (0o500, 0o600)])
def test_a_read_only_file_can_be_read(own_folder, of_folder, of_file):
    folder, engine = own_folder
    (folder / "r.sqlite").chmod(of_file)
    folder.chmod(of_folder)
    with databases.unprivileged():
        assert migrate.upgrade(engine) == migrate.newest()
        assert notes(engine) == 1
        assert refusal(note, engine) == "store.read_only"
        engine.dispose()


@pytest.mark.parametrize("of_folder", [0o700, 0o500])
def test_a_file_that_may_not_be_opened(own_folder, of_folder):
    folder, engine = own_folder
    (folder / "r.sqlite").chmod(0)
    folder.chmod(of_folder)
    with databases.unprivileged():
        assert refusal(notes, engine) == "store.forbidden"
        assert refusal(migrate.upgrade, engine) == "store.forbidden"


def test_a_folder_that_may_not_be_written_to(own_folder):
    folder, _ = own_folder
    folder.chmod(0o500)
    new = open_engine(f"sqlite:///{folder / 'var' / 'r.sqlite'}")
    with databases.unprivileged(), pytest.raises(SetupError) as refused:
        migrate.upgrade(new)
    assert refused.value.code == "file.not_writable"


@pytest.mark.parametrize("size", [20, 5000])
def test_a_file_that_is_no_database_is_not_touched(tmp_path, size):
    file = tmp_path / "r.sqlite"
    file.write_bytes(b"no database " * size)
    before = file.read_bytes()
    engine = open_engine(f"sqlite:///{file}")
    assert refusal(notes, engine) == "store.damaged"
    assert refusal(migrate.upgrade, engine) == "store.damaged"
    engine.dispose()
    assert file.read_bytes() == before


def test_a_server_that_only_reads(postgres_url):
    engine = open_engine(postgres_url)
    migrate.upgrade(engine)
    note(engine)
    name = engine.url.database
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    assert migrate.upgrade(engine) == migrate.newest()
    assert refusal(note, engine) == "store.read_only"
    assert notes(engine) == 1
    engine.dispose()


def test_a_user_without_rights_on_a_server(postgres, postgres_url):
    owner = open_engine(postgres_url)
    migrate.upgrade(owner)
    postgres.run("CREATE ROLE guest LOGIN")
    guest = open_engine(postgres.url(owner.url.database, "guest"))
    assert refusal(notes, guest) == "store.forbidden"
    guest.dispose()
    owner.dispose()
    postgres.run("DROP ROLE guest")


def test_a_server_that_is_not_there(tmp_path):
    engine = open_engine(f"postgresql://an@/register?host={tmp_path}")
    assert refusal(notes, engine) == "store.unavailable"
    assert refusal(migrate.upgrade, engine) == "store.unavailable"


def test_a_server_that_goes_away_in_the_middle_and_comes_back():
    bin_dir = databases.programs()
    if bin_dir is None:
        pytest.skip("PostgreSQL with PostGIS is not installed: see tools/postgres.sh")
    cluster = databases.Cluster(bin_dir)
    try:
        engine = open_engine(cluster.url(cluster.new_database()))
        migrate.upgrade(engine)
        note(engine)

        def half():
            with writing(engine) as connection:
                connection.execute(
                    sa.insert(register).values(id=1, token="t", revision=0, seed_digest="")
                )
                cluster.stop()
                connection.execute(sa.select(register)).all()

        assert refusal(half) == "store.unavailable"
        assert refusal(notes, engine) == "store.unavailable"
        assert refusal(note, engine) == "store.unavailable"
        cluster.start()
        assert notes(engine) == 1
        note(engine)
        assert health.check(engine) == []
        engine.dispose()
    finally:
        cluster.close()


def test_the_tests_leave_no_server_behind(postgres):
    """Killed without a chance to clean up, its keeper stops the server and removes the folder."""
    script = "import os; from tests import databases; c = databases.Cluster(databases.programs())"
    ended = subprocess.run(
        [sys.executable, "-c", f"{script}; print(c.folder, flush=True); os.kill(os.getpid(), 9)"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == -9
    folder = Path(ended.stdout.strip())
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()


def test_every_code_of_the_store_has_a_text():
    sources = (ROOT / "geo" / "store").rglob("*.py")
    text = "".join(path.read_text("utf-8") for path in sources)
    codes = set(re.findall(r'"((?:store|backup)\.[a-z_]+)"', text))
    findings = {f"health.{code}" for code in re.findall(r'Finding\(\s*"([a-z_]+)"', text)}
    for lang in LANGUAGES:
        own = tomllib.loads((LOCALE_DIR / lang / "store.toml").read_text("utf-8"))
        assert {f"health.{key}" for key in own["health"]} == findings
        assert set(own["error"]) == codes
