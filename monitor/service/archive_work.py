"""The Internet Archive's past lists, as the service's job and the command bring them in."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from db.archive_models import BackfillPlan, BackfillResult
from db.database import Store, parse_time
from db.locks import ARCHIVE, HomeLock, LockedError
from db.queries.publications import load_newest_days
from db.queries.runs import read_first_start, read_verified_at
from db.settings import Settings
from db.threads import run_in_thread
from monitor.service.triggers import Job, NothingToDo, PutOff
from monitor.service.work_lock import derive_all, working

_LOG = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Sleep = Callable[[float], object]
Progress = Callable[[int, int], None]
#: A pass may run this long before it is cut off: ten requests take a minute, and comparing comes after them.
PASS_SECONDS = 30 * 60.0
WAIT_SECONDS = 30.0
#: The archive's index is asked again after so long for what is new, while ICE refuses us.
INDEX_DAYS_WHILE_SILENT = 0.25


class PlanBackfill(Protocol):
    """Ask the index what there is."""

    def __call__(
        self, store: Store, settings: Settings, now: Clock, sleep: Sleep, *, since: str | None = None,
        until: str | None = None, tries: int | None = None, progress: Progress | None = None,
    ) -> BackfillPlan: ...  # fmt: skip


class RunBackfill(Protocol):
    """Fetch what is planned, keep it, read it."""

    def __call__(
        self, store: Store, settings: Settings, now: Clock, sleep: Sleep, *, since: str | None = None,
        until: str | None = None, limit: int | None = None, tries: int | None = None,
        progress: Progress | None = None, planning: Progress | None = None, say: Callable[[str], None] = ...,
    ) -> BackfillResult: ...  # fmt: skip


class SaveNew(Protocol):
    """Ask the archive to keep what came new from ICE; return a line for each answer."""

    def __call__(self, store: Store, settings: Settings, now: Clock, sleep: Sleep) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class ArchiveIntake:
    """What asks the archive; the composition root gives it."""

    plan: PlanBackfill
    run: RunBackfill
    save: SaveNew


def asking(store: Store, doing: str, *, wait_seconds: float = 0.5) -> HomeLock:
    """Return the lock under which one process at a time asks the archive; lists are fetched from ICE meanwhile."""
    return HomeLock(store.home, ARCHIVE, doing, at=store.now_text(), wait_seconds=wait_seconds)


class StoppedError(Exception):
    """The service ends; what was fetched is kept."""


class BackfillJob:
    """The service's job for past lists: a few captures a pass, never in the way of a poll."""

    def __init__(self, settings: Settings, now: Clock, intake: ArchiveIntake) -> None:
        self._settings = settings
        self._now = now
        self._intake = intake
        self._stopping = threading.Event()

    async def run(self) -> str:
        """Fetch the next captures, and bring the log up to date with the lists among them."""
        try:
            done = await self._fetch_and_compare()
        except LockedError as error:  # somebody runs `backfill`, or the next poll compares what was fetched
            raise PutOff(str(error)) from error
        asked = done.outcomes.total()
        if done.stopped and not asked:
            raise PutOff(done.stopped)
        said = f"{asked} captures asked for, {done.lists} past lists new"
        return said if asked else NothingToDo(said)

    async def _fetch_and_compare(self) -> BackfillResult:
        with Store.open(self._settings.home, now=self._now) as store:
            with asking(store, "the service's backfill"):
                task = asyncio.ensure_future(run_in_thread(None, self._fetch, store))
                try:
                    done = await asyncio.shield(task)
                except asyncio.CancelledError:
                    self._stopping.set()  # ends the wait for the archive's next turn
                    await asyncio.wait({task})
                    raise
            if done.outcomes["new"]:
                async with working(store, "the service's backfill", wait_seconds=WAIT_SECONDS):
                    await run_in_thread(store, derive_all, store, self._settings)
        return done

    def _fetch(self, store: Store) -> BackfillResult:
        """Ask for copies of what is new at ICE, and for what the archive has."""
        if self._settings.archive_save:
            for line in self._intake.save(store, self._settings, self._now, self._pause):
                _LOG.info("independent copy of %s", line)
        return self._fetch_lists(store)

    def _fetch_lists(self, store: Store) -> BackfillResult:
        """Fetch what ICE may have posted while it refuses us; where that is nothing, the next past lists."""
        settings, limit = self._settings, self._settings.backfill_captures_per_pass
        if self._is_ice_silent(store):
            fresh = settings.model_copy(update={"archive_index_days": INDEX_DAYS_WHILE_SILENT})
            since = load_newest_days(store.connection).get("participating")
            done = self._intake.run(store, fresh, self._now, self._pause, since=since, limit=limit, tries=1)
            if done.outcomes or done.stopped or not settings.backfill:
                return done
        if not settings.backfill:
            return BackfillResult()
        return self._intake.run(store, settings, self._now, self._pause, limit=limit, tries=1)

    def _is_ice_silent(self, store: Store) -> bool:
        """Return whether the page, or a list it links, could not be had from ICE for `archive_fallback_hours`."""
        last = read_verified_at(store.connection) or read_first_start(store.connection)
        hours = self._settings.archive_fallback_hours
        return bool(hours) and last is not None and self._now() - parse_time(last) >= timedelta(hours=hours)

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError

    def plan(self) -> list[Job]:
        """Return when the service asks the archive: not at all where all uses of it are off."""
        settings = self._settings
        if not (settings.backfill or settings.archive_fallback_hours or settings.archive_save):
            return []
        return [Job("backfill", self._settings.backfill_schedule, self.run, PASS_SECONDS, at_first_start=True)]
