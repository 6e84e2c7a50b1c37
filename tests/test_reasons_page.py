"""Reasons on the page of the audit: given, read, withdrawn; a stranger, an editor, an approver."""

import re

import pytest

from geo.auth import ANONYMOUS
from geo.checks import Status
from geo.desk import answers
from geo.i18n import LANGUAGES, number, t
from geo.store import StoreError
from geo.store import reasons as store
from pages.ui import resources
from pages.ui.findings import Reader, is_total
from pages.ui.reasons import Reasons
from tests.test_review_pages import HOSTILE, LIVE, Office, made_people, press, texts

GAP = "tn-kcn-song-cong-i:ledger:area_detailed_ha"
CARD = f"card-answer-{GAP}"
FIRST = f"first-answer-{GAP}"
TEXT = "Giai đoạn 2 chưa lập quy hoạch chi tiết."
ASKED = {"mechanism": "ledger", "status": "to_review", "document": "tn-qd-341-2010"}


@pytest.fixture
def office(tmp_path, monkeypatch):
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    resources.forget()
    yield Office(made_people(), monkeypatch)
    resources.forget()


def look(office, login="", lang="vi", **query):
    return office.open("plan_checks", login, lang, **{**ASKED, **query})


def opened(app, key=CARD):
    """The card with its form opened."""
    app.session_state[f"{key}-write"] = True
    return app.run()


def write(app, text, key=CARD):
    app.text_area(key=f"{key}-text").set_value(text)
    return press(app, f"{key}-save")


def kept(office):
    return store.recorded(office.desk.register.engine)


def answered(office, actor=None, text=TEXT):
    audit = office.desk.planner.audit()
    one = next(one for one in audit.findings if one.id == GAP)
    return answers.answer(office.desk, actor or office.binh, one, text)


def keys(app):
    return {one.key for kind in ("button", "text_area", "expander") for one in getattr(app, kind)}


def test_an_editor_gives_a_reason_and_the_card_stays_open(office):
    app = opened(look(office, "binh"))
    assert t("vi", "page.reasons.signs") in texts(app)
    write(app, TEXT)
    (one,) = kept(office)
    assert (one.finding, one.text, one.actor) == (GAP, TEXT, "binh")
    assert [one.value.replace("\\", "") for one in app.toast] == [t("vi", "page.reasons.saved")]
    assert app.text_area(key=f"{CARD}-text").value == ""
    assert "**Giải trình** · Trần Bình, biên tập viên · " in texts(app)
    assert TEXT in texts(app)
    assert "phần chênh lệch đã có giải trình" in texts(app)
    press(app, f"{CARD}-save")  # nothing is typed
    assert len(kept(office)) == 1
    assert t("vi", "error.register.reason_missing") in texts(app)


def test_what_was_typed_outlives_an_error_and_another_filter(office, monkeypatch):
    app = opened(look(office, "binh"))

    def refuse(*_, **__):
        raise StoreError("store.read_only", where="r.sqlite")

    with monkeypatch.context() as broken:
        broken.setattr(store, "record", refuse)
        write(app, TEXT)
    assert "đang chỉ cho đọc" in texts(app)
    assert kept(office) == []
    assert app.text_area(key=f"{CARD}-text").value == TEXT
    app.text_input(key="find").set_value("không có chữ này").run()
    assert f"{CARD}-text" not in keys(app)
    app.text_input(key="find").set_value("").run()
    opened(app)
    assert app.text_area(key=f"{CARD}-text").value == TEXT
    press(app, f"{CARD}-save")
    assert [one.text for one in kept(office)] == [TEXT]
    assert "đang chỉ cho đọc" not in texts(app)


def test_a_double_click_is_one_reason(office):
    app = opened(look(office, "binh"))
    write(app, TEXT)
    write(app, TEXT)
    assert len(kept(office)) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_stranger_reads_the_reason_and_the_role_only(office, lang):
    answered(office)
    app = look(office, lang=lang)
    shown = texts(app)
    assert f"**{t(lang, 'page.reasons.holds')}** · {t(lang, 'role.editor')} · " in shown
    assert TEXT in shown
    assert "Trần Bình" not in shown
    assert "binh" not in shown.replace("tn-", "").replace("Thái Bình", "")
    assert not {one for one in keys(app) if one and ("withdraw" in one or "write" in one)}


def test_one_takes_back_ones_own_and_an_approver_anybodys(office):
    first = answered(office)
    second = answered(office, office.chi, "khác")
    app = look(office, "binh")
    assert f"{CARD}-withdraw-{first}" in keys(app)
    assert f"{CARD}-withdraw-{second}" not in keys(app)
    press(app, f"{CARD}-withdraw-{first}")
    assert "**Giải trình đã rút** · Trần Bình, biên tập viên" in texts(app)
    assert "Trần Bình rút lại lúc" in texts(app)
    app = look(office, "an")
    press(app, f"{CARD}-withdraw-{second}")
    assert all(one.withdrawn_at for one in kept(office))
    assert TEXT not in texts(look(office))


def test_other_figures_open_it_again_and_say_why(office):
    answered(office)
    office.publish(zone_id="tn-kcn-song-cong-i", area_detailed_ha=150)
    shown = texts(look(office))
    assert f"**{t('vi', 'page.reasons.earlier')}**" in shown
    assert TEXT in shown
    assert t("vi", "page.reasons.badge") not in shown
    assert "chưa ghi lý do" in shown


def test_counts_leave_answered_findings_out_and_name_them(office):
    plain = [one.value for one in office.open("plan_checks").metric]
    answered(office)
    app = office.open("plan_checks")
    labels = {one.label: one.value for one in app.metric}
    counts = office.desk.planner.audit().counts()
    label = next(one for one in labels if t("vi", "status.to_review") in one)
    assert labels[label] == number(counts[Status.TO_REVIEW] - 1, "vi")
    assert labels[t("vi", "page.reasons.count")] == "1"
    assert len(labels) == len(plain) + 1
    table = next(one.value for one in app.markdown if str(one.value).startswith("| Văn bản"))
    rows = [line.strip("| ").split(" | ")[1:] for line in table.splitlines()[2:]]
    sums = [number(sum(int(row[at]) for row in rows), "vi") for at in range(8)]
    assert sums == [one.value for one in app.metric][:8]
    heading = [one.value for one in look(office).subheader if "Cần xem xét" in one.value]
    assert re.fullmatch(r"Cần xem xét \(\d+ chưa giải trình, 1 đã giải trình\)", heading[0])


def test_a_filter_shows_open_or_answered_ones_and_is_in_the_link(office):
    answered(office)
    app = look(office)
    app.button_group(key="answer").set_value(["answered"]).run()
    badges = [one for one in texts(app).splitlines() if re.match(r":\w+-badge\[", one)]
    assert len(badges) == 1
    assert t("vi", "page.reasons.badge") in badges[0]
    assert app.query_params["answer"] == "answered"
    other = look(office, answer="open")
    assert t("vi", "page.reasons.badge") not in texts(other)
    both = [one.value for one in look(office, answer=["open", "answered"]).metric]
    assert both == [one.value for one in app.metric]
    assert not look(office, answer="'; DROP").exception


def test_a_total_and_a_linked_finding_can_be_answered_too(office):
    app = opened(look(office, "an", finding=GAP), FIRST)
    write(app, "từ đường dẫn", FIRST)
    assert [one.text for one in kept(office)] == ["từ đường dẫn"]
    total = next(
        one
        for one in office.desk.planner.audit().findings
        if is_total(one) and one.status is not Status.MET
    )
    key = f"total-answer-{total.id}"
    app = opened(office.open("plan_checks", "an", document=total.document), key)
    write(app, "về số tổng", key)
    assert "về số tổng" in texts(app)
    assert len(kept(office)) == 2


def test_a_reason_is_letters_never_markup(office):
    answered(office, text=f"{HOSTILE}\n# đề mục\n- gạch")
    raw = [str(one.value) for kind in ("markdown", "caption") for one in getattr(
        look(office, "an"), kind)]  # fmt: skip
    assert any("evil" in one for one in raw)
    for one in raw:
        assert not LIVE.search(one), one
        assert not re.search(r"^(#|-) ?(đề|gạch)", one, re.MULTILINE), one


def test_reasons_that_cannot_be_read_are_missed_aloud(office, monkeypatch):
    answered(office)

    def refuse(*_):
        raise StoreError("store.unavailable", where="db/khucum")

    monkeypatch.setattr(store, "recorded", refuse)
    app = look(office)
    assert any("Chưa đọc được các giải trình" in one.value for one in app.warning)
    assert TEXT not in texts(app)


@pytest.mark.parametrize("signed_in", [False, True])
def test_files_have_the_reasons_and_names_for_staff_only(office, signed_in):
    answered(office, text="=1+1")
    planner = office.desk.planner.now()
    me = office.an if signed_in else ANONYMOUS
    reasons = Reasons(office.desk, me, "vi")
    reader = Reader(planner, reasons.attached(planner.audit()), "vi", planner.namer("vi"), reasons)
    (one,) = reader.audit.answered
    text = reader.csv([one]).decode("utf-8-sig")
    assert "“=1+1” (" in text
    assert ("Trần Bình" in text) is signed_in
    assert ("Trần Bình" in reader.json([one]).decode()) is signed_in
    assert reader.mentions("1+1")(one)
