"""Fixtures of the tests of the service and of `run`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scheduler.desk import Desk
from tests.scheduler.visits import COUNTIES, Visits
from tests.standin import StandIn

FIRST, SECOND = COUNTIES[:6], COUNTIES[:7]  # the second list adds Collier County
COLLIER = ("signing", "confirmed", "Collier County Sheriff's Office")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty data directory and a stand-in that lists nothing yet."""
    with StandIn() as site:
        yield Desk(site, tmp_path / "home")


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    """A site that links both lists, visited once."""
    with StandIn() as site:
        visits = Visits(site, tmp_path / "home")
        visits.later(0)
        site.post("participating", visits.participating(*FIRST))
        site.post("pending", visits.pending("Bell County", "Pecos County"))
        assert visits.run() == (0, visits_said("01052026am: new"), "")
        visits.later()
        yield visits


def visits_said(outcome: str) -> str:
    """What a first visit that finds both lists prints."""
    stamp, _, word = outcome.partition(": ")
    return f"participatingAgencies{stamp}.xlsx: {word}\npendingAgencies{stamp}.xlsx: {word}\nno change\n"


def assert_as_if_made_from_nothing(visits: Visits) -> None:
    """What the runs made piece by piece is what `rebuild` makes of the whole."""
    before = visits.derived()
    visits.run("rebuild")
    assert visits.derived() == before
