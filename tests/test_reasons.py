"""Reasons for findings: kept, dated, signed, by those who may, as long as the figures stay."""

import datetime as dt
import json
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from geo import audit_wording, reports
from geo.auth import ANONYMOUS, Actor, AuthError, Role
from geo.changes import Action
from geo.checks import Status
from geo.cli.main import main
from geo.desk import LONGEST_REASON, Desk, Edit, Submission, answers
from geo.desk.territory import provinces_of_document
from geo.errors import UsageError
from geo.i18n import LANGUAGES, error_text, t
from geo.reasons import Standing, digest
from geo.reports.content import compose
from geo.services import Planner
from geo.settings import Settings
from geo.store import Register, StoreError, open_reasons, open_store
from geo.store import reasons as store
from geo.store.database import writing
from geo.store.schema import users
from geo.store.seeding import first_load
from geo.zones import UnitRef

GAP = "tn-kcn-song-cong-i:ledger:area_detailed_ha"
ZONE = "tn-kcn-song-cong-i"
UNMET = "tn-r120"
DOCUMENT = "tn-qd-341-2010"
AN = Actor("an", "Nguyễn An", Role.APPROVER)
BINH = Actor("binh", "Trần Bình", Role.EDITOR, frozenset({"19"}))
CHI = Actor("chi", "Lê Chi", Role.EDITOR, frozenset({"66"}))
DUNG = Actor("dung", "Phạm Dũng", Role.APPROVER, frozenset({"66"}))
VIEWER = Actor("vi", "Vi", Role.VIEWER)
TEXT = "Giai đoạn 2 chưa lập quy hoạch chi tiết."


@pytest.fixture
def desk(tmp_path):
    opened = open_store(Settings(var_dir=tmp_path))
    hire(opened.register.engine)
    return Desk(Planner(Settings(var_dir=tmp_path), opened.repository), opened.register)


def hire(engine):
    now = dt.datetime.now(dt.UTC)
    with writing(engine) as connection:
        for one in (AN, BINH, CHI, DUNG):
            row = {"login": one.login, "name": one.name, "role": one.role, "created_at": now}
            connection.execute(sa.insert(users).values(**row, disabled=False))


def found(desk, name=GAP, actor=AN):
    """A finding as somebody sees it now."""
    audit = answers.answered(desk, actor, desk.planner.audit())
    return next(one for one in (*audit.findings, *audit.derived) if one.id == name)


def answer(desk, actor=BINH, name=GAP, text=TEXT):
    return answers.answer(desk, actor, found(desk, name), text)


def refused(action, *arguments):
    with pytest.raises((UsageError, AuthError, StoreError)) as refusal:
        action(*arguments)
    for lang in LANGUAGES:
        assert "{" not in error_text(refusal.value, lang)
        assert error_text(refusal.value, lang) != f"error.{refusal.value.code}"
    return refusal.value.code


def set_area(desk, value):
    begun = desk.begin(ZONE)
    edit = Edit(ZONE, begun.base_version, {**begun.raw, "area_detailed_ha": value})
    desk.submit(AN, Submission(Action.EDIT, "theo quyết định", (edit,)), publish=True)


# -- what a reason holds for


def test_equal_numbers_are_the_same_however_they_are_written():
    same = ([1, Decimal("50.0"), "x"], (Decimal(1), 50, "x"), (1.0, Decimal("5E+1"), "x"))
    assert len({digest(one) for one in same}) == 1
    others = ([1, "50", "x"], [1, 50], [1, 50, "x", None], [True, 50, "x"], [1, 51, "x"])
    assert len({digest(one) for one in (same[0], *others)}) == 6
    assert digest({"a": 1, "b": dt.date(2020, 1, 2)}) == digest({"b": dt.date(2020, 1, 2), "a": 1})
    assert digest("\ud800")
    with pytest.raises(TypeError):
        digest({1, 2})


def test_every_finding_has_a_basis_that_no_day_of_the_law_changes(planner):
    at = {
        day: {one.id: one.basis for one in (*audit.findings, *audit.derived)}
        for day in (None, dt.date(2024, 5, 2), dt.date(2024, 5, 3))
        for audit in [planner.audit(day=day)]
    }
    assert at[dt.date(2024, 5, 2)] == at[dt.date(2024, 5, 3)]
    shared = at[None].keys() & at[dt.date(2024, 5, 2)].keys()
    assert len(shared) > 300
    assert all(at[None][name] == at[dt.date(2024, 5, 2)][name] for name in shared)


def test_a_basis_tells_figures_and_status_apart_but_not_names_of_rows(planner):
    audit = planner.audit()
    one = next(one for one in audit.findings if one.id == UNMET)
    step = one.arithmetic.steps[0]
    first, second = step.term.terms
    terms = (replace(first, value=first.value + 1), second)
    other = replace(one.arithmetic, steps=(replace(step, term=replace(step.term, terms=terms)),))
    assert replace(one, arithmetic=other).basis != one.basis
    assert replace(one, status=Status.TO_REVIEW).basis != one.basis
    assert replace(one, because=None, quotes=(), records=("x",), note_vi="x").basis == one.basis
    stated = next(one for one in audit.findings if one.verdict and one.verdict.actual is not None)
    more = replace(stated.verdict, actual=stated.verdict.actual + 1)
    assert replace(stated, verdict=more).basis != stated.basis
    law = next(one for one in audit.findings if one.issue and "limit" in one.issue.params)
    for name, same in (("zone", True), ("day", True), ("limit", False), ("area", False)):
        issue = replace(law.issue, params={**law.issue.params, name: 7})
        assert (replace(law, issue=issue).basis == law.basis) is same, name


# -- the store, in either kind of database


@pytest.fixture
def filled(engine, settings):
    first_load(Register(settings, engine))
    hire(engine)
    return engine


def keep(engine, actor=AN, text=TEXT, basis="a" * 64, finding=GAP):
    return store.record(engine, actor, finding=finding, document=DOCUMENT, basis=basis, text=text)


def test_a_reason_is_signed_and_dated(filled):
    before = dt.datetime.now(dt.UTC)
    keep(filled, BINH, "dòng 1\ndòng 2 “Đ”")
    (one,) = store.recorded(filled)
    assert (one.finding, one.document, one.text) == (GAP, DOCUMENT, "dòng 1\ndòng 2 “Đ”")
    assert (one.actor, one.signer, one.role) == ("binh", "Trần Bình", Role.EDITOR)
    assert before <= one.at <= dt.datetime.now(dt.UTC)
    assert one.withdrawn_at is None


def test_the_same_reason_is_kept_once_and_others_all_newest_first(filled):
    first = keep(filled)
    assert keep(filled) == first
    numbers = [
        keep(filled, BINH),
        keep(filled, text="khác"),
        keep(filled, basis="c" * 64),
        keep(filled, finding="x"),
    ]
    assert [one.id for one in store.recorded(filled)] == [*reversed(numbers), first]
    assert store.recorded(filled, ["other"]) == []
    assert store.recorded(filled, []) == []
    assert len(store.recorded(filled, ["other", DOCUMENT])) == 5


def test_two_people_at_once_are_both_kept_and_a_double_click_once(filled):
    gate = threading.Barrier(6)

    def send(actor):
        gate.wait()
        keep(filled, actor)

    threads = [threading.Thread(target=send, args=(one,)) for one in (AN, BINH) * 3]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.actor for one in store.recorded(filled)) == ["an", "binh"]


def test_what_was_withdrawn_stays_and_may_be_said_again(filled):
    first = keep(filled)
    taken = store.reason(filled, first)
    store.withdraw(filled, BINH, taken)
    store.withdraw(filled, AN, taken)
    (one,) = store.recorded(filled)
    assert (one.id, one.text, one.withdrawn_by) == (first, TEXT, "Trần Bình")
    assert one.withdrawn_at >= one.at
    again = keep(filled)
    assert [one.id for one in store.recorded(filled)] == [again, first]
    assert refused(store.reason, filled, 99) == "reason.unknown"


def test_somebody_whose_account_is_elsewhere_is_named_by_login(filled):
    keep(filled, Actor("xa", "Xa", Role.EDITOR))
    assert store.recorded(filled)[0].signer == "xa"


def test_reasons_are_read_where_only_data_has_written(filled, store_url, tmp_path):
    keep(filled)
    settings = Settings(var_dir=tmp_path / "var", database_url=store_url)
    assert [one.text for one in open_reasons(settings)] == [TEXT]
    assert open_reasons(Settings(var_dir=tmp_path / "none")) == []
    assert not (tmp_path / "none").exists()


# -- who may, and what is refused


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (ANONYMOUS, "auth.sign_in"),
        (VIEWER, "auth.needs_editor"),
        (CHI, "auth.province"),
    ],
    ids=["stranger", "viewer", "other province"],
)
def test_without_the_right_nothing_is_kept(desk, actor, code):
    one = found(desk)
    assert not answers.may_answer(desk, actor, one).allowed
    assert refused(answers.answer, desk, actor, one, TEXT) == code
    assert store.recorded(desk.register.engine) == []


def test_an_editor_of_the_province_answers_without_approval(desk):
    before = desk.planner.audit()
    assert answers.may_answer(desk, BINH, found(desk)).allowed
    answer(desk)
    one = found(desk)
    assert (one.status, one.answered, one.open) == (Status.TO_REVIEW, True, False)
    audit = answers.answered(desk, AN, desk.planner.audit())
    assert audit.counts() == before.counts()
    assert audit.open_counts()[Status.TO_REVIEW] == before.counts()[Status.TO_REVIEW] - 1
    assert [one.id for one in audit.answered] == [GAP]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "register.reason_missing"),
        (" \n\u200b", "register.reason_missing"),
        ("x" * (LONGEST_REASON + 1), "register.reason_long"),
    ],
)
def test_a_reason_without_words_or_without_end_is_refused(desk, text, code):
    assert refused(answers.answer, desk, BINH, found(desk), text) == code
    assert store.recorded(desk.register.engine) == []


def test_what_is_met_needs_no_reason(desk):
    met = next(one for one in desk.planner.audit().findings if one.status is Status.MET)
    assert refused(answers.answer, desk, AN, met, TEXT) == "reason.met"


def test_a_database_that_cannot_be_written_says_so(desk, tmp_path):
    answer(desk)
    one = found(desk)
    engine = desk.register.engine
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA query_only=ON")
    assert refused(answers.answer, desk, AN, one, TEXT) == "store.read_only"
    nowhere = Desk(Planner(Settings(var_dir=tmp_path)), None)
    assert refused(answers.answered, nowhere, AN, desk.planner.audit()) == "store.none"


def test_only_who_gave_it_or_may_publish_takes_a_reason_back(desk):
    number = answer(desk)
    other = Actor("em", "Em", Role.EDITOR, frozenset({"19"}))
    for actor, code in (
        (ANONYMOUS, "auth.sign_in"),
        (other, "auth.needs_approver"),
        (DUNG, "auth.province"),
    ):
        assert refused(answers.withdraw, desk, actor, number) == code
    assert found(desk).answered
    answers.withdraw(desk, BINH, number)
    assert not found(desk).answered
    assert [one.standing("") for one in found(desk).reasons] == [Standing.WITHDRAWN]
    again = answer(desk)
    answers.withdraw(desk, AN, again)
    assert found(desk).open
    assert refused(answers.withdraw, desk, AN, 99) == "reason.unknown"


def test_a_document_of_a_province_of_2025_is_about_all_that_it_was_made_of(planner):
    document = planner.state.documents[DOCUMENT]
    register = planner.bounds.register
    assert provinces_of_document(document, register) == {"19"}
    merged = replace(document, province=UnitRef("19", "2025", "Thái Nguyên"))
    assert provinces_of_document(merged, register) == {"06", "19"}


def test_of_a_document_that_is_gone_only_people_for_all_provinces_take_reasons_back(desk):
    answer(desk)
    (one,) = store.recorded(desk.register.engine)
    gone = replace(one, document="gone")
    assert not answers.may_withdraw(desk, BINH, gone).allowed
    assert answers.may_withdraw(desk, AN, gone).allowed


# -- when the figures change


def test_other_figures_open_the_finding_again_and_the_old_ones_close_it(desk):
    old = found(desk)
    answer(desk)
    was = desk.begin(ZONE).raw["area_detailed_ha"]
    set_area(desk, 150)
    one = found(desk)
    assert (one.status, one.open) == (Status.TO_REVIEW, True)
    assert [reason.standing(one.basis) for reason in one.reasons] == [Standing.EARLIER]
    assert audit_wording.reason_lines(one, "vi")[0].startswith("Cho số liệu trước đây: “Giai đoạn")
    answers.answer(desk, AN, old, "gửi từ trang mở trước khi sửa")
    assert found(desk).open
    set_area(desk, was)
    assert [reason.text for reason in found(desk).answers] == [
        "gửi từ trang mở trước khi sửa",
        TEXT,
    ]


def test_a_gap_that_is_answered_says_so_in_its_sentence(desk):
    name = desk.planner.namer("vi")
    before = audit_wording.sentence(found(desk), {}, "vi", name)
    answer(desk)
    after = audit_wording.sentence(found(desk), {}, "vi", name)
    assert before.endswith("= 90,49 ha; chưa ghi lý do của phần chênh lệch.")
    assert after.endswith("= 90,49 ha; phần chênh lệch đã có giải trình.")
    set_area(desk, 230)
    larger = found(desk)
    answers.answer(desk, AN, larger, "nhập nhầm")
    assert "lớn hơn" in audit_wording.sentence(found(desk), {}, "vi", name)


# -- what others read


def test_strangers_read_the_role_only_and_nothing_that_was_withdrawn(desk):
    answer(desk, text="sẽ rút")
    answers.withdraw(desk, BINH, store.recorded(desk.register.engine)[0].id)
    answer(desk)
    seen = found(desk, actor=ANONYMOUS).reasons
    assert [(one.text, one.signer, one.actor, one.role) for one in seen] == [
        (TEXT, "", "", Role.EDITOR)
    ]
    closed = Desk(
        Planner(Settings(var_dir=desk.planner.settings.var_dir, sign_in_required=True)),
        desk.register,
    )
    with pytest.raises(AuthError):
        answers.answered(closed, ANONYMOUS, desk.planner.audit())


def audits(desk):
    """The audit as staff and as strangers have it."""
    planner = desk.planner.now()
    return planner, {
        actor: answers.answered(desk, actor, planner.audit(documents=[DOCUMENT]))
        for actor in (AN, ANONYMOUS)
    }


def test_reports_show_reasons_and_name_staff_to_staff_only(desk):
    answer(desk, text="=1+1 <b>đánh máy</b>\nnhầm")
    planner, both = audits(desk)
    for form in reports.FORMS:
        for lang in LANGUAGES:
            assert reports.render(planner, both[ANONYMOUS], form, lang)
    for actor, shown in ((AN, "Trần Bình, editor"), (ANONYMOUS, "editor")):
        made = compose(planner, both[actor], "en", dt.date(2026, 3, 9))
        (table,) = [one for one in made.tables if one.key == "findings"]
        titles = [column.title for column in table.columns]
        at = titles.index(t("en", "report.column.reasons"))
        (row,) = [row for row in table.rows if row[-1] == GAP]
        assert row[at].startswith(f"“=1+1 <b>đánh máy</b> nhầm” ({shown}, ")
        assert table.columns[at].paper
        facts = dict(made.facts)
        assert facts[t("en", "report.fact.answered")] == "1"
        text = reports.render(planner, both[actor], "html", "en").decode()
        assert ("Trần Bình" in text) is (actor is AN)
        assert "<b>đánh máy" not in text


def test_without_reasons_a_page_has_no_column_for_them(planner):
    made = compose(planner.now(), planner.audit(), "vi", dt.date(2026, 3, 9))
    (table,) = [one for one in made.tables if one.key == "findings"]
    titles = [column.title for column in table.columns]
    assert table.columns[titles.index(t("vi", "report.column.reasons"))].paper == 0


def test_json_has_the_reasons_with_what_they_are_worth(desk):
    answer(desk, name=UNMET, text="đánh máy\nnhầm")
    planner, both = audits(desk)
    made = {
        actor: json.loads(json.dumps(audit_wording.audit_json(one, "en", planner.namer("en"))))
        for actor, one in both.items()
    }
    for actor, by in ((AN, "Trần Bình"), (ANONYMOUS, None)):
        rows = {one["id"]: one for one in made[actor]["findings"]}
        (reason,) = rows[UNMET]["reasons"]
        assert dt.datetime.fromisoformat(reason.pop("at")).tzinfo is not None
        assert reason == {
            "text": "đánh máy\nnhầm", "by": by, "role": "editor", "standing": "holds"
        }  # fmt: skip
        assert (rows[UNMET]["status"], rows[UNMET]["open"]) == ("not_met", False)
        assert rows["tn-r137"]["reasons"] == []
        counts, left = made[actor]["counts"], made[actor]["open"]
        assert (counts["not_met"] - left["not_met"], made[actor]["answered"]) == (1, 1)
    assert "Trần Bình" not in json.dumps(made[ANONYMOUS], ensure_ascii=False)


# -- the command


def test_the_command_names_who_answered_and_fails_only_for_what_is_open(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    opened = open_store(Settings(var_dir=tmp_path))
    hire(opened.register.engine)
    desk = Desk(Planner(Settings(var_dir=tmp_path), opened.repository), opened.register)
    command = ["audit", "--document", "bk-qd-2011", "--lang", "vi"]
    document = next(one for one in desk.planner.documents() if one.id.startswith("bk-"))
    command[2] = document.id
    unmet = [
        one
        for one in desk.planner.audit(documents=[document.id]).findings
        if one.status is Status.NOT_MET
    ]
    assert main(command) == 1
    assert "Giải trình" not in capsys.readouterr().out
    for at, one in enumerate(unmet):
        answers.answer(desk, AN, one, f"lý do {at}")
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "Giải trình: “lý do 0” (Nguyễn An, người duyệt, " in said
    assert f"Đã giải trình, không tính trong các số dưới đây: {len(unmet)}" in said
    assert "Không đạt: 0" in said
    assert main([*command, "--out", str(tmp_path / "r.json")]) == 0
    made = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert made["open"]["not_met"] == 0
    assert made["counts"]["not_met"] == len(unmet)
    answers.withdraw(desk, AN, store.recorded(opened.register.engine)[0].id)
    capsys.readouterr()
    assert main(command) == 1
