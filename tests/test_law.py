"""The rules as data, and the rules held against records; the real ones give known answers."""

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from geo import i18n, plans
from geo.checks import law
from geo.checks.law import Condition, Period, Rulebook, RuleTest, Standing, Topic
from geo.errors import DataError
from geo.io import geojson
from geo.issues import CATALOGUE, Severity
from geo.zones import Kind, Stage
from tests.conftest import ROOT, zone_of

RULES = ROOT / "data" / "rules"
BOOK = law.load(RULES)
ZONES, _ = geojson.read_zones(ROOT / "data" / "zones.geojson", max_mb=40)
DOCUMENTS = {one.id: one for one in plans.load(ROOT / "data" / "plans")[0]}
PLAN = replace(DOCUMENTS["tn-qd-341-2010"], id="plan", date="2024-06-01")


def held(zone, on=None, document=PLAN, book=BOOK):
    return law.hold(zone, document, book, on)


def one(zone, on=None, document=PLAN, book=BOOK):
    (found,) = held(zone, on, document, book)
    return found


def all_held(on=None):
    return [
        (found.row, found.params["rule"], found.code)
        for zone in ZONES
        for found in law.hold(zone, DOCUMENTS[zone.source.document], BOOK, on)
    ]


# -- the table


def test_all_34_rules_are_there_and_six_can_be_held_against_a_record():
    assert sorted({rule.id for rule in BOOK.rules}) == [f"L{at:02}" for at in range(1, 35)]
    assert {rule.id for rule in BOOK.rules if rule.test} == {
        "L02", "L03", "L04", "L05", "L08", "L20",
    }  # fmt: skip
    assert [rule.high for rule in BOOK.get("L04")] == [50, 75]
    assert BOOK.get("L99") == ()


@pytest.mark.parametrize(
    ("standing", "ids"),
    [
        (Standing.SECONDARY, "L03 L12 L14 L16 L18 L28 L29 L31 L32 L34"),
        (Standing.UNVERIFIED, "L05 L06 L21 L24 L26 L27"),
    ],
)
def test_what_is_not_verified_says_so(standing, ids):
    assert sorted({r.id for r in BOOK.rules if r.status is standing}) == ids.split()


def test_the_standing_is_that_of_its_note():
    for rule in BOOK.rules:
        if rule.status is Standing.VERIFIED:
            assert rule.source_note.startswith("VERIFIED"), rule.id


def test_texts_exist_for_every_code_and_none_besides():
    families = {
        "topic": set(Topic),
        "standing": set(Standing),
        "doubt": {
            *Condition, "standing_secondary", "standing_unverified", "founding_day", "joint_area",
            "day",
        },
    }  # fmt: skip
    for family, codes in families.items():
        prefix = f"law.{family}."
        written = {key for key in i18n.catalogue("vi") if key.startswith(prefix)}
        assert written == {f"{prefix}{code}" for code in codes}


def test_words_are_in_both_languages():
    for rule in BOOK.rules:
        assert rule.words("vi") != rule.words("en")


@pytest.mark.parametrize(
    ("day", "size_rules"),
    [
        ("2009-10-04", set()),
        ("2009-10-05", {"L04"}),
        ("2017-07-14", {"L04"}),
        ("2017-07-15", {"L05"}),
        ("2024-04-30", {"L05"}),
        ("2024-05-01", {"L02"}),
        ("2026-09-14", {"L02"}),
        ("2026-09-15", {"L03"}),
    ],
)
def test_one_rule_on_cluster_size_is_in_force_at_a_time(day, size_rules):
    rules = BOOK.in_force(dt.date.fromisoformat(day))
    assert {r.id for r in rules if r.topic is Topic.SIZE and r.test} == size_rules


def test_a_rule_whose_first_day_is_known_to_the_year_may_apply_in_all_of_it():
    (rule,) = BOOK.get("L30")
    assert rule.may_apply(Period.of("2020-01-01"))
    assert not rule.applies(Period.of("2020-06-30"))
    assert rule.applies(Period.of("2021-01-01"))
    assert not rule.may_apply(Period.of("2019-12-31"))


def changed(folder, row_start, old, new):
    """The table of a copied folder with a change in the first row that starts so."""
    path = folder / "rules.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith(row_start))
    assert old in lines[at]
    lines[at] = lines[at].replace(old, new, 1)
    path.write_text("".join(lines), "utf-8")
    return at


@pytest.mark.parametrize(
    ("row", "old", "new", "column"),
    [
        ("L01,", "definition", "definitions", "topic"),
        ("L01,", ",CCN,", ",CNN,", "kind"),
        ("L08,", ",founded,", ",age,", "test"),
        ("L02,", ",10,", ",ten,", "low"),
        ("L02,", ",10,", ",NaN,", "low"),
        ("L02,", ",10,", ",-1,", "low"),
        ("L02,", ",10,", ",76,", "high"),
        ("L02,", "ordinary", "usual", "condition"),
        ("L02,", "area_planned_ha", "area_total", "quantity"),
        ("L03,", ",5,75,", ",,,", "high"),
        ("L08,", "2009-10-05", "2009", "founded_before"),
        ("L08,", "2009-10-05", "", "founded_before"),
        ("L08,", "2026-12-31", "2026-13-31", "last"),
        ("L08,", "2026-12-31", "2023-12-31", "last"),
        ("L01,", "2024-05-01", "1/5/2024", "first"),
        ("L01,", ",verified,", ",sure,", "status"),
    ],
)
def test_a_bad_cell_is_named_with_file_row_and_column(tmp_path, row, old, new, column):
    folder = shutil.copytree(RULES, tmp_path / "rules")
    at = changed(folder, row, old, new)
    with pytest.raises(DataError) as refusal:
        law.load(folder)
    assert refusal.value.code == "rule.cell"
    named = {name: refusal.value.params[name] for name in ("file", "row", "id", "column")}
    assert named == {"file": "rules.csv", "row": at, "id": row[:3], "column": column}
    for lang in i18n.LANGUAGES:
        assert f'"{refusal.value.params["value"]}"' in i18n.error_text(refusal.value, lang)
    shutil.copytree(RULES, folder, dirs_exist_ok=True)
    assert law.load(folder) == BOOK


def test_a_rule_that_is_there_twice_is_refused(tmp_path):
    folder = shutil.copytree(RULES, tmp_path / "rules")
    path = folder / "rules.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), "utf-8")
    with pytest.raises(DataError) as refusal:
        law.load(folder)
    assert refusal.value.code == "rule.duplicate"
    assert (refusal.value.params["row"], refusal.value.params["first"]) == (len(lines), 1)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DataError) as refusal:
        law.load(tmp_path)
    assert refusal.value.code == "file.not_found"


# -- the 50 real records

CAP_OF_2010 = {
    "tn-ccn-phu-lac-1": "52",
    "tn-ccn-an-khanh-1": "64.6",
    "tn-ccn-an-khanh-2": "59.4",
    "tn-ccn-son-cam-2": "75",
    "tn-ccn-tan-lap-so-1-va-2": "75",
    "tn-ccn-diem-thuy": "52",
}


def test_six_clusters_of_thai_nguyen_are_to_be_reviewed_under_the_cap_of_their_time():
    found = [one for zone in ZONES for one in law.hold(zone, DOCUMENTS[zone.source.document], BOOK)]
    assert {one.row: one.value for one in found} == CAP_OF_2010
    assert len(found) == 6
    for one in found:
        assert one.code == "law.to_review"
        assert one.severity is Severity.WARNING
        parts = {name: one.params[name] for name in ("rule", "citation", "sign", "limit", "day")}
        assert parts == {
            "rule": "L04",
            "citation": "QĐ 105/2009/QĐ-TTg (Quy chế)",
            "sign": "≤",
            "limit": Decimal(50),
            "day": "2010",
        }
        joint = ("joint_area",) if one.row == "tn-ccn-tan-lap-so-1-va-2" else ()
        assert one.params["doubts"] == ("new", "not_older", *joint)


OLD_CLUSTERS = [
    (name, "L08", "law.reestablish")
    for name in (
        *("dl-ccn-buon-ho-krong-buk", "dl-ccn-ea-dar-ea-kar", "dl-ccn-tan-an-1"),
        "dl-ccn-truong-thanh-ea-hleo",
    )
]
TRUNG_HOI = "tn-ccn-trung-hoi"
PHASES = ("tn-kcn-yen-binh", "L20", "law.to_review")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2009-10-04", []),
        ("2009-10-05", [(name, "L04", "law.to_review") for name in sorted(CAP_OF_2010)]),
        ("2018-01-01", [(TRUNG_HOI, "L05", "law.to_review")]),
        ("2022-07-15", [(TRUNG_HOI, "L05", "law.to_review"), PHASES]),
        ("2024-05-01", [*OLD_CLUSTERS, (TRUNG_HOI, "L02", "law.to_review"), PHASES]),
        ("2026-09-14", [*OLD_CLUSTERS, (TRUNG_HOI, "L02", "law.to_review"), PHASES]),
        ("2026-09-15", [*OLD_CLUSTERS, PHASES]),
        ("2027-01-01", [PHASES]),
    ],
)
def test_the_real_records_under_the_rules_of_other_days(day, expected):
    assert all_held(dt.date.fromisoformat(day)) == expected


def test_trung_hoi_is_too_small_unless_its_district_is_mountainous():
    zone = next(zone for zone in ZONES if zone.id == TRUNG_HOI)
    found = one(zone, dt.date(2024, 6, 1))
    assert (found.params["sign"], found.params["limit"]) == ("≥", 10)
    assert found.params["doubts"] == ("ordinary", "not_older")
    assert found.params["day"] == dt.date(2024, 6, 1)


# -- limits


@pytest.mark.parametrize(
    ("area", "limit", "doubts"),
    [
        ("4.99", "≥ 5", ("not_older",)),
        ("5", "≥ 10", ("ordinary", "not_older")),
        ("9.99", "≥ 10", ("ordinary", "not_older")),
        ("10", None, None),
        ("75", None, None),
        ("75.01", "≤ 75", ("not_older",)),
        (None, None, None),
    ],
)
def test_the_edges_of_a_limit_with_alternatives(area, limit, doubts):
    found = held(zone_of(area=area))
    shown = [(f"{f.params['sign']} {f.params['limit']}", f.params["doubts"]) for f in found]
    assert shown == ([] if limit is None else [(limit, doubts)])


def test_a_craft_village_needs_five_hectares_only():
    assert held(zone_of(area="7", subkind="làng nghề")) == []
    assert one(zone_of(area="4", subkind="làng nghề")).params["doubts"] == ("not_older",)


@pytest.mark.parametrize(
    ("area", "clusters", "limit", "joint"),
    [
        ("75", 2, None, None),
        ("75.01", 2, 75, True),
        ("150", 2, 75, True),
        ("150.01", 2, 75, False),
        ("19.99", 2, 10, False),
        ("20", 2, None, None),
    ],
)
def test_clusters_that_share_an_area(area, clusters, limit, joint):
    found = held(zone_of(area=area, members=tuple(f"CCN {at}" for at in range(clusters))))
    assert [f.params["limit"] for f in found] == ([] if limit is None else [limit])
    assert ["joint_area" in f.params["doubts"] for f in found] == ([] if limit is None else [joint])


def rulebook(**fields):
    """A book of one rule: verified, no conditions, clusters up to 50 ha from 2010-07-01."""
    (rule, *_) = BOOK.get("L04")
    plain = {"conditions": (), "first": Period.of("2010-07-01"), "last": None}
    return Rulebook((replace(rule, **(plain | fields)),))


def test_only_a_verified_rule_without_conditions_is_ever_broken():
    zone, on = zone_of(area="50.01"), dt.date(2024, 6, 1)
    assert one(zone, on, book=rulebook()).code == "law.broken"
    for fields in (
        {"status": Standing.SECONDARY},
        {"status": Standing.UNVERIFIED},
        *({"conditions": (condition,)} for condition in Condition),
    ):
        found = one(zone, on, book=rulebook(**fields))
        assert found.code == "law.to_review"
        assert len(law.doubts(found, "vi")) == 1


def test_a_rule_that_began_within_the_year_of_an_undated_document_may_not_apply_yet():
    zone = zone_of(area="60")
    undated = replace(PLAN, date=None)
    found = one(zone, document=undated, book=rulebook())
    assert (found.code, found.params["doubts"], found.params["day"]) == (
        "law.to_review",
        ("day",),
        "2010",
    )
    assert held(zone, document=replace(undated, year="2009"), book=rulebook()) == []
    assert one(zone, document=replace(undated, year="2011"), book=rulebook()).code == "law.broken"


def test_a_rule_is_for_its_own_kind():
    assert held(zone_of(area="400", kind=Kind.KCN)) == []
    assert one(zone_of(area="501", kind=Kind.KCN)).params["rule"] == "L20"


@pytest.mark.parametrize(
    ("written", "stage", "found"),
    [
        ("2009-10-04", Stage.OPERATING, 1),
        ("2009-10-04", Stage.ESTABLISHED, 1),
        ("2009-10-04", None, 1),
        ("2009-10-04", Stage.PLANNED, 0),
        ("2009-10-05", Stage.OPERATING, 0),
    ],
)
def test_only_clusters_of_older_plans_may_need_founding_again(written, stage, found):
    document = replace(PLAN, date=written)
    issues = held(zone_of(stage=stage), dt.date(2026, 12, 31), document)
    assert [one.code for one in issues] == ["law.reestablish"] * found
    for one in issues:
        assert one.params["named"] == dt.date(2009, 10, 4)
        assert one.params["limit"] == dt.date(2009, 10, 5)
        assert one.params["deadline"] == dt.date(2026, 12, 31)
    assert held(zone_of(stage=stage), dt.date(2027, 1, 1), document) == []


def test_a_document_without_a_day_or_year_is_named_and_a_day_cures_it():
    document = replace(PLAN, date=None, year="khoảng 2010")
    with pytest.raises(DataError) as refusal:
        held(zone_of(area="80"), document=document)
    assert refusal.value.code == "rule.no_day"
    assert refusal.value.params == {"document": "plan", "year": "khoảng 2010"}
    assert len(held(zone_of(area="80"), dt.date(2024, 6, 1), document)) == 1


def test_nothing_of_the_law_blocks_a_record():
    for code, kind in CATALOGUE.items():
        if code.startswith("law."):
            assert kind.severity is Severity.WARNING


def test_a_finding_in_words():
    found = one(zone_of("tn-ccn-a", "64.6"), dt.date(2010, 3, 1))
    assert i18n.issue_text(found, "vi") == (
        "tn-ccn-a: 64,6 ha so với mức ≤ 50 ha của QĐ 105/2009/QĐ-TTg (Quy chế) "
        "(quy tắc L04, xét cho 01/03/2010). Hồ sơ chưa đủ để kết luận; cần xem lại."
    )
    assert i18n.issue_text(found, "en") == (
        "tn-ccn-a: 64.6 ha against the limit ≤ 50 ha of QĐ 105/2009/QĐ-TTg (Quy chế) "
        "(rule L04, applied to 1 Mar 2010). The record does not tell enough to conclude; "
        "to be reviewed."
    )
    joint = one(zone_of(area="75", members=("A", "B")), dt.date(2010, 3, 1))
    assert law.doubts(joint, "en")[-1].startswith("The area is that of 2 clusters together")
    assert law.doubts(replace(joint, params={}), "en") == []


def test_every_test_names_what_it_needs():
    for rule in BOOK.rules:
        if rule.test is RuleTest.AREA:
            assert rule.unit == "ha"
