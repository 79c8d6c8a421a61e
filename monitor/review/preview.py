"""What a ruling would do to the log: the log derived with it in temporary tables; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from db.database import Store
from db.queries.changes import load_changes
from db.queries.known_facts import Ruling
from db.queries.publications import load_publication_records
from db.records import ChangeRecord, PublicationRecord
from monitor.changelog.known_at import as_ruled
from monitor.changelog.log import present, read_log

Line = dict[str, Any]


@dataclass(slots=True)
class Effects:
    """Lines of the log that would be new, that would be retracted, and that would get another status."""

    new: list[Line] = field(default_factory=list)
    retracted: list[Line] = field(default_factory=list)
    altered: list[Line] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # file, status now, status then

    @property
    def count(self) -> int:
        """How many lines of the log would change."""
        return len(self.new) + len(self.retracted) + len(self.altered)


def foresee(store: Store, rulings: Iterable[Ruling], *, confirm_after_hours: float) -> Effects:
    """Return how the log with these rulings differs from the log as it stands."""
    before = {entry["id"]: entry for entry in read_log(store)}
    with as_ruled(store, rulings, confirm_after_hours=confirm_after_hours) as then:
        after = {entry["id"]: entry for entry in present(then, load_changes(then.connection), {})}
        lists = {_key(p): p["status"] for p in load_publication_records(then.connection)}
    effects = Effects()
    for change_id in before.keys() | after.keys():
        old, new = before.get(change_id), after.get(change_id)
        stood = old is not None and old["status"] != "retracted"
        stands = new is not None and new["status"] != "retracted"
        if old is not None and stood and not stands:
            effects.retracted.append({**old})
        elif new is not None and stands and not stood:
            effects.new.append(_line(new))
        elif old and new and stands and (old["status"], old["needs_review"]) != (new["status"], new["needs_review"]):
            effects.altered.append({**_line(new), "was": old["status"]})
    for lines in (effects.new, effects.retracted, effects.altered):
        lines.sort(key=lambda line: (line["listed_on"], line["state"] or "", line["agency"] or "", line["id"]))
    effects.lists = [
        (p["file"], p["status"], lists[_key(p)])
        for p in load_publication_records(store.connection)
        if lists.get(_key(p), p["status"]) != p["status"]
    ]
    return effects


def _key(p: PublicationRecord) -> tuple[str, str, str]:
    return p["sha256"], p["file"], p["linked_as"]


def _line(entry: ChangeRecord) -> Line:
    names = (
        "id", "kind", "status", "listed_on", "needs_review", "fields", "state", "agency", "support_type", "signed_on"
    )  # fmt: skip
    return {name: value for name, value in entry.items() if name in names}
