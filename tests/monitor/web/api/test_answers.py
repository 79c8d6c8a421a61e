"""What the API answers, on a history counted by hand, and how it answers it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import html5lib
import jsonschema
import pytest
from starlette.testclient import TestClient

from db.database import Store
from db.settings import Settings
from monitor.changelog.rebuild import derive
from monitor.review import decide
from monitor.web.api.app import make_api
from monitor.web.api.reference import EXAMPLES
from tests.paths import ROOT

DESCRIPTION_KEYS = {"openapi", "info", "servers", "paths", "components"}


def ids(answer: Any) -> list[tuple[str, str, str]]:
    return [(c["kind"], c["state"], c["agency"]) for c in answer.json()]


LOG = [
    ("amendment", "FL", "Gulf County Sheriff's Office"),
    ("signing", "FL", "Lake Placid Police Department"),
    ("signing", "FL", "Taylor County Sheriff's Office"),
    ("termination", "NY", "Lake Placid Police Department"),
    ("signing", "FL", "Union County Sheriff's Office"),
]


def test_the_log_is_all_of_it_oldest_first(api: TestClient) -> None:
    answer = api.get("/changes")
    assert ids(answer) == LOG
    assert answer.headers["total-count"] == "5"
    assert "link" not in answer.headers
    assert ids(api.get("/changes?order=newest")) == LOG[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=NY", [3]),
        ("kind=signing", [1, 2, 4]),
        ("needs_review=true", [0, 1, 3]),
        ("needs_review=false&kind=signing", [2, 4]),
        ("since=2025-07-04", [4]),
        ("until=2025-07-03&state=FL", [0, 1, 2]),
        ("as_of=2025-07-03", [0, 1, 2, 3]),
        ("county=Taylor", [2]),
        ("county=12125", [4]),
        ("support_type=WSO", []),
        ("known_at=2025-07-20T12:00:30Z", []),
        ("known_at=2025-07-20T12:01:30Z", [0, 1, 2, 3]),
        ("status=provisional&known_at=2025-07-20T12:01:30Z", [3]),
    ],
)
def test_each_filter_keeps_what_it_says(api: TestClient, query: str, expected: list[int]) -> None:
    assert ids(api.get(f"/changes?{query}")) == [LOG[i] for i in expected]


@pytest.mark.parametrize("order", ["oldest", "newest"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_join_to_the_whole_whatever_their_size(api: TestClient, order: str, limit: int) -> None:
    """Each page's Link leads to the next; together they are the log, nothing twice, nothing lost."""
    found: list[tuple[str, str, str]] = []
    address: str | None = f"/changes?order={order}&limit={limit}"
    while address:
        answer = api.get(address)
        assert len(answer.json()) <= limit
        found += ids(answer)
        link = re.fullmatch(r'</api/v1(\S+)>; rel="next"', answer.headers.get("link", ""))
        address = link[1] if link else None
    assert found == (LOG if order == "oldest" else LOG[::-1])


def test_totals_and_lists_on_a_day(api: TestClient) -> None:
    """1 July: 41 agencies in Florida and one in New York; the held list of 10 July counts for nothing."""
    first = api.get("/totals?as_of=2025-07-01").json()
    assert [first[n] for n in ("agreements", "agencies", "states", "territories")] == [42, 42, 2, 0]
    now = api.get("/totals").json()
    assert [now[n] for n in ("agreements", "states")] == [44, 1]
    assert now["publication"]["file"] == "participatingAgencies07082025am.xlsx"
    known = api.get("/totals?known_at=2025-07-20T12:01:30Z").json()
    assert known["agreements"] == 43
    assert [t["agreements"] for t in api.get("/trends").json()] == [42, 43, 44]
    assert [t["agreements"] for t in api.get("/trends?known_at=2025-07-20T12:01:30Z").json()] == [42, 43]
    assert [p["status"] for p in api.get("/publications").json()] == ["accepted"] * 3 + ["held"]
    assert len(api.get("/agreements?as_of=2025-07-03&state=FL&limit=1000").json()) == 43


def test_agencies_places_and_documents(api: TestClient) -> None:
    assert len(api.get("/agencies?limit=1000").json()) == 44
    ever = api.get("/agencies?ever=true&state=NY").json()
    assert [(a["agency"], a["agreements"]) for a in ever] == [("Lake Placid Police Department", [])]
    assert len(api.get(f"/agencies/{ever[0]['agency_id']}").json()["changes"]) == 1
    highlands = next(p for p in api.get("/places?limit=1000").json() if p["county_fips"] == "12055")
    assert (highlands["agencies"], highlands["agreements"]) == (2, 2)  # the sheriff, and Lake Placid's police
    assert len(api.get("/places/12055").json()["agencies"]) == 2
    assert api.get("/places/36031").json()["county"] == "Essex County"
    documents = api.get("/documents").json()
    assert [d["files"] for d in documents] == [
        [f"participatingAgencies07{day}2025am.xlsx"] for day in ("01", "03", "08", "10")
    ]
    content = api.get(f"/documents/{documents[0]['sha256']}/content")
    assert content.content[:2] == b"PK"
    assert len(content.content) == documents[0]["bytes"]
    assert content.headers["content-disposition"].startswith("attachment")


def test_one_agreement_says_whether_it_is_listed(api: TestClient) -> None:
    gone = api.get("/agreements/ny-lake-placid-police-department-tfm-2025-02-26").json()
    assert gone["listed_now"] is False
    assert [c["kind"] for c in gone["changes"]] == ["termination"]
    there = api.get("/agreements/fl-taylor-county-sheriffs-office-tfm-2025-07-02").json()
    assert there["listed_now"] is True
    assert there["rows"] == [44]  # the header, 40 sheriffs, Gulf, Lake Placid, Taylor


@pytest.mark.parametrize(
    ("address", "status", "wrong"),
    [
        ("/changes?state=Florida", 400, ["state"]),
        ("/changes?since=2025-13-01&kind=x", 400, ["kind", "since"]),
        ("/changes?stat=FL", 400, ["stat"]),
        ("/changes?state=FL&state=GA", 400, ["state"]),
        ("/changes?limit=0", 400, ["limit"]),
        ("/changes?limit=1001", 400, ["limit"]),
        ("/changes?cursor=nonsense", 404, []),
        ("/changes?cursor=WzFd", 404, []),  # [1]: a cursor of another address
        ("/totals?known_at=yesterday", 400, ["known_at"]),
        ("/totals?as_of=2020-01-01", 404, []),
        ("/changes/000000000000", 404, []),
        ("/documents/" + "0" * 64, 404, []),
        ("/documents/" + "0" * 64 + "/content", 404, []),
        ("/places/99999", 404, []),
        ("/nothing", 404, []),
    ],
)
def test_an_error_is_a_problem_that_says_what_is_wrong(
    api: TestClient, address: str, status: int, wrong: list[str]
) -> None:
    answer = api.get(address)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted(e["parameter"] for e in problem.get("errors", [])) == wrong
    assert answer.headers["access-control-allow-origin"] == "*"


def test_only_reading_is_answered(api: TestClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = api.request(method, "/changes")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
        assert answer.headers["content-type"] == "application/problem+json"
    assert api.head("/changes").content == b""
    preflight = api.options("/changes")
    assert preflight.status_code == 204
    assert "If-None-Match" in preflight.headers["access-control-allow-headers"]


def test_the_validator_changes_with_the_answer_and_only_with_it(home: Path, tmp_path: Path) -> None:
    """A ruling changes the answers that tell of it; the others keep their ETag, since their words are the same."""
    shutil.copytree(home, tmp_path / "home")
    client = TestClient(make_api(Settings(home=tmp_path / "home")))
    whole, taylor = client.get("/changes"), client.get("/changes?county=Taylor")
    for answer, address in ((whole, "/changes"), (taylor, "/changes?county=Taylor")):
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
    dated = client.get("/changes", headers={"If-Modified-Since": whole.headers["last-modified"]})
    assert dated.status_code == 304
    with Store.open(tmp_path / "home") as store:
        ending = next(c["id"] for c in whole.json() if c["kind"] == "termination")
        decide.rule(store, "confirm", ending, reviewer="A", reason="", made_at=store.now_text())
        derive(store, now=store.now_text(), from_scratch=True)
    after = client.get("/changes", headers={"If-None-Match": whole.headers["etag"]})
    assert after.status_code == 200
    assert next(c for c in after.json() if c["id"] == ending)["needs_review"] is False
    unmoved = client.get("/changes?county=Taylor", headers={"If-None-Match": taylor.headers["etag"]})
    assert unmoved.status_code == 304


def test_too_many_requests_are_told_when_to_come_back(home: Path) -> None:
    client = TestClient(make_api(Settings(home=home, api_requests_per_minute=3)))
    answers = [client.get("/totals") for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20  # a request every 20 seconds


def test_without_a_database_the_api_says_so(tmp_path: Path) -> None:
    answer = TestClient(make_api(Settings(home=tmp_path / "none"))).get("/changes")
    assert answer.status_code == 503
    assert "no database" in answer.json()["detail"]


def test_the_description_is_true_of_every_answer(api: TestClient) -> None:
    """Every endpoint's answer has the form that the served description gives it."""
    description = api.get("/openapi.json").json()
    assert description.keys() == DESCRIPTION_KEYS
    examples = {
        "/changes/{id}": api.get("/changes").json()[0]["id"],
        "/agreements/{id}": "ny-lake-placid-police-department-tfm-2025-02-26",
        "/agencies/{id}": "fl-bay-county-sheriffs-office",
        "/places/{id}": "12055",
        "/documents/{id}": api.get("/documents").json()[0]["sha256"],
    }
    for schema in description["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False  # a key that the description does not know is a fault here
    checked = 0
    for path, operations in description["paths"].items():
        said = operations["get"]["responses"]["200"]["content"]
        if "application/json" not in said or path.startswith("/moas"):  # test_moas.py has a store with documents
            continue
        query = "?q=Lake+Placid" if path == "/search" else ""
        answer = api.get(path.replace("{id}", examples.get(path, "")) + query)
        assert answer.status_code == 200, path
        schema = {**said["application/json"]["schema"], "components": description["components"]}
        jsonschema.validate(answer.json(), schema, jsonschema.Draft202012Validator)
        assert answer.json(), path
        checked += 1
    assert checked == 16


def test_the_page_to_read_shows_every_address_and_its_examples_are_answered(api: TestClient) -> None:
    page = api.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    html5lib.HTMLParser(strict=True).parse(page.text)
    paths = api.get("/openapi.json").json()["paths"]
    asked = 0
    for path, operations in paths.items():
        assert f'<h2 id="{operations["get"]["operationId"]}"><code>/api/v1{path}</code></h2>' in page.text
        for _, query in EXAMPLES.get(operations["get"]["operationId"], ()):
            assert f'href="/api/v1{path}{query.replace("&", "&amp;")}"' in page.text
            answer = api.get(path + query)
            # the made-up history begins in July 2025, so an earlier day has no list, and says so
            assert answer.status_code == 200 or "the oldest is of 2025-07-01" in answer.json()["detail"]
            asked += 1
    assert asked == sum(map(len, EXAMPLES.values())) == 11


def test_commands_do_not_load_fastapi() -> None:
    """FastAPI takes a quarter of a second to load; only `serve` needs it."""
    code = "import sys, scheduler; print(sorted(m for m in ('fastapi', 'opentelemetry') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
