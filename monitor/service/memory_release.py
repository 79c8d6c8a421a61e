"""Give memory that a large step needed back to the system when the step is done."""

from __future__ import annotations

import ctypes
import functools
import gc
import sys
from contextlib import suppress

import us

from monitor.places import gazetteer

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_Cache = functools._lru_cache_wrapper


def give_back_memory() -> bool:
    """Return free memory to the system; return False where the C library has no such call (it is glibc's).

    Reading and comparing a list takes some ten megabytes for a moment, in a thread, whose part of the heap glibc
    otherwise keeps, and fills caches that serve within one comparison: without this a service held a quarter more
    after a simulated year than after its first day (docs/operations.md has the figures).
    """
    for cache in (thing for thing in gc.get_objects() if isinstance(thing, _Cache)):
        # those with a limit remember names and cells of past lists; those without hold tables that stay in use
        if cache.__module__.partition(".")[0] in ("monitor", "scrapers") and cache.cache_parameters()["maxsize"]:
            cache.cache_clear()
    gc.collect()
    return _trim_heaps()


def _trim_heaps() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return False
    trim(0)
    return True


def share_heaps() -> None:
    """Let threads share two heaps of glibc's: one for each of many threads keeps what the others could use."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


class CalmCollector:
    """Collects cyclic garbage every three seconds, with a look at what has long been there once in an hour only.

    Python's own full collections look at the whole log each time that anybody's questions have made enough objects:
    every second of an attack, everything stood still for a quarter of it.
    """

    def __init__(self, *, every: float = 3.0, whole_every: float = 3600.0, many: int = 150_000) -> None:
        gc.set_threshold(5_000, 20, 1_000_000_000)  # no full ones but these
        self._every, self._whole_every, self._many = every, whole_every, many
        self._last = self._last_whole = float("-inf")

    def look(self, now: float) -> None:
        """Collect when it is time to, and give free memory back; `now` counts seconds."""
        if now - self._last < self._every:
            return
        self._last = now
        whole = now - self._last_whole >= self._whole_every
        if whole:
            self._last_whole = now
            gc.unfreeze()
        gc.collect()
        if whole or len(gc.get_objects()) > self._many:  # another log, say: it is left alone from now on
            gc.freeze()
        _trim_heaps()


def load_tables() -> None:
    """Load the place names of every state at the start.

    Otherwise they are read state by state, as lists name them, and a service's memory grows for months.
    """
    for state in us.states.STATES_AND_TERRITORIES:
        gazetteer.is_place(state.abbr, "Springfield")
    gazetteer.place_words()
