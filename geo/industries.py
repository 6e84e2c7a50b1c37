"""Industries: VSIC divisions and the phrases in which plans name them.

``data/industries/divisions.csv`` holds the divisions, ``terms.csv`` the phrases of the plans with
the divisions that each stands for. A phrase that maps to nothing stays visible as unmapped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.sheets import read_rows
from geo.text import fold

_LEADING = (
    "thu hut cac nganh",
    "co so",
    "cong nghiep san xuat",
    "san xuat",
    "nganh",
    "xuong",
)
_VARIANTS = (
    (r"\bo ?to\b", "oto"),
    (r"\bvlxd\b|\bvl xay dung\b", "vat lieu xay dung"),
    (r"\bgi(a|e)y dep\b", "giay dep"),
    (r"\bda giay\b|\bda giầy\b", "da giay"),
    (r"\bttcn\b", "tieu thu cong nghiep"),
)


def term_key(phrase: str) -> str:
    """The comparable form of an industry phrase: folded, spelling variants made one."""
    key = fold(phrase)
    for pattern, standard in _VARIANTS:
        key = re.sub(pattern, standard, key)
    return key


@dataclass(frozen=True, slots=True)
class Division:
    """A VSIC division of two digits; `status` says how far its wording was checked."""

    code: str
    section: str
    name_vi: str
    name_en: str
    status: str


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the plans; `divisions` is empty for an attribute such as high technology.

    `covers` are the codes of all that the phrase stands for, of two to four digits: a heading such
    as "cơ khí" covers whole divisions, a product only its class.
    """

    phrase: str
    divisions: tuple[str, ...]
    english: str
    attribute: bool
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Divisions by code, and terms by their comparable form."""

    divisions: Mapping[str, Division]
    terms: Mapping[str, Term]

    def classify(self, phrase: str) -> Term | None:
        """The term that a phrase stands for, or None.

        The whole phrase is tried first, then the phrase without a leading "Sản xuất", "Cơ sở"
        and the like. There is no guess by parts of words.
        """
        key = term_key(phrase)
        while True:
            if key in self.terms:
                return self.terms[key]
            shorter = next(
                (key[len(lead) + 1 :] for lead in _LEADING if key.startswith(f"{lead} ")), None
            )
            if not shorter:
                return None
            key = shorter


def load(folder: Path) -> Taxonomy:
    """Read the taxonomy from ``data/industries``.

    Raises
    ------
    DataError
        ``file.*`` or ``table.*``, naming the table, where one cannot be read.
    """
    names = ("code", "section", "name_vi", "name_en", "status")
    divisions = {
        row["code"]: Division(*(row[name] for name in names))
        for row in read_rows(folder / "divisions.csv", names, required=("code", "name_vi"))
    }
    terms: dict[str, Term] = {}
    columns = ("phrase", "divisions", "class_hints", "covers", "english", "attribute")
    for row in read_rows(folder / "terms.csv", columns, required=("phrase",)):
        codes = _codes(row["divisions"])
        covers = _codes(row["covers"]) or _codes(row["class_hints"]) or codes
        term = Term(row["phrase"], codes, row["english"], row["attribute"] == "yes", covers)
        terms.setdefault(term_key(term.phrase), term)
    return Taxonomy(divisions, terms)


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code for code in cell.split(";") if code)
