"""Endings are told once confirmed, or early on request; what was told and does not stand is corrected."""

from __future__ import annotations

from monitor.changelog.log import read_log
from tests.monitor.alerts.conftest import ANN, BOB, LEE, PASCO
from tests.monitor.alerts.world import World


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


def test_an_ending_confirmed_long_after_is_still_told(world: World) -> None:
    """It was first said while fresh; ICE's next list, which confirms it, comes a month later."""
    world.publish("2025-06-02", PASCO)
    world.subscribe(ANN)
    world.publish("2025-06-03")
    world.publish("2025-07-07")
    assert world.outbox() == [(ANN, "termination", "news")]


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
