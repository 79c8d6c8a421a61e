"""The codes of matching: every rule a change can rest on, and everything that can speak against a match."""

from __future__ import annotations

#: Every rule that can stand in a change's `rule`, with the sentence that `explain` prints.
RULES = {
    "first_listed": "The list shows a row that no earlier list shows, and no row of an earlier list can be it.",
    "no_longer_listed": "The row is on the earlier list and on no later one, and no rule finds it in another row.",
    "same_name": "The row has the same agency (once spaces, case, apostrophes and abbreviations are set aside), "
    "support type and signing date, if any.",
    "same_document": "Both rows link the same agreement document (MOA), which no other row links.",
    "date_corrected": "The same agency and support type was re-dated within the bounds of a correction.",
    "retyped": "The name differs by slips of the hand, and state, support type and any signing date agree.",
    "reordered": "The name has the same words in another order, and state, support type and any signing date agree.",
    "expanded": "One name is the other with words added or left out, and state, support type and any signing date "
    "agree.",
    "state_corrected": "Name and support type agree, and the place named is real in one of the two states only.",
    "support_type_corrected": "The agency and any signing date agree, and only the support type was changed.",
    "relabelled": "The row vanished on the very list on which another with the same state, support type and any "
    "signing date appeared; the agreement goes on under another office or name.",
    "listed_twice": "The same agreement has two rows on one list.",
    "renewed": "The same agency and support type was signed later, and the older row is gone.",
    "switched": "The agency's agreement under another support type is gone, and this one was signed on another day.",
    "returned": "The same agreement is listed again.",
    "signed": "The agency is now on the list of participating agencies with this support type.",
    "ruled_same": "A reviewer ruled that the two are the same agreement.",
    "cell_changed": "The row is the same; ICE changed what a cell says.",
    "list_gone": "ICE's page no longer links the list.",
}

#: What speaks against two names being one agency, or makes an ending doubtful.
AGAINST = {
    "side_by_side": "both names stood on one list under the same support type",
    "digits_differ": "the numbers in the names differ",
    "both_real_places": "both names are real places of the state",
    "other_direction": "the names differ by a direction or a word like Beach",
    "city_and_town": "one says City of, the other Town of or Village of",
    "two_states": "the place named is real in both states",
    "other_date": "the signing dates differ",
    "other_county": "the county cells name two counties",
    "ambiguous": "more than one row fits equally well",
    "listed_once": "the row stood on a single list, so it may have been a slip of ICE's",
    "other_office": "the same place, another office",
    "name_differs": "the names have little in common",
    "rival": "another row could be the same agreement as well",
    "redated_far": "the signing date moved by more than 30 days",
    "signed_long_before": "the signing date lies long before the first list that shows the row",
    "moa_date_differs": "the date in the name of the MOA's file is more than 30 days from the signing date",
    "county_contradicts": "ICE's county cell names another county than the agency's name or city does",
    "new_document": "the row links an MOA of another day, and its signing date is still the older one's",
    "cell_missing": "the row lost its state, agency, support type or signing date",
}
