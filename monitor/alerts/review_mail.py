"""The daily mail to reviewers: how much waits in each part of the queue, and where to look at it."""

from __future__ import annotations

import json
from collections import Counter

from db.database import Store
from db.queries.messages import insert_operator_notice
from monitor.alerts.render import Rendered
from monitor.review.queue import PARTS, read_queue

#: What the message is stored under, before the day and the counts.
WAITING = "waiting:"
#: The parts that need a person; the others are there to be looked at.
_NEEDED = ("replaced", "held lists", "doubtful", "endings")


def queue_review_mail(store: Store, now: str) -> int:
    """Put the mail of the day into the outbox, once a day and only when something waits; return how much does."""
    parts = Counter(item.part for item in read_queue(store).in_order({}))
    counts = {part: parts[part] for part in _NEEDED if parts[part]}
    if counts:
        with store.writing() as connection:
            insert_operator_notice(connection, f"{WAITING}{now[:10]}:{json.dumps(counts)}", now)
    return sum(counts.values())


def write_review_mail(about: str, public_url: str) -> Rendered:
    """Return the message that was stored under `about`."""
    day, _, counts = about.removeprefix(WAITING).partition(":")
    found = {PARTS[part]: number for part, number in json.loads(counts).items()}
    lines = "\n".join(f"{number:>6,}  {heading}" for heading, number in found.items())
    text = f"On {day} this waits for a person:\n\n{lines}\n\nThe review desk:  {public_url}/review\n"
    return Rendered(f"287(g): {sum(found.values()):,} to review", text, "")
