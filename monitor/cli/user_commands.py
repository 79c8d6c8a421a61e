"""The commands for who may review. Passwords are asked for or read from stdin, never taken as an argument."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated, Any

import typer

from db.database import Store
from db.queries import users
from monitor.cli.options import DbOption, FormatOption, open_store, settings_with
from monitor.cli.output import Format, say, show
from monitor.web.desk import accounts

app = typer.Typer(name="users", help="Who may use the review desk.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the user, as it stands beside rulings.")]
_ROLES = ", ".join(accounts.ROLES)
RoleOption = Annotated[str, typer.Option("--role", help=_ROLES)]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin's first line.")]
COLUMNS = {"name": "Name", "role": "Role", "active": "May log in", "created_at": "Since"}


@app.command("list")
def list_users(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """List who may review."""
    with open_store(db) as store:
        rows = [{name: getattr(user, name) for name in COLUMNS} for user in users.list_users(store.connection)]
    show(rows, format, COLUMNS, empty="nobody may review yet; `users add NAME --role administrator` makes the first")


@app.command("add")
def add_user(
    name: NameArgument, role: RoleOption = "reviewer", password_stdin: StdinOption = False, db: DbOption = None
) -> None:
    """Add a user who may log in to the desk."""
    password = _password(password_stdin)
    with _open(db) as store:
        accounts.add_user(store, name, password, role, store.now_text())
    say(f"{name} may log in as {role}")


@app.command("password")
def reset_password(name: NameArgument, password_stdin: StdinOption = False, db: DbOption = None) -> None:
    """Give a user another password, and end all their logins."""
    password = _password(password_stdin)
    with _open(db) as store:
        accounts.set_password(store, name, password, store.now_text())
    say(f"{name} has a new password; their logins have ended")


@app.command("role")
def set_role(name: NameArgument, role: Annotated[str, typer.Argument(help=_ROLES)], db: DbOption = None) -> None:
    """Make a user a reviewer or an administrator."""
    with _open(db) as store:
        accounts.set_role(store, name, role, store.now_text())
    say(f"{name} is now {role}; their logins have ended")


@app.command("stop")
def stop_user(name: NameArgument, db: DbOption = None) -> None:
    """Stop a user from logging in; their rulings stay."""
    with _open(db) as store:
        accounts.set_active(store, name, False, store.now_text())
    say(f"{name} may no longer log in")


@app.command("allow")
def allow_user(name: NameArgument, db: DbOption = None) -> None:
    """Allow a stopped user to log in again."""
    with _open(db) as store:
        accounts.set_active(store, name, True, store.now_text())
    say(f"{name} may log in again")


def _open(db: Any) -> Store:
    return Store.open(settings_with(db).home)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask for the password; use --password-stdin")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise typer.BadParameter("the two differ")
    return first
