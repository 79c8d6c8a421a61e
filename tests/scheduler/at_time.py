"""The program under a clock that stands: `python -m tests.scheduler.at_time 2026-01-05T16:00:00Z COMMAND…`."""

from __future__ import annotations

import sys

import time_machine

import scheduler

if __name__ == "__main__":
    moment = sys.argv.pop(1)
    with time_machine.travel(moment, tick=False):
        scheduler.main()
