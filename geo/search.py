"""Finding zones by what may be made there: which clause permits it, and how nearly it says so.

Three states are never blurred: an industry is *listed* for a zone, *steered* to it by a sector
direction of the plan, or there is *no rule recorded*. The last is no match.

Each phrase of the register is compared once with the codes of a question, however many zones have
it; what a zone answers is the best of its phrases. So a search over thousands of zones is a few
look-ups and one pass over arrays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from geo.industries import Taxonomy, term_key
from geo.vocabulary import Question, Reading, Vocabulary
from geo.zones import Industry, IndustryState, Zone


class Nearness(IntEnum):
    """How nearly a phrase of a zone says what was asked for."""

    NONE = 0
    RELATED = 1  # the same division, another class: no match
    VAGUE = 2  # a heading of many divisions, one of which holds it: "hàng tiêu dùng"
    PART = 3  # some of what was asked for
    HEADING = 4  # a wider heading that holds it
    SAME = 5  # the same class
    NAMED = 6  # the phrase itself


MATCH = Nearness.VAGUE
"""From here on a phrase is a match."""

MANY_DIVISIONS = 5


_LIMITS = re.compile(
    r"\b(chủ yếu|ưu tiên|khuyến khích|hạn chế|không thu hút|không tiếp nhận|cấm|trừ)\b",
    re.IGNORECASE,
)


def reservations(zone: Zone) -> tuple[str, ...]:
    """Words in the quotes of a record that limit what the plan says, as written."""
    found = (word.casefold() for one in zone.sources for word in _LIMITS.findall(one.quote))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a zone is found: one of its phrases, and the reading that it answers."""

    industry: Industry
    nearness: Nearness
    reading: Reading


@dataclass(frozen=True, slots=True)
class Answer:
    """What all zones answer to a question, in the register's order.

    Attributes
    ----------
    listed, steered
        A :class:`Nearness` a zone: of its own list, and of the directions of its plan.
    ruled
        Whether any industry is recorded for the zone.
    """

    question: Question
    listed: NDArray[np.int8]
    steered: NDArray[np.int8]
    ruled: NDArray[np.bool_]

    @property
    def matches(self) -> NDArray[np.bool_]:
        return np.maximum(self.listed, self.steered) >= MATCH


class Phrases:
    """The industries of all zones, ready to be searched.

    Parameters
    ----------
    zones
        In the register's order, in which all answers stand.

    Attributes
    ----------
    ruled
        Whether any industry is recorded for a zone.
    """

    def __init__(self, zones: Sequence[Zone], taxonomy: Taxonomy, vocabulary: Vocabulary) -> None:
        self._zones = zones
        self._taxonomy, self._vocabulary = taxonomy, vocabulary
        self._numbers: dict[tuple[str, str | None, tuple[str, ...]], int] = {}
        self._named: dict[str, set[int]] = defaultdict(set)
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._under: dict[str, set[int]] = defaultdict(set)
        self._divisions: dict[str, set[int]] = defaultdict(set)
        self._qualities: dict[str, set[int]] = defaultdict(set)
        self._vague: set[int] = set()
        entries = [(at, one) for at, zone in enumerate(zones) for one in zone.industries]
        self._zone_of = np.array([at for at, _ in entries], dtype=np.int64)
        self._phrase_of = np.array([self._number(one) for _, one in entries], dtype=np.int64)
        self._listed = np.array([one.state is IndustryState.LISTED for _, one in entries], bool)
        self.ruled = np.zeros(len(zones), dtype=bool)
        self.ruled[self._zone_of] = True

    def _number(self, one: Industry) -> int:
        """The number of a phrase; phrases that a search cannot tell apart share it."""
        key = one.phrase, one.reading, one.vsic
        if key in self._numbers:
            return self._numbers[key]
        number = self._numbers[key] = len(self._numbers)
        meant = one.reading or one.phrase
        term = self._taxonomy.classify(meant)
        for name in (one.phrase, meant, *([term.phrase] if term else [])):
            self._named[term_key(name)].add(number)
        if term is not None and term.attribute:
            self._qualities[term_key(meant)].add(number)
        # the record's divisions decide; the term only says how much of them it means
        covers = [code for code in (term.covers if term else ()) if code[:2] in one.vsic]
        if len({code[:2] for code in covers or one.vsic}) >= MANY_DIVISIONS:
            self._vague.add(number)
        for at, code in enumerate(covers or one.vsic):
            full = self._vocabulary.narrowed(code)
            self._exact[full].add(number)
            self._divisions[full[:2]].add(number)
            if at == 0:
                for length in range(2, len(full)):
                    self._under[full[:length]].add(number)
        return number

    def search(self, question: Question) -> Answer:
        """How nearly each zone permits what was asked for."""
        nearness = np.zeros(len(self._numbers), dtype=np.int8)
        for reading in question.readings:
            for number, near in self._met(reading).items():
                nearness[number] = max(nearness[number], near)
        listed, steered = (np.zeros(len(self._zones), dtype=np.int8) for _ in range(2))
        of_entries = nearness[self._phrase_of]
        np.maximum.at(listed, self._zone_of[self._listed], of_entries[self._listed])
        np.maximum.at(steered, self._zone_of[~self._listed], of_entries[~self._listed])
        return Answer(question, listed, steered, self.ruled)

    def grounds(self, zone: Zone, question: Question) -> list[Ground]:
        """The phrases of a zone that answer a question, the nearest first, its own list first."""
        met = [(reading, self._met(reading)) for reading in question.readings]
        found = []
        for one in zone.industries:
            number = self._number(one)
            best = max(met, key=lambda pair: pair[1].get(number, 0), default=None)
            near = best[1].get(number, Nearness.NONE) if best else Nearness.NONE
            if best and near:
                found.append(Ground(one, near, best[0]))
        found.sort(key=lambda one: (-one.nearness, one.industry.state is IndustryState.STEERED))
        return found

    def qualities(self, zone: Zone) -> tuple[Industry, ...]:
        """The entries of a zone that name a quality, such as clean industry, and no product."""
        terms = (
            (one, self._taxonomy.classify(one.reading or one.phrase)) for one in zone.industries
        )
        return tuple(one for one, term in terms if term is not None and term.attribute)

    def _met(self, reading: Reading) -> dict[int, Nearness]:
        """How nearly each phrase answers a reading; what does not is left out."""
        found: dict[int, Nearness] = {}

        def note(numbers: Iterable[int], near: Nearness) -> None:
            for number in numbers:
                found[number] = max(near, found.get(number, near))

        for at, code in enumerate(map(self._vocabulary.narrowed, reading.codes)):
            note(self._divisions.get(code[:2], ()), Nearness.RELATED)
            note(self._under.get(code, ()), Nearness.PART)
            note(self._exact.get(code, ()), Nearness.SAME)
            if at == 0:  # a product belongs under one heading; its other codes are other products
                for length in range(2, len(code)):
                    note(self._exact.get(code[:length], ()), Nearness.HEADING)
        for number in self._vague & found.keys():
            if found[number] >= MATCH:
                found[number] = Nearness.VAGUE
        term = reading.entry.term
        for name in (reading.entry.text, *([term.phrase] if term else [])):
            note(self._named.get(term_key(name), ()), Nearness.NAMED)
        if term is not None and term.attribute:
            quality = f" {term_key(term.phrase)} "
            for name, numbers in self._qualities.items():
                if quality in f" {name} ":
                    note(numbers, Nearness.NAMED)
        return found
