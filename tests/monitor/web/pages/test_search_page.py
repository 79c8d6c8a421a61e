"""The search as a page and as the API's answer: the same, best first, with a card for the first."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from starlette.testclient import TestClient

from db.settings import Settings
from monitor.web.api.app import make_api


def read(site: str, path: str) -> str:
    """Return the page at the address."""
    with urlopen(site + path, timeout=20) as answer:
        return str(answer.read().decode())


def test_the_card_says_yes_and_leads_on(small_site: str) -> None:
    page = read(small_site, "search/?q=Pascoe")
    assert "Yes: ICE lists agreements with 1 agency." in page
    for to in ("places/fl/pasco-county/", "sheets/fl/pasco-county/sheet.pdf", "feeds/county/12101.atom"):
        assert f'href="../{to}"' in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Waupaca County", "No longer: an agreement was listed"),
        ("Dane County", "No: no agency that we could place here"),
        ("Florida Highway Patrol", "Yes: ICE lists an agreement with this agency."),
        ("Springfeild Nowhere", "No place or agency by that name."),
    ],
)
def test_the_card_says_how_it_stands(small_site: str, asked: str, said: str) -> None:
    assert said in read(small_site, f"search/?q={quote(asked)}")


def test_the_card_is_in_spanish_too(small_site: str) -> None:
    assert "Sí: en la lista de ICE hay acuerdos con 1 agencia." in read(small_site, "es/search/?q=condado%20de%20pasco")


def test_the_old_question_to_places_leads_here(small_site: str) -> None:
    assert "Yes: ICE lists" in read(small_site, "places/?q=pasco")


def test_every_page_has_the_box(small_site: str) -> None:
    for path in ("changes/", "map/", "data/", "places/fl/pasco-county/"):
        assert 'action="' + "../" * path.count("/") + 'search/"' in read(small_site, path)
    assert 'action="./search/"' in read(small_site, "")


def test_the_api_answers_the_same(small_home: Path, small_site: str) -> None:
    api = TestClient(make_api(Settings(home=small_home)))
    found = api.get("/search", params={"q": "pasco"}).json()
    assert list(found[0]) == ["kind", "name", "state", "fips", "url", "agencies"]
    assert found[0] == {
        "kind": "county", "name": "Pasco County", "state": "FL", "fips": "12101", "url": "/places/fl/pasco-county/",
        "agencies": 1,
    }  # fmt: skip
    page = read(small_site, "search/?q=pasco")
    places = [page.index(f'href="..{r["url"]}"', page.index('role="status"')) for r in found]
    assert places == sorted(places)
    assert api.get("/search").status_code == 400
    assert json.loads(api.get("/search", params={"q": "\0"}).text) == []
