"""Logging in and out."""

from __future__ import annotations

import re

from starlette.responses import Response

from monitor.web.desk.accounts import check_password
from monitor.web.desk.login_attempts import note_attempt, seconds_to_wait
from monitor.web.desk.respond import PREFIX, Ask, Refusal
from monitor.web.desk.sessions import end_session

#: Where a login may lead: a page of the desk, never another site.
_OURS = re.compile(rf"{PREFIX}(?:[/?][\w\-./?&=%+:,@]*)?", re.ASCII)


def show_login(ask: Ask) -> Response:
    """The form; who is logged in already goes on."""
    if ask.session is not None:
        return ask.go("")
    return _form(ask, 200, "")


def log_in(ask: Ask) -> Response:
    """A new session for the right name and password; else the form again, without a word on which was wrong."""
    name, now = ask.form.get("name", "").strip()[:80], ask.desk.now()
    secret = ask.desk.login_secret(ask.request)
    if secret is None or not ask.desk.sessions.is_csrf(secret, ask.form.get("csrf", "")):
        raise Refusal(403, "This form is not from this browser, so nothing was done. Go back, reload, try again.")
    wait = seconds_to_wait(ask.store, name, ask.address, now)
    if wait:
        note_attempt(ask.store, name, ask.address, "slowed", now)
        response = _form(ask, 429, f"Too many wrong tries. The next may be made in {wait} seconds.")
        response.headers["Retry-After"] = str(wait)
        return response
    user = check_password(ask.store, name, ask.form.get("password", ""))
    note_attempt(ask.store, name, ask.address, "good" if user else "wrong", now)
    if user is None:
        return _form(ask, 401, "Name and password do not fit.")
    if ask.session is not None and ask.session.token_hash:
        end_session(ask.store, ask.session.token_hash)
    cookie = ask.desk.sessions.start(ask.store, user, ask.address, now)
    to = ask.form.get("next", "")
    response = ask.go(to.removeprefix(PREFIX) if _OURS.fullmatch(to) else "")
    seconds = int(ask.desk.settings.session_hours * 3600)
    ask.desk.set_cookie(ask.request, response, ask.desk.cookie_name(ask.request), cookie, seconds)
    response.delete_cookie("ice_login", path="/")
    return response


def log_out(ask: Ask) -> Response:
    """The session is over, here and in the store."""
    end_session(ask.store, ask.who.token_hash)
    response = ask.go("/login")
    response.delete_cookie(ask.desk.cookie_name(ask.request), path="/", secure=ask.desk.is_secure(ask.request))
    return response


def _form(ask: Ask, status: int, error: str) -> Response:
    secret, cookie = ask.desk.new_login_cookie()
    response = ask.page(
        "login.html", status, error=error, token=ask.desk.sessions.csrf(secret), name=ask.form.get("name", ""),
        next=ask.form.get("next", "") or ask.get("next"),
    )  # fmt: skip
    ask.desk.set_cookie(ask.request, response, "ice_login", cookie, 3600)
    return response
