"""A question and how it was understood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from geo.industries import term_key
from geo.vocabulary.entries import Entry

LONGEST = 200
"""Letters of a question; what is longer is cut, and the answer says so."""

_LAND = re.compile(
    r"(?<![\w.,])(?P<area>\d{1,4}(?:[.,]\d{1,2})?)\s*(?:ha|hecta|héc-ta|hectares?)\b", re.IGNORECASE
)
_NEAR_TO = re.compile(
    r"(?:^|(?<=[\s,;]))(?:gần|gan|quanh|near|close to|around)\s+(?P<place>[^,;]+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a piece of a question.

    Attributes
    ----------
    piece
        The piece as typed.
    score
        1 for the very words.
    """

    piece: str
    entry: Entry
    score: float

    @property
    def codes(self) -> tuple[str, ...]:
        return self.entry.codes

    @property
    def key(self) -> str:
        """What tells readings apart: codes, or the quality meant; as links carry it."""
        if self.entry.codes:
            return "-".join(self.entry.codes)
        return term_key(self.entry.term.phrase if self.entry.term else self.entry.text)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    Attributes
    ----------
    text
        Cleaned: NFC, no control characters, white space folded.
    readings
        The best of each piece; empty where nothing was understood.
    others
        What else could be meant, for the reader to choose.
    unread
        Pieces of which nothing was understood.
    cut
        Whether letters beyond :data:`LONGEST` were left out.
    area_ha, near
        Land and place that were named beside the product: "10 ha, near Hà Nội".
    """

    text: str
    readings: tuple[Reading, ...] = ()
    others: tuple[Reading, ...] = ()
    unread: tuple[str, ...] = ()
    cut: bool = False
    area_ha: Decimal | None = None
    near: str | None = None


def beside(text: str) -> tuple[str, Decimal | None, str | None]:
    """The product in a question, and the land and the place named beside it."""
    area = near = None
    if found := _LAND.search(text):
        area = Decimal(found["area"].replace(",", "."))
        text = f"{text[: found.start()]},{text[found.end() :]}"
    if found := _NEAR_TO.search(text):
        near = found["place"].strip()
        text = f"{text[: found.start()]},{text[found.end() :]}"
    return text.strip(" ,;"), area, near
