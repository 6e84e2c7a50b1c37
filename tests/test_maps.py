"""The map's base and its message: small, fresh, and closed against whatever a name holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import folium
import pytest

from geo import maps
from geo.i18n import catalogue
from geo.maps import MapView, UnitFigure
from geo.settings import ROOT, Settings

HOSTILE = "</script><img src=x onerror=alert(1)>"
SETTINGS = Settings(vendor_dir=ROOT / "node_modules")


def message(group: folium.FeatureGroup) -> str:
    (child,) = group._children.values()
    return str(child._template.module.script(child))


def test_every_call_makes_a_new_map() -> None:
    assert maps.base_map("vi", SETTINGS) is not maps.base_map("vi", SETTINGS)


def test_base_is_the_same_text_for_every_view() -> None:
    def script(base: folium.Map) -> str:
        text = base.get_root().render()
        return re.sub(r"[0-9a-f]{32}", "", text)

    assert script(maps.base_map("vi", SETTINGS)) == script(maps.base_map("vi", SETTINGS))


def test_base_has_no_tiles_and_no_other_host_when_installed(tmp_path: Path) -> None:
    dist = tmp_path / "leaflet" / "dist"
    dist.mkdir(parents=True)
    for name in ("leaflet.js", "leaflet.css"):
        (dist / name).write_text("", "utf-8")
    settings = Settings(vendor_dir=tmp_path)
    base = maps.base_map("vi", settings)
    links = [address for _, address in [*base.default_js, *base.default_css]]
    assert maps.assets_are_local(settings)
    assert all(address.startswith("../../assets/") for address in links)
    assert "tile_layer" not in base.get_root().render()


def test_without_npm_the_addresses_are_those_of_folium(tmp_path: Path) -> None:
    settings = Settings(vendor_dir=tmp_path)
    base = maps.base_map("vi", settings)
    shipped = {address for _, address in [*folium.Map.default_js, *folium.Map.default_css]}
    assert not maps.assets_are_local(settings)
    assert base.default_js[0][1] in shipped
    assert base.default_css[0][1] in shipped
    assert all(address.startswith("../../assets/") for _, address in base.default_js[1:])


@pytest.mark.parametrize("unit", list(maps.BREAKS_HA))
def test_message_stays_small_at_5000_zones_in_708_districts(unit: str) -> None:
    view = MapView(
        revision="f" * 16,
        layers=dict.fromkeys(("zones", *maps.BREAKS_HA), "f" * 16),
        visible=range(0, 5000, 2),
        total=5000,
        unit=unit,
        figures={f"{code:03d}": UnitFigure(12345.67, 123, 45) for code in range(708)},
        selected="tn-kcn-" + "x" * 90,
        bounds=(105.123456, 21.123456, 106.123456, 22.123456),
    )
    assert len(message(maps.view_group(view, "vi")).encode()) <= 25_000


def test_message_of_a_view() -> None:
    view = MapView(
        revision="aa11",
        layers={"zones": "aa11"},
        visible=[0, 3],
        total=5,
        figures={
            "164": UnitFigure(170.4, 3, 1),
            "165": UnitFigure(0, 2, 2),
            "166": UnitFigure(49.99, 1),
            "167": UnitFigure(1000, 4),
        },
        selected="tn-kcn-diem-thuy",
    )
    told = maps.view_message(view, "vi")
    assert told["visible"] == "CQ=="
    assert told["figures"] == {
        "164": [2, 170.4, 3, 1],
        "165": [maps.UNKNOWN_CLASS, 0, 2, 2],
        "166": [0, 49.99, 1, 0],
        "167": [4, 1000, 4, 0],
    }
    assert told["legend"]["labels"][0] == "dưới 50"
    assert told["legend"]["labels"][-1] == "từ 1.000"
    english = maps.labels("districts-2016", "en")
    assert (english[0], english[-1]) == ("under 50", "1,000 and over")
    assert (told["selected"], told["unit"]) == ("tn-kcn-diem-thuy", "districts-2016")


def test_map_is_free_to_move_for_a_popup() -> None:
    options = maps.base_map("vi", SETTINGS).options
    assert (options["min_zoom"], options["max_zoom"]) == (4, 17)
    assert "max_bounds" not in options


def test_index_outside_the_layer_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="index is 5, expected 0 to 4"):
        maps.bitmap([5], 5)


def test_unknown_unit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="unit is 'communes'"):
        maps.view_message(MapView("aa11", {}, [], 0, unit="communes"), "vi")


def test_hostile_text_never_leaves_the_script() -> None:
    view = MapView("aa11", {}, [0], 1, selected=HOSTILE, figures={HOSTILE: UnitFigure(1, 1)})
    text = message(maps.view_group(view, "vi"))
    assert not set("<>&") & set(text)
    told = json.loads(text.removeprefix("khucum.show(").removesuffix(");"))
    assert told["selected"] == HOSTILE


def test_hostile_tile_setting_never_leaves_the_script() -> None:
    settings = Settings(vendor_dir=SETTINGS.vendor_dir, tiles_url=f"https://x/{{z}}/{HOSTILE}")
    assert HOSTILE not in maps.base_map("vi", settings).get_root().render()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_of_the_scripts_exists(lang: str) -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "static").glob("*.js"))
    named = set(re.findall(r"\btexts\.(\w+)", scripts))
    known = {key.removeprefix("map.client.") for key in catalogue(lang) if "map.client." in key}
    assert named
    assert named <= known


def test_scripts_never_write_markup() -> None:
    for path in (ROOT / "static").glob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
