"""Backups: the same register again, in either kind of database, and nothing from a bad file."""

import hashlib
import json
import shutil
import stat
import threading
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geo import cli
from geo.changes import Action, Change, Item
from geo.errors import DataError, SetupError
from geo.i18n import LANGUAGES, error_text
from geo.store import backup, health, migrate
from geo.store.database import StoreError, open_engine, reading, writing
from geo.store.register import HistoryFilter, Register
from geo.store.schema import metadata, proposals
from tests import databases
from tests.conftest import tries


@pytest.fixture
def filled(engine, settings):
    databases.fill(engine, settings)
    return engine


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request, postgres, tmp_path):
    """A second database without tables, of either kind."""
    if request.param == "sqlite":
        opened = open_engine(f"sqlite:///{tmp_path / 'elsewhere' / 'r.sqlite'}")
        yield opened
        opened.dispose()
    else:
        name = postgres.new_database()
        opened = open_engine(postgres.url(name))
        yield opened
        opened.dispose()
        postgres.drop(name)


def kept(engine):
    """What a backup holds of a database."""
    found = databases.content(engine)
    return {name: rows for name, rows in found.items() if name not in backup.LEFT_OUT}


def test_the_same_register_elsewhere(filled, elsewhere, settings, tmp_path):
    file = tmp_path / "b.zip"
    made = backup.backup(filled, file)
    restored = backup.restore(file, elsewhere)
    assert made == restored
    assert kept(elsewhere) == kept(filled)
    there, here = Register(settings, elsewhere), Register(settings, filled)
    assert there.stamp() == here.stamp()
    assert there.snapshot() == here.snapshot()
    assert there.history(HistoryFilter()) == here.history(HistoryFilter())
    assert health.check(elsewhere) == []


def test_a_backup_of_what_was_restored_is_the_same(filled, elsewhere, tmp_path):
    backup.backup(filled, tmp_path / "1.zip")
    backup.restore(tmp_path / "1.zip", elsewhere)
    backup.backup(elsewhere, tmp_path / "2.zip")
    first, second = (manifest(tmp_path / f"{n}.zip")["tables"] for n in (1, 2))
    assert first == second


def test_work_goes_on_after_a_restore(filled, elsewhere, settings, tmp_path):
    backup.backup(filled, tmp_path / "b.zip")
    backup.restore(tmp_path / "b.zip", elsewhere)
    store = Register(settings, elsewhere)
    zone = store.snapshot().zones[5]
    change = Change(Action.EDIT, "sau", (Item(zone.id, 1, replace(zone, name="Tên sau")),))
    with reading(elsewhere) as connection:
        last = connection.scalar(sa.select(sa.func.max(proposals.c.id)))
    proposal = store.propose(change, "bình")
    assert proposal == last + 1
    assert store.publish_proposal(proposal, change, "chi") == 3
    with writing(elsewhere) as connection:
        for table in ("users", "events", "comments", "reasons"):
            source = metadata.tables[table]
            row = connection.execute(sa.select(source).limit(1)).one()._asdict()
            del row["id"]
            if table == "users":
                row["login"] = "mới"
            connection.execute(sa.insert(source).values(row))
    assert health.check(elsewhere) == []


def test_sessions_and_links_are_left_out_and_the_file_is_private(filled, tmp_path):
    file = tmp_path / "b.zip"
    backup.backup(filled, file)
    assert databases.content(filled)["sessions"]
    with zipfile.ZipFile(file) as archive:
        assert not any(name in member for name in backup.LEFT_OUT for member in archive.namelist())
        assert b"d" * 64 not in b"".join(archive.read(name) for name in archive.namelist())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_empty_register(engine, elsewhere, tmp_path):
    backup.backup(engine, tmp_path / "b.zip")
    contents = backup.restore(tmp_path / "b.zip", elsewhere)
    assert (contents.token, contents.revision) == (None, None)
    assert migrate.current(elsewhere) == migrate.newest()


def test_a_backup_under_load_is_one_moment(filled, elsewhere, settings, tmp_path):
    store = Register(settings, filled)
    zone = store.snapshot().zones[3]
    acknowledged, stop = [], threading.Event()

    def work():
        version = 1
        while not stop.is_set():
            edited = replace(zone, area_let_ha=Decimal(version), let_as_of=None)
            change = Change(Action.EDIT, "tải", (Item(zone.id, version, edited),))
            acknowledged.append(store.publish(change, "an"))
            version += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        moments = []
        for n in range(3):
            while len(acknowledged) < 5 * (n + 1):
                pass
            before = len(acknowledged)
            contents = backup.backup(filled, tmp_path / f"{n}.zip")
            moments.append((acknowledged[before - 1], contents.revision, acknowledged[-1] + 1))
    finally:
        stop.set()
        thread.join()
    for least, revision, most in moments:
        assert least <= revision <= most
    for n, (_, revision, _) in enumerate(moments):
        contents = backup.restore(tmp_path / f"{n}.zip", elsewhere, replace=True)
        assert contents.revision == revision
        assert health.check(elsewhere) == []
        assert Register(settings, elsewhere).revision == revision
        assert contents.rows["revisions"] == revision


def test_a_database_with_data_is_not_overwritten_unasked(filled, tmp_path):
    backup.backup(filled, tmp_path / "b.zip")
    before = databases.content(filled)
    with pytest.raises(StoreError) as refused:
        backup.restore(tmp_path / "b.zip", filled)
    assert refused.value.code == "store.not_empty"
    assert databases.content(filled) == before
    backup.restore(tmp_path / "b.zip", filled, replace=True)
    assert kept(filled) == {name: before[name] for name in kept(filled)}
    assert databases.content(filled)["sessions"] == []
    assert health.check(filled) == []


# -- files that are refused


def manifest(file):
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read(backup.MANIFEST))


def rewritten(file, **changes):
    """A backup with tables changed, its sums right again: only the content is wrong.

    A change takes the rows of its table; `manifest` takes the manifest.
    """
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = json.loads(parts.pop(backup.MANIFEST))
    for table, change in changes.items():
        if table != "manifest":
            member = f"tables/{table}.jsonl"
            rows = [json.loads(line) for line in parts[member].splitlines()]
            rows = change(rows)
            parts[member] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            digest = hashlib.sha256(parts[member]).hexdigest()
            said["tables"][table] = {"rows": len(rows), "sha256": digest}
    changes.get("manifest", lambda _: None)(said)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr(backup.MANIFEST, json.dumps(said))


def with_member(file, name, content=b"x"):
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, content)


def first_with(**values):
    """Changes the first row of a table."""
    return lambda rows: [{**rows[0], **values}, *rows[1:]]


def set_in(name, value):
    return lambda said: said.update({name: value})


def bomb(file):
    """A line that unpacks to a thousand times its size."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name != "tables/events.jsonl":
                archive.writestr(name, content)
        with archive.open("tables/events.jsonl", "w") as member:
            for _ in range(backup.LINE_LIMIT // 1_000_000 + 1):
                member.write(b"0" * 1_000_000)


def declared_bomb(file):
    """A member that claims to unpack to more than there ever is."""
    content = bytearray(file.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (0xFFFFFFFE).to_bytes(4, "little")
    for at in range(5):
        entry = content.index(b"PK\x01\x02", entry + 4)
        content[entry + 24 : entry + 28] = (0xFFFFFFFE - at).to_bytes(4, "little")
    file.write_bytes(content)


def cut(file, part):
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])


def flip(file):
    """One bit in the packed rows of the zones: a reader ignores some bytes between members."""
    with zipfile.ZipFile(file) as archive:
        packed = archive.getinfo("tables/zones.jsonl")
    content = bytearray(file.read_bytes())
    content[packed.header_offset + packed.compress_size // 2] ^= 1
    file.write_bytes(content)


BROKEN = {
    "not a zip": lambda file: file.write_bytes(b"nothing of the kind"),
    "empty": lambda file: file.write_bytes(b""),
    "another zip": lambda file: (file.unlink(), with_member(file, "readme.txt")),
    "cut in half": lambda file: cut(file, 0.5),
    "cut at the end": lambda file: cut(file, 0.999),
    "one bit": flip,
    "unknown table": lambda file: with_member(file, "tables/secrets.jsonl"),
    "table left out": lambda file: with_member(file, "tables/sessions.jsonl"),
    "path outside": lambda file: with_member(file, "../../etc/passwd"),
    "table twice": lambda file: with_member(file, "tables/zones.jsonl"),
    "second manifest": lambda file: with_member(file, backup.MANIFEST, b"{}"),
    "wrong sum": lambda file: rewritten(
        file, manifest=lambda said: said["tables"]["zones"].update(sha256="0" * 64)
    ),
    "wrong count": lambda file: rewritten(
        file, manifest=lambda said: said["tables"]["zones"].update(rows=1)
    ),
    "manifest is a list": lambda file: rewritten(file, manifest=set_in("tables", [])),
    "no moment": lambda file: rewritten(file, manifest=set_in("at", "yesterday")),
    "other token": lambda file: rewritten(
        file, manifest=set_in("register", {"token": "x", "revision": 2})
    ),
    "no register": lambda file: rewritten(file, register=lambda _: []),
    "two registers": lambda file: rewritten(
        file, register=lambda rows: [rows[0], {**rows[0], "id": 2}]
    ),
    "unknown column": lambda file: rewritten(file, users=first_with(is_god=True)),
    "column missing": lambda file: rewritten(
        file, users=lambda rows: [{name: v for name, v in rows[0].items() if name != "role"}]
    ),
    "row is a list": lambda file: rewritten(file, users=lambda _: [[1, 2]]),
    "null where there must be a value": lambda file: rewritten(file, users=first_with(login=None)),
    "text for a number": lambda file: rewritten(file, zones=first_with(version="1")),
    "number for a switch": lambda file: rewritten(file, zones=first_with(retired=0)),
    "number too large": lambda file: rewritten(file, zones=first_with(version=2**40)),
    "area NaN": lambda file: rewritten(file, zones=first_with(area_let_ha="NaN")),
    "area infinite": lambda file: rewritten(file, zones=first_with(area_let_ha="1e308")),
    "text too long": lambda file: rewritten(file, zones=first_with(kind="K" * 11)),
    "NUL in a text": lambda file: rewritten(file, zones=first_with(name="a\0b")),
    "half a letter": lambda file: rewritten(file, zones=first_with(name="\ud800")),
    "no shape": lambda file: rewritten(file, zones=first_with(geometry="00ff")),
    "moment without zone": lambda file: rewritten(
        file, revisions=first_with(at="2026-01-01T00:00:00")
    ),
    "row twice": lambda file: rewritten(file, users=lambda rows: rows * 2),
    "row that points nowhere": lambda file: rewritten(file, comments=first_with(proposal_id=99)),
}  # fmt: skip


def refused(action, *arguments, **named):
    with pytest.raises((DataError, SetupError)) as refusal:
        action(*arguments, **named)
    for lang in LANGUAGES:
        assert "{" not in error_text(refusal.value, lang)
    return refusal.value.code


@pytest.fixture
def sound(tmp_path, settings):
    """A backup, and an address where there is nothing yet."""
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    migrate.upgrade(engine)
    databases.fill(engine, settings)
    backup.backup(engine, tmp_path / "b.zip")
    engine.dispose()
    return tmp_path / "b.zip", open_engine(f"sqlite:///{tmp_path / 'new' / 'r.sqlite'}")


@pytest.mark.parametrize(
    "fault", ["cut in half", "path outside", "row twice", "row that points nowhere"]
)
def test_a_broken_backup_changes_nothing(filled, tmp_path, fault):
    file = tmp_path / "b.zip"
    backup.backup(filled, file)
    BROKEN[fault](file)
    before = databases.content(filled)
    assert refused(backup.restore, file, filled, replace=True) == "backup.broken"
    assert databases.content(filled) == before
    assert health.check(filled) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_backup_is_refused(sound, fault):
    file, new = sound
    BROKEN[fault](file)
    assert refused(backup.restore, file, new) == "backup.broken"
    new.dispose()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (bomb, "backup.too_large"),
        (declared_bomb, "backup.too_large"),
        (lambda file: rewritten(file, manifest=set_in("schema", "0000")), "backup.schema"),
        (lambda file: rewritten(file, manifest=set_in("format", 2)), "backup.schema"),
        (lambda file: file.unlink(), "file.not_found"),
        (lambda file: (file.unlink(), file.mkdir()), "file.not_a_file"),
        (BROKEN["one bit"], "backup.broken"),
    ],
)
def test_a_refused_file_does_not_even_make_a_database(sound, change, code):
    file, new = sound
    change(file)
    assert refused(backup.restore, file, new) == code
    assert not (file.parent / "new").exists()


@hypothesis_settings(
    max_examples=tries(150), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), min_size=1, max_size=4),
    end=st.floats(0.5, 1),
)
def test_whatever_happens_to_a_backup_it_is_refused_or_the_same(sound, cuts, end):
    file, _ = sound
    whole = file.read_bytes()
    said = backup.verify(file)
    content = bytearray(whole)
    for place, patch in cuts:
        at = int(place * (len(content) - 1))
        content[at : at + len(patch)] = patch
    damaged = file.with_name("damaged.zip")
    damaged.write_bytes(content[: max(1, int(end * len(content)))])
    try:
        outcome = backup.verify(damaged)
    except DataError as refusal:
        outcome = refusal.code
    assert outcome in (said, "backup.broken", "backup.too_large")


def test_a_place_that_cannot_be_written_to(filled, tmp_path):
    folder = tmp_path / "closed"
    folder.write_text("a file where the folder should be")
    assert refused(backup.backup, filled, folder / "b.zip") == "file.not_writable"


if databases.may_mount():

    def test_a_full_disk_leaves_the_last_backup(filled, tmp_path):
        with databases.small_disk(tmp_path / "disk", "256k") as disk:
            file = disk / "b.zip"
            backup.backup(filled, file)
            whole = file.read_bytes()
            free = shutil.disk_usage(disk).free
            (disk / "ballast").write_bytes(bytes(free - len(whole) // 2))
            assert refused(backup.backup, filled, file) == "file.not_writable"
            assert file.read_bytes() == whole
            assert sorted(path.name for path in disk.iterdir()) == ["b.zip", "ballast"]


# -- the commands


@pytest.fixture
def command(store_url, tmp_path, monkeypatch, capsys):
    """Runs `python -m geo db …`; gives exit status and what was said."""
    monkeypatch.setenv("DATABASE_URL", store_url)
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path / "var"))

    def run(*arguments, lang="en"):
        status = cli.main(["db", *arguments, "--lang", lang])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_from_nothing_to_a_backup_and_back(command, store_url, settings, tmp_path):
    status, said = command("check")
    assert (status, "db upgrade" in said) == (2, True)
    said = f"The tables are at revision {migrate.newest()}.\n"
    assert command("upgrade") == (0, said)
    engine = open_engine(store_url)
    store = databases.fill(engine, settings)
    assert command("check") == (0, "The register is sound.\n")
    status, said = command("backup", str(tmp_path / "b.zip"), lang="vi")
    assert (status, "lần thay đổi 2" in said) == (0, True)
    status, said = command("restore", str(tmp_path / "b.zip"))
    assert (status, "--replace" in said) == (2, True)
    store.close_proposal(1, "rejected", "chi", "chưa đủ")
    status, said = command("restore", str(tmp_path / "b.zip"), "--replace")
    assert status == 0
    assert said.endswith("The register is sound.\n")
    assert store.proposal(1).status == "pending"
    (older,) = (tmp_path / "var" / "backups").glob("*.zip")
    command("restore", str(older), "--replace")
    assert store.proposal(1).status == "rejected"
    engine.dispose()


def test_a_refused_file_and_an_unsound_register_have_exit_status_1(
    command, store_url, settings, tmp_path
):
    command("upgrade")
    (tmp_path / "b.zip").write_text("x")
    status, said = command("restore", str(tmp_path / "b.zip"))
    assert (status, "not a whole backup" in said) == (1, True)
    engine = open_engine(store_url)
    databases.fill(engine, settings)
    with writing(engine) as connection, backup._unguarded(connection):
        connection.execute(sa.text("UPDATE register SET revision = 7"))
    engine.dispose()
    status, said = command("check")
    assert status == 1
    assert "Revisions 3, 4, 5, 6, 7 are missing" in said


def test_a_backup_goes_to_the_var_folder_by_itself(command, tmp_path):
    command("upgrade")
    assert command("backup")[0] == 0
    assert len(list((tmp_path / "var" / "backups").glob("register-*.zip"))) == 1
