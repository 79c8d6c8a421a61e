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
    assert pages.is_heavy(path, query) or pages.is_search(path, query)


@pytest.mark.parametrize(
    ("path", "query"), [("/", b""), ("/changes/", b"q="), ("/search/", b""), ("/data/", b""), ("/x.pdf.html", b"q")]
)
def test_cheap_pages(path: str, query: bytes) -> None:
    assert not pages.is_heavy(path, query)
    assert not pages.is_search(path, query)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/agreements", b"known_at=2025-07-01"), ("/api/v1/agreements", b"known%5fat=2025-07-01"),
        ("/api/v1/agreements", b"limit=2&known_a%74=2025-07-01"), ("/api/v1/changes.csv", b""),
        ("/api/v1/search", b"q=lee"), ("/api/v1/search", b"%71=lee"), ("/api/v1/moas/search", b"q=jail"),
    ],
)  # fmt: skip
def test_costly_questions_of_the_api(path: str, query: bytes) -> None:
    assert api.is_heavy(path, query) or api.is_search(path, query)


def test_cheap_questions_of_the_api() -> None:
    for path, query in (("/api/v1/changes", b"limit=20&since=2025-01-01"), ("/api/v1/totals", b"known_at=")):
        assert not api.is_heavy(path, query)
        assert not api.is_search(path, query)


@pytest.mark.parametrize("held", ["turns", "searches"])
def test_searches_and_heavy_questions_take_turns_and_do_not_wait_for_each_other(tmp_path: Path, held: str) -> None:
    Store.open(tmp_path).close()
    turns, searches = Turns(most_waiting=0), Turns(most_waiting=0)
    asyncio.run((turns if held == "turns" else searches).begin())  # somebody else's question is being worked on
    of_api = TestClient(api.make_api(Settings(home=tmp_path), turns, searches=searches))
    of_pages = TestClient(pages.create_app(tmp_path, turns=turns, searches=searches))
    asked = {
        "searches": [(of_api, "/search?q=lee"), (of_api, "/moas/search?q=jail"), (of_pages, "/search/?q=lee")],
        "turns": [(of_api, "/changes?known%5Fat=2025-07-01"), (of_pages, "/data/changes.csv")],
    }
    for sort, questions in asked.items():
        for client, path in questions:
            answer = client.get(path)
            assert answer.status_code == (503 if sort == held else 200), path
            assert answer.headers.get("retry-after") == ("5" if sort == held else None)
    assert of_api.get("/changes").status_code == 200
    assert of_pages.get("/changes/").status_code == 200
