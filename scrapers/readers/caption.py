"""Read the caption that ICE's lists had until 2017: "Mutually Signed Agreements (71) as of 10/29/2010".

The caption stood still while rows came and went, so it dates only a list that has as many rows as it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from scrapers.readers.signed_dates import LATEST_ON, read_date

#: The count in the caption and the rows differ by one now and then.
ROWS_APART = 1
_TAG = re.compile(r"<[^>]{0,2000}>")
_CAPTION = re.compile(
    r"\(\s*(\d{1,4})\s*\)[^()<>]{0,40}?\bas\s+of:?\s+(\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)\b|[a-z]{3,9}\.?\s\d{1,2},?\s\d{4})",
    re.IGNORECASE,
)


def read_caption_date(pages: Iterable[bytes], rows: int, newest_signed_on: str) -> str | None:
    """Return the day that a caption gives a list of so many rows; None without one that fits rows and dates."""
    for page in pages:
        for count, day in _CAPTION.findall(" ".join(unescape(_TAG.sub(" ", _text(page))).split())):
            stated, _ = read_date(day, LATEST_ON)
            if stated is not None and abs(int(count) - rows) <= ROWS_APART and newest_signed_on <= stated:
                return stated
    return None


def _text(page: bytes) -> str:
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        return page.decode("cp1252", "replace")
