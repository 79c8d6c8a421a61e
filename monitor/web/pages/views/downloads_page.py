"""The data to download: CSV, JSON, Parquet and SQLite, with a Frictionless data package and a codebook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arro3.core import Array, DataType
from arro3.core import Table as ArrowTable
from arro3.io import write_parquet

from db.queries.table_export import Cell, ExportTable, write_tables
from monitor.i18n.safe_text import on_one_line, safe_cell
from monitor.web.pages.book import Book
from monitor.web.pages.charts import count_over_time
from monitor.web.pages.codebook import TABLES, Table, as_text
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.map.lon_lat import to_polygons
from monitor.web.pages.map.shapes import drawn_as, read_shapes
from monitor.web.pages.map.topology import write_topology
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Addresses, PageRequest, Site
from monitor.web.pages.spreadsheet import XLSX, write_workbook

FORMS = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
NAMES = [table.name for table in TABLES]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A column's type -> how Parquet keeps it, how its values are given, and how each is made from a row's.
_PARQUET: dict[str, tuple[DataType, DataType, Callable[[Any], Any]]] = {
    "integer": (DataType.int64(), DataType.int64(), int),
    "boolean": (DataType.bool(), DataType.bool(), bool),
    "date": (
        DataType.date32(), DataType.int32(), lambda day: (datetime.fromisoformat(f"{day}T00:00:00Z") - _EPOCH).days
    ),
    "datetime": (
        DataType.timestamp("us", tz="UTC"), DataType.int64(),
        lambda at: (datetime.fromisoformat(at) - _EPOCH) // timedelta(microseconds=1),
    ),
    "string": (DataType.utf8(), DataType.utf8(), str),
}  # fmt: skip


def routes(site: Site) -> None:
    """Add the addresses of this module's pages and files to the site."""
    site.add(r"data/", show_data, lambda book: iter([("data/", book.version)]))
    site.add(
        rf"data/(?P<name>{'|'.join(NAMES)})\.(?P<form>csv|json|parquet)", send_table, list_tables, translated=False
    )
    others = {
        "ice-agreements.sqlite": send_database, "datapackage.json": send_package, "codebook.csv": send_codebook,
        "totals.json": send_totals, "newest.json": send_newest, "counties.geojson": send_geojson,
        "counties.topojson": send_topojson, "counties.xlsx": send_workbook, "counties-excel.csv": send_marked_csv,
    }  # fmt: skip
    for path, view in others.items():
        site.add(rf"data/{path.replace('.', '[.]')}", view, _listed(f"data/{path}"), translated=False)


def show_data(request: PageRequest) -> Page | None:
    """Show what can be downloaded, and the codebook."""
    return Page("data.html", {"tables": TABLES, "forms": list(FORMS)})


def send_table(request: PageRequest, name: str, form: str) -> Page | None:
    """Send a table in a form."""
    table = next(t for t in TABLES if t.name == name)
    make = {"csv": to_csv, "json": to_json, "parquet": to_parquet}[form]
    return Page(body=make(table, request.book), media=FORMS[form], file=f"{name}.{form}")


def to_csv(table: Table, book: Book) -> bytes:
    """Return the table as CSV: no cell is taken for a formula, none holds invisible characters."""
    rows = ([safe_cell(on_one_line(as_text(row, c))) for c in table.columns] for row in table.rows(book))
    return _write_csv([c.name for c in table.columns], rows)


def to_json(table: Table, book: Book) -> bytes:
    """Return the table as an array of objects in ASCII: nothing in it can turn the direction of a text."""
    rows = [{c.name: row[c.name] for c in table.columns} for row in table.rows(book)]
    return json.dumps(rows, ensure_ascii=True, separators=(",", ":")).encode()


def to_parquet(table: Table, book: Book) -> bytes:
    """Return the table as Parquet: dates, times, integers and booleans as such, all else (FIPS codes too) as text."""
    rows = list(table.rows(book))
    arrays: dict[str, Any] = {}
    for c in table.columns:
        kept, given, make = _PARQUET[c.type]
        values = (row[c.name] for row in rows)
        arrays[c.name] = Array([None if v is None or v == "" else make(v) for v in values], given).cast(kept)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_parquet(ArrowTable.from_pydict(arrays), path)
        return path.read_bytes()


def send_database(request: PageRequest) -> Page | None:
    """Send all tables as one SQLite file; the same rows give the same bytes."""
    kinds = {"integer": "integer", "boolean": "integer"}
    tables = (
        ExportTable(
            table.name, table.key, [(c.name, kinds.get(c.type, "text")) for c in table.columns],
            ([_stored(row[c.name]) for c in table.columns] for row in table.rows(request.book)),
        )
        for table in TABLES
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.sqlite"
        write_tables(path, tables)
        return Page(body=path.read_bytes(), media="application/vnd.sqlite3", file="ice-agreements.sqlite")


def send_package(request: PageRequest) -> Page | None:
    """Send the Frictionless data package that describes the CSV files."""
    resources = [
        {
            "name": t.name, "path": f"{t.name}.csv", "description": t.says, "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "dialect": {"lineTerminator": "\r\n"},
            "schema": {
                "fields": [{"name": c.name, "type": c.type, "description": c.says} for c in t.columns],
                "primaryKey": [t.key] if t.name != "lists" else ["sha256", "file", "linked_as"],
                "missingValues": [""],
            },
        }
        for t in TABLES
    ]  # fmt: skip
    newest = request.book.newest
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


def send_codebook(request: PageRequest) -> Page | None:
    """Send every column of every table with its type and what it says."""
    rows = ([t.name, c.name, c.type, c.says] for t in TABLES for c in t.columns)
    return Page(body=_write_csv(["table", "column", "type", "says"], rows), media=FORMS["csv"], file="codebook.csv")


def send_totals(request: PageRequest) -> Page | None:
    """Send the agreements listed on each date, per support type and state."""
    book = request.book
    states = {
        code: [[day, counts] for day, counts in count_over_time(book, [g for a in found for g in a.agreements])]
        for code, found in sorted(book.in_state.items())
    }
    body = {"country": count_over_time(book, list(book.agreements.values())), "states": states}
    return Page(body=json.dumps(body, separators=(",", ":")).encode(), media="application/json", file="totals.json")


def send_geojson(request: PageRequest) -> Page | None:
    """Send the table of counties as GeoJSON."""
    body = json.dumps({"type": "FeatureCollection", "features": _draw_counties(request.book)}, separators=(",", ":"))
    return Page(body=body.encode(), media="application/geo+json", file="counties.geojson")


def send_topojson(request: PageRequest) -> Page | None:
    """Send the table of counties as TopoJSON, a boundary between two counties once."""
    body = json.dumps(write_topology("counties", _draw_counties(request.book)), separators=(",", ":"))
    return Page(body=body.encode(), media="application/json", file="counties.topojson")


def _draw_counties(book: Book) -> list[dict[str, Any]]:
    """The table of counties as GeoJSON features; territories have no geometry."""
    table = next(t for t in TABLES if t.name == "counties")
    shapes = read_shapes().counties
    features = []
    for row in table.rows(book):
        drawn = shapes.get(drawn_as(row["county_fips"]))
        geometry = {"type": "MultiPolygon", "coordinates": to_polygons(drawn[0])} if drawn else None
        features.append({"type": "Feature", "id": row["county_fips"], "properties": row, "geometry": geometry})
    return features


def send_workbook(request: PageRequest) -> Page | None:
    """Send the table of counties as a workbook: real dates, FIPS codes as text."""
    table = next(t for t in TABLES if t.name == "counties")
    columns = [(c.name, c.type) for c in table.columns]
    rows = ([row[c.name] for c in table.columns] for row in table.rows(request.book))
    return Page(body=write_workbook(columns, rows, request.book.last_day), media=XLSX, file="counties.xlsx")


def send_marked_csv(request: PageRequest) -> Page | None:
    """Send the table of counties as CSV with the mark by which Excel knows UTF-8."""
    body = b"\xef\xbb\xbf" + to_csv(next(t for t in TABLES if t.name == "counties"), request.book)
    return Page(body=body, media=FORMS["csv"], file="counties-excel.csv")


def send_newest(request: PageRequest) -> Page | None:
    """Send the newest list: file, day of publication, checksum."""
    newest = request.book.newest
    names = ("file", "published_on", "sha256", "url", "rows")
    body = {name: newest[name] for name in names} if newest else {}  # type: ignore[literal-required] # its own keys
    return Page(body=json.dumps(body).encode(), media="application/json", file="newest.json")


def list_tables(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every table in every form."""
    for table in TABLES:
        mark = mark_of([c.name for c in table.columns], book.version)
        for form in FORMS:
            yield f"data/{table.name}.{form}", mark


def _write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def _stored(value: Any) -> Cell:
    return int(value) if isinstance(value, bool) else value


def _listed(path: str) -> Addresses:
    return lambda book: iter([(path, book.version)])
