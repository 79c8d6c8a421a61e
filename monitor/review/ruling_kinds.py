"""The rulings there are, and what the desk calls them."""

from __future__ import annotations

#: Every ruling there is, with its meaning.
RULINGS = {
    "same": "the ended agreement continues as the other one",
    "distinct": "the two are different agreements",
    "confirm": "the change is as the log says",
    "dismiss": "the change did not happen; it is retracted",
    "release": "the list is accepted, as the list it claims to be or as the one that the ruling names",
    "reject": "the held list is left out",
    "form": "lists of this form (these columns) are participating or pending lists, whatever their headers say",
    "note": "a remark; it decides nothing",
    "undo": "an earlier ruling no longer counts",
}
#: The same as the buttons of the desk say them.
RULING_WORDS = {
    "same": "One agreement, continued",
    "distinct": "Two agreements",
    "confirm": "Yes, this happened",
    "dismiss": "No, this did not happen",
    "release": "Release",
    "reject": "Reject",
    "form": "Every list with these columns",
    "note": "Remark",
    "undo": "Undo",
}
