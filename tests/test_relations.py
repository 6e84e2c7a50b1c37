"""Figures against figures, on numbers that a reader can check in the head.

Each mechanism passes, fails and cannot tell.
"""

from decimal import Decimal
from fractions import Fraction

import pytest

from geo.checks import Mechanism, Remark, Status
from geo.checks.intervals import Interval, UndefinedError, agree, of
from geo.checks.relations import evaluate, run
from geo.plans import (
    AtLeast,
    AtMost,
    Base,
    Definition,
    Document,
    Figure,
    FigureState,
    Growth,
    Hundred,
    Multiple,
    Pair,
    Promise,
    Quotient,
    Restatement,
    Scope,
    Share,
    Subject,
    Sum,
    SumOfParts,
    Trend,
)
from geo.zones import UnitRef

MET, NOT_MET = Status.MET, Status.NOT_MET
CANNOT_TELL, TO_REVIEW = Status.CANNOT_TELL, Status.TO_REVIEW
COMMON = {"id": "r", "document": "plan", "clause": "I"}


def figure(text, name="f", **fields):
    """A figure as people write it: ``"12.5"``, ``">= 80"``, ``"80…90"``, None for a lost one."""
    sign, _, number = (text or "").rpartition(" ")
    low, _, high = number.partition("…")
    defaults = {
        "clause": "I",
        "quotes": ("…",),
        "scope": Scope("19", (), Subject.INDUSTRY),
        "quantity": "output",
        "unit": "ty_dong",
        "year": "2020",
        "method": None,
        "state": FigureState.LOST if text is None else FigureState.STATED,
    }
    return Figure(
        id=name,
        document="plan",
        comparator=sign or ("range" if high else "="),
        value=None if text is None else Decimal(low),
        high=Decimal(high) if high else None,
        **(defaults | fields),
    )


def figures(**texts):
    return {name: figure(text, name) for name, text in texts.items()}


def outcome(relation, **texts):
    return evaluate(relation, figures(**texts)).status


@pytest.mark.parametrize(
    ("whole", "a", "b", "status"),
    [
        ("100", "60", "40", MET),
        ("100", "60", "41", MET),  # 59.5 + 40.5 is 100
        ("100", "60", "42", NOT_MET),  # even 59.5 + 41.5 is 101
        ("100.0", "60.0", "40.2", NOT_MET),
        (">= 100", "60", "50", MET),
        ("> 100", "60", "38", NOT_MET),
        ("> 100", "60", "40", CANNOT_TELL),
        (None, "60", "40", CANNOT_TELL),
        ("100", "60", None, CANNOT_TELL),
        ("100", "> 10", "40", MET),
        ("100", "> 70", "40", NOT_MET),
        ("90…100", "50", "45", MET),
    ],
)
def test_sum_of_parts(whole, a, b, status):
    relation = SumOfParts(**COMMON, whole="whole", parts=("a", "b"))
    assert outcome(relation, whole=whole, a=a, b=b) is status


def test_a_sum_keeps_its_arithmetic_as_data():
    relation = SumOfParts(**COMMON, whole="whole", parts=("a", "b"))
    found = evaluate(relation, figures(whole="12.2", a="7.5", b="5"))
    (step,) = found.arithmetic.steps
    assert [(one.source, one.value) for one in step.term.terms] == [
        ("a", Decimal("7.5")),
        ("b", Decimal(5)),
    ]
    assert (step.result, step.low, step.high) == (
        Decimal("12.5"),
        Decimal("11.95"),
        Decimal("13.05"),
    )
    assert (found.arithmetic.stated.value, found.arithmetic.deviation) == (
        Decimal("12.2"),
        Decimal("0.3"),
    )
    assert found.figures == ("whole", "a", "b")


def test_what_the_others_give_is_shown_where_a_figure_is_lost():
    relation = SumOfParts(**COMMON, whole="whole", parts=("a", "b"))
    found = evaluate(relation, figures(whole=None, a="60", b="40"))
    assert (found.remark, found.arithmetic.result) == (Remark.LOST, Decimal(100))
    assert found.arithmetic.deviation is None
    no_part = evaluate(relation, figures(whole="100", a="60", b=None))
    assert (no_part.remark, no_part.arithmetic) == (Remark.LOST, None)


@pytest.mark.parametrize(
    ("a", "b", "status"),
    [
        ("60", "40", MET),
        ("33.3", "66.6", MET),  # 99.9, and 0.05 of room in each
        ("33.3", "66.5", NOT_MET),
        ("60", "> 30", CANNOT_TELL),
        ("60", "> 50", NOT_MET),
        ("60", None, CANNOT_TELL),
    ],
)
def test_shares_make_a_hundred(a, b, status):
    assert outcome(Hundred(**COMMON, parts=("a", "b")), a=a, b=b) is status


@pytest.mark.parametrize(
    ("part", "whole", "share", "status"),
    [
        ("500", "1000", "50", MET),
        ("6700", "30000", "22.33", MET),
        ("6700", "30000", "23.33", NOT_MET),
        ("500", "1000", "> 40", MET),
        ("500", "1000", "> 60", NOT_MET),
        ("500", "1000", "> 50", CANNOT_TELL),
        ("500", "1000", None, CANNOT_TELL),
        ("500", "0", "50", CANNOT_TELL),
    ],
)
def test_share(part, whole, share, status):
    relation = Share(**COMMON, part="part", whole="whole", share="share")
    assert outcome(relation, part=part, whole=whole, share=share) is status


def test_a_share_that_only_its_few_decimals_save_is_coarse():
    texts = {"part": "500", "whole": "12200", "share": "4"}
    coarse = evaluate(
        Share(**COMMON, part="part", whole="whole", share="share", decimals=1), figures(**texts)
    )
    assert (coarse.status, coarse.remark) == (MET, Remark.COARSE)
    assert coarse.params["rounded"] == Decimal("4.1")
    plain = evaluate(Share(**COMMON, part="part", whole="whole", share="share"), figures(**texts))
    assert (plain.status, plain.remark) == (MET, None)


@pytest.mark.parametrize(
    ("start", "end", "rate", "years", "status"),
    [
        ("1000", "2000", "14.9", 5, MET),  # 1.149 to the fifth is 2.0027
        ("1000", "2000", "15.9", 5, NOT_MET),
        ("100", "121", "10", 2, MET),
        ("100.00", "121.00", "10.00", 2, MET),
        ("100.00", "121.00", "10.02", 2, NOT_MET),
        ("100.00", "121.00", "> 9", 2, MET),
        ("100", "121", "> 10", 2, CANNOT_TELL),
        ("100", "121", None, 2, CANNOT_TELL),
        ("121", "100", "= -9", 2, MET),
    ],
)
def test_growth(start, end, rate, years, status):
    relation = Growth(**COMMON, start="start", end="end", rate="rate", years=years)
    assert outcome(relation, start=start, end=end, rate=rate) is status


def test_a_growth_from_a_value_divided_by_its_multiple_needs_only_the_multiple():
    relation = Growth(**COMMON, start=Quotient("end", "times"), end="end", rate="rate", years=1)
    found = evaluate(relation, figures(end="7", times="1.50", rate="50"))
    assert found.status is MET
    assert found.arithmetic.steps[0].low == Decimal("49.5")  # of 1.495, whatever 7 was before


@pytest.mark.parametrize(
    ("start", "end", "times", "status"),
    [
        ("100", "232", "2.32", MET),
        ("100", "232", "2.52", NOT_MET),
        ("100", "232", "> 2", MET),
        ("100", "232", None, CANNOT_TELL),
        ("0", "232", "2.32", CANNOT_TELL),
    ],
)
def test_multiple(start, end, times, status):
    relation = Multiple(**COMMON, start="start", end="end", times="times")
    assert outcome(relation, start=start, end=end, times=times) is status


@pytest.mark.parametrize(
    ("a", "b", "status"),
    [
        ("22.3", "22.33", MET),
        ("22.3", "22.36", NOT_MET),
        ("> 17", "17", MET),
        ("> 315", "411", MET),
        ("> 500", "411", NOT_MET),
        ("> 70", "> 80", CANNOT_TELL),
        ("22.3", None, CANNOT_TELL),
    ],
)
def test_restatement(a, b, status):
    assert outcome(Restatement(**COMMON, quantities=("a", "b")), a=a, b=b) is status


def test_a_restatement_may_be_implied():
    implied = Sum((Quotient("a", "times"), "b"))
    relation = Restatement(**COMMON, quantities=("whole", implied))
    assert outcome(relation, whole="70", a="100", times="2.0", b="20") is MET
    assert outcome(relation, whole="80", a="100", times="2.0", b="20") is NOT_MET


@pytest.mark.parametrize(
    ("promise", "values", "status"),
    [
        (Promise.RISE, ("10", "20", "30"), MET),
        (Promise.RISE, ("10", "20", "15"), NOT_MET),
        (Promise.RISE, ("10", "11", "30"), CANNOT_TELL),  # both may be 10.5
        (Promise.FALL, ("30", "20", "10"), MET),
        (Promise.FALL, ("10", "20"), NOT_MET),
        (Promise.RISE, ("10", None), CANNOT_TELL),
    ],
)
def test_trend(promise, values, status):
    names = tuple("abc"[: len(values)])
    relation = Trend(**COMMON, parts=names, wholes=(), promise=promise, statement="…")
    assert outcome(relation, **dict(zip(names, values, strict=True))) is status


def test_a_trend_of_parts_over_their_wholes():
    relation = Trend(
        **COMMON, parts=("a", "b"), wholes=("c", "d"), promise=Promise.RISE, statement="…"
    )
    found = evaluate(relation, figures(a="20", b="30", c="100", d="300"))
    assert found.status is NOT_MET
    assert [step.result for step in found.arithmetic.steps] == [Decimal(20), Decimal(10)]


@pytest.mark.parametrize(
    ("a", "b", "most", "least"),
    [
        ("10", "20", MET, NOT_MET),
        ("20", "10", NOT_MET, MET),
        ("10", "10", MET, MET),
        ("<= 10", "8", NOT_MET, CANNOT_TELL),
        ("<= 5", "8", MET, NOT_MET),
        ("> 70", "> 80", CANNOT_TELL, NOT_MET),
        ("> 80", "> 70", CANNOT_TELL, MET),
        ("> 80", "70", NOT_MET, MET),
        (None, "10", CANNOT_TELL, CANNOT_TELL),
    ],
)
def test_order(a, b, most, least):
    assert outcome(AtMost(**COMMON, figure="a", than="b"), a=a, b=b) is most
    assert outcome(AtLeast(**COMMON, figure="a", than="b"), a=a, b=b) is least


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (("area", "area"), MET),
        (("area", "for_lease"), NOT_MET),
        (("area", None), CANNOT_TELL),
    ],
)
def test_definition(values, status):
    named = {
        name: figure("50", name, denominator=value)
        for name, value in zip("ab", values, strict=True)
    }
    relation = Definition(**COMMON, field="denominator", quantities=("a", "b"))
    found = evaluate(relation, named)
    assert found.status is status
    assert found.params["values"] == (("a", values[0]), ("b", values[1]))


PAIRS = tuple(Pair(part, f"{part}_pct") for part in "abc")
SHARES = {"a": "30", "a_pct": "30.0", "b": "20", "b_pct": "20.0", "c": "50", "c_pct": "50.0"}


@pytest.mark.parametrize(
    ("changed", "status", "agreeing"),
    [
        ({}, MET, 3),
        ({"whole": "120"}, NOT_MET, 3),
        ({"c_pct": "40.0"}, NOT_MET, 2),
        ({"c": "> 50"}, CANNOT_TELL, None),
    ],
)
def test_base_is_the_whole_that_most_shares_agree_on(changed, status, agreeing):
    relation = Base(**COMMON, whole="whole", pairs=PAIRS)
    found = evaluate(relation, figures(**{"whole": "100", **SHARES, **changed}))
    assert (found.status, found.params.get("agreeing")) == (status, agreeing)
    if agreeing == 2:
        (apart,) = found.params["apart"]
        assert apart.result == 125  # 50 at 40 %


def document(*relations):
    place = UnitRef("19", "2010", "Thái Nguyên")
    return Document(
        "plan", "t.txt", "1", None, "2010", "a", "a", "b", "b", "–2020", place, (),
        relations=relations,
    )  # fmt: skip


def test_a_failed_share_is_explained_by_the_whole_that_its_table_implies():
    common = {"document": "plan", "clause": "I"}
    wrong = Share(**common, id="wrong", part="c", whole="whole", share="c_pct")
    right = Share(**common, id="right", part="a", whole="whole", share="a_pct")
    base = Base(**common, id="base", whole="whole", pairs=PAIRS)
    texts = figures(**{"whole": "100", **SHARES, "c_pct": "40.0"})
    found = {one.id: one for one in run([document(wrong, base, right)], texts)}
    assert set(found) == {"wrong", "right"}
    assert (found["wrong"].status, found["wrong"].because.id) == (NOT_MET, "base")
    assert found["wrong"].because.mechanism is Mechanism.BASE
    assert (found["right"].status, found["right"].because) == (MET, None)


@pytest.mark.parametrize(("b", "read"), [("40", MET), ("45", NOT_MET)])
def test_what_is_unsure_is_to_be_reviewed_with_its_outcome_as_read(b, read):
    texts = figures(whole="100", a="60", b=b)
    unsure = SumOfParts(**COMMON, certain=False, whole="whole", parts=("a", "b"))
    found = evaluate(unsure, texts)
    assert (found.status, found.as_read, found.remark) == (TO_REVIEW, read, Remark.UNSURE)
    texts["b"] = figure(b, "b", state=FigureState.DOUBTFUL)
    sure = SumOfParts(**COMMON, whole="whole", parts=("a", "b"))
    found = evaluate(sure, texts)
    assert (found.status, found.as_read, found.remark) == (TO_REVIEW, read, Remark.DOUBTFUL)


def test_a_whole_that_only_follows_from_its_rows_is_derived():
    relation = SumOfParts(**COMMON, whole="whole", parts=("a", "b"))
    texts = figures(whole="100", a="60", b="40")
    assert evaluate(relation, texts).derived is False
    texts["whole"] = figure("100", "whole", derived=True)
    assert evaluate(relation, texts).derived is True


# -- intervals


def test_intervals_are_exact():
    texts = figures(a="0.1", b="0.2")
    found = of(Sum(("a", "b")), texts)
    assert (found.low, found.middle, found.high) == (
        Fraction(1, 5),
        Fraction(3, 10),
        Fraction(2, 5),
    )


def test_a_quotient_with_an_open_end():
    texts = figures(a="10", b="> 2", c="0.4")
    found = of(Quotient("a", "b"), texts)
    assert (found.low, found.high) == (0, Fraction(21, 4))
    with pytest.raises(UndefinedError):
        of(Quotient("a", "d"), texts | figures(d="0"))


def test_negative_numbers_divide_to_their_own_side():
    minus = Interval(Fraction(-3), Fraction(-2), Fraction(-1))
    two = Interval(Fraction(1), Fraction(2), Fraction(4))
    found = minus / two
    assert (found.low, found.middle, found.high) == (-3, -1, Fraction(-1, 4))


def test_a_strict_limit_is_taken_at_its_word():
    exactly = Interval(Fraction(17), Fraction(17), Fraction(17))
    assert agree(exactly, figure("> 17")) is NOT_MET
    assert agree(exactly, figure(">= 17")) is MET
    assert agree(exactly, figure("< 17")) is NOT_MET
