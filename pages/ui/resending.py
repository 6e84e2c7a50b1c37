"""A proposal that was refused, taken up again: what it wanted, as a draft of the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.changes import Action
from geo.desk import Desk
from geo.store import Proposal
from pages.ui.submitting import NATURES


@dataclass(frozen=True, slots=True)
class Taken:
    """A draft of the form of a zone.

    Attributes
    ----------
    key
        Of the draft.
    zone, task
        What the form opens with.
    """

    key: str
    zone: str
    task: str
    content: Mapping[str, Any]


def taken_up(desk: Desk, proposal: Proposal) -> Taken | None:
    """The draft that makes a proposal anew; None for a change of several zones.

    The draft begins where the proposal began. Where the zone has changed since, the form shows
    both values, as with any draft.
    """
    edits = desk.submission_of(proposal).edits
    reason = proposal.change.reason
    content: dict[str, Any]
    if len(edits) != 1:
        return None
    edit = edits[0]
    if edit.base_version is None:
        if proposal.change.action is not Action.CREATE or edit.raw is None:
            return None
        province = next(iter(desk.provinces_of(proposal)), None)
        content = {"province": province, "id": edit.zone_id, "base": None, "raw": edit.raw}
        return Taken("new", "", "new", {**content, "reason": reason})
    base = desk.register.version(edit.zone_id, edit.base_version)
    if base is None:
        return None
    content = {"version": edit.base_version, "base": dict(base.after), "reason": reason}
    if edit.raw is None:
        return Taken(f"retire:{edit.zone_id}", edit.zone_id, "retire", content)
    if proposal.change.action in NATURES:
        content["nature"] = proposal.change.action.value
    return Taken(
        edit.zone_id, edit.zone_id, "edit", {**content, "raw": edit.raw, "supersedes": None}
    )
