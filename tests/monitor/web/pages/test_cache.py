"""Pages are kept by the version of the data: answered fast, packed, with marks; forgotten when the data change."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from db.database import Store
from db.settings import Settings
from monitor.changelog.rebuild import derive
from monitor.web.api import PREFIX
from monitor.web.api import app as api
from monitor.web.pages import site
from monitor.web.pages.app import create_app
from monitor.web.pages.book import Book
from monitor.web.pages.build_book import read_book
from tests.histories import NOW, listed, many, open_store, put, take
from tests.monitor.web.pages.conftest import ROWS, fill_small, serving, take_in, workbook


def ask(root: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(root).netloc)
    connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def test_the_same_page_however_it_is_asked_for(small_site: str) -> None:
    status, headers, plain = ask(small_site, "/places/fl/")
    assert status == 200
    _, packed_headers, packed = ask(small_site, "/places/fl/", accept_encoding="gzip, br")
    assert packed_headers["content-encoding"] == "gzip"
    assert packed_headers["vary"] == "accept-encoding"
    assert gzip.decompress(packed) == plain
    head = ask(small_site, "/places/fl/", "HEAD")
    assert head[0] == 200
    assert head[2] == b""
    assert int(head[1]["content-length"]) == len(plain)
    again = ask(small_site, "/places/fl/", if_none_match=headers["etag"])
    assert (again[0], again[2]) == (304, b"")
    assert ask(small_site, "/places/fl/", if_none_match='"other"')[0] == 200


def test_any_site_may_read_the_data_and_its_errors_and_no_page(small_site: str) -> None:
    for path, found in (
        ("data/changes.csv", 200), ("data/changes.json", 200), ("data/changes.parquet", 200), ("map/data.json", 200),
        ("data/ice-agreements.sqlite", 200), ("data/nothing.parquet", 404),
    ):  # fmt: skip
        for method, expected in (("GET", found), ("HEAD", found), ("OPTIONS", 204), ("POST", 405)):
            status, headers, _ = ask(small_site, f"/{path}", method, origin="https://a.example")
            assert (status, headers["access-control-allow-origin"]) == (expected, "*"), (method, path)
            assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in ask(small_site, "/changes/")[1]


def test_addresses_without_their_slash_and_old_questions_move_on(small_site: str) -> None:
    status, headers, _ = ask(small_site, "/es/places/fl?x=1")
    assert (status, headers["location"]) == (307, "/es/places/fl")
    status, headers, _ = ask(small_site, "/es/places/fl")
    assert (status, headers["location"]) == (308, "/es/places/fl/")
    status, headers, _ = ask(small_site, "/es")
    assert (status, headers["location"]) == (308, "/es/")
    status, headers, _ = ask(small_site, "/places/?q=Dane%20County")
    assert (status, headers["location"]) == (303, "/search/?q=Dane+County")


def test_a_new_list_is_seen_within_a_second(tmp_path: Path) -> None:
    fill_small(tmp_path / "data", tmp_path / "lists")
    with serving(tmp_path / "data") as root:
        assert b"Dane County Sheriff" not in ask(root, "/places/wi/dane-county/")[2]
        row = ("WISCONSIN", "Dane County Sheriff's Office", *ROWS[3][2:3], "Dane County", *ROWS[3][4:])
        more = [*ROWS, row]
        (tmp_path / "participatingAgencies03102025am.xlsx").write_bytes(workbook(more, "2025-03-10T13:00:00Z"))
        take_in(tmp_path / "data", [tmp_path / "participatingAgencies03102025am.xlsx"])
        time.sleep(1)
        assert b"Dane County Sheriff" in ask(root, "/places/wi/dane-county/")[2]


def test_other_methods_are_refused(small_site: str) -> None:
    assert ask(small_site, "/changes/", "POST")[0] == 405
    assert ask(small_site, "/changes/", "DELETE")[0] == 405


def test_invented_parameters_lead_back_to_the_page(small_site: str) -> None:
    for path, to in {
        "/places/fl/?utm_source=x": "/places/fl/", "/changes/?a=1&state=FL&b=2": "/changes/?state=FL",
        "/changes/?state=FL&state=TX": "/changes/?state=TX", "/nothing/here/?x=1": "/nothing/here/",
        "/sheets/us/sheet.pdf?x=1": "/sheets/us/sheet.pdf", "//bad.example/?x=1": "/bad.example/",
    }.items():  # fmt: skip
        status, headers, _ = ask(small_site, path)
        assert (status, headers.get("location")) == (307, to), path
        assert ask(small_site, to)[0] in (200, 404), "one step, and no more"


def test_addresses_longer_than_any_of_ours_are_refused(small_site: str) -> None:
    assert ask(small_site, f"/changes/?q={'x' * 3_900}")[0] == 200
    assert ask(small_site, f"/changes/?q={'x' * 4_000}")[0] == 414
    assert ask(small_site, f"/{'x' * 1_000}")[0] == 414


def test_the_api_says_in_its_own_form_that_an_address_is_too_long(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with Store.open(tmp_path):
        app = create_app(tmp_path, extra_routes=api.routes(settings), limited_below=f"{PREFIX}/")
        client = TestClient(app)
        for address in (f"{PREFIX}/changes?state={'x' * 4_000}", f"{PREFIX}/changes/{'x' * 1_000}"):
            answer = client.get(address)
            assert (answer.status_code, answer.headers["content-type"]) == (414, "application/problem+json")
            assert "ratelimit" in answer.headers
            assert answer.json()["detail"] == "the address is longer than any that can be meant"
        assert client.get(f"/{'x' * 1_000}").text == "this address is too long\n"


def test_what_is_not_there_is_not_kept(small_home: Path) -> None:
    app = create_app(small_home)
    client = TestClient(app)
    for number in range(20):
        assert client.get(f"/nothing/{number}/").status_code == 404
    assert client.get("/changes/").status_code == 200
    assert len(app._cache._kept) == 1


def test_kept_pages_stay_while_what_is_new_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader of a served site waits for a list that was imported; who rules on the desk sees it on the next page."""
    with open_store(tmp_path) as store:
        take(store, [listed("2025-06-02", *many(3))])
        desk = Route("/review/login/", lambda request: PlainTextResponse("done"), methods=["POST"])
        app = create_app(tmp_path, extra_routes=[desk], edited_below="/review/")
        monkeypatch.setattr(app, "_fresh_seconds", 0)
        client = TestClient(app)
        assert "June 2, 2025" in client.get("/").text
        put(store, listed("2025-06-03", *many(4)))
        derive(store, now=NOW)
        reading, go_on = threading.Event(), threading.Event()

        def read_slowly(store: Store) -> Book:
            reading.set()
            assert go_on.wait(20)
            return read_book(store)

        monkeypatch.setattr(site, "read_book", read_slowly)
        kept = client.get("/")
        assert reading.wait(20)
        assert ("June 2, 2025" in kept.text, kept.headers["cache-control"][:6]) == (True, "public")
        assert "June 2, 2025" in client.get("/").text
        go_on.set()
        deadline = time.monotonic() + 20
        while "June 3, 2025" not in client.get("/").text:
            assert time.monotonic() < deadline
        put(store, listed("2025-06-04", *many(5)))
        derive(store, now=NOW)
        assert client.post("/review/login/").status_code == 200
        assert "June 4, 2025" in client.get("/").text


def test_readers_see_what_was_while_what_is_new_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request reads the new data; all others are answered with those before, and nobody keeps that."""
    with open_store(tmp_path) as store:
        take(store, [listed("2025-06-02", *many(3))])
        app = create_app(tmp_path)
        client = TestClient(app)
        assert "June 2, 2025" in client.get("/").text
        put(store, listed("2025-06-03", *many(4)))
        derive(store, now=NOW)
        reading, go_on = threading.Event(), threading.Event()

        def read_slowly(store: Store) -> Book:
            reading.set()
            assert go_on.wait(20)
            return read_book(store)

        monkeypatch.setattr(site, "read_book", read_slowly)
        monkeypatch.setattr(app, "_fresh_seconds", 0)
        with ThreadPoolExecutor(1) as others:
            first = others.submit(TestClient(app, client=("192.0.2.7", 1)).get, "/changes/")
            assert reading.wait(20)
            meanwhile = client.get("/")
            assert ("June 3, 2025" in meanwhile.text, meanwhile.headers["cache-control"]) == (False, "no-store")
            go_on.set()
            assert first.result().headers["cache-control"].startswith("public")
        afterwards = client.get("/")
        assert ("June 3, 2025" in afterwards.text, "public" in afterwards.headers["cache-control"]) == (True, True)
