"""A reader signs up, confirms, changes and leaves; opening a link does nothing, and no answer tells who subscribed."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from db import database
from db.alert_models import Preferences
from db.queries.subscribers import get_subscriber
from db.queries.subscriptions import list_subscriptions
from db.queries.suppressions import find_suppression
from monitor.alerts.digest_times import later
from monitor.alerts.unsubscribe import suppress
from tests.monitor.alerts.world import World
from tests.monitor.web.forms.conftest import ANN, FORM, counts, link_in, newest_letter, signer


def test_a_reader_signs_up_confirms_changes_and_leaves(world: World, client: TestClient) -> None:
    assert client.post("/alerts/subscribe", data=FORM).status_code == 200
    assert counts(world) == (0, 0, 1)
    confirm = link_in(newest_letter(world), "confirm")
    assert client.get(confirm).status_code == 200
    assert counts(world) == (0, 0, 1), "a mail scanner opened the link"
    assert client.post(confirm).status_code == 200
    assert counts(world) == (1, 1, 1)
    (row_,) = world.store.connection.execute("select language, zone from subscribers").fetchall()
    assert row_ == ("es", "America/Chicago")
    nonce = get_subscriber(world.store.connection, 1).nonce
    manage = "/alerts/manage/" + signer(world).sign("manage", world.now, 1, nonce)
    assert ANN in client.get(manage).text
    assert client.post(manage, data={"language": "en", "zone": "America/Denver"}).status_code == 200
    assert get_subscriber(world.store.connection, 1).zone == "America/Denver"
    assert client.post(manage, data={"end": "1"}).status_code == 200
    assert list_subscriptions(world.store.connection, 1) == []
    stop = "/alerts/unsubscribe/" + signer(world).sign("unsubscribe", world.now, 1)
    for _ in range(3):
        assert client.get(stop).status_code == 200
        assert client.head(stop).status_code in (200, 405)
    assert get_subscriber(world.store.connection, 1).status == "active", "opening the link ends nothing"
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert get_subscriber(world.store.connection, 1).status == "ended"


def test_one_click_works_without_a_form_and_years_later(world: World, client: TestClient) -> None:
    added = world.subscribe(ANN)
    stop = "/alerts/unsubscribe/" + signer(world).sign("unsubscribe", world.now, added.subscriber_id)
    world.now = later(world.now, days=1500)
    assert client.post(stop).status_code == 200
    assert get_subscriber(world.store.connection, added.subscriber_id).status == "ended"


def test_the_answer_never_tells_who_is_subscribed(world: World, client: TestClient) -> None:
    """A new address, a subscribed and a suppressed one: the same pages, byte for byte, and the same limit."""
    world.subscribe("known@example.org")
    suppress(world.store, "gone@example.org", "complaint", world.now)
    pages = []
    for number, address in enumerate(("new@example.org", "known@example.org", "gone@example.org")):
        reader = TestClient(client.app, client=(f"192.0.2.{number}", 50000))
        pages.append([reader.post("/alerts/subscribe", data={**FORM, "address": address}).text for _ in range(5)])
    assert pages[0] == pages[1] == pages[2]
    assert pages[0][0] == pages[0][1] == pages[0][2]
    assert pages[0][2] != pages[0][3] == pages[0][4], "the fourth meets the limit"
    told = world.store.connection.execute(
        "select s.address, count(*) from messages m join subscribers s on s.id = m.subscriber_id group by 1 order by 1"
    ).fetchall()
    assert told == [("known@example.org", 1), ("new@example.org", 1)]


@pytest.mark.parametrize("reason", ["bounce", "refused"])
def test_who_bounced_may_come_back_by_confirming(world: World, client: TestClient, reason: str) -> None:
    """The confirmation that arrives shows that the address works again."""
    added = world.subscribe(ANN)
    suppress(world.store, ANN, reason, world.now)
    client.post("/alerts/subscribe", data=FORM)
    assert find_suppression(world.store.connection, ANN) == reason, "nothing is lifted before"
    assert get_subscriber(world.store.connection, added.subscriber_id).status == "pending"
    client.post(link_in(newest_letter(world), "confirm"))
    assert find_suppression(world.store.connection, ANN) is None
    assert get_subscriber(world.store.connection, added.subscriber_id).status == "active"
    active = [s.preferences.state for s in list_subscriptions(world.store.connection, added.subscriber_id)]
    assert active == ["FL"], "what ended with the suppression stays ended"


def test_the_answer_says_what_it_means_when_nothing_comes(client: TestClient) -> None:
    page = client.post("/alerts/subscribe?lang=en", data=FORM).text
    assert "An address whose owner reported our mail as spam, or asked us never to write, gets none" in page


def test_a_reader_may_ask_for_endings_alone_and_in_a_rhythm_of_their_own(world: World, client: TestClient) -> None:
    asked = {**FORM, "rhythm": "weekly", "endings": "instant", "only": "endings", "counts_only": "1"}
    assert client.post("/alerts/subscribe", data=asked).status_code == 200
    (wanted,) = (s.preferences for s in list_subscriptions(world.store.connection, 1))
    assert wanted == Preferences(
        "weekly", "FL", kinds=("termination", "reinstatement"), ending_rhythm="instant", counts_only=True
    )
    text = newest_letter(world)
    assert "solo bajas y regresos" in text
    assert "una vez por semana" in text or "una vez a la semana" in text


def test_a_reader_is_told_when_the_database_is_held(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import holds it for long: the reader met an error and could think to be subscribed."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    token = signer(world).sign("confirm", world.now, 1, "x")
    with world.store.writing():
        answers = [client.post("/alerts/subscribe", data=FORM), client.post(f"/alerts/confirm/{token}")]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert "nothing was stored" in answer.text
    assert client.post("/alerts/subscribe", data=FORM).status_code == 200
