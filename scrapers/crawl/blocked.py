"""Tell an answer from a block page in its place; a block page can come with status 200."""

from __future__ import annotations

import io
import re
import zipfile

from scrapers.crawl.landing_page import Page
from scrapers.readers.document import looks_like_html

#: What walls say of themselves. Each is looked for in the first part of an HTML answer.
_WALLS = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"<title>\s*Access Denied", "Akamai: the title is 'Access Denied'"),
        (r"You don.t have permission to access", "Akamai: no permission to access"),
        (r"Reference\s*(?:#|&#35;)\s*[0-9a-f]+\.[0-9a-f]+", "Akamai: a 'Reference #' number"),
        (r"errors\.edgesuite\.net", "Akamai: errors.edgesuite.net"),
        (r"sec-if-cpt|bm-verify|_abck|triggerInterstitialChallenge", "Akamai's challenge script"),
        (r"Pardon Our Interruption", "a bot manager: 'Pardon Our Interruption'"),
        (r"_Incapsula_Resource|Incapsula incident", "Incapsula"),
        (r"cf-browser-verification|cf_chl_|Attention Required! \| Cloudflare", "Cloudflare's wall"),
        (r"<title>\s*Just a moment", "Cloudflare's challenge"),
        (r"captcha", "a captcha"),
        (r"(?:unusual|automated) (?:traffic|requests|activity)", "a remark on automated traffic"),
        (r"are you a (?:robot|human)|verify (?:that )?you are (?:a )?human", "a question whether we are human"),
        (r"request (?:was )?(?:blocked|rejected)|The requested URL was rejected", "a firewall"),
    )
)
_LOOKED_AT_BYTES = 65_536

#: The page's own marks in its visible text. A wall may repeat the address (".../287g"), but never the section's name.
_OWN_MARKS = (
    re.compile(r"287\s*\(g\)", re.IGNORECASE),
    re.compile(r"Delegation of Immigration Authority", re.IGNORECASE),
)


def wall_in(body: bytes) -> str | None:
    """Return the sign of a block page in an HTML answer, or None if there is none."""
    text = body[:_LOOKED_AT_BYTES].decode("utf-8", "replace")
    return next((reason for pattern, reason in _WALLS if pattern.search(text)), None)


def judge_page(page: Page, body: bytes) -> str | None:
    """Return why this is not ICE's 287(g) page, or None if it is.

    The page's own marks decide first: a good page may well hold the word "captcha" in one of its scripts.
    """
    if any(mark.search(page.text) for mark in _OWN_MARKS):
        return None
    return wall_in(body) or "none of the page's own marks is on it (no '287(g)' in its text)"


def judge_workbook(body: bytes) -> tuple[str, str] | None:
    """Return (outcome, reason) if these bytes are not a complete workbook, or None if they are.

    A cut workbook lacks its zip directory, which stands at the end; a flipped byte fails its entry's checksum.
    """
    if not body:
        return "empty", "the answer has no body"
    if body.startswith(b"PK"):
        return _judge_zip(body)
    if body.startswith(b"\xd0\xcf\x11\xe0"):  # an Excel file of before 2007, or an encrypted one: a reader's affair
        return None
    if looks_like_html(body):
        wall = wall_in(body)
        if wall:
            return "blocked", f"{wall}, where a workbook was expected"
        return "not_workbook", f"HTML of {len(body):,} bytes where a workbook was expected"
    return "not_workbook", f"{len(body):,} bytes that begin with {body[:8]!r} where a workbook was expected"


def _judge_zip(body: bytes) -> tuple[str, str] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            # Only entries of a sane size are unpacked here: a workbook that is a bomb is kept, for a reader to refuse.
            if sum(entry.file_size for entry in book.infolist()) > 50 * max(len(body), 2_000_000):
                return None
            broken = book.testzip()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        return "damaged", f"not a whole workbook: {error}"
    except Exception as error:  # zlib.error and whatever else damaged bytes provoke
        return "damaged", f"not a whole workbook: {error}"
    return ("damaged", f"the checksum of {broken} is wrong") if broken else None
