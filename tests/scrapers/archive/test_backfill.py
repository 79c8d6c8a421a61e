"""Past lists come from the archive once, politely, and nothing else is taken for a list."""

from __future__ import annotations

import gzip
import itertools
from datetime import timedelta

import pytest

from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from tests.paths import PAGES
from tests.scrapers.archive.archive_world import FOLDER, OLD_PAGE, PAGE, XLSX, ArchiveWorld, table_page
from tests.standin.archive import ArchiveStandIn
from tests.standin.lists import participating

ACADIA = ("LOUISIANA", "Acadia Parish Sheriff's Office", "Jail Enforcement Model", "3/4/2019", "")
BAY = ("FLORIDA", "Bay County Sheriff's Office", "Warrant Service Officer", "6/17/2020", "")
ONE, TWO = table_page([ACADIA]), table_page([ACADIA, BAY])
LINKS_ONLY = f"""<html><body><h1>287(g)</h1><a href="{FOLDER}participatingAgencies.xlsx">Participating Agencies</a>
<a href="/file-download/download/public/402117">Participating Agencies</a></body></html>""".encode()


def test_each_distinct_content_is_fetched_once_oldest_first(past: ArchiveWorld) -> None:
    for stamp, body in [("20210301000000", ONE), ("20210401000000", ONE), ("20210501000000", TWO),
                        ("20210601000000", ONE)]:  # fmt: skip
        past.archive.keep(stamp, PAGE, body)
    past.archive.keep("20201015000000", OLD_PAGE, ONE)
    done = past.backfill()
    assert (done.lists, done.is_complete) == (2, True)
    assert past.archive.asked_for() == [
        f"/web/20201015000000id_/{OLD_PAGE}", f"/web/20210501000000id_/{PAGE}",
    ]  # fmt: skip
    assert past.sightings() == [
        ("287g", f"/web/20201015000000id_/{OLD_PAGE}", "2020-10-15T00:00:00Z"),
        ("287g", f"/web/20210501000000id_/{PAGE}", "2021-05-01T00:00:00Z"),
    ]


def test_a_second_run_asks_nothing(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.backfill()
    before = len(past.archive.requests)
    assert past.backfill().lists == 0
    assert len(past.archive.requests) == before


def test_the_fetch_row_says_archive_capture_time_and_original_address(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.backfill()
    with past.open() as store:
        row = store.connection.execute(
            "select url, role, outcome, headers from fetches where sha256 is not null"
        ).fetchone()
        index = store.connection.execute("select distinct outcome from fetches where url like '%/cdx/%'").fetchall()
    assert index == [("indexed",)]
    assert row[0] == f"{past.archive.url}/web/20210301000000id_/{PAGE}"
    assert row[1:] == (
        "archive", "new", f'{{"archive-original": "{PAGE}", "memento-datetime": "2021-03-01T00:00:00Z"}}',
    )  # fmt: skip


def test_requests_are_spaced_by_the_servers_own_log(past: ArchiveWorld) -> None:
    for day in range(1, 29):
        past.archive.keep(f"202103{day:02}000000", PAGE, table_page([ACADIA], note=f"Day {day}"))
    assert past.backfill().is_complete
    times = [asked.at for asked in past.archive.requests]
    assert len(times) == 8 + 28  # an answer of the index for each address, and the captures
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {timedelta(seconds=4)}
    assert "drop" not in {asked.answer for asked in past.archive.requests}


def test_the_distance_is_kept_between_two_runs(past: ArchiveWorld) -> None:
    past.backfill()
    past.archive.keep("20210301000000", PAGE, ONE)
    past.clock.time += timedelta(days=8)  # the kept answers of the index are too old
    last = past.archive.requests[-1].at
    past.backfill()
    assert past.archive.requests[8].at - last >= timedelta(seconds=4)


def test_a_hasty_client_is_refused_by_the_stand_in_and_waits_minutes(past: ArchiveWorld) -> None:
    """The stand-in refuses after 20 quick requests, as the archive does, until it had a minute of quiet."""
    past.changes = {"archive_requests_per_minute": 60.0}
    for day in range(1, 29):
        past.archive.keep(f"202103{day:02}000000", PAGE, table_page([ACADIA], note=f"Day {day}"))
    done = past.backfill()
    assert (done.lists, done.is_complete) == (28, True)
    assert [asked.answer for asked in past.archive.requests].count("drop") >= 1
    assert max(past.clock.slept) >= 60


@pytest.mark.parametrize("fault", ["503", "429", "drop", "cut"])
def test_trouble_is_waited_out(past: ArchiveWorld, fault: str) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.faults = [""] * 8 + [fault, fault]  # the index answers eight questions first
    done = past.backfill()
    assert (done.lists, done.is_complete) == (1, True)
    assert [seconds for seconds in past.clock.slept if seconds >= 60] == [60, 120]
    assert past.captures() == [("2021-03-01T00:00:00Z", "new")]


def test_the_index_is_asked_again_when_it_is_busy(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.faults = ["503", "503", "503"]
    assert past.backfill().lists == 1
    assert [seconds for seconds in past.clock.slept if seconds >= 60] == [60, 120, 240]


def test_a_run_ends_when_the_archive_refuses_and_the_next_goes_on(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.keep("20210501000000", PAGE, TWO)
    past.archive.faults = [""] * 9 + ["503"] * 4  # eight answers of the index and a capture come first
    first = past.backfill()
    assert (first.lists, first.is_complete) == (1, False)
    assert "4 tries" in first.stopped
    second = past.backfill()
    assert (second.lists, second.is_complete) == (1, True)
    assert past.archive.asked_for("/web/2021") == [f"/web/20210301000000id_/{PAGE}", f"/web/20210501000000id_/{PAGE}"]


def test_the_days_budget_ends_a_run(past: ArchiveWorld) -> None:
    past.changes = {"archive_day_budget": 9}
    past.archive.keep("20210301000000", PAGE, ONE)
    past.archive.keep("20210501000000", PAGE, TWO)
    done = past.backfill()
    assert done.lists == 1
    assert "archive_day_budget" in done.stopped
    past.clock.time += timedelta(days=1)
    assert past.backfill().lists == 1


AKAMAI = (PAGES / "blocked-akamai" / "page.html").read_bytes()
NOT_FOUND = b"<html><body><h1>Page not found</h1></body></html>"


@pytest.mark.parametrize(
    ("capture", "outcome"),
    [
        ({"body": AKAMAI}, "blocked"),
        ({"body": NOT_FOUND}, "not_list"),
        ({"body": b""}, "empty"),
        ({"body": b"", "status": 302, "location": "https://www.ice.gov/", "mimetype": "warc/revisit"}, "redirected"),
        ({"body": NOT_FOUND, "status": 404, "mimetype": "warc/revisit"}, "missing"),
        ({"body": ONE, "gone": True}, "missing"),
    ],
    ids=["block page", "error page with 200", "no body", "redirect", "error", "not to be played"],
)
def test_what_is_no_list_has_an_outcome_and_is_not_asked_for_again(
    past: ArchiveWorld, capture: dict[str, object], outcome: str
) -> None:
    past.archive.keep("20210301000000", PAGE, **capture)  # type: ignore[arg-type]
    done = past.backfill()
    assert (done.lists, done.is_complete) == (0, True)
    assert past.captures() == [("2021-03-01T00:00:00Z", outcome)]
    assert past.sightings() == []
    before = len(past.archive.requests)
    past.backfill()
    assert len(past.archive.requests) == before


@pytest.mark.parametrize(
    ("body", "outcome"),
    [(AKAMAI, "blocked"), (NOT_FOUND, "not_workbook"), (participating("A")[:-300], "damaged")],
    ids=["block page", "error page", "cut when captured"],
)
def test_what_stands_where_a_workbook_was_is_no_list(past: ArchiveWorld, body: bytes, outcome: str) -> None:
    past.archive.keep("20250601000000", FOLDER + "participatingAgencies06012025.xlsx", body, XLSX)
    assert past.backfill().is_complete
    assert past.captures() == [("2025-06-01T00:00:00Z", outcome)]
    assert past.sightings() == []


def test_a_body_still_packed_is_unpacked(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE, packed=True)
    assert past.backfill().lists == 1


def test_the_nearest_capture_answers_and_its_own_time_counts(past: ArchiveWorld) -> None:
    past.archive.keep("20210301000000", PAGE, ONE, gone=True)
    past.archive.keep("20210302000000", PAGE, TWO)
    assert past.backfill().lists == 1
    assert past.sightings() == [("287g", f"/web/20210302000000id_/{PAGE}", "2021-03-02T00:00:00Z")]
    assert past.captures() == [("2021-03-01T00:00:00Z", "redirected"), ("2021-03-02T00:00:00Z", "new")]
    assert past.archive.asked_for() == [f"/web/2021030{day}000000id_/{PAGE}" for day in (1, 2)]


def test_a_nearest_capture_that_is_here_is_not_asked_for_again(past: ArchiveWorld) -> None:
    """It answers for two that cannot be played, and has the content of a third, which it dates earlier."""
    past.archive.keep("20210228000000", PAGE, TWO)
    for day in (1, 3, 4):
        past.archive.keep(f"2021030{day}000000", PAGE, table_page([ACADIA], note=f"Day {day}"), gone=True)
    past.archive.keep("20210302000000", PAGE, ONE)
    past.archive.keep("20210201000000", OLD_PAGE, ONE)
    assert past.backfill(since="2021-02-28").lists == 2
    asked = [path for path in past.archive.asked_for() if "20210302" in path]
    assert len(asked) == 1
    assert past.backfill().lists == 0
    assert past.archive.asked_for("20210201") == []
    assert ("287g", f"/web/20210201000000id_/{OLD_PAGE}", "2021-02-01T00:00:00Z") in past.sightings()


def test_a_revisit_is_asked_for_only_where_nothing_else_has_its_content(past: ArchiveWorld) -> None:
    kept = past.archive.keep("20210501000000", PAGE, ONE)
    past.archive.keep("20210301000000", OLD_PAGE, b"", "warc/revisit", digest=kept.digest)
    past.backfill()
    assert past.archive.asked_for() == [f"/web/20210501000000id_/{PAGE}"]


@pytest.mark.parametrize("as_json", [False, True])
def test_the_index_comes_in_parts_with_odd_records(past: ArchiveWorld, as_json: bool) -> None:
    past.archive.answers_json, past.archive.index_limit = as_json, 2
    past.archive.odd_lines = ["gov,ice)/287g 2021", "gov,ice)/287g 99999999999999 mailto:a@b.c text/html 200 X 1 2"][:1]
    for month in range(1, 6):
        past.archive.keep(f"20210{month}01000000", PAGE, table_page([ACADIA], note=f"Month {month}"))
    assert past.backfill().lists == 5
    assert len(past.archive.asked_for("resumeKey")) == 2


def test_lists_are_found_by_folder_and_by_the_links_of_captured_pages(past: ArchiveWorld) -> None:
    opaque = "https://www.ice.gov/file-download/download/public/402117"
    past.archive.keep("20260420000000", PAGE, LINKS_ONLY)
    past.archive.keep("20250301000000", FOLDER + "participatingAgencies.xlsx", participating("A"), XLSX)
    past.archive.keep("20250308000000", FOLDER + "participatingAgencies.xlsx", participating("A", "B"), XLSX)
    past.archive.keep("20250308000000", FOLDER + "287gMonthlyEncounterReport.xlsx", participating("C"), XLSX)
    name = 'attachment; filename="participatingAgencies04202026am.xlsx"'
    past.archive.keep("20260421000000", opaque, participating("A", "B", "C"), XLSX, disposition=name)
    past.archive.keep("20260421000000", opaque.replace("117", "999"), participating("D"), XLSX)
    assert past.backfill().lists == 3
    assert [file for file, _, _ in past.sightings()] == [
        "participatingAgencies.xlsx", "participatingAgencies.xlsx", "participatingAgencies04202026am.xlsx",
    ]  # fmt: skip


def test_a_bullet_list_of_2007_is_a_list_and_prose_is_none(past: ArchiveWorld) -> None:
    partners = "http://www.ice.gov/partners/287g/Section287_g.htm"
    past.archive.keep("20070915000000", partners, (PAGES / "partners-2007" / "page.html").read_bytes())
    past.archive.keep(
        "20061001000000", partners, b"<html><body><h1>Section 287(g)</h1><p>Prose only.</p></body></html>"
    )
    assert past.backfill().lists == 1
    assert past.sightings() == [("Section287_g.htm", f"/web/20070915000000id_/{partners}", "2007-09-15T00:00:00Z")]


def test_dates_and_a_limit_bound_what_is_asked_for(past: ArchiveWorld) -> None:
    for month in range(1, 6):
        past.archive.keep(f"20210{month}01120000", PAGE, table_page([ACADIA], note=f"Month {month}"))
    past.backfill(since="2021-02-01", until="2021-02-01")
    past.backfill(since="2021-03-01", limit=1)
    assert [at for at, _ in past.captures()] == ["2021-02-01T12:00:00Z", "2021-03-01T12:00:00Z"]


def test_an_earlier_capture_of_a_kept_list_dates_it_without_a_request(past: ArchiveWorld) -> None:
    past.archive.keep("20210501000000", PAGE, ONE)
    past.archive.keep("20201015000000", OLD_PAGE, ONE)
    past.backfill(since="2021-01-01")
    past.backfill()
    assert past.archive.asked_for() == [f"/web/20210501000000id_/{PAGE}"]
    assert [seen for _, _, seen in past.sightings()] == ["2020-10-15T00:00:00Z", "2021-05-01T00:00:00Z"]


def test_the_archive_leads_nowhere_else(past: ArchiveWorld) -> None:
    """A redirect to another site is not followed, neither from the index nor from a capture: it could lead inside."""
    past.archive.keep("20210301000000", PAGE, ONE)
    with ArchiveStandIn(past.clock.now) as inside:
        inside.keep("20210301000000", PAGE, ONE)
        past.archive.faults = [f"{inside.url}/cdx/search/cdx?url=x"]
        assert "leads to another site" in past.backfill().stopped
        captured = f"/web/20210301000000id_/{PAGE}"
        for place in (inside.url + captured, f"//{inside.url[7:]}{captured}", f"https://web.archive.org:1{captured}"):
            past.archive.keep(f"2021040{len(place) % 9 + 1}000000", f"{PAGE}?{len(place)}", ONE)
            past.archive.faults = [""] * 8 + [place]  # the index answers eight questions first
            past.backfill()
        assert inside.requests == []
    assert {outcome for _, outcome in past.captures()} <= {"missing", "new", "redirected"}


def test_a_packed_body_unpacks_to_no_more_than_allowed(past: ArchiveWorld) -> None:
    past.changes = {"max_list_bytes": 2_000_000}
    past.archive.keep("20210301000000", PAGE, gzip.compress(ONE + b" " * 8_000_000))
    past.archive.keep("20210401000000", PAGE, gzip.compress(TWO))
    assert past.backfill().lists == 1


def test_a_range_begins_when_the_list_before_was_last_seen(past: ArchiveWorld) -> None:
    """The index names later captures of the same content; nobody asks for them. Days are ICE's."""
    for stamp, body in [("20210301000000", ONE), ("20210401000000", ONE), ("20210701000000", TWO),
                        ("20210901000000", ONE)]:  # fmt: skip
        past.archive.keep(stamp, PAGE, body)
    past.backfill()
    assert len(past.archive.asked_for()) == 2
    with past.open() as store:
        derive(store, now=store.now_text())
        assert [c["listed_between"] for c in read_log(store)] == [["2021-03-31", "2021-06-30"]]
