"""The home page as a briefing: counts by period, the changes that matter first, when ICE's page was checked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from db.database import Store
from db.queries import runs
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.briefing import choose_changes, count_periods
from monitor.web.pages.render_page import render
from tests.histories import Posting, many, open_store, take


def home_page(home: Path) -> str:
    """Return the home page of the store."""
    with Store.open(home, read_only=True) as store:
        page = make_site(store).page("", language("en"), {})
        assert page is not None
        return render(page, "", language("en"), static=False).decode()


def test_the_one_ending_is_counted_in_each_period_and_comes_first(small_home: Path) -> None:
    """Of the made-up lists of 3, 5 and 7 March 2025, the second lacks Waupaca; nothing is new."""
    with Store.open(small_home, read_only=True) as store:
        book = make_site(store).book()
    periods = count_periods(book, "2025-03-11")
    assert [(p.name, p.since, p.added, p.returned, p.ended + p.provisional) for p in periods] == [
        ("week", "2025-03-05", 0, 0, 1), ("month", "2025-03-01", 0, 0, 1), ("year", "2025-01-01", 0, 0, 1),
    ]  # fmt: skip
    assert [p.ended + p.provisional for p in count_periods(book, "2025-03-12")] == [0, 1, 1]
    (told, *_) = choose_changes(book)
    assert (told.change["kind"], told.change["agency"]) == ("termination", "Waupaca County Sheriff's Office")


def test_the_page_says_when_ices_page_was_checked(small_home: Path, tmp_path: Path) -> None:
    assert "last checked" not in home_page(small_home)
    shutil.copytree(small_home, tmp_path / "home")
    with Store.open(tmp_path / "home") as store:
        runs.finish_run(store, runs.start_run(store, "2025-10-02T08:00:00Z"), "2025-10-02T08:01:00Z", "good")
        runs.finish_run(store, runs.start_run(store, "2025-10-02T09:00:00Z"), "2025-10-02T09:01:00Z", "failed")
    page = home_page(tmp_path / "home")
    assert re.search(r'checked: <time datetime="2025-10-02T08:01:00Z" data-ago>October 2, 2025, 08:01 UTC</time>', page)
    assert "until October 2, 2025" in page


def test_the_search_comes_first(small_home: Path) -> None:
    page = home_page(small_home)
    assert page.index('role="search"') < page.index("On the list of")


def test_a_pending_list_whose_newer_ones_are_held_is_not_shown_as_todays(tmp_path: Path) -> None:
    rows = many(30)
    with open_store(tmp_path / "home") as store:
        take(store, [
            Posting(rows, "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx", linked_as="participating"),
            Posting(rows[:3], "2025-06-02T14:00:00Z", "pendingAgencies06022025am.xlsx", "pending", "pending"),
        ])  # fmt: skip
    assert "Not known since" not in home_page(tmp_path / "home")
    with open_store(tmp_path / "home") as store:
        take(store, [Posting(rows, "2025-06-04T14:00:00Z", "pendingAgencies06042025am.xlsx", linked_as="pending")])
    page = home_page(tmp_path / "home")
    assert re.search(r"Not known since (<[^>]*>)?June 4, 2025", page)
    assert "are of June 2, 2025" in page or "June 2, 2025</time></a>. It has 3 agreements." in page
