"""Who is told what: counted by hand over small made-up lists."""

from __future__ import annotations

from db.queries.subscriptions import list_subscriptions
from monitor.alerts.send import send_due, why_paused
from monitor.alerts.unsubscribe import end_subscriber, end_subscription
from monitor.changelog.log import read_log
from tests.monitor.alerts.conftest import ANN, BOB, CAMDEN, LEE, PASCO
from tests.monitor.alerts.world import World, row


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


def test_who_subscribes_after_a_change_is_not_told_of_it_when_its_reason_changes(world: World) -> None:
    world.publish("2025-06-02", PASCO)
    world.publish("2025-06-03", PASCO, LEE)
    world.subscribe(ANN)
    signing = read_log(world.store)[0]["id"]
    from monitor.review.decide import rule

    rule(world.store, "confirm", signing, reviewer="rev", reason="seen", made_at=world.now)
    world.derive(from_scratch=True)
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
