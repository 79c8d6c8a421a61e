"""Where returned mail comes in: a mailbox file or Maildir that is emptied, or a small SMTP or LMTP server."""

from __future__ import annotations

import logging
import mailbox
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from db.database import Store
from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.bounces import MAX_BYTES, take_returned
from monitor.alerts.message import read_return_path
from monitor.alerts.tokens import Signer

_LOG = logging.getLogger(__name__)


def read_mailbox(store: Store, settings: Settings, signer: Signer, path: Path, now: str) -> Counter[str]:
    """Judge every message of the mailbox (mbox file or Maildir) and remove it; return how many of each verdict.

    A message is removed only after what it says is stored, so a crash reads it twice at worst.
    """
    if not path.exists():
        raise AlertError(f"no mailbox at {path}; name the file or Maildir that the bounce address is delivered to")
    box: mailbox.Mailbox[Any] = (
        mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    )
    verdicts: Counter[str] = Counter()
    try:
        box.lock()
        for key in list(box.keys()):
            verdicts[take_returned(store, settings, signer, box.get_bytes(key), now)] += 1
            box.discard(key)
        box.flush()
    except (OSError, mailbox.Error) as error:
        raise AlertError(f"the mailbox {path} cannot be read: {error}; try again when nothing else holds it") from error
    finally:
        box.close()
    return verdicts


class ReturnedMail:
    """The intake's handler: accepts mail for our return paths only, and judges it before acknowledging it."""

    def __init__(
        self, open_store: Callable[[], Store], settings: Settings, signer: Signer, now: Callable[[], str]
    ) -> None:
        self._open_store = open_store
        self._settings = settings
        self._signer = signer
        self._now = now

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept only addresses that we made: this is no relay for anybody."""
        plain_bounce = address.strip().lower() == self._settings.bounce_address.lower() != ""
        if not plain_bounce and read_return_path(self._settings, self._signer, address) is None:
            return "550 5.1.1 no such return path"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store what the mail says before accepting it; when that fails, ask the relay to try again."""
        content = envelope.content or b""
        data = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
        try:
            with self._open_store() as store:
                verdict = take_returned(store, self._settings, self._signer, data, self._now(), envelope.rcpt_tos)
        except Exception as error:  # the relay keeps the bounce and tries again; the operator must see why
            _LOG.exception("a returned message could not be taken in")
            return f"451 4.3.0 not now ({type(error).__name__})"
        return f"250 2.0.0 {verdict}"


class _LmtpController(Controller):
    def factory(self) -> SMTP:
        return LMTP(self.handler, **self.SMTP_kwargs)


def make_intake(handler: ReturnedMail, host: str, port: int, *, lmtp: bool = False) -> Controller:
    """Return an SMTP (or LMTP) server for returned mail; `start()` and `stop()` it."""
    kind = _LmtpController if lmtp else Controller
    return kind(handler, hostname=host, port=port, data_size_limit=MAX_BYTES, decode_data=False)
