"""Everything a server can do wrong: each has its outcome, loses nothing, and the next good pass catches up."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from typing import Any

import pytest

from db.queries import fetches
from scrapers.crawl.outcomes import OUTCOMES
from tests.scrapers.spider_world import BAKER, BAY, BELL, World

#: fault of a list -> (outcome, tries within the pass), three being allowed
LIST_FAULTS = {
    "blocked_403": ("blocked", 1),
    "blocked_200": ("blocked", 1),
    "captcha_200": ("blocked", 1),
    "plain_403": ("refused", 1),
    "missing": ("missing", 1),
    "server_error": ("server_error", 3),
    "unavailable": ("server_error", 3),
    "truncated": ("truncated", 3),
    "truncated_chunked": ("truncated", 3),
    "cut_unframed": ("damaged", 3),
    "gzip_cut": ("damaged", 3),
    "redirect_loop": ("redirect_loop", 1),
    "redirect_offsite": ("offsite", 1),
    "redirect_other_port": ("offsite", 1),
    "redirect_other_scheme": ("offsite", 1),
    "redirect_to_user": ("offsite", 1),
    "endless": ("too_large", 1),
    "huge": ("too_large", 1),
    "gzip_bomb": ("too_large_unpacked", 1),
    "gzip_untold_bomb": ("too_large_unpacked", 1),
    "reset": ("unreachable", 3),
    "corrupt": ("damaged", 3),
    "empty": ("empty", 3),
    "html_instead": ("not_workbook", 1),
}
SMALL: dict[str, Any] = {"max_list_bytes": 400_000, "max_unpacked_bytes": 2_000_000}


@pytest.mark.parametrize("fault", LIST_FAULTS)
def test_a_list_that_cannot_be_had_is_wanted_until_it_is(world: World, fault: str) -> None:
    """Even when the page has stopped linking it: a tracker lost both lists of 12 September 2025 for good."""
    outcome, tries = LIST_FAULTS[fault]
    world.site.post("participating", BAKER)
    lost = world.site.links["participating"]
    world.site.fail("participating", fault, None)
    result = world.passes(**SMALL)
    assert result.page_outcome == "new"
    assert [f.outcome for f in result.list_fetches] == [outcome] * tries
    assert world.outcomes() == [outcome] * tries
    assert (result.new_documents, result.verified) == ((), False)
    assert world.wanted() == [(lost.name, outcome, 1)]
    assert world.store.connection.execute("select outcome from runs").fetchall() == [("partial",)]

    world.site.heal()
    world.site.clock += timedelta(days=1)
    world.site.post("participating", BAY)
    result = world.passes(**SMALL)
    assert [(f.file_name, f.outcome) for f in result.list_fetches] == [
        (world.site.links["participating"].name, "new"),
        (lost.name, "new"),
    ]
    assert BAKER in world.documents()
    assert BAY in world.documents()
    assert world.wanted() == []


@pytest.mark.parametrize("where", ["participating", "page"])
@pytest.mark.parametrize("oddity", ["lying_gzip", "lying_deflate", "lying_unknown", "gzip_untold", "gzip_twice"])
def test_a_content_encoding_that_lies_costs_nothing(world: World, where: str, oddity: str) -> None:
    """The body says whether and how often it is packed; what is stored is the list."""
    world.site.post("participating", BAKER)
    world.site.fail(where, oddity, None)
    result = world.passes()
    assert (result.page_outcome, [f.outcome for f in result.list_fetches]) == ("new", ["new"])
    assert world.documents() == [BAKER]
    assert result.verified


def test_a_file_name_in_raw_latin_1_is_read(world: World) -> None:
    world.site.post("participating", BAKER, family="download")
    world.site.fail("participating", "latin1_name", None)
    (fetch,) = world.passes().list_fetches
    assert (fetch.outcome, fetch.file_name) == ("new", "participatingAgencies01052026am \u00e9\u00fc.xlsx")


#: fault of the page -> (outcome, tries, whether lists known from before are asked for nevertheless)
PAGE_FAULTS = {
    "blocked_403": ("blocked", 1, False),
    "blocked_200": ("blocked", 1, False),
    "captcha_200": ("blocked", 1, False),
    "html_instead": ("blocked", 1, False),
    "plain_403": ("refused", 1, False),
    "missing": ("missing", 1, True),
    "server_error": ("server_error", 3, True),
    "truncated": ("truncated", 3, True),
    "truncated_chunked": ("truncated", 3, True),
    "cut_unframed": ("truncated", 3, True),
    "gzip_cut": ("truncated", 3, True),
    "redirect_loop": ("redirect_loop", 1, True),
    "redirect_offsite": ("offsite", 1, True),
    "endless": ("too_large", 1, True),
    "gzip_bomb": ("too_large_unpacked", 1, True),
    "reset": ("unreachable", 3, False),
    "empty": ("empty", 3, True),
    "not_html": ("not_html", 1, True),
}


@pytest.mark.parametrize("fault", PAGE_FAULTS)
def test_a_page_that_cannot_be_had_changes_nothing(world: World, fault: str) -> None:
    outcome, tries, asks = PAGE_FAULTS[fault]
    world.site.post("participating", BAKER)
    world.passes()
    before = fetches.page_checks(world.store)
    world.site.fail("page", fault, None)
    result = world.passes(**SMALL)
    assert result.page_outcome == outcome
    assert world.outcomes("page")[1:] == [outcome] * tries
    assert [f.outcome for f in result.list_fetches] == (["not_modified"] if asks else [])
    assert (result.new_documents, result.layout_changed, result.page_is_list) == ((), False, False)
    assert fetches.page_checks(world.store) == before
    assert result.error.startswith(f"{outcome}: {world.site.url}: ")
    assert "\n" not in result.error
    assert len(world.documents()) == 1
    world.site.heal()
    world.site.post("participating", BAY)
    assert world.passes().new_documents == (hashlib.sha256(BAY).hexdigest(),)


@pytest.mark.parametrize(("where", "role"), [("page", "page"), ("participating", "list")])
@pytest.mark.parametrize("fault", ["stall", "silent"])
def test_a_stalled_answer_ends_by_the_time_allowed(world: World, where: str, role: str, fault: str) -> None:
    world.site.post("participating", BAKER)
    world.site.fail(where, fault, None)
    begun = time.perf_counter()
    world.passes(request_timeout_seconds=0.15, max_tries=2)
    assert time.perf_counter() - begun < 20  # the other tests allow a minute
    assert world.outcomes(role) == ["timed_out", "timed_out"]
    world.site.heal()
    assert world.passes().verified


def test_a_fault_that_passes_is_retried_within_the_pass_and_both_tries_are_rows(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.fail("page", "server_error", 1)
    world.site.fail("participating", "truncated", 1)
    world.site.fail("participating", "corrupt", 1)
    result = world.passes()
    assert world.outcomes("page") == ["server_error", "new"]
    assert [f.outcome for f in result.list_fetches] == ["truncated", "damaged", "new"]
    assert (result.verified, world.wanted()) == (True, [])


def test_damaged_bytes_are_kept_as_evidence_and_never_become_the_baseline(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.fail("participating", "corrupt", 3)
    result = world.passes()
    (row,) = {f.sha256 for f in result.list_fetches}
    assert row is not None
    assert world.store.archive.get(row) != BAKER
    assert world.store.connection.execute("select count(*) from sightings").fetchone() == (0,)
    assert world.passes().new_documents == (hashlib.sha256(BAKER).hexdigest(),)
    assert "if-none-match" not in world.site.asked("participating")[-1].headers


def test_retry_after_is_waited_for(world: World) -> None:
    world.site.retry_after = 1
    world.site.post("participating", BAKER)
    world.site.fail("participating", "throttled", 1)
    result = world.passes()
    assert [f.outcome for f in result.list_fetches] == ["throttled", "new"]
    first, second = world.site.asked("participating")
    assert (second.at - first.at).total_seconds() >= 1


def test_a_long_retry_after_ends_the_asking_and_is_told_to_the_scheduler(world: World) -> None:
    world.site.retry_after = 3600
    world.site.post("participating", BAKER)
    world.site.fail("page", "throttled", None)
    result = world.passes()
    assert (world.outcomes("page"), world.outcomes()) == (["throttled"], [])
    assert result.not_before == "2026-01-05T17:00:00Z"  # the clock of this world stood at 16:00


def test_a_page_linked_before_its_file_is_there_is_asked_for_again(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.post("pending", BELL)
    world.site.fail("participating", "missing", 2)
    assert [f.outcome for f in world.passes().list_fetches] == ["missing", "new"]
    assert [f.outcome for f in world.passes().list_fetches] == ["missing", "not_modified"]
    assert world.wanted() == [("participatingAgencies01052026am.xlsx", "missing", 2)]
    assert [f.outcome for f in world.passes().list_fetches] == ["new", "not_modified"]
    assert world.wanted() == []


def test_a_list_never_had_and_no_longer_linked_is_given_up_after_thirty_days(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.remove("participating")
    world.passes()
    world.site.clock += timedelta(days=1)
    world.site.post("participating", BAY)
    world.time += timedelta(days=29)
    assert sorted(f.outcome for f in world.passes().list_fetches) == ["missing", "new"]
    world.time += timedelta(days=2)
    assert [f.outcome for f in world.passes().list_fetches] == ["same"]
    assert world.wanted() == []


def test_every_outcome_has_a_meaning(world: World) -> None:
    named = {outcome for outcome, *_ in [*LIST_FAULTS.values(), *PAGE_FAULTS.values()]}
    assert named <= OUTCOMES.keys()
