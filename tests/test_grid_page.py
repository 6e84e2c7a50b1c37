"""The grid: what is typed, pasted and uploaded is kept, checked and written as a whole."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from geo.auth import Role
from geo.changes import Action, Change, Item
from geo.desk import Edit, Submission
from geo.i18n import LANGUAGES, t
from geo.io import pasted
from geo.people.service import COMMAND_LINE
from pages.ui import grid, identity, resources
from tests.conftest import ROOT, zone_of

ZONE, OTHER, THIRD = "tn-ccn-son-cam-1", "tn-ccn-trung-hoi", "tn-ccn-an-khanh-1"
TODAY = dt.date(2026, 11, 20)


# -- the sheet itself

ZONES = tuple(zone_of(f"tn-ccn-{one}", area_let_ha=Decimal("1.5")) for one in "abc")
FIELDS = ("area_let_ha", "let_as_of", "stage", "note_vi")


def sheet(edits=None, lang="vi", zones=ZONES):
    return grid.make_sheet(zones, FIELDS, edits or {}, lang)


def mine(edits):
    return {
        (zone_id, name): one["mine"] for zone_id, fields in edits.items()
        for name, one in fields.items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "lang", "value"),
    [
        ("area_let_ha", "1.160,83", "vi", 1160.83),
        ("area_let_ha", "1,160.83", "vi", 1160.83),
        ("area_let_ha", "45.4", "vi", 45.4),
        ("area_let_ha", "45,4", "en", 45.4),
        ("area_let_ha", "1.160", "vi", 1160),
        ("area_let_ha", "1.160", "en", 1.16),
        ("area_let_ha", "0", "vi", 0),
        ("area_let_ha", None, "vi", None),
        ("area_let_ha", " ", "vi", None),
        ("area_let_ha", "chưa biết", "vi", None),
        ("area_let_ha", "12 ha?", "vi", "12 ha?"),
        ("let_as_of", "05/06/2026", "en", "2026-06-05"),
        ("let_as_of", "30/02/2026", "vi", "30/02/2026"),
        ("stage", "Đang hoạt động", "vi", "operating"),
        ("note_vi", "  ghi  ", "vi", "ghi"),
    ],
)
def test_a_cell_is_read_in_the_readers_language(name, text, lang, value):
    edits = sheet(lang=lang).edits({1: {name: text}})
    expected = {} if name != "area_let_ha" and value is None else {("tn-ccn-b", name): value}
    assert mine(edits) == expected


def test_no_edit_is_dropped_while_the_sheet_stays_the_same():
    made = sheet()
    before = made.frame.copy()
    typed = {}
    for row, text in enumerate(("2,5", "3,5", "4,5")):
        typed[row] = {"area_let_ha": text}
        edits = made.edits(typed)
        assert len(edits) == row + 1
    assert made.frame.equals(before)


def test_another_sheet_carries_the_edits_over():
    edits = sheet().edits({0: {"area_let_ha": "2,5"}, 2: {"area_let_ha": "1.160", "note_vi": "x"}})
    english = sheet(edits, "en", ZONES[1:])  # the edit of the first is hidden and stays
    assert list(english.frame["area_let_ha"]) == ["1.5", "1,160"]
    again = english.edits({0: {"area_let_ha": "7.25"}})
    assert mine(again) == {
        ("tn-ccn-a", "area_let_ha"): 2.5,
        ("tn-ccn-b", "area_let_ha"): 7.25,
        ("tn-ccn-c", "area_let_ha"): 1160,
        ("tn-ccn-c", "note_vi"): "x",
    }
    assert again["tn-ccn-c"]["area_let_ha"]["typed"] == "1.160"


def test_typing_the_old_value_again_takes_the_edit_back():
    edits = sheet().edits({0: {"area_let_ha": "2,5"}})
    assert sheet(edits).edits({0: {"area_let_ha": "1,50"}}) == {}


def test_what_cannot_be_read_stays_in_the_cell_and_is_refused_there():
    typed = {0: {"area_let_ha": "abc", "let_as_of": "14/13/2026"}, 1: {"let_as_of": "01/01/2027"}}
    edits = sheet().edits(typed)
    assert list(sheet(edits).frame.loc["tn-ccn-a", ["area_let_ha", "let_as_of"]]) == [
        "abc", "14/13/2026"
    ]  # fmt: skip
    found = [(one.code, one.row, one.field) for one in grid.unread(edits, TODAY)]
    assert found == [
        ("pasted.number", "tn-ccn-a", "area_let_ha"),
        ("pasted.date", "tn-ccn-a", "let_as_of"),
        ("pasted.date_range", "tn-ccn-b", "let_as_of"),
    ]


def test_one_day_for_all_leaves_typed_days_and_unknown_areas_alone():
    typed = {
        0: {"area_let_ha": "2"},
        1: {"area_let_ha": "2", "let_as_of": "01/06/2026"},
        2: {"area_let_ha": None},
    }
    by_id = {zone.id: zone for zone in ZONES}
    edits = sheet().edits(typed)
    full = mine(grid.dated(edits, "2026-06-30", by_id))
    days = {zone: day for (zone, name), day in full.items() if name == "let_as_of"}
    assert days == {"tn-ccn-a": "2026-06-30", "tn-ccn-b": "2026-06-01"}
    assert ("tn-ccn-a", "let_as_of") not in mine(edits)


# -- the page

PASSWORD = "một mật khẩu dài để thử"
PEOPLE = {
    "an": (Role.APPROVER, None),
    "binh": (Role.EDITOR, None),
    "chi": (Role.EDITOR, ["66"]),
    "vi": (Role.VIEWER, None),
}


class Office:
    """A register of its own with real accounts."""

    def __init__(self, monkeypatch):
        self._monkeypatch = monkeypatch
        self.desk = resources.get_desk()
        people = resources.get_people()
        self._visits = {"": people.visit("")}
        for login, (role, provinces) in PEOPLE.items():
            link = people.add_user(COMMAND_LINE, login, login, role, provinces, "http://localhost")
            token = parse_qs(urlsplit(link).query)["token"][0]
            cookie = people.use_link(token, PASSWORD, "127.0.0.1").cookie
            self._visits[login] = people.visit(cookie)
        self.an = self._visits["an"].actor

    def open(self, login="", lang="vi", **query):
        """The grid as somebody sees it. The test runner sends no cookies, so the session of a real
        one is put in the place of the browser's."""
        self._monkeypatch.setattr(identity, "visit", lambda: self._visits[login])
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        app.query_params["lang"] = lang
        app.run()
        for name, value in query.items():
            app.query_params[name] = value
        return run(app.switch_page("pages/zone_grid.py"))

    def value(self, field, zone_id=ZONE):
        return self.desk.begin(zone_id).raw.get(field)

    def publish(self, zone_id=ZONE, **fields):
        begun = self.desk.begin(zone_id)
        edit = Edit(zone_id, begun.base_version, {**begun.raw, **fields})
        self.desk.submit(self.an, Submission(Action.EDIT, "khác", (edit,)), publish=True)


@pytest.fixture
def office(tmp_path, monkeypatch):
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    resources.forget()
    yield Office(monkeypatch)
    resources.forget()


def run(element):
    """Run the page with what was done to an element of it."""
    app = element.run()
    assert not app.exception
    return app


def texts(app):
    kinds = ("title", "subheader", "markdown", "caption", "info", "success", "error", "warning")
    found = [element.value for kind in kinds for element in getattr(app, kind)]
    found += [element.label for kind in ("button", "radio") for element in getattr(app, kind)]
    return "\n".join(str(one).replace("\\", "") for one in found)


def named(app, kind, ending):
    return next(one for one in getattr(app, kind) if str(one.key).endswith(ending))


def press(app, ending):
    return run(named(app, "button", ending).click())


def paste(app, text):
    return run(named(app, "text_area", ":paste").set_value(text))


def send(app, how, reason="số liệu quý 2"):
    run(named(app, "text_area", ":reason").set_value(reason))
    return press(app, f":{how}")


def shown_rows(app):
    """The editor's rows, or those of the table that is only read."""
    return len(app.dataframe[0].value)


TABLE = "Mã\tĐất đã cho thuê (ha)\n{0}\t45,4\n{1}\t12,5"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("login", "reason"), [("", "sign_in"), ("vi", "needs_editor")])
def test_who_may_not_edit_reads_and_is_told_why(office, lang, login, reason):
    app = office.open(login, lang, province="19")
    assert [one.value.replace("\\", "") for one in app.info] == [
        f"{t(lang, f'error.auth.{reason}')} {t(lang, 'page.grid.read_only')}"
    ]
    assert (len(app.data_editor), shown_rows(app)) == (0, 35)
    offered = {str(one.key).rpartition(":")[2] for one in app.button}
    assert not offered & {"take", "propose", "publish"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_editor_begins_with_nothing_to_send(office, lang):
    app = office.open("binh", lang)
    assert app.title[0].value == t(lang, "page.grid.title")
    assert (len(app.data_editor), shown_rows(app)) == (1, 51 - 1)
    assert t(lang, "page.grid.review.empty") in texts(app)


def test_filters_come_from_the_address(office):
    assert shown_rows(office.open("binh", province="19", kind="KCN")) == 7
    app = office.open("binh", q="không có cụm này")
    assert t("vi", "page.grid.nothing") in texts(app)


def test_a_pasted_table_is_taken_over_dated_and_published_as_one_revision(office):
    app = office.open("an")
    paste(app, TABLE.format(ZONE, OTHER))
    assert t("vi", "page.grid.paste.changed", count=2) in texts(app)
    press(app, ":take")
    assert t("vi", "page.grid.review.count", cells=2, zones=2) in texts(app)
    run(named(app, "date_input", ":day").set_value(dt.date(2026, 6, 30)))
    assert t("vi", "page.grid.review.count", cells=4, zones=2) in texts(app)
    before = office.desk.register.revision
    send(app, "publish")
    assert t("vi", "page.grid.review.published", zones=2, number=str(before + 1)) in texts(app)
    versions = office.desk.register.of_revision(before + 1)
    assert {(one.zone_id, str(one.action), one.reason) for one in versions} == {
        (ZONE, "bulk", "số liệu quý 2"),
        (OTHER, "bulk", "số liệu quý 2"),
    }
    assert (office.value("area_let_ha"), office.value("let_as_of")) == (45.4, "2026-06-30")
    assert office.value("area_let_ha", OTHER) == 12.5
    assert t("vi", "page.grid.review.empty") in texts(app)
    assert office.desk.drafts(office.an) == {}


@pytest.mark.parametrize(("nature", "action"), [(None, "bulk"), ("adjust", "adjust")])
def test_areas_of_many_zones_may_be_said_to_change_by_a_decision(office, nature, action):
    app = office.open("an")
    paste(app, f"Mã\t{t('vi', 'field.area_planned_ha')}\n{ZONE}\t51\n{OTHER}\t8")
    press(app, ":take")
    run(named(app, "button_group", ":nature").set_value(nature))
    before = office.desk.register.revision
    send(app, "publish")
    versions = office.desk.register.of_revision(before + 1)
    assert [(one.zone_id, str(one.action)) for one in versions] == [(ZONE, action), (OTHER, action)]


def test_an_editor_proposes_and_may_not_publish(office):
    app = office.open("binh")
    press(paste(app, TABLE.format(ZONE, OTHER)), ":take")
    run(named(app, "text_area", ":reason").set_value("quý 2"))
    assert named(app, "button", ":publish").disabled
    press(app, ":propose")
    [proposal] = office.desk.queue(office.an)
    assert t("vi", "page.grid.review.proposed", zones=2, number=str(proposal.id)) in texts(app)
    assert office.value("area_let_ha") is None


def test_a_number_with_two_readings_must_be_answered_first(office):
    app = paste(office.open("an"), f"Mã\tĐã cho thuê\n{ZONE}\t1.160")
    assert named(app, "button", ":take").disabled
    asked = named(app, "radio", ":ask:area_let_ha:1.160")
    assert asked.options == ["1.160 ha", "1,16 ha"]
    run(asked.set_value("."))
    press(app, ":take")
    send(app, "publish")
    assert office.value("area_let_ha") == 1.16


def test_refused_rows_are_listed_and_the_others_can_be_taken(office):
    app = paste(office.open("an"), TABLE.format(ZONE, "tn-ccn-khong-co"))
    assert t("vi", "page.grid.paste.refused", count=1) in texts(app)
    assert "tn-ccn-khong-co" in texts(app)
    button = named(app, "button", ":take")
    assert button.label == t("vi", "page.grid.paste.take_rest", count=1)
    press(app, ":take")
    assert t("vi", "page.grid.review.count", cells=1, zones=1) in texts(app)


def test_a_table_that_is_none_says_so(office):
    app = paste(office.open("an"), "một đoạn văn")
    file = t("vi", "page.grid.paste.pasted_name")
    assert [one.value.replace("\\", "") for one in app.error] == [
        t("vi", "error.pasted.no_header", file=file)
    ]


def upload(app, name, content):
    named(app, "file_uploader", ":file").set_value((name, content, "application/octet-stream"))
    return run(app)


def test_the_template_uploaded_as_it_is_changes_nothing_and_changed_it_does(office):
    app = office.open("an", province="19")
    zones = [zone for zone in office.desk.planner.zones() if zone.id.startswith("tn-")]
    content = pasted.template(zones, pasted.EDITABLE, "vi")
    upload(app, "khu-cum.xlsx", content)
    assert t("vi", "page.grid.paste.nothing_changed") in texts(app)
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = {row[0].value: row for row in book.active}
    at = [cell.value for cell in book.active[1]].index("Đất đã cho thuê (ha)")
    rows[ZONE][at].value = 45.4
    out = io.BytesIO()
    book.save(out)
    app = upload(office.open("an", province="19"), "khu-cum.xlsx", out.getvalue())
    press(app, ":take")
    send(app, "publish")
    assert office.value("area_let_ha") == 45.4


def test_rows_of_other_provinces_are_refused_by_row(office):
    app = paste(office.open("chi"), TABLE.format(ZONE, OTHER))
    assert t("vi", "page.grid.paste.refused", count=2) in texts(app)
    assert named(app, "button", ":take").disabled
    assert shown_rows(app) < 50


def draft(office, login, edits, **more):
    actor = office._visits[login].actor
    office.desk.save_draft(actor, "grid:zones", {"edits": edits, "day": None, "reason": "", **more})


def cell(mine, base=None):
    return {"base": base, "mine": mine}


def test_what_was_typed_is_offered_again_after_a_reload(office):
    app = office.open("an")
    press(paste(app, TABLE.format(ZONE, OTHER)), ":take")
    again = office.open("an")  # another session, as after a lost connection
    assert again.data_editor == []
    press(again, "draft_use")
    assert t("vi", "page.grid.review.count", cells=2, zones=2) in texts(again)


def test_a_text_that_is_no_number_blocks_the_sending_and_stays(office):
    draft(office, "an", {ZONE: {"area_let_ha": cell("abc")}, OTHER: {"area_let_ha": cell(3)}})
    app = press(office.open("an"), "draft_use")
    assert t("vi", "page.grid.review.refused", count=1) in texts(app)
    assert "abc" in list(app.data_editor[0].value["area_let_ha"])
    assert not any(str(one.key).endswith(":publish") for one in app.button)


def test_a_cell_that_somebody_else_changed_is_decided_and_the_rest_is_kept(office):
    office.publish(ZONE, area_let_ha=7, let_as_of="2026-01-01")
    office.publish(THIRD, note_vi="của người khác")
    edits = {
        ZONE: {"area_let_ha": cell(45.4), "note_vi": cell("của tôi", office.value("note_vi"))},
        OTHER: {"area_let_ha": cell(12.5)},
        THIRD: {"area_let_ha": cell(3)},
    }
    draft(office, "an", edits, day="2026-06-30")
    app = press(office.open("an"), "draft_use")
    assert t("vi", "page.grid.conflict.lead", count=1) in texts(app)
    radio = next(one for one in app.radio if ":choose:" in str(one.key))
    assert [one.replace("\\", "") for one in radio.options] == [
        "Của bạn: 45,4 ha", "Trong sổ bây giờ: 7 ha"
    ]  # fmt: skip
    run(radio.set_value("theirs"))
    press(app, ":apply")
    send(app, "publish")
    assert (office.value("area_let_ha"), office.value("note_vi")) == (7, "của tôi")
    assert office.value("area_let_ha", OTHER) == 12.5
    assert office.value("note_vi", THIRD) == "của người khác"
    assert office.value("area_let_ha", THIRD) == 3


def test_mine_can_be_kept_in_a_conflict(office):
    office.publish(ZONE, area_let_ha=7, let_as_of="2026-01-01")
    draft(office, "an", {ZONE: {"area_let_ha": cell(45.4)}})
    app = press(office.open("an"), "draft_use")
    press(app, ":all_mine")
    send(app, "publish")
    assert office.value("area_let_ha") == 45.4


def test_a_zone_that_was_retired_meanwhile_can_only_be_dropped(office):
    begun = office.desk.begin(ZONE)
    gone = Submission(Action.RETIRE, "thôi dùng", (Edit(ZONE, begun.base_version, None),))
    office.desk.submit(office.an, gone, publish=True)
    draft(office, "an", {ZONE: {"area_let_ha": cell(1)}, OTHER: {"area_let_ha": cell(2)}})
    app = press(office.open("an"), "draft_use")
    assert "publish" not in " ".join(str(one.key) for one in app.button)
    press(app, ":gone")
    assert t("vi", "page.grid.review.count", cells=1, zones=1) in texts(app)


def test_an_error_in_one_row_refuses_all(office):
    draft(office, "an", {ZONE: {"name": cell(None, "x")}, OTHER: {"area_let_ha": cell(3)}})
    app = press(office.open("an"), "draft_use")
    press(app, ":all_mine")
    assert t("vi", "page.grid.review.refused", count=1) in texts(app)
    assert not any(str(one.key).endswith(":publish") for one in app.button)


def test_the_effect_on_the_plans_is_shown_before(office):
    planned = office.value("area_planned_ha")
    draft(office, "an", {ZONE: {"area_planned_ha": cell(planned + 1, planned)}})
    app = press(office.open("an"), "draft_use")
    assert t("vi", "change.effects") in texts(app)


HOSTILE = "<img src=x onerror=alert(1)> ![x](http://evil.example/x.png) :red[z] | b"


def test_pasted_text_is_shown_as_letters(office):
    table = f"Tên\tĐã cho thuê\t{HOSTILE}\n{HOSTILE}\t3\t1\n{ZONE}\t{HOSTILE}\t1"
    app = paste(office.open("an"), table)
    shown = [str(one.value) for kind in ("markdown", "caption") for one in getattr(app, kind)]
    assert sum("img src" in one for one in shown) >= 2
    for one in shown:
        assert "<img" not in one.replace("\\<img", "")
        assert "](http" not in one.replace("\\]\\(http", "")


def test_a_thousand_zones_at_once(office):
    base = office.desk.planner.state.by_id[ZONE]
    new = [
        replace(base, id=f"tn-ccn-thu-{n}", name=f"CCN Thử {n}", aliases=(), version=1)
        for n in range(1000)
    ]
    made = Change(Action.CREATE, "thử", tuple(Item(one.id, None, one) for one in new))
    office.desk.register.publish(made, "an")
    rows = "\n".join(f"{one.id}\t{n},25" for n, one in enumerate(new[:40]))
    rows += "\n" + "\n".join(f"{one.id}\t0,25" for one in new[40:])
    app = paste(office.open("an"), f"Mã\tĐã cho thuê\n{rows}")
    assert t("vi", "page.grid.paste.changed", count=1000) in texts(app)
    press(app, ":take")
    run(named(app, "date_input", ":day").set_value(dt.date(2026, 6, 30)))
    before = office.desk.register.revision
    send(app, "publish")
    assert len(office.desk.register.of_revision(before + 1)) == 1000
    assert office.value("area_let_ha", "tn-ccn-thu-39") == 39.25
    assert office.value("let_as_of", "tn-ccn-thu-999") == "2026-06-30"
