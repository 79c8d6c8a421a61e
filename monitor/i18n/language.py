"""The languages that readers are addressed in: translated messages, dates, numbers and enumerations.

Messages are written in English in code and templates; `locale/<code>/LC_MESSAGES/messages.po` translates them. The file
is read at the first use (about 25 ms), so there is no compiled one that could fall behind it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "messages"
LANGUAGES = {"en": "English", "es": "Español"}


def N_(text: str) -> str:
    """Return the text unchanged; the name marks it for extraction where it is translated later."""
    return text


@dataclass(frozen=True)
class Language:
    """A language: its code, its part of an address, and how it says a message."""

    code: str
    prefix: str  # of the language's pages: "" or "es/"
    locale: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]

    def say(self, text: str, **values: object) -> str:
        """Return the text translated, with the values filled in."""
        found = self.gettext(text)
        return found % values if values else found

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the text for the number, translated; `%(n)d` stands for the number."""
        return self.ngettext(one, many, n) % {"n": n, **values}

    def date(self, text: str | None, form: str = "long") -> str:
        """Return an ISO date, or the date of an ISO time, in words; "" for none."""
        return _date_in_words(text[:10], form, self.locale) if text else ""

    def month(self, text: str) -> str:
        """Return the month of an ISO date or month in words: "July 2025"."""
        return format_skeleton("yMMMM", date.fromisoformat(f"{text[:7]}-01"), locale=self.locale)

    def number(self, value: float) -> str:
        """Return a number with separators between thousands."""
        return _number_in_words(value, self.locale)

    def join(self, parts: Sequence[str]) -> str:
        """Return the parts as one enumeration: "a, b and c"."""
        return str(format_list(parts, locale=self.locale))


# the same few thousand dates and numbers stand on every page; each takes Babel tens of microseconds
@lru_cache(16384)
def _date_in_words(day: str, form: str, locale: str) -> str:
    return format_date(date.fromisoformat(day), form, locale=locale)


@lru_cache(16384)
def _number_in_words(value: float, locale: str) -> str:
    return format_decimal(value, locale=locale)


@cache
def language(code: str) -> Language:
    """Return the language with this code, one of `LANGUAGES`."""
    translations = NullTranslations() if code == "en" else read_translations(code)
    prefix = "" if code == "en" else f"{code}/"
    return Language(code, prefix, f"{code}_US", cache(translations.gettext), translations.ngettext)


def read_translations(code: str) -> GNUTranslations:
    """Return the messages of a language's catalog."""
    with (LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as lines:
        catalog = read_po(lines, locale=code, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
