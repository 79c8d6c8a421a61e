"""A small made-up world: lists as ICE would put them out, taken in one by one under a clock of the test's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from db.database import Store
from db.queries import fetches, snapshots
from db.settings import Settings
from monitor.alerts import outbox
from monitor.alerts.filters import check_preferences
from monitor.alerts.subscribe import Added, add_subscription
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import Derived, derive
from monitor.review import decide
from scrapers.readers.document import read_document
from tests.workbooks import PARTICIPATING, PENDING, make_workbook

Row = tuple[str, str, str, str, date]  # state, agency, county, support type, signed on
MODELS = {"JEM": "Jail Enforcement Model", "WSO": "Warrant Service Officer", "TFM": "Task Force Model"}


def row(agency: str, state: str = "FLORIDA", county: str = "", support: str = "TFM", signed: str = "2025-05-01") -> Row:
    """One row of a participating list."""
    return (state, agency, county, support, date.fromisoformat(signed))


#: What every list of these tests holds besides: enough rows that a step of a few is no collapse.
STEADY = [row(f"Steady Town {n} Police Department", "TEXAS", "", "JEM", "2025-01-15") for n in range(60)]


@dataclass
class World:
    """A store whose lists come by hand; `now` is the clock."""

    home: Path
    store: Store
    settings: Settings
    now: str = "2025-06-02T12:00:00Z"
    rows: list[Row] = field(default_factory=list)
    stated: list[str] = field(default_factory=list)

    def publish(
        self, day: str, *rows: Row, how: str = "import", from_scratch: bool = False, steady: bool = True, name: str = ""
    ) -> Derived:
        """ICE puts out the rows on that day at noon UTC, and we take the list in an hour later."""
        sheet: list[list[Any]] = [list(PARTICIPATING)]
        for state, agency, county, support, signed in [*(STEADY if steady else []), *rows]:
            sheet.append([state, agency, "County", county or None, MODELS[support], signed, None, None])
        return self.take_in(
            make_workbook(sheet, modified=f"{day}T12:00:00Z"), day, "participating", how, from_scratch, name
        )

    def publish_pending(self, day: str, *rows: Row) -> Derived:
        """ICE puts out a pending list."""
        sheet: list[list[Any]] = [list(PENDING)]
        sheet += [
            [state, agency, "County", county or None, MODELS[support]] for state, agency, county, support, _ in rows
        ]
        return self.take_in(make_workbook(sheet, modified=f"{day}T12:30:00Z"), day, "pending", "import", False, "")

    def take_in(self, data: bytes, day: str, linked_as: str, how: str, from_scratch: bool, name: str) -> Derived:
        """The bytes are kept, read, and the log derived."""
        if f"{day}T13:00:00Z" > self.now:
            self.now = f"{day}T13:00:00Z"
        file = name or f"{linked_as}Agencies{day[5:7]}{day[8:]}{day[:4]}.xlsx"
        sha256 = self.store.archive.put(data)
        with self.store.writing():
            fetches.record_document(self.store, sha256, self.now)
            snapshots.save_snapshot(self.store, sha256, read_document(data, name=file))
            seen = self.now if how == "fetch" else None
            fetches.record_sighting(
                self.store, sha256, file=file, url="https://www.ice.gov/" + file, linked_as=linked_as, seen_at=seen,
                known_at=self.now, how=how,
            )  # fmt: skip
        return self.derive(from_scratch=from_scratch)

    def derive(self, *, from_scratch: bool = False) -> Derived:
        """The log follows what is known."""
        done = derive(self.store, now=self.now, from_scratch=from_scratch, tell=outbox.queue)
        self.stated += done.stated
        return done

    def dismiss(self, kind: str) -> Derived:
        """A reviewer dismisses the standing change of this kind: it was an error."""
        (change,) = [c for c in read_log(self.store) if c["kind"] == kind and c["status"] != "retracted"]
        decide.rule(self.store, "dismiss", change["id"], reviewer="Ann", reason="an error", made_at=self.now)
        return self.derive()

    def subscribe(self, address: str, rhythm: str = "instant", *, channel: str = "mail", **wish: Any) -> Added:
        """A confirmed subscription."""
        language, zone = wish.pop("language", "en"), wish.pop("zone", "America/New_York")
        checked = check_preferences(self.store, rhythm=rhythm, **wish)
        return add_subscription(
            self.store,
            channel,
            address,
            checked,
            now=self.now,
            how="test",
            language=language,
            zone=zone,
            confirmed=True,
        )

    def outbox(self) -> list[tuple[str, str, str]]:
        """(address, kind of change, what) of each telling that was not dropped, in order."""
        rows = self.store.connection.execute(
            "select s.address, d.change_id, d.what from deliveries d join subscribers s on s.id = d.subscriber_id"
            " where d.status != 'dropped' order by s.address, d.id"
        ).fetchall()
        return [(str(a), self.kind(str(c)), str(w)) for a, c, w in rows]

    def kind(self, change_id: str) -> str:
        """The kind of a change, also of one that is no longer derived."""
        from monitor.changelog.log import read_entries

        return str(read_entries(self.store, [change_id])[0]["kind"])

    def pretend_sent(self) -> None:
        """Every telling so far was taken by the reader's server."""
        with self.store.writing() as connection:
            connection.execute("update deliveries set status = 'sent' where status = 'waiting'")


def make_world(home: Path, **settings: Any) -> World:
    """An empty world in the directory."""
    chosen = {
        "mail_from": "alerts@alerts.example.org", "smtp_host": "127.0.0.1", "smtp_security": "none",
        "mail_per_second": 0, "public_url": "https://agreements.example.org", "secret_keys": "a-key-of-the-tests-only",
        "bounce_address": "bounces@alerts.example.org", "operator_address": "operator@example.org", "home": home,
        "smtp_timeout_seconds": 5, **settings,
    }  # fmt: skip
    return World(home, Store.open(home), Settings(**chosen))
