"""Numbers as survey tables write them: either decimal mark, either way of grouping, degrees.

``1.255.172,51``, ``1,255,172.51``, ``1 255 172,51`` and ``1255172.51`` are one northing. Where a
text has two readings, as ``568.262`` has, what a coordinate can be decides; the two differ by a
thousand times, so at most one can be a place in Vietnam.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from geo.survey.systems import within

LONGEST_CELL = 64

_PLAIN = re.compile(r"[0-9]+(?:[., '][0-9]+)*")
_LEAD = re.compile(r"^[XYNExyne]\s*[=:]\s*")
_UNIT = re.compile(r"\s*m$", re.IGNORECASE)
_ANGLE = re.compile(
    r"([0-9]{1,3})\s*[°d:\s-]\s*([0-9]{1,2})\s*['m:\s-]\s*([0-9]{1,2}(?:[.,][0-9]+)?)\s*[\"s]?",
    re.IGNORECASE,
)
_DEGREE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]+)?)\s*°?")
_SIGNS = str.maketrans({"º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "″": '"', "”": '"',
                        "“": '"', "\u00a0": " ", "\u202f": " ", "\u2009": " "})  # fmt: skip
_COMPASS = re.compile(r"^\s*[NEBĐ]\s*|\s*[NEBĐ]\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number read from a cell.

    `mark` is its decimal mark, null without one. `settled` is true where the text could have been
    read in another way and its size decided, and where its marks follow no rule.
    """

    value: float
    mark: str | None
    settled: bool


def read_metres(cell: str | float, bounds: tuple[float, float]) -> Reading | None:
    """A coordinate in metres within `bounds`; null where the cell holds none.

    Examples
    --------
    >>> read_metres("1.255.172,51", (900_000, 2_600_000)).value
    1255172.51
    >>> read_metres("568.262", (100_000, 900_000))
    Reading(value=568262.0, mark=None, settled=True)
    >>> read_metres("568.262", (900_000, 2_600_000)) is None
    True
    """
    if not isinstance(cell, str):
        return Reading(float(cell), None, False) if within(float(cell), bounds) else None
    if len(cell) > LONGEST_CELL:
        return None
    text = unicodedata.normalize("NFKC", cell).translate(_SIGNS).strip()
    text = _UNIT.sub("", _LEAD.sub("", text)).removeprefix("+")
    if not _PLAIN.fullmatch(text):
        return None
    readings = _readings(re.split(r"([., '])", text))
    return next((one for one in readings if within(one.value, bounds)), None)


def _readings(parts: Sequence[str]) -> list[Reading]:
    """What a run of digits and marks may stand for: ``["1", ".", "255"]``."""
    digits, marks = parts[::2], parts[1::2]
    if not marks:
        return [Reading(float(digits[0]), None, False)]
    found = []
    if _grouped(digits, marks):
        alone = len(marks) == 1 and marks[0] in ".,"
        found.append(Reading(float("".join(digits)), None, alone))
        if not alone:
            return found  # a decimal mark stands only once
    if marks[-1] in ".," and (len(marks) == 1 or _grouped(digits[:-1], marks[:-1])):
        value = float(f"{''.join(digits[:-1])}.{digits[-1]}")
        found.append(Reading(value, marks[-1], marks[-1] in marks[:-1]))
    return found


def _grouped(digits: Sequence[str], marks: Sequence[str]) -> bool:
    """Whether these are groups of three, all parted by one mark."""
    threes = all(len(group) == 3 for group in digits[1:])
    return threes and len(digits[0]) <= 3 and len(set(marks)) == 1


def read_degrees(cell: str | float, bounds: tuple[float, float]) -> Reading | None:
    """A latitude or longitude within `bounds`: decimal degrees, or degrees, minutes, seconds.

    Examples
    --------
    >>> round(read_degrees("11°20'57.69\\"", (6, 24)).value, 6)
    11.349358
    >>> read_degrees("108,877201", (102, 118)).value
    108.877201
    """
    if not isinstance(cell, str):
        return Reading(float(cell), None, False) if within(float(cell), bounds) else None
    if len(cell) > LONGEST_CELL:
        return None
    text = _COMPASS.sub("", cell.translate(_SIGNS).replace("''", '"')).strip()
    if decimal := _DEGREE.fullmatch(text):
        mark = next((letter for letter in text if letter in ".,"), None)
        value = float(decimal[1].replace(",", "."))
    elif angle := _ANGLE.fullmatch(text):
        mark = next((letter for letter in text if letter in ".,"), None)
        minutes, seconds = int(angle[2]), float(angle[3].replace(",", "."))
        if minutes >= 60 or seconds >= 60:
            return None
        value = int(angle[1]) + minutes / 60 + seconds / 3600
    else:
        return None
    return Reading(value, mark, False) if within(value, bounds) else None
