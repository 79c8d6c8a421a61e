"""Documents that ICE no longer has come from the Internet Archive, dated by their capture, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.database import Store
from db.moa_models import ListedMoa, MoaSighting
from db.queries import moas
from db.settings import Settings
from monitor.documents.library import Library
from scrapers.archive.missing_documents import ask_archive
from tests.pdfs import text_pdf
from tests.scrapers.archive.archive_world import TurnedClock
from tests.scrapers.moa_world import listed
from tests.standin.archive import ArchiveStandIn

FOLDER = "https://www.ice.gov/doclib/287gMOA/"
PDF = "application/pdf"
OLD, NEW = text_pdf(["MEMORANDUM OF AGREEMENT of 2019"]), text_pdf(["MEMORANDUM OF AGREEMENT of 2020"])


class ArchiveShelf:
    """A store whose rows link documents, and an archive; `ask()` asks it, and nobody waits."""

    def __init__(self, home: Path, archive: ArchiveStandIn, clock: TurnedClock, rows: list[ListedMoa]) -> None:
        self.archive, self.clock, self.rows = archive, clock, rows
        self.store = Store.open(home, now=clock.now)
        self.settings = Settings(home=home, archive_url=archive.url, request_timeout_seconds=5)

    def link(self, name: str, outcome: str = "not_there", *, is_listed: bool = True) -> str:
        """A row links the address, and ICE was asked for it."""
        url = FOLDER + name
        self.rows.append(listed(url, is_listed=is_listed))
        sha256 = self.store.archive.put(name.encode()) if outcome == "kept" else None
        moas.record_sighting(self.store, MoaSighting(url, name, "2026-09-30T00:00:00Z", "fetch", outcome, sha256))
        return url

    def ask(self, most: int = 10) -> list[str]:
        return ask_archive(self.store, self.settings, self.clock.now, self.clock.sleep, most)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchiveShelf]:
    clock = TurnedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    rows: list[ListedMoa] = []
    monkeypatch.setattr(moas, "load_listed", lambda connection: list(rows))
    with ArchiveStandIn(clock.now) as archive:
        yield ArchiveShelf(tmp_path / "home", archive, clock, rows)


def test_what_ice_no_longer_has_comes_from_the_archive(shelf: ArchiveShelf) -> None:
    url = shelf.link("gone.pdf")
    shelf.archive.keep("20190301120000", url, OLD, PDF)
    shelf.archive.keep("20200301120000", url, NEW, PDF)
    assert shelf.ask() == ["gone.pdf: kept, as the Internet Archive captured it on 2020-03-01"]
    (record,) = Library(shelf.store.connection).records
    assert record["sha256"] is not None
    assert shelf.store.archive.get(record["sha256"]) == NEW
    assert (record["outcome"], record["first_seen_at"]) == ("not_there", "2020-03-01T12:00:00Z")
    found = Library(shelf.store.connection).capture_of(record["sha256"])
    assert found == f"{shelf.archive.url}/web/20200301120000id_/{url}"
    assert shelf.ask() == []


def test_only_what_is_missing_is_asked_for_todays_list_first(shelf: ArchiveShelf) -> None:
    for name, outcome in (("kept.pdf", "kept"), ("blocked.pdf", "block_page"), ("failed.pdf", "failed")):
        shelf.archive.keep("20200301120000", shelf.link(name, outcome), OLD, PDF)
    shelf.link("ended.pdf", is_listed=False)
    shelf.link("new.pdf")
    assert shelf.ask(most=1) == ["new.pdf: the Internet Archive has none"]
    assert shelf.ask() == ["ended.pdf: the Internet Archive has none"]
    assert not [path for path in shelf.archive.asked_for("") if "kept" in path or "blocked" in path or "failed" in path]


def test_an_error_page_that_was_captured_is_passed_over(shelf: ArchiveShelf) -> None:
    url = shelf.link("gone.pdf")
    shelf.archive.keep("20200301120000", url, OLD, PDF)
    shelf.archive.keep("20210301120000", url, b"<html><title>Page not found</title></html>", PDF)
    assert shelf.ask() == ["gone.pdf: kept, as the Internet Archive captured it on 2020-03-01"]


def test_who_has_none_is_asked_again_after_months(shelf: ArchiveShelf) -> None:
    url = shelf.link("gone.pdf")
    assert shelf.ask() == ["gone.pdf: the Internet Archive has none"]
    shelf.archive.keep("20200301120000", url, OLD, PDF)
    assert shelf.ask() == []
    shelf.clock.sleep(91 * 86_400)
    assert shelf.ask() == ["gone.pdf: kept, as the Internet Archive captured it on 2020-03-01"]


def test_an_archive_that_refuses_is_left_alone(shelf: ArchiveShelf) -> None:
    for name in ("a.pdf", "b.pdf"):
        shelf.link(name)
    shelf.archive.faults = ["503"] * 20
    (line,) = shelf.ask()
    assert line.startswith("the Internet Archive was not asked on")
    assert {s.how for s in moas.load_sightings(shelf.store.connection)} == {"fetch"}
    assert len(shelf.archive.requests) == shelf.settings.archive_tries
