"""What lists of the old forms leave out, or say for years, makes no false change."""

from __future__ import annotations

from db.queries.publication_list import read_publications
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from tests.scrapers.archive.archive_world import ArchiveWorld
from tests.standin.past import FACT_SHEET, LATER_FACT_SHEET, PARTNERS

NAMES = ("Bibb", "Cobb", "Fulton", "Gwinnett", "Hall", "Whitfield")


def fact_sheet(names: tuple[str, ...], caption: str) -> bytes:
    rows = "".join(
        f"<tr><td>GEORGIA</td><td>{name} County Sheriff's Office</td><td>Jail Enforcement</td><td>7/8/2008</td></tr>"
        for name in names
    )
    heads = "<th>STATE</th><th>LAW ENFORCEMENT AGENCY</th><th>SUPPORT TYPE</th><th>DATES SIGNED</th>"
    return f"<html><body><h1>287(g)</h1><p>{caption}</p><table><tr>{heads}</tr>{rows}</table></body></html>".encode()


def test_a_caption_that_stood_still_dates_only_the_first_list(past: ArchiveWorld) -> None:
    """One row more or fewer fits the count, and yet the list is of later."""
    caption = "Mutually Signed Agreements (6) signed as of 07/25/2014"
    past.archive.keep("20140801120000", LATER_FACT_SHEET, fact_sheet(NAMES, caption))
    past.archive.keep("20150301120000", LATER_FACT_SHEET, fact_sheet(NAMES, caption))
    past.archive.keep("20150715120000", LATER_FACT_SHEET, fact_sheet(NAMES[1:], caption))
    past.backfill()
    with past.open() as store:
        derive(store, now=store.now_text())
        assert [p["published_on"] for p in read_publications(store.connection)] == ["2014-07-25", "2015-07-15"]
        assert [(c["kind"], c["listed_between"]) for c in read_log(store)] == [
            ("termination", ["2015-03-01", "2015-07-15"])
        ]


def test_a_list_added_alone_is_dated_as_with_all_others(past: ArchiveWorld) -> None:
    caption = "Mutually Signed Agreements (6) signed as of 07/25/2014"
    past.archive.keep("20140801120000", LATER_FACT_SHEET, fact_sheet(NAMES, caption))
    past.archive.keep("20150715120000", LATER_FACT_SHEET, fact_sheet(NAMES[1:], caption))
    for _ in range(2):
        past.backfill(limit=1)
        with past.open() as store:
            derive(store, now=store.now_text())
    with past.open() as store:
        assert [p["published_on"] for p in read_publications(store.connection)] == ["2014-07-25", "2015-07-15"]


def test_an_agency_of_2007_without_its_state_goes_on_under_it(past: ArchiveWorld) -> None:
    """It was listed before, so it did not sign between the lists."""
    items = "".join(f"<li>{name} Co. Sheriff's Office</li>" for name in NAMES)
    past.archive.keep("20070915120000", PARTNERS, f"<html><body><h1>287(g)</h1><ul>{items}</ul></body></html>".encode())
    past.archive.keep("20101112120000", FACT_SHEET, fact_sheet(NAMES, "(6) as of 10/29/2010"))
    past.backfill()
    with past.open() as store:
        derive(store, now=store.now_text())
        assert [p["rows"] for p in read_publications(store.connection)] == [6, 6]
        assert {c["kind"] for c in read_log(store)} <= {"amendment"}


def test_a_footnotes_marks_are_no_amendment(past: ArchiveWorld) -> None:
    plain = fact_sheet(NAMES, "").decode()
    past.archive.keep("20120101120000", FACT_SHEET, plain.encode())
    past.archive.keep("20120201120000", FACT_SHEET, plain.replace("Office<", "Office**<").encode())
    past.archive.keep("20120301120000", FACT_SHEET, plain.replace("GEORGIA<", "GEORGIA*<").encode())
    past.archive.keep("20120401120000", FACT_SHEET, plain.replace("7/8/2008<", "7/8/2008 †<").encode())
    past.backfill()
    with past.open() as store:
        derive(store, now=store.now_text())
        assert [p["rows"] for p in read_publications(store.connection)] == [6] * 4
        assert read_log(store) == []


def test_a_second_support_type_of_an_agency_listed_without_types_asks_a_person(past: ArchiveWorld) -> None:
    """It may have been in force when the list named agencies only; a new agency beside it has no such doubt."""
    items = "".join(f"<li>{name} County Sheriff's Office, GA</li>" for name in NAMES[:5])
    past.archive.keep("20080315120000", PARTNERS, f"<html><body><h1>287(g)</h1><ul>{items}</ul></body></html>".encode())
    both = (
        fact_sheet(NAMES, "")
        .decode()
        .replace(
            "Cobb County Sheriff's Office</td><td>Jail Enforcement",
            "Cobb County Sheriff's Office</td><td>Jail Enforcement<br>Task Force",
        )
    )
    past.archive.keep("20101112120000", FACT_SHEET, both.encode())
    past.backfill()
    with past.open() as store:
        derive(store, now=store.now_text())
        signed = {c["agency"]: c for c in read_log(store) if c["kind"] == "signing"}
    assert {name: c["needs_review"] for name, c in signed.items()} == {
        "Cobb County Sheriff's Office": True, "Whitfield County Sheriff's Office": False,
    }  # fmt: skip
    (candidate,) = signed["Cobb County Sheriff's Office"]["candidates"]
    assert candidate["reasons"] == ["another row could be the same agreement as well"]
