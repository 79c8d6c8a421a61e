"""Name every way a try can end in one word, and decide which word an answer or an error gets."""

from __future__ import annotations

import re
import ssl

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

OUTCOMES = {
    "new": "answered in full; the bytes differ from those last kept from this address, and are kept",
    "same": "answered in full; the bytes (for the page: its text and list links) are those last kept from this address",
    "not_modified": "the server says nothing changed since the answer we keep (304)",
    "read": "robots.txt was answered and obeyed; its bytes are not kept",
    "blocked": "a block page, captcha or challenge came instead of the page or list, whatever its status",
    "refused": "the server will not give it to us (401, 403 and other 4xx)",
    "missing": "the address answers that there is nothing there (404, 410)",
    "throttled": "the server asks us to slow down (429)",
    "server_error": "the server failed (5xx)",
    "truncated": "the body ended before its announced end",
    "damaged": "a workbook came whole, but its zip directory or a checksum is wrong; the bytes are kept as evidence",
    "empty": "the answer has no body",
    "not_workbook": "something that is neither a workbook nor a block page came where a list was linked",
    "not_html": "something that is not HTML came where the page should be",
    "not_list": "a link that did not say what it is led to something that is not a list",
    "timed_out": "no complete answer within the time allowed",
    "too_large": "the body is larger than max_list_bytes; it was cut off and thrown away",
    "too_large_unpacked": "the compressed body unpacks to more than max_unpacked_bytes; it was thrown away",
    "redirect_loop": "redirects never arrive",
    "offsite": "a link or redirect leads to another site, or from https to http; it was not followed",
    "unreachable": "no connection, or the connection broke before an answer",
    "tls_failed": "the server's certificate or encryption cannot be trusted",
    "dns_failed": "the host name has no address",
    "robots_disallowed": "robots.txt forbids this address to us",
    "unanswered": "the pass was stopped before an answer came",
    "indexed": "the Internet Archive's index answered; its answer is kept",
    "redirected": "the Internet Archive's capture is a redirect, or another capture answered in its place",
    "crashed": "our own code failed on the answer; the log has the traceback",
}

#: Outcomes that say the list is as we hold it: only these end the wish for it.
VERIFIED = frozenset({"new", "same", "not_modified"})
#: Worth asking again within the pass: the next try may well be answered.
RETRYABLE = frozenset({"throttled", "server_error", "truncated", "damaged", "empty", "timed_out", "unreachable"})
#: After one of these for the page no list is asked for in this pass: the site is down or does not want us.
STOPPING = frozenset(
    {"blocked", "refused", "throttled", "unreachable", "dns_failed", "tls_failed", "robots_disallowed", "unanswered"}
)


class OffsiteRequest(IgnoreRequest):
    """Raised instead of sending a request to a host that is not the source's."""


class UnpackedTooLarge(IgnoreRequest):
    """Raised when a compressed body grows past the limit while it is unpacked."""


def outcome_of_status(status: int) -> str | None:
    """Return the outcome that the status alone decides, or None if the body decides (200)."""
    if status == 304:
        return "not_modified"
    if status in (404, 410):
        return "missing"
    if status == 429:
        return "throttled"
    if status == 408:
        return "timed_out"
    if status >= 500:
        return "server_error"
    if status == 200:
        return None
    return "refused"


def outcome_of_failure(error: BaseException) -> str:
    """Return the outcome of a download error; an unknown one is `unreachable`."""
    match error:
        case UnpackedTooLarge():
            return "too_large_unpacked"
        case OffsiteRequest() | UnsupportedURLSchemeError() | NotSupported():
            return "offsite"
        case IgnoreRequest():
            # Scrapy 2.19 tells these two apart by their text only (test_spider.py holds it to that).
            return "robots_disallowed" if "robots.txt" in str(error) else "redirect_loop"
        case DownloadTimeoutError() | TimeoutError():
            return "timed_out"
        case DownloadCancelledError():
            return "too_large"
        case ResponseDataLossError():
            return "truncated"
        case CannotResolveHostError():
            return "dns_failed"
        case DownloadConnectionRefusedError() | DownloadFailedError() if _is_tls(error):
            return "tls_failed"
        case _:
            return "unreachable"


def line_of(error: BaseException) -> str:
    """Return the error as one line of at most 300 characters, for a person."""
    text = re.sub(r" ssl:(?:<[^>]*>|\w+)", "", str(error))  # aiohttp names the object; its address says nothing
    return (" ".join(text.split()) or type(error).__name__)[:300]


def _is_tls(error: BaseException) -> bool:
    """Return whether a TLS error is the cause; Scrapy wraps aiohttp's error, which wraps Python's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
