"""Where the register is kept.

Use cases that read know :class:`Repository` only; those that write, :class:`Register`.
"""

from geo.store.database import StoreError
from geo.store.gaps import Gap, GapKind
from geo.store.opening import (
    Opened,
    open_gaps,
    open_reader,
    open_reasons,
    open_store,
    prepare,
)
from geo.store.publishing import StaleError
from geo.store.register import DecidedError, PendingError, Register
from geo.store.repository import FileRepository, Repository, Snapshot
from geo.store.rows import Comment, HistoryFilter, Proposal, Version

__all__ = [
    "Comment",
    "DecidedError",
    "FileRepository",
    "Gap",
    "GapKind",
    "HistoryFilter",
    "Opened",
    "PendingError",
    "Proposal",
    "Register",
    "Repository",
    "Snapshot",
    "StaleError",
    "StoreError",
    "Version",
    "open_gaps",
    "open_reader",
    "open_reasons",
    "open_store",
    "prepare",
]
