"""Turn bytes into a snapshot: the one way in for every kind of document that holds a list."""

from __future__ import annotations

import re
from dataclasses import replace

from db.models import Signal, Snapshot
from scrapers.document_errors import (
    DocumentError,
    EncryptedWorkbookError,
    NotAListError,
    NotAWorkbookError,
    OldExcelError,
    TooLargeError,
    UnknownHeaderError,
)
from scrapers.readers import html, mhtml, signals, workbook
from scrapers.readers.bullets import read_bullets
from scrapers.readers.caption import read_caption_date
from scrapers.readers.listings import read_listings
from scrapers.readers.mhtml import looks_like_mhtml
from scrapers.readers.table import Table
from scrapers.readers.workbook_package import MAX_BYTES

#: What `Snapshot.reader` says; a number grows when the same bytes would be read otherwise than before.
READER_VERSION = {"xlsx": workbook.READER, "html": html.READER}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|title|meta|h[1-6]|script|section|main)\b", re.I)


def read_document(data: bytes, *, name: str = "") -> Snapshot:
    """Return the list these bytes hold, whatever they are called: `name` is used in messages only.

    `data` is an XLSX workbook or an HTML page with a list in it. Raises a `DocumentError` that names what it is
    instead: encrypted, an old .xls, damaged, too large, a page without a list, or neither workbook nor page.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeError("the file has more bytes than MAX_BYTES", file=name, value=len(data))
    if data.startswith(b"PK"):
        return _read_workbook(data, name)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise EncryptedWorkbookError("the workbook is protected by a password", file=name)
        raise OldExcelError("the file is no .xlsx but an OLE file, as Excel wrote before 2007", file=name)
    if looks_like_mhtml(data):
        return _read_pages(mhtml.read_pages(data, name=name), name)
    if looks_like_html(data):
        return _read_pages([data], name)
    raise NotAWorkbookError("the bytes are neither a workbook nor a page", file=name, value=data[:40])


def _read_pages(pages: list[bytes], name: str) -> Snapshot:
    tables = [table for page in pages for table in html.read_tables(page, name=name)]
    try:
        if not tables:
            raise NotAListError("the page holds no table", file=name, value=pages[0][:80])
        return _dated(read_listings(tables, reader=html.READER, name=name), pages)
    except UnknownHeaderError:
        raise
    except NotAListError:
        bullets = [found for page in pages if (found := read_bullets(page, encoding=html.encoding_of(page)))]
        if not bullets:
            raise
    return read_listings(bullets, reader=html.READER, name=name)


def _dated(snapshot: Snapshot, pages: list[bytes]) -> Snapshot:
    """Return the snapshot with the day of the page's caption among its signals, where that fits its rows."""
    newest = max((row.signed_on or "" for row in snapshot.listings), default="")
    stated = read_caption_date(pages, len(set(snapshot.rows)), newest)
    if stated is None:
        return snapshot
    return replace(snapshot, signals=(*snapshot.signals, Signal(signals.CAPTION_DATED, None, None, stated)))


def _read_workbook(data: bytes, name: str) -> Snapshot:
    """Return the list on a visible sheet; a hidden sheet counts only if no visible one is a list."""
    book = workbook.Workbook(data, name=name)
    hidden = [Signal(signals.SHEET_HIDDEN, None, None, title[:200]) for title in book.hidden]

    def read(tables: list[Table]) -> Snapshot:
        return read_listings(tables, reader=workbook.READER, modified_at=book.modified_at, name=name, raised=hidden)

    visible = book.read_tables()
    try:
        return read(visible)
    except NotAListError:
        if not hidden:
            raise
        try:
            return read(book.read_tables(hidden=True))
        except DocumentError:
            pass  # what the visible sheets lack says more
        raise


def looks_like_list(data: bytes) -> bool:
    """Return whether the bytes are of a kind that can hold a list: a workbook or a page, readable or not."""
    return data.startswith((b"PK\3\4", _OLE)) or looks_like_mhtml(data) or looks_like_html(data)


def looks_like_html(data: bytes) -> bool:
    """Return whether the first bytes have the tags of a page."""
    start = data[:8192]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\0", b"")
    return b"\0" not in start[:64] and bool(_HTML.search(start))
