"""Marks: short texts that differ when what a page shows differs. Publishing makes only the pages whose mark moved."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, is_dataclass, replace
from typing import Any

from monitor.web.pages.book import Agency, Book, PageChange


def digest_of(data: bytes) -> str:
    """Return a text of 16 characters that differs when the bytes do."""
    return urlsafe_b64encode(hashlib.blake2b(data, digest_size=12).digest()).decode()


def mark_of(*shown: Any) -> str:
    """Return the mark of whatever is shown."""
    return digest_of(json.dumps(shown, default=_plain, sort_keys=True, ensure_ascii=False).encode())


def agency_mark(book: Book, agency: Agency) -> str:
    """Return the mark of an agency with its names, agreements, documents and changes; computed once a version."""
    if agency.id not in book.marks:
        documents = [book.library.of_agreement(agreement.id) for agreement in agency.agreements]
        mark = _agency_mark(book, agency)
        others = sorted({agreement.agency_id for agreement in agency.moved})
        more = [any(documents) and documents, [_agency_mark(book, book.agencies[other]) for other in others]]
        book.marks[agency.id] = mark_of(mark, *more) if any(more) else mark
    return book.marks[agency.id]


def change_mark(book: Book, change: PageChange) -> str:
    """Return the mark of a change; computed once a version, as its agency's, place's and own page show it."""
    if change["id"] not in book.marks:
        book.marks[change["id"]] = mark_of(change)
    return book.marks[change["id"]]


def _agency_mark(book: Book, agency: Agency) -> str:
    # a row that is still listed ends at the newest list, whichever that is: its end must not move the mark
    agreements = [
        (
            a.id, a.support, a.signed_on, a.status, a.first_on, a.from_start, a.ended_on, a.documents, a.reviewed,
            [(s.first, s.first_on, s.missing_on, s.missing_on and (s.last, s.last_on)) for s in a.spells],
            [replace(row, last=0, last_on="") if row.open else row for row in a.rows],
        )
        for a in agency.agreements
    ]  # fmt: skip
    changes = [change_mark(book, c) for c in agency.changes]
    return mark_of(agency.id, agency.state, agency.name, agency.county, agency.fips, agency.placed_by, agency.near,
                   agency.is_state, agency.names, agreements, changes, agency.reviewed)  # fmt: skip


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
