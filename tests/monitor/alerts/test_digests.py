"""When a digest is worth a mail: endings the next morning, small news in company, and what it must not split."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.queries import messages
from monitor.alerts.compose import compose_due
from monitor.alerts.digest_times import later
from tests.monitor.alerts.world import Row, World, make_world, row

ANN = "ann@example.org"
PASCO, BAY = (row(f"{name} County Sheriff's Office", county=f"{name} County") for name in ("Pasco", "Bay"))


def towns(n: int, first: int = 0) -> list[Row]:
    return [row(f"Town {number} Police Department", signed="2025-06-01") for number in range(first, first + n)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path)
    world.publish("2025-06-02", PASCO, BAY)
    return world


def send(world: World, until: str) -> list[tuple[str, int]]:
    """(day and hour, how many statements) of each message to Ann, hour by hour until then."""
    sent = []
    while world.now < until:
        compose_due(world.store, world.now)
        with world.store.writing() as connection:
            for number in messages.list_open(connection, world.now, 0, 50, mail=True):
                message = messages.load_message(connection, number)
                assert message is not None
                messages.finish_message(connection, number, world.now, sent=True, code=250, detail="", subject="s")
                sent.append((world.now[5:13], len(message.statements)))
        world.now = later(world.now, hours=1)
    return sent


def test_a_few_signings_wait_a_week_for_company(world: World) -> None:
    """Stated on June 3 at 13:00 UTC; due at 7 in New York (11:00 UTC) the next morning, alone six days later."""
    world.subscribe(ANN, "daily")
    world.publish("2025-06-03", PASCO, BAY, *towns(3))
    assert send(world, "2025-06-12T00:00:00Z") == [("06-10T11", 3)]


def test_many_signings_leave_the_next_morning(world: World) -> None:
    world.subscribe(ANN, "daily")
    world.publish("2025-06-03", PASCO, BAY, *towns(8))
    send(world, "2025-06-04T12:00:00Z")
    world.publish("2025-06-04", PASCO, BAY, *towns(15))
    assert send(world, "2025-06-12T00:00:00Z") == [("06-05T11", 15)]


def test_an_ending_leaves_the_next_morning_and_takes_along_what_waits(world: World) -> None:
    """Bay County is gone on June 4; the list of June 5 confirms it, and has a town more, due only on June 6."""
    world.subscribe(ANN, "daily")
    world.publish("2025-06-03", PASCO, BAY, *towns(2))
    send(world, "2025-06-04T13:00:00Z")
    world.publish("2025-06-04", PASCO, *towns(2))
    send(world, "2025-06-05T13:00:00Z")
    world.publish("2025-06-05", PASCO, *towns(3))
    assert send(world, "2025-06-20T00:00:00Z") == [("06-06T11", 4)]


def test_endings_at_once_signings_weekly(world: World) -> None:
    """June 9, 2025, is a Monday."""
    world.subscribe(ANN, "weekly", ending_rhythm="instant")
    world.publish("2025-06-03", PASCO, BAY, *towns(2))
    send(world, "2025-06-04T13:00:00Z")
    world.publish("2025-06-04", PASCO, *towns(2))
    send(world, "2025-06-05T13:00:00Z")
    world.publish("2025-06-05", PASCO, *towns(2))
    assert send(world, "2025-06-20T00:00:00Z") == [("06-05T13", 1), ("06-09T11", 2)]


def test_moves_on_the_pending_list_wait_four_weeks_for_company(world: World) -> None:
    world.publish_pending("2025-06-02", row("Old Town Police Department", "TEXAS"))
    world.subscribe(ANN, "daily")
    world.publish_pending(
        "2025-06-03", row("Old Town Police Department", "TEXAS"), row("New Town Police Department", "TEXAS")
    )
    assert send(world, "2025-07-10T00:00:00Z") == [("07-01T11", 1)]


def test_only_when_the_number_of_agreements_changes(world: World) -> None:
    """One gone and one new: the count stays; the next new one changes it, and all three are told."""
    world.subscribe(ANN, "daily", counts_only=True)
    world.publish("2025-06-03", PASCO, *towns(1))
    send(world, "2025-06-04T13:00:00Z")
    world.publish("2025-06-04", PASCO, *towns(1))
    assert send(world, "2025-06-20T13:00:00Z") == []
    world.publish("2025-06-20", PASCO, *towns(2))
    assert send(world, "2025-07-10T00:00:00Z") == [("06-21T11", 3)]


def test_a_backlog_of_more_than_a_message_holds_leaves_in_numbered_parts_endings_first(world: World) -> None:
    world.subscribe(ANN, "daily")
    world.publish("2025-06-03", PASCO, *towns(130))
    world.publish("2025-06-04", PASCO, *towns(130))
    world.now = "2025-06-05T11:00:00Z"
    assert compose_due(world.store, world.now) == 2
    numbers = messages.list_open(world.store.connection, world.now, 0, 50, mail=True)
    parts = [messages.load_message(world.store.connection, number) for number in numbers]
    assert [(m.part, m.parts, len(m.statements)) for m in parts if m] == [(1, 2, 120), (2, 2, 11)]
    assert parts[0] is not None
    assert "termination" in {world.kind(statement.change_id) for statement in parts[0].statements}
