"""The demo is what `make demo` prints: it must play to its end and show what its headings promise."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from monitor.changelog.rebuild import derive
from tests.demo.past import past_of_the_demo
from tests.documents import fenced_blocks
from tests.paths import ROOT
from tests.scrapers.archive.archive_world import ArchiveWorld, TurnedClock
from tests.standin.archive import ArchiveStandIn
from tests.standin.past import keep_past
from tests.test_readme import run


def test_the_demo_tells_of_every_act_within_fifteen_seconds() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    played = subprocess.run([sys.executable, "-m", "tests.demo"], cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # of the processor: a busy machine makes no test fail
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 15
    assert (played.returncode, played.stderr) == (0, "")
    past, *_ = played.stdout.partition("\n1. ")
    assert "6 captures asked for, 5 past lists new" in past
    for line in ("2010-11-12 to 2012-12-31  termination", "2012-12-31 to 2013-08-07  renewal"):
        assert line in past
    visits = played.stdout.split("\nThe change log")[0].split(" UTC: ")
    codes = [int(visit.split("exit code ")[1][0]) for visit in visits[1:]]
    assert codes == [0, 0, 0, 0, 3, 0, 3, 1, 0, 0]
    for visit, words in {
        2: ("Hawthron County Sheriff's Office -> Hawthorn", "Made_Up_Willow.pdf", "Cedar", "pending_withdrawn"),
        3: ("termination       provisional GA Larch",),
        4: ("signing           confirmed   FL Sequoia",),
        5: ("no change",),
        6: ("no change",),
        7: ("no change", "is held for a person"),
        8: ("participatingAgencies01142026am.xlsx: missing", "no change"),
        9: ("participatingAgencies01142026am.xlsx: new", "signing           confirmed   FL Banyan"),
        10: (
            "termination       confirmed   GA Larch",
            "list_event        confirmed   ICE's page no longer links the pending list",
        ),
    }.items():
        for word in words:
            assert word in " ".join(visits[visit].split()) or word in visits[visit], (visit, word)
    log = played.stdout.split("The change log (ice-agreements changes --since 2026-01-06)")[1].split("\n\n")[0]
    assert [log.count(kind) for kind in ("termination", "signing ", "amendment", "list_event")] == [1, 4, 2, 1]
    assert "Why the log says so" in played.stdout
    assert "ICE listed 45 agreements" in played.stdout  # 42 at first, four signed, one gone


def test_the_readme_shows_the_demo_s_past_word_for_word(tmp_path: Path) -> None:
    clock = TurnedClock()
    with ArchiveStandIn(clock.now) as archive:
        keep_past(archive, past_of_the_demo())
        world = ArchiveWorld(tmp_path / "home", archive, clock)
        assert world.backfill().lists == 5
        with world.open() as store:
            derive(store, now=store.now_text())
    blocks = fenced_blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    shown = [typed for block in blocks if block.mark == "the demo's past" for typed in block.commands()]
    assert len(shown) == 1
    for command, printed in shown:
        said = run(command.split()[1:], tmp_path / "home", tmp_path)
        assert [line.rstrip() for line in said.stdout.splitlines()] == printed, said.stderr
