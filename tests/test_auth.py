"""Who may do what: every role against every action, with the reason of each refusal."""

import pytest

from geo.auth import ANONYMOUS, Action, Actor, AuthError, Role, Rules, decide, require
from geo.i18n import LANGUAGES, has


def actor(role, provinces=None):
    return Actor("lan", "Lan", role, provinces)


ALLOWED = {
    Role.VIEWER: [Action.VIEW],
    Role.EDITOR: [Action.VIEW, Action.PROPOSE],
    Role.APPROVER: [Action.VIEW, Action.PROPOSE, Action.PUBLISH],
    Role.ADMIN: [Action.VIEW, Action.PROPOSE, Action.PUBLISH, Action.MANAGE],
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_those_before_it_may_and_one_thing_more(role, action):
    decision = decide(actor(role), action, Rules())
    assert decision.allowed is (action in ALLOWED[role])
    assert decision.reason in (
        [""] if decision.allowed else ["needs_editor", "needs_approver", "needs_admin"]
    )


@pytest.mark.parametrize("action", [Action.PROPOSE, Action.PUBLISH, Action.MANAGE])
def test_nobody_changes_anything_without_signing_in(action):
    assert decide(ANONYMOUS, action, Rules()).reason == "sign_in"
    forged = Actor("", "", Role.ADMIN)  # a role without a login is nobody's
    assert decide(forged, action, Rules()).reason == "sign_in"


def test_viewing_needs_an_account_only_where_the_installation_says_so():
    assert decide(ANONYMOUS, Action.VIEW, Rules()).allowed
    assert decide(ANONYMOUS, Action.VIEW, Rules(sign_in_required=True)).reason == "sign_in"
    assert decide(actor(Role.VIEWER), Action.VIEW, Rules(sign_in_required=True)).allowed


@pytest.mark.parametrize(
    ("rights", "touched", "allowed"),
    [
        (None, ["19", "68"], True),
        ({"19"}, ["19"], True),
        ({"19"}, ["19", "68"], False),  # one foreign province is enough
        ({"19"}, [], True),
        (set(), ["19"], False),
    ],
)
def test_rights_end_at_the_border_of_the_province(rights, touched, allowed):
    limited = actor(Role.APPROVER, None if rights is None else frozenset(rights))
    decision = decide(limited, Action.PUBLISH, Rules(), provinces=touched)
    assert (decision.allowed, decision.reason) == (allowed, "" if allowed else "province")


def test_where_two_persons_are_asked_for_nobody_publishes_their_own():
    rules = Rules(two_persons=True)
    mine = decide(actor(Role.ADMIN), Action.PUBLISH, rules, author="lan")
    assert mine.reason == "two_persons"
    assert decide(actor(Role.ADMIN), Action.PUBLISH, rules, author="minh").allowed
    assert decide(actor(Role.ADMIN), Action.PUBLISH, Rules(), author="lan").allowed
    assert decide(actor(Role.EDITOR), Action.PROPOSE, rules, author="lan").allowed


def test_a_refusal_is_raised_with_its_reason():
    with pytest.raises(AuthError) as caught:
        require(actor(Role.EDITOR), Action.PUBLISH, Rules())
    assert caught.value.code == "auth.needs_approver"
    require(actor(Role.APPROVER), Action.PUBLISH, Rules())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "reason",
    ["sign_in", "needs_editor", "needs_approver", "needs_admin", "province", "two_persons"],
)
def test_every_reason_has_a_sentence(lang, reason):
    assert has(lang, f"error.auth.{reason}")
