"""Read one printed cell: a state, a support type, a link. Dates are in `signed_dates`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from db.models import SupportType
from scrapers.readers import signals
from scrapers.readers.link_targets import archive_prefix, is_ice, is_plain, looks_like_link, unwrap_link
from scrapers.readers.lookups import (
    LINK_WORDS,
    STATE_NAMES,
    STATES,
    SUPPORT_TYPE_NAMES,
    SUPPORT_TYPE_SLIPS,
    SUPPORT_TYPES,
    TYPE_WORDS,
    fold,
    nearest,
)
from scrapers.readers.printed_text import strip_invisible_from_address

_FOOTNOTE_MARKS = "*†‡ "
_MOST_WORDS = 8  # of two support types
_BETWEEN_TYPES = re.compile(r"[/&,;+|–—]| - | AND ")


@lru_cache(maxsize=1_024)
def read_state(cell: str) -> tuple[str | None, str | None]:
    """Return the USPS code a STATE cell means, and the signal it raises."""
    text = fold(cell)
    if not text:
        return None, signals.STATE_BLANK
    if text in STATES:
        return STATES[text], None
    bare = text.rstrip(_FOOTNOTE_MARKS)
    code = STATES.get(bare) or nearest(bare, STATE_NAMES)
    return code, signals.STATE_SNAPPED if code else signals.STATE_UNKNOWN


@lru_cache(maxsize=1_024)
def split_support_types(cell: str) -> tuple[SupportType, ...]:
    """Return the codes of a SUPPORT TYPE cell that names several, as lists until 2012 did; none for any other."""
    parts = [part.strip() for part in _BETWEEN_TYPES.split(fold(cell)) if part.strip()]
    if len(parts) == 1:
        parts = _cut_between_types(parts[0])
    codes = [code for part in parts if (code := _read_one_type(part))]
    return tuple(dict.fromkeys(codes)) if len(parts) == len(codes) == len(set(codes)) > 1 else ()


def _cut_between_types(text: str) -> list[str]:
    """Return the two names that stand one behind the other, as where a line break parted them; else the text."""
    words = text.split()
    if _read_one_type(text) is None and len(words) <= _MOST_WORDS:
        for at in range(1, len(words)):
            both = [" ".join(words[:at]), " ".join(words[at:])]
            if all(map(_read_one_type, both)):
                return both
    return [text]


def _read_one_type(text: str) -> SupportType | None:
    bare = text.rstrip(_FOOTNOTE_MARKS)
    return SUPPORT_TYPES.get(bare) or SUPPORT_TYPE_SLIPS.get(bare) or nearest(bare, SUPPORT_TYPE_NAMES)


@lru_cache(maxsize=1_024)
def read_support_type(cell: str) -> tuple[SupportType | None, str | None]:
    """Return the code a SUPPORT TYPE cell means, and the signal it raises."""
    text = fold(cell)
    if not text:
        return None, signals.SUPPORT_TYPE_BLANK
    if text in SUPPORT_TYPES:
        return SUPPORT_TYPES[text], None
    if both := split_support_types(cell):
        return both[0], signals.SUPPORT_TYPE_SNAPPED
    code = _read_one_type(text)
    return code, signals.SUPPORT_TYPE_SNAPPED if code else signals.SUPPORT_TYPE_UNKNOWN


@lru_cache(maxsize=1_024)
def check_type(cell: str) -> tuple[None, str | None]:
    """Return no meaning, and the signal a TYPE cell raises: none for the words ICE uses."""
    return None, None if fold(cell) in TYPE_WORDS else signals.TYPE_UNKNOWN


class LinkCell(NamedTuple):
    """An MOA or ADDENDUM cell as ICE printed it, and the address it leads to."""

    text: str | None
    link: str | None
    url: str | None
    signals: tuple[str, ...]


@lru_cache(maxsize=16_384)
def read_link(text: str | None, link: str | None) -> LinkCell:
    """Return the cell with this text and hyperlink, without the address a web archive may have put before it.

    Without a hyperlink, a text that is an address counts; a text of None is no cell.
    """
    raised: list[str] = []
    if link and text and is_plain(link) and fold(text) in LINK_WORDS and strip_invisible_from_address(link) == link:
        return LinkCell(text, link, link, ())
    if text and (prefix := archive_prefix(text)):
        text = text[len(prefix) :]
        raised.append(signals.ARCHIVE_PREFIX)
    if link and (prefix := archive_prefix(link)):
        link = link[len(prefix) :]
        raised = [signals.ARCHIVE_PREFIX]
    is_address = text is not None and looks_like_link(text)
    if text and not is_address and fold(text) not in LINK_WORDS:
        raised.append(signals.LINK_WORDS_UNKNOWN)
    source = link if link is not None else text if is_address else None
    if source is None:
        return LinkCell(text, None, None, tuple(raised))
    url = unwrap_link(source.strip())
    if url is None:
        raised.append(signals.LINK_ODD)
    elif not is_ice(url):
        raised.append(signals.LINK_FOREIGN)
    return LinkCell(text, link, url, tuple(raised))
