"""What readers are told for each code in the data: kinds and statuses of changes, models, fields, lists, map layers.

The only such list: pages, mail, feeds, desk and command line take their words from here. Each is marked for
translation; say it with `Language.say` or `label`.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.i18n.language import N_

KINDS = {
    "signing": N_("First listed"),
    "termination": N_("No longer listed by ICE"),
    "renewal": N_("Renewed"),
    "switch": N_("Switched to another support type"),
    "amendment": N_("Listing amended"),
    "reinstatement": N_("Listed again"),
    "pending_listed": N_("Listed as pending"),
    "pending_withdrawn": N_("No longer listed as pending"),
    "list_event": N_("About a list as a whole"),
}
KIND_SENTENCES = {
    "signing": N_("ICE's list shows this agreement, and no earlier list kept here does."),
    "termination": N_("ICE's list no longer shows this agreement. The list does not say why."),
    "renewal": N_(
        "The same agency signed a new agreement of the same support type, and the older one is gone from the list."
    ),
    "switch": N_("The agency signed another support type after its older agreement was gone from the list."),
    "amendment": N_("The agreement continues; ICE changed what some cells of its row say."),
    "reinstatement": N_("The agreement is listed again after a time when it was not."),
    "pending_listed": N_("ICE's pending list shows this agency and support type, and no earlier one kept here does."),
    "pending_withdrawn": N_(
        "ICE's pending list no longer shows this agency and support type: it may have been signed or dropped."
    ),
    "list_event": N_("Something happened to a list as a whole; it says nothing about individual agreements."),
}
STATUSES = {
    "provisional": N_("provisional"),
    "confirmed": N_("confirmed"),
    "retracted": N_("retracted"),
}
STATUS_SENTENCES = {
    "provisional": N_("ICE's newest lists lack the agreement; ten days from the first of them decide."),
    "confirmed": N_("The statement holds."),
    "retracted": N_("The statement was withdrawn; the reason says why."),
}
SUPPORT = {
    "JEM": N_("Jail Enforcement Model"),
    "WSO": N_("Warrant Service Officer"),
    "TFM": N_("Task Force Model"),
    "other": N_("Other or not readable"),
}
SUPPORT_SENTENCES = {
    "JEM": N_("Jail officers may question arrested people about their immigration status and start removal papers."),
    "WSO": N_("Jail officers may serve and carry out immigration warrants on people held in their jail."),
    "TFM": N_("Officers may carry out some immigration functions during routine police work."),
}
AGREEMENT_STATUSES = {
    "listed": N_("listed"),
    "ended": N_("no longer listed"),
    "pending": N_("pending"),
    "pending_ended": N_("no longer pending"),
    "renewed": N_("renewed by a later one"),
    "second_row": N_("a second row of another agreement"),
}
#: (list, status in the store) -> key into `AGREEMENT_STATUSES`; anything else is a second row of another agreement.
_STATUS_CODES = {
    ("participating", "listed"): "listed", ("participating", "missing"): "ended", ("pending", "listed"): "pending",
    ("pending", "missing"): "pending_ended", ("participating", "renewed"): "renewed",
}  # fmt: skip
PLACE_STATUSES = {
    "listed": N_("Listed"),
    "pending": N_("Pending"),
    "ended": N_("No longer listed"),
    "once_pending": N_("No longer pending"),
    "never": N_("On no list kept here"),
}
FOUND_KINDS = {"state": N_("state"), "county": N_("county"), "place": N_("place"), "agency": N_("agency")}
FIELDS = {
    "state": N_("State"),
    "agency": N_("Agency"),
    "type": N_("Type of agency"),
    "county": N_("County"),
    "support_type": N_("Support type"),
    "signed_on": N_("Signed"),
    "moa": N_("Agreement document (MOA)"),
    "addendum": N_("Addendum"),
}
LIST_STATUSES = {
    "accepted": N_("accepted"),
    "duplicate": N_("duplicate"),
    "stale": N_("older list posted again"),
    "held": N_("held for a person"),
    "rejected": N_("left out"),
}
LISTS = {"participating": N_("participating agencies"), "pending": N_("pending agencies")}
LAYERS = {
    "support": N_("Support type"),
    "status": N_("Status"),
    "administration": N_("Signed under"),
    "number": N_("Number of agreements"),
}
#: For each layer its classes in the order of the key: (code, words).
CLASSES: dict[str, list[tuple[str, str]]] = {
    "support": [
        ("tj", N_("Task force and a jail model")),
        ("t", N_("Task force only")),
        ("jw", N_("Both jail models")),
        ("j", N_("Jail enforcement only")),
        ("w", N_("Warrant service only")),
    ],
    "status": [
        ("listed", PLACE_STATUSES["listed"]),
        ("pending", PLACE_STATUSES["pending"]),
        ("ended", PLACE_STATUSES["ended"]),
        ("never", N_("None listed or pending")),
    ],
    "administration": [
        ("bush", N_("Bush (to 2009)")),
        ("obama", N_("Obama (2009–2017)")),
        ("trump1", N_("Trump I (2017–2021)")),
        ("biden", N_("Biden (2021–2025)")),
        ("trump2", N_("Trump II (since 2025)")),
    ],
    "number": [("n1", "1"), ("n2", "2"), ("n3", "3"), ("n4", "4–5"), ("n6", N_("6 and more"))],
}
#: First day of each administration, newest first.
ADMINISTRATIONS = (
    ("2025-01-20", "trump2"),
    ("2021-01-20", "biden"),
    ("2017-01-20", "trump1"),
    ("2009-01-20", "obama"),
    ("", "bush"),
)


def administration(signed_on: str | None) -> str | None:
    """Return the code of the administration in office on the day; an inauguration day belongs to the new one."""
    if not signed_on:
        return None
    return next(code for since, code in ADMINISTRATIONS if signed_on >= since)


def status_of_agreement(list_name: str, status: str) -> str:
    """Return the key into `AGREEMENT_STATUSES` for an agreement's list and its status in the store."""
    return _STATUS_CODES.get((list_name, status), "second_row")


def label(words: dict[str, str], code: str | None, say: Callable[[str], str]) -> str:
    """Return the translated words of a code; the code itself where there are none."""
    return say(words[code]) if code in words else (code or "")


DIFFERENCES = {
    "struck": N_("words missing"),
    "added": N_("words added"),
    "changed": N_("words changed"),
}
DOCUMENT_EVENTS = {
    "moa_posted": N_("ICE posted the agreement document"),
    "moa_replaced": N_("ICE replaced the agreement document"),
    "moa_removed": N_("ICE took the agreement document down"),
}
#: Every kind that somebody can ask to be told of.
NEWS_KINDS = {**KINDS, **DOCUMENT_EVENTS}
DOCUMENT_EVENT_SENTENCES = {
    "moa_posted": N_("Nothing was at its address when it was asked for before."),
    "moa_replaced": N_("The file at its address is another one than before; both are kept here."),
    "moa_removed": N_(
        "Two answers of ICE's site in a row say that nothing is at its address. The copy kept here stays."
    ),
}
DOCUMENT_OUTCOMES = {
    "kept": N_("kept"),
    "replaced": N_("replaced by ICE later"),
    "not_there": N_("no longer at ICE's address"),
    "block_page": N_("ICE's site turned the request away"),
    "not_a_pdf": N_("no PDF is there"),
    "moved": N_("kept; ICE moved it to another address"),
    "shared": N_("kept; several agreements link it"),
    "empty": N_("nothing was sent"),
    "damaged": N_("the PDF is damaged"),
    "encrypted": N_("the PDF asks for a password"),
    "too_large": N_("too large to be kept"),
    "too_many_pages": N_("too many pages to be read"),
    "took_too_long": N_("reading it took too long"),
    "too_much_memory": N_("reading it needed too much memory"),
    "reader_failed": N_("it could not be read"),
    "refused": N_("ICE's site does not give it out"),
    "failed": N_("it could not be fetched; it is tried again"),
    "not_asked": N_("not fetched yet"),
    "no_address": N_("the row prints a link that leads nowhere"),
}
DOCUMENT_SIGNALS = {
    "scan": N_("The document is a scan without text: only the eye can read it."),
    "partly_scanned": N_("Some pages are scans without text; what they say is not shown here."),
    "no_support_type": N_("The text does not say which support type the agreement is of."),
    "no_agency": N_("The agency's name is blank in the document or cannot be read."),
    "no_ending": N_("No sentence was found that says how the agreement ends."),
    "javascript": N_("The file holds JavaScript. It was never run here."),
    "attachments": N_("The file holds other files. They were not opened here."),
    "launch": N_("The file could start a program where it is opened. Nothing of it was run here."),
    "damaged_pages": N_("Some pages of the file cannot be opened."),
    "support_type_differs": N_("The document is of another support type than ICE's row."),
    "agency_differs": N_("The document names an agency that ICE's row does not seem to mean."),
    "signing_differs": N_("A date in the document's signature block does not fit the date in ICE's row."),
    "several_agencies": N_("Rows of several agencies link this one document."),
    "taken_down": N_("ICE took the document down; this is the copy kept before."),
    "own_wording": N_("No other document kept here has this wording."),
    "departs_from_template": N_("The document differs from others of its wording."),
    "nothing_there": N_("ICE's list links this address, and nothing is there."),
    "link_without_address": N_("ICE's row prints a link, but nothing is linked."),
}
#: Reviewed facts: why an agreement really ended, what a link leads to, what kind of body an agency is.
ENDED_BY = {
    "agency": N_("ended by the agency"),
    "ice": N_("ended by ICE"),
    "law": N_("ended by a law"),
    "expired": N_("expired"),
    "merged": N_("merged into another agreement"),
}
LEADS_TO = {"news": N_("a news report"), "vote": N_("a vote"), "document": N_("a document")}
BODIES = {
    "sheriff": N_("county sheriff"),
    "police": N_("city or county police"),
    "constable": N_("constable"),
    "jail": N_("county jail"),
    "corrections": N_("state prison agency"),
    "state_police": N_("state police"),
    "guard": N_("National Guard"),
    "attorney": N_("prosecutor"),
    "county_board": N_("county board"),
    "university": N_("university police"),
    "school": N_("school police"),
    "port": N_("port, airport or railroad police"),
    "wildlife": N_("wildlife or park police"),
    "other": N_("another body"),
}
