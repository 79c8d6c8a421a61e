"""Find every link to a list on ICE's page, in each form the page has had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html
from w3lib.url import safe_url_string

from db.models import ListName
from scrapers.crawl.landing_page import Page
from scrapers.crawl.sources import DOWNLOAD_PATH, MOA_PATH, WORKBOOK_NAME, Source, promised_list

_AROUND_CHARS = 300  # a block with more text than this speaks of more than its link


@dataclass(frozen=True, slots=True)
class PageLink:
    """One link to a list. `linked_as` is what the link promises; None if only the answer can say."""

    url: str
    text: str
    linked_as: ListName | None
    file_name: str | None

    def as_dict(self) -> dict[str, str | None]:
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
        workbook, download = bool(WORKBOOK_NAME.search(path)), bool(DOWNLOAD_PATH.search(path))
        if MOA_PATH.search(path) or not (workbook or download):
            continue
        text = " ".join(anchor.text_content().split())
        name = unquote(path.rsplit("/", 1)[-1]) if workbook else _name_in(text)
        own_words = (text, anchor.get("title", ""), anchor.get("aria-label", ""), name or "")
        promise = next((said for words in own_words if (said := promised_list(words))), None)
        if promise is None and (download or not _says_something(text)):
            promise = promised_list(_around(anchor))
        link = PageLink(url=url, text=text, linked_as=promise, file_name=name)
        if promise:
            found.setdefault(url, link)
        elif download and not _says_something(text):
            silent.setdefault(url, link)
    if not any(link.linked_as == "participating" for link in found.values()):
        found.update({url: link for url, link in silent.items() if url not in found})
    return tuple(found.values())


def _address(page: Page, anchor: html.HtmlElement, source: Source) -> str | None:
    href = re.sub(r"[\t\r\n]", "", anchor.get("href") or "").strip()
    if not href or href.startswith("#"):
        return None
    try:
        url = safe_url_string(urljoin(page.url, href))
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if parts.scheme == "http" and source.start_url.startswith("https:") and source.is_ours(url):
        parts = parts._replace(scheme="https")  # ICE types http:// now and then; its server only redirects it
    return parts._replace(fragment="").geturl()


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
        text = " ".join(node.text_content().split())
        if len(text) > _AROUND_CHARS or len(node.xpath(".//a[@href]")) > 1:
            return ""
        if len(text) > len(anchor.text_content().strip()):
            return text
    return ""
