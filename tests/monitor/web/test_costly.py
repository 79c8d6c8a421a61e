"""Which questions are costly, however they are written: what takes no turn could be asked a hundred times at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from db.database import Store
from db.settings import Settings
from monitor.web.api import app as api
from monitor.web.http.turns import Turns
from monitor.web.pages import app as pages


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/changes/", b"q=lee"), ("/changes/", b"%71=lee"), ("/search/", b"x=1&q=lee"),
        ("/as-of/2025-05-29/", b"known_at=2025-07-01"), ("/as-of/2025-05-29/", b"known%5Fat=2025-07-01"),
        ("/as-of/", b"date=2025-05-29&%6b%6e%6f%77%6e_at=2025-07-01"), ("/sheets/fl/sheet.pdf", b""),
        ("/es/sheets/fl/sheet.pdf", b""), ("/map/support.png", b"date=2025-05-29"), ("/data/changes.csv", b""),
        ("//data/changes.csv", b""), ("/data/ice-agreements.sqlite", b""),
    ],
)  # fmt: skip
def test_costly_pages(path: str, query: bytes) -> None:
    assert pages.is_costly(path, query)


@pytest.mark.parametrize(
    ("path", "query"), [("/", b""), ("/changes/", b"q="), ("/search/", b""), ("/data/", b""), ("/x.pdf.html", b"q")]
)
def test_cheap_pages(path: str, query: bytes) -> None:
    assert not pages.is_costly(path, query)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/agreements", b"known_at=2025-07-01"), ("/api/v1/agreements", b"known%5fat=2025-07-01"),
        ("/api/v1/agreements", b"limit=2&known_a%74=2025-07-01"), ("/api/v1/changes.csv", b""),
        ("/api/v1/search", b"q=lee"), ("/api/v1/search", b"%71=lee"), ("/api/v1/moas/search", b"q=jail"),
    ],
)  # fmt: skip
def test_costly_questions_of_the_api(path: str, query: bytes) -> None:
    assert api.is_costly(path, query)


def test_cheap_questions_of_the_api() -> None:
    assert not api.is_costly("/api/v1/changes", b"limit=20&since=2025-01-01")
    assert not api.is_costly("/api/v1/totals", b"known_at=")


def test_the_api_answers_a_search_in_turn(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    turns = Turns(most_waiting=0)
    asyncio.run(turns.begin())  # somebody else's question is being worked on
    client = TestClient(api.make_api(Settings(home=tmp_path), turns))
    for path in ("/search?q=lee", "/moas/search?q=jail", "/agreements?known%5Fat=2025-07-01"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), path
    assert client.get("/changes").status_code == 200
