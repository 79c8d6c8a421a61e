"""Feeds: the log as Atom (RFC 4287) and JSON Feed 1.1, corrections included; pure functions to bytes.

An entry's id comes from the change and how often it was said before, so that a rebuild leaves ids alone; a correction
is an entry of its own, because most readers do not show that an old entry changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from db.database import Store
from monitor import policy
from monitor.alerts.filters import USUAL_KINDS
from monitor.alerts.describe_change import Story, tell_story
from monitor.alerts.wording import words_of
from monitor.changelog.log import read_log
from monitor.publications.dating import eastern_day

LENGTH = 200
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: a change as it was said, or the correction of it."""

    id: str
    at: str
    story: Story
    entry: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The entry's heading."""
        place = f" ({self.story.place})" if self.story.place else ""
        return f"{self.story.headline}: {self.story.agency}{place}"

    @property
    def summary(self) -> str:
        """The entry's text."""
        facts = ". ".join((*((self.story.support,) if self.story.support else ()), *self.story.facts))
        return f"{facts}. {self.story.certainty}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes a feed holds; everything when nothing is named."""

    state: str | None = None
    county_fips: str | None = None
    agency_id: str | None = None

    def selects(self, entry: Mapping[str, Any]) -> bool:
        """Whether the change belongs in the feed."""
        return all(
            wanted is None or entry[name] == wanted
            for name, wanted in (
                ("state", self.state), ("county_fips", self.county_fips), ("agency_id", self.agency_id),
            )
        )  # fmt: skip


def gather_items(
    store: Store, selection: Selection, public_url: str, *, language: str = "en", length: int | None = LENGTH
) -> list[Item]:
    """The newest entries, newest first: what was confirmed, and the corrections of what had been; None: all of them."""
    entries = {
        e["id"]: e for e in read_log(store) if e["kind"] in USUAL_KINDS and selection.selects(e)
    }  # fmt: skip
    said: dict[str, str] = {}
    times: dict[str, int] = {}
    points: list[tuple[str, str, str, str]] = []  # (at, id, what, change id)
    for change_id, at, status in store.connection.execute(
        "select change_id, known_at, status from statements order by id"
    ):
        entry = entries.get(change_id)
        if entry is None:
            continue
        before = said.get(change_id)
        if status == "confirmed" and before != "news":
            what = "news"
        elif status == "retracted" and before == "news":
            what = "correction"
        else:
            continue
        said[change_id] = what
        times[change_id] = number = times.get(change_id, 0) + 1
        points.append((_moment(entry, at, what), f"{change_id}.{number}", what, change_id))
    points.sort(key=lambda p: (p[0], p[1]), reverse=True)
    words = words_of(language)
    return [
        Item(item_id, at, tell_story(entries[change_id], what, words, public_url), entries[change_id])
        for at, item_id, what, change_id in points[:length]
    ]


def to_atom(items: Sequence[Item], *, title: str, self_url: str, home_url: str, author: str) -> bytes:
    """The feed as Atom."""
    updated = max((i.at for i in items), default="1970-01-01T00:00:00Z")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{_text(self_url)}</id><title>{_text(title)}</title><updated>{updated}</updated>",
        f"<author><name>{_text(author)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(self_url)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(home_url)}/>',
    ]
    for item in items:
        lines.append(
            f"<entry><id>{_text(entry_id(home_url, item.id))}</id><title>{_text(item.title)}</title>"
            f"<updated>{item.at}</updated><published>{item.at}</published>"
            f'<link rel="alternate" type="text/html" href={_attribute(item.story.page)}/>'
            f"<category term={_attribute(item.story.what)}/><category term={_attribute(item.story.kind)}/>"
            f"<summary>{_text(item.summary)}</summary></entry>"
        )
    lines.append("</feed>")
    return ("\n".join(lines) + "\n").encode()


def to_json_feed(items: Sequence[Item], *, title: str, self_url: str, home_url: str, author: str) -> bytes:
    """The feed as JSON Feed 1.1; `_ice_agreements` holds the change as `changes --format json` gives it."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": home_url,
        "feed_url": self_url, "language": "en", "authors": [{"name": author}],
        "items": [
            {
                "id": entry_id(home_url, item.id), "url": item.story.page, "title": item.title,
                "content_text": item.summary, "date_published": item.at,
                "tags": [item.story.what, item.story.kind], "_ice_agreements": {"change": dict(item.entry)},
            }
            for item in items
        ],
    }  # fmt: skip
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def entry_id(home_url: str, item_id: str) -> str:
    """An entry's id (an absolute IRI, as Atom wants it)."""
    return f"{home_url.rstrip('/')}/changes/{item_id.rpartition('.')[0]}#said-{item_id.rpartition('.')[2]}"


def _moment(entry: Mapping[str, Any], at: str, what: str) -> str:
    """When the entry is dated: when we said it; for history taken in later, when ICE's list showed it."""
    oldest = (date.fromisoformat(eastern_day(at)) - timedelta(days=policy.TOLD_DAYS)).isoformat()
    return at if what == "correction" or entry["listed_on"] >= oldest else f"{entry['listed_on']}T12:00:00Z"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
