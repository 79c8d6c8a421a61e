"""Text from lists made safe for a single line: a subject, a header, a feed's title."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")


def plain(text: object) -> str:
    """Return the text on one line, without characters that act instead of being seen (controls, direction marks)."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in str(text or ""))
    return _SPACE.sub(" ", "".join(kept)).strip()
