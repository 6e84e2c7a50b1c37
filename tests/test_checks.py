"""Figures against records, on sums that a reader can do in the head."""

from decimal import Decimal

import pytest

from geo.checks import Context, Status, explain, run, tolerance, verdict
from geo.plans import Document, Figure, Method, Scope, Subject
from geo.zones import Kind, Source, Stage, UnitRef

PLACE = UnitRef("19", "2010", "Thái Nguyên")


def figure(value="100", method=Method.SUM_OF_AREAS, comparator="=", **fields):
    scope = fields.pop("scope", None) or Scope("19", ("CCN",))
    defaults = {
        "id": "f1",
        "document": "plan",
        "clause": "II.3.2",
        "quotes": ("…",),
        "quantity": "area_total",
        "unit": "ha",
        "high": None,
        "year": "2020",
    }
    return Figure(
        **(defaults | fields),
        scope=scope,
        comparator=comparator,
        value=Decimal(value),
        method=method,
    )


def zones(make_zone, *areas, **fields):
    return [make_zone(f"tn-ccn-{'abcdefgh'[at]}", area, **fields) for at, area in enumerate(areas)]


@pytest.mark.parametrize(
    ("stated", "allowed"),
    [("3770", "0.5"), ("1160.83", "0.005"), ("45.4", "0.05"), ("3.77E+3", "0.5")],
)
def test_tolerance_is_half_a_unit_of_the_last_decimal(stated, allowed):
    assert tolerance(Decimal(stated)) == Decimal(allowed)


def test_sum_that_fits(make_zone):
    found = verdict(figure("100"), zones(make_zone, "60", "39.5", "0.5"), Context())
    assert found.status is Status.MET
    assert (found.actual, found.deviation) == (Decimal("100.0"), Decimal("0.0"))
    assert found.records == ("tn-ccn-a", "tn-ccn-b", "tn-ccn-c")


def test_sums_are_exact_decimals(make_zone):
    found = verdict(figure("0.30"), zones(make_zone, "0.1", "0.2"), Context())
    assert found.deviation == 0


@pytest.mark.parametrize(
    ("areas", "status"),
    [
        (("100.005",), Status.MET),
        (("100.006",), Status.NOT_MET),
        (("99.995",), Status.MET),
        (("99.994",), Status.NOT_MET),
    ],
)
def test_the_tolerance_is_a_sharp_edge(make_zone, areas, status):
    assert verdict(figure("100.00"), zones(make_zone, *areas), Context()).status is status


def test_a_figure_summed_from_rows_leaves_no_room(make_zone):
    rows = zones(make_zone, "60", "40.1")
    assert verdict(figure("100"), rows, Context()).status is Status.MET
    assert verdict(figure("100", derived=True), rows, Context()).status is Status.NOT_MET


def test_sum_off_by_one_says_by_how_much(make_zone):
    found = verdict(figure("100"), zones(make_zone, "60", "41"), Context())
    assert found.status is Status.NOT_MET
    assert found.deviation == 1
    assert found.explanations == ()


def test_a_missing_area_is_missing_and_not_zero(make_zone):
    found = verdict(figure("100"), zones(make_zone, "60", None), Context())
    assert found.status is Status.CANNOT_TELL
    assert [(one.record, one.name) for one in found.missing] == [("tn-ccn-b", "area_planned_ha")]
    (why,) = found.explanations
    assert (why.kind, why.records, why.amount) == ("missing_area", ("tn-ccn-b",), Decimal(40))


def test_known_areas_above_the_figure_fail_even_with_one_missing(make_zone):
    found = verdict(figure("100"), zones(make_zone, "101", None), Context())
    assert found.status is Status.NOT_MET


@pytest.mark.parametrize(
    ("areas", "status"),
    [(("60",), Status.CANNOT_TELL), (("100",), Status.CANNOT_TELL), (("101",), Status.NOT_MET)],
)
def test_where_a_plan_names_only_some_zones_only_excess_is_certain(make_zone, areas, status):
    some = figure("100", scope=Scope("19", ("CCN",), exhaustive=False))
    found = verdict(some, zones(make_zone, *areas), Context())
    assert found.status is status
    if status is Status.CANNOT_TELL:
        assert [one.name for one in found.missing] == ["unnamed_zones"]


def test_no_zone_in_scope_cannot_tell(make_zone):
    assert verdict(figure(), [], Context()).status is Status.CANNOT_TELL


@pytest.mark.parametrize(
    ("areas", "kind", "at", "amount"),
    [
        pytest.param(("600", "40"), "ten_times_large", 0, "60", id="600 for 60"),
        pytest.param(("6", "40"), "ten_times_small", 0, "60", id="6 for 60"),
    ],
)
def test_a_row_ten_times_off_is_offered_when_it_fits_exactly(make_zone, areas, kind, at, amount):
    rows = zones(make_zone, *areas)
    found = verdict(figure("100"), rows, Context())
    assert [(why.kind, why.records, why.amount) for why in found.explanations] == [
        (kind, (rows[at].id,), Decimal(amount))
    ]


def test_a_duplicated_name_is_offered_when_it_fits_exactly(make_zone):
    rows = [
        make_zone("tn-ccn-a", "60", name="CCN Tân Lập"),
        make_zone("tn-ccn-b", "40", name="CCN Tân Hương"),
        make_zone("tn-ccn-c", "40", name="CCN TÂN HƯƠNG"),
    ]
    found = verdict(figure("100"), rows, Context())
    (why,) = found.explanations
    assert (why.kind, why.records) == ("duplicated_name", ("tn-ccn-b", "tn-ccn-c"))


def test_nothing_is_offered_that_does_not_fit_to_the_last_digit(make_zone):
    assert explain(Decimal("54.1"), zones(make_zone, "60", "40")) == []


def test_only_zones_of_the_plan_count(make_zone):
    other = make_zone("tn-ccn-x", "5", sources=(Source("other", "I", 1, "…"),))
    found = verdict(figure("10"), [make_zone("tn-ccn-a", "10"), other], Context())
    assert (found.status, found.records) == (Status.MET, ("tn-ccn-a",))


def test_scope_by_kind_district_and_name(make_zone):
    rows = [
        make_zone("tn-kcn-a", "1", kind=Kind.KCN),
        make_zone("tn-ccn-b", "2", districts=(UnitRef("165", "2010", "Sông Công"),)),
        make_zone("tn-ccn-c", "4"),
        make_zone("dl-ccn-d", "8", province=UnitRef("66", "2009", "Đắk Lắk")),
    ]

    def total(**scope):
        wanted = Scope(**({"province": "19", "kinds": ("CCN",)} | scope))
        return verdict(figure("1", scope=wanted), rows, Context()).actual

    assert total() == 6
    assert total(kinds=("KCN", "CCN")) == 7
    assert total(district="165") == 2
    assert total(zones=("tn-ccn-c",)) == 4
    assert total(province="66") == 8


def test_rows_are_counted_as_rows_and_clusters_as_clusters(make_zone):
    rows = [make_zone("tn-ccn-a"), make_zone("tn-ccn-b", members=("số 1", "số 2"))]
    found = verdict(figure("2", Method.ROW_COUNT), rows, Context())
    assert (found.status, found.actual) == (Status.MET, Decimal(2))
    assert (found.reason, found.params["clusters"]) == ("rows_hold_more", 3)
    missing = verdict(figure("3", Method.ROW_COUNT), rows, Context())
    assert (missing.status, missing.deviation) == (Status.NOT_MET, Decimal(-1))


def occupancy(value="50", comparator=">", per="zone", **fields):
    return figure(
        value,
        Method.OCCUPANCY,
        comparator,
        scope=Scope("19", ("CCN",), per=per),
        unit="%",
        **fields,
    )


def test_occupancy_without_let_areas_says_what_is_missing(make_zone):
    found = verdict(occupancy(), zones(make_zone, "10"), Context())
    assert found.status is Status.CANNOT_TELL
    assert [one.name for one in found.missing] == ["area_let_ha", "area_industrial_ha"]


def test_occupancy_is_let_over_industrial_land_never_over_the_total(make_zone):
    # CCN Ea Đar in 2016: 32,5 of 39,82 ha
    rows = zones(make_zone, "50", area_let_ha=Decimal("32.5"), area_industrial_ha=Decimal("39.82"))
    found = verdict(occupancy("81"), rows, Context())
    assert (found.status, found.actual) == (Status.MET, Decimal("81.62"))


def test_occupancy_with_no_industrial_land_does_not_divide_by_zero(make_zone):
    rows = zones(make_zone, "50", area_let_ha=Decimal(1), area_industrial_ha=Decimal(0))
    assert verdict(occupancy(), rows, Context()).status is Status.CANNOT_TELL


def test_occupancy_per_zone_and_pooled_differ(make_zone):
    full = make_zone("tn-ccn-a", area_let_ha=Decimal(90), area_industrial_ha=Decimal(100))
    low = make_zone("tn-ccn-b", area_let_ha=Decimal(2), area_industrial_ha=Decimal(10))
    each = verdict(occupancy("50"), [full, low], Context())
    pooled = verdict(occupancy("50", per="pooled"), [full, low], Context())
    assert (each.status, each.actual) == (Status.NOT_MET, Decimal("20.00"))
    assert (pooled.status, pooled.actual) == (Status.MET, Decimal("83.64"))


def test_a_target_above_100_per_cent_is_called_impossible():
    found = verdict(occupancy("100"), [], Context())
    assert (found.status, found.reason) == (Status.CANNOT_TELL, "impossible")


def test_a_rate_just_below_its_target_is_not_shown_as_the_target(make_zone):
    rows = zones(make_zone, "50", area_let_ha=Decimal("79.996"), area_industrial_ha=Decimal(100))
    found = verdict(occupancy("80.00", ">="), rows, Context())
    assert (found.status, found.actual) == (Status.MET, Decimal("80.00"))  # within its rounding
    strict = verdict(occupancy("80.00", ">"), rows, Context())
    assert (strict.status, strict.actual) == (Status.NOT_MET, Decimal("80.00"))


def test_the_rate_shown_is_the_one_that_misses(make_zone):
    low = make_zone("tn-ccn-a", area_let_ha=Decimal(10), area_industrial_ha=Decimal(100))
    high = make_zone("tn-ccn-b", area_let_ha=Decimal(90), area_industrial_ha=Decimal(100))
    found = verdict(occupancy("80", "<="), [low, high], Context())
    assert (found.status, found.actual) == (Status.NOT_MET, Decimal(90))


@pytest.mark.parametrize(
    ("comparator", "value", "high", "areas", "status"),
    [
        (">=", "100", None, ("99.5",), Status.MET),
        (">=", "100", None, ("99.4",), Status.NOT_MET),
        ("<=", "100", None, ("100.5",), Status.MET),
        ("<=", "100", None, ("100.6",), Status.NOT_MET),
        (">", "100", None, ("100",), Status.NOT_MET),
        ("<", "100", None, ("100",), Status.NOT_MET),
        ("range", "80", "90", ("85",), Status.MET),
        ("range", "80", "90", ("95",), Status.NOT_MET),
        # what is missing can only add
        (">=", "100", None, ("120", None), Status.MET),
        (">=", "100", None, ("80", None), Status.CANNOT_TELL),
        ("<=", "100", None, ("80", None), Status.CANNOT_TELL),
        ("<=", "100", None, ("120", None), Status.NOT_MET),
        ("range", "80", "90", ("85", None), Status.CANNOT_TELL),
        ("range", "80", "90", ("95", None), Status.NOT_MET),
    ],
)
def test_comparators_with_and_without_missing_areas(
    make_zone, comparator, value, high, areas, status
):
    wanted = figure(value, comparator=comparator, high=high and Decimal(high))
    assert verdict(wanted, zones(make_zone, *areas), Context()).status is status


def test_nothing_is_explained_while_two_areas_are_unknown(make_zone):
    assert explain(Decimal(-54), zones(make_zone, "6", None, None)) == []


def test_names_that_differ_in_a_mark_are_two_names(make_zone):
    rows = [
        make_zone("tn-ccn-a", "40", name="Tân Lập"),
        make_zone("tn-ccn-b", "40", name="Tân Lấp"),
    ]
    assert explain(Decimal(40), rows) == []


def test_records_that_cannot_be_used_leave_their_plan_open(make_zone):
    rows = zones(make_zone, "60", "40")
    refused = Context(refused={"plan": ("7",)})
    found = verdict(figure("140"), rows, refused)
    assert (found.status, found.reason) == (Status.CANNOT_TELL, "records_refused")
    assert found.params["refused"] == ("7",)
    other = Context(refused={"other": ("7",)})
    assert verdict(figure("140"), rows, other).status is Status.NOT_MET
    nameless = Context(refused={"": ("7",)})
    assert verdict(figure("100"), rows, nameless).status is Status.CANNOT_TELL


def test_range_target(make_zone):
    rows = zones(make_zone, "50", area_let_ha=Decimal(85), area_industrial_ha=Decimal(100))
    target = occupancy("80", "range", high=Decimal(90))
    assert verdict(target, rows, Context()).status is Status.MET


def test_detailed_area_within_the_planned_one(make_zone):
    rows = zones(make_zone, "220", area_detailed_ha=Decimal("129.51"))
    found = verdict(figure("129.51", Method.DETAILED_AREA), rows, Context())
    assert (found.status, found.params["share"]) == (Status.MET, Decimal("58.9"))
    other = verdict(figure("130", Method.DETAILED_AREA, comparator="="), rows, Context())
    assert other.status is Status.MET  # 129,51 rounds to 130
    wrong = verdict(figure("130.0", Method.DETAILED_AREA), rows, Context())
    assert wrong.status is Status.NOT_MET


def test_one_finished_cluster_in_each_district(make_zone):
    wanted = figure("1", Method.COUNT_PER_UNIT, ">=")
    districts = Context({"19": ("172", "165")})
    done = make_zone("tn-ccn-a", stage=Stage.OPERATING)
    lacking = verdict(wanted, [done], districts)
    assert lacking.status is Status.CANNOT_TELL
    assert [one.record for one in lacking.missing] == ["165"]
    other = make_zone(
        "tn-ccn-b", stage=Stage.OPERATING, districts=(UnitRef("165", "2010", "Sông Công"),)
    )
    assert verdict(wanted, [done, other], districts).status is Status.MET


def test_what_the_register_does_not_keep_cannot_be_told(make_zone):
    points = figure("10", Method.AREA_PER_UNIT, "<=", scope=Scope("19", ("CCN",), Subject.POINT))
    found = verdict(points, zones(make_zone, "5"), Context())
    assert (found.status, found.reason) == (Status.CANNOT_TELL, "no_records_kept")


def test_run_keeps_the_order_and_passes_over_figures_without_a_method(make_zone):
    document = Document(
        "plan", "t.txt", "1", None, "2010", "a", "a", "b", "b", "2010–2020", PLACE,
        (figure("10", id="f1"), figure("9", None, id="f2"), figure("11", id="f3")),
    )  # fmt: skip
    found = run([document], zones(make_zone, "10"))
    assert [(one.id, one.status) for one in found] == [
        ("f1", Status.MET),
        ("f3", Status.NOT_MET),
    ]
