"""Lists written again by other programs, over the lists of late September 2025: the log must not notice."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.queries.publication_list import read_publications
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import derive
from monitor.publications.dating import capture_time
from scrapers import ingest
from tests.histories import NOW
from tests.paths import LISTS, SHARED

CASES = SHARED / "cases"
pytestmark = [
    pytest.mark.skipif(not CASES.is_dir(), reason=f"the odd lists are not at {CASES}"),
    pytest.mark.skipif(not LISTS.is_dir(), reason=f"the real lists are not at {LISTS}"),
]
SEPTEMBER = [f"participatingAgencies09{day}2025{half}.xlsx" for day in range(15, 31) for half in ("am", "pm")]
ONE = [
    "core-time-offset.xlsx", "fill-down.xlsx", "hidden-sheet.xlsx", "hyperlink-concat.xlsx", "saved-page.mhtml",
    "sheetjs-dates.xlsx", "zero-width.xlsx", "zip-backslash.xlsx",
]  # fmt: skip
TWO = ["footer", "merged-state"]


@pytest.fixture(scope="module")
def september(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the participating lists of 15 to 30 September 2025."""
    home = tmp_path_factory.mktemp("september") / "data"
    paths = [LISTS / "participating" / name for name in SEPTEMBER if (LISTS / "participating" / name).is_file()]
    with Store.open(home) as store:
        take(store, paths)
    return home


@pytest.fixture
def store(september: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of that store, to which a test adds."""
    shutil.copytree(september, tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        yield store


def take(store: Store, paths: list[Path]) -> None:
    for saved in ingest.find_saved(paths, None, capture_time):
        assert ingest.import_list(store, saved, NOW).error == ""
    derive(store, now=NOW)


def log(store: Store) -> list[object]:
    return [{key: value for key, value in change.items() if key != "known_at"} for change in read_log(store, Filter())]


@pytest.mark.parametrize("name", ONE)
def test_a_list_that_another_program_wrote_is_accepted_and_changes_nothing(
    store: Store, tmp_path: Path, name: str
) -> None:
    before = log(store)
    written = shutil.copy(CASES / name, tmp_path / "participatingAgencies10012025am.xlsx")
    take(store, [Path(written)])
    assert log(store) == before
    found = next(p for p in read_publications(store.connection) if p["file"] == "participatingAgencies10012025am.xlsx")
    assert (found["status"], found["rows"]) == ("accepted", 1035)
    if name == "core-time-offset.xlsx":
        assert found["workbook_modified_at"] == "2025-10-01T12:00:00Z"  # printed 08:00-04:00


@pytest.mark.parametrize("name", TWO)
def test_two_such_lists_in_a_row_change_nothing(store: Store, tmp_path: Path, name: str) -> None:
    before = log(store)
    for number, day in ((1, "10012025am"), (2, "10022025am")):
        written = shutil.copy(CASES / f"{name}-{number}.xlsx", tmp_path / f"participatingAgencies{day}.xlsx")
        take(store, [Path(written)])
    assert log(store) == before
    added = [p for p in read_publications(store.connection) if "agencies10" in p["file"].lower()]
    assert Counter((p["status"], p["rows"]) for p in added) == {("accepted", 1035): 2}
