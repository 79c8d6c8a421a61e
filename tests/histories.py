"""Made-up lists put into a store, as files or straight as documents, for tests of whole histories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from db.database import Store
from db.models import Snapshot
from db.queries import fetches, snapshots
from monitor.changelog.rebuild import Derived, derive
from scrapers.readers.document import read_document
from tests.workbooks import PARTICIPATING, PENDING, Cell, letters, make_workbook

NOW = "2026-10-01T12:00:00Z"


@dataclass(frozen=True)
class Row:
    """One row of a made-up list."""

    agency: str
    signed: str = "2025-03-03"
    support: str = "Task Force Model"
    state: str = "FLORIDA"
    county: str = ""
    type: str = "County"
    moa: str = ""  # the link on its MOA cell


@dataclass(frozen=True)
class Posting:
    """A made-up list as ICE might post it: its rows and all evidence of when."""

    rows: tuple[Row, ...]
    modified: str | None = "2025-09-02T12:00:00Z"
    file: str = "list.xlsx"
    kind: str = "participating"
    linked_as: str = ""
    seen_at: str | None = None

    @property
    def data(self) -> bytes:
        """The workbook's bytes."""
        return _workbook(self.rows, self.modified, self.kind)

    def write(self, folder: Path) -> Path:
        """The workbook stands in the folder under its name."""
        place = folder / self.file
        place.write_bytes(self.data)
        return place


def listed(day: str, *rows: Row) -> Posting:
    """The participating list of a day (ISO date), under a name that says it."""
    return Posting(rows, f"{day}T14:00:00Z", f"participating-{day.replace('-', '')}.xlsx")


@lru_cache(maxsize=512)
def _workbook(rows: tuple[Row, ...], modified: str | None, kind: str) -> bytes:
    pending = kind == "pending"
    cells: list[Sequence[Cell]] = [PENDING if pending else PARTICIPATING]
    links = {}
    for number, row in enumerate(rows, 2):
        start: list[Cell] = [row.state, row.agency, row.type, row.county, row.support]
        if pending:
            cells.append(start)
            continue
        signed: Cell = date.fromisoformat(row.signed) if row.signed[:2] == "20" else row.signed
        cells.append([*start, signed, "link" if row.moa else "link pending", ""])
        if row.moa:
            links[f"{letters(6)}{number}"] = row.moa
    return make_workbook(cells, links, modified=modified)


@lru_cache(maxsize=512)
def _read(data: bytes) -> Snapshot:
    return read_document(data, name="list.xlsx")


def put(store: Store, posting: Posting, *, known_at: str = NOW, how: str = "import") -> str:
    """The posting is among the facts; returns its sha256. Nothing is derived."""
    sha256 = store.archive.put(posting.data)
    with store.writing():
        fetches.record_document(store, sha256, known_at)
        snapshots.save_snapshot(store, sha256, _read(posting.data))
        fetches.record_sighting(
            store, sha256, file=posting.file, url="", linked_as=posting.linked_as, seen_at=posting.seen_at,
            known_at=known_at, how=how,
        )  # fmt: skip
    return sha256


def take(store: Store, postings: Iterable[Posting], *, known_at: str = NOW) -> Derived:
    """The postings are taken in together, and what follows from them is derived."""
    for posting in postings:
        put(store, posting, known_at=known_at)
    return derive(store, now=known_at)


def open_store(home: Path, at: str = NOW) -> Store:
    """A store whose clock stands still."""
    moment = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC)
    return Store.open(home, now=lambda: moment)


def agencies(*names: str, **common: str) -> tuple[Row, ...]:
    """A row for each agency."""
    return tuple(replace(Row(name), **common) for name in names)


def many(count: int, **common: str) -> tuple[Row, ...]:
    """Rows of so many agencies whose names have nothing to do with one another."""
    return agencies(*(f"Agency {number} Police Department" for number in range(1, count + 1)), **common)
