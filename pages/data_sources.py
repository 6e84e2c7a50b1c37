"""Where everything comes from: plan documents, boundaries, places, industries; and licences."""

import streamlit as st

from geo import wording
from geo.i18n import number, t
from pages.ui import guard
from pages.ui.markdown import escape
from pages.ui.resources import planner_now
from pages.ui.session import language, publish

guard.enter()
lang = language()
planner = planner_now()
zones = planner.zones()
publish({})

st.title(t(lang, "page.sources.title"))
st.markdown(t(lang, "page.sources.about"))

st.subheader(t(lang, "page.sources.plans"))
for document in planner.documents():
    own = [zone for zone in zones if zone.source.document == document.id]
    note = document.note_en if lang == "en" else document.note_vi
    with st.container(border=True):
        st.markdown(f"**{escape(wording.document_name(document, lang))}**")
        st.markdown(escape(document.title_en if lang == "en" else document.title_vi))
        plan = t(
            lang,
            "page.sources.plan",
            id=document.id,
            period=document.period,
            date=wording.document_date(document, lang),
            zones=sum(zone.cluster_count for zone in own),
            figures=len(document.figures),
        )
        st.caption(escape(plan))
        if note:
            st.caption(escape(note))

st.subheader(t(lang, "page.sources.boundaries"))
for one in planner.bounds.catalogue:
    with st.container(border=True):
        title = t(lang, f"page.sources.set.{one.level}", vintage=one.vintage, count=one.features)
        st.markdown(f"**{escape(title)}** · {escape(one.licence)}")
        st.markdown(escape(one.attribution[lang]))
        accuracy = one.record.get("accuracy")
        if isinstance(accuracy, dict) and lang in accuracy:
            st.caption(escape(str(accuracy[lang])))
        st.caption(f"{escape(one.file)} · {escape(one.crs)} · SHA-256 `{one.sha256[:16]}…`")

st.subheader(t(lang, "page.sources.places"))
st.markdown(t(lang, "page.sources.places_about"))
st.subheader(t(lang, "page.sources.industries"))
unmapped = {one.value for one in planner.issues() if one.code == "zone.industry_unmapped"}
st.markdown(
    t(
        lang,
        "page.sources.industries_about",
        divisions=number(len(planner.taxonomy.divisions), lang),
        terms=number(len(planner.taxonomy.terms), lang),
        unmapped=[escape(phrase or "") for phrase in sorted(unmapped, key=str)],
    )
)
st.subheader(t(lang, "page.sources.software"))
st.markdown(t(lang, "page.sources.software_about"))
st.caption(t(lang, "page.sources.revision", revision=planner.revision))
