"""Review and history: what is waiting, what was, who may see and decide, and nothing lost."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from geo import journal
from geo.auth import ANONYMOUS, Actor, Role
from geo.changes import Action, FieldChange
from geo.desk import ConflictError, Desk, Edit, Submission, settle
from geo.i18n import LANGUAGES, t
from geo.journal import Fate
from geo.people.service import COMMAND_LINE
from geo.services import Planner
from geo.store import HistoryFilter, Register, seeding
from geo.store.lineage import Link, links
from geo.store.schema import revisions
from pages.ui import changes, identity, resources
from pages.ui.resending import taken_up
from tests.conftest import ROOT

ZONE = "tn-ccn-son-cam-1"
OTHER = "tn-ccn-trung-hoi"
THIRD = "tn-ccn-kim-son"
HOSTILE = "<img src=x onerror=alert(1)> ![x](http://evil.example/x.png) :red[z] $a$ | b"
LIVE = re.compile(r"(?<!\\)<img|(?<!\\)!\[x|(?<!\\)\]\(http|(?<!\\):red")
"""Anything of it that a page would take for markup."""

PASSWORD = "một mật khẩu dài để thử"
PEOPLE = {
    "an": ("Nguyễn An", Role.APPROVER),
    "binh": ("Trần Bình", Role.EDITOR),
    "chi": ("Lê Chi", Role.APPROVER),
}


def made_people():
    """Real accounts; gives the session cookie of each."""
    people = resources.get_people()
    cookies = {}
    for login, (name, role) in PEOPLE.items():
        link = people.add_user(COMMAND_LINE, login, name, role, None, "http://localhost")
        token = parse_qs(urlsplit(link).query)["token"][0]
        cookies[login] = people.use_link(token, PASSWORD, "127.0.0.1").cookie
    return cookies


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A register of its own with three people; gives the desk, the people and their cookies."""
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    resources.forget()
    yield Office(made_people(), monkeypatch)
    resources.forget()


class Office:
    def __init__(self, cookies, monkeypatch):
        self.desk = resources.get_desk()
        self._cookies, self._monkeypatch = cookies, monkeypatch
        people = resources.get_people()
        self.an, self.binh, self.chi = (people.visit(cookies[one]).actor for one in PEOPLE)

    def open(self, page, login="", lang="vi", **query):
        """A page as somebody sees it. The test runner sends no cookies, so the session of a real
        one is put in the place of the browser's."""
        visit = resources.get_people().visit(self._cookies.get(login, ""))
        self._monkeypatch.setattr(identity, "visit", lambda: visit)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.query_params["lang"] = lang
        app.run()
        for name, value in query.items():
            app.query_params[name] = value
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        return app

    def edit(self, zone_id=ZONE, reason="theo biên bản", **fields):
        begun = self.desk.begin(zone_id)
        edited = Edit(zone_id, begun.base_version, {**begun.raw, **fields})
        return Submission(Action.EDIT, reason, (edited,))

    def propose(self, actor=None, zone_id=ZONE, reason="theo biên bản", **fields):
        made = self.edit(zone_id, reason, **fields)
        return self.desk.submit(actor or self.binh, made, publish=False).proposal

    def publish(self, actor=None, zone_id=ZONE, reason="theo biên bản", **fields):
        made = self.edit(zone_id, reason, **fields)
        return self.desk.submit(actor or self.an, made, publish=True).revision

    def value(self, field, zone_id=ZONE):
        return self.desk.begin(zone_id).raw.get(field)

    def split(self):
        return self.desk.submit(self.an, split_of(self.desk), publish=True).revision


def split_of(desk):
    """OTHER keeps its id with 20 ha; a new zone of the rest comes out of it."""
    begun = desk.begin(OTHER)
    child = {**begun.raw, "id": f"{OTHER}-2", "name": "CCN Trung Hội 2", "area_planned_ha": 10}
    child = {name: value for name, value in child.items() if name not in ("version",)}
    edits = (
        Edit(OTHER, begun.base_version, {**begun.raw, "area_planned_ha": 20}),
        Edit(f"{OTHER}-2", None, child, (OTHER,)),
    )
    return Submission(Action.SPLIT, "tách theo quyết định", edits)


def texts(app):
    """Everything that is shown as text, without the escapes of Markdown."""
    kinds = ("title", "subheader", "markdown", "caption", "info", "success", "error", "warning")
    found = [element.value for kind in kinds for element in getattr(app, kind)]
    found += [element.label for kind in ("button", "radio") for element in getattr(app, kind)]
    return "\n".join(str(one).replace("\\", "") for one in found)


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def labels(app):
    return {button.key for button in app.button}


# -- values in words


@pytest.mark.parametrize(
    ("field", "value", "vi", "en"),
    [
        ("area_let_ha", 1234.5, "1.234,5 ha", "1,234.5 ha"),
        ("area_let_ha", None, "chưa rõ", "unknown"),
        ("area_let_ha", 0, "0 ha", "0 ha"),
        ("area_let_ha", "12 ha?", "12 ha?", "12 ha?"),
        ("location_radius_km", 3.5, "3,5 km", "3.5 km"),
        ("let_as_of", "2026-06-14", "14/06/2026", "14 Jun 2026"),
        ("let_as_of", "hôm qua", "hôm qua", "hôm qua"),
        ("stage", "operating", "Đang hoạt động", "Operating"),
        ("location_precision", "surveyed", "theo đo đạc", "surveyed"),
        ("aliases", [], "chưa ghi", "none recorded"),
        ("aliases", ["A", "B"], "A; B", "A; B"),
        ("retired", True, "đã đưa ra khỏi sổ", "retired"),
        (
            "geometry",
            {"type": "Point", "coordinates": [105.87, 21.4]},
            "điểm 105,87; 21,4",
            "point 105.87; 21.4",
        ),
        ("geometry", {"type": "Polygon", "coordinates": 7}, "hình không đọc được",
         "shape that cannot be read"),
        (
            "province",
            {"code": "19", "vintage": "2010", "name": "Thái Nguyên"},
            "Thái Nguyên (mã 19, danh mục 2010)",
            "Thái Nguyên (code 19, list of 2010)",
        ),
        (
            "occupancy_targets",
            [{"figure": "x", "comparator": ">", "low": 80, "year": "2020"}],
            "> 80 % (2020)",
            "> 80 % (2020)",
        ),
    ],
)  # fmt: skip
def test_a_value_is_shown_in_words(field, value, vi, en):
    assert changes.value_text(field, value, "vi") == vi
    assert changes.value_text(field, value, "en") == en


def test_a_polygon_is_shown_with_its_corners_and_its_geodesic_area():
    square = [[105.8, 0], [105.801, 0], [105.801, 0.001], [105.8, 0.001], [105.8, 0]]
    shape = {"type": "Polygon", "coordinates": [square]}
    assert changes.value_text("geometry", shape, "vi") == "đa giác 4 đỉnh, 1,23 ha"


def test_of_a_list_only_what_was_added_and_removed_is_shown():
    change = FieldChange("aliases", ["A", "B", "C"], ["B", "C", "D"])
    assert changes.sides(change, "vi") == (["bỏ: A", "2 mục giữ nguyên"], ["thêm: D"])
    both = FieldChange("aliases", [], ["A", "B"])
    assert changes.sides(both, "vi") == (["chưa ghi"], ["thêm: A; B"])
    assert changes.sides(FieldChange("aliases", ["A", "B"], ["B", "A"]), "en") == (
        ["A; B"],
        ["reordered: B; A"],
    )
    assert changes.sides(FieldChange("aliases", None, ["A"]), "en") == (
        ["none recorded"],
        ["added: A"],
    )


# -- review


def test_somebody_who_has_not_signed_in_is_told_so_and_sees_no_proposal(office):
    office.propose(reason="bí mật", area_let_ha=1)
    app = office.open("review")
    assert t("vi", "error.auth.sign_in") in texts(app)
    assert "bí mật" not in texts(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_queue_says_so(office, lang):
    app = office.open("review", "an", lang)
    assert t(lang, "review.queue_empty") in texts(app)
    app.button_group(key="box").set_value("own").run()
    assert t(lang, "review.own_empty") in texts(app)


def test_a_proposal_is_seen_by_field_and_published(office):
    proposal = office.propose(area_let_ha=12.5, let_as_of="2026-06-30")
    app = office.open("review", "an")
    assert "CCN Sơn Cẩm 1" in texts(app)
    assert "Trần Bình" in texts(app)
    press(app, f"open-{proposal}")
    shown = texts(app)
    assert "| **Đất đã cho thuê** | chưa rõ | 12,5 ha |" in shown
    assert "| **Ngày chốt số liệu cho thuê** | chưa rõ | 30/06/2026 |" in shown
    press(app, "publish")
    assert "lần thay đổi 2" in texts(app)
    assert office.value("area_let_ha") == 12.5
    assert t("vi", "review.queue_empty") in texts(app)


def test_a_link_opens_a_proposal_and_nonsense_opens_the_list(office):
    proposal = office.propose(area_let_ha=12.5)
    assert "12,5 ha" in texts(office.open("review", "an", proposal=str(proposal)))
    assert "Trần Bình" in texts(office.open("review", "an", proposal="1; DROP TABLE"))
    missed = texts(office.open("review", "an", proposal="99"))
    assert t("vi", "error.register.proposal_unknown", proposal="99") in missed
    assert "Trần Bình" in missed


def test_an_effect_on_the_plan_is_shown_before_publishing(office):
    proposal = office.propose(area_planned_ha=51)
    shown = texts(office.open("review", "an", proposal=str(proposal)))
    assert t("vi", "change.effects") in shown
    assert "1.161,83 ha" in shown


def test_an_editor_sees_why_there_are_no_buttons_and_can_withdraw(office):
    proposal = office.propose(area_let_ha=12.5)
    app = office.open("review", "binh", proposal=str(proposal))
    assert t("vi", "review.waits") in texts(app)
    assert "publish" not in labels(app)
    press(app, "withdraw")
    assert office.desk.register.proposal(proposal).status == "withdrawn"


def test_a_rejection_needs_a_reason_and_its_author_reads_it(office):
    proposal = office.propose(area_let_ha=12.5)
    app = office.open("review", "an", proposal=str(proposal))
    send = next(one for one in app.button if one.key and "reject" in one.key)
    send.click().run()
    assert t("vi", "error.register.reason_missing") in texts(app)
    app.text_area(key="reject-text").set_value("thiếu biên bản *số 3*")
    next(one for one in app.button if one.key and "reject" in one.key).click().run()
    assert office.desk.register.proposal(proposal).status == "rejected"
    author = office.open("review", "binh")
    assert t("vi", "review.news", count=1) in texts(author)
    author.button_group(key="box").set_value("own").run()
    assert "thiếu biên bản *số 3*" in texts(author)
    assert "Nguyễn An đã từ chối" in texts(author)
    assert office.desk.news(office.binh) == []


def test_what_was_refused_can_be_taken_up_again_by_its_author(office):
    proposal = office.propose(area_let_ha=12.5)
    office.desk.reject(office.an, proposal, "thiếu biên bản")
    assert "again" not in labels(office.open("review", "an", proposal=str(proposal)))
    app = press(office.open("review", "binh", proposal=str(proposal)), "again")
    assert app.title[0].value == t("vi", "page.edit.title")
    assert "| **Đất đã cho thuê** | chưa rõ | 12,5 ha |" in texts(app)
    _, draft = office.desk.draft(office.binh, ZONE)
    assert (draft["raw"]["area_let_ha"], draft["reason"]) == (12.5, "theo biên bản")
    once_more = office.open("review", "binh", proposal=str(proposal))
    assert "again" not in labels(once_more)  # the draft is not written over
    assert t("vi", "review.again_draft") in texts(once_more)


def test_a_draft_taken_from_a_proposal_begins_where_the_proposal_began(office):
    def taken(submission):
        number = office.desk.submit(office.binh, submission, publish=False).proposal
        return taken_up(office.desk, office.desk.proposal(office.binh, number))

    begun = office.desk.begin(ZONE)
    edited = taken(office.edit(area_let_ha=3))
    assert (edited.key, edited.task) == (ZONE, "edit")
    assert (edited.content["version"], edited.content["base"]) == (1, begun.raw)
    assert edited.content["raw"]["area_let_ha"] == 3
    gone = taken(Submission(Action.RETIRE, "thu hồi", (Edit(THIRD, 1, None),)))
    assert (gone.key, gone.task, gone.content["reason"]) == (f"retire:{THIRD}", "retire", "thu hồi")
    raw = {**begun.raw, "id": "tn-ccn-moi", "name": "CCN Mới"}
    made = taken(Submission(Action.CREATE, "mới", (Edit("tn-ccn-moi", None, raw),)))
    assert (made.key, made.task, made.zone) == ("new", "new", "")
    assert (made.content["province"], made.content["id"]) == ("19", "tn-ccn-moi")
    assert taken(split_of(office.desk)) is None


def test_a_zone_has_links_to_what_else_there_is_of_it(office):
    def links(login):
        app = office.open("history", login, zone=ZONE)
        return [one.proto.label for one in app.main.get("page_link")]

    there = [t("vi", "page.links.map")]
    assert links("") == there
    assert links("binh") == [*there, t("vi", "page.links.edit")]


def test_a_retired_zone_keeps_its_name(office):
    retired = Submission(Action.RETIRE, "thu hồi", (Edit(THIRD, 1, None),))
    office.desk.submit(office.an, retired, publish=True)
    assert changes.title_of(THIRD, "vi") == "CCN Kim Sơn"
    assert changes.title_of("khong-co", "vi") == "khong-co"


def test_the_second_of_two_approvers_is_told_who_decided(office):
    proposal = office.propose(area_let_ha=12.5)
    first = office.open("review", "an", proposal=str(proposal))
    office.desk.publish(office.chi, proposal)
    press(first, "publish")
    assert t("vi", "review.meanwhile") in texts(first)
    assert "Lê Chi đã công bố" in texts(first)
    assert office.desk.register.revision == 2


def test_a_conflict_shows_both_values_and_waits_for_a_decision_on_each_field(office):
    proposal = office.propose(area_let_ha=12.5, note_vi="của Bình")
    office.publish(office.chi, area_let_ha=20, area_industrial_ha=40)
    app = office.open("review", "an", proposal=str(proposal))
    shown = texts(app)
    assert t("vi", "review.conflict") in shown
    assert "Lê Chi" in shown
    assert app.button(key="publish").disabled
    choice = app.radio(key=f"decide-{ZONE}-2-area_let_ha")
    assert [one.replace("\\", "") for one in choice.options] == [
        "Đang có trong sổ: 20 ha",
        "Đề xuất: 12,5 ha",
    ]
    choice.set_value("mine").run()
    assert not app.button(key="publish").disabled
    press(app, "publish")
    assert office.value("area_let_ha") == 12.5
    assert office.value("area_industrial_ha") == 40
    assert office.value("note_vi") == "của Bình"


def test_a_zone_changed_once_more_is_asked_anew(office):
    proposal = office.propose(area_let_ha=12.5)
    office.publish(office.chi, area_let_ha=20)
    app = office.open("review", "an", proposal=str(proposal))
    app.radio(key=f"decide-{ZONE}-2-area_let_ha").set_value("mine").run()
    office.publish(office.chi, area_let_ha=21)
    press(app, "publish")
    assert office.value("area_let_ha") == 21
    assert app.button(key="publish").disabled
    assert app.radio(key=f"decide-{ZONE}-3-area_let_ha").value is None


def test_settling_keeps_the_registers_value_where_the_edit_does_not_stand(office):
    proposal = office.desk.register.proposal(office.propose(area_let_ha=12.5, note_vi="của Bình"))
    office.publish(office.chi, area_let_ha=20)
    submission, (clash,) = office.desk.rebased(proposal)
    assert submission.edits == ()
    edit = office.desk.submission_of(proposal).edits[0]
    theirs = settle(clash, edit, ())
    assert (theirs.base_version, theirs.raw["area_let_ha"], theirs.raw["note_vi"]) == (
        2,
        20,
        "của Bình",
    )
    with pytest.raises(ConflictError):
        office.desk.publish(office.an, proposal.id)


@pytest.mark.parametrize(("stands", "left"), [(("retired",), True), ((), False)])
def test_an_edit_of_a_zone_that_was_retired_meanwhile_brings_it_back_or_is_dropped(
    office, stands, left
):
    proposal = office.desk.register.proposal(office.propose(area_let_ha=12.5))
    gone = Submission(Action.RETIRE, "giải thể", (Edit(ZONE, 1, None),))
    office.desk.submit(office.an, gone, publish=True)
    _, (clash,) = office.desk.rebased(proposal)
    edit = office.desk.submission_of(proposal).edits[0]
    settled = settle(clash, edit, stands)
    assert (settled is not None) == left
    if settled is not None:
        made = Submission(Action.EDIT, "giữ lại", (settled,))
        office.desk.publish(office.an, proposal.id, made)
        assert office.value("area_let_ha") == 12.5


def test_a_bulk_proposal_has_totals_and_one_table(office):
    edits = [office.edit(one, area_let_ha=5).edits[0] for one in (ZONE, OTHER, THIRD)]
    made = Submission(Action.BULK, "số liệu quý II", tuple(edits))
    proposal = office.desk.submit(office.binh, made, publish=False).proposal
    app = office.open("review", "an", proposal=str(proposal))
    assert [(one.label, one.value, one.delta) for one in app.metric] == [
        ("Khu, cụm thay đổi", "3", ""),
        ("Đất đã cho thuê", "15 ha", "+15 ha"),
    ]
    table = app.dataframe[0].value
    assert list(table["Sau"]) == ["5 ha"] * 3


def test_filters_are_in_the_link(office):
    office.propose(area_let_ha=1)
    office.propose(office.an, OTHER, area_let_ha=1)
    app = office.open("review", "an", staff="binh")
    assert "CCN Sơn Cẩm 1" in texts(app)
    assert "Trung Hội" not in texts(app)
    app = office.open("review", "an", action="retire")
    assert t("vi", "review.queue_filtered") in texts(app)
    app = office.open("review", "an", province="66")
    assert t("vi", "review.queue_filtered") in texts(app)


def test_people_talk_about_a_proposal(office):
    proposal = office.propose(area_let_ha=1)
    app = office.open("review", "an", proposal=str(proposal))
    app.text_area(key="comment-text").set_value(HOSTILE)
    next(one for one in app.button if one.label == t("vi", "review.say")).click().run()
    raw = [element.value for element in app.markdown]
    assert any("evil" in one for one in raw)
    assert not [one for one in raw if LIVE.search(one)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_script_in_any_text_is_shown_as_letters(office, lang):
    fields = {"name": HOSTILE, "note_vi": HOSTILE, "aliases": [HOSTILE], "location_source": HOSTILE}
    proposal = office.propose(reason=HOSTILE, **fields)
    review = office.open("review", "an", lang, proposal=str(proposal))
    office.desk.publish(office.an, proposal)
    history = office.open("history", "an", lang)
    history.session_state["entry-2"] = True
    history.run()
    for app in (review, history):
        raw = [str(one.value) for kind in ("markdown", "caption", "subheader", "info")
               for one in getattr(app, kind)]  # fmt: skip
        assert any("evil" in one for one in raw)
        assert not [one for one in raw if LIVE.search(one)]


# -- history


def test_a_page_of_history_names_people_to_those_who_have_signed_in_only(office):
    proposal = office.propose(area_let_ha=12.5)
    office.desk.publish(office.an, proposal)
    shown = texts(office.open("history", "binh"))
    assert "Trần Bình đề xuất, Nguyễn An công bố" in shown
    anonymous = office.open("history", staff="an")
    shown = texts(anonymous)
    assert "biên tập viên đề xuất, người duyệt công bố" in shown
    for name in ("Trần Bình", "Nguyễn An", "binh"):
        assert name not in shown
    assert "Lần 1" in shown  # a filter by person tells nothing to strangers
    assert "staff" not in {one.key for one in anonymous.selectbox}


def test_history_can_be_read_by_zone_field_and_person(office):
    office.publish(area_let_ha=1)
    office.publish(office.chi, OTHER, area_let_ha=2)
    office.publish(note_vi="x")

    def found(**query):
        app = office.open("history", "an", **query)
        lines = [one.value for one in app.caption if "Lần" in one.value]
        return [line.replace("\\", "").split(" · ")[0] for line in lines]

    assert found() == ["Lần 4", "Lần 3", "Lần 2", "Lần 1"]
    assert found(zone=ZONE) == ["Lần 4", "Lần 2", "Lần 1"]
    assert found(field="area_let_ha") == ["Lần 3", "Lần 2"]
    assert found(staff="chi") == ["Lần 3"]
    assert found(zone=ZONE, field="note_vi", staff="an") == ["Lần 4"]
    assert found(since="2099-01-01") == ["Lần 4", "Lần 3", "Lần 2", "Lần 1"]  # no such day yet


def moved_to(office, number, at):
    """A revision of another day than today; the register itself refuses that."""
    with office.desk.register.engine.begin() as connection:
        guards = sa.text("SELECT name FROM sqlite_master WHERE type='trigger'")
        for name in connection.scalars(guards).all():
            connection.execute(sa.text(f'DROP TRIGGER "{name}"'))
        connection.execute(sa.update(revisions).where(revisions.c.number == number).values(at=at))


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_days_are_those_of_vietnam(office):
    for let in (1, 2, 3):
        office.publish(area_let_ha=let)
    moved_to(office, 1, utc(2026, 1, 1))
    moved_to(office, 2, utc(2026, 3, 9, 16, 59, 59))  # 23:59:59 of the 9th in Vietnam
    moved_to(office, 3, utc(2026, 3, 9, 17))  # midnight
    moved_to(office, 4, utc(2026, 3, 10, 17))
    tenth = dt.date(2026, 3, 10)
    found = journal.page(office.desk, office.an, HistoryFilter(since=tenth, until=tenth))
    assert [one.first.revision for one in found.entries] == [3]
    assert journal.end_of(tenth) < utc(2026, 3, 10, 17)
    then = office.desk.as_of(ANONYMOUS, journal.end_of(tenth))
    assert then.state.by_id[ZONE].area_let_ha == 2


def test_no_entry_is_lost_between_pages(office):
    for let in range(1, 8):
        office.publish(area_let_ha=let)
    numbers, before = [], None
    for _ in range(10):
        found = journal.page(office.desk, office.an, HistoryFilter(), before=before, size=3)
        numbers += [one.first.revision for one in found.entries]
        before = found.older
        if before is None:
            break
    assert numbers == [8, 7, 6, 5, 4, 3, 2, 1]
    assert len(found.entries[-1].versions) == len(office.desk.planner.state.zones)


def test_parents_and_children_share_their_history(office):
    office.publish(zone_id=OTHER, area_let_ha=1)
    revision = office.split()
    child = f"{OTHER}-2"
    assert journal.family(office.desk, child) == [OTHER]
    assert journal.family(office.desk, OTHER) == [child]
    (link,) = journal.kin(office.desk, child)
    assert (link.parent, link.child, link.action, link.revision) == (
        OTHER,
        child,
        Action.SPLIT,
        revision,
    )
    app = office.open("history", zone=child)
    shown = texts(app)
    assert "Tách ra từ CCN Trung Hội (lần 3)" in shown
    assert "Lần 2" in shown  # of the parent, before the split
    press(app, f"kin-3-{OTHER}-from")
    assert "Đã tách ra CCN Trung Hội 2 (lần 3)" in texts(app)
    app.toggle(key=f"family-{OTHER}").set_value(False).run()
    assert app.query_params["zone"] in (OTHER, [OTHER])


def test_splits_are_found_in_either_kind_of_database(engine, settings):
    register = Register(settings, engine)
    seeding.first_load(register)
    desk = Desk(Planner(settings, register), register)
    before = dt.datetime.now(dt.UTC)
    desk.submit(Actor("an", "An", Role.APPROVER), split_of(desk), publish=True)
    link = Link(OTHER, f"{OTHER}-2", Action.SPLIT, 2)
    assert links(engine, zone_id=OTHER) == links(engine, zone_id=link.child) == [link]
    assert links(engine, zone_id=ZONE) == []
    assert links(engine, since=before) == [link]
    assert links(engine, since=dt.datetime.now(dt.UTC)) == []


def test_any_version_can_be_restored_as_a_new_change(office):
    office.publish(area_let_ha=1, reason="nhập")
    office.publish(area_let_ha=2, reason="nhập lại")
    app = office.open("history", "an", zone=ZONE)
    app.session_state["entry-2"] = True
    app.run()
    press(app, "restore-2")
    assert "| **Đất đã cho thuê** | 2 ha | 1 ha |" in texts(app)
    app.text_area(key="restore-reason-2").set_value("số cũ đúng").run()
    press(app, "publish-restore")
    assert office.value("area_let_ha") == 1
    newest = office.desk.history(office.an, HistoryFilter(ZONE), limit=1)[0]
    assert (newest.action, newest.reason, newest.version) == (Action.RESTORE, "số cũ đúng", 4)


def test_a_restoration_needs_a_reason_and_an_editor_can_only_propose_it(office):
    office.publish(area_let_ha=1)
    app = office.open("history", "binh", zone=ZONE)
    app.session_state["entry-1"] = True
    app.run()
    press(app, "restore-1")
    assert "publish-restore" not in labels(app)
    press(app, "propose-restore")
    assert t("vi", "error.register.reason_missing") in texts(app)
    assert office.desk.queue(office.an) == []


def test_somebody_who_has_not_signed_in_can_open_changes_but_not_restore(office):
    office.publish(area_let_ha=1)
    app = office.open("history", zone=ZONE)
    app.session_state["entry-2"] = True
    app.run()
    assert "| **Đất đã cho thuê** | chưa rõ | 1 ha |" in texts(app)
    assert "restore-2" not in labels(app)


def test_the_register_of_a_day_is_compared_with_today(office):
    moved_to(office, 1, utc(2026, 1, 1))
    office.publish(area_planned_ha=51)
    retired = Submission(Action.RETIRE, "thu hồi", (Edit(THIRD, 1, None),))
    office.desk.submit(office.an, retired, publish=True)
    geometry = {"type": "Point", "coordinates": [105.9, 21.4]}
    office.publish(zone_id="tn-ccn-nam-hoa", geometry=geometry)
    office.split()
    then = office.desk.as_of(ANONYMOUS, journal.end_of(dt.date(2026, 2, 1)))
    found = journal.compare(
        then.state.zones,
        office.desk.planner.state.zones,
        journal.split_and_merged_since(office.desk, journal.end_of(dt.date(2026, 2, 1))),
    )
    assert [(one.zone_id, one.fate) for one in found] == [
        (f"{OTHER}-2", Fate.SPLIT),
        (THIRD, Fate.RETIRED),
        (ZONE, Fate.RESIZED),
        (OTHER, Fate.RESIZED),
        ("tn-ccn-nam-hoa", Fate.MOVED),
    ]
    by_id = {one.zone_id: one for one in found}
    assert by_id[ZONE].change_ha == Decimal(1)
    assert by_id[f"{OTHER}-2"].relatives == (OTHER,)
    assert by_id[f"{OTHER}-2"].change_ha == 10
    assert by_id["tn-ccn-nam-hoa"].moved_km > 1
    app = office.open("history", part="day", day="2026-02-01")
    assert [one.value for one in app.metric] == ["18", "33", "4.930,83 ha", "15"]
    assert list(app.dataframe[0].value["Đã"]) == [
        "tách",
        "đưa ra khỏi sổ",
        "đổi diện tích",
        "đổi diện tích",
        "đổi vị trí",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_day_must_be_chosen_and_may_lie_before_the_register(office, lang):
    assert t(lang, "history.day_choose") in texts(office.open("history", "", lang, part="day"))
    early = office.open("history", "", lang, part="day", day="2001-01-01")
    assert t(lang, "history.day_empty") in texts(early)


@pytest.mark.parametrize("day", ["2999-01-01", "'; DROP", "0001-01-01"])
def test_nonsense_days_are_left_out(office, day):
    assert t("vi", "history.day_choose") in texts(office.open("history", part="day", day=day))


def test_the_download_is_safe_in_a_spreadsheet(office):
    office.publish(reason="=1+2", note_vi="@SUM(A1)")
    found = list(journal.everything(office.desk, ANONYMOUS, HistoryFilter(ZONE)))
    data = changes.versions_csv(found, "vi", lambda version: f"+{version.actor}").decode(
        "utf-8-sig"
    )
    newest = next(csv.DictReader(io.StringIO(data)))
    assert (newest["Lý do"], newest["Sau"], newest["Mã"]) == ("'=1+2", "'@SUM(A1)", ZONE)
    assert newest["Người thực hiện"] == "'+an"


def test_a_long_history_comes_in_pages(office):
    for let in range(1, 151):
        office.publish(area_let_ha=let / 10)
    first = journal.page(office.desk, office.an, HistoryFilter(ZONE))
    assert (len(first.entries), first.entries[0].first.revision) == (journal.PAGE, 151)
    second = journal.page(office.desk, office.an, HistoryFilter(ZONE), before=first.older)
    assert (len(second.entries), second.older) == (51, None)
    assert not office.open("history", "an", zone=ZONE).exception
