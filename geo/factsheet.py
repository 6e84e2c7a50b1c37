"""The printable fact sheet of a zone: the profile as a page of its own, on one sheet of A4.

Plain HTML that needs no script. What it says is the mapping of :func:`geo.profile.record`; the
small map is drawn here from the boundaries. Also the history of a zone in words, for the sheet
and for the panel beside the map.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import pi, sqrt
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import shapely
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from shapely.geometry.base import BaseGeometry

from geo import assets, crs, journal, maps, profile
from geo.auth import ANONYMOUS, Action, Actor, decide
from geo.desk import Desk
from geo.errors import KhuCumError
from geo.i18n import LANGUAGES, date, error_text, number, t
from geo.settings import Settings
from geo.state import Boundaries, State
from geo.store import HistoryFilter, Version
from geo.zones import Precision, Zone

WIDTH, HEIGHT = 460, 320
"""Size of the map in CSS pixels."""

RECENT = 4
"""Revisions of a zone that its profile shows."""

_TEMPLATES = Path(__file__).parent / "templates"
_BEYOND = 1.04  # what is drawn reaches over the edge, so that no border runs along it
_INSET = 92
_BARS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
_LETTER = 5.6  # mean width of a letter of a label, px
_ROOM = 1850  # letters for which a sheet of A4 has room in its usual print
_LEAST_LABELLED = 900  # px² of a unit that has room for a name
_CLOSEST_KM = 3  # half of the least that a map shows

Box = tuple[float, float, float, float]


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


# -- what is asked for and what is answered


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a sheet.

    Attributes
    ----------
    rest
        What stands in the address behind ``/ho-so/``: a language and an id.
    path
        The whole path, to come back to.
    who
        Tells who asks; called only where viewing needs an account.
    """

    rest: str
    path: str
    who: Callable[[], Actor]


_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


def answer(desk: Desk, asked: Asked, settings: Settings) -> tuple[int, str]:
    """The sheet that is asked for, or a page that says in words why there is none.

    Returns
    -------
    status, page
        200; 401 where viewing needs an account, 404 for an unknown address, 410 for a zone that
        has been retired, 503 while the register cannot be read.
    """
    lang, _, zone_id = asked.rest.partition("/")
    known = lang in LANGUAGES and _ID.fullmatch(zone_id) is not None
    root = "../" * (asked.rest.count("/") + 1)
    around = Around(lang if lang in LANGUAGES else settings.language, root, settings)
    to_map = {t(around.lang, "sheet.map"): f"{root}ban-do?{urlencode({'lang': around.lang})}"}
    try:
        actor = asked.who() if desk.rules.sign_in_required else ANONYMOUS
        if not decide(actor, Action.VIEW, desk.rules).allowed:
            query = urlencode({"next": asked.path, "lang": around.lang})
            links = {t(around.lang, "sheet.sign_in"): f"{root}auth/sign-in?{query}", **to_map}
            return 401, notice("closed", around, links)
        planner = desk.planner.now()
        record = planner.record(zone_id, lang) if known else None
        if record is None:
            return _absent(desk, zone_id if known else "", around, to_map)
        zone = planner.state.by_id[zone_id]
        return 200, page(planner.state, zone, record, _entries(desk, actor, zone_id, lang), around)
    except KhuCumError as error:
        return 503, notice("trouble", around, to_map, error_text(error, around.lang))


def _entries(desk: Desk, actor: Actor, zone_id: str, lang: str) -> list[dict[str, Any]] | None:
    try:
        return history(desk, actor, zone_id, lang)[0]
    except KhuCumError:
        return None


def _absent(desk: Desk, zone_id: str, around: Around, links: Mapping[str, str]) -> tuple[int, str]:
    """Why a zone has no sheet: nobody knows it, or it has been retired, or cannot be used."""
    try:
        version = desk.register.current([zone_id]).get(zone_id)
    except KhuCumError:  # without a database there is nothing more to know
        version = None
    if version is None:
        return 404, notice("not_found", around, links)
    lang = around.lang
    query = urlencode({"zone": zone_id, "lang": lang})
    links = {t(lang, "map.client.profile_all_history"): f"{around.root}lich-su?{query}", **links}
    name = str(version.after.get("name") or zone_id)
    if not version.retired:
        return 404, notice("unusable", around, links, zone=name)
    day = date(version.at.astimezone(journal.VIETNAM).date(), lang)
    return 410, notice("retired", around, links, zone=name, date=day)


# -- the page


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a page: language, where it stands, and the files that it needs.

    Attributes
    ----------
    root
        Leads from the page to the root of the server: ``../../``.
    """

    lang: str
    root: str
    settings: Settings


def page(
    state: State,
    zone: Zone,
    record: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]] | None,
    around: Around,
) -> str:
    """The fact sheet of a zone.

    Parameters
    ----------
    record
        Of :func:`geo.profile.record`, in the language of `around`.
    entries
        Of :func:`history`; None where it cannot be read.
    """
    credit = state.bounds.catalogue.get("districts-2016").attribution
    return _rendered(
        "factsheet.html",
        around,
        zone_id=zone.id,
        record=record,
        entries=entries,
        divisions=_divisions(record),
        crowded=_letters(record) > _ROOM,
        coordinates=coordinates(state, zone, around.settings.data_dir, around.lang),
        coarse=profile.unsurveyed(zone),
        sketch=sketch(state, zone, around.lang),
        today=dt.datetime.now(journal.VIETNAM).date(),
        revision=state.revision,
        credit=credit.get(around.lang, ""),
    )


def notice(
    name: str, around: Around, links: Mapping[str, str], text: str = "", **params: object
) -> str:
    """A page that says in words why there is no sheet.

    Parameters
    ----------
    name
        Of the texts under ``sheet.<name>``.
    links
        Texts and addresses of what can be done.
    text
        Instead of the text of `name`, which takes `params`.
    """
    title = t(around.lang, f"sheet.{name}.title")
    said = text or t(around.lang, f"sheet.{name}.text", **params)
    return _rendered("notice.html", around, title=title, text=said, links=links)


def _rendered(template: str, around: Around, **values: Any) -> str:
    lang = around.lang
    return _environment().get_template(template).render(
        lang=lang,
        root=around.root,
        t=partial(t, lang),
        number=partial(number, lang=lang),
        date=partial(date, lang=lang),
        files=[
            (name, around.root + assets.address(name, around.settings)) for name in assets.SHEET
        ],
        **values,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    """Every value becomes text, whatever it holds."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def coordinates(state: State, zone: Zone, data_dir: Path, lang: str) -> list[tuple[str, str]]:
    """Where the zone's symbol stands, in words: system and coordinates.

    Returns
    -------
    list of pairs
        WGS 84 as latitude, longitude in degrees; the VN-2000 system of the province of 2016 as X
        north, Y east in metres. A place that is not surveyed is rounded to 0.001° and 100 m, since
        it may be off by kilometres. Without a place there is none.

    Raises
    ------
    DataError
        When the table of systems cannot be read.
    """
    place, _ = _place(zone)
    if place is None:
        return []
    rough = profile.unsurveyed(zone)
    lon, lat = place
    places = 3 if rough else 6
    found = [("WGS 84", f"{lat:.{places}f}, {lon:.{places}f}")]
    systems = _systems(data_dir / "boundaries")
    code = systems["provinces"].get(state.provinces[zone.id])
    if code is not None:
        east, north = (
            number(round(metres, -2 if rough else 0), lang, 0)
            for metres in crs.transformer(crs.WGS84, code).transform(lon, lat)
        )
        label = t(lang, "sheet.grid", meridian=systems["systems"][code]["meridian"])
        found.append((label, t(lang, "sheet.north_east", north=north, east=east)))
    return found


_systems = cache(maps.vn2000)


def _letters(record: Mapping[str, Any]) -> int:
    """Letters of the long parts of a profile, and of the rest of the lines that they end on."""
    items = [item for group in record["industries"] for item in group["items"]]
    texts = [
        *(f"{item['phrase']}{item['english'] or ''}{item['reading'] or ''}" for item in items),
        *("".join(one.values()) for one in record["documents"]),
        *(one["quote"] for one in record["sources"]),
        *(f"{one['what']}{one['sentence']}" for one in record["verdicts"]),
        *_divisions(record),
        *record["unit_notes"],
        record["note"] or "",
    ]
    lines = sum(len(record[name]) for name in ("sources", "verdicts", "industries"))
    return sum(map(len, texts)) + 100 * lines


def _divisions(record: Mapping[str, Any]) -> list[str]:
    """The VSIC divisions of all industries, each once, by code."""
    named = {
        division["code"]: f"{division['code']} {division['name']}"
        for group in record["industries"]
        for item in group["items"]
        for division in item["divisions"]
        if division["name"]
    }
    return [named[code] for code in sorted(named)]


# -- history in words


def history(desk: Desk, actor: Actor, zone_id: str, lang: str) -> tuple[list[dict[str, Any]], bool]:
    """The last changes of a zone, the newest first, and whether there are earlier ones.

    Returns
    -------
    entries, more
        Of each change ``revision``, ``day`` (of Vietnam), ``action``, ``fields`` in words,
        ``reason``, and ``people``: names for those who have signed in, else roles.

    Raises
    ------
    KhuCumError
        While the database cannot say.
    """
    found = journal.page(desk, actor, HistoryFilter(zone_id), size=RECENT)
    names = journal.names(desk, actor)
    entries = [_entry(one.first, lang, actor, names) for one in found.entries[:RECENT]]
    return entries, found.older is not None


def history_json(desk: Desk, actor: Actor, zone_id: str, lang: str) -> dict[str, Any]:
    """The history for the panel beside the map, and whether the reader may change the zone.

    Returns
    -------
    dict
        ``entries`` and ``more`` of :func:`history`; ``editable``.
    """
    entries, more = history(desk, actor, zone_id, lang)
    province = desk.planner.now().state.provinces.get(zone_id)
    editable = province is not None and decide(
        actor, Action.PROPOSE, desk.rules, provinces={province}
    )
    return {"entries": entries, "more": more, "editable": bool(editable and editable.allowed)}


def _entry(version: Version, lang: str, actor: Actor, names: Mapping[str, str]) -> dict[str, Any]:
    fields = version.fields if version.before is not None and not version.retired else ()
    return {
        "revision": str(version.revision),
        "day": date(version.at.astimezone(journal.VIETNAM).date(), lang),
        "action": t(lang, f"action.{version.action}"),
        "fields": ", ".join(t(lang, f"field.{name}") for name in fields),
        "reason": version.reason,
        "people": journal.people(version, lang, actor, names),
    }


# -- the map


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Inset:
    """The province with the window of the map in it, moved to `x`, `y`."""

    x: float
    y: float
    width: float
    height: float
    province: str
    window: Box


@dataclass(frozen=True, slots=True)
class Sketch:
    """A map as paths and places in CSS pixels, from the top left corner.

    Attributes
    ----------
    shapes
        Role and path: ``land``, ``own`` (districts that the zone declares), ``border``,
        ``province``, ``outline`` (of the zone).
    place
        Of the zone's symbol; None without a position.
    doubt_km, doubt_px, extent_px
        Radius of doubt, and of a circle as large as the planned area where no boundary is known.
    bar_km, bar_px
        The scale bar.
    unit
        What the map shows around the zone, by name.
    """

    shapes: tuple[tuple[str, str], ...]
    labels: tuple[Label, ...]
    place: tuple[float, float] | None
    doubt_km: float
    doubt_px: float
    extent_px: float
    bar_km: float
    bar_px: float
    inset: Inset | None
    unit: str

    def draws(self, role: str) -> bool:
        return any(one == role for one, _ in self.shapes)


class _Frame:
    """A window on the plane around its centre: x east, y south, in kilometres, then pixels.

    Degrees are stretched by their geodesic length at the centre; over a district that is exact to
    some parts in a thousand, which no one sees.
    """

    def __init__(self, degrees: Box, radius_km: float, place: tuple[float, float] | None) -> None:
        west, south, east, north = degrees
        self.lon, self.lat = (west + east) / 2, (south + north) / 2
        step = 0.01
        self.kx = crs.distance_km(self.lon - step, self.lat, self.lon + step, self.lat) / step / 2
        self.ky = crs.distance_km(self.lon, self.lat - step, self.lon, self.lat + step) / step / 2
        corners = [self._km(west, north), self._km(east, south)]
        if place:
            x, y = self._km(*place)
            corners += [(x - radius_km, y - radius_km), (x + radius_km, y + radius_km)]
        left, top = (min(axis) for axis in zip(*corners, strict=True))
        right, bottom = (max(axis) for axis in zip(*corners, strict=True))
        self.x, self.y = (left + right) / 2, (top + bottom) / 2
        half = max(_CLOSEST_KM, (right - left) / 2 * HEIGHT / WIDTH, (bottom - top) / 2) * 1.08
        self.px_a_km = HEIGHT / 2 / half
        self.half = (half * WIDTH / HEIGHT, half)

    def _km(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self.lon) * self.kx, (self.lat - lat) * self.ky

    def px(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = self._km(lon, lat)
        return (
            WIDTH / 2 + (x - self.x) * self.px_a_km,
            HEIGHT / 2 + (y - self.y) * self.px_a_km,
        )

    def degrees(self, beyond: float = 1.0) -> Box:
        """West, south, east, north of the window, or of one larger by a factor."""
        dx, dy = (one * beyond for one in self.half)
        return (
            self.lon + (self.x - dx) / self.kx,
            self.lat - (self.y + dy) / self.ky,
            self.lon + (self.x + dx) / self.kx,
            self.lat - (self.y - dy) / self.ky,
        )

    def on_screen(self, geometry: BaseGeometry) -> BaseGeometry:
        """What the window shows of a geometry in degrees, in pixels."""
        seen = shapely.clip_by_rect(geometry, *self.degrees(_BEYOND))

        def to_px(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
            x, y = self.px(points[:, 0], points[:, 1])  # type: ignore[arg-type]  # arrays too
            return np.column_stack([x, y])

        return shapely.simplify(shapely.transform(seen, to_px), 0.3)


def sketch(state: State, zone: Zone, lang: str) -> Sketch | None:
    """A map of the zone in its district; None where neither is known."""
    bounds = state.bounds
    own = [code for code in state.districts_of(zone) if code in bounds.districts.index]
    place, radius = _place(zone)
    degrees = _window(bounds, own, zone)
    if degrees is None:
        return None
    frame = _Frame(degrees, radius, place)
    seen = bounds.districts.iloc[_within(bounds.districts, frame)]
    parts = {code: frame.on_screen(shape) for code, shape in seen.geometry.items()}
    provinces = bounds.frames["provinces-2016"]
    borders = provinces.geometry.iloc[_within(provinces, frame)].boundary
    shapes = [
        *(("own" if code in own else "land", path(part)) for code, part in parts.items()),
        ("border", "".join(path(frame.on_screen(one)) for one in seen.geometry.boundary)),
        ("province", "".join(path(frame.on_screen(one)) for one in borders)),
    ]
    if zone.geometry is not None and not zone.is_point:
        shapes.append(("outline", path(frame.on_screen(zone.geometry))))
    at = frame.px(*place) if place else None
    bar = max((km for km in _BARS_KM if km * frame.px_a_km <= WIDTH / 4), default=_BARS_KM[0])
    inset = _inset(provinces, state.provinces[zone.id], frame, at)
    named = [bounds.unit_name(code) for code in own]
    province = bounds.unit_name(state.provinces[zone.id], "provinces-2016")
    return Sketch(
        shapes=tuple(one for one in shapes if one[1]),
        labels=tuple(_labels(seen, parts, own, at, inset)),
        place=at,
        doubt_km=radius,
        doubt_px=radius * frame.px_a_km,
        extent_px=_extent_km(zone) * frame.px_a_km if at else 0,
        bar_km=bar,
        bar_px=bar * frame.px_a_km,
        inset=inset,
        unit=t(lang, "zone.and").join(named) or province,
    )


def _place(zone: Zone) -> tuple[tuple[float, float] | None, float]:
    """Longitude and latitude of the zone's symbol, and its radius of doubt in kilometres."""
    if zone.geometry is None:
        return None, 0
    point = zone.geometry if zone.is_point else zone.geometry.representative_point()
    exact = zone.location_precision is Precision.SURVEYED
    return (point.x, point.y), 0 if exact else float(zone.location_radius_km or 0)


def _extent_km(zone: Zone) -> float:
    """Radius of a circle of the planned area; 0 where it is unknown or a boundary is known."""
    if zone.area_planned_ha is None or not zone.is_point:
        return 0
    return sqrt(float(zone.area_planned_ha) / 100 / pi)


def _window(bounds: Boundaries, own: Sequence[str], zone: Zone) -> Box | None:
    """What the map is about, in degrees: a drawn zone with what lies near, else its districts."""
    shape = zone.geometry
    if shape is not None and not profile.unsurveyed(zone):
        west, south, east, north = shape.bounds
        room = max(east - west, north - south)
        return west - room, south - room, east + room, north + room
    if own:
        west, south, east, north = bounds.districts.loc[list(own)].total_bounds.tolist()
        return west, south, east, north
    return shape.bounds if shape is not None else None


def _within(frame: gpd.GeoDataFrame, window: _Frame) -> list[int]:
    found = frame.sindex.query(shapely.box(*window.degrees(_BEYOND)), predicate="intersects")
    return sorted(found.tolist())


def path(shape: BaseGeometry) -> str:
    """A geometry as the data of an SVG path, to a tenth of a pixel.

    Examples
    --------
    >>> path(shapely.box(0, 0, 1, 2))
    'M1 0 1 2 0 2 0 0 1 0Z'
    >>> path(shapely.LineString([(0, 0), (1.25, 1)]))
    'M0 0 1.2 1'
    """
    return "".join(_pieces(shape))


def _pieces(shape: BaseGeometry) -> Iterator[str]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield f"M{_points(ring)}Z"
        elif part.geom_type == "LineString" and not part.is_empty:
            yield f"M{_points(part)}"
        elif part.geom_type == "GeometryCollection":
            yield from _pieces(part)


def _points(line: BaseGeometry) -> str:
    return " ".join(f"{x:.1f} {y:.1f}".replace(".0", "") for x, y in line.coords)


def _labels(
    seen: gpd.GeoDataFrame,
    parts: Mapping[str, BaseGeometry],
    own: Sequence[str],
    at: tuple[float, float] | None,
    inset: Inset | None,
) -> Iterator[Label]:
    """Names of units that have room for them, the declared ones and the largest first."""
    taken: list[Box] = [(0, HEIGHT - 30, WIDTH / 3, HEIGHT), (0, 0, 32, 44)]  # bar, arrow
    if at:
        taken.append((at[0] - 11, at[1] - 11, at[0] + 11, at[1] + 11))
    if inset:
        taken.append((inset.x, inset.y, inset.x + inset.width, inset.y + inset.height))
    order = sorted(parts, key=lambda code: (code not in own, -parts[code].area))
    for code in order:
        shape = shapely.clip_by_rect(parts[code], 4, 4, WIDTH - 4, HEIGHT - 4)
        if shape.is_empty or (code not in own and shape.area < _LEAST_LABELLED):
            continue
        text = str(seen.at[code, "full_name" if code in own else "name"])
        half = len(text) * _LETTER / 2
        for place in _label_places(shape, anywhere=code in own):
            box = (place[0] - half, place[1] - 7, place[0] + half, place[1] + 7)
            inside = box[0] > 2 and box[2] < WIDTH - 2 and box[1] > 2 and box[3] < HEIGHT - 2
            if inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                yield Label(*place, text, "own" if code in own else "unit")
                break


def _label_places(shape: BaseGeometry, *, anywhere: bool) -> Iterator[tuple[float, float]]:
    """Where a name may stand: in the middle of a shape, then above and below, inside or not."""
    point = shape.representative_point()
    yield point.x, point.y
    for drop in (-18, 18, -36, 36):
        if anywhere or shapely.contains_xy(shape, point.x, point.y + drop):
            yield point.x, point.y + drop


def _meet(one: Box, other: Box) -> bool:
    return not (one[2] < other[0] or one[0] > other[2] or one[3] < other[1] or one[1] > other[3])


def _inset(
    provinces: gpd.GeoDataFrame, code: str, frame: _Frame, at: tuple[float, float] | None
) -> Inset | None:
    """The whole province in a corner away from the zone."""
    if code not in provinces.index:
        return None
    shape = provinces.geometry[code]
    west, south, east, north = shape.bounds
    scale = (_INSET - 12) / max((east - west) * frame.kx, (north - south) * frame.ky)

    def small(lon: float, lat: float) -> tuple[float, float]:
        return 6 + (lon - west) * frame.kx * scale, 6 + (north - lat) * frame.ky * scale

    def to_small(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        x, y = small(points[:, 0], points[:, 1])  # type: ignore[arg-type]  # arrays too
        return np.column_stack([x, y])

    width, height = (one + 6 for one in small(east, south))
    left, bottom, right, top = frame.degrees()
    (x0, y0), (x1, y1) = small(left, top), small(right, bottom)
    upper = at is not None and at[1] > HEIGHT / 2
    return Inset(
        x=WIDTH - width - 6,
        y=6 if upper else HEIGHT - height - 6,
        width=width,
        height=height,
        province=path(shapely.simplify(shapely.transform(shape, to_small), 0.5)),
        window=(max(0, x0), max(0, y0), min(width, x1), min(height, y1)),
    )
