"""What is wrong with a record, and who can mend it.

Bad records yield issues, bad programs raise. An issue names the file, the row, the field and the
raw value; its words are in :mod:`geo.i18n` under ``issue.<code>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum
from typing import NamedTuple

from geo.text import printable


class Severity(StrEnum):
    ERROR = "error"  # the record is not used
    WARNING = "warning"  # used, and somebody must look
    INFO = "info"  # worth knowing


class Responsible(StrEnum):
    STAFF = "staff"  # keeps the records
    PLANNER = "planner"  # wrote the plan
    DATA = "data"  # maintains boundaries and taxonomies


class IssueKind(NamedTuple):
    severity: Severity
    responsible: Responsible


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_STAFF, _DATA = Responsible.STAFF, Responsible.DATA

CATALOGUE: dict[str, IssueKind] = {
    # zone records
    "zone.not_a_feature": IssueKind(_E, _STAFF),
    "zone.id_missing": IssueKind(_E, _STAFF),
    "zone.id_malformed": IssueKind(_E, _STAFF),
    "zone.id_duplicate": IssueKind(_E, _STAFF),
    "zone.field_missing": IssueKind(_E, _STAFF),
    "zone.record_large": IssueKind(_E, _STAFF),
    "zone.field_type": IssueKind(_E, _STAFF),
    "zone.choice": IssueKind(_E, _STAFF),
    "zone.number_text": IssueKind(_E, _STAFF),
    "zone.number_comma": IssueKind(_E, _STAFF),
    "zone.number_negative": IssueKind(_E, _STAFF),
    "zone.number_huge": IssueKind(_E, _STAFF),
    "zone.date": IssueKind(_E, _STAFF),
    "zone.field_unknown": IssueKind(_W, _STAFF),
    "zone.name_garbled": IssueKind(_W, _STAFF),
    "zone.text_nfc": IssueKind(_I, _STAFF),
    "zone.text_broken": IssueKind(_E, _STAFF),
    "zone.number_whole": IssueKind(_E, _STAFF),
    "zone.unit_twice": IssueKind(_W, _STAFF),
    "issues.more": IssueKind(_I, _STAFF),
    "zone.ledger": IssueKind(_W, _STAFF),
    "zone.let_without_date": IssueKind(_W, _STAFF),
    "zone.unit_unknown": IssueKind(_E, _STAFF),
    "zone.unit_vintage": IssueKind(_E, _STAFF),
    "zone.unit_province": IssueKind(_E, _STAFF),
    "zone.geometry_missing": IssueKind(_W, _STAFF),
    "zone.geometry_empty": IssueKind(_E, _STAFF),
    "zone.geometry_invalid": IssueKind(_E, _STAFF),
    "zone.geometry_unreadable": IssueKind(_E, _STAFF),
    "zone.geometry_type": IssueKind(_E, _STAFF),
    "zone.geometry_swapped": IssueKind(_E, _STAFF),
    "zone.geometry_projected": IssueKind(_E, _STAFF),
    "zone.geometry_outside": IssueKind(_E, _STAFF),
    "zone.radius_missing": IssueKind(_E, _STAFF),
    "zone.precision_geometry": IssueKind(_E, _STAFF),
    "zone.target_differs": IssueKind(_W, _STAFF),
    "zone.industry_unmapped": IssueKind(_I, _DATA),
    "zone.document_unknown": IssueKind(_E, _STAFF),
    # plan documents
    "plan.unit_missing": IssueKind(_E, _DATA),
    "plan.unit_unknown": IssueKind(_E, _DATA),
    "plan.comparator": IssueKind(_E, _DATA),
    "plan.type": IssueKind(_E, _DATA),
    "plan.field_missing": IssueKind(_E, _DATA),
    "plan.field_unknown": IssueKind(_E, _DATA),
    "plan.choice": IssueKind(_E, _DATA),
    "plan.number": IssueKind(_E, _DATA),
    "plan.number_text": IssueKind(_E, _DATA),
    "plan.value_lost": IssueKind(_E, _DATA),
    "plan.value_missing": IssueKind(_E, _DATA),
    "plan.range": IssueKind(_E, _DATA),
    "plan.method_lost": IssueKind(_E, _DATA),
    "plan.province": IssueKind(_E, _DATA),
    "plan.scope_empty": IssueKind(_E, _DATA),
    "plan.topic_unknown": IssueKind(_E, _DATA),
    "plan.year": IssueKind(_E, _DATA),
    "plan.years": IssueKind(_E, _DATA),
    "plan.years_order": IssueKind(_E, _DATA),
    "plan.operand": IssueKind(_E, _DATA),
    "plan.too_few": IssueKind(_E, _DATA),
    "plan.lengths": IssueKind(_E, _DATA),
    "plan.id_duplicate": IssueKind(_E, _DATA),
    "plan.reference": IssueKind(_E, _DATA),
    "plan.circular": IssueKind(_E, _DATA),
    "plan.quote_missing": IssueKind(_W, _DATA),
    "plan.text_unreadable": IssueKind(_W, _DATA),
    "plan.scope_unknown": IssueKind(_W, _DATA),
    # boundary sets
    "boundary.set_missing": IssueKind(_E, _DATA),
    "boundary.set_twice": IssueKind(_E, _DATA),
    "boundary.field_missing": IssueKind(_E, _DATA),
    "boundary.file_unreadable": IssueKind(_E, _DATA),
    "boundary.checksum": IssueKind(_E, _DATA),
    "boundary.licence_missing": IssueKind(_E, _DATA),
    "boundary.count": IssueKind(_E, _DATA),
    "boundary.code_missing": IssueKind(_E, _DATA),
    "boundary.code_malformed": IssueKind(_E, _DATA),
    "boundary.code_duplicate": IssueKind(_E, _DATA),
    "boundary.name_missing": IssueKind(_E, _DATA),
    "boundary.name_encoding": IssueKind(_E, _DATA),
    "boundary.name_digits": IssueKind(_E, _DATA),
    "boundary.name_same": IssueKind(_E, _DATA),
    "boundary.geometry_empty": IssueKind(_E, _DATA),
    "boundary.geometry_type": IssueKind(_E, _DATA),
    "boundary.geometry_invalid": IssueKind(_E, _DATA),
    "boundary.geometry_rounded": IssueKind(_E, _DATA),
    "boundary.outside": IssueKind(_E, _DATA),
    "boundary.outside_declared_province": IssueKind(_E, _DATA),
    "boundary.partly_outside": IssueKind(_W, _DATA),
    "boundary.swapped": IssueKind(_E, _DATA),
    "boundary.overlap": IssueKind(_E, _DATA),
    "boundary.border": IssueKind(_E, _DATA),
    "boundary.province_missing": IssueKind(_E, _DATA),
    "boundary.province_unknown": IssueKind(_E, _DATA),
    "boundary.outside_province": IssueKind(_E, _DATA),
    "boundary.not_union": IssueKind(_E, _DATA),
    "boundary.merged_from": IssueKind(_E, _DATA),
    "boundary.archipelago_missing": IssueKind(_E, _DATA),
    "boundary.unit_duplicate": IssueKind(_E, _DATA),
    "boundary.unit_boundary": IssueKind(_E, _DATA),
    "boundary.unit_missing": IssueKind(_E, _DATA),
    "boundary.plan_districts": IssueKind(_E, _DATA),
    "boundary.gap": IssueKind(_W, _DATA),
    "boundary.code_padded": IssueKind(_I, _DATA),
    # the join of zones to districts
    "join.position_differs": IssueKind(_W, _STAFF),
    "join.position_within_doubt": IssueKind(_I, _STAFF),
    "join.outside_all": IssueKind(_W, _STAFF),
    "join.no_boundary": IssueKind(_W, _DATA),
    # rules and identity
    "law.broken": IssueKind(_W, _STAFF),
    "law.to_review": IssueKind(_W, _STAFF),
    "law.reestablish": IssueKind(_W, _STAFF),
    "identity.same_name": IssueKind(_W, _STAFF),
    "identity.near_name": IssueKind(_I, _STAFF),
    "identity.kinds_share_name": IssueKind(_I, _STAFF),
    "identity.several_names": IssueKind(_W, _STAFF),
    "identity.same_place": IssueKind(_W, _STAFF),
    "identity.overlap": IssueKind(_W, _STAFF),
    # pasted tables
    "pasted.zone_missing": IssueKind(_E, _STAFF),
    "pasted.zone_unknown": IssueKind(_E, _STAFF),
    "pasted.zone_near": IssueKind(_E, _STAFF),
    "pasted.zone_ambiguous": IssueKind(_E, _STAFF),
    "pasted.zone_twice": IssueKind(_E, _STAFF),
    "pasted.zone_not_yours": IssueKind(_E, _STAFF),
    "pasted.name_differs": IssueKind(_E, _STAFF),
    "pasted.cells": IssueKind(_E, _STAFF),
    "pasted.formula": IssueKind(_E, _STAFF),
    "pasted.dash": IssueKind(_E, _STAFF),
    "pasted.number": IssueKind(_E, _STAFF),
    "pasted.number_settled": IssueKind(_I, _STAFF),
    "pasted.date": IssueKind(_E, _STAFF),
    "pasted.date_month_first": IssueKind(_E, _STAFF),
    "pasted.date_range": IssueKind(_E, _STAFF),
    "pasted.choice": IssueKind(_E, _STAFF),
    "pasted.text_long": IssueKind(_E, _STAFF),
    # surveys
    "survey.degrees": IssueKind(_I, _STAFF),
    "survey.columns_swapped": IssueKind(_W, _STAFF),
    "survey.row_swapped": IssueKind(_W, _STAFF),
    "survey.axes_swapped": IssueKind(_W, _STAFF),
    "survey.number_settled": IssueKind(_I, _STAFF),
    "survey.decimals_mixed": IssueKind(_I, _STAFF),
    "survey.rows_ignored": IssueKind(_W, _STAFF),
    "survey.rings_parted": IssueKind(_I, _STAFF),
    "survey.ring_closed": IssueKind(_I, _STAFF),
    "survey.points_same": IssueKind(_I, _STAFF),
    "survey.holes": IssueKind(_I, _STAFF),
    "survey.datum": IssueKind(_W, _STAFF),
    "survey.lines_open": IssueKind(_I, _STAFF),
    "survey.outlines_united": IssueKind(_W, _STAFF),
    "survey.outlines_elsewhere": IssueKind(_W, _STAFF),
    "survey.outline_invalid": IssueKind(_W, _STAFF),
    "survey.area_differs": IssueKind(_W, _STAFF),
    "survey.outside_vietnam": IssueKind(_E, _STAFF),
    "survey.outside_districts": IssueKind(_W, _STAFF),
    "survey.outside_declared": IssueKind(_W, _STAFF),
    "survey.partly_outside": IssueKind(_W, _STAFF),
    "survey.meridian": IssueKind(_W, _STAFF),
    "survey.overlap": IssueKind(_W, _STAFF),
    "survey.points_within": IssueKind(_I, _STAFF),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding about one record.

    Attributes
    ----------
    code
        Key of :data:`CATALOGUE`.
    source
        File or table in which it was found.
    row
        Position in the file from 1, or the record's id where it has one.
    field, value
        The field and its value as it came in, shortened to 200 characters.
    params
        Further parts of the message.
    """

    code: str
    severity: Severity
    source: str | None = None
    row: str | int | None = None
    field: str | None = None
    value: str | None = None
    params: Mapping[str, object] = default(default_factory=dict)

    @property
    def responsible(self) -> Responsible:
        return CATALOGUE[self.code].responsible


def issue(
    code: str,
    *,
    source: str | None = None,
    row: str | int | None = None,
    field: str | None = None,
    value: object = None,
    **params: object,
) -> Issue:
    """Make an issue with the severity that the catalogue gives its code.

    Raises
    ------
    KeyError
        If `code` is not in :data:`CATALOGUE`.
    """
    shown = None if value is None else printable(str(value))[:200]
    place = None if field is None else printable(field)
    return Issue(code, CATALOGUE[code].severity, source, row, place, shown, params)


def capped(issues: Iterable[Issue], limit: int) -> list[Issue]:
    """The first `limit` issues of each code, and for each code with more a count of the rest."""
    kept: list[Issue] = []
    seen: dict[str, int] = {}
    for found in issues:
        seen[found.code] = seen.get(found.code, 0) + 1
        if seen[found.code] <= limit:
            kept.append(found)
    kept += [
        issue("issues.more", kind=code, count=count - limit)
        for code, count in seen.items()
        if count > limit
    ]
    return kept


def has_errors(issues: Iterable[Issue]) -> bool:
    return any(found.severity is Severity.ERROR for found in issues)
