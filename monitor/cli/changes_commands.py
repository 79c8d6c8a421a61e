"""The commands about the log: `changes` and `explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from db.errors import NotFoundError
from db.records import ChangeRecord
from monitor.changelog.log import KINDS, STATUSES, Filter, fits, read_log
from monitor.cli.change_table import show_changes
from monitor.cli.nothing_found import why_nothing_fits
from monitor.cli.options import (
    AgencyOption,
    CountyOption,
    DbOption,
    FormatOption,
    KnownAtOption,
    StateOption,
    check_choice,
    open_store,
    to_date,
    to_moment,
    to_state,
)
from monitor.cli.output import Format, say
from monitor.documents.event_changes import read_document_changes
from monitor.documents.events import KINDS as DOCUMENT_KINDS


def changes(
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Shown by a list of this day (as 2025-05-30) or later.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Shown by a list of this day or earlier.")] = None,
    state: StateOption = None,
    county: CountyOption = None,
    agency: AgencyOption = None,
    support_type: Annotated[str | None, typer.Option(metavar="TYPE", help="JEM, WSO or TFM.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help=", ".join((*KINDS, *DOCUMENT_KINDS)))
    ] = None,
    status: Annotated[str | None, typer.Option("--status", metavar="STATUS", help=", ".join(STATUSES))] = None,
    needs_review: Annotated[
        bool | None,
        typer.Option("--needs-review/--settled", help="Only what a person should look at, or only the rest."),
    ] = None,
    known_at: KnownAtOption = None,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """List the changes, oldest first. A date is that of the list that shows the change."""
    check_choice(kind, (*KINDS, *DOCUMENT_KINDS), "--kind")
    check_choice(status, STATUSES, "--status")
    check_choice(support_type, ("JEM", "WSO", "TFM"), "--support-type")
    wanted = Filter(
        to_date(since, "--since"), to_date(until, "--until"), to_state(state), county, agency, support_type, kind,
        status, needs_review, to_moment(known_at, "--known-at"),
    )  # fmt: skip
    with open_store(db) as store:
        if kind in DOCUMENT_KINDS:
            found = [c for c in read_document_changes(store) if fits(c, wanted) and _is_known(c, wanted.known_at)]
        else:
            found = read_log(store, wanted)
        show_changes(found, format, empty=f"no change fits{why_nothing_fits(store, county, agency)}")


def _is_known(change: ChangeRecord, at: str | None) -> bool:
    return at is None or (change["known_at"] or "") <= at


def explain(
    change_id: Annotated[str, typer.Argument(help="The id of a change, from the last column of `changes`.")],
    db: DbOption = None,
) -> None:
    """Explain why the log says what it says of a change: both rows, the rule, what else was considered."""
    from monitor.changelog.explain import explain_change
    from monitor.changelog.return_rate import measure_return_rate
    from monitor.review.decide import rulings_on

    with open_store(db) as store:
        found = [change for change in read_log(store) if change["id"] == change_id]
        if not found:
            raise NotFoundError(f"no change {change_id}; `ice-agreements changes` lists their ids")
        say(explain_change(found[0], measure_return_rate(store.connection)))
        for ruling in rulings_on(store, change_id):
            about = f" {ruling.other}" if ruling.other else ""
            say(f"Ruling: {ruling.ruling}{about}, by {ruling.reviewer} at {ruling.made_at}: {ruling.reason or '-'}")
