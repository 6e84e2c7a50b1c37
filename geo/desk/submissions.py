"""What somebody wants the register to be, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.auth import Decision
from geo.changes import Action, Change, FieldChange, Item, Raw
from geo.checks import Verdict
from geo.errors import KhuCumError, UsageError
from geo.issues import Issue, has_errors
from geo.text import broken, visible
from geo.zones import Zone

LONGEST_REASON = 2000
LONGEST_TEXT = 10_000
"""Letters of the longest text in a record; forms allow less."""

_MOST_LETTERS = 200_000  # of all texts of a record, each counted with 20 for itself
_MOST_PARTS = 1_000_000  # values of a record: the largest outline of a survey has half as many
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants one zone to be.

    Attributes
    ----------
    base_version
        The version that was on the form; None for a new zone.
    raw
        All properties and the ``geometry``, see :mod:`geo.changes`; None to retire the zone.
    parents
        Ids of the zones that it was split from or merged with.
    """

    zone_id: str
    base_version: int | None
    raw: Raw | None
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """Edits that belong together, and why.

    `undoes` is the revision that they take back, `supersedes` the open proposal that they replace.
    """

    action: Action
    reason: str
    edits: tuple[Edit, ...]
    undoes: int | None = None
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """One edit, held against everything that is known.

    `zone` is None when it cannot be read or is to be retired; `stale` tells that somebody has
    changed the zone since the edit was begun.
    """

    edit: Edit
    zone: Zone | None
    before: Raw | None
    changes: tuple[FieldChange, ...]
    issues: tuple[Issue, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """A figure of a plan whose verdict the submission would change."""

    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a submission would do, before it is made."""

    zones: tuple[Assessed, ...]
    effects: tuple[Effect, ...]
    may_propose: Decision
    may_publish: Decision

    @property
    def issues(self) -> tuple[Issue, ...]:
        return tuple(found for one in self.zones for found in one.issues)

    @property
    def caused(self) -> tuple[Issue, ...]:
        """The issues in fields that the submission changes, and all errors."""
        return tuple(
            found
            for one in self.zones
            for found in one.issues
            if has_errors([found]) or _part(found) in {change.field for change in one.changes}
        )

    @property
    def changed(self) -> tuple[Assessed, ...]:
        """The edits that change anything."""
        return tuple(one for one in self.zones if one.changes)

    @property
    def ready(self) -> bool:
        """Whether it changes something and nothing in it is wrong."""
        return bool(self.changed) and not has_errors(self.issues)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The revision that a submission has become, or the proposal that it now is."""

    revision: int | None = None
    proposal: int | None = None


class RefusedError(KhuCumError):
    """Records with errors; nothing was written, and `issues` say which field of which row."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__("register.refused", count=len(issues))
        self.issues = tuple(issues)


def _part(found: Issue) -> str:
    """The field of a record that an issue is about: ``districts`` of ``districts[0].code``."""
    return (found.field or "").partition("[")[0]


def change_of(submission: Submission, reason: str, found: Sequence[Assessed]) -> Change:
    """A submission as what is to be written.

    Raises
    ------
    RefusedError
        When a record has errors.
    UsageError
        ``register.nothing_changed``
    """
    errors = [issue for one in found for issue in one.issues if has_errors([issue])]
    if errors:
        raise RefusedError(errors)
    items = tuple(
        Item(one.edit.zone_id, one.edit.base_version, one.zone, one.edit.parents)
        for one in found
        if one.changes or one.stale  # a stale one is refused when it is written
    )
    if not items:
        raise UsageError("register.nothing_changed")
    return Change(submission.action, reason, items, submission.undoes)


def clean_reason(text: str) -> str:
    """What somebody has typed, without characters that a database or a page cannot hold.

    Raises
    ------
    UsageError
        ``register.reason_missing``, ``register.reason_long``.
    """
    reason = "".join(letter for letter in text if not broken(letter)).strip()
    if not visible(reason):
        raise UsageError("register.reason_missing")
    if len(reason) > LONGEST_REASON:
        raise UsageError("register.reason_long", limit=LONGEST_REASON)
    return reason


def too_large(raw: Raw) -> bool:
    """Whether a record is so large or deep that comparing it would stall everybody."""
    letters = parts = 0
    waiting: list[tuple[object, int]] = [(raw, 0)]
    while waiting:
        value, depth = waiting.pop()
        parts += 1
        if isinstance(value, str):
            letters += len(value) + 20
            if len(value) > LONGEST_TEXT:
                return True
        elif isinstance(value, Mapping):
            waiting += [(one, depth + 1) for pair in value.items() for one in pair]
        elif isinstance(value, Sequence):
            waiting += [(one, depth + 1) for one in value]
        if depth > _DEEPEST or parts > _MOST_PARTS or letters > _MOST_LETTERS:
            return True
    return False
