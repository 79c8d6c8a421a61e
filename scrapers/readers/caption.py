"""Read the caption that ICE's lists had until 2017: "Mutually Signed Agreements (71) as of 10/29/2010".

The caption stood still while rows came and went, so it dates only a list that has as many rows as it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

#: The count in the caption and the rows differ by one now and then.
ROWS_APART = 1
_TAG = re.compile(rb"<[^>]{0,2000}>")
_CAPTION = re.compile(rb"\(\s*(\d{1,4})\s*\)(?:\s*signed)?\s+as\s+of:?\s+(\d{1,2})/(\d{1,2})/(\d{4})", re.IGNORECASE)


def read_caption_date(pages: Iterable[bytes], rows: int, newest_signed_on: str) -> str | None:
    """Return the day that a caption gives a list of so many rows; None without one that fits rows and dates."""
    for page in pages:
        for count, month, day, year in _CAPTION.findall(_TAG.sub(b" ", page).replace(b"&nbsp;", b" ")):
            try:
                stated = date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                continue
            if abs(int(count) - rows) <= ROWS_APART and newest_signed_on <= stated:
                return stated
    return None
