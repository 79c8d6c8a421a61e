"""What an operator does: back up, restore, pause sending."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from db import backup as backups
from db.database import Store
from db.queries.messages import list_leaving
from db.queries.switches import SENDING_PAUSED, clear_switch, get_switch, set_switch
from db.restore import restore
from db.settings import Settings
from monitor.cli.options import DbOption, open_store, settings_with
from monitor.cli.output import say

_KEEP = typer.Option("--keep", min=1, help="How many backups to keep there; else the setting backup_keep.")


def backup(
    target: Annotated[
        str, typer.Argument(metavar="DIR", help="Where backups are: a directory, or s3://bucket/prefix.")
    ],
    keep: Annotated[int | None, _KEEP] = None,
    db: DbOption = None,
) -> None:
    """Make a checked backup of database, documents and keys; the service may run meanwhile."""
    settings = settings_with(db)
    with open_store(db) as store:
        if "://" in target:
            from db.remote_backup import back_up_to_bucket, open_bucket

            made = back_up_to_bucket(store, open_bucket(target, settings), settings, at=store.now_text())
        else:
            made = backups.back_up(store, Path(target), at=store.now_text(), keep=keep or settings.backup_keep)
    say(f"{made.path}: {made.documents} documents, {made.new_documents} of them new there; checked")
    for name in made.removed:
        say(f"removed {name}")


def restore_from(place: str, settings: Settings, *, at: str, replace: bool, database: Path | None) -> None:
    """Restore a backup from a directory or a bucket, and say what came."""
    if "://" in place:
        from db.remote_backup import open_bucket, restore_from_bucket

        bucket = open_bucket(place, settings)
        done = restore_from_bucket(bucket, settings.home, at=at, replace=replace, database=database)
    else:
        done = restore(Path(place), settings.home, at=at, replace=replace, database=database)
    say(f"{settings.home} holds {done.path.name}: {done.documents} documents, {done.new_documents} of them restored")
    for sha256 in done.missing:
        say(f"document {sha256} is not in {place}: it is fetched again by the next run while ICE links it")
    say("sending is paused, so that nothing is sent twice; `ice-agreements sending --resume` starts it")


def sending(
    pause: Annotated[str | None, typer.Option("--pause", metavar="REASON", help="Send nothing from now on.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Send again.")] = False,
    as_sent: Annotated[
        bool, typer.Option("--as-sent", help="With --resume: what may have left already is not sent again.")
    ] = False,
    db: DbOption = None,
) -> None:
    """Show whether messages are sent, or change it with --pause and --resume."""
    if pause is not None and resume:
        raise typer.BadParameter("pause or resume, not both", param_hint="--resume")
    if as_sent and not resume:
        raise typer.BadParameter("only with --resume", param_hint="--as-sent")
    with open_store(db, read_only=pause is None and not resume) as store:
        if pause is not None:
            set_switch(store, SENDING_PAUSED, "on", at=store.now_text(), why=pause)
        elif resume:
            if as_sent:
                from monitor.alerts.resend import count_as_sent

                say(f"{count_as_sent(store, settings_with(db), store.now_text())} messages count as sent")
            clear_switch(store, SENDING_PAUSED)
        for line in _describe_sending(store):
            say(line)


def _describe_sending(store: Store) -> list[str]:
    paused = get_switch(store, SENDING_PAUSED)
    if not paused:
        return ["messages are sent"]
    lines = [f"paused since {paused.set_at}: {paused.why}"]
    if leaving := len(list_leaving(store.connection)):
        lines.append(f"{leaving} messages may have left: --resume sends them again, --resume --as-sent does not")
    return lines
