"""Which version of the data readers are shown: kept answers stay until the newer data have been read beside them."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from db.errors import StoreError

_LOG = logging.getLogger(__name__)


class ShownVersion:
    """Call it for the version that answers are kept by.

    `newest` returns the version of the data now, `shown` that of what is in memory ("" while nothing is), `read` brings
    that up to date. Newer data are read in a thread when they are first asked for, and no reader waits. Only after a
    POST to a route below `edited_below` readers do: the person who made the change must find it.
    """

    def __init__(
        self, newest: Callable[[], str], shown: Callable[[], str], read: Callable[[], object], edited_below: str = ""
    ) -> None:
        self._newest, self._shown, self._read, self._edited_below = newest, shown, read, edited_below
        self._reader = threading.Thread()
        self._is_awaited = False

    def __call__(self) -> str:
        """Return the version of the data now, or the one shown while newer data are being read."""
        newest, shown = self._newest(), self._shown()
        if shown == newest:
            self._is_awaited = False
        if shown in ("", newest) or self._is_awaited:
            return newest
        if not self._reader.is_alive():
            self._reader = threading.Thread(target=self._read_newer, name="newer data", daemon=True)
            self._reader.start()
        return shown

    def followed_by(self, route: Route) -> ASGIApp:
        """Return the route's application; once one of editors has answered a POST, readers wait for what it changed."""
        app = route.app
        if not self._edited_below or not route.path.startswith(self._edited_below):
            return app

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            finally:
                self._is_awaited |= scope["type"] == "http" and scope["method"] == "POST"

        return answer

    def close(self) -> None:
        """Wait for a reader of newer data to end."""
        if self._reader.is_alive():
            self._reader.join()

    def _read_newer(self) -> None:
        try:
            self._read()
        except (StoreError, sqlite3.Error) as error:
            _LOG.warning("newer data could not be read, readers see those before: %s", error)
