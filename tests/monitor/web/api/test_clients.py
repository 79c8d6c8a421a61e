"""The API as scripts, spreadsheets and browsers of other sites use it, on a history counted by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.settings import Settings
from monitor.web.api.app import make_api, routes
from monitor.web.api.table_formats import MEDIA, preferred_form

XLSX = MEDIA["xlsx"]
KINDS = ["amendment", "signing", "signing", "termination", "signing"]


def sheet_of(body: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    """(heading, rows by heading) of a workbook's only sheet, as another library reads it."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    heading, *rows = book.worksheets[0].iter_rows(values_only=True)
    names = [str(name) for name in heading]
    return names, [dict(zip(names, row, strict=True)) for row in rows]


def test_a_collection_is_had_as_csv_by_suffix_and_by_accept(api: TestClient) -> None:
    by_suffix = api.get("/changes.csv?state=FL")
    by_accept = api.get("/changes?state=FL", headers={"Accept": "text/csv"})
    assert by_suffix.headers["content-type"] == by_accept.headers["content-type"] == "text/csv; charset=utf-8"
    assert by_suffix.content == by_accept.content
    assert by_suffix.headers["content-disposition"] == 'attachment; filename="changes.csv"'
    assert "Accept" in by_accept.headers["vary"]
    rows = list(csv.DictReader(io.StringIO(by_suffix.text)))
    assert [r["kind"] for r in rows] == [kind for kind in KINDS if kind != "termination"]
    assert [r["county_fips"] for r in rows] == ["12045", "12055", "12123", "12125"]
    assert rows[2]["after_agency"] == "Taylor County Sheriff's Office"
    assert rows[2]["first_listed_in_file"] == "participatingAgencies07032025am.xlsx"


def test_ndjson_is_the_json_line_by_line(api: TestClient) -> None:
    lines = api.get("/agreements.ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == api.get("/agreements?limit=1000").json()
    assert len(lines) == 44


def test_a_table_is_whole_unless_a_limit_is_given(api: TestClient) -> None:
    assert len(api.get("/changes.ndjson").text.splitlines()) == 5
    some = api.get("/changes.ndjson?limit=2&order=newest")
    assert [json.loads(line)["kind"] for line in some.text.splitlines()] == ["signing", "termination"]
    link = re.fullmatch(r'</api/v1(/changes\.ndjson\?\S+)>; rel="next"', some.headers["link"])
    assert link is not None
    assert [json.loads(line)["kind"] for line in api.get(link[1]).text.splitlines()] == ["signing", "signing"]


def test_a_workbook_has_real_dates_and_codes_that_keep_their_zeros(api: TestClient) -> None:
    heading, rows = sheet_of(api.get("/agreements.xlsx?county=12123").content)
    assert heading[:6] == ["agreement_id", "agency_id", "agency", "state", "county", "county_fips"]
    assert [r["agency"] for r in rows] == ["Taylor County Sheriff's Office"]
    assert rows[0]["county_fips"] == "12123"
    assert rows[0]["signed_on"].date() == date(2025, 7, 2)
    assert rows[0]["publication_row"] == 44
    _, trends = sheet_of(api.get("/trends", headers={"Accept": XLSX}).content)
    assert [(t["date"].date(), t["agreements"]) for t in trends] == [
        (date(2025, 7, 1), 42), (date(2025, 7, 3), 43), (date(2025, 7, 8), 44)
    ]  # fmt: skip


def test_a_workbook_is_the_same_bytes_for_the_same_data(home: Path) -> None:
    first, second = (TestClient(make_api(Settings(home=home))).get("/changes.xlsx") for _ in range(2))
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]


def test_an_empty_answer_has_its_columns_and_an_unknown_form_is_refused(api: TestClient) -> None:
    empty = api.get("/changes.csv?support_type=JEM")
    assert empty.text.startswith("id,kind,status,")
    assert len(empty.text.splitlines()) == 1
    for address in ("/changes.pdf", "/totals.csv", "/changes.csv?stat=FL"):
        assert api.get(address).headers["content-type"] == "application/problem+json"
    assert [api.get(a).status_code for a in ("/changes.pdf", "/totals.csv", "/changes.csv?stat=FL")] == [404, 404, 400]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", None), ("*/*", None), ("application/json", None), ("text/csv", "csv"), ("TEXT/CSV; charset=utf-8", "csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None), (XLSX, "xlsx"),
        ("application/json;q=0.5, application/x-ndjson", "ndjson"), ("text/csv;q=0, */*;q=0.1", None),
        ("text/csv;q=0.4, application/json;q=0.4", None), ("text/*", "csv"), ("image/png", None), (";;q=,,", None),
    ],
)  # fmt: skip
def test_the_form_is_the_one_the_client_prefers(accept: str, form: str | None) -> None:
    assert preferred_form(accept) == form


def test_what_was_stated_since_a_time(api: TestClient) -> None:
    """The lists became known at 12:00, 12:01, 12:02; each states what it shows, the last also confirms an ending."""
    every = api.get("/statements").json()
    assert [s["sequence"] for s in every] == sorted(s["sequence"] for s in every)
    ending = [(s["status"], s["stated_at"]) for s in every if s["change"]["kind"] == "termination"]
    assert ending[0] == ("provisional", "2025-07-20T12:01:00Z")
    since = api.get("/changes?updated_since=2025-07-20T12:02:00Z").json()
    later = {s["change"]["id"] for s in every if s["stated_at"] >= "2025-07-20T12:02:00Z"}
    assert {c["id"] for c in since} == later
    assert [c["agency"] for c in since if c["kind"] == "signing"] == ["Union County Sheriff's Office"]
    assert len(api.get("/changes?updated_since=2025-07-20").json()) == 5
    assert api.get("/changes?updated_since=2025-07-21").json() == []


def test_every_answer_says_how_much_may_still_be_asked(home: Path) -> None:
    """Also an error, a preflight, a 304 and a refusal; and any site's script may read them."""
    client = TestClient(make_api(Settings(home=home, api_requests_per_minute=6)))
    etag = client.get("/totals").headers["etag"]
    answers = [
        client.get("/totals", headers={"If-None-Match": etag}), client.get("/nothing"), client.get("/changes?x=1"),
        client.options("/changes"), client.post("/changes"), client.get("/totals"),
    ]  # fmt: skip
    assert [a.status_code for a in answers] == [304, 404, 400, 204, 405, 429]
    assert [a.headers["ratelimit"].partition(";t=")[0] for a in answers] == [
        f'"client";r={left}' for left in (4, 3, 2, 1, 0, 0)
    ]
    for answer in answers:
        assert answer.headers["ratelimit-policy"] == '"client";q=6;w=60'
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers.get("access-control-expose-headers", "")
        assert {"RateLimit", "Retry-After", "ETag"} <= set(exposed.split(", "))


def test_a_browser_may_send_what_its_library_adds(api: TestClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "x-requested-with,cache-control"}  # fmt: skip
    preflight = api.options("/changes", headers=asked)
    allowed = preflight.headers["access-control-allow-headers"].lower().split(", ")
    assert {"*", "x-requested-with", "cache-control", "content-type", "accept"} <= set(allowed)


def test_a_move_names_no_scheme_and_no_host(home: Path) -> None:
    """Behind a proxy that ends TLS the server is asked over http; its redirects must not lead there."""
    served = TestClient(Starlette(routes=routes(Settings(home=home))), follow_redirects=False)
    for address, place in (
        ("/api/v1", "/api/v1/"), ("/api/v1/changes/", "/api/v1/changes"),
        ("/api/v1/changes/?state=FL", "/api/v1/changes?state=FL"), ("/api/v1//example.org/", "/api/v1//example.org"),
    ):  # fmt: skip
        answer = served.get(address)
        assert (answer.status_code, answer.headers["location"]) == (308, place)
    assert served.get("/api/v1/changes.csv").status_code == 200
    assert served.get("/api/v1/changes", headers={"Accept": "text/csv"}).text.startswith("id,kind")


def test_compression_is_used_only_where_it_is_wanted(api: TestClient) -> None:
    for accepted, used in (("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False)):
        answer = api.get("/changes", headers={"Accept-Encoding": accepted})
        assert (answer.headers.get("content-encoding") == "gzip") is used
        assert len(answer.json()) == 5


def test_the_description_makes_importable_clients(api: TestClient) -> None:
    """Generators name packages after the title and functions after the operation ids."""
    description = api.get("/openapi.json").json()
    assert re.fullmatch(r"[A-Za-z][A-Za-z ]+", description["info"]["title"])
    operations = [o["get"]["operationId"] for o in description["paths"].values()]
    assert len(operations) == len(set(operations)) == 19
    assert all(re.fullmatch(r"(list|get|search)(_[a-z_]+)?", name) and name.isidentifier() for name in operations)
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in description["components"]["schemas"])
    assert set(api.get("/openapi.json").json()["paths"]["/changes"]["get"]["responses"]["200"]["content"]) == {
        "application/json", "text/csv", "application/x-ndjson", XLSX
    }  # fmt: skip
