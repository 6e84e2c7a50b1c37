"""The form of a zone as people use it, over a real register in a temporary folder."""

import re
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from geo.auth import ANONYMOUS, Actor, Role
from geo.changes import Action
from geo.desk import Edit, Submission
from geo.i18n import t
from geo.issues import issue
from geo.people import Visit
from geo.zones.fields import SPECS
from pages.ui import forms, identity, lineage, resources
from tests.conftest import ROOT

ZONE, OTHER = "tn-ccn-son-cam-1", "tn-ccn-trung-hoi"
AN = Actor("an", "Nguyễn An", Role.APPROVER)
BINH = Actor("binh", "Trần Bình", Role.EDITOR)
DUNG = Actor("dung", "Phạm Dung", Role.APPROVER)
CHI = Actor("chi", "Lê Chi", Role.EDITOR, frozenset({"66"}))
PLANNED, INDUSTRIAL, LET = (
    f"{t('vi', f'field.area_{name}_ha')} (ha)" for name in ("planned", "industrial", "let")
)
QUOTE = t("vi", "page.edit.part.quote")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A register of its own; the value signs somebody in."""
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    resources.forget()

    def sign_in(actor):
        monkeypatch.setattr(identity, "visit", lambda: Visit(actor=actor))
        monkeypatch.setattr(identity, "sidebar", lambda: None)

    sign_in(AN)
    yield sign_in
    resources.forget()


def open_page(lang="vi", **query):
    """A browser of its own, at the page."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = lang
    app.run()
    app.switch_page("pages/zone_edit.py").run()
    app.query_params["lang"] = lang
    for name, value in query.items():
        app.query_params[name] = value
    return well(app.run())


def well(app):
    assert not app.exception, app.exception[0].stack_trace
    return app


def widget(found, label, at=0):
    return [one for one in found if one.label == label][at]


def put(app, label, value, at=0):
    kinds = (app.text_input, app.text_area, app.date_input, app.selectbox)
    for kind in kinds:
        if any(one.label == label for one in kind):
            return well(widget(kind, label, at).set_value(value).run())
    raise AssertionError(label)


def why(app, text="theo biên bản 14/2026"):
    return put(app, t("vi", "page.edit.reason"), text)


def button(app, key):
    return widget(app.button, t("vi", f"page.edit.{key}"))


def press(app, key):
    return well(button(app, key).click().run())


def texts(app):
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "subheader")
    return [str(one.value) for kind in kinds for one in getattr(app, kind)]


def plain(app):
    return "\n".join(texts(app)).replace("\\", "")


def value(field, zone=ZONE):
    return resources.get_desk().begin(zone).raw.get(field)


def publish(actor, zone=ZONE, reason="lý do của người kia", **fields):
    desk = resources.get_desk()
    begun = desk.begin(zone)
    edits = (Edit(zone, begun.base_version, {**begun.raw, **fields}),)
    return desk.submit(actor, Submission(Action.EDIT, reason, edits), publish=True)


# -- numbers


@pytest.mark.parametrize(
    ("typed", "lang", "read"),
    [
        ("45,4", "vi", 45.4),
        ("45.4", "vi", 45.4),
        ("1.160,83", "vi", 1160.83),
        ("1,160.83", "vi", 1160.83),
        ("1.160", "vi", 1160),
        ("1,160", "vi", 1.16),
        ("1,160", "en", 1160),
        ("1.160", "en", 1.16),
        ("0.125", "vi", 0.125),
        (" 50 ", "vi", 50),
        ("", "vi", None),
        ("45,4 ha", "vi", "45,4 ha"),
        ("1.16.0", "vi", "1.16.0"),
        ("1e3", "en", "1e3"),
        ("-5", "vi", "-5"),
        ("٤٥", "vi", "٤٥"),
        ("NaN", "en", "NaN"),
    ],
)
def test_a_number_is_read_as_the_language_writes_it_or_stays_as_typed(typed, lang, read):
    assert forms.read_number(typed, lang) == read


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("number", [0, 45.4, 1160.83, 0.125, 3770, 19999.999999])
def test_a_number_that_the_form_writes_is_read_back_as_it_was(number, lang):
    assert forms.read_number(forms.number_text(number, lang), lang) == number


def test_a_number_with_two_readings_is_asked_about(office):
    app = put(open_page(zone=ZONE), PLANNED, "1.160")
    asked = t("vi", "page.edit.two_readings", read=1160, other=Decimal("1.16"), unit="ha")
    assert asked in plain(app)


def test_another_language_writes_what_was_typed_in_its_own_way(office):
    app = put(open_page(zone=ZONE), PLANNED, "1.160,83")
    app.button_group(key="lang").set_value("en").run()
    english = f"{t('en', 'field.area_planned_ha')} (ha)"
    assert widget(well(app).text_input, english).value == "1,160.83"


# -- one zone


def test_one_let_area_is_corrected_and_published(office):
    app = open_page(zone=ZONE)
    assert button(app, "publish").disabled
    put(app, INDUSTRIAL, "40")
    put(app, LET, "12,5")
    assert "31,2 %" in plain(app)
    assert "thiếu ngày chốt số liệu" in plain(app)
    why(app)
    press(app, "publish")
    assert value("area_let_ha") == 12.5
    done = t("vi", "page.edit.done.published", number="2", name="CCN Sơn Cẩm 1")
    assert done in plain(app)
    assert resources.get_desk().drafts(AN) == {}
    assert widget(app.text_area, t("vi", "page.edit.reason")).value == ""
    assert resources.get_desk().history(AN, limit=1)[0].reason == "theo biên bản 14/2026"


def test_the_effect_on_the_plan_stands_on_the_page_before_saving(office):
    app = put(open_page(zone=ZONE), PLANNED, "51")
    assert "Cộng 28 dòng được 1.161,83 ha, nhiều hơn 1 ha" in plain(app)
    assert value("area_planned_ha") == 50


@pytest.mark.parametrize(
    ("label", "typed", "said"),
    [
        (LET, "12,5x", "Không đọc được “12,5x” là một số"),
        (PLANNED, "50000", "vượt quá 20.000"),
        (f"{t('vi', 'field.name')} *", "", "Chưa ghi Tên"),
        (QUOTE, "", "Chưa ghi Căn cứ trong văn bản 1, Trích nguyên văn"),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_can_be_sent(office, label, typed, said):
    app = why(put(open_page(zone=ZONE), label, typed))
    assert said in plain(app)
    assert button(app, "publish").disabled
    assert t("vi", "page.edit.not_yet.errors") in plain(app)
    kept = [one.value for kind in (app.text_input, app.text_area) for one in kind
            if one.label == label]  # fmt: skip
    assert kept == [typed]


def test_an_issue_beside_a_field_names_no_record_and_no_raw_field():
    found = issue("zone.ledger", row=ZONE, field="area_let_ha", amount=9,
                  whole="area_industrial_ha", limit=Decimal(4))  # fmt: skip
    line = forms.issue_line(found, "vi")
    assert line == "Đất đã cho thuê (9 ha) lớn hơn Đất công nghiệp (4 ha)."


def test_every_field_has_a_label_and_a_meaning_in_both_languages():
    for lang in ("vi", "en"):
        for spec in SPECS:
            assert t(lang, f"field.{spec.name}") != f"field.{spec.name}"
            assert t(lang, f"meaning.{spec.name}") != f"meaning.{spec.name}"


def test_what_is_known_may_become_unknown_again(office):
    publish(AN, area_let_ha=10, let_as_of="2026-06-30")
    app = put(open_page(zone=ZONE), t("vi", "field.stage"), "")
    put(app, LET, "")
    press(app, "no_date")
    why(app)
    press(app, "publish")
    assert [value(name) for name in ("stage", "area_let_ha", "let_as_of")] == [None] * 3


def test_lists_are_edited_item_by_item(office):
    app = open_page(zone=ZONE)
    own = value("sources")
    press(app, "add.sources")
    at = len(own)
    put(app, t("vi", "page.edit.part.document"), own[0]["document"], at)
    clauses = [one for one in app.text_input if one.label == t("vi", "page.edit.part.clause")]
    well(clauses[-1].set_value("II.9").run())
    put(app, t("vi", "page.edit.part.quote"), "nguyên văn", at)
    why(app)
    press(app, "publish")
    added = {"document": own[0]["document"], "clause": "II.9", "quote": "nguyên văn"}
    assert value("sources") == [*own, added]
    industries = value("industries")
    press(app, "remove")
    why(app)
    press(app, "publish")
    assert value("industries") == industries[1:]


# -- drafts


def test_a_draft_outlives_the_page_and_is_not_lost_by_looking(office):
    put(open_page(zone=ZONE), PLANNED, "51")
    kept = resources.get_desk().draft(AN, ZONE)
    again = open_page(zone=ZONE)
    assert "dùng tiếp hay bỏ" in plain(again)
    assert not any(one.label == PLANNED for one in again.text_input)
    again.run()
    assert resources.get_desk().draft(AN, ZONE) == kept
    press(again, "draft.use")
    assert widget(again.text_input, PLANNED).value == "51"
    why(again)
    press(again, "publish")
    assert value("area_planned_ha") == 51
    assert resources.get_desk().drafts(AN) == {}


def test_a_draft_can_be_dropped(office):
    put(open_page(zone=ZONE), PLANNED, "không phải số")
    again = open_page(zone=ZONE)
    press(again, "draft.drop")
    assert widget(again.text_input, PLANNED).value == "50"
    assert resources.get_desk().drafts(AN) == {}


@pytest.mark.parametrize("do", ["edit", "split", "merge", "retire", "new", "undo"])
def test_looking_makes_no_draft(office, do):
    publish(AN, area_let_ha=10)
    open_page(zone=ZONE, do=do).run()
    assert resources.get_desk().drafts(AN) == {}


def test_taking_a_value_back_removes_the_draft(office):
    app = open_page(zone=ZONE)
    app.run()
    assert resources.get_desk().drafts(AN) == {}
    put(app, PLANNED, "51")
    assert list(resources.get_desk().drafts(AN)) == [ZONE]
    put(app, PLANNED, "50")
    assert resources.get_desk().drafts(AN) == {}


# -- two people, one zone


def choices(app):
    return [one for one in app.radio if ":choose:" in one.key]


def decide(app, option):
    well(choices(app)[0].set_value(option).run())
    return press(app, "conflict.apply")


@pytest.mark.parametrize(("option", "let"), [("mine", 10), ("theirs", 20)])
def test_the_second_of_two_sees_both_values_and_decides(office, option, let):
    app = open_page(zone=ZONE)
    put(app, LET, "10")
    why(app)
    publish(DUNG, area_let_ha=20, let_as_of="2026-06-30", area_detailed_ha=45)
    put(app, INDUSTRIAL, "30")  # typed while the other one was faster
    seen = plain(app)
    assert "lý do của người kia" in seen
    assert t("vi", "page.edit.held.stale") in seen
    assert not any(one.label == t("vi", "page.edit.publish") for one in app.button)
    assert [re.sub(r"\\", "", one) for one in choices(app)[0].options] == [
        "Của bạn: 10 ha", "Của người kia: 20 ha", "Giá trị khác",
    ]  # fmt: skip
    decide(app, option)
    press(app, "publish")
    assert [value(name) for name in ("area_let_ha", "area_industrial_ha", "area_detailed_ha")] == [
        let, 30, 45,
    ]  # fmt: skip
    assert value("let_as_of") == "2026-06-30"


def test_a_conflict_may_end_in_a_third_value(office):
    app = why(put(open_page(zone=ZONE), LET, "10"))
    publish(DUNG, area_let_ha=20)
    app.run()
    well(choices(app)[0].set_value("other").run())
    other = next(one for one in app.text_input if ":other:" in one.key)
    well(other.set_value("15,5").run())
    press(app, "conflict.apply")
    assert widget(app.text_input, LET).value == "15,5"
    press(app, "publish")
    assert value("area_let_ha") == 15.5


def test_changes_of_different_fields_are_both_kept(office):
    app = why(put(open_page(zone=ZONE), LET, "10"))
    publish(DUNG, area_detailed_ha=45)
    well(app.run())
    assert t("vi", "page.edit.conflict.apart") in plain(app)
    press(app, "conflict.apply")
    press(app, "publish")
    assert (value("area_let_ha"), value("area_detailed_ha")) == (10, 45)


def test_an_untouched_form_follows_the_register(office):
    app = open_page(zone=ZONE)
    publish(DUNG, area_detailed_ha=45)
    app.run()
    assert widget(app.text_input, f"{t('vi', 'field.area_detailed_ha')} (ha)").value == "45"
    assert t("vi", "page.edit.conflict.title") not in plain(app)


def test_what_was_typed_is_there_when_the_zone_has_been_retired_meanwhile(office):
    app = why(put(open_page(zone=ZONE), LET, "10"))
    desk = resources.get_desk()
    gone = (Edit(ZONE, desk.begin(ZONE).base_version, None),)
    desk.submit(DUNG, Submission(Action.RETIRE, "nhầm", gone), publish=True)
    app.run()
    decide(app, "mine")
    assert widget(app.text_input, LET).value == "10"
    press(app, "publish")
    assert value("area_let_ha") == 10


def test_an_open_proposal_is_shown_and_replaced_by_both_changes(office):
    desk = resources.get_desk()
    begun = desk.begin(ZONE)
    first = (Edit(ZONE, begun.base_version, {**begun.raw, "area_detailed_ha": 45}),)
    old = desk.submit(BINH, Submission(Action.EDIT, "quy hoạch chi tiết", first), publish=False)
    app = why(put(open_page(zone=ZONE), LET, "10"))
    assert "quy hoạch chi tiết" in plain(app)
    press(app, "propose")
    assert value("area_let_ha") is None
    press(app, "conflict.apply")
    assert t("vi", "page.edit.pending.replaces", id=str(old.proposal)) in plain(app)
    press(app, "propose")
    now = {one.id: one for one in desk.own(BINH) + desk.own(AN)}
    assert now.pop(old.proposal).status == "superseded"
    [new] = now.values()
    zone = new.change.items[0].zone
    assert (zone.area_detailed_ha, zone.area_let_ha) == (45, 10)


def test_an_editor_may_not_replace_the_proposal_of_another(office):
    desk = resources.get_desk()
    begun = desk.begin(ZONE)
    first = (Edit(ZONE, begun.base_version, {**begun.raw, "area_detailed_ha": 45}),)
    desk.submit(BINH, Submission(Action.EDIT, "quy hoạch chi tiết", first), publish=False)
    office(Actor("em", "Em", Role.EDITOR))
    app = put(open_page(zone=ZONE), LET, "10")
    assert t("vi", "page.edit.pending.not_yours") in plain(app)
    assert not any(one.label == t("vi", "page.edit.conflict.apply") for one in app.button)


# -- new, split, merge, retire


def test_a_new_zone_gets_an_id_and_needs_a_source(office):
    app = open_page(do="new")
    assert t("vi", "page.edit.province_first") in plain(app)
    put(app, f"{t('vi', 'field.province')} *", "19")
    put(app, f"{t('vi', 'field.name')} *", "CCN Thử <b>Nghiệm</b>")
    ident = widget(app.text_input, t("vi", "field.id"))
    assert ident.placeholder == "tn-ccn-thu-b-nghiem-b"
    well(ident.set_value("tn-ccn-thu-nghiem").run())
    assert "Chưa ghi Huyện" in plain(app)
    assert "Chưa ghi Căn cứ trong văn bản 1, Văn bản" in plain(app)
    desk = resources.get_desk()
    _, content = desk.draft(AN, "new")
    districts = [{"code": "172", "vintage": "2010", "name": "Phổ Yên"}]
    desk.save_draft(AN, "new", {**content, "raw": {**content["raw"], "districts": districts}})
    again = open_page(do="new")
    press(again, "draft.use")
    put(again, t("vi", "page.edit.part.document"), "tn-qd-341-2010")
    put(again, t("vi", "page.edit.part.clause"), "II.3.2")
    put(again, t("vi", "page.edit.part.quote"), "nguyên văn")
    why(again)
    press(again, "publish")
    assert value("name", "tn-ccn-thu-nghiem") == "CCN Thử <b>Nghiệm</b>"
    assert again.query_params["zone"] == "tn-ccn-thu-nghiem"


def test_an_id_that_was_ever_used_is_refused(office):
    app = put(open_page(do="new"), f"{t('vi', 'field.province')} *", "19")
    put(app, t("vi", "field.id"), ZONE)
    assert t("vi", "page.edit.id_taken", id=ZONE) in plain(app)


def test_a_zone_is_split_and_its_parts_know_their_parent(office):
    app = open_page(zone=ZONE, do="split")
    for at, (name, area) in enumerate((("CCN Một", "20"), ("CCN Hai", "29,5"))):
        put(app, f"{t('vi', 'field.name')} *", name, at)
        put(app, PLANNED, area, at)
    assert "| 50 ha | 49,5 ha | 0,5 ha |" in plain(app)
    why(app)
    press(app, "publish")
    desk = resources.get_desk()
    now = desk.register.current([ZONE, "tn-ccn-mot", "tn-ccn-hai"])
    assert now[ZONE].retired
    assert now["tn-ccn-mot"].parents == now["tn-ccn-hai"].parents == (ZONE,)
    assert value("area_planned_ha", "tn-ccn-hai") == 29.5
    assert value("sources", "tn-ccn-hai") == now[ZONE].after["sources"]


def test_a_parent_may_stay_with_what_is_left(office):
    app = open_page(zone=ZONE, do="split")
    stays = next(one for one in app.radio if one.key.endswith(":stays"))
    well(stays.set_value(True).run())
    press(app, "remove")
    put(app, f"{t('vi', 'field.name')} *", "CCN Một")
    put(app, PLANNED, "20")
    why(app)
    press(app, "publish")
    assert (value("area_planned_ha"), value("area_planned_ha", "tn-ccn-mot")) == (30, 20)


def test_parts_larger_than_the_whole_are_refused(office):
    app = open_page(zone=ZONE, do="split")
    stays = next(one for one in app.radio if one.key.endswith(":stays"))
    well(stays.set_value(True).run())
    put(app, PLANNED, "60")
    put(app, PLANNED, "1", 1)
    assert "-11 ha" in plain(app)
    assert "không thể âm" in plain(app)


def test_zones_are_merged_and_unknown_areas_stay_unknown(office):
    app = open_page(zone=ZONE, do="merge")
    others = next(one for one in app.multiselect if one.key.endswith(":others"))
    well(others.set_value([OTHER]).run())
    put(app, f"{t('vi', 'field.name')} *", "CCN Hợp Nhất")
    why(app)
    press(app, "publish")
    desk = resources.get_desk()
    now = desk.register.current([ZONE, OTHER, "tn-ccn-hop-nhat"])
    merged = now["tn-ccn-hop-nhat"]
    assert (now[ZONE].retired, now[OTHER].retired) == (True, True)
    assert merged.parents == (ZONE, OTHER)
    assert merged.after["area_planned_ha"] == 57
    assert merged.after["area_let_ha"] is None
    assert merged.after["aliases"] == ["CCN Sơn Cẩm 1", "CCN Trung Hội"]


def test_a_zone_is_retired_with_a_reason(office):
    app = open_page(zone=ZONE, do="retire")
    assert button(app, "publish").disabled
    why(app, "ghi trùng")
    press(app, "publish")
    assert resources.get_desk().register.current([ZONE])[ZONE].retired
    assert "zone" not in app.query_params


def test_a_split_goes_on_from_what_somebody_else_has_changed(office):
    app = open_page(zone=ZONE, do="split")
    put(app, f"{t('vi', 'field.name')} *", "CCN Một")
    publish(DUNG, area_planned_ha=60)
    app.run()
    assert "lý do của người kia" in plain(app)
    press(app, "conflict.go_on")
    assert widget(app.text_input, f"{t('vi', 'field.name')} *").value == "CCN Một"
    assert t("vi", "page.edit.conflict.title") not in plain(app)
    assert "| 60 ha |" in plain(app)


@pytest.mark.parametrize(
    ("areas", "together"),
    [((10, 20.5), 30.5), ((10, None), None), ((0.1, 0.2), 0.3)],
)
def test_areas_are_added_exactly_and_only_where_all_are_known(areas, together):
    parts = [{"name": str(at), "area_planned_ha": area} for at, area in enumerate(areas)]
    assert lineage.merged(parts, {"name": "c"})["area_planned_ha"] == together


def test_let_areas_of_different_days_are_not_added():
    parts = [{"area_let_ha": 1, "let_as_of": "2025-12-31"}, {"area_let_ha": 2, "let_as_of": "2026"}]
    merged = lineage.merged(parts, {})
    assert (merged["area_let_ha"], merged["let_as_of"]) == (None, None)


def test_boundaries_are_united_and_points_are_not():
    west = {"type": "Polygon", "coordinates": [[[105, 21], [106, 21], [106, 22], [105, 22],
                                                [105, 21]]]}  # fmt: skip
    east = {"type": "Polygon", "coordinates": [[[106, 21], [107, 21], [107, 22], [106, 22],
                                                [106, 21]]]}  # fmt: skip
    drawn = [
        {"geometry": west, "location_precision": "surveyed"},
        {"geometry": east, "location_precision": "drawn"},
    ]
    whole = lineage.merged(drawn, {})
    assert whole["location_precision"] == "drawn"
    assert whole["geometry"]["type"] == "Polygon"
    point = {"geometry": {"type": "Point", "coordinates": [105.5, 21.5]},
             "location_precision": "commune"}  # fmt: skip
    assert lineage.merged([drawn[0], point], {})["geometry"] is None


# -- taking back, news


def test_the_last_own_change_is_taken_back(office):
    publish(AN, area_let_ha=10)
    app = open_page(do="undo")
    assert "10 ha" in plain(app)
    press(app, "publish")
    assert value("area_let_ha") is None


def test_taking_back_what_somebody_has_changed_since_asks(office):
    publish(AN, area_let_ha=10)
    publish(DUNG, area_let_ha=20)
    app = open_page(do="undo")
    decide(app, "mine")
    press(app, "publish")
    assert value("area_let_ha") is None


def propose(actor, **fields):
    desk = resources.get_desk()
    begun = desk.begin(ZONE)
    edits = (Edit(ZONE, begun.base_version, {**begun.raw, **fields}),)
    return desk.submit(actor, Submission(Action.EDIT, "lý do", edits), publish=False).proposal


def test_a_proposer_sees_the_outcome_once_and_may_withdraw(office):
    desk = resources.get_desk()
    desk.reject(AN, propose(BINH, area_let_ha=10), "thiếu <b>biên bản</b>")
    office(BINH)
    app = open_page()
    assert "Lý do: thiếu <b>biên bản</b>" in plain(app)
    assert desk.news(BINH) == []
    waiting = propose(BINH, area_let_ha=11)
    press(app.run(), "withdraw")
    assert desk.proposal(BINH, waiting).status == "withdrawn"


def test_an_editor_proposes_and_cannot_publish(office):
    office(BINH)
    app = why(put(open_page(zone=ZONE), LET, "10"))
    assert button(app, "publish").disabled
    press(app, "propose")
    assert t("vi", "page.edit.done.proposed", number="1", name="CCN Sơn Cẩm 1") in plain(app)
    assert value("area_let_ha") is None


# -- who may, what may fail


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (ANONYMOUS, "error.auth.sign_in"),
        (Actor("vi", "Vi", Role.VIEWER), "error.auth.needs_editor"),
        (CHI, "error.auth.province"),
    ],
)
def test_who_may_not_edit_sees_why_and_reads(office, actor, said):
    office(actor)
    app = open_page(zone=ZONE)
    assert t("vi", said) in plain(app)
    assert "50 ha" in plain(app)
    assert len(app.text_area) == len(app.text_input) == 0
    for do in ("new", "undo", "split", "merge", "retire"):
        closed = open_page(zone=ZONE, do=do)
        assert not any(one.label == t("vi", "page.edit.publish") for one in closed.button)


def test_while_the_database_cannot_write_the_typed_values_stay(office):
    app = why(put(open_page(zone=ZONE), LET, "10"))
    engine = resources.get_desk().register.engine
    trigger = "CREATE TRIGGER full BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'full'); END"
    with engine.begin() as other:
        other.exec_driver_sql(trigger)
    press(app, "publish")
    assert t("vi", "page.edit.nothing_lost") in plain(app)
    assert widget(app.text_input, LET).value == "10"
    assert value("area_let_ha") is None
    with engine.begin() as other:
        other.exec_driver_sql("DROP TRIGGER full")
    press(app, "publish")
    assert value("area_let_ha") == 10


HOSTILE = "<img src=x onerror=alert(1)> **b** [y](http://evil.example) :red[z] $a$"


def test_markup_in_every_text_field_is_shown_as_letters(office):
    raw = resources.get_desk().begin(ZONE).raw
    source = {**raw["sources"][0], "clause": HOSTILE, "quote": HOSTILE}
    industry = {**raw["industries"][0], "phrase": HOSTILE, "clause": HOSTILE}
    texts_of = dict.fromkeys(("name", "name_en", "location_source", "note_vi", "note_en"), HOSTILE)
    publish(AN, reason=HOSTILE, **texts_of, aliases=[HOSTILE], members=[HOSTILE],
            sources=[source], industries=[industry])  # fmt: skip
    propose(BINH, name=HOSTILE + "2")
    pages = [open_page(), open_page(zone=ZONE), open_page(do="undo")]
    pages += [open_page(zone=ZONE, do=do) for do in ("split", "merge", "retire")]
    put(pages[1], LET, "10")
    publish(DUNG, reason=HOSTILE, area_let_ha=20, note_vi=HOSTILE + "3")
    pages[1].run()
    office(ANONYMOUS)
    pages.append(open_page(zone=ZONE))
    for app in pages:
        labels = [str(one.label) for kind in ("button", "radio", "expander")
                  for one in getattr(app, kind)]  # fmt: skip
        labels += [option for one in choices(app) for option in one.options]
        shown = [*texts(app), *labels]
        assert any("evil" in text for text in shown)
        for text in shown:
            assert not re.search(r"(?<!\\)<img|(?<!\\)\]\(http|(?<!\\):red\[z", text), text
