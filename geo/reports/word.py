"""A report as a Word file: A4, set as official documents are, table heads on every page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from geo.i18n import t
from geo.reports.look import HEAD, RULE, TINTS, TOTAL
from geo.reports.tables import Column, Report, Table
from geo.reports.text import clean

FONT = "Times New Roman"
"""The typeface of official documents (Decree 30/2020/NĐ-CP, appendix I)."""

_PAGE_MM = (297, 210)
_MARGIN_MM = 15
_CELL_PT = 8


def write(report: Report) -> bytes:
    """The bytes of a DOCX file."""
    made: Any = docx.Document()
    made.core_properties.title = report.title
    made.core_properties.author = "Khu & Cụm"
    made.core_properties.language = {"vi": "vi-VN", "en": "en-GB"}[report.lang]
    _styles(made, report.lang)
    _page(made, report)
    made.add_heading(clean(report.title), 0)
    made.add_paragraph(clean(report.subject))
    for label, value in report.facts:
        line = made.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        line.add_run(f"{label}: ").bold = True
        line.add_run(clean(value))
    for table in (*report.overview, *report.printed):
        made.add_heading(clean(table.title), 1)
        if table.note:
            made.add_paragraph(table.note)
        if table.rows:
            _table(made, table, report.lang)
        else:
            made.add_paragraph(t(report.lang, "report.empty"))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _styles(made: Any, lang: str) -> None:
    for name, size in (("Normal", 12), ("Title", 20), ("Heading 1", 14)):
        style = made.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{script}"), None)
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FONT)
        if name != "Normal":
            style.font.color.rgb = RGBColor.from_string(HEAD)
            style.font.bold = True
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), {"vi": "vi-VN", "en": "en-GB"}[lang])
    made.styles["Normal"].element.get_or_add_rPr().append(language)
    made.styles["Normal"].paragraph_format.space_after = Pt(4)


def _page(made: Any, report: Report) -> None:
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(one) for one in _PAGE_MM)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Mm(_MARGIN_MM))
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, between, after = t(report.lang, "report.page", page="\0", pages="\0").split("\0")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, None)):
        footer.add_run(text)
        if field is not None:
            _field(footer, field)


def _field(paragraph: Any, name: str) -> None:
    """A number that Word works out itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _table(made: Any, table: Table, lang: str) -> None:
    paper = table.on_paper(lang)
    lines = [*paper.rows, *([paper.total] if paper.total else [])]
    grid = made.add_table(rows=len(lines) + 1, cols=len(paper.columns))
    grid.style, grid.autofit = "Table Grid", False
    whole = sum(column.paper for column in paper.columns)
    room = _PAGE_MM[0] - 2 * _MARGIN_MM
    widths = [Mm(room * column.paper / whole) for column in paper.columns]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    rows = grid._tbl.tr_lst  # the library's own way to a cell takes quadratic time
    _row(rows[0], [column.title for column in paper.columns], paper.columns, widths, HEAD, True)
    rows[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for at, (row, words) in enumerate(zip(rows[1:], lines, strict=True)):
        total = at >= len(paper.rows)
        _row(row, words, paper.columns, widths, TOTAL if total else None, total)
        status = None if total else paper.statuses[at]
        if status is not None:
            _shade(row.tc_lst[words.index(t(lang, f"status.{status}"))], TINTS[status])
    _lines(grid)


def _row(
    row: Any,
    words: Sequence[str],
    columns: Sequence[Column],
    widths: Sequence[Mm],
    colour: str | None,
    bold: bool,
) -> None:
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # unless no page could hold it
    for cell, text, column, width in zip(row.tc_lst, words, columns, widths, strict=True):
        cell.width = width
        paragraph: Any = Paragraph(cell.p_lst[0], row)
        paragraph.paragraph_format.space_after = Pt(0)
        if column.numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(clean(text))
        run.font.size, run.bold = Pt(_CELL_PT), bold
        if colour is not None:
            _shade(cell, colour)
            if colour == HEAD:
                run.font.color.rgb = RGBColor(255, 255, 255)


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell.get_or_add_tcPr().append(shade)


def _lines(grid: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "20"), ("left", "70"), ("bottom", "20"), ("right", "70")):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), twips)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = grid._tbl.tblPr  # the format fixes the order: borders, layout, margins, look
    properties.find(qn("w:tblLayout")).addprevious(borders)
    properties.find(qn("w:tblLayout")).addnext(margins)
