"""The real lists ICE published, read whole; counts are those of their archivists' manifest."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from itertools import pairwise

import openpyxl
import pytest

from db.models import COLUMNS, Snapshot
from scrapers.readers import signals
from scrapers.readers.document import read_document
from tests.paths import LISTS

pytestmark = pytest.mark.skipif(not LISTS.is_dir(), reason=f"the real lists are not at {LISTS}")


@pytest.fixture(scope="module")
def manifest() -> list[dict[str, str]]:
    with (LISTS / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def snapshots(manifest: list[dict[str, str]]) -> dict[str, Snapshot]:
    return {row["file"]: read_document((LISTS / row["file"]).read_bytes(), name=row["file"]) for row in manifest}


def test_every_list_is_read_with_all_its_rows_and_links(
    manifest: list[dict[str, str]], snapshots: dict[str, Snapshot]
) -> None:
    """304 lists; the manifest counts a blank row between listings as a row, which is no listing."""
    assert len(snapshots) == 304
    for line in manifest:
        snapshot = snapshots[line["file"]]
        blank = sum(int(s.meaning.split()[0]) for s in snapshot.signals if s.code == signals.ROW_BLANK)
        links = sum((x.moa_link is not None) + (x.addendum_link is not None) for x in snapshot.listings)
        assert (len(snapshot.listings) + blank, links) == (int(line["rows"]), int(line["hyperlinks"])), line["file"]
        if line["workbook_modified_utc"]:  # the manifest leaves out an archivist's own times
            assert snapshot.workbook_modified_at == line["workbook_modified_utc"].partition(".")[0].rstrip("Z") + "Z"


def test_every_listing_has_a_state_a_support_type_and_an_address(snapshots: dict[str, Snapshot]) -> None:
    """Of 99,936 listings none lacks a reading of its state or model, nine have an impossible date."""
    rows = [row for snapshot in snapshots.values() for row in snapshot.listings]
    assert len(rows) == 99_936
    assert all(row.state_code and row.support_code for row in rows)
    assert sum(row.signed is not None and row.signed_on is None for row in rows) == 9
    assert all(row.moa_url for row in rows if row.moa_link)
    hosts = {row.moa_url.split("/")[2] for row in rows if row.moa_url}
    assert hosts == {"www.ice.gov"}


def test_a_list_is_what_its_header_says_and_not_its_folder(snapshots: dict[str, Snapshot]) -> None:
    """One file in each folder is of the other kind: the links were swapped for an afternoon."""
    odd = [f for f, s in snapshots.items() if s.list != ("pending" if f.startswith("pending/") else "participating")]
    assert sorted(f.partition("/")[0] for f in odd) == ["participating", "pending"]


def test_captures_of_an_unchanged_page_give_equal_listings(snapshots: dict[str, Snapshot]) -> None:
    """59 captures of 8,410 rows, each address with its own capture's time before it, hold 155 listings in all."""
    captures = [snapshots[name] for name in sorted(snapshots) if name.startswith("page-tables/")]
    assert len({listing for capture in captures for listing in capture.listings}) == 155
    assert sum(one.listings == other.listings for one, other in pairwise(captures)) == 42
    assert {(len(c.listings), *(s.meaning for s in c.signals)) for c in captures} == {
        (len(c.listings), f"{len(c.listings)} cells") for c in captures
    }


def test_cells_and_links_equal_openpyxls(manifest: list[dict[str, str]], snapshots: dict[str, Snapshot]) -> None:
    """Every 16th list, cell by cell, error cells and hyperlinks included."""
    for line in manifest[::16]:
        snapshot = snapshots[line["file"]]
        sheet = openpyxl.load_workbook(io.BytesIO((LISTS / line["file"]).read_bytes()))[snapshot.sheet]
        head = [str(cell.value or "").strip().lower() for cell in sheet[1]]
        names = {"law enforcement agency": "agency", "support type": "support_type"}
        at = {names.get(name, name): i for i, name in enumerate(head) if name}
        for number, listing in zip(snapshot.rows, snapshot.listings, strict=True):
            cells = sheet[number]
            printed = {name: None if name not in at else shown(cells[at[name]].value) for name in COLUMNS}
            printed["moa"] = (
                re.sub(r"^https://web\.archive\.org/web/\d{14}/", "", printed["moa"] or "") or printed["moa"]
            )
            assert {name: getattr(listing, name) for name in COLUMNS} == printed, (line["file"], number)
            for name in ("moa", "addendum"):
                link = cells[at[name]].hyperlink if name in at else None
                assert getattr(listing, f"{name}_link") == (link.target if link else None), (line["file"], number)


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
