"""Whether the plans' figures hold against the records, with words, records and deviation."""

import streamlit as st

from geo import wording
from geo.checks import Status, Verdict
from geo.i18n import issue_text, number, t
from geo.plans import Document, Method
from pages.ui import guard, tables
from pages.ui.markdown import escape
from pages.ui.resources import get_planner
from pages.ui.session import language, publish, seed_choices

MARKS = {
    Status.MET: (":material/check_circle:", "green"),
    Status.NOT_MET: (":material/cancel:", "red"),
    Status.CANNOT_TELL: (":material/help:", "gray"),
    Status.TO_REVIEW: (":material/flag:", "orange"),
}
WHOLE_TABLE = 60  # rows up to which a table of addends is shown without scrolling

guard.enter()
lang = language()
planner = get_planner().now()
documents = {document.id: document for document in planner.documents()}
found = {verdict.status for verdict in planner.verdicts()}
statuses = [s.value for s in Status if s is not Status.TO_REVIEW or s in found]

seed_choices("document", documents)
seed_choices("status", statuses)
with st.sidebar:
    st.pills(
        t(lang, "field.document"),
        list(documents),
        key="document",
        selection_mode="multi",
        persist_state="session",
        format_func=lambda one: escape(f"{documents[one].province.name} {documents[one].year}"),
    )
    st.pills(
        t(lang, "page.checks.verdict"),
        statuses,
        key="status",
        selection_mode="multi",
        persist_state="session",
        format_func=lambda one: t(lang, f"status.{one}"),
    )
publish({"document": "", "status": ""})

in_documents = planner.verdicts(documents=st.session_state["document"])
wanted = [Status(value) for value in st.session_state["status"]]
shown = [one for one in in_documents if not wanted or one.status in wanted]
name = planner.namer(lang)

st.title(t(lang, "page.checks.title"))
st.markdown(t(lang, "page.checks.about"))
stated = [verdict for verdict in in_documents if not verdict.figure.derived]
derived = [verdict for verdict in in_documents if verdict.figure.derived]
with st.container(horizontal=True, key="totals"):
    for value in statuses:
        icon, colour = MARKS[Status(value)]
        count = sum(verdict.status == value for verdict in stated)
        label = f":{colour}[{icon}] {t(lang, f'status.{value}')}"
        st.metric(label, number(count, lang), width="content")
    if derived:
        met = sum(verdict.status is Status.MET for verdict in derived)
        st.metric(
            t(lang, "page.checks.derived_count"),
            f"{number(met, lang)}/{number(len(derived), lang)}",
            help=t(lang, "page.checks.derived_help"),
            width="content",
        )


def card(verdict: Verdict) -> None:
    """One verdict: outcome, sentence, words of the plan, records."""
    figure = verdict.figure
    icon, colour = MARKS[verdict.status]
    with st.container(border=True):
        head, value = st.columns([3, 1], vertical_alignment="center")
        badge = f":{colour}-badge[{icon} {t(lang, f'status.{verdict.status}')}]"
        if figure.derived:
            badge += f" :gray-badge[{t(lang, 'page.checks.derived')}]"
        what = escape(t(lang, f"quantity.{figure.quantity}"))
        head.markdown(f"{badge} **{what}** · {escape(wording.scope(figure, lang, name))}")
        value.markdown(
            f"**{escape(wording.expected(figure, lang))}** :gray[{escape(f'({figure.year})')}]",
            text_alignment="right",
        )
        st.markdown(escape(wording.verdict_sentence(verdict, lang, name)))
        note = figure.note_en if lang == "en" else figure.note_vi
        if note:
            st.caption(escape(note))
        with st.expander(t(lang, "page.checks.clause", clause=escape(figure.clause))):
            for quote in figure.quotes:
                st.markdown(f"> {escape(quote)}")
            if verdict.records:
                addends(verdict)
            st.caption(escape(figure.id))


def addends(verdict: Verdict) -> None:
    """The rows that a verdict rests on, and the sum beside the plan's figure."""
    zones = sorted((planner.state.by_id[one] for one in verdict.records), key=tables.plan_order)
    st.dataframe(
        tables.numbers(tables.addends(zones, verdict, lang), lang, decimals=2),
        hide_index=True,
        key=f"records-{verdict.id}",
        height="content" if len(zones) <= WHOLE_TABLE else "auto",
        placeholder=number(None, lang),
        alt=t(lang, "page.checks.verdict"),
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


def urgency(document: Document) -> tuple[int, int]:
    """Documents with unmet figures first, then those with most figures."""
    own = [verdict for verdict in in_documents if verdict.figure.document == document.id]
    return -sum(verdict.status is Status.NOT_MET for verdict in own), -len(own)


if not shown:
    st.info(t(lang, "page.checks.nothing"), icon=":material/filter_alt_off:")
for document in sorted(documents.values(), key=urgency):
    own = [verdict for verdict in shown if verdict.figure.document == document.id]
    chosen = not st.session_state["document"] or document.id in st.session_state["document"]
    if not own and not (chosen and not document.figures and not wanted):
        continue
    st.subheader(escape(wording.document_name(document, lang)), anchor=document.id)
    st.caption(escape(document.title_en if lang == "en" else document.title_vi))
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
