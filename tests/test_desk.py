"""Editing as people do it: rights, checks, proposals, conflicts, taking back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from geo.auth import ANONYMOUS, Actor, AuthError, Role
from geo.changes import Action
from geo.checks import Status
from geo.desk import ConflictError, Desk, Edit, RefusedError, Submission
from geo.errors import UsageError
from geo.services import Planner
from geo.settings import Settings
from geo.store import DecidedError, PendingError, StoreError, open_store
from geo.store.database import writing
from geo.store.schema import proposals
from geo.zones import Kind

ZONE = "tn-ccn-son-cam-1"
OTHER = "tn-ccn-trung-hoi"
AN = Actor("an", "Nguyễn An", Role.APPROVER)
BINH = Actor("binh", "Trần Bình", Role.EDITOR)
CHI = Actor("chi", "Lê Chi", Role.APPROVER, frozenset({"66"}))
VIEWER = Actor("vi", "Vi", Role.VIEWER)


@pytest.fixture
def desk(tmp_path):
    return desk_of(Settings(var_dir=tmp_path))


def desk_of(settings):
    store = open_store(settings)
    return Desk(Planner(settings, store.repository), store.register)


def edit(desk, zone_id=ZONE, reason="theo biên bản", action=Action.EDIT, **fields):
    begun = desk.begin(zone_id)
    edited = Edit(zone_id, begun.base_version, {**begun.raw, **fields})
    return Submission(action, reason, (edited,))


def value(desk, field, zone_id=ZONE):
    return desk.begin(zone_id).raw.get(field)


@pytest.mark.parametrize(
    ("actor", "publish", "reason"),
    [
        (ANONYMOUS, False, "auth.sign_in"),
        (VIEWER, False, "auth.needs_editor"),
        (BINH, True, "auth.needs_approver"),
        (CHI, False, "auth.province"),
        (CHI, True, "auth.province"),
    ],
)
def test_without_the_right_nothing_is_written(desk, actor, publish, reason):
    with pytest.raises(AuthError) as refused:
        desk.submit(actor, edit(desk, area_let_ha=1), publish=publish)
    assert refused.value.code == reason
    assert desk.register.revision == 1
    assert desk.register.proposals() == []


def test_a_zone_cannot_be_moved_out_of_the_provinces_one_has_rights_in(desk):
    dak_lak = {"code": "66", "vintage": "2009", "name": "Đắk Lắk"}
    moving = edit(
        desk, province=dak_lak, districts=[{"code": "643", "vintage": "2009", "name": "x"}]
    )
    local = Actor("em", "Em", Role.APPROVER, frozenset({"19"}))
    with pytest.raises(AuthError):
        desk.submit(local, moving, publish=True)


def test_the_effect_on_the_plan_is_known_before_saving(desk):
    found = desk.assess(AN, edit(desk, area_planned_ha=51))
    effects = {one.before.figure.id: one for one in found.effects}
    total = effects["tn-f213"]
    assert (total.before.status, total.after.status) == (Status.MET, Status.NOT_MET)
    assert total.after.deviation == 1
    assert found.ready
    assert value(desk, "area_planned_ha") == 50


def test_what_was_published_is_what_the_reading_side_shows(desk):
    desk.submit(AN, edit(desk, area_planned_ha=51), publish=True)
    verdicts = {one.figure.id: one for one in desk.planner.verdicts()}
    assert verdicts["tn-f213"].status is Status.NOT_MET


def test_a_record_with_an_error_is_refused_with_field_and_row(desk):
    with pytest.raises(RefusedError) as refused:
        desk.submit(AN, edit(desk, area_let_ha=-4), publish=True)
    [issue] = refused.value.issues
    assert (issue.code, issue.row, issue.field) == ("zone.number_negative", ZONE, "area_let_ha")


def test_one_bad_row_refuses_the_whole_grid(desk):
    good, bad = edit(desk, ZONE, area_let_ha=3), edit(desk, OTHER, area_let_ha="1,5")
    grid = Submission(Action.BULK, "quý 2", (*good.edits, *bad.edits))
    with pytest.raises(RefusedError) as refused:
        desk.submit(AN, grid, publish=True)
    assert [(one.row, one.field) for one in refused.value.issues] == [(OTHER, "area_let_ha")]
    assert value(desk, "area_let_ha") is None


def test_what_a_change_causes_is_told_from_what_was_there_before(desk):
    over = edit(desk, area_industrial_ha=4, area_let_ha=9, let_as_of="2026-06-30")
    desk.submit(AN, over, publish=True)
    found = desk.assess(AN, edit(desk, name_en="Son Cam One"))
    assert "zone.ledger" in [one.code for one in found.issues]
    assert found.caused == ()
    worse = desk.assess(AN, edit(desk, area_let_ha=10))
    assert [one.code for one in worse.caused] == ["zone.ledger"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "register.reason_missing"),
        ("  \u200b ", "register.reason_missing"),
        ("x" * 2001, "register.reason_long"),
    ],
)
def test_a_change_needs_a_reason(desk, reason, code):
    with pytest.raises(UsageError) as refused:
        desk.submit(AN, edit(desk, reason=reason, area_let_ha=1), publish=True)
    assert refused.value.code == code


def test_nothing_changed_is_no_change(desk):
    with pytest.raises(UsageError) as refused:
        desk.submit(AN, edit(desk), publish=True)
    assert refused.value.code == "register.nothing_changed"


def test_two_people_one_field_both_values_are_shown(desk):
    first, second = edit(desk, area_let_ha=3), edit(desk, area_let_ha=4, name_en="Son Cam One")
    desk.submit(AN, first, publish=True)
    with pytest.raises(ConflictError) as refused:
        desk.submit(AN, second, publish=True)
    [clash] = refused.value.clashes
    [conflict] = clash.conflicts
    assert (conflict.field, conflict.base, conflict.mine, conflict.theirs) == (
        "area_let_ha", None, 4, 3,
    )  # fmt: skip
    assert clash.merged["name_en"] == "Son Cam One"
    decided = Edit(ZONE, clash.current.version, {**clash.merged, "area_let_ha": 4})
    desk.submit(AN, Submission(Action.EDIT, "sau khi đối chiếu", (decided,)), publish=True)
    assert (value(desk, "area_let_ha"), value(desk, "name_en")) == (4, "Son Cam One")


def test_a_zone_retired_meanwhile_is_a_conflict(desk):
    second = edit(desk, area_let_ha=4)
    retire = Submission(Action.RETIRE, "bỏ", (Edit(ZONE, 1, None),))
    desk.submit(AN, retire, publish=True)
    with pytest.raises(ConflictError) as refused:
        desk.submit(AN, second, publish=True)
    [clash] = refused.value.clashes
    assert clash.conflicts[0].field == "retired"
    with pytest.raises(UsageError):
        desk.begin(ZONE)


def test_a_proposal_is_reviewed_and_the_author_hears_of_it(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False)
    assert [one.id for one in desk.queue(AN)] == [made.proposal]
    assert desk.queue(CHI) == []  # of another province
    assert not desk.may_decide(CHI, desk.proposal(CHI, made.proposal)).allowed
    desk.comment(AN, made.proposal, "Ngày chốt?")
    assert [one.text for one in desk.comments(BINH, made.proposal)] == ["Ngày chốt?"]
    [news] = desk.news(BINH)
    assert news.status == "pending"
    desk.mark_seen(BINH, [news])
    desk.comment(BINH, made.proposal, "14/6")
    assert desk.news(BINH) == []
    desk.reject(AN, made.proposal, "Thiếu ngày chốt số liệu")
    [news] = desk.news(BINH)
    assert (news.status, news.decision) == ("rejected", "Thiếu ngày chốt số liệu")
    desk.mark_seen(BINH, [news])
    assert desk.news(BINH) == []


def test_an_editor_cannot_publish_the_own_proposal_and_only_withdraws_that(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False)
    with pytest.raises(AuthError):
        desk.publish(BINH, made.proposal)
    with pytest.raises(AuthError) as refused:
        desk.withdraw(AN, made.proposal)
    assert refused.value.code == "auth.author"
    desk.withdraw(BINH, made.proposal)
    assert desk.queue(AN) == []


def test_where_two_persons_are_demanded_nobody_publishes_alone(tmp_path):
    desk = desk_of(Settings(var_dir=tmp_path, two_persons=True))
    with pytest.raises(AuthError) as refused:
        desk.submit(AN, edit(desk, area_let_ha=3), publish=True)
    assert refused.value.code == "auth.two_persons"
    made = desk.submit(AN, edit(desk, area_let_ha=3), publish=False)
    with pytest.raises(AuthError):
        desk.publish(AN, made.proposal)
    other = Actor("dung", "Dũng", Role.APPROVER)
    assert desk.publish(other, made.proposal).revision == 2


def test_a_proposal_is_brought_together_with_what_was_published_since(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False)
    desk.submit(AN, edit(desk, name_en="Son Cam One"), publish=True)
    desk.publish(AN, made.proposal)
    assert (value(desk, "area_let_ha"), value(desk, "name_en")) == (3, "Son Cam One")


def test_a_proposal_that_clashes_is_decided_field_by_field(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False)
    desk.submit(AN, edit(desk, area_let_ha=5), publish=True)
    with pytest.raises(ConflictError) as refused:
        desk.publish(AN, made.proposal)
    [clash] = refused.value.clashes
    chosen = Edit(ZONE, clash.current.version, {**clash.merged, "area_let_ha": 3})
    desk.publish(AN, made.proposal, Submission(Action.EDIT, "", (chosen,)))
    assert value(desk, "area_let_ha") == 3
    assert desk.proposal(AN, made.proposal).status == "published"


def test_a_second_proposal_for_a_zone_shows_the_first(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False)
    with pytest.raises(PendingError) as refused:
        desk.submit(AN, edit(desk, area_let_ha=4), publish=False)
    assert refused.value.proposal_id == made.proposal


def test_a_proposal_is_replaced_by_its_author_or_by_who_may_decide_on_it(desk):
    first = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False).proposal
    other = Actor("em", "Em", Role.EDITOR)
    instead = replace(edit(desk, area_let_ha=4), supersedes=first)
    with pytest.raises(AuthError):
        desk.submit(other, instead, publish=False)
    second = desk.submit(BINH, instead, publish=False).proposal
    desk.submit(AN, replace(instead, supersedes=second), publish=False)
    assert desk.proposal(AN, first).status == desk.proposal(AN, second).status == "superseded"


def test_undo_takes_back_the_own_last_change_only(desk):
    desk.submit(AN, edit(desk, area_let_ha=3), publish=True)
    other = Actor("dung", "Dũng", Role.APPROVER)
    desk.submit(other, edit(desk, OTHER, area_let_ha=1), publish=True)
    desk.submit(AN, desk.undoing(AN, "nhầm"), publish=True)
    assert value(desk, "area_let_ha") is None
    assert value(desk, "area_let_ha", OTHER) == 1
    assert desk.undoing(AN, "nhầm") is None


def test_undo_of_what_others_have_changed_since_is_a_conflict(desk):
    desk.submit(AN, edit(desk, area_let_ha=3), publish=True)
    other = Actor("dung", "Dũng", Role.APPROVER)
    desk.submit(other, edit(desk, area_let_ha=5), publish=True)
    with pytest.raises(ConflictError):
        desk.submit(AN, desk.undoing(AN, "nhầm"), publish=True)
    assert value(desk, "area_let_ha") == 5


def test_undo_of_a_new_zone_retires_it_and_of_a_retirement_brings_it_back(desk):
    raw = {**desk.begin(ZONE).raw, "name": "CCN Mới"}
    new = Submission(Action.CREATE, "mới", (Edit("tn-ccn-moi", None, raw),))
    desk.submit(AN, new, publish=True)
    desk.submit(AN, desk.undoing(AN, "nhầm"), publish=True)
    assert "tn-ccn-moi" not in desk.planner.state.by_id
    desk.submit(AN, Submission(Action.RETIRE, "bỏ", (Edit(ZONE, 1, None),)), publish=True)
    desk.submit(AN, desk.undoing(AN, "nhầm"), publish=True)
    assert ZONE in desk.planner.state.by_id


def test_any_version_comes_back_as_a_new_change(desk):
    desk.submit(AN, edit(desk, area_let_ha=3), publish=True)
    desk.submit(AN, edit(desk, area_let_ha=5), publish=True)
    desk.submit(AN, desk.restoring(ZONE, 2, "bản 2 đúng"), publish=True)
    assert value(desk, "area_let_ha") == 3
    assert desk.history(AN)[0].action is Action.RESTORE
    with pytest.raises(UsageError):
        desk.restoring(ZONE, 99, "x")


def test_split_and_merge_move_no_hectare(desk):
    begun = desk.begin(ZONE)
    halves = [
        Edit(f"{ZONE}{n}", None, {**begun.raw, "name": f"1{n}", "area_planned_ha": 25}, (ZONE,))
        for n in "ab"
    ]
    split = Submission(Action.SPLIT, "tách", (Edit(ZONE, 1, None), *halves))
    found = desk.assess(AN, split)
    assert {one.before.figure.unit for one in found.effects} == {"rows", "clusters"}
    area = desk.planner.area_ha(desk.planner.zones())
    desk.submit(AN, split, publish=True)
    assert desk.planner.area_ha(desk.planner.zones()) == area
    a, b = (desk.begin(f"{ZONE}{n}") for n in "ab")
    whole = Edit(
        "tn-ccn-son-cam-gop", None, {**begun.raw, "area_planned_ha": 50}, (a.zone_id, b.zone_id)
    )
    retired = (Edit(a.zone_id, 1, None), Edit(b.zone_id, 1, None))
    desk.submit(AN, Submission(Action.MERGE, "gộp", (*retired, whole)), publish=True)
    assert desk.planner.area_ha(desk.planner.zones()) == area


def test_a_new_id_is_one_that_no_zone_ever_had(desk):
    assert desk.new_id(Kind.CCN, "Cụm công nghiệp Đại Từ", "19") == "tn-ccn-dai-tu"
    assert desk.new_id(Kind.CCN, "CCN Sơn Cẩm 1", "19") == "tn-ccn-son-cam-1-2"
    desk.submit(AN, Submission(Action.RETIRE, "bỏ", (Edit(OTHER, 1, None),)), publish=True)
    assert desk.new_id(Kind.CCN, "Trung Hội", "19") == "tn-ccn-trung-hoi-2"
    assert desk.new_id(Kind.KCN, "🏭", "19") == "tn-kcn-moi"


def test_the_register_as_it_stood_has_its_own_totals(desk):
    then = dt.datetime.now(dt.UTC)
    desk.submit(AN, edit(desk, area_planned_ha=60), publish=True)
    area = desk.planner.area_ha(desk.planner.zones())
    assert area - desk.as_of(AN, then).area_ha(desk.as_of(AN, then).zones()) == 10


def test_without_a_database_reading_goes_on_and_writing_says_why(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    settings = Settings(var_dir=tmp_path / "file" / "var")
    store = open_store(settings)
    desk = Desk(Planner(settings, store.repository), store.register, store.trouble)
    assert len(desk.planner.zones()) == 50
    with pytest.raises((StoreError, type(store.trouble))):
        desk.begin(ZONE)


def test_drafts_are_kept_for_those_who_may_propose(desk):
    desk.save_draft(BINH, ZONE, {"area_let_ha": "3,"})
    assert desk.draft(BINH, ZONE)[1] == {"area_let_ha": "3,"}
    assert desk.draft(ANONYMOUS, ZONE) is None
    with pytest.raises(AuthError):
        desk.save_draft(VIEWER, ZONE, {})
    with pytest.raises(UsageError):
        desk.save_draft(BINH, ZONE, {"note_vi": "x" * 6_000_000})


BAC_KAN = "bk-kcn-thanh-binh"
LOCAL = Actor("em", "Em", Role.APPROVER, frozenset({"19"}))


def test_a_province_of_2025_is_no_way_into_those_that_it_took_in(desk):
    raw = {**desk.begin(BAC_KAN).raw, "name": "KCN Mới"}
    raw["province"] = {"code": "19", "vintage": "2025", "name": "Thái Nguyên"}
    new = Submission(Action.CREATE, "mới", (Edit("tn-kcn-moi", None, raw),))
    with pytest.raises(AuthError) as refused:
        desk.submit(LOCAL, new, publish=True)
    assert refused.value.code == "auth.province"
    both = replace(LOCAL, provinces=frozenset({"19", "06"}))
    assert desk.assess(both, new).may_publish.allowed


def test_the_id_of_a_retired_zone_is_not_free_for_another_province(desk):
    own = {**desk.begin(ZONE).raw, "name": "CCN Mới"}
    desk.submit(AN, Submission(Action.RETIRE, "bỏ", (Edit(BAC_KAN, 1, None),)), publish=True)
    with pytest.raises(AuthError):
        desk.submit(
            LOCAL, Submission(Action.RESTORE, "lại", (Edit(BAC_KAN, 2, own),)), publish=True
        )


@pytest.mark.parametrize(("parent", "fault"), [(BAC_KAN, AuthError), ("tn-chua-tung", UsageError)])
def test_a_zone_comes_only_out_of_zones_that_are_there_and_within_ones_rights(desk, parent, fault):
    raw = {**desk.begin(ZONE).raw, "name": "CCN Con"}
    part = Submission(Action.SPLIT, "tách", (Edit("tn-ccn-con", None, raw, (parent,)),))
    with pytest.raises(fault):
        desk.submit(LOCAL, part, publish=True)
    assert desk.register.revision == 1


def test_one_zone_twice_in_a_submission_is_refused_as_an_error_of_its_row(desk):
    [one] = edit(desk, area_let_ha=3).edits
    with pytest.raises(RefusedError) as refused:
        desk.submit(AN, Submission(Action.BULK, "quý 2", (one, one)), publish=True)
    assert [found.code for found in refused.value.issues] == ["zone.id_duplicate"]


def test_publishing_in_place_of_a_proposal_closes_it(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False).proposal
    instead = replace(edit(desk, area_let_ha=4), supersedes=made)
    desk.submit(AN, instead, publish=True)
    assert desk.proposal(AN, made).status == "superseded"
    with pytest.raises(DecidedError):
        desk.publish(AN, made)
    assert value(desk, "area_let_ha") == 4


@pytest.mark.parametrize(
    "own",
    [
        {"zone_id": OTHER, "area_planned_ha": 99},
        {"area_let_ha": 9},
        {"area_let_ha": 3, "name": "CCN Khác"},
    ],
)
def test_who_decides_cannot_publish_own_values_in_the_name_of_the_author(desk, own):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False).proposal
    with pytest.raises(UsageError) as refused:
        desk.publish(AN, made, edit(desk, **own))
    assert refused.value.code == "register.not_proposed"
    assert desk.register.revision == 1


def test_who_decides_cannot_retire_what_was_to_be_edited(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False).proposal
    gone = Submission(Action.RETIRE, "bỏ", (Edit(ZONE, 1, None),))
    with pytest.raises(UsageError):
        desk.publish(AN, made, gone)


def test_a_proposal_that_can_no_longer_be_read_retires_nothing(desk):
    made = desk.submit(BINH, edit(desk, area_let_ha=3), publish=False).proposal
    desk.submit(AN, edit(desk, name_en="Son Cam One"), publish=True)
    spoil(desk, made)
    [own] = desk.submission_of(desk.proposal(AN, made)).edits
    assert own.raw["kind"] == "KHU"
    for resolved in (None, Submission(Action.EDIT, "", (replace(own, base_version=2),))):
        with pytest.raises(RefusedError) as refused:
            desk.publish(AN, made, resolved)
        assert "zone.choice" in {found.code for found in refused.value.issues}
    assert value(desk, "name_en") == "Son Cam One"
    assert desk.provinces_of(desk.proposal(AN, made)) == {"19"}
    desk.reject(AN, made, "không đọc được")


def spoil(desk, proposal_id):
    """What a newer program with other kinds would find in the queue."""
    mine = proposals.c.id == proposal_id
    with writing(desk.register.engine) as connection:
        items = connection.scalar(sa.select(proposals.c["items"]).where(mine))
        assert '\\"kind\\": \\"CCN\\"' in items
        spoilt = items.replace('\\"kind\\": \\"CCN\\"', '\\"kind\\": \\"KHU\\"')
        connection.execute(sa.update(proposals).where(mine).values(items=spoilt))


def test_no_open_proposal_is_hidden_by_newer_ones(desk):
    first = desk.submit(BINH, edit(desk, OTHER, area_let_ha=3), publish=False).proposal
    raw = {**desk.begin(ZONE).raw, "name": "CCN Mới"}
    for n in range(200):
        new = Submission(Action.CREATE, "mới", (Edit(f"tn-ccn-{n}", None, raw),))
        desk.submit(BINH, new, publish=False)
    assert first in {one.id for one in desk.queue(AN)}


def test_a_reason_is_kept_without_what_no_page_and_no_database_holds(desk):
    desk.submit(
        AN, edit(desk, reason="biên\0 bản\ud800\v 14/6\nquý 2", area_let_ha=1), publish=True
    )
    assert desk.history(AN)[0].reason == "biên bản 14/6\nquý 2"
    with pytest.raises(UsageError):
        desk.submit(AN, edit(desk, reason="\0\ud800", area_let_ha=2), publish=True)


@pytest.mark.parametrize(
    "large",
    [
        {"name": "CCN " + "x" * 10_000},
        {"aliases": ["a"] * 10_000},
        {"geometry": {"type": "Polygon", "coordinates": [[[105.8, 21.6]] * 400_000]}},
        {"members": "nest"},
    ],
    ids=["text", "texts", "corners", "depth"],
)
def test_a_record_that_would_stall_everybody_is_refused_before_it_is_looked_at(desk, large):
    if large.get("members") == "nest":
        nest: list = []
        for _ in range(100_000):
            nest = [nest]
        large = {"members": nest}
    submission = edit(desk, **large)
    assert [one.code for one in desk.assess(AN, submission).issues] == ["zone.record_large"]
    with pytest.raises(RefusedError):
        desk.submit(AN, submission, publish=True)
    del submission
    while large.get("members"):  # one by one: C would free them by recursion
        large["members"] = large["members"][0]
