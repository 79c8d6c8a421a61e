"""Who asks: the other end of the connection or what a trusted proxy reports, and the network that limits count."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv6Address, ip_address, ip_network

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


def client_network(scope: Scope, proxies: Collection[str]) -> str:
    """Return what limits count as one client: the network of its address."""
    return network_of(client_ip(scope, proxies))


def network_of(client: str) -> str:
    """Return the network of an address: of IPv6 the first 64 bits, which one household has; of IPv4 all."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False))
    return client
