"""The contract of the register, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from shapely import Point, box

from geo.changes import Action, Change, Item
from geo.errors import UsageError
from geo.io import geojson
from geo.settings import Settings
from geo.store import (
    DecidedError,
    HistoryFilter,
    PendingError,
    Register,
    StaleError,
    StoreError,
    seeding,
)
from geo.store.database import address, open_engine, reading, writing
from geo.store.schema import proposals

ZONE = "tn-ccn-son-cam-1"
OTHER = "tn-ccn-trung-hoi"


@pytest.fixture
def register(engine):
    made = Register(Settings(), engine)
    seeding.first_load(made)
    return made


def zone_now(register, zone_id=ZONE):
    return next(zone for zone in register.snapshot().zones if zone.id == zone_id)


def edit(zone, reason="thử", **fields):
    return Change(Action.EDIT, reason, (Item(zone.id, zone.version, replace(zone, **fields)),))


def test_the_first_load_is_the_data_byte_for_byte(register, settings):
    written = geojson.dumps(register.snapshot().zones)
    assert written == (settings.data_dir / "zones.geojson").read_bytes()
    assert register.revision == 1


def test_a_second_load_changes_nothing(register):
    stamp = register.stamp()
    seeding.first_load(register)
    assert register.stamp() == stamp


def test_a_published_change_is_seen_with_who_when_and_why(register):
    before = dt.datetime.now(dt.UTC)
    zone = zone_now(register)
    number = register.publish(edit(zone, "biên bản 14/6", area_let_ha=Decimal("3.25")), "an")
    assert number == register.revision == 2
    after = zone_now(register)
    assert (after.area_let_ha, after.version, after.updated_by) == (Decimal("3.25"), 2, "an")
    [last] = register.history(HistoryFilter(zone_id=ZONE), limit=1)
    assert (last.version, last.actor, last.reason, last.fields) == (
        2, "an", "biên bản 14/6", ("area_let_ha",),
    )  # fmt: skip
    assert before <= last.at <= dt.datetime.now(dt.UTC)
    assert (last.before["area_let_ha"], last.after["area_let_ha"]) == (None, 3.25)


def test_every_write_moves_the_stamp_and_the_snapshot_revision(register):
    stamp, revision = register.stamp(), register.snapshot().revision
    register.publish(edit(zone_now(register), area_let_ha=Decimal(1)), "an")
    assert register.stamp() != stamp
    assert register.snapshot().revision != revision


def test_a_change_from_an_older_version_is_refused_and_writes_nothing(register):
    zone, other = zone_now(register), zone_now(register, OTHER)
    register.publish(edit(zone, area_let_ha=Decimal(1)), "an")
    both = Change(
        Action.BULK,
        "cả hai",
        (
            Item(OTHER, other.version, replace(other, area_let_ha=Decimal(2))),
            Item(ZONE, zone.version, replace(zone, area_let_ha=Decimal(2))),
        ),
    )
    with pytest.raises(StaleError) as refused:
        register.publish(both, "binh")
    assert refused.value.zone_ids == (ZONE,)
    assert register.revision == 2
    assert zone_now(register, OTHER).area_let_ha is None


def test_an_id_is_never_used_again(register):
    zone = zone_now(register)
    register.publish(Change(Action.RETIRE, "bỏ", (Item(ZONE, 1, None),)), "an")
    assert ZONE not in {one.id for one in register.snapshot().zones}
    with pytest.raises(StaleError):
        register.publish(Change(Action.CREATE, "lại", (Item(ZONE, None, zone),)), "an")
    register.publish(Change(Action.RESTORE, "lại", (Item(ZONE, 2, zone),)), "an")
    assert zone_now(register).version == 3
    assert [one.retired for one in register.history(HistoryFilter(zone_id=ZONE))] == [
        False, True, False,
    ]  # fmt: skip


def test_a_split_keeps_the_parents_in_the_history(register):
    zone = zone_now(register)
    halves = tuple(
        Item(f"{ZONE}-{n}", None, replace(zone, id=f"{ZONE}-{n}", name=f"Sơn Cẩm 1{n}"), (ZONE,))
        for n in "ab"
    )
    register.publish(Change(Action.SPLIT, "tách", (Item(ZONE, 1, None), *halves)), "an")
    [child] = register.history(HistoryFilter(zone_id=f"{ZONE}-a"))
    assert child.parents == (ZONE,)
    assert (child.before, child.version) == (None, 1)


def test_a_new_zone_begins_at_version_1_whatever_it_was_copied_from(register):
    register.publish(edit(zone_now(register), area_let_ha=Decimal(1)), "an")
    copy = replace(zone_now(register), id="tn-ccn-moi")
    register.publish(Change(Action.CREATE, "mới", (Item(copy.id, None, copy),)), "an")
    assert zone_now(register, copy.id).version == 1


def test_a_proposal_waits_and_is_published_under_both_names(register):
    change = edit(zone_now(register), "đề nghị", area_let_ha=Decimal(4))
    number = register.propose(change, "binh")
    assert zone_now(register).area_let_ha is None
    assert register.pending([ZONE, OTHER]) == {ZONE: number}
    kept = register.proposal(number)
    assert kept.change.items[0].zone.area_let_ha == Decimal(4)
    revision = register.publish_proposal(number, kept.change, "an")
    assert zone_now(register).area_let_ha == Decimal(4)
    [last] = register.history(HistoryFilter(zone_id=ZONE), limit=1)
    assert (last.actor, last.author, last.revision) == ("an", "binh", revision)
    assert register.pending([ZONE]) == {}
    done = register.proposal(number)
    assert (done.status, done.decided_by, done.revision) == ("published", "an", revision)


def test_a_zone_has_one_open_proposal_at_most(register):
    change = edit(zone_now(register), area_let_ha=Decimal(4))
    first = register.propose(change, "binh")
    with pytest.raises(PendingError) as refused:
        register.propose(change, "chi")
    assert refused.value.proposal_id == first
    second = register.propose(change, "chi", supersedes=first)
    assert register.pending([ZONE]) == {ZONE: second}
    assert register.proposal(first).status == "superseded"


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_a_closed_proposal_frees_the_zone_and_cannot_be_decided_again(register, status):
    number = register.propose(edit(zone_now(register), area_let_ha=Decimal(4)), "binh")
    register.close_proposal(number, status, "an", "chưa đủ hồ sơ")
    assert register.pending([ZONE]) == {}
    assert register.proposal(number).decision == "chưa đủ hồ sơ"
    with pytest.raises(DecidedError):
        register.close_proposal(number, "rejected", "an", "x")
    with pytest.raises(DecidedError):
        register.publish_proposal(number, register.proposal(number).change, "an")
    assert register.revision == 1


def test_comments_in_order(register):
    number = register.propose(edit(zone_now(register), area_let_ha=Decimal(4)), "binh")
    register.comment(number, "an", "Số liệu ngày nào?")
    register.comment(number, "binh", "14/6")
    assert [(one.author, one.text) for one in register.comments(number)] == [
        ("an", "Số liệu ngày nào?"),
        ("binh", "14/6"),
    ]


def test_history_is_filtered_by_person_field_and_day_and_comes_in_pages(register):
    for number in range(1, 6):
        changed = edit(zone_now(register), area_let_ha=Decimal(number))
        register.publish(changed, "an" if number % 2 else "binh")
    register.publish(edit(zone_now(register), name="Sơn Cẩm"), "binh")

    def numbers(**chosen):
        return [one.revision for one in register.history(HistoryFilter(zone_id=ZONE, **chosen))]

    assert numbers() == [7, 6, 5, 4, 3, 2, 1]
    assert numbers(actor="binh") == [7, 5, 3]
    assert numbers(field="name") == [7, 1]
    assert numbers(field="area_let") == []  # a field's name is not a part of another's
    today = dt.datetime.now(dt.UTC).date()
    assert numbers(since=today + dt.timedelta(days=1)) == []
    assert numbers(since=today - dt.timedelta(days=1), until=today) == [7, 6, 5, 4, 3, 2, 1]
    page = register.history(HistoryFilter(zone_id=ZONE), limit=2, before=6)
    assert [one.revision for one in page] == [5, 4]
    assert register.people_in_history() == ["an", "binh", "data"]


def test_the_register_as_it_stood(register):
    loaded = register.history(HistoryFilter(zone_id=ZONE))[0].at
    register.publish(edit(zone_now(register), area_let_ha=Decimal(9)), "an")
    register.publish(Change(Action.RETIRE, "bỏ", (Item(OTHER, 1, None),)), "an")
    then = {zone.id: zone for zone in register.snapshot_at(loaded).zones}
    assert (then[ZONE].area_let_ha, OTHER in then) == (None, True)
    now = {zone.id: zone for zone in register.snapshot_at(dt.datetime.now(dt.UTC)).zones}
    assert (now[ZONE].area_let_ha, OTHER in now) == (Decimal(9), False)
    assert not register.snapshot_at(loaded - dt.timedelta(seconds=1)).zones


def test_the_last_own_revision_skips_what_is_undone(register):
    register.publish(edit(zone_now(register), area_let_ha=Decimal(1)), "an")
    register.publish(edit(zone_now(register), area_let_ha=Decimal(2)), "an")
    assert register.last_revision_of("an") == 3
    back = replace(edit(zone_now(register), area_let_ha=Decimal(1)), action=Action.UNDO, undoes=3)
    register.publish(back, "an")
    assert register.last_revision_of("an") == 2
    assert register.last_revision_of("binh") is None


@pytest.mark.parametrize("table", ["revisions", "versions"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET revision = 9", "DELETE FROM {}"])
def test_history_cannot_be_rewritten(register, table, verb):
    statement = verb.format(table)
    if table == "revisions":
        statement = statement.replace("revision = 9", "number = 9")
    with pytest.raises(sa.exc.DBAPIError), register.engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert register.revision == 1
    assert len(register.history(HistoryFilter(zone_id=ZONE))) == 1


def test_a_clock_that_was_set_back_does_not_reorder_the_history(register, monkeypatch):
    register.publish(edit(zone_now(register), area_let_ha=Decimal(1)), "an")
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    monkeypatch.setattr("geo.store.publishing.now", lambda: past)
    register.publish(edit(zone_now(register), area_let_ha=Decimal(2)), "an")
    newest, older = register.history(HistoryFilter(zone_id=ZONE), limit=2)
    assert newest.at >= older.at


def test_geometry_is_kept_and_can_be_asked_for_by_place(register, engine):
    square = box(105.8, 21.6, 105.81, 21.61)
    shape = edit(
        zone_now(register), geometry=square, location_precision="surveyed", location_radius_km=None
    )
    register.publish(shape, "an")
    assert zone_now(register).geometry.equals_exact(square, 1e-9, normalize=True)
    if engine.dialect.name == "postgresql":
        near = sa.text(
            "SELECT id FROM zones WHERE geometry && ST_MakeEnvelope(105.79, 21.59, 105.82, 21.62, "
            "4326) AND ST_Area(geometry::geography) BETWEEN 1.1e6 AND 1.2e6"
        )
        with reading(engine) as connection:
            assert connection.scalars(near).all() == [ZONE]
        index = sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_zones_geometry'")
        with reading(engine) as connection:
            assert "USING gist" in connection.scalar(index)


def test_only_what_has_changed_is_read_anew(register):
    first = register.snapshot()
    register.publish(edit(zone_now(register), area_let_ha=Decimal(1)), "an")
    kept = {id(zone) for zone in first.zones}
    second = register.snapshot()
    assert [zone.id for zone in second.zones if id(zone) not in kept] == [ZONE]


def test_drafts_are_personal_and_replaced(register):
    register.save_draft("an", ZONE, {"area_let_ha": "3,5"})
    register.save_draft("an", ZONE, {"area_let_ha": "4"})
    register.save_draft("binh", ZONE, {"area_let_ha": "7"})
    assert register.draft("an", ZONE)[1] == {"area_let_ha": "4"}
    assert list(register.drafts("an")) == [ZONE]
    register.drop_draft("an", ZONE)
    assert register.draft("an", ZONE) is None
    assert register.draft("binh", ZONE)[1] == {"area_let_ha": "7"}


def test_a_thousand_zones_change_at_once(register):
    template = zone_now(register)
    many = [
        replace(template, id=f"tn-ccn-thu-{n}", name=f"Thử {n}", geometry=Point(105.8, 21.6))
        for n in range(1000)
    ]
    create = tuple(Item(zone.id, None, zone) for zone in many)
    register.publish(Change(Action.CREATE, "thử", create), "an")
    bulk = tuple(Item(zone.id, 1, replace(zone, area_let_ha=Decimal(1))) for zone in many)
    register.publish(Change(Action.BULK, "thử", bulk), "an")
    zones = register.snapshot().zones
    assert sum(zone.area_let_ha == 1 for zone in zones) == 1000
    assert len(register.of_revision(3)) == 1000


def test_two_writers_at_once_lose_nothing(register):
    """Both work from the same version; one is told so, reads again and comes after the other."""
    acknowledged: list[int] = []

    def write(person: str) -> None:
        done = 0
        while done < 10:
            zone = zone_now(register)
            let = (zone.area_let_ha or Decimal(0)) + 1
            try:
                acknowledged.append(register.publish(edit(zone, area_let_ha=let), person))
            except StaleError:
                continue
            done += 1

    people = [threading.Thread(target=write, args=(name,)) for name in ("an", "binh", "chi")]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert zone_now(register).area_let_ha == Decimal(30)
    assert sorted(acknowledged) == list(range(2, 32))
    assert len(register.history(HistoryFilter(zone_id=ZONE))) == 31


def test_a_change_that_takes_the_place_of_a_proposal_closes_it_or_neither_is_done(register):
    zone = zone_now(register)
    waiting = register.propose(edit(zone, area_let_ha=Decimal(1)), "an")
    stale = edit(replace(zone, version=7), area_let_ha=Decimal(2))
    with pytest.raises(StaleError):
        register.publish(stale, "binh", supersedes=waiting)
    assert register.proposal(waiting).status == "pending"
    register.publish(edit(zone, area_let_ha=Decimal(2)), "binh", supersedes=waiting)
    assert register.proposal(waiting).status == "superseded"
    assert register.pending([ZONE]) == {}
    with pytest.raises(DecidedError):
        register.publish(edit(zone_now(register), area_let_ha=Decimal(3)), "an", supersedes=waiting)
    assert register.revision == 2


def test_a_proposal_that_cannot_be_read_is_no_retirement(register):
    waiting = register.propose(edit(zone_now(register), area_let_ha=Decimal(1)), "an")
    mine = proposals.c.id == waiting
    with writing(register.engine) as connection:
        items = connection.scalar(sa.select(proposals.c["items"]).where(mine))
        spoilt = items.replace("commune\\", "parish\\")
        assert spoilt != items
        connection.execute(sa.update(proposals).where(mine).values(items=spoilt))
    found = register.proposal(waiting)
    assert found.change.items[0].zone is None
    assert found.unread[ZONE]["location_precision"] == "parish"


@pytest.mark.parametrize(
    "ask",
    [
        lambda register: register.current(["\ud800"]),
        lambda register: register.proposal(2**70),
        lambda register: register.save_draft("an", "\ud800", {}),
    ],
)
def test_what_a_database_cannot_take_is_a_fault_with_words(register, ask):
    with pytest.raises(StoreError):
        ask(register)


def test_a_draft_is_kept_whatever_was_typed(register):
    typed = {"name": "Cụm\0 \ud800 “mới”"}
    register.save_draft("an", ZONE, typed)
    assert register.draft("an", ZONE)[1] == typed


def test_the_history_until_the_last_of_all_days(register):
    assert register.history(HistoryFilter(until=dt.date.max), limit=1)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@db.example/x",
        "postgresql://u:sec@ret@db.example/x",
        "postgresql://u:1/ret@db.example/x",
    ],
)
def test_no_part_of_a_password_is_in_the_address_that_people_see(url):
    assert address(open_engine(url)) == "db.example/x"


def test_an_address_whose_port_is_no_number_is_refused_in_words():
    with pytest.raises(UsageError) as refused:
        open_engine("postgresql://u:secret@db.example:port/x")
    assert refused.value.code == "store.url"
