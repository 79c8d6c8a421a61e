"""Every address of the desk, as routes for the application that serves everything, or as one of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.database import utc_now
from db.settings import Settings
from monitor.web.desk.respond import ADMINISTRATOR, ANYONE, HEADERS, PREFIX, Desk, Endpoint, routes_of
from monitor.web.desk.views import (
    audit_view,
    bulk_view,
    change_view,
    facts_view,
    held_list_view,
    login_view,
    queue_view,
    users_view,
)

ENDPOINTS = (
    Endpoint("GET", "/login", login_view.show_login, ANYONE),
    Endpoint("POST", "/login", login_view.log_in, ANYONE, hashes=True),
    Endpoint("POST", "/logout", login_view.log_out),
    Endpoint("GET", "", queue_view.show_queue),
    Endpoint("POST", "/looked", queue_view.mark_looked),
    Endpoint("POST", "/filters", queue_view.save_filter),
    Endpoint("GET", "/changes/{id}", change_view.show_change),
    Endpoint("POST", "/changes/{id}", change_view.rule_on_change),
    Endpoint("GET", "/changes/{id}/effects", change_view.preview_change),
    Endpoint("POST", "/changes/{id}/assign", change_view.assign),
    Endpoint("POST", "/undo", change_view.undo),
    Endpoint("GET", "/lists/{sha256}", held_list_view.show_list),
    Endpoint("POST", "/lists/{sha256}", held_list_view.rule_on_list),
    Endpoint("GET", "/lists/{sha256}/rows", held_list_view.show_rows),
    Endpoint("GET", "/documents/{sha256}", held_list_view.send_document),
    Endpoint("GET", "/bulk", bulk_view.preview_bulk),
    Endpoint("POST", "/bulk", bulk_view.rule_in_bulk),
    Endpoint("GET", "/agencies", facts_view.show_agencies),
    Endpoint("GET", "/agencies/{id}", facts_view.show_agency),
    Endpoint("POST", "/facts", facts_view.state_fact),
    Endpoint("POST", "/facts/withdraw", facts_view.withdraw_fact),
    Endpoint("GET", "/facts.csv", facts_view.export_facts),
    Endpoint("POST", "/facts/import", facts_view.import_facts, ADMINISTRATOR),
    Endpoint("GET", "/audit", audit_view.show_audit),
    Endpoint("GET", "/audit.csv", audit_view.export_rulings),
    Endpoint("POST", "/audit/import", audit_view.import_rulings, ADMINISTRATOR),
    Endpoint("GET", "/account", users_view.show_account),
    Endpoint("POST", "/account/password", users_view.change_password, hashes=True),
    Endpoint("POST", "/account/keys", users_view.set_keys),
    Endpoint("POST", "/account/end", users_view.end_logins),
    Endpoint("GET", "/users", users_view.show_users, ADMINISTRATOR),
    Endpoint("POST", "/users", users_view.add_user, ADMINISTRATOR, hashes=True),
    Endpoint("POST", "/users/change", users_view.change_user, ADMINISTRATOR),
)


def _leave_slash_out(request: Request) -> Response:
    return RedirectResponse(PREFIX, 303, headers=HEADERS)


def routes(settings: Settings, now: Callable[[], datetime] = utc_now) -> list[BaseRoute]:
    """Return the desk's routes; none when the settings say that there is no desk."""
    if not settings.desk:
        return []
    files = StaticFiles(directory=Path(__file__).parent / "static")
    return [
        Mount(f"{PREFIX}/static", app=files, middleware=[Middleware(_StaticHeaders)]),
        Route(f"{PREFIX}/", _leave_slash_out, methods=["GET"]),
        *routes_of(Desk(settings, now), ENDPOINTS),
    ]


def make_desk(settings: Settings, now: Callable[[], datetime] = utc_now) -> Starlette:
    """Return the desk alone, for tests; `serve` mounts its routes beside the pages and the API."""
    return Starlette(routes=routes(settings, now))


class _StaticHeaders:
    """Send the desk's own files with its headers, and let browsers keep them for an hour."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {**HEADERS, "cache-control": "public, max-age=3600"}
                message["headers"] = [
                    *message["headers"], *((k.encode(), v.encode()) for k, v in headers.items())
                ]  # fmt: skip
            await send(message)

        await self._app(scope, receive, dressed)
