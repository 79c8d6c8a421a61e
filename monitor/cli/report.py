"""What the commands that work show: a progress bar, and what the comparison stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.progress import Progress

from db.database import Store
from monitor.changelog.log import read_entries
from monitor.changelog.rebuild import Derived
from monitor.cli.change_table import KIND_WORDS, show_changes
from monitor.cli.output import Format, say, warn


def report(store: Store, done: Derived) -> None:
    """Print what was stated: each change on a line when they are few, else how many of a kind."""
    entries = read_entries(store, done.stated)
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
    """Return a progress bar on stderr, silent when stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)


def track(progress: Progress, description: str) -> Callable[[int, int], None]:
    """Return what to call with how many of how many are done, for a bar of its own."""
    task = progress.add_task(description, total=None)

    def update(number: int, total: int) -> None:
        progress.update(task, completed=number, total=total)

    return update
