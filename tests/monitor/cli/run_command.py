"""Commands run with a directory of data of their own, and the three lists most of them are tried on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.histories import Posting, agencies
from tests.paths import ROOT

BAKER, BAY, LAKE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office"
)

MONDAY = Posting((BAKER, BAY), "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")

TUESDAY = Posting((BAKER, LAKE), "2025-06-03T14:00:00Z", "participatingAgencies06032025am.xlsx")

PENDING = Posting((LAKE,), "2025-06-02T14:00:00Z", "pendingAgencies06022025am.xlsx", "pending")


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Stdout as the JSON array that it must be."""
        found = json.loads(self.out)
        assert isinstance(found, list)
        return found


Command = Callable[..., Ended]


def run_apart(*arguments: object, home: Path) -> Ended:
    """The program in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scheduler.py"), *map(str, arguments)], capture_output=True, text=True, check=False,
        env={**os.environ, "ICE_AGREEMENTS_HOME": str(home), "PYTHONPATH": str(ROOT)}, cwd=home.parent,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)
