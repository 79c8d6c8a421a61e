"""Tell the service manager, where there is one, that we are ready, alive or stopping."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def tell_systemd(message: str) -> bool:
    """Send the message to the socket that systemd named (`Type=notify`); return False when it named none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(message.encode(), address)
        return True
    return False
