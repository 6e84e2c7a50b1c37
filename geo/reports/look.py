"""The colours that all forms share; a status always stands beside its colour in words."""

from __future__ import annotations

from geo.checks import Status

INK = "1F2933"
HEAD = "1F4E79"
RULE = "B8C2CC"
TOTAL = "E8EEF4"
TINTS = {
    Status.MET: "DDEFE3",
    Status.NOT_MET: "F8D7D4",
    Status.CANNOT_TELL: "E6E8EB",
    Status.TO_REVIEW: "FDEBC8",
}


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of six hex digits.

    Examples
    --------
    >>> rgb("1F4E79")
    (31, 78, 121)
    """
    red, green, blue = bytes.fromhex(colour)
    return red, green, blue
