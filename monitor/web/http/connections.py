"""Limits of connections, which uvicorn has not: so many for an address, so long for a request to arrive and be read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from monitor.web.http.client_ip import network_of

#: How often each connection is looked at.
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections one address may hold, and for how many seconds each may do what."""

    per_address: int = 100
    header_seconds: float = 10  # until a request's headers are here, counted from the connection or the last answer
    body_seconds: float = 30  # until its body is here
    answer_seconds: float = 300  # until the answer is sent to a client that reads slowly
    unlimited: Collection[str] = ()  # addresses of proxies, behind which everybody is


def make_protocol(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """Return the protocol class for uvicorn's `http` that holds connections to the limits."""
    held: Counter[str] = Counter()  # connections by address or IPv6 network

    class LimitedProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type] # chosen by uvicorn at run time
        def connection_made(self, transport: asyncio.Transport) -> None:
            peer = transport.get_extra_info("peername")
            host = str(peer[0]) if peer else ""
            self.network = network_of(host)
            held[self.network] += 1
            self.refused = held[self.network] > limits.per_address and host not in limits.unlimited
            if self.refused:  # before uvicorn counts it among those it serves
                transport.abort()
                return
            super().connection_made(transport)
            self.doing: tuple[Any, str] = (None, "")
            self.since = self.loop.time()
            self.next_look = self.loop.call_later(LOOK_SECONDS, self.look)

        def connection_lost(self, exc: Exception | None) -> None:
            held[self.network] -= 1
            if not held[self.network]:
                del held[self.network]
            if not self.refused:
                super().connection_lost(exc)
                # what waits for a time holds all that was of the connection until then
                for waiting in (self.next_look, self.timeout_keep_alive_task):
                    if waiting is not None:
                        waiting.cancel()

        def data_received(self, data: bytes) -> None:
            if not self.refused:
                super().data_received(data)

        def look(self) -> None:
            """End the connection when it has done the same for too long; look again later otherwise."""
            if self.transport.is_closing():
                return
            now, doing = self.loop.time(), (self.cycle, _phase(self.cycle))
            if doing != self.doing:
                self.doing, self.since = doing, now
            seconds = {
                "header": limits.header_seconds, "body": limits.body_seconds, "answer": limits.answer_seconds,
            }  # fmt: skip
            if now - self.since > seconds[doing[1]]:
                self.transport.abort()
            else:
                self.next_look = self.loop.call_later(LOOK_SECONDS, self.look)

    return LimitedProtocol


def _phase(cycle: Any) -> str:
    """What a connection waits for: a request's header, its body, or that its answer is sent."""
    if cycle is None or cycle.response_complete:
        return "header"
    return "body" if cycle.more_body else "answer"
