"""Forty pending lists of changing forms over eight weeks, as readers see them: signed is signed, pending is pending."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser

from db.database import Store
from monitor.changelog.rebuild import derive
from tests.histories import NOW, Posting, Row, many, open_store, put
from tests.monitor.publications.test_which_list import USUAL, put_form
from tests.monitor.web.pages.conftest import serving

FIRST = date(2026, 3, 2)
STAYING = many(60)
TOWNS = (
    "Abilene Amarillo Alvin Angleton Athens Austin Bastrop Beeville Belton Boerne Bonham Borger Brady Brenham Bryan"
    " Burnet Canton Canyon Carthage Cleburne Conroe Corsicana Crockett Cuero Dalhart Decatur Denton Edna Elgin Ennis"
    " Floresville"
    " Gatesville Giddings Gilmer Goliad Graham Granbury Greenville Hereford Hillsboro Hondo Jasper Junction Kerrville"
).split()
PEOPLE = [Row(f"{town} Police Department", state="TEXAS") for town in TOWNS]


def day_of(n: int) -> date:
    """The weekday of the list of that number."""
    return FIRST + timedelta(days=n + n // 5 * 2)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Each weekday one agency joins the pending list, and the one that came five lists before signs and leaves it."""
    home, chance = tmp_path_factory.mktemp("pending") / "data", random.Random(4)
    with open_store(home) as store:
        for n in range(40):
            fill(store, n, chance)
            if n % 13 == 0:
                derive(store, now=NOW)
        derive(store, now=NOW)
    with serving(home) as root:
        yield root


def fill(store: Store, n: int, chance: random.Random) -> None:
    """Put the two lists of a day; the pending list has another form each day."""
    signed = [replace(person, signed=str(day_of(k))) for k, person in enumerate(PEOPLE[:n])]
    file = f"participatingAgencies{day_of(n):%m%d%Y}am.xlsx"
    put(store, Posting((*STAYING, *signed), f"{day_of(n)}T13:00:00Z", file, linked_as="participating"))
    more = [column for column in ("type", "county", "signed", "moa", "addendum") if chance.random() < 0.5]
    form = USUAL if n == 0 else tuple(chance.sample(["state", "agency", "support", *more], 3 + len(more)))
    put_form(store, PEOPLE[n : n + 5], form, day_of(n))


def test_every_page_says_of_everyone_who_is_signed_and_who_is_pending(site: str, browser: Browser) -> None:
    page = browser.new_page()
    last, wrong = day_of(39), []
    for number, person in enumerate(PEOPLE):
        page.goto(f"{site}agencies/tx-{person.agency.lower().replace(' ', '-')}/")
        statuses = page.locator("ul.agreements").first.locator(".badge").all_inner_texts()
        said = page.locator("ul.agreements").first.inner_text()
        if number < 39:
            right = statuses == ["listed"] and f"since {long(day_of(number + 1))}" in said and "pending" not in said
        else:
            right = statuses == ["pending"] and f"since {long(day_of(max(number - 4, 0)))}" in said
        wrong += [] if right else [(person.agency, statuses, said)]
    assert wrong == []
    page.goto(f"{site}")
    home = page.inner_text("main")
    assert "with 99 agencies" in home  # 60 that stay, 39 that signed
    assert f"kept here is of {long(last)}" in " ".join(home.split())
    assert "It has 5 agreements." in home
    page.goto(f"{site}places/tx/")
    assert page.locator("main .badge.ended, main .badge.provisional").count() == 0
    newest = page.locator("main ul.changes").first.text_content() or ""
    assert "Pending before, signed now" in newest
    assert f"was pending since {long(day_of(33))}" in newest  # of the newest who signed
    assert "No longer listed" not in newest
    page.goto(f"{site}changes/?kind=termination")
    assert "0 changes" in page.inner_text("main")
    page.goto(f"{site}lists/")
    assert "held" not in page.locator("main table, main ul").first.inner_text()
    page.close()


def long(day: date) -> str:
    """The day as the pages write it."""
    return f"{day:%B} {day.day}, {day.year}"
