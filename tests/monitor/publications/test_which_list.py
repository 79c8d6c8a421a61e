"""Which list a document is: by the weight of all evidence, not by one column."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from db.database import Store
from db.queries import fetches, snapshots
from db.queries.list_freshness import read_list_freshness
from db.queries.publication_list import read_publications
from db.settings import Settings
from monitor.changelog.as_of import listed_agreements
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from monitor.service.health.problem_checks import find_problems
from scrapers import ingest
from scrapers.document_errors import DocumentError
from scrapers.readers.document import read_document
from tests.dump import dump
from tests.histories import NOW, Posting, Row, many, open_store, put
from tests.paths import LISTS
from tests.workbooks import Cell, make_workbook

FORM = {
    "state": "STATE", "agency": "LAW ENFORCEMENT AGENCY", "type": "TYPE", "county": "COUNTY",
    "support": "SUPPORT TYPE", "signed": "SIGNED", "moa": "MOA", "addendum": "ADDENDUM",
}  # fmt: skip
USUAL = ("state", "agency", "type", "county", "support")
SIXTY = many(60)
BEFORE = Posting(SIXTY, "2026-03-02T14:00:00Z", "participatingAgencies03022026am.xlsx", linked_as="participating")


def newcomers(count: int, start: int = 1) -> tuple[Row, ...]:
    """Rows of agencies that stand on no participating list."""
    return tuple(Row(f"Newcomer {n} Sheriff's Office", state="TEXAS") for n in range(start, start + count))


def put_form(
    store: Store, rows: Sequence[Row], columns: Sequence[str], day: date, linked_as: str = "pending",
    name: str = "pending",
) -> str | None:  # fmt: skip
    """Store a list with just these columns, in this order; return its file name, None when it cannot be read."""
    values = {"moa": "link pending", "addendum": ""}
    if linked_as == "pending":
        values["signed"] = ""
    cells: list[Sequence[Cell]] = [[FORM[c] for c in columns]]
    for row in rows:
        cells.append([values.get(c, getattr(row, c, "")) for c in columns])
    data = make_workbook(cells, modified=f"{day}T14:00:00Z")
    try:
        snapshot = read_document(data, name="list.xlsx")
    except DocumentError:
        return None
    sha256, file = store.archive.put(data), f"{name}Agencies{day:%m%d%Y}am.xlsx"
    with store.writing():
        fetches.record_document(store, sha256, NOW)
        snapshots.save_snapshot(store, sha256, snapshot)
        fetches.record_sighting(
            store, sha256, file=file, url="", linked_as=linked_as, seen_at=None, known_at=NOW, how="import"
        )
    return file


def became(store: Store) -> dict[str, tuple[str | None, str, list[str]]]:
    """Return the list, status and reasons of each file."""
    return {p["file"]: (p["list"], p["status"], p["reasons"]) for p in read_publications(store.connection)}


def test_a_pending_list_with_new_columns_is_the_pending_list_whatever_its_header(store: Store) -> None:
    put(store, BEFORE)
    put_form(store, newcomers(5), USUAL, date(2026, 3, 2))
    derive(store, now=NOW)
    with_moa = put_form(store, newcomers(6), (*USUAL, "moa"), date(2026, 3, 3))
    derive(store, now=NOW)
    with_signed = put_form(store, newcomers(7), (*USUAL, "signed", "moa"), date(2026, 3, 4))
    derive(store, now=NOW)
    found = became(store)
    assert with_moa is not None
    assert with_signed is not None
    assert found[with_moa] == ("pending", "accepted", ["form_changed: columns new MOA"])
    assert found[with_signed][:2] == ("pending", "accepted")
    assert found[with_signed][2][0].startswith(
        "form_changed: it is the pending list (a SIGNED column with dates in 0 of 7 rows; 0 of 7 rows stand on the"
        " newest participating list of 60 rows; 6 of 7 rows stand on the newest pending list of 6 rows;"
    )
    assert [c["kind"] for c in read_log(store)] == ["pending_listed", "pending_listed"]
    assert all(c["agreement_id"].startswith("pending-") for c in read_log(store) if c["agreement_id"])


def test_increments_and_a_rebuild_agree_on_lists_that_are_not_their_headers(tmp_path: Path) -> None:
    def fill(store: Store, *, step: bool) -> None:
        put(store, BEFORE)
        for n in range(6):
            columns = USUAL if n < 2 else (*USUAL, "signed")
            put_form(store, newcomers(5 + n, 1 + n), columns, date(2026, 3, 2) + timedelta(days=n))
            if step:
                derive(store, now=NOW)
        derive(store, now=NOW)

    dumps = []
    for name, step in (("steps", True), ("whole", False)):
        with open_store(tmp_path / name) as store:
            fill(store, step=step)
            dumps.append(dump(store))
            derive(store, now=NOW, from_scratch=True)
            dumps.append(dump(store))
    assert dumps[0] == dumps[1] == dumps[2] == dumps[3]


@pytest.mark.parametrize("linked_as", ["pending", ""])
def test_no_pending_list_of_any_form_is_taken_for_a_participating_one(tmp_path: Path, linked_as: str) -> None:
    chance, read = random.Random(7), 0
    columns = [*USUAL, "moa", "addendum"]
    forms = [c for n in range(1, 8) for c in itertools.combinations(columns, n)]
    with open_store(tmp_path / "data") as store:
        put(store, replace(BEFORE, rows=many(300)))
        for number, form in enumerate(forms):
            rows = newcomers(chance.choice([0, 1, 3, 6, 20, 40, 60]), 1 + number * 7)
            order = chance.sample(form, len(form))
            read += put_form(store, rows, order, date(2026, 3, 3) + timedelta(days=number), linked_as) is not None
        derive(store, now=NOW)
        found = became(store)
    # STATE, AGENCY and SUPPORT TYPE with any of the other four: 16; and STATE and AGENCY alone
    assert read == 17
    assert len(found) == 18
    assert {kind for file, (kind, _, _) in found.items() if file != BEFORE.file} == {"pending"}


def test_a_participating_list_behind_the_pending_link_is_still_swapped(store: Store) -> None:
    put(store, BEFORE)
    put_form(store, newcomers(5), USUAL, date(2026, 3, 2))
    rows = (*SIXTY, *many(70)[60:])
    put(store, Posting(rows, "2026-03-03T14:00:00Z", "pendingAgencies03032026pm.xlsx", linked_as="pending"))
    without_dates = put_form(store, rows, USUAL, date(2026, 3, 4))
    done = derive(store, now=NOW)
    found = became(store)
    assert without_dates is not None
    assert found["pendingAgencies03032026pm.xlsx"][:2] == ("participating", "held")
    assert found["pendingAgencies03032026pm.xlsx"][2][0].startswith("swapped: ")
    assert found[without_dates][1] == "held"
    assert found[without_dates][2][0].startswith("unclear: ")
    assert done.held
    assert read_log(store) == []


def test_a_participating_list_whose_dates_are_gone_is_held(store: Store) -> None:
    put(store, BEFORE)
    columns = (*USUAL, "signed", "moa")
    file = put_form(
        store, [replace(r, signed="") for r in SIXTY], columns, date(2026, 3, 4), "participating", "participating"
    )
    derive(store, now=NOW)
    assert file is not None
    kind, status, [reason] = became(store)[file]
    assert (kind, status) == ("participating", "held")
    assert reason.startswith("unclear: the participating list by its rows, but without signing dates (")
    assert read_log(store) == []


def test_forty_lists_of_a_new_form_leave_nothing_hanging(store: Store) -> None:
    """Each day one agency joins the pending list, and the one that came five days before signs and leaves it."""
    first = date(2026, 3, 2)
    people = newcomers(45)
    for n in range(40):
        day = first + timedelta(days=n + n // 5 * 2)
        signed = tuple(replace(p, signed=str(day)) for p in people[:n])
        signed = tuple(replace(p, signed=str(first + timedelta(days=k))) for k, p in enumerate(signed))
        put(store, Posting((*SIXTY, *signed), f"{day}T13:00:00Z", f"participatingAgencies{day:%m%d%Y}am.xlsx",
                           linked_as="participating"))  # fmt: skip
        columns = USUAL if n < 3 else (*USUAL, "signed", "moa") if n % 2 else ("agency", "support", "state", "moa")
        put_form(store, people[n : n + 5], columns, day)
        if n % 8 == 0:
            derive(store, now=NOW)
    done = derive(store, now=NOW)
    assert done.held == []
    assert {status for _, status, _ in became(store).values()} == {"accepted"}
    pending = {r["agency"] for r in listed_agreements(store, list_name="pending")}
    signed_now = {r["agency"] for r in listed_agreements(store)}
    assert pending == {p.agency for p in people[39:44]}
    assert signed_now == {p.agency for p in (*SIXTY, *people[:39])}
    assert not [c for c in read_log(store) if c["kind"] == "termination"]
    # only those that left within the last ten days still wait: lists stand on weekdays, so eight of them
    waiting = [(c["agency"], c["rule"]) for c in read_log(store) if c["status"] == "provisional"]
    assert waiting == [(person.agency, "signed") for person in people[31:39]]


@pytest.mark.skipif(not LISTS.exists(), reason="the collection of real lists is not here")
def test_the_swap_of_september_2025_is_one(store: Store) -> None:
    days = [
        ("participating", "participating/participatingAgencies09222025am.xlsx"),
        ("participating", "participating/participatingAgencies09222025pm.xlsx"),
        ("pending", "pending/pendingAgencies09222025pm.xlsx"),
    ]
    saved = [ingest.SavedList(LISTS / path, linked) for linked, path in days if (LISTS / path).exists()]
    list(ingest.import_lists(store, saved, NOW))
    derive(store, now=NOW)
    found = became(store)
    assert found["participatingAgencies09222025pm.xlsx"][:2] == ("pending", "held")
    assert found["pendingAgencies09222025pm.xlsx"][:2] == ("participating", "held")


def test_lists_held_for_one_reason_are_a_form_and_one_ruling_releases_them_all(store: Store) -> None:
    """A small world: dates on the pending list, half of the participating list's rows on it: it could be either."""
    columns = (*USUAL, "signed")
    put(store, replace(BEFORE, rows=many(10)))
    put_form(store, newcomers(3), USUAL, date(2026, 3, 2))
    files = []
    for n in range(4):
        rows = [*many(3), *newcomers(5)]
        files.append(put_form(store, rows, columns, date(2026, 3, 3 + n), "pending", "list"))
        derive(store, now=NOW)
    before = dump(store)
    found = became(store)
    assert [found[str(f)][1] for f in files] == ["held"] * 4
    assert {found[str(f)][2][-1].split(":")[0] for f in files} == {"unclear"}
    [_, fresh] = read_list_freshness(store.connection, "2026-03-08")
    assert (fresh.list, fresh.known_until, fresh.held_since, fresh.held_days, fresh.in_a_row, fresh.reason) == (
        "pending", "2026-03-02", "2026-03-03", 5, 4, "unclear",
    )  # fmt: skip
    problems = [p.text for p in find_problems(store, Settings(), NOW) if p.code == "form_changed"]
    assert len(problems) == 1
    assert problems[0].startswith("ICE's form seems to have changed: 4 pending lists in a row are held (unclear)")

    decide.rule(store, "form", fresh.newest_held, "pending", reviewer="Ann", reason="", made_at=NOW)
    assert derive(store, now=NOW).folded == 4  # the lists of other forms stand as they were
    ruled = dump(store)
    found = became(store)
    assert [found[str(f)][:2] for f in files] == [("pending", "accepted")] * 4
    assert found[str(files[0])][2][0] == "form_ruled: lists of this form are pending lists, a reviewer ruled"
    later = put_form(store, [*many(3), *newcomers(6)], columns, date(2026, 3, 8), "pending", "list")
    derive(store, now=NOW)
    assert became(store)[str(later)][:2] == ("pending", "accepted")
    assert [f.held for f in read_list_freshness(store.connection, "2026-03-09")] == [0, 0]
    assert ruled != before

    undone = decide.undo_newest(store, fresh.newest_held, reviewer="Ann", reason="", made_at="2026-10-02T12:00:00Z")
    derive(store, now=NOW)
    assert undone == "form"
    assert [became(store)[str(f)][1] for f in files] == ["held"] * 4
