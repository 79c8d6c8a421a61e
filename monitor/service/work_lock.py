"""What the service's jobs and the commands share: one at a time, and the derivation."""

from __future__ import annotations

from collections.abc import Callable

from db.database import Store
from db.locks import WORK, HomeLock
from db.settings import Settings
from monitor.alerts import outbox
from monitor.changelog.rebuild import Derived, derive

#: A command waits this long for the service's pass (or another command) to be done.
WAIT_SECONDS = 120.0


def working(store: Store, doing: str, *, wait_seconds: float = WAIT_SECONDS) -> HomeLock:
    """Return the lock under which one process at a time fetches, imports, rebuilds, repairs or restores."""
    return HomeLock(store.home, WORK, doing, at=store.now_text(), wait_seconds=wait_seconds)


def derive_all(
    store: Store, settings: Settings, progress: Callable[[int, int], None] | None = None, *, from_scratch: bool = False
) -> Derived:
    """Bring the log up to date with the lists; `progress` is told how many of how many are compared."""
    return derive(
        store, now=store.now_text(), from_scratch=from_scratch, progress=progress,
        tell=outbox.queue,
    )  # fmt: skip
