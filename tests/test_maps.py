"""The frames' pages and messages: small, stable, closed against whatever a name holds."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from geo import assets, maps
from geo.columns import Filter
from geo.i18n import catalogue
from geo.maps import MapView
from geo.services import Planner
from geo.settings import ROOT, Settings

HOSTILE = "</script><img src=x onerror=alert(1)>"
SETTINGS = Settings(vendor_dir=ROOT / "node_modules")
KINDS = list(maps.STARTS)


def scripts(page: str) -> list[str]:
    return re.findall(r'<script src="([^"]*)"', page)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_frame_is_a_whole_page_in_its_language(kind: str, lang: str) -> None:
    page = maps.frame_page(kind, lang, SETTINGS)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{lang}">')
    assert page.count("L.map(") == 1
    assert f"khucum.{maps.STARTS[kind]}(" in page
    assert "L.tileLayer" not in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_the_same_text_every_time(kind: str) -> None:
    links = dict.fromkeys(assets.of_frame(kind), "x")
    given = maps.config("vi", SETTINGS, "../")
    first, second = (maps.page(kind, "vi", links, given) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_asks_no_other_host_when_the_libraries_are_installed(kind: str) -> None:
    page = maps.frame_page(kind, "vi", SETTINGS)
    links = [*scripts(page), *re.findall(r'<link [^>]*href="([^"]*)"', page)]
    assert len(links) == len(assets.of_frame(kind))
    assert all(link.startswith("../assets/") for link in links)


def test_without_npm_the_libraries_come_from_the_cdn(tmp_path: Path) -> None:
    settings = Settings(vendor_dir=tmp_path)
    assert not maps.assets_are_local(settings)
    links = scripts(maps.frame_page("map", "vi", settings))
    remote = [link for link in links if not link.startswith("../assets/")]
    assert remote
    assert all(link.startswith("https://cdn.jsdelivr.net/npm/") for link in remote)
    assert f"/leaflet@{assets.VENDOR['leaflet.js'][1]}/" in remote[0]


def test_versions_of_the_libraries_are_those_that_npm_installs() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert {package: version for package, version, _ in assets.VENDOR.values()} == wanted


def test_map_is_free_to_move_for_a_record() -> None:
    base = maps.BaseMap("map", dict.fromkeys(assets.of_frame("map"), "x"))
    assert (base.options["min_zoom"], base.options["max_zoom"]) == (4, 17)
    assert "max_bounds" not in base.options


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 5000])
def test_bitmap_holds_every_truth_value(size: int) -> None:
    mask = np.random.default_rng(size).random(size) < 0.5
    text = maps.bitmap(mask)
    raw = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    assert np.unpackbits(raw, bitorder="little")[:size].astype(bool).tolist() == mask.tolist()


@pytest.mark.parametrize("layer", ["districts-2016", "provinces-2016", "provinces-2025"])
def test_message_of_a_view(planner: Planner, layer: str) -> None:
    mask = planner.state.columns.accept(Filter(kinds=("KCN",)))
    told = maps.view_message(planner.map_view(mask, layer, selected="tn-kcn-diem-thuy"), "vi")
    assert told["visible"] == maps.bitmap(mask)
    assert set(told["layers"]) == set(planner.layer_names)
    theme = told["theme"]
    units = len(planner.bounds.frames[layer])
    assert len(theme["classes"]) == len(theme["zones"]) == len(theme["ha"]) == units
    assert sum(theme["zones"]) >= int(mask.sum())  # a zone of two districts is in both
    assert told["selected"] == "tn-kcn-diem-thuy"
    json.dumps(told, allow_nan=False)


def test_hostile_text_never_leaves_the_script() -> None:
    text = maps.script_json({"name": HOSTILE, "line": "\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["name"] == HOSTILE


def test_hostile_settings_never_leave_the_script() -> None:
    settings = Settings(
        vendor_dir=SETTINGS.vendor_dir,
        tiles_url=f"https://x/{{z}}/{HOSTILE}",
        tiles_credit=HOSTILE,
        tiles_layers=HOSTILE,
    )
    assert HOSTILE not in maps.frame_page("map", "vi", settings)


def test_a_view_keeps_hostile_text_as_data(planner: Planner) -> None:
    mask = planner.state.columns.accept(Filter())
    view = planner.map_view(mask, selected=HOSTILE)
    assert isinstance(view, MapView)
    assert maps.view_message(view, "vi")["selected"] == HOSTILE


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_of_the_scripts_exists(lang: str) -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "static").glob("*.js"))
    named = set(re.findall(r"\btexts\.(\w+)", scripts))
    known = {key.removeprefix("map.client.") for key in catalogue(lang) if "map.client." in key}
    assert named
    assert named <= known | set(maps.config(lang, SETTINGS, "")["texts"])
