"""Words in the reader's language: translations, plurals, dates, lists.

Texts stand in English in the code and templates; `monitor/i18n/locale/` holds their translations (domain `alerts`).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.support import NullTranslations, Translations

from monitor.alerts.filters import LANGUAGES

LOCALE = Path(__file__).parent.parent / "i18n" / "locale"
DOMAIN = "alerts"
_SPACE = re.compile(r"\s+")


class Words:
    """The words of one language; get it with `words_of`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language if language != "en" else "en_US")
        self.translations: NullTranslations = Translations.load(str(LOCALE), [language], DOMAIN)

    def say(self, text: str, **values: object) -> str:
        """The text, translated, with the values put in."""
        found = str(self.translations.gettext(text))
        return found % values if values else found

    def named(self, text: str) -> str:
        """A text that stands in a table marked by `N_`, translated."""
        return str(self.translations.gettext(text))

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """The text for the number, translated; `%(n)d` stands for it."""
        return str(self.translations.ngettext(one, many, n)) % {"n": n, **values}

    def day(self, iso: str | None) -> str:
        """A date as the reader writes it; "" when there is none."""
        return format_date(date.fromisoformat(iso[:10]), "long", locale=self.locale) if iso else ""

    def join(self, parts: list[str]) -> str:
        """The parts as one enumeration."""
        return str(format_list(parts, locale=self.locale))


@cache
def words_of(language: str) -> Words:
    """The words of a language we write; English for any other."""
    return Words(language if language in LANGUAGES else "en")


def plain(text: object) -> str:
    """The text on one line, without characters that act instead of being seen (controls, direction marks)."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in str(text or ""))
    return _SPACE.sub(" ", "".join(kept)).strip()
