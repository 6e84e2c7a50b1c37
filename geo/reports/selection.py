"""What the files of a shortlist say: its search, its zones, and what each rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geo import search_wording, shortlist, takeaway, wording
from geo.i18n import t
from geo.plans import Document
from geo.reports.tables import Pair
from geo.services import Planner
from geo.wishes import Found, Hit
from geo.zones import Source


@dataclass(frozen=True, slots=True)
class Line:
    """A zone of the list.

    Attributes
    ----------
    row
        As :func:`geo.search_wording.rows` has it.
    source
        That holds the clause of permission; of the record where no clause permits.
    """

    hit: Hit
    row: Mapping[str, Any]
    source: Source


class Selection:
    """What the files say of a shortlist."""

    def __init__(
        self, planner: Planner, found: Found, ids: Sequence[str], lang: str, as_of: dt.date
    ) -> None:
        self.planner, self.found, self.lang, self.as_of = planner, found, lang, as_of
        self.ids = tuple(ids)
        state = planner.state
        kept = shortlist.hits(found, ids)
        rows = search_wording.rows(found, kept, state.documents, state.taxonomy, lang)
        self.lines = [
            Line(
                hit,
                row,
                search_wording.source_of(hit.grounds[0], hit.zone)
                if hit.grounds
                else hit.zone.source,
            )
            for hit, row in zip(kept, rows, strict=True)
        ]

    # -- the search

    @cached_property
    def question(self) -> list[Pair]:
        """What was asked, as it was read, and with which filters: labels and texts."""
        lang, question = self.lang, self.found.question
        vocabulary = self.planner.vocabulary
        read = dict.fromkeys(
            (
                *(search_wording.reading(one, vocabulary, lang) for one in question.readings),
                *search_wording.not_understood(question, lang),
            )
        )
        criteria = [
            *takeaway.wish_words(self.planner, self.found.wish, lang),
            *(t(lang, f"search.complaint.{one}") for one in self.found.complaints),
        ]
        pairs = {
            "asked": question.text or t(lang, "shortlist.report.nothing_asked"),
            "read": "\n".join(read),
            "criteria": "\n".join(criteria) or t(lang, "shortlist.report.no_criteria"),
            "ranked": t(lang, "shortlist.report.ranked_words"),
        }
        return [(self.label(key), text) for key, text in pairs.items() if text]

    @cached_property
    def notes(self) -> list[Pair]:
        """How the file is to be read."""
        return [
            (
                self.label("about_states"),
                t(self.lang, "shortlist.report.about_states_words"),
            ),
            (self.label("places"), t(self.lang, "shortlist.report.places_words")),
            (self.label("unknown"), t(self.lang, "shortlist.report.unknown_words")),
        ]

    @cached_property
    def documents(self) -> list[Document]:
        """The documents that the lines rest on."""
        known = self.planner.state.documents
        named = dict.fromkeys(
            source.document for one in self.lines for source in (one.source, one.hit.zone.source)
        )
        return [known[one] for one in named if one in known]

    def label(self, key: str) -> str:
        return t(self.lang, f"shortlist.report.{key}")

    @property
    def made(self) -> str:
        return t(self.lang, "take.as_of", day=self.as_of, revision=self.planner.revision)

    def standing(self, line: Line) -> str:
        """How the zone stands to the product, in short; empty where none was asked for."""
        return t(self.lang, f"search.short.{line.hit.standing}") if self.found.judged else ""

    def document(self, source: Source) -> str:
        found = self.planner.state.documents.get(source.document)
        return wording.document_short(found, self.lang) if found else source.document

    def record(self, line: Line) -> str:
        """Document and clause of the record."""
        source = line.hit.zone.source
        clause = wording.clause(source.clause, source.row, self.lang)
        return f"{clause}, {self.document(source)}"
