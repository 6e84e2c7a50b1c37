"""The register in a database: published zones, their history, proposals and drafts.

Every write is one transaction that holds the register: the versions of all zones that it touches,
the published rows and the register's revision number are written together or not at all.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from geo import plans
from geo.changes import Action, Change
from geo.errors import KhuCumError, UsageError
from geo.issues import Issue
from geo.settings import Settings
from geo.store.database import reading, writing
from geo.store.publishing import now, publish_in, require_fresh
from geo.store.repository import Snapshot, plan_stamps, revision_of
from geo.store.rows import (
    Comment,
    HistoryFilter,
    Proposal,
    Version,
    by_id,
    current_versions,
    history_query,
    items_text,
    position,
    proposal_of,
    read_record,
    version_of,
)
from geo.store.schema import (
    comments,
    drafts,
    pending,
    proposals,
    register,
    revisions,
    versions,
    zones,
)
from geo.zones import Zone


class PendingError(KhuCumError):
    """A zone has an open proposal already.

    Attributes
    ----------
    proposal_id
        Of the open proposal.
    """

    def __init__(self, zone_id: str, proposal_id: int) -> None:
        super().__init__("register.pending", zone=zone_id, proposal=str(proposal_id))
        self.proposal_id = proposal_id


class DecidedError(KhuCumError):
    """A proposal is no longer open."""


LONGEST_DRAFT = 5_000_000
"""Letters of a draft: an outline of 100,000 corners has half as many."""

OPEN = "pending"
STATUSES = (OPEN, "published", "rejected", "withdrawn", "superseded")


class Register:
    """The register in a database; safe to share by threads and processes."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine = settings, engine
        self._lock = threading.Lock()
        self._parsed: dict[str, tuple[object, tuple[Zone | None, list[Issue]]]] = {}

    # -- the published register

    def stamp(self) -> object:
        """Token and revision of the register, and the state of the plan files."""
        with reading(self.engine) as connection:
            here = position(connection)
        return here, plan_stamps(self.settings)

    def snapshot(self) -> Snapshot:
        """The published zones and the plans; only rows that have changed are read anew."""
        with reading(self.engine) as connection:
            here = position(connection)
            query = sa.select(zones.c.id, zones.c.version, zones.c.updated_at)
            rows = connection.execute(
                query.where(sa.not_(zones.c.retired)).order_by(zones.c.id)
            ).all()
            keys = {row.id: (row.version, row.updated_at) for row in rows}
            with self._lock:
                known = dict(self._parsed)
            changed = [id_ for id_, key in keys.items() if id_ not in known or known[id_][0] != key]
            texts = by_id(connection, zones.c.id, zones.c.record, changed)
        current = {
            id_: (key, read_record(texts[id_], id_)) if id_ in texts else known[id_]
            for id_, key in keys.items()
        }
        with self._lock:
            self._parsed = current
        return self._snapshot([read for _, read in current.values()], repr(here))

    def snapshot_at(self, when: dt.datetime) -> Snapshot:
        """The register as it stood at a moment, with today's plans."""
        newest = (
            sa.select(versions.c.zone_id, sa.func.max(versions.c.version).label("version"))
            .join(revisions, revisions.c.number == versions.c.revision)
            .where(revisions.c.at <= when)
            .group_by(versions.c.zone_id)
            .subquery()
        )
        query = (
            sa.select(versions.c.zone_id, versions.c.after)
            .join(
                newest,
                sa.and_(
                    newest.c.zone_id == versions.c.zone_id, newest.c.version == versions.c.version
                ),
            )
            .where(sa.not_(versions.c.retired))
            .order_by(versions.c.zone_id)
        )
        with reading(self.engine) as connection:
            token = connection.scalar(sa.select(register.c.token))
            rows = connection.execute(query).all()
        found = [read_record(row.after, row.zone_id) for row in rows]
        return self._snapshot(found, f"{token} {when.isoformat()}")

    def _snapshot(self, found: Sequence[tuple[Zone | None, list[Issue]]], name: str) -> Snapshot:
        documents, faults = plans.load(self.settings.data_dir / "plans")
        good = tuple(zone for zone, _ in found if zone is not None)
        issues = tuple(one for _, own in found for one in own)
        revision = revision_of(name.encode(), documents)
        return Snapshot(revision, good, documents, issues, tuple(faults))

    @property
    def revision(self) -> int:
        """Number of the last revision."""
        with reading(self.engine) as connection:
            return int(connection.scalar(sa.select(register.c.revision)) or 0)

    def current(self, zone_ids: Collection[str]) -> dict[str, Version]:
        """The newest version of each zone, retired ones included; unknown ids are left out."""
        with reading(self.engine) as connection:
            return current_versions(connection, zone_ids)

    # -- writing

    def publish(self, change: Change, actor: str, *, supersedes: int | None = None) -> int:
        """Write a change.

        Parameters
        ----------
        supersedes
            Id of the open proposal that it takes the place of.

        Returns
        -------
        int
            The new revision of the register.

        Raises
        ------
        StaleError
            When a zone is not at the version that the change was made from.
        DecidedError
            When the proposal to supersede is no longer open.
        """
        with writing(self.engine) as connection:
            if supersedes is not None:
                _close(connection, supersedes, "superseded", actor, "")
            return publish_in(connection, change, actor)

    def propose(self, change: Change, author: str, *, supersedes: int | None = None) -> int:
        """Keep a change for a decision.

        Parameters
        ----------
        supersedes
            Id of the open proposal that this one takes the place of.

        Returns
        -------
        int
            The id of the proposal.

        Raises
        ------
        StaleError
            As :meth:`publish`.
        PendingError
            When a zone has another open proposal.
        DecidedError
            When the proposal to supersede is no longer open.
        """
        at = now()
        with writing(self.engine) as connection:
            if supersedes is not None:
                _close(connection, supersedes, "superseded", author, "")
            require_fresh(connection, change)
            ids = [item.zone_id for item in change.items]
            held = by_id(connection, pending.c.zone_id, pending.c.proposal_id, ids)
            for id_, proposal_id in held.items():
                raise PendingError(id_, proposal_id)
            made = connection.execute(
                sa.insert(proposals).values(
                    action=change.action,
                    author=author,
                    created_at=at,
                    reason=change.reason,
                    items=items_text(change.items),
                    undoes=change.undoes,
                    status=OPEN,
                    seen_by_author=True,
                )
            )
            key = made.inserted_primary_key
            proposal_id = int(key[0]) if key else 0
            rows = [{"zone_id": id_, "proposal_id": proposal_id} for id_ in ids]
            connection.execute(sa.insert(pending), rows)
            return proposal_id

    def publish_proposal(self, proposal_id: int, change: Change, actor: str) -> int:
        """Publish an open proposal as `change`, which may be rebased on newer versions.

        Raises
        ------
        DecidedError, StaleError
        """
        with writing(self.engine) as connection:
            author = _close(connection, proposal_id, "published", actor, "")
            revision = publish_in(connection, change, actor, proposal_id, author)
            published = sa.update(proposals).where(proposals.c.id == proposal_id)
            connection.execute(published.values(revision=revision))
            return revision

    def close_proposal(self, proposal_id: int, status: str, actor: str, reason: str) -> None:
        """Reject or withdraw an open proposal.

        Raises
        ------
        DecidedError
            When it is no longer open.
        """
        with writing(self.engine) as connection:
            _close(connection, proposal_id, status, actor, reason)

    # -- proposals

    def proposal(self, proposal_id: int) -> Proposal | None:
        query = sa.select(proposals).where(proposals.c.id == proposal_id)
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else proposal_of(row)

    def proposals(
        self, *, status: str = "", author: str = "", limit: int | None = 200
    ) -> list[Proposal]:
        """Proposals, the newest first; with `limit` None all of them."""
        query = sa.select(proposals).order_by(proposals.c.id.desc()).limit(limit)
        if status:
            query = query.where(proposals.c.status == status)
        if author:
            query = query.where(proposals.c.author == author)
        with reading(self.engine) as connection:
            return [proposal_of(row) for row in connection.execute(query)]

    def pending(self, zone_ids: Collection[str]) -> dict[str, int]:
        """Ids of the open proposals of zones that have one."""
        with reading(self.engine) as connection:
            return by_id(connection, pending.c.zone_id, pending.c.proposal_id, zone_ids)

    def mark_seen(self, proposal_ids: Collection[int]) -> None:
        """The author has seen the outcome."""
        query = sa.update(proposals).where(proposals.c.id.in_(list(proposal_ids)))
        with writing(self.engine) as connection:
            connection.execute(query.values(seen_by_author=True))

    def comments(self, proposal_id: int) -> list[Comment]:
        query = sa.select(comments.c.author, comments.c.at, comments.c.text)
        query = query.where(comments.c.proposal_id == proposal_id).order_by(comments.c.id)
        with reading(self.engine) as connection:
            return [Comment(*row) for row in connection.execute(query)]

    def comment(self, proposal_id: int, author: str, text: str) -> None:
        """Say something about a proposal; to its author it is news, unless it is their own."""
        row = {"proposal_id": proposal_id, "author": author, "at": now(), "text": text}
        told = sa.and_(proposals.c.id == proposal_id, proposals.c.author != author)
        with writing(self.engine) as connection:
            connection.execute(sa.insert(comments).values(row))
            connection.execute(sa.update(proposals).where(told).values(seen_by_author=False))

    # -- history

    def history(
        self, chosen: HistoryFilter | None = None, *, limit: int = 200, before: int | None = None
    ) -> list[Version]:
        """Versions of zones, the newest first.

        Parameters
        ----------
        before
            Only revisions with a lower number: the next page of a long history.
        """
        wanted = chosen or HistoryFilter()
        query = history_query().order_by(revisions.c.number.desc(), versions.c.zone_id)
        if wanted.zone_id:
            query = query.where(versions.c.zone_id == wanted.zone_id)
        if wanted.actor:
            query = query.where(
                sa.or_(revisions.c.actor == wanted.actor, revisions.c.author == wanted.actor)
            )
        if wanted.field:
            named = json.dumps(wanted.field)
            query = query.where(versions.c.fields.contains(named, autoescape=True))
        if wanted.since:
            query = query.where(revisions.c.at >= _day(wanted.since))
        if wanted.until and wanted.until < dt.date.max:
            query = query.where(revisions.c.at < _day(wanted.until + dt.timedelta(days=1)))
        if before is not None:
            query = query.where(revisions.c.number < before)
        with reading(self.engine) as connection:
            return [version_of(row) for row in connection.execute(query.limit(limit))]

    def version(self, zone_id: str, version: int) -> Version | None:
        query = history_query().where(versions.c.zone_id == zone_id, versions.c.version == version)
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else version_of(row)

    def of_revision(self, number: int) -> list[Version]:
        """All that one revision changed."""
        query = history_query().where(revisions.c.number == number).order_by(versions.c.zone_id)
        with reading(self.engine) as connection:
            return [version_of(row) for row in connection.execute(query)]

    def last_revision_of(self, actor: str) -> int | None:
        """The newest revision by a person that is neither an undo nor undone."""
        undone = sa.select(revisions.c.undoes).where(revisions.c.undoes.is_not(None))
        query = sa.select(sa.func.max(revisions.c.number)).where(
            sa.or_(
                revisions.c.author == actor,
                sa.and_(revisions.c.actor == actor, revisions.c.author.is_(None)),
            ),
            revisions.c.undoes.is_(None),
            revisions.c.action != Action.LOAD,
            revisions.c.number.not_in(undone),
        )
        with reading(self.engine) as connection:
            found = connection.scalar(query)
        return None if found is None else int(found)

    def people_in_history(self) -> list[str]:
        """Logins that appear in the history."""
        query = sa.union(
            sa.select(revisions.c.actor),
            sa.select(revisions.c.author).where(revisions.c.author.is_not(None)),
        )
        with reading(self.engine) as connection:
            return sorted(connection.scalars(query))

    # -- drafts

    def save_draft(self, author: str, key: str, content: Mapping[str, Any]) -> dt.datetime:
        """Keep what somebody is typing; replaces the draft under the same key."""
        at = now()
        mine = sa.and_(drafts.c.author == author, drafts.c.key == key)
        text = json.dumps(content)  # in ASCII: whatever was typed, a database takes it
        if len(text) > LONGEST_DRAFT:
            raise UsageError("register.draft_large")
        with writing(self.engine) as connection:
            connection.execute(sa.delete(drafts).where(mine))
            connection.execute(
                sa.insert(drafts).values(author=author, key=key, at=at, content=text)
            )
        return at

    def draft(self, author: str, key: str) -> tuple[dt.datetime, dict[str, Any]] | None:
        query = sa.select(drafts.c.at, drafts.c.content).where(
            drafts.c.author == author, drafts.c.key == key
        )
        with reading(self.engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.at, json.loads(row.content))

    def drafts(self, author: str) -> dict[str, dt.datetime]:
        """Moments of somebody's drafts by key, the newest first."""
        query = sa.select(drafts.c.key, drafts.c.at).where(drafts.c.author == author)
        with reading(self.engine) as connection:
            rows = connection.execute(query.order_by(drafts.c.at.desc())).all()
        return {row.key: row.at for row in rows}

    def drop_draft(self, author: str, key: str) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                sa.delete(drafts).where(drafts.c.author == author, drafts.c.key == key)
            )


def _day(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _close(connection: Connection, proposal_id: int, status: str, actor: str, reason: str) -> str:
    """Take a proposal out of the queue; gives its author."""
    row = connection.execute(
        sa.select(proposals.c.status, proposals.c.author).where(proposals.c.id == proposal_id)
    ).one_or_none()
    if row is None or row.status != OPEN:
        raise DecidedError("register.decided", proposal=str(proposal_id))
    connection.execute(
        sa.update(proposals)
        .where(proposals.c.id == proposal_id)
        .values(
            status=status,
            decided_by=actor,
            decided_at=now(),
            decision=reason,
            seen_by_author=actor == row.author,
        )
    )
    connection.execute(sa.delete(pending).where(pending.c.proposal_id == proposal_id))
    return str(row.author)
