"""/healthz, /livez and /metrics on loopback, served from the service's own loop: no answer means the loop hangs."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.database import Store
from db.errors import StoreError
from db.service_models import Status
from db.settings import Settings
from monitor.service.health.metrics import write_metrics
from monitor.service.health.read_status import read_status, status_json

_LOG = logging.getLogger(__name__)
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health_app(settings: Settings, now: Any) -> Starlette:
    """Return the three pages. /healthz is 200 while the lists are fresh and nothing is damaged, else 503 and why."""

    def status() -> Status:
        with Store.open(settings.home, now=now, read_only=True) as store:
            return read_status(store, settings, store.now_text())

    async def healthz(request: Request) -> Response:
        try:
            found = await asyncio.to_thread(status)
        except StoreError as error:
            return JSONResponse({"healthy": False, "why": [str(error)]}, 503)
        why = [] if found.fresh else [f"no list verified for {settings.silent_hours:g} hours or more"]
        if why and found.newest_list and found.newest_list.second_hand:
            newest = found.newest_list
            why.append(f"the newest list, of {newest.published_on}, is second-hand, from {newest.source}")
        why += [notice.text for notice in found.notices if notice.code in ("damage_found", "clock_back")]
        shown = status_json(found)
        del shown["home"]  # the path is nobody's business who can only ask
        return JSONResponse({"healthy": not why, "why": why, **shown}, 503 if why else 200)

    async def livez(request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def metrics(request: Request) -> Response:
        try:
            return Response(write_metrics(await asyncio.to_thread(status)), media_type=METRICS_TYPE)
        except StoreError as error:
            return PlainTextResponse(f"{error}\n", 503)

    return Starlette(routes=[Route("/healthz", healthz), Route("/livez", livez), Route("/metrics", metrics)])


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGTERM to the service."""
        yield


@asynccontextmanager
async def serving_health(settings: Settings, now: Any) -> AsyncIterator[int]:
    """Serve the pages meanwhile; yield the port, 0 for none. Raise `StoreError` when the address is taken."""
    if settings.health_port == 0:
        yield 0
        return
    family = socket.AF_INET6 if ":" in settings.health_host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.health_host, settings.health_port))
    except OSError as error:
        listening.close()
        raise StoreError(
            f"cannot serve /healthz at {settings.health_host}:{settings.health_port}: {error.strerror};"
            " set ICE_AGREEMENTS_HEALTH_PORT to a free port, or to 0"
        ) from error
    config = uvicorn.Config(
        health_app(settings, now), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await asyncio.wait({task}, timeout=1.5)
        task.cancel()
