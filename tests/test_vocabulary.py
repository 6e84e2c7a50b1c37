"""Reading what an investor types."""

import shutil
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import vocabulary
from geo.errors import DataError
from geo.i18n import LANGUAGES, error_text
from geo.industries import Division, Taxonomy, Term, term_key
from geo.vocabulary import LONGEST, Class, Entry, Origin, Vocabulary
from tests.conftest import tries


def term(phrase, covers=(), english="", attribute=False):
    return Term(phrase, tuple(code[:2] for code in covers), english, attribute, tuple(covers))


TERMS = [
    term("điện tử", ("26",), "electronics"),
    term("thiết bị điện", ("27",), "electrical equipment"),
    term("may mặc", ("14",), "wearing apparel"),
    term("chế tạo máy", ("28",), "machinery"),
    term("đúc", ("2431", "2432"), "casting"),
    term("công nghệ cao", english="high technology", attribute=True),
]
WORDS = [
    Entry("máy", "vi", ("28",), Origin.WORD),
    Entry("may", "vi", ("14",), Origin.WORD),
    Entry("linh kiện điện tử", "vi", ("261",), Origin.WORD),
    Entry("chip bán dẫn", "vi", ("261",), Origin.WORD),
    Entry("battery", "en", ("2720",), Origin.WORD),
    Entry("garment", "en", ("14",), Origin.WORD),
    Entry("high-tech", "en", (), Origin.WORD, TERMS[-1]),
    Entry("casino", "en", ("9200",), Origin.WORD),
]
CLASSES = {
    "261": Class("261", "Sản xuất linh kiện điện tử", "Electronic components", ""),
    "2610": Class("2610", "Sản xuất linh kiện điện tử", "Electronic components", ""),
    "262": Class("262", "Sản xuất máy vi tính", "Computers", ""),
    "272": Class("272", "Sản xuất pin và ắc quy", "Batteries and accumulators", ""),
    "2720": Class("2720", "Sản xuất pin và ắc quy", "Batteries and accumulators", ""),
    "271": Class("271", "Sản xuất mô tơ, máy phát", "Motors", ""),
    "281": Class("281", "Sản xuất máy thông dụng", "General-purpose machinery", ""),
    "282": Class("282", "Sản xuất máy chuyên dụng", "Special-purpose machinery", ""),
}
DIVISIONS = {
    "14": "Sản xuất trang phục",
    "24": "Sản xuất kim loại",
    "26": "Sản xuất sản phẩm điện tử, máy vi tính và sản phẩm quang học",
    "27": "Sản xuất thiết bị điện",
    "28": "Sản xuất máy móc, thiết bị chưa được phân vào đâu",
}
FILLERS = ["sản xuất", "nhà máy", "xuất khẩu", "tôi muốn", "factory", "make", "I", "want", "to"]


@pytest.fixture(scope="module")
def words():
    divisions = {code: Division(code, "C", name, "", "") for code, name in DIVISIONS.items()}
    taxonomy = Taxonomy(divisions, {term_key(one.phrase): one for one in TERMS})
    return Vocabulary(taxonomy, CLASSES, WORDS, FILLERS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (unicodedata.normalize("NFD", "linh kiện điện tử"), "2610"),
        ("linh kien dien tu", "2610"),
        ("LINH KIỆN ĐIỆN TỬ", "2610"),
        ("điện tử linh kiện", "2610"),
        ("linh kein dien tu", "2610"),
        ("linhkien dientu", "2610"),
        ("linh kien dien", "2610"),  # not yet typed to the end
        ("nhà máy sản xuất linh kiện điện tử xuất khẩu", "2610"),
        ("I want to make batteries", "2720"),
        ("batery", "2720"),
        ("garmnets", "14"),
        ("ddieenj tuwr", "26"),
        ("26", "26"),
        ("2610", "2610"),
        ("26101", "2610"),
        ("VSIC 26", "26"),
        ("mã ngành: 27", "27"),
    ],
)
def test_words_are_read_as_codes(words, text, code):
    assert words.read(text).readings[0].codes[0] == code


def test_diacritics_decide_where_they_are_typed(words):
    assert [one.codes for one in words.read("máy").readings] == [("28",)]
    assert [one.codes for one in words.read("may").readings] == [("28",), ("14",)]  # either
    assert "14" in {code for one in words.read("máy").others for code in one.codes}


def test_several_products_are_read_one_by_one(words):
    question = words.read("máy, đúc và gì đó lạ")
    assert [one.codes[0] for one in question.readings] == ["28", "2431"]
    assert question.unread == ("gì đó lạ",)
    assert words.read("may mặc, qwrtzx").unread == ("qwrtzx",)


def test_a_quality_is_no_code(words):
    reading = words.read("high-tech").readings[0]
    assert reading.codes == ()
    assert reading.entry.term.phrase == "công nghệ cao"


def test_land_and_place_are_taken_from_the_words(words):
    question = words.read("linh kiện điện tử, 10,5 ha, gần Hà Nội")
    assert (question.area_ha, question.near) == (Decimal("10.5"), "Hà Nội")
    assert [one.codes for one in question.readings] == [("2610",)]
    only = words.read("10 ha near Hai Phong")
    assert (only.area_ha, only.near, only.readings, only.unread) == (10, "Hai Phong", (), ())


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "😀😀", "مصنع", "(a|b)*[", "'; DROP TABLE zones; --", "\x00\x07", "zzzz qqqq"],
)
def test_what_cannot_be_read_is_said(words, text):
    question = words.read(text)
    assert question.readings == ()
    assert all(piece in question.text for piece in question.unread)


def test_a_long_text_is_cut_and_that_is_said(words):
    question = words.read("may " * 5000)
    assert question.cut
    assert len(question.text) <= LONGEST


@given(st.text(max_size=300))
@settings(max_examples=tries(200))
def test_any_text_has_an_answer(words, text):
    question = words.read(text)
    assert all(0 < one.score <= 1 for one in question.readings)
    assert all(one.key for one in (*question.readings, *question.others))
    assert question.text.isprintable()


def test_the_reader_chooses_another_reading(words):
    question = words.read("máy")
    other = question.others[0]
    chosen = words.chosen(question, [other.key, "no such"])
    assert chosen.readings == (other,)
    assert question.readings[0] in chosen.others
    assert words.chosen(question, ["no such"]) == question


def test_a_code_goes_down_to_where_it_branches(words):
    assert words.narrowed("261") == "2610"
    assert words.narrowed("28") == "28"
    assert [one.code for one in words.path("2610")] == ["2610", "261", "26"]


def test_every_phrase_of_the_plans_is_read_as_itself(planner):
    for one in planner.taxonomy.terms.values():
        question = planner.vocabulary.read(one.phrase)
        codes = {code for reading in question.readings for code in reading.codes}
        own = {planner.vocabulary.narrowed(code) for code in one.covers}
        assert not codes if one.attribute else own & codes, one.phrase


@pytest.mark.parametrize("table", ["classes.csv", "words.csv", "fillers.csv"])
def test_a_missing_table_is_named(tmp_path, planner, table):
    for name in {"classes.csv", "words.csv", "fillers.csv"} - {table}:
        source = planner.settings.data_dir / "industries" / name
        (tmp_path / name).write_bytes(source.read_bytes())
    with pytest.raises(DataError, match=table):
        vocabulary.load(tmp_path, planner.taxonomy)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("robot,en,9999,,", "words.code_unknown"),
        ("robot,en,,no such phrase,", "words.term_unknown"),
        ("robot,en,,,", "words.meaningless"),
    ],
)
def test_a_word_that_leads_nowhere_is_named(tmp_path, planner, row, code):
    for name in ("classes.csv", "fillers.csv"):
        shutil.copy(planner.settings.data_dir / "industries" / name, tmp_path)
    (tmp_path / "words.csv").write_text(f"word,lang,codes,term,note\n{row}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        vocabulary.load(tmp_path, planner.taxonomy)
    assert caught.value.code == code
    for lang in LANGUAGES:
        assert "robot" in error_text(caught.value, lang)
