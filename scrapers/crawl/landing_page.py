"""Parse ICE's landing page as a person sees it: its visible text, a list's table on it, and its fingerprint.

The page carries nonces and script versions that change with every answer; its fingerprint changes only when something
changes that a reader of the page, or of the lists behind it, could notice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from scrapers.readers.printed_text import strip_invisible

_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe"})
_INLINE = frozenset("a abbr b cite code em font i mark q s small span strong sub sup time u".split())
#: What the table that stood on the page until February 2025 always had; a cell of the first row holds each.
_TABLE_HEADER = ("STATE", "AGENCY", "SUPPORT TYPE")


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. `lines` is its visible text, one line per block, with spaces collapsed."""

    url: str
    root: html.HtmlElement
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def parse_page(body: bytes, url: str, encoding: str | None = None) -> Page | None:
    """Return the parsed page, or None if there is nothing to parse."""
    parser = html.HTMLParser(encoding=encoding, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, LookupError, ValueError):
        return None
    # An address that cannot be split would make every link of the page an error; as a base it is no use anyway.
    base = str(root.xpath("string(//base/@href)")).strip()
    return Page(url=_joined(url, base), root=root, lines=tuple(_visible_lines(root)))


def _joined(url: str, base: str) -> str:
    try:
        return urljoin(url, base) if base else url
    except ValueError:
        return url


def _visible_lines(root: html.HtmlElement) -> list[str]:
    lines = (" ".join(line.split()) for line in "".join(_pieces(root)).split("\n"))
    return [line for line in lines if line]


def _pieces(node: html.HtmlElement) -> Iterator[str]:
    """Yield text in reading order; a block begins and ends with a line break, a cell with a tab."""
    tag = node.tag
    if not isinstance(tag, str) or tag in _UNSEEN:
        return
    edge = "" if tag in _INLINE else "\t" if tag in ("td", "th") else "\n"
    yield edge
    yield _flat(node.text or "")
    for child in node:  # the parser nests no deeper than 255
        yield from _pieces(child)
        yield _flat(child.tail or "")
    yield edge


def _flat(text: str) -> str:
    return strip_invisible(re.sub(r"\s+", " ", text))  # line breaks inside a text node are only spaces to a reader


def list_tables(page: Page) -> list[html.HtmlElement]:
    """Return the tables on the page whose first row is a list's header."""
    found = []
    for table in page.root.iter("table"):
        row = next(iter(table.iter("tr")), None)
        if row is None:
            continue
        header = " | ".join(" ".join(cell.text_content().split()).upper() for cell in row if cell.tag in ("td", "th"))
        if all(word in header for word in _TABLE_HEADER):
            found.append(table)
    return found


def fingerprint(page: Page, list_urls: Iterable[str]) -> str:
    """Return the sha256 of what matters on the page: its visible text and its links to lists and MOAs.

    Links are part of it because a new list may come behind the old words, and an MOA may be linked from an old row.
    """
    hrefs = [href for table in list_tables(page) for href in table.xpath(".//a/@href")]
    parts = [page.text, *list_urls, "", *hrefs]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
