"""Agreement documents in the API: the records of `moas --format json`, and pages found by their words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from starlette.testclient import TestClient

from db.database import Store
from db.moa_models import MoaSighting
from db.queries import moas
from db.settings import Settings
from monitor.web.api.app import make_api
from tests.monitor.documents.linked import HIGHWAY, PASCO, fill_shelf
from tests.monitor.documents.shelf import run


@pytest.fixture(scope="module")
def shelf_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_shelf(tmp_path_factory.mktemp("api-moas"))


@pytest.fixture(scope="module")
def shelf(shelf_home: Path) -> TestClient:
    return TestClient(make_api(Settings(home=shelf_home)))


def test_the_documents_are_those_of_the_command_line(shelf: TestClient, shelf_home: Path) -> None:
    answer = shelf.get("/moas")
    assert [r["file"] for r in answer.json()] == [
        "Baker.pdf", "Clay.pdf", "Dixie.pdf", "highway.pdf", "pasco.pdf", "script.pdf", "trap.pdf",
    ]  # fmt: skip
    assert answer.json() == json.loads(run("moas", "--format", "json", home=shelf_home).stdout)
    assert answer.headers["total-count"] == "7"
    pasco = answer.json()[4]
    assert (pasco["url"], pasco["support_type"], pasco["ending"]["page"]) == (PASCO, "WSO", 2)
    assert pasco["agreement_ids"] == ["fl-pasco-county-sheriffs-office-wso-2019-05-06"]


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("state=FL", ["highway.pdf", "pasco.pdf"]),
        ("support_type=TFM", []),
        ("year=2019", ["pasco.pdf"]),
        ("signal=support_type_differs", ["highway.pdf"]),
        ("outcome=not_a_pdf", ["trap.pdf"]),
        ("template=WSO%202025-02&year=2025", ["Baker.pdf", "Clay.pdf", "Dixie.pdf", "highway.pdf"]),
        ("agreement=fl-pasco-county-sheriffs-office-wso-2019-05-06", ["pasco.pdf"]),
        ("order=newest&limit=2", ["trap.pdf", "script.pdf"]),
    ],
)
def test_filters_of_documents(shelf: TestClient, query: str, files: list[str]) -> None:
    assert [r["file"] for r in shelf.get(f"/moas?{query}").json()] == files


def test_a_search_finds_the_page_with_its_passage(shelf: TestClient) -> None:
    answer = shelf.get('/moas/search?q="30-day" notice')
    (hit,) = answer.json()
    assert (hit["file"], hit["page"], hit["url"]) == ("highway.pdf", 2, f"{HIGHWAY}#page=2")
    assert "*30-day* written *notice*" in hit["passage"]
    assert answer.headers["total-count"] == "1"
    assert "link" not in answer.headers
    assert shelf.get("/moas/search?q=helicopter").json() == []
    assert [h["file"] for h in shelf.get("/moas/search?q=notice&year=2019").json()] == ["pasco.pdf"]


def test_the_pages_of_a_search_join_to_the_whole(shelf: TestClient) -> None:
    """Every one of the five agreements has `notice` on its second page alone."""
    found, address = [], "/moas/search?q=notice&limit=2"
    while address:
        answer = shelf.get(address)
        found += [(h["file"], h["page"]) for h in answer.json()]
        address = answer.links["next"]["url"].removeprefix("/api/v1") if "next" in answer.links else ""
    assert sorted(found) == [(f, 2) for f in ("Baker.pdf", "Clay.pdf", "Dixie.pdf", "highway.pdf", "pasco.pdf")]


def test_documents_and_hits_are_tables_too(shelf: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(shelf.get("/moas.csv").text)))
    assert [(r["file"], r["ending_page"]) for r in rows[3:6]] == [
        ("highway.pdf", "2"), ("pasco.pdf", "2"), ("script.pdf", ""),
    ]  # fmt: skip
    assert len(shelf.get("/moas/search.csv?q=notice").text.splitlines()) == 6


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("/moas?known_at=2026-01-01", ["known_at"]),
        ("/moas?outcome=lost&year=19", ["outcome", "year"]),
        ("/moas/search", ["q"]),
        ("/moas/search?q=-notice", ["q"]),
        ("/moas/search?q=%22", ["q"]),
        ("/moas/search?q=" + "a" * 201, ["q"]),
        ("/moas/search?q=a&cursor=x&offset=-1", ["cursor"]),
        ("/moas/search?q=a&offset=-1", ["offset"]),
    ],
)
def test_a_wrong_parameter_is_named(shelf: TestClient, address: str, wrong: list[str]) -> None:
    answer = shelf.get(address)
    assert answer.status_code == 400
    assert sorted(e["parameter"] for e in answer.json()["errors"]) == wrong


def test_what_means_something_to_the_index_alone_means_nothing(shelf: TestClient) -> None:
    for words in ("%00notice", "NEAR(a b)", "body:notice", "notice*%00"):
        assert shelf.get(f"/moas/search?q={words}").status_code == 200, words


def test_the_answers_are_as_described(shelf: TestClient) -> None:
    description = shelf.get("/openapi.json").json()
    for schema in description["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    for path, query in (("/moas", ""), ("/moas/search", "?q=notice")):
        said = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = shelf.get(path + query).json()
        assert answer
        whole = {**said, "components": description["components"]}
        jsonschema.validate(answer, whole, jsonschema.Draft202012Validator)


def test_a_new_sighting_is_in_the_next_answer(tmp_path: Path) -> None:
    home = fill_shelf(tmp_path)
    client = TestClient(make_api(Settings(home=home)))
    before = client.get("/moas")
    with Store.open(home) as store:
        gone = MoaSighting(PASCO, "pasco.pdf", "2030-01-01T00:00:00Z", "fetch", "not_there", status=404)
        moas.record_sighting(store, gone)
    after = client.get("/moas", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert {r["file"]: r["outcome"] for r in after.json()}["pasco.pdf"] == "not_there"
