"""A store for lists put out on days of June 2025, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.database import Store
from db.queries.publication_list import read_publications
from monitor.publications.check import REASONS, reason_code
from tests.histories import Posting, Row, many, open_store

SIXTY = many(60)
MONDAY = Posting(SIXTY, "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")
#: Counties of Florida whose names Georgia does not have.
FLORIDAS = (
    "Broward Citrus Collier DeSoto Duval Escambia Flagler Gadsden Gilchrist Hardee Hendry Hernando Highlands"
    " Hillsborough Levy Manatee Martin Okaloosa Okeechobee Osceola Pasco Pinellas Sarasota Suwannee Volusia"
).split()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        yield store


def later(posting: Posting, day: int, *rows: Row, **changes: str) -> Posting:
    """A list of another day of June 2025 with these rows."""
    return replace(
        posting, rows=rows or posting.rows, modified=f"2025-06-{day:02}T14:00:00Z",
        file=changes.pop("file", f"participatingAgencies06{day:02}2025am.xlsx"), **changes,
    )  # fmt: skip


def became(store: Store) -> dict[str, tuple[str, list[str]]]:
    """File -> status and reasons; every code is one that REASONS explains."""
    found = {p["file"]: (p["status"], p["reasons"]) for p in read_publications(store.connection)}
    assert {reason_code(reason) for _, reasons in found.values() for reason in reasons} <= REASONS.keys()
    return found
