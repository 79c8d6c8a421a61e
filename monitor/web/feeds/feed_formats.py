"""Feeds as bytes: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from monitor.web.feeds.entries import Entry

MEDIA_TYPES = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a feed says of itself."""

    title: str
    self_url: str
    home_url: str
    author: str


def write_feed(form: str, entries: Sequence[Entry], heading: Heading) -> bytes:
    """Return the feed in a form of `MEDIA_TYPES`."""
    return to_atom(entries, heading) if form == "atom" else to_json_feed(entries, heading)


def to_atom(entries: Sequence[Entry], heading: Heading) -> bytes:
    """Return the feed as Atom."""
    updated = max((e.at for e in entries), default="1970-01-01T00:00:00Z")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{_text(heading.self_url)}</id><title>{_text(heading.title)}</title><updated>{updated}</updated>",
        f"<author><name>{_text(heading.author)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(heading.self_url)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(heading.home_url)}/>',
    ]
    for entry in entries:
        lines.append(
            f"<entry><id>{_text(entry_id(heading.home_url, entry.id))}</id><title>{_text(entry.title)}</title>"
            f"<updated>{entry.at}</updated><published>{entry.at}</published>"
            f'<link rel="alternate" type="text/html" href={_attribute(entry.text.page)}/>'
            f"<category term={_attribute(entry.text.what)}/><category term={_attribute(entry.text.kind)}/>"
            f"<summary>{_text(entry.summary)}</summary></entry>"
        )
    lines.append("</feed>")
    return ("\n".join(lines) + "\n").encode()


def to_json_feed(entries: Sequence[Entry], heading: Heading) -> bytes:
    """Return the feed as JSON Feed; `_ice_agreements` has the change as `changes --format json` gives it."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": heading.title, "home_page_url": heading.home_url,
        "feed_url": heading.self_url, "language": "en", "authors": [{"name": heading.author}],
        "items": [
            {
                "id": entry_id(heading.home_url, entry.id), "url": entry.text.page, "title": entry.title,
                "content_text": entry.summary, "date_published": entry.at,
                "tags": [entry.text.what, entry.text.kind], "_ice_agreements": {"change": entry.change},
            }
            for entry in entries
        ],
    }  # fmt: skip
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def entry_id(home_url: str, item: str) -> str:
    """Return an entry's id (an absolute IRI, as Atom requires)."""
    change_id, _, times = item.rpartition(".")
    return f"{home_url.rstrip('/')}/changes/{change_id}#said-{times}"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
