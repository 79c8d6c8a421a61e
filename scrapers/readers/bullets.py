"""Read ICE's partners page of 2006 to 2009: agencies as items of bullet lists, without support types and dates.

An item names an agency in short form, with the state in front, behind or nowhere: "AZ Department of Public Safety",
"Cabarrus Co. Sheriff's Office", "Hall County Georgia". Where each state has a list of its own below its name, that is
the state of the items that name none; else they have none.
"""

from __future__ import annotations

import re

from lxml import etree, html

from scrapers.readers.lookups import STATES, fold
from scrapers.readers.rows import names_agency
from scrapers.readers.table import Table

#: Fewer agencies in the page's bullet lists are no list of ICE's; that of September 2007 has 28.
LEAST_ITEMS = 5
#: So much of a bullet list must be agencies: navigation and headlines are not.
LEAST_SHARE = 0.8
_LONGEST_ITEM = 90
#: What stands in parentheses behind a name: when it signed, or a note.
_REMARK = re.compile(r"\s*\([^()]*\)$")


def read_bullets(data: bytes, *, encoding: str | None = None) -> Table | None:
    """Return a table of state and agency from the page's bullet lists; None when none of them lists agencies."""
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, encoding=encoding)
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    rows: list[tuple[str, str]] = []
    for bullets in root.iter("ul", "ol"):
        items = [item for item in bullets if item.tag == "li" and next(item.iter("ul", "ol"), None) is None]
        read = [row for item in items if (row := _read_item(_text(item))) is not None]
        if read and len(read) >= LEAST_SHARE * len(items):
            above = _state_above(bullets)
            rows += [(state or above, agency) for state, agency in read]
    if len(rows) < LEAST_ITEMS:
        return None
    return Table("bullet lists", [("STATE", "LAW ENFORCEMENT AGENCY"), *rows], range(1, len(rows) + 2), {}, {})


def _text(element: html.HtmlElement) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _state_above(bullets: html.HtmlElement) -> str:
    """Return the state, as printed, that stands right above a bullet list or heads the item it lies in; else ""."""
    above, parent = bullets.getprevious(), bullets.getparent()
    if above is not None:
        said = _text(above) if not (above.tail or "").strip() else str(above.tail)
    else:
        said = str(parent.text or "") if parent is not None and parent.tag == "li" else ""
    said = " ".join(said.split()).rstrip(":")
    return said if fold(said) in STATES else ""


def _read_item(item: str) -> tuple[str, str] | None:
    """Return (state as printed, agency as printed) of an item; None when it names no agency."""
    item = _REMARK.sub("", item.rstrip(" *†‡.;,"))
    if not item or len(item) > _LONGEST_ITEM:
        return None
    state, rest = _split_state(item)
    return (state, item) if names_agency(rest) else None


def _split_state(item: str) -> tuple[str, str]:
    """Return the state an item begins or ends with, as printed, and what is left of the item."""
    words = item.split()
    for count in (3, 2, 1):
        behind = " ".join(words[-count:])
        if len(words) > count and fold(behind) in STATES:
            return behind, " ".join(words[:-count]).rstrip(",- ")
    if len(words) > 1 and len(words[0]) == 2 and words[0].isupper() and words[0] in STATES:
        return words[0], item
    for count in (3, 2, 1):
        before = " ".join(words[:count])
        if len(words) > count and len(before) > 2 and fold(before) in STATES:
            return before, item
    return "", item
