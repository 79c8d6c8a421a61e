"""What the archive answers in its many ways is understood, and no answer of its own is taken for ICE's."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from tests.scrapers.archive.archive_world import FOLDER, OLD_PAGE, PAGE, XLSX, ArchiveWorld, table_page
from tests.standin.lists import participating

ACADIA = ("LOUISIANA", "Acadia Parish Sheriff's Office", "Jail Enforcement Model", "3/4/2019", "")
BAY = ("FLORIDA", "Bay County Sheriff's Office", "Warrant Service Officer", "6/17/2020", "")
CADDO = ("LOUISIANA", "Caddo Parish Sheriff's Office", "Jail Enforcement Model", "3/4/2019", "")
ONE, TWO, THREE = table_page([ACADIA]), table_page([ACADIA, BAY]), table_page([ACADIA, BAY, CADDO])
INDEX = [""] * 8  # the index answers eight questions first


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(ONE), {"Content-Encoding": "gzip"}),
        (gzip.compress(gzip.compress(ONE)), {"Content-Encoding": "gzip"}),
        (gzip.compress(gzip.compress(ONE)), {}),
        (ONE, {"Content-Encoding": "gzip"}),
        (ONE, {"Content-Encoding": "br"}),
    ],
    ids=["said", "twice, said once", "twice, not said", "said but not packed", "another packing, not packed"],
)
def test_a_body_is_unpacked_by_what_it_is(past: ArchiveWorld, body: bytes, headers: dict[str, str]) -> None:
    past.archive.keep("20210301000000", PAGE, body, headers=headers)
    done = past.backfill()
    assert (done.lists, done.is_complete) == (1, True)
    assert len(past.archive.requests) == 9


def test_a_body_that_unpacks_to_more_than_the_limit_is_no_list(past: ArchiveWorld) -> None:
    past.changes = {"max_list_bytes": 100_000}
    past.archive.keep("20210301000000", PAGE, gzip.compress(ONE + b" " * 1_000_000))
    past.backfill()
    assert past.captures() == [("2021-03-01T00:00:00Z", "too_large")]


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize(
    "body",
    [THREE[:-100], THREE[: THREE.index(b"Bay County")], gzip.compress(THREE)[:-100],
     b"<html><body><h1>287(g)</h1><ul>" + b"<li>AZ Department of Public Safety" * 9],
    ids=["before its end", "in a row", "packed", "in bullets"],
)  # fmt: skip
def test_a_page_that_was_cut_is_no_list(past: ArchiveWorld, body: bytes, is_whole: bool) -> None:
    """On its way here it is asked for again, three times in all; when it was captured, that is all there is."""
    past.archive.keep("20210301000000", PAGE, body, digest="" if is_whole else "A" * 32)
    past.archive.keep("20210401000000", PAGE, ONE)
    for _ in range(1 if is_whole else 3):
        past.backfill()
    assert past.captures() == [("2021-03-01T00:00:00Z", "truncated"), ("2021-04-01T00:00:00Z", "new")]
    assert len(past.archive.asked_for("20210301")) == (1 if is_whole else 3)
    assert len(past.sightings()) == 1


def test_a_page_of_2007_may_end_without_a_word(past: ArchiveWorld) -> None:
    body = ONE.replace(b"</body></html>", b"")
    past.archive.keep("20210301000000", PAGE, body)
    assert past.backfill().lists == 1


@pytest.mark.parametrize("after", ["900", "Thu, 01 Oct 2026 12:15:30 GMT"])
def test_the_archive_is_left_alone_as_long_as_it_asks(past: ArchiveWorld, after: str) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.faults = [*INDEX, "429"]
    past.archive.retry_after = after
    assert past.backfill().lists == 1
    assert 890 <= max(past.clock.slept) <= 930


def test_a_record_of_another_host_is_no_capture_of_the_page(past: ArchiveWorld) -> None:
    past.archive.odd_lines = [
        f"org,example)/ 20210401000000 {url} text/html 200 {'A' * 32} 9"
        for url in ("https://example.org/287g", "http://localhost/287g", "http://[/287g")
    ]
    past.archive.keep("20210301000000", PAGE, ONE)
    past.backfill()
    assert len(past.archive.requests) == 9


@pytest.mark.parametrize(
    "location",
    ["/web/{stamp}{mode}/{original}", "https://web.archive.org/web/{stamp}{mode}/{original}",
     "http://localhost:9/web/{stamp}{mode}/{original}"],
)  # fmt: skip
def test_the_nearest_capture_is_asked_for_at_the_archive_whatever_host_its_address_names(
    past: ArchiveWorld, location: str
) -> None:
    past.archive.location = location
    past.archive.keep("20210301000000", PAGE, ONE, gone=True)
    past.archive.keep("20210302000000", PAGE, TWO)
    assert past.backfill().lists == 1
    assert [at for at, outcome in past.captures() if outcome == "new"] == ["2021-03-02T00:00:00Z"]


@pytest.mark.parametrize("location", ["https://example.org/", "/login", "http://[", ""])
def test_a_redirect_to_any_other_place_is_not_followed(past: ArchiveWorld, location: str) -> None:
    past.archive.location = location
    past.archive.keep("20210301000000", PAGE, ONE, gone=True)
    past.archive.keep("20210302000000", PAGE, TWO)
    assert past.backfill().lists == 1
    assert past.captures() == [("2021-03-01T00:00:00Z", "missing"), ("2021-03-02T00:00:00Z", "new")]


def test_captures_are_taken_where_no_header_calls_them_so(past: ArchiveWorld) -> None:
    past.archive.says_memento = False
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.keep("20250601000000", FOLDER + "participatingAgencies06012025.xlsx", participating("A"), XLSX)
    assert past.backfill().lists == 2


def test_a_page_of_the_archives_own_is_no_capture_and_is_asked_for_again(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.faults = [*INDEX, "page"]
    first = past.backfill()
    assert (first.lists, first.unsettled, past.captures()) == (0, 1, [])
    assert past.backfill().lists == 1


def test_a_page_in_place_of_the_index_is_not_kept_as_its_answer(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.faults = ["page", "page"]
    assert past.backfill().lists == 1
    assert [seconds for seconds in past.clock.slept if seconds >= 60] == [60, 120]


@pytest.mark.parametrize("fault", ["403", "empty", "500", "502"])
def test_a_refused_or_empty_answer_is_no_word_on_the_capture(past: ArchiveWorld, fault: str) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.faults = [*INDEX, fault]
    past.backfill()
    past.backfill()
    assert past.captures() == [("2021-03-01T00:00:00Z", "new")]


def test_one_capture_that_always_fails_does_not_keep_the_others_away(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.keep("20210501000000", PAGE, TWO)
    past.archive.keep("20210601000000", PAGE, THREE)
    past.archive.faults = [*INDEX, *["500"] * 4]
    done = past.backfill()
    assert (done.lists, done.unsettled, done.is_complete) == (2, 1, False)
    assert past.backfill().is_complete


def test_two_failures_in_a_row_end_the_run(past: ArchiveWorld) -> None:
    for stamp, body in [("20210301000000", ONE), ("20210501000000", TWO), ("20210601000000", THREE)]:
        past.archive.keep(stamp, PAGE, body)
    past.archive.faults = [*INDEX, *["503"] * 8]
    assert past.backfill().lists == 0
    assert len(past.archive.requests) == 8 + 8
    assert past.backfill().lists == 3


@pytest.mark.parametrize("as_json", [False, True])
def test_odd_records_of_the_index_cost_nothing_but_themselves(past: ArchiveWorld, as_json: bool) -> None:
    past.archive.answers_json = as_json
    past.archive.odd_lines = [
        "gov,ice)/287g 20210230000000 https://www.ice.gov/287g text/html 200 X 1",  # no such day
        "gov,ice)/287g 20211399999999 https://www.ice.gov/287g text/html 200 X 1",
        "gov,ice)/287g 20210301000000", "org.archive.wayback.exception.ResourceNotInArchiveException: no",
    ]  # fmt: skip
    past.archive.keep("20210101000000", PAGE, ONE)
    past.archive.keep("20210201000000", PAGE, TWO)
    assert past.backfill().lists == 2


def test_an_index_that_does_not_filter_names_errors_which_are_not_asked_for(past: ArchiveWorld) -> None:
    past.archive.filters = False
    past.archive.keep("20210101000000", PAGE, b"gone", status=404)
    past.archive.keep("20210102000000", PAGE, b"", status=301, location=OLD_PAGE)
    past.archive.keep("20210201000000", PAGE, ONE)
    past.backfill()
    assert past.archive.asked_for() == [f"/web/20210201000000id_/{PAGE}"]


def test_captures_without_a_digest_are_each_asked_for(past: ArchiveWorld) -> None:
    past.archive.keep("20210101000000", PAGE, ONE, digest="-")
    past.archive.keep("20210301000000", OLD_PAGE, TWO, digest="-")
    assert past.backfill().lists == 2
    asked = len(past.archive.requests)
    past.backfill()
    assert len(past.archive.requests) == asked


def test_a_list_in_the_folder_under_an_unusual_name_is_found_by_the_pages_link(past: ArchiveWorld) -> None:
    place = FOLDER + "Sep%20update.xlsx"
    page = f'<html><body><h1>287(g)</h1><a href="{place}">View Participating Agencies</a></body></html>'.encode()
    past.archive.keep("20250901000000", PAGE, page)
    past.archive.keep("20250901010000", place, participating("A"), XLSX)
    assert past.backfill().lists == 1


def test_the_name_in_the_answers_own_header_serves(past: ArchiveWorld) -> None:
    opaque = "https://www.ice.gov/file-download/download/public/402117"
    page = f'<html><body><h1>287(g)</h1><a href="{opaque}">Participating Agencies</a></body></html>'.encode()
    past.archive.keep("20260420000000", PAGE, page)
    header = {"Content-Disposition": 'attachment; filename="participatingAgencies04202026am.xlsx"'}
    past.archive.keep("20260420010000", opaque, participating("A"), XLSX, headers=header)
    past.backfill()
    assert [file for file, _, _ in past.sightings()] == ["participatingAgencies04202026am.xlsx"]


def test_the_index_is_asked_for_a_link_once_its_list_is_here_only_after_months(past: ArchiveWorld) -> None:
    """A download's number leads to one file; ICE's pages link hundreds, and each question takes its turn."""
    links = [f"https://www.ice.gov/file-download/download/public/40211{number}" for number in (1, 2)]
    anchors = "".join(f'<a href="{link}">Participating Agencies</a>' for link in links)
    past.archive.keep("20260420000000", PAGE, f"<html><body><h1>287(g)</h1>{anchors}</body></html>".encode())
    past.archive.keep("20260421000000", links[0], participating("A"), XLSX)
    past.backfill()
    asked = len(past.archive.requests)
    past.clock.time += timedelta(days=8)
    past.backfill()
    again = [request.path for request in past.archive.requests[asked:]]
    assert (len(again), [path for path in again if "402111" in path]) == (9, [])
    past.clock.time += timedelta(days=90)
    past.backfill()
    assert [path for path in past.archive.asked_for("402111") if "/cdx/" in path][1:]
