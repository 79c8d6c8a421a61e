"""The commands that put right what is wrong with the data: `doctor` and `restore`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from db import backup as backups
from db import integrity
from db.database import Store, to_text, utc_now
from db.queries.kept_documents import read_documents
from db.settings import Settings
from monitor.cli.options import DbOption, settings_with
from monitor.cli.output import say
from monitor.cli.service_commands import restore_from
from monitor.service.work_lock import derive_all, working


class RepairCommands:
    """The two commands; what reads documents is handed in by the composition root.

    `adopt` records documents that the database does not know and returns how many, and how many of them are lists;
    `read_new` reads what was not read yet; `find_strays` checks the program's own parts.
    """

    def __init__(
        self, adopt: Callable[[Store, str], tuple[int, int]], read_new: Callable[[Store], list[str]],
        find_strays: Callable[[], list[str]],
    ) -> None:  # fmt: skip
        self._adopt = adopt
        self._read_new = read_new
        self._find_strays = find_strays

    def doctor(
        self,
        repair: Annotated[
            bool,
            typer.Option("--repair", help="First restore damaged documents, adopt unknown ones, and rebuild the log."),
        ] = False,
        db: DbOption = None,
    ) -> None:
        """Check the program, the database, the archive and the keys; say what is wrong and what to do."""
        settings = settings_with(db)
        with Store.open(settings.home, read_only=not repair, check=False) as store:
            if repair:
                with working(store, "`doctor --repair`"):
                    for sha256 in backups.mend_archive(store, settings.backup_directory):
                        say(f"document {sha256} was restored from {settings.backup_directory}")
                    self._take_in(store, settings)
            own_keys = not settings.secret_keys.get_secret_value()
            findings = [*self._find_strays(), *integrity.find_damage(store, own_keys=own_keys)]
            findings += integrity.find_unknown_documents(store)
            for line in findings:
                say(line)
            if findings:
                raise typer.Exit(1)
            say(f"all is well: {len(read_documents(store.connection))} documents, each matching its sha256")

    def restore(
        self,
        backup: Annotated[str, typer.Argument(help="A backup, or a directory or bucket of them: its newest.")],
        replace: Annotated[bool, typer.Option("--replace", help="Set aside the database that is there.")] = False,
        database: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="A newer copy of the database, as Litestream has it, is restored."),
        ] = None,
        db: DbOption = None,
    ) -> None:
        """Check a backup and restore it; sending starts paused."""
        settings = settings_with(db)
        restore_from(backup, settings, at=to_text(utc_now()), replace=replace, database=database)
        with Store.open(settings.home) as store, working(store, "`restore`"):
            self._take_in(store, settings)

    def _take_in(self, store: Store, settings: Settings) -> None:
        """Adopt documents that the database does not know, read what was not read yet, and rebuild the log."""
        documents, lists = self._adopt(store, store.now_text())
        if documents:
            say(f"{documents} documents that the database did not know were adopted, {lists} of them lists")
        self._read_new(store)
        derive_all(store, settings, from_scratch=True)
