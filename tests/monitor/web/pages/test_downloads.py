"""The tables agree with one another in every form, and the data package describes what the files hold."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from arro3.core import Table
from arro3.io import read_parquet

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.site import Site

#: Rows of each table, counted from the made-up lists: 15 agreements of 14 agencies; 2 amended, 1 ended.
COUNTS = {"agreements": 15, "agencies": 14, "changes": 3, "lists": 3}


@pytest.fixture(scope="module")
def site(small_home: Path) -> Site:
    return make_site(Store.open(small_home, read_only=True))


def body(site: Site, path: str) -> bytes:
    page = site.page(path, language("en"), {})
    assert page is not None
    assert page.body is not None
    return page.body


@pytest.mark.parametrize("name", list(COUNTS))
def test_every_form_holds_the_same_rows(site: Site, name: str, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(body(site, f"data/{name}.csv").decode())))
    objects: list[dict[str, Any]] = json.loads(body(site, f"data/{name}.json"))
    (tmp_path / "t.parquet").write_bytes(body(site, f"data/{name}.parquet"))
    table = Table.from_arrow(read_parquet(tmp_path / "t.parquet"))
    (tmp_path / "t.sqlite").write_bytes(body(site, "data/ice-agreements.sqlite"))
    database = sqlite3.connect(tmp_path / "t.sqlite")
    (stored,) = database.execute(f"select count(*) from {name}").fetchone()
    assert len(rows) == len(objects) == table.num_rows == stored == COUNTS[name]
    assert list(rows[0]) == list(objects[0]) == table.schema.names
    first = next(iter(rows[0]))
    assert [o[first] for o in objects] == table[first].to_pylist()


def test_parquet_has_dates_and_times_as_such_and_codes_as_text(site: Site, tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(body(site, "data/changes.parquet"))
    table = Table.from_arrow(read_parquet(tmp_path / "t.parquet"))
    rows = list(csv.DictReader(io.StringIO(body(site, "data/changes.csv").decode())))
    for name in ("listed_on", "signed_on"):
        assert [d and d.isoformat() for d in table[name].to_pylist()] == [r[name] or None for r in rows]
        assert isinstance(table[name][0].as_py(), date)
    known = [datetime.fromisoformat(r["known_at"]) for r in rows]
    assert table["known_at"].to_pylist() == known
    assert table["county_fips"].to_pylist() == [r["county_fips"] or None for r in rows]
    assert any(r["county_fips"].isdigit() for r in rows)


def test_the_package_describes_the_files(site: Site) -> None:
    package = json.loads(body(site, "data/datapackage.json"))
    assert [r["name"] for r in package["resources"]] == [*COUNTS, "counties", "documents", "reviewed_facts", "rulings"]
    codebook = list(csv.DictReader(io.StringIO(body(site, "data/codebook.csv").decode())))
    for resource in package["resources"]:
        table = csv.DictReader(io.StringIO(body(site, f"data/{resource['path']}").decode()))
        rows = list(table)
        fields = [f["name"] for f in resource["schema"]["fields"]]
        assert table.fieldnames == fields == [c["column"] for c in codebook if c["table"] == resource["name"]]
        key = resource["schema"]["primaryKey"]
        assert len({tuple(row[k] for k in key) for row in rows}) == len(rows)
        for field in resource["schema"]["fields"]:
            for value in (row[field["name"]] for row in rows if row[field["name"]]):
                if field["type"] == "integer":
                    int(value)
                if field["type"] == "date":
                    assert len(value) == 10
