"""A shortlist to take away: workbook, PDF for a board, CSV and GeoJSON for other programs.

Each line has the clause, document and words that it rests on, and every file the day and the
revision of the register.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from geo import profile, search_wording, shortlist, wording
from geo.checks import Status
from geo.errors import UsageError
from geo.i18n import VIETNAM, ha, t
from geo.io import geojson, tables
from geo.reports import sheets, writer
from geo.reports.look import TINTS
from geo.reports.selection import Line, Selection
from geo.reports.tables import Block
from geo.services import Planner
from geo.wishes import Found, Standing, occupancy
from geo.zones import AREA_FIELDS

FORMS = ("pdf", "xlsx", "csv", "geojson")
"""First those that go to a board."""

_TINTS = {
    Standing.LISTED: TINTS[Status.MET],
    Standing.STEERED: TINTS[Status.TO_REVIEW],
    Standing.UNRULED: TINTS[Status.CANNOT_TELL],
    Standing.OTHER: TINTS[Status.NOT_MET],
}


def render(
    planner: Planner,
    found: Found,
    ids: Sequence[str],
    form: str,
    lang: str,
    as_of: dt.date | None = None,
) -> bytes:
    """The content of a file of a shortlist.

    Parameters
    ----------
    planner
        At the state that the search was made of: see :meth:`geo.services.Planner.now`.
    ids
        Zones in the order of the list; what the register does not have is left out.
    form
        One of :data:`FORMS`.
    as_of
        The day of the register; by default today in Vietnam.

    Raises
    ------
    UsageError
        ``download.form``.
    """
    made = Selection(planner, found, ids, lang, as_of or _today())
    match form:
        case "xlsx":
            return writer("workbook")(sheets.report(made))
        case "pdf":
            return _pdf(made)
        case "csv":
            return _csv(made)
        case "geojson":
            return _geojson(made)
    raise UsageError("download.form", value=form, known=list(FORMS))


def file_name(form: str, lang: str, as_of: dt.date | None = None) -> str:
    """A name for the file: what it is and its day."""
    return f"{t(lang, 'shortlist.file')}-{(as_of or _today()).isoformat()}.{form}"


def _today() -> dt.date:
    return dt.datetime.now(VIETNAM).date()


# -- on paper


def _pdf(of: Selection) -> bytes:
    lang = of.lang
    documents = [
        (
            t(lang, "field.document"),
            f"{wording.document_name(one, lang)}: {wording.document_titled(one, lang)}",
        )
        for one in of.documents
    ]
    return writer("blocks")(
        lang,
        t(lang, "shortlist.report.title"),
        f"{t(lang, 'shortlist.report.count', count=len(of.lines))}. {of.made}",
        of.question,
        [_block(of, at, one) for at, one in enumerate(of.lines, start=1)],
        (t(lang, "shortlist.group.sources"), [*documents, *of.notes]),
    )


def _block(of: Selection, at: int, line: Line) -> Block:
    lang, hit, zone = of.lang, line.hit, line.hit.zone
    state = of.planner.state
    grounds = [
        search_wording.ground(one, zone, state.documents, state.taxonomy, lang)
        for one in hit.grounds
    ]
    none = [of.label("no_permission")] if of.found.judged else []
    sizes = [
        t(lang, "shortlist.report.area", name=t(lang, f"field.{name}"), area=ha(size, lang))
        for name in AREA_FIELDS
        if (size := getattr(zone, name)) is not None
    ]
    if hit.free_ha is not None:
        sizes.append(t(lang, "search.why.free", area=ha(hit.free_ha, lang)))
    near = of.found.wish.near
    place = [wording.place(zone, lang), profile.doubt(zone, lang)]
    if near is not None and hit.distance_km is not None:
        name = search_wording.place(near, lang)
        place.append(search_wording.away(hit, name, lang))
    gaps = shortlist.gaps(hit, lang)
    asking = f"{'; '.join(gaps)} ({of.label('ask')})" if gaps else of.label("all_known")
    lines = {
        "permitted": [*(grounds or none), *search_wording.limits(hit, lang)],
        "quote": [f"“{line.source.quote}”"],
        "areas": sizes or [t(lang, "zone.unknown")],
        "stage": [t(lang, f"stage.{zone.stage}") if zone.stage else t(lang, "zone.unknown")],
        "places": [one for one in place if one],
        "not_known": [asking],
        "record": [of.record(line)],
    }
    return Block(
        f"{at}. {wording.zone_name(zone, lang)}",
        t(lang, f"kind.{zone.kind}"),
        t(lang, f"search.standing.{hit.standing}") if of.found.judged else "",
        _TINTS[hit.standing],
        tuple((of.label(key), "\n".join(own)) for key, own in lines.items() if own),
    )


# -- for other programs


COLUMNS = (
    *("at", "zone", "name", "name_en", "kind", "state", "phrase", "clause", "document"),
    *("document_name", "quote", "vsic", "why", "score", *AREA_FIELDS, "area_free_ha", "let_as_of"),
    *("occupancy_pct", "occupancy_targets", "stage", "province", "province_2016"),
    *("province_2025", "districts", "communes", "lon", "lat", "location_precision"),
    *("location_radius_km", "distance_km", "not_known"),
    *("record_document", "record_clause", "record_row", "question", "as_of", "revision"),
)
"""Columns of the CSV; the properties of the GeoJSON are the same."""


def _plain(of: Selection, at: int, line: Line) -> dict[str, Any]:
    """Codes and numbers; a value that is not known is None."""
    hit, zone, flat = line.hit, line.hit.zone, tables.flat(line.hit.zone)
    state = of.planner.state
    document = state.documents.get(line.source.document)
    share = occupancy(zone)
    away = hit.distance_km
    own = {
        name: flat[name]
        for name in (
            *("kind", "name_en", "province", "districts", "communes", *AREA_FIELDS),
            *("let_as_of", "stage", "occupancy_targets", "location_precision"),
            *("location_radius_km", "lon", "lat"),
        )
    }
    return {
        "at": at,
        **{name: line.row[name] for name in ("zone", "state", "phrase", "clause", "vsic")},
        "name": zone.name,
        "document": line.source.document,
        "document_name": wording.document_name(document, of.lang) if document else None,
        "quote": line.source.quote,
        "why": line.row["why"],
        "score": line.row["score"] if of.found.judged else None,
        **own,
        "area_free_ha": hit.free_ha,
        "occupancy_pct": None if share is None else round(share, 1),
        "distance_km": None if away is None else round(away, 1),
        "province_2016": state.provinces[zone.id],
        "province_2025": state.provinces_2025[zone.id],
        "not_known": shortlist.gaps(hit, of.lang),
        "record_document": zone.source.document,
        "record_clause": zone.source.clause,
        "record_row": zone.source.row,
        "question": of.found.question.text or None,
        "as_of": of.as_of.isoformat(),
        "revision": of.planner.revision,
    }


def _csv(of: Selection) -> bytes:
    rows = [
        {
            name: tables.LIST_MARK.join(value) if isinstance(value, list) else value
            for name, value in _plain(of, at, one).items()
        }
        for at, one in enumerate(of.lines, start=1)
    ]
    return tables.csv_bytes(rows, COLUMNS)


def _geojson(of: Selection) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": one.hit.zone.id,
            "properties": {
                name: wording.plain(value) if isinstance(value, Decimal) else value
                for name, value in _plain(of, at, one).items()
            },
            "geometry": None
            if one.hit.zone.geometry is None
            else geojson.geometry_mapping(one.hit.zone.geometry),
        }
        for at, one in enumerate(of.lines, start=1)
    ]
    about = {
        "question": dict(of.question),
        "as_of": of.as_of.isoformat(),
        "revision": of.planner.revision,
    }
    made = {"type": "FeatureCollection", **about, "features": features}
    return json.dumps(made, ensure_ascii=False, indent=1).encode()
