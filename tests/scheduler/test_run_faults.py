"""`ice-agreements run` when the page or a list cannot be had: nothing is lost, and the next run catches up."""

from __future__ import annotations

import pytest

from tests.scheduler.conftest import COLLIER, SECOND
from tests.scheduler.visits import Visits

#: what the list's address answers -> the outcome recorded for it
FAULTS = {
    "blocked_403": "blocked",
    "blocked_200": "blocked",
    "captcha_200": "blocked",
    "missing": "missing",
    "throttled": "throttled",
    "server_error": "server_error",
    "truncated": "truncated",
    "cut_unframed": "damaged",
    "corrupt": "damaged",
    "redirect_loop": "redirect_loop",
    "endless": "too_large",
    "gzip_bomb": "too_large_unpacked",
    "stall": "timed_out",
    "html_instead": "not_workbook",
    "reset": "unreachable",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_list_that_cannot_be_had_ends_in_1_changes_nothing_and_is_made_up_for(visits: Visits, fault: str) -> None:
    visits.settings |= {"request_timeout_seconds": "0.5" if fault == "stall" else "15", "max_tries": "2"}
    visits.site.retry_after = 0
    before = visits.derived()
    posted = visits.site.post("participating", visits.participating(*SECOND))
    visits.site.fail(posted.path, fault, None)
    ran = visits.run()
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"{FAULTS[fault]}: participatingAgencies01062026am.xlsx: ")
    assert not any(word in ran.out for word in ("no change", "listed"))  # nothing is claimed of what was not seen
    assert visits.derived() == before
    last = "select outcome from fetches where url like '%participating%' order by id desc limit 1"
    assert visits.rows(last) == [(FAULTS[fault],)]
    assert visits.rows("select file_name, reason from wanted") == [(posted.name, FAULTS[fault])]
    visits.site.heal()
    visits.settings["request_timeout_seconds"] = "15"
    visits.later(0.1)
    ran = visits.run()
    assert (ran.code, ran.err) == (0, "")
    assert visits.log() == [COLLIER]
    assert posted.data in visits.documents()


@pytest.mark.parametrize("fault", ["blocked_403", "blocked_200", "missing", "throttled", "server_error", "truncated",
                                   "stall", "redirect_loop", "endless", "gzip_bomb", "reset", "empty"])  # fmt: skip
def test_a_page_that_cannot_be_had_ends_in_1_and_the_next_run_catches_up(visits: Visits, fault: str) -> None:
    visits.settings |= {"request_timeout_seconds": "0.5" if fault == "stall" else "15", "max_tries": "1"}
    before = visits.derived()
    visits.site.post("participating", visits.participating(*SECOND))
    visits.site.fail("page", fault, None)
    ran = visits.run()
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert visits.site.url in ran.err
    assert visits.derived() == before
    assert visits.rows("select outcome from runs order by id") == [("good",), ("failed",)]
    visits.site.heal()
    visits.settings["request_timeout_seconds"] = "15"
    visits.later(0.1)
    assert visits.run().code == 0
    assert visits.log() == [COLLIER]


def test_a_list_answered_404_and_no_longer_linked_is_still_had(visits: Visits) -> None:
    """On 12 September 2025 two links answered 404 for a while; whoever noted them as seen lost both lists."""
    lost = visits.site.post("participating", visits.participating(*SECOND))
    visits.site.fail(lost.path, "missing", None)
    assert visits.run().code == 1
    visits.later()
    visits.site.post("participating", visits.participating(*SECOND, "Duval County"))
    assert visits.run().code == 0  # the lost list still answers 404, but nothing that is linked is missing
    visits.site.heal()
    visits.later(0.1)
    assert visits.run().code == 0
    assert lost.data in visits.documents()
    assert [p[:2] for p in visits.publications() if "participating" in p[0]] == [
        (f"participatingAgencies01{day}2026am.xlsx", "accepted") for day in ("05", "06", "07")
    ]
    shown = visits.rows("select kind, listed_on from changes order by listed_on")
    assert shown == [("signing", "2026-01-06"), ("signing", "2026-01-07")]
