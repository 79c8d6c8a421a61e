"""The two languages of the pages: messages from Babel catalogues, dates and numbers as each writes them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "pages"
LANGUAGES = {"en": "English", "es": "Español"}


@dataclass(frozen=True)
class Language:
    """A language: its code, its part of an address, and how it says a message."""

    code: str
    prefix: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]

    def date(self, text: str | None, form: str = "long") -> str:
        """An ISO date (or the date of a time) in words; blank for none."""
        if not text:
            return ""
        return format_date(date.fromisoformat(text[:10]), form, locale="en_US" if self.code == "en" else "es_US")

    def number(self, value: float) -> str:
        """A number with its thousands parted."""
        return format_decimal(value, locale="en_US" if self.code == "en" else "es_US")


@cache
def language(code: str) -> Language:
    """The language is at hand."""
    translations = read_translations(code, DOMAIN)
    prefix = "" if code == "en" else f"{code}/"
    return Language(code, prefix, cache(translations.gettext), translations.ngettext)


def read_translations(code: str, domain: str) -> NullTranslations:
    """The messages of a catalogue, read from its `.po` file; the English ones stand in the code."""
    path = LOCALES / code / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=code, domain=domain))
    compiled.seek(0)
    return GNUTranslations(compiled)
