"""The least that a Streamlit page can be: one line, in a container that can be found."""

import streamlit as st

with st.container(key="card-bare"):
    st.markdown("Số liệu")
