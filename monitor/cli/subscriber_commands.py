"""The subscriber commands: who is told, of what, and how they left."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from db.database import Store
from db.queries.subscribers import find_subscriber_by_address, get_subscriber, list_possible_keys
from db.queries.subscriptions import list_all_subscriptions
from db.queries.suppressions import delete_suppression, list_suppressions
from monitor.alerts import subscriptions_csv
from monitor.alerts.filters import ENDING_KINDS, KINDS, check_preferences, check_reader
from monitor.alerts.reader_addresses import masked
from monitor.alerts.subscribe import add_subscription, ask_confirmation
from monitor.alerts.unsubscribe import end_subscriber, erase_subscriber, suppress
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show

AddressArgument = Annotated[str, typer.Argument(help="The whole address, as it was added.")]

app = typer.Typer(name="subscribers", help="Subscribers: who is told, of what, how often.", no_args_is_help=True)
COLUMNS = {
    "address": "Address", "channel": "Channel", "status": "Status", "rhythm": "Rhythm", "state": "State",
    "county_fips": "County", "agency_id": "Agency", "support_type": "Type", "kinds": "Kinds", "early": "Early",
    "ending_rhythm": "Endings", "counts_only": "Counts only",
    "language": "Language", "zone": "Zone",
}  # fmt: skip


@app.command()
def add(
    address: Annotated[str, typer.Argument(help="Mail address, webhook URL, or chat address as Apprise writes it.")],
    channel: Annotated[str, typer.Option(help="mail, webhook or chat")] = "mail",
    rhythm: Annotated[str, typer.Option(help="instant, daily or weekly")] = "daily",
    state: Annotated[str | None, typer.Option(help="USPS code, e.g. FL.")] = None,
    county: Annotated[str | None, typer.Option(help="County by name (with --state) or FIPS code.")] = None,
    agency: Annotated[str | None, typer.Option(help="Agency by id or by the name we use.")] = None,
    support_type: Annotated[str | None, typer.Option(help="JEM, WSO or TFM.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help=f"May be given again: {', '.join(KINDS)}")] = None,
    only_endings: Annotated[
        bool, typer.Option("--only-endings", help="Only agreements no longer listed by ICE, and returns.")
    ] = False,
    early: Annotated[bool, typer.Option("--early", help="Also what is unconfirmed.")] = False,
    endings: Annotated[str | None, typer.Option(help="Rhythm of endings and returns, when another.")] = None,
    counts_only: Annotated[
        bool, typer.Option("--counts-only", help="Only when the number of listed agreements changes.")
    ] = False,
    language: Annotated[str, typer.Option(help="en or es")] = "en",
    zone: Annotated[str, typer.Option(help="Time zone of the digests.")] = "America/New_York",
    confirmed: Annotated[bool, typer.Option("--confirmed", help="The reader has agreed: ask no confirmation.")] = False,
    db: DbOption = None,
) -> None:
    """Add a subscription; a mail address is asked to confirm it, unless --confirmed."""
    with Store.open(settings_with(db).home) as store:
        check_reader(language, zone)
        wish = check_preferences(
            store, rhythm=rhythm, state=state, county=county, agency=agency, support_type=support_type,
            kinds=ENDING_KINDS if only_endings else kind, early=early, ending_rhythm=endings, counts_only=counts_only,
        )  # fmt: skip
        now = store.now_text()
        added = add_subscription(
            store, channel, address, wish, now=now, how="command", language=language, zone=zone, confirmed=confirmed
        )
        if added.waits:
            ask_confirmation(store, added, now)
            say("a confirmation is in the outbox; `ice-agreements alerts send` sends it")
            return
        say(f"subscribed: {masked(channel, address)}")
        if channel == "webhook":
            secret = get_subscriber(store.connection, added.subscriber_id).secret
            say(f"the webhook's secret, to be given to its owner: {secret}")


@app.command("list")
def list_all(
    every: Annotated[bool, typer.Option("--all", help="Also those that ended or wait.")] = False,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """Every subscription with its filter."""
    with open_store(db) as store:
        show(subscriptions_csv.read_subscriptions(store, ended=every), format, COLUMNS, empty="nobody is subscribed")


@app.command("export")
def export_all(db: DbOption = None) -> None:
    """Every subscription as CSV on stdout, for `subscribers import`."""
    with open_store(db) as store:
        writer = csv.DictWriter(sys.stdout, subscriptions_csv.COLUMNS, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(list_all_subscriptions(store.connection, ended=False))


@app.command("import")
def import_all(
    path: Annotated[Path, typer.Argument(help="CSV as `subscribers export` writes it; only `address` is needed.")],
    confirmed: Annotated[bool, typer.Option("--confirmed", help="The readers have agreed: ask none of them.")] = False,
    db: DbOption = None,
) -> None:
    """Import subscriptions from CSV, all or none; suppressed addresses are left out, known ones change nothing."""
    with Store.open(settings_with(db).home) as store:
        done = subscriptions_csv.import_subscriptions(store, path, confirmed=confirmed, now=store.now_text())
    say(f"{done.added} subscriptions imported, {done.known} known already, {done.suppressed} suppressed")


@app.command()
def remove(
    address: AddressArgument,
    erase: Annotated[bool, typer.Option("--erase", help="Forget the address, too.")] = False,
    db: DbOption = None,
) -> None:
    """End every subscription of an address."""
    with Store.open(settings_with(db).home) as store:
        subscriber = find_subscriber_by_address(store.connection, address)
        if erase:
            erase_subscriber(store, subscriber.id, store.now_text())
        else:
            end_subscriber(store, subscriber.id, store.now_text())
    say("removed and forgotten" if erase else "removed")


@app.command("suppress")
def suppress_one(
    address: AddressArgument, reason: Annotated[str, typer.Option(help="Why.")] = "asked", db: DbOption = None
) -> None:
    """Never write to a mail address again."""
    with Store.open(settings_with(db).home) as store:
        suppress(store, address.strip().lower(), reason, store.now_text())
    say("suppressed")


@app.command()
def unsuppress(address: AddressArgument, db: DbOption = None) -> None:
    """Let a suppressed address subscribe again; it is not subscribed by this."""
    with Store.open(settings_with(db).home) as store, store.writing() as connection:
        done = sum(delete_suppression(connection, key) for key in list_possible_keys(address))
    say("may subscribe again" if done else "was not suppressed")


@app.command()
def suppressions(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """Addresses that are never written to, and why."""
    with open_store(db) as store:
        headings = {"address_key": "Address", "reason": "Reason", "at": "Since"}
        show(list_suppressions(store.connection), format, headings, empty="nobody is suppressed")
