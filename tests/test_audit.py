"""The audit of whole documents: every known finding, the counts, the words, the command."""

import copy
import datetime as dt
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from shapely import box

from geo import audit_wording
from geo.audit import Material, audit
from geo.checks import Mechanism, Remark, Status, cross_lists, ledger, spellings
from geo.checks.relations import evaluate
from geo.i18n import LANGUAGES
from geo.plans import FigureState, Growth, Multiple, Share
from geo.services import Planner
from geo.settings import Settings
from geo.zones import Industry, IndustryState, Precision
from tests.conftest import ROOT
from tests.test_cli import geo
from tests.test_relations import figure

GUIDE = (ROOT / "docs" / "audit.md").read_text("utf-8")
KNOWN = {
    row[1]: re.findall(r"`([^`]+)`", row[2])
    for row in re.finditer(r"^\| (X\d\d) \|.*\| ([^|]+) \|$", GUIDE, re.MULTILINE)
}
OTHER_THAN_NOT_MET = {
    "X10": {Status.MET},
    "X11": {Status.MET},
    "X13": {Status.MET},
    "X14": {Status.NOT_MET, Status.TO_REVIEW},
    "X15": {Status.TO_REVIEW},
    "X16": {Status.TO_REVIEW},
    "X18": {Status.TO_REVIEW},
    "X19": {Status.CANNOT_TELL, Status.TO_REVIEW},
    "X21": {Status.TO_REVIEW},
    "X22": {Status.TO_REVIEW},
    "X23": {Status.CANNOT_TELL},
    "X25": {Status.TO_REVIEW},
    "X26": {Status.TO_REVIEW},
    "X27": {Status.TO_REVIEW},
}


@pytest.fixture(scope="module")
def whole(planner):
    return planner.audit()


@pytest.fixture(scope="module")
def found(whole):
    return {one.id: one for one in whole.findings}


@pytest.fixture
def material(planner):
    """What the audit of the committed data rests on, to be changed by `replace`."""
    state = planner.state
    register = planner.bounds.register
    return Material(state.documents, state.zones, state.verdicts, planner.rulebook, register)


# -- what was known


@pytest.mark.parametrize("known", KNOWN)
def test_a_known_finding_comes_out_of_its_mechanism(found, known):
    statuses = {found[name].status for name in KNOWN[known]}
    assert statuses == OTHER_THAN_NOT_MET.get(known, {Status.NOT_MET})


def test_every_known_finding_is_in_the_guide_or_explained():
    explained = set(re.findall(r"\*\*(X\d\d)\*\*", GUIDE))
    assert set(KNOWN) | explained == {f"X{number:02}" for number in range(1, 28)}
    assert set(OTHER_THAN_NOT_MET) <= set(KNOWN)


def test_rounding_findings_hold_as_written_and_say_what_the_row_would_have(found):
    assert {name: found[name].params["rounded"] for name in ("tn-r048", "tn-r059")} == {
        "tn-r048": Decimal("4.1"),
        "tn-r059": Decimal("19.7"),
    }


def test_failed_shares_are_explained_by_the_whole_that_their_table_implies(found):
    because = found["tn-r116"].because
    assert (because.id, because.params["agreeing"], because.params["shares"]) == ("tn-r134", 6, 7)
    assert 11_997 < because.params["low"] <= because.params["high"] < 12_007
    (apart,) = because.params["apart"]
    assert [one.source for one in apart.term.terms] == ["tn-f168", "tn-f169"]
    assert "tn-r134" not in found


def test_the_row_that_holds_two_clusters_is_named(found):
    assert found["tn-f213-n:count"].verdict.params["clusters"] == 29


def test_limits_of_law_are_those_of_the_chosen_day(planner, found):
    name = "tn-ccn-trung-hoi:law:L02:area_planned_ha≥"
    assert name not in found
    later = planner.audit(documents=["tn-qd-341-2010"], day=dt.date(2024, 5, 2))
    (one,) = [finding for finding in later.findings if finding.id == name]
    assert (one.status, one.figures) == (Status.TO_REVIEW, ("tn-f285",))
    assert found["tn-ccn-diem-thuy:law:L04:area_planned_ha≤"].figures == ("tn-f298",)


def test_every_lost_figure_cannot_be_told_and_every_doubtful_one_is_to_be_reviewed(whole):
    by_figure = {one.arithmetic.stated.source: one for one in whole.findings
                 if one.mechanism is Mechanism.GROWTH}  # fmt: skip
    states = Counter(one.state for one in whole.lost)
    assert states == {FigureState.LOST: 15, FigureState.DOUBTFUL: 6}
    for lost in whole.lost:
        one = by_figure[lost.id]
        if lost.state is FigureState.LOST:
            assert (one.status, one.remark) == (Status.CANNOT_TELL, Remark.LOST)
            assert one.arithmetic.result is not None
        else:
            assert (one.status, one.as_read) == (Status.TO_REVIEW, Status.MET)


# -- counts


def test_counts_agree_with_the_findings(whole):
    assert len({one.id for one in (*whole.findings, *whole.derived)}) == (
        len(whole.findings) + len(whole.derived)
    )
    assert whole.counts() == {
        status: sum(one.status is status for one in whole.findings) for status in Status
    }
    totals = Counter()
    for own in whole.by_mechanism().values():
        totals.update(own)
    assert totals == Counter(whole.counts())
    relations = {
        status: sum(
            one.status is status and bool(re.fullmatch(r"..-r\d+", one.id))
            for one in (*whole.findings, *whole.derived)
        )
        for status in Status
    }
    assert relations == {
        Status.MET: 173,
        Status.NOT_MET: 31,
        Status.CANNOT_TELL: 16,
        Status.TO_REVIEW: 9,
    }


def test_figures_without_any_check_are_counted_as_such(whole):
    assert (len(whole.figures), len(whole.unchecked)) == (360, 53)
    checked = {name for one in (*whole.findings, *whole.derived) for name in one.figures}
    assert checked.isdisjoint(figure.id for figure in whole.unchecked)


def test_figures_that_follow_from_rows_are_no_merit_of_the_document(whole):
    assert {one.figures[0] for one in whole.derived if one.verdict} == {
        figure.id for figure in whole.figures.values() if figure.derived
    }
    assert all(one.status is Status.MET for one in whole.derived)


def test_an_audit_of_one_document_or_province_is_a_part_of_the_whole(planner, whole):
    parts = [planner.audit(documents=[name]) for name in planner.state.documents]
    assert [one.id for part in parts for one in part.findings] == [one.id for one in whole.findings]
    assert (
        planner.audit(province="60").findings == planner.audit(documents=["bt-nq-tu-13"]).findings
    )
    assert planner.audit(province="01").findings == ()


def test_every_relation_and_every_verdict_is_in_the_audit_once(planner, whole):
    ids = [one.id for one in (*whole.findings, *whole.derived)]
    relations = [
        one.id
        for document in planner.documents()
        for one in document.relations
        if one.mechanism != Mechanism.BASE
    ]
    assert set(relations) <= set(ids)
    verdicts = [one.verdict.id for one in (*whole.findings, *whole.derived) if one.verdict]
    assert sorted(verdicts) == sorted(one.id for one in planner.verdicts())


def test_a_document_without_a_year_cannot_be_held_against_the_law(material):
    name = "tn-qd-341-2010"
    undated = replace(material.documents[name], year="18/01/2010")
    changed = replace(material, documents={**material.documents, name: undated})
    (one,) = [
        finding for finding in audit(changed, [name]).findings if finding.mechanism is Mechanism.LAW
    ]
    assert (one.status, one.params["year"]) == (Status.CANNOT_TELL, "18/01/2010")
    on_a_day = audit(changed, [name], dt.date(2010, 6, 1)).findings
    assert sum(finding.mechanism is Mechanism.LAW for finding in on_a_day) == 6


# -- the areas of a zone


def areas(make_zone, planned="100", **fields):
    values = {f"area_{name}_ha": Decimal(value) for name, value in fields.items()}
    found = ledger.hold(make_zone(area=planned, **values))
    return {one.params["entry"]: one for one in found}


@pytest.mark.parametrize(
    ("fields", "entry", "status", "left"),
    [
        ({"detailed": "100"}, "area_detailed_ha", Status.MET, "0"),
        ({"detailed": "60"}, "area_detailed_ha", Status.TO_REVIEW, "40"),
        ({"detailed": "101"}, "area_detailed_ha", Status.NOT_MET, "-1"),
        ({"industrial": "70"}, "area_industrial_ha", Status.MET, "30"),
        ({"industrial": "110"}, "area_industrial_ha", Status.NOT_MET, "-10"),
        ({"detailed": "60", "industrial": "70"}, "area_industrial_ha", Status.NOT_MET, "-10"),
        ({"industrial": "70", "let": "30"}, "area_let_ha", Status.MET, "40"),
        ({"industrial": "70", "let": "71"}, "area_let_ha", Status.NOT_MET, "-1"),
        ({"let": "120"}, "area_let_ha", Status.NOT_MET, "-20"),
    ],
)
def test_gaps_between_the_areas_of_a_zone(make_zone, fields, entry, status, left):
    one = areas(make_zone, **fields)[entry]
    assert (one.status, one.arithmetic.result) == (status, Decimal(left))


def test_what_is_not_known_of_a_zone_is_said_once(make_zone):
    found = areas(make_zone, industrial="70")
    assert set(found) == {"area_industrial_ha", "unknown"}
    assert found["unknown"].status is Status.CANNOT_TELL
    assert found["unknown"].params["missing"] == (
        "area_detailed_ha",
        "area_let_ha",
        "area_measured_ha",
    )
    nothing = areas(make_zone, planned=None)
    assert set(nothing) == {"unknown"}


@pytest.mark.parametrize(
    ("planned", "detailed", "status"),
    [
        ("123.09", None, Status.MET),  # 0.01° by 0.01° at the equator
        ("117.30", None, Status.MET),  # 4.9 % less
        ("116.00", None, Status.TO_REVIEW),
        ("200", "123.09", Status.MET),  # the outline is that of the detailed plan
        ("0", None, None),
    ],
)
def test_an_outline_against_the_stated_area(make_zone, planned, detailed, status):
    zone = make_zone(
        area=planned,
        area_detailed_ha=None if detailed is None else Decimal(detailed),
        geometry=box(0, 0, 0.01, 0.01),
        location_precision=Precision.DRAWN,
    )
    found = {one.params["entry"]: one.status for one in ledger.hold(zone)}
    assert found.get("area_measured_ha") is status


# -- industries and names


def industry(phrase, *vsic, clause=None, reading=None):
    state = IndustryState.LISTED if clause is None else IndustryState.STEERED
    return Industry(phrase, state, clause or "II.3", tuple(vsic), reading)


@pytest.mark.parametrize(
    ("listed", "status", "missing"),
    [
        ([industry("dệt", "13"), industry("máy", "28")], Status.MET, ()),
        ([industry("máy", "28")], Status.NOT_MET, ("sợi",)),
        ([industry("máy", "28"), industry("công nghệ cao")], Status.TO_REVIEW, ("sợi",)),
        ([], Status.CANNOT_TELL, ("sợi",)),
    ],
)
def test_an_industry_that_is_steered_to_a_zone_and_its_own_list(make_zone, listed, status, missing):
    (one,) = cross_lists.hold(make_zone(industries=(*listed, industry("sợi", "13", clause="II.2"))))
    assert (one.status, one.params["missing"], one.clause) == (status, missing, "II.2")


@pytest.mark.parametrize(
    ("listed", "status"),
    [
        (industry("Công nghệ cao"), Status.MET),
        (industry("máy", "28"), Status.CANNOT_TELL),
    ],
)
def test_industries_without_a_division_are_compared_as_words(make_zone, listed, status):
    steered = industry("nhà máy lớn", clause="II.2", reading="công nghệ cao")
    (one,) = cross_lists.hold(make_zone(industries=(listed, steered)))
    assert one.status is status


def test_each_clause_that_steers_is_a_finding_of_its_own(make_zone):
    rows = (
        industry("máy", "28"),
        industry("sợi", "13", clause="A"),
        industry("máy", "28", clause="B"),
    )
    found = cross_lists.hold(make_zone(industries=rows))
    assert [(one.clause, one.status) for one in found] == [
        ("A", Status.NOT_MET),
        ("B", Status.MET),
    ]
    assert cross_lists.hold(make_zone(industries=rows[:1])) == []


def test_other_names_and_readings_are_to_be_reviewed(make_zone):
    zone = make_zone(
        aliases=("Cụm A",), industries=(industry("công nghệ sao", reading="công nghệ cao"),)
    )
    names, readings = spellings.hold(zone)
    assert names.params["others"] == ("Cụm A",)
    assert readings.params["others"] == ("“công nghệ sao” → “công nghệ cao”",)
    assert spellings.hold(make_zone()) == []


# -- words


@pytest.mark.parametrize(
    ("name", "lang", "words"),
    [
        (
            "tn-r120",
            "vi",
            "6.700 ÷ 30.000 = 22,33 %, văn bản ghi 23,33 %: lệch 1 điểm %. "
            "6/7 tỷ trọng của bảng hàm ý tổng 29.996 – 30.004 tỷ đồng, văn bản ghi 30.000 tỷ đồng. "
            "Các tỷ trọng hàm ý tổng khác: 6.700 ÷ 23,33 % → 28.710 – 28.727.",
        ),
        (
            "tn-r137",
            "en",
            "2,178 + 1,485 + 2,733 + 4,200 + 380 + 1,000 + 24 + 500 = 12,500 billion đồng, "
            "the document says 12,200 billion đồng: 300 billion đồng apart.",
        ),
        (
            "tn-r072",
            "vi",
            "Cùng một con số ghi khác nhau: 6.700 tỷ đồng (II.1 bảng 2.A); 7.000 tỷ đồng (II.2.1).",
        ),
        (
            "tn-r143",
            "en",
            "(2,178 ÷ 723.7)^(1/5) − 1 = 24.65 % a year; the figure in the document is lost, "
            "so there is nothing to compare. Look it up in the original.",
        ),
        ("bk-r003", "vi", "11,94 %/năm thấp hơn mức > 33 %/năm."),
        (
            "bt-r005",
            "en",
            "The figures are compared but use a different denominator: area for lease; area; "
            "planned area.",
        ),
        (
            "tn-kcn-song-cong-i:ledger:area_detailed_ha",
            "vi",
            "KCN Sông Công I: diện tích quy hoạch − diện tích quy hoạch chi tiết: "
            "220 − 129,51 = 90,49 ha; chưa ghi lý do của phần chênh lệch.",
        ),
    ],
)
def test_the_arithmetic_is_written_out(planner, whole, found, name, lang, words):
    sentence = audit_wording.sentence(found[name], whole.figures, lang, planner.namer(lang))
    assert sentence == words


def test_the_largest_and_smallest_numbers_are_written_too():
    most, least = "9" * 15, "0." + "0" * 14 + "1"
    texts = {
        name: figure(value, name)
        for name, value in {"a": most, "b": least, "a_pct": "50", "times": "2"}.items()
    }
    common = {"document": "plan", "clause": "I"}
    for relation in (
        Share(**common, id="r", part="a", whole="b", share="a_pct"),
        Multiple(**common, id="r", start="a", end="b", times="times"),
        Growth(**common, id="r", start="b", end="a", rate="a_pct", years=1),
    ):
        one = evaluate(relation, texts)
        assert one.status is Status.NOT_MET
        assert "văn bản ghi" in audit_wording.sentence(one, texts, "vi", str)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_has_its_sentence(planner, whole, lang):
    name = planner.namer(lang)
    for one in (*whole.findings, *whole.derived):
        words = audit_wording.sentence(one, whole.figures, lang, name)
        assert words.endswith((".", "”.", "…")), words
        assert not re.search(r"\{|finding\.|missing\.|unit\.|None", words), words


def test_an_audit_as_json_has_numbers_as_numbers(planner, whole):
    made = json.loads(json.dumps(audit_wording.audit_json(whole, "en", planner.namer("en"))))
    assert (made["stated"], made["inferred"]) == (350, 10)
    assert (len(made["unchecked"]), len(made["lost"])) == (53, 21)
    assert made["counts"] == {status.value: count for status, count in whole.counts().items()}
    (one,) = [row for row in made["findings"] if row["id"] == "tn-r137"]
    arithmetic = one["arithmetic"]
    (step,) = arithmetic["steps"]
    assert step["term"]["operation"] == "sum"
    assert step["term"]["terms"][0] == {
        "source": "tn-f162", "value": 2178, "comparator": "=", "high": None,
    }  # fmt: skip
    assert (step["result"], arithmetic["stated"]["value"], arithmetic["deviation"]) == (
        12500, 12200, 300,
    )  # fmt: skip


# -- a document of one's own


def test_the_example_of_the_guide_is_audited_as_it_says(tmp_path):
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    (document,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    (text,) = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
    (data / "plans" / "vi-du.json").write_text(document, "utf-8")
    (data / "plans" / "vi-du.txt").write_text(text, "utf-8")
    planner = Planner(Settings(data_dir=data))
    assert [one for one in planner.issues() if one.code.startswith("plan.")] == []
    made = audit_wording.audit_json(planner.audit(documents=["vi-du"]), "en", planner.namer("en"))
    rows = re.findall(r"^\| `(vd-r\d)` \| (\w+) \| (.*) \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 5
    assert sorted(rows) == sorted(
        (one["id"], one["status"], one["message"]) for one in made["findings"]
    )
    assert made["unchecked"] == []


def test_a_faulty_figure_is_shown_and_everything_else_is_audited(tmp_path, whole):
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    path = data / "plans" / "tn-qd-341-2010.json"
    raw = json.loads(path.read_text("utf-8"))
    faulty = next(one for one in raw["figures"] if one["id"] == "tn-f177")
    faulty["value"] = "23,33"
    path.write_text(json.dumps(raw), "utf-8")
    planner = Planner(Settings(data_dir=data))
    rows = [(one.code, one.row) for one in planner.issues() if one.code.startswith("plan.")]
    assert rows[0] == ("plan.number_text", "tn-f177")
    left_out = {row for code, row in rows if code == "plan.reference"}
    assert "tn-r120" in left_out
    assert {one.id for one in planner.audit().findings} == {
        one.id for one in whole.findings
    } - left_out


# -- the command


def test_the_command_prints_an_audit_and_fails_when_something_is_not_met():
    done = geo("audit", "--document", "tn-qd-341-2010")
    assert (done.returncode, done.stderr) == (1, "")
    assert "6.700 ÷ 30.000 = 22,33 %, văn bản ghi 23,33 %" in done.stdout
    assert (
        "227 con số văn bản ghi, 10 con số suy ra từ các dòng; 21 đã mất hoặc đọc không chắc"
        in done.stdout
    )
    assert "Người sửa: cơ quan lập quy hoạch." in done.stdout


def test_the_command_gives_json_and_succeeds_when_nothing_is_not_met():
    done = geo("audit", "--province", "Lâm Đồng", "--format", "json", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(done.stdout)
    assert (made["documents"], made["counts"]["not_met"]) == (["ld-kh-2017"], 0)


def test_the_command_takes_a_day():
    wanted = ["audit", "--document", "tn-qd-341-2010", "--format", "json"]
    rules = {
        day: {one["id"].split(":")[2] for one in json.loads(done.stdout)["findings"]
              if one["mechanism"] == "law"}
        for day in ("2010-06-01", "2024-05-02")
        for done in [geo(*wanted, "--day", day)]
    }  # fmt: skip
    assert "L02" in rules["2024-05-02"] - rules["2010-06-01"]
    refused = geo("audit", "--day", "1/5/2024")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "1/5/2024" in refused.stderr
    assert "2024-05-01" in refused.stderr


# -- once a state


def test_an_audit_is_made_once_a_state_and_choice(planner):
    now = planner.now()
    first = now.audit()
    assert planner.audit(documents=list(planner.state.documents)) is first
    assert now.audit(day=dt.date(2024, 5, 2)) is not first
    assert now.audit(documents=["tn-qd-341-2010"]) is not first


def test_an_audit_follows_the_rules_and_the_register_that_it_is_asked_of(planner):
    first = planner.audit()
    assert any(one.mechanism is Mechanism.LAW for one in first.findings)
    lawless = copy.copy(planner)
    lawless.rulebook = replace(planner.rulebook, rules=())
    assert not any(one.mechanism is Mechanism.LAW for one in lawless.audit().findings)
    snapshot = planner.repository.snapshot()
    emptied = planner.over(replace(snapshot, zones=()))
    assert emptied.audit() != first
    assert planner.audit() is first
