"""Totals of a day are of that day's list: later labels change nothing, and each agreement counts once."""

from __future__ import annotations

from dataclasses import replace

from db.database import Store
from db.queries.listed_counts import count_listed_at
from db.queries.publication_list import read_publications
from monitor.changelog.as_of import listed_agreements, totals
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.changelog.trends import read_trends
from monitor.web.pages.build_book import read_book
from monitor.web.pages.charts import count_over_time
from tests.histories import NOW, Posting, Row, many, put


def post(store: Store, day: int, *rows: Row) -> None:
    put(store, Posting(rows, f"2025-06-{day:02}T14:00:00Z", f"participatingAgencies06{day:02}2025am.xlsx"))


def test_a_later_label_does_not_add_an_agency_to_the_past(store: Store) -> None:
    """One office has two agreements; on the next list one of them stands under the police department."""
    office = Row("Baker County Sheriff's Office", county="Baker", signed="2025-03-03")
    jail = replace(office, support="Jail Enforcement Model", signed="2025-04-04")
    post(store, 2, *many(30), office, jail)
    before = totals_or_none(store)
    post(store, 3, *many(30), office, replace(jail, agency="Baker County Police Department"))
    derive(store, now=NOW)
    then = totals(store, as_of="2025-06-02")
    assert (then["agreements"], then["agencies"]) == (32, 31) == before
    assert totals(store, as_of="2025-06-03")["agencies"] == 32
    assert [(t["date"], t["agencies"]) for t in read_trends(store)] == [("2025-06-02", 31), ("2025-06-03", 32)]
    [row] = [r for r in listed_agreements(store, as_of="2025-06-02") if r["support_type"] == "JEM"]
    assert (row["listed"]["agency"], row["agency"]) == (office.agency, "Baker County Police Department")


def totals_or_none(store: Store) -> tuple[int, int]:
    derive(store, now=NOW)
    found = totals(store)
    return found["agreements"], found["agencies"]


def test_an_agreement_in_two_rows_counts_once_and_the_sentence_says_so(store: Store) -> None:
    first = Row("Agency 1 Police Department", moa="https://www.ice.gov/doclib/a.pdf")
    post(store, 2, *many(20))
    post(store, 3, *many(20), first)
    derive(store, now=NOW)
    found = totals(store)
    assert (found["agreements"], found["support_types"]["TFM"]["agreements"]) == (20, 20)
    assert found["sentence"].startswith("As of June 3, 2025, ICE listed 20 agreements in 21 rows with 20 agencies")


def counts(store: Store, *days: int) -> list[int]:
    """The agreements on those days of June, on whose lists the trends, mails and charts say the same."""
    found = [totals(store, as_of=f"2025-06-{day:02}")["agreements"] for day in days]
    assert [trend["agreements"] for trend in read_trends(store)] == found
    assert [c.agreements for c in count_listed_at(store.connection, None, [days[-1] - day for day in days])] == found
    book = read_book(store)
    assert [by["TFM"] for _, by in count_over_time(book, list(book.agreements.values()))] == found
    return found


def test_a_second_row_that_has_gone_since_counts_with_the_agreement_it_was(store: Store) -> None:
    """For two lists the office has another row, under another spelling and with a much earlier date."""
    rows, office = many(20), Row("City of Bartow Police Department", signed="2025-04-24")
    second = replace(office, agency="Bartow Police Department", signed="2025-02-14")
    for day, more in ((2, ()), (3, (second,)), (4, (second,)), (5, ()), (18, ())):
        post(store, day, *rows, office, *more)
    derive(store, now=NOW)
    assert [(c["kind"], c["status"]) for c in read_log(store)] == [("signing", "retracted")]
    found = totals(store, as_of="2025-06-04")
    assert (found["agreements"], found["agencies"], found["support_types"]["TFM"]["agreements"]) == (21, 21, 21)
    assert found["sentence"].startswith("As of June 4, 2025, ICE listed 21 agreements in 22 rows with 21 agencies")
    assert counts(store, 2, 3, 4, 5, 18) == [21] * 5


def test_a_second_row_that_stands_alone_counts(store: Store) -> None:
    """On the first list only the one row stood, on the second both, on the third only the other one."""
    rows, one = many(20), Row("City of Bartow Police Department", signed="2025-04-24")
    other = replace(one, agency="Bartow Police Department", signed="2025-02-14")
    for day, more in ((2, (one,)), (3, (one, other)), (4, (other,)), (16, (other,))):
        post(store, day, *rows, *more)
    derive(store, now=NOW)
    assert counts(store, 2, 3, 4, 16) == [21] * 4


def test_a_row_without_a_date_that_no_list_knew_is_not_counted(store: Store) -> None:
    known, none = replace(many(20)[0], signed=""), Row("Bartow Police Department", signed="")
    post(store, 2, *many(20))
    post(store, 3, known, *many(20)[1:], none)
    derive(store, now=NOW)
    assert totals(store)["agreements"] == len(listed_agreements(store)) == read_trends(store)[-1]["agreements"] == 20


def test_a_swapped_list_moves_no_other_lists_day(store: Store) -> None:
    """The list saved on Friday is named for Monday; a pending list saved on Saturday stands behind the other link."""
    rows = many(30, signed="2025-03-03")
    put(store, Posting(rows, "2025-06-05T14:00:00Z", "participatingAgencies06052025pm.xlsx", linked_as="participating"))
    put(
        store,
        Posting(rows[1:], "2025-06-06T14:00:00Z", "participatingAgencies06092025am.xlsx", linked_as="participating"),
    )
    put(store, Posting(rows[2:], "2025-06-07T14:00:00Z", "pendingAgencies06072025am.xlsx", linked_as="pending"))
    derive(store, now=NOW)
    found = {p["file"]: (p["status"], p["published_on"]) for p in read_publications(store.connection)}
    assert found["participatingAgencies06092025am.xlsx"] == ("accepted", "2025-06-09")
    assert found["pendingAgencies06072025am.xlsx"] == ("held", "2025-06-07")
