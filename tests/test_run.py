"""`ice-agreements run` from the page to the log: whatever the site does, nothing is lost and nothing is made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standin import StandIn, forms
from tests.visits import COUNTIES, Visits

FIRST, SECOND = COUNTIES[:6], COUNTIES[:7]  # the second list adds Collier County
COLLIER = ("signing", "confirmed", "Collier County Sheriff's Office")


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    """A site that links both lists, visited once."""
    with StandIn() as site:
        visits = Visits(site, tmp_path / "home")
        visits.later(0)
        site.post("participating", visits.participating(*FIRST))
        site.post("pending", visits.pending("Bell County", "Pecos County"))
        assert visits.run() == (0, visits_said("01052026am: new"), "")
        visits.later()
        yield visits


def visits_said(outcome: str) -> str:
    """What a first visit that finds both lists prints."""
    stamp, _, word = outcome.partition(": ")
    return f"participatingAgencies{stamp}.xlsx: {word}\npendingAgencies{stamp}.xlsx: {word}\nno change\n"


#: what the list's address answers -> the outcome recorded for it
FAULTS = {
    "blocked_403": "blocked",
    "blocked_200": "blocked",
    "captcha_200": "blocked",
    "missing": "missing",
    "throttled": "throttled",
    "server_error": "server_error",
    "truncated": "truncated",
    "cut_unframed": "damaged",
    "corrupt": "damaged",
    "redirect_loop": "redirect_loop",
    "endless": "too_large",
    "gzip_bomb": "too_large_unpacked",
    "stall": "timed_out",
    "html_instead": "not_workbook",
    "reset": "unreachable",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_list_that_cannot_be_had_ends_in_1_changes_nothing_and_is_made_up_for(visits: Visits, fault: str) -> None:
    visits.settings |= {"request_timeout_seconds": "0.5" if fault == "stall" else "15", "max_tries": "2"}
    visits.site.retry_after = 0
    before = visits.derived()
    posted = visits.site.post("participating", visits.participating(*SECOND))
    visits.site.fail(posted.path, fault, None)
    ran = visits.run()
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"{FAULTS[fault]}: participatingAgencies01062026am.xlsx: ")
    assert not any(word in ran.out for word in ("no change", "listed"))  # nothing is claimed of what was not seen
    assert visits.derived() == before
    last = "select outcome from fetches where url like '%participating%' order by id desc limit 1"
    assert visits.rows(last) == [(FAULTS[fault],)]
    assert visits.rows("select file_name, reason from wanted") == [(posted.name, FAULTS[fault])]
    visits.site.heal()
    visits.settings["request_timeout_seconds"] = "15"
    visits.later(0.1)
    ran = visits.run()
    assert (ran.code, ran.err) == (0, "")
    assert visits.log() == [COLLIER]
    assert posted.data in visits.documents()


@pytest.mark.parametrize("fault", ["blocked_403", "blocked_200", "missing", "throttled", "server_error", "truncated",
                                   "stall", "redirect_loop", "endless", "gzip_bomb", "reset", "empty"])  # fmt: skip
def test_a_page_that_cannot_be_had_ends_in_1_and_the_next_run_catches_up(visits: Visits, fault: str) -> None:
    visits.settings |= {"request_timeout_seconds": "0.5" if fault == "stall" else "15", "max_tries": "1"}
    before = visits.derived()
    visits.site.post("participating", visits.participating(*SECOND))
    visits.site.fail("page", fault, None)
    ran = visits.run()
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert visits.site.url in ran.err
    assert visits.derived() == before
    assert visits.rows("select outcome from runs order by id") == [("good",), ("failed",)]
    visits.site.heal()
    visits.settings["request_timeout_seconds"] = "15"
    visits.later(0.1)
    assert visits.run().code == 0
    assert visits.log() == [COLLIER]


def test_a_list_answered_404_and_no_longer_linked_is_still_had(visits: Visits) -> None:
    """On 12 September 2025 two links answered 404 for a while; whoever noted them as seen lost both lists."""
    lost = visits.site.post("participating", visits.participating(*SECOND))
    visits.site.fail(lost.path, "missing", None)
    assert visits.run().code == 1
    visits.later()
    visits.site.post("participating", visits.participating(*SECOND, "Duval County"))
    assert visits.run().code == 0  # the lost list still answers 404, but nothing that is linked is missing
    visits.site.heal()
    visits.later(0.1)
    assert visits.run().code == 0
    assert lost.data in visits.documents()
    assert [p[:2] for p in visits.publications() if "participating" in p[0]] == [
        (f"participatingAgencies01{day}2026am.xlsx", "accepted") for day in ("05", "06", "07")
    ]
    shown = visits.rows("select kind, listed_on from changes order by listed_on")
    assert shown == [("signing", "2026-01-06"), ("signing", "2026-01-07")]


def test_not_modified_is_no_change(visits: Visits) -> None:
    ran = visits.run()
    assert (ran.code, ran.out, ran.err) == (0, visits_said("01052026am: same"), "")  # a day later: asked for whole
    visits.later(0.1)
    assert visits.run().out == visits_said("01052026am: not_modified")
    assert len(visits.publications()) == 2


def test_both_lists_of_one_pass_are_added_to_what_is_known(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two new lists do not make the whole history be compared again, and the tables are as if it had been."""
    from monitor.changelog.refold import Refold

    visits.site.post("participating", visits.participating(*SECOND))
    visits.site.post("pending", visits.pending("Bell County"))
    with monkeypatch.context() as patch:
        patch.delattr(Refold, "_fold_all")
        assert visits.run().code == 0
    assert visits.log() == [COLLIER, ("pending_withdrawn", "provisional", "Pecos County Sheriff's Office")]
    assert_as_if_made_from_nothing(visits)


def test_swapped_links_make_no_change_and_wait_for_a_person_until_put_right(visits: Visits) -> None:
    """22 September 2025: each link led to the other list for an afternoon."""
    visits.site.post("participating", visits.pending("Bell County", "Pecos County"))
    visits.site.post("pending", visits.participating(*FIRST))
    ran = visits.run()
    assert ran.code == 3
    assert ran.err.splitlines() == [
        f"{name}Agencies01062026am.xlsx is held for a person; `ice-agreements review list` says why"
        for name in ("participating", "pending")
    ]
    assert visits.log() == []
    swapped = [p for p in visits.publications() if p[1] == "held"]
    assert [reasons[0].split(":")[0] for _, _, reasons in swapped] == ["swapped", "swapped"]
    visits.later()
    visits.site.post("participating", visits.participating(*SECOND))
    visits.site.post("pending", visits.pending("Bell County", "Pecos County"))
    assert visits.run().code == 0
    assert visits.log() == [COLLIER]
    assert_as_if_made_from_nothing(visits)


def test_a_swap_of_the_very_same_bytes_is_a_duplicate(visits: Visits) -> None:
    visits.site.swap()
    ran = visits.run()
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "no change")
    assert [status for _, status, _ in visits.publications()] == ["accepted", "duplicate", "duplicate", "accepted"]


def test_a_link_that_vanishes_is_one_event_about_the_list(visits: Visits) -> None:
    visits.site.unlink("pending")
    assert visits.run().code == 0
    assert visits.log() == [("list_event", "confirmed", None)]
    assert_as_if_made_from_nothing(visits)
    visits.later()
    assert visits.run().out.splitlines()[-1] == "no change"


def test_an_ending_is_confirmed_by_a_list_ten_days_later(visits: Visits) -> None:
    visits.site.post("participating", visits.participating(*FIRST[1:]))
    assert visits.run().code == 0
    assert visits.log() == [("termination", "provisional", "Baker County Sheriff's Office")]
    visits.later(10.1)
    visits.site.post("participating", visits.participating(*SECOND[1:]))
    assert visits.run().code == 0
    assert visits.log() == [("termination", "confirmed", "Baker County Sheriff's Office"), COLLIER]


@pytest.mark.parametrize("other_list", [False, True])
def test_an_ending_is_confirmed_when_the_list_still_stands_after_ten_days(visits: Visits, other_list: bool) -> None:
    """Also when another list came meanwhile and was added to what is known."""
    visits.site.post("participating", visits.participating(*FIRST[1:]))
    visits.run()
    visits.later(10.1)
    if other_list:
        visits.site.post("pending", visits.pending("Bell County", "Pecos County", "Zapata County"))
    assert visits.run().code == 0
    assert visits.log()[0] == ("termination", "confirmed", "Baker County Sheriff's Office")
    assert_as_if_made_from_nothing(visits)


def test_a_collapsed_list_is_held_and_the_next_good_list_goes_on(visits: Visits) -> None:
    many = [f"{word} County" for word in ("Putnam", "Gulf", "Lake", "Levy", "Polk", "Lee", "Leon", "Dixie", "Pasco")]
    many += [f"{word} County" for word in ("Union", "Wakulla", "Walton", "Sumter", "Nassau", "Marion", "Manatee")]
    many += [f"{word} County" for word in ("Holmes", "Hardee", "Glades", "Brevard", "Hendry", "Martin", "Orange")]
    visits.site.post("participating", visits.participating(*FIRST, *many))
    assert visits.run().code == 0
    visits.later()
    visits.site.post("participating", visits.participating(*FIRST[1:]))
    signed = visits.log()
    assert visits.run().code == 3
    assert visits.log() == signed
    assert visits.publications()[-1] == ("participatingAgencies01072026am.xlsx", "held", ["shrunk: 24 of 29 rows gone"])
    visits.later()
    visits.site.post("participating", visits.participating(*SECOND, *many))
    assert visits.run().code == 0
    assert [c for c in visits.log() if c not in signed] == [COLLIER]


@pytest.mark.parametrize(("stated", "code", "reason"), [
    (7, 0, None), (8, 0, None), (9, 0, "totals_near: agreements stated 9, listed 7"),
    (11, 3, "totals_differ: agreements stated 11, listed 7"),
])  # fmt: skip
def test_ices_own_totals_are_compared(visits: Visits, stated: int, code: int, reason: str | None) -> None:
    visits.site.totals = forms.totals_html("moas", agreements=stated, states=1, day="January 6, 2026")
    visits.site.post("participating", visits.participating(*SECOND))
    assert visits.run().code == code
    status = "held" if code == 3 else "accepted"
    assert visits.publications()[-1] == ("participatingAgencies01062026am.xlsx", status, [reason] if reason else [])
    assert visits.log() == ([] if code == 3 else [COLLIER])


def test_the_table_of_2017_to_2025_is_followed_on_the_page_itself(tmp_path: Path) -> None:
    rows: list[tuple[str, ...]] = [
        ("ALASKA", "Alaska Department of Corrections", "Warrant Service Officer", "6/25/2020", "/doclib/287gMOA/a.pdf"),
        ("FLORIDA", "Bay County Sheriff's Office", "Warrant Service Officer", "2/7/2020", ""),
    ]
    with StandIn(form="table", table_rows=rows) as site:
        visits = Visits(site, tmp_path / "home")
        assert visits.run() == (0, "no change\n", "")
        visits.later()
        assert visits.run() == (0, "no change\n", "")
        assert visits.publications() == [("287g", "accepted", [])]
        site.table_rows.append(("FLORIDA", "Clay County Sheriff's Office", "Jail Enforcement Model", "1/2/2026", ""))
        visits.later()
        assert visits.run().code == 0
        assert visits.log() == [("signing", "confirmed", "Clay County Sheriff's Office")]
        assert [status for _, status, _ in visits.publications()] == ["accepted", "accepted"]
        assert_as_if_made_from_nothing(visits)


def assert_as_if_made_from_nothing(visits: Visits) -> None:
    """What the runs made piece by piece is what `rebuild` makes of the whole."""
    before = visits.derived()
    visits.run("rebuild")
    assert visits.derived() == before


# -- as a process of its own ---------------------------------------------------------------------------------------


def test_without_a_network_it_ends_in_1_with_one_line_and_a_later_run_carries_on(tmp_path: Path) -> None:
    with StandIn() as site:
        visits = Visits(site, tmp_path / "home", settings={"max_tries": "1"})
        site.post("participating", visits.participating(*FIRST))
        site.down()
        ran = visits.start()
        assert ran.code == 1
        assert ran.err.splitlines()[0].startswith(f"unreachable: {site.url}: ")
        assert (ran.err.count("\n"), "Traceback" in ran.err) == (1, False)
        site.up()
        ran = visits.start()
        assert (ran.code, ran.out, ran.err) == (0, "participatingAgencies01052026am.xlsx: new\nno change\n", "")


def test_a_name_that_no_server_knows_ends_in_1_with_one_line(tmp_path: Path) -> None:
    """`.invalid` has no address anywhere (RFC 2606): no packet leaves for it but the question for the name."""
    with StandIn() as site:
        visits = Visits(site, tmp_path / "home", settings={"source_url": "http://ice.invalid/287g", "max_tries": "1"})
        ran = visits.start()
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("dns_failed: http://ice.invalid/287g: ")


def test_as_a_process_it_says_0_1_and_3(tmp_path: Path) -> None:
    with StandIn() as site:
        visits = Visits(site, tmp_path / "home")
        site.post("participating", visits.participating(*FIRST))
        site.post("pending", visits.pending("Bell County"))
        assert visits.start().code == 0
        site.post("participating", visits.participating(*SECOND), name="participatingAgencies01062026am.xlsx")
        site.fail("participating", "missing", 1)
        ran = visits.start()
        assert (ran.code, ran.err.count("\n")) == (1, 1)
        site.post("pending", visits.participating(*COUNTIES), name="pendingAgencies01062026am.xlsx")
        ran = visits.start()
        assert (ran.code, ran.err.count("\n")) == (3, 1)
        assert "Collier County" in ran.out


def test_a_directory_that_cannot_be_written_ends_in_1_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the directory should be")
    with StandIn() as site:
        ran = Visits(site, tmp_path / "home").start()
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert ran.err.startswith("error: cannot open the database ")
