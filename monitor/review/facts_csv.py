"""Reviewed facts as CSV, to share between groups; what is imported is checked like what is typed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace

from db.database import Store
from db.desk_models import ReviewedFact
from db.queries import reviewed_facts
from monitor.i18n.safe_text import marked_cell
from monitor.review.facts import FactError, check_fact, read_facts
from monitor.review.rulings_csv import MOMENT, read_rows

COLUMNS = ("stated_at", "reviewer", "subject", "fact", "value", "detail", "source", "note")


@dataclass(slots=True)
class FactImport:
    """What a CSV holds: facts that are new here, and how many are known already."""

    new: list[ReviewedFact] = field(default_factory=list)
    known: int = 0


def export_facts(store: Store) -> str:
    """Return every fact as CSV, oldest first, withdrawn ones included."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for fact in reviewed_facts.list_facts(store.connection):
        writer.writerow([marked_cell(getattr(fact, column)) for column in COLUMNS])
    return out.getvalue()


def read_import(store: Store, data: bytes, name: str, importer: str) -> FactImport:
    """Return what a CSV of `COLUMNS` would add; nothing is stored.

    Raise `FactError`, which names file, row and what to do, at the first row that cannot be stated here.
    """
    now = store.now_text()
    found = FactImport()
    known = {(f.stated_at, f.reviewer, f.subject, f.fact, f.value) for f in read_facts(store)}
    for number, row in read_rows(data, name, COLUMNS):
        fact = ReviewedFact(
            0, row["stated_at"], row["reviewer"], row["subject"], row["fact"], row["value"], row["detail"],
            row["source"], row["note"], importer,
        )  # fmt: skip
        if (fact.stated_at, fact.reviewer, fact.subject, fact.fact, fact.value) in known:
            found.known += 1
            continue
        try:
            if not MOMENT.fullmatch(fact.stated_at) or fact.stated_at > now:
                raise FactError(f"{fact.stated_at!r} is not a time until now; write it as 2025-05-30T18:00:00Z")
            if fact.fact == "withdrawn":
                marks = {f.mark for f in found.new if f.subject == fact.subject}
                found.new.append(fact if fact.value in marks else check_fact(store, fact, now[:10]))
            else:
                found.new.append(check_fact(store, fact, now[:10]))
        except FactError as error:
            raise FactError(f"{name}, row {number}: {error}") from error
    return found


def store_import(store: Store, found: FactImport) -> None:
    """Store the new facts of an import, all or none."""
    with store.writing() as connection:
        for fact in found.new:
            reviewed_facts.add_fact(connection, replace(fact, id=0))
