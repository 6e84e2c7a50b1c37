"""No page without the application around it.

Streamlit opens ``pages/<stem>.py`` at ``/<stem>`` on its own until ``st.navigation`` has run.
``app.py`` switches that off; should it ever come back, whatever ``main()`` decides would be
skipped, so a page begins with :func:`enter`. The mark is a context variable: each script run has
its own context, so it can leak neither to another session nor to a later run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from geo import settings
from geo.i18n import LANGUAGES, t
from pages.ui import identity, once

_inside: ContextVar[bool] = ContextVar("khucum_inside_app", default=False)


@contextmanager
def running() -> Iterator[None]:
    """Around the page in ``main()``: marks that the application runs."""
    token = _inside.set(True)
    try:
        with once.running():
            yield
    finally:
        _inside.reset(token)


def enter() -> None:
    """First line of every page: refuses it outside ``main()``, and to those who may not view it."""
    if _inside.get():
        identity.require_sign_in()
        return
    asked = st.query_params.get("lang", "")
    lang = asked if asked in LANGUAGES else settings.load().language
    st.error(t(lang, "map.not_entered"), icon=":material/lock:")
    st.stop()
