"""What rulings would do to the change log: the log is derived with them in temporary tables; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from db.database import Store
from db.desk_models import Verdict
from db.queries.changes import change_of, load_change_rows
from db.queries.publication_list import read_publications
from db.records import ChangeRecord, PublicationRecord
from monitor.changelog.known_at import as_ruled
from monitor.changelog.log import present, read_entries


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


class ListLine(NamedTuple):
    """A list that would get another status, and how many rows it and the accepted list before it have."""

    file: str
    list_name: str
    published_on: str
    was: str
    then: str
    rows: int
    rows_before: int | None  # None: no list of its name was accepted before it


@dataclass(slots=True)
class Effects:
    """Lines of the log that would be new, would be retracted, and would get another status; lists likewise."""

    new: list[LogLine] = field(default_factory=list)
    retracted: list[LogLine] = field(default_factory=list)
    altered: list[LogLine] = field(default_factory=list)
    lists: list[ListLine] = field(default_factory=list)
    ids: frozenset[str] = frozenset()  # of every change that the log would then hold

    @property
    def count(self) -> int:
        """How many lines of the log would change."""
        return len(self.new) + len(self.retracted) + len(self.altered)


def preview_rulings(store: Store, verdicts: Iterable[Verdict], *, instead: bool = False) -> Effects:
    """Return how the log with these rulings would differ from the log as it stands.

    The rulings come after those in force, or replace them all when `instead` is true.
    """
    rows = load_change_rows(store.connection)
    with as_ruled(store, verdicts, instead=instead) as then:
        rows_then = load_change_rows(then.connection)
        differing = {i for i in rows.keys() | rows_then.keys() if rows.get(i) != rows_then.get(i)}
        changed = [change_of(rows_then[i]) for i in differing & rows_then.keys()]
        after = {change["id"]: change for change in present(then, changed, {})}
        lists = read_publications(then.connection)
    before = {change["id"]: change for change in read_entries(store, differing & rows.keys())}
    effects = Effects(ids=frozenset(rows_then))
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
    effects.lists = list(_differing_lists(read_publications(store.connection), lists))
    return effects


def _differing_lists(now: Iterable[PublicationRecord], then: Iterable[PublicationRecord]) -> Iterator[ListLine]:
    """Yield the lists whose status or name differs; both are in order of publication."""
    before = {_key(p): p for p in now}
    newest: dict[str | None, int] = {}  # rows of the list of each name accepted last
    for p in then:
        was = before.get(_key(p), p)
        if (was["status"], was["list"]) != (p["status"], p["list"]):
            yield ListLine(
                p["file"], p["list"] or "", p["published_on"], was["status"], p["status"], p["rows"],
                newest.get(p["list"]),
            )  # fmt: skip
        if p["status"] == "accepted":
            newest[p["list"]] = p["rows"]


def _key(p: PublicationRecord) -> tuple[str, str, str]:
    return p["sha256"], p["file"], p["linked_as"]


def _line(change: ChangeRecord, was: str = "") -> LogLine:
    return LogLine(
        change["id"], change["kind"], change["status"], change["listed_on"], change["needs_review"], change["fields"],
        change["state"], change["agency"], change["support_type"], was,
    )  # fmt: skip
