"""The review commands: what waits, and rulings on it. Rulings are append-only; a later one undoes an earlier."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from db.database import Store
from db.errors import NotFoundError
from db.settings import Settings
from monitor.alerts import outbox
from monitor.changelog.explain import explain_change
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import derive
from monitor.cli.log_commands import KIND_WORDS, in_words
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show, warn
from monitor.review import decisions

app = typer.Typer(
    name="review", help="Rulings: what waits for a person, and what people decided.", no_args_is_help=True
)

ReviewerOption = Annotated[
    str, typer.Option("--reviewer", metavar="NAME", envvar="ICE_AGREEMENTS_REVIEWER", help="Your name.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever reads it later.")]
ChangeArgument = Annotated[str, typer.Argument(help="The id of a change, from the last column of `review list`.")]
ListArgument = Annotated[str, typer.Argument(help="The list's sha256, or its first 6 digits or more.")]
SubjectArgument = Annotated[str, typer.Argument(help="The id of a change, or the sha256 of a list.")]
OtherArgument = Annotated[str, typer.Argument(help="Id of the other agreement; `review show` names the candidates.")]
COLUMNS = {
    "listed_on": "Date", "kind": "Kind", "status": "Status", "state": "State", "agency": "Agency",
    "support_type": "Type", "candidates": "Candidates", "id": "Id",
}  # fmt: skip


@app.command("list")
def list_open(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """What waits for a person: held lists first, then changes that need review."""
    with open_store(db) as store:
        waiting = in_words(decisions.open_reviews(store), format)
        show(waiting, format, COLUMNS, empty="nothing waits for a person")


@app.command("show")
def show_one(subject: SubjectArgument, db: DbOption = None) -> None:
    """One change or list with its evidence and the rulings on it."""
    with open_store(db) as store:
        for change in read_log(store):
            if change["id"] == subject:
                say(explain_change(change))
                break
        else:
            say(decisions.describe_list(store, subject))
        for ruling in decisions.rulings_on(store, subject):
            said = (ruling[name] for name in ("made_at", "reviewer", "ruling", "other", "reason"))
            say(" ".join(part for part in said if part))


@app.command()
def same(
    change_id: ChangeArgument, other: OtherArgument,
    reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None,
) -> None:  # fmt: skip
    """Rule that the change's agreement goes on in the candidate."""
    _rule(db, "same", change_id, other, reviewer, reason)


@app.command()
def distinct(
    change_id: ChangeArgument, other: OtherArgument,
    reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None,
) -> None:  # fmt: skip
    """Rule that the change's agreement and the other are two."""
    _rule(db, "distinct", change_id, other, reviewer, reason)


@app.command()
def confirm(
    change_id: ChangeArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None
) -> None:
    """Rule that the change is as the log says."""
    _rule(db, "confirm", change_id, "", reviewer, reason)


@app.command()
def dismiss(
    change_id: ChangeArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None
) -> None:
    """Rule that the change is none; it is retracted."""
    _rule(db, "dismiss", change_id, "", reviewer, reason)


@app.command()
def release(sha256: ListArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None) -> None:
    """Take a held list in."""
    _rule(db, "release", sha256, "", reviewer, reason)


@app.command()
def reject(sha256: ListArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None) -> None:
    """Leave a list out."""
    _rule(db, "reject", sha256, "", reviewer, reason)


@app.command()
def undo(subject: SubjectArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None) -> None:
    """Take back the newest ruling in force on a change or list; both stay written down."""
    settings = settings_with(db)
    with Store.open(settings.home) as store:
        undone = decisions.undo_newest(store, subject, reviewer=reviewer, reason=reason, made_at=store.now_text())
        _derive(store, settings)
    say(f"{undone} on {subject} no longer counts")


@app.command()
def note(subject: SubjectArgument, reason: ReasonOption, reviewer: ReviewerOption, db: DbOption = None) -> None:
    """Write down a remark on a change or list; it decides nothing."""
    _rule(db, "note", subject, "", reviewer, reason)


@app.command("export")
def export_rulings(db: DbOption = None) -> None:
    """Every ruling as CSV on stdout, for `review import`."""
    with open_store(db) as store:
        writer = csv.DictWriter(sys.stdout, decisions.RULING_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(decisions.all_rulings(store))


@app.command("import")
def import_rulings(
    path: Annotated[Path, typer.Argument(help="CSV made by `review export`.")], db: DbOption = None
) -> None:
    """Take in rulings from CSV; those known already change nothing."""
    settings = settings_with(db)
    with Store.open(settings.home) as store:
        added, known = decisions.import_rulings(store, path)
        if added:
            _derive(store, settings)
    say(f"{added} rulings taken in, {known} known already")


def _rule(db: Path | None, ruling: str, subject: str, other: str, reviewer: str, reason: str) -> None:
    settings = settings_with(db)
    with Store.open(settings.home) as store:
        decisions.rule(store, ruling, subject, other, reviewer=reviewer, reason=reason, made_at=store.now_text())
        _derive(store, settings)
        for change in read_log(store, Filter()):
            if change["id"] == subject:
                words = KIND_WORDS.get(change["kind"], change["kind"])
                say(f"{change['id']} ({words}) is now {change['status']}")
                return
    warn(f"{ruling} is written down for {subject}")


def _derive(store: Store, settings: Settings) -> None:
    derive(store, now=store.now_text(), confirm_after_hours=settings.confirm_after_hours, tell=outbox.queue)


__all__ = ["NotFoundError", "app"]
