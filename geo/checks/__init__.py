"""Figures of the plans held against the records.

A verdict says what was expected, what the records give, which records were used and what is
missing. Sums are exact decimals. The tolerance is the rounding of the stated figure: half a unit
of its last written decimal. The rules of law are in :mod:`geo.checks.law`, who is whose double
in :mod:`geo.checks.identity`. Figures held against each other are in :mod:`geo.checks.relations`,
the areas of a zone in :mod:`geo.checks.ledger`, its industries in :mod:`geo.checks.cross_lists`;
these yield findings.
"""

from geo.checks import cross_lists, identity, law, ledger, relations, spellings
from geo.checks.findings import Arithmetic, Compound, Finding, Mechanism, Remark, Step, Term, Value
from geo.checks.methods import explain, run, verdict
from geo.checks.sources import check_scopes, check_sources
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
    "Arithmetic",
    "Compound",
    "Context",
    "Explanation",
    "Finding",
    "Mechanism",
    "Missing",
    "Remark",
    "Status",
    "Step",
    "Term",
    "Value",
    "Verdict",
    "check_scopes",
    "check_sources",
    "cross_lists",
    "explain",
    "holds",
    "identity",
    "law",
    "ledger",
    "relations",
    "run",
    "slack",
    "spellings",
    "tolerance",
    "verdict",
]
