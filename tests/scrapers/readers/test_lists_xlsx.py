"""Small made workbooks, one for each oddity ICE's lists have shown; every expectation was counted by hand."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from db.models import Snapshot
from scrapers.document_errors import NotAListError, UnknownHeaderError
from scrapers.readers import signals
from scrapers.readers.document import READER_VERSION, read_document
from tests.workbooks import PARTICIPATING, PENDING, Cell, Error, Raw, Sheet, make_parts, make_workbook, zip_parts

ROW = ("ALABAMA", "Etowah County Sheriff's Office", "County", "Etowah County", "Jail Enforcement Model")
SIGNED = (*ROW, date(2020, 6, 9), "link", None)
MOA = "https://www.ice.gov/doclib/287gMOA/x.pdf"


def codes(snapshot: Snapshot) -> list[str]:
    return [signal.code for signal in snapshot.signals]


@pytest.mark.parametrize("shared", [False, True])
def test_a_participating_row_is_read_cell_by_cell(shared: bool) -> None:
    """A listing keeps what is printed and adds what it means; nothing is signalled about a clean row."""
    snapshot = read_document(make_workbook([PARTICIPATING, SIGNED], {"G2": MOA}, shared=shared))
    assert (snapshot.list, snapshot.sheet, snapshot.reader) == ("participating", "Sheet1", READER_VERSION["xlsx"])
    assert snapshot.workbook_modified_at == "2025-09-02T12:00:00Z"
    assert (snapshot.rows, snapshot.signals) == ((2,), ())
    (row,) = snapshot.listings
    assert (row.state, row.agency, row.type, row.county, row.support_type) == ROW
    assert (row.signed, row.moa, row.addendum) == ("2020-06-09", "link", "")
    assert (row.state_code, row.support_code, row.signed_on) == ("AL", "JEM", "2020-06-09")
    assert (row.moa_link, row.moa_url, row.addendum_link, row.addendum_url) == (MOA, MOA, None, None)


def test_a_pending_list_has_no_signings() -> None:
    """Without SIGNED and MOA a list is pending, and cells it has no column for are None, not blank."""
    snapshot = read_document(make_workbook([PENDING, ROW]))
    assert snapshot.list == "pending"
    assert (snapshot.listings[0].signed, snapshot.listings[0].moa, snapshot.listings[0].signed_on) == (None, None, None)


def test_an_empty_pending_list_is_a_list() -> None:
    """A header and no rows is normal for the pending list."""
    assert read_document(make_workbook([PENDING])).listings == ()


def test_rows_are_numbered_as_in_the_sheet() -> None:
    """Blank rows above, between and below are no listings; only those between are signalled."""
    rows = [(), (None, " "), PENDING, ROW, (), ("", "\xa0"), ROW, (), ()]
    snapshot = read_document(make_workbook(rows))
    assert snapshot.rows == (4, 7)
    assert [(s.code, s.row, s.meaning) for s in snapshot.signals] == [(signals.ROW_BLANK, 5, "2 blank rows")]


def test_a_workbook_time_before_the_signings_is_no_evidence() -> None:
    """A template's time from 2006 does not make every date of 2020 impossible."""
    snapshot = read_document(make_workbook([PARTICIPATING, SIGNED], modified="2006-09-16T00:00:00Z"))
    assert snapshot.listings[0].signed_on == "2020-06-09"
    assert codes(snapshot) == [signals.WORKBOOK_TIME_ODD]


def test_error_cells_print_what_excel_and_openpyxl_show() -> None:
    """calamine gives '' for an error; a reader of the list sees #N/A, and so does openpyxl."""
    row = (*ROW[:3], Error("#N/A"), ROW[4])
    data = make_workbook([PENDING, row, row])
    snapshot = read_document(data)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert [x.county for x in snapshot.listings] == ["#N/A", "#N/A"] == [sheet["D2"].value, sheet["D3"].value]
    assert [(s.code, s.column, s.meaning) for s in snapshot.signals] == [(signals.ERROR_CELL, "county", "2 cells")]


@pytest.mark.parametrize(
    "cell",
    [
        '<c t="e" r="{ref}"><v>#N/A</v></c>',
        '<c r="{ref}" t="e"><f>VLOOKUP(A1,B1,1)</f><v>#N/A</v></c>',
        "<c r='{ref}' t='e'><v>#N/A</v></c>",
        '<c t="e"><v>#N/A</v></c>',
    ],
)
def test_error_cells_in_any_xml_form(cell: str) -> None:
    """Attribute order, quotes, a formula or a missing reference do not hide an error cell."""
    snapshot = read_document(make_workbook([PENDING, (*ROW[:3], Raw(cell), ROW[4])]))
    assert snapshot.listings[0].county == "#N/A"


def test_numbers_and_flags_print_as_excel_shows_them() -> None:
    """12.0 is shown as 12, 0.5 as 0.5, true as TRUE."""
    rows: list[tuple[Cell, ...]] = [PENDING, (*ROW[:3], 12.0, ROW[4]), (*ROW[:3], 0.5, ROW[4])]
    rows.append((*ROW[:3], Raw('<c r="{ref}" t="b"><v>1</v></c>'), ROW[4]))
    assert [x.county for x in read_document(make_workbook(rows)).listings] == ["12", "0.5", "TRUE"]


def test_formulas_show_their_stored_value_and_are_not_evaluated() -> None:
    """The text stored with a formula is the cell."""
    cell = Raw('<c r="{ref}" t="str"><f>"a"&amp;"b"</f><v>stored</v></c>')
    assert read_document(make_workbook([PENDING, (*ROW[:3], cell, ROW[4])])).listings[0].county == "stored"


def test_dates_of_the_1904_system() -> None:
    """A workbook that counts days from 1904 shows the same date."""
    shifted = date(2020, 6, 9).toordinal() - date(1904, 1, 1).toordinal()
    row = (*ROW, Raw(f'<c r="{{ref}}" s="1"><v>{shifted}</v></c>'), "link", None)
    data = zip_parts(make_parts(Sheet([PARTICIPATING, row]), date1904=True))
    assert read_document(data).listings[0].signed == "2020-06-09"


def test_unknown_columns_are_kept_and_signalled() -> None:
    """A new column's cells travel with the listing; a phantom column is nothing."""
    rows = [(*PENDING, "REMARKS", None, ""), (*ROW, "new", None, None), (*ROW, "", "stray", None)]
    snapshot = read_document(make_workbook(rows))
    assert [x.extra for x in snapshot.listings] == [
        (("REMARKS", "new"), ("column G", "")),
        (("REMARKS", ""), ("column G", "stray")),
    ]
    assert [(s.code, s.column, s.value) for s in snapshot.signals] == [
        (signals.COLUMN_UNKNOWN, "F", "REMARKS"),
        (signals.COLUMN_UNKNOWN, "G", ""),
    ]


def test_of_two_type_columns_the_values_say_which_is_the_support_type() -> None:
    """One pending list named two columns TYPE."""
    head = ("STATE", "TYPE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY")
    row = ("ALABAMA", "Task Force Model", "Etowah County Sheriff's Office", "County", "Etowah County")
    snapshot = read_document(make_workbook([head, row]))
    assert (snapshot.listings[0].type, snapshot.listings[0].support_code) == ("County", "TFM")
    assert codes(snapshot) == [signals.HEADER_BY_VALUES]


def test_a_column_named_twice_is_kept_as_extra() -> None:
    """The second COUNTY column is not lost."""
    snapshot = read_document(make_workbook([(*PENDING, "COUNTY"), (*ROW, "Other County")]))
    assert snapshot.listings[0].county == "Etowah County"
    assert snapshot.listings[0].extra == (("COUNTY", "Other County"),)
    assert codes(snapshot) == [signals.HEADER_TWICE]


@pytest.mark.parametrize("support", ["Support  Type ", "support\xa0type", "SUPORT TYPE"])
def test_header_spellings(support: str) -> None:
    """Case, spaces and one slip do not hide a column."""
    snapshot = read_document(make_workbook([("state", " Law enforcement agency", "Type", "County", support), ROW]))
    assert snapshot.listings[0].support_code == "JEM"
    assert codes(snapshot) == ([signals.HEADER_SNAPPED] if "SUPORT" in support else [])


def test_a_header_without_the_agency_is_an_error_that_says_so() -> None:
    """A renamed column stops the reading: it must not look like a list of nobody."""
    with pytest.raises(UnknownHeaderError, match="agency"):
        read_document(make_workbook([("STATE", "WHO", "TYPE", "COUNTY", "SUPPORT TYPE"), ROW]), name="a.xlsx")


def test_a_workbook_without_a_list_is_not_a_list() -> None:
    """Any other table is refused by name."""
    with pytest.raises(NotAListError):
        read_document(make_workbook([("NAME", "PRICE"), ("apple", 3)]))


def test_the_sheet_that_counts_is_the_one_with_a_lists_header() -> None:
    """A pivot sheet before the list is signalled, a blank one is nothing."""
    pivot = Sheet([("Row Labels", "Count of STATE"), ("ALABAMA", 3)], title="Pivot")
    blank = Sheet([], title="Sheet3")
    listed = Sheet([PARTICIPATING, SIGNED], {"G2": MOA}, title="Sheet 1")
    snapshot = read_document(zip_parts(make_parts(pivot, blank, listed)))
    assert (snapshot.sheet, len(snapshot.listings), snapshot.listings[0].moa_url) == ("Sheet 1", 1, MOA)
    assert [(s.code, s.value) for s in snapshot.signals] == [(signals.SHEET_EXTRA, "Pivot")]


def test_a_repeated_header_is_no_listing() -> None:
    """A header in the middle is signalled, not counted."""
    snapshot = read_document(make_workbook([PENDING, ROW, PENDING, ROW]))
    assert snapshot.rows == (2, 4)
    assert codes(snapshot) == [signals.HEADER_REPEATED]


def test_exact_duplicates_are_both_kept() -> None:
    """One sheriff's TFM stood twice on a fortnight of lists."""
    assert len(read_document(make_workbook([PENDING, ROW, ROW])).listings) == 2


def test_type_and_link_words_not_seen_before_are_signalled() -> None:
    """`Muncipality ` and a stray word stay as printed."""
    row = (*ROW[:2], "Muncipality ", *ROW[3:], date(2020, 6, 9), "soon", None)
    snapshot = read_document(make_workbook([PARTICIPATING, row]))
    assert (snapshot.listings[0].type, snapshot.listings[0].moa) == ("Muncipality ", "soon")
    assert codes(snapshot) == [signals.TYPE_UNKNOWN, signals.LINK_WORDS_UNKNOWN]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-04-16T16:09:04.813Z", "2025-04-16T16:09:04Z"),
        ("2025-04-16T16:09:04Z", "2025-04-16T16:09:04Z"),
        ("yesterday", None),
        ("2025-13-45T99:99:99Z", None),
        ("", None),
        (None, None),
    ],
)
def test_the_workbooks_own_time(text: str | None, expected: str | None) -> None:
    """Fractions are dropped; what is no time is None."""
    assert read_document(make_workbook([PENDING, ROW], modified=text)).workbook_modified_at == expected


def test_text_above_the_header_is_signalled() -> None:
    """A title is no listing and is not lost in silence."""
    snapshot = read_document(make_workbook([("287(g) list", None, "of today"), PENDING, ROW]))
    assert snapshot.rows == (3,)
    assert [(s.code, s.row, s.value) for s in snapshot.signals] == [
        (signals.TEXT_ABOVE_HEADER, 1, "287(g) list | of today")
    ]


def test_of_two_sheets_with_a_list_the_one_with_signings_counts() -> None:
    """The other is signalled by name."""
    sheets = Sheet([PENDING, ROW, ROW], title="Pending"), Sheet([PARTICIPATING, SIGNED], title="Signed")
    snapshot = read_document(zip_parts(make_parts(*sheets)))
    assert (snapshot.list, snapshot.sheet, len(snapshot.listings)) == ("participating", "Signed", 1)
    assert [(s.code, s.value) for s in snapshot.signals] == [(signals.SHEET_SECOND_LIST, "Pending")]
