"""All subscriptions as rows, out and in: for listing, and for CSV that another installation takes in."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.database import Store
from monitor.alerts.addresses import check_address, masked
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.filters import check_reader, check_wish
from monitor.alerts.subscribers import add_subscription, suppression
from monitor.web.forms.signup import ask_confirmation

COLUMNS = (
    "address", "channel", "rhythm", "state", "county_fips", "agency_id", "support_type", "kinds", "early", "language",
    "zone",
)  # fmt: skip


@dataclass(slots=True)
class Imported:
    """What became of the rows of a CSV."""

    added: int = 0
    known: int = 0
    suppressed: int = 0


def read_roster(store: Store, *, every: bool, whole: bool = False) -> list[dict[str, Any]]:
    """Subscriptions by address, the active or `every` one; addresses that hold secrets are masked unless `whole`."""
    names = (*COLUMNS, "status", "created_at", "confirmed_at", "how")
    rows = store.connection.execute(
        "select s.address, s.channel, p.rhythm, p.state, p.county_fips, p.agency_id, p.support_type, p.kinds, p.early,"
        " s.language, s.zone, case when s.status = 'suppressed' then s.status else p.status end, p.created_at,"
        " p.confirmed_at, s.how from subscriptions p join subscribers s on s.id = p.subscriber_id"
        " where ? or (p.status = 'active' and s.status = 'active') order by s.address_key, p.id",
        [every],
    )
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for row in found:
        row["early"] = bool(row["early"])
        if not whole:
            row["address"] = masked(row["channel"], row["address"])
    return found


def import_roster(store: Store, path: Path, *, confirmed: bool, now: str) -> Imported:
    """Every row is a subscription, or none is when one of them is wrong."""
    done = Imported()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines, store.writing():
            rows = csv.DictReader(lines, dialect="excel")
            if "address" not in (rows.fieldnames or ()):
                raise AlertError(f"{path}: the column address is missing; use what `subscribers export` writes")
            for number, row in enumerate(rows, 2):
                try:
                    _take_row(store, {k: (v or "").strip() for k, v in row.items() if k}, confirmed, now, done)
                except AlertError as error:
                    raise AlertError(f"{path}, row {number}: {error}; nothing was taken in") from error
    except OSError as error:
        raise AlertError(f"{path} cannot be read: {error.strerror}") from error
    return done


def _take_row(store: Store, row: dict[str, str], confirmed: bool, now: str, done: Imported) -> None:
    channel = row.get("channel") or "mail"
    _, key = check_address(channel, row["address"])
    if suppression(store, key):
        done.suppressed += 1
        return
    language, zone = check_reader(row.get("language") or "en", row.get("zone") or "America/New_York")
    wish = check_wish(
        store, rhythm=row.get("rhythm") or "daily", state=row.get("state"),
        county=row.get("county_fips") or row.get("county"), agency=row.get("agency_id"),
        support_type=row.get("support_type"), kinds=[k for k in (row.get("kinds") or "").split(",") if k],
        early=(row.get("early") or "").lower() in ("1", "true", "yes"),
    )  # fmt: skip
    before = store.connection.execute("select count(*) from subscriptions").fetchone()[0]
    added = add_subscription(
        store, channel, row["address"], wish, now=now, how="import", language=language, zone=zone, confirmed=confirmed
    )
    if store.connection.execute("select count(*) from subscriptions").fetchone()[0] == before:
        done.known += 1
        return
    done.added += 1
    if added.waits:
        ask_confirmation(store, added.subscriber_id, added.subscription_id, now)
