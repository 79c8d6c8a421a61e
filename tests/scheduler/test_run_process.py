"""`ice-agreements run` as a process of its own: what it says and how it ends."""

from __future__ import annotations

from pathlib import Path

from tests.scheduler.conftest import FIRST, SECOND
from tests.scheduler.visits import COUNTIES, Visits
from tests.standin import StandIn


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
