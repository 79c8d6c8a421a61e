"""Returned mail: who is suppressed, who is counted, and what is ignored."""

from __future__ import annotations

import mailbox
import smtplib
import socket
from pathlib import Path

import pytest

from db.database import Store
from db.queries.delivery_log import list_attempts
from db.queries.subscribers import get_subscriber
from db.queries.suppressions import find_suppression
from monitor.alerts.bounce_intake import ReturnedMail, make_intake, read_mailbox
from monitor.alerts.bounces import take_returned
from monitor.alerts.digest_times import later
from monitor.alerts.message import return_path
from monitor.alerts.send_results import judge_refusal, judge_status
from monitor.alerts.tokens import open_signer
from tests.monitor.alerts.world import World, make_world

ANN = "ann@example.org"
MESSAGE_ID = "0123456789abcdef01234567"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ann was sent message 1."""
    world = make_world(tmp_path / "home")
    world.subscribe(ANN)
    with world.store.writing() as connection:
        connection.execute(
            "insert into messages (subscriber_id, kind, message_id, status, created_at, next_at)"
            " values (1, 'alert', ?, 'sent', ?, ?)",
            [MESSAGE_ID, world.now, world.now],
        )
    return world


def bounce(to: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return f"""From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 02 Jun 2025 12:00:00 +0000

Final-Recipient: rfc822; {ANN}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--b
Content-Type: text/rfc822-headers

Message-ID: <{MESSAGE_ID}@alerts.example.org>

--b--
""".encode()


def complaint(kind: str = "abuse", message_id: str = MESSAGE_ID) -> bytes:
    return f"""From: feedback@provider.example
To: abuse@alerts.example.org
Subject: FW: 287(g)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

A complaint.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--b
Content-Type: message/rfc822

From: alerts@alerts.example.org
To: redacted
Subject: 287(g)
Message-ID: <{message_id}@alerts.example.org>

Text.

--b--
""".encode()


def our_path(world: World) -> str:
    return return_path(world.settings, open_signer(world.settings, world.home), 1)


def take(world: World, data: bytes) -> str:
    return take_returned(world.store, world.settings, open_signer(world.settings, world.home), data, world.now)


def test_an_address_that_does_not_exist_is_suppressed(world: World) -> None:
    assert take(world, bounce(our_path(world))) == "bounced"
    assert find_suppression(world.store.connection, ANN) == "bounce"
    assert get_subscriber(world.store.connection, 1).status == "suppressed"


def test_a_full_mailbox_is_suppressed_after_five_refusals_over_two_weeks_not_within_days(world: World) -> None:
    """29 hours of a full mailbox were enough once; who comes back from a holiday finds the alerts still there."""
    begin = world.now
    for hours in range(0, 13 * 24, 24):
        world.now = later(begin, hours=hours)
        assert take(world, bounce(our_path(world), "5.2.2")) == "refused"
        assert find_suppression(world.store.connection, ANN) is None
    world.now = later(begin, days=14)
    take(world, bounce(our_path(world), "5.2.2"))
    assert find_suppression(world.store.connection, ANN) == "refused"


def test_two_refusals_far_apart_suppress_nobody(world: World) -> None:
    for _ in range(4):
        take(world, bounce(our_path(world), "5.2.2"))
        world.now = later(world.now, days=20)
    assert find_suppression(world.store.connection, ANN) is None


def test_a_report_in_utf_8_is_read(world: World) -> None:
    """RFC 6533: the same report for addresses beyond ASCII, under a content type of its own."""
    data = bounce(our_path(world)).replace(b"message/delivery-status", b"message/global-delivery-status")
    data = data.replace(b"rfc822; ann@", "utf-8; señora@".encode())
    assert take(world, data) == "bounced"
    assert find_suppression(world.store.connection, ANN) == "bounce"


def test_the_second_recipient_of_a_report_counts_when_the_first_is_only_told_of(world: World) -> None:
    data = bounce(our_path(world)).replace(
        b"\nFinal-Recipient", b"\nFinal-Recipient: rfc822; list@example.org\nStatus: 2.0.0\n\nFinal-Recipient", 1
    )
    assert take(world, data) == "bounced"


def prose(to: str, text: str, sender: str = "MAILER-DAEMON@mx.example.org", automatic: str = "auto-generated") -> bytes:
    return f"""From: {sender}
To: {to}
Subject: failure notice
Auto-Submitted: {automatic}
Content-Type: text/plain; charset=utf-8

{text}
""".encode()


def test_a_bounce_in_prose_counts_once_and_stands_in_the_log(world: World) -> None:
    """qmail and others write sentences; their words are for the operator, and never suppress at once."""
    text = "Hi. This is the qmail-send program. Sorry, no mailbox here by that name. (#5.1.1)"
    assert take(world, prose(our_path(world), text)) == "prose"
    assert find_suppression(world.store.connection, ANN) is None
    assert get_subscriber(world.store.connection, 1).soft_bounces == 1
    (row,) = list_attempts(world.store.connection, None, failed=False, limit=9)
    assert row["outcome"] == "returned"
    assert row["detail"].startswith("5.1.1: failure notice Hi. This is the qmail-send program.")
    assert take(world, prose(our_path(world), "Will be tried again (4.4.1)")) == "prose"
    assert get_subscriber(world.store.connection, 1).soft_bounces == 1, "a delay is no refusal"


def test_people_and_vacation_programs_are_no_bounces(world: World) -> None:
    away = "I am away until 5.1.1 next year"
    assert take(world, prose(our_path(world), away, automatic="auto-replied")) == "ignored"
    assert take(world, prose(our_path(world), away, sender="ann@example.org")) == "ignored"
    assert take(world, prose("bounces+1-aaaaaaaaaaaaaaaa@alerts.example.org", away)) == "ignored"
    assert get_subscriber(world.store.connection, 1).soft_bounces == 0


@pytest.mark.parametrize(("action", "verdict"), [("delayed", "delayed"), ("delivered", "ignored"), ("", "ignored")])
def test_what_is_no_failure_changes_nothing(world: World, action: str, verdict: str) -> None:
    assert take(world, bounce(our_path(world), "4.4.1", action)) == verdict
    assert find_suppression(world.store.connection, ANN) is None


def test_a_forged_return_path_suppresses_nobody(world: World) -> None:
    for to in ("bounces+1-aaaaaaaaaaaaaaaa@alerts.example.org", "bounces+1@alerts.example.org", "bounces@example.org",
               our_path(world).replace("+1-", "+2-"), "bounces+1-@x"):  # fmt: skip
        assert take(world, bounce(to)) == "ignored"
    assert find_suppression(world.store.connection, ANN) is None


def test_an_out_of_office_note_is_ignored(world: World) -> None:
    note = f"To: {our_path(world)}\nSubject: 550 5.1.1 away\n\nI am away. Status: 5.1.1 Action: failed\n".encode()
    assert take(world, note) == "ignored"


def test_a_complaint_about_a_message_of_ours_suppresses_its_reader(world: World) -> None:
    assert take(world, complaint(message_id="f" * 24)) == "ignored"
    assert take(world, complaint("not-spam")) == "ignored"
    assert find_suppression(world.store.connection, ANN) is None
    assert take(world, complaint()) == "complaint"
    assert find_suppression(world.store.connection, ANN) == "complaint"


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_a_mailbox_is_read_and_emptied(world: World, tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    box: mailbox.Mailbox[mailbox.Message] = mailbox.mbox(path) if kind == "mbox" else mailbox.Maildir(path)
    for data in (bounce(our_path(world)), b"Subject: spam\n\nBuy.\n", complaint(message_id="f" * 24)):
        box.add(data)
    box.flush()
    box.close()
    signer = open_signer(world.settings, world.home)
    assert read_mailbox(world.store, world.settings, signer, path, world.now) == {"bounced": 1, "ignored": 2}
    assert read_mailbox(world.store, world.settings, signer, path, world.now) == {}
    assert find_suppression(world.store.connection, ANN) == "bounce"


@pytest.mark.parametrize("lmtp", [False, True])
def test_bounces_come_in_over_smtp_and_lmtp_for_our_return_paths_only(world: World, lmtp: bool) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    signer = open_signer(world.settings, world.home)
    handler = ReturnedMail(lambda: Store.open(world.home), world.settings, signer, lambda: world.now)
    server = make_intake(handler, "127.0.0.1", port, lmtp=lmtp)
    server.start()
    try:
        with (smtplib.LMTP if lmtp else smtplib.SMTP)("127.0.0.1", port) as client:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("", ["stranger@example.net"], bounce("stranger@example.net"))
            assert client.sendmail("", [our_path(world)], bounce("x@example.org")) == {}
    finally:
        server.stop()
    assert find_suppression(world.store.connection, ANN) == "bounce"


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [
        (550, "5.1.1 no such user", "bounced"), (550, "5.1.10 null MX", "bounced"), (550, "5.2.1 disabled", "bounced"),
        (550, "no such user", "bounced"), (552, "5.2.2 full", "refused"), (550, "5.7.1 spam", "refused"),
        (550, "5.1.8 bad sender", "refused"), (554, "5.7.1 blocked", "refused"), (450, "4.7.1 greylisted", "later"),
        (421, "4.3.2 closing", "later"),
    ],
)  # fmt: skip
def test_refusals_are_judged_by_their_codes(code: int, text: str, word: str) -> None:
    assert judge_refusal(code, text, of_recipient=True) == word
    assert judge_status("5.1.1", of_recipient=False) == "refused"
