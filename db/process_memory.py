"""How much memory this process holds, and a limit on what more it may take."""

from __future__ import annotations

import resource
import sys
from contextlib import nullcontext, suppress
from pathlib import Path

#: Says on Linux how large the process is now; no other system has it.
_STATM = Path("/proc/self/statm")
_PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024  # of `ru_maxrss`; see getrusage(2) of each


def used_bytes() -> tuple[int, int]:
    """Return the bytes of address space and of memory that this process holds.

    Where there is no /proc, both are the most memory it ever held: of address space it has more.
    """
    try:
        space, memory = _STATM.read_text().split()[:2]
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT_BYTES
        return peak, peak
    return int(space) * resource.getpagesize(), int(memory) * resource.getpagesize()


def allow_more(more_bytes: int) -> None:
    """Limit the address space to what this process has now and so many bytes more; the hard limit stays."""
    limit = used_bytes()[0] + more_bytes
    # macOS refuses a limit below what a process has, which it does not say: there, only the limits of time hold
    with nullcontext() if _STATM.exists() else suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def end_limit() -> None:
    """Raise the limit of address space to the hard one again."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
