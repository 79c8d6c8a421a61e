"""Agreement documents are fetched gently: each address when it is due, each answer an outcome, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from db.database import Store
from scrapers.crawl.moa_queue import OUTCOMES, addresses_due
from scrapers.crawl.sources import Source
from tests.pdfs import text_pdf
from tests.scrapers.moa_world import MoaWorld, listed
from tests.standin import StandIn


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MoaWorld]:
    with StandIn(only_posted_moas=True) as site, Store.open(tmp_path / "home") as store:
        yield MoaWorld(site, store)


def test_a_document_is_kept_byte_for_byte(world: MoaWorld) -> None:
    world.post("A_TFM_MOA.pdf", "the words of A")
    assert world.passes() == ["A_TFM_MOA.pdf: kept"]
    (sighting,) = world.sightings()
    assert sighting.sha256 is not None
    assert world.store.archive.get(sighting.sha256) == text_pdf(["the words of A"])
    assert sighting.size_bytes == len(text_pdf(["the words of A"]))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("missing", "not_there"), ("blocked_403", "block_page"), ("blocked_200", "block_page"),
        ("captcha_200", "block_page"), ("plain_403", "refused"), ("html_instead", "not_a_pdf"), ("empty", "empty"),
        ("huge", "too_large"), ("truncated", "failed"), ("stall", "failed"), ("reset", "failed"),
        ("server_error", "failed"), ("redirect_loop", "failed"), ("redirect_offsite", "failed"),
        ("throttled", "failed"), ("moved", "kept"), ("slow", "kept"),
    ],
)  # fmt: skip
def test_every_answer_is_an_outcome(world: MoaWorld, fault: str, outcome: str) -> None:
    url = world.post("A_TFM_MOA.pdf")
    world.site.fail(url.removeprefix(world.site.root), fault, None)
    world.passes(moa_max_bytes=100_000)
    assert world.outcomes() == [("A_TFM_MOA.pdf", outcome)]
    assert outcome in OUTCOMES
    assert (world.sightings()[0].sha256 is not None) == (outcome == "kept")


def test_a_moved_document_has_both_addresses(world: MoaWorld) -> None:
    url = world.post("A_TFM_MOA.pdf")
    world.site.fail(url.removeprefix(world.site.root), "moved")
    world.passes()
    assert world.sightings()[0].url == url
    assert world.sightings()[0].final_url == f"{url}?moved"


def test_a_kept_document_is_asked_again_after_its_time_and_not_sent_again(world: MoaWorld) -> None:
    url = world.post("A_TFM_MOA.pdf")
    world.passes()
    assert world.passes() == ["no document is due"]
    world.later(days=31)
    assert world.passes() == ["A_TFM_MOA.pdf: same"]
    assert [logged.answer for logged in world.site.asked(url.removeprefix(world.site.root))] == ["200", "304"]
    world.later(days=31)
    world.passes()
    assert world.site.asked(url.removeprefix(world.site.root))[-1].answer == "304"  # the validators outlive a 304


def test_a_replaced_document_is_kept_beside_the_old_one_and_told_once(world: MoaWorld) -> None:
    world.post("A_TFM_MOA.pdf", "signed in February")
    world.passes()
    world.later(days=31)
    world.site.clock += timedelta(days=30)
    world.post("A_TFM_MOA.pdf", "signed in March")
    world.passes()
    world.later(days=31)
    world.passes()
    assert [outcome for _, outcome in world.outcomes()] == ["kept", "replaced", "same"]
    kept = {s.sha256 for s in world.sightings()}
    assert len(kept) == 2
    assert all(sha256 and world.store.archive.has(sha256) for sha256 in kept)


def test_a_document_that_is_gone_stays_kept(world: MoaWorld) -> None:
    url = world.post("A_TFM_MOA.pdf")
    world.passes()
    del world.site.files[url.removeprefix(world.site.root)]
    world.later(days=31)
    world.passes()
    assert [outcome for _, outcome in world.outcomes()] == ["kept", "not_there"]
    assert world.sightings()[1].status == 404
    sha256 = world.sightings()[0].sha256
    assert sha256 is not None
    assert world.store.archive.has(sha256)


def test_requests_keep_their_distance_also_between_passes(world: MoaWorld) -> None:
    for name in "ABC":
        world.post(f"{name}.pdf")
    world.passes(moa_delay_seconds=0.3)
    for name in "DE":
        world.post(f"{name}.pdf")
    world.time -= timedelta(minutes=1)  # the next pass comes at once, by the clock
    world.passes(moa_delay_seconds=0.3)
    times = [logged.at for logged in world.site.requests if logged.path.endswith(".pdf")]
    assert len(times) == 5
    assert min((later - earlier).total_seconds() for earlier, later in pairwise(times)) >= 0.29


def test_budgets_end_a_pass_and_the_next_goes_on(world: MoaWorld) -> None:
    for number in range(10):
        world.post(f"{number}.pdf")
    assert len(world.passes(moa_requests_per_pass=4)) == 4
    assert len(world.passes(moa_requests_per_pass=100, moa_requests_per_day=6)) == 2
    assert world.passes(moa_requests_per_day=6) == ["the day's requests or bytes are used up"]
    world.later(days=1)
    lines = world.passes(moa_bytes_per_day=600)  # one document has more than 600 bytes
    assert lines == ["6.pdf: kept", "the pass ended early: the day's bytes are used up"]
    assert world.passes(moa_home_bytes=1)[0].endswith("nothing was asked")
    assert len(world.passes()) == 3
    assert Counter(logged.path for logged in world.site.requests if ".pdf" in logged.path).most_common(1)[0][1] == 1


def test_a_server_that_slows_us_down_is_left_alone(world: MoaWorld) -> None:
    urls = [world.post(f"{number}.pdf") for number in range(5)]
    world.site.fail(urls[1].removeprefix(world.site.root), "throttled")
    lines = world.passes()
    assert lines[-1] == "the pass ended early: the server asks to slow down"
    assert [outcome for _, outcome in world.outcomes()] == ["kept", "failed"]


def test_three_block_pages_in_a_row_end_a_pass(world: MoaWorld) -> None:
    for number in range(8):
        url = world.post(f"{number}.pdf")
        if 1 <= number < 7:
            world.site.fail(url.removeprefix(world.site.root), "blocked_403", None)
    assert world.passes()[-1] == "the pass ended early: 3 block pages in a row"
    assert len(world.sightings()) == 4


def test_robots_txt_is_obeyed(world: MoaWorld) -> None:
    world.site.robots = "User-agent: *\nDisallow: /doclib/287gMOA/\n"
    world.post("A.pdf")
    world.post("B.pdf")
    world.passes()
    assert world.outcomes() == [("A.pdf", "refused")]
    assert not [logged for logged in world.site.requests if logged.path.endswith(".pdf")]


def test_new_addresses_of_todays_list_come_first(world: MoaWorld) -> None:
    source = Source("https://www.ice.gov/identify-and-arrest/287g")
    root = "https://www.ice.gov/doclib/287gMOA/"
    rows = [
        listed(f"{root}ended.pdf", is_listed=False), listed(f"{root}new.pdf"), listed(f"{root}old.pdf"),
        listed(f"{root}failed.pdf"), listed(f"{root}fresh.pdf"), listed("https://example.org/elsewhere.pdf"),
        listed(""),
    ]  # fmt: skip
    tried = {
        f"{root}old.pdf": ("2025-12-01T00:00:00Z", "kept"),
        f"{root}failed.pdf": ("2026-01-05T00:00:00Z", "failed"),
        f"{root}fresh.pdf": ("2026-01-04T00:00:00Z", "same"),
    }
    due = addresses_due(rows, tried, source, world.time, 30)
    assert [url.removeprefix(root) for url in due] == ["new.pdf", "ended.pdf", "old.pdf", "failed.pdf"]
