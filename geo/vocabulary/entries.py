"""The words of the vocabulary and the names of VSIC: tables that staff extend."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from geo.errors import DataError
from geo.industries import Taxonomy, Term, term_key
from geo.sheets import read_rows


class Origin(StrEnum):
    """Where a word of the vocabulary stands."""

    TERM = "term"  # a phrase of the plans
    WORD = "word"
    CLASS = "class"  # the name of a division, group or class
    CODE = "code"  # a code itself


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or phrase of the vocabulary.

    Attributes
    ----------
    codes
        Of VSIC, two to four digits, the one that fits best first; empty for an attribute.
    term
        The phrase of the plans that it is, or that means the same quality.
    """

    text: str
    lang: str
    codes: tuple[str, ...]
    origin: Origin
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Class:
    """A division, group or class of VSIC; `status` says how far its wording was checked."""

    code: str
    name_vi: str
    name_en: str
    status: str

    def name(self, lang: str) -> str:
        return self.name_en if lang == "en" and self.name_en else self.name_vi


def read_tables(
    folder: Path, taxonomy: Taxonomy
) -> tuple[dict[str, Class], list[Entry], list[str]]:
    """Classes by code, words and fillers from ``data/industries``.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*``, naming the table, where one cannot be read; ``words.*``, naming
        the word, for a code or a phrase that there is not.
    """
    names = ("code", "name_vi", "name_en", "status")
    classes = {
        row["code"]: Class(*(row[name] for name in names))
        for row in read_rows(folder / "classes.csv", names, required=("code", "name_vi"))
    }
    known = {*classes, *taxonomy.divisions}
    words = [
        _word(row, known, taxonomy)
        for row in read_rows(
            folder / "words.csv", ("word", "lang", "codes", "term"), required=("word", "lang")
        )
    ]
    fillers = read_rows(folder / "fillers.csv", ("words",), required=("words",))
    return classes, words, [row["words"] for row in fillers]


def _word(row: Mapping[str, str], known: Container[str], taxonomy: Taxonomy) -> Entry:
    codes = tuple(code for code in row["codes"].split(";") if code)
    for code in codes:
        if code not in known:
            raise DataError("words.code_unknown", word=row["word"], value=code)
    term = taxonomy.terms.get(term_key(row["term"])) if row["term"] else None
    if row["term"] and term is None:
        raise DataError("words.term_unknown", word=row["word"], term=row["term"])
    if not codes and term is None:
        raise DataError("words.meaningless", word=row["word"])
    return Entry(row["word"], row["lang"], codes, Origin.WORD, term)
