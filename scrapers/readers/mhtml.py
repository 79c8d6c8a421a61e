"""Find the pages in a "web page, single file" (MHTML): a MIME message whose HTML parts are the page and its frames."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message

from scrapers.document_errors import NotAListError, TooLargeError

#: A saved page has one part for each picture and style sheet; ICE's has about 60.
MAX_PARTS = 2_000
#: The page itself and its frames.
MAX_PAGES = 16
_BLANK = b"\xef\xbb\xbf \t\r\n"
_FIRST = re.compile(rb"[\w-]+:")
_MARKS = (
    re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE),
    re.compile(rb"^Content-Type:\s*(?:multipart/|text/html)", re.IGNORECASE | re.MULTILINE),
)


def looks_like_mhtml(data: bytes) -> bool:
    """Return whether the bytes begin with the headers of a MIME message that can hold a page."""
    headers = data[:8192].lstrip(_BLANK).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return bool(_FIRST.match(headers)) and all(mark.search(headers) for mark in _MARKS)


def read_pages(data: bytes, *, name: str = "") -> list[bytes]:
    """Return the HTML of the page and its frames, each in UTF-8 or with its own declaration of the encoding.

    Raises `NotAListError` if the message holds no page, `TooLargeError` if it has more than MAX_PARTS parts or
    MAX_PAGES pages.
    """
    pages: list[bytes] = []
    try:
        message = email.message_from_bytes(data.lstrip(_BLANK), policy=email.policy.compat32)
        for number, part in enumerate(message.walk()):
            if number > MAX_PARTS or len(pages) > MAX_PAGES:
                raise TooLargeError("the saved page has more parts than MAX_PARTS or MAX_PAGES", file=name)
            if part.get_content_type() in ("text/html", "application/xhtml+xml") and (page := _decode(part)).strip():
                pages.append(page)
    except RecursionError as error:
        raise NotAListError("the saved page's parts are nested too deeply", file=name) from error
    if not pages:
        raise NotAListError("the saved page holds no HTML", file=name, value=data[:80])
    return pages


def _decode(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    charset = part.get_content_charset()
    if not isinstance(body, bytes) or charset in (None, "utf-8", "us-ascii"):
        return body if isinstance(body, bytes) else b""
    try:
        text = body.decode(str(charset), "replace")
    except LookupError:
        return body
    # the header's charset counts; what the page declares was true of the bytes before
    return re.sub(r"(<meta[^>]{0,200})charset", r"\1char-set", text, flags=re.IGNORECASE).encode("utf-8", "replace")
