"""The read side of the register: one snapshot with its revision.

:class:`FileRepository` reads ``data/``. A database takes its place behind the same protocol.
"""

from __future__ import annotations

import hashlib
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
    """

    revision: str
    zones: tuple[Zone, ...]
    documents: tuple[Document, ...]
    issues: tuple[Issue, ...]


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

    def _files(self) -> list[Path]:
        plan_files = sorted((self.settings.data_dir / "plans").glob("*.json"))
        return [self.zones_file, *plan_files]

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Name, time and size of every file.

        Raises
        ------
        DataError
            ``file.not_found`` when the register is not there.
        """
        stamps = []
        for path in self._files():
            try:
                state = path.stat()
            except OSError as fault:
                raise DataError("file.not_found", file=str(path)) from fault
            stamps.append((path.name, state.st_mtime_ns, state.st_size))
        return tuple(stamps)

    def snapshot(self) -> Snapshot:
        """Read everything.

        Raises
        ------
        DataError
            When a file as a whole cannot be read; a bad record only yields issues.
        """
        content = read_bytes(self.zones_file, self.settings.max_file_mb)
        zones, issues = geojson.parse_zones(content, self.zones_file.name)
        documents = plans.load(self.settings.data_dir / "plans")
        digest = hashlib.sha256(content)
        digest.update(repr(documents).encode())
        ordered = tuple(sorted(zones, key=lambda zone: zone.id))
        return Snapshot(digest.hexdigest()[:16], ordered, documents, tuple(issues))
