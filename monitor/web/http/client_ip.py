"""The network address of the client: the other end of the connection, or what a trusted proxy reports."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import Scope

#: Characters of a reported address that are kept; the longest real one has 45.
LONGEST = 64


def client_ip(scope: Scope, proxies: Collection[str]) -> str:
    """Return the client's address, or "" when the server does not know it.

    `X-Forwarded-For` counts only when the connection comes from one of `proxies`, and then only its last address: the
    one that the proxy itself added.
    """
    peer = str((scope.get("client") or ("",))[0])
    reported = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).rpartition(",")[2].strip()
    return reported[:LONGEST] if reported and peer in proxies else peer
