"""The register over time: start and steps give the end, and every step is what it says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import journal, movements
from geo.auth import ANONYMOUS, Actor, AuthError, Role
from geo.changes import Action, Change, Item
from geo.desk import Desk, Edit, Submission
from geo.errors import UsageError
from geo.i18n import LANGUAGES, catalogue
from geo.movements import RESTING_ON, Step, Sum, View, Words, account
from geo.services import Planner
from geo.settings import Settings
from geo.store import Register, Version, open_store, spans
from geo.store.seeding import first_load
from geo.zones import Kind, Source, UnitRef, properties
from tests.conftest import tries, zone_of

THAI_NGUYEN, BAC_KAN = UnitRef("19", "2010", "Thái Nguyên"), UnitRef("06", "2011", "Bắc Kạn")
PHO_YEN, DONG_HY = UnitRef("172", "2010", "Phổ Yên"), UnitRef("169", "2010", "Đồng Hỷ")
NEWER = Source("plan-2", "I.1", 1, "…")
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


class Book:
    """A register with its history, written down as the store does."""

    def __init__(self, *zones):
        self.zones = {zone.id: zone for zone in zones}
        self.seen = {zone.id: (zone, False) for zone in zones}  # newest record, retired
        self.versions = []
        self.number = 1

    def write(self, action, *, undoes=None, parents=(), **zones):
        """A revision; a zone of None is retired. Underscores of names become hyphens."""
        self.number += 1
        for name, zone in zones.items():
            id_ = name.replace("_", "-")
            old, was_retired = self.seen.get(id_, (None, False))
            before = None if old is None else properties(old)
            fields = ["retired"] if zone is None or was_retired else []
            fields += [] if zone is None else ["kind", "area_planned_ha"]
            self.versions.append(
                Version(
                    *(id_, len(self.versions) + 2, zone is None, before),
                    before if zone is None else properties(zone),
                    tuple(fields),
                    tuple(parents) if old is None else (),
                    *(self.number, NOW, "an", None, action, "vì sao", undoes),
                )
            )
            if zone is None:
                self.seen[id_] = (old, True)
                self.zones.pop(id_, None)
            else:
                self.seen[id_] = (zone, False)
                self.zones[id_] = zone
        return self.number


def made(book, then, units, view=None):
    return account(then, book.zones.values(), book.versions, units, view)


def steps(found):
    return {one.step: (one.change.area_ha, one.change.unknown) for one in found.steps()}


@pytest.fixture(scope="session")
def units(planner):
    return planner.bounds.register


A, B = zone_of("a", "10"), zone_of("b", "20")


def from_two(units, write, view=None, zones=(A, B)):
    """The account of what `write` does to a register of two zones."""
    book = Book(*zones)
    write(book)
    found = made(book, zones, units, view)
    assert found.start + sum((one.change for one in found.movements), Sum()) == found.end
    return found


def test_nothing_changed_is_no_step(units):
    found = from_two(units, lambda book: None)
    assert (found.start, found.end, found.steps()) == (Sum(Decimal(30), 0, 2),) * 2 + ([],)


def test_a_new_zone_is_added_and_a_retired_one_removed(units):
    def write(book):
        book.write(Action.CREATE, c=zone_of("c", "5.5"))
        book.write(Action.RETIRE, a=None)

    found = from_two(units, write)
    assert steps(found) == {Step.ADDED: (Decimal("5.5"), 0), Step.REMOVED: (Decimal(-10), 0)}
    assert found.end == Sum(Decimal("25.5"), 0, 2)
    removed = found.movements[1]
    assert (removed.zone_id, removed.before.area_ha, removed.after) == ("a", 10, None)
    assert (removed.version.revision, removed.version.reason) == (3, "vì sao")


@pytest.mark.parametrize(
    ("action", "cites", "step"),
    [
        (Action.EDIT, False, Step.UNSTATED),
        (Action.BULK, False, Step.UNSTATED),
        (Action.LOAD, False, Step.UNSTATED),
        (Action.EDIT, True, Step.RESIZED),
        (Action.LOAD, True, Step.RESIZED),
        (Action.ADJUST, False, Step.RESIZED),
        (Action.CORRECT, False, Step.CORRECTED),
        (Action.CORRECT, True, Step.CORRECTED),
        (Action.RESTORE, False, Step.CORRECTED),
        (Action.UNDO, False, Step.CORRECTED),
    ],
)
def test_another_area_is_what_was_said_of_it_and_never_guessed(units, action, cites, step):
    larger = replace(A, area_planned_ha=Decimal("12.5"))
    if cites:
        larger = replace(larger, sources=(*A.sources, NEWER))
    found = from_two(units, lambda book: book.write(action, a=larger))
    assert steps(found) == {step: (Decimal("2.5"), 0)}
    assert found.movements[0].cited == ({"plan-2"} if cites else set())


def test_another_clause_of_the_same_document_does_not_tell_why(units):
    quoted = replace(A, area_planned_ha=Decimal(11), sources=(Source("plan", "IV.2", 9, "khác"),))
    assert steps(from_two(units, lambda book: book.write(Action.EDIT, a=quoted))) == {
        Step.UNSTATED: (Decimal(1), 0)
    }


def test_an_area_that_becomes_known_or_unknown_is_a_step_of_its_own_and_never_0(units):
    unknown = zone_of("u", None)

    def write(book):
        book.write(Action.ADJUST, u=replace(unknown, area_planned_ha=Decimal(7)))
        book.write(Action.CORRECT, a=replace(A, area_planned_ha=None))
        book.write(Action.CREATE, n=zone_of("n", None))

    found = from_two(units, write, zones=(A, B, unknown))
    assert (found.start, found.end) == (Sum(Decimal(30), 1, 3), Sum(Decimal(27), 2, 4))
    assert steps(found) == {
        Step.ADDED: (Decimal(0), 1),
        Step.LEARNT: (Decimal(7), -1),
        Step.LOST: (Decimal(-10), 1),
    }
    assert [one.after.area_ha for one in found.movements] == [None, 7, None]


def test_a_split_and_a_merger_are_hectares_before_against_after(units):
    def write(book):
        book.write(
            Action.SPLIT, parents=("a",),
            a=replace(A, area_planned_ha=Decimal(6)), a2=zone_of("a2", "3"),
        )  # fmt: skip
        book.write(Action.MERGE, parents=("a2", "b"), a2=None, b=None, c=zone_of("c", "23"))

    found = from_two(units, write)
    assert steps(found) == {Step.SPLIT: (Decimal(-1), 0), Step.MERGED: (Decimal(0), 0)}
    kin = {(one.step, one.zone_id): one.relatives for one in found.movements}
    assert kin == {
        (Step.SPLIT, "a"): ("a2",),
        (Step.SPLIT, "a2"): ("a",),
        (Step.MERGED, "a2"): ("c",),
        (Step.MERGED, "b"): ("c",),
        (Step.MERGED, "c"): ("a2", "b"),
    }
    merged = found.steps()[1]
    assert (merged.gained_ha, merged.lost_ha, merged.zones) == (23, -23, ("a2", "b", "c"))


MOVED = replace(A, province=BAC_KAN, districts=(UnitRef("062", "2011", "Chợ Mới"),))


@pytest.mark.parametrize(
    ("provinces", "expected", "end"),
    [
        (("19",), {Step.LEFT: (Decimal(-10), 0)}, 20),
        (("06",), {Step.ARRIVED: (Decimal(12), 0)}, 12),
        (("06", "19"), {Step.MOVED: (Decimal(0), 0), Step.RESIZED: (Decimal(2), 0)}, 32),
        ((), {Step.MOVED: (Decimal(0), 0), Step.RESIZED: (Decimal(2), 0)}, 32),
    ],
)
def test_a_zone_that_changes_province_moves_in_or_out_of_a_view(units, provinces, expected, end):
    moved = replace(MOVED, area_planned_ha=Decimal(12))
    found = from_two(units, lambda book: book.write(Action.ADJUST, a=moved), View(provinces))
    assert steps(found) == expected
    assert found.end.area_ha == end


def test_the_same_unit_under_the_code_of_another_year_has_not_moved(units):
    renamed = replace(
        A, province=UnitRef("19", "2016", "Thái Nguyên"),
        districts=(UnitRef("172", "2016", "Phổ Yên"),),
    )  # fmt: skip
    assert from_two(units, lambda book: book.write(Action.EDIT, a=renamed)).steps() == []
    elsewhere = replace(A, districts=(DONG_HY,))
    moved = from_two(units, lambda book: book.write(Action.EDIT, a=elsewhere))
    assert steps(moved) == {Step.MOVED: (Decimal(0), 0)}


@pytest.mark.parametrize(
    ("kinds", "change"), [((), Decimal(0)), (("KCN",), Decimal(10)), (("CCN",), Decimal(-10))]
)
def test_a_cluster_that_becomes_a_zone_changes_the_total_of_a_kind(units, kinds, change):
    raised = replace(A, kind=Kind.KCN)
    found = from_two(units, lambda book: book.write(Action.EDIT, a=raised), View((), kinds))
    assert steps(found) == {Step.RECLASSED: (change, 0)}


def test_a_change_undone_in_the_same_time_is_in_no_step_and_still_told(units):
    def write(book):
        number = book.write(Action.EDIT, a=replace(A, area_planned_ha=Decimal(99)))
        book.write(Action.UNDO, undoes=number, a=A)

    found = from_two(units, write)
    assert found.steps() == []
    assert [one.change.area_ha for one in found.taken_back] == [89, -89]


def test_an_undo_of_something_older_is_a_correction(units):
    found = from_two(units, lambda book: book.write(Action.UNDO, undoes=1, a=None))
    assert steps(found) == {Step.CORRECTED: (Decimal(-10), 0)}


def test_an_undo_that_brings_back_only_a_part_stays_beside_what_it_undoes(units):
    def write(book):
        number = book.write(Action.ADJUST, a=replace(A, area_planned_ha=Decimal(15)))
        book.write(Action.UNDO, undoes=number, a=replace(A, area_planned_ha=Decimal(11)))

    found = from_two(units, write)
    assert steps(found) == {Step.RESIZED: (Decimal(5), 0), Step.CORRECTED: (Decimal(-4), 0)}
    assert found.taken_back == ()


def test_what_the_history_does_not_tell_is_named_and_not_hidden(units):
    found = account([A, B], [replace(A, area_planned_ha=Decimal(13))], [], units)
    assert steps(found) == {Step.UNEXPLAINED: (Decimal(-17), 0)}
    assert [(one.zone_id, one.change.area_ha) for one in found.movements] == [("a", 3), ("b", -20)]


# -- any history


IDS = ("a", "b", "c", "d", "e")
AREAS = st.none() | st.integers(0, 20_000_00).map(lambda n: Decimal(n).scaleb(-2))
ZONES = st.builds(
    lambda area, kind, province, district, more: {
        "area_planned_ha": area,
        "kind": kind,
        "province": province,
        "districts": (district,),
        "sources": (A.sources[0], NEWER) if more else A.sources,
    },
    AREAS,
    st.sampled_from(list(Kind)),
    st.sampled_from([THAI_NGUYEN, BAC_KAN]),
    st.sampled_from([PHO_YEN, DONG_HY]),
    st.booleans(),
)
PLAIN = [one for one in Action if one not in (Action.UNDO, Action.SPLIT, Action.MERGE)]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from([*PLAIN, Action.SPLIT, Action.MERGE, Action.UNDO]),
        st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True),
        ZONES,
        st.booleans(),
    ),
    max_size=12,
)
VIEWS = st.builds(
    View, st.sampled_from([(), ("19",), ("06",), ("06", "19")]), st.sampled_from([(), ("KCN",)])
)


def happen(book, action, ids, fields, leaving):
    """One revision; an undo puts the zones of the last one back as they were before it."""
    if action is Action.UNDO:
        last = [one for one in book.versions if one.revision == book.number and one.undoes is None]
        back = {one.zone_id: book.earlier.get(one.zone_id) for one in last}
        back = {id_: zone for id_, zone in back.items() if (id_ in book.zones) or zone is not None}
        if back:
            book.write(Action.UNDO, undoes=book.number, **back)
        return
    book.earlier = dict(book.zones)
    parents = [one for one in ids if one in book.zones]
    gone = leaving or action is Action.RETIRE
    changed = {
        one: None if gone and one in book.zones else replace(zone_of(one), **fields) for one in ids
    }
    book.write(action, parents=parents, **changed)


@settings(max_examples=tries(200))
@given(
    st.lists(st.tuples(st.sampled_from(IDS), ZONES), unique_by=lambda one: one[0]),
    EVENTS,
    st.integers(0, 12),
    VIEWS,
)
def test_start_and_steps_are_the_end_for_any_history(units, begun, events, cut, view):
    book = Book(*(replace(zone_of(id_), **fields) for id_, fields in begun))
    book.earlier = {}
    then, first = tuple(book.zones.values()), 1
    for at, event in enumerate(events):
        if at == cut:
            then, first = tuple(book.zones.values()), book.number
        happen(book, *event)
    history = [one for one in book.versions if one.revision > first]
    found = account(then, book.zones.values(), history, units, view)
    assert found.start == total(then, view)
    assert found.end == total(book.zones.values(), view)
    assert found.start + sum((one.change for one in found.steps()), Sum()) == found.end
    assert Step.UNEXPLAINED not in steps(found)
    assert sum((one.change for one in found.taken_back), Sum()) == Sum()
    assert all(one.gained_ha + one.lost_ha == one.change.area_ha for one in found.steps())


@settings(max_examples=tries(60))
@given(
    *[st.lists(st.tuples(st.sampled_from(IDS), ZONES), unique_by=lambda one: one[0])] * 2,
    EVENTS,
    VIEWS,
)
def test_they_are_also_where_history_and_register_do_not_fit(units, old, new, events, view):
    then, now = ([replace(zone_of(id_), **own) for id_, own in one] for one in (old, new))
    book = Book()
    book.earlier = {}
    for event in events:
        happen(book, *event)
    found = account(then, now, book.versions, units, view)
    assert found.start + sum((one.change for one in found.steps()), Sum()) == found.end
    assert found.end == total(now, view)


def total(zones, view):
    """Counted apart from the code: the total of some zones in a view."""
    codes = {"19": "19", "06": "06"}
    own = [
        one
        for one in zones
        if (not view.provinces or codes[one.province.code] in view.provinces)
        and (not view.kinds or one.kind in view.kinds)
    ]
    known = [one.area_planned_ha for one in own if one.area_planned_ha is not None]
    return Sum(sum(known, Decimal(0)), len(own) - len(known), len(own))


# -- over a real register


ZONE, OTHER, THIRD = "tn-ccn-son-cam-1", "tn-ccn-trung-hoi", "tn-ccn-kim-son"
AN = Actor("an", "Nguyễn An", Role.APPROVER)
BINH = Actor("binh", "Trần Bình", Role.EDITOR)
TODAY = dt.datetime.now(journal.VIETNAM).date()


@pytest.fixture
def desk(tmp_path):
    return desk_of(Settings(var_dir=tmp_path))


def desk_of(settings):
    store = open_store(settings)
    return Desk(Planner(settings, store.repository), store.register)


def edit(desk, zone_id=ZONE, action=Action.EDIT, reason="theo biên bản", **fields):
    begun = desk.begin(zone_id)
    edits = (Edit(zone_id, begun.base_version, {**begun.raw, **fields}),)
    return desk.submit(AN, Submission(action, reason, edits), publish=True).revision


def asked(desk, since=None, until=None, view=None, actor=AN):
    span = movements.span(desk, since, until, TODAY)
    found = movements.gather(desk, actor, span)
    units = desk.planner.bounds.register
    return account(found.then, found.now, found.history, units, view), span


def year(desk):
    """One of each: adjusted, corrected, not stated, retired, split, undone, other fields."""
    edit(desk, action=Action.ADJUST, area_planned_ha=51.25)
    edit(desk, THIRD, Action.CORRECT, area_planned_ha=21)
    edit(desk, "tn-ccn-nam-hoa", area_planned_ha=41)
    edit(desk, "tn-ccn-nam-hoa", note_vi="ghi chú")
    edit(desk, "tn-ccn-son-cam-2", area_planned_ha=1)
    desk.submit(AN, desk.undoing(AN, "nhầm khu"), publish=True)
    begun = desk.begin(OTHER)
    child = {**begun.raw, "id": f"{OTHER}-2", "name": "CCN Trung Hội 2", "area_planned_ha": 10}
    child.pop("version")
    edits = (
        Edit(OTHER, begun.base_version, {**begun.raw, "area_planned_ha": 20}),
        Edit(f"{OTHER}-2", None, child, (OTHER,)),
    )
    desk.submit(AN, Submission(Action.SPLIT, "tách", edits), publish=True)


def test_the_account_of_a_real_register_fits_what_the_map_says(desk):
    start = desk.planner.area_ha(desk.planner.state.zones)
    before = {one: desk.begin(one).raw["area_planned_ha"] for one in (ZONE, THIRD, OTHER)}
    year(desk)
    found, span = asked(desk)
    assert found.start.area_ha == start == Decimal("4930.83")
    assert found.end.area_ha == desk.planner.area_ha(desk.planner.state.zones)
    unknown = [one.area_planned_ha is None for one in desk.planner.state.zones]
    assert (found.end.unknown, found.end.records) == (sum(unknown), len(unknown))
    assert [one.step for one in found.steps()] == [
        Step.RESIZED, Step.SPLIT, Step.CORRECTED, Step.UNSTATED,
    ]  # fmt: skip
    changes = {one.zone_id: one.change.area_ha for one in found.movements}
    assert changes[ZONE] == Decimal("51.25") - Decimal(str(before[ZONE]))
    assert changes[OTHER] + changes[f"{OTHER}-2"] == 30 - Decimal(str(before[OTHER]))
    assert {one.zone_id for one in found.taken_back} == {"tn-ccn-son-cam-2"}
    assert (span.since, span.until) == (None, None)


def test_a_view_of_another_province_has_nothing_of_it(desk):
    year(desk)
    found, _ = asked(desk, view=View(("66",)))
    assert found.steps() == []
    assert found.start == found.end
    assert found.start.records == sum(one == "66" for one in desk.planner.state.provinces.values())


def test_a_zone_that_moves_between_provinces_arrives_in_one_and_leaves_the_other(desk):
    area = desk.begin(ZONE).raw["area_planned_ha"]
    edit(
        desk,
        province={"code": "06", "vintage": "2011", "name": "Bắc Kạn"},
        districts=[{"code": "065", "vintage": "2011", "name": "Chợ Mới"}],
    )
    gained, lost = (asked(desk, view=View((code,)))[0] for code in ("06", "19"))
    assert steps(gained) == {Step.ARRIVED: (Decimal(str(area)), 0)}
    assert steps(lost) == {Step.LEFT: (-Decimal(str(area)), 0)}
    assert steps(asked(desk)[0]) == {Step.MOVED: (Decimal(0), 0)}
    [row] = Words(desk.planner, "vi", ANONYMOUS, {}).rows(gained)
    assert row["note"] == "Thái Nguyên → Bắc Kạn"


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (TODAY + DAY, None, "movements.future"),
        (None, TODAY + DAY, "movements.future"),
        (TODAY - DAY, None, "movements.early"),
        (None, TODAY - DAY, "movements.early"),
        (TODAY, None, "movements.order"),
        (TODAY, TODAY, "movements.order"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_days_out_of_order_or_beyond_the_register_are_refused(desk, since, until, code, lang):
    with pytest.raises(UsageError) as refused:
        movements.span(desk, since, until, TODAY)
    assert refused.value.code == code
    assert f"error.{code}" in catalogue(lang)


def test_who_may_not_view_the_register_gets_no_account(tmp_path):
    desk = desk_of(Settings(var_dir=tmp_path, sign_in_required=True))
    with pytest.raises(AuthError):
        asked(desk, actor=ANONYMOUS)


def test_the_versions_between_two_moments_are_found_in_either_database(engine):
    store = Register(Settings(), engine)
    first_load(store)
    start, last = spans.reach(engine)
    assert start == last
    zone = next(one for one in store.snapshot().zones if one.kind is Kind.CCN)
    wanted = []
    for at, fields in enumerate(
        ({"area_planned_ha": Decimal(9)}, {"note_vi": "x"}, {"kind": Kind.KCN}), start=1
    ):
        zone = replace(zone, **fields, version=at)
        number = store.publish(Change(Action.EDIT, "vì", (Item(zone.id, at, zone),)), "an")
        if "note_vi" not in fields:
            wanted.append(number)
    store.publish(Change(Action.RETIRE, "vì", (Item(zone.id, 4, None),)), "an")
    _, end = spans.reach(engine)
    found = spans.between(engine, start, end, RESTING_ON)
    assert [one.revision for one in found] == [*wanted, 5]
    assert [one.retired for one in found] == [False, False, True]
    assert [one.revision for one in spans.between(engine, found[0].at, end, RESTING_ON)] == [4, 5]
    assert spans.between(engine, start, start, RESTING_ON) == []


# -- in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_are_named_to_those_who_have_signed_in_only(desk, lang):
    begun = desk.begin(ZONE)
    edits = (Edit(ZONE, begun.base_version, {**begun.raw, "area_planned_ha": 51}),)
    proposed = desk.submit(BINH, Submission(Action.ADJUST, "QĐ 12", edits), publish=False)
    desk.publish(AN, proposed.proposal)
    found, _ = asked(desk)
    assert steps(found).keys() == {Step.RESIZED}  # a proposal keeps what its author said it is
    names = {"an": "Nguyễn An", "binh": "Trần Bình"}
    [own] = Words(desk.planner, lang, AN, names).rows(found)
    assert "Nguyễn An" in own["people"]
    assert "Trần Bình" in own["people"]
    [other] = Words(desk.planner, lang, ANONYMOUS, {}).rows(found)
    assert not {"an", "binh"} & set(other["people"].lower().split())
    assert "Nguyễn" not in json.dumps(Words(desk.planner, lang, ANONYMOUS, {}).json(*asked(desk)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_files_hold_the_whole_account(desk, lang):
    year(desk)
    edit(desk, "tn-ccn-nam-hoa", reason="=1+2", area_planned_ha=42)
    found, span = asked(desk)
    words = Words(desk.planner, lang, ANONYMOUS, {})
    rows = list(csv.reader(io.StringIO(words.csv(found).decode("utf-8-sig"))))
    head = rows[0]
    change, after = (head.index(words.head(name)) for name in ("change_ha", "total_ha"))
    assert Decimal(rows[1][after]) == found.start.area_ha
    changes = [Decimal(row[change]) for row in rows[2:-1]]
    assert found.start.area_ha + sum(changes) == Decimal(rows[-1][after]) == found.end.area_ha
    assert "'=1+2" in [cell for row in rows for cell in row]
    book = openpyxl.load_workbook(io.BytesIO(words.workbook(found, span)))
    assert book.sheetnames == [words.text(f"sheet.{one}") for one in ("steps", "zones", "about")]
    summary, zones, about = ([list(row) for row in sheet.values] for sheet in book)
    assert len(zones) == len(found.movements) + 1
    ends = [row[-1] for row in summary[1:]]
    assert Decimal(str(ends[0])) == found.start.area_ha
    assert Decimal(str(ends[-1])) == found.end.area_ha
    assert "=1+2" in [cell for row in zones for cell in row]
    assert [words.text("equation"), words.sentence(found)] in about
    data = json.loads(json.dumps(words.json(found, span)))
    total = sum(Decimal(str(one["area_ha"])) for one in data["steps"])
    assert Decimal(str(data["start"]["area_ha"])) + total == Decimal(str(data["end"]["area_ha"]))


def test_the_equation_is_written_as_the_language_writes_numbers(desk):
    edit(desk, action=Action.ADJUST, area_planned_ha=1000.5)
    found, _ = asked(desk)
    vi, en = (Words(desk.planner, lang, AN, {}).sentence(found) for lang in ("vi", "en"))
    assert vi == "4.930,83 + 950,5 = 5.881,33 ha"
    assert en == "4,930.83 + 950.5 = 5,881.33 ha"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_its_words(lang):
    texts = catalogue(lang)
    for family in ("step", "meaning"):
        keys = {key for key in texts if key.startswith(f"movements.{family}.")}
        assert keys == {f"movements.{family}.{one}" for one in Step}
    assert {f"action.{one}" for one in Action} <= texts.keys()
