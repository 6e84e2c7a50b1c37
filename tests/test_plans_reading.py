"""Plan files with a fault in one entry: what is said of it, and that the others are used."""

import copy
import json
import shutil

import pytest

from geo import plans
from geo.checks import check_scopes
from geo.errors import DataError
from geo.i18n import LANGUAGES, issue_text
from geo.plans import Quotient, Sum, check_quotes, written
from geo.settings import Settings
from geo.store import FileRepository
from tests.conftest import ROOT

DROP = object()
SCOPE = {"province": "19", "kinds": [], "subject": "sector", "topic": "metal"}
FIGURE = {
    "id": "f1",
    "clause": "I.1",
    "quotes": ["đạt 100 tỷ đồng"],
    "scope": SCOPE,
    "quantity": "output",
    "unit": "ty_dong",
    "comparator": "=",
    "value": 100,
    "year": "2015",
}
SUM = {"id": "r1", "mechanism": "sum", "clause": "I", "whole": "f1", "parts": ["f2", "f3"]}
DOCUMENT = {
    "id": "plan",
    "text_file": "plan.txt",
    "number": None,
    "date": None,
    "year": "2010",
    "issuer_vi": "a",
    "issuer_en": "a",
    "title_vi": "b",
    "title_en": "b",
    "period": "–2020",
    "province": {"code": "19", "vintage": "2010", "name": "Thái Nguyên"},
    "topics": {"metal": {"vi": "luyện kim", "en": "Metal"}},
    "figures": [
        FIGURE,
        {**FIGURE, "id": "f2", "value": 60},
        {**FIGURE, "id": "f3", "value": 40},
    ],
    "relations": [SUM],
}


def changed(entry, changes):
    """The entry with values changed by dotted path."""
    made = copy.deepcopy(entry)
    for path, value in changes.items():
        *parents, last = path.split(".")
        at = made
        for parent in parents:
            at = at[parent]
        if value is DROP:
            del at[last]
        else:
            at[last] = value
    return made


@pytest.fixture
def read(tmp_path):
    """Reads documents that are given as JSON objects, one file each."""

    def load(*documents):
        for at, one in enumerate(documents):
            (tmp_path / f"{at}.json").write_text(json.dumps(one), "utf-8")
        return plans.load(tmp_path)

    return load


def with_figure(**changes):
    """The document with a fourth figure that has a fault."""
    faulty = changed({**FIGURE, "id": "f4"}, changes)
    return {**DOCUMENT, "figures": [*DOCUMENT["figures"], faulty]}


def with_relation(*relations):
    return {**DOCUMENT, "relations": [SUM, *relations]}


def only(issues, *words):
    """The one issue; its message in both languages names file and entry and says these words."""
    (found,) = issues
    for lang in LANGUAGES:
        message = issue_text(found, lang)
        assert message.startswith(("0.json, ", "plan, "))
        for word in (str(found.row), *words):
            assert word in message
    return found


def test_a_file_without_fault_is_read_whole(read):
    (document,), issues = read(DOCUMENT)
    assert issues == []
    assert [one.id for one in document.figures] == ["f1", "f2", "f3"]
    assert [(one.id, one.whole, one.parts) for one in document.relations] == [
        ("r1", "f1", ("f2", "f3"))
    ]
    assert document.topics["metal"].vi == "luyện kim"


@pytest.mark.parametrize(
    ("changes", "code", "field", "words"),
    [
        ({"unit": DROP}, "unit_missing", "unit", ["ty_dong", "pct_per_year"]),
        ({"unit": ""}, "unit_missing", "unit", ["ty_dong"]),
        ({"unit": "tấn"}, "unit_unknown", "unit", ["tấn", "t_per_year"]),
        ({"comparator": "=>"}, "comparator", "comparator", ["=>", ">="]),
        ({"scope.topic": "steel"}, "topic_unknown", "scope.topic", ["steel", "metal"]),
        ({"scope.province": "20"}, "province", "scope.province", ["20", "19"]),
        ({"scope.kinds": ["KCNC"]}, "choice", "scope.kinds", ["KCNC", "KCN, CCN"]),
        ({"scope.subject": "zone"}, "scope_empty", "scope.kinds", ["KCN, CCN"]),
        ({"scope.subject": "town"}, "choice", "scope.subject", ["town", "craft_village"]),
        ({"value": "1.160,83"}, "number_text", "value", ["1.160,83", "1160.83"]),
        ({"value": "1,160.83"}, "number_text", "value", ["1,160.83", "1160.83"]),
        ({"value": "1160.83"}, "number_text", "value", ["1160.83"]),
        ({"value": "1.160"}, "number_text", "value", ["1160 / 1.160"]),
        ({"value": "khoảng 3"}, "number", "value", ["khoảng 3"]),
        ({"value": True}, "number", "value", ["True"]),
        ({"value": 10**15}, "number", "value", ["15"]),
        ({"value": None}, "value_missing", "value", ["lost"]),
        ({"state": "lost"}, "value_lost", "value", ["100", "null"]),
        ({"state": "gone"}, "choice", "state", ["gone", "doubtful"]),
        ({"high": 120}, "range", "high", ["120", "range"]),
        ({"comparator": "range"}, "range", "high", ["range"]),
        ({"comparator": "range", "high": 90}, "range", "high", ["90"]),
        ({"unit": "date", "value": 20191301}, "type", "value", ["20191301", "20190701"]),
        ({"year": "2015 - 2020"}, "year", "year", ["2015 - 2020", "2011-2015"]),
        ({"year": "2020-2011"}, "years_order", "year", ["2020", "2011"]),
        ({"quotes": []}, "type", "quotes", ["[…]"]),
        ({"clause": DROP}, "field_missing", "clause", []),
        ({"unti": "ha"}, "field_unknown", "unti", ["unit"]),
        ({"scope.topics": "x"}, "field_unknown", "scope.topics", ["topic"]),
        ({"scope": []}, "type", "scope", ["{…}"]),
        (
            {"method": "occupancy", "denominator": "output"},
            "choice",
            "denominator",
            ["output", "for_lease"],
        ),
        (
            {"method": "row_count", "state": "lost", "value": None},
            "method_lost",
            "method",
            ["row_count"],
        ),
    ],
)
def test_a_faulty_figure_is_left_out_and_the_others_are_used(read, changes, code, field, words):
    (document,), issues = read(with_figure(**changes))
    found = only(issues, field, *words)
    assert (found.code, found.row, found.field) == (f"plan.{code}", "f4", field)
    assert [one.id for one in document.figures] == ["f1", "f2", "f3"]
    assert [one.id for one in document.relations] == ["r1"]


def test_a_figure_without_an_id_is_named_by_its_place(read):
    _, issues = read(with_figure(id=DROP))
    assert only(issues, "id").row == "figures[4]"


def test_a_second_figure_of_one_id_is_not_used(read):
    (document,), issues = read(with_figure(id="f1", value=7))
    assert only(issues, "0.json").code == "plan.id_duplicate"
    assert document.figures[0].value == 100
    assert len(document.figures) == 3


@pytest.mark.parametrize(
    ("relation", "code", "words"),
    [
        ({"mechanism": "product"}, "choice", ["product", "restatement"]),
        ({"mechanism": "sum", "whole": "f1", "parts": []}, "type", ["parts"]),
        ({"mechanism": "sum", "whole": "f1"}, "field_missing", ["parts"]),
        ({"mechanism": "sum", "whole": "f1", "parts": ["f9"]}, "reference", ["f9"]),
        ({"mechanism": "sum", "whole": "f1", "parts": [7]}, "operand", ["7", "quotients"]),
        (
            {"mechanism": "sum", "whole": "f1", "parts": [{"sum": ["f2", "f9"]}]},
            "reference",
            ["f9"],
        ),
        ({"mechanism": "sum", "whole": "f1", "parts": ["f2"], "sure": 1}, "field_unknown", []),
        (
            {"mechanism": "sum", "whole": "f1", "parts": ["f2"], "certain": "no"},
            "type",
            ["certain"],
        ),
        ({"mechanism": "restatement", "figures": ["f1"]}, "too_few", ["figures"]),
        (
            {"mechanism": "definition", "field": "colour", "figures": ["f1", "f2"]},
            "choice",
            ["colour", "denominator"],
        ),
        (
            {
                "mechanism": "trend",
                "parts": ["f1", "f2"],
                "wholes": ["f3"],
                "promise": "rise",
                "statement": "…",
            },
            "lengths",
            ["wholes"],
        ),
        (
            {"mechanism": "growth", "from": "f1", "to": "f2", "rate": "f3", "years": 0},
            "type",
            ["years"],
        ),
    ],
)
def test_a_faulty_relation_is_left_out_and_the_others_are_used(read, relation, code, words):
    (document,), issues = read(with_relation({"id": "r2", "clause": "I", **relation}))
    found = only(issues, *words)
    assert (found.code, found.row) == (f"plan.{code}", "r2")
    assert [one.id for one in document.relations] == ["r1"]


def test_a_relation_to_a_figure_with_a_fault_is_left_out_with_it(read):
    (document,), issues = read(
        changed(DOCUMENT, {"figures": [FIGURE, changed({**FIGURE, "id": "f2"}, {"unit": DROP})]})
    )
    assert [(one.code, one.row) for one in issues] == [
        ("plan.unit_missing", "f2"),
        ("plan.reference", "r1"),
        ("plan.reference", "r1"),
    ]
    assert [one.value for one in issues[1:]] == ["f2", "f3"]
    assert document.relations == ()


def test_figures_of_another_document_may_be_meant(read):
    other = changed(DOCUMENT, {"id": "other", "figures": [], "relations": []})
    other["relations"] = [
        {"id": "o1", "mechanism": "restatement", "clause": "I", "figures": ["f1", "f2"]}
    ]
    documents, issues = read(DOCUMENT, other)
    assert issues == []
    assert {one.id: len(one.relations) for one in documents} == {"other": 1, "plan": 1}


def test_operands_may_be_sums_and_quotients(read):
    relation = {
        "id": "r2",
        "mechanism": "restatement",
        "clause": "I",
        "figures": [
            {"quotients": [{"value": "f1", "times": "f2"}]},
            {"quotients": [{"value": "f1", "times": "f2"}, {"value": "f3", "times": "f2"}]},
            {"sum": ["f1", "f2"]},
        ],
    }
    (document,), issues = read(with_relation(relation))
    assert issues == []
    assert document.relations[1].quantities == (
        Quotient("f1", "f2"),
        Sum((Quotient("f1", "f2"), Quotient("f3", "f2"))),
        Sum(("f1", "f2")),
    )
    assert document.relations[1].figures() == ("f1", "f2", "f3")


@pytest.mark.parametrize(
    ("whole", "parts", "circle"),
    [
        ("f2", ["f1"], "f1 → f2 → f1"),
        ("f3", ["f2", {"sum": ["f1"]}], "f1 → f3 → f1"),
        ("f2", ["f2"], "f2 → f2"),
    ],
)
def test_a_sum_that_comes_back_to_its_whole(read, whole, parts, circle):
    (document,), issues = read(
        with_relation(
            {"id": "r2", "mechanism": "sum", "clause": "I", "whole": whole, "parts": parts}
        )
    )
    found = only(issues, circle)
    assert (found.code, found.row) == ("plan.circular", "r2")
    assert [one.id for one in document.relations] == ["r1"]


def test_two_sums_of_one_whole_are_no_circle(read):
    more = {"id": "r2", "mechanism": "sum", "clause": "I", "whole": "f1", "parts": ["f3", "f2"]}
    assert read(with_relation(more))[1] == []


def test_long_chains_of_sums_are_followed(read):
    count = 5_000
    long = {
        **DOCUMENT,
        "figures": [{**FIGURE, "id": f"c{n}"} for n in range(count)],
        "relations": [
            {"id": f"s{n}", "mechanism": "sum", "clause": "I", "whole": f"c{n}",
             "parts": [f"c{(n + 1) % count}"]}
            for n in range(count)
        ],
    }  # fmt: skip
    (document,), issues = read(long)
    assert [one.code for one in issues] == ["plan.circular"]
    assert len(document.relations) == count - 1


GROWTH = {"id": "g", "mechanism": "growth", "clause": "I", "from": "y2010", "to": "y2015",
          "rate": "rate", "years": 5}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "period", "code", "words"),
    [
        ({}, "2011-2015", None, []),
        ({"from": "y2015", "to": "y2010"}, "2011-2015", "years_order", ["2015", "2010"]),
        ({"years": 4}, "2011-2015", "years", ["2011-2015"]),
        ({}, "2010-2015", "years", ["2010-2015", "2011-2015"]),
        ({"from": "y2010", "to": "y2010b"}, "2011-2015", "years_order", ["2010"]),
        ({"from": {"quotients": [{"value": "y2015", "times": "y2010"}]}}, "2006-2015", None, []),
    ],
)
def test_the_years_of_a_growth_must_fit(read, changes, period, code, words):
    own = [{**FIGURE, "id": f"y{year}", "year": str(year)} for year in (2010, 2015)]
    own.append({**FIGURE, "id": "y2010b", "year": "2010"})
    own.append({**FIGURE, "id": "rate", "unit": "pct_per_year", "year": period})
    one = {**DOCUMENT, "figures": own, "relations": [{**GROWTH, **changes}]}
    (document,), issues = read(one)
    if code is None:
        assert issues == []
    else:
        found = only(issues, *words)
        assert (found.code, found.row, found.field) == (f"plan.{code}", "g", "years")
    assert len(document.relations) == (1 if code is None else 0)


def test_the_years_of_a_trend_must_rise(read):
    own = [{**FIGURE, "id": f"y{year}", "year": str(year)} for year in (2010, 2015)]
    trend = {"id": "t", "mechanism": "trend", "clause": "I", "parts": ["y2015", "y2010"],
             "promise": "rise", "statement": "tăng"}  # fmt: skip
    _, issues = read({**DOCUMENT, "figures": own, "relations": [trend]})
    assert only(issues, "2015", "2010").code == "plan.years_order"


# -- quotes


def test_a_quote_that_is_not_in_the_text_is_named(read, tmp_path):
    (document,), _ = read(with_figure(quotes=["đạt 100 tỷ đồng", "đạt 101 tỷ đồng"]))
    assert [one.row for one in check_quotes(document, "Năm 2015\n đạt  100 tỷ đồng.")] == ["f4"]
    (tmp_path / "plan.txt").write_text("Năm 2015 đạt 100 tỷ đồng.", "utf-8")
    (document,), issues = read(with_figure(quotes=["đạt 101 tỷ đồng"]))
    found = only(issues, "plan.txt", "đạt 101 tỷ đồng")
    assert (found.code, found.field) == ("plan.quote_missing", "quotes")
    assert len(document.figures) == 4  # used: the number may be right all the same


def test_a_statement_that_is_not_in_the_text_is_named(read):
    trend = {"id": "t", "mechanism": "trend", "clause": "I", "parts": ["f1", "f2"],
             "promise": "rise", "statement": "tăng nhanh"}  # fmt: skip
    own = [{**FIGURE, "id": "f1", "year": "2010"}, {**FIGURE, "id": "f2"}]
    (document,), issues = read({**DOCUMENT, "figures": own, "relations": [trend]})
    assert issues == []
    assert [(one.row, one.field) for one in check_quotes(document, "đạt 100 tỷ đồng")] == [
        ("t", "statement")
    ]


def test_a_text_that_cannot_be_read_is_said(read, tmp_path):
    (tmp_path / "plan.txt").write_bytes(b"\xff\xfe\xff")
    (document,), issues = read(DOCUMENT)
    assert [one.code for one in issues] == ["plan.text_unreadable"]
    assert len(document.figures) == 3


def test_no_text_is_opened_outside_the_folder(read, tmp_path):
    (tmp_path.parent / "plan.txt").write_text("nothing of it", "utf-8")
    assert read({**DOCUMENT, "text_file": "../plan.txt"})[1] == []


# -- scopes, known only with the register


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"scope.zones": ["tn-kcn-khong-co"]}, "scope.zones", "tn-kcn-khong-co"),
        ({"scope.district": "999"}, "scope.district", "999"),
    ],
)
def test_a_scope_that_matches_nothing_in_the_register(read, planner, changes, field, value):
    zone = {"scope.subject": "zone", "scope.kinds": ["KCN"]}
    (document,), issues = read(with_figure(**zone, **changes))
    assert issues == []
    found = only(check_scopes([document], planner.zones(), planner.bounds.register), value)
    assert (found.code, found.row, found.field) == ("plan.scope_unknown", "f4", field)


def test_a_province_that_is_in_no_list(read, planner):
    one = changed(DOCUMENT, {"province.code": "00", "figures": [], "relations": []})
    (document,), _ = read(one)
    found = only(check_scopes([document], [], planner.bounds.register), "00")
    assert (found.row, found.field) == ("plan", "province")


# -- files


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "plan.format"),
        (b"[]", "plan.format"),
        (b'{"id": "x"}', "plan.format"),
        (json.dumps({**DOCUMENT, "figures": {}}).encode(), "plan.format"),
        (json.dumps({**DOCUMENT, "topics": []}).encode(), "plan.format"),
        (json.dumps({**DOCUMENT, "date": "14/01/2009"}).encode(), "plan.format"),
    ],
)
def test_a_file_that_is_no_document_is_refused_whole(tmp_path, content, code):
    (tmp_path / "0.json").write_bytes(content)
    with pytest.raises(DataError) as refused:
        plans.load(tmp_path)
    assert refused.value.code == code
    assert refused.value.params["file"] == "0.json"


def test_two_files_of_one_document_are_refused(read):
    with pytest.raises(DataError) as refused:
        read(DOCUMENT, DOCUMENT)
    assert (refused.value.code, refused.value.params["first"]) == ("plan.duplicate", "0.json")


def test_faults_of_plans_are_carried_apart_from_those_of_records(tmp_path):
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    path = data / "plans" / "ld-kh-2017.json"
    raw = json.loads(path.read_text("utf-8"))
    faulty = next(one for one in raw["figures"] if one["id"] == "ld-f058")
    faulty["unit"] = "per cent"
    path.write_text(json.dumps(raw), "utf-8")
    snapshot = FileRepository(Settings(data_dir=data)).snapshot()
    assert snapshot.issues == ()
    assert [one.code for one in snapshot.plan_issues] == ["plan.unit_unknown", "plan.reference"]
    documents = {one.id: one for one in snapshot.documents}
    assert len(documents["ld-kh-2017"].figures) == 4


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("1.160,83", ["1160.83"]),
        ("1,160.83", ["1160.83"]),
        ("1160.83", ["1160.83"]),
        ("1 160,83", ["1160.83"]),
        ("1.160", ["1160", "1.160"]),
        ("1.160.500", ["1160500"]),
        ("0,125", ["0.125"]),
        ("12", ["12"]),
        ("-3,5", ["-3.5"]),
        ("1.160.83", []),
        ("1,2,3.4.5", []),
        ("khoảng 3", []),
        ("", []),
    ],
)
def test_how_a_number_that_came_as_text_is_written(text, ways):
    assert written(text) == ways
