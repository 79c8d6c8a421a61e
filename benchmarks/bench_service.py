"""What a poll that finds nothing new costs: in the service's own loop, and as a child process a run.

    python benchmarks/bench_service.py [--polls N]

Both ask the same stand-in on loopback for the same list of 1,000 rows, over one data directory. CPU is user and system
time of whoever works (the stand-in, a process of its own, is not counted); memory is the highest of each.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import scheduler
from db.database import utc_now
from db.settings import Settings
from monitor.service.jobs import ServiceJobs
from scrapers import ingest
from tests.standin import StandIn
from tests.standin.lists import participating

ROOT = Path(__file__).resolve().parents[1]


def stand_in(pipe: Connection) -> None:
    """A stand-in with a list of 1,000 rows answers until it is told to end."""
    with StandIn() as site:
        site.post("participating", participating(*(f"Precinct {n} Constable" for n in range(1000))))
        pipe.send(site.url)
        pipe.recv()
        pipe.send([logged.answer for logged in site.requests])


def measured(poll: Callable[[], object], polls: int, who: int) -> tuple[list[float], list[float]]:
    """(seconds, CPU seconds) of each poll."""
    took, used = [], []
    for _ in range(polls):
        before, begun = resource.getrusage(who), time.perf_counter()
        poll()
        after = resource.getrusage(who)
        took.append(time.perf_counter() - begun)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return took, used


def main() -> None:
    """The two are measured one after the other and printed beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polls", type=int, default=30)
    polls: int = parser.parse_args().polls
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=stand_in, args=(theirs,))
    process.start()
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(home=Path(place) / "home", source_url=ours.recv(), crawl_delay_seconds=0, health_port=0)
        chores = ServiceJobs(settings, utc_now, scheduler.make_pass, ingest.read_new)
        environment = os.environ | {
            "ICE_AGREEMENTS_HOME": str(settings.home), "ICE_AGREEMENTS_SOURCE_URL": settings.source_url,
            "ICE_AGREEMENTS_CRAWL_DELAY_SECONDS": "0",
        }  # fmt: skip

        async def in_loop() -> tuple[list[float], list[float]]:
            await chores.poll()
            took, used = [], []
            for _ in range(polls):
                begun, before = time.perf_counter(), time.process_time()
                await chores.poll()
                await chores.update_notices()
                took.append(time.perf_counter() - begun)
                used.append(time.process_time() - before)
            return took, used

        loop = asyncio.run(in_loop())
        loop_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        child = measured(
            lambda: subprocess.run(
                [sys.executable, ROOT / "scheduler.py", "run"], env=environment, check=True, stdout=subprocess.DEVNULL
            ),
            max(5, polls // 5), resource.RUSAGE_CHILDREN,
        )  # fmt: skip
        child_memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    ours.send("end")
    answers = ours.recv()
    process.join()
    for name, (took, used), memory in (("in the loop", loop, loop_memory), ("a child a run", child, child_memory)):
        print(
            f"{name:14} {statistics.median(took) * 1000:6.0f} ms, {statistics.median(used) * 1000:6.0f} ms of CPU, "
            f"at most {memory / 1024:.0f} MB"
        )
    print(
        f"{len(answers) / (1 + len(loop[0]) + len(child[0])):.2f} requests a poll, {answers.count('304')} of them 304"
    )


if __name__ == "__main__":
    main()
