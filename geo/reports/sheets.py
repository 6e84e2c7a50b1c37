"""A shortlist as the sheets of a workbook: search, grounds, figures, and zones side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geo import comparing, search_wording, shortlist, wording
from geo.i18n import date, t
from geo.io import tables
from geo.reports.selection import Selection
from geo.reports.tables import Cell, Column, Report, Table
from geo.wishes import Hit, occupancy
from geo.zones import AREA_FIELDS


def report(of: Selection) -> Report:
    """Sheets of the search, of the grounds and figures of zones, and of some side by side."""
    lang = of.lang
    return Report(
        lang,
        t(lang, "shortlist.report.title"),
        t(lang, "shortlist.report.count", count=len(of.lines)),
        (),
        overview=(_search_table(of), _documents_table(of)),
        tables=(_grounds_table(of), _figures_table(of), _comparison_table(of)),
        printed=(),
    )


def _search_table(of: Selection) -> Table:
    columns = (_column(of, "about", 26), Column(t(of.lang, "take.about.text"), 90, 0))
    facts = {"as_of": date(of.as_of, of.lang), "revision": of.planner.revision}
    made = [(t(of.lang, f"report.fact.{key}"), text) for key, text in facts.items()]
    return _table(of, "shortlist_search", columns, [*of.question, *made, *of.notes])


def _documents_table(of: Selection) -> Table:
    lang = of.lang
    columns = Column(t(lang, "field.document"), 26, 0), _column(of, "title", 90)
    rows = [
        (wording.document_name(one, lang), wording.document_titled(one, lang))
        for one in of.documents
    ]
    return _table(of, "shortlist_documents", columns, rows)


def _grounds_table(of: Selection) -> Table:
    """Why each zone is here: phrase, clause, document and words."""
    lang, taxonomy = of.lang, of.planner.state.taxonomy
    columns = (
        _column(of, "at", 5),
        Column(t(lang, "field.name"), 24, 0),
        _column(of, "state", 16),
        _column(of, "phrase", 24),
        _column(of, "vsic", 10),
        _column(of, "clause", 10),
        Column(t(lang, "field.document"), 16, 0),
        _column(of, "quote", 48),
        _column(of, "why", 48),
        _column(of, "not_known", 28),
        _column(of, "record", 20),
    )
    rows = []
    for at, line in enumerate(of.lines, start=1):
        best = line.hit.grounds[0] if line.hit.grounds else None
        own: tuple[Cell, ...] = ("", "", "", "", "")
        if best is not None:
            own = (
                search_wording.phrase(best, taxonomy, lang),
                tables.LIST_MARK.join(line.row["vsic"]),
                best.industry.clause,
                of.document(line.source),
                line.source.quote,
            )
        rows.append(
            (
                *(at, wording.zone_name(line.hit.zone, lang), of.standing(line), *own),
                "\n".join(line.row["why"]),
                "; ".join(shortlist.gaps(line.hit, lang)),
                of.record(line),
            )
        )
    return _table(of, "shortlist", columns, rows, f"{of.made}.")


def _figures_table(of: Selection) -> Table:
    """Areas, occupancy and place of each zone; a value that is not known leaves its cell."""
    lang, bounds = of.lang, of.planner.bounds
    areas = (f"{t(lang, f'field.{name}')} (ha)" for name in AREA_FIELDS)
    columns = (
        _column(of, "at", 5),
        Column(t(lang, "field.name"), 26, 0),
        Column(t(lang, "field.kind"), 9, 0),
        *(Column(title, 13, 0, numeric=True) for title in areas),
        _column(of, "free", 13, numeric=True),
        _column(of, "occupancy", 11, numeric=True),
        Column(t(lang, "field.occupancy_targets"), 16, 0),
        Column(t(lang, "field.stage"), 18, 0),
        _column(of, "province_old", 18),
        _column(of, "province_new", 18),
        Column(t(lang, "field.district"), 20, 0),
        _column(of, "distance", 12, numeric=True),
        _column(of, "doubt", 12, numeric=True),
        _column(of, "precision", 14),
        Column(t(lang, "field.id"), 26, 0),
    )
    state = of.planner.state

    def row(at: int, hit: Hit) -> tuple[Cell, ...]:
        zone, share = hit.zone, occupancy(hit.zone)
        return (
            *(at, wording.zone_name(zone, lang), zone.kind.value),
            *(getattr(zone, name) for name in AREA_FIELDS),
            hit.free_ha,
            None if share is None else round(share, 1),
            "; ".join(wording.target(one, lang) for one in zone.occupancy_targets) or None,
            t(lang, f"stage.{zone.stage}") if zone.stage else None,
            bounds.unit_name(state.provinces[zone.id], "provinces-2016"),
            bounds.unit_name(state.provinces_2025[zone.id], "provinces-2025"),
            "; ".join(map(bounds.unit_name, state.districts_of(zone))) or None,
            None if hit.distance_km is None else round(hit.distance_km),
            zone.location_radius_km,
            t(lang, f"precision.{zone.location_precision}"),
            zone.id,
        )

    rows = [row(at, one.hit) for at, one in enumerate(of.lines, start=1)]
    note = f"{of.made}. {t(lang, 'shortlist.report.unknown_words')}"
    return _table(of, "shortlist_figures", columns, rows, note)


def _comparison_table(of: Selection) -> Table:
    planner, lang = of.planner, of.lang
    made = comparing.compare(of.found, of.ids, planner.state, lang, planner.namer(lang))
    columns = (
        _column(of, "group", 20),
        _column(of, "about", 24),
        _column(of, "differs", 11),
        *(Column(f"{one.title}\n{one.about}", 36, 0) for one in made.heads),
    )
    differs = t(lang, "shortlist.differs")
    rows = [
        (group.title, row.label, differs if row.differs else "", *(c.text for c in row.cells))
        for group in made.groups
        for row in group.rows
    ]
    notes = [f"{of.made}."]
    if made.beyond:
        side = comparing.SIDE_BY_SIDE
        notes.append(t(lang, "shortlist.only_first", side=side, count=made.beyond))
    return _table(of, "comparison", columns, rows if made.heads else [], " ".join(notes))


def _column(of: Selection, key: str, width: int, *, numeric: bool = False) -> Column:
    return Column(t(of.lang, f"shortlist.column.{key}"), width, 0, numeric)


def _table(
    of: Selection,
    key: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    note: str | None = None,
) -> Table:
    title = t(of.lang, f"report.table.{key}")
    return Table(key, title, tuple(columns), tuple(map(tuple, rows)), None, note)
