"""A report of short blocks on upright pages of A4: a zone each, to be read one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from geo.i18n import t
from geo.reports.look import HEAD, RULE, rgb
from geo.reports.pdf import Sheets
from geo.reports.tables import Block, Pair
from geo.reports.text import clean

_LABEL_MM, _LINE_MM = 32, 4.4
_PT, _LABEL_PT, _ABOUT_PT = 9, 8.5, 9
_HEAD_MM = 24  # rule, title, kind and mark
_QUIET = "5B6770"


def write(
    lang: str,
    title: str,
    subject: str,
    facts: Sequence[Pair],
    blocks: Sequence[Block],
    notes: tuple[str, Sequence[Pair]],
) -> bytes:
    """The bytes of a PDF file.

    Parameters
    ----------
    notes
        What stands at the end, with its heading.
    """
    made = Sheets(lang, "portrait")
    made.set_title(clean(title))
    made.add_page()
    made.paragraph(title, 17, bold=True, colour=HEAD)
    made.ln(0.5)
    made.paragraph(subject, _PT)
    made.ln(2)
    for pair in facts:
        _pair(made, pair)
    for one in blocks:
        _block(made, one)
    if not blocks:
        made.ln(4)
        made.paragraph(t(lang, "report.empty"), _PT)
    heading, pairs = notes
    _break_before(made, _HEAD_MM)
    _rule(made)
    made.paragraph(heading, 12, bold=True, colour=HEAD)
    made.ln(1)
    for pair in pairs:
        _pair(made, pair)
    return bytes(made.output())


def _block(made: Sheets, one: Block) -> None:
    """A block begins on a new page where this one cannot hold it, and any page could."""
    needed = _HEAD_MM + sum(_height(made, pair) for pair in one.lines)
    _break_before(made, needed if needed < made.eph else _HEAD_MM + 2 * _LINE_MM)
    _rule(made)
    made.start_section(clean(one.title))
    made.paragraph(one.title, 12, bold=True, colour=HEAD)
    made.paragraph(one.about, _ABOUT_PT, colour=_QUIET)
    made.ln(0.8)
    if one.mark:
        made.ink(_PT, bold=True)
        made.set_fill_color(*rgb(one.tint))
        text = clean(one.mark)
        width = made.get_string_width(text) + 4
        made.cell(width, 5.4, text, fill=True, new_x="LMARGIN", new_y="NEXT")
        made.ln(1.2)
    for pair in one.lines:
        _pair(made, pair)


def _break_before(made: Sheets, needed: float) -> None:
    if made.will_page_break(needed):
        made.add_page()


def _rule(made: Sheets) -> None:
    made.ln(3)
    made.set_draw_color(*rgb(RULE))
    made.line(made.l_margin, made.get_y(), made.l_margin + made.epw, made.get_y())
    made.ln(2.5)


def _height(made: Sheets, pair: Pair) -> float:
    """What a pair needs, in mm."""
    label, text = pair
    made.ink(_LABEL_PT, bold=True)
    left = _lines(made, label, _LABEL_MM - 2)
    made.ink(_PT)
    return max(left, _lines(made, text, made.epw - _LABEL_MM)) * _LINE_MM + 0.6


def _lines(made: Sheets, text: str, width: float) -> int:
    found = made.multi_cell(width, _LINE_MM, clean(text), align="L", dry_run=True, output="LINES")
    return len(cast("list[str]", found))


def _pair(made: Sheets, pair: Pair) -> None:
    """The label at the left, the text beside it; only the text is ever cut by a page."""
    label, text = pair
    _break_before(made, min(_height(made, pair), 3 * _LINE_MM))
    page, top = made.page, made.get_y()
    made.ink(_LABEL_PT, bold=True, colour=_QUIET)
    made.multi_cell(_LABEL_MM - 2, _LINE_MM, clean(label), align="L",
                    new_x="LMARGIN", new_y="NEXT")  # fmt: skip
    below = made.get_y()
    made.set_xy(made.l_margin + _LABEL_MM, top)
    made.ink(_PT)
    made.multi_cell(made.epw - _LABEL_MM, _LINE_MM, clean(text), align="L",
                    new_x="LMARGIN", new_y="NEXT")  # fmt: skip
    if made.page == page:
        made.set_y(max(below, made.get_y()))
    made.ln(0.6)
