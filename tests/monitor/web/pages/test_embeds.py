"""Embeds: other sites may frame these pages and no others; they say how a place stands, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from db.database import Store
from monitor.web.pages.addresses import make_site
from monitor.web.pages.app import create_app
from monitor.web.pages.views import embed_page
from tests.paths import ROOT


@pytest.fixture(scope="module")
def client(small_home: Path) -> Iterator[TestClient]:
    """Return a client of the pages, which have a public address."""
    with TestClient(create_app(small_home, public_url="https://tracker.example")) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("embed/county/12101/", "Pasco County, Florida"),
        ("es/embed/county/12101/", 'lang="es"'),
        ("embed/county/55025/", "On no list"),
        ("embed/state/fl/", "map/states/fl.svg"),
        ("embed/map/support/", "map/support.svg"),
        ("embed/counter/", "states and territories"),
    ],
)
def test_an_embed_may_be_framed_and_runs_no_script(client: TestClient, path: str, said: str) -> None:
    answer = client.get(f"/{path}")
    assert answer.status_code == 200
    assert said in answer.text
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "<script" not in answer.text
    assert answer.text.startswith("<!doctype html>")
    assert len(answer.content) < 6_000


def test_no_other_page_may_be_framed(client: TestClient) -> None:
    for path in ("", "map/", "places/fl/pasco-county/", "embed/county/99999/"):
        assert "frame-ancestors 'none'" in client.get(f"/{path}").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("places/fl/pasco-county/", "embed/county/12101/"),
        ("es/places/fl/", "es/embed/state/fl/"),
        ("map/status/", "embed/map/status/"),
        ("", "embed/counter/"),
    ],
)
def test_a_page_has_the_code_of_its_embed(client: TestClient, path: str, to: str) -> None:
    assert f"&lt;iframe src=&quot;https://tracker.example/{to}&quot;" in client.get(f"/{path}").text


def test_the_mark_of_a_published_map_moves_with_the_newest_list(small_home: Path) -> None:
    """It names the list's date, so it is written again; a county's embed names it by a script and is not."""
    with Store.open(small_home, read_only=True) as store:
        book = make_site(store).book()
        before = [dict(listed(book)) for listed in (embed_page.list_layers, embed_page.list_counties)]
        assert book.newest is not None
        book.newest["published_on"] = "2025-03-08"
        after = [dict(listed(book)) for listed in (embed_page.list_layers, embed_page.list_counties)]
    assert before[0]["embed/map/support/"] != after[0]["embed/map/support/"]
    assert before[1] == after[1]


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_examples_for_proxies_leave_embeds_to_be_framed(name: str) -> None:
    """The proxy adds no word on frames to what the service says; for published pages it allows embeds alone."""
    lines = (ROOT / "docs" / "deploy" / name).read_text(encoding="utf-8").splitlines()
    said = [line.strip() for line in lines if "frame-ancestors" in line or "X-Frame-Options" in line]
    assert all(line.startswith("#") for line in said)
    allowed = [line for line in said if "frame-ancestors *" in line]
    assert len(allowed) == 1
    assert "embed" in allowed[0]
