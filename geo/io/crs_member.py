"""The ``crs`` member of GeoJSON files older than RFC 7946."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pyproj
from pyproj.exceptions import ProjError

from geo.errors import DataError
from geo.text import printable

_NAMED = re.compile(
    r"urn:(?:ogc|x-ogc):def:crs:\w+:[\w.]*:\w+"
    r"|https?://www\.opengis\.net/def/crs/\w+/[\w.]+/\w+"
    r"|\w+:\w+",
    re.ASCII | re.IGNORECASE,
)


def declared_crs(member: Any, file: str) -> pyproj.CRS | None:
    """The coordinate system that a ``crs`` member names; null where there is no member.

    Parameters
    ----------
    member
        The value of ``crs`` as JSON has it: ``{"type": "name", "properties": {"name": …}}``, or
        the older ``{"type": "EPSG", "properties": {"code": 3405}}``.
    file
        Named in the error.

    Raises
    ------
    DataError
        ``crs.unknown`` for anything else, and for a system without positions on the ground.

    Examples
    --------
    >>> declared_crs({"type": "EPSG", "properties": {"code": 3405}}, "a.geojson").to_epsg()
    3405
    """
    if member is None:
        return None
    name = _name(member)
    if name is None or not _NAMED.fullmatch(name):
        raise _unknown(member, file)
    try:
        crs = pyproj.CRS.from_user_input(name)
    except (ProjError, ValueError) as error:
        raise _unknown(name, file) from error
    if not horizontal(crs):
        raise _unknown(name, file)
    return crs


def horizontal(crs: pyproj.CRS) -> bool:
    """Whether positions in it lie on the ground: no heights alone, no site coordinates."""
    return bool(crs.is_geographic or crs.is_projected)


def _name(member: Any) -> str | None:
    if not isinstance(member, Mapping) or not isinstance(member.get("properties"), Mapping):
        return None
    properties = member["properties"]
    if member.get("type") == "name" and isinstance(properties.get("name"), str):
        return str(properties["name"]).strip()
    code = properties.get("code")
    if member.get("type") == "EPSG" and isinstance(code, int | str) and not isinstance(code, bool):
        return f"EPSG:{code}"
    return None


def _unknown(got: Any, file: str) -> DataError:
    try:
        text = got if isinstance(got, str) else json.dumps(got, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = type(got).__name__
    return DataError("crs.unknown", file=file, got=printable(text)[:100])
