"""Connections that send half a request, or too many from one address, are ended; honest ones are not."""

from __future__ import annotations

import contextlib
import gc
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from monitor.web.http.connections import ConnectionLimits, make_protocol


async def read_body(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def send_much(request: Request) -> StreamingResponse:
    return StreamingResponse(b"x" * 50_000 for _ in range(8))


@contextlib.contextmanager
def serving(limits: ConnectionLimits) -> Iterator[int]:
    app = Starlette(routes=[Route("/", read_body, methods=["GET", "POST"]), Route("/large", send_much)])
    config = uvicorn.Config(
        app, port=0, log_level="critical", http=make_protocol(limits), timeout_keep_alive=60, loop="asyncio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def is_ended(connection: socket.socket, within: float) -> bool:
    connection.settimeout(within)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def is_answered(port: int) -> bool:
    """Ask; wait a little first when the connection is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        time.sleep(0.1)
        return False
    finally:
        connection.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: 1\r\n"])
def test_half_a_header_is_not_waited_for(sent: bytes) -> None:
    with serving(ConnectionLimits(header_seconds=1)) as port:
        slow = socket.create_connection(("127.0.0.1", port))
        slow.sendall(sent)
        assert is_ended(slow, 6)


def test_a_body_that_trickles_is_ended() -> None:
    with serving(ConnectionLimits(body_seconds=1)) as port:
        slow = socket.create_connection(("127.0.0.1", port))
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(8):
                slow.sendall(b"x")
                time.sleep(0.5)
        assert is_ended(slow, 2)


def test_a_connection_in_use_is_kept_beyond_each_limit() -> None:
    with serving(ConnectionLimits(header_seconds=2)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        first = connection.sock
        for _ in range(6):
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"0"
            time.sleep(0.7)
        assert connection.sock is first


def test_one_address_holds_no_more_than_its_share() -> None:
    with serving(ConnectionLimits(per_address=5)) as port:
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        assert is_ended(socket.create_connection(("127.0.0.1", port)), 3)
        held.pop().close()
        assert any(is_answered(port) for _ in range(50)), "a place given up is free again"
    with serving(ConnectionLimits(per_address=5, unlimited=["127.0.0.1"])) as port:
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(9)]
        assert not any(is_ended(one, 0.2) for one in held), "a proxy holds as many as it needs"


def test_nothing_stays_of_clients_that_leave_before_their_answer() -> None:
    """uvicorn waits for another request of them until the connection may have none, with all that was of it."""
    limits = ConnectionLimits(header_seconds=30, unlimited=["127.0.0.1"])
    before = count_protocols()
    with serving(limits) as port:
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", port)) as leaving:
                leaving.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
                time.sleep(0.005)  # its answer is on its way
        assert is_answered(port)
        end = time.monotonic() + 10
        while (left := count_protocols() - before) > 20:
            assert time.monotonic() < end, left
            time.sleep(0.1)


def count_protocols() -> int:
    gc.collect()
    return sum(type(thing).__name__ == "LimitedProtocol" for thing in gc.get_objects())
