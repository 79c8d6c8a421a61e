"""Describe the source: where ICE publishes, and the signs by which its lists are known on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from db.models import ListName

#: `participatingAgencies…`, `287gParticipatingAgency…`, "Participating Entities": seen in names and link texts.
_PARTICIPATING = re.compile(r"participat\w*[\s_%0-9-]{0,4}(?:agenc|entit|law)", re.IGNORECASE)
_PENDING = re.compile(r"pending[\s_%0-9-]{0,4}(?:participat\w*[\s_-]?)?(?:agenc|entit|law)", re.IGNORECASE)

_BOTH = re.compile(r"(?:pending|participat\w*)\s*(?:and|or|&|/|,)\s*(?:pending|participat)", re.IGNORECASE)

#: ICE's opaque download addresses: the number says nothing.
DOWNLOAD_PATH = re.compile(r"^/file-download/download/", re.IGNORECASE)
WORKBOOK_NAME = re.compile(r"\.(?:xlsx|xlsm|xls)$", re.IGNORECASE)
#: Agreements and addenda themselves: documents about one agency, never lists.
MOA_PATH = re.compile(r"/doclib/287gMOA/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One landing page and the hosts whose answers count as the source's own."""

    start_url: str

    @property
    def host(self) -> str:
        return (urlsplit(self.start_url).hostname or "").lower()

    def is_ours(self, url: str) -> bool:
        """True when the address is on the landing page's host, or, when that is ICE's, anywhere on ice.gov."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https"):
            return False
        if host == self.host:
            return True
        return _is_ice(self.host) and _is_ice(host)


def _is_ice(host: str) -> bool:
    return host == "ice.gov" or host.endswith(".ice.gov")


def promised_list(words: str) -> ListName | None:
    """Return the list that a link's text or a file's name promises, or None if it promises neither or both.

    This is only what the link says: on 22 September 2025 the links were swapped. What a list *is*, its header says.
    """
    if _BOTH.search(words):
        return None
    pending = bool(_PENDING.search(words))
    participating = bool(_PARTICIPATING.search(_PENDING.sub(" ", words)))
    if pending == participating:
        return None
    return "pending" if pending else "participating"
