"""Telling a Vietnamese name from what remains of it after a wrong encoding."""

from __future__ import annotations

import re
import unicodedata

from geo.text import visible

# Bytes of UTF-8 that were read as Windows-1252 or Latin-1 show as one of these letters with a
# sign behind it; quotation marks count only inside a word, since “THỊ XÔ ends with one.
_UTF8_AS_LATIN = re.compile(
    "[ÂÃÄÅÆ][\u0080-\u00bf€‚ƒ„†‡ˆ‰Š‹Œ™š›œžŸ˜•]|[ÂÃÄÅÆ][‘’“”–—…][^\\W\\d]|á[º»]"
)
# TCVN3 and VNI fonts put their accents where Latin-1 has signs and other letters.
_FONT = re.compile(
    "[¡¢£¤¥¦¨©ª«¬®¯´µ¶¸¹º»¼½¾¿]|[^\\W\\d][·§×÷]|[·§×÷][^\\W\\d]"
    "|[aA][âÂùÙûÛõÕïÏøØ]|[eE][âÂùÙûÛõÕïÏøØ]|[oO][âÂùÙûÛõÕïÏøØ]"
)
# Letters that look right, such as the Icelandic Ð, and are never found by a search.
_FOREIGN = re.compile("[\ufffdðÐþÞßåæøäöüÄÅÆØÖÜ]")
# What an encoding without the letter leaves in its place: Th?i Nguy?n.
_REPLACED = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")


def garbled(text: str) -> str | None:
    """What betrays that a name was damaged, shortened; null when nothing does.

    Looks for text read in the wrong encoding (UTF-8 as Latin-1, TCVN3, VNI), letters replaced by
    question marks, control and zero-width characters, and names without a single letter.

    Examples
    --------
    >>> garbled("ThÃ¡i NguyÃªn"), garbled("Th¸i Nguyªn"), garbled("Th?i Nguy?n")
    ('Ã¡', '¸', 'h?')
    >>> garbled("Thái Nguyên"), garbled("Cư M’gar"), garbled("THỊ XÃ PHỔ YÊN")
    (None, None, None)
    >>> garbled("1234")
    '1234'
    """
    for letter in text:
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            return f"U+{ord(letter):04X}"
    composed = unicodedata.normalize("NFC", text)
    for pattern in (_UTF8_AS_LATIN, _FOREIGN, _FONT, _REPLACED):
        if found := pattern.search(composed):
            return found.group()
    if visible(text) and not any(letter.isalpha() for letter in text):
        return text.strip()[:20]
    return None
