"""The areas of a zone from the plan's figure down to what is let, and what was measured."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from geo.checks.findings import Arithmetic, Compound, Finding, Mechanism, Step, Value
from geo.checks.verdicts import Status
from geo.crs import geometry_area_ha
from geo.issues import Responsible
from geo.zones import AREA_FIELDS, Precision, Zone

AREA_TOLERANCE_PCT = 5.0
"""Plan figures are rounded and older than the survey. In a square of 50 ha, 5 % is one corner
70 m away from its place: more than rounding, and too much for a mark set on the ground."""

MEASURED = "area_measured_ha"


def hold(zone: Zone) -> list[Finding]:
    """Every gap between two known areas of a zone that follow each other.

    Returns
    -------
    list of Finding
        NOT_MET for a part that is larger than its whole; TO_REVIEW for a detailed plan smaller
        than the plan's area, and for a drawn outline that differs by more than
        :data:`AREA_TOLERANCE_PCT`; MET where nothing is left over, or what is left is land for
        roads and green or still to let; one CANNOT_TELL with the areas that are not known.
    """
    known = [(name, getattr(zone, name)) for name in AREA_FIELDS]
    found = [
        _gap(zone, larger, smaller)
        for larger, smaller in pairwise([one for one in known if one[1] is not None])
    ]
    measured = _measured(zone)
    stated = next(
        (
            (name, getattr(zone, name))
            for name in ("area_detailed_ha", "area_planned_ha")
            if getattr(zone, name)
        ),
        None,
    )
    if measured is not None and stated is not None:
        found.append(_outline(zone, stated, measured))
    missing = [name for name, area in known if area is None]
    missing += [MEASURED] if measured is None else []
    if missing:
        found.append(_finding(zone, "unknown", Status.CANNOT_TELL, None, missing=tuple(missing)))
    return found


def _measured(zone: Zone) -> Decimal | None:
    """The area of an outline that was drawn or surveyed, in hectares with two decimals."""
    exact = zone.location_precision in (Precision.SURVEYED, Precision.DRAWN)
    if zone.geometry is None or zone.is_point or not exact:
        return None
    return round(Decimal(geometry_area_ha(zone.geometry)), 2)


def _difference(larger: tuple[str, Decimal], smaller: tuple[str, Decimal]) -> Arithmetic:
    term = Compound("difference", (Value(*larger), Value(*smaller)))
    return Arithmetic((Step(term, larger[1] - smaller[1], "ha"),), "ha")


def _gap(zone: Zone, larger: tuple[str, Decimal], smaller: tuple[str, Decimal]) -> Finding:
    left = larger[1] - smaller[1]
    if left < 0:
        status = Status.NOT_MET
    elif left > 0 and smaller[0] == "area_detailed_ha":
        status = Status.TO_REVIEW
    else:
        status = Status.MET
    arithmetic = _difference(larger, smaller)
    return _finding(zone, smaller[0], status, arithmetic, whole=larger[0], part=smaller[0])


def _outline(zone: Zone, stated: tuple[str, Decimal], measured: Decimal) -> Finding:
    percent = (measured - stated[1]) / stated[1] * 100
    within = abs(percent) <= Decimal(AREA_TOLERANCE_PCT)
    return _finding(
        zone,
        MEASURED,
        Status.MET if within else Status.TO_REVIEW,
        _difference((MEASURED, measured), stated),
        whole=stated[0],
        percent=round(percent, 1),
        limit=AREA_TOLERANCE_PCT,
    )


def _finding(
    zone: Zone, name: str, status: Status, arithmetic: Arithmetic | None, **params: object
) -> Finding:
    return Finding(
        id=f"{zone.id}:{Mechanism.LEDGER}:{name}",
        mechanism=Mechanism.LEDGER,
        document=zone.source.document,
        clause=zone.source.clause,
        status=status,
        as_read=status,
        figures=(),
        records=(zone.id,),
        quotes=(zone.source.quote,),
        responsible=Responsible.STAFF,
        arithmetic=arithmetic,
        params={"entry": name, **params},
    )
