"""`ice-agreements run` from the page to the log: whatever lists the site puts out, nothing is made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scheduler.conftest import COLLIER, FIRST, SECOND, assert_as_if_made_from_nothing, visits_said
from tests.scheduler.visits import Visits
from tests.standin import StandIn, forms


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
