"""How the desk answers a request: who is asking, what they may do, and with which headers. Pages are in `views`."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

from itsdangerous import BadSignature, Signer
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from db.database import Store
from db.errors import NotFoundError, StoreError
from db.settings import Settings
from monitor.changelog.kept_log import KeptLog
from monitor.i18n import labels
from monitor.i18n.templates import make_environment
from monitor.publications.check import say_reason
from monitor.review.queue import Queue, read_queue
from monitor.review.ruling_kinds import RULING_WORDS
from monitor.web.desk.accounts import find_active_user
from monitor.web.desk.logins import Login, Logins, read_signing_key
from monitor.web.http.client_ip import client_ip
from monitor.web.http.headers import SECURITY_HEADERS
from monitor.web.http.limits import is_too_large
from monitor.web.http.turns import RETRY_AFTER, BusyError, OwnThread, OwnThreads

PREFIX = "/review"
log = logging.getLogger(__name__)
LARGEST_FORM_BYTES, STRANGERS_FORM_BYTES, MOST_FIELDS = 5_000_000, 64_000, 2100
#: Requests worked on at a time, logins aside.
THREADS = 6
#: Passwords that wait to be checked; the next is refused.
MOST_WAITING = 8
ANYONE, REVIEWER, ADMINISTRATOR = "anyone", "reviewer", "administrator"
#: What every page of the site sends, and: nothing is kept, forms say which page of the desk they come from.
HEADERS = {**SECURITY_HEADERS, "x-frame-options": "DENY", "referrer-policy": "same-origin", "cache-control": "no-store"}
TLS_HEADER = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


class Refusal(Exception):
    """A request that is not granted: a status and a line for the person."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(slots=True)
class DeskRequest:
    """One request to the desk: what it asks, and who asks."""

    desk: Desk
    http: Request
    store: Store
    login: Login | None
    form: Mapping[str, str] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()  # the rows that a form ticks
    file: bytes | None = None  # an uploaded file

    @property
    def who(self) -> Login:
        """The login; views for anyone must not use it."""
        assert self.login is not None
        return self.login

    @property
    def address(self) -> str:
        """The asker's network address."""
        return self.desk.address_of(self.http)

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter of the query without outer spaces."""
        return self.http.query_params.get(name, default).strip()[:500]

    def page_number(self) -> int:
        """Return the number of the page that is asked for, from 1."""
        number = self.get("page")
        return max(int(number), 1) if number.isdecimal() and len(number) < 9 else 1

    def queue(self) -> Queue:
        """Return everything to review, as it stands now."""
        return read_queue(self.store, self.desk.kept_log)

    def page(self, template: str, status: int = 200, **shown: object) -> Response:
        """Return the template as an answer."""
        login = self.login
        text = self.desk.templates.get_template(template).render(
            **shown, prefix=PREFIX, user=login.user if login else None, path=self.http.url.path,
            csrf=self.desk.logins.csrf(login.secret) if login else "", now=self.store.now_text(),
        )  # fmt: skip
        return Response(text, status, media_type="text/html; charset=utf-8")

    def go(self, path: str, **query: object) -> Response:
        """Return an answer that sends the browser on to a page of the desk."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return RedirectResponse(f"{PREFIX}{path}" + (f"?{urlencode(given)}" if given else ""), 303)

    def send_csv(self, name: str, text: str | bytes) -> Response:
        """Return the text as a CSV file of that name and today's date."""
        file = f"{name}-{self.store.now_text()[:10]}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    def posted_csv(self, noun: str) -> bytes:
        """Return the CSV file that was sent, or that the preview's form brings back; refuse when there is none."""
        data = self.file or self.form.get("csv", "").encode()
        if not data:
            raise Refusal(400, f"Choose a CSV file with {noun}, as the export writes it.")
        return data


View = Callable[[DeskRequest], Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of the desk and who may use it; every POST must carry the login's token."""

    method: str
    path: str
    view: View
    access: str = REVIEWER
    hashes: bool = False  # it hashes a password: work for a thread of its own


class Desk:
    """The desk on a store."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self.kept_log = KeptLog()
        self._hashing, self._threads = OwnThread(MOST_WAITING), OwnThreads(THREADS)
        key = read_signing_key(settings.home)
        self.logins = Logins(key, settings.session_hours, settings.session_idle_minutes)
        self._proxies = frozenset(settings.trusted_proxies.split())
        self._login_signer = Signer(key, salt="desk login")
        self.templates = make_environment(
            Path(__file__).parent / "templates",
            kind_words=labels.KINDS,
            field_words=labels.FIELDS,
            ruling_words=RULING_WORDS,
            say_reason=say_reason,
        )

    def is_secure(self, http: Request) -> bool:
        """Return whether the reader came by TLS."""
        return self.settings.behind_tls or http.url.scheme == "https"

    def address_of(self, http: Request) -> str:
        """Return the asker's address; a proxy is believed about it only when the settings name the proxy."""
        return client_ip(http.scope, self._proxies)

    def route(self, endpoint: Endpoint) -> Route:
        """Return the endpoint as a route."""

        async def answer(http: Request) -> Response:
            form: dict[str, str] = {}
            rows: set[str] = set()
            file: bytes | None = None
            if endpoint.method == "POST":
                if is_too_large(http.headers, await self._largest_form(endpoint, http)):
                    return self._dress(http, Response("the form is too large\n", 413, media_type="text/plain"))
                async with http.form(max_files=1, max_fields=MOST_FIELDS) as sent:
                    for name, value in sent.multi_items():
                        if isinstance(value, UploadFile):
                            file = await value.read()
                        elif name == "row":
                            rows.add(value)
                        else:
                            form[name] = value
            work = partial(self._answer, endpoint, http, form, frozenset(rows), file)
            if not endpoint.hashes:
                return await self._threads.run(work)
            try:
                return await self._hashing.run(work)
            except BusyError:
                text = f"Many passwords are being checked; nothing was done. Try again in {RETRY_AFTER} seconds.\n"
                busy = Response(text, 503, {"Retry-After": str(RETRY_AFTER)}, "text/plain")
                return self._dress(http, busy)

        return Route(PREFIX + endpoint.path, answer, methods=[endpoint.method])

    async def _largest_form(self, endpoint: Endpoint, http: Request) -> int:
        """Return how many bytes a form may have: taking one apart keeps all others waiting, so few from a stranger."""
        if endpoint.access == ANYONE or not is_too_large(http.headers, STRANGERS_FORM_BYTES):
            return STRANGERS_FORM_BYTES
        known = await self._threads.run(partial(self._is_logged_in, http))
        return LARGEST_FORM_BYTES if known else STRANGERS_FORM_BYTES

    def _is_logged_in(self, http: Request) -> bool:
        with Store.open(self.settings.home, now=self.now) as store:
            return self._find_login(store, http) is not None

    def cookie_name(self, http: Request) -> str:
        """Return the login cookie's name; by TLS one that no other host or path can set."""
        return "__Host-ice_session" if self.is_secure(http) else "ice_session"

    def set_cookie(self, http: Request, response: Response, name: str, value: str, seconds: int) -> None:
        """Set a cookie that no script reads, no other site's request carries and, by TLS, no plain line carries."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=self.is_secure(http)
        )

    def login_secret(self, http: Request) -> str | None:
        """Return the secret of the login form's cookie; None when the browser has none of ours."""
        try:
            return self._login_signer.unsign(http.cookies.get("ice_login", "")).decode()
        except BadSignature:
            return None

    def new_login_cookie(self) -> tuple[str, str]:
        """Return (secret, cookie) for a login form."""
        secret = f"login:{secrets.token_urlsafe(24)}"
        return secret, self._login_signer.sign(secret).decode()

    def _answer(
        self, endpoint: Endpoint, http: Request, form: dict[str, str], rows: frozenset[str], file: bytes | None
    ) -> Response:
        with Store.open(self.settings.home, now=self.now) as store:
            request = DeskRequest(self, http, store, self._find_login(store, http), form, rows, file)
            try:
                response = self._ask_to_log_in(endpoint, request) or endpoint.view(request)
            except Refusal as refusal:
                response = request.page("message.html", refusal.status, title="Not done", text=str(refusal))
            except NotFoundError as error:
                response = request.page("message.html", 404, title="Not found", text=str(error))
            except StoreError as error:
                response = request.page("message.html", 400, title="Not done", text=str(error))
            except Exception:
                log.exception("%s %s failed", http.method, http.url.path)
                text = "The program made a mistake; its log says what happened. Nothing else was done."
                response = request.page("message.html", 500, title="Not done", text=text)
        return self._dress(http, response)

    def _find_login(self, store: Store, http: Request) -> Login | None:
        cookie = http.cookies.get(self.cookie_name(http))
        if cookie and (login := self.logins.find(store, cookie, self.now())):
            return login
        header = self.settings.trusted_user_header
        peer = http.client.host if http.client else ""
        if header and peer in self._proxies and (name := http.headers.get(header)):
            user = find_active_user(store, name)
            return self.logins.vouch(user) if user else None
        return None

    def _ask_to_log_in(self, endpoint: Endpoint, request: DeskRequest) -> Response | None:
        """Return the way to the login form, None when the request is allowed; raise `Refusal` when it never is."""
        if endpoint.access == ANYONE:
            return None  # the login form has a token of its own, which its view checks
        url, login = request.http.url, request.login
        if login is None:
            here = url.path + (f"?{url.query}" if url.query else "")
            back = f"?next={quote(here)}" if endpoint.method == "GET" and endpoint.path != "/" else ""
            return RedirectResponse(f"{PREFIX}/login{back}", 303)
        if endpoint.access == ADMINISTRATOR and not login.user.is_administrator:
            raise Refusal(403, "Only an administrator may do that.")
        if endpoint.method == "POST":
            foreign = request.http.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
            if foreign or not self.logins.is_csrf(login.secret, request.form.get("csrf", "")):
                raise Refusal(403, "This form does not belong to your login. Nothing was done. Go back and reload.")
        return None

    def _dress(self, http: Request, response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self.is_secure(http):
            response.headers.update(TLS_HEADER)
        return response


def routes_of(desk: Desk, endpoints: Iterable[Endpoint]) -> list[Route]:
    """Return every endpoint as a route."""
    return [desk.route(endpoint) for endpoint in endpoints]
