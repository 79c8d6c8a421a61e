"""A rendered message as MIME: a text and an HTML part, and the headers that mail programs and relays look for."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from email.header import Header
from email.utils import format_datetime, formataddr

from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.render import Rendered
from monitor.alerts.schedule import to_moment
from monitor.alerts.tokens import Signer
from monitor.alerts.wording import plain

BOUNCE = "bounce"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def build_mail(
    settings: Settings, rendered: Rendered, *, to: str, message_id: str, made_at: str, language: str,
    unsubscribe_url: str = "", listed: bool = True,
) -> bytes:  # fmt: skip
    """The message as bytes for the relay; `listed` is False for what is no list mail (a confirmation, a notice)."""
    headers = {
        "From": formataddr((plain(settings.site_name), settings.mail_from)),
        "To": to,
        "Subject": plain(rendered.subject),
        "Date": format_datetime(to_moment(made_at)),
        "Message-ID": f"<{message_id}@{mail_domain(settings)}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
    }
    if settings.mail_reply_to:
        headers["Reply-To"] = settings.mail_reply_to
    if listed:
        headers["List-Id"] = f"<{settings.list_id}>"
        headers["Precedence"] = "list"
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return _mime(headers, rendered)


def return_path(settings: Settings, signer: Signer, message: int) -> str:
    """The envelope sender of a message: bounces to it name the message, and nobody can forge one."""
    if not settings.bounce_address:
        return settings.mail_from
    local, _, domain = settings.bounce_address.rpartition("@")
    return f"{local}+{message}-{signer.mark(BOUNCE, str(message))}@{domain}"


def read_return_path(settings: Settings, signer: Signer, address: str) -> int | None:
    """The message that an address made by `return_path` names; None for any other address."""
    mark = address.strip().strip("<>").rpartition("@")[0].rpartition("+")[2]
    number, _, proof = mark.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 15 or not signer.is_mark(BOUNCE, number, proof):
        return None
    return int(number)


def mail_domain(settings: Settings) -> str:
    """The domain that Message-IDs end with."""
    return settings.mail_from.rpartition("@")[2].strip("> ") or "localhost"


def _mime(headers: Mapping[str, str], rendered: Rendered) -> bytes:
    """The message as bytes. Written by hand: the email package folds a long List-Unsubscribe into something that no
    mail program reads, and takes ten times as long; the tests read every message back with its strict parser."""
    lines = [f"{name}: {_encoded(name, value)}" for name, value in headers.items()]
    lines.append("MIME-Version: 1.0")
    if not rendered.html:
        return _crlf("\n".join([*lines, *_part("plain", rendered.text)]))
    # A fixed boundary is safe: quoted-printable never writes "=_", only "=" and hex digits or a line's end.
    lines += ['Content-Type: multipart/alternative; boundary="=_alternative"', ""]
    for kind, text in (("plain", rendered.text), ("html", rendered.html)):
        lines += ["--=_alternative", *_part(kind, text)]
    lines += ["--=_alternative--", ""]
    return _crlf("\n".join(lines))


def _part(kind: str, text: str) -> list[str]:
    body = binascii.b2a_qp(text.encode(), istext=True).decode("ascii")
    return [f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable", "", body]


def _encoded(name: str, value: str) -> str:
    """The value on lines that any relay takes; whatever it holds, it stays within its header."""
    if _CONTROL.search(value):
        raise AlertError(f"the header {name} would hold a control character; nothing was sent")
    if value.isascii() and (len(name) + len(value) < 76 or name == "List-Unsubscribe"):
        return value
    if name in ("From", "List-Id", "Reply-To", "To") and value.isascii():
        return value
    return Header(value, "us-ascii" if value.isascii() else "utf-8", header_name=name).encode(linesep="\n")


def _crlf(text: str) -> bytes:
    return text.encode("ascii").replace(b"\n", b"\r\n")
