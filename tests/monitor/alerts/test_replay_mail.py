"""Every mail of February to September 2025 to 200 readers: none lost, none twice, none against itself."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from db.alert_models import Preferences
from db.database import Store
from db.records import ChangeRecord
from monitor.alerts.filters import DEFAULT_KINDS
from monitor.alerts.subscribe import add_subscription
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from tests.monitor.alerts.replay import lists_in_order, replay, take_in
from tests.monitor.alerts.world import make_world
from tests.paths import LISTS

READERS = 200
BEGIN, END = "2025-02-15", "2025-10-31"  # what waits for company at the end of September leaves in October
LAST_LIST = "2025-09-27"
#: How mails head an ending.
ENDINGS = ("No longer listed by ICE", "Replaced or dropped by ICE, a person is to check")
#: Mails that a reader of everything in Florida got with one for every day on which something happened.
DAILY_BEFORE = 63

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not LISTS.is_dir(), reason="the real lists are not beside the project"),
]  # fmt: skip


def random_preferences(chance: random.Random, states: list[str]) -> Preferences:
    """A state or the country, any rhythm, sometimes only endings, a model, early notice or changed counts."""
    kinds = ("termination", "reinstatement") if chance.random() < 0.25 else None
    rhythm = chance.choice(["instant", "daily", "daily", "weekly"])
    endings = chance.choice([None, None, "instant", "daily"])
    return Preferences(
        rhythm=rhythm, state=chance.choice(states) if chance.random() < 0.8 else None, kinds=kinds,
        support_type=chance.choice(["JEM", "WSO", "TFM"]) if chance.random() < 0.2 else None,
        early=chance.random() < 0.3, ending_rhythm=None if endings == rhythm else endings,
        counts_only=chance.random() < 0.1,
    )  # fmt: skip


def blocks(text: str) -> list[tuple[str, str, str, str]]:
    """(headline, agency, model, whole text) of each change of a mail that is told in full or short, in order."""
    body = text.split("\n-- \n")[0]
    found = []
    for block in re.split(r"\n\* ", body)[1:]:
        head = block.split("\n")[0]
        if head.rstrip().endswith("/"):  # folded: agency (place): headline. page
            agency, _, rest = head.partition(": ")
            found.append((rest.split(". ")[0], agency, "", block))
        else:
            parts = head.split(": ")
            headline = ": ".join(parts[:-1])
            model = re.search(r"\((JEM|WSO|TFM)\)", block)
            found.append((headline, parts[-1], model.group(1) if model else "", block))
    return found


def contradictions(text: str) -> list[str]:
    """What a mail says twice, or against itself."""
    wrong, seen = [], defaultdict(set)
    pages = Counter(re.findall(r"/changes/[0-9a-f]{12}/", text))
    wrong += [f"twice: {page}" for page, times in pages.items() if times > 1]
    for headline, agency, model, block in blocks(text):
        last = re.search(r"Last on ICE's list of ([A-Z][a-z]+ \d+, \d+)", block)
        if last and f"Not on ICE's list of {last.group(1)}" in block:
            wrong.append(f"on and not on a list of {last.group(1)}: {agency}")
        if model:
            seen[(agency, model)].add(headline)
    for who, said in seen.items():
        for headline in said:
            corrected = headline.removeprefix("Correction to: ")
            if headline != corrected and corrected in said:
                wrong.append(f"{who}: said and corrected: {corrected}")
        if "Correction to: No longer listed by ICE" in said and said & {"Listed again", "Renewed"}:
            wrong.append(f"{who}: corrected and returned")
    return wrong


def selects(wanted: Preferences, entry: ChangeRecord) -> bool:
    """The filter, said a second way."""
    if wanted.kinds:
        kinds = entry["kind"] in wanted.kinds
    else:
        kinds = entry["kind"] in DEFAULT_KINDS and entry["rule"] != "signed"
    row = entry["after"] or entry["before"]
    assert row is not None
    if (row["normalised"].get("state") or row["state"]) != entry["state"]:
        return False  # ICE had it under another state when it was told: Wichita County (TX) stood under Oklahoma
    return kinds and wanted.state in (None, entry["state"]) and wanted.support_type in (None, entry["support_type"])


def test_no_mail_of_2025_is_lost_sent_twice_or_contradicts_itself(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    store: Store = world.store
    store.connection.execute("pragma synchronous = off")  # what a power cut would lose is not the question here
    for at, path, linked_as in lists_in_order():
        if at < BEGIN:
            take_in(store, path, linked_as, at)
    derive(store, now=f"{BEGIN}T00:00:00Z")
    chance = random.Random(287)
    states = ["FL", "FL", "TX", "GA", "OK", "VA", "WY", "NC", "PA", "TN", "AL", "LA"]
    wishes = [Preferences("daily", state="FL"), *(random_preferences(chance, states) for _ in range(READERS - 1))]
    readers = {
        add_subscription(
            store, "mail", f"r{n}@example.org", wanted, now=f"{BEGIN}T00:00:00Z", how="test", confirmed=True
        ).subscriber_id: wanted
        for n, wanted in enumerate(wishes)
    }
    got: dict[int, list[tuple[str, str]]] = defaultdict(list)
    mails: Counter[int] = Counter()
    endings = 0
    for _now, message, _subject, text in replay(store, world.settings, BEGIN, END):
        assert message.subscriber is not None
        reader = message.subscriber.id
        mails[reader] += 1
        got[reader] += [(s.change_id, s.what) for s in message.statements]
        assert contradictions(text) == [], text
        for headline, _agency, _model, block in blocks(text):
            if headline.removeprefix("Unconfirmed: ") in ENDINGS:
                endings += 1
                sure = "Ten days decide" if headline.startswith("Unconfirmed: ") else "Confirmed: "
                assert sure in block, block
    assert endings > 100
    old = {str(row[0]) for row in store.connection.execute("select change_id from old_news")}
    stated = {
        str(row[0]) for row in store.connection.execute(
            "select change_id from statements group by change_id having min(known_at) > ? and min(known_at) < ?",
            [f"{BEGIN}T00:00:00Z", LAST_LIST],
        )
    }  # fmt: skip
    log = {e["id"]: e for e in read_log(store)}
    for reader, wanted in readers.items():
        said = Counter(got[reader])
        told = {change for change, what in got[reader] if what != "correction"}
        for (change, what), times in said.items():
            again = said[(change, "correction")] if what == "news" else 0
            assert times <= 1 + again, (wanted, change, what, "twice")
        for change in stated - old:
            entry = log[change]
            if entry["status"] == "retracted":
                assert said[(change, "correction")] == (1 if change in told else 0), (wanted, entry["id"])
            elif entry["status"] == "confirmed" and selects(wanted, entry) and not wanted.counts_only:
                assert said[(change, "news")] >= 1, (wanted, entry["id"], entry["kind"], "lost")
    florida = next(iter(readers))
    assert mails[florida] <= 0.4 * DAILY_BEFORE
