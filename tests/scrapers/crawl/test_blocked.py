"""What is a wall and what is ICE's page or list, by content and not by status."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.crawl.blocked import judge_page, judge_workbook, wall_in
from scrapers.crawl.landing_page import parse_page
from tests.paths import PAGES
from tests.standin import forms
from tests.standin.lists import participating
from tests.workbooks import make_workbook

BOOK = participating("Baker County Sheriff's Office", "Bay County Sheriff's Office")


def judged(body: bytes) -> str | None:
    page = parse_page(body, "https://www.ice.gov/identify-and-arrest/287g")
    assert page is not None
    return judge_page(page, body)


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("blocked-akamai", "Access Denied"),
        ("blocked-interruption", "Pardon Our Interruption"),
        ("blocked-challenge", "challenge"),
        ("blocked-maintenance", "none of the page's own marks"),
    ],
)
def test_a_wall_in_the_pages_place_is_recognized_with_its_reason(name: str, mark: str) -> None:
    reason = judged((PAGES / name / "page.html").read_bytes())
    assert reason is not None
    assert mark in reason


@pytest.mark.parametrize("path", sorted(PAGES.glob("landing-*")), ids=lambda path: path.name)
def test_no_form_of_the_page_is_taken_for_a_wall(path: Path) -> None:
    assert judged((path / "page.html").read_bytes()) is None


def test_a_good_page_that_mentions_a_captcha_in_a_script_is_good() -> None:
    assert judged(forms.landing_page("<script>loadCaptcha('g-recaptcha')</script>", nonce="n").encode()) is None


@pytest.mark.parametrize(
    "html",
    [
        forms.AKAMAI,
        forms.CAPTCHA,
        "<title>Just a moment...</title>",
        "The requested URL was rejected. Please consult your administrator.",
    ],
)
def test_walls_name_themselves(html: str) -> None:
    assert wall_in(html.encode()) is not None


def test_ices_own_error_page_is_no_wall() -> None:
    assert wall_in(forms.NOT_FOUND.encode()) is None


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (forms.AKAMAI.encode(), "blocked"),
        (forms.CAPTCHA.encode(), "blocked"),
        (forms.NOT_FOUND.encode(), "not_workbook"),
        (b"STATE,LAW ENFORCEMENT AGENCY\n", "not_workbook"),
        (b"%PDF-1.7", "not_workbook"),
        (b"", "empty"),
        (BOOK[: len(BOOK) // 2], "damaged"),
        (BOOK[:-1], "damaged"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_what_comes_instead_of_a_workbook_is_named(body: bytes, outcome: str) -> None:
    verdict = judge_workbook(body)
    assert verdict is not None
    assert verdict[0] == outcome


def test_a_whole_workbook_passes() -> None:
    assert judge_workbook(BOOK) is None


def test_a_flipped_byte_anywhere_in_the_rows_is_noticed() -> None:
    """The zip keeps a checksum of each part; 40 places spread over the sheet's packed bytes are tried."""
    book = make_workbook([("STATE",), *((f"FLORIDA {i * 7919 % 1000}",) for i in range(400))])
    start = book.index(b"xl/worksheets/sheet1.xml") + 24
    for at in range(start + 8, start + 1000, 25):
        bad = bytearray(book)
        bad[at] ^= 0xFF
        assert judge_workbook(bytes(bad)) is not None, at
