"""Webhooks over a real HTTP server: signed, retried from disk, logged, corrected; and chat through Apprise."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
from sqlite_utils import Database
from standardwebhooks import Webhook, WebhookVerificationError

from db.errors import NotFoundError
from db.migrations import load_migrations
from db.queries.delivery_log import list_attempts
from db.queries.messages import list_open, load_message
from db.queries.subscribers import get_subscriber
from monitor.alerts.alert_errors import AddressError
from monitor.alerts.digest_times import later
from monitor.alerts.operator_mail import write_operator_mail
from monitor.alerts.send import send_due
from monitor.alerts.try_address import send_test
from monitor.alerts.webhooks import sign_body
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


def test_a_change_is_posted_signed_as_standard_webhooks_says(world: World, taker: Taker) -> None:
    """The specification's own library takes the signature, and refuses a body that was changed."""
    added = world.subscribe(taker.url, channel="webhook")
    world.publish("2025-06-03", PASCO, LEE)
    assert send_due(world.store, world.settings, world.now).sent == 1
    ((headers, body),) = taker.calls
    secret = get_subscriber(world.store.connection, added.subscriber_id).secret
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret), "32 random bytes"
    with time_machine.travel(world.now):
        told = Webhook(secret).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace(b"Lee", b"Leo"), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + base64.b64encode(bytes(32)).decode()).verify(body, headers)
    assert (told["type"], told["id"], told["timestamp"]) == ("changes", headers["webhook-id"], world.now)
    (change,) = told["changes"]
    assert (change["what"], change["change"]["kind"], change["corrects"]) == ("news", "signing", None)
    assert change["headline"] == "First listed: Lee County Sheriff's Office"
    assert change["url"] == f"https://agreements.example.org/changes/{change['change']['id']}/"
    assert [e["told"] for e in read_log(world.store)] == [True]


def test_a_secret_of_before_signs_as_before(tmp_path: Path) -> None:
    """Whoever checks signatures with the old secret's bytes need not change a thing."""
    old = "plain-secret-of-version-0.1_of-43-characters"
    path = tmp_path / "old.sqlite"
    db = Database(path)
    migrations = load_migrations()
    migrations.apply(db, stop_before="m008_alert_wishes")
    db.execute(
        "insert into subscribers (channel, address, address_key, status, nonce, secret, created_at)"
        " values ('webhook', 'https://a.example/', 'webhook:https://a.example/', 'active', 'n', ?, 'x')",
        [old],
    )
    migrations.apply(db)
    ((secret,),) = db.execute("select secret from subscribers").fetchall()
    proof = base64.b64encode(hmac.new(old.encode(), b"1.2.{}", hashlib.sha256).digest()).decode()
    assert sign_body(secret, "1", 2, b"{}") == f"v1,{proof}"
    db.close()


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
        if rows:
            world.dismiss("termination")
        world.publish(day, *rows)
        send_due(world.store, world.settings, world.now)
    said = [(c["what"], c["change"]["kind"]) for _, body in taker.calls for c in json.loads(body)["changes"]]
    assert said == [("news", "termination"), ("correction", "termination"), ("news", "reinstatement")]
    corrects = [c["corrects"] for _, body in taker.calls for c in json.loads(body)["changes"]]
    assert corrects == [None, taker.calls[0][0]["webhook-id"], None], "the correction names the message it corrects"


def test_a_hook_that_is_gone_is_suppressed(world: World, taker: Taker) -> None:
    added = world.subscribe(taker.url, channel="webhook")
    taker.codes = [410]
    world.publish("2025-06-03", PASCO, LEE)
    assert send_due(world.store, world.settings, world.now).failed == 1
    assert get_subscriber(world.store.connection, added.subscriber_id).status == "suppressed"
    assert operator_mail(world) == ["287(g): webhook address given up: http://127.0.0.1/…"]


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


def operator_mail(world: World) -> list[str]:
    """Subjects of the messages that wait for the operator."""
    waiting = list_open(world.store.connection, "9999", 0, 100, mail=True)
    loaded = [load_message(world.store.connection, number) for number in waiting]
    return [
        write_operator_mail(world.store.connection, m.about or "").subject for m in loaded if m and m.kind == "operator"
    ]


def test_a_hook_that_takes_nothing_for_days_is_given_up_and_the_operator_told(world: World, taker: Taker) -> None:
    """Its message of June 3 is given up after three days; that of June 6 on June 9, and then the hook, too."""
    added = world.subscribe(taker.url, channel="webhook")
    taker.codes = [503]
    status = []
    world.publish("2025-06-03", PASCO, LEE)
    for hours in range(0, 8 * 24, 4):
        if hours == 3 * 24 + 4:
            world.publish("2025-06-06", PASCO, LEE, row("Bay County Sheriff's Office", signed="2025-06-05"))
        send_due(world.store, world.settings, world.now)
        status.append((hours // 24, get_subscriber(world.store.connection, added.subscriber_id).status))
        world.now = later(world.now, hours=4)
    assert (3, "active") in status
    assert next(day for day, word in status if word == "suppressed") in (6, 7)
    assert operator_mail(world) == ["287(g): webhook address given up: http://127.0.0.1/…"]
    calls = len(taker.calls)
    world.publish("2025-06-14", PASCO)
    send_due(world.store, world.settings, world.now)
    assert len(taker.calls) == calls


def test_a_test_message_goes_to_one_address_and_leaves_no_trace(world: World, taker: Taker) -> None:
    world.publish("2025-06-03", PASCO, LEE)
    added = world.subscribe(taker.url, channel="webhook")
    taker.codes = [204, 500]
    assert send_test(world.store, world.settings, taker.url, world.now).word == "sent"
    assert send_test(world.store, world.settings, taker.url, world.now).code == 500
    headers, body = taker.calls[0]
    secret = get_subscriber(world.store.connection, added.subscriber_id).secret
    with time_machine.travel(world.now):
        said = Webhook(secret).verify(body, headers)
    assert said["type"] == "test"
    assert [c["change"]["agency"] for c in said["changes"]] == ["Lee County Sheriff's Office"]
    assert list_attempts(world.store.connection, None, failed=False, limit=9) == []
    assert [e["told"] for e in read_log(world.store)] == [False]
    with pytest.raises(NotFoundError):
        send_test(world.store, world.settings, "https://nobody.example/", world.now)


@pytest.mark.parametrize("address", ["nosuch://a/b", "discord://only-one-part", "slack://T1/B1"])
def test_a_chat_address_that_apprise_cannot_read_is_refused_when_it_is_added(world: World, address: str) -> None:
    with pytest.raises(AddressError, match="Apprise knows no such service, or the address is incomplete"):
        world.subscribe(address, channel="chat")


def test_a_chat_channel_gets_a_line_a_change(world: World, taker: Taker) -> None:
    """Apprise's plain JSON service stands for the hundred others."""
    world.subscribe(taker.url.replace("http://", "json://"), channel="chat")
    world.publish("2025-06-03", PASCO, LEE)
    assert send_due(world.store, world.settings, world.now).sent == 1
    posted = json.loads(taker.calls[0][1])
    assert posted["title"] == "Lee County Sheriff's Office (FL): new Task Force agreement"
    page = "https://agreements.example.org/changes/" + read_log(world.store)[0]["id"] + "/"
    assert posted["message"] == f"- [Lee County Sheriff's Office]({page}) (Lee County, Florida): First listed"


@pytest.mark.parametrize(
    ("address", "text_in"),
    [
        ("slack://TAAAAAAAA/BBBBBBBBB/cccccccccccccccccccccccc", ("attachments", 0, "text")),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", ("content",)),
        ("matrix://user:pass@127.0.0.1/#room?mode=matrix", ("text",)),
        ("workflows://example.org/WorkflowID/Signature", ("attachments", 0, "content", "body", 2, "text")),
    ],
)
def test_the_big_chat_services_get_lines_apart_and_a_link_to_the_rest(
    world: World, taker: Taker, monkeypatch: pytest.MonkeyPatch, address: str, text_in: tuple[str | int, ...]
) -> None:
    """Slack, Discord, Matrix and Teams in Apprise's own code, their hosts answered by the local server."""
    request = requests.Session.request

    def request_here(self: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        return request(self, method, taker.url, **options)

    monkeypatch.setattr(requests.Session, "request", request_here)
    new = [row(f"Town {n:02} Police Department", signed="2025-06-02") for n in range(14)]
    world.subscribe(address, channel="chat")
    world.publish("2025-06-03", PASCO, *new)
    send_due(world.store, world.settings, world.now)
    bodies = [json.loads(body) for _, body in taker.calls if body]
    said: Any = bodies[-1]
    assert "Town 00" in json.dumps(said), said
    for step in text_in:
        said = said[step]
    lines = [line for line in said.replace("\r", "").split("\n") if line.strip()]
    told = [line for line in lines if "Police Department" in line]
    assert len(told) == 10, "each change on a line of its own"
    assert all("https://agreements.example.org/changes/" in line for line in told)
    assert "4 more changes" in lines[-1] or "4 more changes" in lines[-2]
    assert said.count("https://agreements.example.org/changes/?since=2025-06-03") == 1
    assert len(said) < 2000, "Discord takes no more"
