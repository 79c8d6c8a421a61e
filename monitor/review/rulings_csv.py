"""Rulings as CSV, out of one installation and into another."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from db.database import Store
from db.desk_models import Verdict
from db.queries import review_audit
from monitor.review.decide import RulingError
from monitor.review.rulings import RULINGS

COLUMNS = ("made_at", "reviewer", "ruling", "subject", "other", "reason")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")  # as the store writes it; times are compared as text


def export_rulings(store: Store) -> str:
    """Return every ruling as CSV, oldest first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for ruling in review_audit.list_rulings(store.connection):
        writer.writerow([getattr(ruling, column) for column in COLUMNS])
    return out.getvalue()


def import_rulings(store: Store, data: bytes, name: str) -> tuple[int, int]:
    """Store the rulings of a CSV with `COLUMNS`, all or none; return how many were new and how many known already.

    Raise `RulingError`, which names file and row, when the CSV is not one that `export_rulings` makes.
    """
    added = known = 0
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), dialect="excel")
        missing = [c for c in COLUMNS if c not in (rows.fieldnames or ())]
        if missing:
            raise RulingError(f"{name}: the columns {', '.join(missing)} are missing; use what `review export` writes")
        with store.writing() as connection:
            for number, row in enumerate(rows, 2):
                if fault := _find_fault(row):
                    raise RulingError(f"{name}, row {number}: {fault}")
                verdict = Verdict(row["ruling"], row["subject"], row["other"])
                is_new = review_audit.add_ruling(
                    connection, verdict, made_at=row["made_at"], reviewer=row["reviewer"], reason=row["reason"]
                )
                added, known = added + is_new, known + (not is_new)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulingError(f"{name} cannot be read as CSV in UTF-8: {error}") from error
    return added, known


def _find_fault(row: Mapping[str, str | None]) -> str:
    """Return what is wrong with a ruling read from a file; "" when nothing is."""
    if None in row or None in row.values():
        return "the number of cells differs from the header's; use what `review export` writes"
    if row["ruling"] not in RULINGS:
        return f"{row['ruling']!r} is not a ruling; known: {', '.join(RULINGS)}"
    if not _MOMENT.fullmatch(row["made_at"] or ""):
        return f"{row['made_at']!r} is not a time; write it as 2025-05-30T18:00:00Z"
    for name in ("reviewer", "subject"):
        if not (row[name] or "").strip():
            return f"the {name} is missing"
    return ""
