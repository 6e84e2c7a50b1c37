"""Tables from a clipboard or a file: every form of number and date, none misread silently."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import DataError, KhuCumError
from geo.i18n import LANGUAGES, number, t
from geo.io import pasted
from geo.io.pasted import columns
from geo.issues import Severity
from geo.text import fold
from geo.zones import Stage, UnitRef
from tests.conftest import zone_of

TODAY = dt.date(2026, 11, 20)
BAC_KAN = UnitRef("06", "2010", "Bắc Kạn")
ZONES = (
    zone_of("tn-ccn-son-cam-1", name="CCN Sơn Cẩm 1", aliases=("CCN số 1",)),
    zone_of("tn-ccn-trung-hoi", name="CCN Trung Hội"),
    zone_of("tn-ccn-tan-phu", name="CCN Tân Phú"),
    zone_of("bk-ccn-tan-phu", name="CCN Tân Phú", province=BAC_KAN),
    zone_of("tn-ccn-khe-mo", name="CCN Khe Mơ"),
    zone_of("tn-ccn-khe-mo-2", name="CCN Khe Mỡ"),
)


def read(content, marks=None, zones=ZONES):
    return pasted.read(pasted.load(content, "bảng"), zones, today=TODAY, marks=marks)


def let(*texts, header="Đất đã cho thuê (ha)"):
    """A table of let areas, one a zone."""
    rows = [f"{zone.id}\t{text}" for zone, text in zip(ZONES, texts, strict=False)]
    return "\n".join([f"Mã\t{header}", *rows])


def values(found):
    return [one.value for one in found.entries]


def codes(found):
    return [(one.code, one.row, one.field) for one in found.issues]


def workbook(*rows, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def patched(content, old, new):
    """A workbook with another text in its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(member, data)
    return out.getvalue()


# -- numbers


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.160,83", {"1160.83"}),
        ("1,160.83", {"1160.83"}),
        ("45,4", {"45.4"}),
        ("45.4", {"45.4"}),
        ("45", {"45"}),
        ("0", {"0"}),
        ("0.500", {"0.5"}),
        ("1.160", {"1160", "1.16"}),
        ("1,160", {"1160", "1.16"}),
        ("1.160.830", {"1160830"}),
        ("1 160,83", {"1160.83"}),
        ("1\u00a0160,5 ha", {"1160.5"}),
        ("-4,5", {"-4.5"}),
        ("1.16.0", set()),
        ("1.160,830,5", set()),
        ("12.34,5", set()),
        ("1e308", set()),
        ("NaN", set()),
        ("٤٥", set()),
        ("9" * 21, set()),
        ("45,4 m2", set()),
        ("", set()),
    ],
)
def test_what_a_text_may_mean_as_a_number(text, readings):
    found = set(pasted.number_readings(text).values())
    assert found == {Decimal(one) for one in readings}


@pytest.mark.parametrize(
    ("texts", "read_as"),
    [
        (("1.160,83", "45,4"), [1160.83, 45.4]),
        (("1,160.83", "45.4"), [1160.83, 45.4]),
        (("1.160", "45,4"), [1160, 45.4]),
        (("1.160", "45.4"), [1.16, 45.4]),
        (("45", "46"), [45, 46]),
        (("45.4", "12,5"), [45.4, 12.5]),  # each has one reading only
    ],
)
def test_a_column_is_read_as_a_whole(texts, read_as):
    found = read(let(*texts))
    assert values(found) == read_as
    assert found.questions == ()


def test_a_number_that_its_column_has_decided_on_is_named():
    found = read(let("1.160", "45,4"))
    assert codes(found) == [("pasted.number_settled", 2, "area_let_ha")]
    assert found.issues[0].severity is Severity.INFO
    assert found.issues[0].params["read"] == 1160


@pytest.mark.parametrize("texts", [("1.160",), ("1.160", "2.320", "45"), ("1.160", "45,4", "45.4")])
def test_two_readings_are_asked_about_and_give_no_value(texts):
    found = read(let(*texts))
    [question] = found.questions
    assert (question.field, question.line, question.text) == ("area_let_ha", 2, "1.160")
    assert question.values == {",": 1160, ".": Decimal("1.16")}
    assert not {1160, 1.16} & set(values(found))


@pytest.mark.parametrize(("mark", "value"), [(",", 1160), (".", 1.16)])
def test_the_answer_decides(mark, value):
    found = read(let("1.160"), marks={"area_let_ha": mark})
    assert values(found) == [value]
    assert found.questions == found.issues == ()


def test_columns_are_decided_apart():
    text = "Mã\tĐất đã cho thuê\tĐất công nghiệp\ntn-ccn-khe-mo\t45,4\t1.160"
    found = read(text)
    assert [(one.field, one.value) for one in found.entries] == [("area_let_ha", 45.4)]
    assert [one.field for one in found.questions] == ["area_industrial_ha"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "pasted.number"),
        ("1e308", "pasted.number"),
        ("12 %", "pasted.number"),
        ("-", "pasted.dash"),
        ("-4,5", "zone.number_negative"),
        ("999999999", "zone.number_huge"),
        ("=A1*2", "pasted.formula"),
        ("4\x005", "zone.text_broken"),
    ],
)
def test_a_cell_that_is_no_area_is_refused_by_row_and_field(text, code):
    found = read(let("45,4", text))
    assert values(found) == [45.4]
    assert codes(found) == [(code, 3, "area_let_ha")]


@pytest.mark.parametrize(
    "header", ["Đất đã cho thuê (m2)", "Đất đã cho thuê (m²)", "Land leased (%)"]
)
def test_other_units_than_hectares_are_refused(header):
    with pytest.raises(DataError) as refused:
        read(let("45,4", header=header))
    assert refused.value.code == "pasted.unit"


@pytest.mark.parametrize("word", ["—", "–", "chưa biết", "Chưa rõ", "unknown"])
def test_unknown_is_written_out_and_an_empty_cell_changes_nothing(word):
    found = read(let("", word))
    assert [(one.zone_id, one.value) for one in found.entries] == [("tn-ccn-trung-hoi", None)]
    assert found.issues == ()


# -- dates, choices, texts


def one_column(header, *texts):
    rows = [f"{zone.id}\t{text}" for zone, text in zip(ZONES, texts, strict=False)]
    return "\n".join([f"id\t{header}", *rows])


@pytest.mark.parametrize(
    "text", ["14/06/2026", "14-6-2026", "14.06.2026", "2026-06-14", "2026/6/14"]
)
def test_dates(text):
    assert values(read(one_column("Ngày chốt", text))) == ["2026-06-14"]


def test_the_day_comes_first():
    assert values(read(one_column("Ngày chốt", "05/06/2026"))) == ["2026-06-05"]


def test_a_column_with_the_month_first_is_refused_as_a_whole():
    found = read(one_column("Ngày chốt", "05/06/2026", "06/14/2026", "2026-06-14"))
    assert values(found) == ["2026-06-14"]
    assert [(one.code, one.row) for one in found.issues] == [
        ("pasted.date_month_first", 2),
        ("pasted.date_month_first", 3),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("14/06/26", "pasted.date"),
        ("30/02/2026", "pasted.date"),
        ("46187", "pasted.date"),
        ("quý 2", "pasted.date"),
        ("21/11/2026", "pasted.date_range"),
        ("14/06/0226", "pasted.date_range"),
    ],
)
def test_what_is_no_day_on_which_figures_were_counted(text, code):
    assert codes(read(one_column("Ngày chốt", text))) == [(code, 2, "let_as_of")]


@pytest.mark.parametrize(
    "text",
    ["building", "Đang xây dựng hạ tầng", "dang xay dung ha tang", "4. Đang xây dựng hạ tầng"],
)
def test_a_stage_in_words_or_as_code(text):
    assert values(read(one_column("Giai đoạn", text))) == ["building"]


def test_a_stage_that_is_none_is_refused_with_those_that_are():
    found = read(one_column("Stage", "đang chạy"))
    assert codes(found) == [("pasted.choice", 2, "stage")]
    assert "operating" in found.issues[0].params["choices"]


def test_texts_are_kept_and_formulas_are_not():
    found = read(one_column("Ghi chú", "chờ\u0065\u0302", "=HYPERLINK(1)", "'=1", "- Giai đoạn 1"))
    assert values(found) == ["chờê", "=1", "- Giai đoạn 1"]
    assert codes(found) == [("pasted.formula", 3, "note_vi")]


def test_a_name_is_changed_only_under_its_own_header():
    found = read("Mã\tTên\tTên mới\ntn-ccn-khe-mo\tCCN Khe Mơ\tCCN Khe Mơ 1")
    assert [(one.field, one.value) for one in found.entries] == [("name", "CCN Khe Mơ 1")]
    assert codes(read("Mã\tTên mới\ntn-ccn-khe-mo\t—")) == [("zone.field_missing", 2, "name")]


# -- headers and rows


def headers_of(name):
    yield name
    for lang in LANGUAGES:
        label = pasted.column_label(name, lang)
        yield from (label, label.upper(), label.replace(" (ha)", ""))


@pytest.mark.parametrize(
    ("name", "header"), [(name, one) for name in pasted.EDITABLE for one in headers_of(name)]
)
def test_headers_in_both_languages(name, header):
    header = "new_name" if header == "name" else header
    assert read(f"{header}\tId\n\t").fields == (name,)


def test_no_header_means_two_fields():
    words = [word for texts in columns._ALSO.values() for word in texts]
    folded = [fold(word) for word in words]
    assert len(set(folded)) == len(folded)


def test_headers_below_a_title_and_columns_of_no_use():
    found = read("BẢNG TỔNG HỢP\t\t\n\nTên\tChủ đầu tư\tda cho thue\nCCN Trung Hội\tA\t3")
    assert (found.fields, found.ignored, found.rows) == (("area_let_ha",), ("Chủ đầu tư",), 1)
    assert found.entries == (pasted.Entered("tn-ccn-trung-hoi", "area_let_ha", 3, 4),)


@pytest.mark.parametrize("mark", ["\t", ";", ",", "|"])
def test_columns_parted_by_any_mark(mark):
    assert values(read(f'Tên{mark}Đã cho thuê\n"CCN Trung Hội"{mark}"3,5"\n')) == [3.5]


def test_a_comma_that_parts_a_number_is_refused():
    found = read("Tên,Đã cho thuê\nCCN Trung Hội,45,4\n")
    assert (values(found), codes(found)) == ([], [("pasted.cells", 2, "zone")])


@pytest.mark.parametrize(
    ("row", "zone_id"),
    [
        ("CCN Sơn Cẩm 1", "tn-ccn-son-cam-1"),
        ("ccn son cam 1", "tn-ccn-son-cam-1"),
        ("Cụm công nghiệp Sơn Cẩm 1", "tn-ccn-son-cam-1"),
        ("CCN số 1", "tn-ccn-son-cam-1"),
        ("CCN Khe Mơ", "tn-ccn-khe-mo"),  # as written, although bare letters fit two
    ],
)
def test_a_row_is_found_by_its_name(row, zone_id):
    found = read(f"Tên\tĐã cho thuê\n{row}\t3")
    assert [one.zone_id for one in found.entries] == [zone_id]


@pytest.mark.parametrize(
    ("row", "code", "candidates"),
    [
        ("CCN Tân Phú", "pasted.zone_ambiguous", ("tn-ccn-tan-phu", "bk-ccn-tan-phu")),
        ("CCN Khe Mo", "pasted.zone_ambiguous", ("tn-ccn-khe-mo", "tn-ccn-khe-mo-2")),
        ("CCN Trung Hộp", "pasted.zone_near", ("tn-ccn-trung-hoi",)),
        ("Tổng cộng", "pasted.zone_unknown", ()),
    ],
)
def test_a_name_that_means_no_single_zone_is_refused_with_candidates(row, code, candidates):
    found = read(f"Tên\tĐã cho thuê\n{row}\t3")
    assert (values(found), codes(found)) == ([], [(code, 2, "zone")])
    shown = " ".join(found.issues[0].params.get("candidates", ()))
    assert all(one in shown for one in candidates)


def test_a_province_tells_zones_of_one_name_apart():
    table = "Tên\tTỉnh\tĐã cho thuê\nCCN Tân Phú\tBắc Kạn\t3\nCCN Trung Hội\tBắc Kạn\t4"
    found = read(table)
    assert [one.zone_id for one in found.entries] == ["bk-ccn-tan-phu"]
    assert codes(found) == [("pasted.zone_near", 3, "zone")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("tn-ccn-khe-mo\tCCN Trung Hội\t3", "pasted.name_differs"),
        ("tn-ccn-khong-co\t\t3", "pasted.zone_unknown"),
        ("\t\t3", "pasted.zone_missing"),
    ],
)
def test_an_id_that_does_not_fit_is_refused(row, code):
    found = read(f"Mã\tTên\tĐã cho thuê\n{row}")
    assert (values(found), codes(found)) == ([], [(code, 2, "zone")])


def test_a_zone_stands_in_one_row_only():
    found = read("Tên\tĐã cho thuê\nCCN Trung Hội\t3\nccn trung hoi\t4")
    assert (values(found), codes(found)) == ([3], [("pasted.zone_twice", 3, "zone")])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "pasted.empty"),
        (" \n\t\n", "pasted.empty"),
        ("một đoạn văn", "pasted.no_header"),
        ("Tên\tChủ đầu tư\nA\tB", "pasted.no_header"),
        ("Đã cho thuê\n3", "pasted.no_header"),
        ("Mã\tĐã cho thuê\tLand leased\nx\t1\t2", "pasted.column_twice"),
        ('Tên\tĐã cho thuê\n"CCN\t3\n', "pasted.quotes"),
        ("Mã\tĐã cho thuê\n" + "x\t1\n" * 100_000, "pasted.large"),
        ("x" * 5_000_001, "pasted.large"),
        ("\t".join(["Mã", "Đã cho thuê", *map(str, range(10_000))]), "pasted.wide"),
        (b"PK\x03\x04 no workbook", "workbook.broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "pasted.old_excel"),
        ("Tên\tĐã cho thuê".encode("cp1258", "replace") + b"\xd0", "file.not_utf8"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(content, code):
    with pytest.raises(DataError) as refused:
        read(content)
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_as_excel_saves_text(encoding):
    content = "Tên\tĐã cho thuê\r\nCCN Trung Hội\t3,5\r\n".encode(encoding)
    assert values(read(content)) == [3.5]


# -- workbooks


def test_real_numbers_and_dates_of_a_workbook():
    header = ("Mã", "Đất đã cho thuê (ha)", "Ngày chốt", "Ghi chú")
    rows = [
        ("tn-ccn-khe-mo", 1160.83, dt.datetime(2026, 6, 14), "ghi"),
        ("tn-ccn-tan-phu", 1.1 * 3, dt.date(2026, 6, 30), 2026),
        ("tn-ccn-trung-hoi", "1.160,5", "5/6/2026", None),
    ]
    found = read(workbook(header, *rows))
    assert found.issues == ()
    expected = [1160.83, "2026-06-14", "ghi", 3.3, "2026-06-30", "2026", 1160.5, "2026-06-05"]
    assert values(found) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1e308, "zone.number_huge"),
        (-1.5, "zone.number_negative"),
        (True, "pasted.number"),
        (dt.datetime(2026, 5, 4), "pasted.number"),  # what Excel makes of a typed "4.5"
        ("#DIV/0!", "pasted.number"),
        ("=1+1", "pasted.formula"),
    ],
)
def test_a_cell_of_a_workbook_that_is_no_area_is_refused(cell, code):
    found = read(workbook(("Mã", "Đã cho thuê"), ("tn-ccn-khe-mo", cell)))
    assert (values(found), codes(found)) == ([], [(code, 2, "area_let_ha")])


def test_of_a_formula_the_result_is_taken():
    content = workbook(("Mã", "Đã cho thuê"), ("tn-ccn-khe-mo", "=1+1"))
    assert values(read(patched(content, "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>"))) == [2]


def test_merged_cells_are_refused_below_the_header_only():
    rows = [("Bảng", None), ("Mã", "Đã cho thuê"), ("tn-ccn-khe-mo", 3), ("tn-ccn-tan-phu", None)]
    assert values(read(workbook(*rows, change=lambda sheet: sheet.merge_cells("A1:B1")))) == [3]
    with pytest.raises(DataError) as refused:
        read(workbook(*rows, change=lambda sheet: sheet.merge_cells("B3:B4")))
    assert (refused.value.code, refused.value.params["cells"]) == ("pasted.merged", "B3:B4")


def test_two_sheets_that_could_be_meant_are_refused():
    def second(sheet):
        for row in sheet.parent.create_sheet("Q2"), sheet:
            row.append(("Mã", "Đã cho thuê"))

    with pytest.raises(DataError) as refused:
        read(workbook(change=second))
    assert refused.value.code == "pasted.sheets"


def test_large_workbooks_are_refused():
    wide = workbook(("Mã", "Đã cho thuê", *range(10_000)))
    long = workbook(("Mã", "Đã cho thuê"), *(("x", 1) for _ in range(pasted.MAX_ROWS)))
    bomb = patched(workbook(("Mã", "x")), "<sheetData>", " " * 40_000_000 + "<sheetData>")
    far = patched(workbook(("Mã", "x"), ("a", 1)), '<row r="2"', '<row r="50000000"')
    for content, code in (
        (wide, "pasted.wide"),
        (long, "pasted.large"),
        (bomb, "workbook.large"),
        (far, "workbook.large"),
    ):
        with pytest.raises(DataError) as refused:
            read(content)
        assert refused.value.code == code


def test_entities_in_a_workbook_are_refused():
    content = patched(
        workbook(("Mã", "x")), "<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet'
    )
    with pytest.raises(DataError) as refused:
        read(content)
    assert refused.value.code == "workbook.entities"


# -- the template


FULL = zone_of(
    "tn-ccn-day-du",
    "1160.83",
    name="=1+1",
    name_en="Full",
    note_vi="+dòng 1\n\"dòng 2\", 'ba'",
    note_en="@x",
    area_let_ha=Decimal("0.1"),
    area_industrial_ha=Decimal(1160),
    let_as_of=dt.date(2026, 6, 30),
    stage=Stage.OPERATING,
)


def assert_unchanged(found, zones):
    by_id = {zone.id: zone for zone in zones}
    for one in found.entries:
        value = getattr(by_id[one.zone_id], one.field)
        if isinstance(value, dt.date):
            value = value.isoformat()
        assert one.value == (float(value) if isinstance(value, Decimal) else value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_template_read_back_changes_nothing(lang, planner):
    zones = (*planner.zones(), FULL)
    content = pasted.template(zones, pasted.EDITABLE, lang)
    found = read(content, zones=zones)
    assert (found.rows, found.fields, found.ignored) == (len(zones), pasted.EDITABLE, ())
    assert found.issues == found.questions == ()
    assert_unchanged(found, zones)
    known = [one for zone in zones for one in pasted.EDITABLE if getattr(zone, one) is not None]
    assert len(found.entries) == len(known)


def test_a_template_has_numbers_dates_and_no_formula():
    sheet = openpyxl.load_workbook(
        io.BytesIO(pasted.template((FULL,), pasted.EDITABLE, "vi"))
    ).active
    cells = {sheet.cell(1, cell.column).value: cell for cell in sheet[2]}
    assert cells["Đất đã cho thuê (ha)"].value == 0.1
    assert cells[t("vi", "field.let_as_of")].value == dt.datetime(2026, 6, 30)
    for cell in (cells["Tên"], cells["Tên mới"], cells[t("vi", "field.note_vi")]):
        assert (cell.data_type, cell.quotePrefix) == ("s", True)


# -- whatever is pasted

areas = st.decimals(0, 19_999, places=3, allow_nan=False)
FORMS = {
    "vi": lambda value: number(value, "vi"),
    "en": lambda value: number(value, "en"),
    "plain": str,
    "comma": lambda value: str(value).replace(".", ","),
}


@settings(max_examples=300, deadline=None)
@given(st.lists(areas, min_size=1, max_size=6), st.sampled_from(sorted(FORMS)))
def test_a_number_is_read_as_it_was_meant_or_not_at_all(numbers, form):
    """In one form throughout a column, each is right, asked about, or settled openly."""
    found = read(let(*map(FORMS[form], numbers)))
    meant = dict(enumerate(map(float, numbers), start=2))
    settled = {one.row for one in found.issues if one.code == "pasted.number_settled"}
    for one in found.entries:
        assert one.value == meant[one.line]
    asked = sum(one.count for one in found.questions)
    assert len(found.entries) + asked == len(numbers)
    assert settled <= set(meant)


cells = st.one_of(
    st.sampled_from(
        ["", "—", "-", "1.160", "1,160", "45,4", "1.160,83", "14/06/2026", "06/14/2026", "\x00",
         "'", '"', "=1", "1e308", "CCN Tân Phú", "CCN Khe Mo", "tn-ccn-khe-mo", "Đang hoạt động",
         "\ud800", "9" * 400, "(ha)", "\u202e", "NaN"]
    ),
    st.text(max_size=12),
)  # fmt: skip
heads = st.lists(
    st.sampled_from(["Mã", "Tên", "Tỉnh", "", "x", *(pasted.column_label(one, "vi")
                                                    for one in pasted.EDITABLE)]),
    min_size=1, max_size=7,
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(heads, st.lists(st.lists(cells, max_size=8), max_size=8), st.sampled_from("\t;,|"))
def test_any_text_is_read_or_refused(head, rows, mark):
    text = "\n".join(mark.join(row) for row in [head, *rows])
    try:
        found = read(text)
    except KhuCumError:
        return
    sane(found, text)


def sane(found, text=None):
    """Values are of their kind and within limits, and a number stands in the text as such."""
    for one in found.entries:
        if one.field.startswith("area_") and one.value is not None:
            assert 0 <= one.value <= 20_000
        if one.field == "let_as_of" and one.value is not None:
            assert pasted.FIRST_DAY <= dt.date.fromisoformat(one.value) <= TODAY
        if text is not None and isinstance(one.value, int | float):
            digits = re.sub(r"[^0-9]", "", f"{Decimal(str(one.value)):f}").strip("0")
            assert digits in re.sub(r"[^0-9]", "", text)


BOOK = pasted.template(ZONES, pasted.EDITABLE, "vi")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), max_size=8))
def test_a_damaged_workbook_is_read_or_refused(damage):
    content = bytearray(BOOK)
    for at, value in damage:
        content[at] = value
    try:
        found = read(bytes(content))
    except KhuCumError:
        return
    sane(found)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_workbook_with_damaged_cells_is_read_or_refused(data):
    """Damage inside the sheet itself, which the archive's checksums would otherwise catch."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    at = data.draw(st.integers(0, len(sheet) - 20))
    length = data.draw(st.integers(1, 20))
    new = data.draw(st.sampled_from(["", "9", "<f>1</f>", 't="d"', 't="e"', "&#0;", "1e999", "<"]))
    try:
        found = read(patched(BOOK, sheet, sheet[:at] + new + sheet[at + length :]))
    except KhuCumError:
        return
    sane(found)
