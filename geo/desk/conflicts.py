"""Two people, one zone: both values, and what comes of deciding between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from geo.changes import Conflict, FieldChange, Raw, diff, merge
from geo.desk.submissions import Edit
from geo.errors import KhuCumError
from geo.store import Version


@dataclass(frozen=True, slots=True)
class Clash:
    """A zone that somebody else has changed meanwhile.

    Attributes
    ----------
    current
        The zone as it is now; None when it does not exist.
    theirs
        What has changed since the submission was begun.
    merged
        The present record with every field of mine that they have not touched; to be submitted
        again with ``current.version`` once somebody has decided on each of `conflicts`.
    """

    zone_id: str
    current: Version | None
    theirs: tuple[FieldChange, ...]
    merged: Raw
    conflicts: tuple[Conflict, ...]


class ConflictError(KhuCumError):
    """Somebody else was faster; nothing was written, and both values are in `clashes`."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__("register.conflict", zones=[one.zone_id for one in clashes])
        self.clashes = tuple(clashes)


def clash_of(
    zone_id: str, base: Raw | None, mine: Raw | None, theirs: Raw | None, current: Version | None
) -> Clash:
    """What two people have made of one record; None is a zone that is gone or to be retired."""
    merged, conflicts = merge(base or {}, mine or {}, theirs or {})
    if mine is None or theirs is None:
        conflicts = (Conflict("retired", False, mine is None, theirs is None),)
        merged = dict(mine or theirs or {})
    return Clash(zone_id, current, diff(base, theirs), merged, conflicts)


def settle(clash: Clash, edit: Edit, mine: Collection[str]) -> Edit | None:
    """An edit with its conflicts decided, on the version that the clash has shown.

    Parameters
    ----------
    mine
        Fields of the conflicts in which the edit stands; in the others the register's value stays.

    Returns
    -------
    Edit or None
        None when nothing of the edit is left.
    """
    version = clash.current.version if clash.current is not None else None
    if any(one.field == "retired" for one in clash.conflicts):
        return Edit(edit.zone_id, version, edit.raw, edit.parents) if "retired" in mine else None
    own = {one.field: one.mine for one in clash.conflicts if one.field in mine}
    return Edit(edit.zone_id, version, {**clash.merged, **own}, edit.parents)


def foreign(raw: Raw, others: Sequence[Raw | None]) -> bool:
    """Whether a record has a value that none of the others has."""
    unlike = [{one.field for one in diff(other, raw)} for other in others]
    return bool(set.intersection(*unlike))
