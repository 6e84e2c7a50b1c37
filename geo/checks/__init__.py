"""Figures of the plans held against the records.

A verdict says what was expected, what the records give, which records were used and what is
missing. Sums are exact decimals. The tolerance is the rounding of the stated figure: half a unit
of its last written decimal. The rules of law are in :mod:`geo.checks.law`, who is whose double
in :mod:`geo.checks.identity`.
"""

from geo.checks import identity, law
from geo.checks.methods import explain, run, verdict
from geo.checks.sources import check_sources
from geo.checks.verdicts import (
    Context,
    Explanation,
    Missing,
    Status,
    Verdict,
    holds,
    slack,
    tolerance,
)

__all__ = [
    "Context",
    "Explanation",
    "Missing",
    "Status",
    "Verdict",
    "check_sources",
    "explain",
    "holds",
    "identity",
    "law",
    "run",
    "slack",
    "tolerance",
    "verdict",
]
