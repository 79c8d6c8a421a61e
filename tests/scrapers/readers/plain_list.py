"""One made-up list, as tests write it again in the ways of other programs."""

from __future__ import annotations

from datetime import date

from db.models import Listing
from scrapers.readers.document import read_document
from tests.workbooks import PARTICIPATING, Cell, make_workbook

MOA = "https://www.ice.gov/doclib/287gMOA/{}.pdf"
DAY = date(2025, 9, 22)
ROWS: list[tuple[Cell, ...]] = [
    ("ALABAMA", "Baker County Sheriff's Office", "County", "Baker County", "Jail Enforcement Model", DAY, "link", None),
    ("ALABAMA", "Bell Police Department", "Municipality", "Bell County", "Task Force Model", DAY, "link", None),
    ("TEXAS", "Lee County Sheriff’s Office", "County", "Lee County", "Warrant Service Officer", DAY, "link", None),
]
LINKS = {f"G{row}": MOA.format(row) for row in (2, 3, 4)}
PLAIN = read_document(make_workbook([PARTICIPATING, *ROWS], LINKS))


def listings(data: bytes) -> tuple[Listing, ...]:
    return read_document(data).listings
