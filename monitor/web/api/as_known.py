"""The collections of the API, as they stand or as they were known at a time. The one place that asks for known time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from db.database import Store
from db.queries import api_data
from db.queries.api_data import AgencyRow
from db.queries.publication_list import read_publications
from db.queries.statement_log import LoggedStatement, list_statements
from db.records import (
    ChangeRecord,
    DocumentRecord,
    ListedAgreement,
    PublicationRecord,
    ReviewedFactRecord,
    Totals,
    Trend,
)
from monitor.changelog.as_of import find_list, listed_agreements, totals
from monitor.changelog.known_at import open_known
from monitor.changelog.log import read_log
from monitor.changelog.trends import read_trends
from monitor.documents.library import Library
from monitor.review.facts import read_facts
from monitor.search.find import Finder, read_finder
from monitor.web.api.memory import Memory, Value, to_json


@contextmanager
def read_as_known(memory: Memory, known_at: str | None) -> Iterator[AsKnown]:
    """Hold the data of this moment, as they were known at a time (as they stand when it is None)."""
    with memory.reading() as store:
        if known_at is None:
            yield AsKnown(memory, store, None, None)
            return
        facts = api_data.count_facts(store.connection, known_at)
        then = memory.keep("known", facts, lambda: open_known(store, known_at), of_then=True)
        yield AsKnown(memory, then, known_at, facts)


@dataclass(frozen=True, slots=True)
class AsKnown:
    """The collections of one moment; each is made once for a version of the data and what was known."""

    memory: Memory
    store: Store
    known_at: str | None
    facts: tuple[int, ...] | None  # how many were known; two known times with the same facts share their collections

    def keep(self, name: str, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value of what was known, which is made when it is not at hand."""
        return self.memory.keep(name, (key, self.facts), make, of_then=self.facts is not None)

    def log(self) -> tuple[list[ChangeRecord], list[bytes]]:
        """Return every change, oldest first, and each as JSON."""

        def make() -> tuple[list[ChangeRecord], list[bytes]]:
            entries = read_log(self.store)
            return entries, [to_json(e) for e in entries]

        return self.keep("log", None, make)

    def statements(self) -> list[LoggedStatement]:
        """Return every statement, in the order in which they were made."""
        every = self.memory.keep("statements", None, lambda: list_statements(self.store.connection))
        return [s for s in every if self.known_at is None or s.stated_at <= self.known_at]

    def listed(self, as_of: str | None, list_name: str) -> list[ListedAgreement]:
        """Return what ICE listed on the day, in the list's order; raise `NotFoundError` when no list is that old."""
        # which list answers is found first, so that all days between two lists share its rows
        position = self.keep("list", (as_of, list_name), lambda: find_list(self.store, as_of, None, list_name).position)
        return self.keep(
            "listed", (position, list_name), lambda: listed_agreements(self.store, as_of=as_of, list_name=list_name)
        )

    def totals(self, as_of: str | None) -> Totals:
        """Return the totals of a day; raise `NotFoundError` when no list is that old."""
        return self.keep("totals", as_of, lambda: totals(self.store, as_of=as_of))

    def trends(self) -> list[Trend]:
        """Return the totals of every day with a list, oldest first."""
        return self.keep("trends", None, lambda: read_trends(self.store))

    def agencies(self) -> list[AgencyRow]:
        """Return every agency ever listed, by id."""
        return self.keep("agencies", None, lambda: api_data.list_agencies(self.store.connection))

    def reviewed_facts(self) -> list[ReviewedFactRecord]:
        """Return the reviewed facts that counted, oldest first, without the names of who stated them."""
        facts = self.keep("reviewed", self.known_at, lambda: read_facts(self.store, self.known_at))
        return [
            {
                "id": f.id, "stated_at": f.stated_at, "subject": f.subject, "fact": f.fact, "value": f.value,
                "detail": f.detail, "source": f.source, "note": f.note,
            }
            for f in facts if f.counts and f.fact != "withdrawn"
        ]  # fmt: skip

    def publications(self) -> list[PublicationRecord]:
        """Return every list ever found, oldest first."""
        return self.keep("publications", None, lambda: read_publications(self.store.connection))

    def finder(self) -> Finder:
        """Return the search over places and agencies."""
        return self.keep("finder", None, lambda: read_finder(self.store))

    def documents(self) -> list[DocumentRecord]:
        """Return every document kept, oldest first."""
        version = self.memory.version()
        every = self.memory.keep("documents", version, lambda: api_data.list_documents(self.store.connection))
        return [d for d in every if self.known_at is None or d["stored_at"] <= self.known_at]

    def library(self) -> Library:
        """Return what is known of the agreement documents today; a known time does not go back for them."""
        return self.memory.keep("library", None, lambda: Library(self.store.connection))


def publication_key(p: PublicationRecord) -> list[str]:
    """Return what orders publications: oldest first."""
    return [p["published_at"], p["list"] or "", p["file"], p["sha256"], p["linked_as"]]
