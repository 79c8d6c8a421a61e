"""Collections as tables: CSV, NDJSON and XLSX, with a flat column for each part of a record."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from xlsxwriter import Workbook

from monitor.web.api.memory import to_json

Form = Literal["csv", "ndjson", "xlsx"]
MEDIA: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ACCEPTED = re.compile(r"([\w.+*-]+/[\w.+*-]+)(?:\s*;(?!\s*q=)[^;,]*)*(?:\s*;\s*q=([01](?:\.\d{0,3})?))?")
#: Characters by which a spreadsheet takes a cell of a CSV file for a formula.
_FORMULA = ("=", "+", "-", "@")
_EXCEL_FORMS = {"date": "yyyy-mm-dd", "date-time": "yyyy-mm-dd hh:mm:ss"}
_LONGEST_CELL = 32_767  # characters, of Excel


def preferred_form(accept: str) -> Form | None:
    """Return the table form that an Accept header prefers to JSON, None when JSON is as good."""
    weights = {media: float(weight or 1) for media, weight in _ACCEPTED.findall(accept.lower())}
    otherwise = weights.get("*/*", 0.0)
    best = weights.get("application/json", weights.get("application/*", otherwise))
    found: Form | None = None
    for form, media in MEDIA.items():
        kind = media.partition(";")[0]
        weight = weights.get(kind, weights.get(f"{kind.partition('/')[0]}/*", otherwise))
        if weight > best:
            found, best = form, weight
    return found


class Column(NamedTuple):
    """A column: its name, the keys that lead to its value in a record, and `date`, `date-time` or "" for all else."""

    name: str
    path: tuple[str, ...]
    form: str


@cache
def columns_of(record: type) -> tuple[Column, ...]:
    """Return the columns of a record type: `before.agency` is the column `before_agency`."""
    schema = TypeAdapter(record).json_schema()
    return tuple(_columns(schema, schema.get("$defs", {}), ()))


def write_table(form: Form, entries: Sequence[Mapping[str, Any]], columns: Sequence[Column], made_at: str) -> bytes:
    """Return the entries as a file of that form; times are UTC, FIPS codes text. `made_at` is when the data are of."""
    if form == "ndjson":
        return b"".join(to_json(entry) + b"\n" for entry in entries)
    if form == "csv":
        return _write_csv(entries, columns)
    return _write_xlsx(entries, columns, made_at)


def _columns(schema: Mapping[str, Any], known: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Column]:
    parts = [s for s in schema.get("anyOf", (schema,)) if s.get("type") != "null"]
    found = parts[0] if len(parts) == 1 else {}
    found = known[found["$ref"].rpartition("/")[2]] if "$ref" in found else found
    if "properties" not in found:
        yield Column("_".join(path), path, found.get("format", ""))
        return
    for name, part in found["properties"].items():
        yield from _columns(part, known, (*path, name))


def _cell(entry: Mapping[str, Any], path: tuple[str, ...]) -> str | int | float | bool | None:
    """The value a path leads to; a list of words in one text, all else that is no single value as JSON."""
    value: Any = entry
    for key in path:
        value = value.get(key) if value is not None else None
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return ", ".join(map(str, value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value  # type: ignore[no-any-return] # a single JSON value


def _write_csv(entries: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([c.name for c in columns])
    for entry in entries:
        cells = (_cell(entry, c.path) for c in columns)
        writer.writerow([f"'{c}" if isinstance(c, str) and c.lstrip().startswith(_FORMULA) else c for c in cells])
    return out.getvalue().encode()


def _write_xlsx(entries: Sequence[Mapping[str, Any]], columns: Sequence[Column], made_at: str) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime.fromisoformat(made_at).replace(tzinfo=None)})
        heading = book.add_format({"bold": True})
        forms = {form: book.add_format({"num_format": shown}) for form, shown in _EXCEL_FORMS.items()}
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [c.name for c in columns], heading)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(entries), len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # FIPS codes keep their zeros
        for row, entry in enumerate(entries, 1):
            for number, column in enumerate(columns):
                value = _cell(entry, column.path)
                if isinstance(value, str) and column.form:
                    moment = datetime.fromisoformat(value).replace(tzinfo=None)
                    sheet.write_datetime(row, number, moment, forms[column.form])
                elif isinstance(value, str):
                    sheet.write_string(row, number, value[:_LONGEST_CELL])
                elif value is not None:
                    sheet.write(row, number, value)
    return out.getvalue()
