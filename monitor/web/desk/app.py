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

from db.database import utc_now
from db.settings import Settings
from monitor.web.desk.respond import ADMINISTRATOR, ANYONE, HEADERS, PREFIX, Desk, Page, routes_of
from monitor.web.desk.views import (
    audit_view,
    bulk_view,
    change_view,
    held_list_view,
    login_view,
    queue_view,
    users_view,
)

PAGES = (
    Page("GET", "/login", login_view.show_login, ANYONE),
    Page("POST", "/login", login_view.log_in, ANYONE),
    Page("POST", "/logout", login_view.log_out),
    Page("GET", "", queue_view.show_queue),
    Page("POST", "/looked", queue_view.mark_looked),
    Page("GET", "/changes/{id}", change_view.show_change),
    Page("POST", "/changes/{id}", change_view.rule_on_change),
    Page("POST", "/undo", change_view.undo),
    Page("GET", "/lists/{sha256}", held_list_view.show_list),
    Page("POST", "/lists/{sha256}", held_list_view.rule_on_list),
    Page("GET", "/documents/{sha256}", held_list_view.send_document),
    Page("GET", "/bulk", bulk_view.preview_bulk),
    Page("POST", "/bulk", bulk_view.rule_in_bulk),
    Page("GET", "/audit", audit_view.show_audit),
    Page("GET", "/audit.csv", audit_view.export_rulings),
    Page("POST", "/audit/import", audit_view.import_rulings, ADMINISTRATOR),
    Page("GET", "/account", users_view.show_account),
    Page("POST", "/account/password", users_view.change_password),
    Page("POST", "/account/keys", users_view.set_keys),
    Page("POST", "/account/end", users_view.end_logins),
    Page("GET", "/users", users_view.show_users, ADMINISTRATOR),
    Page("POST", "/users", users_view.add_user, ADMINISTRATOR),
    Page("POST", "/users/change", users_view.change_user, ADMINISTRATOR),
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
