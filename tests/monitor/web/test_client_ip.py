"""Behind a proxy every reader has a limit of their own, and nobody gets out of it by what they send."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from db.database import Store
from db.settings import Settings
from monitor.web.forms.app import make_routes
from monitor.web.http.client_ip import client_ip, network_of
from monitor.web.http.limits import RateLimit

PROXY, READER, OTHER = "10.0.0.1", "203.0.113.7", "203.0.113.8"


def asked(peer: str | None, *forwarded: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", text.encode()) for text in forwarded]
    return {"type": "http", "client": (peer, 4711) if peer else None, "headers": headers}


def test_a_trusted_proxy_is_believed_and_only_about_what_it_added() -> None:
    assert client_ip(asked(PROXY, READER), {PROXY}) == READER
    assert client_ip(asked(PROXY, f"{OTHER}, {READER}"), {PROXY}) == READER
    assert client_ip(asked(PROXY, OTHER, READER), {PROXY}) == READER
    assert client_ip(asked(PROXY), {PROXY}) == PROXY


def test_nobody_else_is_believed() -> None:
    assert client_ip(asked(OTHER, READER), {PROXY}) == OTHER
    assert client_ip(asked(PROXY, READER), ()) == PROXY
    assert client_ip(asked(None, READER), {PROXY}) == ""


def test_the_api_counts_readers_behind_a_proxy_one_by_one() -> None:
    app = Starlette(middleware=[Middleware(RateLimit, per_minute=1, proxies={PROXY})])
    client = TestClient(app, client=(PROXY, 4711))
    codes = [
        client.get("/", headers={"X-Forwarded-For": reader}).status_code for reader in (READER, READER, OTHER, OTHER)
    ]
    assert codes == [404, 429, 404, 429]


def test_sign_ups_behind_a_proxy_are_counted_by_reader(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    settings = Settings(home=tmp_path, trusted_proxies=PROXY, signups_per_hour=1)
    client = TestClient(Starlette(routes=make_routes(settings)), client=(PROXY, 4711))
    for number, reader in enumerate((READER, READER, OTHER)):
        form = {"address": f"reader{number}@example.org", "rhythm": "daily", "zone": "America/New_York"}
        client.post("/alerts/subscribe", data=form, headers={"X-Forwarded-For": reader})
    with Store.open(tmp_path) as store:
        kept = [row[0] for row in store.connection.execute("select address from subscribers order by id")]
    assert kept == ["reader0@example.org", "reader2@example.org"]


def test_an_ipv6_network_is_one_client_to_every_limit() -> None:
    """One household has 2 ** 64 addresses; an address each would be no limit at all."""
    app = Starlette(middleware=[Middleware(RateLimit, per_minute=2)])
    hosts = ["2001:db8:0:7::1", "2001:db8:0:7:ffff::2", "2001:db8:0:7::3", "2001:db8:0:8::1"]
    assert [TestClient(app, client=(host, 4711)).get("/").status_code for host in hosts] == [404, 404, 429, 404]
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("fe80::1%eth0") == network_of("fe80::2%eth0") == "fe80::/64"
    assert network_of("no address") == "no address"
