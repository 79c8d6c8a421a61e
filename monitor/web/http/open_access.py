"""What any site's script may read: the middleware that says so in every answer, errors included."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.http.headers import OPEN_ACCESS

METHODS = "GET, HEAD, OPTIONS"
#: What a browser is told before its script asks; nothing here depends on who asks, so a script may send any header.
PREFLIGHT = {
    **OPEN_ACCESS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": (
        "*, Accept, Accept-Language, Authorization, Cache-Control, Content-Type, If-Modified-Since, If-None-Match,"
        " Pragma, Range, X-Requested-With"
    ),
    "Access-Control-Max-Age": "86400",
    "Allow": METHODS,
}
_READABLE = {**OPEN_ACCESS, "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After"}


class OpenAccess:
    """Middleware for data: answers a browser's preflight, refuses what is no question, and opens every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and say that any site's script may read the answer."""

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                headers.update(_READABLE)
                message = {**message, "headers": headers.raw}
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, tell)
        elif scope["method"] not in ("GET", "HEAD"):
            await PlainTextResponse("Method Not Allowed", 405, {"Allow": METHODS})(scope, receive, tell)
        else:
            await self._app(scope, receive, tell)
