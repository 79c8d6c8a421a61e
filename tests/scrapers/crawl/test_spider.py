"""One pass after another over a site that behaves: what is fetched, kept, verified, recorded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from db.queries import fetches
from tests.scrapers.spider_world import BAKER, BAY, BELL, World


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_first_pass_keeps_the_page_and_both_lists(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.post("pending", BELL, family="download")
    result = world.passes()
    assert result.page_outcome == "new"
    assert [(f.outcome, f.linked_as, f.file_name) for f in result.list_fetches] == [
        ("new", "participating", "participatingAgencies01052026am.xlsx"),
        ("new", "pending", "pendingAgencies01052026am.xlsx"),  # its name stood in Content-Disposition only
    ]
    assert result.new_documents == (sha(BAKER), sha(BELL))
    assert sorted(world.documents()) == sorted([BAKER, BELL])
    assert (result.page_is_list, result.layout_changed, result.error, result.verified) == (False, False, "", True)
    page = fetches.last_page(world.store)
    assert page is not None
    assert b"Delegation of Immigration Authority" in world.store.archive.get(page["sha256"])
    assert world.wanted() == []
    run = world.store.connection.execute("select outcome, detail from runs").fetchall()
    assert run == [("good", "")]


def test_a_second_pass_sends_each_familys_own_validators_back(world: World) -> None:
    doclib = world.site.post("participating", BAKER)
    world.site.post("pending", BELL, family="download")
    world.passes()
    result = world.passes()
    assert [f.outcome for f in result.list_fetches] == ["not_modified", "not_modified"]
    assert result.new_documents == ()
    assert (result.page_outcome, result.verified) == ("same", True)
    first, second = world.site.asked("participating")
    assert not {"if-none-match", "if-modified-since"} & first.headers.keys()
    assert second.headers["if-none-match"] == doclib.headers["ETag"]
    assert second.headers["if-modified-since"] == "Mon, 05 Jan 2026 15:00:00 GMT"
    again = world.site.asked("pending")[-1]
    assert "if-none-match" not in again.headers
    assert again.headers["if-modified-since"] == "Mon, 05 Jan 2026 15:00:00 GMT"
    # a 304 does not repeat Content-Disposition; the list keeps the name it had, and is not sighted under a number
    names = world.store.connection.execute("select distinct file from sightings order by file").fetchall()
    assert names == [("participatingAgencies01052026am.xlsx",), ("pendingAgencies01052026am.xlsx",)]


def test_once_a_day_a_whole_answer_is_asked_for(world: World) -> None:
    """A server that answers 304 for ever is believed for 24 hours at most."""
    world.site.post("participating", BAKER, family="inplace")
    world.passes()
    world.site.links["participating"].data = BAY  # replaced, while the server goes on saying "not modified"
    world.site.fail("participating", "always_304", None)
    for _ in range(3):
        assert world.passes().list_fetches[0].outcome == "not_modified"
    world.time += timedelta(hours=24)
    assert world.passes().list_fetches[0].outcome == "new"
    assert BAY in world.documents()


def test_no_validators_are_sent_for_bytes_that_are_gone(world: World) -> None:
    world.site.post("participating", BAKER)
    world.passes()
    world.store.archive.path(sha(BAKER)).unlink()
    assert world.passes().list_fetches[0].outcome == "same"
    assert "if-none-match" not in world.site.asked("participating")[-1].headers
    assert world.store.archive.get(sha(BAKER)) == BAKER


def test_a_file_replaced_in_place_is_a_new_document_at_the_same_address(world: World) -> None:
    world.site.post("participating", BAKER, family="inplace")
    world.passes()
    world.site.clock += timedelta(days=-3)  # and dated earlier than the one before: urlwatch's own check time misses it
    world.site.post("participating", BAY, family="inplace")
    result = world.passes()
    assert [f.outcome for f in result.list_fetches] == ["new"]
    assert result.new_documents == (sha(BAY),)


def test_an_older_list_posted_again_is_reported_again(world: World) -> None:
    """A, B, A at one address: the third is no repetition of the second, and what it means is decided later."""
    for data in (BAKER, BAY, BAKER):
        world.site.clock += timedelta(hours=1)
        world.site.post("participating", data, family="inplace")
        assert world.passes().new_documents == (sha(data),)


def test_swapped_links_are_fetched_as_linked(world: World) -> None:
    """What a list is, its header says: the spider only records what the link promised."""
    world.site.post("participating", BAKER)
    world.site.post("pending", BELL)
    world.passes()
    world.site.swap()
    result = world.passes()
    assert [(f.linked_as, f.outcome, f.sha256) for f in result.list_fetches] == [
        ("participating", "new", sha(BELL)),
        ("pending", "new", sha(BAKER)),
    ]


def test_the_page_is_kept_when_a_reader_could_notice_a_change_and_not_for_a_nonce(world: World) -> None:
    world.site.post("participating", BAKER)
    world.passes()
    world.passes()
    assert len(fetches.page_checks(world.store)) == 1
    world.site.totals = (
        "<p>As of January 5, 2026, ICE has signed 1,300 MOAs for 287(g) programs covering 40 states.</p>"
    )
    result = world.passes()
    assert result.page_outcome == "new"
    assert result.totals is not None
    assert (result.totals.agreements, result.totals.states) == (1300, 40)
    checks = fetches.page_checks(world.store)
    assert [check["totals"] and check["totals"]["agreements"] for check in checks] == [None, 1300]
    pages = [world.store.archive.get(check["sha256"]) for check in checks]
    assert [b"1,300 MOAs" in page for page in pages] == [False, True]


def test_a_page_answered_304_still_has_its_lists_asked_for(world: World) -> None:
    world.site.page_validators = True
    world.site.post("participating", BAKER, family="inplace")
    world.passes()
    world.site.links["participating"].data = BAY
    result = world.passes()
    assert (result.page_outcome, [f.outcome for f in result.list_fetches]) == ("not_modified", ["new"])


def test_a_link_that_vanishes_can_be_seen_in_the_page_checks(world: World) -> None:
    world.site.post("participating", BAKER)
    world.site.post("pending", BELL)
    world.passes()
    world.site.unlink("pending")
    result = world.passes()
    assert [link.linked_as for link in result.links] == ["participating"]
    assert result.verified
    before, after = fetches.page_checks(world.store)
    assert [link["linked_as"] for link in before["links"]] == ["participating", "pending"]
    assert [link["linked_as"] for link in after["links"]] == ["participating"]


def test_the_table_on_the_page_makes_the_page_a_list_document(world: World) -> None:
    world.site.form = "table"
    row = (
        "ALASKA",
        "Alaska Department of Corrections",
        "Warrant Service Officer",
        "6/25/2020",
        "/doclib/287gMOA/a.pdf",
    )
    world.site.table_rows = [row]
    result = world.passes()
    assert (result.page_is_list, result.layout_changed, result.list_fetches) == (True, False, ())
    (document,) = result.new_documents
    assert b"Alaska Department of Corrections" in world.store.archive.get(document)
    assert world.store.connection.execute("select sha256, linked_as from sightings").fetchall() == [
        (document, "participating")
    ]
    assert world.passes().new_documents == ()
    world.site.table_rows.append(
        ("FLORIDA", "Baker County Sheriff's Office", "Warrant Service Officer", "2/7/2020", "")
    )
    assert len(world.passes().new_documents) == 1


def test_a_good_page_without_any_list_says_that_the_layout_changed(world: World) -> None:
    result = world.passes()
    assert (result.page_outcome, result.layout_changed) == ("new", True)
    assert "no list is linked" in result.error
    world.site.page_validators = True
    world.passes()
    again = world.passes()  # and says so as long as nothing changes
    assert (again.page_outcome, again.layout_changed) == ("not_modified", True)
    assert world.site.url in result.error


def test_a_download_that_names_itself_only_in_the_answer_is_a_list(world: World) -> None:
    world.site.post("participating", BAKER, family="download", text="Download")
    result = world.passes()
    assert [(f.outcome, f.linked_as, f.file_name) for f in result.list_fetches] == [
        ("new", "participating", "participatingAgencies01052026am.xlsx")
    ]


def test_a_silent_download_that_is_something_else_is_not_kept(world: World) -> None:
    world.site.post("other", BAKER, name="budget.xlsx", family="download", text="Download")
    result = world.passes()
    assert [f.outcome for f in result.list_fetches] == ["not_list"]
    assert (world.documents(), world.wanted()) == ([], [])


def test_a_link_with_a_part_that_changes_every_day_is_one_link(world: World) -> None:
    """The address asked for has the part, so that no cache answers; the list is known by what stays."""
    posted = world.site.post("participating", BAKER)
    for day in range(1, 4):
        world.site.links["participating"] = replace(posted, path=f"{posted.path}?t={day}")
        result = world.passes()
        assert result.verified
        assert [f.url for f in result.list_fetches] == [world.site.root + posted.path]
    assert [logged.path.partition("?")[2] for logged in world.site.asked(posted.path)][:1] == ["t=1"]
    assert world.outcomes() == ["new", "not_modified", "not_modified"]
    assert len(fetches.page_checks(world.store)) == 1  # a page on which nothing else changed is the same page
    assert world.wanted() == []


def test_an_opaque_link_is_read_by_the_name_in_the_answer(world: World) -> None:
    posted = world.site.post("participating", BAKER, family="download")
    world.site.files["/media/12/download"] = posted
    world.site.links["participating"] = replace(posted, path="/media/12/download", text="View Participating Agencies")
    (fetch,) = world.passes().list_fetches
    assert (fetch.outcome, fetch.linked_as, fetch.file_name) == ("new", "participating", posted.name)
