"""Where everything comes from: plan documents, boundaries, places, industries; and licences."""

import streamlit as st

from geo import wording
from geo.i18n import number, t
from pages.ui import guard
from pages.ui.resources import get_planner
from pages.ui.session import language

guard.enter()
lang = language()
planner = get_planner()
zones = planner.zones()

st.title(t(lang, "page.sources.title"))
st.markdown(t(lang, "page.sources.about"))

st.subheader(t(lang, "page.sources.plans"))
for document in planner.documents():
    own = [zone for zone in zones if zone.source.document == document.id]
    note = document.note_en if lang == "en" else document.note_vi
    with st.container(border=True):
        st.markdown(f"**{wording.document_name(document, lang)}**")
        st.markdown(document.title_en if lang == "en" else document.title_vi)
        st.caption(
            t(
                lang,
                "page.sources.plan",
                id=document.id,
                period=document.period,
                date=wording.document_date(document, lang),
                zones=sum(zone.cluster_count for zone in own),
                figures=len(document.figures),
            )
        )
        if note:
            st.caption(note)

st.subheader(t(lang, "page.sources.boundaries"))
for one in planner.bounds.catalogue:
    with st.container(border=True):
        st.markdown(
            f"**{one.id}** · {t(lang, 'page.sources.units', count=one.features)} · {one.licence}"
        )
        st.markdown(one.attribution[lang])
        st.caption(f"SHA-256 `{one.sha256[:16]}…` · {one.crs}")

st.subheader(t(lang, "page.sources.places"))
st.markdown(t(lang, "page.sources.places_about"))
st.subheader(t(lang, "page.sources.industries"))
unmapped = sorted(
    {
        one.phrase
        for zone in zones
        for one in zone.industries
        if not one.vsic and planner.taxonomy.classify(one.reading or one.phrase) is None
    }
)
st.markdown(
    t(
        lang,
        "page.sources.industries_about",
        divisions=number(len(planner.taxonomy.divisions), lang),
        terms=number(len(planner.taxonomy.terms), lang),
        unmapped=unmapped,
    )
)
st.subheader(t(lang, "page.sources.software"))
st.markdown(t(lang, "page.sources.software_about"))
st.caption(t(lang, "page.sources.revision", revision=planner.revision))
