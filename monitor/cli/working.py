"""What the commands that work share: one at a time, a progress bar, the derivation, the report."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.progress import Progress

from db.database import Store
from db.locks import WORK, HomeLock
from db.settings import Settings
from monitor.alerts import outbox
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import Derived, derive
from monitor.cli.log_commands import KIND_WORDS, show_changes
from monitor.cli.output import Format, say, warn

#: A command waits this long for the service's pass (or another command) to be done.
WAIT_SECONDS = 120.0


def working(store: Store, doing: str, *, wait_seconds: float = WAIT_SECONDS) -> HomeLock:
    """While this is held no other process fetches, imports, rebuilds, repairs or restores here."""
    return HomeLock(store.home, WORK, doing, at=store.now_text(), wait_seconds=wait_seconds)


def derive_all(store: Store, settings: Settings, progress: Progress | None = None, *, anew: bool = False) -> Derived:
    """The log says what the lists say."""
    task = progress.add_task("comparing", total=None) if progress else None

    def tick(number: int, total: int) -> None:
        if progress is not None and task is not None:
            progress.update(task, completed=number + 1, total=total)

    return derive(
        store,
        now=store.now_text(),
        confirm_after_hours=settings.confirm_after_hours,
        anew=anew,
        progress=tick,
        tell=outbox.queue,
    )


def report(store: Store, done: Derived) -> None:
    """What the derivation stated is printed: each change on a line when they are few, else how many of a kind."""
    stated = set(done.stated)
    entries = [e for e in read_log(store, Filter()) if e["id"] in stated]
    if not entries:
        say("no change")
    elif len(entries) <= 50:
        show_changes(entries, Format.TABLE)
    else:
        for (kind, state), number in sorted(Counter((e["kind"], e["status"]) for e in entries).items()):
            say(f"{number} {KIND_WORDS.get(kind, kind)}: {state}")
    for file in done.held:
        warn(f"{file} is held for a person; `ice-agreements review list` says why")


def progress_bar() -> Progress:
    """A progress bar on stderr, silent when stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)
