"""Reports, opened again with what people open them with, hold the numbers of the audit."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import docx
import openpyxl
import pypdf
import pytest

from geo import audit_wording, reports
from geo.checks import Status
from geo.cli.main import main
from geo.errors import SetupError, UsageError
from geo.i18n import LANGUAGES, number, t
from geo.reports import page, pdf, word, workbook
from geo.reports.content import compose
from geo.reports.records import zones_of
from geo.reports.tables import Column, Plain, Report, Table
from geo.rows import district_names

DAY = dt.date(2026, 3, 9)
DOCUMENT = "tn-qd-341-2010"
HOSTILE = "=1+1 <b>Cụm</b> & \x07 \ud800 **x**"


@pytest.fixture(scope="module")
def now(planner):
    return planner.now()


@pytest.fixture(scope="module")
def audit(now):
    return now.audit(documents=[DOCUMENT])


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request, now, audit):
    return compose(now, audit, request.param, DAY)


@pytest.fixture(scope="module")
def book(report):
    return openpyxl.load_workbook(io.BytesIO(workbook.write(report)))


def sheet_rows(book, lang, key):
    """The rows of a sheet as dictionaries by the titles of its columns."""
    head, *rows = book[t(lang, f"report.sheet.{key}")].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def column(lang, key):
    return t(lang, f"report.column.{key}")


def small(*tables, lang="vi"):
    return Report(lang, "Thử", "QĐ 1", (("Ngày", "1"),), tables[:1], tables[1:], tables[1:])


def table_of(rows, total=None, key="findings"):
    columns = (Column("Tên", 20, 20), Column("Diện tích (ha)", 12, 10, numeric=True))
    return Table(key, "Bảng", columns, tuple(rows), total)


# -- the content


def test_every_finding_figure_and_record_is_in_the_report(report, audit, now):
    tables = {one.key: one for one in report.tables}
    assert [row[-1] for row in tables["derived"].rows] == [one.id for one in audit.derived]
    assert {row[-1] for row in tables["findings"].rows} == {one.id for one in audit.findings}
    assert len(tables["findings"].rows) == len(audit.findings)
    assert [row[0] for row in tables["figures"].rows] == list(audit.figures)
    assert [row[-1] for row in tables["records"].rows] == [
        zone.id
        for zone in now.state.zones
        if any(source.document == DOCUMENT for source in zone.sources)
    ]


def test_what_is_not_met_comes_first(report):
    (findings,) = [one for one in report.tables if one.key == "findings"]
    statuses = [row[2] for row in findings.rows]
    order = [Status.NOT_MET, Status.TO_REVIEW, Status.CANNOT_TELL, Status.MET]
    assert statuses == sorted(statuses, key=order.index)
    assert statuses[0] is Status.NOT_MET


def test_the_facts_name_day_revision_and_law(report, now):
    values = [value for _, value in report.facts]
    day = {"vi": "09/03/2026", "en": "9 Mar 2026"}[report.lang]
    own, whole = (t(report.lang, f"report.{key}") for key in ("own_day", "whole"))
    assert values[:4] == [day, now.revision, own, whole]


def test_the_figures_of_a_report_are_counted_as_everywhere_else(report, audit):
    facts = dict(report.facts)
    for key, own in (
        ("stated", audit.stated),
        ("inferred", audit.inferred),
        ("lost", audit.lost),
        ("unchecked", audit.unchecked),
    ):
        assert facts[t(report.lang, f"report.fact.{key}")] == number(len(own), report.lang)


def test_a_day_of_the_law_is_named(now):
    made = compose(now, now.audit(documents=[DOCUMENT], day=dt.date(2024, 5, 2)), "vi", DAY)
    assert dict(made.facts)[t("vi", "report.fact.day")] == "02/05/2024"


@pytest.mark.parametrize("documents", [[DOCUMENT], []], ids=["one", "all"])
@pytest.mark.parametrize(
    ("key", "by", "vintage"),
    [
        ("province_2016", "province", "2016"),
        ("province_2025", "province", "2025"),
        ("district", "district", "2016"),
        ("kind", "kind", "2016"),
    ],
)
def test_totals_are_those_on_the_screen(now, documents, key, by, vintage):
    audit = now.audit(documents=documents)
    zones = zones_of(now, audit)
    made = compose(now, audit, "vi", DAY)
    (table,) = [one for one in made.tables if one.key == key]
    screen = now.summary(by, zones if documents else None, vintage)
    assert [row[1:7] for row in table.rows] == [
        (
            one.zones,
            one.clusters,
            one.area_ha,
            one.area_by_kind.get("KCN"),
            one.area_by_kind.get("CCN"),
            one.unknown_area,
        )
        for one in screen.values()
    ]
    if by != "district":
        assert table.total[2] == sum(zone.cluster_count for zone in zones)
        assert table.total[3] == now.area_ha(zones)


def test_the_clusters_of_thai_nguyen_make_1160_83_ha(report):
    (kinds,) = [one for one in report.tables if one.key == "kind"]
    areas = {row[0]: row[3] for row in kinds.rows}
    assert areas[t(report.lang, "kind.CCN")] == Decimal("1160.83")


def test_districts_stand_in_the_plan_s_vintage_and_in_that_of_2016(now, audit):
    made = compose(now, audit, "vi", DAY)
    (records,) = [one for one in made.tables if one.key == "records"]
    for row in records.rows:
        zone = now.state.by_id[row[-1]]
        assert row[2] == "; ".join(district_names(zone, now.state))
        codes = now.state.districts_of(zone)
        assert row[3] == "; ".join(now.bounds.unit_name(one) for one in codes)
    assert {(row[-2], row[4]) for row in records.rows} == {("tỉnh Thái Nguyên",) * 2}


def test_a_cell_names_so_many_records_and_counts_the_rest(now):
    audit = now.audit()
    many = tuple(zone.id for zone in now.state.zones)[:43]
    grown = replace(audit, findings=(replace(audit.findings[0], records=many),), derived=())
    made = compose(now, grown, "vi", DAY)
    assert made.tables[0].rows[0][7].endswith("; và 3 khu, cụm khác")


# -- what is printed


def printed(report):
    return {one.key: one for one in report.printed}


def test_what_must_be_looked_at_is_printed_in_full(report, audit, now):
    name = now.namer(report.lang)
    full = {row[0]: row for row in report.tables[0].rows}
    rows = printed(report)["urgent"].rows
    urgent = [one for one in audit.findings if one.status is not Status.MET]
    assert len(rows) == len(urgent)
    for at, _, status, where, words, quotes in rows:
        (one,) = [one for one in urgent if one.id == full[at][-1]]
        assert (status, full[at][4]) == (one.status, one.clause)
        assert one.clause in where
        assert words.startswith(audit_wording.sentence(one, audit.figures, report.lang, name))
        assert all(quote in quotes for quote in one.quotes)
        assert all(name(record) in words for record in one.records)
        assert full[at][8] in words
        assert full[at][-2] in words


def test_what_is_met_is_printed_in_a_line(report, audit):
    tables = printed(report)
    full = {row[0]: row[-1] for table in report.tables[:2] for row in table.rows}
    met = [one.id for one in audit.findings if one.status is Status.MET]
    assert sorted(full[row[0]] for row in tables["met"].rows) == sorted(met)
    assert [full[row[0]] for row in tables["derived"].rows] == [one.id for one in audit.derived]
    assert all("\n" not in str(cell) for row in tables["met"].rows for cell in row)


def test_every_figure_is_printed_with_the_numbers_of_its_findings(report, audit):
    full = {row[0]: row[-1] for table in report.tables[:2] for row in table.rows}
    rows = {row[0]: row for row in printed(report)["figures"].rows}
    assert list(rows) == list(audit.figures)
    for name, row in rows.items():
        resting = {
            one.id for one in (*audit.findings, *audit.derived) if name in one.figures
        }  # fmt: skip
        numbers = {full[int(one)] for one in re.findall(r"\d+", row[-1])}
        assert numbers == resting
    unchecked = t(report.lang, "report.unchecked")
    assert {name for name, row in rows.items() if row[-1] == unchecked} == {
        one.id for one in audit.unchecked
    }


def test_a_lost_or_derived_figure_says_so_in_print(report):
    rows = {row[0]: row[5] for row in printed(report)["figures"].rows}
    assert rows["tn-f214"].endswith(f" ({t(report.lang, 'report.state.derived')})")
    assert t(report.lang, "report.state.lost") in rows.values()


def test_print_names_several_documents_by_province_and_year_where_that_tells(now):
    audit = now.audit()
    rows = printed(compose(now, audit, "vi", DAY))["urgent"].rows
    assert {row[1] for row in rows} >= {"Bình Thuận 2016", "Thái Nguyên 2010"}
    twins = tuple(replace(one, year="2010") for one in audit.documents)
    twins = (*twins[:-1], replace(twins[-1], province=twins[0].province))
    rows = printed(compose(now, replace(audit, documents=twins), "vi", DAY))["urgent"].rows
    assert "341/QĐ-UBND" in {row[1] for row in rows}


def test_the_report_of_thai_nguyen_is_short_enough_to_be_printed(report):
    pages = len(pypdf.PdfReader(io.BytesIO(pdf.write(report))).pages)
    assert pages <= 26


# -- the workbook


def test_the_workbook_holds_findings_with_real_numbers(book, report, audit, now):
    lang = report.lang
    rows = {row[t(lang, "field.id")]: row for row in sheet_rows(book, lang, "findings")}
    share = rows["tn-r120"]
    assert share[column(lang, "status")] == t(lang, "status.not_met")
    assert (share[column(lang, "result")], share[column(lang, "stated")]) == (22.33, 23.33)
    assert share[column(lang, "deviation")] == -1
    counts = dict.fromkeys(Status, 0)
    for one in audit.findings:
        row = rows[one.id]
        counts[one.status] += 1
        assert row[column(lang, "status")] == t(lang, f"status.{one.status}")
        shown = audit_wording.sentence(one, audit.figures, lang, now.namer(lang))
        assert row[column(lang, "sentence")] == shown
    assert counts == audit.counts()


def test_the_workbook_holds_figures_with_their_values(book, report, audit):
    lang = report.lang
    rows = {row[t(lang, "field.id")]: row for row in sheet_rows(book, lang, "figures")}
    compared = 0
    for name, figure in audit.figures.items():
        value = rows[name][column(lang, "value")]
        if figure.unit == "date" and figure.value is not None:
            assert value.date() == dt.date.fromisoformat(str(figure.value))
        elif figure.value is None:
            assert value is None
        else:
            compared += 1
            assert isinstance(value, int | float)
            assert Decimal(str(value)) == figure.value
    assert compared > 150
    assert rows["tn-f213"][column(lang, "value")] == 1160.83


def test_areas_of_the_workbook_are_those_of_the_records(book, report, now, audit):
    lang = report.lang
    rows = {row[t(lang, "field.id")]: row for row in sheet_rows(book, lang, "records")}
    title = f"{t(lang, 'field.area_planned_ha')} (ha)"
    unknown = 0
    for zone in zones_of(now, audit):
        value = rows[zone.id][title]
        unknown += value is None
        assert (None if value is None else Decimal(str(value))) == zone.area_planned_ha
    assert unknown == sum(zone.area_planned_ha is None for zone in zones_of(now, audit))


def test_every_table_has_a_frozen_head_and_fits_the_page(book, report):
    for table in report.tables:
        sheet = book[t(report.lang, f"report.sheet.{table.key}")]
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_a_sheet_prints_large_enough_to_be_read(book, report):
    """A4 landscape holds some 145 letters of 10 points; what stands aside is not printed."""
    for table in report.tables:
        sheet = book[t(report.lang, f"report.sheet.{table.key}")]
        kept = [one for one in table.columns if one.sheet]
        aside = [one.aside for one in kept]
        assert aside == sorted(aside)
        area = sheet.print_area.replace("$", "").rpartition("!")[2]
        last = openpyxl.utils.get_column_letter(aside.count(False))
        assert re.fullmatch(rf"A1:{last}\d+", area), area
        assert sum(one.sheet for one in kept if not one.aside) <= 215


def test_text_that_begins_like_a_formula_stays_text():
    texts = ["=1+1", "+84", "-5 %", "@SUM(A1)", "=cmd|' /C calc'!A0"]
    made = workbook.write(small(table_of([]), table_of([(one, 1) for one in texts])))
    book = openpyxl.load_workbook(io.BytesIO(made))
    cells = [book[t("vi", "report.sheet.findings")].cell(row, 1) for row in range(2, 7)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)


def test_cells_of_the_workbook_are_what_they_are():
    rows = [
        ("a", Decimal("1160.83")), ("b", 28), ("c", Plain(2015)), ("d", DAY), ("e", None),
    ]  # fmt: skip
    made = workbook.write(small(table_of([]), table_of(rows)))
    sheet = openpyxl.load_workbook(io.BytesIO(made))[t("vi", "report.sheet.findings")]
    cells = [sheet.cell(row, 2) for row in range(2, 7)]
    assert [cell.value for cell in cells] == [
        1160.83, 28, 2015, dt.datetime(2026, 3, 9), None,
    ]  # fmt: skip
    assert [cell.number_format for cell in cells[:4]] == [
        "[$-42A]#,##0.00", "[$-42A]#,##0.00", "0", "[$-42A]dd/mm/yyyy",
    ]  # fmt: skip


def test_a_row_is_as_tall_as_its_text():
    rows = [("ngắn", 1), ("ư" * 41, 1), ("ư" * 9000, 1)]
    made = workbook.write(small(table_of([]), table_of(rows)))
    sheet = openpyxl.load_workbook(io.BytesIO(made))[t("vi", "report.sheet.findings")]
    assert [sheet.row_dimensions[at].height for at in (2, 3, 4)] == [16.5, 43.5, 409]


def test_a_text_longer_than_a_cell_says_so():
    made = workbook.write(small(table_of([]), table_of([("ư" * 40_000, 1)])))
    cell = openpyxl.load_workbook(io.BytesIO(made))[t("vi", "report.sheet.findings")].cell(2, 1)
    assert len(cell.value) == workbook.LONGEST
    assert cell.value.endswith("ư…")


# -- Word, HTML, PDF


def test_the_word_file_holds_the_tables_in_words(report):
    opened = docx.Document(io.BytesIO(word.write(report)))
    tables = [one for one in (*report.overview, *report.printed) if one.rows]
    assert len(opened.tables) == len(tables)
    for made, table in zip(opened.tables, tables, strict=True):
        paper = table.on_paper(report.lang)
        head, *rows = [[cell.text for cell in row.cells] for row in _rows(made)]
        assert head == [one.title for one in paper.columns]
        assert rows == [list(row) for row in (*paper.rows, *([paper.total] if paper.total else []))]
        assert made.rows[0]._tr.trPr.xpath("./w:tblHeader")
    section = opened.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    fields = section.footer._element.xpath(".//w:fldSimple/@w:instr")
    assert fields == ["PAGE", "NUMPAGES"]


def _rows(table):
    """Rows by the cells of the file: the library's own way takes quadratic time."""
    for row in table._tbl.tr_lst:
        yield docx.table._Row(row, table)


class Cells(HTMLParser):
    """Texts of the cells of each table, and the names of all tags."""

    def __init__(self):
        super().__init__()
        self.tables, self.tags, self.inside = [], set(), False

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "table":
            self.tables.append([])
        self.inside = tag in ("td", "th")
        if self.inside:
            self.tables[-1].append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, text):
        if self.inside:
            self.tables[-1][-1] += text


def test_the_page_holds_the_tables_and_fetches_nothing(report):
    text = page.write(report).decode("utf-8")
    cells = Cells()
    cells.feed(text)
    tables = [one.on_paper(report.lang) for one in (*report.overview, *report.tables) if one.rows]
    for made, paper in zip(cells.tables, tables, strict=True):
        rows = (*paper.rows, *([paper.total] if paper.total else []))
        words = [one.title for one in paper.columns] + [cell for row in rows for cell in row]
        assert made == words
    assert not cells.tags & {"script", "link", "img", "iframe"}
    assert not re.search(r"url\(|@import", text)
    assert f'<html lang="{report.lang}">' in text


def test_the_pdf_holds_vietnamese_text_numbers_and_page_numbers(report, audit):
    opened = pypdf.PdfReader(io.BytesIO(pdf.write(report)))
    texts = [one.extract_text() for one in opened.pages]
    whole = " ".join(" ".join(texts).split())
    first = texts[0]
    assert report.title in first
    assert number(len(audit.findings), report.lang) in first
    for at, text in enumerate(texts, start=1):
        assert t(report.lang, "report.page", page=str(at), pages=str(len(texts))) in text
        assert (opened.pages[at - 1].mediabox.width, opened.pages[at - 1].mediabox.height) == (
            pytest.approx(841.89), pytest.approx(595.28),
        )  # fmt: skip
    assert number(Decimal("1160.83"), report.lang) in whole
    assert "máy nông nghiệp" in whole  # a quote stays in the document's language
    assert "÷" in whole
    fonts = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for one in opened.pages
        for font in one["/Resources"]["/Font"].values()
    }
    assert fonts == {"DejaVuSansCondensed", "DejaVuSansCondensedBold"}


def test_a_row_longer_than_a_page_loses_no_word():
    words = [f"chữ{at}" for at in range(4000)]
    made = pdf.write(small(table_of([(" ".join(words), 1)]), table_of([("ngắn", 2)])))
    opened = pypdf.PdfReader(io.BytesIO(made))
    text = " ".join(one.extract_text() for one in opened.pages)
    assert len(opened.pages) > 3
    assert [one for one in text.split() if re.fullmatch(r"chữ\d+", one)] == words
    assert all("Diện tích (ha)" in one.extract_text() for one in opened.pages)


def test_a_word_wider_than_its_column_is_cut():
    made = pdf.write(small(table_of([("ươ" * 600, 1)])))
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert (text.count("ư"), text.count("ơ")) == (600, 600)


def test_hostile_text_is_text_in_every_form():
    made = small(table_of([(HOSTILE, 1)]), table_of([(HOSTILE, 1)]))
    shown = "=1+1 <b>Cụm</b> & \ufffd \ufffd **x**"
    assert (
        openpyxl.load_workbook(io.BytesIO(workbook.write(made))).worksheets[1]["A2"].value == shown
    )
    opened = docx.Document(io.BytesIO(word.write(made)))
    assert opened.tables[1].cell(1, 0).text == shown
    cells = Cells()
    cells.feed(page.write(made).decode("utf-8"))
    assert cells.tables[1][2] == shown
    assert "b" not in cells.tags
    assert "<b>Cụm</b>" in pypdf.PdfReader(io.BytesIO(pdf.write(made))).pages[0].extract_text()


def test_an_empty_table_says_so():
    made = small(table_of([]), table_of([]))
    empty = t("vi", "report.empty")
    assert empty in page.write(made).decode("utf-8")
    assert empty in pypdf.PdfReader(io.BytesIO(pdf.write(made))).pages[0].extract_text()
    texts = [one.text for one in docx.Document(io.BytesIO(word.write(made))).paragraphs]
    assert texts.count(empty) == 2
    assert len(openpyxl.load_workbook(io.BytesIO(workbook.write(made))).sheetnames) == 2


def test_the_typeface_is_the_published_one():
    listed = re.findall(r"`(\S+\.ttf)` \| `(\w{64})`", (pdf.FONTS / "README.md").read_text("utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in pdf.FONTS.glob("*.ttf")
    }
    assert dict(listed) == found
    assert len(found) == 2
    assert (pdf.FONTS / "LICENSE").exists()


# -- data and files


def test_the_data_are_those_of_the_audit_with_totals(now, audit):
    made = json.loads(reports.render(now, audit, "json", "vi", DAY))
    assert made["findings"] == json.loads(
        json.dumps(audit_wording.audit_json(audit, "vi", now.namer("vi"))["findings"])
    )
    assert (made["revision"], made["as_of"]) == (now.revision, "2026-03-09")
    assert made["totals"]["kind"]["CCN"]["area_ha"] == 1160.83
    assert (
        made["totals"]["province_2025"].keys()
        == now.summary("province", zones_of(now, audit), "2025").keys()
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_s_name_has_the_document_and_the_day(lang, now, audit):
    what = {"vi": "kiem-tra-quy-hoach", "en": "plan-audit"}[lang]
    several = {"vi": "5-van-ban", "en": "5-documents"}[lang]
    assert reports.file_name(audit, "docx", lang, DAY) == f"{what}-{DOCUMENT}-2026-03-09.docx"
    assert reports.file_name(now.audit(), "pdf", lang, DAY) == f"{what}-{several}-2026-03-09.pdf"


def test_no_id_of_a_document_leads_out_of_the_folder(audit):
    strange = replace(audit.documents[0], id="../../etc/a b")
    made = reports.file_name(replace(audit, documents=(strange,)), "pdf", "vi", DAY)
    assert made == "kiem-tra-quy-hoach--etc-a-b-2026-03-09.pdf"


@pytest.mark.parametrize("name", ["report.csv", "report", "report.pdf.bak", ".pdf"])
def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path, now, audit, name):
    with pytest.raises(UsageError) as caught:
        reports.save(tmp_path / name, now, audit, "vi", DAY)
    assert caught.value.code == "report.form"
    assert caught.value.params["known"] == [".xlsx", ".docx", ".html", ".pdf", ".json"]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_keeps_what_was_there(tmp_path, now, audit):
    (tmp_path / "report.json").mkdir()
    (tmp_path / "report.json" / "old").write_text("old")
    with pytest.raises(SetupError) as caught:
        reports.save(tmp_path / "report.json", now, audit, "vi", DAY)
    assert caught.value.code == "file.not_writable"
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json" / "old").read_text() == "old"


def test_the_command_writes_the_form_that_the_ending_asks_for(tmp_path, capsys):
    out = tmp_path / "bao-cao.XLSX"
    status = main(["audit", "--document", "341/QĐ-UBND", "--out", str(out), "--lang", "en"])
    printed = capsys.readouterr().out
    assert status == 1  # something is not met
    assert printed == f"Wrote {out}: 227 figures, 250 findings.\n"
    assert openpyxl.load_workbook(out).sheetnames[0] == "Overview"
    assert [one.name for one in tmp_path.iterdir()] == [out.name]


def test_the_command_refuses_an_ending_before_it_works(tmp_path, capsys):
    assert main(["audit", "--out", str(tmp_path / "x.doc"), "--lang", "en"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "A report cannot be written as “x.doc”. "
        "Name a file that ends in one of: .xlsx, .docx, .html, .pdf, .json.\n"
    )


def test_totals_are_those_that_the_command_prints(now, capsys):
    assert main(["summary", "--by", "province", "--vintage", "2025", "--format", "csv"]) == 0
    printed = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    made = compose(now, now.audit(), "vi", DAY)
    (table,) = [one for one in made.tables if one.key == "province_2025"]
    assert [(row[0], str(row[2])) for row in table.rows] == [
        (one["name"], one["clusters"]) for one in printed
    ]
    for row, one in zip(table.rows, printed, strict=True):
        area = one["area_ha"]
        assert row[3] == (Decimal(area) if area else None)
