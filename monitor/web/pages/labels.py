"""The words of the pages for what the data say in codes; `mark` marks them for translation."""

from __future__ import annotations

from collections.abc import Callable

from monitor.matching.reasons import AGAINST, RULES


def mark(text: str) -> str:
    """The text itself; the extractor of messages looks for this name."""
    return text


KINDS = {
    "signing": mark("First listed"),
    "termination": mark("No longer listed by ICE"),
    "renewal": mark("Renewed"),
    "switch": mark("Switched to another support type"),
    "amendment": mark("Listing amended"),
    "reinstatement": mark("Listed again"),
    "pending_listed": mark("Listed as pending"),
    "pending_withdrawn": mark("No longer listed as pending"),
    "list_event": mark("About a list as a whole"),
}
KIND_SENTENCES = {
    "signing": mark("ICE's list shows this agreement for the first time."),
    "termination": mark("ICE's list no longer shows this agreement. The list does not say why."),
    "renewal": mark(
        "The same agency signed the same support type anew, and the older agreement is gone from the list."
    ),
    "switch": mark("The agency signed another support type after its older agreement was gone from the list."),
    "amendment": mark("The agreement goes on; ICE changed what some cells of its row say."),
    "reinstatement": mark("The agreement is listed again after it had been no longer listed."),
    "pending_listed": mark("ICE's pending list shows this agency and support type for the first time."),
    "pending_withdrawn": mark(
        "ICE's pending list no longer shows this agency and support type: it may have been signed or given up."
    ),
    "list_event": mark("Something happened to a list as a whole; it says nothing of single agreements."),
}
STATUSES = {
    "provisional": mark("provisional"),
    "confirmed": mark("confirmed"),
    "retracted": mark("retracted"),
}
STATUS_SENTENCES = {
    "provisional": mark("One list lacks the agreement; the next list decides."),
    "confirmed": mark("The statement stands."),
    "retracted": mark("The statement does not stand; the reason says why."),
}
SUPPORT = {
    "JEM": mark("Jail Enforcement Model"),
    "WSO": mark("Warrant Service Officer"),
    "TFM": mark("Task Force Model"),
    "other": mark("Other or not readable"),
}
SUPPORT_SENTENCES = {
    "JEM": mark(
        "Officers of a jail may ask people who were arrested about their immigration status and begin removal papers."
    ),
    "WSO": mark("Officers of a jail may serve and carry out immigration warrants on people in their jail."),
    "TFM": mark("Officers may carry out some immigration functions during their everyday police work."),
}
AGREEMENT_STATUSES = {
    "listed": mark("listed"),
    "ended": mark("no longer listed"),
    "pending": mark("pending"),
    "pending_ended": mark("no longer pending"),
    "renewed": mark("renewed by a later one"),
    "second_row": mark("a second row of another agreement"),
}
PLACE_STATUSES = {
    "listed": mark("Listed"),
    "pending": mark("Pending"),
    "ended": mark("No longer listed"),
    "never": mark("Never listed"),
}
FIELDS = {
    "state": mark("State"),
    "agency": mark("Agency"),
    "type": mark("Type of agency"),
    "county": mark("County"),
    "support_type": mark("Support type"),
    "signed_on": mark("Signed"),
    "moa": mark("Agreement document (MOA)"),
    "addendum": mark("Addendum"),
}
LIST_STATUSES = {
    "accepted": mark("accepted"),
    "duplicate": mark("duplicate"),
    "stale": mark("older list posted again"),
    "held": mark("held for a person"),
    "rejected": mark("left out"),
}
LISTS = {"participating": mark("participating agencies"), "pending": mark("pending agencies")}
LAYERS = {
    "support": mark("Support type"),
    "status": mark("Status"),
    "administration": mark("Signed under"),
    "number": mark("Number of agreements"),
}
#: For each layer its classes in the order of the key: (code, words).
CLASSES: dict[str, list[tuple[str, str]]] = {
    "support": [
        ("tj", mark("Task force and a jail model")),
        ("t", mark("Task force only")),
        ("jw", mark("Both jail models")),
        ("j", mark("Jail enforcement only")),
        ("w", mark("Warrant service only")),
    ],
    "status": [
        ("listed", PLACE_STATUSES["listed"]),
        ("pending", PLACE_STATUSES["pending"]),
        ("ended", PLACE_STATUSES["ended"]),
        ("never", PLACE_STATUSES["never"]),
    ],
    "administration": [
        ("bush", mark("Bush (to 2009)")),
        ("obama", mark("Obama (2009–2017)")),
        ("trump1", mark("Trump I (2017–2021)")),
        ("biden", mark("Biden (2021–2025)")),
        ("trump2", mark("Trump II (since 2025)")),
    ],
    "number": [("n1", "1"), ("n2", "2"), ("n3", "3"), ("n4", "4–5"), ("n6", mark("6 and more"))],
}
#: First day of each administration, newest first.
ADMINISTRATIONS = (
    ("2025-01-20", "trump2"),
    ("2021-01-20", "biden"),
    ("2017-01-20", "trump1"),
    ("2009-01-20", "obama"),
    ("", "bush"),
)
#: Sentences that other parts of the program write; the extractor takes them from there.
FOREIGN = (*RULES.values(), *AGAINST.values())


def administration(signed_on: str | None) -> str | None:
    """Under which administration a day lies; an inauguration day is the new one's."""
    if not signed_on:
        return None
    return next(code for since, code in ADMINISTRATIONS if signed_on >= since)


def speak(words: dict[str, str], code: str | None, say: Callable[[str], str]) -> str:
    """The translated words of a code; the code itself where there are none."""
    return say(words[code]) if code in words else (code or "")
