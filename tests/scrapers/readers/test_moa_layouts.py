"""One agreement as other programs lay it out: what is read in it is the same, on the same page."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from db.moa_models import PageText, PdfText
from scrapers.readers.moa_document import read_document
from scrapers.readers.moa_text import clean
from tests.monitor.documents.agreements import pages_of_agreement

PAGES = pages_of_agreement("Baker County Sheriff's Office")
ENDING = (
    "This MOA becomes effective upon signature of both parties and will remain in effect until either party, upon"
    " 90-day written notice to the other party, provides notice of termination or suspension of the MOA."
)


def paragraphs(page: str) -> list[str]:
    """Return the page with the lines between two headings as one."""
    found: list[str] = [""]
    for line in page.split("\n"):
        if line.isupper():
            found += [line, ""]
        else:
            found[-1] = f"{found[-1]} {line}".strip()
    return [text for text in found if text]


def hyphenated(page: str) -> str:
    """Return the page in lines of 70 characters, with the last word of each broken."""
    lines = [line for text in paragraphs(page) for line in textwrap.wrap(text, 70)]
    broken = []
    for line in lines:
        words, _, last = line.rpartition(" ")
        half = len(last) // 2
        broken.append(f"{words} {last[:half]}-\n{last[half:]}" if last.isalpha() and len(last) > 6 else line)
    return "\n".join(broken)


LAYOUTS: dict[str, Callable[[str], str]] = {
    "narrow": lambda page: "\n".join("\n".join(textwrap.wrap(text, 60)) for text in paragraphs(page)),
    "a_page_in_one_line": lambda page: " ".join(page.split()),
    "headings_run_on": lambda page: " ".join(paragraphs(page)),
    "blank_lines": lambda page: page.replace("\n", "\n\n"),
    "hyphenated": hyphenated,
    "soft_hyphens": lambda page: page.replace("terminat", "termi\u00adnat").replace("Sheriff", "Sher\u00adiff"),
    "joined_letters": lambda page: page.replace("ff", "ﬀ").replace("fi", "ﬁ"),
    "no_break_spaces": lambda page: page.replace(" ", "\u00a0"),
    "a_head_on_every_page": lambda page: f"Memorandum of Agreement between ICE and the LEA\n{page}",
    "an_envelope_number": lambda page: f"Envelope ID: 8A7B-44-1234-ABCD\n{page}",
    "spaces_lost": lambda page: page.replace(" of ", "of ").replace("This MOA", "ThisMOA"),
    "understanding": lambda page: page.replace("MOA", "MOU"),
}


def laid_out(layout: Callable[[str], str]) -> PdfText:
    pages = tuple(PageText(number, clean(layout(page))) for number, page in enumerate(PAGES, 1))
    return PdfText("kept", pages, len(pages))


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_is_read_in_every_layout(name: str) -> None:
    reading = read_document(name, laid_out(LAYOUTS[name]))
    assert reading.support_type == "WSO"
    assert reading.agency is not None
    assert squeezed(reading.agency) == "bakercountysheriff'soffice"
    assert reading.ending is not None
    assert reading.ending.page == 2
    assert squeezed(reading.ending.text).replace("mou", "moa") == squeezed(ENDING)


def squeezed(text: str) -> str:
    """Return the text without spaces and hyphens, in small letters."""
    return "".join(text.split()).replace("-", "").lower()


def test_a_page_without_stops_gives_no_ending() -> None:
    """What ends nowhere is not a sentence, and a whole page is no quotation."""
    assert read_document("x", laid_out(lambda page: page.replace(".", " ").lower())).ending is None


def test_a_clause_over_two_pages_is_quoted_without_their_edges() -> None:
    head, foot = "Memorandum of Agreement between ICE and the LEA", "Baker County Sheriff's Office"
    before, after = ENDING[:73], ENDING[74:]
    texts = [
        f"{head}\nWarrant Service Officer Program\nI. PURPOSE\nThe parties agree on what follows here.\n1\n{foot}",
        f"{head}\nVIII. EFFECTIVE DATE AND TERMINATION OF THIS MOA\n{before}\n2\n{foot}",
        f"{head}\n{after}\nIX. POINTS OF CONTACT\nThey are named in Appendix A.\n3\n{foot}",
    ]
    pages = tuple(PageText(number, text) for number, text in enumerate(texts, 1))
    found = read_document("x", PdfText("kept", pages, 3)).ending
    assert found is not None
    assert (found.page, found.text) == (2, ENDING)
