"""Words in the reader's language: translations, plurals, dates, lists; and text made safe for a single line."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from monitor.i18n.language import LANGUAGES, Language, language

_SPACE = re.compile(r"\s+")


class Words(Language):
    """A language under the names that messages use; get it with `words_of`."""

    named = Language.say
    day = Language.date


@cache
def words_of(code: str) -> Words:
    """Return the words of a language that messages are written in; English for any other."""
    found = language(code if code in LANGUAGES else "en")
    return Words(found.code, found.prefix, found.locale, found.gettext, found.ngettext)


def plain(text: object) -> str:
    """The text on one line, without characters that act instead of being seen (controls, direction marks)."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in str(text or ""))
    return _SPACE.sub(" ", "".join(kept)).strip()
