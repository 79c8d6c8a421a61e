"""Who asks the server: the other end of the connection, or whom a trusted proxy in front says it asks for."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import Scope

LONGEST = 64


def asker_of(scope: Scope, proxies: Collection[str]) -> str:
    """The asker's network address; a proxy is believed about it only when it is one of `proxies`.

    The last address of `X-Forwarded-For` counts: it is the one that the proxy itself put there.
    """
    peer = str((scope.get("client") or ("",))[0])
    said = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).rpartition(",")[2].strip()
    return said[:LONGEST] if said and peer in proxies else peer
