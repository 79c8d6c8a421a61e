"""How many sign-ups a network address, a mailbox, a person and a domain have, and what is said to who has had them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.alert_models import Preferences
from monitor.alerts.digest_times import later
from monitor.alerts.signup import SignUp, sign_up
from monitor.web.forms.app import make_routes
from tests.monitor.alerts.world import World
from tests.monitor.web.forms.conftest import ANN, FORM, counts, signer


def sign_ups(world: World, addresses: list[str], clients: list[str]) -> list[str]:
    """The answers to sign-ups of these addresses, one after the other, from these network addresses in turn."""
    answers: list[str] = []
    for number, address in enumerate(addresses):
        asked = SignUp(address, Preferences(), "en", "UTC", clients[number % len(clients)])
        answers.append(sign_up(world.store, world.settings, signer(world), asked, world.now))
    return answers


def test_ten_thousand_sign_ups_from_one_network_address_make_ten_messages(world: World, client: TestClient) -> None:
    world.store.connection.execute("pragma synchronous = off")
    codes = [
        client.post("/alerts/subscribe", data={**FORM, "address": f"victim{n}@example.org"}).status_code
        for n in range(1_000)
    ]
    for n in range(9_000):  # below the form, to be quick
        asked = SignUp(f"victim{n}@example.net", Preferences(), "en", "UTC", "192.0.2.7")
        assert sign_up(world.store, world.settings, signer(world), asked, world.now) == "too_many"
    assert codes.count(200) == 10
    assert codes.count(429) == 990
    assert counts(world) == (0, 0, 10)
    assert world.store.connection.execute("select count(*) from signups").fetchone()[0] == 10 * 4
    assert world.store.connection.execute("select count(*) from subscribers").fetchone()[0] == 10


def test_one_mailbox_is_not_filled_from_many_network_addresses(world: World) -> None:
    answers = []
    for n in range(500):
        world.now = later(world.now, minutes=1)
        with world.store.writing() as connection:  # each message has left
            connection.execute("update messages set status = 'sent'")
        wish = Preferences(rhythm=("instant", "daily", "weekly")[n % 3])
        asked = SignUp(ANN, wish, "en", "UTC", f"192.0.2.{n}")
        answers.append(sign_up(world.store, world.settings, signer(world), asked, world.now))
    assert answers == ["taken"] * 3 + ["asked_often"] * 497
    assert counts(world)[2] == 3


def test_variants_of_one_address_are_one_person(world: World) -> None:
    variants = [
        "ann.b@gmail.com",
        "a.nnb+1@gmail.com",
        "A.N.N.B@googlemail.com",
        "annb@gmail.com",
        "annb+x@gmail.com",
    ]
    clients = [f"192.0.2.{n}" for n in range(200)]
    assert sign_ups(world, variants, clients) == ["taken"] * 3 + ["asked_often"] * 2
    tagged = [f"bob+{n}@example.org" for n in range(5)]
    assert sign_ups(world, tagged, clients) == ["taken"] * 3 + ["asked_often"] * 2
    dotted = ["c.d@example.org", "cd@example.org", "c.d.e@example.org", "c-d@example.org"]
    assert sign_ups(world, dotted, clients) == ["taken"] * 4, "elsewhere a dot makes another mailbox"


def test_one_domain_cannot_use_up_what_everybody_has(world: World) -> None:
    """100 an hour for one owner's domain and those below it; all others go on, to 300 together."""
    clients = [f"192.0.2.{n}" for n in range(250)]
    theirs = [f"x{n}@m{n}.flood.example" for n in range(150)]
    assert sign_ups(world, theirs, clients) == ["taken"] * 100 + ["too_many"] * 50
    assert sign_ups(world, ["ann@honest.example"], ["198.51.100.1"]) == ["taken"]
    others = [f"y{n}@d{n}.example.co.uk" for n in range(3)] + ["z@other.co.uk"]
    assert sign_ups(world, others, ["198.51.100.2"]) == ["taken"] * 4


def test_a_network_of_ipv6_is_one_client(world: World) -> None:
    def sign_up_from(host: str, number: int) -> int:
        reader = TestClient(Starlette(routes=make_routes(world.settings)), client=(host, 4711))
        form = {**FORM, "address": f"v{number}@d{number}.example"}
        return reader.post("/alerts/subscribe", data=form).status_code

    assert [sign_up_from(f"2001:db8:0:7::{n:x}", n) for n in range(1, 16)] == [200] * 10 + [429] * 5
    assert sign_up_from("2001:db8:0:8::1", 16) == 200


def test_a_reader_who_meets_a_limit_is_told_so(world: World, client: TestClient) -> None:
    """Nobody is told to check an inbox to which nothing was sent."""
    for zone in ("UTC", "America/Chicago", "America/Denver"):
        answer = client.post("/alerts/subscribe", data={**FORM, "zone": zone, "language": "en"})
        assert answer.status_code == 200
    answer = client.post("/alerts/subscribe", data={**FORM, "language": "en"})
    assert answer.status_code == 429
    assert "as many messages to confirm" in answer.text
    assert "Check your inbox" not in answer.text
