"""`alerts test`: each step has its line, and the one that fails names host, port and what the relay said."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.mail_check import describe_domain, send_test_mail

NOW = "2026-01-05T16:00:00Z"
READER = "reader@newsroom.org"


class Mailbox:
    """Takes mail for everybody but nobody@."""

    def __init__(self) -> None:
        self.contents: list[str] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.contents.append(envelope.content.decode())
        return "250 2.0.0 queued as 42"


@pytest.fixture
def relay() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    yield box, controller.port
    controller.stop()


def settings(port: int, **more: Any) -> Settings:
    return Settings(
        smtp_host="127.0.0.1", smtp_port=port, mail_from="alerts@newsroom.org", smtp_security="none",
        smtp_timeout_seconds=5, **more,
    )  # fmt: skip


def lines(those: Settings, address: str = READER) -> list[str]:
    return list(send_test_mail(those, address, message_id="abc", now=NOW, lookup=lambda name: None))


def test_every_step_has_its_line(relay: tuple[Mailbox, int]) -> None:
    box, port = relay
    assert lines(settings(port)) == [
        f"connected to 127.0.0.1:{port}: not encrypted, no login, since smtp_user is empty",
        "accepted for reader@newsroom.org: 250 2.0.0 queued as 42",
        "SPF: not looked up, no resolver answers for newsroom.org",
        "DMARC: not looked up, no resolver answers for _dmarc.newsroom.org",
        "DKIM: not looked up; --dkim-selector names the relay's selector",
    ]
    (content,) = box.contents
    assert "Subject: Test of 287(g) agreements\r\n" in content


def test_a_refusal_names_host_and_port_and_the_relay_s_words(relay: tuple[Mailbox, int]) -> None:
    box, port = relay
    with pytest.raises(AlertError) as refused:
        lines(settings(port), "nobody@newsroom.org")
    assert str(refused.value) == (
        f"127.0.0.1:{port} did not take the message for nobody@newsroom.org: 550 5.1.1 no such person here"
    )
    assert box.contents == []


def test_a_host_that_is_not_there_fails_with_its_name() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(AlertError, match=rf"^no connection to the relay 127\.0\.0\.1:{port}: .*refused"):
        lines(settings(port))


def test_without_a_relay_the_settings_are_named() -> None:
    with pytest.raises(AlertError, match="set smtp_host and mail_from"):
        lines(Settings())


def test_the_records_of_the_domain_are_told_and_missed() -> None:
    records = {
        "newsroom.org": ["google-site-verification=x", "v=spf1 include:relay.example -all"],
        "_dmarc.newsroom.org": [],
        "s1._domainkey.newsroom.org": ["v=DKIM1; k=rsa; p=MIIB"],
    }
    assert list(describe_domain("newsroom.org", "s1", records.get)) == [
        "SPF: newsroom.org says v=spf1 include:relay.example -all",
        "DMARC: _dmarc.newsroom.org has no record; receivers may refuse the mail or call it spam (docs/alerts.md)",
        "DKIM: s1._domainkey.newsroom.org says v=DKIM1; k=rsa; p=MIIB",
    ]
