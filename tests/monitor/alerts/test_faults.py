"""Over a real SMTP server that refuses, delays, greylists, drops and kills: everybody ends with what is due."""

from __future__ import annotations

import multiprocessing
import random
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from db.database import Store
from db.settings import Settings
from monitor.alerts.digest_times import later
from monitor.alerts.send import send_due
from tests.monitor.alerts.smtpd import WINDOW, Plan, Server, told
from tests.monitor.alerts.world import World, make_world, row

READERS = [f"reader{n}@example.org" for n in range(6)]
NOBODY = "nobody@example.org"
PASCO, LEE, BAY = (row(f"{name} County Sheriff's Office", county=f"{name} County") for name in ("Pasco", "Lee", "Bay"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world in which six readers and one dead address are to be told one ending and one signing."""
    world = make_world(tmp_path_factory.mktemp("template"))
    world.publish("2025-06-02", PASCO)
    for address in [*READERS, NOBODY]:
        world.subscribe(address)
    world.publish("2025-06-03", LEE)
    world.publish("2025-06-14", LEE)
    world.store.close()
    return world.home


def work(home: Path, settings: Settings, now: str) -> None:
    """One run of the worker, in a process of its own that may be killed."""
    with Store.open(home) as store:
        send_due(store, settings, now, sleep=lambda _: None)


def run_worker(home: Path, settings: Settings, now: str, server: Server, kills: bool) -> None:
    if not kills:
        work(home, settings, now)
        return
    process = multiprocessing.get_context("fork").Process(target=work, args=(home, settings, now))
    process.start()
    server.worker.value = process.pid or 0
    process.join()
    server.worker.value = 0


def is_open(store: Store) -> bool:
    return bool(
        store.connection.execute(
            "select (select count(*) from messages where status in ('waiting', 'sending'))"
            " + (select count(*) from deliveries where status = 'waiting')"
        ).fetchone()[0]
    )


def run_schedule(template: Path, home: Path, seed: int, *, kills: bool) -> None:
    shutil.copytree(template, home)
    chance = random.Random(seed)
    plan = Plan(seed, chance.choice([0.2, 0.5, 0.8]), 4, kills, (NOBODY,), late_seconds=3.5)
    with Server(plan, home / "accepted.jsonl") as server:
        settings = make_world(home, smtp_port=server.port, smtp_timeout_seconds=3).settings
        world = World(home, Store.open(home), settings, "2025-06-14T13:00:00Z")
        ending = world.store.connection.execute("select id from changes where kind = 'termination'").fetchone()[0]
        signing = world.store.connection.execute("select id from changes where kind = 'signing'").fetchone()[0]
        retract_after = chance.randrange(6)
        for turn in range(40):
            run_worker(home, settings, world.now, server, kills)
            if turn == retract_after:  # a reviewer dismisses what was told, and ICE lists Pasco County again
                world.dismiss("termination")
                world.now = max(world.now, "2025-06-15T13:00:00Z")
                world.publish("2025-06-15", LEE, PASCO)
            elif turn > retract_after and not is_open(world.store):
                break
            world.now = later(world.now, hours=1)
        assert not is_open(world.store), f"seed {seed}: something still waits"
        back = world.store.connection.execute("select id from changes where kind = 'reinstatement'").fetchone()[0]
        check_mailboxes(server, world, {"ending": ending, "signing": signing, "back": back}, seed)
        world.store.close()


def check_mailboxes(server: Server, world: World, ids: dict[str, str], seed: int) -> None:
    copies: dict[str, list[dict[str, str]]] = defaultdict(list)
    got: dict[str, Counter[str]] = defaultdict(Counter)
    killed = Counter(e["id"] for e in server.accepted() if e["event"] == "killed")
    for entry in server.accepted():
        if entry["event"] == "killed":
            continue
        if not copies[entry["id"]]:
            got[entry["to"][0]].update(told(entry))
        copies[entry["id"]].append(entry)
    for message_id, entries in copies.items():
        in_window = sum(e["event"] in WINDOW for e in entries) + killed[message_id]
        assert in_window <= 1
        assert len(entries) <= 1 + in_window, f"seed {seed}: {message_id} came {len(entries)} times"
        assert len({(e["to"][0], *told(e)) for e in entries}) == 1, f"seed {seed}: a repeat that says something else"
    assert NOBODY not in got
    for reader in READERS:
        assert got[reader][ids["signing"]] == 1, f"seed {seed}: {reader} {got[reader]}"
        assert got[reader][ids["back"]] == 1, f"seed {seed}: {reader} {got[reader]}"
        assert got[reader][ids["ending"]] <= 1
        # corrected exactly if told
        assert got[reader]["correction"] == got[reader][ids["ending"]], f"seed {seed}: {reader}"
    why = world.store.connection.execute("select reason from suppressions where address_key = ?", [NOBODY]).fetchone()
    assert why is not None
    assert why[0] == "bounce"


@pytest.mark.parametrize("seed", range(6))
def test_everybody_ends_with_what_is_due_over_a_failing_server(template: Path, tmp_path: Path, seed: int) -> None:
    run_schedule(template, tmp_path / "world", seed, kills=False)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 104))
def test_everybody_ends_with_what_is_due_when_the_worker_is_killed(template: Path, tmp_path: Path, seed: int) -> None:
    run_schedule(template, tmp_path / "world", seed, kills=True)


@pytest.mark.soak
@pytest.mark.parametrize("decade", range(10))
def test_a_hundred_random_schedules_of_kills_and_faults(template: Path, tmp_path: Path, decade: int) -> None:
    for seed in range(1000 + decade * 10, 1010 + decade * 10):
        run_schedule(template, tmp_path / f"world{seed}", seed, kills=True)
