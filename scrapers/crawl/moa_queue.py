"""Which documents' addresses are to be asked now: those never asked first, then those whose time has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from db.moa_models import ListedMoa
from scrapers.crawl.sources import Source

#: What a try can end in, and what the word means.
OUTCOMES = {
    "kept": "the document came and is kept; nothing was known of the address before",
    "same": "the document is the one kept before, by its bytes or by the server's word (304)",
    "replaced": "other bytes came than those kept before; both are kept",
    "not_there": "the address answers that nothing is there (404, 410)",
    "block_page": "a page that turns programs away came instead of a document",
    "not_a_pdf": "something that is no PDF came; it is not kept",
    "empty": "the answer has no body",
    "too_large": "the document has more bytes than `moa_max_bytes`; it was cut off and thrown away",
    "refused": "the server will not give it to us (401, 403 and other 4xx), or robots.txt forbids it",
    "failed": "no whole answer came: the server failed, was too slow, or could not be reached",
}
#: Outcomes that brought or verified a document.
GOOD = frozenset({"kept", "same", "replaced"})
#: After these the site is left alone for the rest of the pass.
STOPPING = frozenset({"throttled", "robots_disallowed"})
#: Days after which an address is asked again, by its last outcome; the others wait as long as kept documents.
RETRY_DAYS = {"failed": 0.25, "block_page": 1.0, "empty": 1.0, "not_there": 7.0, "refused": 7.0, "not_a_pdf": 7.0}


def addresses_due(
    listed: Iterable[ListedMoa],
    tried: Mapping[str, tuple[str, str]],
    source: Source,
    now: datetime,
    recheck_days: float,
) -> list[str]:
    """Return the addresses to ask, best first: new ones of today's list, new ones of ended agreements, due ones.

    `tried` gives when each address was last asked and with what outcome. Addresses on other hosts are left out.
    """
    current: dict[str, bool] = {}
    for row in listed:
        if row.url and source.is_ours(row.url):
            current[row.url] = current.get(row.url, False) or bool(row.is_listed and row.is_current)
    never = [url for url in current if url not in tried]
    never.sort(key=lambda url: (not current[url], url))
    due = []
    for url in current.keys() & tried.keys():
        at, outcome = tried[url]
        waits = timedelta(days=RETRY_DAYS.get(outcome, recheck_days))
        asked_at = datetime.fromisoformat(at)
        if now - asked_at >= waits:
            due.append((asked_at, url))
    return [*never, *(url for _, url in sorted(due))]
