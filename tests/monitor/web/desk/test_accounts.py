"""Logins that cannot be forged, fixed, guessed or outlived; headers that keep the desk to itself."""

from __future__ import annotations

import logging
import re

import pytest
from argon2 import PasswordHasher
from itsdangerous import Signer
from starlette.testclient import TestClient
from typer.testing import CliRunner

import scheduler
from db.settings import Settings
from monitor.web.desk import accounts
from monitor.web.desk.app import make_desk
from monitor.web.desk.logins import KEY_NAME
from tests.monitor.web.desk.conftest import ADA, BEN, PASSWORD, World, log_in, token_in


def is_in(client: TestClient) -> bool:
    return bool(client.get("/review").status_code == 200)


@pytest.mark.long
def test_three_hundred_guesses_are_slowed_seen_and_in_vain(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Over an hour, a guess every 12 seconds: 26 were tried at all, the others had to wait; each is a row."""
    client = world.client()
    world.clock.ticks = False
    answers = []
    with caplog.at_level(logging.WARNING):
        for number in range(300):
            answers.append(log_in(client, ADA, f"guess number {number}"))
            world.clock.move(seconds=12)
    tried = [a for a in answers if a.status_code == 401]
    assert len(tried) + sum(a.status_code == 429 for a in answers) == 300
    assert len(tried) < 40
    assert all(int(a.headers["retry-after"]) > 0 for a in answers if a.status_code == 429)
    with world.store() as store:
        rows = dict(store.connection.execute("select outcome, count(*) from login_attempts group by 1").fetchall())
    assert rows == {"wrong": len(tried), "slowed": 300 - len(tried)}
    assert sum("login" in record.message for record in caplog.records) == 300
    assert "guess number" not in caplog.text
    # a stranger's guesses do not lock Ada out at her own desk
    assert log_in(world.client(address="ada-at-home"), ADA).status_code == 303


def test_the_right_password_ends_the_wait_only_when_the_wait_is_over(world: World) -> None:
    client = world.client()
    world.clock.ticks = False
    for _ in range(5):
        assert log_in(client, ADA, "a wrong password").status_code == 401
    assert log_in(client, ADA).status_code == 429
    world.clock.move(seconds=31)
    assert log_in(client, ADA).status_code == 303


def test_a_name_that_is_not_there_is_treated_as_one_that_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer, word for word but for tokens and the name, after the same work: one hash is verified."""
    verified = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # the library's name
            verified.append(password)
            return super().verify(hash, password)

    monkeypatch.setattr(accounts, "HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    answers = [log_in(world.client(), name, "a wrong password") for name in (ADA, "Nobody Here")]
    assert verified == ["a wrong password"] * 2
    bare = [re.sub(r"[0-9a-f]{64}|Ada Editor|Nobody Here|2025-[\d\-T: ]+(Z|UTC)", "", a.text) for a in answers]
    assert bare[0] == bare[1]
    assert [a.status_code for a in answers] == [401, 401]


def test_a_cookie_cannot_be_made_up_changed_or_planted(world: World) -> None:
    client = world.client(ADA)
    real = client.cookies["ice_session"]
    forged = Signer("another key", salt="desk session").sign("x" * 43).decode()
    token, _, signature = real.rpartition(".")
    other_first = "B" if token[0] == "A" else "A"
    swapped = f"{token}.{signature[:20].swapcase()}{signature[20:]}"
    for cookie in ("", "x", token, swapped, f"{other_first}{token[1:]}.{signature}", forged, "." * 100):
        other = world.client()
        other.cookies.set("ice_session", cookie)
        assert not is_in(other), cookie


def test_a_cookie_planted_before_the_login_is_not_the_one_after_it(world: World) -> None:
    """Who planted Ben's cookie (a signed one of an earlier login, even) is not logged in when Ben logs in with it."""
    earlier = world.client(BEN)
    planted = earlier.cookies["ice_session"]
    earlier.post("/review/logout", data={"csrf": token_in(earlier.get("/review").text)})
    victim = world.client()
    victim.cookies.set("ice_session", planted, domain="testserver.local", path="/")
    assert log_in(victim, BEN).status_code == 303
    attacker = world.client()
    attacker.cookies.set("ice_session", planted)
    assert not is_in(attacker)
    assert is_in(victim)


def test_ending_ones_logins_ends_a_copied_cookie_too(world: World) -> None:
    client = world.client(ADA)
    old = client.cookies["ice_session"]
    page = client.get("/review/account")
    token = token_in(page.text)
    assert client.post("/review/account/end", data={"csrf": token}).status_code == 303
    other = world.client()
    other.cookies.set("ice_session", old)
    assert not is_in(other)


def test_a_session_ends_by_age_by_idleness_by_logout_and_by_an_administrator(world: World) -> None:
    aged, idle, left, ended = (world.client(name) for name in (ADA, ADA, ADA, BEN))
    assert left.post("/review/logout", data={"csrf": token_in(left.get("/review").text)}).status_code == 303
    assert not is_in(left)
    token = token_in(aged.get("/review/users").text)
    assert is_in(ended)
    aged.post("/review/users/change", data={"csrf": token, "name": BEN, "what": "end"})
    assert not is_in(ended)
    for _ in range(9):  # every 50 minutes, so it is never idle for an hour; 8 hours are the longest
        world.clock.move(minutes=50)
        assert is_in(aged)
    assert not is_in(idle)
    world.clock.move(minutes=50)
    assert not is_in(aged)


def test_a_new_password_or_role_or_a_stop_ends_every_login(world: World) -> None:
    run = CliRunner()
    client = world.client(BEN)
    reset = run.invoke(
        scheduler.app,
        ["--db", str(world.home), "users", "password", BEN, "--password-stdin"],
        input="another long one\n",
    )
    assert reset.exit_code == 0, reset.output
    assert not is_in(client)
    assert log_in(world.client(), BEN).status_code == 401
    client = world.client()
    assert log_in(client, BEN, "another long one").status_code == 303
    assert run.invoke(scheduler.app, ["--db", str(world.home), "users", "role", BEN, "administrator"]).exit_code == 0
    assert not is_in(client)
    client = world.client()
    log_in(client, BEN, "another long one")
    assert client.get("/review/users").status_code == 200
    assert run.invoke(scheduler.app, ["--db", str(world.home), "users", "stop", BEN]).exit_code == 0
    assert not is_in(client)
    assert log_in(world.client(), BEN, "another long one").status_code == 401
    last = run.invoke(scheduler.app, ["--db", str(world.home), "users", "stop", ADA])
    assert isinstance(last.exception, accounts.AccountError)  # nobody could manage users any more


@pytest.mark.parametrize("password", ["short", "a" * 11, "Ada Editor", "aaaaaaaaaaaaaaaa", "x" * 201])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(accounts.AccountError):
        accounts.hash_password(password, ADA)


def test_a_password_is_kept_as_argon2id_only(world: World) -> None:
    with world.store() as store:
        kept = store.connection.execute("select password_hash from users").fetchall()
        assert all(row[0].startswith("$argon2id$") for row in kept)
        assert PASSWORD not in "".join(store.connection.iterdump())
    real = PasswordHasher()
    assert (real.memory_cost, real.time_cost) >= (65536, 3)  # what accounts.HASHER is outside the tests


def test_every_answer_has_the_headers_that_keep_it_safe(world: World) -> None:
    client = world.client(ADA)
    for path in (
        "/review",
        "/review/login",
        "/review/changes/none",
        "/review/static/desk.css",
        "/review/static/desk.js",
    ):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers  # no TLS here
    assert client.get("/review").headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?! src)|<style|\son\w+=|\sstyle=", client.get("/review").text)


def test_by_tls_cookies_are_secure_and_bound_to_the_host(world: World) -> None:
    settings = world.settings.model_copy(update={"behind_tls": True})
    client = TestClient(make_desk(settings, world.clock), base_url="https://desk.test", follow_redirects=False)
    answer = log_in(client, ADA)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "ice_session" in c)
    assert cookie.startswith("__Host-ice_session=")
    for flag in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert client.get("/review").headers["strict-transport-security"].startswith("max-age=31536000")
    plain = log_in(world.client(), ADA).headers.get_list("set-cookie")
    assert all("HttpOnly" in c and "SameSite=lax" in c for c in plain if "ice_session" in c)


def test_a_proxys_header_is_believed_only_from_the_proxy_and_only_when_asked_for(world: World) -> None:
    header = {"X-User": BEN}
    assert world.client().get("/review", headers=header).status_code == 303
    trusting = world.settings.model_copy(update={"trusted_user_header": "X-User", "trusted_proxies": "10.0.0.1"})

    def from_address(address: str) -> TestClient:
        return TestClient(make_desk(trusting, world.clock), follow_redirects=False, client=(address, 1))

    assert from_address("10.0.0.2").get("/review", headers=header).status_code == 303
    there = from_address("10.0.0.1")
    page = there.get("/review", headers=header)
    assert page.status_code == 200
    assert there.get("/review", headers={"X-User": "Nobody"}).status_code == 303
    assert there.post("/review/looked", headers=header, data={}).status_code == 403  # forms bring a token here too
    assert there.post("/review/looked", headers=header, data={"csrf": token_in(page.text)}).status_code == 303


@pytest.mark.parametrize(
    "to", ["https://evil.test/review", "//evil.test", "/review\\@evil.test", "/elsewhere", "javascript:1"]
)
def test_a_login_leads_nowhere_but_to_the_desk(world: World, to: str) -> None:
    assert log_in(world.client(), ADA, next=to).headers["location"] == "/review"
    assert log_in(world.client(), ADA, next="/review/audit?page=2").headers["location"] == "/review/audit?page=2"


def test_the_key_is_its_owners_only_and_without_it_no_cookie_fits(world: World) -> None:
    client = world.client(ADA)
    key = world.home / KEY_NAME
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    other = TestClient(make_desk(Settings(home=world.home), world.clock), follow_redirects=False)
    other.cookies.set("ice_session", client.cookies["ice_session"])
    assert not is_in(other)
