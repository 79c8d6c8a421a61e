"""Find every link to a list on ICE's page, in each form the page has had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus, urljoin, urlsplit

from lxml import html
from w3lib.url import safe_url_string

from db.models import ListName
from db.queries.fetches import LinkRecord
from scrapers.crawl.landing_page import Page
from scrapers.crawl.sources import (
    DOWNLOAD_PATH,
    MOA_PATH,
    WORKBOOK_NAME,
    Source,
    lasting_address,
    promised_list,
)
from scrapers.readers.printed_text import strip_invisible

_AROUND_CHARS = 300  # a block with more text than this speaks of more than its link


@dataclass(frozen=True, slots=True)
class PageLink:
    """One link to a list. `linked_as` is what the link promises; None if only the answer can say."""

    url: str  # the address the list is known by
    text: str
    linked_as: ListName | None
    file_name: str | None
    href: str = ""  # the address to request, if it has a part that changes from day to day

    def as_record(self) -> LinkRecord:
        return {"url": self.url, "text": self.text, "linked_as": self.linked_as, "file_name": self.file_name}


def find_list_links(page: Page, source: Source) -> tuple[PageLink, ...]:
    """Return the links to lists in page order, each address once.

    A workbook by its name, or a download by its opaque number, is taken when its text, its name or what stands around
    it promises a list. When no link promises the participating list, downloads that promise nothing are returned as
    well, for their Content-Disposition to speak. MOA documents and other workbooks are left alone.
    """
    found: dict[str, PageLink] = {}
    silent: dict[str, PageLink] = {}
    for anchor in page.root.iter("a"):
        url = _address(page, anchor, source)
        if url is None or not source.is_ours(url):
            continue
        path = urlsplit(url).path
        named = _workbook_named(url)
        download = bool(DOWNLOAD_PATH.search(path))
        if MOA_PATH.search(path) or not (named or download):
            continue
        text = _words(anchor)
        name = named or _name_in(text)
        own_words = (text, anchor.get("title", ""), anchor.get("aria-label", ""), name or "")
        promise = next((said for words in own_words if (said := promised_list(words))), None)
        if promise is None and (download or not _says_something(text)):
            promise = promised_list(_around(anchor))
        known_as = lasting_address(url)
        link = PageLink(known_as, text, promise, name, url if url != known_as else "")
        if promise:
            found.setdefault(known_as, link)
        elif download and not _says_something(text):
            silent.setdefault(known_as, link)
    if not any(link.linked_as == "participating" for link in found.values()):
        found.update({url: link for url, link in silent.items() if url not in found})
    return tuple(found.values())


def _address(page: Page, anchor: html.HtmlElement, source: Source) -> str | None:
    href = strip_invisible(re.sub(r"[\t\r\n]", "", anchor.get("href") or "")).strip()
    if not href or href.startswith("#"):
        return None
    try:
        url = safe_url_string(urljoin(page.url, href))
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return source.as_ours(parts._replace(fragment="").geturl())


def _workbook_named(url: str) -> str | None:
    """Return the workbook that an address names in its path or in a parameter (``?file=…xlsx``), or None."""
    parts = urlsplit(url)
    values = [unquote_plus(pair.partition("=")[2]) for pair in parts.query.split("&")]
    for text in (unquote(parts.path), *values):
        name = strip_invisible(text.replace("\\", "/").rsplit("/", 1)[-1]).strip()
        if WORKBOOK_NAME.search(name):
            return name
    return None


def _words(node: html.HtmlElement) -> str:
    return strip_invisible(" ".join(node.text_content().split()))


def _name_in(text: str) -> str | None:
    found = re.search(r"[\w()./+ -]*\w\.xlsx?\b", text, re.IGNORECASE)
    return found[0].strip() if found else None


def _says_something(text: str) -> bool:
    """Return whether a link's text names something specific, as "Fact Sheet" does and "Download (XLSX)" does not."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return any(word not in _SAYS_NOTHING for word in words)


_SAYS_NOTHING = frozenset(
    "download view open here click the this file list lists excel xlsx xls spreadsheet see full latest current a an of "
    "to kb mb document link 287 g 287g updated new".split()
) | {str(number) for number in range(1, 2000)}


def _around(anchor: html.HtmlElement) -> str:
    """Return the text of the nearest block around the link, if the link is the only one in it."""
    for node in anchor.iterancestors("li", "p", "td", "div", "section"):
        text = _words(node)
        if len(text) > _AROUND_CHARS or len(node.xpath(".//a[@href]")) > 1:
            return ""
        if len(text) > len(anchor.text_content().strip()):
            return text
    return ""
