"""Phrases of the plans and the divisions that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.text import fold, fold_space, name_key, strip_marks


@pytest.mark.parametrize(
    ("phrase", "divisions"),
    [
        ("Lắp ráp Ôtô", ("29",)),
        ("lắp ráp ô tô", ("29",)),
        ("Sản xuất dụng cụ y tế", ("32",)),
        ("VL xây dựng", ("23",)),
        ("Sản xuất VLXD", ("23",)),
        ("điện, điện tử", None),
        ("điện tử", ("26",)),
        ("điện", ("27",)),
        ("da giầy", ("15",)),
        ("công nghiệp công nghệ cao", ()),
        ("trồng lúa", None),
        ("", None),
    ],
)
def test_classification_of_a_phrase(planner, phrase, divisions):
    term = planner.taxonomy.classify(phrase)
    assert (term.divisions if term else None) == divisions


def test_every_term_maps_to_known_divisions(planner):
    known = set(planner.taxonomy.divisions)
    for term in planner.taxonomy.terms.values():
        assert set(term.divisions) <= known
        assert term.attribute is (not term.divisions), term.phrase


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạ ấầẩẫậ", max_size=40))
def test_folding_ignores_case_and_marks_and_is_final(text):
    assert fold(text) == fold(text.upper()) == fold(strip_marks(text)) == fold(fold(text))


def test_keys_of_names():
    assert name_key("Ea H’leo") == name_key("EA H'LEO") == "eahleo"
    assert fold_space("  a\n\tb ") == "a b"
