"""Tell the operator: notices to the log and to an address, a dead-man ping after every good poll.

Addresses hold tokens: no message of ours repeats one, also not one that a library's error text quotes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import requests

from db.database import Store
from db.queries.notices import mark_notice_told, read_untold_notices
from db.settings import Settings

_LOG = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0

#: Asks the address (method, address, body); raises `requests.RequestException` or returns the status.
Ask = Callable[[str, str, str], int]


def ask(method: str, address: str, body: str = "") -> int:
    """Send a request to the address; return the status of its answer."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "ice-agreements"}
    answer = requests.request(method, address, data=body.encode() or None, headers=headers, timeout=TIMEOUT_SECONDS)
    return answer.status_code


def tell_operator(store: Store, settings: Settings, now: str, send: Ask = ask) -> int:
    """Log every notice that was not told yet and post it where an address is set; return how many.

    One that the address does not take (no status of 2xx) stays due, and so do all later ones: order matters.
    """
    address = settings.notice_url.get_secret_value()
    told = 0
    for notice, cleared in read_untold_notices(store.connection):
        text = f"over: {notice.text}" if cleared else notice.text
        line = f"[{notice.code}] {text}"
        if address and not _deliver(send, "POST", address, line, "notice_url"):
            break
        _LOG.log(logging.INFO if cleared else logging.WARNING, "notice %s", line)
        mark_notice_told(store, notice.id, now, cleared=cleared)
        told += 1
    return told


def ping(settings: Settings, send: Ask = ask) -> bool:
    """Tell the dead-man switch that all is well; return False when none is set or it did not answer."""
    address = settings.ping_url.get_secret_value()
    return bool(address) and _deliver(send, "GET", address, "", "ping_url")


def _deliver(send: Ask, method: str, address: str, body: str, setting: str) -> bool:
    try:
        status = send(method, address, body)
    except requests.RequestException as error:
        _LOG.warning("the address of ICE_AGREEMENTS_%s cannot be reached: %s", setting.upper(), type(error).__name__)
        return False
    if not 200 <= status < 300:
        _LOG.warning("the address of ICE_AGREEMENTS_%s answered %d", setting.upper(), status)
        return False
    return True
