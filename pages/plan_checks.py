"""The audit of the plans: how many figures hold, and every finding with what it rests on."""

import datetime as dt
from collections import Counter
from itertools import islice

import streamlit as st

from geo import wording
from geo.audit import Audit
from geo.checks import Finding, Status
from geo.i18n import date, issue_text, number, t
from geo.journal import VIETNAM
from geo.plans import Document
from pages.ui import downloads, filters, findings, guard
from pages.ui.findings import MARKS, Reader, Test
from pages.ui.identity import actor
from pages.ui.markdown import escape
from pages.ui.reasons import Reasons
from pages.ui.resources import get_desk, planner_now
from pages.ui.session import (
    LONGEST_TEXT,
    language,
    publish,
    seed_choice,
    seed_choices,
    seed_text,
)

VIEWS = ("findings", "charts", "issues")
RULES = ("plan", "today", "date")
ANSWERS = ("open", "answered")
STEP = 12  # cards that are drawn at first, and more at a click: each costs the browser 5 ms
UNFOLDED = 25  # documents up to which their table is open
TOTALS = 6  # totals of areas above the list
MET_LINES = 200
CHARTS = 12
EARLIEST = dt.date(1990, 1, 1)
CHOICE = ("province", "document", "rules", "rules_day", "status", "answer", "find", "mechanism")
KEPT = {**dict.fromkeys(CHOICE, ""), "rules": RULES[0], "finding": "", "view": VIEWS[0]}

guard.enter()
lang = language()
planner = planner_now()
today = dt.datetime.now(VIETNAM).date()
name = planner.namer(lang)


def documents_filter() -> dict[str, Document]:
    """The documents of the chosen provinces, and of these the chosen ones."""
    provinces = filters.provinces(planner.provinces(), lang)
    offered = {
        document.id: document
        for document in planner.documents()
        if not provinces or document.province.code in provinces
    }
    wanted = filters.choices(
        "document",
        t(lang, "field.document"),
        offered,
        lambda one: escape(f"{offered[one].province.name} {offered[one].year}"),
    )
    return {one: offered[one] for one in offered if not wanted or one in wanted}


def rules_day() -> dt.date | None:
    """The day whose law applies; None for that of each document."""
    seed_choice("rules", RULES, RULES[0])
    st.segmented_control(
        t(lang, "page.checks.rules"),
        RULES,
        key="rules",
        required=True,
        persist_state="session",
        format_func=lambda one: t(lang, f"page.checks.law.{one}"),
    )
    if st.session_state["rules"] != "date":
        st.session_state["rules_day"] = ""
        return today if st.session_state["rules"] == "today" else None
    chosen = filters.day("rules_day", t(lang, "page.checks.rules_day"), EARLIEST)
    if chosen is None:
        st.caption(t(lang, "page.checks.rules_no_day"))
    return chosen


def finding_filters(reader: Reader) -> dict[str, Test]:
    """The filters of findings that are on, by their label."""
    audit = reader.audit
    mechanisms = [one.value for one in audit.by_mechanism()]
    seed_choices("answer", ANSWERS)
    seed_choices("mechanism", mechanisms)
    st.session_state["mechanism"] = [
        one for one in st.session_state["mechanism"] if one in mechanisms
    ]
    seed_text("find")
    statuses = filters.choices(
        "status",
        t(lang, "page.checks.verdict"),
        [one.value for one in MARKS],
        lambda one: t(lang, f"status.{one}"),
    )
    st.pills(
        t(lang, "page.reasons.filter"),
        ANSWERS,
        key="answer",
        selection_mode="multi",
        persist_state="session",
        format_func=lambda one: t(lang, f"page.reasons.{one}"),
    )
    st.text_input(
        t(lang, "page.checks.search"),
        key="find",
        type="search",
        live=True,
        persist_state="session",
        placeholder=t(lang, "page.checks.search_hint"),
        icon=":material/search:",
        max_chars=LONGEST_TEXT,
    )
    st.multiselect(
        t(lang, "page.checks.mechanism"),
        mechanisms,
        key="mechanism",
        persist_state="session",
        placeholder=t(lang, "page.checks.any"),
        format_func=lambda one: t(lang, f"mechanism.{one}"),
    )
    chosen = set(st.session_state["mechanism"])
    answers = set(st.session_state["answer"])
    text = str(st.session_state["find"] or "").strip()
    tests: dict[str, Test] = {}
    if statuses:
        tests[t(lang, "page.checks.verdict")] = lambda one: one.status.value in statuses
    if answers:
        tests[t(lang, "page.reasons.filter")] = lambda one: (
            (one.open and "open" in answers) or (one.answered and "answered" in answers)
        )
    if text:
        tests[t(lang, "page.checks.search")] = reader.mentions(text)
    if chosen:
        tests[t(lang, "page.checks.mechanism")] = lambda one: one.mechanism.value in chosen
    return tests


# -- at a glance


def glance(audit: Audit) -> None:
    """How many figures, and how many findings of each status that nobody has answered."""
    counts = audit.open_counts()
    with st.container(horizontal=True, key="totals"):
        stated = number(len(audit.stated), lang)
        st.metric(t(lang, "page.checks.figures"), stated, width="content")
        for status, (icon, colour) in MARKS.items():
            label = f":{colour}[{icon}] {t(lang, f'status.{status}')}"
            st.metric(label, number(counts[status], lang), width="content")
        if audit.answered:
            st.metric(
                t(lang, "page.reasons.count"),
                number(len(audit.answered), lang),
                help=t(lang, "page.reasons.count_help"),
                width="content",
            )
        for key, own in (("unchecked", audit.unchecked), ("lost", audit.lost)):
            st.metric(
                t(lang, f"page.checks.{key}"),
                number(len(own), lang),
                help=t(lang, f"page.checks.{key}_help"),
                width="content",
            )
        if audit.inferred:
            met = sum(one.status is Status.MET for one in audit.derived)
            st.metric(
                t(lang, "page.checks.inferred"),
                number(len(audit.inferred), lang),
                help=t(lang, "page.checks.inferred_help", met=met, count=len(audit.derived)),
                width="content",
            )
    if len(audit.documents) > 1:
        with st.expander(
            t(lang, "page.checks.by_document"),
            expanded=len(audit.documents) <= UNFOLDED and not st.session_state["finding"],
            key="by-document",
        ):
            st.markdown(by_document(audit))


def by_document(audit: Audit) -> str:
    """A row a document, in Markdown; the columns add up to the totals above."""
    keys = ("unchecked", "lost")
    heads = [
        t(lang, "field.document"),
        t(lang, "page.checks.figures"),
        *(t(lang, f"status.{status}") for status in MARKS),
        *([t(lang, "page.reasons.count")] if audit.answered else []),
        *(t(lang, f"page.checks.{key}") for key in keys),
    ]
    lines = [" | ".join(heads), " | ".join([":--", *["--:"] * (len(heads) - 1)])]
    counts = Counter((one.document, one.status) for one in audit.findings if not one.answered)
    answered = Counter(one.document for one in audit.answered)
    for document in audit.documents:
        numbers = [
            sum(not one.derived for one in document.figures),
            *(counts[document.id, status] for status in MARKS),
            *([answered[document.id]] if answered else []),
            *(
                sum(one.document == document.id for one in own)
                for own in (audit.unchecked, audit.lost)
            ),
        ]
        name = escape(wording.document_name(document, lang))
        lines.append(" | ".join([name, *(number(one, lang) for one in numbers)]))
    return "\n".join(f"| {line} |" for line in lines)


# -- the list


def linked(reader: Reader, known: dict[str, Finding]) -> None:
    """The finding that the address names, opened above all others."""
    asked = st.session_state["finding"]
    if not asked:
        return
    if asked not in known:
        st.warning(t(lang, "page.checks.gone"), icon=":material/link_off:")
        return
    st.subheader(t(lang, "page.checks.first"), anchor="finding")
    st.caption(escape(reader.document(known[asked])))
    reader.card(known[asked], "first", opened=True)
    st.button(t(lang, "page.checks.close"), key="close", on_click=close, icon=":material/close:")


def close() -> None:
    st.session_state["finding"] = ""


def listed(reader: Reader, shown: list[Finding]) -> None:
    """Totals of areas in a line each; then what is not met, to be reviewed, unclear, and met."""
    unmet = Counter(one.document for one in reader.audit.findings if one.status is Status.NOT_MET)
    documents = [document.id for document in reader.audit.documents]
    documents.sort(key=lambda one: -unmet[one])
    totals = [one for one in shown if findings.is_total(one)]
    totals.sort(key=lambda one: documents.index(one.document))
    totals = totals[:TOTALS]
    if totals:
        st.subheader(t(lang, "page.checks.totals"), anchor="totals")
        for one in totals:
            icon, colour = MARKS[one.status]
            words = f":{colour}[{icon}] {escape(reader.about(one))}: {escape(reader.sentence(one))}"
            reader.opening(one, words, f"total-{one.id}")
            reasons.show(one, f"total-answer-{one.id}")
    only_met = [Status(one) for one in st.session_state["status"]] == [Status.MET]
    order = list(MARKS)
    rest = [one for one in shown if one not in totals]
    cards = [one for one in rest if only_met or one.status is not Status.MET]
    cards.sort(key=lambda one: (order.index(one.status), documents.index(one.document)))
    choice = str([st.session_state[key] for key in CHOICE])
    drawn = st.session_state.get("audit-drawn", {}).get(choice, STEP)
    section: tuple[Status, str] | None = None
    for one in cards[:drawn]:
        if section is None or section[0] is not one.status:
            st.subheader(heading(cards, one.status), anchor=one.status.value)
        if section != (one.status, one.document):
            section = one.status, one.document
            st.markdown(f"**{escape(reader.document(one))}**")
        reader.card(one)
    left = len(cards) - drawn
    if left > 0:
        label = t(lang, "page.checks.more", count=min(STEP, left), left=left)
        st.button(label, key="more", on_click=more, args=(choice, drawn + STEP), width="stretch")
    met = [] if only_met else [one for one in rest if one.status is Status.MET]
    if met:
        folded = st.expander(t(lang, "page.checks.met_list", count=len(met)), key="met",
                             on_change="rerun", icon=":material/check_circle:")  # fmt: skip
        if folded.open:
            folded.markdown("\n".join(reader.line(one) for one in met[:MET_LINES]))
            if len(met) > MET_LINES:
                folded.caption(t(lang, "page.checks.met_capped", count=MET_LINES))


def heading(cards: list[Finding], status: Status) -> str:
    """A status with how many findings have it, those that staff have answered apart."""
    own = [one for one in cards if one.status is status]
    answered = sum(one.answered for one in own)
    words, count = t(lang, f"status.{status}"), len(own) - answered
    if answered:
        return t(lang, "page.reasons.heading", status=words, count=count, answered=answered)
    return t(lang, "page.checks.heading", status=words, count=count)


def more(choice: str, count: int) -> None:
    """Another choice begins at its first findings again: only this one is remembered."""
    st.session_state["audit-drawn"] = {choice: count}


def nothing(tests: dict[str, Test], own: list[Finding]) -> None:
    """Why the list is empty, and which filter to loosen."""
    if not own:
        st.info(t(lang, "page.checks.no_figures"), icon=":material/info:")
        return
    words = [t(lang, "page.checks.nothing")]
    left = findings.leftover(tests, own)
    words += [t(lang, "page.checks.loosen", filter=one, count=count) for one, count in left.items()]
    if not left:
        words.append(t(lang, "page.checks.loosen_all"))
    st.info(" ".join(words), icon=":material/filter_alt_off:")


def draw_charts(reader: Reader, shown: list[Finding]) -> None:
    """The findings that numbers show best; the library for it is large, and read only here."""
    from pages.ui import audit_charts, charts

    drawn = list(islice(audit_charts.pictures(reader, shown), CHARTS + 1))
    for picture in drawn[:CHARTS]:
        charts.draw(picture, lang)
    if len(drawn) > CHARTS:
        st.info(t(lang, "page.checks.chart.more", count=CHARTS), icon=":material/info:")
    if not drawn:
        st.info(t(lang, "page.checks.chart.none"), icon=":material/info:")


def data_issues() -> None:
    issues = planner.issues()
    if not issues:
        st.success(t(lang, "page.checks.no_issues"), icon=":material/check_circle:")
        return
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


# -- the page

seed_choice("view", VIEWS, VIEWS[0])
if "finding" not in st.session_state:
    st.session_state["finding"] = st.query_params.get("finding", "")
head = st.container(horizontal=True, vertical_alignment="bottom", key="audit-head")
with head:
    st.title(t(lang, "page.checks.title"))
st.markdown(t(lang, "page.checks.about"))
with st.sidebar:
    chosen = documents_filter()
    day = rules_day()
if not chosen:
    publish({"province": ""})
    st.info(t(lang, "page.checks.no_documents"), icon=":material/filter_alt_off:")
    st.stop()
reasons = Reasons(get_desk(), actor(), lang)
reasons.tell()
audit = reasons.attached(planner.audit(documents=tuple(chosen), day=day))
reader = Reader(planner, audit, lang, name, reasons)
with st.sidebar:
    tests = finding_filters(reader)
own = [*audit.findings, *audit.derived]
shown = [one for one in own if all(test(one) for test in tests.values())]

applied = t(lang, "page.checks.day_plan") if day is None else date(day, lang)
st.caption(t(lang, "page.checks.day", day=applied))
glance(audit)
view = st.segmented_control(
    t(lang, "page.checks.view"),
    VIEWS,
    key="view",
    required=True,
    persist_state="session",
    format_func=lambda one: t(lang, f"page.checks.views.{one}"),
    label_visibility="collapsed",
)
publish(KEPT)
if view == "issues":
    data_issues()
    st.stop()
if view == "findings":
    linked(reader, {one.id: one for one in own})
if not shown:
    nothing(tests, own)
elif view == "findings":
    listed(reader, shown)
else:
    draw_charts(reader, shown)
with head, st.popover(t(lang, "page.checks.export"), icon=":material/download:", key="export"):
    downloads.audit(reader, shown)  # last, so that the findings come first
