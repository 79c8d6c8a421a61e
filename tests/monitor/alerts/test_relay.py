"""The dialogue with a relay: encrypted, authenticated, over one connection, at its pace, one recipient an envelope."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from db.settings import Settings
from monitor.alerts.relay import Relay, _dotted

MESSAGE = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"


class Taker:
    """Takes messages and remembers over which connection each came."""

    def __init__(self) -> None:
        self.sessions: list[int] = []
        self.contents: list[bytes] = []
        self.recipients: list[list[str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.append(id(session))
        self.contents.append(bytes(envelope.original_content or b""))
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"


def check_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"user", b"right"), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only these tests believe."""
    home = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", home / "key.pem", "-out", home / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return home / "cert.pem", home / "key.pem"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(certificate: tuple[Path, Path], request: pytest.FixtureRequest) -> Iterator[tuple[Taker, int]]:
    """A relay that speaks as the parameter says: none, starttls (with login) or tls."""
    taker, port = Taker(), free_port()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, certificate))
    more: dict[str, Any] = {}
    if request.param == "starttls":
        more = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": check_login}
    elif request.param == "tls":
        more = {"ssl_context": context}
    server = Controller(taker, hostname="127.0.0.1", port=port, **more)
    server.start()
    yield taker, port
    server.stop()


def settings(port: int, **more: Any) -> Settings:
    return Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_timeout_seconds=5, mail_per_second=0, **more)


@pytest.mark.parametrize(("served", "security"), [("starttls", "starttls"), ("tls", "tls")], indirect=["served"])
def test_mail_goes_encrypted_and_with_a_login(
    served: tuple[Taker, int], certificate: tuple[Path, Path], security: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker, port = served
    login = {"smtp_user": "user", "smtp_password": "right"} if security == "starttls" else {}
    with Relay(settings(port, smtp_security=security, **login)) as relay:
        down = relay.send("a@example.org", "b@example.org", MESSAGE)
    assert down.word == "down", "a certificate of nobody's is not believed"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with Relay(settings(port, smtp_security=security, **login)) as relay:
        assert relay.send("a@example.org", "b@example.org", MESSAGE).word == "sent"
    assert len(taker.contents) == 1
    if login:
        with Relay(settings(port, smtp_security=security, smtp_user="user", smtp_password="wrong")) as relay:
            wrong = relay.send("a@example.org", "b@example.org", MESSAGE)
        assert (wrong.word, wrong.code) == ("down", 535)
        assert "wrong" not in wrong.detail


@pytest.mark.parametrize("served", ["none"], indirect=True)
def test_a_relay_without_starttls_gets_nothing_when_it_is_asked_for(served: tuple[Taker, int]) -> None:
    with Relay(settings(served[1], smtp_security="starttls")) as relay:
        assert relay.send("a@example.org", "b@example.org", MESSAGE).word == "down"
    assert served[0].contents == []


@pytest.mark.parametrize("served", ["none"], indirect=True)
def test_one_connection_serves_many_messages_and_is_opened_again_in_time(served: tuple[Taker, int]) -> None:
    taker, port = served
    with Relay(settings(port, smtp_security="none", smtp_messages_per_connection=4)) as relay:
        for n in range(10):
            assert relay.send("a@example.org", f"b{n}@example.org", MESSAGE).word == "sent"
    assert [taker.sessions.count(s) for s in dict.fromkeys(taker.sessions)] == [4, 4, 2]
    assert taker.recipients == [[f"b{n}@example.org"] for n in range(10)]


@pytest.mark.parametrize("served", ["none"], indirect=True)
def test_dots_arrive_as_they_were(served: tuple[Taker, int]) -> None:
    with Relay(settings(served[1], smtp_security="none")) as relay:
        relay.send("a@example.org", "b@example.org", MESSAGE)
    assert served[0].contents == [MESSAGE]
    assert _dotted(b".a\n.b") == b"..a\r\n..b\r\n.\r\n"


@pytest.mark.parametrize("served", ["none"], indirect=True)
def test_the_pace_is_kept(served: tuple[Taker, int]) -> None:
    """Five a second: four waits of a fifth, whatever the clock's own steps."""
    waits: list[float] = []
    clock = [100.0]

    def sleep(seconds: float) -> None:
        waits.append(round(seconds, 6))
        clock[0] += seconds

    chosen = settings(served[1], smtp_security="none").model_copy(update={"mail_per_second": 5.0})
    with Relay(chosen, sleep=sleep, clock=lambda: clock[0]) as relay:
        for _ in range(5):
            relay.send("a@example.org", "b@example.org", MESSAGE)
    assert waits == [0.2] * 4


def test_nobody_there_is_the_relays_fault_and_no_messages() -> None:
    with Relay(settings(free_port(), smtp_security="none")) as relay:
        assert relay.send("a@example.org", "b@example.org", MESSAGE).word == "down"
