"""Lists weeks, months and years apart, as archives have them of the years before 2025."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from db.database import Store
from db.queries.publication_list import read_publications
from monitor.changelog.as_of import listed_agreements
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.publications.check import allowed_gone
from scrapers.readers.document import read_document
from tests.histories import NOW, Posting, Row, many, put
from tests.monitor.publications.test_which_list import put_form
from tests.workbooks import Cell, make_workbook


def signed(count: int, day: str, folder: str) -> tuple[Row, ...]:
    """Rows of so many agencies signed on a day, each with a document of its own in the folder."""
    base = "https://www.ice.gov/doclib"
    return tuple(replace(r, signed=day, moa=f"{base}/{folder}/{n}.pdf") for n, r in enumerate(many(count)))


def test_what_may_go_grows_with_the_gap() -> None:
    assert [allowed_gone(1000, days) for days in (0, 29, 30, 365, 3650)] == [20, 20, 30, 195, 250]
    assert [allowed_gone(36, days) for days in (0, 365)] == [20, 20]


def test_signing_again_of_nearly_all_at_once_is_renewals(store: Store) -> None:
    before, after = signed(36, "2009-10-15", "2009"), signed(33, "2013-06-18", "2013")
    put(store, Posting(before, "2013-06-27T14:00:00Z", "a.xlsx"))
    put(store, Posting((*after, *before[33:]), "2013-06-28T14:00:00Z", "b.xlsx"))
    done = derive(store, now=NOW)
    assert done.held == []
    assert Counter(c["kind"] for c in read_log(store)) == {"renewal": 33}


def test_dates_that_moved_without_new_documents_are_still_held(store: Store) -> None:
    before = signed(36, "2009-10-15", "2009")
    after = tuple(replace(row, signed="2013-06-18") for row in before)
    put(store, Posting(before, "2013-06-27T14:00:00Z", "a.xlsx"))
    put(store, Posting(after, "2013-06-28T14:00:00Z", "b.xlsx"))
    assert derive(store, now=NOW).held == ["b.xlsx"]


def test_a_list_of_a_year_later_lacks_more_without_being_held(store: Store) -> None:
    rows = many(300, signed="2021-03-03")
    put(store, Posting(rows, "2022-01-10T14:00:00Z", "a.xlsx"))
    put(store, Posting(rows[40:], "2023-01-12T14:00:00Z", "b.xlsx"))
    assert derive(store, now=NOW).held == []
    put(store, Posting(rows[80:], "2023-01-13T14:00:00Z", "c.xlsx"))
    assert derive(store, now=NOW).held == ["c.xlsx"]


def test_support_types_and_footnotes_of_then() -> None:
    cells: list[tuple[Cell, ...]] = [
        ("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", "SIGNED", "MOA"),
        ("DELAWARE**", "Delaware Department of Corrections", "Detention*", date(2011, 3, 1), "link"),
        ("ARIZONA", "Pinal County Sheriff's Office", "Jail Enforcement / Task Force", date(2009, 10, 15), "link"),
        ("ARIZONA", "City of Mesa Police Department", "Task Force", date(2009, 11, 19), "link"),
    ]
    snapshot = read_document(make_workbook(cells, {"E3": "https://www.ice.gov/doclib/pinal.pdf"}))
    found = [(r.state_code, r.support_code, r.support_type, r.moa_url) for r in snapshot.listings]
    pinal = "https://www.ice.gov/doclib/pinal.pdf"
    assert found == [
        ("DE", "JEM", "Detention*", None),
        ("AZ", "JEM", "Jail Enforcement / Task Force", pinal),
        ("AZ", "TFM", "Jail Enforcement / Task Force", pinal),
        ("AZ", "TFM", "Task Force", None),
    ]
    assert snapshot.rows == (2, 3, 3, 4)


def test_lists_of_state_and_agency_only_name_agencies_and_invent_nothing(store: Store) -> None:
    form = ("state", "agency")
    put_form(store, many(40), form, date(2007, 11, 1), "", "old")
    put_form(store, many(45), form, date(2008, 8, 1), "", "old")
    done = derive(store, now=NOW)
    assert done.held == []
    listed = listed_agreements(store)
    assert len(listed) == 45
    assert {(r["support_type"], r["signed_on"]) for r in listed} == {(None, None)}
    put(store, Posting(signed(45, "2009-10-15", "2009"), "2011-06-28T14:00:00Z", "later.xlsx"))
    assert derive(store, now=NOW).held == []
    assert {p["status"] for p in read_publications(store.connection)} == {"accepted"}
    print(Counter((c["kind"], c["status"]) for c in read_log(store)))
    assert not [c for c in read_log(store) if c["kind"] == "termination"]
