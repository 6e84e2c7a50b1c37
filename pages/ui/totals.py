"""Totals beside a title, in one piece: a page that redraws them at every click stays quick."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st


def show(totals: Iterable[tuple[str, str, str]]) -> None:
    """Draw labels with values; a third text explains a label, or is empty."""
    pieces = "".join(
        f"<div{_title(about)}><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value, about in totals
    )
    st.html(f'<dl class="totals">{pieces}</dl>', width="content")


def _title(about: str) -> str:
    return f' title="{escape(about)}"' if about else ""
