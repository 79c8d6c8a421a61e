"""What a list tells that is taken in late, is held for a person or stands under the other list's link."""

from __future__ import annotations

import pytest

from monitor.changelog.log import read_log
from tests.monitor.alerts.conftest import ANN, CAMDEN, LEE, PASCO
from tests.monitor.alerts.world import STEADY, World, row


def test_history_taken_in_later_tells_nothing(world: World) -> None:
    """A list of March, imported in June, shows a signing of March that is gone in June: an old ending, not news."""
    world.publish("2025-02-03")
    world.publish("2025-06-02")
    world.subscribe(ANN, early=True)
    world.now = "2025-06-03T13:00:00Z"
    world.publish("2025-03-03", row("Old Town Police Department", signed="2025-02-20"), from_scratch=True)
    kinds = [(e["kind"], e["status"]) for e in read_log(world.store)]
    assert ("signing", "confirmed") in kinds
    assert world.outbox() == []


def test_an_older_list_taken_in_later_makes_no_news_of_the_newest_one(world: World) -> None:
    """The newest list was the first we had; only the older one shows that Lee County is new on it."""
    world.publish("2025-06-02", PASCO, LEE)
    world.subscribe(ANN)
    world.now = "2025-06-03T13:00:00Z"
    world.publish("2025-05-30", PASCO, from_scratch=True)
    assert [(e["kind"], e["listed_on"]) for e in read_log(world.store)] == [("signing", "2025-06-02")]
    assert world.outbox() == []


def test_an_old_list_that_we_only_now_fetch_is_news(world: World) -> None:
    """After an outage of a month the list that ICE put out three weeks ago is fetched: its signing is told."""
    world.publish("2025-05-05")
    world.subscribe(ANN)
    world.now = "2025-06-02T13:00:00Z"
    world.publish("2025-05-12", (*LEE[:4], PASCO[4]), how="fetch")
    assert world.outbox() == [(ANN, "signing", "news")]


def test_a_held_list_tells_the_operator_once_and_nobody_else(world: World) -> None:
    """40 of 61 rows gone at once is held: no change, no alert, one notice, also when it is looked at again."""
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN, early=True)
    done = world.publish("2025-06-03", *STEADY[:20], PASCO, steady=False)
    assert len(done.held) == 1
    world.derive(from_scratch=True)
    assert world.outbox() == []
    kinds = world.store.connection.execute("select kind, status from messages").fetchall()
    assert kinds == [("operator", "waiting")]


@pytest.mark.parametrize("ruling", ["release", "reject"])
def test_a_list_that_was_decided_is_no_longer_mailed_to_the_operator(world: World, ruling: str) -> None:
    """The notice waits for the relay; a person decides meanwhile, and hears nothing of it afterwards."""
    from monitor.review.decide import rule

    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", *STEADY[:20], PASCO, steady=False)
    notices = "select status from messages where kind = 'operator'"
    assert world.store.connection.execute(notices).fetchall() == [("waiting",)]
    held = "select sha256 from publications where status = 'held'"
    sha256 = world.store.connection.execute(held).fetchone()[0]
    rule(world.store, ruling, sha256, reviewer="rev", reason="", made_at="2025-06-03T15:00:00Z")
    world.derive(from_scratch=True)
    assert world.store.connection.execute(notices).fetchall() == [("dropped",)]


def test_a_list_under_the_other_lists_link_tells_nobody(world: World) -> None:
    """The two links swapped for an afternoon, and put right the next day."""
    world.publish("2025-06-02", PASCO)
    world.publish_pending("2025-06-02", CAMDEN)
    world.subscribe(ANN, early=True)
    from tests.workbooks import PENDING, make_workbook

    pending = make_workbook([PENDING, ["GEORGIA", "Camden County Sheriff's Office", "County", None, "WSO"]])
    world.take_in(pending, "2025-06-03", "participating", "import", False, "participatingAgencies06032025pm.xlsx")
    world.publish("2025-06-04", PASCO)
    assert world.outbox() == []
