"""The review commands: what waits, and rulings on it. Rulings are append-only; a later one undoes an earlier."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from db.database import Store
from db.desk_models import HeldList
from db.models import ListName
from db.queries.publication_list import read_publications
from db.records import ChangeRecord
from db.settings import Settings
from monitor.alerts import outbox
from monitor.changelog.explain import explain_change
from monitor.changelog.log import Filter, read_log
from monitor.changelog.return_rate import measure_return_rate
from monitor.cli.change_table import KIND_WORDS, in_words
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show, warn
from monitor.documents.library import Library
from monitor.review import decide, rulings_csv
from monitor.review.preview import Effects
from monitor.review.queue import read_queue

app = typer.Typer(
    name="review", help="Rulings: what waits for a person, and what people decided.", no_args_is_help=True
)

ReviewerOption = Annotated[
    str, typer.Option("--reviewer", metavar="NAME", envvar="ICE_AGREEMENTS_REVIEWER", help="Your name.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for people who read it later.")]
ChangeArgument = Annotated[str, typer.Argument(help="The id of a change, from the last column of `review list`.")]
ListArgument = Annotated[str, typer.Argument(help="The list's sha256, or its first 6 digits or more.")]
AsOption = Annotated[ListName | None, typer.Option("--as", help="Which list it is, when that is in doubt.")]
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
        queue = read_queue(store).in_order({})
        items = [
            i for i in queue if i.part == "doubtful" or (i.held and i.part == "held lists" and not i.held.superseded)
        ]
        at_odds = len(Library(store.connection).at_odds()) if format is Format.TABLE else 0
    waiting: list[Mapping[str, object]] = [_held_row(i.held) if i.held else i.change or {} for i in items]
    show(in_words(waiting, format), format, COLUMNS, empty="nothing waits for a person")
    if at_odds:
        say(f"{at_odds} documents and the list disagree: `ice-agreements moas --at-odds`")


@app.command("show")
def show_one(subject: SubjectArgument, db: DbOption = None) -> None:
    """One change or list with its evidence and the rulings on it."""
    with open_store(db) as store:
        for change in read_log(store):
            if change["id"] == subject:
                say(explain_change(change, measure_return_rate(store.connection)))
                break
        else:
            _say_list(store, decide.find_list(store, subject))
        for r in decide.rulings_on(store, subject):
            say(" ".join(part for part in (r.made_at, r.reviewer, r.ruling, r.other, r.reason) if part))


@app.command()
def same(
    change_id: ChangeArgument, other: OtherArgument,
    reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None,
) -> None:  # fmt: skip
    """Rule that the change's agreement continues as the candidate."""
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
    """Rule that the change did not happen; it is retracted."""
    _rule(db, "dismiss", change_id, "", reviewer, reason)


@app.command()
def release(
    sha256: ListArgument, reviewer: ReviewerOption, reason: ReasonOption = "", as_list: AsOption = None,
    db: DbOption = None,
) -> None:  # fmt: skip
    """Accept a held list, as the list it claims to be or as the one you name."""
    _rule(db, "release", sha256, as_list or "", reviewer, reason)


@app.command()
def reject(sha256: ListArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None) -> None:
    """Leave a list out."""
    _rule(db, "reject", sha256, "", reviewer, reason)


@app.command()
def form(
    sha256: ListArgument,
    kind: Annotated[ListName, typer.Argument(help="Which list the lists of its form are.")],
    reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None,
) -> None:  # fmt: skip
    """Rule which list all lists with this one's columns are, held ones and later ones; `undo` takes it all back."""
    _rule(db, "form", sha256, kind, reviewer, reason)


@app.command()
def undo(subject: SubjectArgument, reviewer: ReviewerOption, reason: ReasonOption = "", db: DbOption = None) -> None:
    """Take back the newest ruling in force on a change or list; both stay on record."""
    settings = settings_with(db)
    with Store.open(settings.home) as store:
        undone = decide.undo_newest(store, subject, reviewer=reviewer, reason=reason, made_at=store.now_text())
        _take_effect(store, settings)
    say(f"the ruling “{undone}” on {subject} is undone")


@app.command()
def note(subject: SubjectArgument, reason: ReasonOption, reviewer: ReviewerOption, db: DbOption = None) -> None:
    """Record a remark on a change or list; it decides nothing."""
    _rule(db, "note", subject, "", reviewer, reason)


@app.command("export")
def export_rulings(db: DbOption = None) -> None:
    """Print every ruling as CSV, for `review import`."""
    with open_store(db) as store:
        sys.stdout.write(rulings_csv.export_rulings(store))


@app.command("import")
def import_rulings(
    path: Annotated[Path, typer.Argument(help="CSV made by `review export`.")], reviewer: ReviewerOption,
    preview: Annotated[bool, typer.Option("--preview", help="Only print what would change.")] = False,
    db: DbOption = None,
) -> None:  # fmt: skip
    """Import rulings from CSV; those known already change nothing. Your name is kept beside the names in the file."""
    settings = settings_with(db)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise decide.RulingError(f"{path} cannot be read: {error}") from error
    with Store.open(settings.home) as store:
        found = rulings_csv.read_import(store, data, str(path), reviewer)
        if preview:
            _say_effects(found.effects)
            say(f"{len(found.new)} rulings would be imported, {found.known} known already")
            return
        rulings_csv.store_import(store, found)
        if found.new:
            _take_effect(store, settings)
    say(f"{len(found.new)} rulings imported, {found.known} known already")


def _say_effects(effects: Effects) -> None:
    """Print the lines of the log that would change."""
    for title, lines in (("new", effects.new), ("retracted", effects.retracted), ("changed", effects.altered)):
        for line in lines:
            words = KIND_WORDS.get(line.kind, line.kind)
            say(f"{title}: {line.listed_on} {line.state or ''} {line.agency or 'the list'}, {words}, {line.status}")


def _rule(db: Path | None, ruling: str, subject: str, other: str, reviewer: str, reason: str) -> None:
    settings = settings_with(db)
    with Store.open(settings.home) as store:
        if ruling == "same" and (warning := decide.warn_of_counties(store, subject, other)):
            warn(warning)
        decide.rule(store, ruling, subject, other, reviewer=reviewer, reason=reason, made_at=store.now_text())
        before = _find_change(store, subject)
        _take_effect(store, settings)
        if change := _find_change(store, subject):
            words = KIND_WORDS.get(change["kind"], change["kind"])
            same = before and before["status"] == change["status"]
            say(f"{change['id']} ({words}) is {'still' if same else 'now'} {change['status']}")
            return
    warn(f"{ruling} is recorded for {subject}")


def _find_change(store: Store, change_id: str) -> ChangeRecord | None:
    return next((change for change in read_log(store, Filter()) if change["id"] == change_id), None)


def _take_effect(store: Store, settings: Settings) -> None:
    decide.take_effect(store, tell=outbox.queue)


def _held_row(held: HeldList) -> dict[str, object]:
    """Return a held list as a row beside the changes that wait."""
    return {
        "id": held.sha256, "kind": "held list", "status": "held", "listed_on": held.published_on, "agency": held.file,
        "reasons": held.reasons, "state": None, "support_type": None, "candidates": held.reasons,
    }  # fmt: skip


def _say_list(store: Store, sha256: str) -> None:
    """Print every publication of a list with its status and reasons."""
    say(sha256)
    for p in read_publications(store.connection, sha256):
        say(f"{p['file']}: {p['list']} list of {p['published_on']}, {p['rows']} rows, "
            f"linked as {p['linked_as'] or 'nothing'}: {p['status']}")  # fmt: skip
        for reason in p["reasons"]:
            say(f"  {reason}")
