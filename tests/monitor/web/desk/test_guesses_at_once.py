"""Many guesses at once: no more passwords are checked than the limit says, and pages are answered meanwhile."""

from __future__ import annotations

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from argon2 import PasswordHasher

from monitor.web.desk import accounts
from monitor.web.desk.login_attempts import FEW, reserve_attempt
from monitor.web.desk.respond import MOST_WAITING
from tests.monitor.web.desk.conftest import ADA, World, token_in


def ask(address: str, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
    """(status, body, cookie) of the answer."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body or None, {**kind, **headers})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, (answer.getheader("set-cookie") or "").partition(";")[0]


def test_sixty_guesses_at_once_are_five_checked_passwords(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once 44 of 60 were checked: each counted those before it, and none had been stored yet."""
    checked = []

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            checked.append(threading.current_thread().name)
            time.sleep(0.05)
            return super().verify(hash, password)

    accounts._nobody()
    monkeypatch.setattr(accounts, "HASHER", Slow(time_cost=1, memory_cost=8, parallelism=1))
    world.clock.ticks = False
    _, page, cookie = ask(address, "GET", "/review/login")
    form = urlencode({"csrf": token_in(page), "name": ADA, "password": "a guess of many"})
    with ThreadPoolExecutor(60) as crowd:
        guesses = [crowd.submit(ask, address, "POST", "/review/login", form, Cookie=cookie) for _ in range(60)]
        time.sleep(0.1)
        begun = time.perf_counter()
        assert ask(address, "GET", "/review/login")[0] == 200
        waited = time.perf_counter() - begun
        statuses = [guess.result()[0] for guess in guesses]
    assert len(checked) == FEW
    assert statuses.count(401) == FEW
    assert set(statuses) <= {401, 429, 503}
    assert statuses.count(503) <= 60 - 1 - MOST_WAITING
    assert waited < 2, "a page waited for the passwords"


def test_tries_reserved_at_once_are_counted_one_after_the_other(world: World) -> None:
    """Stores of their own, as in as many processes."""
    world.clock.ticks = False
    together = threading.Barrier(20)

    def reserve(_: int) -> int:
        with world.store() as store:
            together.wait()
            return reserve_attempt(store, ADA, "192.0.2.1", world.clock()).wait

    with ThreadPoolExecutor(20) as crowd:
        waits = list(crowd.map(reserve, range(20)))
    assert sorted(bool(wait) for wait in waits) == [False] * FEW + [True] * (20 - FEW)


def test_an_ipv6_network_guesses_as_one_address(world: World) -> None:
    world.clock.ticks = False
    with world.store() as store:
        waits = [reserve_attempt(store, ADA, f"2001:db8:0:7::{n:x}", world.clock()).wait for n in range(1, FEW + 3)]
        other = reserve_attempt(store, ADA, "2001:db8:0:8::1", world.clock()).wait
    assert [bool(wait) for wait in waits] == [False] * FEW + [True] * 2
    assert other == 0


def test_the_old_password_cannot_be_guessed_from_a_login_left_open(world: World) -> None:
    client = world.client(ADA)
    world.clock.ticks = False
    token = token_in(client.get("/review/account").text)
    form = {"csrf": token, "old": "not the old one", "password": "another long one", "again": "another long one"}
    statuses = [client.post("/review/account/password", data=form).status_code for _ in range(7)]
    assert statuses == [400] * FEW + [429] * 2


def test_a_large_form_of_a_stranger_is_refused_before_it_is_read(world: World) -> None:
    """Taking one apart took two seconds, in which no page was answered; a reviewer's import is that large."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    stranger, ada = world.client(), world.client(ADA)
    large = b"&" * 100_000
    for path in ("/review/login", "/review/bulk", "/review/facts/import", "/review/account/password"):
        assert stranger.post(path, content=large, headers=kind).status_code == 413, path
    assert ada.post("/review/facts", content=large, headers=kind).status_code == 403  # read, and without its token
    assert ada.post("/review/facts", content=b"&" * 5_000_001, headers=kind).status_code == 413
