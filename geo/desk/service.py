"""The use cases themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from geo import auth
from geo.auth import Actor, Decision
from geo.changes import Action, Change, FieldChange, Item, Raw, diff, raw_of, zone_of
from geo.checks import identity, law
from geo.desk.conflicts import Clash, ConflictError, clash_of, foreign
from geo.desk.effects import effects
from geo.desk.submissions import (
    LONGEST_TEXT,
    Assessed,
    Assessment,
    Edit,
    Outcome,
    Submission,
    change_of,
    clean_reason,
    too_large,
)
from geo.desk.territory import provinces_of
from geo.errors import KhuCumError, UsageError
from geo.issues import Issue, has_errors, issue
from geo.services import Planner
from geo.state import examine
from geo.store import (
    Comment,
    DecidedError,
    HistoryFilter,
    Proposal,
    Register,
    StaleError,
    StoreError,
    Version,
)
from geo.text import fold
from geo.zones import AREA_FIELDS, Kind, Zone

LONGEST_ID = 100
STEP = 20
"""Edits between two reports of progress."""

_LAWFUL = ("kind", "subkind", "stage", "members", *AREA_FIELDS)
_IDENTIFYING = ("kind", "name", "aliases", "members", "province", "geometry")
"""Fields that the law, and the comparison with other zones, rest on."""


class Desk:
    """The use cases of editing over one register.

    Parameters
    ----------
    register
        None while there is no database; `trouble` then says why, and every write is refused.
    """

    def __init__(
        self,
        planner: Planner,
        register: Register | None,
        trouble: KhuCumError | None = None,
    ) -> None:
        self.planner = planner
        self._register, self.trouble = register, trouble
        self.rules = auth.rules_of(planner.settings)

    @property
    def register(self) -> Register:
        """The database.

        Raises
        ------
        KhuCumError
            `trouble`, or ``store.none``, while there is none.
        """
        if self._register is None:
            raise self.trouble or StoreError("store.none")
        return self._register

    # -- what a form starts from

    def begin(self, zone_id: str) -> Edit:
        """A zone as it is now, to be changed.

        Raises
        ------
        UsageError
            ``register.zone_unknown``, also for a zone that has been retired.
        """
        version = self.register.current([zone_id]).get(zone_id)
        if version is None or version.retired:
            raise UsageError("register.zone_unknown", zone=zone_id)
        return Edit(zone_id, version.version, version.after)

    def new_id(self, kind: Kind, name: str, province: str) -> str:
        """An id for a new zone that no zone has or ever had.

        Parameters
        ----------
        province
            Code of 2016.
        """
        names = self.planner.bounds.frames["provinces-2016"]["name"]
        place = str(names.get(province, province))
        prefix = "".join(word[0] for word in fold(place).split() if word[0].isalpha())
        words = fold(name).split()
        for lead in (["khu", "cong", "nghiep"], ["cum", "cong", "nghiep"], [kind.lower()]):
            words = words[len(lead) :] if words[: len(lead)] == lead else words
        slug = "-".join(filter(None, ("".join(c for c in w if c.isascii() and c.isalnum())
                                      for w in words)))  # fmt: skip
        base = f"{prefix}-{kind.lower()}-{slug or 'moi'}"[: LONGEST_ID - 4].rstrip("-")
        tries = [base, *(f"{base}-{n}" for n in range(2, 100))]
        used = self.register.current(tries)
        return next(id_ for id_ in tries if id_ not in used)

    # -- before it is made

    def assess(
        self,
        actor: Actor,
        submission: Submission,
        *,
        progress: Callable[[float], None] | None = None,
    ) -> Assessment:
        """Hold a submission against the records, the plans, the law and the actor's rights.

        Parameters
        ----------
        progress
            Called with the share done, 0–1.
        """
        assessed, provinces = self._assessed(submission, progress)
        return Assessment(
            assessed,
            effects(self.planner.state, assessed),
            auth.decide(actor, auth.Action.PROPOSE, self.rules, provinces=provinces),
            auth.decide(
                actor, auth.Action.PUBLISH, self.rules, provinces=provinces, author=actor.login
            ),
        )

    def _assessed(
        self, submission: Submission, progress: Callable[[float], None] | None
    ) -> tuple[tuple[Assessed, ...], frozenset[str]]:
        """The edits beside the register, and the provinces in which they change something."""
        edits = submission.edits
        current = self._current(edits)
        for parent in (one for edit in edits for one in edit.parents):
            if parent not in current:
                raise UsageError("register.zone_unknown", zone=parent)
        read: list[tuple[Zone | None, list[Issue]]] = []
        first: dict[str, int] = {}
        for at, edit in enumerate(edits, start=1):
            raw = edit.raw
            read.append(_read(edit.zone_id, raw))
            if first.setdefault(edit.zone_id, at) != at:
                read[-1][1].append(_twice(edit.zone_id, at, first[edit.zone_id]))
            if progress is not None and at % STEP == 0:
                progress(at / len(edits))
        state = self.planner.held  # the plans and the neighbours; the records are up to date
        zones = [zone for zone, _ in read if zone is not None]
        _, issues = examine(zones, state.documents, state.bounds, state.taxonomy)
        found: dict[object, list[Issue]] = {}
        for one in issues:
            found.setdefault(one.row, []).append(one)
        assessed = tuple(
            self._held_against(
                edit, current.get(edit.zone_id), zone, [*own, *found.get(edit.zone_id, ())]
            )
            for edit, (zone, own) in zip(edits, read, strict=True)
        )
        return assessed, self._provinces(edits, current)

    def _current(self, edits: Sequence[Edit]) -> dict[str, Version]:
        """The newest versions of the zones of some edits, and of those that they come out of."""
        parents = {parent for edit in edits for parent in edit.parents}
        return self.register.current({edit.zone_id for edit in edits} | parents)

    def _held_against(
        self, edit: Edit, current: Version | None, zone: Zone | None, issues: list[Issue]
    ) -> Assessed:
        """One edit beside the present record, with what law and neighbours say of it."""
        stale = edit.base_version != (None if current is None else current.version)
        before = current.after if current is not None and not current.retired else None
        if edit.raw is None:
            gone = (FieldChange("retired", False, True),) if before is not None else ()
            return Assessed(edit, None, before, gone, tuple(issues), stale)
        readable = edit.raw if not too_large(edit.raw) else before
        changes = diff(before, readable if zone is None else raw_of(zone))
        changed = {one.field for one in changes}
        if zone is not None and not has_errors(issues):
            state = self.planner.held
            if not changed.isdisjoint(_LAWFUL):
                today = dt.datetime.now(dt.UTC).date()
                document = state.documents[zone.source.document]
                issues += law.hold(zone, document, self.planner.rulebook, today)
            if not changed.isdisjoint(_IDENTIFYING):
                issues += identity.duplicates(zone, state.zones, state.bounds.register)
        if current is not None and current.retired:
            changes = (*changes, FieldChange("retired", True, False))
        return Assessed(edit, zone, before, changes, tuple(issues), stale)

    # -- making it

    def submit(
        self,
        actor: Actor,
        submission: Submission,
        *,
        publish: bool,
        progress: Callable[[float], None] | None = None,
    ) -> Outcome:
        """Publish a submission, or propose it.

        Raises
        ------
        AuthError
            Without the right in every province that it touches.
        UsageError
            ``register.reason_missing``, ``register.reason_long``, ``register.nothing_changed``,
            ``register.zone_unknown`` for a parent.
        RefusedError
            When a record has errors; all of the submission is refused.
        ConflictError
            When somebody else has changed one of the zones meanwhile.
        PendingError
            When a zone has an open proposal, and `publish` is false.
        StoreError
            When the database cannot write now.
        """
        action = auth.Action.PUBLISH if publish else auth.Action.PROPOSE
        auth.require(actor, action, self.rules, author=actor.login)
        reason = clean_reason(submission.reason)
        found, provinces = self._assessed(submission, progress)
        auth.require(actor, action, self.rules, provinces=provinces, author=actor.login)
        change = change_of(submission, reason, found)
        supersedes = submission.supersedes
        if supersedes is not None:
            self._require_replaceable(actor, supersedes)
        try:
            if publish:
                revision = self.register.publish(change, actor.login, supersedes=supersedes)
                return Outcome(revision=revision)
            return Outcome(
                proposal=self.register.propose(change, actor.login, supersedes=supersedes)
            )
        except StaleError as stale:
            raise ConflictError(self._clashes(change, stale.zone_ids)) from stale

    def _require_replaceable(self, actor: Actor, proposal_id: int) -> None:
        """One's own proposal may be replaced, and somebody else's by those who may decide on it."""
        proposal = self.proposal(actor, proposal_id)
        if proposal.author != actor.login:
            auth.require(
                actor, auth.Action.PUBLISH, self.rules, provinces=self.provinces_of(proposal)
            )

    # -- proposals

    def queue(self, actor: Actor) -> list[Proposal]:
        """Open proposals, the newest first, of the provinces in which the actor has rights."""
        auth.require(actor, auth.Action.PROPOSE, self.rules)
        return [
            one
            for one in self.register.proposals(status="pending", limit=None)
            if self._concerns(actor, one)
        ]

    def own(self, actor: Actor) -> list[Proposal]:
        """The actor's proposals, whatever became of them."""
        auth.require(actor, auth.Action.PROPOSE, self.rules)
        return self.register.proposals(author=actor.login)

    def proposal(self, actor: Actor, proposal_id: int) -> Proposal:
        """One proposal.

        Raises
        ------
        UsageError
            ``register.proposal_unknown``
        """
        auth.require(actor, auth.Action.PROPOSE, self.rules)
        found = self.register.proposal(proposal_id)
        if found is None:
            raise UsageError("register.proposal_unknown", proposal=str(proposal_id))
        return found

    def submission_of(self, proposal: Proposal) -> Submission:
        """A proposal as a submission, to be assessed, resolved or taken further.

        A record that can no longer be read comes as it was kept, so that what is wrong with it is
        found again.
        """
        edits = tuple(
            Edit(
                item.zone_id,
                item.base_version,
                raw_of(item.zone) if item.zone is not None else proposal.unread.get(item.zone_id),
                item.parents,
            )
            for item in proposal.change.items
        )
        change = proposal.change
        return Submission(change.action, change.reason, edits, change.undoes)

    def rebased(self, proposal: Proposal) -> tuple[Submission, list[Clash]]:
        """An open proposal on the zones as they are now, as :meth:`publish` would write it.

        Returns
        -------
        submission, clashes
            The edits that agree with what has changed meanwhile, and the others; see
            :func:`settle`.
        """
        return self._rebase(self.submission_of(proposal))

    def may_decide(self, actor: Actor, proposal: Proposal) -> Decision:
        return auth.decide(
            actor,
            auth.Action.PUBLISH,
            self.rules,
            provinces=self.provinces_of(proposal),
            author=proposal.author,
        )

    def publish(
        self, actor: Actor, proposal_id: int, resolved: Submission | None = None
    ) -> Outcome:
        """Publish an open proposal.

        Zones that have changed since are brought together with it field by field.

        Parameters
        ----------
        resolved
            The submission with the conflicts decided, after a :class:`ConflictError`.

        Raises
        ------
        ConflictError
            When a field was changed in both.
        UsageError
            ``register.not_proposed`` when `resolved` holds what neither the proposal asks for nor
            the register has.
        AuthError, RefusedError, DecidedError, StoreError
        """
        proposal = self.proposal(actor, proposal_id)
        decision = self.may_decide(actor, proposal)
        if not decision.allowed:
            raise auth.AuthError(f"auth.{decision.reason}")
        if proposal.status != "pending":
            raise DecidedError("register.decided", proposal=str(proposal_id))
        asked = self.submission_of(proposal)
        if resolved is not None:
            self._require_asked_for(proposal_id, asked, resolved)
            submission = replace(asked, edits=resolved.edits)
        else:
            submission = self._rebased(asked)
        found, provinces = self._assessed(submission, None)
        auth.require(
            actor, auth.Action.PUBLISH, self.rules, provinces=provinces, author=proposal.author
        )
        change = change_of(submission, proposal.change.reason, found)
        try:
            revision = self.register.publish_proposal(proposal_id, change, actor.login)
        except StaleError as stale:
            raise ConflictError(self._clashes(change, stale.zone_ids)) from stale
        return Outcome(revision=revision, proposal=proposal_id)

    def _require_asked_for(self, proposal_id: int, asked: Submission, resolved: Submission) -> None:
        """Who decides chooses between two values; a third would be published in another's name."""
        own = {edit.zone_id: edit for edit in asked.edits}
        current = self._current(resolved.edits)
        for edit in resolved.edits:
            now, mine = current.get(edit.zone_id), own.get(edit.zone_id)
            if mine is not None and (edit.base_version or 0) < (now.version if now else 0):
                continue  # refused when it is written
            known = now.after if now is not None and not now.retired else None
            if (
                mine is None
                or not set(edit.parents) <= set(mine.parents)
                or (edit.raw is None and mine.raw is not None)
                or (edit.raw is not None and foreign(edit.raw, [mine.raw, known]))
            ):
                raise UsageError(
                    "register.not_proposed", zone=edit.zone_id, proposal=str(proposal_id)
                )

    def reject(self, actor: Actor, proposal_id: int, reason: str) -> None:
        """Reject an open proposal with a reason that its author will see."""
        proposal = self.proposal(actor, proposal_id)
        provinces = self.provinces_of(proposal)
        # two persons are demanded for publishing only: anybody may take back their own
        auth.require(actor, auth.Action.PUBLISH, self.rules, provinces=provinces)
        self.register.close_proposal(proposal_id, "rejected", actor.login, clean_reason(reason))

    def withdraw(self, actor: Actor, proposal_id: int) -> None:
        """Take back one's own open proposal.

        Raises
        ------
        AuthError
            ``auth.author`` for somebody else's.
        """
        proposal = self.proposal(actor, proposal_id)
        if proposal.author != actor.login:
            raise auth.AuthError("auth.author")
        self.register.close_proposal(proposal_id, "withdrawn", actor.login, "")

    def comments(self, actor: Actor, proposal_id: int) -> list[Comment]:
        self.proposal(actor, proposal_id)
        return self.register.comments(proposal_id)

    def comment(self, actor: Actor, proposal_id: int, text: str) -> None:
        """Say something about a proposal."""
        self.proposal(actor, proposal_id)
        self.register.comment(proposal_id, actor.login, clean_reason(text))

    def news(self, actor: Actor) -> list[Proposal]:
        """Own proposals that were decided or commented on since the actor last looked."""
        if not auth.decide(actor, auth.Action.PROPOSE, self.rules).allowed:
            return []
        own = self.register.proposals(author=actor.login)
        return [one for one in own if not one.seen_by_author]

    def mark_seen(self, actor: Actor, proposals: Sequence[Proposal]) -> None:
        mine = [one.id for one in proposals if one.author == actor.login]
        if mine:
            self.register.mark_seen(mine)

    # -- looking back, taking back

    def history(
        self,
        actor: Actor,
        chosen: HistoryFilter | None = None,
        *,
        limit: int = 200,
        before: int | None = None,
    ) -> list[Version]:
        """See :meth:`geo.store.Register.history`."""
        auth.require(actor, auth.Action.VIEW, self.rules)
        return self.register.history(chosen, limit=limit, before=before)

    def as_of(self, actor: Actor, when: dt.datetime) -> Planner:
        """All use cases of reading over the register as it stood at a moment."""
        auth.require(actor, auth.Action.VIEW, self.rules)
        return self.planner.over(self.register.snapshot_at(when))

    def restoring(self, zone_id: str, version: int, reason: str) -> Submission:
        """A zone's return to an older version, as a new change.

        Raises
        ------
        UsageError
            ``register.version_unknown``
        """
        old = self.register.version(zone_id, version)
        current = self.register.current([zone_id]).get(zone_id)
        if old is None or current is None:
            raise UsageError("register.version_unknown", zone=zone_id, version=str(version))
        edit = Edit(zone_id, current.version, None if old.retired else old.after)
        return Submission(Action.RESTORE, reason, (edit,))

    def undoing(self, actor: Actor, reason: str) -> Submission | None:
        """What would take back the actor's last published change; None where there is none.

        Zones that somebody has changed since come out as a conflict when it is submitted.
        """
        number = self.register.last_revision_of(actor.login)
        if number is None:
            return None
        edits = tuple(
            Edit(one.zone_id, one.version, self._before(one))
            for one in self.register.of_revision(number)
        )
        return Submission(Action.UNDO, reason, edits, undoes=number)

    def _before(self, version: Version) -> Raw | None:
        """What a zone was before a version; None where it was not there or retired."""
        if version.before is None:
            return None
        earlier = self.register.version(version.zone_id, version.version - 1)
        return None if earlier is not None and earlier.retired else version.before

    # -- drafts

    def save_draft(self, actor: Actor, key: str, content: Mapping[str, Any]) -> dt.datetime:
        """Keep what somebody is typing, so that it outlives the page.

        Raises
        ------
        UsageError
            ``register.draft_large``
        """
        auth.require(actor, auth.Action.PROPOSE, self.rules)
        return self.register.save_draft(actor.login, key, content)

    def draft(self, actor: Actor, key: str) -> tuple[dt.datetime, dict[str, Any]] | None:
        return self.register.draft(actor.login, key) if actor.signed_in else None

    def drafts(self, actor: Actor) -> dict[str, dt.datetime]:
        return self.register.drafts(actor.login) if actor.signed_in else {}

    def drop_draft(self, actor: Actor, key: str) -> None:
        self.register.drop_draft(actor.login, key)

    # -- parts

    def _provinces(self, edits: Sequence[Edit], current: Mapping[str, Version]) -> frozenset[str]:
        """Codes of 2016 of the provinces in which zones lie, lay or are to lie, parents included.

        Parameters
        ----------
        current
            The newest versions, also of retired zones: their ids are not free for others.
        """
        records = [one.after for one in current.values()]
        records += [edit.raw for edit in edits if edit.raw is not None]
        return provinces_of(records, self.planner.bounds.register)

    def provinces_of(self, proposal: Proposal) -> frozenset[str]:
        """Codes of 2016 of the provinces that a proposal touches."""
        edits = self.submission_of(proposal).edits
        return self._provinces(edits, self._current(edits))

    def _concerns(self, actor: Actor, proposal: Proposal) -> bool:
        return actor.provinces is None or bool(self.provinces_of(proposal) & actor.provinces)

    def _clashes(self, change: Change, zone_ids: Collection[str]) -> list[Clash]:
        items = {item.zone_id: item for item in change.items}
        current = self.register.current(zone_ids)
        return [self._clash(items[id_], current.get(id_)) for id_ in zone_ids]

    def _clash(self, item: Item, current: Version | None) -> Clash:
        base = None
        if item.base_version is not None:
            base = self.register.version(item.zone_id, item.base_version)
        mine = raw_of(item.zone) if item.zone is not None else None
        theirs = current.after if current is not None and not current.retired else None
        return clash_of(item.zone_id, base.after if base else None, mine, theirs, current)

    def _rebased(self, submission: Submission) -> Submission:
        """The submission on the present versions.

        Raises
        ------
        ConflictError
        """
        rebased, clashes = self._rebase(submission)
        if clashes:
            raise ConflictError(clashes)
        return rebased

    def _rebase(self, submission: Submission) -> tuple[Submission, list[Clash]]:
        """The edits that can stand on the present versions, and the clashes of the others."""
        current = self.register.current([edit.zone_id for edit in submission.edits])
        edits, clashes = [], []
        for edit in submission.edits:
            now = current.get(edit.zone_id)
            if (now.version if now else None) == edit.base_version:
                edits.append(edit)
                continue
            zone = None if edit.raw is None else zone_of({**edit.raw, "id": edit.zone_id})[0]
            if edit.raw is not None and zone is None:
                edits.append(edit)  # cannot be read, and is refused with what is wrong
                continue
            found = self._clash(Item(edit.zone_id, edit.base_version, zone), now)
            if found.conflicts or now is None:
                clashes.append(found)
            else:
                edits.append(Edit(edit.zone_id, now.version, found.merged, edit.parents))
        rebased = Submission(submission.action, submission.reason, tuple(edits), submission.undoes)
        return rebased, clashes


def _read(zone_id: str, raw: Raw | None) -> tuple[Zone | None, list[Issue]]:
    """A raw record, unless it is to be retired or is too large to be looked at."""
    if raw is None:
        return None, []
    if too_large(raw):
        return None, [issue("zone.record_large", row=zone_id, limit=LONGEST_TEXT)]
    return zone_of({**raw, "id": zone_id})


def _twice(zone_id: str, row: int, first: int) -> Issue:
    return issue("zone.id_duplicate", row=row, field="id", value=zone_id, first=first)
