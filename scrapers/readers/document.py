"""Turn bytes into a snapshot: the one way in for every kind of document that holds a list."""

from __future__ import annotations

import re

from db.models import Snapshot
from scrapers.document_errors import (
    EncryptedWorkbookError,
    NotAListError,
    NotAWorkbookError,
    OldExcelError,
    TooLargeError,
)
from scrapers.readers import html, workbook
from scrapers.readers.listings import read_listings
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
        tables, modified_at = workbook.read_workbook(data, name=name)
        return read_listings(tables, reader=workbook.READER, modified_at=modified_at, name=name)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise EncryptedWorkbookError("the workbook is protected by a password", file=name)
        raise OldExcelError("the file is no .xlsx but an OLE file, as Excel wrote before 2007", file=name)
    if looks_like_html(data):
        tables = html.read_tables(data, name=name)
        if not tables:
            raise NotAListError("the page holds no table", file=name, value=data[:80])
        return read_listings(tables, reader=html.READER, name=name)
    raise NotAWorkbookError("the bytes are neither a workbook nor a page", file=name, value=data[:40])


def looks_like_html(data: bytes) -> bool:
    """Return whether the first bytes have the tags of a page."""
    start = data[:8192]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\0", b"")
    return b"\0" not in start[:64] and bool(_HTML.search(start))
