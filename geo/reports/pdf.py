"""A report as a PDF: A4, page numbers, table heads on every page, its own typeface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fpdf import FPDF

from geo.i18n import t
from geo.reports.look import HEAD, INK, RULE, TINTS, TOTAL, rgb
from geo.reports.tables import Paper, Report, Table
from geo.reports.text import clean

FONTS = Path(__file__).parent / "fonts"
_FAMILY = "DejaVu"
_BODY_PT, _CELL_PT = 9.5, 7.5
_LINE_MM, _PAD_MM = 3.1, 0.6
_MARGIN_MM = 15
_WHITE = "FFFFFF"
_START = 4
"""A row that must be cut begins with at least so many lines at the foot of a page."""


class Sheets(FPDF):
    """Pages of A4 with their numbers below."""

    def __init__(self, lang: str, orientation: Literal["portrait", "landscape"]) -> None:
        super().__init__(orientation=orientation, format="A4")
        self.words = lang
        self.set_auto_page_break(True, _MARGIN_MM)
        self.set_margin(_MARGIN_MM)
        self.add_font(_FAMILY, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(_FAMILY, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_author("Khu & Cụm")
        self.set_lang({"vi": "vi-VN", "en": "en-GB"}[lang])
        self.set_draw_color(*rgb(RULE))

    def footer(self) -> None:
        self.set_y(-10)
        self.set_font(_FAMILY, size=8)
        self.set_text_color(*rgb(INK))
        text = t(self.words, "report.page", page=str(self.page_no()), pages="{nb}")
        self.cell(0, 5, text, align="C")

    def ink(self, size: float, *, bold: bool = False, colour: str = INK) -> None:
        """Write on in the report's typeface, `size` in points."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(*rgb(colour))

    def paragraph(self, text: str, size: float, *, bold: bool = False, colour: str = INK) -> None:
        """A paragraph over the width of the page."""
        self.ink(size, bold=bold, colour=colour)
        self.multi_cell(0, size * 0.5, clean(text), align="L", new_x="LMARGIN", new_y="NEXT")


def write(report: Report) -> bytes:
    """The bytes of a PDF file."""
    made = Sheets(report.lang, "landscape")
    made.set_title(report.title)
    made.add_page()
    made.paragraph(report.title, 18, bold=True, colour=HEAD)
    made.paragraph(report.subject, _BODY_PT)
    made.ln(2)
    for label, value in report.facts:
        made.paragraph(f"{label}: {value}", _BODY_PT)
    for table in (*report.overview, *report.printed):
        made.ln(5)
        if made.will_page_break(35):  # a heading stays with its table
            made.add_page()
        made.start_section(clean(table.title))
        made.paragraph(table.title, 13, bold=True, colour=HEAD)
        if table.note:
            made.paragraph(table.note, _BODY_PT)
        made.ln(1)
        if table.rows:
            _table(made, table, report.lang)
        else:
            made.paragraph(t(report.lang, "report.empty"), _BODY_PT)
    return bytes(made.output())


# -- tables; those of the library measure every letter again and cannot cut a row


@dataclass(frozen=True, slots=True)
class _Style:
    """How a row looks; `fills` are colours of its cells, None for white."""

    fills: tuple[str | None, ...]
    colour: str = INK
    bold: bool = False


class _Grid:
    """Draws the rows of a table, with the head again on every new page."""

    def __init__(self, made: FPDF, paper: Paper) -> None:
        whole = sum(column.paper for column in paper.columns)
        self.made = made
        self.columns = paper.columns
        self.widths = [made.epw * column.paper / whole for column in paper.columns]
        self.measured: dict[tuple[str, bool], float] = {}

    def head(self) -> None:
        style = _Style((HEAD,) * len(self.columns), _WHITE, bold=True)
        self.row([column.title for column in self.columns], style)

    def row(self, words: Sequence[str], style: _Style) -> None:
        """Draw a row; one that is longer than what is left of a page begins a new page or is cut.

        A row is cut only where no page could hold it.
        """
        cells = [
            self._lines(clean(text), width - 2 * _PAD_MM, style.bold)
            for text, width in zip(words, self.widths, strict=True)
        ]
        most = int((self.made.eph - 2 * _PAD_MM) / _LINE_MM) - _START  # under the head
        while any(cells):
            needed = max(map(len, cells))
            room = self.made.page_break_trigger - self.made.get_y() - 2 * _PAD_MM
            lines = min(needed, int(room / _LINE_MM))
            if lines < needed and (needed <= most or lines < _START):
                self.made.add_page()
                self.head()
                continue
            self._draw([one[:lines] for one in cells], lines, style)
            cells = [one[lines:] for one in cells]

    def _draw(self, cells: Sequence[Sequence[str]], lines: int, style: _Style) -> None:
        made = self.made
        x, top, height = made.l_margin, made.get_y(), lines * _LINE_MM + 2 * _PAD_MM
        for texts, column, width, fill in zip(
            cells, self.columns, self.widths, style.fills, strict=True
        ):
            made.set_fill_color(*rgb(fill or _WHITE))
            made.rect(x, top, width, height, style="DF")
            made.set_font(_FAMILY, "B" if style.bold else "", _CELL_PT)
            made.set_text_color(*rgb(style.colour))
            for at, text in enumerate(texts):
                left = _PAD_MM
                if column.numeric:
                    left = width - _PAD_MM - self._width(text, style.bold)
                made.text(x + left, top + _PAD_MM + (at + 0.75) * _LINE_MM, text)
            x += width
        made.set_xy(made.l_margin, top + height)

    def _lines(self, text: str, width: float, bold: bool) -> list[str]:
        """A text in lines of at most a width, cut between words where that is possible."""
        lines: list[str] = []
        for paragraph in text.splitlines():
            line = ""
            for word in paragraph.split():
                longer = f"{line} {word}" if line else word
                if self._width(longer, bold) <= width:
                    line = longer
                    continue
                if line:
                    lines.append(line)
                line = word
                while self._width(line, bold) > width and len(line) > 1:
                    fits = len(line) - 1
                    while fits > 1 and self._width(line[:fits], bold) > width:
                        fits -= 1
                    lines.append(line[:fits])
                    line = line[fits:]
            lines.append(line)
        return lines

    def _width(self, text: str, bold: bool) -> float:
        """Of a text in mm: the sum of its letters, as it is drawn."""
        return sum(self._letter(one, bold) for one in text)

    def _letter(self, letter: str, bold: bool) -> float:
        known = self.measured.get((letter, bold))
        if known is None:
            self.made.set_font(_FAMILY, "B" if bold else "", _CELL_PT)
            known = self.measured[letter, bold] = self.made.get_string_width(letter)
        return known


def _table(made: FPDF, table: Table, lang: str) -> None:
    paper = table.on_paper(lang)
    grid = _Grid(made, paper)
    grid.head()
    for words, status in zip(paper.rows, paper.statuses, strict=True):
        label = None if status is None else t(lang, f"status.{status}")
        tint = None if status is None else TINTS[status]
        grid.row(words, _Style(tuple(tint if text == label else None for text in words)))
    if paper.total is not None:
        grid.row(paper.total, _Style((TOTAL,) * len(paper.columns), bold=True))
