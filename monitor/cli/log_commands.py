"""The commands that read: changes, agreements, totals, publications, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from db.errors import NotFoundError
from db.queries.publication_list import read_publications
from monitor.changelog.as_of import listed_agreements, totals
from monitor.changelog.explain import explain_change
from monitor.changelog.log import KINDS, STATUSES, Filter, read_log
from monitor.cli.options import (
    AgencyOption,
    AsOfOption,
    CountyOption,
    DbOption,
    FormatOption,
    KnownAtOption,
    StateOption,
    open_store,
    to_date,
    to_moment,
    to_state,
)
from monitor.cli.output import Format, say, show

CHANGE_COLUMNS = {
    "listed_on": "Date", "kind": "Kind", "status": "Status", "needs_review": "Review", "state": "State",
    "agency": "Agency", "support_type": "Type", "signed_on": "Signed", "fields": "Changed", "id": "Id",
}  # fmt: skip
#: Kinds in the words of a table for people: the list says that a row is gone, not that anything was terminated.
KIND_WORDS = {
    "termination": "no longer listed by ICE", "pending_listed": "listed as pending",
    "pending_withdrawn": "no longer listed as pending", "list_event": "about a list",
}  # fmt: skip
AGREEMENT_COLUMNS = {
    "state": "State", "agency": "Agency", "county": "County", "support_type": "Type", "signed_on": "Signed",
    "moa": "MOA", "agreement_id": "Id",
}  # fmt: skip
PUBLICATION_COLUMNS = {
    "published_on": "Published", "list": "List", "file": "File", "rows": "Rows", "status": "Status",
    "reasons": "Reasons",
}  # fmt: skip


def changes(
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Shown by a list of this day (as 2025-05-30) or later.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Shown by a list of this day or earlier.")] = None,
    state: StateOption = None,
    county: CountyOption = None,
    agency: AgencyOption = None,
    support_type: Annotated[str | None, typer.Option(metavar="TYPE", help="JEM, WSO or TFM.")] = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help=", ".join(KINDS))] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help=", ".join(STATUSES))] = None,
    needs_review: Annotated[
        bool | None,
        typer.Option("--needs-review/--settled", help="Only what a person should look at, or only the rest."),
    ] = None,
    known_at: KnownAtOption = None,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """The change log, oldest first. A date is that of the list that shows the change."""
    _one_of(kind, KINDS, "--kind")
    _one_of(status, STATUSES, "--status")
    _one_of(support_type, ("JEM", "WSO", "TFM"), "--support-type")
    wanted = Filter(
        to_date(since, "--since"), to_date(until, "--until"), to_state(state), county, agency, support_type, kind,
        status, needs_review, to_moment(known_at, "--known-at"),
    )  # fmt: skip
    with open_store(db) as store:
        show_changes(read_log(store, wanted), format)


def agreements(
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    state: StateOption = None,
    county: CountyOption = None,
    agency: AgencyOption = None,
    list_name: Annotated[
        str, typer.Option("--list", metavar="LIST", help="participating or pending.")
    ] = "participating",
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """What ICE listed on a day (by default: the newest list), a row that stands twice given once."""
    _one_of(list_name, ("participating", "pending"), "--list")
    with open_store(db) as store:
        rows = listed_agreements(
            store, as_of=to_date(as_of, "--as-of"), known_at=to_moment(known_at, "--known-at"), list_name=list_name,
            state=to_state(state), county=county, agency=agency,
        )  # fmt: skip
        show(rows, format, AGREEMENT_COLUMNS, empty="none listed")


def count(
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """Agreements, agencies, states and territories on a day, per support type, and one sentence that says so."""
    with open_store(db) as store:
        result = totals(store, as_of=to_date(as_of, "--as-of"), known_at=to_moment(known_at, "--known-at"))
    if format is Format.TABLE:
        say(result["sentence"])
        say(f"Source: {result['publication']['file']}, sha256 {result['publication']['sha256']}")
        return
    columns = ("as_of", "agreements", "agencies", "states", "territories", "sentence")
    show([result], format, {name: name for name in columns})


def publications(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """Every list that was ever met, with its status and the reasons for it."""
    with open_store(db) as store:
        show(read_publications(store.connection), format, PUBLICATION_COLUMNS, empty="no list yet")


def explain(
    change_id: Annotated[str, typer.Argument(help="The id of a change, from the last column of `changes`.")],
    db: DbOption = None,
) -> None:
    """Why the log says what it says of a change: both rows, the rule, what else was considered."""
    with open_store(db) as store:
        found = [c for c in read_log(store) if c["id"] == change_id]
        if not found:
            raise NotFoundError(f"no change {change_id}; `ice-agreements changes` lists their ids")
        say(explain_change(found[0]))


def show_changes(entries: Sequence[Mapping[str, Any]], format: Format) -> None:
    """The changes are printed; a table says the kind in words, JSON and CSV by its code."""
    show(in_words(entries, format), format, CHANGE_COLUMNS, empty="no such change")


def in_words(entries: Sequence[Mapping[str, Any]], format: Format) -> Sequence[Mapping[str, Any]]:
    """The entries as `format` shows them: with their kinds in words in a table, else unchanged."""
    if format is not Format.TABLE:
        return entries
    return [{**entry, "kind": KIND_WORDS.get(entry["kind"], entry["kind"])} for entry in entries]


def _one_of(value: str | None, known: Any, option: str) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(known)}", param_hint=option)
