"""What a submission would do to the figures of the plans."""

from __future__ import annotations

from collections.abc import Sequence

from geo import checks
from geo.desk.submissions import Assessed, Effect
from geo.state import State


def effects(state: State, assessed: Sequence[Assessed]) -> tuple[Effect, ...]:
    """Verdicts of the plans concerned that come out otherwise with the new records."""
    touched = {one.edit.zone_id for one in assessed if one.changes}
    fresh = [one.zone for one in assessed if one.zone is not None and one.changes]
    old = [state.by_id[id_] for id_ in touched if id_ in state.by_id]
    named = {source.document for zone in (*old, *fresh) for source in zone.sources}
    documents = [state.documents[id_] for id_ in sorted(named & state.documents.keys())]
    if not documents:
        return ()
    rest = [zone for zone in state.zones if zone.id not in touched]
    after = {one.figure.id: one for one in checks.run(documents, [*rest, *fresh], state.context)}
    return tuple(
        Effect(before, after[before.figure.id])
        for before in state.verdicts
        if before.figure.id in after
        and (before.status, before.actual)
        != (after[before.figure.id].status, after[before.figure.id].actual)
    )
