"""Describe the source: where ICE publishes, and the signs by which its lists are known on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from db.models import ListName
from scrapers.readers.printed_text import strip_invisible

#: `participatingAgencies…`, `287gParticipatingAgency…`, "Participating Entities": seen in names and link texts.
_PARTICIPATING = re.compile(r"participat\w*[\s_%0-9-]{0,4}(?:agenc|entit|law)", re.IGNORECASE)
_PENDING = re.compile(r"pending[\s_%0-9-]{0,4}(?:participat\w*[\s_-]?)?(?:agenc|entit|law)", re.IGNORECASE)

_BOTH = re.compile(r"(?:pending|participat\w*)\s*(?:and|or|&|/|,)\s*(?:pending|participat)", re.IGNORECASE)

#: Addresses that hand out a file under an opaque number: the path does not say what it is.
DOWNLOAD_PATH = re.compile(r"^/file-download/download/|^/media/\d+/download\b|/download/?$", re.IGNORECASE)
WORKBOOK_NAME = re.compile(r"\.(?:xlsx|xlsm|xls)$", re.IGNORECASE)
#: Agreements and addenda themselves: documents about one agency, never lists.
MOA_PATH = re.compile(r"/doclib/287gMOA/", re.IGNORECASE)
#: Query parameters that only defeat caches; they change while the file stays the same.
_CACHE_BUSTERS = frozenset("t ts time timestamp v ver version rev cb cachebust cache nocache _ r rand random".split())
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ICE_HOSTS = frozenset({"ice.gov", "www.ice.gov"})


@dataclass(frozen=True, slots=True)
class Source:
    """One landing page, and the site whose answers count as the source's own: its scheme, host and port."""

    start_url: str

    def is_ours(self, url: str) -> bool:
        """Return whether the address has the landing page's scheme, host and port."""
        origin = _origin(url)
        return origin is not None and origin == _origin(self.start_url)

    def as_ours(self, url: str) -> str:
        """Return the address at the landing page's site if only ICE's way of typing it differs.

        ICE types ``http://`` for ``https://`` now and then, and could leave out ``www.``; its server only redirects.
        """
        own, other = urlsplit(self.start_url), _origin(url)
        if other is None or own.hostname is None:
            return url
        scheme, host, port = other
        alike = host == own.hostname or {host, own.hostname} <= _ICE_HOSTS
        if alike and own.scheme == "https" and port == _DEFAULT_PORTS[scheme]:
            return urlsplit(url)._replace(scheme="https", netloc=own.netloc).geturl()
        return url


def _origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an address of the web, or None if it is none or names a user."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port or _DEFAULT_PORTS[parts.scheme]


def lasting_address(url: str) -> str:
    """Return the address under which a list is known: without what changes while the list stays the same.

    A path that names a workbook needs no query; elsewhere only parameters that defeat caches are left out.
    """
    parts = urlsplit(url)
    if not parts.query:
        return url
    kept = [
        pair
        for pair in parts.query.split("&")
        if (name := pair.partition("=")[0].lower()) and name not in _CACHE_BUSTERS and not name.isdigit()
    ]
    query = "" if WORKBOOK_NAME.search(parts.path) else "&".join(kept)
    return parts._replace(query=query).geturl()


def promised_list(words: str) -> ListName | None:
    """Return the list that a link's text or a file's name promises, or None if it promises neither or both.

    This is only what the link says: on 22 September 2025 the links were swapped. What a list *is*, its header says.
    """
    words = strip_invisible(words)
    if _BOTH.search(words):
        return None
    pending = bool(_PENDING.search(words))
    participating = bool(_PARTICIPATING.search(_PENDING.sub(" ", words)))
    if pending == participating:
        return None
    return "pending" if pending else "participating"
