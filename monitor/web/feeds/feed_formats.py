"""Feeds as bytes: Atom (RFC 4287) and JSON Feed 1.1, both in pages back to the first entry (RFC 5005)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from monitor.web.feeds.entries import Entry, Page

MEDIA_TYPES = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY = "1970-01-01T00:00:00Z"  # when a feed without entries was last updated


@dataclass(frozen=True, slots=True)
class FeedIds:
    """How ids are made: `tag:` URIs, which outlive a move; statements up to `last_old` keep the address they had."""

    first_url: str  # the site's first address
    last_old: int

    def of_entry(self, entry: Entry) -> str:
        """Return the id of an entry."""
        if entry.number <= self.last_old:
            return f"{self.first_url}/changes/{entry.text.change_id}#said-{entry.times}"
        return f"{self._tag}changes/{entry.text.change_id}/{entry.times}"

    def of_feed(self, path: str) -> str:
        """Return the id of a feed by the path of its current document."""
        return f"{self.first_url}{path}" if self.last_old else f"{self._tag}{path.strip('/')}"

    @property
    def _tag(self) -> str:
        return f"tag:{urlsplit(self.first_url).hostname},2026:"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself; `path` is of its current document, without the form's suffix."""

    title: str
    path: str
    home_url: str
    author: str
    ids: FeedIds
    #: Entries as written, by form and identity: when all feeds are written, each is in four.
    written: dict[tuple[str, int], str] = field(default_factory=dict)

    def write(self, form: str, entry: Entry) -> str:
        """Return an entry in a form of `MEDIA_TYPES`."""
        key = (form, id(entry))
        if key not in self.written:
            self.written[key] = (_atom_entry if form == "atom" else _json_item)(entry, self.ids)
        return self.written[key]

    def url(self, number: int | None, form: str) -> str:
        """Return the address of the current document (None) or of an archive page."""
        return f"{self.home_url}{self.path}{'' if number is None else f'/archive/{number}'}.{form}"


def write_feed(form: str, page: Page, feed: Feed) -> bytes:
    """Return a page of the feed in a form of `MEDIA_TYPES`."""
    return to_atom(page, feed) if form == "atom" else to_json_feed(page, feed)


def to_atom(page: Page, feed: Feed) -> bytes:
    """Return a page of the feed as Atom."""
    updated = max((entry.updated for entry in page.entries), default=_EMPTY)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="en">',
        f"<id>{_text(feed.ids.of_feed(f'{feed.path}.atom'))}</id><title>{_text(feed.title)}</title>",
        f"<updated>{updated}</updated><author><name>{_text(feed.author)}</name></author>",
        f'<link rel="alternate" type="text/html" href={_attribute(feed.home_url)}/>',
        _link("self", feed.url(page.number, "atom")),
    ]
    if page.number is not None:
        lines += ["<fh:archive/>", _link("current", feed.url(None, "atom"))]
    older = page.last if page.number is None else page.number - 1
    if older:
        lines.append(_link("prev-archive", feed.url(older, "atom")))
    if page.number is not None and page.number < page.last:
        lines.append(_link("next-archive", feed.url(page.number + 1, "atom")))
    lines += (feed.write("atom", entry) for entry in page.entries)
    lines.append("</feed>")
    return ("\n".join(lines) + "\n").encode()


def to_json_feed(page: Page, feed: Feed) -> bytes:
    """Return a page of the feed as JSON Feed; `_ice_agreements` has what an entry is about."""
    older = page.last if page.number is None else page.number - 1
    document = {
        "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "home_page_url": feed.home_url,
        "feed_url": feed.url(page.number, "json"), **({"next_url": feed.url(older, "json")} if older else {}),
        "language": "en", "authors": [{"name": feed.author}],
    }  # fmt: skip
    items = ",".join(feed.write("json", entry) for entry in page.entries)
    return f'{_as_json(document)[:-1]},"items":[{items}]}}'.encode()


def _atom_entry(entry: Entry, ids: FeedIds) -> str:
    return (
        f"<entry><id>{_text(ids.of_entry(entry))}</id><title>{_text(entry.title)}</title>"
        f"<updated>{entry.updated}</updated><published>{entry.updated}</published>"
        f'<link rel="alternate" type="text/html" href={_attribute(entry.text.page)}/>'
        f"<category term={_attribute(entry.text.what)}/><category term={_attribute(entry.text.kind)}/>"
        f"<summary>{_text(entry.summary)}</summary></entry>"
    )


def _json_item(entry: Entry, ids: FeedIds) -> str:
    return _as_json({
        "id": ids.of_entry(entry), "url": entry.text.page, "title": entry.title, "content_text": entry.summary,
        "date_published": entry.updated, "tags": [entry.text.what, entry.text.kind],
        "_ice_agreements": {"change": entry.change},
    })  # fmt: skip


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _link(relation: str, url: str) -> str:
    return f'<link rel="{relation}" type="application/atom+xml" href={_attribute(url)}/>'


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
