"""`setup`: ask for what a public site needs, write the settings file, send a test mail, make the first user."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError

from db.database import Store
from db.errors import StoreError
from db.queries.messages import make_message_id
from db.queries.users import list_users
from db.settings import Settings
from db.settings_sources import CONFIG_VARIABLE, PREFIX, SettingsError, load_settings
from monitor.alerts.mail_check import send_test_mail
from monitor.cli.output import say, warn
from monitor.web.desk import accounts
from monitor.web.desk.respond import PREFIX as DESK

Value = str | int | float | bool
#: Asked of everybody, in this order; and what only those are asked who send mail.
GENERAL = ("home", "public_url", "site_name", "contact_url", "backup_directory", "backup_bucket", "smtp_host")
MAIL = (
    "smtp_port", "smtp_security", "smtp_user", "smtp_password", "mail_from", "mail_reply_to", "mail_footer",
    "operator_address",
)  # fmt: skip


def setup(
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The settings file, by default that of ICE_AGREEMENTS_CONFIG."),
    ] = None,
) -> None:
    """Ask for address, contact, mail and backups, write the settings file, and say what is still missing."""
    path = (file or Path(os.environ.get(CONFIG_VARIABLE) or "settings.toml")).resolve()
    values = _read(path)
    for name in GENERAL:
        _ask(name, values)
    if values.get("smtp_host"):
        for name in MAIL:
            _ask(name, values)
    if str(values.get("public_url", "")).startswith("https://"):
        values["behind_tls"] = True
    write_settings(path, values)
    say(f"written: {path} (mode 0600)")
    os.environ[CONFIG_VARIABLE] = str(path)
    settings = load_settings()
    with Store.open(settings.home) as store:
        _offer_test_mail(settings, store.now_text())
        _offer_first_user(store)
    missing = list(find_missing(settings))
    say("Still missing:" if missing else "Nothing is missing.")
    for line in missing:
        say(f"- {line}")
    say(f"Start with: {CONFIG_VARIABLE}={path} ice-agreements schedule, and serve beside it (docs/operations.md)")


def write_settings(path: Path, values: dict[str, Value]) -> None:
    """Write the settings file, readable by its owner only; it is whole or the old one."""
    lines = [f"{name} = {_as_toml(value)}" for name, value in values.items() if value != ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".new-{path.name}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write("# Settings of ice-agreements; docs/settings.md describes them all.\n" + "\n".join(lines) + "\n")
    fresh.replace(path)


def find_missing(settings: Settings) -> Iterator[str]:
    """Yield what a public site would still need, each with the setting that gives it."""
    if settings.public_url.startswith("http://127.0.0.1"):
        yield "an address where readers find the pages: public_url"
    if "example.org" in settings.contact_url:
        yield "an address where ICE's operators can reach you: contact_url"
    if not settings.smtp_host:
        yield "a mail relay, without which no alert leaves: smtp_host and mail_from"
    elif not settings.mail_footer:
        yield "who runs this and a postal address, under every message: mail_footer"
    if not settings.operator_address and not settings.notice_url.get_secret_value():
        yield "somebody who is told when a person is needed: operator_address or notice_url"
    if not settings.ping_url.get_secret_value():
        yield "a dead-man switch, since a dead service tells nothing: ping_url"
    if settings.backup_directory is None and not settings.backup_bucket:
        yield "backups: backup_directory, backup_bucket"
    elif not settings.backup_bucket:
        yield "a copy off this machine: backup_bucket"
    elif not settings.backup_passphrase.get_secret_value():
        yield "a passphrase for the backups in the bucket, unless it is private: backup_passphrase"


def _read(path: Path) -> dict[str, Value]:
    try:
        return dict(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is not a settings file: {error}") from error


def _ask(name: str, values: dict[str, Value]) -> None:
    """Ask until the answer is a value of the setting; Enter keeps what is there, a single `-` clears it.

    What the environment sets is not asked, since it counts more than the file.
    """
    if (variable := f"{PREFIX}{name.upper()}") in os.environ:
        say(f"{name} is set by {variable}")
        return
    field = Settings.model_fields[name]
    secret = field.annotation is SecretStr
    shown = values.get(name, "" if secret or field.default is None else field.default)
    while True:
        answer = typer.prompt(
            f"{field.description}\n  {name}", default=str(shown), show_default=not secret, hide_input=secret, err=True
        ).strip()
        answer = "" if answer == "-" else answer
        if answer == "":
            values.pop(name, None)
            return
        try:
            checked = getattr(Settings.model_validate({name: answer}), name)
        except ValidationError as error:
            warn(f"  {error.errors()[0]['msg'].removeprefix('Value error, ')}")
            continue
        if answer != str(field.default):
            values[name] = checked if isinstance(checked, int | float) else answer
        return


def _offer_test_mail(settings: Settings, now: str) -> None:
    if not settings.smtp_host or not settings.mail_from:
        return
    address = typer.prompt("Send a test message to (empty: to nobody)", default="", show_default=False, err=True)
    if not address.strip():
        return
    try:
        for line in send_test_mail(settings, address, message_id=make_message_id(), now=now):
            say(line)
    except StoreError as error:
        warn(f"the test message was not sent: {error}")


def _offer_first_user(store: Store) -> None:
    if list_users(store.connection):
        return
    name = typer.prompt("Your name, for the review desk (empty: no user yet)", default="", show_default=False, err=True)
    if not name.strip():
        return
    while True:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        try:
            accounts.add_user(store, name.strip(), password, "administrator", store.now_text())
        except StoreError as error:
            warn(f"  {error}")
            continue
        say(f"{name.strip()} may log in at {DESK}/ as administrator")
        return


def _as_toml(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
