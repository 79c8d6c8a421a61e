"""A pass killed again and again: each outcome right, nothing lost, nothing told twice, and the distance kept.

The server's own log says what was asked and when. What is on its way at a kill is asked once more: nobody knows what
came of it. So at most one address a kill is asked twice.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from db.database import Store
from db.moa_models import MoaSighting
from db.queries import moas
from monitor.documents.events import read_events
from tests.paths import ROOT
from tests.pdfs import text_pdf
from tests.scrapers.moa_world import listed
from tests.standin import StandIn

_PROGRAM = textwrap.dedent("""
    import asyncio, sys
    from datetime import datetime
    from pathlib import Path
    from db.database import Store, utc_now
    from db.queries import moas
    from db.settings import Settings
    from scrapers.collect_moas import fetch_documents
    from tests.scrapers.moa_world import listed

    home, source, since = Path(sys.argv[1]), sys.argv[2], sys.argv[5]
    count, delay = int(sys.argv[3]), float(sys.argv[4])
    root = source.split("/identify")[0]
    rows = [listed(f"{root}/doclib/287gMOA/{number:04d}.pdf") for number in range(count)]
    moas.load_listed = lambda connection: rows
    recheck = (utc_now() - datetime.fromisoformat(since)).total_seconds() / 86_400
    settings = Settings(home=home, source_url=source, moa_delay_seconds=delay, moa_requests_per_pass=5000,
                        moa_requests_per_day=50000, request_timeout_seconds=3, moa_recheck_days=recheck)
    with Store.open(home) as store:
        for line in asyncio.run(fetch_documents(store, settings, utc_now)):
            print(line)
""")
#: What every twentieth address, from the first on, answers, and what is told of it.
FAULTS = {
    3: ("missing", "not_there"), 5: ("blocked_403", "block_page"), 7: ("html_instead", "not_a_pdf"),
    9: ("slow", "kept"), 11: ("moved", "kept"), 13: ("server_error", "failed"), 15: ("redirect_offsite", "failed"),
    17: ("truncated", "failed"),
}  # fmt: skip


class Killed:
    """A site with so many documents, and passes over them that are killed."""

    def __init__(self, site: StandIn, home: Path, count: int, delay: float) -> None:
        self.site, self.home, self.count, self.delay = site, home, count, delay
        self.expected = {}
        for number in range(count):
            path = self.post(number, "first")
            fault, outcome = FAULTS.get(number % 20, ("", "kept"))
            if fault:
                site.fail(path, fault, None)
            self.expected[f"{number:04d}.pdf"] = outcome

    def post(self, number: int, words: str) -> str:
        url = self.site.post_moa(f"{number:04d}.pdf", text_pdf([f"document {number}, {words}"]))
        return url.removeprefix(self.site.root)

    def passes(self, kills: int, since: datetime) -> None:
        """Make a pass that is killed so often, each time after ten more requests, and goes on; the last one ends."""
        command = [
            sys.executable, "-c", _PROGRAM, str(self.home), self.site.url, str(self.count), str(self.delay),
            since.isoformat(),
        ]  # fmt: skip
        for _ in range(kills):
            before = len(self.site.requests)
            child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
            while len(self.site.requests) < before + 10 and child.poll() is None:
                time.sleep(0.01)
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def asked(self) -> Counter[str]:
        """How often each document was asked for; where a redirect leads is no address of a list."""
        return Counter(r.path for r in self.site.requests if r.path.endswith(".pdf"))

    def gaps(self) -> list[float]:
        """The seconds between two requests for listed addresses, by the server's log."""
        times = [r.at for r in self.site.requests if r.path.endswith(".pdf")]
        return [(later - earlier).total_seconds() for earlier, later in pairwise(times)]


def check(killed: Killed, kills: int, replaced: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make two rounds, the second after ICE has replaced some documents and taken down one; check what is known."""
    half = kills // 2
    killed.passes(kills - half, datetime(2026, 1, 1, tzinfo=UTC))
    with Store.open(killed.home) as store:
        first = moas.load_sightings(store.connection)
    assert {s.file: s.outcome for s in first} == killed.expected
    assert len(first) == killed.count
    once = killed.asked()
    assert sum(once.values()) <= killed.count + kills - half
    assert set(once) == {f"/doclib/287gMOA/{file}" for file in killed.expected}
    others = [number for number in range(killed.count) if killed.expected[f"{number:04d}.pdf"] == "kept"]
    others = [number for number in others if number % 20 not in FAULTS]
    killed.site.clock += timedelta(days=30)
    new, gone = others[:replaced], others[replaced]
    for number in new:
        killed.post(number, "second")
    del killed.site.files[f"/doclib/287gMOA/{gone:04d}.pdf"]
    time.sleep(1.1)  # tries are dated to the second
    killed.passes(half, datetime.now(UTC) - timedelta(seconds=0.1))
    check_second_round(killed, first, new, gone, monkeypatch)
    assert min(killed.gaps()) >= killed.delay * 0.99


def check_second_round(
    killed: Killed, first: list[MoaSighting], new: list[int], gone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kept document was asked for once more; what ICE did is told once, the removal not yet for certain."""
    rows = [listed(url) for url in {s.url for s in first}]
    monkeypatch.setattr(moas, "load_listed", lambda connection: rows)
    with Store.open(killed.home) as store:
        second = moas.load_sightings(store.connection)[len(first) :]
        events = read_events(store.connection)
    outcomes = {s.file: s.outcome for s in second}
    assert len(second) == len(outcomes) == sum(outcome == "kept" for outcome in killed.expected.values())
    assert {file for file, outcome in outcomes.items() if outcome == "replaced"} == {f"{n:04d}.pdf" for n in new}
    assert {file for file, outcome in outcomes.items() if outcome == "not_there"} == {f"{gone:04d}.pdf"}
    assert set(outcomes.values()) == {"same", "replaced", "not_there"}
    told = Counter((event["kind"], event["is_certain"]) for event in events)
    assert told == {("moa_replaced", True): len(new), ("moa_removed", False): 1}


@pytest.mark.long
def test_sixty_links_killed_four_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(only_posted_moas=True) as site:
        check(Killed(site, tmp_path / "home", 60, 0.05), 4, 3, monkeypatch)


@pytest.mark.soak
def test_two_thousand_links_killed_fifty_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(only_posted_moas=True) as site:
        check(Killed(site, tmp_path / "home", 2000, 0.02), 50, 40, monkeypatch)
