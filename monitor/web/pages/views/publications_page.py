"""Lists: every publication with its status and reasons, and the bytes ICE published to download."""

from __future__ import annotations

import re
from collections.abc import Iterator

from db.errors import StoreError
from db.queries.archive_copies import load_copies
from db.queries.sightings import is_public_document
from monitor.publications.check import REASON_NAMES
from monitor.web.pages.book import Book
from monitor.web.pages.fingerprints import change_mark, mark_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import PageRequest, Site

_SHA = r"[0-9a-f]{64}"


def routes(site: Site) -> None:
    """Add the addresses of this module's pages to the site."""
    site.add(r"lists/", show_lists, lambda book: iter([("lists/", book.version)]))
    site.add(rf"lists/(?P<sha256>{_SHA})/", show_list, lambda book: list_lists(site, book))
    site.add(rf"lists/(?P<sha256>{_SHA})/(?P<name>original\.(?:xlsx|txt))", send_original,
             lambda book: list_originals(site, book), translated=False)  # fmt: skip


def show_lists(request: PageRequest) -> Page | None:
    """Show every publication, newest first."""
    return Page("lists.html", {"publications": request.book.publications, "reason_names": REASON_NAMES})


def show_list(request: PageRequest, sha256: str) -> Page | None:
    """Show one document: under which names it was found, its status and reasons, and what it changed."""
    found = [p for p in request.book.publications if p["sha256"] == sha256]
    if not found:
        return None
    shown = request.book.shown_by.get(sha256, [])
    return Page("list.html", {
        "found": found, "telling": [e for e in shown if not e["noise"]], "noise": [e for e in shown if e["noise"]],
        "file": file_name(request.site, sha256), "copies": load_copies(request.site.store.connection, sha256),
        "reason_names": REASON_NAMES,
    })  # fmt: skip


def send_original(request: PageRequest, sha256: str, name: str) -> Page | None:
    """Send the document's bytes, only ever as a download: a page of ICE's must not run as one of ours."""
    found = next((p for p in request.book.publications if p["sha256"] == sha256), None)
    if found is None or name != file_name(request.site, sha256):
        return None
    try:
        body = request.site.store.archive.get(sha256)
    except StoreError:
        return None
    media = (
        "text/plain; charset=utf-8"
        if name.endswith(".txt")
        else ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    )
    return Page(body=body, media=media, file=safe_name(found["file"], name))


def file_name(site: Site, sha256: str) -> str:
    """Return the name of a document's copy here: by what it is, not by what it was called; "" when none is offered.

    An imported file that is no list is kept here, and given to nobody.
    """
    place = site.store.archive.path(sha256)
    if not place.is_file() or not is_public_document(site.store.connection, sha256):
        return ""
    with place.open("rb") as document:
        return "original.xlsx" if document.read(2) == b"PK" else "original.txt"


def safe_name(printed: str, name: str) -> str:
    """Return the name ICE gave the file, of harmless characters, with the ending of what it is."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", printed.rpartition("/")[2]).strip("._") or "list"
    ending = name.rpartition(".")[2]
    return stem if stem.lower().endswith(f".{ending}") else f"{stem}.{ending}"


def list_lists(site: Site, book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every document."""
    for sha256 in dict.fromkeys(p["sha256"] for p in book.publications):
        found = [p for p in book.publications if p["sha256"] == sha256]
        shown = [change_mark(book, e) for e in book.shown_by.get(sha256, ())]
        copies = load_copies(site.store.connection, sha256)
        yield f"lists/{sha256}/", mark_of(found, shown, copies, file_name(site, sha256))


def list_originals(site: Site, book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every document's bytes; they never change."""
    for sha256 in dict.fromkeys(p["sha256"] for p in book.publications):
        if name := file_name(site, sha256):
            yield f"lists/{sha256}/{name}", sha256
