"""The folium map: a base that never changes, and a small message that says what to show.

``streamlit-folium`` compares the base with ``_[a-z0-9]+`` cut out and mutates the map that it is
given. So the base is made anew at every call and holds only texts, and everything that a click may
change travels in :func:`view_group`: no names, no geometry, a bit a zone.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import folium
from folium.elements import JSCSSMixin
from folium.template import Template

from geo import assets
from geo.i18n import catalogue, number, t
from geo.settings import Settings

VIETNAM = (16.2, 107.6)
"""Centre of the national view: latitude, longitude."""

BREAKS_HA: dict[str, tuple[int, ...]] = {
    "districts-2016": (50, 150, 400, 1000),
    "provinces-2016": (250, 1000, 2500, 5000),
    "provinces-2025": (250, 1000, 2500, 5000),
}
"""Class limits by unit; fixed, so that a colour means the same under every filter."""

UNKNOWN_CLASS = -1

_FROM_FRAME = "../../"  # the frame is at component/<name>/index.html


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """What lies in one district or province.

    Attributes
    ----------
    ha
        Sum of the known areas in hectares.
    zones, unknown
        Number of zones, and how many of them have no known area.
    """

    ha: float
    zones: int
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class MapView:
    """What the map shows.

    Attributes
    ----------
    revision
        Of the register, to which the indices belong.
    layers
        Revision of each layer by name.
    visible
        Indices ``n`` of the zones to show.
    total
        Number of zones in the layer.
    unit
        Layer of the choropleth, a key of :data:`BREAKS_HA`.
    figures
        By the unit's code; a unit without zones is left out.
    selected
        Id of a zone to highlight.
    fit
        Whether the map moves to the visible zones when they change.
    bounds
        West, south, east, north in degrees to move to instead.
    """

    revision: str
    layers: Mapping[str, str]
    visible: Collection[int]
    total: int
    unit: str = "districts-2016"
    figures: Mapping[str, UnitFigure] = field(default_factory=dict)
    selected: str | None = None
    fit: bool = True
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class DrawView:
    """What the drawing map shows, and what may be done on it.

    Attributes
    ----------
    layers
        Revision of each layer by name.
    mode
        ``view``; ``point`` or ``outline`` where somebody sets one.
    serial
        Names `shape`. While it stays, what was drawn since stays too.
    shape, saved
        GeoJSON geometries in EPSG:4326: the place that is being set, and the one in the register.
    radius_km, saved_radius_km
        Their radius of doubt.
    bounds
        West, south, east, north in degrees to show with a new `serial`.
    declared
        Codes of the districts that are declared.
    self
        Id of the zone itself, which is not its own neighbour.
    """

    layers: Mapping[str, str]
    mode: str
    serial: str
    shape: Mapping[str, Any] | None
    bounds: tuple[float, float, float, float]
    radius_km: float | None = None
    saved: Mapping[str, Any] | None = None
    saved_radius_km: float | None = None
    declared: Sequence[str] = ()
    self: str | None = None


class BaseMap(folium.Map):
    """folium's map with the libraries that ours needs, and no others."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>#{{ this.get_name() }} { width: 100%; height: 100%; }</style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} ></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        settings: Settings,
        scripts: Sequence[str] = assets.OWN_SCRIPTS,
        styles: Sequence[str] = assets.OWN_STYLES,
    ) -> None:
        super().__init__(
            location=VIETNAM,
            tiles=None,
            zoom_start=5,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
        )
        # folium gives these to its tiles only. No bounds: they would push back the map when it
        # moves to show a record.
        self.options.update(min_zoom=4, max_zoom=17)
        self.default_js = [(name, _address(name, settings)) for name in ("leaflet.js", *scripts)]
        self.default_css = [(name, _address(name, settings)) for name in ("leaflet.css", *styles)]


class _Start(JSCSSMixin):
    """Hands the texts and settings to a function of our script."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "khucum.{{ this.function }}({{ this._parent.get_name() }}, {{ this.config }});"
        "{% endmacro %}"
    )

    def __init__(self, config: Mapping[str, Any], function: str = "start") -> None:
        super().__init__()
        self._name = "KhuCum"
        self.config, self.function = _script_json(config), function


class _Show(folium.MacroElement):
    """Hands the view to a function of our script."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "khucum.{{ this.function }}({{ this.message }});"
        "{% endmacro %}"
    )

    def __init__(self, message: Mapping[str, Any], function: str = "show") -> None:
        super().__init__()
        self._name = "Show"
        self.message, self.function = _script_json(message), function


def assets_are_local(settings: Settings) -> bool:
    """Whether the map works without internet."""
    return assets.are_local(settings)


def base_map(lang: str, settings: Settings) -> folium.Map:
    """A fresh map without data; the same for every view in one language."""
    base = BaseMap(settings)
    base.add_child(_Start(_config(lang, settings)))
    return base


def drawing_map(lang: str, settings: Settings) -> folium.Map:
    """A fresh map on which a place is set; the same for every place in one language."""
    base = BaseMap(settings, assets.DRAW_SCRIPTS, assets.DRAW_STYLES)
    base.add_child(_Start(_config(lang, settings), "startDrawing"))
    return base


def _config(lang: str, settings: Settings) -> dict[str, Any]:
    prefix = "map.client."
    texts = {
        key.removeprefix(prefix): text
        for key, text in catalogue(lang).items()
        if key.startswith(prefix)
    }
    return {
        "lang": lang,
        "root": _FROM_FRAME,
        "texts": texts,
        "tiles": {"url": settings.tiles_url, "credit": settings.tiles_credit},
    }


def view_group(view: MapView, lang: str) -> folium.FeatureGroup:
    """The message for one view, for ``feature_group_to_add``.

    Raises
    ------
    ValueError
        If the unit is unknown or an index lies outside the layer.
    """
    group = folium.FeatureGroup(name="khucum", control=False)
    group.add_child(_Show(view_message(view, lang)))
    return group


def drawing_group(view: DrawView) -> folium.FeatureGroup:
    """The message for one place, for ``feature_group_to_add``."""
    group = folium.FeatureGroup(name="khucum", control=False)
    group.add_child(_Show(asdict(view), "draw"))
    return group


def view_message(view: MapView, lang: str) -> dict[str, Any]:
    """The view as the browser gets it; at 5 000 zones in 706 districts below 25 KB."""
    if view.unit not in BREAKS_HA:
        raise ValueError(f"unit is {view.unit!r}, expected one of {', '.join(BREAKS_HA)}")
    return {
        "revision": view.revision,
        "layers": dict(view.layers),
        "visible": bitmap(view.visible, view.total),
        "unit": view.unit,
        "figures": {code: _entry(view.unit, one) for code, one in view.figures.items()},
        "legend": {"title": t(lang, f"map.legend.{view.unit}"), "labels": labels(view.unit, lang)},
        "selected": view.selected,
        "fit": view.fit,
        "bounds": view.bounds,
    }


def bitmap(indices: Collection[int], total: int) -> str:
    """A set of indices below `total` as base64 of bits, lowest bit first.

    Examples
    --------
    >>> bitmap([0, 2, 8], 10)
    'BQE='
    """
    bits = bytearray((total + 7) // 8)
    for index in indices:
        if not 0 <= index < total:
            raise ValueError(f"index is {index}, expected 0 to {total - 1}")
        bits[index >> 3] |= 1 << (index & 7)
    return base64.b64encode(bytes(bits)).decode("ascii")


def class_of(unit: str, figure: UnitFigure) -> int:
    """Index of the colour class; unknown areas alone have a class of their own, never the lowest.

    Examples
    --------
    >>> class_of("districts-2016", UnitFigure(ha=150, zones=2))
    2
    >>> class_of("districts-2016", UnitFigure(ha=0, zones=1, unknown=1))
    -1
    """
    if figure.zones and figure.unknown == figure.zones:
        return UNKNOWN_CLASS
    return bisect_right(BREAKS_HA[unit], figure.ha)


def labels(unit: str, lang: str) -> list[str]:
    """The classes in words, lowest first."""
    limits = [number(limit, lang) for limit in BREAKS_HA[unit]]
    between = [f"{low} – {high}" for low, high in pairwise(limits)]
    lowest = t(lang, "map.legend.below", value=limits[0])
    return [lowest, *between, t(lang, "map.legend.from", value=limits[-1])]


def _entry(unit: str, figure: UnitFigure) -> list[float | int]:
    return [class_of(unit, figure), round(figure.ha, 2), figure.zones, figure.unknown]


def _address(name: str, settings: Settings) -> str:
    found = assets.find(name, settings)
    if found is not None:
        return _FROM_FRAME + found.address
    shipped = {url.rsplit("/", 1)[-1]: url for _, url in _folium_links()}
    return shipped[name]


def _folium_links() -> list[tuple[str, str]]:
    return [*folium.Map.default_js, *folium.Map.default_css]


def _script_json(value: object) -> str:
    """JSON that cannot leave the script it stands in, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
