"""Text as files take it."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` with what no file may hold (control characters, lone surrogates) marked as lost.

    Examples
    --------
    >>> clean("Sông\\x00 Công")
    'Sông\ufffd Công'
    """
    return _CONTROL.sub("\ufffd", text)
