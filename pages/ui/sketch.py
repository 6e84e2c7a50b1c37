"""Small maps of a few shapes: what a change does to a boundary, the register of an earlier day.

The large map draws the layers of the register as it is; what was, or what is only proposed, has no
layer, so these maps carry their shapes themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.i18n import t
from geo.io.geojson import geometry_mapping
from pages.ui import frame

WAS = {"color": "--soft", "dashArray": "6 5", "weight": 2.5, "fillOpacity": 0.1, "radius": 8}
BECOMES = {"color": "--accent", "weight": 3, "fillOpacity": 0.2, "radius": 6}
OF_KIND = {
    "KCN": {"color": "--kcn", "weight": 1.5, "fillOpacity": 0.5, "radius": 6},
    "CCN": {"color": "--ccn", "weight": 1.5, "fillOpacity": 0.5, "radius": 4},
}
"""Path options of Leaflet; colours are custom properties of the map's style sheet."""

_LAND = {
    "color": "--province",
    "weight": 1,
    "fillColor": "--land",
    "fillOpacity": 1,
    "interactive": False,
}
_ISLANDS = {"hoang_sa": (16.5, 112.0), "truong_sa": (9.9, 114.3)}  # latitude, longitude
_ROOM = 0.35  # of the shapes' extent, around them
_LEAST_DEG = 0.03


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry in EPSG:4326 with Leaflet's path options and a text that shows on it."""

    geometry: BaseGeometry
    style: Mapping[str, Any]
    text: str = ""


def show(
    shapes: Sequence[Shape],
    borders: gpd.GeoDataFrame,
    lang: str,
    *,
    key: str,
    height: int = 300,
) -> None:
    """Draw shapes on the borders of the units around them.

    Parameters
    ----------
    borders
        Polygons in EPSG:4326; only those near the shapes are sent.
    height
        In CSS pixels.
    """
    west, south, east, north = _window(shapes)
    wide, high = east - west, north - south
    around = shapely.box(west - wide, south - high, east + wide, north + high)
    near = borders.geometry.iloc[borders.sindex.query(around)]
    tolerance = max(wide, high) / 1000
    lines = shapely.simplify(near.values, tolerance)
    message = {
        "borders": [_feature(line, _LAND) for line in lines],
        "shapes": [_feature(one.geometry, one.style, one.text) for one in shapes],
        "bounds": [[south, west], [north, east]],
        "islands": [
            [f"{t(lang, f'map.client.{name}')} {t(lang, 'map.client.country')}", *at]
            for name, at in _ISLANDS.items()
        ],
    }
    frame.show("sketch", message, lang, key=key, height=height)


def _window(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    """West, south, east, north of the shapes with room around them, in degrees."""
    west, south, east, north = shapely.total_bounds([one.geometry for one in shapes])
    across = max(east - west, _LEAST_DEG) * _ROOM
    along = max(north - south, _LEAST_DEG) * _ROOM
    return west - across, south - along, east + across, north + along


def _feature(geometry: BaseGeometry, style: Mapping[str, Any], text: str = "") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"style": dict(style), "text": text},
        "geometry": geometry_mapping(geometry),
    }
