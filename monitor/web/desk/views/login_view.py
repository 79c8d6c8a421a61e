"""Logging in and out."""

from __future__ import annotations

import re

from starlette.responses import Response

from db.queries import sessions
from monitor.web.desk.accounts import check_password
from monitor.web.desk.login_attempts import reserve_attempt, settle_attempt
from monitor.web.desk.respond import PREFIX, DeskRequest, Refusal

#: Where a login may lead: a page of the desk, never another site.
_OURS = re.compile(rf"{PREFIX}(?:[/?][\w\-./?&=%+:,@]*)?", re.ASCII)


def show_login(request: DeskRequest) -> Response:
    """Show the form, or send a person who is logged in already to the queue."""
    if request.login is not None:
        return request.go("")
    return _form(request, 200, "")


def log_in(request: DeskRequest) -> Response:
    """Start a login for the right name and password; else show the form again, without saying which was wrong."""
    name, now = request.form.get("name", "").strip()[:80], request.desk.now()
    secret = request.desk.login_secret(request.http)
    if secret is None or not request.desk.logins.is_csrf(secret, request.form.get("csrf", "")):
        raise Refusal(403, "This form does not belong to this browser. Nothing was done. Go back and reload.")
    attempt = reserve_attempt(request.store, name, request.address, now)
    if attempt.wait:
        response = _form(request, 429, f"Too many wrong tries. You can try again in {attempt.wait} seconds.")
        response.headers["Retry-After"] = str(attempt.wait)
        return response
    user = check_password(request.store, name, request.form.get("password", ""))
    settle_attempt(request.store, attempt, user is not None)
    if user is None:
        return _form(request, 401, "Name or password is wrong.")
    if request.login is not None and request.login.token_hash:
        with request.store.writing() as connection:
            sessions.delete_session(connection, request.login.token_hash)
    cookie = request.desk.logins.start(request.store, user, request.address, now)
    to = request.form.get("next", "")
    response = request.go(to.removeprefix(PREFIX) if _OURS.fullmatch(to) else "")
    seconds = int(request.desk.settings.session_hours * 3600)
    request.desk.set_cookie(request.http, response, request.desk.cookie_name(request.http), cookie, seconds)
    response.delete_cookie("ice_login", path="/")
    return response


def log_out(request: DeskRequest) -> Response:
    """End the login, here and in the store."""
    with request.store.writing() as connection:
        sessions.delete_session(connection, request.who.token_hash)
    response = request.go("/login")
    response.delete_cookie(
        request.desk.cookie_name(request.http), path="/", secure=request.desk.is_secure(request.http)
    )
    return response


def _form(request: DeskRequest, status: int, error: str) -> Response:
    secret, cookie = request.desk.new_login_cookie()
    response = request.page(
        "login.html", status, error=error, token=request.desk.logins.csrf(secret), name=request.form.get("name", ""),
        next=request.form.get("next", "") or request.get("next"),
    )  # fmt: skip
    request.desk.set_cookie(request.http, response, "ice_login", cookie, 3600)
    return response
