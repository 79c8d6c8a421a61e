"""ICE's real lists of 2025, put out one by one, and 200 readers with random filters: each got just what is theirs.

What is due is computed here a second way: from the log's statements alone, filter by filter, with plain comparisons.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from db.alert_models import Preferences
from db.database import Store
from db.records import ChangeRecord
from monitor.alerts import outbox
from monitor.alerts.compose import compose_due
from monitor.alerts.subscribe import add_subscription
from monitor.changelog.log import KINDS, read_entries, read_log
from monitor.changelog.rebuild import derive
from tests.monitor.alerts.replay import lists_in_order, take_in
from tests.paths import LISTS

READERS = 200
#: Lists put out before this day are taken in at once, before anybody subscribes.
BEGIN = "2025-06-15"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not LISTS.is_dir(), reason="the real lists are not beside the project"),
]  # fmt: skip


def random_wish(chance: random.Random, log: list[ChangeRecord]) -> Preferences:
    """A filter of up to four parts, drawn from what the log holds, so that most select something."""
    drawn = chance.choice(log)
    parts = {part for part in ("state", "county", "agency", "support", "kinds") if chance.random() < 0.3}
    return Preferences(
        rhythm="instant",
        state=drawn["state"] if "state" in parts else None,
        county_fips=drawn["county_fips"] if "county" in parts else None,
        agency_id=drawn["agency_id"] if "agency" in parts else None,
        support_type=chance.choice(["JEM", "WSO", "TFM"]) if "support" in parts else None,
        kinds=tuple(k for k in KINDS if chance.random() < 0.4) or None if "kinds" in parts else None,
        early=chance.random() < 0.3,
    )


USUAL = {"signing", "termination", "renewal", "switch", "reinstatement", "pending_listed", "pending_withdrawn"}


def selects(wish: Preferences, entry: ChangeRecord, agency_ids: dict[str, set[str]]) -> bool:
    """The filter, said a second way."""
    if wish.state and wish.state != entry["state"]:
        return False
    if wish.county_fips and wish.county_fips != entry["county_fips"]:
        return False
    if wish.agency_id and wish.agency_id not in agency_ids.get(entry["agency_id"] or "", {entry["agency_id"] or ""}):
        return False
    if wish.support_type and wish.support_type != entry["support_type"]:
        return False
    if wish.kinds:
        return entry["kind"] in wish.kinds
    return entry["kind"] in USUAL and entry["rule"] != "signed"  # who left the pending list by signing: told as signing


def former(store: Store) -> dict[str, set[str]]:
    rows = store.connection.execute("select id, former_ids from agencies")
    return {str(i): {str(i), *json.loads(f)} for i, f in rows}


def test_each_reader_gets_just_what_their_filter_selects(tmp_path: Path) -> None:
    lists = lists_in_order()
    early, steps = [x for x in lists if x[0] < BEGIN], [x for x in lists if x[0] >= BEGIN]
    assert len(steps) > 60
    chance = random.Random(287)
    with Store.open(tmp_path) as store:
        store.connection.execute("pragma synchronous = off")  # what a power cut would lose is not the question here
        for at, path, linked_as in early:
            take_in(store, path, linked_as, at)
        derive(store, now=BEGIN + "T00:00:00Z")
        wishes = [random_wish(chance, read_log(store)) for _ in range(READERS - 2)] + [
            Preferences("instant"),
            Preferences("instant", early=True),
        ]
        readers = {
            add_subscription(
                store, "mail", f"r{n}@example.org", w, now=BEGIN, how="test", confirmed=True
            ).subscriber_id: w
            for n, w in enumerate(wishes)
        }
        due: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        last: dict[tuple[int, str], str] = {}
        status: dict[str, str] = dict(store.connection.execute("select change_id, status from statements order by id"))
        on_swap_day = 0
        for at, path, linked_as in steps:
            take_in(store, path, linked_as, at)
            done = derive(store, now=at, tell=outbox.queue)
            entries = {e["id"]: e for e in read_entries(store, done.stated)}
            agency_ids = former(store)
            for change_id in done.stated:
                entry = entries[change_id]
                was, now = status.get(change_id), entry["status"]
                status[change_id] = now
                for reader, wish in readers.items():
                    said = last.get((reader, change_id))
                    what = None
                    if now == "retracted":
                        what = "correction" if said in ("news", "early") else None
                    elif selects(wish, entry, agency_ids):
                        if now == "confirmed" and said != "news" and (was != now or said == "early"):
                            what = "news"
                        elif now == "provisional" and said is None and was is None and wish.early:
                            what = "early" if entry["kind"] in ("termination", "pending_withdrawn") else None
                    if what:
                        due[reader][(change_id, what)] += 1
                        last[(reader, change_id)] = what
            compose_due(store, at)
            with store.writing() as connection:
                sent = connection.execute("update deliveries set status = 'sent' where status = 'waiting'").rowcount
                connection.execute("update messages set status = 'sent' where status = 'waiting' and kind = 'alert'")
            if path.name.endswith("09222025pm.xlsx"):
                on_swap_day += sent
        got: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        for reader, change_id, what in store.connection.execute(
            "select subscriber_id, change_id, what from deliveries where status = 'sent'"
        ):
            got[reader][(change_id, what)] += 1
        retracted = [c for c, s in status.items() if s == "retracted"]
        corrected = {c for counter in got.values() for c, what in counter if what == "correction"}
        told = {c for counter in got.values() for c, what in counter if what != "correction"}
    assert on_swap_day == 0
    for reader, wish in readers.items():
        assert got[reader] == due[reader], (wish, got[reader] - due[reader], due[reader] - got[reader])
    assert corrected == {c for c in retracted if c in told}
    assert corrected, "the summer of 2025 holds retractions; without one this test shows nothing about corrections"
    assert sum(bool(got[r]) for r in readers) > READERS / 2, "most filters should have selected something"
