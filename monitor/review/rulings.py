"""What a person can decide."""

from __future__ import annotations

#: Every ruling there is, with its meaning.
RULINGS = {
    "same": "the ended agreement goes on in the other one",
    "distinct": "the two are different agreements",
    "confirm": "the change is as the log says",
    "dismiss": "the change is not one; it is retracted",
    "release": "the held list is what it claims to be, and is taken in",
    "reject": "the held list is not taken in",
    "note": "a remark; it decides nothing",
    "undo": "an earlier ruling no longer counts",
}
