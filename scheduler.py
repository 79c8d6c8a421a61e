"""The composition root: it puts fetching, reading and comparing together, and decides when; never what.

What a command needs is imported when it runs: Scrapy alone takes half a second, and most commands only read.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import db
import monitor
import scrapers
from db.database import Store, utc_now
from db.errors import StoreError
from db.settings import Settings
from monitor.cli.command_line import COMMANDS, app
from monitor.cli.options import DbOption, describe_errors, settings_with
from monitor.cli.output import say, warn
from scrapers.document_errors import ScraperError

if TYPE_CHECKING:
    from monitor.changelog.rebuild import Derived
    from monitor.cli.repair_commands import RepairCommands
    from monitor.service.archive_work import ArchiveIntake
    from monitor.service.moa_work import MoaIntake
    from scrapers.crawl.crawler import CrawlResult

__all__ = ["app", "main", "make_pass"]

DONE, FAILED, WAITING = 0, 1, 3
#: What is made is its owner's alone, whatever the shell or unit says: files 0600, directories 0700.
PRIVATE = 0o077
Clock = Callable[[], datetime]


def make_moas_command() -> Callable[..., None]:
    """Return the command `moas`."""
    from monitor.cli.moa_commands import MoaCommand

    return MoaCommand(moa_intake()).run


def make_backfill_command() -> Callable[..., None]:
    """Return the command `backfill`."""
    from monitor.cli.backfill_command import BackfillCommand

    return BackfillCommand(archive_intake()).run


def archive_intake() -> ArchiveIntake:
    """Return what asks the Internet Archive for past lists."""
    from monitor.service.archive_work import ArchiveIntake
    from scrapers.archive import backfill, save

    return ArchiveIntake(backfill.plan_backfill, backfill.run_backfill, save.save_new)


def moa_intake() -> MoaIntake:
    """Return what takes agreement documents in and reads them."""
    from monitor.service.moa_work import MoaIntake
    from scrapers import ingest_moas

    async def fetch(store: Store, settings: Settings, now: Clock) -> list[str]:
        from scrapers.collect_moas import fetch_documents

        return await fetch_documents(store, settings, now)

    def ask_archive(store: Store, settings: Settings, now: Clock) -> list[str]:
        from time import sleep

        from scrapers.archive.missing_documents import MOST_A_PASS, ask_archive

        return ask_archive(store, settings, now, sleep, MOST_A_PASS)

    return MoaIntake(ingest_moas.import_saved, fetch, ask_archive, ingest_moas.read_new)


def make_doctor_command() -> Callable[..., None]:
    """Return the command `doctor`."""
    return _repair_commands().doctor


def make_restore_command() -> Callable[..., None]:
    """Return the command `restore`."""
    return _repair_commands().restore


def _repair_commands() -> RepairCommands:
    from monitor.cli.repair_commands import RepairCommands
    from scrapers import adopt, ingest

    return RepairCommands(adopt.adopt_documents, ingest.read_new, _find_strays)


COMMANDS |= {"backfill": make_backfill_command, "moas": make_moas_command}
COMMANDS |= {"doctor": make_doctor_command, "restore": make_restore_command}


async def make_pass(store: Store, settings: Settings, now: Clock) -> tuple[CrawlResult, tuple[str, ...], Derived]:
    """Make one pass: ask ICE, keep and read what comes, bring the log up to date. Hold the work lock."""
    from db.queries.runs import end_broken_runs
    from db.threads import run_in_thread
    from monitor.service.work_lock import derive_all
    from scrapers.collect import fetch_lists

    end_broken_runs(store, store.now_text())
    result, unread = await fetch_lists(store, settings, now)
    done = await run_in_thread(store, derive_all, store, settings)
    return result, unread, done


@app.command()
def run(db: DbOption = None) -> None:
    """Make one pass: fetch ICE's lists, keep them, say what changed."""
    import asyncio

    from monitor.cli.report import report
    from monitor.service.work_lock import working

    settings = settings_with(db)
    with Store.open(settings.home) as store, working(store, "`run`"):
        result, unread, done = asyncio.run(make_pass(store, settings, utc_now))
        for fetch in result.list_fetches:
            say(f"{fetch.file_name or fetch.url}: {fetch.outcome}")
        for line in unread:
            warn(line)
        if not result.error or done.stated:  # "no change" would be a claim about lists that nobody saw
            report(store, done)
    if result.error:
        warn(result.error)
        raise typer.Exit(FAILED)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command("import")
def import_lists(
    paths: Annotated[list[Path] | None, typer.Argument(help="Saved lists (XLSX, HTML), files or folders.")] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="Lists named in a CSV with the columns file, uploaded_as, archive_capture_utc."
        ),
    ] = None,
    db: DbOption = None,
) -> None:
    """Import saved lists and say what changed between them."""
    from monitor.cli.report import progress_bar, report, track
    from monitor.publications.dating import capture_time
    from monitor.service.work_lock import derive_all, working
    from scrapers import ingest

    if not paths and manifest is None:
        raise typer.BadParameter("name files or folders, or give --manifest", param_hint="PATH")
    settings = settings_with(db)
    saved = ingest.find_saved(paths or [], manifest, capture_time)
    with Store.open(settings.home) as store, working(store, "`import`"), progress_bar() as progress:
        imported = ingest.import_lists(store, saved, store.now_text())
        taken = list(progress.track(imported, total=len(saved), description="reading"))
        done = derive_all(store, settings, track(progress, "comparing"))
        progress.stop()
        for document in taken:
            if document.error:
                warn(document.error)
        news, unreadable = sum(t.news for t in taken), sum(bool(t.error) for t in taken)
        say(f"{len(taken)} lists read, {news} new, {unreadable} unreadable")
        report(store, done)
    if taken and unreadable == len(taken):
        raise typer.Exit(FAILED)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command()
def rebuild(
    from_archive: Annotated[
        bool,
        typer.Option("--from-archive", help="First read every kept document again (after an update of the readers)."),
    ] = False,
    db: DbOption = None,
) -> None:
    """Compare all kept lists again from the first and rebuild the change log."""
    from monitor.cli.report import progress_bar, report, track
    from monitor.service.work_lock import derive_all, working
    from scrapers import ingest

    settings = settings_with(db)
    with Store.open(settings.home) as store, working(store, "`rebuild`"), progress_bar() as progress:
        if from_archive:
            update = track(progress, "reading")
            for number, total in ingest.read_again(store):
                update(number, total)
        done = derive_all(store, settings, track(progress, "comparing"), from_scratch=True)
        progress.stop()
        report(store, done)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command()
def schedule(db: DbOption = None) -> None:
    """Run the service: fetch, compare, send and keep house on schedule until stopped."""
    import asyncio

    from db import integrity
    from db.locks import SERVICE, HomeLock

    settings = settings_with(db)
    logging.getLogger().setLevel(min(logging.getLogger().level, logging.INFO))
    for name in ("apscheduler", "uvicorn", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
    with (
        Store.open(settings.home) as store,
        HomeLock(store.home, SERVICE, "the service", at=store.now_text(), wait_seconds=0.5),
    ):
        integrity.check_at_start(store)
        asyncio.run(_run_service(settings, utc_now))


async def _run_service(settings: Settings, now: Clock) -> None:
    from monitor.service.archive_work import BackfillJob
    from monitor.service.health.health_server import serving_health
    from monitor.service.jobs import ServiceJobs, plan_jobs
    from monitor.service.memory_release import load_tables
    from monitor.service.moa_work import MoaJob
    from monitor.service.runtime import Service
    from scrapers import ingest

    load_tables()
    jobs = ServiceJobs(settings, now, make_pass, ingest.read_new)
    async with serving_health(settings, now):
        plan = [*plan_jobs(settings, jobs), *MoaJob(settings, now, moa_intake()).plan()]
        plan += BackfillJob(settings, now, archive_intake()).plan()
        await Service(plan, settings, now=now, after_job=jobs.update_notices).run()


def _find_strays() -> list[str]:
    from db.program_parts import find_strays

    return find_strays(Path(__file__), *(Path(module.__file__ or "").parent for module in (db, monitor, scrapers)))


def main() -> None:
    """Run the program: errors end in one line on stderr and exit code 1."""
    os.umask(PRIVATE)
    if strays := _find_strays():
        warn(strays[0])
        sys.exit(FAILED)
    try:
        app()
    except (StoreError, ScraperError, OSError, sqlite3.Error) as error:
        for line in describe_errors(error):
            warn(f"error: {line}")
        sys.exit(FAILED)


if __name__ == "__main__":
    if len(sys.argv) == 1:  # `python scheduler.py` is the service
        sys.argv.append("schedule")
    main()
