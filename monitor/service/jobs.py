"""What the service does, and when: fetch, confirm, send, back up, keep house, check.

Each job opens a store of its own. What needs the scrapers is handed in by the composition root.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from db import integrity
from db.backup import back_up
from db.database import Store, to_text
from db.housekeeping import sweep
from db.keys import read_keys
from db.queries.kept_documents import read_documents
from db.queries.switches import NOT_BEFORE, clear_switch, get_switch, set_switch
from db.settings import Settings
from db.threads import run_in_thread
from monitor.alerts.relay import Relay
from monitor.alerts.review_mail import queue_review_mail
from monitor.alerts.send import send_due
from monitor.changelog.rebuild import Derived
from monitor.service.health.notify import ping, tell_operator
from monitor.service.health.operator_notices import note_problems
from monitor.service.health.problem_checks import find_problems
from monitor.service.memory_release import give_back_memory
from monitor.service.triggers import Job, JobFailed, NothingToDo, PutOff
from monitor.service.work_lock import derive_all, working

_LOG = logging.getLogger(__name__)
WAIT_SECONDS = 30.0
Clock = Callable[[], datetime]


class Fetched(Protocol):
    """What the jobs need to know of a pass over the source."""

    @property
    def verified(self) -> bool: ...
    @property
    def error(self) -> str: ...
    @property
    def not_before(self) -> str | None: ...


Pass = Callable[[Store, Settings, Clock], Awaitable[tuple[Fetched, tuple[str, ...], Derived]]]


class ServiceJobs:
    """The work of the jobs; each returns a line on what it did."""

    def __init__(self, settings: Settings, now: Clock, make_pass: Pass, read_new: Callable[[Store], list[str]]) -> None:
        self._settings = settings
        self._now = now
        self._make_pass = make_pass
        self._read_new = read_new
        self._copied: set[str] = set()  # documents that are known to be in the bucket
        self._copied_keys: dict[str, str] = {}

    async def poll(self) -> str:
        """Ask ICE, unless it asked us to wait; take in what came, and tell the dead-man switch when all is verified."""
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
        await run_in_thread(None, ping, self._settings)
        line = f"page and lists verified; {len(done.stated)} statements, {len(done.held)} lists held"
        return line if done.folded or done.stated else NothingToDo(line)

    async def confirm(self) -> str:
        """Confirm endings that have waited long enough, and read documents that a broken-off pass left."""
        with self._open() as store:
            async with working(store, "the service's confirmation", wait_seconds=WAIT_SECONDS):
                await run_in_thread(store, self._read_new, store)
                done = await run_in_thread(store, derive_all, store, self._settings)
        if not done.kept and done.folded:
            give_back_memory()
        line = f"{len(done.stated)} statements"
        return line if done.stated else NothingToDo(line)

    async def send(self) -> str:
        """Try every message and webhook that is due once, digests whose hour has come among them."""
        return await run_in_thread(None, self._send)

    async def check_mail(self) -> str:
        """Connect to the mail relay and log in, so that a wrong host or password is known before mail is due."""
        return await run_in_thread(None, self._check_mail)

    async def tell_reviewers(self) -> str:
        """Write to the reviewers what waits for them; nothing when nothing does."""
        return await run_in_thread(None, self._tell_reviewers)

    async def back_up(self) -> str:
        """Make a checked backup in the directory of the settings."""
        return await run_in_thread(None, self._back_up)

    async def back_up_to_bucket(self) -> str:
        """Make a backup in the bucket of the settings."""
        return await run_in_thread(None, self._back_up_to_bucket)

    async def copy_documents(self) -> str:
        """Copy documents and keys that came since the last copy to the bucket: losing the machine loses none."""
        return await run_in_thread(None, self._copy_documents)

    async def keep_house(self) -> str:
        """Fold old checks and remove files that a crash left."""
        return await run_in_thread(None, self._keep_house)

    async def check(self) -> str:
        """Check the database and the archive; fail with what is wrong."""
        return await run_in_thread(None, self._check)

    async def update_notices(self) -> None:
        """Open and clear notices as problems begin and end, and tell the operator."""
        await run_in_thread(None, self._update_notices)

    def _open(self) -> Store:
        return Store.open(self._settings.home, now=self._now)

    def _send(self) -> str:
        with self._open() as store:
            done = send_due(store, self._settings, store.now_text())
        said = f"{done.sent} sent, {done.put_off} put off, {done.failed} failed, {done.dropped} dropped"
        if done.halted:
            return f"{said}; {done.halted}"
        return said if any((done.sent, done.put_off, done.failed, done.dropped)) else NothingToDo(said)

    def _check_mail(self) -> str:
        with Relay(self._settings) as relay:
            if (down := relay.check()) is not None:
                raise JobFailed(down.detail)
            return NothingToDo(f"the relay answers: {relay.describe()}")

    def _tell_reviewers(self) -> str:
        with self._open() as store:
            waiting = queue_review_mail(store, store.now_text())
        return f"{waiting} wait for review" if waiting else NothingToDo("nothing waits for review")

    def _back_up(self) -> str:
        directory = self._settings.backup_directory
        assert directory is not None  # without one the job is not in the plan
        with self._open() as store:
            made = back_up(store, directory, at=store.now_text(), keep=self._settings.backup_keep)
        return f"{made.path}: {made.documents} documents, {made.new_documents} new there"

    def _back_up_to_bucket(self) -> str:
        from db.remote_backup import back_up_to_bucket, open_bucket

        with self._open() as store:
            bucket = open_bucket(self._settings.backup_bucket, self._settings)
            made = back_up_to_bucket(store, bucket, self._settings, at=store.now_text())
        return f"{bucket.url}/{made.path}: {made.documents} documents, {made.new_documents} new there"

    def _copy_documents(self) -> str:
        from db.remote_backup import copy_documents, copy_keys, list_documents, open_bucket

        with self._open() as store:
            named = {sha256 for sha256, _ in read_documents(store.connection)}
            if named <= self._copied and read_keys(store.home) == self._copied_keys:
                return NothingToDo("no new document")
            bucket = open_bucket(self._settings.backup_bucket, self._settings)
            self._copied = list_documents(bucket)
            copied = copy_documents(store, bucket, known=self._copied, named=named)
            self._copied |= named
            self._copied_keys = copy_keys(store, bucket)
        return f"{copied} documents copied to {bucket.url}" if copied else NothingToDo("no new document")

    def _keep_house(self) -> str:
        with self._open() as store:
            swept = sweep(store, to_text(self._now() - timedelta(days=self._settings.fold_after_days)))
        return f"{swept.fetches} old checks and {swept.runs} runs folded, {swept.files} left-over files removed"

    def _check(self) -> str:
        with self._open() as store:
            if damage := integrity.find_damage(store, own_keys=not self._settings.secret_keys.get_secret_value()):
                raise JobFailed("; ".join(damage[:5]))
        return "database and archive are sound"

    def _update_notices(self) -> None:
        with self._open() as store:
            now = store.now_text()
            note_problems(store, find_problems(store, self._settings, now), now)
            tell_operator(store, self._settings, now)


def plan_jobs(settings: Settings, jobs: ServiceJobs) -> list[Job]:
    """Return when the service does what; every schedule is a setting."""
    s, minute = settings, 60.0
    poll_limit = s.crawl_timeout_seconds + 5 * minute  # the pass ends itself in time; then comes reading and comparing
    plan = [
        Job("poll", s.poll_schedule, jobs.poll, poll_limit, s.poll_jitter_seconds, at_first_start=True),
        Job("confirm", s.confirm_schedule, jobs.confirm, 10 * minute),
        Job("send", s.send_schedule, jobs.send, 60 * minute),
        Job("housekeeping", s.housekeeping_schedule, jobs.keep_house, 30 * minute),
        Job("check", s.check_schedule, jobs.check, 60 * minute),
    ]
    if s.smtp_host:
        plan.append(Job("mail", s.mail_check_schedule, jobs.check_mail, 5 * minute, at_first_start=True))
    if s.review_mail_address:
        plan.append(Job("review", s.review_mail_schedule, jobs.tell_reviewers, 5 * minute))
    if s.backup_directory is not None:
        plan.append(Job("backup", s.backup_schedule, jobs.back_up, 60 * minute, at_first_start=True))
    if s.backup_bucket:
        plan.append(Job("bucket", s.backup_bucket_schedule, jobs.back_up_to_bucket, 120 * minute, at_first_start=True))
        plan.append(Job("copy", "* * * * *", jobs.copy_documents, 60 * minute, at_first_start=True))
    return plan
