"""pandas and DuckDB read the downloads and the API's tables: dates are dates, FIPS codes keep their zeros."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.programs import PYTHON, needs, run

pytestmark = [pytest.mark.soak, needs(PYTHON)]
WITH_PANDAS = """
import json, sys
import pandas

site = sys.argv[1]
parquet = pandas.read_parquet(f"{site}/data/changes.parquet")
text = pandas.read_csv(f"{site}/data/changes.csv", dtype={"county_fips": str}, parse_dates=["listed_on", "known_at"])
lines = pandas.read_json(f"{site}/api/v1/changes.ndjson", lines=True, dtype={"county_fips": str})
newest = parquet.sort_values("listed_on").iloc[-1]
print(json.dumps({
    "rows": [len(parquet), len(text), len(lines)],
    "dates": [str(newest.listed_on), str(parquet.known_at.dtype), text.listed_on.max().isoformat()[:10]],
    "fips": [sorted(frame.county_fips.dropna().astype(str)) for frame in (parquet, text, lines)],
}))
"""
WITH_DUCKDB = """
import json, sys, urllib.request
import duckdb

for name in ("data/changes.parquet", "data/agreements.parquet", "api/v1/agreements.csv"):
    urllib.request.urlretrieve(f"{sys.argv[1]}/{name}", name.replace("/", "-"))
ask = lambda sql: duckdb.sql(sql).fetchall()
print(json.dumps({
    "types": {name: kind for name, kind, *_ in ask("describe from 'data-changes.parquet'")
              if name in ("listed_on", "known_at", "county_fips", "needs_review", "first_listed_in_row")},
    "july": ask("select count(*) from 'data-changes.parquet' where listed_on > date '2025-07-03'"),
    "joined": ask("select count(*) from 'data-changes.parquet' c join 'data-agreements.parquet' a"
                  " on a.agreement_id = c.agreement_id and a.county_fips = c.county_fips where c.kind = 'signing'"),
    "listed": ask("select count(*), min(county_fips)"
                  " from read_csv('api-v1-agreements.csv', types={'county_fips': 'VARCHAR'})"),
}))
"""


def test_pandas(site: str, tmp_path: Path) -> None:
    codes = ["12045", "12055", "12123", "12125", "36031"]
    assert json.loads(run(PYTHON, "-c", WITH_PANDAS, site, cwd=tmp_path)) == {
        "rows": [5, 5, 5],
        "dates": ["2025-07-08", "datetime64[us, UTC]", "2025-07-08"],
        "fips": [codes, codes, codes],
    }


def test_duckdb(site: str, tmp_path: Path) -> None:
    assert json.loads(run(PYTHON, "-c", WITH_DUCKDB, site, cwd=tmp_path)) == {
        "types": {
            "listed_on": "DATE", "known_at": "TIMESTAMP WITH TIME ZONE", "county_fips": "VARCHAR",
            "needs_review": "BOOLEAN", "first_listed_in_row": "BIGINT",
        },
        "july": [[1]], "joined": [[3]], "listed": [[44, "12001"]],
    }  # fmt: skip
