"""Every page of the desk, as routes for the application that serves everything, or as one of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.settings import Settings
from db.store import utc_now
from monitor.desk.views import audit, bulk, change, lists, login, people, queue
from monitor.desk.web import ADMINISTRATOR, ANYONE, HEADERS, PREFIX, Desk, Page, routes_of

PAGES = (
    Page("GET", "/login", login.show_login, ANYONE),
    Page("POST", "/login", login.log_in, ANYONE),
    Page("POST", "/logout", login.log_out),
    Page("GET", "", queue.show_queue),
    Page("POST", "/looked", queue.mark_looked),
    Page("GET", "/changes/{id}", change.show_change),
    Page("POST", "/changes/{id}", change.rule_on_change),
    Page("POST", "/undo", change.undo),
    Page("GET", "/lists/{sha256}", lists.show_list),
    Page("POST", "/lists/{sha256}", lists.rule_on_list),
    Page("GET", "/documents/{sha256}", lists.send_document),
    Page("GET", "/bulk", bulk.preview_bulk),
    Page("POST", "/bulk", bulk.rule_in_bulk),
    Page("GET", "/audit", audit.show_audit),
    Page("GET", "/audit.csv", audit.export_rulings),
    Page("POST", "/audit/import", audit.import_rulings, ADMINISTRATOR),
    Page("GET", "/account", people.show_account),
    Page("POST", "/account/password", people.change_password),
    Page("POST", "/account/keys", people.set_keys),
    Page("POST", "/account/end", people.end_logins),
    Page("GET", "/users", people.show_users, ADMINISTRATOR),
    Page("POST", "/users", people.add_user, ADMINISTRATOR),
    Page("POST", "/users/change", people.change_user, ADMINISTRATOR),
)


def routes(settings: Settings, now: Callable[[], datetime] = utc_now) -> list[BaseRoute]:
    """The desk's routes; none when the settings say that there is no desk."""
    if not settings.desk:
        return []
    files = StaticFiles(directory=Path(__file__).parent / "static")
    return [
        Mount(f"{PREFIX}/static", app=files, middleware=[Middleware(_StaticHeaders)]),
        *routes_of(Desk(settings, now), PAGES),
    ]


def make_desk(settings: Settings, now: Callable[[], datetime] = utc_now) -> Starlette:
    """The desk alone, for tests; `serve` mounts its routes beside the pages and the API."""
    return Starlette(routes=routes(settings, now))


class _StaticHeaders:
    """The desk's own files go with its headers, and may be kept for an hour."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {**HEADERS, "Cache-Control": "public, max-age=3600"}
                message["headers"] = [
                    *message["headers"], *((k.lower().encode(), v.encode()) for k, v in headers.items())
                ]  # fmt: skip
            await send(message)

        await self._app(scope, receive, dressed)


__all__ = ["PAGES", "PREFIX", "make_desk", "routes"]
