"""All subscriptions as rows, out and in: for listing, and for CSV that another installation imports."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from db.alert_models import SubscriptionRow
from db.database import Store
from db.queries.subscriptions import list_all_subscriptions
from db.queries.suppressions import find_suppression
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.filters import check_preferences, check_reader
from monitor.alerts.reader_addresses import check_address, masked
from monitor.alerts.subscribe import add_subscription, ask_confirmation

COLUMNS = (
    "address", "channel", "rhythm", "state", "county_fips", "agency_id", "support_type", "kinds", "early",
    "ending_rhythm", "counts_only", "language", "zone",
)  # fmt: skip


@dataclass(slots=True)
class Imported:
    """What became of the rows of a CSV."""

    added: int = 0
    known: int = 0
    suppressed: int = 0


def read_subscriptions(store: Store, *, ended: bool) -> list[SubscriptionRow]:
    """Return the active subscriptions by address (with `ended` all of them), secrets in addresses masked."""
    rows = list_all_subscriptions(store.connection, ended=ended)
    for row in rows:
        row["address"] = masked(row["channel"], row["address"])
    return rows


def import_subscriptions(store: Store, path: Path, *, confirmed: bool, now: str) -> Imported:
    """Add every row as a subscription, or none when one of them is wrong."""
    done = Imported()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines, store.writing():
            rows = csv.DictReader(lines, dialect="excel")
            if "address" not in (rows.fieldnames or ()):
                raise AlertError(f"{path}: the column address is missing; use what `subscribers export` writes")
            for number, row in enumerate(rows, 2):
                try:
                    _import_row(store, {k: (v or "").strip() for k, v in row.items() if k}, confirmed, now, done)
                except AlertError as error:
                    raise AlertError(f"{path}, row {number}: {error}; nothing was imported") from error
    except OSError as error:
        raise AlertError(f"{path} cannot be read: {error.strerror}") from error
    return done


def _import_row(store: Store, row: dict[str, str], confirmed: bool, now: str, done: Imported) -> None:
    channel = row.get("channel") or "mail"
    _, _, key = check_address(channel, row["address"])
    if find_suppression(store.connection, key):
        done.suppressed += 1
        return
    language, zone = check_reader(row.get("language") or "en", row.get("zone") or "America/New_York")
    wanted = check_preferences(
        store, rhythm=row.get("rhythm") or "daily", state=row.get("state"),
        county=row.get("county_fips") or row.get("county"), agency=row.get("agency_id"),
        support_type=row.get("support_type"), kinds=[k for k in (row.get("kinds") or "").split(",") if k],
        early=_is_yes(row.get("early")), ending_rhythm=row.get("ending_rhythm"),
        counts_only=_is_yes(row.get("counts_only")),
    )  # fmt: skip
    added = add_subscription(
        store, channel, row["address"], wanted, now=now, how="import", language=language, zone=zone,
        confirmed=confirmed,
    )  # fmt: skip
    if not added.new:
        done.known += 1
        return
    done.added += 1
    if added.waits:
        ask_confirmation(store, added, now)


def _is_yes(cell: str | None) -> bool:
    return (cell or "").lower() in ("1", "true", "yes")
