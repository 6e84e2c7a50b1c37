"""Findings of an audit on a page: which are shown, each as a card, and as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from geo import audit_wording, wording
from geo.audit import Audit
from geo.checks import Finding, Status, Verdict
from geo.i18n import number, t
from geo.io import tables as files
from geo.plans import Figure, Method
from geo.services import Planner
from geo.text import fold
from geo.zones import Zone
from pages.ui import tables
from pages.ui.markdown import escape
from pages.ui.reasons import BADGE, Reasons

MARKS = {
    Status.NOT_MET: (":material/cancel:", "red"),
    Status.TO_REVIEW: (":material/flag:", "orange"),
    Status.CANNOT_TELL: (":material/help:", "gray"),
    Status.MET: (":material/check_circle:", "green"),
}
"""Icon and colour of each status, in the order in which findings are shown."""

WHOLE_TABLE = 60
"""Rows up to which a table of addends is shown without scrolling."""

CSV_COLUMNS = (
    *("id", "document", "clause", "status", "mechanism", "about", "message"),
    *("note", "responsible", "reasons", "figures", "records", "quotes"),
)

Test = Callable[[Finding], bool]


def leftover(tests: Mapping[str, Test], findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there would be without one of the filters, where there would be any."""
    found = list(findings)
    counts = {
        name: sum(all(test(one) for other, test in tests.items() if other != name) for one in found)
        for name in tests
    }
    return {name: count for name, count in counts.items() if count}


def is_total(finding: Finding) -> bool:
    """Whether it holds a total of areas that the document states against its rows."""
    verdict = finding.verdict
    summed = verdict is not None and verdict.figure.method is Method.SUM_OF_AREAS
    return summed and not finding.derived


@dataclass(frozen=True)
class Reader:
    """The findings of one audit in a reader's language, on the page and in files.

    `reasons` draws what staff have answered; files have it from the audit.
    """

    planner: Planner
    audit: Audit
    lang: str
    name: wording.ZoneName
    reasons: Reasons | None = None

    # -- words

    def sentence(self, finding: Finding) -> str:
        return audit_wording.sentence(finding, self.audit.figures, self.lang, self.name)

    def about(self, finding: Finding) -> str:
        """What a finding speaks of: zones, or the topic, the quantity and the year of a figure."""
        if finding.verdict is not None:
            return wording.scope(finding.verdict.figure, self.lang, self.name)
        if finding.records:
            return ", ".join(self.name(one) for one in finding.records)
        own = [self.audit.figures[one] for one in finding.figures if one in self.audit.figures]
        if not own:
            return ""
        topics = dict.fromkeys(self.topic(one) for one in own if one.scope.topic)
        words = [*topics] if len(topics) == 1 else []
        words.append(t(self.lang, f"quantity.{own[0].quantity}"))
        return f"{', '.join(words)} ({own[-1].year})"

    def topic(self, figure: Figure) -> str:
        """The topic of a figure as its document words it, else its subject."""
        topics = self.planner.state.documents[figure.document].topics
        topic = topics.get(figure.scope.topic or "")
        if topic is None:
            return t(self.lang, f"subject.{figure.scope.subject}")
        return topic.en if self.lang == "en" else topic.vi

    def note(self, finding: Finding) -> str | None:
        return finding.note_en if self.lang == "en" else finding.note_vi

    def document(self, finding: Finding) -> str:
        return wording.document_name(self.planner.state.documents[finding.document], self.lang)

    def mentions(self, text: str) -> Test:
        """The findings that have a text anywhere in their words; diacritics are ignored."""
        wanted = fold(text)

        def test(finding: Finding) -> bool:
            words = (
                *(finding.id, finding.clause, self.about(finding), self.sentence(finding)),
                *(self.note(finding) or "", *finding.quotes, *finding.figures),
                *(self.name(one) for one in finding.records),
                *(one.text for one in finding.answers),
            )
            return any(wanted in fold(one) for one in words)

        return test

    # -- on the page

    def badge(self, finding: Finding) -> str:
        icon, colour = MARKS[finding.status]
        made = f":{colour}-badge[{icon} {t(self.lang, f'status.{finding.status}')}]"
        if finding.derived:
            made += f" :gray-badge[{t(self.lang, 'page.checks.derived')}]"
        if finding.answered:
            made += f" {BADGE.format(words=t(self.lang, 'page.reasons.badge'))}"
        return made

    def card(self, finding: Finding, key: str = "card", *, opened: bool = False) -> None:
        """One finding: outcome, sentence, who mends it; the rest when it is opened."""
        lang = self.lang
        verdict = finding.verdict
        with st.container(border=True, key=f"{key}-{finding.id}"):
            mechanism = escape(t(lang, f"mechanism.{finding.mechanism}"))
            head = f"{self.badge(finding)} **{mechanism}** · {escape(self.about(finding))}"
            if verdict is not None:
                year = escape(f"({verdict.figure.year})")
                head += f" · **{escape(wording.expected(verdict.figure, lang))}** :gray[{year}]"
            st.markdown(head)
            st.markdown(escape(self.sentence(finding)))
            if note := self.note(finding):
                st.caption(escape(t(lang, "page.checks.note", note=note)))
            if finding.status is not Status.MET:
                who = t(lang, f"responsible.{finding.responsible}")
                st.caption(escape(t(lang, "page.checks.mends", who=who)))
            if self.reasons is not None:
                self.reasons.show(finding, f"{key}-answer-{finding.id}")
            label = t(lang, "page.checks.clause", clause=escape(finding.clause))
            self.opening(finding, label, f"{key}-more-{finding.id}", opened=opened)

    def opening(self, finding: Finding, label: str, key: str, *, opened: bool = False) -> None:
        """What a finding rests on, worked out when the reader opens it."""
        more = st.expander(label, opened, key=key, on_change="rerun")
        if more.open:
            with more:
                self.details(finding, key)

    def details(self, finding: Finding, key: str) -> None:
        """Quotes, figures, records with their place on the map, and the link to the finding."""
        lang = self.lang
        for quote in finding.quotes:
            st.markdown(f"> {escape(quote)}")
        figures = [self.audit.figures[one] for one in finding.figures if one in self.audit.figures]
        if figures:
            st.markdown(self._figures(figures))
        zones = [
            self.planner.state.by_id[one]
            for one in finding.records
            if one in self.planner.state.by_id
        ]
        if finding.verdict is not None and zones:
            self._addends(sorted(zones, key=tables.plan_order), finding.verdict, key)
        elif zones:
            self._links(zones)
        day = {"rules": "date", "rules_day": self.audit.day.isoformat()} if self.audit.day else {}
        # another tab: on its own page a link of Streamlit's leaves the address as it was
        st.link_button(
            f"{t(lang, 'page.checks.link')}: {escape(finding.id)}",
            f"?{urlencode({'finding': finding.id, **day, 'lang': lang})}",
            icon=":material/link:",
            type="tertiary",
        )

    def _figures(self, figures: Sequence[Figure]) -> str:
        """A small table in Markdown."""
        lang = self.lang
        columns = ("clause", "about", "year", "value", "id")
        labels = {
            "year": t(lang, "page.checks.year"),
            "value": t(lang, "page.checks.value"),
            "about": t(lang, "page.checks.what"),
            "clause": t(lang, "page.checks.columns.clause"),
            "id": t(lang, "page.checks.columns.id"),
        }
        lines = [
            " | ".join(labels[one] for one in columns),
            " | ".join("--:" if one == "value" else ":--" for one in columns),
        ]
        for one in figures:
            lost = one.value is None
            words = {
                "clause": one.clause,
                "about": f"{t(lang, f'quantity.{one.quantity}')}: {self._what(one)}",
                "year": one.year,
                "value": t(lang, "finding.lost_value") if lost else wording.expected(one, lang),
                "id": one.id,
            }
            lines.append(" | ".join(escape(words[name]) for name in columns))
        return "\n".join(f"| {line} |" for line in lines)

    def _what(self, figure: Figure) -> str:
        scope = wording.scope(figure, self.lang, self.name)
        return self.topic(figure) if figure.scope.topic else scope

    def _links(self, zones: Sequence[Zone]) -> None:
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            for zone in zones:
                st.page_link(
                    "pages/zone_map.py",
                    label=escape(wording.zone_name(zone, self.lang)),
                    icon=":material/map:",
                    query_params={"q": zone.name, "lang": self.lang},
                    width="content",
                )

    def _addends(self, zones: Sequence[Zone], verdict: Verdict, key: str) -> None:
        """The rows that a verdict rests on, each with the map, and the sum beside the figure."""
        lang = self.lang
        rows = tables.addends(zones, verdict, lang)
        on_map = t(lang, "page.checks.on_map")
        # the map is the first page, whose address is that of the application
        rows[on_map] = [f"./?{urlencode({'q': zone.name, 'lang': lang})}" for zone in zones]
        st.dataframe(
            tables.numbers(rows, lang, decimals=2),
            hide_index=True,
            key=f"{key}-records",
            height="content" if len(zones) <= WHOLE_TABLE else "auto",
            placeholder=number(None, lang),
            column_config={
                on_map: st.column_config.LinkColumn(display_text=t(lang, "page.checks.open_map"))
            },
            alt=t(lang, "page.checks.columns.records"),
        )
        if verdict.figure.method is Method.SUM_OF_AREAS and verdict.actual is not None:
            unit = verdict.figure.unit
            sentence = t(
                lang,
                "page.checks.sum",
                rows=len(zones),
                actual=wording.amount(verdict.actual, unit, lang),
                expected=wording.expected(verdict.figure, lang),
                deviation=wording.amount(verdict.actual - verdict.expected, unit, lang),
            )
            st.markdown(f"**{escape(sentence)}**")

    def line(self, finding: Finding) -> str:
        """A finding in one line of Markdown."""
        mechanism = escape(t(self.lang, f"mechanism.{finding.mechanism}"))
        where = escape(f"({finding.clause})")
        query = urlencode({"finding": finding.id, "lang": self.lang})
        words = f"**{mechanism}** {where}: {escape(self.sentence(finding))}"
        return f"- {words} [{escape(finding.id)}](?{query})"

    # -- files

    def csv(self, findings: Iterable[Finding]) -> bytes:
        """Findings as a table for spreadsheets, in the reader's language."""
        lang = self.lang
        columns = {name: t(lang, f"page.checks.columns.{name}") for name in CSV_COLUMNS}
        rows = (
            {
                "id": one.id,
                "document": self.document(one),
                "clause": one.clause,
                "status": t(lang, f"status.{one.status}"),
                "mechanism": t(lang, f"mechanism.{one.mechanism}"),
                "about": self.about(one),
                "message": self.sentence(one),
                "note": self.note(one),
                "responsible": t(lang, f"responsible.{one.responsible}"),
                "reasons": files.LIST_MARK.join(audit_wording.reason_lines(one, lang)),
                "figures": files.LIST_MARK.join(one.figures),
                "records": files.LIST_MARK.join(self.name(record) for record in one.records),
                "quotes": files.LIST_MARK.join(one.quotes),
            }
            for one in findings
        )
        named = ({columns[name]: value for name, value in row.items()} for row in rows)
        return files.csv_bytes(named, columns.values())

    def json(self, findings: Iterable[Finding]) -> bytes:
        """The audit with these findings only; its counts are those of the whole."""
        shown = {one.id for one in findings}
        made = audit_wording.audit_json(self.audit, self.lang, self.name)
        for part in ("findings", "derived"):
            made[part] = [one for one in made[part] if one["id"] in shown]
        return json.dumps(made, ensure_ascii=False, indent=1).encode()
