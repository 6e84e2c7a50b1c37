"""The register over time on its page, and what the forms ask so that it need not guess."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from geo import journal, movements
from geo.changes import Action
from geo.desk import Edit, Submission
from geo.i18n import LANGUAGES, date, t
from geo.movements import Step
from pages.ui import charts, past_movements, resources
from pages.ui.resending import taken_up
from tests.test_review_pages import (
    HOSTILE,
    LIVE,
    OTHER,
    THIRD,
    ZONE,
    Office,
    made_people,
    moved_to,
    split_of,
    texts,
    utc,
)

TODAY = dt.datetime.now(journal.VIETNAM).date()


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A register of its own that began in January; gives the desk, the people and pages."""
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    resources.forget()
    made = Office(made_people(), monkeypatch)
    moved_to(made, 1, utc(2026, 1, 5))
    yield made
    resources.forget()


def happen(office):
    """In February 1,25 ha by a decision, in March a zone retired, today a split of 30 ha."""
    edit = office.edit(area_planned_ha=51.25, reason=f"QĐ 12 {HOSTILE}")
    adjusted = Submission(Action.ADJUST, edit.reason, edit.edits)
    office.desk.submit(office.an, adjusted, publish=True)
    moved_to(office, 2, utc(2026, 2, 10))
    retired = Submission(Action.RETIRE, "thu hồi", (Edit(THIRD, 1, None),))
    office.desk.submit(office.an, retired, publish=True)
    moved_to(office, 3, utc(2026, 3, 10))
    office.desk.submit(office.an, split_of(office.desk), publish=True)


def see(office, login="", lang="vi", **query):
    return office.open("history", login, lang, part="movements", **query)


def metrics(app):
    return [one.value for one in app.metric]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_way_from_the_first_load_to_now(office, lang):
    happen(office)
    app = see(office, lang=lang)
    shown = texts(app)
    vi = lang == "vi"
    assert metrics(app)[:3] == (
        ["4.930,83 ha", "4.935,08 ha", "+4,25 ha"]
        if vi
        else ["4,930.83 ha", "4,935.08 ha", "+4.25 ha"]
    )
    equation = "4.930,83 + 1,25 + 23 − 20 = 4.935,08 ha"
    assert (equation if vi else "4,930.83 + 1.25 + 23 − 20 = 4,935.08 ha") in shown
    steps, zones = (one.value for one in app.dataframe)
    assert list(steps[t(lang, "movements.column.step")]) == [
        t(lang, "movements.start"),
        *(t(lang, f"movements.step.{one}") for one in (Step.RESIZED, Step.SPLIT, Step.REMOVED)),
        t(lang, "movements.end"),
    ]
    total = steps[t(lang, "movements.column.total_ha")]
    changes = steps[t(lang, "movements.column.change_ha")]
    assert total.iloc[-1] == pytest.approx(total.iloc[0] + changes.dropna().sum())
    links = [parse_qs(urlsplit(one).query) for one in zones[t(lang, "movements.history")]]
    assert [one["zone"] for one in links] == [[ZONE], [OTHER], [f"{OTHER}-2"], [THIRD]]
    assert {one["lang"][0] for one in links} == {lang}
    people = set(zones[t(lang, "movements.column.people")])
    assert people == {t(lang, "role.approver")}
    assert not LIVE.search("\n".join(str(one.value) for one in (*app.markdown, *app.caption)))


def test_staff_see_names(office):
    happen(office)
    zones = see(office, "binh").dataframe[1].value
    assert set(zones["Người thực hiện"]) == {"Nguyễn An"}
    assert HOSTILE in zones["Lý do"].iloc[0]  # a cell is text, never markup


def test_a_link_reopens_days_province_and_kind(office):
    happen(office)
    query = {"start": "2026-02-20", "end": "2026-03-20", "province": "19", "kind": "CCN"}
    app = see(office, **query)
    assert metrics(app)[:3] == ["1.162,08 ha", "1.142,08 ha", "−20 ha"]
    assert [one.value for one in app.date_input] == [dt.date(2026, 2, 20), dt.date(2026, 3, 20)]
    kept = {name: app.query_params[name] for name in (*query, "part")}
    assert kept == {**query, "part": "movements"}
    app.date_input(key="end-day").set_value(None).run()
    assert not app.exception
    assert metrics(app)[1] == "1.165,08 ha"
    assert "end" not in app.query_params


def test_days_beyond_the_register_leave_its_filters_but_show_why(office):
    happen(office)
    app = see(office, lang="en", start="2026-05-01", end="2026-04-01")
    [error] = app.error
    assert error.value.replace("\\", "") == t(
        "en", "error.movements.order", since=dt.date(2026, 5, 1), until=dt.date(2026, 4, 1)
    )
    early = see(office, start="2025-12-31")
    assert "05/01/2026" in early.error[0].value.replace("\\", "")
    for app_ in (app, early):
        assert not app_.metric
        assert len(app_.date_input) == 2


@pytest.mark.parametrize("day", ["2999-01-01", "'; DROP", "0001-01-01"])
def test_what_is_no_day_is_named_and_left_open(office, day):
    happen(office)
    app = see(office, start=day)
    assert [one.value for one in app.date_input] == [None, None]
    assert len(app.warning) == 1
    assert "start" in app.warning[0].value
    assert metrics(app)[0] == "4.930,83 ha"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_changed_is_said(office, lang):
    app = see(office, lang=lang)
    assert t(lang, "movements.nothing") in texts(app)
    assert not app.dataframe
    happen(office)
    elsewhere = see(office, lang=lang, province="66")
    assert t(lang, "movements.nothing") in texts(elsewhere)
    none = see(office, lang=lang, province="06", kind="CCN")
    assert t(lang, "movements.none_there") in texts(none)


def test_what_was_undone_is_told_below_the_steps(office):
    office.publish(area_planned_ha=99)
    office.desk.submit(office.an, office.desk.undoing(office.an, "nhầm"), publish=True)
    app = see(office)
    words = t("vi", "movements.taken_back", count=2, zones=1)
    assert words in texts(app)
    assert t("vi", "movements.nothing") in texts(app)


def drawn(office, lang, view=None):
    planner = resources.get_planner().now()
    span = movements.span(office.desk, None, None, TODAY)
    found = movements.gather(office.desk, office.an, span)
    made = movements.account(found.then, found.now, found.history, planner.bounds.register, view)
    words = movements.Words(planner, lang, office.an, {})
    return made, past_movements.waterfall(words, made, span)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_bar_begins_where_the_one_above_ended(office, lang):
    happen(office)
    made, picture = drawn(office, lang)
    layers = picture.chart.to_dict()
    data = next(iter(layers["datasets"].values()))
    ends = [row["end"] for row in data]
    assert [row["start"] for row in data[1:-1]] == ends[:-2]
    assert (ends[0], ends[-1]) == (float(made.start.area_ha), float(made.end.area_ha))
    assert ends[-2] == pytest.approx(ends[-1])
    signs = [row["label"][0] for row in data[1:-1]]
    assert signs == ["+", "+", "−"]
    assert date(TODAY, lang) in picture.about
    low = data[0]["start"]
    assert low > 0  # 4 of 4,930 ha would not be seen
    assert t(lang, "movements.chart_cut", low=low) in picture.about
    assert set(past_movements.COLOURS) <= set(charts.COLOURS)


@pytest.mark.parametrize(
    ("totals", "low"),
    [((100, 300), 0), ((0, 0), 0), ((100, 100), 0), ((4930, 4950), 4920), ((4999, 5003), 4998)],
)
def test_the_axis_begins_at_0_unless_the_steps_would_not_be_seen(totals, low):
    begin, end = past_movements.axis([Decimal(one) for one in totals])
    assert begin == low
    assert end > max(totals)


# -- what the forms ask


def test_the_form_asks_why_a_known_area_changes_and_nothing_else(office):
    app = office.open("zone_edit", "an", zone=ZONE)
    label = t("vi", "page.edit.nature.label")
    assert label not in [one.label for one in app.button_group]
    change(app, "area_planned_ha", "51,5")
    [asked] = [one for one in app.button_group if one.label == label]
    asked.set_value("correct").run()
    fill(app, "gõ nhầm số")
    press(app, ":publish")
    [version] = office.desk.register.of_revision(2)
    assert (version.action, version.after["area_planned_ha"]) == (Action.CORRECT, 51.5)
    found, _ = drawn(office, "vi")
    assert [one.step for one in found.steps()] == [Step.CORRECTED]


def test_it_may_be_left_open_and_the_account_says_so(office):
    app = office.open("zone_edit", "an", zone=ZONE)
    change(app, "area_planned_ha", "51,5")
    fill(app, "theo biên bản")
    press(app, ":publish")
    [version] = office.desk.register.of_revision(2)
    assert version.action is Action.EDIT
    assert [one.step for one in drawn(office, "vi")[0].steps()] == [Step.UNSTATED]


def test_an_area_that_was_unknown_needs_no_nature(office):
    unknown = next(
        one for one in resources.get_planner().state.zones if one.area_planned_ha is None
    )
    app = office.open("zone_edit", "an", zone=unknown.id)
    change(app, "area_planned_ha", "75")
    labels = [one.label for one in app.button_group]
    assert t("vi", "page.edit.nature.label") not in labels


def test_a_proposal_keeps_what_its_author_said_and_so_does_one_made_anew(office):
    edit = office.edit(area_planned_ha=51.5)
    stated = Submission(Action.ADJUST, "QĐ 12", edit.edits)
    number = office.desk.submit(office.binh, stated, publish=False).proposal
    proposal = office.desk.proposal(office.binh, number)
    assert taken_up(office.desk, proposal).content["nature"] == "adjust"
    office.desk.publish(office.an, number)
    assert office.desk.register.of_revision(2)[0].action is Action.ADJUST


def change(app, field, value):
    label = f"{t('vi', f'field.{field}')} (ha)"
    next(one for one in app.text_input if one.label == label).set_value(value).run()
    assert not app.exception


def fill(app, reason):
    label = t("vi", "page.edit.reason")
    next(one for one in app.text_area if one.label == label).set_value(reason).run()


def press(app, ending):
    next(one for one in app.button if str(one.key).endswith(ending)).click().run()
    assert not app.exception
