"""What commands print: tables for people, JSON and CSV for programs.

Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from monitor.i18n.safe_text import safe_cell


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


#: Characters by which a spreadsheet takes a cell for a formula.
_UNPRINTABLE = re.compile(r"[^ -~]")


def show(
    rows: Sequence[Mapping[str, Any]], form: Format, columns: Mapping[str, str], *, empty: str = "nothing"
) -> None:
    """Print the rows: all of each as JSON, the named columns (key -> heading) as a table or CSV."""
    if form is Format.JSON:
        sys.stdout.write(_escaped(json.dumps(rows, ensure_ascii=False, indent=1)) + "\n")
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([safe_cell(plain(_cell(row, key))) for key in columns] for row in rows)
    elif not rows:
        say(empty)
    else:
        _print_table(list(columns.values()), [[plain(_cell(row, key)) for key in columns] for row in rows])


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    if sys.stdout.isatty() and sum(widths) + 2 * len(widths) > shutil.get_terminal_size().columns:
        _fold_table(headings, rows)
        return
    # Rich takes a second for 1,000 rows; it is needed only where cells must be folded
    for row in (headings, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def _fold_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def say(text: str) -> None:
    """Print a line for a person on stdout."""
    sys.stdout.write(plain(text) + "\n")


def warn(text: str) -> None:
    """Print a line for a person on stderr."""
    sys.stderr.write(plain(text) + "\n")


def plain(text: str) -> str:
    """Return the text without control and direction characters: a list's cell must not steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def _escaped(text: str) -> str:
    """Return JSON that is the same to a program and holds no control or direction character for a terminal."""
    return "\n".join(line if line.isprintable() else _UNPRINTABLE.sub(_escape, line) for line in text.split("\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def _cell(row: Mapping[str, Any], key: str) -> str:
    value: Any = row
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (list, tuple)):
        return ", ".join(_named(item) for item in value)
    return str(value)


def _named(item: Any) -> str:
    return str(item.get("agreement_id", item)) if isinstance(item, Mapping) else str(item)
