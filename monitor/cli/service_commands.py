"""The commands of whoever runs the service: status, backup, restore, sending."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from db.backup import back_up, restore
from db.database import Store, to_text, utc_now
from db.queries.switches import SENDING_PAUSED, clear_switch, get_switch, set_switch
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show
from monitor.service.health.vitals import read_vitals

_KEEP = typer.Option("--keep", min=1, help="How many backups stay there; else the setting backup_keep.")


def status(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """How things stand: last run, last verified list, jobs, open notices, what waits."""
    settings = settings_with(db)
    with open_store(db) as store:
        vitals = read_vitals(store, settings, store.now_text())
    if format is not Format.TABLE:
        show([vitals], format, {key: key for key in vitals})
        return
    for key, value in vitals.items():
        if key == "notices":
            for notice in value:
                say(f"NOTICE {notice['code']} since {notice['raised_at']}: {notice['text']}")
        elif key == "jobs":
            for name, job in value.items():
                say(f"job {name}: {_ended(job)}")
        else:
            say(f"{key.replace('_', ' ')}: {'never' if value is None and key.endswith('_at') else _plain(value)}")


def backup(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where backups are, best another disk.")],
    keep: Annotated[int | None, _KEEP] = None,
    db: DbOption = None,
) -> None:
    """A checked backup of database and documents is in DIR; it may be made while the service runs."""
    settings = settings_with(db)
    with open_store(db) as store:
        made = back_up(store, directory, at=store.now_text(), keep=keep or settings.backup_keep)
    say(f"{made.path}: {made.documents} documents, {made.new_documents} of them new there; checked")
    for name in made.removed:
        say(f"removed {name}")


def put_back(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup, or a directory of them: its newest.")],
    replace: Annotated[bool, typer.Option("--replace", help="Set aside the database that is there.")] = False,
    db: DbOption = None,
) -> None:
    """The data are those of the backup, checked first; sending starts paused."""
    settings = settings_with(db)
    done = restore(backup, settings.home, at=to_text(utc_now()), replace=replace)
    say(f"{settings.home} holds {done.path.name}: {done.documents} documents, {done.new_documents} of them put back")
    say("sending is paused, so that nothing is sent twice; `ice-agreements sending --resume` starts it")


def sending(
    pause: Annotated[str | None, typer.Option("--pause", metavar="REASON", help="Send nothing from now on.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Send again.")] = False,
    db: DbOption = None,
) -> None:
    """Whether messages leave; --pause and --resume change it."""
    if pause is not None and resume:
        raise typer.BadParameter("pause or resume, not both", param_hint="--resume")
    with open_store(db, read_only=pause is None and not resume) as store:
        if pause is not None:
            set_switch(store, SENDING_PAUSED, "on", at=store.now_text(), why=pause)
        elif resume:
            clear_switch(store, SENDING_PAUSED)
        say(_sending(store))


def _sending(store: Store) -> str:
    paused = get_switch(store, SENDING_PAUSED)
    return f"paused since {paused.set_at}: {paused.why}" if paused else "messages are sent"


def _ended(job: dict[str, Any]) -> str:
    if job["finished_at"] is None:
        return f"began at {job['started_at']} and has not ended"
    return f"{job['outcome']} at {job['finished_at']}, {job['failures']} failures in a row: {job['detail']}"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items() if v not in (None, ""))
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
