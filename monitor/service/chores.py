"""What the service's jobs do, each in a store of its own; what needs the scrapers the composition root hands in."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from db import integrity
from db.backup import back_up
from db.database import Store, to_text
from db.housekeeping import sweep
from db.queries.switches import NOT_BEFORE, clear_switch, get_switch, set_switch
from db.settings import Settings
from db.threads import run_aside
from monitor.alerts.send import send_due
from monitor.changelog.rebuild import Derived
from monitor.cli.working import derive_all, working
from monitor.service.health.notices import note_troubles
from monitor.service.health.notify import ping, tell_operator
from monitor.service.health.problems import find_troubles
from monitor.service.jobs import JobFailed, PutOff
from monitor.service.memory import give_back_memory

_LOG = logging.getLogger(__name__)
WAIT_SECONDS = 30.0
Clock = Callable[[], datetime]


class Fetched(Protocol):
    """What the chores need to know of a pass."""

    @property
    def verified(self) -> bool: ...
    @property
    def error(self) -> str: ...
    @property
    def not_before(self) -> str | None: ...


Pass = Callable[[Store, Settings, Clock], Awaitable[tuple[Fetched, tuple[str, ...], Derived]]]


class Chores:
    """The work of the jobs; each returns a line on what it did."""

    def __init__(self, settings: Settings, now: Clock, make_pass: Pass, read_new: Callable[[Store], list[str]]) -> None:
        self._settings = settings
        self._now = now
        self._make_pass = make_pass
        self._read_new = read_new

    async def poll(self) -> str:
        """ICE was asked, unless it asked us to wait; what came is in the log, and the dead-man switch knows."""
        with self._open() as store:
            asked = get_switch(store, NOT_BEFORE)
            if asked and asked.value > store.now_text():
                raise PutOff(f"the source asked not to be asked before {asked.value}")
            async with working(store, "the service's poll", wait_seconds=WAIT_SECONDS):
                result, unread, done = await self._make_pass(store, self._settings, self._now)
            if result.not_before:
                set_switch(store, NOT_BEFORE, result.not_before, at=store.now_text(), why=result.error or "Retry-After")
            elif asked:
                clear_switch(store, NOT_BEFORE)
        for line in unread:
            _LOG.warning("%s", line)
        if done.folded:  # a list came; most polls bring none and free next to nothing
            give_back_memory()
        if result.error or not result.verified:
            raise JobFailed(result.error or "not every list could be verified; `ice-agreements status` says which")
        await run_aside(None, ping, self._settings)
        return f"page and lists verified; {len(done.stated)} statements, {len(done.held)} lists held"

    async def confirm(self) -> str:
        """Endings that waited long enough are confirmed, and documents that a broken-off pass left are read."""
        with self._open() as store:
            async with working(store, "the service's confirmation", wait_seconds=WAIT_SECONDS):
                await run_aside(store, self._read_new, store)
                done = await run_aside(store, derive_all, store, self._settings)
        if not done.kept and done.folded:
            give_back_memory()
        return f"{len(done.stated)} statements"

    async def send(self) -> str:
        """Every message and hook that is due was tried once, digests whose hour has come among them."""
        return await run_aside(None, self._send)

    async def back_up(self) -> str:
        """A checked backup is in the directory that is set."""
        return await run_aside(None, self._back_up)

    async def keep_house(self) -> str:
        """Old checks are folded, files that a crash left are gone."""
        return await run_aside(None, self._keep_house)

    async def check(self) -> str:
        """Database and archive are sound, or the job failed and says what is wrong."""
        return await run_aside(None, self._check)

    async def look_after(self) -> None:
        """The operator knows of every trouble that began or is over."""
        await run_aside(None, self._look)

    def _open(self) -> Store:
        return Store.open(self._settings.home, now=self._now)

    def _send(self) -> str:
        with self._open() as store:
            done = send_due(store, self._settings, store.now_text())
        said = f"{done.sent} sent, {done.put_off} put off, {done.failed} failed, {done.dropped} dropped"
        return f"{said}; {done.halted}" if done.halted else said

    def _back_up(self) -> str:
        directory = self._settings.backup_directory
        assert directory is not None  # without one the job is not in the plan
        with self._open() as store:
            made = back_up(store, directory, at=store.now_text(), keep=self._settings.backup_keep)
        return f"{made.path}: {made.documents} documents, {made.new_documents} new there"

    def _keep_house(self) -> str:
        with self._open() as store:
            folded = sweep(store, to_text(self._now() - timedelta(days=self._settings.fold_after_days)))
        return f"{folded.fetches} old checks and {folded.runs} runs folded, {folded.files} left-over files removed"

    def _check(self) -> str:
        with self._open() as store:
            if damage := integrity.find_damage(store):
                raise JobFailed("; ".join(damage[:5]))
        return "database and archive are sound"

    def _look(self) -> None:
        with self._open() as store:
            now = store.now_text()
            note_troubles(store, find_troubles(store, self._settings, now), now)
            tell_operator(store, self._settings, now)
