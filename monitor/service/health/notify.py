"""The operator is told: notices to the log and to an address, a dead-man ping after every good poll.

Addresses hold tokens: no message of ours repeats one, also not one that a library's error text quotes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import requests

from db.database import Store
from db.settings import Settings
from monitor.service.health.notices import mark_told, untold

_LOG = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0

#: Asks the address (method, address, body); raises `requests.RequestException` or returns the status.
Ask = Callable[[str, str, str], int]


def ask(method: str, address: str, body: str = "") -> int:
    """The address was asked; its status is returned."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "ice-agreements"}
    answer = requests.request(method, address, data=body.encode() or None, headers=headers, timeout=TIMEOUT_SECONDS)
    return answer.status_code


def tell_operator(store: Store, settings: Settings, now: str, send: Ask = ask) -> int:
    """Every notice that was not told yet is in the log and, when an address is set, posted; returns how many.

    One that the address does not take (no status of 2xx) stays due, and with it all later ones: order matters.
    """
    address = settings.notice_url.get_secret_value()
    told = 0
    for notice, cleared in untold(store):
        text = f"over: {notice.text}" if cleared else notice.text
        line = f"[{notice.code}] {text}"
        if address and not _taken(send, "POST", address, line, "notice_url"):
            break
        _LOG.log(logging.INFO if cleared else logging.WARNING, "notice %s", line)
        mark_told(store, notice, now, cleared=cleared)
        told += 1
    return told


def ping(settings: Settings, send: Ask = ask) -> bool:
    """The dead-man switch heard from us; False when none is set or it did not answer."""
    address = settings.ping_url.get_secret_value()
    return bool(address) and _taken(send, "GET", address, "", "ping_url")


def _taken(send: Ask, method: str, address: str, body: str, setting: str) -> bool:
    try:
        status = send(method, address, body)
    except requests.RequestException as error:
        _LOG.warning("the address of ICE_AGREEMENTS_%s cannot be reached: %s", setting.upper(), type(error).__name__)
        return False
    if not 200 <= status < 300:
        _LOG.warning("the address of ICE_AGREEMENTS_%s answered %d", setting.upper(), status)
        return False
    return True
