"""Short texts that differ when what a page tells differs: publishing writes only the pages whose mark moved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from typing import Any

from monitor.web.pages.book import Agency, Book


def mark_of(*told: Any) -> str:
    """The mark of whatever is told."""
    text = json.dumps(told, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def agency_mark(book: Book, agency: Agency) -> str:
    """The mark of an agency with its names, agreements and changes; reckoned once a version."""
    if agency.id not in book.marks:
        book.marks[agency.id] = _agency_mark(agency)
    return book.marks[agency.id]


def _agency_mark(agency: Agency) -> str:
    # what still stands reaches to the newest list, whichever that is: its end must not move the mark
    agreements = [
        (
            a.id, a.support, a.signed_on, a.status, a.ended_on, a.documents,
            [(s.first, s.first_on, s.missing_on, s.missing_on and (s.last, s.last_on)) for s in a.spells],
            [{**row, "last": None, "last_on": None} if row["open"] else row for row in a.rows],
        )
        for a in agency.agreements
    ]  # fmt: skip
    said = [(c["id"], c["status"], c["needs_review"], c["reason"], c["agency"]) for c in agency.changes]
    return mark_of(agency.id, agency.name, agency.county, agency.fips, agency.near, agency.names, agreements, said)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
