"""Workbooks as we write them, read back by openpyxl and by our own reader."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from geo.io import workbook, xlsx

HOSTILE = ("=1+1", "+84 12", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "<img src=x>", "\t=1")


def read(sheets):
    return openpyxl.load_workbook(io.BytesIO(xlsx.dumps(sheets, "Thử")))


def test_numbers_are_numbers_and_dates_are_dates():
    row = ("KCN Điềm Thụy", Decimal("1160.83"), 350, dt.date(2009, 1, 14), None, 0.25)
    book = read([xlsx.Sheet("Khu, cụm", tuple("abcdef"), [row])])
    cells = book["Khu, cụm"][2]
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "d", "n", "n"]
    assert [cell.value for cell in cells[:3]] == ["KCN Điềm Thụy", 1160.83, 350]
    assert cells[3].value.date() == dt.date(2009, 1, 14)
    assert cells[4].value is None
    assert [cell.number_format for cell in cells[1:4]] == ["#,##0.00##", "#,##0", "dd/mm/yyyy"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_never_a_formula(text):
    content = xlsx.dumps([xlsx.Sheet("a", (text,), [(text,)])], text)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [(cell.value, cell.data_type) for cell in (sheet["A1"], sheet["A2"])] == [
        (text, "s")
    ] * 2
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    (read_back,) = workbook.worksheets(content, "a.xlsx", 10)
    assert read_back.rows == ((text.strip(),), (text.strip(),))


def test_what_the_format_cannot_hold_is_left_out():
    sheet = read([xlsx.Sheet("a", ("a",), [("KCN\x00\x0b Đ",), ("x" * 40_000,)])]).active
    assert sheet["A2"].value == "KCN Đ"
    assert len(sheet["A3"].value) == xlsx.LONGEST_TEXT


def test_the_header_stays_in_view_and_columns_are_as_wide_as_their_texts():
    rows = [("tn-kcn-a", "Khu công nghiệp Điềm Thụy", "x" * 500)] * 3
    sheet = read([xlsx.Sheet("a", ("Mã", "Tên", "Trích"), rows, frozen=2)]).active
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:C4"
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [10, 27, 60]
    assert sheet["A1"].font.b
    assert not sheet["A2"].font.b


def test_sums_are_set_in_bold_and_an_empty_sheet_has_its_header():
    full, empty = read(
        [
            xlsx.Sheet("a", ("a",), [(1,), (2,), (3,)], strong=frozenset({2})),
            xlsx.Sheet("b", ("Mã",), []),
        ]
    )
    assert [cell.font.b for (cell,) in full.iter_rows(min_row=2)] == [False, False, True]
    assert [cell.value for cell in empty[1]] == ["Mã"]
