"""Where the register is kept. Use cases know :class:`Repository` only."""

from geo.store.repository import FileRepository, Repository, Snapshot

__all__ = ["FileRepository", "Repository", "Snapshot"]
