"""The rulings there are."""

from __future__ import annotations

#: Every ruling there is, with its meaning.
RULINGS = {
    "same": "the ended agreement continues as the other one",
    "distinct": "the two are different agreements",
    "confirm": "the change is as the log says",
    "dismiss": "the change did not happen; it is retracted",
    "release": "the held list is what it claims to be, and is accepted",
    "reject": "the held list is left out",
    "form": "lists of this form (these columns) are participating or pending lists, whatever their headers say",
    "note": "a remark; it decides nothing",
    "undo": "an earlier ruling no longer counts",
}
