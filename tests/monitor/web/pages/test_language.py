"""Both languages throughout: every message of the pages is translated, with the same places to fill."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from monitor.i18n.catalogue import extract_messages
from monitor.i18n.language import DOMAIN, LOCALES, language

PLACES = re.compile(r"%\(\w+\)s")
#: Messages that are the same in both languages.
SAME = {
    "%(some)s of %(all)s", "Biden (2021–2025)", "Obama (2009–2017)", "Trump I (2017–2021)", "provisional", "FIPS",
    "listed, ended, pending, pending_ended, renewed or second_row.",
}  # fmt: skip


def test_every_message_of_the_pages_is_translated() -> None:
    with (LOCALES / "es" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as lines:
        catalogue = read_po(lines, locale="es", domain=DOMAIN)
    known = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    missing, wrong, same = [], [], []
    for where, message in extract_messages():
        if where == "rules":
            continue  # another part's sentences: shown in English until they are translated
        key = message if isinstance(message, str) else message[0]
        found = known.get(key)
        string = found.string if found is not None else ()
        forms = [str(form) for form in (string if isinstance(string, (tuple, list)) else (string,))]
        if not forms or not all(forms):
            missing.append(f"{where}: {key}")
            continue
        wrong += [key for form in forms if set(PLACES.findall(form)) != set(PLACES.findall(key))]
        same += [key for form in forms if form == key and key not in SAME]
    assert missing == [], "run `python -m monitor.i18n.catalogue` and translate"
    assert wrong == []
    assert same == []


def test_dates_and_numbers_are_written_as_each_language_does() -> None:
    assert language("en").date("2025-08-12") == "August 12, 2025"
    assert language("es").date("2025-08-12T17:00:00Z") == "12 de agosto de 2025"
    assert language("en").number(1843) == "1,843"
