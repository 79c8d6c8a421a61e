"""`ice-agreements backfill`: past lists from the Internet Archive."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from db.archive_models import BackfillPlan, BackfillResult
from db.database import Store, utc_now
from db.settings import Settings
from monitor.cli.options import DbOption, settings_with, to_date
from monitor.cli.output import say, warn
from monitor.cli.report import report, track
from monitor.service.archive_work import ArchiveIntake, asking
from monitor.service.work_lock import WAIT_SECONDS, derive_all, working

DONE, FAILED, WAITING = 0, 1, 3
ASKING = "asking the archive's index"


class BackfillCommand:
    """The command `backfill`; `run` is what is typed."""

    def __init__(self, intake: ArchiveIntake) -> None:
        self._intake = intake

    def run(
        self,
        since: Annotated[
            str | None, typer.Option("--since", metavar="DATE", help="Only captures of this day (UTC) or later.")
        ] = None,
        until: Annotated[
            str | None, typer.Option("--until", metavar="DATE", help="Only captures of this day (UTC) or before.")
        ] = None,
        limit: Annotated[
            int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many captures; the oldest first.")
        ] = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Say what would be fetched and how long it takes; fetch no list.")
        ] = False,
        db: DbOption = None,
    ) -> None:
        """Bring past lists from the Internet Archive; go on where the last run stopped."""
        settings = settings_with(db)
        since, until = to_date(since, "--since"), to_date(until, "--until")
        if since and until and since > until:
            raise typer.BadParameter(f"{since} is after {until}", param_hint="--since")
        with Store.open(settings.home) as store, asking(store, "`backfill`", wait_seconds=WAIT_SECONDS):
            if dry_run:
                with _bar() as progress:
                    plan = self._intake.plan(
                        store, settings, utc_now, time.sleep, since=since, until=until, tries=1,
                        progress=track(progress, ASKING),
                    )  # fmt: skip
                _say_plan(plan, settings, limit)
                return
            with _bar() as progress:
                done = self._intake.run(
                    store, settings, utc_now, time.sleep, since=since, until=until, limit=limit,
                    planning=track(progress, ASKING), progress=track(progress, "fetching"),
                )  # fmt: skip
            with working(store, "`backfill`"), _bar() as progress:
                derived = derive_all(store, settings, track(progress, "comparing"))
                progress.stop()
                _say_result(done)
                report(store, derived)
        if not done.is_complete:
            raise typer.Exit(FAILED)
        raise typer.Exit(WAITING if derived.held else DONE)


def _bar() -> Progress:
    """Return a bar with the time left on stderr, silent when stderr is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


def _say_plan(plan: BackfillPlan, settings: Settings, limit: int | None) -> None:
    captures = plan.captures[:limit]
    if not captures:
        say(f"nothing to fetch; {plan.known} captures were asked for before")
        return
    minutes = max(1, round(len(captures) * 60 / settings.archive_requests_per_minute / 60))
    first, last = captures[0].captured_at[:10], captures[-1].captured_at[:10]
    say(f"{len(captures)} captures to fetch, from {first} to {last}; it takes about {minutes} min")
    if plan.known:
        say(f"{plan.known} captures were asked for before")


def _say_result(done: BackfillResult) -> None:
    say(f"{done.outcomes.total()} captures asked for, {done.lists} past lists new")
    for outcome, count in sorted(done.outcomes.items()):
        if outcome != "new":
            say(f"{count} {outcome}")
    if done.unsettled:
        warn(f"{done.unsettled} captures came cut; run the command again to ask for them once more")
    if done.stopped:
        warn(done.stopped)
