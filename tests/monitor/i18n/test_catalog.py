"""Both languages throughout: every message is translated, with the same places to fill; one catalog for all parts."""

from __future__ import annotations

import re

import pytest

from monitor.i18n.catalog import extract_messages, extract_tables, read_catalog
from monitor.i18n.language import language
from monitor.matching.reasons import AGAINST, RULES
from monitor.publications.check import REASON_NAMES

PLACES = re.compile(r"%\(\w+\)[sd]")
#: Messages that are the same in both languages.
SAME = {
    "%(some)s of %(all)s", "no", "Biden (2021–2025)", "Obama (2009–2017)", "Trump I (2017–2021)", "provisional", "FIPS",
    "listed, no_longer_listed, pending, no_longer_pending, renewed or second_row.", "287(g): %(what)s",
}  # fmt: skip


def test_every_message_is_translated_and_nothing_is_left_over() -> None:
    known = {m.id if isinstance(m.id, str) else m.id[0]: m for m in read_catalog("es") if m.id}
    missing, wrong, same = [], [], []
    asked = {}
    for where, message in extract_messages():
        key = message if isinstance(message, str) else message[0]
        asked[key] = message
        found = known.get(key)
        string = found.string if found is not None else ()
        forms = [str(form) for form in (string if isinstance(string, (tuple, list)) else (string,))]
        if not forms or not all(forms):
            missing.append(f"{where}: {key}")
            continue
        wrong += [key for form in forms if set(PLACES.findall(form)) != set(PLACES.findall(key))]
        same += [key for form in forms if form == key and key not in SAME]
    assert len(asked) > 450, "the messages of code and templates are found"
    assert missing == [], "run `python -m monitor.i18n.catalog` and translate"
    assert wrong == []
    assert same == []
    assert known.keys() - asked.keys() - {sentence for _, sentence in extract_tables()} == set(), "said by nothing"


def test_the_sentences_of_the_rules_are_extracted() -> None:
    """They may stay in English until they are translated, but none must be missing from the catalog."""
    told = [*RULES.values(), *AGAINST.values(), *REASON_NAMES.values()]
    assert [sentence for _, sentence in extract_tables()] == told


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("No longer listed by ICE", "i18n/labels.py"),
        ("Evidence and history", "alerts/templates/message.html.j2"),
        ("Page not found", "web/pages/templates/missing.html"),
    ],
)
def test_messages_come_from_code_and_both_kinds_of_template(text: str, where: str) -> None:
    assert where in {name for name, message in extract_messages() if message == text}


def test_dates_numbers_and_enumerations_are_written_as_each_language_does() -> None:
    assert language("en").date("2025-08-12") == "August 12, 2025"
    assert language("es").date("2025-08-12T17:00:00Z") == "12 de agosto de 2025"
    assert language("en").date(None) == ""
    assert language("en").number(1843) == "1,843"
    assert language("en").join(["a", "b", "c"]) == "a, b, and c"
    assert language("es").join(["a", "b", "c"]) == "a, b y c"
    assert language("es").count("%(n)d correction", "%(n)d corrections", 2) == "2 rectificaciones"
