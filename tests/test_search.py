"""Which zones permit a product, in which order and why: small registers made by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from shapely import Point, box

from bench import search_quality
from geo import search_wording
from geo.columns import Columns, Filter
from geo.i18n import LANGUAGES
from geo.search import Nearness, Phrases
from geo.wishes import MATCHING, Near, Offer, Order, Standing, Wish
from geo.zones import Industry, IndustryState, Kind
from tests.conftest import zone_of

HANOI = Near(105.85, 21.03, 60, "Hà Nội")


def listed(phrase, *vsic, **more):
    return Industry(phrase, IndustryState.LISTED, "II.3.1", vsic, **more)


def steered(phrase, *vsic):
    return Industry(phrase, IndustryState.STEERED, "II.2.1", vsic)


def zone(name, *industries, area=None, at=None, **more):
    made = zone_of(name, None if area is None else Decimal(area), name=name)
    return replace(made, industries=industries, geometry=at and Point(at), **more)


ZONES = [
    zone("a", listed("điện tử", "26"), area="20", at=(105.9, 21.4)),
    zone("b", steered("điện tử", "26"), area="80", at=(105.9, 21.5)),
    zone("c", listed("lắp ráp điện tử", "26"), at=(106, 22)),
    zone("d"),
    zone("e", listed("thiết bị điện", "27"), area="30", at=(105.8, 21.1)),
    zone("f", listed("gạch tuynel", "23"), area="10"),
    zone("g", listed("Sản xuất VLXD", "23"), listed("công nghiệp sạch"), area="5"),
    zone("h", listed("kết cấu thép", "25"), area="12"),
]


@pytest.fixture(scope="module")
def find(planner):
    provinces = {vintage: {one.id: "19" for one in ZONES} for vintage in ("2016", "2025")}
    columns = Columns(ZONES, provinces, [], {"provinces-2016": ["19"], "provinces-2025": ["19"]})
    offer = Offer(ZONES, columns, Phrases(ZONES, planner.taxonomy, planner.vocabulary))

    def search(text="", **more):
        wish = Wish(text=text, **more)
        return offer.find(wish, planner.vocabulary.read(wish.text))

    return search


def test_listed_comes_before_steered_and_no_rule_is_no_match(find):
    found = find("điện tử")
    assert found.ids() == ["a", "c", "b"]
    assert [one.standing for one in found.hits()] == ["listed", "listed", "steered"]
    assert found.standings() == {"listed": 2, "steered": 1, "unruled": 1, "other": 4}
    assert find("điện tử", standings=(*MATCHING, Standing.UNRULED)).ids() == ["a", "c", "b", "d"]
    assert find("điện tử", standings=(Standing.STEERED,)).ids() == ["b"]


def test_a_zone_without_a_rule_says_so_and_is_never_called_allowed(find):
    hit = find("điện tử").hit("d")
    assert (hit.standing, hit.grounds, hit.nearness) == (Standing.UNRULED, (), Nearness.NONE)


def test_a_heading_holds_its_products_and_a_sister_product_does_not(find):
    ids = find("xi măng").ids()
    assert "g" in ids  # building materials
    assert "f" not in ids  # bricks
    hit = find("xi măng").hit("f")
    assert [one.nearness for one in hit.others] == [Nearness.RELATED]
    assert find("gạch tuynel").ids()[:2] == ["f", "g"]  # the phrase itself before the heading


def test_asking_for_a_whole_division_finds_its_parts(find):
    assert find("25").ids() == ["h"]
    assert find("25").hits()[0].nearness is Nearness.PART


def test_qualities_are_shown_as_conditions_and_can_be_asked_for(find):
    assert [one.phrase for one in find("xi măng").hit("g").conditions] == ["công nghiệp sạch"]
    assert find("công nghiệp sạch").ids() == ["g"]


def test_unknown_area_stays_visible_after_what_fits(find):
    found = find("điện tử", area_min=Decimal(10))
    assert found.ids() == ["a", "c", "b"]  # nearness, then listed before steered
    assert found.hit("c").unknown == ("area",)
    assert find("điện tử", area_min=Decimal(50)).ids() == ["c", "b"]
    assert find("điện tử", area_min=Decimal(50), known_only=True).ids() == ["b"]


def test_least_above_most_is_said_and_the_rest_is_kept(find):
    found = find("điện tử", area_min=Decimal(9), area_max=Decimal(3))
    assert found.complaints == ("area_swapped",)
    assert found.ids() == ["a", "c", "b"]


def test_near_a_place_counts_the_doubt_and_keeps_zones_without_a_place(find):
    found = find(near=HANOI, order=Order.DISTANCE)
    assert found.ids()[:3] == ["e", "a", "b"]
    assert "d" in found.ids()
    assert found.hit("d").distance_km is None
    assert "c" not in found.ids()  # 108 km away
    assert found.hit("a").distance_km == pytest.approx(41.3, abs=0.3)
    assert find(near=HANOI, known_only=True, order=Order.DISTANCE).ids() == ["e", "a", "b"]


def test_within_a_drawn_area(find):
    assert find(within=box(105.85, 21.3, 105.95, 21.45), known_only=True).ids() == ["a"]


def test_counts_beside_each_choice_are_those_of_the_choice(find):
    found = find("điện tử", zones=Filter(kinds=(Kind.KCN.value,)))
    for kind, count in found.counts()["kinds"].items():
        assert count == len(find("điện tử", zones=Filter(kinds=(kind,))))
    for stage, count in found.counts()["stages"].items():
        own = find("điện tử", zones=Filter(kinds=("KCN",), stages=(stage,)))
        assert count == len(own)


def test_an_empty_list_says_what_to_loosen(find):
    found = find("điện tử", area_min=Decimal(500), known_only=True)
    assert len(found) == 0
    assert found.loosened() == {"area": 3}


def test_nothing_asked_for_shows_all_that_fits(find):
    assert len(find()) == len(ZONES)
    assert find(area_max=Decimal(6), known_only=True).ids() == ["g"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_result_says_why_with_its_clause(planner, lang):
    found = planner.search(Wish(text="linh kiện điện tử", area_min=Decimal(10)))
    rows = search_wording.rows(found, found.hits(), planner.state.documents, planner.taxonomy, lang)
    assert rows
    for row in rows:
        assert row["state"] in ("listed", "steered")
        assert row["clause"]
        assert row["phrase"]
        assert row["vsic"]
        assert any(row["clause"] in line for line in row["why"])
    scores = [row["score"] for row in rows]
    assert all(0 < one <= 1 for one in scores)


def test_the_same_whatever_the_register_is_sorted_by(planner):
    state = planner.state
    phrases = Phrases(state.zones[::-1], planner.taxonomy, planner.vocabulary)
    question = planner.vocabulary.read("cơ khí")
    backward = phrases.search(question)
    forward = state.offer.phrases.search(question)
    assert np.array_equal(backward.listed[::-1], forward.listed)


@pytest.mark.parametrize("part", ["tune", "held"])
def test_the_labelled_queries_are_found(planner, part):
    found = search_quality.measure(
        lambda text: planner.search(Wish(text=text)).ids(), search_quality.queries(part)
    )
    assert found.recall >= 0.95
    assert found.precision >= 0.9
    assert found.forbidden == ()
