"""The daily mail to reviewers: what waits, once a day, to their address; nothing when nothing waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.alerts.review_mail import queue_review_mail
from monitor.alerts.send import send_due
from tests.monitor.alerts.world import STEADY, World, make_world


class Relay:
    """A mail relay that takes everything; `mails` by the address that each goes to."""

    def __init__(self) -> None:
        self.mails: dict[str, EmailMessage] = {}
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(cast(bytes, envelope.content), policy=default)
        self.mails[envelope.rcpt_tos[0]] = mail
        return "250 taken"


@pytest.fixture
def relay() -> Iterator[Relay]:
    taker = Relay()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        taker.port = probe.getsockname()[1]
    server = Controller(taker, hostname="127.0.0.1", port=taker.port)
    server.start()
    yield taker
    server.stop()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "home")


def test_reviewers_are_told_once_a_day_what_waits(world: World) -> None:
    world.publish("2025-06-02")
    assert queue_review_mail(world.store, "2025-06-02T14:00:00Z") == 0
    world.publish("2025-06-03", *STEADY[:20], steady=False)  # 40 of 60 rows gone at once: held
    assert queue_review_mail(world.store, "2025-06-03T14:00:00Z") == 1
    assert queue_review_mail(world.store, "2025-06-03T15:00:00Z") == 1
    assert queue_review_mail(world.store, "2025-06-04T14:00:00Z") == 1
    stored = [row[0] for row in world.store.connection.execute("select about from messages order by id")]
    assert [about for about in stored if about.startswith("waiting:")] == [
        'waiting:2025-06-03:{"held lists": 1}', 'waiting:2025-06-04:{"held lists": 1}',
    ]  # fmt: skip


def test_the_mail_says_how_many_of_each_part_and_where(world: World, relay: Relay) -> None:
    settings = world.settings.model_copy(update={"smtp_port": relay.port, "review_mail_address": "desk@example.org"})
    world.publish("2025-06-02")
    world.publish("2025-06-03", *STEADY[:20], steady=False)
    queue_review_mail(world.store, "2025-06-03T14:00:00Z")
    assert send_due(world.store, settings, "2025-06-03T14:01:00Z").sent == 2  # the operator's, and this one
    assert relay.mails.keys() == {"operator@example.org", "desk@example.org"}
    mail = relay.mails["desk@example.org"]
    assert mail["Subject"] == "287(g): 1 to review"
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    assert "On 2025-06-03 this waits for a person:" in text
    assert "     1  Held lists" in text
    assert "https://agreements.example.org/review" in text


def test_without_an_address_nobody_is_written_to(world: World, relay: Relay) -> None:
    world.publish("2025-06-02")
    world.publish("2025-06-03", *STEADY[:20], steady=False)
    queue_review_mail(world.store, "2025-06-03T14:00:00Z")
    settings = world.settings.model_copy(update={"smtp_port": relay.port, "operator_address": ""})
    assert send_due(world.store, settings, "2025-06-03T14:01:00Z").sent == 0
    assert relay.mails == {}
