"""Where an investor looks: a place by name or coordinates, an outline that was drawn.

Both are short texts that a link carries: of a place what was typed and the key of what was meant,
of an outline its corners as latitude and longitude.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
from shapely import Polygon

from geo.crs import in_vietnam
from geo.wishes import Near

MOST_CORNERS = 60
_NUMBER = r"(\d{1,3}(?:\.\d{1,8})?)"
_PAIR = re.compile(rf"{_NUMBER}\s*[,;\s]\s*{_NUMBER}")
_DIGITS = 5  # of a degree: about a metre


def coordinates(text: str) -> tuple[float, float] | None:
    """Longitude and latitude in Vietnam, typed in either order with points as decimal marks.

    Examples
    --------
    >>> coordinates("21.59, 105.84")
    (105.84, 21.59)
    >>> coordinates("105.84 21.59")
    (105.84, 21.59)
    >>> coordinates("Hà Nội")
    """
    pair = _PAIR.fullmatch(text.strip())
    if pair is None:
        return None
    lat, lon = sorted(map(float, pair.groups()))
    return (lon, lat) if in_vietnam(lon, lat) else None


def coordinates_text(lon: float, lat: float) -> str:
    """What :func:`coordinates` reads again."""
    return f"{lat:.{_DIGITS}f}, {lon:.{_DIGITS}f}"


def key(answer: Mapping[str, Any]) -> str:
    """What tells an answer of :meth:`geo.places.Finder.search` from all others."""
    parts = answer["kind"], answer.get("vintage"), answer.get("code") or answer.get("id")
    return ":".join(part for part in parts if part)


def near(
    answer: Mapping[str, Any], frames: Mapping[str, gpd.GeoDataFrame], km: float
) -> Near | None:
    """A place that was found by name; the middle of a unit. None where it has no position.

    Parameters
    ----------
    answer
        Of :meth:`geo.places.Finder.search`.
    frames
        Units by layer and code.
    """
    if layers := answer.get("layers"):
        middle = frames[layers[0]].geometry[answer["code"]].centroid
        return Near(middle.x, middle.y, km, answer["name"])
    point = answer.get("point")
    if point is None:
        return None
    lon, lat = point
    return Near(lon, lat, km, answer["name"])


def outline(text: str) -> Polygon | None:
    """An outline of at least three corners that does not cross itself; None where it is none.

    Examples
    --------
    >>> outline("21,105 22,105 22,106").bounds
    (105.0, 21.0, 106.0, 22.0)
    >>> outline("21,105 22,105")
    """
    corners = [coordinates(one) for one in text.split()]
    if not 3 <= len(corners) <= MOST_CORNERS or None in corners:
        return None
    polygon = Polygon([one for one in corners if one is not None])
    return polygon if polygon.is_valid and polygon.area > 0 else None


def outline_text(corners: Iterable[Sequence[float]]) -> str:
    """Corners (longitude, latitude) as :func:`outline` reads them."""
    return " ".join(f"{lat:.{_DIGITS}f},{lon:.{_DIGITS}f}" for lon, lat in corners)
