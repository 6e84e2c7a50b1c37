"""Use cases of the people who keep the register: change, propose, decide, look back, take back.

Everything that changes a zone is one :class:`Submission`: an edit, a grid of edits, a new zone, a
split, a merger, a retirement, the return to an older version. It is authorised, checked and
written as a whole or not at all. Reasons for what the audit has found change no zone: see
:mod:`geo.desk.answers`.
"""

from geo.desk.conflicts import Clash, ConflictError, clash_of, settle
from geo.desk.service import Desk
from geo.desk.submissions import (
    LONGEST_REASON,
    Assessed,
    Assessment,
    Edit,
    Effect,
    Outcome,
    RefusedError,
    Submission,
)

__all__ = [
    "LONGEST_REASON",
    "Assessed",
    "Assessment",
    "Clash",
    "ConflictError",
    "Desk",
    "Edit",
    "Effect",
    "Outcome",
    "RefusedError",
    "Submission",
    "clash_of",
    "settle",
]
