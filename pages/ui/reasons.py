"""Reasons for a finding on its card: read by everybody, given and withdrawn by those who may."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from geo.audit import Audit
from geo.auth import Actor
from geo.checks import Finding, Status
from geo.desk import LONGEST_REASON, Desk, answers
from geo.errors import KhuCumError
from geo.i18n import error_text, t
from geo.reasons import Reason, Standing
from pages.ui.changes import moment, utc
from pages.ui.markdown import escape

BADGE = ":blue-badge[:material/rate_review: {words}]"
_SAID = "reason-said"
"""What the last click came to: a text, and the key of the card where it failed, or None."""


@dataclass(frozen=True)
class Reasons:
    """The reasons on a page for one reader."""

    desk: Desk
    me: Actor
    lang: str

    def attached(self, audit: Audit) -> Audit:
        """The audit with what staff have answered; without, and saying so, while it cannot be read.

        Why there is no database at all is said on every page.
        """
        if self.desk.trouble is not None:
            return audit
        try:
            return answers.answered(self.desk, self.me, audit)
        except KhuCumError as error:
            words = t(self.lang, "page.reasons.unread", error=error_text(error, self.lang))
            st.warning(escape(words), icon=":material/warning:")
            return audit

    def tell(self) -> None:
        """Once, that a reason was saved or withdrawn."""
        text, card = st.session_state.get(_SAID, ("", None))
        if text and card is None:
            st.session_state.pop(_SAID)
            st.toast(escape(text), icon=":material/check_circle:")

    def show(self, finding: Finding, key: str) -> None:
        """The reasons of a finding, and the form for another one."""
        for one in finding.reasons:
            self._reason(finding, one, key)
        text, card = st.session_state.get(_SAID, ("", None))
        if text and card == key:
            st.session_state.pop(_SAID)
            st.error(escape(text), icon=":material/error:")
        if finding.status is not Status.MET and self._may(finding):
            self._form(finding, key)

    def _may(self, finding: Finding) -> bool:
        return answers.may_answer(self.desk, self.me, finding).allowed

    def _reason(self, finding: Finding, reason: Reason, key: str) -> None:
        lang = self.lang
        standing = reason.standing(finding.basis)
        role = t(lang, f"role.{reason.role}")
        who = f"{reason.signer}, {role}" if reason.signer else role
        parts = [f"**{t(lang, f'page.reasons.{standing}')}**", escape(who)]
        parts.append(escape(moment(reason.at, lang)))
        if reason.withdrawn_at is not None:
            when = moment(reason.withdrawn_at, lang)
            person = reason.withdrawn_by or ""
            parts.append(escape(t(lang, "page.reasons.taken_back", person=person, moment=when)))
        with st.container(gap="xxsmall", key=f"{key}-reason-{reason.id}"):
            st.caption(" · ".join(parts), help=utc(reason.at, lang))
            draw = st.markdown if standing is Standing.HOLDS else st.caption
            draw("  \n".join(escape(line) for line in reason.text.splitlines()))
            if reason.withdrawn_at is None and self._may_withdraw(reason):
                st.button(
                    t(lang, "page.reasons.withdraw"),
                    key=f"{key}-withdraw-{reason.id}",
                    help=t(lang, "page.reasons.withdraw_of", reason=str(reason.id)),
                    on_click=self._withdraw,
                    args=(reason.id, key),
                    icon=":material/undo:",
                    type="tertiary",
                )

    def _may_withdraw(self, reason: Reason) -> bool:
        return answers.may_withdraw(self.desk, self.me, reason).allowed

    def _form(self, finding: Finding, key: str) -> None:
        lang = self.lang
        label = t(lang, "page.reasons.write")  # with another label Streamlit would close it
        form = st.expander(
            label, key=f"{key}-write", on_change="rerun", icon=":material/edit_note:"
        )
        if not form.open:
            return
        with form:
            text = f"{key}-text"
            st.text_area(
                t(lang, "page.reasons.text"),
                key=text,
                max_chars=LONGEST_REASON,
                persist_state="session",
            )
            st.caption(t(lang, "page.reasons.signs"))
            st.button(
                t(lang, "page.reasons.save"),
                key=f"{key}-save",
                on_click=self._answer,
                args=(finding, key, text),
                type="primary",
            )

    # -- clicks: they come before the page is drawn, with what it showed when it was drawn

    def _answer(self, finding: Finding, key: str, text: str) -> None:
        try:
            answers.answer(self.desk, self.me, finding, str(st.session_state[text] or ""))
        except KhuCumError as error:
            st.session_state[_SAID] = error_text(error, self.lang), key
        else:
            st.session_state[text] = ""
            st.session_state[_SAID] = t(self.lang, "page.reasons.saved"), None

    def _withdraw(self, reason_id: int, key: str) -> None:
        try:
            answers.withdraw(self.desk, self.me, reason_id)
        except KhuCumError as error:
            st.session_state[_SAID] = error_text(error, self.lang), key
        else:
            st.session_state[_SAID] = t(self.lang, "page.reasons.gone"), None
