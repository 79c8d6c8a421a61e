"""Addresses: of people, checked and folded so that each is kept once; and of our pages, made in one place."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from email_validator import EmailNotValidError, validate_email

from monitor.alerts.alert_errors import AddressError

CHANNELS = ("mail", "webhook", "chat")
MAX_BYTES = 254  # RFC 5321: a path of 256 octets, its brackets taken off


def check_address(channel: str, text: str) -> tuple[str, str]:
    """(address as it is written to, key under which it is kept once); AddressError when nothing can be sent there."""
    if channel == "mail":
        return _check_mail(text)
    if channel not in CHANNELS:
        raise AddressError(f"{channel!r} is no channel; use {', '.join(CHANNELS)}")
    address = text.strip()
    if any(ord(c) <= 32 for c in address):
        raise AddressError("the address holds spaces or control characters; give one URL")
    scheme = urlsplit(address).scheme.lower()
    if not scheme or "://" not in address:
        raise AddressError("the address is no URL; a webhook begins with https://, a chat address as Apprise writes it")
    if channel == "webhook" and scheme not in ("http", "https"):
        raise AddressError(f"a webhook's address begins with https:// or http://, not {scheme}://")
    return address, f"{channel}:{address}"


def _check_mail(text: str) -> tuple[str, str]:
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise AddressError("the address holds a control character; give one plain address such as name@example.org")
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
    """The address as it may be shown: chat addresses hold passwords, so only their service is."""
    if channel == "chat":
        return f"{urlsplit(address).scheme}://…"
    if channel == "webhook":
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname or ''}/…"
    return address


def change_page(public_url: str, change_id: str) -> str:
    """Our page about a change."""
    return f"{public_url}/changes/{quote(change_id, safe='')}/"


def agency_page(public_url: str, agency_id: str) -> str:
    """Our page about an agency."""
    return f"{public_url}/agencies/{quote(agency_id, safe='')}/"


def token_page(public_url: str, purpose: str, token: str) -> str:
    """The form that a signed link leads to: purpose `confirm`, `manage` or `unsubscribe`."""
    return f"{public_url}/alerts/{purpose}/{token}"
