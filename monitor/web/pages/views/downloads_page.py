"""The data to download: CSV, JSON, Parquet and SQLite, with a Frictionless data package and a codebook."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arro3.core import Array, DataType
from arro3.core import Table as ArrowTable
from arro3.io import write_parquet

from monitor.cli.output import plain, safe_cell
from monitor.web.pages.book import Book
from monitor.web.pages.charts import count_over_time
from monitor.web.pages.codebook import TABLES, Table, as_text
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site

FORMS = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
NAMES = [table.name for table in TABLES]


def routes(site: Site) -> None:
    """The views' addresses are the site's."""
    site.add(r"data/", show_data, lambda book: iter([("data/", book.version)]))
    site.add(rf"data/(?P<name>{'|'.join(NAMES)})\.(?P<form>csv|json|parquet)", send_table, list_tables, spoken=False)
    others = {
        "ice-agreements.sqlite": send_database, "datapackage.json": send_package, "codebook.csv": send_codebook,
        "totals.json": send_totals, "newest.json": send_newest,
    }  # fmt: skip
    for path, view in others.items():
        site.add(rf"data/{path.replace('.', '[.]')}", view, _listed(f"data/{path}"), spoken=False)


def show_data(ask: Ask) -> Page | None:
    """What can be downloaded, and the codebook."""
    return Page("data.html", {"tables": TABLES, "forms": list(FORMS)})


def send_table(ask: Ask, name: str, form: str) -> Page | None:
    """A table in a form."""
    table = next(t for t in TABLES if t.name == name)
    make = {"csv": to_csv, "json": to_json, "parquet": to_parquet}[form]
    return Page(body=make(table, ask.book), media=FORMS[form], file=f"{name}.{form}")


def to_csv(table: Table, book: Book) -> bytes:
    """The table as CSV: no cell is taken for a formula, none holds unseen characters."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([c.name for c in table.columns])
    for row in table.rows(book):
        writer.writerow([safe_cell(plain(as_text(row, c) or "").replace("\n", " ").strip()) for c in table.columns])
    return out.getvalue().encode()


def to_json(table: Table, book: Book) -> bytes:
    """The table as an array of objects, of ASCII characters only: nothing in it can turn the direction of a text."""
    rows = [{c.name: row[c.name] for c in table.columns} for row in table.rows(book)]
    return json.dumps(rows, ensure_ascii=True, separators=(",", ":")).encode()


def to_parquet(table: Table, book: Book) -> bytes:
    """The table as Parquet: integers and truth values as such, all else as text."""
    rows = list(table.rows(book))
    kinds = {"integer": DataType.int64(), "boolean": DataType.bool()}
    arrays: dict[str, Any] = {}
    for c in table.columns:
        kind = kinds.get(c.type)
        values: list[Any] = [row[c.name] for row in rows] if kind else [as_text(row, c) for row in rows]
        arrays[c.name] = Array(values, kind or DataType.utf8())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_parquet(ArrowTable.from_pydict(arrays), path)
        return path.read_bytes()


def send_database(ask: Ask) -> Page | None:
    """All tables as one SQLite file, the same bytes for the same rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.sqlite"
        made = sqlite3.connect(path, isolation_level=None)
        made.execute("pragma journal_mode = off")
        made.execute("begin")
        for table in TABLES:
            kinds = {"integer": "integer", "boolean": "integer"}
            columns = ", ".join(f"{c.name} {kinds.get(c.type, 'text')}" for c in table.columns)
            made.execute(f"create table {table.name} ({columns}) strict")
            marks = ", ".join("?" * len(table.columns))
            rows = ([_stored(row, c.name) for c in table.columns] for row in table.rows(ask.book))
            made.executemany(f"insert into {table.name} values ({marks})", rows)  # noqa: S608 - names of our own
            made.execute(f"create index {table.name}_by_key on {table.name}({table.key})")
        made.execute("commit")
        made.close()
        body = path.read_bytes()
    return Page(body=body, media="application/vnd.sqlite3", file="ice-agreements.sqlite")


def send_package(ask: Ask) -> Page | None:
    """The Frictionless data package that describes the CSV files."""
    resources = [
        {
            "name": t.name,
            "path": f"{t.name}.csv",
            "description": t.says,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"lineTerminator": "\r\n"},
            "schema": {
                "fields": [{"name": c.name, "type": c.type, "description": c.says} for c in t.columns],
                "primaryKey": [t.key] if t.name != "lists" else ["sha256", "file", "linked_as"],
                "missingValues": [""],
            },
        }
        for t in TABLES
    ]
    newest = ask.book.newest
    package = {
        "name": "ice-287g-agreements", "profile": "tabular-data-package",
        "title": "287(g) agreements as listed by ICE, and what changed",
        "description": "Made from the lists ICE publishes; see the method page for what they can and cannot say.",
        "version": newest["published_on"] if newest else "", "resources": resources,
        "sources": [{"title": "U.S. Immigration and Customs Enforcement, 287(g) lists",
                     "path": "https://www.ice.gov/identify-and-arrest/287g"}],
        "licenses": [{"name": "CC0-1.0", "title": "Facts from works of the US government; no rights are claimed"}],
    }  # fmt: skip
    return Page(body=json.dumps(package, indent=1).encode(), media="application/json", file="datapackage.json")


def send_codebook(ask: Ask) -> Page | None:
    """Every column of every table with its type and what it says."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["table", "column", "type", "says"])
    writer.writerows([t.name, c.name, c.type, c.says] for t in TABLES for c in t.columns)
    return Page(body=out.getvalue().encode(), media=FORMS["csv"], file="codebook.csv")


def send_totals(ask: Ask) -> Page | None:
    """Agreements listed on each date, per support type and state."""
    whole = count_over_time(ask.book, list(ask.book.agreements.values()))
    states = {
        code: [[day, counts] for day, counts in count_over_time(ask.book, [g for a in found for g in a.agreements])]
        for code, found in sorted(ask.book.in_state.items())
    }
    body = {"country": whole, "states": states}
    return Page(body=json.dumps(body, separators=(",", ":")).encode(), media="application/json", file="totals.json")


def send_newest(ask: Ask) -> Page | None:
    """The newest list: file, day of publication, checksum."""
    names = ("file", "published_on", "sha256", "url", "rows")
    body = {name: ask.book.newest[name] for name in names} if ask.book.newest else {}
    return Page(body=json.dumps(body).encode(), media="application/json", file="newest.json")


def _stored(row: dict[str, Any], name: str) -> Any:
    value = row[name]
    return int(value) if isinstance(value, bool) else value


def list_tables(book: Book) -> Iterator[tuple[str, str]]:
    """The address of every table in every form."""
    for table in TABLES:
        mark = mark_of([c.name for c in table.columns], book.version)
        for form in FORMS:
            yield f"data/{table.name}.{form}", mark


def _listed(path: str) -> Any:
    return lambda book: iter([(path, book.version)])
