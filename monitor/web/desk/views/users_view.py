"""One's own account; and, for administrators, who reviews."""

from __future__ import annotations

from starlette.responses import Response

from db.errors import NotFoundError
from db.queries import sessions, users
from monitor.web.desk import accounts
from monitor.web.desk.login_attempts import reserve_attempt, settle_attempt
from monitor.web.desk.respond import DeskRequest, Refusal


def show_account(request: DeskRequest) -> Response:
    """Show the reviewer's own logins, keys and password."""
    mine = sessions.list_sessions(request.store.connection, request.who.user.id, request.store.now_text())
    return request.page("account.html", sessions=mine, here=request.who.token_hash, shortest=accounts.SHORTEST)


def change_password(request: DeskRequest) -> Response:
    """Give the reviewer another password, and end all their logins, this one too."""
    user = request.who.user
    attempt = reserve_attempt(request.store, user.name, request.address, request.desk.now())
    if attempt.wait:
        raise Refusal(429, f"Too many wrong tries. You can try again in {attempt.wait} seconds.")
    good = accounts.check_password(request.store, user.name, request.form.get("old", "")) is not None
    settle_attempt(request.store, attempt, good)
    if not good:
        raise Refusal(400, "The current password is wrong, so nothing was done.")
    if request.form.get("password") != request.form.get("again"):
        raise Refusal(400, "The two new passwords differ, so nothing was done.")
    accounts.set_password(request.store, user.name, request.form.get("password", ""), request.store.now_text())
    return request.go("/login")


def set_keys(request: DeskRequest) -> Response:
    """Turn single keys on or off."""
    with request.store.writing() as connection:
        users.set_keys(connection, request.who.user.id, request.form.get("keys") == "on")
    return request.go("/account")


def end_logins(request: DeskRequest) -> Response:
    """End all the reviewer's own logins, this one too."""
    with request.store.writing() as connection:
        sessions.delete_sessions(connection, request.who.user.id)
    return request.go("/login")


def show_users(request: DeskRequest) -> Response:
    """Show who reviews."""
    connection, now = request.store.connection, request.store.now_text()
    people = [(user, sessions.list_sessions(connection, user.id, now)) for user in users.list_users(connection)]
    return request.page("users.html", people=people, roles=accounts.ROLES, shortest=accounts.SHORTEST)


def add_user(request: DeskRequest) -> Response:
    """Add a user."""
    name, password, role = (request.form.get(part, "") for part in ("name", "password", "role"))
    accounts.add_user(request.store, name, password, role, request.store.now_text())
    return request.go("/users")


def change_user(request: DeskRequest) -> Response:
    """Give a user another role, stop or allow logins, or end every login they have."""
    at, name, what = request.store.now_text(), request.form.get("name", ""), request.form.get("what", "")
    user = users.find_user(request.store.connection, name)
    if user is None:
        raise NotFoundError(f"no user {name!r}")
    if what in accounts.ROLES:
        accounts.set_role(request.store, name, what, at)
    elif what in ("stop", "allow"):
        accounts.set_active(request.store, name, what == "allow", at)
    elif what == "end":
        with request.store.writing() as connection:
            sessions.delete_sessions(connection, user.id)
    else:
        raise Refusal(400, f"{what!r} cannot be done with a user.")
    return request.go("/users")
