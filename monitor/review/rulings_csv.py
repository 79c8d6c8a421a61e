"""Rulings as CSV, out of one installation and into another, previewed and checked before they are stored."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from db.database import Store
from db.desk_models import RulingRecord, Verdict
from db.models import RuledRows
from db.queries import review_audit
from db.queries.publication_list import read_publications
from db.queries.rulings import in_force, list_rulings
from db.queries.snapshots import load_listings
from monitor.changelog.log import read_log
from monitor.i18n.safe_text import marked_cell, unmarked_cell
from monitor.matching.ids import agreement_slug, on_list
from monitor.review.decide import LIST_NAMES, RulingError
from monitor.review.preview import Effects, preview_rulings
from monitor.review.ruling_kinds import RULINGS

COLUMNS = ("made_at", "reviewer", "ruling", "subject", "other", "reason")
OPTIONAL = ("on_change", *(f"on_{name}" for name in ("kind", "agreement", "before", "after")))
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")  # as the store writes it; times are compared as text


@dataclass(slots=True)
class RulingImport:
    """What a CSV holds: rulings that are new here, how many are known already, and what the new ones would do."""

    new: list[RulingRecord] = field(default_factory=list)
    known: int = 0
    effects: Effects = field(default_factory=Effects)


def export_rulings(store: Store) -> str:
    """Return every ruling as CSV, oldest first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *OPTIONAL])
    for ruling in list_rulings(store.connection):
        cells = [*(getattr(ruling, column) for column in (*COLUMNS, "on_change")), *ruling.about]
        writer.writerow([marked_cell(cell) for cell in cells])
    return out.getvalue()


def read_import(store: Store, data: bytes, name: str, importer: str) -> RulingImport:
    """Return what a CSV of `COLUMNS` would add and change; nothing is stored.

    Raise `RulingError`, which names file, row and what to do, when the CSV is not one that `export_rulings` makes, when
    a ruling is of the future, or when one that counts is about something that is not here.
    """
    here = list_rulings(store.connection)
    known = {(r.subject, r.mark) for r in here}
    found, rows = RulingImport(), {}
    for number, row in read_rows(data, name, COLUMNS, OPTIONAL):
        ruling = RulingRecord(
            -number, row["made_at"], row["reviewer"], row["ruling"], row["subject"], row["other"], row["reason"],
            row.get("on_change", ""), importer, RuledRows(*(row.get(column, "") for column in OPTIONAL[1:])),
        )  # fmt: skip
        if fault := _find_fault(ruling, store.now_text()):
            raise RulingError(f"{name}, row {number}: {fault}")
        if (ruling.subject, ruling.mark) in known:
            found.known += 1
        else:
            known.add((ruling.subject, ruling.mark))
            found.new.append(ruling)
            rows[ruling.id] = number
    together = sorted([*here, *found.new], key=lambda r: (r.made_at, r.id < 0, abs(r.id)))
    standing = [r for r in in_force(together) if r.ruling != "note"]
    verdicts = [Verdict(r.ruling, r.subject, r.other) for r in standing]
    found.effects = preview_rulings(store, verdicts, instead=True)
    subjects = _subjects(store) | found.effects.ids
    for ruling in found.new:
        missing = _find_missing(ruling, subjects, known, ruling in standing)
        if missing:
            raise RulingError(
                f"{name}, row {rows[ruling.id]}: nothing here has the id {missing!r}; import the same lists first"
            )
    return found


def store_import(store: Store, found: RulingImport) -> None:
    """Store the new rulings of an import, all or none; the log follows with `decide.take_effect`."""
    with store.writing() as connection:
        for r in found.new:
            review_audit.add_ruling(
                connection, Verdict(r.ruling, r.subject, r.other), made_at=r.made_at, reviewer=r.reviewer,
                reason=r.reason, on_change=r.on_change, imported_by=r.imported_by,
                about=r.about if r.about.kind else None,
            )  # fmt: skip


def read_rows(
    data: bytes, name: str, columns: Collection[str], optional: Collection[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV as (line, cells by column); raise `RulingError` when columns or cells are missing."""
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), dialect="excel")
        if missing := [c for c in columns if c not in (rows.fieldnames or ())]:
            raise RulingError(f"{name}: the columns {', '.join(missing)} are missing; use what the export writes")
        for number, row in enumerate(rows, 2):
            if None in row or None in row.values():
                raise RulingError(f"{name}, row {number}: the number of cells differs from the header's")
            yield number, {c: unmarked_cell(row[c]) for c in (*columns, *optional) if c in row}
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulingError(f"{name} cannot be read as CSV in UTF-8: {error}") from error


def _find_fault(ruling: RulingRecord, now: str) -> str:
    """Return what is wrong with a ruling read from a file; "" when nothing is."""
    if ruling.ruling not in RULINGS:
        return f"{ruling.ruling!r} is not a ruling; known: {', '.join(RULINGS)}"
    if ruling.other not in LIST_NAMES and (ruling.ruling == "form" or (ruling.ruling == "release" and ruling.other)):
        return f"{ruling.other!r} is no list; write participating or pending"
    if not MOMENT.fullmatch(ruling.made_at):
        return f"{ruling.made_at!r} is not a time; write it as 2025-05-30T18:00:00Z"
    if ruling.made_at > now:
        return f"{ruling.made_at} is in the future (it is {now} now); correct the clock or the file"
    for name in ("reviewer", "subject"):
        if not getattr(ruling, name).strip():
            return f"the {name} is missing"
    return ""


def _find_missing(
    ruling: RulingRecord, subjects: Collection[str], known: Collection[tuple[str, str]], counts: bool
) -> str:
    """Return the id that a ruling names and that is not here; "" when there is none. One undone need not be."""
    if ruling.ruling == "undo":
        return "" if (ruling.subject, ruling.other) in known else ruling.other
    if ruling.ruling == "form":
        return ""  # it is about lists to come as well
    if not counts and ruling.ruling != "note":
        return ""
    pair = [ruling.other] if ruling.ruling in ("same", "distinct") else []
    return next((one for one in (ruling.subject, *pair) if one not in subjects), "")


def _subjects(store: Store) -> set[str]:
    """Return everything a ruling can be about: changes, lists, and the agreements that rows make by themselves.

    Either list may show a row so printed.
    """
    ids = {entry["id"] for entry in read_log(store)}
    ids |= {publication["sha256"] for publication in read_publications(store.connection)}
    rows = load_listings(store).values()
    return ids | {agreement_slug(on_list(name, row)) for row in rows for name in LIST_NAMES}
