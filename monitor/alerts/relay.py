"""The mail relay: one message, one recipient, one envelope; the connection is used again.

smtplib's `sendmail` does not say how far it got when a connection breaks. That decides whether a message can have
been taken, so the dialogue is written out here, step by step.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from db.settings import Settings
from monitor.alerts.send_results import Outcome, Word, judge_refusal

_BROKEN = (smtplib.SMTPServerDisconnected, OSError)


class Relay:
    """A connection to the relay of the settings, opened when it is first needed."""

    def __init__(
        self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._sleep = sleep
        self._clock = clock
        self._server: smtplib.SMTP | None = None
        self._used = 0
        self._last = 0.0

    def send(self, sender: str, recipient: str, data: bytes) -> Outcome:
        """Hand the message to the relay for one recipient; the outcome says what became of it."""
        for fresh in (False, True):
            if (down := self._ready()) is not None:
                return down
            outcome = self._hand_over(sender, recipient, data)
            if outcome.word == "down" and not fresh and self._used:
                continue  # an idle connection that the relay had closed: try once more over a new one
            break
        self._used += 1
        return outcome

    def check(self) -> Outcome | None:
        """Connect, secure and log in; return why the relay cannot be used, None when it can."""
        return self._ready()

    def describe(self) -> str:
        """Return how the open connection is secured, and as whom it is logged in."""
        sock = self._server.sock if self._server is not None else None
        secured = sock.version() if isinstance(sock, ssl.SSLSocket) else "not encrypted"
        user = self._settings.smtp_user
        return f"{secured}, {f'logged in as {user}' if user else 'no login, since smtp_user is empty'}"

    def close(self) -> None:
        """Close the connection, politely when it still can be."""
        if self._server is not None:
            try:
                self._server.quit()
            except (smtplib.SMTPException, OSError):
                self._server.close()
            self._server = None

    @property
    def _address(self) -> str:
        return f"{self._settings.smtp_host}:{self._settings.smtp_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ready(self) -> Outcome | None:
        """Open the connection and wait for the pace; return why the relay cannot be used, if it cannot."""
        if self._settings.mail_per_second:
            wait = self._last + 1 / self._settings.mail_per_second - self._clock()
            if wait > 0:
                self._sleep(wait)
        self._last = self._clock()
        if self._used >= self._settings.smtp_messages_per_connection:
            self.close()
        if self._server is not None:
            return None
        self._used = 0
        try:
            self._server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            said = (
                error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
            )
            return Outcome(
                "down",
                error.smtp_code,
                f"{self._address} does not take smtp_user and smtp_password: {error.smtp_code} {said}",
            )
        except (smtplib.SMTPException, OSError) as error:
            return Outcome("down", None, f"no connection to the relay {self._address}: {error}")
        return None

    def _connect(self) -> smtplib.SMTP:
        s = self._settings
        context = ssl.create_default_context()
        timeout = s.smtp_timeout_seconds
        server: smtplib.SMTP
        if s.smtp_security == "tls":
            server = smtplib.SMTP_SSL(s.smtp_host, s.smtp_port, timeout=timeout, context=context)
        else:
            server = smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=timeout)
        try:
            if s.smtp_security == "starttls":
                server.starttls(context=context)
            if s.smtp_user:
                server.login(s.smtp_user, s.smtp_password.get_secret_value())
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, sender: str, recipient: str, data: bytes) -> Outcome:
        server = self._server
        assert server is not None
        try:
            code, reply = server.mail(sender, [f"size={len(data)}"] if server.has_extn("size") else [])
            if code >= 400:
                return self._refused("later" if code < 500 else "down", code, reply)
            code, reply = server.rcpt(recipient)
            if code >= 400:
                text = reply.decode("utf-8", "replace")
                return self._refused(judge_refusal(code, text, of_recipient=True), code, reply)
            code, reply = server.docmd("DATA")
            if code != 354:
                text = reply.decode("utf-8", "replace")
                return self._refused(judge_refusal(code, text, of_recipient=False), code, reply)
        except _BROKEN as error:
            self._drop()
            return Outcome("down" if self._used else "later", None, f"the connection broke before the message: {error}")
        try:
            server.send(_dotted(data))
            code, reply = server.getreply()
        except _BROKEN as error:
            self._drop()
            return Outcome("unknown", None, f"the connection broke before the answer: {error}")
        text = reply.decode("utf-8", "replace")
        if code == 250:
            return Outcome("sent", code, text[:300])
        return self._refused(judge_refusal(code, text, of_recipient=False), code, reply)

    def _refused(self, word: Word, code: int, reply: bytes) -> Outcome:
        """Return the refusal, and make the connection ready for the next message."""
        server = self._server
        assert server is not None
        try:
            if code == 421:
                self.close()
            else:
                server.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
        return Outcome(word, code, reply.decode("utf-8", "replace")[:300])

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _dotted(data: bytes) -> bytes:
    """Return the data as sent over the wire: CRLF line ends, leading dots doubled, and the final dot."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if lines.startswith(b"."):
        lines = b"." + lines
    lines = lines.replace(b"\r\n.", b"\r\n..")
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
