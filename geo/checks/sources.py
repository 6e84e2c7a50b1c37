"""What zones say of their plans, held against the plans themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geo.districts import UnitRegister
from geo.industries import Taxonomy
from geo.issues import Issue, issue
from geo.plans import Document
from geo.zones import Zone


def check_sources(
    zones: Iterable[Zone], documents: Mapping[str, Document], taxonomy: Taxonomy
) -> tuple[list[Zone], list[Issue]]:
    """Hold what zones say of their plans against the plans themselves.

    Returns
    -------
    zones, issues
        The zones whose documents all exist. Further issues: an occupancy target that differs
        from its figure, and industry phrases that map to no VSIC division.
    """
    figures = {figure.id: figure for one in documents.values() for figure in one.figures}
    good: list[Zone] = []
    issues: list[Issue] = []
    for zone in zones:
        unknown = [one.document for one in zone.sources if one.document not in documents]
        issues += [
            issue("zone.document_unknown", row=zone.id, field="sources", value=name)
            for name in unknown
        ]
        if unknown:
            continue
        good.append(zone)
        for target in zone.occupancy_targets:
            figure = figures.get(target.figure)
            stated = figure and (figure.comparator, figure.value, figure.high, figure.year)
            if stated != (target.comparator, target.low, target.high, target.year):
                issues.append(
                    issue(
                        "zone.target_differs",
                        row=zone.id,
                        field="occupancy_targets",
                        value=target.figure,
                    )
                )
        issues += [
            issue("zone.industry_unmapped", row=zone.id, field="industries", value=one.phrase)
            for one in zone.industries
            if not one.vsic and taxonomy.classify(one.reading or one.phrase) is None
        ]
    return good, issues


def check_scopes(
    documents: Iterable[Document], zones: Iterable[Zone], register: UnitRegister
) -> list[Issue]:
    """Figures that speak of zones or units which are not there."""
    known = {zone.id for zone in zones}
    issues: list[Issue] = []
    for document in documents:
        vintage = document.province.vintage

        def unknown(row: str, field: str, value: str, name: str = document.id) -> Issue:
            return issue("plan.scope_unknown", row=row, field=field, value=value, document=name)

        code = document.province.code
        if register.get(code, vintage, "province") is None:
            issues.append(unknown(document.id, "province", code))
        for figure in document.figures:
            scope = figure.scope
            issues += [unknown(figure.id, "scope.zones", n) for n in scope.zones if n not in known]
            if scope.district is not None and register.get(scope.district, vintage) is None:
                issues.append(unknown(figure.id, "scope.district", scope.district))
    return issues
