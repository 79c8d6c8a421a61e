"""Unwrap a link as ICE typed or pasted it to the address ICE meant."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_plus, urlsplit

from scrapers.readers.printed_text import strip_invisible_from_address

#: Relative links on ICE's page, and links typed without a host, are ICE's own.
ICE_ROOT = "https://www.ice.gov"

_PLAIN = re.compile(r"https://www\.ice\.gov/[\w./%~+,()@!$&'*=:-]+", re.ASCII)
_ARCHIVE = re.compile(r"(?:https?:)?/*web\.archive\.org/web/[^/]+/(.+)", re.IGNORECASE | re.DOTALL)
_ARCHIVE_PREFIX = re.compile(r"(?:https?://web\.archive\.org)?/web/\d{14}(?:[a-z]{2}_)?/(?=https?:/)")
_ARCHIVE_PATH = re.compile(r"/web/\d[^/]*/(https?:/.+)", re.IGNORECASE | re.DOTALL)
_SAFELINK = re.compile(r"https?://[^/?#]+\.safelinks\.protection\.outlook\.com/", re.IGNORECASE)
_TARGET = re.compile(r"[?&]url=([^&]+)")
_SCHEME = re.compile(r"(https?):/*(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_MAX_URL_CHARS = 4_000  # the longest safelink seen has under 700; Excel itself stops at 2,079
_MAX_WRAPPERS = 6  # an archive of a safelink of an extension link has 3


@lru_cache(maxsize=16_384)
def unwrap_link(link: str) -> str | None:
    """Return the http(s) address a link means, without wrappers, or None if it means none.

    Unwraps Outlook safelinks, web.archive.org and browser extensions; mends `https:/host`; drops the fragment;
    turns http into https for ICE's hosts and spaces into %20; leaves the path's case and percent signs alone.
    """
    if len(link) > _MAX_URL_CHARS:
        return link if is_plain(link) else None
    url = strip_invisible_from_address(link)
    for _ in range(_MAX_WRAPPERS):
        if is_plain(url):
            return url
        inner = strip_invisible_from_address(_peel(url))
        if inner == url:
            return _finish(url)
        url = inner
    return None


def is_plain(link: str) -> bool:
    """Return whether the link needs no unwrapping: an address on ICE's host in its usual characters."""
    return _PLAIN.fullmatch(link) is not None


def is_ice(url: str) -> bool:
    """Return whether the address is on one of ICE's hosts."""
    if url.startswith(f"{ICE_ROOT}/"):
        return True
    host = (urlsplit(url).hostname or "").lower()
    return host == "ice.gov" or host.endswith(".ice.gov")


def archive_prefix(text: str) -> str:
    """Return what a web archive put before an address in its copy; "" if nothing."""
    found = _ARCHIVE_PREFIX.match(text)
    return found[0] if found else ""


def looks_like_link(text: str) -> bool:
    """Return whether a cell's text is itself an address."""
    return bool(re.match(r"\s*(?:https?:/|www\.|chrome-extension:|(?:[a-z0-9-]+\.)*ice\.gov/)", text, re.IGNORECASE))


def _peel(url: str) -> str:
    url = re.sub(r"[\t\r\n]", "", url).strip()
    if found := _ARCHIVE.match(url) or _ARCHIVE_PATH.match(url):
        return found[1]
    if _SAFELINK.match(url):
        found = _TARGET.search(url.partition("#")[0])
        return unquote_plus(found[1]) if found else url
    if url[:17].lower() == "chrome-extension:" and (at := url.lower().find("http", 17)) > 0:
        return url[at:]
    return url


def _finish(url: str) -> str | None:
    if url.startswith("//"):
        url = "https:" + url
    elif url.startswith("/"):
        url = ICE_ROOT + url
    elif re.match(r"(?:www\.|(?:[a-z0-9-]+\.)*ice\.gov/)", url, re.IGNORECASE):
        url = "https://" + url
    found = _SCHEME.fullmatch(url)
    if not found:
        return None
    scheme, rest = found[1].lower(), found[2]
    rest = rest.partition("#")[0].strip()
    authority, slash, path = rest.partition("/")
    authority, mark, query = authority.partition("?")
    path = (slash + path) if slash and not mark else mark + query + slash + path
    try:
        host = urlsplit("//" + authority).hostname
    except ValueError:
        return None
    if not host or "@" in authority or not _HOST.fullmatch(host):
        return None
    if host == "ice.gov" or host.endswith(".ice.gov"):
        scheme, authority = "https", host
    url = f"{scheme}://{authority.lower()}{path.replace(chr(32), '%20').replace(chr(160), '%20')}"
    return None if re.search(r"[\x00-\x20\x7f<>\"]", url) else url
