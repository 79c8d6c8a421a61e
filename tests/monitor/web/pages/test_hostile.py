"""Names that are HTML, formulas or turn the direction of text do no harm, on any page, in any file."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from db.database import Store
from monitor.i18n.language import language
from monitor.i18n.safe_text import reveal_invisible
from monitor.web.pages.addresses import make_site
from monitor.web.pages.publish import list_files
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import FORMULA_NAME, SCRIPT_NAME, TURNED_NAME


@pytest.fixture(scope="module")
def site(small_home: Path) -> Site:
    return make_site(Store.open(small_home, read_only=True))


def get(root: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """The answer to exactly this path: nothing is tidied on the way."""
    connection = http.client.HTTPConnection(urlsplit(root).netloc)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def test_no_page_or_file_holds_a_name_as_markup_or_unseen_characters(site: Site) -> None:
    """All published files but the originals; the country's and a hostile agency's sheet as PDF are set too."""
    names = 0
    for file, _, spoken, address in list_files(site, pdf=False):
        if (
            "/original." in file
            or file.endswith((".png", ".gif", ".ico", ".parquet", ".sqlite", ".xlsx"))
            or "dane" in file
        ):
            continue
        if file.count("/") > 3 and not re.search(r"(tx|fl|wi)/", file):
            continue  # the many counties in which nothing is
        page = site.page(address, spoken, {}, static=True)
        assert page is not None, address
        text = render(page, address, spoken, static=True).decode()
        names += "Apopka" in text
        if file.endswith(".json"):
            assert text.isascii(), file
            json.loads(text)
            continue
        assert "<script>alert" not in text or file.endswith(".csv"), file
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text), file
    assert names > 20, "the hostile names were on no page"


def test_a_turned_name_is_shown_with_what_turns_it() -> None:
    assert reveal_invisible(TURNED_NAME) == "Apopka ‹U+202E›ecilop‹U+202C› Police Department"


def test_a_spreadsheet_takes_no_cell_for_a_formula(site: Site) -> None:
    for table in ("agreements", "agencies", "changes", "lists"):
        page = site.page(f"data/{table}.csv", language("en"), {})
        assert page is not None
        assert page.body is not None
        rows = list(csv.reader(io.StringIO(page.body.decode())))
        assert len(rows) > 2
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
        if table == "agencies":
            assert "'" + FORMULA_NAME in [row[2] for row in rows]


def test_json_holds_names_as_printed_without_what_turns_them(site: Site) -> None:
    page = site.page("data/agencies.json", language("en"), {})
    assert page is not None
    assert page.body is not None
    names = {row["agency"] for row in json.loads(page.body)}
    assert {SCRIPT_NAME, FORMULA_NAME, "Apopka ecilop Police Department"} <= names


def test_a_question_is_shown_as_text(small_site: str) -> None:
    for path in (
        "/changes/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/search/?q=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/as-of/?date=%22%3E%3Cscript%3E",
        "/changes/?agency=%22%20onfocus=%22alert(1)&state=%3Cb%3E",
    ):
        _, _, body = get(small_site, path)
        assert b"<script>alert" not in body
        assert b"<img" not in body
        assert b'" onfocus="' not in body


@pytest.mark.parametrize(
    "asked", ['"', "*", "a AND", "NEAR(", "agency:x", "'; drop table log; --", "\u202e", "(" * 500]
)
def test_no_search_is_an_error(site: Site, asked: str) -> None:
    page = site.page("changes/", language("en"), {"q": asked})
    assert page is not None
    render(page, "changes/", language("en"), static=False, query={"q": asked})


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/lists/../../etc/passwd",
    "/lists/%2e%2e/ice-agreements.sqlite", "/lists/" + "a" * 64 + "/..%2f..%2fice-agreements.sqlite",
    "/lists/" + "a" * 64 + "/original.xlsx", "/data/..%2fice-agreements.sqlite", "/es/../../../etc/passwd",
])  # fmt: skip
def test_no_path_leads_out(small_site: str, path: str) -> None:
    status, _, body = get(small_site, path)
    assert status in (400, 404)
    assert b"SQLite format" not in body
    assert b"root:" not in body


def test_every_answer_forbids_what_is_not_needed(small_site: str) -> None:
    for path in (
        "/",
        "/map/",
        "/es/changes/",
        "/no-such-page/",
        "/static/site.css",
        "/data/changes.csv",
        "/map/data.json",
    ):
        _, headers, _ = get(small_site, path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_originals_are_only_ever_downloads(small_site: str, site: Site) -> None:
    for publication in site.book().publications:
        status, headers, body = get(small_site, f"/lists/{publication['sha256']}/original.xlsx")
        assert status == 200
        assert headers["content-disposition"] == f'attachment; filename="{publication["file"]}"'
        assert body == site.store.archive.get(publication["sha256"])
