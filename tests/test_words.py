"""The words of investors and the classes of VSIC: tables that hold together."""

import csv
import unicodedata
from collections import defaultdict
from itertools import permutations
from pathlib import Path

import pytest

from geo.text import fold

INDUSTRIES = Path(__file__).resolve().parent.parent / "data" / "industries"
TABLES = ["classes.csv", "divisions.csv", "terms.csv", "words.csv"]


def rows(name):
    with (INDUSTRIES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


CLASSES = {row["code"]: row for row in rows("classes.csv")}
DIVISIONS = {row["code"]: row for row in rows("divisions.csv")}
TERMS = {row["phrase"]: row for row in rows("terms.csv")}
WORDS = rows("words.csv")


def codes(row):
    return [code for code in row["codes"].split(";") if code]


def meaning(row):
    return row["codes"], row["term"]


def is_class_of_section_c(code):
    return len(code) == 4 and DIVISIONS[code[:2]]["section"] == "C"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_composed_text_with_plain_line_ends(name):
    text = (INDUSTRIES / name).read_bytes().decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text
    assert "\ufeff" not in text
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("classes.csv", ["code", "name_vi", "name_en", "source", "status"]),
        ("words.csv", ["word", "lang", "codes", "term", "note"]),
    ],
)
def test_columns_and_clean_cells(name, columns):
    for row in rows(name):
        assert list(row) == columns
        assert all(cell == " ".join(cell.split()) for cell in row.values()), row


def test_codes_of_classes_are_whole_and_sorted():
    assert list(CLASSES) == sorted(CLASSES)
    assert len(CLASSES) == len(rows("classes.csv"))
    for code, row in CLASSES.items():
        assert code.isdecimal()
        assert len(code) in (3, 4, 5)
        assert all(row.values()), code
        assert row["source"].startswith("QĐ 27/2018/QĐ-TTg"), code
        assert row["status"].startswith("VSIC 2018 code"), code


def test_every_class_lies_in_its_group_and_every_group_in_its_division():
    for code in CLASSES:
        assert code[:2] in DIVISIONS, code
        assert len(code) == 3 or code[:3] in CLASSES, code


def test_sections_b_to_e_are_complete():
    inside = [code for code in CLASSES if DIVISIONS[code[:2]]["section"] in "BCDE"]
    groups = {code for code in inside if len(code) == 3}
    assert {code[:2] for code in groups} == {
        code for code, row in DIVISIONS.items() if row["section"] in "BCDE"
    }
    assert {code[:3] for code in inside if len(code) == 4} == groups
    # ISIC Rev. 4 has 71 groups and 137 classes in section C; Việt Nam adds tea and coffee
    assert sum(DIVISIONS[code[:2]]["section"] == "C" for code in groups) == 71
    assert sum(map(is_class_of_section_c, inside)) == 137 + 2


def test_the_hints_of_the_phrases_are_classes():
    hints = {code for row in TERMS.values() for code in row["class_hints"].split(";") if code}
    assert hints <= set(CLASSES)


def test_a_word_has_codes_that_exist_or_a_phrase_that_exists():
    for row in WORDS:
        assert row["word"], row
        assert row["lang"] in ("vi", "en"), row
        assert bool(row["codes"]) != bool(row["term"]), row
        assert set(codes(row)) <= CLASSES.keys() | DIVISIONS.keys(), row
        assert not row["term"] or TERMS[row["term"]]["attribute"] == "yes", row


def test_codes_of_a_word_do_not_hold_one_another():
    for row in WORDS:
        assert not any(b.startswith(a) for a, b in permutations(codes(row), 2)), row


def test_words_are_sorted_and_none_is_there_twice():
    keys = [(row["lang"], row["word"].casefold()) for row in WORDS]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_words_that_only_marks_tell_apart_say_so():
    alike = defaultdict(list)
    for row in WORDS:
        alike[row["lang"], fold(row["word"])].append(row)
    for same in alike.values():
        for one, other in permutations(same, 2):
            if meaning(one) == meaning(other):
                continue
            declared = one["note"].removeprefix("without marks also: ").split("; ")[0]
            assert one["note"].startswith("without marks also: "), one
            assert other["word"] in declared.split(", "), (one, other)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_class_of_manufacturing_and_every_division_has_a_word(lang):
    named = {code for row in WORDS if row["lang"] == lang for code in codes(row)}
    manufacturing = set(filter(is_class_of_section_c, CLASSES))
    assert sorted(manufacturing - named) == []
    inside = {code for code, row in DIVISIONS.items() if row["section"] in "BCDE"}
    assert sorted(inside - {code[:2] for code in named}) == []


@pytest.mark.parametrize(
    ("word", "lang", "expected"),
    [
        ("chip bán dẫn", "vi", "2610"),
        ("electronic component", "en", "2610"),
        ("bê tông", "vi", "2395"),
        ("tea processing", "en", "1076"),
        ("trà", "vi", "1076"),
        ("giày", "vi", "1520"),
        ("giấy", "vi", "17"),
        ("trồng lúa", "vi", "0111"),
        ("casino", "en", "9200"),
    ],
)
def test_what_a_word_is_read_as(word, lang, expected):
    found = {(row["word"], row["lang"]): row["codes"] for row in WORDS}
    assert found[word, lang] == expected


def test_what_does_not_belong_to_industry_has_its_true_section():
    found = {row["word"]: codes(row) for row in WORDS}
    for word in ("trồng lúa", "chăn nuôi", "khách sạn", "casino", "bất động sản", "nhà hàng"):
        sections = {DIVISIONS[code[:2]]["section"] for code in found[word]}
        assert not sections & set("BCDE"), word
