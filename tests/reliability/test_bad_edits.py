"""Whatever is typed or sent, by mistake or by malice: a refusal that says why, and no change.

``make soak`` tries 10,000, ``make test`` a few hundred.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from geo.auth import Actor, Role
from geo.changes import COMPARED, Action
from geo.desk import Desk, Edit, Submission
from geo.errors import KhuCumError
from geo.i18n import LANGUAGES, error_text, issue_text
from geo.services import Planner
from geo.settings import Settings
from geo.store import open_store
from tests.conftest import tries

ZONE = "tn-ccn-son-cam-1"
AN = Actor("an", "An", Role.APPROVER)

WICKED_TEXTS = (
    *("", " ", "\0", "\x1b[31m", "\ud800", "\u202e", "💥" * 50, "a" * 100_000, "1e308", "-1e308"),
    *("NaN", "Infinity", "1.160,83", "0x10", "９", "<img src=x onerror=alert(1)>", "=1+1", "{}"),
    *("'; DROP TABLE zones; --", "../../etc/passwd", "%s%n", "${7*7}", "\\", '"', "null", "true"),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**300, max_value=10**310),
    st.floats(),
    st.sampled_from((1e308, -1e308, 5e-324, float("nan"), float("inf"), -0.0)),
    st.text(max_size=20),
    st.sampled_from(WICKED_TEXTS),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("code", "vintage", "name", "type", "x")), inner)
        | st.fixed_dictionaries(
            {
                "type": st.sampled_from(("Point", "Polygon", "MultiPolygon", "LineString", "?")),
                "coordinates": inner,
            }
        )
    ),
    max_leaves=12,
)
edits = st.dictionaries(st.sampled_from((*COMPARED, "id", "version", "?")), values, min_size=1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    settings = Settings(var_dir=tmp_path_factory.mktemp("var"))
    store = open_store(settings)
    return Desk(Planner(settings, store.repository), store.register)


@given(changes=edits, reason=st.one_of(st.text(max_size=30), st.sampled_from(WICKED_TEXTS)))
@trying(
    max_examples=tries(350),
    suppress_health_check=list(HealthCheck),
)
def test_a_bad_edit_is_refused_and_changes_nothing(desk, changes, reason):
    begun = desk.begin(ZONE)
    edit = Edit(ZONE, begun.base_version, {**begun.raw, **changes})
    submission = Submission(Action.EDIT, reason, (edit,))
    before = desk.register.revision
    for found in desk.assess(AN, submission).issues:
        for lang in LANGUAGES:
            assert issue_text(found, lang)
    refusal = submit(desk, submission)
    if refusal is not None:
        assert all(error_text(refusal, lang) != f"error.{refusal.code}" for lang in LANGUAGES)
        assert desk.register.revision == before
        return
    # what was let through is a sound record, and can be taken back
    assert desk.register.revision == before + 1
    assert ZONE in desk.planner.state.by_id
    desk.submit(AN, desk.undoing(AN, "thử"), publish=True)
    assert desk.begin(ZONE).raw["name"] == begun.raw["name"]


def submit(desk, submission):
    """What the register says against it; nothing else may be raised."""
    try:
        desk.submit(AN, submission, publish=True)
    except KhuCumError as refusal:
        return refusal
    return None
