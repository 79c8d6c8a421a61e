"""Memory that a large step needed goes back to the system when the step is done."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back_memory() -> bool:
    """Free memory is the system's again; False where the C library has no such call (it is glibc's).

    Reading and comparing a list takes some ten megabytes for a moment, in a thread, whose part of the heap glibc
    otherwise keeps: without this a service held 20 MB more after half a year than after a day.
    """
    gc.collect()
    if not sys.platform.startswith("linux"):
        return False
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return False
    trim(0)
    return True
