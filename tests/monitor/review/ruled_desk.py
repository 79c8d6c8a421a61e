"""A store on which lists arrive and people rule; each ruling is held to its preview and to what it recorded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from hypothesis import event

from db.database import Store
from db.desk_models import Verdict
from db.queries import review_audit
from db.queries.deliveries import note_told
from db.queries.publication_list import read_publications
from db.queries.rulings import read_rulings
from db.records import ChangeRecord
from monitor.alerts import outbox
from monitor.alerts.filters import check_preferences
from monitor.alerts.subscribe import add_subscription
from monitor.changelog.kept_log import KeptLog
from monitor.changelog.log import read_log
from monitor.review import decide, rulings_csv
from monitor.review.preview import preview_rulings
from tests.histories import Posting, put


class Desk:
    """A store with one reader of everything; each step is a minute after the one before."""

    def __init__(self, store: Store) -> None:
        self.store, self.minutes, self.kept = store, 0, KeptLog()
        self.bulk: list[list[int]] = []  # ids of rulings made together
        self.lived: list[tuple[str, Posting | Sequence[int]]] = []  # what came, in order: when, list or ids of rulings
        wanted = check_preferences(store, rhythm="instant")
        add_subscription(store, "mail", "reader@example.org", wanted, now=self.now, how="test", confirmed=True)

    @property
    def now(self) -> str:
        moment = datetime.fromisoformat("2026-10-01T09:00:00+00:00") + timedelta(minutes=self.minutes)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    def tick(self) -> str:
        self.minutes += 1
        return self.now

    def take(self, posting: Posting) -> None:
        """The list arrives."""
        at = self.tick()
        put(self.store, posting, known_at=at)
        self.lived.append((at, posting))
        decide.take_effect(self.store, tell=outbox.queue)

    def do(self, what: str, which: int, who: str) -> None:
        """One act of one person, as the desk or the command line makes it."""
        self.tick()
        if what == "send":
            self.send()
        elif what == "undo":
            self.undo(which, who)
        elif what == "import":
            self.take_in(which)
        elif verdicts := self.verdicts(what, which):
            event(what)
            self.rule(verdicts, who)

    def verdicts(self, what: str, which: int) -> dict[Verdict, str]:
        """What the ruling decides, with the change or list it is on; empty when there is nothing to rule on."""
        if what in ("release", "release as", "reject", "form"):
            lists = [p["sha256"] for p in read_publications(self.store.connection)]
            sha256, other = lists[which % len(lists)], ("participating", "pending")[which % 2]
            kind = what.split()[0]
            try:
                verdict = decide.list_verdict(self.store, sha256, kind, "" if what in ("release", "reject") else other)
            except decide.RulingError:
                return {}  # an empty list has no form
            return {verdict: sha256 if kind == "form" else ""}
        changes = [c for c in read_log(self.store) if c["agreement_id"] and c["status"] != "retracted"]
        if not changes:
            return {}
        if what == "bulk":
            ruling = ("confirm", "dismiss")[which % 2]
            return {Verdict(ruling, c["id"]): c["id"] for c in changes[which % len(changes) :][:4]}
        change = changes[which % len(changes)]
        if what in ("confirm", "dismiss"):
            return {Verdict(what, change["id"]): change["id"]}
        ids = [row[0] for row in self.store.connection.execute("select id from agreements order by id")]
        other, own = ids[which % len(ids)], str(change["agreement_id"])
        return {Verdict(what, own, other): change["id"]} if other != own else {}

    def rule(self, verdicts: dict[Verdict, str], who: str) -> None:
        """The preview says what happens, it happens, and the ruling's effects say that it did."""
        promised = preview_rulings(self.store, verdicts)
        before = standing(read_log(self.store))
        ids = decide.write_rulings(self.store, verdicts, who, "")
        self.bulk.append(ids)
        self.follow(ids, before)
        after = standing(read_log(self.store))
        assert {line.id for line in promised.new} == after.keys() - before.keys()
        assert {line.id for line in promised.retracted} == before.keys() - after.keys()
        assert {line.id for line in promised.altered} == {i for i in before.keys() & after if before[i] != after[i]}

    def follow(self, ids: Sequence[int], before: dict[str, tuple[str, bool]]) -> None:
        """The log follows; just the lines that differ are recorded as what the rulings did."""
        decide.take_effect(self.store, tell=outbox.queue, newest=ids)
        self.lived.append((self.now, ids))
        after = standing(read_log(self.store))
        assert self.kept.read(self.store) == read_log(self.store)
        recorded = {e.change_id: e for e in review_audit.list_effects(self.store.connection, ids[0], ids[-1])}
        differing = {i for i in before.keys() | after if before.get(i) != after.get(i)}
        assert differing == {e.change_id for e in recorded.values() if stands(e.before) or stands(e.after)}

    def undo(self, which: int, who: str) -> None:
        made = {r.id: r for r in read_rulings(self.store.connection) if r.counts and r.ruling != "undo"}
        groups = [[made[i] for i in ids if i in made] for ids in self.bulk]
        groups = [group for group in groups if group] or [[r] for r in made.values()]
        if groups:
            before = standing(read_log(self.store))
            self.follow(decide.undo_rulings(self.store, groups[which % len(groups)], who, ""), before)

    def take_in(self, which: int) -> None:
        """A file of somebody else's, with rulings made before all others."""
        verdicts = self.verdicts(("confirm", "dismiss", "same", "reject")[which % 4], which)
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(rulings_csv.COLUMNS)
        rows.writerows([f"2026-09-30T10:{which:02}:00Z", "Cy", *verdict, ""] for verdict in verdicts)
        found = rulings_csv.read_import(self.store, out.getvalue().encode(), "file", "Ann")
        if found.new:
            event("import")
            rulings_csv.store_import(self.store, found)
            self.lived.append((self.now, [review_audit.newest_ruling_id(self.store.connection)]))
            decide.take_effect(self.store, tell=outbox.queue)

    def send(self) -> None:
        """All that waits leaves."""
        with self.store.writing() as connection:
            waiting = connection.execute("select change_id from deliveries where status = 'waiting'").fetchall()
            connection.execute("update deliveries set status = 'sent' where status = 'waiting'")
            note_told(connection, [row[0] for row in waiting], self.now)


def stands(status: str) -> bool:
    """Whether a line of that status is in the log as true; "" is none at all."""
    return not status.startswith("retracted") and status != ""


def standing(log: Sequence[ChangeRecord]) -> dict[str, tuple[str, bool]]:
    """Status and doubt of each line that is not retracted."""
    return {c["id"]: (c["status"], c["needs_review"]) for c in log if c["status"] != "retracted"}


@contextmanager
def open_desk() -> Iterator[Desk]:
    desks: list[Desk] = []

    def now(_: Store | None = None) -> str:
        return desks[0].now if desks else "2026-10-01T09:00:00Z"

    with (
        TemporaryDirectory() as home, mock.patch.object(Store, "now_text", now),
        Store.open(Path(home), now=lambda: datetime.fromisoformat(now())) as store,
    ):  # fmt: skip
        desks.append(Desk(store))
        yield desks[0]
