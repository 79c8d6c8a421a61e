"""The process that serves readers: one port, its start and stop in the log, and an eye on the database's file."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from db.database import Store
from db.errors import StoreError
from db.locks import SERVING, HomeLock
from db.settings import Settings
from db.version import VERSION
from monitor.cli import answer_costly
from monitor.service.health.serve_health import make_health_routes
from monitor.service.memory_release import CalmCollector, share_heaps
from monitor.web.api import PREFIX
from monitor.web.api import app as api
from monitor.web.desk import app as desk
from monitor.web.desk.respond import PREFIX as DESK_PREFIX
from monitor.web.feeds import app as feeds
from monitor.web.forms import app as forms
from monitor.web.http.connections import ConnectionLimits, make_protocol
from monitor.web.http.second_process import SecondProcess
from monitor.web.http.turns import Turns
from monitor.web.pages.app import create_app

_LOG = logging.getLogger(__name__)
#: How often it is checked that the database is still the file that was opened.
WATCH_SECONDS = 1.0

#: Threads that compute let others go on this often: the event loop waits for each of them, with every answer it sends.
SWITCH_SECONDS = 0.001
#: A stop that takes longer than this ends the process: nothing it does outlives a kill worse than that.
STOP_SECONDS = 6.0


class PortError(StoreError):
    """The address to listen on cannot be had."""


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; end the process when that takes too long, as a thread that computes cannot be stopped."""
        super().handle_exit(sig, frame)
        ending = threading.Timer(STOP_SECONDS, _end)
        ending.daemon = True
        ending.start()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM or SIGINT and return; uvicorn's own raises the signal again when it is done."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def serve_pages(settings: Settings, host: str, port: int, *, access_log: bool = False) -> None:
    """Serve until stopped. When another file takes the database's place, start again on that one."""
    for name, level in (("uvicorn", logging.WARNING), ("uvicorn.access", logging.INFO if access_log else None)):
        if level is not None:
            logging.getLogger(name).setLevel(level)
    logging.getLogger(__name__).setLevel(logging.INFO)
    share_heaps()
    sys.setswitchinterval(SWITCH_SECONDS)
    with open_port(host, port) as listening, Store.open(settings.home) as store:
        lock = HomeLock(settings.home, SERVING, "`serve`", at=store.now_text(), shared=True)
        with lock:
            turns = Turns()
            second = SecondProcess(answer_costly.__name__, [str(settings.home), settings.public_url_if_set])
            app = create_app(
                settings.home, extra_routes=make_routes(settings, turns, second.application(answer_costly.API)),
                turns=turns, proxies=settings.trusted_proxies.split(), public_url=settings.public_url_if_set,
                limited_below=f"{PREFIX}/", edited_below=f"{DESK_PREFIX}/",
                elsewhere=second.application(answer_costly.PAGES),
            )  # fmt: skip
            server = _Server(
                uvicorn.Config(
                    app, log_config=None, access_log=access_log, server_header=False, proxy_headers=False,
                    lifespan="on", limit_concurrency=2000, timeout_keep_alive=15, timeout_graceful_shutdown=5,
                    http=make_protocol(ConnectionLimits(unlimited=settings.trusted_proxies.split())),
                )
            )  # fmt: skip
            _warn_if_bare(settings, host)
            address = f"http://{host}:{listening.getsockname()[1]}/"
            _LOG.info("ice-agreements %s serves %s at %s", VERSION, settings.home, address)
            if warning := warn_of_links(settings, host, listening.getsockname()[1]):
                _LOG.warning(warning)
            replaced = asyncio.run(_serve(server, listening, store, second))
            if replaced:
                _LOG.warning("the database was replaced: `serve` starts again on the new one")
                # not closed but replaced: SQLite, closing the old file, would remove the new one's log
                os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this program itself
    _LOG.info("ice-agreements %s: `serve` has stopped", VERSION)


def warn_of_links(settings: Settings, host: str, port: int) -> str:
    """Return a warning when feeds and messages would link to another port of this machine than the one served."""
    asked = urlsplit(settings.public_url)
    if asked.hostname not in ("127.0.0.1", "localhost", "::1") or asked.port == port:
        return ""
    return (
        f"links in feeds and messages lead to {settings.public_url}, not to http://{host}:{port};"
        " set ICE_AGREEMENTS_PUBLIC_URL to the address readers use"
    )


def _end() -> None:
    _LOG.warning("`serve` was still at work after %s s: it is ended; what it wrote is whole or not there", STOP_SECONDS)
    os._exit(0)


def _warn_if_bare(settings: Settings, host: str) -> None:
    """Say so when strangers reach this program without a proxy in between."""
    if not settings.trusted_proxies and not is_loopback(host):
        _LOG.warning(
            "%s can be reached from other machines and no proxy is named in trusted_proxies: put the proxy of"
            " docs/operations.md in front, which brings TLS and limits that `serve` alone has not", host,
        )  # fmt: skip


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches what listens on the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_port(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; raise `PortError` when it cannot."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
    except OSError as error:
        raise PortError(
            f"cannot listen on {host}:{port}: {error.strerror}; stop what listens there, or give another --port"
        ) from error
    return listening


def make_routes(settings: Settings, turns: Turns, elsewhere: ASGIApp | None = None) -> list[BaseRoute]:
    """Return the routes of all that is served beside the pages; `elsewhere` answers heavy questions of the API."""
    parts = (
        make_health_routes(settings), forms.make_routes(settings), feeds.make_routes(settings, beside=True),
        api.routes(settings, turns, elsewhere), desk.routes(settings),
    )  # fmt: skip
    return [route for routes in parts for route in routes]


async def _serve(server: uvicorn.Server, listening: socket.socket, store: Store, second: SecondProcess) -> bool:
    """Serve until stopped or until the database is replaced; return whether it was."""
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    collector = CalmCollector()
    try:
        while not serving.done():
            collector.look(asyncio.get_running_loop().time())
            await asyncio.wait({serving}, timeout=WATCH_SECONDS)
            if not serving.done() and store.is_replaced():
                server.should_exit = True
                await serving
                return True
        await serving
        return False
    finally:
        await second.close()
