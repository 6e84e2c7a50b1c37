"""Texts from plans, records and imports on a page: shown as they are, never as Markdown."""

from __future__ import annotations

MARKS = frozenset("\\`*_{}[]()<>#+-.!|~$:&@/=^\"'")


def escape(text: str) -> str:
    """`text` on one line with every mark of Markdown made a letter.

    No image, colour, icon, formula or HTML can come of it; a web address may still be clickable.
    """
    line = " ".join(text.split())
    return "".join(f"\\{mark}" if mark in MARKS else mark for mark in line)
