"""Killed at any instant and started again, the work comes out as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from pathlib import Path

import pytest

from db.backup import check_backup, list_backups
from tests.scheduler.replay import content, days, still_site, work
from tests.standin import StandIn

KILLED = -9


class Killer:
    """Runs the work of a day in processes of its own, forked from one that has everything imported."""

    def __init__(self, site: StandIn, place: Path) -> None:
        self.site = site
        self.place = place
        self.backups = place / "backups"
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.scheduler.warm"])

    def run(self, home: Path, day: int, kill_after: float | None = None) -> tuple[int | None, float]:
        """(exit code, seconds) of one run, killed after so many seconds."""
        process = self.context.Process(target=work, args=(home, self.site.url, day, self.backups))
        process.start()
        begun = time.perf_counter()
        process.join(kill_after)
        if kill_after is not None:
            process.kill()
        process.join()
        return process.exitcode, time.perf_counter() - begun


def replay(place: Path, kills: int, seed: int) -> int:
    """The history is replayed; on each day the work is begun and killed time and again. Returns how many were hit."""
    chance = random.Random(seed)
    hits = 0
    with still_site() as site:
        killer = Killer(site, place)
        undisturbed = place / "undisturbed"
        history = days(site)
        killer.run(place / "warm", 0)  # the process that forks is made, and imports
        for day, happen in enumerate(history):
            happen()
            before = place / "before"
            shutil.rmtree(before, ignore_errors=True)
            if undisturbed.exists():
                shutil.copytree(undisturbed, before)
            code, seconds = killer.run(undisturbed, day)
            assert code == 0
            expected = content(undisturbed)
            for _ in range(kills // len(history)):
                home = place / "killed"
                shutil.rmtree(home, ignore_errors=True)
                if before.exists():
                    shutil.copytree(before, home)
                code, _ = killer.run(home, day, chance.uniform(0, seconds))
                hits += code == KILLED
                if chance.random() < 0.2:  # now and then twice in a row
                    hits += killer.run(home, day, chance.uniform(0, seconds))[0] == KILLED
                assert killer.run(home, day)[0] == 0
                assert content(home) == expected, f"day {day}"
                for backup in list_backups(killer.backups):
                    check_backup(backup)
    kinds = {row[1] for row in expected["changes"]}
    assert {"signing", "termination", "amendment"} <= kinds, "the history is worth replaying"
    return hits


@pytest.mark.long
def test_killed_at_random_instants_the_result_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    assert replay(tmp_path, kills=16, seed=1) >= 12


@pytest.mark.soak
def test_two_hundred_kills_leave_no_trace(tmp_path: Path) -> None:
    assert replay(tmp_path, kills=240, seed=2) >= 200
