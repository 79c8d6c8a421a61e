"""Agreement documents, as the service's job and the command take them in: fetched, read, compared."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.database import Store
from db.locks import DOCUMENTS, HomeLock
from db.moa_models import MoaReading
from db.settings import Settings
from db.threads import run_in_thread
from monitor.alerts.outbox import queue_documents
from monitor.documents.template_groups import derive_wordings
from monitor.service.triggers import Job, NothingToDo
from monitor.service.work_lock import working

Clock = Callable[[], datetime]
#: A pass may ask this often before the next is due; reading and comparing come after it.
PASS_SECONDS = 30 * 60.0
WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class MoaIntake:
    """What gets documents into the store and reads them; the composition root gives it."""

    import_saved: Callable[[Store, Settings, list[Path], Path | None], tuple[int, int]]
    fetch: Callable[
        [Store, Settings, Clock], Coroutine[object, object, list[str]]
    ]  # one pass; a line for each address asked
    ask_archive: Callable[[Store, Settings, Clock], list[str]]  # for what ICE no longer has; a line for each
    read_new: Callable[[Store, Settings], Iterable[tuple[MoaReading, int]]]


def fetching(store: Store, doing: str) -> HomeLock:
    """Return the lock under which one process at a time asks for documents; lists are fetched meanwhile."""
    return HomeLock(store.home, DOCUMENTS, doing, at=store.now_text(), wait_seconds=1.0)


def read_and_compare(
    store: Store, settings: Settings, intake: MoaIntake, progress: Callable[[int, int], None] | None = None
) -> list[MoaReading]:
    """Read what was not read yet, compare all wordings again, tell what ICE did; return the new readings."""
    readings = []
    for reading, total in intake.read_new(store, settings):
        readings.append(reading)
        if progress is not None:
            progress(len(readings), total)
    if readings:
        derive_wordings(store)
    queue_documents(store, store.now_text())
    return readings


class MoaJob:
    """The service's job for documents."""

    def __init__(self, settings: Settings, now: Clock, intake: MoaIntake) -> None:
        self._settings = settings
        self._now = now
        self._intake = intake

    async def run(self) -> str:
        """Make one pass over the documents that are due, and read what came."""
        with Store.open(self._settings.home, now=self._now) as store:
            with fetching(store, "the service's documents"):
                lines = await self._intake.fetch(store, self._settings, self._now)
                lines += await run_in_thread(store, self._intake.ask_archive, store, self._settings, self._now)
            async with working(store, "the service's documents", wait_seconds=WAIT_SECONDS):
                readings = await run_in_thread(store, read_and_compare, store, self._settings, self._intake)
        said = f"{len(lines)} lines: {lines[-1]}; {len(readings)} documents read"
        return said if readings or len(lines) > 1 else NothingToDo(said)

    def plan(self) -> list[Job]:
        """Return when the service makes passes: not at all unless the setting `moas` says so."""
        if not self._settings.moas:
            return []
        return [Job("documents", self._settings.moa_schedule, self.run, PASS_SECONDS)]
