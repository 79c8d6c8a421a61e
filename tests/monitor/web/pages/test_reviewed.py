"""What reviewers found out stands on the public pages, apart from the lists, in both languages, and in downloads."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from db.database import Store
from db.desk_models import ReviewedFact
from monitor.review import decide, facts, facts_csv, rulings_csv
from monitor.web.pages.addresses import make_site
from monitor.web.pages.app import create_app
from monitor.web.pages.views.agencies_page import list_agencies
from monitor.web.pages.views.places_page import list_counties
from tests.monitor.web.desk.history import make_history

TAYLOR, UNION = "fl-taylor-county-sheriffs-office", "fl-union-county-sheriffs-office"
POLICE, AGREEMENT = "ny-lake-placid-police-department", "ny-lake-placid-police-department-tfm-2025-02-26"
NEWS = "https://news.example.org/2025/board-votes"
AT = "2025-07-20T15:00:00Z"
STATED = (
    ReviewedFact(0, AT, "Ada Editor", TAYLOR, "one", UNION, source=NEWS),
    ReviewedFact(0, AT, "Ada Editor", POLICE, "county", "Franklin", note="=the map"),
    ReviewedFact(0, AT, "Ada Editor", AGREEMENT, "ended", "2025-07", "law", NEWS, "3 to 2"),
    ReviewedFact(0, AT, "Ada Editor", TAYLOR, "link", "https://news.example.org/vote", "vote"),
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reviewed")
    make_history(root / "home", root / "lists")
    return root / "home"


@pytest.fixture
def home(plain: Path, tmp_path: Path) -> Path:
    shutil.copytree(plain, tmp_path / "home")
    return tmp_path / "home"


def state_all(home: Path) -> None:
    with Store.open(home) as store:
        for fact in STATED:
            facts.state_fact(store, fact)


def test_each_is_on_the_pages_it_is_about_in_both_languages(home: Path) -> None:
    pages = TestClient(create_app(home))
    assert "Reviewed:" not in pages.get(f"/agencies/{TAYLOR}/").text
    state_all(home)
    pages = TestClient(create_app(home))  # a running one looks for new data twice a second
    taylor, union = (pages.get(f"/agencies/{agency}/").text for agency in (TAYLOR, UNION))
    assert "one body with" in taylor
    assert f'/agencies/{UNION}/"' in taylor
    assert f'/agencies/{TAYLOR}/"' in union  # told of both
    assert f'<a href="{NEWS}" rel="noreferrer nofollow">source</a>, recorded' in taylor
    assert "a vote" in taylor
    for page in (taylor, union):
        assert (
            page.count(' <span class="by">(') == page.count('<span class="by">(') > 0
        )  # "2025 (source", not "2025(source"
    agreement = pages.get(f"/agreements/{AGREEMENT}/").text
    assert "ended by a law, July 2025" in agreement
    assert "3 to 2" in agreement
    assert "ended by a law" in pages.get(f"/agencies/{POLICE}/").text
    franklin, essex = (pages.get(f"/places/ny/{county}/").text for county in ("franklin-county", "essex-county"))
    for page in (franklin, essex):  # where a reviewer puts it, and where ICE's list does
        assert "Franklin County</a>" in page
        assert f'/agencies/{POLICE}/"' in page
    spanish = pages.get(f"/es/agreements/{AGREEMENT}/").text
    assert "Revisado:" in spanish
    assert "terminado por una ley, julio de 2025" in spanish
    for page in (taylor, union, agreement, franklin, spanish):
        assert "Ada" not in page


def test_a_withdrawn_fact_leaves_the_page(home: Path) -> None:
    state_all(home)
    pages = TestClient(create_app(home))
    assert "one body with" in pages.get(f"/agencies/{UNION}/").text
    with Store.open(home) as store:
        mark = facts.read_facts(store)[0].mark
        facts.state_fact(store, ReviewedFact(0, "2025-07-20T16:00:00Z", "Ada Editor", TAYLOR, "withdrawn", mark))
    assert "one body with" not in TestClient(create_app(home)).get(f"/agencies/{UNION}/").text


def test_the_pages_a_fact_is_on_and_no_others_are_published_again(home: Path) -> None:
    def marks() -> dict[str, str]:
        with Store.open(home, read_only=True) as store:
            book = make_site(store).book()
            return {**dict(list_agencies(book)), **dict(list_counties(book))}

    before = marks()
    state_all(home)
    after = marks()
    moved = {path for path in before if before[path] != after[path]}
    assert {f"agencies/{agency}/" for agency in (TAYLOR, UNION, POLICE)} <= moved
    assert {"places/ny/franklin-county/", "places/ny/essex-county/"} <= moved
    assert "places/tx/travis-county/" not in moved
    assert sum(path.startswith("agencies/") for path in moved) == 3


def test_facts_and_rulings_are_files_that_another_installation_imports(home: Path, plain: Path, tmp_path: Path) -> None:
    state_all(home)
    with Store.open(home) as store:
        change = "ny-lake-placid"  # the ending of New York's agreement
        row = store.connection.execute(
            "select id from changes where kind = 'termination' and agreement_id like ?", [f"{change}%"]
        ).fetchone()
        decide.rule(store, "confirm", row[0], reviewer="Ada Editor", reason="I called", made_at="2025-07-20T15:00:00Z")
        decide.take_effect(store, tell=lambda *_, **__: 0)
    pages = TestClient(create_app(home))
    stated, ruled = (pages.get(f"/data/{name}.csv").content for name in ("reviewed_facts", "rulings"))
    for data in (stated, ruled):
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        assert {(r["reviewer"], r["licence"]) for r in rows} == {("a reviewer", "CC0-1.0")}
    assert len(rows) == 1
    shutil.copytree(plain, tmp_path / "there")
    with Store.open(tmp_path / "there") as there:
        found = facts_csv.read_import(there, stated, "reviewed_facts.csv", "Bob")
        facts_csv.store_import(there, found)
        here = [replace(f, reviewer="", imported_by="", note="", id=0, value=f.value) for f in facts.read_facts(there)]
        assert [(f.subject, f.fact, f.detail, f.source) for f in here] == [
            (f.subject, f.fact, f.detail, f.source) for f in STATED
        ]
        rulings = rulings_csv.read_import(there, ruled, "rulings.csv", "Bob")
        assert [(r.ruling, r.reason, r.about.kind) for r in rulings.new] == [("confirm", "I called", "termination")]


def test_a_note_is_marked_as_english_where_the_page_is_not(home: Path) -> None:
    state_all(home)
    pages = TestClient(create_app(home))
    note = '<bdi lang="en">3 to 2</bdi>'
    english, spanish = (pages.get(f"{language}/agreements/{AGREEMENT}/").text for language in ("", "/es"))
    assert f"Nota, en inglés, tal como se escribió:</span> {note}" in spanish
    assert note in english
    assert "Note, in English" not in english
