"""Whether the plans' figures hold against the records, with words, records and deviation."""

import streamlit as st

from geo import wording
from geo.checks import Status, Verdict
from geo.i18n import issue_text, number, t
from geo.plans import Document
from pages.ui import guard, tables
from pages.ui.resources import get_planner
from pages.ui.session import language, publish, seed_choices

MARKS = {
    Status.MET: (":material/check_circle:", "green"),
    Status.NOT_MET: (":material/cancel:", "red"),
    Status.CANNOT_TELL: (":material/help:", "gray"),
    Status.TO_REVIEW: (":material/flag:", "orange"),
}

WHOLE_TABLE = 60
"""Rows up to which a table of addends is shown without scrolling."""

guard.enter()
lang = language()
planner = get_planner()
documents = {document.id: document for document in planner.documents()}
statuses = [status.value for status in Status]

seed_choices("document", documents)
seed_choices("status", statuses)
with st.sidebar:
    st.multiselect(
        t(lang, "field.document"),
        list(documents),
        key="document",
        persist_state="session",
        format_func=lambda one: wording.document_name(documents[one], lang),
        placeholder=t(lang, "page.all_documents"),
    )
    st.pills(
        t(lang, "page.checks.verdict"),
        statuses,
        key="status",
        selection_mode="multi",
        persist_state="session",
        format_func=lambda one: t(lang, f"status.{one}"),
    )
publish("document")
publish("status")

in_documents = planner.verdicts(documents=st.session_state["document"])
wanted = [Status(value) for value in st.session_state["status"]]
shown = [one for one in in_documents if not wanted or one.status in wanted]
name = planner.namer(lang)

st.title(t(lang, "page.checks.title"))
st.markdown(t(lang, "page.checks.about"))
with st.container(horizontal=True, key="totals"):
    for status in Status:
        icon, colour = MARKS[status]
        count = sum(verdict.status is status for verdict in in_documents)
        label = f":{colour}[{icon}] {t(lang, f'status.{status}')}"
        st.metric(label, number(count, lang), width="content")


def card(verdict: Verdict) -> None:
    """One verdict: outcome, sentence, words of the plan, records."""
    figure = verdict.figure
    icon, colour = MARKS[verdict.status]
    with st.container(border=True):
        head, value = st.columns([3, 1], vertical_alignment="center")
        head.markdown(
            f":{colour}-badge[{icon} {t(lang, f'status.{verdict.status}')}] "
            f"**{t(lang, f'quantity.{figure.quantity}')}** · "
            f"{escape(wording.scope(figure, lang, name))}"
        )
        value.markdown(
            f"**{wording.expected(figure, lang)}** :gray[({figure.year})]", text_alignment="right"
        )
        st.markdown(escape(wording.verdict_sentence(verdict, lang, name)))
        where = t(lang, "page.checks.clause", clause=figure.clause, id=figure.id)
        note = figure.note_en if lang == "en" else figure.note_vi
        if note:
            st.caption(escape(note))
        with st.expander(
            where + (f" · {t(lang, 'page.checks.derived')}" if figure.derived else "")
        ):
            for quote in figure.quotes:
                st.markdown(f"> {escape(quote)}")
            if verdict.records:
                zones = sorted(
                    (planner.state.by_id[one] for one in verdict.records), key=tables.plan_order
                )
                st.dataframe(
                    tables.numbers(tables.addends(zones, verdict, lang), lang),
                    hide_index=True,
                    key=f"records-{figure.id}",
                    height="content" if len(zones) <= WHOLE_TABLE else "auto",
                    placeholder=number(None, lang),
                    alt=where,
                )


def escape(text: str) -> str:
    """Text from plans and records, shown as it is in Markdown."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]<>#+!|~$:" else mark for mark in text)


if not shown:
    st.info(t(lang, "page.checks.nothing"), icon=":material/filter_alt_off:")


def urgency(document: Document) -> tuple[int, int]:
    """Documents with unmet figures first, then those with most figures."""
    own = [verdict for verdict in in_documents if verdict.figure.document == document.id]
    return -sum(verdict.status is Status.NOT_MET for verdict in own), -len(own)


for document in sorted(documents.values(), key=urgency):
    document_id = document.id
    own = [verdict for verdict in shown if verdict.figure.document == document_id]
    chosen = not st.session_state["document"] or document_id in st.session_state["document"]
    if not own and not (chosen and not document.figures and not wanted):
        continue
    st.subheader(wording.document_name(document, lang), anchor=document_id)
    st.caption(document.title_en if lang == "en" else document.title_vi)
    if not own:
        st.info(t(lang, "page.checks.no_figures"))
    for verdict in own:
        card(verdict)

issues = planner.issues()
st.subheader(t(lang, "page.checks.issues"), anchor="issues")
if not issues:
    st.success(t(lang, "page.checks.no_issues"), icon=":material/check_circle:")
else:
    st.dataframe(
        [
            {
                t(lang, "page.checks.severity"): t(lang, f"severity.{one.severity}"),
                t(lang, "page.checks.issue"): issue_text(one, lang),
                t(lang, "page.checks.responsible"): t(lang, f"responsible.{one.responsible}"),
            }
            for one in issues
        ],
        hide_index=True,
        key="issues",
    )
