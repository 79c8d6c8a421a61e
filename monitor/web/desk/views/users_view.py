"""One's own account; and, for administrators, who reviews."""

from __future__ import annotations

from starlette.responses import Response

from db.errors import NotFoundError
from monitor.web.desk import accounts, sessions
from monitor.web.desk.accounts import ROLES
from monitor.web.desk.respond import Ask, Refusal


def show_account(ask: Ask) -> Response:
    """The reviewer's own logins, keys and password."""
    mine = sessions.sessions_of(ask.store, ask.who.user.id, ask.store.now_text())
    return ask.page("account.html", sessions=mine, here=ask.who.token_hash, shortest=accounts.SHORTEST)


def change_password(ask: Ask) -> Response:
    """The password is another; every login has ended, this one too."""
    user = ask.who.user
    if accounts.check_password(ask.store, user.name, ask.form.get("old", "")) is None:
        raise Refusal(400, "The present password is not right, so nothing was done.")
    if ask.form.get("password") != ask.form.get("again"):
        raise Refusal(400, "The two new passwords differ, so nothing was done.")
    accounts.set_password(ask.store, user.name, ask.form.get("password", ""), ask.store.now_text())
    return ask.go("/login")


def set_keys(ask: Ask) -> Response:
    """One key rules, or none does."""
    with ask.store.writing() as connection:
        keys = int(ask.form.get("keys") == "on")
        connection.execute("update users set keys = ? where id = ?", [keys, ask.who.user.id])
    return ask.go("/account")


def end_logins(ask: Ask) -> Response:
    """Every login of the reviewer's own has ended, this one too."""
    sessions.end_sessions(ask.store, ask.who.user.id)
    return ask.go("/login")


def show_users(ask: Ask) -> Response:
    """Who reviews."""
    now = ask.store.now_text()
    people = [(user, sessions.sessions_of(ask.store, user.id, now)) for user in accounts.users(ask.store)]
    return ask.page("users.html", people=people, roles=ROLES, shortest=accounts.SHORTEST)


def add_user(ask: Ask) -> Response:
    """Another may review."""
    accounts.add_user(
        ask.store, ask.form.get("name", ""), ask.form.get("password", ""), ask.form.get("role", ""),
        ask.store.now_text(),
    )  # fmt: skip
    return ask.go("/users")


def change_user(ask: Ask) -> Response:
    """A user has another role, may no longer log in, may again, or has every login ended."""
    at, name, what = ask.store.now_text(), ask.form.get("name", ""), ask.form.get("what", "")
    user = next((u for u in accounts.users(ask.store) if u.name == name), None)
    if user is None:
        raise NotFoundError(f"no user {name!r}")
    if what in ROLES:
        accounts.set_role(ask.store, name, what, at)
    elif what in ("stop", "allow"):
        accounts.set_active(ask.store, name, what == "allow", at)
    elif what == "end":
        sessions.end_sessions(ask.store, user.id)
    else:
        raise Refusal(400, f"{what!r} is nothing that can be done with a user.")
    return ask.go("/users")
