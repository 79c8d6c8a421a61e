"""Datasette opens the database well: started on a loaded one, with the packaged metadata, by a stranger."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.database import Store
from db.migrations.m004_desk import PRIVATE_TABLES
from monitor.web.datasette import METADATA, read_metadata
from tests.monitor.web.desk.history import make_history
from tests.paths import ROOT

NAME = "ice-agreements"
VIEWS = {
    "change_log",
    "listed_now",
    "agreement_history",
    "publication_log",
    "ruling_log",
    "reviewed_agencies",
    "reviewed_endings",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("datasette")
    make_history(root / "home", root / "lists")
    return root / "home"


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).parent / "datasette", "serve", home / f"{NAME}.sqlite", "--port", str(port)]
    server = subprocess.Popen([*map(str, command), "--metadata", str(METADATA), "--setting", "allow_download", "off"])
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/-/versions.json").close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"{address}/{NAME}"
    finally:
        server.terminate()
        server.wait(20)


def get(address: str) -> Any:
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_every_view_says_what_the_history_says(address: str) -> None:
    """By hand in tests/monitor/web/desk/history.py: 5 changes, 44 rows listed, 45 agreements, 4 lists, no ruling."""
    counts = {view: len(get(f"{address}/{view}.json?_shape=array&_size=max")) for view in VIEWS}
    assert counts == {
        "change_log": 5, "listed_now": 44, "agreement_history": 45, "publication_log": 4, "ruling_log": 0,
            "reviewed_agencies": 0, "reviewed_endings": 0,
    }  # fmt: skip
    gone = get(f"{address}/agreement_history.json?_shape=array&listed_now=0")
    assert [(a["agency"], a["state"], a["first_listed_on"], a["last_listed_on"]) for a in gone] == [
        ("Lake Placid Police Department", "NY", "2025-07-01", "2025-07-01")
    ]
    ended = get(f"{address}/change_log.json?_shape=array&kind=termination")
    assert [(e["agency_before"], e["status"], e["shown_by"]) for e in ended] == [
        ("Lake Placid Police Department", "provisional", "participatingAgencies07032025am.xlsx")
    ]


def test_the_views_have_descriptions_units_and_facets(address: str) -> None:
    page = urllib.request.urlopen(f"{address}/change_log").read().decode()
    for words in ("no longer listed by ICE", "twelve hexadecimal digits", "UTC", 'data-column="kind"'):
        assert words in page, words
    facets = get(f"{address}/change_log.json")["facet_results"]
    assert {f["value"]: f["count"] for f in facets["kind"]["results"]} == {
        "signing": 3,
        "termination": 1,
        "amendment": 1,
    }


def test_the_questions_have_answers(address: str) -> None:
    gone = get(f"{address}/no_longer_listed.json?_shape=array")
    assert [g["state"] for g in gone] == ["NY"]
    assert len(get(f"{address}/changes_in_state.json?_shape=array&state=FL")) == 4
    assert len(get(f"{address}/listed_on.json?_shape=array&day=2025-07-02")) == 42
    assert get(f"{address}/by_state.json?_shape=array") == [
        {"state": "FL", "agreements": 44, "agencies": 44, "JEM": 0, "WSO": 0, "TFM": 44}
    ]


@pytest.mark.parametrize("table", [*PRIVATE_TABLES, "sqlite_sequence"])
def test_a_stranger_sees_nothing_private(address: str, table: str) -> None:
    assert status(f"{address}/{table}") == 403
    assert status(f"{address}.json?" + urllib.parse.urlencode({"sql": f"select * from {table}"})) == 403
    assert not re.search(rf"/{NAME}/{table}\b", urllib.request.urlopen(address).read().decode())
    assert status(f"{address}.db") == 403


def test_each_table_is_described_or_private_and_each_column_named_is_there(home: Path) -> None:
    """A table that a later version adds is private or described before it is served."""
    told = read_metadata()["databases"][NAME]["tables"]
    with Store.open(home, read_only=True) as store:
        there = {
            str(row[0])
            for row in store.connection.execute("select name from sqlite_master where type in ('table', 'view')")
        }
        assert there - told.keys() == set()
        for table, said in told.items():
            columns = {str(row[1]) for row in store.connection.execute(f"pragma table_info({table})")}
            assert said.get("columns", {}).keys() <= columns, table
            assert set(said.get("facets", ())) <= columns, table
    assert all(told[table]["allow"] == {"id": "root"} for table in PRIVATE_TABLES)


def test_the_public_copy_of_the_page_has_nothing_of_people(home: Path, tmp_path: Path) -> None:
    """The statements of docs/datasette.md, run: every private table is gone, and every view still answers."""
    page = (ROOT / "docs" / "datasette.md").read_text(encoding="utf-8")
    first, *rest = re.findall(r'^\$ sqlite3 \S+ "([^"]+)"$', page, re.MULTILINE)
    copy = tmp_path / "public.sqlite"
    with closing(sqlite3.connect(home / f"{NAME}.sqlite")) as kept:
        kept.execute(first.replace("public.sqlite", str(copy)))
    with closing(sqlite3.connect(copy, isolation_level=None)) as public:
        for statement in ";".join(rest).split(";"):
            public.execute(statement)
        names = {str(row[0]) for row in public.execute("select name from sqlite_master")}
        assert names & {*PRIVATE_TABLES} == set()
        assert {view: public.execute(f"select count(*) from {view}").fetchone()[0] for view in VIEWS} == {
            "change_log": 5, "listed_now": 44, "agreement_history": 45, "publication_log": 4, "ruling_log": 0,
            "reviewed_agencies": 0, "reviewed_endings": 0,
        }  # fmt: skip
        views = {str(row[0]) for row in public.execute("select name from sqlite_master where type = 'view'")}
        assert views == VIEWS


def test_every_table_that_leads_to_a_person_is_private(home: Path) -> None:
    """A column for an address, a password or a subscriber makes a table private; so does what hangs on such a table."""
    with Store.open(home, read_only=True) as store:
        tables = [
            str(row[0]) for row in store.connection.execute("select name from sqlite_master where type = 'table'")
        ]
        columns = {
            table: {str(row[1]) for row in store.connection.execute(f"pragma table_info({table})")} for table in tables
        }
    personal = {"address", "address_key", "password_hash", "token_hash", "subscriber_id", "recipient", "who"}
    assert {table for table, has in columns.items() if has & personal} <= {*PRIVATE_TABLES}


def test_a_number_in_an_address_is_a_number(address: str) -> None:
    """Datasette compares with what stands in the address as text; a column of a view must take it for a number."""
    assert len(get(f"{address}/change_log.json?_shape=array&needs_review=1")) == 3
    assert len(get(f"{address}/change_log.json?_shape=array&needs_review=0")) == 2
    assert len(get(f"{address}/publication_log.json?_shape=array&rows=42")) == 1
