"""The alert commands: preview what would be sent, send it, see what became of it, read what came back."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from db.database import Store, to_text, utc_now
from db.errors import NotFoundError
from db.queries.delivery_log import list_attempts
from db.queries.messages import make_message_id
from db.queries.subscribers import find_subscriber_by_address
from monitor.alerts import bounce_intake
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.mail_check import send_test_mail
from monitor.alerts.message_preview import preview_message, read_waiting
from monitor.alerts.reader_addresses import masked
from monitor.alerts.resend import resend_failed
from monitor.alerts.send import send_due
from monitor.alerts.tokens import open_signer
from monitor.alerts.try_address import send_test
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show, warn

app = typer.Typer(name="alerts", help="Alerts: preview, send, and what became of them.", no_args_is_help=True)
WAITING = {
    "due_at": "Due", "address": "Address", "what": "What", "kind": "Kind", "state": "State", "agency": "Agency",
    "support_type": "Type", "change_id": "Change",
}  # fmt: skip
LOG = {
    "at": "At", "address": "Address", "kind": "Kind", "outcome": "Outcome", "code": "Code", "detail": "Detail",
    "message_id": "Message",
}  # fmt: skip


@app.command("preview")
def show_preview(
    change_id: Annotated[list[str], typer.Argument(help="Ids of changes.")],
    what: Annotated[str, typer.Option(help="news, early or correction")] = "news",
    language: Annotated[str, typer.Option(help="en or es")] = "en",
    html: Annotated[Path | None, typer.Option(help="Write the HTML part here; else the text is printed.")] = None,
    db: DbOption = None,
) -> None:
    """Show the message that would tell these changes; nothing is sent or queued."""
    settings = settings_with(db)
    with open_store(db) as store:
        rendered = preview_message(store, settings, change_id, what, language)
    if html is not None:
        html.write_text(rendered.html, encoding="utf-8")
        say(f"{rendered.subject}\nwritten to {html}")
        return
    say(f"Subject: {rendered.subject}\n\n{rendered.text}")


@app.command()
def send(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what waits and for whom.")] = False,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """Send what is due now; the service does the same every minute."""
    settings = settings_with(db)
    if dry_run:
        with open_store(db) as store:
            show(read_waiting(store), format, WAITING, empty="nothing waits")
        return
    with Store.open(settings.home) as store:
        done = send_due(store, settings, store.now_text())
    say(f"{done.sent} sent, {done.put_off} put off, {done.failed} failed, {done.dropped} dropped")
    if not settings.smtp_host or not settings.mail_from:
        warn("no mail is sent: the settings smtp_host and mail_from are empty (docs/alerts.md)")
    if done.halted:
        warn(done.halted)
        raise typer.Exit(1)


@app.command()
def resend(
    message_id: Annotated[str | None, typer.Argument(help="Id of a failed message, as `alerts log` shows it.")] = None,
    address: Annotated[str | None, typer.Option(help="Every failed message of this address.")] = None,
    db: DbOption = None,
) -> None:
    """Send failed messages again; what was taken is never sent twice."""
    if (message_id is None) == (address is None):
        raise typer.BadParameter("name a message, or an --address", param_hint="MESSAGE_ID")
    with Store.open(settings_with(db).home) as store:
        reader = find_subscriber_by_address(store.connection, address).id if address is not None else None
        count = resend_failed(store, store.now_text(), message_id=message_id, subscriber_id=reader)
    if not count:
        raise NotFoundError("no failed message fits; `ice-agreements alerts log --failed` lists them")
    say(f"{count} messages wait again")


@app.command("test")
def send_test_message(
    address: Annotated[str, typer.Argument(help="Where the message goes: mail, or a subscriber's webhook or chat.")],
    dkim_selector: Annotated[
        str, typer.Option(metavar="NAME", help="The relay's DKIM selector, to look up its record.")
    ] = "",
    db: DbOption = None,
) -> None:
    """Send a test message now and say what was answered; for mail, also how the relay is reached and what DNS says."""
    settings = settings_with(db)
    if "://" not in address:
        steps = send_test_mail(
            settings, address, message_id=make_message_id(), now=to_text(utc_now()), selector=dkim_selector
        )
        for line in steps:
            say(line)
        return
    with Store.open(settings.home) as store:
        outcome = send_test(store, settings, address, store.now_text())
    answer = " ".join(str(part) for part in (outcome.code, outcome.detail) if part)
    if outcome.word != "sent":
        warn(f"not taken: {answer or outcome.word}")
        raise typer.Exit(1)
    say(f"taken: {answer}" if answer else "taken")


@app.command("log")
def show_log(
    address: Annotated[str | None, typer.Option(help="Only this address.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only messages that failed.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Most rows, newest first.")] = 200,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """The delivery log: every try of every message, newest first."""
    with open_store(db) as store:
        reader = find_subscriber_by_address(store.connection, address).id if address else None
        rows = list_attempts(store.connection, reader, failed=failed, limit=limit)
        for row in rows:
            row["address"] = masked(row["channel"], row["address"])
        show(rows, format, LOG, empty="nothing was tried")


@app.command()
def bounces(
    mailbox: Annotated[Path, typer.Argument(help="mbox file or Maildir that bounces are delivered to.")],
    db: DbOption = None,
) -> None:
    """Read bounces and complaints from a mailbox, act on them, and empty it."""
    settings = settings_with(db)
    with Store.open(settings.home) as store:
        signer = open_signer(settings, settings.home)
        counts = bounce_intake.read_mailbox(store, settings, signer, mailbox, store.now_text())
    say(", ".join(f"{number} {word}" for word, number in sorted(counts.items())) or "the mailbox is empty")


@app.command("intake")
def serve_intake(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8025,
    lmtp: Annotated[bool, typer.Option("--lmtp", help="Speak LMTP instead of SMTP.")] = False,
    db: DbOption = None,
) -> None:
    """Receive bounces and complaints by SMTP or LMTP until stopped."""
    settings = settings_with(db)
    if not settings.bounce_address:
        raise AlertError("the setting bounce_address is empty: returned mail could not be assigned to messages")
    Store.open(settings.home).close()
    signer = open_signer(settings, settings.home)
    handler = bounce_intake.ReturnedMail(
        lambda: Store.open(settings.home), settings, signer, lambda: to_text(utc_now())
    )
    server = bounce_intake.make_intake(handler, host, port, lmtp=lmtp)
    try:
        server.start()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise AlertError(
            f"cannot listen on {host}:{port}: {why}; stop what listens there, or give another --port"
        ) from error
    say(f"listening on {host}:{port}")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.stop()
