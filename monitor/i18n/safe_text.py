"""Text from ICE's lists made safe to show: no invisible character acts on a reader, terminal or spreadsheet."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

#: Control characters, and those that turn the direction of text or have no width: never sent as they are.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: Characters by which a spreadsheet takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@")


def reveal_invisible(value: Any) -> Any:
    """Return text with its invisible characters written out as ‹U+202E›: a cell must not steer a reader's eye.

    Markup and values other than text are returned unchanged, None as "".
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    if value.isprintable():  # nearly always, and ten times as fast as the search
        return value
    return _INVISIBLE.sub(lambda found: f"‹U+{ord(found[0]):04X}›", value)


def on_one_line(text: str | None) -> str:
    """Return text without line breaks, control and direction characters; "" for None."""
    if not text or text.isprintable():
        return (text or "").strip()
    return "".join(c if c.isprintable() else " " for c in text).strip()


def safe_cell(text: str) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def marked_cell(text: str) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula, and from which `unmarked_cell` restores the text."""
    return f"'{text}" if text.lstrip("' \t\r\n").startswith(_FORMULA) else text


def unmarked_cell(cell: str) -> str:
    """Return the text of which `marked_cell` made the cell."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("' \t\r\n").startswith(_FORMULA) else cell
