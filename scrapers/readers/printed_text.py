"""Reduce the text a file stores to the text a person sees."""

from __future__ import annotations

import re

#: Unicode's Default_Ignorable_Code_Point (zero-width spaces and joiners, marks of direction, byte order marks, soft
#: hyphens, variation selectors ...), interlinear marks, and control characters that are not spaces.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
#: The same in UTF-8 and percent signs, as an address holds them.
_ENCODED = re.compile(
    r"%C2%AD|%CD%8F|%D8%9C|%E2%80%(?:8[B-F]|A[A-E])|%E2%81%(?:A[0-9A-F])|%EF%B8%8[0-9A-F]|%EF%BB%BF", re.IGNORECASE
)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def strip_invisible(text: str) -> str:
    """Return the text without the characters that no reader sees."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def count_invisible(text: str) -> int:
    """Return how many characters of the text no reader sees."""
    return 0 if text.isascii() and text.isprintable() else len(_INVISIBLE.findall(text))


def strip_invisible_from_address(url: str) -> str:
    """Return the address without invisible characters, written as they are or percent-encoded."""
    url = strip_invisible(url)
    return _ENCODED.sub("", url) if "%" in url else url


def unescape_cell(text: str) -> str:
    """Return a workbook's text with Excel's escapes (``_x200B_``) as the characters they stand for."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
