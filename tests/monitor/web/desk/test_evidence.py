"""What an editor sees on the page of a change: enough to decide without opening another."""

from __future__ import annotations

import re

import pytest

from db.records import ChangeRecord
from monitor.changelog.change_words import say_evidence
from monitor.publications.check import REASON_NAMES, REASONS
from tests.monitor.web.desk.conftest import BEN, World
from tests.monitor.web.desk.test_rulings import ENDING, RELABEL, held, log_of


def change_page(world: World, key: tuple[str, str]) -> str:
    return str(world.client(BEN).get(f"/review/changes/{log_of(world)[key]['id']}").text)


def cells(page: str, title: str) -> list[list[str]]:
    """The cells of the table under a heading, row by row, without markup."""
    body = re.findall(r"<tbody>(.*?)</tbody>", page[page.index(title) :], re.DOTALL)[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", c).split()) for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.DOTALL)]
        for r in rows
    ]


def test_an_ending_stands_beside_its_candidates_row_of_another_list(world: World) -> None:
    """New York's row is on the list of 1 July, Florida's on the one of 3 July: both are shown, cell by cell."""
    page = change_page(world, ENDING)
    assert cells(page, "Beside the candidate")[:4] == [
        ["State differs", "NEW YORK read as NY", "FLORIDA read as FL"],
        ["Agency", "Lake Placid Police Department", "Lake Placid Police Department"],
        ["Type", "County", "County"],
        ["County differs", "Essex County", "Highlands County"],
    ]
    assert "participatingAgencies07032025am.xlsx</a>, <a href=" in page
    assert ">row 43</a> of the participating list" in page  # 40, Gulf, Lake


def test_the_list_around_the_row_and_the_agencys_past_are_shown(world: World) -> None:
    """New York's was the last of 42 rows, below Gulf's board and the sheriffs of Marion and Martin."""
    page = change_page(world, ENDING)
    assert [row[:3] for row in cells(page, "The list around the row")] == [
        ["40", "FLORIDA", "Marion County Sheriff&#39;s Office"],
        ["41", "FLORIDA", "Martin County Sheriff&#39;s Office"],
        ["42", "FLORIDA", "Gulf County BOCC"],
        ["43", "NEW YORK", "Lake Placid Police Department"],
    ]
    timeline = page[page.index("The agency over time") : page.index("The list around")]
    assert "No longer listed by ICE</b> (this change)" in timeline
    assert timeline.count("<li") == 2  # and the signing of Florida
    assert 'href="/agencies/ny-lake-placid-police-department/"' in page
    assert 'href="/places/ny/essex-county/"' in page


def test_what_each_ruling_would_do_is_shown_and_nothing_is_ruled(world: World) -> None:
    ending = log_of(world)[ENDING]["id"]
    page = world.client(BEN).get(f"/review/changes/{ending}/effects").text
    found = dict(re.findall(r"<h2>([^<]+)</h2>(.*?)(?=<h2>|</main>)", page, re.DOTALL))
    assert list(found) == [
        "One agreement with Lake Placid Police Department", "Two agreements", "Yes, this happened",
        "No, this did not happen",
    ]  # fmt: skip
    same = found["One agreement with Lake Placid Police Department"]
    assert "New in the log: 1" in same
    assert "Retracted: 2" in same  # the ending and the signing
    assert "Another status: 2" in found["Two agreements"]  # the ending, still provisional, and Florida's early date
    assert "Retracted: 1" in found["No, this did not happen"]
    with world.store() as store:
        assert store.connection.execute("select count(*) from rulings").fetchone() == (0,)


def change(before: str, after: str, **evidence: object) -> ChangeRecord:
    row = {"county": before}, {"county": after}
    return {"status": "confirmed", "before": row[0], "after": row[1], "evidence": evidence}  # type: ignore[typeddict-item] # what the words are made of


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (change("Gulf", "#N/A", same_county=False), [("both rows name the same county", "a row does not say")]),
        (change("", "Gulf", same_county=False), [("both rows name the same county", "a row does not say")]),
        (change("Gulf", "Bay", same_county=False), [("both rows name the same county", "no")]),
        (change("Gulf", "Gulf", same_county=True), [("both rows name the same county", "yes")]),
        (
            change("a", "a", names="same place", letters_apart=0),
            [("the two names are", "of the same place, but of another office")],
        ),
        (change("a", "a", names="unlike", letters_apart=8), [("the two names are", "unlike each other")]),
        (
            change("a", "a", names="near", letters_apart=2),
            [
                ("letters that differ between the two names", "2"),
                ("the two names are", "alike, but for more than slips of the hand"),
            ],
        ),
        (change("a", "a", against=["other_office"]), [("what makes it doubtful", "the same place, another office")]),
    ],
)
def test_evidence_claims_nothing_that_was_not_compared(record: ChangeRecord, words: list[tuple[str, str]]) -> None:
    """A blank county is not another county, and letters apart mean nothing between names that are not misspellings."""
    assert say_evidence(record) == words


def test_a_doubtful_relabelling_shows_no_letters_apart(world: World) -> None:
    page = change_page(world, RELABEL)
    assert "<dt>Letters that differ" not in page
    assert "<dt>Both rows name the same county</dt><dd>yes</dd>" in page


def test_why_a_list_is_held_stands_in_words_before_its_code(world: World) -> None:
    client = world.client(BEN)
    assert "Many rows are gone: 32 of 44 rows gone" in client.get("/review").text
    page = client.get(f"/review/lists/{held(world)}").text
    assert '<b>Many rows are gone: 32 of 44 rows gone</b> <span class="id">shrunk</span>' in page


def test_every_reason_has_its_name() -> None:
    assert REASON_NAMES.keys() == REASONS.keys()
