"""A short made-up history, counted by hand: four lists of Florida, one agency of New York, and what they leave open.

| list | rows | shows |
|---|---|---|
| 1 July | 42 | 40 sheriffs of Florida, Gulf County's board, Lake Placid's police in New York |
| 3 July | 43 | Lake Placid now in Florida, Gulf County's sheriff instead of its board, Taylor County new |
| 8 July | 44 | Union County new; what was gone on the 3rd is gone for good |
| 10 July | 12 | 32 rows less: held for a person |

So the log has a termination (NY) and a signing (FL) that are each other's candidates, a doubtful amendment (Gulf),
two plain signings (Taylor, Union), and one held list: 3 changes and 1 list wait for a person.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from db.database import Store
from monitor.changelog.rebuild import derive
from scrapers.ingest import SavedList, import_list
from tests.workbooks import PARTICIPATING, Cell, make_workbook

#: Real counties of Florida, so that no name is taken for a misprint of another.
COUNTIES = (
    "Alachua Baker Bay Bradford Brevard Broward Calhoun Charlotte Citrus Clay Collier Columbia DeSoto Dixie Duval"
    " Escambia Flagler Franklin Gadsden Gilchrist Glades Hamilton Hardee Hendry Hernando Highlands Hillsborough Holmes"
    " Jackson Jefferson Lafayette Lake Lee Leon Levy Liberty Madison Manatee Marion Martin"
).split()
NOON = datetime(2025, 7, 20, 12, tzinfo=UTC)


def row(state: str, agency: str, county: str, signed: str = "2025-02-26") -> list[Cell]:
    """A row of a participating list: a Task Force Model whose MOA is not linked yet."""
    return [state, agency, "County", county, "Task Force Model", signed, "link pending", ""]


def sheriff(county: str, signed: str = "2025-02-26") -> list[Cell]:
    return row("FLORIDA", f"{county} County Sheriff's Office", f"{county} County", signed)


BASE = [sheriff(county) for county in COUNTIES]
BOARD = row("FLORIDA", "Gulf County BOCC", "Gulf County")
SHERIFF = row("FLORIDA", "Gulf County Sheriff's Office", "Gulf County")
NEW_YORK = row("NEW YORK", "Lake Placid Police Department", "Essex County")
FLORIDA = row("FLORIDA", "Lake Placid Police Department", "Highlands County")
TAYLOR, UNION = sheriff("Taylor", "2025-07-02"), sheriff("Union", "2025-07-07")

LISTS = {
    "participatingAgencies07012025am.xlsx": [*BASE, BOARD, NEW_YORK],
    "participatingAgencies07032025am.xlsx": [*BASE, SHERIFF, FLORIDA, TAYLOR],
    "participatingAgencies07082025am.xlsx": [*BASE, SHERIFF, FLORIDA, TAYLOR, UNION],
    "participatingAgencies07102025am.xlsx": [*BASE[:8], SHERIFF, FLORIDA, TAYLOR, UNION],
}


def make_history(home: Path, folder: Path, *, known_at: datetime = NOON) -> None:
    """The history is in the store at `home`; each list became known a minute after the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    for minute, (name, rows) in enumerate(LISTS.items()):
        path = folder / name
        path.write_bytes(make_workbook([list(PARTICIPATING), *rows], modified=None))
        moment = known_at.replace(minute=minute)
        with Store.open(home, now=lambda at=moment: at) as store:  # type: ignore[misc] # a lambda's default has no type
            import_list(store, SavedList(path), store.now_text())
            derive(store, now=store.now_text())
