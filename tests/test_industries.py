"""Phrases of the plans and the divisions that they stand for."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import i18n
from geo.errors import DataError
from geo.industries import load
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


INDUSTRIES = Path(__file__).resolve().parent.parent / "data" / "industries"


@pytest.mark.parametrize("table", ["terms.csv", "divisions.csv"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: None, "file.not_found"),
        (lambda content: content.replace(b",", b";"), "table.columns"),
        (lambda content: content.decode().encode("utf-16"), "file.not_utf8"),
        (lambda content: content + b"x\n", "table.cells"),
        (lambda content: content + b'"x', "table.broken"),
        (lambda content: content.splitlines()[0] + b"\n", "table.empty"),
        (lambda content: b"", "table.columns"),
    ],
    ids=["missing", "semicolon", "utf-16", "short", "quote", "header-only", "empty"],
)
def test_a_broken_table_is_named_and_restoring_it_cures_it(tmp_path, table, change, code):
    folder = Path(shutil.copytree(INDUSTRIES, tmp_path / "industries"))
    path = folder / table
    content = path.read_bytes()
    path.unlink()
    if (changed := change(content)) is not None:
        path.write_bytes(changed)
    with pytest.raises(DataError) as refusal:
        load(folder)
    assert refusal.value.code == code
    assert str(refusal.value.params["file"]).endswith(table)
    assert i18n.error_text(refusal.value, "vi") != i18n.error_text(refusal.value, "en")
    path.write_bytes(b"\xef\xbb\xbf" + content)
    assert load(folder) == load(INDUSTRIES)
