"""Addresses of our pages, as messages and feeds link them."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def change_page(public_url: str, change_id: str) -> str:
    """Return the address of our page about a change."""
    return f"{public_url}/changes/{quote(change_id, safe='')}/"


def agency_page(public_url: str, agency_id: str) -> str:
    """Return the address of our page about an agency."""
    return f"{public_url}/agencies/{quote(agency_id, safe='')}/"


def document_page(public_url: str, sha256: str) -> str:
    """Return the address of our page about an agreement document."""
    return f"{public_url}/documents/{sha256}/"


def token_page(public_url: str, purpose: str, token: str) -> str:
    """Return the address of the form that a signed link opens: purpose `confirm`, `manage` or `unsubscribe`."""
    return f"{public_url}/alerts/{purpose}/{token}"


def changes_page(public_url: str, state: str = "", since: str = "") -> str:
    """Return the address of our page of changes, of a state (USPS code) and since a day where given."""
    asked = {name: value for name, value in (("state", state), ("since", since)) if value}
    return f"{public_url}/changes/" + (f"?{urlencode(asked)}" if asked else "")
