"""What the browser is told of the VN-2000 systems: the numbers of the EPSG registry."""

from __future__ import annotations

import pyproj
import pytest
from pyproj.transformer import TransformerGroup

from geo import maps, survey
from geo.crs import WGS84, proj4_definition
from geo.i18n import LANGUAGES
from geo.settings import ROOT, Settings

BOUNDARIES = ROOT / "data" / "boundaries"
CORNERS = [(102.2, 22.4), (105.35, 23.3), (104.7, 8.6), (109.4, 12.7), (105.85, 21.03), (106, 10)]


def onshore(code: str) -> pyproj.Transformer:
    """PROJ's own way from WGS 84 to a VN-2000 system by operation 6960.

    Left to itself PROJ takes an operation for offshore basins in the south of the Mekong delta,
    which is 0.8 m away.
    """
    ways = TransformerGroup(WGS84, code, always_xy=True, allow_ballpark=False).transformers
    return next(way for way in ways if "VN-2000 to WGS 84 (2)" in way.description)


@pytest.mark.parametrize("code", survey.MERIDIANS)
def test_definition_gives_the_same_metres_as_the_registry(code: str) -> None:
    defined = pyproj.Transformer.from_crs(WGS84, proj4_definition(code), always_xy=True)
    for lon, lat in CORNERS:
        assert defined.transform(lon, lat) == pytest.approx(
            onshore(code).transform(lon, lat), abs=0.001
        )


def test_without_the_shift_a_place_would_be_200_m_off() -> None:
    plain = proj4_definition("EPSG:9213").split(" +towgs84")[0] + " +units=m"
    east, north = pyproj.Transformer.from_crs(WGS84, plain, always_xy=True).transform(105.85, 21.6)
    exact_east, exact_north = onshore("EPSG:9213").transform(105.85, 21.6)
    assert 150 < ((east - exact_east) ** 2 + (north - exact_north) ** 2) ** 0.5 < 300


def test_another_projection_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a transverse Mercator system"):
        proj4_definition("EPSG:3857")


def test_every_province_of_2016_has_its_system() -> None:
    told = maps.vn2000(BOUNDARIES)
    register = survey.load_province_systems(BOUNDARIES)
    assert set(told["provinces"]) == {
        row.province_code for row in register if row.vintage == "2016"
    }
    assert len(told["provinces"]) == 63
    assert set(told["provinces"].values()) == set(told["systems"])
    assert told["systems"][told["provinces"]["19"]]["meridian"] == "106°30'"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_is_started_with_them(lang: str) -> None:
    assert maps.config(lang, Settings(), "../")["vn2000"] == maps.vn2000(BOUNDARIES)
