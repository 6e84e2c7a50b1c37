"""Reading a question: its pieces held against the vocabulary, word by word.

Diacritics, case and order do not matter, and slips of the keyboard are forgiven; where diacritics
were typed, what agrees with them comes first ("may" is not "máy").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.industries import Taxonomy, term_key
from geo.text import fold_space, strip_marks
from geo.vocabulary.entries import Class, Entry, Origin
from geo.vocabulary.questions import LONGEST, Question, Reading, beside

SURE = 0.97
ENOUGH = 0.64
"""Scores from which a reading is the words themselves, and from which it is one at all."""

MOST_READINGS, MOST_OTHERS = 4, 6
_NEAR = 0.03  # readings that come so close to the best are as good
_LIGHT = 0.12  # the weight of a word that says nothing about the product
_STRANGE = 0.4  # and of one that the vocabulary does not know
_SLIP, _BEGUN, _OTHER_MARKS = 0.12, 0.06, 0.7
_ORDER = 0.05
_HEAD = 0.1  # for the word that the others only describe: the first in Vietnamese
_SIMILAR = 0.75
_SHORTEST_SLIP = 4
_SHORTEST_BEGUN = 3
_JOINED = 0.86
_SHORTEST_JOINED = 6

_PARTS = re.compile(r"[,;/+&\n]|\bvà\b|\band\b|\bvới\b|\bwith\b", re.IGNORECASE)
_CODE = re.compile(
    r"^\s*(?:(?:mã(?: ngành)?|ngành|vsic|isic|code)\s*:?\s*)*(?P<code>\d{2,5})\s*$", re.IGNORECASE
)


_TELEX = re.compile(r"dd|aa|ee|oo|[aou]w|[aeiouy]\w*[sfrxj]\b", re.IGNORECASE)
"""Keys of the Telex method as they come out where it is switched off: "ddieenj tuwr"."""


@dataclass(frozen=True, slots=True)
class _Words:
    """An entry ready to be compared: its words folded, and as they are written."""

    entry: Entry
    folded: tuple[str, ...]
    written: tuple[str, ...]
    weights: tuple[float, ...]


_Meeting = tuple[float, int]
"""How well two words agree, and the place of the piece's word."""


@dataclass(slots=True)
class _Piece:
    """A piece of a question ready to be compared."""

    text: str
    folded: tuple[str, ...]
    written: tuple[str, ...]
    weights: tuple[float, ...]
    marked: bool
    strange: bool
    met: dict[int, dict[int, _Meeting]] = field(default_factory=dict)
    """By entry and place in it: which word of the piece stands there, and how well."""


class Vocabulary:
    """All words with their codes.

    Parameters
    ----------
    taxonomy
        Divisions, and the phrases of the plans.
    classes
        Groups and classes by code.
    words
        Rows of ``words.csv``.
    fillers
        What is said around a product and tells nothing of it, such as "nhà máy".
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        classes: Mapping[str, Class],
        words: Iterable[Entry],
        fillers: Iterable[str],
    ) -> None:
        split = [(_folded_words(one), one) for one in sorted(fillers, key=len)]
        self._fillers = {words: _written_words(text, words) for words, text in split}
        self.taxonomy = taxonomy
        divisions = {
            one.code: Class(one.code, one.name_vi, one.name_en, one.status)
            for one in taxonomy.divisions.values()
        }
        self.classes: Mapping[str, Class] = {**divisions, **classes}
        self._entries = [
            self._words_of(one) for one in (*self._of_terms(), *words, *self._of_classes())
        ]
        self._by_word: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, one in enumerate(self._entries):
            for place, word in enumerate(one.folded):
                self._by_word[word].append((at, place))
        self._known = list(self._by_word)
        self._whole = {one.folded for one in self._entries}

    def _of_terms(self) -> Iterator[Entry]:
        for term in self.taxonomy.terms.values():
            codes = () if term.attribute else term.covers
            yield Entry(term.phrase, "vi", codes, Origin.TERM, term)
            for english in re.split(r"[;,]", term.english):
                if english.strip():
                    yield Entry(english.strip(), "en", codes, Origin.TERM, term)

    def _of_classes(self) -> Iterator[Entry]:
        for code, one in self.classes.items():
            yield Entry(one.name_vi, "vi", (code,), Origin.CLASS)
            if one.name_en:
                yield Entry(one.name_en, "en", (code,), Origin.CLASS)

    def __len__(self) -> int:
        return len(self._entries)

    def path(self, code: str) -> tuple[Class, ...]:
        """The class of a code with the group and division above it, the narrowest first."""
        parts = [code[:length] for length in range(len(code), 1, -1)]
        return tuple(self.classes[part] for part in parts if part in self.classes)

    def narrowed(self, code: str) -> str:
        """A code as far down as nothing branches: 261 holds nothing but 2610."""
        below = self._below.get(code, [])
        return self.narrowed(below[0]) if len(below) == 1 else code

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        below: dict[str, list[str]] = defaultdict(list)
        for code in self.classes:
            if len(code) > 2:
                below[code[:-1]].append(code)
        return below

    # -- reading

    def read(self, text: str) -> Question:
        """Understand a question; any text at all, which is never taken as a pattern."""
        clean = fold_space("".join(letter if letter.isprintable() else " " for letter in text))
        question = Question(clean[:LONGEST].rstrip(), cut=len(clean) > LONGEST)
        product, area, near = beside(question.text)
        question = replace(question, area_ha=area, near=near)
        if not product:
            return question
        whole = self._read_piece(product)
        pieces = [piece.strip() for piece in _PARTS.split(product) if piece.strip()]
        if (whole and whole[0].score >= SURE) or len(pieces) < 2:
            return self._understood(question, [(product, whole)])
        return self._understood(question, [(piece, self._read_piece(piece)) for piece in pieces])

    def chosen(self, question: Question, keys: Sequence[str]) -> Question:
        """A question with the readings that the reader chose; unknown keys choose nothing."""
        known = {one.key: one for one in (*question.readings, *question.others)}
        picked = tuple(known[key] for key in dict.fromkeys(keys) if key in known)
        if not picked:
            return question
        others = tuple(one for one in known.values() if one not in picked)
        return replace(question, readings=picked, others=others)

    def _understood(
        self, question: Question, pieces: Sequence[tuple[str, list[Reading]]]
    ) -> Question:
        readings: dict[str, Reading] = {}
        others: dict[str, Reading] = {}
        unread = []
        for piece, found in pieces:
            if not found:
                unread.append(piece)
                continue
            best = found[0].score
            floor = SURE if best >= SURE else best - _NEAR
            good = [one for one in found if one.score >= floor][:MOST_READINGS]
            for one in good:
                readings.setdefault(one.key, one)
            for one in found[len(good) :]:
                others.setdefault(one.key, one)
        rest = [one for key, one in others.items() if key not in readings][:MOST_OTHERS]
        return replace(
            question,
            readings=tuple(readings.values()),
            others=tuple(rest),
            unread=tuple(unread),
        )

    def _read_piece(self, text: str) -> list[Reading]:
        """All readings of a piece, best first, one for each meaning."""
        if code := _CODE.match(text):
            return self._read_code(text, code["code"])
        found = self._read_words(text, self._piece_of(text))
        if not found and _TELEX.search(text):
            return self._read_words(text, self._piece_of(_untelexed(text)))
        return found

    def _read_words(self, text: str, piece: _Piece) -> list[Reading]:
        if piece.folded in self._whole:  # the very words, even if they are said around others too
            piece.weights = (1.0,) * len(piece.folded)
        if max(piece.weights, default=0.0) <= _LIGHT:
            return []
        self._meet(piece)
        scored = [(self._score(piece, self._entries[at], met), at) for at, met in piece.met.items()]
        scored += self._joined(piece)
        scored.sort(key=lambda one: (-one[0], one[1]))
        best: dict[str, Reading] = {}
        for score, at in scored:
            if score < ENOUGH - 2 * _NEAR:
                break
            reading = Reading(text, self._entries[at].entry, round(score, 3))
            best.setdefault(reading.key, reading)
        found = list(best.values())
        return found if found and found[0].score >= ENOUGH else []

    def _read_code(self, text: str, code: str) -> list[Reading]:
        """A code, or the longest beginning of it that exists."""
        for length in range(min(len(code), 4), 1, -1):
            known = self.classes.get(code[:length])
            if known:
                entry = Entry(known.name_vi, "vi", (known.code,), Origin.CODE)
                return [Reading(text, entry, 1.0)]
        return []

    def _meet(self, piece: _Piece) -> None:
        """Note which words of which entries the words of a piece meet, and how well."""
        last = len(piece.folded) - 1
        for place, word in enumerate(piece.folded):
            near: dict[str, float] = {}
            if word in self._by_word:
                near[word] = 1.0
            elif len(word) >= _SHORTEST_SLIP:
                similar = process.extract(
                    word,
                    self._known,
                    scorer=OSA.normalized_similarity,
                    score_cutoff=_SIMILAR,
                    limit=12,
                )
                near = {known: 1.0 - _SLIP for known, _, _ in similar}
            if not near and place == last and len(word) >= _SHORTEST_BEGUN:
                near = {known: 1.0 - _BEGUN for known in self._known if known.startswith(word)}
            for known, alike in near.items():
                for at, where in self._by_word[known]:
                    met = piece.met.setdefault(at, {})
                    other = (
                        alike == 1.0 and piece.written[place] != self._entries[at].written[where]
                    )
                    worth = _OTHER_MARKS if other and piece.marked else alike
                    if where not in met or met[where][0] < worth:
                        met[where] = worth, place

    def _score(self, piece: _Piece, words: _Words, met: Mapping[int, _Meeting]) -> float:
        """How much of the piece and of the entry agree."""
        taken: dict[int, tuple[float, int]] = {}  # each word of the piece stands for one only
        for where, (worth, place) in met.items():
            if place not in taken or taken[place][0] < worth:
                taken[place] = worth, where
        own = asked = 0.0
        surely = False
        for place, (worth, where) in taken.items():
            own += words.weights[where] * worth
            asked += piece.weights[place] * worth
            surely |= words.weights[where] == 1.0 and worth not in (1.0 - _SLIP, 1.0 - _BEGUN)
        if not surely and len(taken) > 1:  # slips alone mean nothing
            return 0.0
        score = 0.6 * asked / sum(piece.weights) + 0.4 * own / sum(words.weights)
        order = [where for _, (_, where) in sorted(taken.items())]
        if order != sorted(order):
            score -= _ORDER
        elif len(taken) == len(words.folded) and _headed(piece, words, taken):
            score += _HEAD
        left = any(piece.weights[at] > _LIGHT for at in range(len(piece.folded)) if at not in taken)
        return min(score, SURE - _NEAR if left else 1.0)

    def _joined(self, piece: _Piece) -> list[tuple[float, int]]:
        """Entries that are the piece but for blanks and slips: "linhkien dientu"."""
        joined = "".join(piece.folded)
        if not piece.strange or len(joined) < _SHORTEST_JOINED:
            return []
        similar = process.extract(
            joined,
            self._all_joined,
            scorer=OSA.normalized_similarity,
            score_cutoff=_JOINED,
            limit=8,
        )
        return [(score - 0.02, at) for _, score, at in similar]

    def _words_of(self, entry: Entry) -> _Words:
        codes = tuple(dict.fromkeys(map(self.narrowed, entry.codes)))
        entry = replace(entry, codes=codes)
        folded = _folded_words(entry.text)
        written = _written_words(entry.text, folded)
        weights = self._weights(folded, written)
        return _Words(entry, folded, written, weights if 1.0 in weights else (1.0,) * len(folded))

    def _piece_of(self, text: str) -> _Piece:
        folded = _folded_words(text)
        written = _written_words(text, folded)
        weights = self._weights(folded, written)
        strange = [word not in self._by_word for word in folded]
        weights = tuple(
            min(weight, _STRANGE) if odd and len(folded) > 1 else weight
            for weight, odd in zip(weights, strange, strict=True)
        )
        return _Piece(text, folded, written, weights, strip_marks(text) != text, any(strange))

    def _weights(self, folded: Sequence[str], written: Sequence[str]) -> tuple[float, ...]:
        """One a word, little for a filler: of a word with marks only one with the same marks."""
        weights = [1.0] * len(folded)
        for filler, marks in self._fillers.items():
            for at in range(len(folded) - len(filler) + 1):
                end = at + len(filler)
                bare = tuple(folded[at:end]) == filler and tuple(written[at:end]) in (filler, marks)
                if bare:
                    weights[at:end] = [_LIGHT] * len(filler)
        return tuple(weights)

    @cached_property
    def _all_joined(self) -> list[str]:
        return ["".join(one.folded) for one in self._entries]


def _headed(piece: _Piece, words: _Words, taken: Mapping[int, object]) -> bool:
    """Whether the entry is what a piece is about: its first words, in English its last."""
    content = [place for place, weight in enumerate(piece.weights) if weight > _LIGHT]
    if not content:
        return False
    return content[-1] in taken if words.entry.lang == "en" else content[0] in taken


def _untelexed(text: str) -> str:
    """What was meant by Telex keys, without diacritics."""
    words = (re.sub(r"[sfrxj]$", "", word) for word in text.casefold().split())
    plain = " ".join(words).replace("w", "")
    return re.sub(r"(dd|aa|ee|oo)", lambda twice: twice[0][0], plain)


def _folded_words(text: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in term_key(text).split())


def _stem(word: str) -> str:
    """An English plural as its singular; no Vietnamese syllable ends so."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _written_words(text: str, folded: tuple[str, ...]) -> tuple[str, ...]:
    """The same words in lower case with their marks; folded ones where spelling was mended."""
    plain = tuple(_stem(word) for word in re.findall(r"\w+", fold_space(text).casefold()))
    return plain if len(plain) == len(folded) else folded
