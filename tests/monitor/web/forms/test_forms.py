"""The forms under hostile use: a link that is only opened, forged or old confirms, ends and tells nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import database
from db.alert_models import Preferences
from db.queries.messages import load_message
from db.queries.subscribers import get_subscriber
from db.queries.subscriptions import list_subscriptions
from db.queries.suppressions import find_suppression
from monitor.alerts.digest_times import later
from monitor.alerts.message import return_path
from monitor.alerts.signup import SignUp, sign_up
from monitor.alerts.tokens import Signer, open_signer
from monitor.alerts.unsubscribe import end_subscriber, suppress
from monitor.alerts.write_mail import MailWriter
from monitor.web.forms.app import make_routes
from tests.monitor.alerts.world import World, make_world, row

ANN = "ann@example.org"
FORM = {"address": ANN, "state": "FL", "rhythm": "daily", "zone": "America/Chicago", "language": "es"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path)
    world.publish("2025-06-02", row("Pasco County Sheriff's Office", county="Pasco County"))
    return world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    app = Starlette(routes=make_routes(world.settings, now=lambda: world.now))
    with TestClient(app, base_url="https://agreements.example.org", client=("192.0.2.7", 50000)) as client:
        yield client


def signer(world: World) -> Signer:
    return open_signer(world.settings, world.home)


def newest_letter(world: World) -> str:
    """The text of the newest confirmation, as its reader gets it."""
    number = world.store.connection.execute("select max(id) from messages where kind = 'confirm'").fetchone()[0]
    letter = load_message(world.store.connection, number)
    assert letter is not None
    _, data = MailWriter(world.store, world.settings, signer(world)).write(letter)
    return data.decode().replace("=\r\n", "").replace("=3D", "=")


def link_in(text: str, purpose: str) -> str:
    found = re.search(rf"https://agreements\.example\.org(/alerts/{purpose}/\S+)", text)
    assert found is not None
    return found.group(1)


def counts(world: World) -> tuple[int, int, int]:
    """(active subscribers, active subscriptions, messages)."""
    return world.store.connection.execute(  # type: ignore[no-any-return]
        "select (select count(*) from subscribers where status = 'active'),"
        " (select count(*) from subscriptions where status = 'active'), (select count(*) from messages)"
    ).fetchone()


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


def sign_ups(world: World, addresses: list[str], clients: list[str]) -> list[str]:
    """The answers to sign-ups of these addresses, one after the other, from these network addresses in turn."""
    answers: list[str] = []
    for number, address in enumerate(addresses):
        asked = SignUp(address, Preferences(), "en", "UTC", clients[number % len(clients)])
        answers.append(sign_up(world.store, world.settings, signer(world), asked, world.now))
    return answers


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


@pytest.mark.parametrize(
    "address",
    [
        "", "no", "a@b", "a@localhost", "Ann <ann@example.org>", "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org", "a@example.org\nX: y", '"a b"@example.org', "a\x00@example.org",
        "a@example.org\u202e", "ü@example.org", "x" * 65 + "@example.org", "a@" + "b." * 130 + "org", "-a@-example.org",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(world: World, client: TestClient, address: str) -> None:
    assert client.post("/alerts/subscribe", data={**FORM, "address": address}).status_code == 422
    assert counts(world) == (0, 0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "XX"}, {"county": "Nowhere County"}, {"state": "", "county": "Lee"}, {"rhythm": "hourly"},
        {"zone": "Mars/Olympus"}, {"language": "xx"}, {"kinds": "surprise"}, {"support_type": "ABC"},
        {"agency": "<script>alert(1)</script>"},
    ],
)  # fmt: skip
def test_a_wish_that_names_nothing_is_refused_and_shown_escaped(
    world: World, client: TestClient, wrong: dict[str, str]
) -> None:
    answer = client.post("/alerts/subscribe", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert counts(world) == (0, 0, 0)


def test_a_machine_that_fills_every_field_signs_nobody_up(world: World, client: TestClient) -> None:
    answer = client.post("/alerts/subscribe", data={**FORM, "website": "https://spam.example"})
    assert answer.status_code == 422, "a browser may have filled it in: a person sends the form again"
    assert 'value="https://spam.example"' not in answer.text
    assert counts(world) == (0, 0, 0)


def test_a_form_with_thousands_of_fields_or_a_file_is_refused(world: World, client: TestClient) -> None:
    many = client.post("/alerts/subscribe", data={f"f{n}": "x" for n in range(2000)})
    file = client.post("/alerts/subscribe", data=FORM, files={"file": b"x" * 100})
    assert (many.status_code, file.status_code) == (400, 400)
    assert counts(world) == (0, 0, 0)


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


def test_pages_are_not_kept_framed_or_passed_on(client: TestClient) -> None:
    headers = client.get("/alerts/subscribe").headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert 'lang="es"' in client.get("/alerts/subscribe", headers={"accept-language": "es-MX,en;q=0.5"}).text


def test_a_form_too_large_is_refused_before_it_is_read(client: TestClient) -> None:
    """A body without end, or one that says it is large, costs neither memory nor time."""
    sent: list[int] = []

    def without_end() -> Iterator[bytes]:
        for number in range(2_000):
            sent.append(number)
            yield b"&" * 65_536

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    manage = "/alerts/manage/no-token"
    for path in ("/alerts/subscribe", manage):
        assert client.post(path, content=b"a=" + b"x" * 70_000, headers=kind).status_code == 413
        assert client.post(path, content=without_end(), headers=kind).status_code == 413
    assert client.post("/alerts/subscribe", data=FORM).status_code == 200


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
