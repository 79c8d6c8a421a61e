"""The agreement documents as the contract lists them: one record a document and address, with what is known of it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from db.moa_models import (
    ListedMoa,
    MoaFilter,
    MoaReading,
    MoaRecord,
    MoaSighting,
    MoaWording,
    Passage,
    Quotation,
)
from db.queries import moas
from monitor.documents.checks import AT_ODDS, check_document

#: Outcomes of a sighting that brought or verified the document.
SEEN = ("kept", "same", "replaced")
#: Every outcome a record can have besides those of reading.
OUTCOMES = {
    "kept": "the document is kept and was read",
    "replaced": "ICE put other bytes under the address later; these are kept as well",
    "not_there": "the address answers that nothing is there (404, 410); a document kept before stays",
    "block_page": "a page that turns programs away came instead of a document",
    "not_a_pdf": "something that is no PDF came, or was saved",
    "moved": "the address leads on to another one, where the document is",
    "shared": "the document is linked by several agreements",
    "empty": "there were no bytes",
    "damaged": "the PDF cannot be opened",
    "encrypted": "the PDF asks for a password",
    "too_large": "it has more bytes than `moa_max_bytes`; it is not kept when it was to be fetched or imported",
    "too_many_pages": "the PDF has more pages than any agreement could have",
    "took_too_long": "reading was stopped after its time was over",
    "too_much_memory": "reading needed more memory than it may have",
    "reader_failed": "the reader ended with an error of its own; the log has it",
    "refused": "the server will not give it to us",
    "failed": "the server failed or could not be reached; it is tried again",
    "not_asked": "a list links the address, and it was not asked yet",
    "no_address": "the row prints a link, but nothing is linked",
}


@dataclass(slots=True)
class _Address:
    """What was met under one address, or under one file name when nobody knows an address."""

    url: str
    file: str
    sightings: list[MoaSighting] = field(default_factory=list)


class Library:
    """All that is known of agreement documents at one moment, read once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.readings = {reading.sha256: reading for reading in moas.load_readings(connection)}
        self.wordings = moas.load_wordings(connection)
        self.listed = moas.load_listed(connection)
        self._by_url: dict[str, list[ListedMoa]] = defaultdict(list)
        for row in self.listed:
            if row.url:
                self._by_url[address_key(row.url)].append(row)
        self._addresses = self._gather(moas.load_sightings(connection))
        self._rows: dict[str, list[ListedMoa]] = defaultdict(list)  # by document
        for address in self._addresses:
            for sha256 in {s.sha256 for s in address.sightings if s.sha256}:
                self._rows[sha256] += self._by_url.get(address_key(address.url), [])
        self._captures = {
            s.sha256: s.final_url
            for address in self._addresses
            for s in address.sightings
            if s.how == "archive" and s.sha256
        }
        self.records = [record for address in self._addresses for record in self._records_of(address)]
        self._by_agreement: dict[str, list[MoaRecord]] = defaultdict(list)
        self._by_document: dict[str, list[MoaRecord]] = defaultdict(list)
        for record in self.records:
            for agreement_id in record["agreement_ids"]:
                self._by_agreement[agreement_id].append(record)
            if record["sha256"]:
                self._by_document[record["sha256"]].append(record)
        self._states = {row.agreement_id: row.state for row in self.listed}

    def _gather(self, sightings: Iterable[MoaSighting]) -> list[_Address]:
        """Return the sightings by address; a saved file of the name of one linked address was met there."""
        named: dict[str, set[str]] = defaultdict(set)
        for row in self.listed:
            if row.url:
                named[file_key(row.url)].add(row.url)
        found: dict[str, _Address] = {}
        for sighting in sightings:
            url = sighting.url
            if not url and len(same := named.get(file_key(sighting.file), set())) == 1:
                url = next(iter(same))
            key = address_key(url) if url else f"file {sighting.file}"
            found.setdefault(key, _Address(url, sighting.file)).sightings.append(sighting)
        return list(found.values())

    def _records_of(self, address: _Address) -> list[MoaRecord]:
        documents: dict[str, list[MoaSighting]] = {}
        for sighting in address.sightings:
            if sighting.sha256:
                documents.setdefault(sighting.sha256, []).append(sighting)
        # what the Internet Archive has says nothing of what is at ICE's address
        asked = [s for s in address.sightings if s.how != "archive"]
        last = asked[-1] if asked else address.sightings[-1]
        if not documents:
            return [self._record(address, None, [], last.outcome)]
        current = next(s.sha256 for s in reversed(address.sightings) if s.sha256)
        records = []
        for sha256, seen in documents.items():
            outcome = "replaced" if sha256 != current else "not_there" if last.outcome == "not_there" else "kept"
            records.append(self._record(address, sha256, seen, outcome))
        return records

    def _record(self, address: _Address, sha256: str | None, seen: Sequence[MoaSighting], outcome: str) -> MoaRecord:
        reading = self.readings.get(sha256 or "")
        wording = self.wordings.get(sha256 or "", MoaWording(""))
        rows = self._rows.get(sha256 or "", []) if sha256 else self._by_url.get(address_key(address.url), [])
        if outcome == "kept" and reading is not None and reading.outcome != "kept":
            outcome = reading.outcome
        if outcome == "kept":
            outcome = _kept_outcome(seen[-1], rows)
        return {
            "url": address.url,
            "file": seen[-1].file if seen else address.file,
            "sha256": sha256,
            "first_seen_at": min((s.seen_at for s in seen), default=None),
            "last_seen_at": max((s.seen_at for s in seen), default=None),
            "outcome": outcome,
            "pages": reading.page_count if reading else 0,
            "characters": reading.characters if reading else 0,
            "support_type": reading.support_type if reading else None,
            "agency_in_document": reading.agency if reading else None,
            "template": wording.template,
            "differences": wording.differences,
            "duration": _quotation(reading.duration) if reading else None,
            "ending": _quotation(reading.ending) if reading else None,
            "signals": self._signals(reading, wording, rows, outcome),
            "agreement_ids": sorted({row.agreement_id for row in rows}),
        }

    @staticmethod
    def _signals(reading: MoaReading | None, wording: MoaWording, rows: Sequence[ListedMoa], outcome: str) -> list[str]:
        signals = list(reading.signals) if reading else []
        if reading and reading.outcome == "kept":
            signals += check_document(reading, rows)
            if "scan" not in signals and wording.template is None:
                signals.append("own_wording")
        if wording.differences:
            signals.append("departs_from_template")
        if outcome == "not_there" and reading:
            signals.append("taken_down")
        if outcome == "not_there" and not reading and any(row.is_listed and row.is_current for row in rows):
            signals.append("nothing_there")
        return signals

    def of_document(self, sha256: str) -> Sequence[MoaRecord]:
        """Return the records of a document, one for each address it was met at, oldest first."""
        return self._by_document.get(sha256, ())

    def of_agreement(self, agreement_id: str) -> Sequence[MoaRecord]:
        """Return the records of every document and address that rows of this agreement link."""
        return self._by_agreement.get(agreement_id, ())

    def missing(self) -> list[MoaRecord]:
        """Return a record for each address on the newest list of which nothing is known, and each row without one."""
        met = {address_key(address.url) for address in self._addresses if address.url}
        rows: dict[str, list[ListedMoa]] = defaultdict(list)
        for row in self.listed:
            if row.is_listed and row.is_current and address_key(row.url) not in met:
                rows[row.url or f"row {row.agreement_id}"].append(row)
        found = []
        for linking in rows.values():
            url = linking[0].url
            record = self._record(_Address(url, file_name(url)), None, [], "not_asked" if url else "no_address")
            record["agreement_ids"] = sorted({row.agreement_id for row in linking})
            record["signals"] = [] if url else ["link_without_address"]
            found.append(record)
        return found

    def at_odds(self) -> list[MoaRecord]:
        """Return the records of documents that the list contradicts, and of links that lead nowhere, by file name."""
        chosen = [r for r in (*self.records, *self.missing()) if set(AT_ODDS) & set(r["signals"])]
        return self.select(MoaFilter(), chosen)

    def select(self, wanted: MoaFilter, records: Iterable[MoaRecord] | None = None) -> list[MoaRecord]:
        """Return the records that fit the filter, by file name."""
        chosen = [r for r in (self.records if records is None else records) if self.fits(r, wanted)]
        return sorted(chosen, key=record_key)

    def fits(self, record: MoaRecord, wanted: MoaFilter) -> bool:
        """Whether the record is one of those that the filter is about."""
        states = {self._states.get(agreement_id) for agreement_id in record["agreement_ids"]}
        return (
            (not wanted.state or wanted.state in states)
            and (not wanted.support_type or record["support_type"] == wanted.support_type)
            and (not wanted.template or record["template"] == wanted.template)
            and (not wanted.year or wanted.year in self.years(record))
            and (not wanted.signal or wanted.signal in record["signals"])
            and (not wanted.outcome or record["outcome"] == wanted.outcome)
            and (not wanted.agreement_id or wanted.agreement_id in record["agreement_ids"])
        )

    def years(self, record: MoaRecord) -> set[str]:
        """Return the years of signing: those that the list gives, else those of the document's own dates."""
        rows = self._rows.get(record["sha256"] or "", [])
        years = {row.signed_on[:4] for row in rows if row.signed_on}
        reading = self.readings.get(record["sha256"] or "")
        return years or {line.on[:4] for line in (reading.dates if reading else ()) if line.kind == "signed"}

    def capture_of(self, sha256: str) -> str | None:
        """Return the Internet Archive's address of the document, when it came from there."""
        return self._captures.get(sha256)

    def rows_of(self, sha256: str) -> list[ListedMoa]:
        """Return a row of each agreement that links this document, those that link it today first."""
        rows = sorted(self._rows.get(sha256, []), key=lambda row: (not row.is_current, row.agency, row.agreement_id))
        return list({(row.agreement_id, row.kind): row for row in reversed(rows)}.values())[::-1]


def record_key(record: MoaRecord) -> list[str]:
    """Return what orders records: the file's name, then all that tells apart documents of one name."""
    return [record["file"].lower(), record["url"], record["first_seen_at"] or "", record["sha256"] or ""]


def _kept_outcome(last: MoaSighting, rows: Sequence[ListedMoa]) -> str:
    if last.how != "archive" and last.final_url and address_key(last.final_url) != address_key(last.url):
        return "moved"
    if len({row.agreement_id for row in rows if row.is_current and row.kind == "moa"}) > 1:
        return "shared"
    return "kept"


def _quotation(passage: Passage | None) -> Quotation | None:
    return {"page": passage.page, "text": passage.text} if passage else None


@lru_cache(maxsize=32768)  # the same few thousand addresses each time a library is made
def address_key(url: str) -> str:
    """Return what two spellings of one address have in common: host and path, percent signs and case aside."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{unquote(parts.path).lower()}{query}"


def file_name(url: str) -> str:
    """Return the last part of the address as a file's name."""
    return PurePosixPath(urlsplit(url).path).name


@lru_cache(maxsize=32768)
def file_key(name_or_url: str) -> str:
    """Return what a saved file's name and its address have in common."""
    return unquote(file_name(name_or_url) if "://" in name_or_url else name_or_url).lower().replace(" ", "")
