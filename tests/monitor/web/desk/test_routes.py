"""Every route tried by everyone, with and without the right token: the table says what each must answer.

A route of the desk without a row here fails the suite.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.changelog.log import read_log
from monitor.web.desk.app import ENDPOINTS, routes
from tests.monitor.web.desk.conftest import ADA, BEN, PASSWORD, World, token_in

LOGIN, QUEUE = "→ /review/login", "→ /review"


@dataclass(frozen=True)
class Row:
    """What a route must answer: to no login, an ended session, a reviewer, an administrator; `→` is a redirect."""

    method: str
    path: str
    nobody: str
    reviewer: str
    administrator: str
    form: dict[str, str] = field(default_factory=dict)
    query: str = ""


GET, POST = "GET", "POST"
TABLE = (
    Row(GET, "/review/login", "200", QUEUE, QUEUE),
    Row(POST, "/review/login", "403", "403", "403", {"name": ADA, "password": PASSWORD}),  # no token of the form
    Row(POST, "/review/logout", LOGIN, LOGIN, LOGIN),
    Row(GET, "/review/", QUEUE, QUEUE, QUEUE),
    Row(GET, "/review", LOGIN, "200", "200"),
    Row(POST, "/review/looked", LOGIN, QUEUE, QUEUE),
    Row(GET, "/review/changes/{id}", LOGIN, "200", "200"),
    Row(POST, "/review/changes/{id}", LOGIN, "→ /review/changes/", "→ /review/changes/", {"ruling": "confirm"}),
    Row(GET, "/review/changes/{id}/effects", LOGIN, "200", "200"),
    Row(POST, "/review/filters", LOGIN, "→ /review", "→ /review", {"name": "Florida", "state": "FL"}),
    Row(POST, "/review/changes/{id}/assign", LOGIN, "→ /review/changes/", "→ /review/changes/", {"reviewer": BEN}),
    Row(POST, "/review/undo", LOGIN, "404", "404", {"made": "999"}),
    Row(GET, "/review/lists/{sha256}", LOGIN, "200", "200"),
    Row(POST, "/review/lists/{sha256}", LOGIN, "→ /review/changes/", "→ /review/changes/", {"ruling": "reject"}),
    Row(GET, "/review/lists/{sha256}/rows", LOGIN, "200", "200", query="?row=4"),
    Row(GET, "/review/documents/{sha256}", LOGIN, "200", "200"),
    Row(GET, "/review/bulk", LOGIN, "200", "200", query="?kind=signing&ruling=confirm"),
    Row(POST, "/review/bulk", LOGIN, "409", "409", {"kind": "signing", "ruling": "confirm", "mark": "stale"}),
    Row(GET, "/review/agencies", LOGIN, "200", "200", query="?q=lake"),
    Row(GET, "/review/agencies/{agency}", LOGIN, "200", "200"),
    Row(POST, "/review/facts", LOGIN, "400", "400", {"fact": "county"}),  # of no agency
    Row(POST, "/review/facts/withdraw", LOGIN, "404", "404", {"id": "999"}),
    Row(GET, "/review/facts.csv", LOGIN, "200", "200"),
    Row(POST, "/review/facts/import", LOGIN, "403", "400"),  # 400: no file was sent
    Row(GET, "/review/audit", LOGIN, "200", "200"),
    Row(GET, "/review/audit.csv", LOGIN, "200", "200"),
    Row(POST, "/review/audit/import", LOGIN, "403", "400"),  # 400: no file was sent
    Row(GET, "/review/account", LOGIN, "200", "200"),
    Row(POST, "/review/account/password", LOGIN, "400", "400", {"old": "wrong"}),
    Row(POST, "/review/account/keys", LOGIN, "→ /review/account", "→ /review/account", {"keys": "off"}),
    Row(POST, "/review/account/end", LOGIN, LOGIN, LOGIN),
    Row(GET, "/review/users", LOGIN, "403", "200"),
    Row(POST, "/review/users", LOGIN, "403", "400", {"name": "Cy", "password": "short", "role": "reviewer"}),
    Row(POST, "/review/users/change", LOGIN, "403", "404", {"name": "nobody", "what": "stop"}),
)  # fmt: skip
POSTS = [row for row in TABLE if row.method == POST and row.path != "/review/login"]


def test_every_route_has_a_row(world: World) -> None:
    served = {
        (method, route.path)
        for route in routes(world.settings, world.clock)
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert served == {(row.method, row.path.replace("{agency}", "{id}")) for row in TABLE}
    assert len(ENDPOINTS) + 1 == len(TABLE)  # one leads to the queue from its address with a slash


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    with world.store() as store:
        change = next(e["id"] for e in read_log(store) if e["kind"] == "termination")
        sha256 = store.connection.execute("select sha256 from publications where status = 'held'").fetchone()[0]
    return {"id": change, "sha256": sha256, "agency": "fl-taylor-county-sheriffs-office"}


def ask(client: TestClient, row: Row, ids: dict[str, str], token: str | None) -> str:
    path = row.path.format(**ids) + row.query
    form = row.form | ({} if token is None else {"csrf": token})
    answer = client.get(path) if row.method == GET else client.post(path, data=form)
    if answer.status_code == 303:
        return "→ " + answer.headers["location"].split("?")[0]
    return str(answer.status_code)


def is_answer(got: str, expected: str) -> bool:
    return got == expected or (expected.endswith("/") and got.startswith(expected))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.path}")
@pytest.mark.parametrize("who", ["nobody", "ended", "reviewer", "administrator"])
def test_each_route_answers_each_as_the_table_says(world: World, ids: dict[str, str], row: Row, who: str) -> None:
    client = world.client({"reviewer": BEN, "administrator": ADA, "ended": ADA}.get(who, ""))
    token = token_in(client.get("/review/account").text) if who != "nobody" else "0" * 64
    if row.path == "/review/login":
        token = "0" * 64
    if who == "ended":
        world.clock.move(hours=9)
    got = ask(client, row, ids, token)
    expected = row.nobody if who in ("nobody", "ended") else getattr(row, who)
    assert is_answer(got, expected), (got, expected)


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.path)
@pytest.mark.parametrize("token", ["none", "wrong", "another session's"])
def test_without_its_sessions_token_no_form_does_anything(
    world: World, ids: dict[str, str], row: Row, token: str
) -> None:
    client, other = world.client(ADA), world.client(ADA)
    sent = {"none": None, "wrong": "f" * 64, "another session's": token_in(other.get("/review/account").text)}[token]
    with world.store() as store:
        before = "\n".join(store.connection.iterdump())
    assert ask(client, row, ids, sent) == "403"
    with world.store() as store:
        assert "\n".join(store.connection.iterdump()) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_sent_from_another_site_is_refused_even_with_the_token(world: World, site: str) -> None:
    client = world.client(ADA)
    token = token_in(client.get("/review/account").text)
    answer = client.post("/review/looked", data={"csrf": token}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403


def test_without_the_desk_nothing_of_it_is_served(world: World) -> None:
    assert routes(world.settings.model_copy(update={"desk": False}), world.clock) == []


def test_an_answer_that_only_leads_elsewhere_has_the_desks_headers(world: World) -> None:
    answer = TestClient(world.app(), follow_redirects=False).get("/review/")
    assert answer.status_code == 303
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
