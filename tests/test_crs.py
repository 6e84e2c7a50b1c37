"""Areas and systems, on figures from outside the code."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from geo import crs
from geo.errors import DataError


def test_a_square_of_100_m_is_1_ha():
    lon, lat = 105.87, 21.4
    east, _, _ = crs.GEOD.fwd(lon, lat, 90, 100)
    _, north, _ = crs.GEOD.fwd(lon, lat, 0, 100)
    assert crs.geometry_area_ha(box(lon, lat, east, north)) == pytest.approx(1, abs=2e-5)


def test_area_does_not_depend_on_the_direction_of_the_ring():
    ring = [(105, 21), (105.01, 21), (105.01, 21.01), (105, 21.01)]
    assert crs.geometry_area_ha(Polygon(ring)) == crs.geometry_area_ha(Polygon(ring[::-1]))


def test_a_hole_is_not_counted():
    outer, inner = box(105, 21, 105.02, 21.02), box(105.005, 21.005, 105.015, 21.015)
    ring = outer.difference(inner)
    whole, hole = crs.geometry_area_ha(outer), crs.geometry_area_ha(inner)
    assert crs.geometry_area_ha(ring) == pytest.approx(whole - hole, rel=1e-9)


def test_the_survey_vector_of_the_108_15_meridian():
    lon, lat = crs.transformer("EPSG:9217").transform(568262.924, 1255172.51)
    assert (lat, lon) == (pytest.approx(11.349358, abs=1e-6), pytest.approx(108.877201, abs=1e-6))


@given(lon=st.floats(104.5, 108.5), lat=st.floats(9, 23))
def test_wgs84_to_vn2000_and_back_within_two_millimetres(lon, lat):
    # EPSG reverses the seven parameters by their signs alone, which is good to about 1 mm
    there = crs.transformer(crs.WGS84, "EPSG:9213")
    back = crs.transformer("EPSG:9213")
    again = back.transform(*there.transform(lon, lat))
    assert crs.distance_km(lon, lat, *again) * 1e6 < 2


def test_area_in_tm3_is_a_little_smaller_than_on_the_ellipsoid():
    place = gpd.GeoSeries([box(105.9, 21.47, 105.91, 21.48)], crs=crs.WGS84)
    share = place.to_crs("EPSG:9213").area.iloc[0] / 1e4 / crs.area_ha(place).iloc[0]
    assert 0.9997 < share < 1


@pytest.mark.parametrize(
    ("system", "code"), [(None, "crs.missing"), ("EPSG:9213", "crs.not_wgs84")]
)
def test_areas_are_not_measured_in_another_or_no_system(system, code):
    with pytest.raises(DataError) as refusal:
        crs.area_ha(gpd.GeoSeries([box(0, 0, 1, 1)], crs=system))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (105.8, 21.6, True),
        (112, 16.5, True),
        (114, 9, True),
        (100.5, 13.7, False),
        (21, 105, False),
    ],
)
def test_the_bounds_hold_the_archipelagos_and_not_bangkok(lon, lat, inside):
    assert crs.in_vietnam(lon, lat) is inside


def test_points_have_no_area():
    assert crs.geometry_area_ha(Point(105, 21)) == 0
