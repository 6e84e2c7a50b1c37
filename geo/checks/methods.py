"""How each kind of figure is held against the zones in its scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from geo.checks.verdicts import (
    Context,
    Explanation,
    Missing,
    Status,
    Verdict,
    bounds,
    holds,
    slack,
)
from geo.plans import Document, Figure, Method, Subject, in_scope
from geo.text import fold_space
from geo.zones import AREA_LIMIT_HA, Stage, Zone


def run(
    documents: Iterable[Document], zones: Sequence[Zone], context: Context | None = None
) -> list[Verdict]:
    """Check every figure that has a method, in the order of documents and figures."""
    groups: dict[tuple[str, str], list[Zone]] = {}
    for zone in zones:
        for name in dict.fromkeys(source.document for source in zone.sources):
            groups.setdefault((name, zone.province.code), []).append(zone)
    return [
        verdict(figure, groups.get((document.id, figure.scope.province), ()), context or Context())
        for document in documents
        for figure in document.figures
        if figure.method is not None
    ]


def verdict(figure: Figure, zones: Iterable[Zone], context: Context) -> Verdict:
    """Hold one figure against the zones in its scope."""
    if figure.method is None:
        raise ValueError(f"{figure.id} has no method")
    chosen = [zone for zone in zones if in_scope(zone, figure)]
    if figure.scope.subject is not Subject.ZONE:
        return _cannot_tell(
            figure, chosen, [Missing(None, figure.scope.subject)], "no_records_kept"
        )
    found = _METHODS[figure.method](figure, chosen, context)
    refused = context.refused.get(figure.document, ()) + context.refused.get("", ())
    if refused and found.status in (Status.MET, Status.NOT_MET):
        rows = [Missing(None, "refused_records")]
        params = {**found.params, "refused": refused}
        return replace(
            found,
            status=Status.CANNOT_TELL,
            missing=(*found.missing, *rows),
            reason="records_refused",
            params=params,
            explanations=(),
        )
    return found


def _verdict(
    figure: Figure,
    status: Status,
    zones: Sequence[Zone],
    actual: Decimal | None,
    reason: str,
    *,
    missing: Iterable[Missing] = (),
    explanations: Iterable[Explanation] = (),
    **params: Any,
) -> Verdict:
    comparable = actual is not None and figure.comparator in ("=", "~")
    return Verdict(
        figure,
        status,
        actual,
        actual - figure.stated if comparable and actual is not None else None,
        slack(figure),
        tuple(zone.id for zone in zones),
        tuple(missing),
        reason,
        params,
        tuple(explanations),
    )


def _cannot_tell(
    figure: Figure,
    zones: Sequence[Zone],
    missing: Iterable[Missing],
    reason: str,
    actual: Decimal | None = None,
    **params: Any,
) -> Verdict:
    return _verdict(figure, Status.CANNOT_TELL, zones, actual, reason, missing=missing, **params)


def _lacking(zones: Iterable[Zone], names: Iterable[str]) -> list[Missing]:
    wanted = tuple(names)
    return [
        Missing(zone.id, name) for zone in zones for name in wanted if getattr(zone, name) is None
    ]


def _sum_of_areas(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    if not zones:
        return _cannot_tell(figure, zones, [Missing(None, "zones")], "no_zones")
    known = [zone.area_planned_ha for zone in zones if zone.area_planned_ha is not None]
    total = sum(known, Decimal(0))
    params: dict[str, Any] = {"rows": len(zones), "known": len(known)}
    missing = _lacking(zones, ["area_planned_ha"])
    if not figure.scope.exhaustive:
        missing.append(Missing(None, "unnamed_zones"))
    if missing and not _settled(total, figure):
        if not known:
            return _cannot_tell(figure, zones, missing, "areas_unknown", **params)
        exact = figure.comparator in ("=", "~") and figure.scope.exhaustive
        reason = "areas_incomplete" if len(known) < len(zones) else "list_open"
        return _verdict(
            figure,
            Status.CANNOT_TELL,
            zones,
            total,
            reason,
            missing=missing,
            explanations=explain(total - figure.stated, zones) if exact else (),
            **params,
        )
    status = Status.MET if holds(total, figure) else Status.NOT_MET
    if figure.comparator not in ("=", "~"):
        reason = "sum_within" if status is Status.MET else "sum_outside"
        return _verdict(figure, status, zones, total, reason, missing=missing, **params)
    if status is Status.MET:
        fits = "rows_fit" if figure.derived else "sum_fits"
        return _verdict(figure, status, zones, total, fits, **params)
    return _verdict(
        figure,
        status,
        zones,
        total,
        "rows_differ" if figure.derived else "sum_differs",
        missing=missing,
        explanations=explain(total - figure.stated, zones),
        **params,
    )


def _settled(known: Decimal, figure: Figure) -> bool:
    """Whether what is still missing, being no less than 0, can no longer change the outcome."""
    _, high = bounds(figure)
    if high is not None and known > high:
        return True
    return high is None and holds(known, figure)


def explain(deviation: Decimal, zones: Sequence[Zone]) -> list[Explanation]:
    """What would account exactly for a sum that is off by `deviation` (actual − expected).

    A single missing area, a row that is there twice, or a row written ten times too large or too
    small. Nothing is offered that does not fit to the last digit.
    """
    unknown = [zone for zone in zones if zone.area_planned_ha is None]
    if deviation == 0 or len(unknown) > 1:
        return []
    if unknown:
        fits = deviation < 0 and -deviation <= AREA_LIMIT_HA
        return [Explanation("missing_area", (unknown[0].id,), -deviation)] if fits else []
    found: list[Explanation] = []
    names: dict[tuple[str, str], list[Zone]] = {}
    for zone in zones:
        key = fold_space(zone.name).casefold()
        names.setdefault((zone.kind, key), []).append(zone)
    for same in names.values():
        if len(same) > 1 and any(zone.area_planned_ha == deviation for zone in same):
            ids = tuple(zone.id for zone in same)
            found.append(Explanation("duplicated_name", ids, deviation))
    for zone in zones:
        area = zone.area_planned_ha or Decimal(0)
        if area and area * 9 == deviation * 10:
            found.append(Explanation("ten_times_large", (zone.id,), area / 10))
        if area and area * 9 == -deviation and area * 10 <= AREA_LIMIT_HA:
            found.append(Explanation("ten_times_small", (zone.id,), area * 10))
    return found


def _area_added(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    return _cannot_tell(figure, zones, [Missing(None, "area_before")], "no_baseline")


def _cluster_count(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    if not zones:
        return _cannot_tell(figure, zones, [Missing(None, "zones")], "no_zones")
    clusters = sum(zone.cluster_count for zone in zones)
    if not figure.scope.exhaustive and not _settled(Decimal(clusters), figure):
        unnamed = [Missing(None, "unnamed_zones")]
        return _cannot_tell(figure, zones, unnamed, "no_baseline", Decimal(clusters))
    status = Status.MET if holds(Decimal(clusters), figure) else Status.NOT_MET
    return _verdict(figure, status, zones, Decimal(clusters), "clusters", rows=len(zones))


def _row_count(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    rows = [
        zone
        for zone in zones
        if any((s.document, s.clause) == (figure.document, figure.clause) for s in zone.sources)
    ]
    if not rows:
        return _cannot_tell(figure, rows, [Missing(None, "zones")], "no_zones")
    actual = Decimal(len(rows))
    clusters = sum(zone.cluster_count for zone in rows)
    status = Status.MET if holds(actual, figure) else Status.NOT_MET
    reason = "rows_hold_more" if clusters != len(rows) else "rows"
    several = [zone.name for zone in rows if zone.cluster_count > 1]
    return _verdict(
        figure, status, rows, actual, reason, rows=len(rows), clusters=clusters, several=several
    )


def _count_per_unit(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    codes = context.districts.get(figure.scope.province, ())
    finished = {Stage.OPERATING}
    counts = {
        code: sum(
            zone.cluster_count
            for zone in zones
            if zone.stage in finished and code in {d.code for d in zone.districts}
        )
        for code in codes
    }
    short = [code for code, count in counts.items() if not holds(Decimal(count), figure)]
    if codes and not short:
        return _verdict(
            figure, Status.MET, zones, Decimal(min(counts.values())), "each_unit", units=len(codes)
        )
    missing = [Missing(code, "finished_clusters") for code in short]
    missing = missing or [Missing(None, "finished_clusters")]
    return _cannot_tell(figure, zones, missing, "units_without_record", units=len(short))


def _detailed_area(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    missing = _lacking(zones, ["area_detailed_ha", "area_planned_ha"])
    if not zones or missing:
        return _cannot_tell(
            figure,
            zones,
            missing or [Missing(None, "zones")],
            "areas_unknown",
            rows=len(zones),
            known=0,
        )
    detailed = sum((zone.area_detailed_ha or Decimal(0) for zone in zones), Decimal(0))
    planned = sum((zone.area_planned_ha or Decimal(0) for zone in zones), Decimal(0))
    met = holds(detailed, figure) and detailed <= planned
    return _verdict(
        figure,
        Status.MET if met else Status.NOT_MET,
        zones,
        detailed,
        "detailed_within" if met else "detailed_differs",
        planned=planned,
        share=round(detailed / planned * 100, 1) if planned else None,
    )


_DENOMINATORS = {
    "industrial": "area_industrial_ha",
    "for_lease": "area_industrial_ha",
    "building_land": "area_industrial_ha",
    "area": "area_planned_ha",
    "planned_area": "area_planned_ha",
}


def _rounded(rate: Decimal, figure: Figure) -> Decimal:
    """A rate with two decimals, or with more where rounding would hide on which side it is."""
    short = round(rate, 2)
    return short if holds(short, figure) == holds(rate, figure) else round(rate, 6)


def _occupancy(figure: Figure, zones: Sequence[Zone], context: Context) -> Verdict:
    impossible = figure.comparator in (">", ">=") and (
        figure.stated > 100 or (figure.stated == 100 and figure.comparator == ">")
    )
    missing: list[Missing] = []
    base = _DENOMINATORS[figure.denominator or "industrial"]
    if not zones:
        missing = [Missing(None, "zones")]
    else:
        missing = _lacking(zones, ["area_let_ha", base])
        missing += [Missing(zone.id, base) for zone in zones if getattr(zone, base) == 0]
        if not figure.scope.exhaustive:
            missing.append(Missing(None, "unnamed_zones"))
    if impossible:
        return _cannot_tell(figure, zones, missing, "impossible")
    if missing:
        reason = "occupancy_unknown" if zones else "no_zones"
        return _cannot_tell(figure, zones, missing, reason, count=len(zones))
    groups = [[zone] for zone in zones] if figure.scope.per == "zone" else [list(zones)]
    rates = [
        sum((zone.area_let_ha or Decimal(0) for zone in group), Decimal(0))
        / sum((getattr(zone, base) for zone in group), Decimal(0))
        * 100
        for group in groups
    ]
    worst = next((rate for rate in sorted(rates) if not holds(rate, figure)), min(rates))
    met = all(holds(rate, figure) for rate in rates)
    return _verdict(
        figure,
        Status.MET if met else Status.NOT_MET,
        zones,
        _rounded(worst, figure),
        "occupancy_reached" if met else "occupancy_short",
        count=len(zones),
    )


_METHODS: dict[Method, Callable[[Figure, Sequence[Zone], Context], Verdict]] = {
    Method.SUM_OF_AREAS: _sum_of_areas,
    Method.AREA_ADDED: _area_added,
    Method.ROW_COUNT: _row_count,
    Method.CLUSTER_COUNT: _cluster_count,
    Method.COUNT_PER_UNIT: _count_per_unit,
    Method.AREA_PER_UNIT: _area_added,
    Method.DETAILED_AREA: _detailed_area,
    Method.OCCUPANCY: _occupancy,
}
