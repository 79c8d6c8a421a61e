"""A ruling reaches an agreement that an earlier list already showed: the older goes on in it, nothing ended."""

from __future__ import annotations

from pathlib import Path

from db.database import Store
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from scrapers.ingest import SavedList, import_list
from tests.monitor.web.desk.history import row, sheriff
from tests.workbooks import PARTICIPATING, make_workbook

BOARD = row("FLORIDA", "University of Central Florida Board of Trustees", "Orange County", "2025-04-15")
POLICE = row("FLORIDA", "University of Central Florida Police Department", "Orange County", "2025-07-24")
BAY = sheriff("Bay")
#: The police stand beside the board for a list, signed later; then the board is gone.
LISTS = {
    "07212025": [BAY, BOARD],
    "07282025": [BAY, BOARD, POLICE],
    "08012025": [BAY, POLICE],
    "08042025": [BAY, POLICE],
}


def standing(store: Store) -> list[tuple[str, str | None]]:
    return [(e["kind"], e["agency"]) for e in read_log(store) if e["status"] != "retracted"]


def test_a_termination_ruled_the_same_as_an_agreement_listed_earlier_is_a_renewal(tmp_path: Path) -> None:
    with Store.open(tmp_path / "home") as store:
        for name, rows in LISTS.items():
            path = tmp_path / f"participatingAgencies{name}am.xlsx"
            path.write_bytes(make_workbook([list(PARTICIPATING), *rows], modified=None))
            import_list(store, SavedList(path), store.now_text())
        derive(store, now=store.now_text())
        ending = next(e for e in read_log(store) if e["kind"] == "termination")
        other = "fl-university-of-central-florida-police-department-tfm-2025-07-24"
        assert [c["agreement_id"] for c in ending["candidates"]] == [other]
        decide.rule(store, "same", ending["id"], other, reviewer="A", reason="", made_at=store.now_text())
        derive(store, now=store.now_text(), from_scratch=True)
        police = "University of Central Florida Police Department"
        assert standing(store) == [("signing", police), ("renewal", police)]
