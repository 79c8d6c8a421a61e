"""A rendered message as MIME: a text and an HTML part, and the headers that mail programs and relays look for."""

from __future__ import annotations

import re
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.digest_times import to_moment
from monitor.alerts.plain_text import plain
from monitor.alerts.render import Rendered
from monitor.alerts.tokens import Signer

BOUNCE = "bounce"
LONGEST_LINE = 998  # RFC 5322, without the line's end
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _UrlHeader(UnstructuredHeader, BaseHeader):
    """A header that holds a URL: mail programs do not join a URL that was split, as the package would split it."""

    def fold(self, *, policy: Policy) -> str:
        """Return the header on one line, or on two, with the URL on its own."""
        line = f"{self.name}: {self}"
        return (line if len(line) <= LONGEST_LINE else f"{self.name}:{policy.linesep} {self}") + policy.linesep


class _CachingRegistry(HeaderRegistry):
    """A registry that makes the class of a header once; the standard one makes two for each header of each message."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        """Return the class of the header's values, made at its first use."""
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


_HEADERS = _CachingRegistry()
_HEADERS.map_to_type("list-unsubscribe", _UrlHeader)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def build_mail(
    settings: Settings, rendered: Rendered, *, to: str, message_id: str, made_at: str, language: str,
    unsubscribe_url: str = "", listed: bool = True,
) -> bytes:  # fmt: skip
    """Return the message as bytes for the relay; `listed` is False for mail to one person (a request, a notice)."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(plain(settings.site_name), addr_spec=settings.mail_from)
    message["To"] = _checked("To", to)
    message["Subject"] = plain(rendered.subject)
    message["Date"] = format_datetime(to_moment(made_at))
    message["Message-ID"] = f"<{message_id}@{mail_domain(settings)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = language
    if settings.mail_reply_to:
        message["Reply-To"] = _checked("Reply-To", settings.mail_reply_to)
    if listed:
        message["List-Id"] = _checked("List-Id", f"<{settings.list_id}>")
        message["Precedence"] = "list"
    if unsubscribe_url:
        message["List-Unsubscribe"] = _checked("List-Unsubscribe", f"<{unsubscribe_url}>")
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    if rendered.picture:
        _, html = message.iter_parts()
        assert isinstance(html, EmailMessage)
        html.add_related(rendered.picture, "image", "png", cid="<trend>", disposition="inline")
    return message.as_bytes()


def return_path(settings: Settings, signer: Signer, message: int) -> str:
    """Return the envelope sender of a message: bounces to it name the message, and nobody can forge one."""
    if not settings.bounce_address:
        return settings.mail_from
    local, _, domain = settings.bounce_address.rpartition("@")
    return f"{local}+{message}-{signer.mark(BOUNCE, str(message))}@{domain}"


def read_return_path(settings: Settings, signer: Signer, address: str) -> int | None:
    """Return the message that an address made by `return_path` names; None for any other address."""
    mark = address.strip().strip("<>").rpartition("@")[0].rpartition("+")[2]
    number, _, proof = mark.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 15 or not signer.is_mark(BOUNCE, number, proof):
        return None
    return int(number)


def mail_domain(settings: Settings) -> str:
    """Return the domain that Message-IDs end with."""
    return settings.mail_from.rpartition("@")[2].strip("> ") or "localhost"


def _checked(name: str, value: str) -> str:
    """Return the value of a header that is not folded, when it is safe and short enough to be one line."""
    if _CONTROL.search(value):
        raise AlertError(f"the header {name} would contain a control character; nothing was sent")
    if len(value) >= LONGEST_LINE:
        raise AlertError(
            f"the header {name} would be {len(value)} characters long, and a line of mail has at most {LONGEST_LINE};"
            " shorten the setting public_url"
        )
    return value
