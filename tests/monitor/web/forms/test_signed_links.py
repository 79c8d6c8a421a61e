"""Links of messages that are forged, replayed or old do nothing; the keys they are signed with can be changed."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from db.queries.subscribers import get_subscriber
from monitor.alerts.digest_times import later
from monitor.alerts.message import return_path
from monitor.alerts.tokens import Signer, open_signer
from monitor.alerts.unsubscribe import end_subscriber
from tests.monitor.alerts.world import World, make_world
from tests.monitor.web.forms.conftest import FORM, counts, link_in, newest_letter, signer


def test_links_that_are_forged_replayed_or_old_do_nothing(world: World, client: TestClient) -> None:
    client.post("/alerts/subscribe", data=FORM)
    good = link_in(newest_letter(world), "confirm").rsplit("/", 1)[1]
    ours, other = signer(world), Signer(["another-key"])
    nonce = get_subscriber(world.store.connection, 1).nonce
    forged = [
        good[:-5] + ("A" if good[-5] != "A" else "B") + good[-4:],  # (of the last letter some bits say nothing)
        good[1:], "x", "." * 50, "a" * 5000,
        other.sign("confirm", world.now, 1, nonce), ours.sign("manage", world.now, 1, nonce),
        ours.sign("unsubscribe", world.now, 1), ours.sign("confirm", world.now, 1, "another nonce"),
        ours.sign("confirm", world.now, 999, nonce), ours.sign("confirm", later(world.now, days=-8), 1, nonce),
        ours.sign("confirm", later(world.now, days=2), 1, nonce),
    ]  # fmt: skip
    assert [client.post(f"/alerts/confirm/{token}").status_code for token in forged] == [404] * len(forged)
    assert counts(world)[:2] == (0, 0)
    assert client.post(f"/alerts/confirm/{good}").status_code == 200
    assert client.post(f"/alerts/confirm/{good}").status_code == 200, "twice is no harm"
    assert counts(world)[:2] == (1, 1)
    end_subscriber(world.store, 1, world.now)
    assert client.post(f"/alerts/confirm/{good}").status_code == 404, "an old link brings nobody back who left"
    assert counts(world)[:2] == (0, 0)
    client.post("/alerts/subscribe", data=FORM)
    assert client.post(f"/alerts/confirm/{good}").status_code == 404, "nor when somebody signs the address up again"
    for path in ("manage", "unsubscribe"):
        for token in (good, other.sign(path, world.now, 1, nonce), "x"):
            assert client.post(f"/alerts/{path}/{token}").status_code == 404


def test_keys_can_be_changed_without_ending_links(world: World) -> None:
    old, both, new = Signer(["first"]), Signer(["first", "second"]), Signer(["second"])
    token = old.sign("unsubscribe", world.now, 5)
    assert both.read("unsubscribe", token, world.now) == [5]
    assert new.read("unsubscribe", token, world.now) is None
    assert new.read("unsubscribe", both.sign("unsubscribe", world.now, 6), world.now) == [6]
    assert "first" not in repr(old) + repr(world.settings)
    assert "a-key-of-the-tests-only" not in repr(world.settings) + str(world.settings.model_dump())


def test_a_key_of_its_own_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    settings = make_world(tmp_path / "w", secret_keys="").settings
    first, second = (open_signer(settings, tmp_path / "w") for _ in range(2))
    assert first.mark("bounce", "1") == second.mark("bounce", "1")
    assert (tmp_path / "w" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert return_path(settings, first, 1) != return_path(settings, Signer(["other"]), 1)
