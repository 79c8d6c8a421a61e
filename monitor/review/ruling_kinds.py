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
_ENDINGS = ("termination", "pending_withdrawn")


def say_what_it_does(ruling: str, kind: str, *, own: bool = False, asked: bool = False) -> str:
    """Return what a ruling does to a change of a kind.

    `own`: the candidate is the change's own agreement under the row before. `asked`: the change has a candidate.
    """
    if own:
        return {
            "same": "The two rows are one agreement, and the amendment stays.",
            "distinct": "The amendment is retracted; an ending of the row before and a signing of the row after take"
            " its place.",
        }[ruling]
    said = {
        "same": "Nothing ended: this line is retracted, and the agreement goes on in the candidate’s row."
        if kind in _ENDINGS
        else "Nothing began: this line is retracted, and the candidate’s agreement goes on in this row.",
        "distinct": "Each is an agreement of its own, and this line stays.",
        "confirm": "This line stays, and nothing about it is doubtful.",
        "dismiss": "This line is retracted, and nothing takes its place.",
    }[ruling]
    if ruling == "confirm" and asked and kind == "amendment":
        return "The amendment stays, and nothing about it is doubtful: the two rows are one agreement as well."
    return said


#: The answer that does not stand, on its button, and what it would do.
SAY_OTHERWISE = {
    "same": ("One agreement after all", "The two become one agreement: what the log says of each apart is retracted."),
    "distinct": (
        "Two agreements after all",
        "What the ruling retracted stands again, and what it put into the log is retracted.",
    ),
}  # fmt: skip
