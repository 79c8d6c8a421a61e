"""How the desk answers: who asks, whether they may, with which headers; the pages themselves are in `views`."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from itsdangerous import BadSignature, Signer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from db.database import Store
from db.errors import NotFoundError, StoreError
from db.settings import Settings
from monitor.web.desk.accounts import find_user
from monitor.web.desk.sessions import Session, Sessions, signing_key
from monitor.web.http.client_ip import client_ip

PREFIX = "/review"
log = logging.getLogger(__name__)
HERE = Path(__file__).parent
LARGEST_FORM_BYTES = 5_000_000
ANYONE, REVIEWER, ADMINISTRATOR = "anyone", "reviewer", "administrator"
#: Nothing runs or loads but the desk's own files; no other site may frame it, and it sends no forms elsewhere.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY, "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()", "Cache-Control": "no-store",
}  # fmt: skip
TLS_HEADER = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
#: Control characters, and those that turn the direction of text or have no width: shown, never sent as they are.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Refusal(Exception):
    """The request is not answered: a status and a line for the person."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(slots=True)
class Ask:
    """One request: what is asked, and who asks."""

    desk: Desk
    request: Request
    store: Store
    session: Session | None
    form: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None  # an uploaded file

    @property
    def who(self) -> Session:
        """The session; views for anyone do not ask for it."""
        assert self.session is not None
        return self.session

    @property
    def address(self) -> str:
        """The asker's network address."""
        return self.desk.address_of(self.request)

    def get(self, name: str, default: str = "") -> str:
        """A part of the query, without outer spaces."""
        return self.request.query_params.get(name, default).strip()[:500]

    def page(self, template: str, status: int = 200, **told: Any) -> Response:
        """The template as an answer."""
        session = self.session
        text = self.desk.templates.get_template(template).render(
            **told, prefix=PREFIX, user=session.user if session else None, path=self.request.url.path,
            csrf=self.desk.sessions.csrf(session.secret) if session else "", now=self.store.now_text(),
        )  # fmt: skip
        return Response(text, status, media_type="text/html; charset=utf-8")

    def go(self, path: str, **query: object) -> Response:
        """The browser goes on to a page of the desk."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return RedirectResponse(f"{PREFIX}{path}" + (f"?{urlencode(given)}" if given else ""), 303)


View = Callable[[Ask], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the desk: who may ask for it; every POST must bring the session's token."""

    method: str
    path: str
    view: View
    access: str = REVIEWER


class Desk:
    """The desk on a store."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self.key = signing_key(settings.home)
        self.sessions = Sessions(self.key, settings.session_hours, settings.session_idle_minutes)
        self._proxies = frozenset(settings.trusted_proxies.split())
        self._login_signer = Signer(self.key, salt="desk login")
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            finalize=_seen, trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def open(self) -> Store:
        """The store; a request opens and closes its own."""
        return Store.open(self.settings.home, now=self.now)

    def is_secure(self, request: Request) -> bool:
        """Whether the reader came by TLS."""
        return self.settings.behind_tls or request.url.scheme == "https"

    def address_of(self, request: Request) -> str:
        """The asker's address; a proxy is believed about it only when the settings name the proxy."""
        return client_ip(request.scope, self._proxies)

    def route(self, page: Page) -> Route:
        """The page as a route."""

        async def endpoint(request: Request) -> Response:
            form: dict[str, str] = {}
            file: bytes | None = None
            if page.method == "POST":
                if int(request.headers.get("content-length") or LARGEST_FORM_BYTES + 1) > LARGEST_FORM_BYTES:
                    return self._dress(request, Response("the form is too large\n", 413, media_type="text/plain"))
                async with request.form(max_files=1, max_fields=60) as sent:
                    for name, value in sent.items():
                        if isinstance(value, UploadFile):
                            file = await value.read()
                        else:
                            form[name] = value
            return await run_in_threadpool(self._answer, page, request, form, file)

        return Route(PREFIX + page.path, endpoint, methods=[page.method], name=f"{page.method} {page.path}")

    def cookie_name(self, request: Request) -> str:
        """The session cookie's name; by TLS one that no other host or path can set."""
        return "__Host-ice_session" if self.is_secure(request) else "ice_session"

    def set_cookie(self, request: Request, response: Response, name: str, value: str, seconds: int) -> None:
        """The cookie is the browser's only: no script, no other site's request, no plain line carries it."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=self.is_secure(request)
        )

    def login_secret(self, request: Request) -> str | None:
        """The secret of the login form's cookie; None when the browser has none of ours."""
        try:
            return self._login_signer.unsign(request.cookies.get("ice_login", "")).decode()
        except BadSignature:
            return None

    def new_login_cookie(self) -> tuple[str, str]:
        """(secret, cookie) for a login form."""
        secret = secrets.token_urlsafe(24)
        return f"login:{secret}", self._login_signer.sign(f"login:{secret}").decode()

    def _answer(self, page: Page, request: Request, form: dict[str, str], file: bytes | None) -> Response:
        with self.open() as store:
            ask = Ask(self, request, store, self._session(store, request), form, file)
            try:
                refused = self._refuse(page, ask)
                response = refused or page.view(ask)
            except Refusal as refusal:
                response = ask.page("message.html", refusal.status, title="Not done", text=str(refusal))
                response.headers.update(refusal.headers)
            except NotFoundError as error:
                response = ask.page("message.html", 404, title="Not found", text=str(error))
            except StoreError as error:
                response = ask.page("message.html", 400, title="Not done", text=str(error))
            except Exception:
                log.exception("%s %s failed", request.method, request.url.path)
                text = "The program made a mistake; what happened is in its log. Nothing else was done."
                response = ask.page("message.html", 500, title="Not done", text=text)
        return self._dress(request, response)

    def _session(self, store: Store, request: Request) -> Session | None:
        cookie = request.cookies.get(self.cookie_name(request))
        if cookie and (session := self.sessions.find(store, cookie, self.now())):
            return session
        header = self.settings.trusted_user_header
        peer = request.client.host if request.client else ""
        if header and peer in self._proxies and (name := request.headers.get(header)):
            user = find_user(store, name)
            return self.sessions.vouched(user) if user else None
        return None

    def _refuse(self, page: Page, ask: Ask) -> Response | None:
        """The answer to someone who may not ask this; None for who may."""
        if page.access == ANYONE:
            return None  # the login form has a token of its own, which its view checks
        if ask.session is None:
            here = ask.request.url.path + (f"?{ask.request.url.query}" if ask.request.url.query else "")
            back = f"?next={quote(here)}" if page.method == "GET" and page.path != "/" else ""
            return RedirectResponse(f"{PREFIX}/login{back}", 303)
        if page.access == ADMINISTRATOR and not ask.session.user.is_administrator:
            raise Refusal(403, "Only an administrator may do that.")
        if page.method == "POST":
            foreign = ask.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
            if foreign or not self.sessions.is_csrf(ask.session.secret, ask.form.get("csrf", "")):
                raise Refusal(
                    403, "This form is not from this session, so nothing was done. Go back, reload, try again."
                )
        return None

    def _dress(self, request: Request, response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self.is_secure(request):
            response.headers.update(TLS_HEADER)
        return response


def routes_of(desk: Desk, pages: Iterable[Page]) -> list[Route]:
    """Every page as a route."""
    return [desk.route(page) for page in pages]


def _seen(value: Any) -> Any:
    """Text with its unseen characters written out as ‹U+202E›: a cell must not steer a reader's eye."""
    if hasattr(value, "__html__") or not isinstance(value, str):
        return "" if value is None else value
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", value)
