"""Values, classes, limits and words of the thematic map; its colours as colour-blind eyes see them.

Units are counted on real boundaries; the limits are held against hand-made values.
"""

import itertools
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import thematic
from geo.checks import Status
from geo.columns import Columns, Filter, UnitSums
from geo.crs import area_ha
from geo.joins import Part
from geo.state import UNIT_LAYERS
from geo.thematic import CLASSES, METHODS, NO_ZONES, UNKNOWN, WORST
from geo.zones import UnitRef
from tests.conftest import ROOT, zone_of

NAN = float("nan")


def columns_of(zones, units):
    """Zones in provinces by their code; `units` are the layer's codes."""
    provinces = {zone.id: zone.province.code for zone in zones}
    parts = [Part(zone.id, "172", zone.area_planned_ha, False) for zone in zones]
    layers = {"provinces-2016": units}
    return Columns(zones, {"2016": provinces, "2025": provinces}, parts, layers)


def sums_of(*zones):
    columns = columns_of(zones, ["19"])
    return columns.unit_sums("provinces-2016", columns.accept(Filter()))


def theme_of(values, method="natural", measure="planned", everything=None):
    """A theme over units that all hold a zone."""
    found = np.array(values, dtype=float)
    count = len(found)
    ones, zeros = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    known = (~np.isnan(found)).astype(np.int64)
    sums = UnitSums(
        zones=ones, clusters=ones, area_ha=np.nan_to_num(found), known=known, unknown=1 - known,
        shared=zeros, shared_ha=zeros * 0.0, industrial_ha=zeros * 0.0, let_ha=zeros * 0.0,
        occupancy_unknown=ones, left_out=count,
    )  # fmt: skip
    whole = found if everything is None else np.array(everything, dtype=float)
    return thematic.graded("districts-2016", measure, sums, found, whole, method)


def test_values_of_each_measure_by_hand():
    sums = sums_of(
        zone_of("a", "30", area_industrial_ha=Decimal(20), area_let_ha=Decimal(5)),
        zone_of("b", "20", area_industrial_ha=Decimal(20), area_let_ha=Decimal(20)),
        zone_of("c", None, members=("1", "2")),
    )  # fmt: skip
    land_ha = np.array([1000.0])
    values = {
        measure: thematic.values_of(measure, sums, land_ha).tolist()
        for measure in ("planned", "count", "share", "occupancy")
    }
    assert values == {"planned": [50], "count": [4], "share": [5], "occupancy": [62.5]}
    assert sums.left_out == 1


def test_occupancy_of_units_leaves_out_what_is_not_known_and_says_so():
    def zone(name, province, land, let):
        unit = UnitRef(province, "2010", province)
        return zone_of(name, "50", province=unit, area_industrial_ha=land, area_let_ha=let)

    zones = [
        zone("a", "19", Decimal(100), Decimal(25)),
        zone("b", "19", Decimal(100), None),
        zone("c", "66", Decimal(50), Decimal(45)),
        zone("d", "60", None, Decimal(5)),
    ]
    columns = columns_of(zones, ["06", "19", "60", "66"])
    sums = columns.unit_sums("provinces-2016", columns.accept(Filter()))
    values = thematic.values_of("occupancy", sums, np.full(4, 1000.0))
    theme = thematic.graded("provinces-2016", "occupancy", sums, values, values, "natural")
    told = thematic.theme_message(theme, "en")
    assert told["values"] == [None, 25, None, 90]
    assert told["classes"] == f"{NO_ZONES}0{UNKNOWN}1"
    assert told["labels"] == ["under 50", "50 and over"]
    assert told["note"].startswith("Without 2 zones")


@pytest.mark.parametrize("measure", ["planned", "share", "occupancy"])
def test_what_is_not_known_is_no_low_value(measure):
    sums = sums_of(zone_of("a", None), zone_of("b", None, area_industrial_ha=Decimal(10)))
    assert np.isnan(thematic.values_of(measure, sums, np.array([1000.0]))).all()


def test_occupancy_of_nothing_let_is_zero_and_is_known():
    sums = sums_of(zone_of("a", "30", area_industrial_ha=Decimal(20), area_let_ha=Decimal(0)))
    assert thematic.values_of("occupancy", sums, np.array([1000.0])).tolist() == [0]


def test_a_share_of_unknown_land_is_not_known():
    sums = sums_of(zone_of("a", "30"))
    assert np.isnan(thematic.values_of("share", sums, np.array([NAN]))).all()


def test_the_land_of_units_is_their_geodesic_area(planner):
    for layer in UNIT_LAYERS:
        frame = planner.bounds.frames[layer]
        assert planner.bounds.land_ha(layer) == pytest.approx(area_ha(frame.geometry), abs=0.51)


def test_only_shared_zones_are_an_unknown_area_not_zero(planner):
    mask = np.array([zone.id == "tn-kcn-yen-binh" for zone in planner.state.zones])
    theme = planner.theme(mask, "districts-2016")
    codes = list(planner.bounds.districts.index)
    assert [theme.classes[codes.index(code)] for code in ("172", "173")] == [UNKNOWN, UNKNOWN]
    assert thematic.theme_message(theme, "vi")["ha"][codes.index("172")] is None


# -- limits


def test_natural_breaks_find_the_groups():
    values = [1, 2, 3, 40, 41, 42, 100, 101, 500, 505, 2000, 2010]
    assert thematic.limits(np.array(values, dtype=float), "natural") == (40, 100, 500, 2000)


def test_quantiles_hold_as_many_units_each():
    theme = theme_of(np.arange(1, 101) ** 2, "quantiles")
    assert [theme.classes.count(str(level)) for level in range(CLASSES)] == [20] * 5


def test_equal_intervals_are_as_wide_each():
    limits = thematic.limits(np.arange(0, 101, dtype=float), "equal")
    assert limits == (21, 41, 61, 81)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("values", "classes", "labels"),
    [
        pytest.param([], "", [], id="no unit"),
        pytest.param([NAN, NAN], "??", [], id="none known"),
        pytest.param([75], "0", ["75"], id="one value"),
        pytest.param([75, 75, NAN], "00?", ["75"], id="one value twice"),
        pytest.param([10, 30], "01", ["dưới 20", "từ 20"], id="two values"),
        pytest.param([0, 30], "01", ["dưới 20", "từ 20"], id="zero is a value"),
    ],
)
def test_few_values(method, values, classes, labels):
    theme = theme_of(values, method)
    assert theme.classes == classes
    assert thematic.labels(theme, "vi") == labels
    assert theme.method == (method if theme.breaks else "")


def test_without_limits_the_label_says_what_the_filter_leaves():
    theme = theme_of([30, 45.5], everything=[75, 75])
    assert (theme.classes, thematic.labels(theme, "en")) == ("00", ["30 – 45.5"])


def test_a_colour_means_the_same_under_every_filter(planner):
    columns = planner.state.columns
    every = planner.theme(columns.accept(Filter()), "districts-2016")
    some = planner.theme(columns.accept(Filter(kinds=("CCN",))), "districts-2016")
    assert some.breaks == every.breaks
    assert some.classes != every.classes


@given(
    values=st.lists(st.integers(0, 10**7), min_size=1, max_size=60),
    places=st.integers(0, 3),
    method=st.sampled_from(METHODS),
)
def test_every_limit_divides_and_none_leaves_a_class_empty(values, places, method):
    exact = np.array(values) / 10**places
    theme = theme_of(exact, method)
    assert list(theme.breaks) == sorted(set(theme.breaks))
    assert len(theme.breaks) < CLASSES
    assert set(theme.classes) == {str(level) for level in range(len(theme.breaks) + 1)}
    order = np.argsort(exact, kind="stable")
    letters = [theme.classes[at] for at in order]
    assert letters == sorted(letters)


@given(low=st.integers(0, 10**6), gap=st.integers(1, 10**6), places=st.integers(0, 4))
def test_the_roundest_number_lies_between(low, gap, places):
    floor, ceiling = low / 10**places, (low + gap) / 10**places
    found = thematic.roundest(floor, ceiling)
    assert floor < found <= ceiling

    def digits(value):
        return len(f"{Decimal(repr(value)):f}".replace(".", "").strip("0"))

    assert digits(found) <= digits(ceiling)


def test_many_values_are_classed_by_as_many_evenly_spaced_of_them():
    chance = np.random.default_rng(1)
    groups = [chance.normal(middle, 1, 400) for middle in (100, 200, 300, 400, 500)]
    limits = thematic.limits(np.concatenate(groups).round(2), "natural")
    assert limits == (150, 250, 350, 450)


# -- verdicts


def test_the_worst_verdict_decides_and_derived_figures_do_not_count(planner):
    state = planner.state
    stated = [one for one in state.verdicts if not one.figure.derived and one.records]
    worst = {}
    for verdict in stated:
        for record in verdict.records:
            rank = WORST.index(verdict.status)
            worst[record] = max(rank, worst.get(record, -1))
    expected = [worst.get(zone.id, -1) for zone in state.zones]
    assert state.ranks.tolist() == expected
    assert -1 in expected


def test_a_unit_has_the_worst_status_of_its_visible_zones():
    zones = [zone_of("a"), zone_of("b"), zone_of("c")]
    columns = columns_of(zones, ["19", "66"])
    ranks = np.array([WORST.index(Status.MET), WORST.index(Status.NOT_MET), -1])
    letters = {}
    for name, mask in {"a": [1, 0, 0], "ab": [1, 1, 0], "c": [0, 0, 1]}.items():
        chosen = np.array(mask, dtype=bool)
        sums = columns.unit_sums("provinces-2016", chosen)
        worst = columns.highest("provinces-2016", chosen, ranks)
        letters[name] = thematic.judged("provinces-2016", sums, worst).classes
    assert letters == {"a": "0-", "ab": "1-", "c": f"{UNKNOWN}{NO_ZONES}"}


def test_letters_of_statuses_are_those_of_the_palette():
    script = (ROOT / "static" / "khucum-look.js").read_text("utf-8")
    order = re.search(r'style\.statuses = .*?\[("met".*?)\]', script, re.DOTALL)[1]
    assert tuple(re.findall(r'"(\w+)"', order)) == thematic.STATUSES


# -- words


@pytest.mark.parametrize("measure", thematic.MEASURES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_measure_is_complete_in_words(planner, measure, lang):
    mask = planner.state.columns.accept(Filter())
    told = thematic.theme_message(planner.theme(mask, "districts-2016", measure), lang)
    flat = " ".join(
        [told["title"], told["method"], told["note"], told["unclassed"], *told["labels"]]
    )
    assert "map." not in flat
    assert "status." not in flat
    assert told["title"]
    classes = {letter for letter in told["classes"] if letter.isdigit()}
    assert classes <= {str(level) for level in range(len(told["labels"]))}


def test_counts_are_named_as_whole_numbers():
    theme = theme_of([1, 1, 3, 3, 4, 9, 10, 30], measure="count")
    assert theme.breaks == (2, 4, 5, 20)
    assert thematic.labels(theme, "en") == ["1", "2 – 3", "4", "5 – 19", "20 and over"]


def test_the_legend_says_whose_occupancy_is_left_out(planner):
    mask = planner.state.columns.accept(Filter())
    told = thematic.theme_message(planner.theme(mask, "districts-2016", "occupancy"), "vi")
    assert set(told["classes"]) == {NO_ZONES, UNKNOWN}
    assert told["labels"] == []
    assert told["note"].startswith("Chưa có số liệu nào")
    assert "Không tính 50 khu, cụm" in told["note"]


def test_the_legend_says_what_lies_in_several_units(planner):
    mask = planner.state.columns.accept(Filter())
    theme = planner.theme(mask, "districts-2016")
    whole = replace(theme, undivided_ha=Decimal(2350))
    assert thematic.theme_message(theme, "en")["note"] == ""
    assert "2,350 ha" in thematic.theme_message(whole, "en")["note"]
    assert thematic.theme_message(replace(whole, measure="count"), "en")["note"] == ""


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ((None,), {"count", "verdicts"}),
        (("30",), {"planned", "count", "share", "verdicts"}),
    ],
)
def test_measures_without_any_value_are_told_apart(fields, known):
    sums = sums_of(zone_of("a", *fields, area_industrial_ha=Decimal(10)))
    assert {one for one in thematic.MEASURES if thematic.has_values(one, sums)} == known


def test_occupancy_is_known_once_one_zone_tells_it():
    both = {"area_industrial_ha": Decimal(20), "area_let_ha": Decimal(0)}
    assert thematic.has_values("occupancy", sums_of(zone_of("a", "30", **both)))


# -- colours

# Machado, Oliveira and Fernandes 2009, full severity, over linear RGB
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
}  # fmt: skip
TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip


def lab(colour, eyes):
    """CIE L*a*b* of a hex colour as some eyes see it."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = TO_XYZ @ np.clip(EYES[eyes] @ linear, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def palettes():
    """The custom properties of the style sheet by theme."""
    text = (ROOT / "static" / "khucum-map.css").read_text("utf-8")
    blocks = re.findall(r":root(\[data-theme=\"dark\"\])? \{(.*?)\n\}", text, re.DOTALL)
    return {
        "dark" if dark else "light": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for dark, block in blocks
    }


def distance(one, other, eyes):
    return float(np.linalg.norm(lab(one, eyes) - lab(other, eyes)))


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbouring_classes_are_told_apart(theme, eyes):
    palette = palettes()[theme]
    ramp = [palette["land"], *(palette[f"class-{level}"] for level in range(CLASSES))]
    assert min(distance(one, other, eyes) for one, other in itertools.pairwise(ramp)) >= 8.5
    light = [lab(colour, eyes)[0] for colour in ramp]
    assert light in (sorted(light), sorted(light, reverse=True))


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_statuses_are_told_apart(theme, eyes):
    palette = palettes()[theme]
    colours = [palette[f"status-{status.replace('_', '-')}"] for status in thematic.STATUSES]
    assert min(distance(*pair, eyes) for pair in itertools.combinations(colours, 2)) >= 20
