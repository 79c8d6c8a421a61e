"""Columns that make no sense, and rows that are no agreements: such a list is held, and no agreement is amended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from db.database import Store
from db.queries import fetches, snapshots
from db.queries.list_freshness import read_list_freshness
from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from scrapers.readers.document import read_document
from tests.histories import NOW
from tests.monitor.publications.conftest import FLORIDAS
from tests.workbooks import PARTICIPATING, PENDING, Cell, Error, make_workbook

COLUMNS = {"state": 0, "agency": 1, "type": 2, "county": 3, "support type": 4, "signed": 5, "moa": 6, "addendum": 7}
Change = Callable[[list[Cell]], Cell]
SUPPORT = ("Task Force Model", "Warrant Service Officer", "Jail Enforcement Model")


def cells(kind: str = "participating") -> list[list[Cell]]:
    """Return 25 rows, no cell of which stands in the next row too, but for the state's."""
    rows: list[list[Cell]] = []
    for number, name in enumerate(FLORIDAS):
        town = number % 2
        office = "Police Department" if town else "County Sheriff's Office"
        row: list[Cell] = [
            "FLORIDA",
            f"{name} {office}",
            "Municipality" if town else "County",
            name,
            SUPPORT[number % 3],
        ]
        signed: list[Cell] = [date(2024, 1 + number % 12, 3), "link", "link" if town else ""]
        rows.append(row if kind == "pending" else [*row, *signed])
    return rows


def put(
    store: Store, day: int, rows: list[list[Cell]], kind: str = "participating", *, first_link: int | None = 0
) -> str:
    """Store the list of a day of June 2025; return its file name.

    `first_link` is the row whose document the first row links, and so on; with None nothing is linked.
    """
    links = {}
    if kind != "pending" and first_link is not None:
        names = [f"{row[1]}" for row in cells()]
        names = names[first_link:] + names[:first_link]
        links = {f"G{n}": f"https://www.ice.gov/doclib/287gMOA/{name}.pdf" for n, name in enumerate(names, 2)}
    header = PENDING if kind == "pending" else PARTICIPATING
    data = make_workbook([header, *rows], links, modified=f"2025-06-{day:02}T14:00:00Z")
    file = f"{kind}Agencies06{day:02}2025am.xlsx"
    put_bytes(store, data, file)
    return file


def put_bytes(store: Store, data: bytes, file: str) -> None:
    sha256 = store.archive.put(data)
    with store.writing():
        fetches.record_document(store, sha256, NOW)
        snapshots.save_snapshot(store, sha256, read_document(data, name=file))
        fetches.record_sighting(
            store, sha256, file=file, url="", linked_as="", seen_at=None, known_at=NOW, how="import"
        )


def became(store: Store) -> dict[str, tuple[str, list[str]]]:
    return {p["file"]: (p["status"], p["reasons"]) for p in read_publications(store.connection)}


def with_cells(rows: list[list[Cell]], column: str, value: Cell) -> list[list[Cell]]:
    at = COLUMNS[column]
    return [[*row[:at], value, *row[at + 1 :]] for row in rows]


def shifted(rows: list[list[Cell]], column: str) -> list[list[Cell]]:
    """Return the rows, each with the column's cell of the row before it."""
    at = COLUMNS[column]
    return [[*row[:at], other[at], *row[at + 1 :]] for row, other in zip(rows, [rows[-1], *rows], strict=False)]


@pytest.mark.parametrize("kind", ["participating", "pending"])
@pytest.mark.parametrize("value", ["", "x", 0, Error("#REF!")])
@pytest.mark.parametrize("column", ["state", "agency", "type", "county", "support type"])
def test_a_column_that_says_nothing_today_holds_every_such_list_and_amends_nothing(
    store: Store, column: str, value: Cell, kind: str
) -> None:
    put(store, 2, cells(kind), kind)
    odd = [put(store, day, with_cells(cells(kind), column, value), kind) for day in (3, 4, 5)]
    right = put(store, 6, cells(kind), kind)
    derive(store, now=NOW)
    found = became(store)
    assert [found[file][0] for file in odd] == ["held"] * 3  # one does not release another
    codes = {reason.split(":")[0] for reason in found[odd[0]][1]}
    assert codes & {"column_lost", "notes"}
    assert found[right] == ("accepted", ["unchanged"])
    assert read_log(store) == []


def test_links_that_are_all_gone_hold_the_list_and_a_reviewer_releases_them_all(store: Store) -> None:
    put(store, 2, cells())
    without = [put(store, day, cells(), first_link=None) for day in (3, 4, 5)]
    derive(store, now=NOW)
    assert became(store)[without[0]] == ("held", ["column_lost: MOA link in 25 rows"])
    [fresh] = read_list_freshness(store.connection, "2025-06-06")
    assert (fresh.held, fresh.in_a_row, fresh.reason) == (3, 3, "column_lost")
    held = next(p["sha256"] for p in read_publications(store.connection) if p["file"] == without[0])
    decide.rule(store, "release", held, reviewer="Ann", reason="", made_at=NOW)
    derive(store, now=NOW)
    assert [became(store)[file][0] for file in without] == ["accepted"] * 3
    assert [(c["kind"], c["fields"]) for c in read_log(store)] == [("amendment", ["moa"])] * 25


@pytest.mark.parametrize(("column", "reason"), [
    ("county", "column_shifted: another county in 25 rows"),
    ("moa", "column_shifted: the MOA of another row in 25 rows"),
    ("agency", "churned: 24 rows gone, 24 new"),
])  # fmt: skip
def test_a_column_that_slipped_by_a_row_is_held(store: Store, column: str, reason: str) -> None:
    put(store, 2, cells())
    file = put(store, 3, shifted(cells(), column), first_link=1 if column == "moa" else 0)
    right = put(store, 4, cells())
    derive(store, now=NOW)
    found = became(store)
    assert found[file][0] == "held"
    assert found[file][1][0].startswith(reason)
    assert found[right] == ("accepted", ["unchanged"])
    assert read_log(store) == []


def test_a_column_that_ice_leaves_out_or_brings_is_a_new_form_and_no_fault(store: Store) -> None:
    put(store, 2, cells())
    header = [name for name in PARTICIPATING if name != "COUNTY"]
    rows = [[cell for at, cell in enumerate(row) if at != COLUMNS["county"]] for row in cells()]
    links = {f"F{n}": f"https://www.ice.gov/doclib/287gMOA/{row[1]}.pdf" for n, row in enumerate(cells(), 2)}
    data = make_workbook([header, *rows], links, modified="2025-06-03T14:00:00Z")
    put_bytes(store, data, "participatingAgencies06032025am.xlsx")
    put(store, 4, cells())
    derive(store, now=NOW)
    assert {status for status, _ in became(store).values()} == {"accepted"}
    assert read_log(store) == []


def test_a_few_cells_that_are_emptied_are_amendments(store: Store) -> None:
    put(store, 2, cells())
    rows = cells()
    put(store, 3, [*with_cells(rows[:12], "county", ""), *rows[12:]])
    derive(store, now=NOW)
    assert {status for status, _ in became(store).values()} == {"accepted"}
    assert {(c["kind"], *c["fields"]) for c in read_log(store)} == {("amendment", "county")}


@pytest.mark.parametrize(("notes", "status"), [(10, "accepted"), (11, "held")])
@pytest.mark.parametrize("kind", ["participating", "pending"])
def test_a_list_with_many_rows_that_are_no_agreements_is_held(store: Store, kind: str, notes: int, status: str) -> None:
    width = len(cells(kind)[0])
    blank: list[Cell] = [""] * (width - 1)
    below: list[list[Cell]] = [[f"Note {n}: see the source", *blank] for n in range(notes)]
    put(store, 2, cells(kind), kind)
    file = put(store, 3, [*cells(kind), *below], kind)
    derive(store, now=NOW)
    found = became(store)[file]
    assert found[0] == status
    assert found[1] == (["notes: 11 rows are no agreements, 25 are"] if status == "held" else ["unchanged"])
    assert read_log(store) == []
    below.append(["One more note", *blank])
    again = put(store, 4, [*cells(kind), *below], kind)
    derive(store, now=NOW)  # the next day's list with the notes agrees: that is how ICE posts it now
    assert became(store)[file][0] == became(store)[again][0] == "accepted"


def test_a_first_list_of_notes_is_held(store: Store) -> None:
    note: list[Cell] = ["A word of thanks", "", "", "", "", "", "", ""]
    file = put(store, 2, [note] * 40 + cells()[:9])
    derive(store, now=NOW)
    assert became(store)[file] == ("held", ["notes: 40 rows are no agreements, 9 are"])


def test_two_rows_of_a_short_pending_list_without_support_types_withdraw_nothing(store: Store) -> None:
    put(store, 2, cells("pending")[:2], "pending")
    file = put(store, 3, with_cells(cells("pending")[:2], "support type", ""), "pending")
    derive(store, now=NOW)
    assert became(store)[file] == (
        "held", ["column_lost: 2 rows lack a cell that makes an agreement, 0 do not"],
    )  # fmt: skip
    assert read_log(store) == []


@pytest.mark.parametrize(("column", "words"), [("state", "state"), ("county", "county"), ("type", "type")])
def test_a_column_of_which_more_than_twenty_rows_were_emptied_is_held(store: Store, column: str, words: str) -> None:
    """Half of it is left; of three rows less the agreements are amended."""
    at, rows = COLUMNS[column], [*cells(), *cells()]
    for number, row in enumerate(rows[25:], 1):
        row[1], row[5] = f"{row[1]} Reserve", date(2023, 1 + number % 12, 4)
    emptied = [[*row[:at], "", *row[at + 1 :]] for row in rows[:24]]
    put(store, 2, rows, first_link=None)
    few = put(store, 3, [*emptied[:3], *rows[3:]], first_link=None)
    many = put(store, 4, [*emptied, *rows[24:]], first_link=None)
    derive(store, now=NOW)
    assert became(store)[few][0] == "accepted"
    assert became(store)[many] == ("held", [f"column_lost: {words} in 21 rows"])
    assert len(read_log(store)) == 3
