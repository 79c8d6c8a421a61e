"""Addresses that messages go to: checked, and brought into the one form under which each is stored once."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from db.alert_models import Channel
from monitor.alerts.alert_errors import AddressError

CHANNELS: tuple[Channel, ...] = get_args(Channel)
MAX_BYTES = 254  # RFC 5321: a path of at most 256 octets, including its angle brackets


def check_address(channel: str, text: str) -> tuple[Channel, str, str]:
    """Return (channel, address as written to, key under which it is stored once); AddressError when unusable."""
    if channel == "mail":
        return "mail", *_check_mail(text)
    if channel not in CHANNELS:
        raise AddressError(f"{channel!r} is not a channel; use {', '.join(CHANNELS)}")
    address = text.strip()
    if any(ord(c) <= 32 for c in address):
        raise AddressError("the address contains spaces or control characters; give one URL")
    scheme = urlsplit(address).scheme.lower()
    if not scheme or "://" not in address:
        raise AddressError(
            "the address is not a URL; a webhook begins with https://, a chat address as Apprise writes it"
        )
    if channel == "webhook":
        if scheme not in ("http", "https"):
            raise AddressError(f"a webhook's address begins with https:// or http://, not {scheme}://")
        return "webhook", address, f"webhook:{address}"
    return "chat", address, f"chat:{address}"


def _check_mail(text: str) -> tuple[str, str]:
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise AddressError("the address contains a control character; give one plain address such as name@example.org")
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False,
            allow_display_name=False, strict=True,
        )  # fmt: skip
    except EmailNotValidError as error:
        raise AddressError(f"no mail can be sent to that address: {error}") from error
    address = f"{found.local_part}@{found.ascii_domain}"
    if len(address.encode()) > MAX_BYTES:
        raise AddressError(f"the address is longer than {MAX_BYTES} bytes")
    return address, address.lower()


def masked(channel: str, address: str) -> str:
    """Return the address as it may be shown: chat and webhook addresses can contain secrets, so only a part is."""
    if channel == "chat":
        return f"{urlsplit(address).scheme}://…"
    if channel == "webhook":
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname or ''}/…"
    return address
