"""Which rows are agreements: notes, totals, sources and the like make none, in whatever column and place they stand."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.readers import signals
from scrapers.readers.cells import read_support_type
from scrapers.readers.document import read_document
from tests.workbooks import PARTICIPATING, PENDING, Cell, Error, make_workbook

DAY = date(2025, 9, 22)
ROWS: list[tuple[Cell, ...]] = [
    ("ALABAMA", "Baker County Sheriff's Office", "County", "Baker County", "Jail Enforcement Model", DAY, "link", None),
    ("TEXAS", "Lee County Sheriff's Office", "County", "Lee County", "Warrant Service Officer", DAY, "link", None),
]
NOTES: list[Cell] = [
    "Last updated 10/1/2025", "Last Updated: September 30, 2025", "Source: ICE ERO", "Total", "TOTAL: 1,035",
    "Grand Total 1035", "* Agreement suspended", "1 Includes territories.", "Note: pending signature",
    "This list is updated weekly. Task Force Model agreements are marked.", 1035, DAY, "Texas",
]  # fmt: skip


def read(head: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> tuple[tuple[int, ...], list[str]]:
    snapshot = read_document(make_workbook([head, *rows]))
    return snapshot.rows, [s.code for s in snapshot.signals]


@pytest.mark.parametrize(("note", "column"), [(n, c) for n, c in product(NOTES, range(len(PARTICIPATING)))])
@pytest.mark.parametrize("head", [PARTICIPATING, PENDING])
def test_a_note_in_any_column_is_no_agreement(note: Cell, column: int, head: tuple[str, ...]) -> None:
    """Below the list and between its rows; what it says is kept in the signal."""
    if column >= len(head):
        return
    row: tuple[Cell, ...] = tuple(note if i == column else None for i in range(len(head)))
    rows = [r[: len(head)] for r in ROWS]
    for place, numbers in ((2, (2, 3)), (1, (2, 4))):
        snapshot = read_document(make_workbook([head, *rows[:place], row, *rows[place:]]))
        assert snapshot.rows == numbers
        assert [s.code for s in snapshot.signals if s.row == place + 2 and s.code == signals.ROW_NOTE] == [
            signals.ROW_NOTE
        ]
        count = [s.value for s in snapshot.signals if s.code == signals.ROWS_NOT_AGREEMENTS]
        assert count == ["1"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([None, "", *NOTES]), min_size=8, max_size=8), st.integers(0, 2))
def test_notes_all_over_a_row_are_no_agreement(cells: list[Cell], place: int) -> None:
    """Unless by chance they are a state, an agency, a support type and a date: so the state is left out."""
    cells = ["A footnote" if cell == "Texas" else cell for cell in cells]
    snapshot = read_document(make_workbook([PARTICIPATING, *ROWS[:place], tuple(cells), *ROWS[place:]]))
    assert len(snapshot.listings) == 2


@pytest.mark.parametrize("cells", [(Error("#N/A"),) * 8, (0,) * 8, (None, 0, Error("#REF!"), 0, "", 0, None, 0)])
def test_errors_and_zeros_are_no_agreement_and_no_note(cells: tuple[Cell, ...]) -> None:
    rows, codes = read(PARTICIPATING, [*ROWS, cells, cells])
    assert (rows, codes) == ((2, 3), [signals.ROWS_LEFT_OUT])


def test_a_row_that_lacks_only_its_date_or_support_type_is_told_apart() -> None:
    """It is a listing, for the lists before may know it; without two of them it is none."""
    state, agency, kind, county, support, *_ = ROWS[0]
    bare = [(state, agency, kind, county, support, None), (state, agency, kind, county, None, DAY)]
    bare.append((state, None, kind, county, support, DAY))
    rows, codes = read(PARTICIPATING, [*ROWS, *bare, (state, agency, kind, county, None, None)])
    assert rows == (2, 3, 4, 5, 6)
    assert codes.count(signals.ROW_INCOMPLETE) == 4
    assert {signals.DATE_BLANK, signals.SUPPORT_TYPE_BLANK, signals.ROWS_NOT_AGREEMENTS} < set(codes)
    rows, codes = read(PENDING, [ROWS[0][:5], (state, agency, kind, county, None)])
    assert rows == (2, 3)
    assert codes == [signals.ROW_INCOMPLETE, signals.SUPPORT_TYPE_BLANK, signals.ROWS_NOT_AGREEMENTS]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (0, "CAROLINA"), (0, None), (4, "Task Force Officr"), (4, "Tribal Task Force Model"), (5, "05/082025"),
        (5, "6/9/20026"), (5, date(5025, 7, 7)), (5, "20026"), (3, Error("#N/A")), (2, None), (6, "soon"),
    ],
)  # fmt: skip
def test_a_row_with_one_odd_cell_is_still_an_agreement(column: int, cell: Cell) -> None:
    """Slips of ICE's that its lists have shown never cost a row."""
    row = tuple(cell if i == column else kept for i, kept in enumerate(ROWS[0]))
    rows, codes = read(PARTICIPATING, [*ROWS, row])
    assert rows == (2, 3, 4)
    assert signals.ROWS_NOT_AGREEMENTS not in codes


def test_a_signed_column_without_a_single_date_costs_no_row() -> None:
    """It may be the pending list with a new column; `monitor.publications.classify` decides, or holds the list."""
    emptied = [(*row[:5], None, *row[6:]) for row in ROWS * 20]
    snapshot = read_document(make_workbook([PARTICIPATING, *emptied]))
    assert len(snapshot.listings) == 40
    assert {row.signed_on for row in snapshot.listings} == {None}


def test_a_list_of_the_form_of_2007_names_agencies_and_nothing_else() -> None:
    """State and agency are its only columns; no support type and no date is made up."""
    rows: list[tuple[Cell, ...]] = [
        ("ALABAMA", "AL State Police"),
        ("Arizona", "AZ DPS"),
        (None, "As of September 2007"),
    ]
    snapshot = read_document(make_workbook([("STATE", "LAW ENFORCEMENT AGENCY"), *rows], modified=None))
    assert (snapshot.list, snapshot.rows) == ("participating", (2, 3))
    first = snapshot.listings[0]
    assert (first.state_code, first.agency, first.support_type, first.support_code) == (
        "AL",
        "AL State Police",
        None,
        None,
    )
    assert (first.signed, first.signed_on) == (None, None)
    assert [s.code for s in snapshot.signals] == [signals.OLD_FORM, signals.ROW_NOTE, signals.ROWS_NOT_AGREEMENTS]


@pytest.mark.parametrize("extra", ["SIGNED", "TYPE", "PROGRAM"])
def test_a_list_that_lost_its_support_types_is_no_list_of_2007(extra: str) -> None:
    """With any other column the missing one is an error, not another form."""
    from scrapers.document_errors import UnknownHeaderError

    with pytest.raises(UnknownHeaderError):
        read_document(make_workbook([("STATE", "LAW ENFORCEMENT AGENCY", extra), ("ALABAMA", "X Office", "x")]))


def test_a_moa_column_does_not_make_a_pending_list_another_list() -> None:
    """ICE's pending lists of 2026 have one; only signing dates are the participating list's alone."""
    head = (*PENDING, "MOA", "ADDENDUM")
    snapshot = read_document(make_workbook([head, (*ROWS[0][:5], "link pending", None)]))
    assert (snapshot.list, len(snapshot.listings)) == ("pending", 1)


def test_a_blank_support_type_has_no_code_and_is_told() -> None:
    assert read_support_type(" \u00a0") == (None, "support_type_blank")


def test_a_list_that_raises_signals_without_end_keeps_the_first_and_counts_the_rest() -> None:
    """4,001 rows with an unknown state raise a signal each; 4,000 are kept, and one says that one was left out."""
    row = (
        "ATLANTIS",
        "Baker County Sheriff's Office",
        "County",
        "",
        "Jail Enforcement Model",
        DAY,
        "link pending",
        None,
    )
    snapshot = read_document(make_workbook([PARTICIPATING, *[row] * 4_001]))
    (cut,) = [signal for signal in snapshot.signals if signal.code == "signals_cut"]
    assert (cut.code, cut.value) == ("signals_cut", "1 signals")
    assert sum(signal.code == "state_unknown" for signal in snapshot.signals) == 4_000
