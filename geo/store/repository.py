"""The read side of the register: one snapshot with its revision.

:class:`FileRepository` reads ``data/``. A database takes its place behind the same protocol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from geo import plans
from geo.errors import DataError
from geo.io import geojson
from geo.io.files import read_bytes
from geo.issues import Issue
from geo.plans import Document
from geo.settings import Settings
from geo.zones import Zone


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The register at one revision.

    Attributes
    ----------
    revision
        Hex digest that changes whenever anything in the snapshot does.
    zones
        The usable records, by id.
    issues
        What was found wrong in reading; records with errors are not among `zones`.
    plan_issues
        What was found wrong in the plan files; faulty entries are not in `documents`.
    """

    revision: str
    zones: tuple[Zone, ...]
    documents: tuple[Document, ...]
    issues: tuple[Issue, ...]
    plan_issues: tuple[Issue, ...] = ()


class Repository(Protocol):
    """What use cases need of a store."""

    def stamp(self) -> object:
        """A cheap value that differs when the register has changed."""
        ...

    def snapshot(self) -> Snapshot: ...


@dataclass(frozen=True, slots=True)
class FileRepository:
    """The register as files: ``zones.geojson`` and ``plans/*.json`` in the data folder."""

    settings: Settings

    @property
    def zones_file(self) -> Path:
        return self.settings.data_dir / "zones.geojson"

    def stamp(self) -> object:
        """Name, time and size of every file.

        Raises
        ------
        DataError
            ``file.not_found`` when the register is not there.
        """
        return file_stamp(self.zones_file), plan_stamps(self.settings)

    def snapshot(self) -> Snapshot:
        """Read everything.

        Raises
        ------
        DataError
            When a file as a whole cannot be read; a bad record or entry only yields issues.
        """
        content = read_bytes(self.zones_file, self.settings.max_file_mb)
        zones, issues = geojson.parse_zones(content, self.zones_file.name)
        documents, faults = plans.load(self.settings.data_dir / "plans")
        ordered = tuple(sorted(zones, key=lambda zone: zone.id))
        revision = revision_of(content, documents)
        return Snapshot(revision, ordered, documents, tuple(issues), tuple(faults))


def revision_of(content: bytes, documents: Sequence[Document]) -> str:
    """A hex digest of the register's content, or a name for it, and of the plans."""
    digest = hashlib.sha256(content)
    digest.update(repr(documents).encode())
    return digest.hexdigest()[:16]


def file_stamp(path: Path) -> tuple[str, int, int]:
    """Name, time and size of a file.

    Raises
    ------
    DataError
        ``file.not_found``
    """
    try:
        state = path.stat()
    except OSError as fault:
        raise DataError("file.not_found", file=str(path)) from fault
    return path.name, state.st_mtime_ns, state.st_size


def plan_stamps(settings: Settings) -> tuple[tuple[str, int, int], ...]:
    """The stamps of all plan files."""
    return tuple(map(file_stamp, sorted((settings.data_dir / "plans").glob("*.json"))))
