"""The composition root: it puts fetching, reading and judging together, and decides when; never what."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

import db
import monitor
import scrapers
from db import backup, housekeeping, integrity
from db.database import Store, utc_now
from db.errors import StoreError
from db.locks import SERVICE, HomeLock
from db.settings import Settings
from db.threads import run_aside
from monitor.changelog.rebuild import Derived
from monitor.cli import (
    alerts_commands,
    datasette_commands,
    log_commands,
    moa_commands,
    review_commands,
    service_commands,
    subscriber_commands,
    user_commands,
    web_commands,
)
from monitor.cli.options import DbOption, chosen, describe_errors, settings_with
from monitor.cli.output import say, warn
from monitor.cli.working import derive_all, progress_bar, report, working
from monitor.publications.dating import capture_time
from scrapers import ingest, ingest_moas
from scrapers.document_errors import ScraperError

if TYPE_CHECKING:
    from monitor.service.chores import Chores
    from monitor.service.jobs import Job
    from scrapers.crawl.crawler import CrawlResult

DONE, FAILED, WAITING = 0, 1, 3
Clock = Callable[[], datetime]

app = typer.Typer(
    help="Watch ICE's published 287(g) lists: keep every list, say what changed, and prove it.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip


def fetch_moas(store: Store, settings: Settings) -> Iterable[str]:
    """Ask ICE for documents, one pass within the budget; return a line for each address asked."""
    from scrapers.collect_moas import fetch_documents  # Scrapy takes half a second to import

    return asyncio.run(fetch_documents(store, settings, utc_now))


COMMANDS: dict[str, Callable[..., None]] = {
    "changes": log_commands.changes, "agreements": log_commands.agreements, "totals": log_commands.count,
    "publications": log_commands.publications, "explain": log_commands.explain, "status": service_commands.status,
    "serve": web_commands.serve, "publish": web_commands.publish, "export": web_commands.export,
    "datasette": datasette_commands.datasette,
    "backup": service_commands.backup, "restore": service_commands.put_back, "sending": service_commands.sending,
}  # fmt: skip
for command_name, command in COMMANDS.items():
    app.command(command_name)(command)
MOA_INTAKE = moa_commands.Intake(ingest_moas.import_saved, fetch_moas, ingest_moas.read_new)
app.command("moas")(moa_commands.MoaCommand(MOA_INTAKE).run)
for group in (review_commands.app, subscriber_commands.app, alerts_commands.app, user_commands.app):
    app.add_typer(group)


@app.callback()
def options(
    db: DbOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step to stderr.")] = False,
) -> None:
    """Options that go before the command."""
    chosen.clear()
    if db is not None:
        chosen["db"] = db
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )  # fmt: skip


async def make_pass(store: Store, settings: Settings, now: Clock) -> tuple[CrawlResult, tuple[str, ...], Derived]:
    """One pass: ICE was asked, what came is kept and read, and the log says what it changes. Hold the work lock."""
    from scrapers.collect import fetch_lists  # Scrapy takes half a second to import: only who fetches waits for it

    housekeeping.end_broken_runs(store, store.now_text())
    result, unread = await fetch_lists(store, settings, now)
    done = await run_aside(store, derive_all, store, settings)
    return result, unread, done


@app.command()
def run(db: DbOption = None) -> None:
    """One pass: fetch ICE's lists, keep them, say what changed."""
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
    """Take in saved lists and say what changed between them."""
    if not paths and manifest is None:
        raise typer.BadParameter("name files or folders, or give --manifest", param_hint="PATH")
    settings = settings_with(db)
    saved = ingest.find_saved(paths or [], manifest, capture_time)
    with Store.open(settings.home) as store, working(store, "`import`"), progress_bar() as progress:
        tracked = progress.track(saved, description="reading")
        taken = [ingest.import_list(store, one, store.now_text()) for one in tracked]
        done = derive_all(store, settings, progress)
        progress.stop()
        for document in taken:
            if document.error:
                warn(document.error)
        news, unreadable = sum(t.news for t in taken), sum(bool(t.error) for t in taken)
        say(f"{len(taken)} lists read, {news} new, {unreadable} unreadable")
        report(store, done)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command()
def rebuild(
    from_archive: Annotated[
        bool,
        typer.Option("--from-archive", help="First read every kept document again (after an update of the readers)."),
    ] = False,
    db: DbOption = None,
) -> None:
    """Compare all kept lists again from the first and make the change log anew."""
    settings = settings_with(db)
    with Store.open(settings.home) as store, working(store, "`rebuild`"), progress_bar() as progress:
        if from_archive:
            task = progress.add_task("reading", total=None)
            for number, total in ingest.read_again(store):
                progress.update(task, completed=number, total=total)
        done = derive_all(store, settings, progress, anew=True)
        progress.stop()
        report(store, done)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command()
def doctor(
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Read what was not read yet, and make the change log anew, before checking."),
    ] = False,
    db: DbOption = None,
) -> None:
    """Check the program, the database and the archive; say what is wrong and what to do."""
    settings = settings_with(db)
    with Store.open(settings.home, read_only=not repair) as store:
        if repair:
            with working(store, "`doctor --repair`"):
                for sha256 in backup.mend_archive(store, settings.backup_directory):
                    say(f"document {sha256} was put back from {settings.backup_directory}")
                ingest.read_new(store)
                derive_all(store, settings, anew=True)
        findings = [*_strays(), *integrity.find_damage(store)]
        for line in findings:
            say(line)
        if findings:
            raise typer.Exit(FAILED)
        documents = store.connection.execute("select count(*) from documents").fetchone()[0]
        say(f"all is well: {documents} documents, each as its sha256 says")


@app.command()
def schedule(db: DbOption = None) -> None:
    """The service: fetches, compares and keeps house by its schedule until it is stopped."""
    settings = settings_with(db)
    logging.getLogger().setLevel(min(logging.getLogger().level, logging.INFO))
    for name in ("apscheduler", "uvicorn", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
    with Store.open(settings.home) as store:
        lock = HomeLock(store.home, SERVICE, "the service", at=store.now_text(), wait_seconds=0.5)
        with lock:
            integrity.check_at_start(store)
            asyncio.run(_serve(settings, utc_now))


async def _serve(settings: Settings, now: Clock) -> None:
    # a web server and a scheduler take a tenth of a second to import: no other command waits for them
    from monitor.service.chores import Chores
    from monitor.service.health.health_server import serving_health
    from monitor.service.memory import load_tables
    from monitor.service.runtime import Service

    load_tables()
    chores = Chores(settings, now, make_pass, ingest.read_new)
    async with serving_health(settings, now):
        await Service(plan(settings, chores), settings, now=now, after_job=chores.look_after).run()


def plan(settings: Settings, chores: Chores) -> list[Job]:
    """When the service does what; every schedule is a setting."""
    from monitor.service.jobs import Job

    s, minute = settings, 60.0
    poll_limit = s.crawl_timeout_seconds + 5 * minute  # the pass ends itself in time; then comes reading and comparing
    jobs = [
        Job("poll", s.poll_schedule, chores.poll, poll_limit, s.poll_jitter_seconds, at_first_start=True),
        Job("confirm", s.confirm_schedule, chores.confirm, 10 * minute),
        Job("send", s.send_schedule, chores.send, 60 * minute),
        Job("housekeeping", s.housekeeping_schedule, chores.keep_house, 30 * minute),
        Job("check", s.check_schedule, chores.check, 60 * minute),
    ]
    if s.backup_directory is not None:
        jobs.append(Job("backup", s.backup_schedule, chores.back_up, 60 * minute, at_first_start=True))
    return jobs


def _strays() -> list[str]:
    return integrity.find_strays(
        Path(__file__), *(Path(module.__file__ or "").parent for module in (db, monitor, scrapers))
    )


def main() -> None:
    """The program: errors end in one line on stderr and exit code 1."""
    if strays := _strays():
        warn(strays[0])
        sys.exit(FAILED)
    try:
        app()
    except (StoreError, ScraperError, ValidationError, OSError, sqlite3.Error) as error:
        for line in describe_errors(error):
            warn(f"error: {line}")
        sys.exit(FAILED)


if __name__ == "__main__":
    if len(sys.argv) == 1:  # `python scheduler.py` is the service
        sys.argv.append("schedule")
    main()
