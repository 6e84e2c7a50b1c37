"""What an investor types, read as codes of VSIC.

The vocabulary is data: the phrases of the plans with their English (``terms.csv``), the words of
the trade in both languages (``words.csv``), the names of divisions, groups and classes. What was
understood of a question is always part of the answer.
"""

from __future__ import annotations

from pathlib import Path

from geo.industries import Taxonomy
from geo.vocabulary.entries import Class, Entry, Origin, read_tables
from geo.vocabulary.questions import LONGEST, Question, Reading
from geo.vocabulary.reading import ENOUGH, SURE, Vocabulary

__all__ = [
    "ENOUGH",
    "LONGEST",
    "SURE",
    "Class",
    "Entry",
    "Origin",
    "Question",
    "Reading",
    "Vocabulary",
    "load",
]


def load(folder: Path, taxonomy: Taxonomy) -> Vocabulary:
    """Read the vocabulary from ``data/industries``.

    Raises
    ------
    DataError
        As :func:`geo.vocabulary.entries.read_tables`.
    """
    return Vocabulary(taxonomy, *read_tables(folder, taxonomy))
