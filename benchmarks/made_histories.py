"""Histories made for measuring growth: ten times as many lists as the corpus, and lists of twenty thousand rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import us

from db.database import Store
from db.models import Listing, Snapshot, SupportType
from db.queries import fetches, snapshots
from monitor.places import gazetteer
from scrapers.readers.document import READER_VERSION

BEGIN = datetime(2025, 12, 1, 15, tzinfo=UTC)  # after the newest signing: an older workbook could not hold it
KNOWN_AT = "2028-01-01T00:00:00Z"
OFFICES = ("Sheriff's Office", "Police Department", "Corrections Department", "Constable's Office", "Marshal's Office")
SUPPORT: tuple[tuple[SupportType, str], ...] = (
    ("JEM", "Jail Enforcement Model"),
    ("WSO", "Warrant Service Officer"),
    ("TFM", "Task Force Model"),
)


def put(store: Store, number: int, rows: list[Listing], *, known_at: str = KNOWN_AT) -> None:
    """The rows are the participating list with that number in the store, as if a workbook had been read."""
    at = (BEGIN + timedelta(hours=8 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sha256 = store.archive.put(f"made list {number}".encode())  # stands for the bytes; they are not read again
    with store.writing():
        fetches.record_document(store, sha256, known_at)
        numbers = tuple(range(2, len(rows) + 2))
        made = Snapshot("participating", tuple(rows), numbers, "Sheet1", READER_VERSION["xlsx"], at)
        snapshots.save_snapshot(store, sha256, made)
        fetches.record_sighting(
            store, sha256, file=f"made{number}.xlsx", url="", linked_as="participating", seen_at=None,
            known_at=known_at, how="import",
        )  # fmt: skip


def stretch(lists: list[list[Listing]], factor: int) -> Iterator[list[Listing]]:
    """Each step from list to list is made in `factor` steps, and in each one more row's county cell is retyped."""
    number = 0
    for before, after in pairwise(lists):
        gone, new = _only(before, after), _only(after, before)
        kept = [row for row in before if row not in gone]
        for step in range(factor):
            number += 1
            left = gone[: len(gone) * (factor - 1 - step) // factor]
            come = new[: len(new) * (step + 1) // factor]
            rows = [*kept, *left, *come]
            if factor > 1:
                place = number * 37 % len(rows)
                rows[place] = replace(rows[place], county=f"{rows[place].county or ''} Countey")
            yield rows


def _only(rows: list[Listing], others: list[Listing]) -> list[Listing]:
    known = set(others)
    return [row for row in rows if row not in known]


def large_lists(rows: int, lists: int, changed: int) -> Iterator[list[Listing]]:
    """Lists of so many rows; from each to the next `changed` rows go and as many come."""
    every = _agreements()
    pool = [next(every) for _ in range(rows + lists * changed)]
    for number in range(lists):
        yield pool[number * changed : number * changed + rows]


def _agreements() -> Iterator[Listing]:
    """Made agreements of the offices of real counties, one support type after the other."""
    for code, support in SUPPORT:
        for office in OFFICES:
            for state in us.STATES:
                for number, county in enumerate(gazetteer.counties(state.abbr).values()):
                    signed = date(2021, 1, 4) + timedelta(days=number)
                    yield Listing(
                        "participating", state.name.upper(), f"{county.name} {office}", "County", county.name, support,
                        signed.isoformat(), "link", "", f"https://www.ice.gov/doclib/287gMOA/{number}{office[:4]}.pdf",
                        state_code=state.abbr, support_code=code,
                        signed_on=signed.isoformat(),
                    )  # fmt: skip
