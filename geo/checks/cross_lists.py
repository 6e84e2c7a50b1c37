"""Industries that one clause of a plan sends to a zone, held against the zone's own list."""

from __future__ import annotations

from collections.abc import Iterable

from geo.checks.findings import Finding, Mechanism
from geo.checks.verdicts import Status
from geo.issues import Responsible
from geo.text import fold
from geo.zones import Industry, IndustryState, Zone


def hold(zone: Zone) -> list[Finding]:
    """One finding for each clause that steers industries to the zone.

    Industries are compared by VSIC division. Phrases without one ("công nghệ cao") are compared
    as words, and leave open what else they may cover.

    Returns
    -------
    list of Finding
        MET where the list holds every industry; NOT_MET where it holds one not; TO_REVIEW where
        a phrase of the list without a division may cover it; CANNOT_TELL where the zone has no
        list, or what is steered has no division. `params` has the phrases: ``held``,
        ``missing``, ``unmapped``, and ``open``, those of the list without a division.
    """
    listed = [one for one in zone.industries if one.state is IndustryState.LISTED]
    steered: dict[str, list[Industry]] = {}
    for one in zone.industries:
        if one.state is IndustryState.STEERED:
            steered.setdefault(one.clause, []).append(one)
    return [_finding(zone, clause, sent, listed) for clause, sent in steered.items()]


def _finding(
    zone: Zone, clause: str, steered: Iterable[Industry], listed: list[Industry]
) -> Finding:
    divisions = {code for one in listed for code in one.vsic}
    words = {_words(one) for one in listed}
    held, missing, unmapped = [], [], []
    for one in steered:
        if not divisions.isdisjoint(one.vsic) or _words(one) in words:
            held.append(one.phrase)
        elif one.vsic:
            missing.append(one.phrase)
        else:
            unmapped.append(one.phrase)
    open_phrases = [one.phrase for one in listed if not one.vsic]
    if not listed:
        status = Status.CANNOT_TELL
    elif missing:
        status = Status.TO_REVIEW if open_phrases else Status.NOT_MET
    else:
        status = Status.CANNOT_TELL if unmapped else Status.MET
    sources = [s for s in zone.sources if s.clause == clause] + [zone.source]
    return Finding(
        id=f"{zone.id}:{Mechanism.CROSS_LIST}:{clause}",
        mechanism=Mechanism.CROSS_LIST,
        document=sources[0].document,
        clause=clause,
        status=status,
        as_read=status,
        figures=(),
        records=(zone.id,),
        quotes=tuple(dict.fromkeys(source.quote for source in sources)),
        responsible=Responsible.PLANNER,
        params={
            "listed": tuple(one.phrase for one in listed),
            "held": tuple(held),
            "missing": tuple(missing),
            "unmapped": tuple(unmapped),
            "open": tuple(open_phrases),
        },
    )


def _words(one: Industry) -> str:
    return fold(one.reading or one.phrase)
