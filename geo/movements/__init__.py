"""The register over time: from the total of one moment to that of another, step by step.

A plain list of zones that were added or resized leaves a reader with two totals that do not fit.
Here the total at the start and all steps give the total at the end exactly, and a zone whose area
is unknown is counted apart and never as 0.
"""

from geo.movements.account import (
    RESTING_ON,
    Account,
    Movement,
    Stand,
    Step,
    StepSum,
    Sum,
    View,
    account,
    stand_of,
)
from geo.movements.service import Material, Span, gather, span
from geo.movements.wording import Words

__all__ = [
    "RESTING_ON",
    "Account",
    "Material",
    "Movement",
    "Span",
    "Stand",
    "Step",
    "StepSum",
    "Sum",
    "View",
    "Words",
    "account",
    "gather",
    "span",
    "stand_of",
]
