"""What a process holds and may take, on Linux and where there is no /proc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from db import process_memory
from tests.paths import ROOT

TAKING = """
import sys
from pathlib import Path
from db import process_memory
process_memory._STATM = Path(sys.argv[1])
process_memory.allow_more(600_000_000)
held = bytearray(100_000_000)
try:
    more = bytearray(3_000_000_000)  # without /proc the limit counts what the process that started this one held
except MemoryError:
    print("refused")
"""


def test_linux_says_what_the_process_holds_now() -> None:
    space, memory = process_memory.used_bytes()
    block = bytearray(b"x" * 50_000_000)
    more_space, more_memory = process_memory.used_bytes()
    assert more_memory - memory >= 0.8 * len(block)
    assert more_space - space >= 0.8 * len(block)
    assert more_space > more_memory


def test_without_proc_it_is_the_most_memory_ever_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, memory = process_memory.used_bytes()
    monkeypatch.setattr(process_memory, "_STATM", tmp_path / "none")
    space, peak = process_memory.used_bytes()
    assert space == peak
    assert peak >= 0.9 * memory, "the same unit"
    assert peak < 100 * memory, "the same unit"


@pytest.mark.parametrize("statm", ["/proc/self/statm", "/proc/none"])
def test_what_is_beyond_the_limit_is_refused(statm: str) -> None:
    done = subprocess.run([sys.executable, "-c", TAKING, statm], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


def test_a_system_that_forbids_the_limit_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(kind: int, limits: tuple[int, int]) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr("db.process_memory.resource.setrlimit", refuse)
    with pytest.raises(ValueError, match="exceeds"):
        process_memory.allow_more(1)
    monkeypatch.setattr(process_memory, "_STATM", tmp_path / "none")
    process_memory.allow_more(1)
