"""The commands, as an operator types them."""

from __future__ import annotations

import csv
import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.alerts.unsubscribe import suppress
from monitor.changelog.log import read_log
from scheduler import app
from tests.monitor.alerts.world import World, make_world, row

PASCO = row("Pasco County Sheriff's Office", county="Pasco County")
LEE = row("Lee County Sheriff's Office", county="Lee County", signed="2025-06-02")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path / "home")
    world.publish("2025-06-02", PASCO)
    return world


def run(world: World, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["--db", str(world.home), *arguments])
    assert done.exit_code == code, done.output
    return done.stdout


def test_somebody_put_down_by_hand_is_asked_first(world: World) -> None:
    run(world, "subscribers", "add", "ann@example.org", "--state", "fl", "--county", "Lee", "--kind", "signing")
    assert json.loads(run(world, "subscribers", "list", "--format", "json")) == []
    (row_,) = json.loads(run(world, "subscribers", "list", "--all", "--format", "json"))
    assert (row_["address"], row_["status"], row_["county_fips"]) == ("ann@example.org", "pending", "12071")
    (waiting,) = json.loads(run(world, "alerts", "send", "--dry-run", "--format", "json"))
    assert (waiting["address"], waiting["what"]) == ("ann@example.org", "confirm")


def test_subscribers_go_out_as_csv_and_come_in_again(world: World, tmp_path: Path) -> None:
    run(world, "subscribers", "add", "ann@example.org", "--confirmed", "--state", "FL", "--early", "--language", "es")
    run(world, "subscribers", "add", "ann@example.org", "--confirmed", "--rhythm", "weekly", "--kind", "amendment")
    run(world, "subscribers", "add", "https://example.org/hook?key=1", "--channel", "webhook")
    text = run(world, "subscribers", "export")
    assert len(list(csv.DictReader(text.splitlines()))) == 3
    path = tmp_path / "subscribers.csv"
    path.write_text(text, encoding="utf-8")
    other = make_world(tmp_path / "other")
    suppress(other.store, "webhook:https://example.org/hook?key=1", "gone", other.now)
    assert "2 subscriptions imported, 0 known already, 1 suppressed" in run(
        other, "subscribers", "import", str(path), "--confirmed"
    )
    assert "0 subscriptions imported, 2 known already, 1 suppressed" in run(
        other, "subscribers", "import", str(path), "--confirmed"
    )
    columns = ("address", "rhythm", "state", "kinds", "early", "language")
    there = json.loads(run(other, "subscribers", "list", "--format", "json"))
    here = json.loads(run(world, "subscribers", "list", "--format", "json"))
    assert [[r[c] for c in columns] for r in there] == [[r[c] for c in columns] for r in here if r["channel"] == "mail"]


def test_a_csv_with_one_wrong_row_is_taken_in_not_at_all(world: World, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("address,state\nann@example.org,FL\nbob@example.org,Atlantis\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["--db", str(world.home), "subscribers", "import", str(path)])
    assert done.exit_code != 0
    assert "row 3" in str(done.exception)
    assert json.loads(run(world, "subscribers", "list", "--all", "--format", "json")) == []


def test_a_removed_address_can_be_forgotten(world: World) -> None:
    run(world, "subscribers", "add", "ann@example.org", "--confirmed")
    run(world, "subscribers", "remove", "ann@example.org", "--erase")
    found = world.store.connection.execute("select address, address_key, status from subscribers").fetchall()
    assert found == [("", "erased:1", "ended")]


def test_a_suppressed_address_cannot_be_put_down_until_that_is_lifted(world: World) -> None:
    run(world, "subscribers", "suppress", "Ann@Example.org")
    done = CliRunner().invoke(app, ["--db", str(world.home), "subscribers", "add", "ann@example.org"])
    assert "suppressed" in str(done.exception)
    run(world, "subscribers", "unsuppress", "ann@example.org")
    run(world, "subscribers", "add", "ann@example.org")


def test_a_preview_shows_the_message_and_queues_nothing(world: World, tmp_path: Path) -> None:
    world.publish("2025-06-03", PASCO, LEE)
    (change,) = read_log(world.store)
    text = run(world, "alerts", "preview", change["id"], "--language", "es")
    assert "Subject: Lee County Sheriff's Office (FL): acuerdo nuevo (Grupo operativo)" in text
    run(world, "alerts", "preview", change["id"], "--html", str(tmp_path / "m.html"))
    assert "Lee County Sheriff" in (tmp_path / "m.html").read_text(encoding="utf-8")
    assert world.store.connection.execute("select count(*) from deliveries").fetchone()[0] == 0


def test_a_failed_message_is_sent_again_only_when_it_is_asked_for(world: World) -> None:
    run(world, "subscribers", "add", "ann@example.org", "--confirmed", "--rhythm", "instant")
    world.publish("2025-06-03", PASCO, LEE)
    from monitor.alerts.compose import compose_due

    compose_due(world.store, world.now)
    with world.store.writing() as connection:
        connection.execute("update messages set status = 'failed'")
        connection.execute("update deliveries set status = 'failed'")
    assert json.loads(run(world, "alerts", "send", "--dry-run", "--format", "json")) == []
    run(world, "alerts", "resend", "--address", "ann@example.org")
    assert len(json.loads(run(world, "alerts", "send", "--dry-run", "--format", "json"))) == 1
    with world.store.writing() as connection:
        connection.execute("update messages set status = 'sent'")
    done = CliRunner().invoke(app, ["--db", str(world.home), "alerts", "resend", "--address", "ann@example.org"])
    assert "no failed message" in str(done.exception), "what was taken is never sent again"


def test_a_chat_address_is_never_shown(world: World) -> None:
    run(world, "subscribers", "add", "discord://12345/very-secret", "--channel", "chat")
    assert "very-secret" not in run(world, "subscribers", "list") + run(world, "alerts", "log")


def test_an_intake_whose_port_is_taken_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICE_AGREEMENTS_BOUNCE_ADDRESS", "bounces@alerts.example.org")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["--db", str(world.home), "alerts", "intake", "--port", str(port)])
    assert str(done.exception) == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; stop what listens there, or give another --port"
    )
