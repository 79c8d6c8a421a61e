"""Who is told what: counted by hand over small made-up lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.queries.subscriptions import list_subscriptions
from monitor.alerts.send import send_due, why_paused
from monitor.alerts.unsubscribe import end_subscriber, end_subscription
from monitor.changelog.log import read_log
from tests.monitor.alerts.world import STEADY, World, make_world, row

PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row("Lee County Sheriff's Office", county="Lee County", support="JEM", signed="2025-06-02")
CAMDEN = row("Camden County Sheriff's Office", "GEORGIA", "Camden County", "WSO", "2025-06-02")
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def test_a_first_import_tells_nothing(world: World) -> None:
    """Ann subscribed before the first lists came: three at once, with a signing between them."""
    world.subscribe(ANN)
    with world.store.writing():
        world.publish("2025-06-02", PASCO)
    assert world.outbox() == []


def test_a_signing_is_told_to_whom_its_place_and_kind_concern(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe("everything@example.org")
    world.subscribe("florida@example.org", state="FL")
    world.subscribe("georgia@example.org", state="GA")
    world.subscribe("lee@example.org", state="FL", county="Lee")
    world.subscribe("pasco@example.org", state="FL", county="Pasco County")
    world.subscribe("jails@example.org", support_type="JEM")
    world.subscribe("endings@example.org", kinds=["termination"])
    world.subscribe("agency@example.org", agency="Pasco County Sheriff's Office")
    world.publish("2025-06-03", PASCO, LEE)
    assert [address for address, _, _ in world.outbox()] == [
        "everything@example.org", "florida@example.org", "jails@example.org", "lee@example.org",
    ]  # fmt: skip


def test_an_ending_waits_for_the_second_list_unless_early_notice_was_asked_for(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.subscribe(BOB, early=True)
    world.publish("2025-06-03")
    assert world.outbox() == [(BOB, "termination", "early")]
    world.pretend_sent()
    world.publish("2025-06-14")
    assert world.outbox() == [
        (ANN, "termination", "news"), (BOB, "termination", "early"), (BOB, "termination", "news"),
    ]  # fmt: skip
    world.publish("2025-06-15")
    assert len(world.outbox()) == 3, "a third list without it is no news"


def test_an_early_notice_that_did_not_leave_gives_way_to_the_confirmed_one(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(BOB, early=True)
    world.publish("2025-06-03")
    world.publish("2025-06-14")
    assert world.outbox() == [(BOB, "termination", "news")]


def test_an_early_notice_that_left_is_corrected_when_the_next_list_has_the_row_again(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.subscribe(BOB, early=True)
    world.publish("2025-06-03")
    world.pretend_sent()
    world.publish("2025-06-04", PASCO)
    assert world.outbox() == [(BOB, "termination", "early"), (BOB, "termination", "correction")]


def test_an_early_notice_that_did_not_leave_is_dropped_when_it_does_not_stand(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(BOB, early=True)
    world.publish("2025-06-03")
    world.publish("2025-06-04", PASCO)
    assert world.outbox() == []


def test_a_correction_goes_to_those_who_were_told_and_to_nobody_else(world: World) -> None:
    """Ann was told, Bob's message never left, Cy subscribed later: only Ann is corrected."""
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.subscribe(BOB)
    world.publish("2025-06-03")
    world.publish("2025-06-14")
    with world.store.writing() as connection:
        connection.execute(
            "update deliveries set status = 'sent' where subscriber_id ="
            " (select id from subscribers where address = ?)",
            [ANN],
        )
    world.subscribe("cy@example.org")
    world.dismiss("termination")
    corrections = [(address, what) for address, kind, what in world.outbox() if kind == "termination"]
    assert corrections == [(ANN, "news"), (ANN, "correction")]


def test_what_may_have_been_taken_is_corrected_only_when_it_was(world: World) -> None:
    """The worker died with two messages leaving: one was taken, one turns out refused. The first is corrected."""
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.subscribe(BOB)
    world.publish("2025-06-03")
    world.publish("2025-06-14")
    from monitor.alerts.compose import compose_due

    assert compose_due(world.store, world.now) == 2
    with world.store.writing() as connection:
        connection.execute("update messages set status = 'sending'")
    world.dismiss("termination")
    assert [what for _, kind, what in world.outbox() if kind == "termination"] == ["news", "correction"] * 2
    with world.store.writing() as connection:
        for address, end in ((ANN, "sent"), (BOB, "failed")):
            reader = "(select id from subscribers where address = ?)"
            connection.execute(f"update messages set status = '{end}' where subscriber_id = {reader}", [address])
            connection.execute(
                f"update deliveries set status = '{end}' where what = 'news' and message is not null"
                f" and subscriber_id = {reader}",
                [address],
            )
    compose_due(world.store, world.now)
    rows = world.store.connection.execute(
        "select s.address, d.status, d.message is not null from deliveries d"
        " join subscribers s on s.id = d.subscriber_id where d.what = 'correction' order by s.address"
    ).fetchall()
    assert rows == [(ANN, "waiting", 1), (BOB, "dropped", 0)]


def test_a_corrected_cell_is_told_only_on_request(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.subscribe(BOB, kinds=["amendment"])
    world.publish("2025-06-03", row("Pasco County Sheriff's Office", county="Pasco"))
    assert world.outbox() == [(BOB, "amendment", "news")]


def test_a_pending_row_is_told_when_it_comes_and_when_it_goes(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.publish_pending("2025-06-02", CAMDEN)
    world.subscribe(ANN)
    world.publish_pending("2025-06-03", CAMDEN, LEE)
    world.publish_pending("2025-06-04", LEE)
    world.publish_pending("2025-06-15", LEE)
    assert world.outbox() == [(ANN, "pending_listed", "news"), (ANN, "pending_withdrawn", "news")]


def test_two_subscriptions_of_one_reader_tell_a_change_once_by_the_quicker(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN, "weekly")
    world.subscribe(ANN, "instant", state="FL")
    world.publish("2025-06-03", PASCO, LEE, CAMDEN)
    rows = world.store.connection.execute("select change_id, due_at from deliveries").fetchall()
    by_state = {e["id"]: e["state"] for e in read_log(world.store)}
    # 3 June 2025 was a Tuesday; the next Monday, 7 in the morning in New York, is 9 June, 11:00 UTC
    assert {by_state[c]: at for c, at in rows} == {"FL": world.now, "GA": "2025-06-09T11:00:00Z"}


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


def test_an_ending_confirmed_long_after_is_still_told(world: World) -> None:
    """It was first said while fresh; ICE's next list, which confirms it, comes a month later."""
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.publish("2025-06-03")
    world.publish("2025-07-07")
    assert world.outbox() == [(ANN, "termination", "news")]


def test_who_subscribes_after_a_change_is_not_told_of_it_when_its_reason_changes(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", PASCO, LEE)
    world.subscribe(ANN)
    signing = read_log(world.store)[0]["id"]
    from monitor.review.decide import rule

    rule(world.store, "confirm", signing, reviewer="rev", reason="seen", made_at=world.now)
    world.derive(from_scratch=True)
    assert world.outbox() == []


def test_a_change_dismissed_and_later_confirmed_by_a_person_is_corrected_and_told_again(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.publish("2025-06-03", PASCO, LEE)
    world.pretend_sent()
    signing = read_log(world.store)[0]["id"]
    from monitor.review.decide import rule

    for made_at, ruling in (("2025-06-03T14:00:00Z", "dismiss"), ("2025-06-03T15:00:00Z", "confirm")):
        rule(world.store, ruling, signing, reviewer="rev", reason="", made_at=made_at)
        world.derive(from_scratch=True)
        world.pretend_sent()
    assert world.outbox() == [(ANN, "signing", w) for w in ("news", "correction", "news")]


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


def test_a_rebuild_tells_nothing_again(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.publish("2025-06-03", PASCO, LEE)
    before = world.outbox()
    world.derive(from_scratch=True)
    assert world.outbox() == before == [(ANN, "signing", "news")]


def test_who_left_is_sent_nothing_more(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    ann, bob = world.subscribe(ANN), world.subscribe(BOB)
    world.publish("2025-06-03", PASCO, LEE)
    end_subscriber(world.store, ann.subscriber_id, world.now)
    end_subscription(world.store, bob.subscriber_id, bob.subscription_id, world.now)
    assert world.outbox() == []
    assert list_subscriptions(world.store.connection, bob.subscriber_id) == []
    world.publish("2025-06-04", PASCO, LEE, CAMDEN)
    assert world.outbox() == []


def test_nothing_leaves_while_sending_is_paused(world: World) -> None:
    with world.store.writing() as connection:
        connection.execute(
            "create table if not exists switches (name text primary key, value text not null, set_at text not null,"
            " why text not null default '') strict"
        )
        connection.execute("insert into switches values ('sending_paused', 'yes', '2025-06-02T00:00:00Z', 'restored')")
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.publish("2025-06-03", PASCO, LEE)
    done = send_due(world.store, world.settings, world.now)
    assert (done.sent, done.put_off, done.halted) == (0, 0, "sending is paused: restored")
    with world.store.writing() as connection:
        connection.execute("delete from switches")
    assert why_paused(world.store) is None
