"""Places and outlines as links carry them; what is neither is none."""

import pytest
from shapely import Point

from geo import spots
from geo.wishes import Wish

HOSTILE = [
    "",
    " ",
    "<b>",
    "'; DROP TABLE",
    "21",
    "21,105,9",
    "999,999",
    "0,0",
    "21.5;abc",
    "x" * 9999,
]


@pytest.mark.parametrize("text", [*HOSTILE, "-21.5, 105.8", "21.5, 205.8", "21,5 105,8"])
def test_what_is_no_place_in_vietnam_is_no_coordinates(text):
    assert spots.coordinates(text) is None


@pytest.mark.parametrize("text", ["21.59, 105.84", "105.84;21.59", " 21.59  105.84 "])
def test_coordinates_are_read_in_either_order_and_come_back(text):
    assert spots.coordinates(text) == (105.84, 21.59)
    assert spots.coordinates(spots.coordinates_text(105.84, 21.59)) == (105.84, 21.59)


@pytest.mark.parametrize(
    "text",
    [
        *HOSTILE,
        "21,105 22,106",  # a line
        "21,105 21,105 21,105",
        "21,105 22,106 21,106 22,105",  # crosses itself
        " ".join(f"21.{at:02},105.{at * at:04}" for at in range(1, 70)),
    ],
)
def test_what_is_no_outline_is_none(text):
    assert spots.outline(text) is None


def test_an_outline_comes_back_from_its_text():
    corners = [(105.0, 21.0), (106.0, 21.0), (106.0, 22.0)]
    assert list(spots.outline(spots.outline_text(corners)).exterior.coords)[:3] == corners


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        ("hà nội", "province:01", "Thành phố Hà Nội"),
        ("thị xã phổ yên", "district:172", "Thị xã Phổ Yên"),
        ("kcn điềm thụy", "zone:tn-kcn-diem-thuy", "KCN Điềm Thụy"),
        ("xã điềm thụy", "commune:2025:05941", "Xã Điềm Thụy"),
    ],
)
def test_every_kind_of_place_has_a_key_and_a_position(planner, text, key, name):
    answer = next(one for one in planner.find(text, "vi") if spots.key(one) == key)
    near = spots.near(answer, planner.bounds.frames, 30)
    assert (near.name, near.km) == (name, 30)
    assert Point(near.lon, near.lat).within(Point(105.8, 21.3).buffer(0.6))


def test_an_outline_keeps_what_its_doubt_may_bring_inside_and_says_so(planner):
    zone = planner.state.by_id["tn-kcn-diem-thuy"]
    east, north = zone.geometry.centroid.coords[0]
    radius = float(zone.location_radius_km) / 111

    def found(gap, **more):
        """The zone, with an outline that ends so many degrees west of it."""
        corners = [(east - 1, north - 1), (east - gap, north - 1), (east - gap, north + 1)]
        wish = Wish(within=spots.outline(spots.outline_text([*corners, (east - 1, north + 1)])),
                    **more)  # fmt: skip
        search = planner.search(wish)
        return next((hit for hit in search.hits() if hit.zone.id == zone.id), None)

    assert found(-0.01).unknown == ()
    assert found(radius / 2).unknown == ("within",)
    assert found(radius / 2, known_only=True) is None
    assert found(radius * 1.3) is None
