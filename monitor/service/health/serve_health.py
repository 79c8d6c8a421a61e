"""/livez, /healthz and /metrics of the process that serves pages; for this machine, not for readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from db.database import Store
from db.errors import StoreError
from db.settings import Settings
from monitor.service.health.health_server import METRICS_TYPE
from monitor.service.health.metrics import write_metrics
from monitor.service.health.read_status import read_status

_LOCAL = ("127.0.0.1", "::1")
Answer = Callable[[Request], Awaitable[Response]]


def make_health_routes(settings: Settings) -> list[Route]:
    """Return the three pages. They answer callers on this machine only, and none that came through a proxy."""

    def metrics() -> bytes:
        with Store.open(settings.home, read_only=True) as store:
            return write_metrics(read_status(store, settings, store.now_text()))

    async def show_metrics(request: Request) -> Response:
        return Response(await run_in_threadpool(metrics), media_type=METRICS_TYPE)

    async def healthz(request: Request) -> Response:
        await run_in_threadpool(metrics)
        return PlainTextResponse("healthy\n")

    async def livez(request: Request) -> Response:
        return PlainTextResponse("alive\n")

    pages = {"/livez": livez, "/healthz": healthz, "/metrics": show_metrics}
    return [Route(path, _for_this_machine(answer)) for path, answer in pages.items()]


def _for_this_machine(answer: Answer) -> Answer:
    async def guarded(request: Request) -> Response:
        local = request.client is not None and request.client.host in _LOCAL
        if not local or "x-forwarded-for" in request.headers:
            return PlainTextResponse("not found\n", 404)
        try:
            return await answer(request)
        except StoreError as error:
            return PlainTextResponse(f"{error}\n", 503)

    return guarded
