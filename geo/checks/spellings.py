"""Zones and industries that a plan writes in several ways, or in a way that must be interpreted."""

from __future__ import annotations

from geo.checks.findings import Finding, Mechanism
from geo.checks.verdicts import Status
from geo.issues import Responsible
from geo.zones import Zone


def hold(zone: Zone) -> list[Finding]:
    """What a reader of the plan must know to recognise the zone and its industries.

    Returns
    -------
    list of Finding
        At most two, both TO_REVIEW: other names of the zone in its documents, and phrases that
        are shortened or misspelt, with the reading that the record rests on.
    """
    found = []
    if zone.aliases:
        found.append(_finding(zone, "names", name=zone.name, others=zone.aliases))
    read = [(one.phrase, one.reading) for one in zone.industries if one.reading]
    if read:
        readings = tuple(f"“{phrase}” → “{reading}”" for phrase, reading in dict.fromkeys(read))
        found.append(_finding(zone, "readings", name=zone.name, others=readings))
    return found


def _finding(zone: Zone, entry: str, **params: object) -> Finding:
    return Finding(
        id=f"{zone.id}:{Mechanism.IDENTITY}:{entry}",
        mechanism=Mechanism.IDENTITY,
        document=zone.source.document,
        clause=zone.source.clause,
        status=Status.TO_REVIEW,
        as_read=Status.TO_REVIEW,
        figures=(),
        records=(zone.id,),
        quotes=tuple(dict.fromkeys(source.quote for source in zone.sources)),
        responsible=Responsible.PLANNER,
        params={"entry": entry, **params},
    )
