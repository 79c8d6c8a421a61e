"""What rulings would do to the change log: the log is derived with them in temporary tables; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from db.database import Store
from db.desk_models import Verdict
from db.queries.changes import load_changes
from db.queries.publication_list import read_publications
from db.records import ChangeRecord, PublicationRecord
from monitor.changelog.known_at import as_ruled
from monitor.changelog.log import present, read_log


@dataclass(frozen=True, slots=True)
class LogLine:
    """A change in the few words that a list of changes shows; `was` is its status today where that would differ."""

    id: str
    kind: str
    status: str
    listed_on: str
    needs_review: bool
    fields: list[str]
    state: str | None
    agency: str | None
    support_type: str | None
    was: str = ""


@dataclass(slots=True)
class Effects:
    """Lines of the log that would be new, would be retracted, and would get another status; lists likewise."""

    new: list[LogLine] = field(default_factory=list)
    retracted: list[LogLine] = field(default_factory=list)
    altered: list[LogLine] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # file, status now, status then
    ids: frozenset[str] = frozenset()  # of every change that the log would then hold

    @property
    def count(self) -> int:
        """How many lines of the log would change."""
        return len(self.new) + len(self.retracted) + len(self.altered)


def preview_rulings(store: Store, verdicts: Iterable[Verdict], *, instead: bool = False) -> Effects:
    """Return how the log with these rulings would differ from the log as it stands.

    The rulings come after those in force, or replace them all when `instead` is true.
    """
    before = {change["id"]: change for change in read_log(store)}
    with as_ruled(store, verdicts, instead=instead) as then:
        after = {change["id"]: change for change in present(then, load_changes(then.connection), {})}
        lists = {_key(p): p["status"] for p in read_publications(then.connection)}
    effects = Effects(ids=frozenset(after))
    for change_id in before.keys() | after.keys():
        old, new = before.get(change_id), after.get(change_id)
        stood = old is not None and old["status"] != "retracted"
        stands = new is not None and new["status"] != "retracted"
        if old is not None and stood and not stands:
            effects.retracted.append(_line(old))
        elif new is not None and stands and not stood:
            effects.new.append(_line(new))
        elif old and new and stands and (old["status"], old["needs_review"]) != (new["status"], new["needs_review"]):
            effects.altered.append(_line(new, old["status"]))
    for lines in (effects.new, effects.retracted, effects.altered):
        lines.sort(key=lambda line: (line.listed_on, line.state or "", line.agency or "", line.id))
    effects.lists = [
        (p["file"], p["status"], lists[_key(p)])
        for p in read_publications(store.connection)
        if lists.get(_key(p), p["status"]) != p["status"]
    ]
    return effects


def _key(p: PublicationRecord) -> tuple[str, str, str]:
    return p["sha256"], p["file"], p["linked_as"]


def _line(change: ChangeRecord, was: str = "") -> LogLine:
    return LogLine(
        change["id"], change["kind"], change["status"], change["listed_on"], change["needs_review"], change["fields"],
        change["state"], change["agency"], change["support_type"], was,
    )  # fmt: skip
