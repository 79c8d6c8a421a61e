"""A machine lost while it was sending: which messages may have left is in the copy of its database."""

from __future__ import annotations

from email import message_from_string
from email.policy import SMTP
from pathlib import Path

import pytest

from db.queries.messages import list_leaving
from monitor.alerts.resend import count_as_sent
from monitor.alerts.send import send_due
from tests.monitor.alerts.smtpd import Plan, Server, told
from tests.monitor.alerts.world import World, make_world, row

PASCO, LEE = (row(f"{name} County Sheriff's Office", county=f"{name} County") for name in ("Pasco", "Lee"))
READERS = [f"reader{n}@example.org" for n in range(30)]


class Lost(Exception):
    """The machine is lost."""


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(Plan(), tmp_path / "accepted.jsonl")


def world_with_news(home: Path, port: int, readers: list[str]) -> World:
    world = make_world(home, smtp_port=port, sending_wait_seconds=5)
    world.publish("2025-06-02", PASCO)
    for reader in readers:
        world.subscribe(reader)
    world.publish("2025-06-03", PASCO, LEE)
    return world


def test_what_is_about_to_leave_is_marked_so_long_before_that_a_copy_knows_it(tmp_path: Path, server: Server) -> None:
    with server:
        world = world_with_news(tmp_path / "home", server.port, READERS)
        waits: list[tuple[float, int, int]] = []

        def wait(seconds: float) -> None:
            waits.append((seconds, len(list_leaving(world.store.connection)), len(server.accepted())))

        assert send_due(world.store, world.settings, world.now, sleep=wait).sent == len(READERS)
        assert waits == [(5, len(READERS), 0)]
        assert send_due(world.store, world.settings, world.now, sleep=wait).sent == 0
        assert len(waits) == 1, "nothing is due, nothing is waited for"


def test_what_may_have_left_is_not_sent_again_and_its_retraction_is_told(tmp_path: Path, server: Server) -> None:
    def lose(_seconds: float) -> None:
        raise Lost

    with server:
        world = world_with_news(tmp_path / "home", server.port, READERS[:2])
        with pytest.raises(Lost):
            send_due(world.store, world.settings, world.now, sleep=lose)
        assert count_as_sent(world.store, world.settings, world.now) == 2
        assert send_due(world.store, world.settings, world.now, sleep=lose).tried == 0
        world.dismiss("signing")
        assert send_due(world.store, world.settings, world.now, sleep=lambda _: None).sent == 2
        assert [told(entry) for entry in server.accepted()] == [["correction"]] * 2
        body = message_from_string(server.accepted()[0]["content"], policy=SMTP).get_body(("plain",))
        assert body is not None
        words = " ".join(body.get_content().split())
        assert "our message of June 3, 2025, “Lee County Sheriff's Office (FL): new Task Force agreement”" in words
