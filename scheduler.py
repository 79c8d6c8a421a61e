"""The composition root: it puts fetching, reading and judging together, and decides when; never what."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

import db
import monitor
import scrapers
from db import checks
from db.errors import StoreError
from db.settings import Settings
from db.store import Store, utc_now
from monitor.commands import datasette, reading, review, users
from monitor.commands.options import DbOption, FormatOption, chosen, open_store, settings_with
from monitor.dating import capture_time
from monitor.derive import Derived, derive
from monitor.log import Filter, read_log
from monitor.output import Format, say, show, warn
from monitor.standing import describe_standing
from scrapers import intake
from scrapers.errors import ScraperError

DONE, FAILED, WAITING = 0, 1, 3

app = typer.Typer(
    help="Watch ICE's published 287(g) lists: keep every list, say what changed, and prove it.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.command("changes")(reading.changes)
app.command("agreements")(reading.agreements)
app.command("totals")(reading.count)
app.command("publications")(reading.publications)
app.command("explain")(reading.explain)
app.command("datasette")(datasette.datasette)
app.add_typer(review.app, name="review")
app.add_typer(users.app, name="users")


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


@app.command()
def run(db: DbOption = None) -> None:
    """One pass: fetch ICE's lists, keep them, say what changed."""
    from scrapers.crawl import run_crawl  # Scrapy takes half a second to import: only this command waits for it

    settings = settings_with(db)
    with Store.open(settings.home) as store:
        result = run_crawl(store, settings, utc_now)
        if result.page_is_list and (page := last_page_document(store)):
            intake.sight_page(store, page, settings.source_url, store.now_text())
        unread = intake.read_new(store)
        done = _derive(store, settings)
        for fetch in result.list_fetches:
            say(f"{fetch.file_name or fetch.url}: {fetch.outcome}")
        for line in unread:
            warn(line)
        _report(store, done)
    if result.error:
        warn(result.error)
        raise typer.Exit(FAILED)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command("import")
def import_lists(
    paths: Annotated[list[Path] | None, typer.Argument(help="Saved lists (XLSX, HTML), files or folders.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="CSV with the columns file, uploaded_as, archive_capture_utc.")
    ] = None,
    db: DbOption = None,
) -> None:
    """Take in saved lists and say what changed between them."""
    if not paths and manifest is None:
        raise typer.BadParameter("name files or folders, or give --manifest", param_hint="PATH")
    settings = settings_with(db)
    saved = intake.find_saved(paths or [], manifest, capture_time)
    with Store.open(settings.home) as store, _progress() as progress:
        task = progress.add_task("reading", total=len(saved))
        taken = []
        for one in saved:
            taken.append(intake.take_in(store, one, store.now_text()))
            progress.advance(task)
        done = _derive(store, settings, progress)
        progress.stop()
        for document in taken:
            if document.error:
                warn(document.error)
        say(
            f"{len(taken)} lists read, {sum(t.news for t in taken)} new, {sum(bool(t.error) for t in taken)} unreadable"
        )
        _report(store, done)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command()
def rebuild(
    from_archive: Annotated[bool, typer.Option("--from-archive", help="Read every document again first.")] = False,
    db: DbOption = None,
) -> None:
    """Make everything that is derived anew from the facts."""
    settings = settings_with(db)
    with Store.open(settings.home) as store, _progress() as progress:
        if from_archive:
            task = progress.add_task("reading", total=None)
            for number, total in intake.read_again(store):
                progress.update(task, completed=number, total=total)
        done = _derive(store, settings, progress, anew=True)
        progress.stop()
        _report(store, done)
    raise typer.Exit(WAITING if done.held else DONE)


@app.command()
def status(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """How things stand: last run, last verified list, what waits."""
    with open_store(db) as store:
        standing = describe_standing(store)
    if format is Format.TABLE:
        for key, value in standing.items():
            say(f"{key.replace('_', ' ')}: {'never' if value is None else value}")
        return
    show([standing], format, {key: key for key in standing})


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Make what is derived anew.")] = False, db: DbOption = None
) -> None:
    """Check the program, the database and the archive; say what is wrong and what to do."""
    settings = settings_with(db)
    with Store.open(settings.home, read_only=not repair) as store:
        if repair:
            intake.read_new(store)
            _derive(store, settings, anew=True)
        findings = [*_strays(), *checks.find_damage(store)]
        for line in findings:
            say(line)
        if findings:
            raise typer.Exit(FAILED)
        say(f"all is well: {describe_standing(store)['documents']} documents, each as its sha256 says")


def last_page_document(store: Store) -> str | None:
    """The newest kept document of the landing page."""
    page = store.connection.execute("select sha256 from page_checks order by id desc limit 1").fetchone()
    return str(page[0]) if page else None


def _derive(store: Store, settings: Settings, progress: Progress | None = None, *, anew: bool = False) -> Derived:
    task = progress.add_task("comparing", total=None) if progress else None

    def tick(number: int, total: int) -> None:
        if progress is not None and task is not None:
            progress.update(task, completed=number + 1, total=total)

    return derive(
        store, now=store.now_text(), confirm_after_hours=settings.confirm_after_hours, anew=anew, progress=tick
    )


def _report(store: Store, done: Derived) -> None:
    """What the derivation stated is printed: each change on a line when they are few, else how many of a kind."""
    stated = set(done.stated)
    entries = [e for e in read_log(store, Filter()) if e["id"] in stated]
    if not entries:
        say("no change")
    elif len(entries) <= 50:
        show(entries, Format.TABLE, reading.CHANGE_COLUMNS)
    else:
        counts: dict[tuple[Any, ...], int] = {}
        for e in entries:
            counts[(e["kind"], e["status"])] = counts.get((e["kind"], e["status"]), 0) + 1
        for (kind, state), number in sorted(counts.items()):
            say(f"{number} {kind} {state}")
    for file in done.held:
        warn(f"{file} is held for a person; `ice-agreements review list` says why")


def _progress() -> Progress:
    """A progress bar on stderr, silent when stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)


def _strays() -> list[str]:
    """The four parts of the program must come from one place: their names are common, and others may shadow them."""
    homes = {Path(module.__file__ or "").resolve().parent.parent for module in (db, monitor, scrapers)}
    homes.add(Path(__file__).resolve().parent)
    if len(homes) == 1:
        return []
    places = ", ".join(sorted(str(home) for home in homes))
    return [f"program: db, monitor, scrapers and scheduler come from {places}; install it into its own environment"]


def main() -> None:
    """The program: errors end in one line on stderr and exit code 1."""
    if strays := _strays():
        warn(strays[0])
        sys.exit(FAILED)
    try:
        app()
    except (StoreError, ScraperError, FileNotFoundError) as error:
        warn(f"error: {error}")
        sys.exit(FAILED)
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            warn(f"error: setting ICE_AGREEMENTS_{name}: {problem['msg']}; saw {problem.get('input')!r}")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
