"""The folium maps: pages that never change within a language, and small messages that say what to
show.

A map stands in a frame whose page folium makes once: libraries, texts, settings, no data. What a
click may change travels in a message: no names, no geometry, a bit a zone. The page fetches the
layers by their address and keeps them; see ``static/``.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
import numpy as np
from branca.element import Figure
from folium.elements import JSCSSMixin
from folium.template import Template
from numpy.typing import NDArray

from geo import assets, survey
from geo.crs import proj4_definition
from geo.i18n import catalogue, t
from geo.joins import BOUNDARY_VINTAGE
from geo.settings import Settings
from geo.thematic import Theme, theme_message
from geo.zones import Stage

VIETNAM = (16.2, 107.6)
"""Centre of the national view: latitude, longitude."""

_ADDRESS = re.compile(r"https?://([^\s,;()]+)")
_ROOT = "../"  # a frame is at frames/<kind>.<lang>.html

STARTS = {"map": "start", "draw": "startDrawing", "sketch": "startSketch"}
"""Kinds of frames, with the function of our scripts that starts each."""


@dataclass(frozen=True, slots=True)
class MapView:
    """What the map shows.

    Attributes
    ----------
    revision
        Of the register, to which the places in `visible` belong.
    layers
        Revision of each layer by name.
    visible
        A truth value for each zone, in the register's order.
    theme
        How the units are coloured, and what they hold.
    selected
        Id of a zone to open.
    heading, sources
        What is shown, in words, for prints: title, filters and totals; and what it rests on.
    results
        The list beside the map, see :func:`geo.search_wording.results`; None where there is none.
    """

    revision: str
    layers: Mapping[str, str]
    visible: NDArray[np.bool_]
    theme: Theme
    selected: str | None = None
    heading: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    results: Mapping[str, Any] | None = None


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


class _Page(Figure):
    """folium's page in a language, without the scripts that ours does not use."""

    _template = Template(
        """<!DOCTYPE html>
<html lang="{{ this.lang }}">
<head>
<title>{{ this.title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script>
// A script that is missing or breaks while it starts must not leave an empty frame.
window.addEventListener("error", ({ target, error }) => {
    if (!(target instanceof HTMLScriptElement) && (!error || window.khucum?.scene?.seen)) return;
    const tell = () => {
        if (document.getElementById("broken")) return;
        const said = document.createElement("p");
        said.id = "broken";
        said.setAttribute("role", "alert");
        said.textContent = {{ this.broken|tojavascript }};
        document.body.prepend(said);
        const send = (type, more) => window.parent.postMessage(
            { isStreamlitMessage: true, type: "streamlit:" + type, ...more }, "*");
        if (window.khucum?.scene) return;
        send("componentReady", { apiVersion: 1 });
        send("setFrameHeight", { height: 90 });
    };
    if (document.body) tell();
    else document.addEventListener("DOMContentLoaded", tell);
}, true);
</script>
{{ this.header.render(**kwargs) }}
</head>
<body class="{{ this.kind }}">
{{ this.html.render(**kwargs) }}
</body>
<script>
{{ this.script.render(**kwargs) }}
</script>
</html>
"""
    )

    def __init__(self, kind: str, lang: str) -> None:
        super().__init__(title=t(lang, "map.client.label"))
        self.kind, self.lang = kind, lang
        self.broken = t(lang, "map.broken")


class BaseMap(folium.Map):
    """folium's map with the libraries that ours needs, and no others.

    Around the map stand empty places for what our scripts put there: a strip above it, a panel at
    its side, a table below.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="workspace">
            <div id="strip"></div>
            <div id="stage">
                <div class="folium-map" id={{ this.get_name()|tojson }}></div>
                <aside id="side" hidden></aside>
            </div>
            <div id="below"></div>
            </div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, kind: str, links: Mapping[str, str]) -> None:
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
        self._id = kind
        names = assets.of_frame(kind)
        self.default_js = [(name, links[name]) for name in names if name.endswith(".js")]
        self.default_css = [(name, links[name]) for name in names if name.endswith(".css")]


class _Start(JSCSSMixin):
    """Hands the texts and settings to a function of our script."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "khucum.{{ this.function }}({{ this._parent.get_name() }}, {{ this.config }});"
        "{% endmacro %}"
    )

    def __init__(self, config: Mapping[str, Any], function: str) -> None:
        super().__init__()
        self._name = "KhuCum"
        self.config, self.function = script_json(config), function


def assets_are_local(settings: Settings) -> bool:
    """Whether the map works without internet."""
    return assets.are_local(settings)


def frame_page(kind: str, lang: str, settings: Settings) -> str:
    """The page of a frame, without data; the same for every view in one language.

    Parameters
    ----------
    kind
        A key of :data:`STARTS`.
    """
    links = [(name, assets.address(name, settings)) for name in assets.of_frame(kind)]
    local = [(name, at if "://" in at else _ROOT + at) for name, at in links]
    return _rendered(kind, lang, tuple(local), settings)


@lru_cache(maxsize=16)
def _rendered(kind: str, lang: str, links: tuple[tuple[str, str], ...], settings: Settings) -> str:
    return page(kind, lang, dict(links), config(lang, settings, _ROOT))


def page(kind: str, lang: str, links: Mapping[str, str], given: Mapping[str, Any]) -> str:
    """A page with a map.

    Parameters
    ----------
    links
        Address of each file of :func:`geo.assets.of_frame`; may be a ``data:`` address.
    given
        What the script is started with, see :func:`config`.
    """
    figure = _Page(kind, lang)
    base = BaseMap(kind, links)
    base.add_child(_Start(given, STARTS[kind]))
    figure.add_child(base)
    return str(figure.render())


def config(lang: str, settings: Settings, root: str) -> dict[str, Any]:
    """Language, texts and basemap for the scripts; `root` leads to the routes."""
    prefix = "map.client."
    texts = {
        key.removeprefix(prefix): text
        for key, text in catalogue(lang).items()
        if key.startswith(prefix)
    }
    stages = {f"stage_{stage}": t(lang, f"stage.{stage}") for stage in Stage}
    return {
        "lang": lang,
        "root": root,
        "texts": {**texts, **stages},
        "vn2000": vn2000(settings.data_dir / "boundaries"),
        "tiles": {
            "url": settings.tiles_url,
            "credit": settings.tiles_credit,
            "credit_html": _with_links(settings.tiles_credit),
            "layers": settings.tiles_layers,
        },
    }


def _with_links(text: str) -> str:
    """A text as HTML whose addresses are links.

    Examples
    --------
    >>> _with_links("© <A>, https://example.org/a?b")
    '© &lt;A&gt;, <a href="https://example.org/a?b">example.org/a?b</a>'
    """
    return _ADDRESS.sub(r'<a href="\g<0>">\1</a>', html.escape(text, quote=True))


def vn2000(folder: Path) -> dict[str, Any]:
    """The VN-2000 system of each province of 2016, for the browser.

    Parameters
    ----------
    folder
        Of the boundary sets.

    Returns
    -------
    dict
        ``provinces``: system by province code; ``systems``: by system, its central ``meridian``
        and its ``definition`` for proj4js.

    Raises
    ------
    DataError
        When the table of systems cannot be read.
    """
    table = survey.load_province_systems(folder)
    provinces = {row.province_code: row.epsg for row in table if row.vintage == BOUNDARY_VINTAGE}
    systems = {
        code: {"meridian": survey.MERIDIANS[code], "definition": proj4_definition(code)}
        for code in sorted(set(provinces.values()))
    }
    return {"provinces": provinces, "systems": systems}


def view_message(view: MapView, lang: str) -> dict[str, Any]:
    """The view as the browser gets it; at 5 000 zones in 708 districts below 20 KB."""
    results = {} if view.results is None else {"results": view.results}
    return {
        **results,
        "revision": view.revision,
        "layers": dict(view.layers),
        "visible": bitmap(view.visible),
        "theme": theme_message(view.theme, lang),
        "selected": view.selected,
        "heading": list(view.heading),
        "sources": list(view.sources),
    }


def draw_message(view: DrawView) -> dict[str, Any]:
    """The place that is being set as the browser gets it."""
    return asdict(view)


def bitmap(mask: NDArray[np.bool_]) -> str:
    """Truth values as base64 of bits, lowest bit first.

    Examples
    --------
    >>> bitmap(np.array([1, 0, 1, 0, 0, 0, 0, 0, 1, 0], dtype=bool))
    'BQE='
    """
    return base64.b64encode(np.packbits(mask, bitorder="little").tobytes()).decode("ascii")


def script_json(value: object) -> str:
    """JSON that cannot leave the script it stands in, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
