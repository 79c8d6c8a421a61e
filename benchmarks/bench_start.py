"""How long commands take to start: processor time of child processes, beside what `import typer` takes.

    python benchmarks/bench_start.py

The home is a small one (two lists), so that the time is that of the start and not of the work.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import Figure, show
from tests.histories import Posting, agencies

ROOT = Path(__file__).resolve().parents[1]
TRIES = 9
AIM_SECONDS = 0.30
COMMANDS = ("status", "changes", "totals --as-of 2025-06-02", "publications", "--version")
#: Installed programs keep their compiled modules; a machine for tests may be told not to.
NOT_COMPILED = "PYTHONDONTWRITEBYTECODE"


def processor_seconds(*command: str, home: str) -> float:
    """Return the median processor time of the command in a child process, in seconds; the first try warms the disk."""
    env = {name: value for name, value in os.environ.items() if name != NOT_COMPILED}
    taken = []
    for _ in range(TRIES + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *command], check=True, capture_output=True, env={**env, "ICE_AGREEMENTS_HOME": home}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(taken[1:])


def measure() -> list[Figure]:
    """Measure each command, and how many times longer it takes than `import typer`."""
    scheduler = str(ROOT / "scheduler.py")
    with tempfile.TemporaryDirectory() as place:
        folder, home = Path(place) / "lists", str(Path(place) / "home")
        folder.mkdir()
        rows = agencies("Baker County Sheriff's Office", "Bay County Sheriff's Office")
        Posting(rows, "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx").write(folder)
        Posting(rows[:1], "2025-06-03T14:00:00Z", "participatingAgencies06032025am.xlsx").write(folder)
        subprocess.run(
            [sys.executable, scheduler, "--db", home, "import", str(folder)], check=True, capture_output=True
        )
        least = processor_seconds("-c", "import typer", home=home)
        figures = [Figure("`import typer`, which no command can do without", least, "s")]
        for command in COMMANDS:
            taken = processor_seconds(scheduler, *command.split(), home=home)
            note = f"{taken / least:.1f} times `import typer`"
            figures.append(Figure(f"`ice-agreements {command}`", taken, "s", AIM_SECONDS, note=note))
    return figures


def main() -> None:
    """Print the figures."""
    show("start of a command, processor time", measure())


if __name__ == "__main__":
    main()
