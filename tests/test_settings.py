"""Settings out of the environment: what a basemap may be, and what is refused."""

import pytest

from geo import settings as settings_module
from geo.errors import SetupError

BASEMAP = {"KHUCUM_TILES": "https://t.vn/{z}/{x}/{y}.png", "KHUCUM_TILES_CREDIT": "© T"}
WMS = {"KHUCUM_TILES": "https://t.vn/wms", "KHUCUM_TILES_CREDIT": "© T", "KHUCUM_TILES_LAYERS": "a"}


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"KHUCUM_TILES": "tile.t.vn/{z}/{x}/{y}"}, "settings.tiles"),
        ({**BASEMAP, "KHUCUM_TILES": "https://t.vn/{z}/{x}.png"}, "settings.tiles"),
        ({**BASEMAP, "KHUCUM_TILES": "https://t.vn/wms"}, "settings.tiles"),
        ({**WMS, "KHUCUM_TILES": "javascript:alert(1)"}, "settings.tiles"),
        ({"KHUCUM_TILES": BASEMAP["KHUCUM_TILES"]}, "settings.tiles_credit"),
        ({**BASEMAP, "KHUCUM_TILES_LAYERS": "a"}, "settings.tiles_layers"),
        ({"KHUCUM_TILES_LAYERS": "a"}, "settings.tiles_layers"),
    ],
)
def test_a_basemap_that_makes_no_sense_is_refused(environ, code):
    with pytest.raises(SetupError) as refusal:
        settings_module.load(environ)
    assert refusal.value.code == code
    assert refusal.value.params["name"] in environ | {"KHUCUM_TILES_CREDIT": ""}


def test_a_basemap_is_a_name_a_template_or_a_wms():
    osm, tiles, wms, none = map(settings_module.load, ({"KHUCUM_TILES": "osm"}, BASEMAP, WMS, {}))
    assert osm.tiles_url == "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    assert "OpenStreetMap" in osm.tiles_credit
    assert (tiles.tiles_url, tiles.tiles_credit) == tuple(BASEMAP.values())
    assert (wms.tiles_url, wms.tiles_layers) == ("https://t.vn/wms", "a")
    assert none.tiles_url == ""
