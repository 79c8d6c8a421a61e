"""Webhooks over a real HTTP server: signed, retried from disk, logged, corrected; and chat through Apprise."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from db.queries.delivery_log import list_attempts
from db.queries.subscribers import get_subscriber
from monitor.alerts.digest_times import later
from monitor.alerts.send import send_due
from monitor.changelog.log import read_log
from tests.monitor.alerts.world import World, make_world, row

PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row("Lee County Sheriff's Office", county="Lee County", signed="2025-06-02")


@dataclass
class Taker:
    """What came, and the codes to answer with: the last one for ever."""

    codes: list[int] = field(default_factory=lambda: [200])
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def taker() -> Iterator[Taker]:
    taker = Taker()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taker.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(taker.codes.pop(0) if len(taker.codes) > 1 else taker.codes[0])
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    taker.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield taker
    server.shutdown()
    server.server_close()


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path, smtp_host="")
    world.publish("2025-06-02", PASCO)
    return world


def test_a_change_is_posted_signed_with_the_hooks_own_secret(world: World, taker: Taker) -> None:
    added = world.subscribe(taker.url, channel="webhook")
    world.publish("2025-06-03", PASCO, LEE)
    assert send_due(world.store, world.settings, world.now).sent == 1
    ((headers, body),) = taker.calls
    secret = get_subscriber(world.store.connection, added.subscriber_id).secret
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    proof = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"
    (told,) = json.loads(body)["changes"]
    assert (told["what"], told["change"]["kind"]) == ("news", "signing")
    assert told["change"]["agency"] == "Lee County Sheriff's Office"
    assert [e["told"] for e in read_log(world.store)] == [True]


def test_a_hook_that_is_down_gets_everything_later_with_the_same_id(world: World, taker: Taker) -> None:
    world.subscribe(taker.url, channel="webhook")
    taker.codes = [500, 302, 429, 200]
    world.publish("2025-06-03", PASCO, LEE)
    for _ in range(5):
        send_due(world.store, world.settings, world.now)
        world.now = later(world.now, hours=5)
    assert len(taker.calls) == 4
    assert len({headers["webhook-id"] for headers, _ in taker.calls}) == 1
    log = [(a["outcome"], a["code"]) for a in list_attempts(world.store.connection, None, failed=False, limit=10)]
    assert log == [("sent", 200), ("later", 429), ("later", 302), ("later", 500)]


def test_a_correction_is_posted_to_who_was_told(world: World, taker: Taker) -> None:
    world.subscribe(taker.url, channel="webhook")
    for day, rows in (("2025-06-03", []), ("2025-06-04", []), ("2025-06-05", [PASCO])):
        world.publish(day, *rows)
        send_due(world.store, world.settings, world.now)
    said = [(c["what"], c["change"]["kind"]) for _, body in taker.calls for c in json.loads(body)["changes"]]
    assert said == [("news", "termination"), ("correction", "termination"), ("news", "reinstatement")]


def test_a_hook_that_is_gone_is_suppressed(world: World, taker: Taker) -> None:
    added = world.subscribe(taker.url, channel="webhook")
    taker.codes = [410]
    world.publish("2025-06-03", PASCO, LEE)
    assert send_due(world.store, world.settings, world.now).failed == 1
    assert get_subscriber(world.store.connection, added.subscriber_id).status == "suppressed"


def test_a_hook_is_given_up_after_three_days(world: World, taker: Taker) -> None:
    world.subscribe(taker.url, channel="webhook")
    taker.codes = [503]
    world.publish("2025-06-03", PASCO, LEE)
    for _ in range(30):
        send_due(world.store, world.settings, world.now)
        world.now = later(world.now, hours=4)
    assert world.store.connection.execute("select status from messages where kind = 'alert'").fetchall() == [
        ("failed",)
    ]
    assert len(taker.calls) == 72 / 4 + 1
    assert [e["told"] for e in read_log(world.store)] == [False]


def test_a_chat_channel_gets_a_line_a_change(world: World, taker: Taker) -> None:
    """Apprise's plain JSON service stands for the hundred others."""
    world.subscribe(taker.url.replace("http://", "json://"), channel="chat")
    world.publish("2025-06-03", PASCO, LEE)
    assert send_due(world.store, world.settings, world.now).sent == 1
    posted = json.loads(taker.calls[0][1])
    assert posted["title"] == "287(g): 1 new agreement in Lee County, Florida"
    page = "https://agreements.example.org/changes/" + read_log(world.store)[0]["id"] + "/"
    assert posted["message"] == f"First listed: Lee County Sheriff's Office (Lee County, Florida) {page}"
