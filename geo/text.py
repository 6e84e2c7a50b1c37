"""Comparing Vietnamese text: Unicode forms, diacritics, case and white space."""

from __future__ import annotations

import re
import unicodedata


def strip_marks(text: str) -> str:
    """`text` without Vietnamese diacritics; case, spaces and punctuation are kept.

    Examples
    --------
    >>> strip_marks("Đắk R'Lấp")
    "Dak R'Lap"
    """
    spread = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return bare.replace("đ", "d").replace("Đ", "D")


def fold(text: str) -> str:
    """Words without diacritics, case and punctuation, for finding and comparing.

    Examples
    --------
    >>> fold("Lắp ráp  Ôtô, ĐIỆN tử…")
    'lap rap oto dien tu'
    """
    return " ".join(re.findall(r"\w+", strip_marks(text).casefold()))


def name_key(text: str) -> str:
    """What two spellings of a name have in common: letters and digits, no marks, no case.

    Examples
    --------
    >>> name_key("Ea H’leo") == name_key("EA HLEO")
    True
    """
    return re.sub(r"[^a-z0-9]", "", strip_marks(text).casefold())


def printable(text: str) -> str:
    """`text` with lone surrogates written out, so that it can be printed and stored."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def broken(text: str) -> bool:
    """Whether a text holds lone surrogates or control characters, which no name does."""
    return any(
        unicodedata.category(letter) in ("Cs", "Cc") for letter in text if letter not in "\n\t"
    )


def visible(text: str) -> bool:
    """Whether there is anything to see: not only white space and zero-width characters."""
    return any(unicodedata.category(letter)[0] not in "ZC" for letter in text)


def fold_space(text: str) -> str:
    """Unicode NFC with white space folded, the form in which quotes are compared."""
    return " ".join(unicodedata.normalize("NFC", text).split())
