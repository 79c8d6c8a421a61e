"""Changes as a table for people, and by their codes for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.changelog.listed_between import wide_range
from monitor.cli.output import Format, show

CHANGE_COLUMNS = {
    "listed_on": "Date", "kind": "Kind", "status": "Status", "needs_review": "Review", "state": "State",
    "agency": "Agency", "support_type": "Type", "signed_on": "Signed", "fields": "Changed", "id": "Id",
}  # fmt: skip
#: Kinds in the words of a table for people: the list says that a row is gone, not that anything was terminated.
KIND_WORDS = {
    "termination": "no longer listed by ICE", "pending_listed": "listed as pending",
    "pending_withdrawn": "no longer listed as pending", "list_event": "about a list",
}  # fmt: skip


def show_changes(entries: Sequence[Mapping[str, Any]], format: Format, *, empty: str = "no change fits") -> None:
    """Print the changes; a table gives the kind in words, JSON and CSV by its code. `empty` is said for none."""
    show(in_words(entries, format), format, CHANGE_COLUMNS, empty=empty)


def in_words(entries: Sequence[Mapping[str, Any]], format: Format) -> Sequence[Mapping[str, Any]]:
    """Return the entries as `format` shows them: with their kinds in words in a table, else unchanged."""
    if format is not Format.TABLE:
        return entries
    return [
        {**entry, "kind": KIND_WORDS.get(entry["kind"], entry["kind"]), "listed_on": _days(entry)} for entry in entries
    ]


def _days(entry: Mapping[str, Any]) -> str:
    """Return the day of the list that shows a change, behind that of the list before where that is long ago."""
    wide = wide_range(entry.get("listed_between"))
    return " to ".join(wide) if wide else str(entry["listed_on"])
