"""One pair of rows judged: the two sides of a comparison, a reviewer's ruling, else the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from db.models import Accepted, Agreement, Listing, New
from monitor.matching.blocking import share_nothing, telling_words
from monitor.matching.find_known import document_shared
from monitor.matching.ids import agreement_slug, county_fips, document_key, name_key, name_of
from monitor.matching.known import Known
from monitor.matching.names import normal_form
from monitor.matching.same_agreement import DISTINCT, Judgment, Setting, Side, judge
from monitor.matching.similarity import compare

RULED_SAME = Judgment("same", "ruled_same", -1, 1.0, False, {})


class Judge:
    """Judges pairs of rows for one publication."""

    def __init__(self, known: Known, publication: Accepted) -> None:
        self._known = known
        self._publication = publication

    def side_of_new(self, listing: Listing) -> Side:
        """Return the newer side of a comparison; worked out once for each row."""
        sides, key = self._known.sides, (id(listing), "", None, 0)
        if key not in sides:
            sides[key] = listing, side_of_new(listing)
        return sides[key][1]

    def side_of_gone(self, agreement: Agreement, listing: Listing) -> Side:
        """Return the older side of a comparison; worked out once, while nothing is added to the agreement."""
        sides, key = self._known.sides, (id(listing), agreement.id, agreement.signed_on, len(agreement.documents))
        if key not in sides:
            sides[key] = listing, side_of_gone(agreement, listing)
        return sides[key][1]

    def ruled_same(self, agreement: Agreement, new: Iterable[New]) -> list[New]:
        """Return the rows in which the agreement goes on as a reviewer says, whatever their cells."""
        if agreement.id not in self._known.ruled:
            return []
        rulings = self._known.rulings
        return [n for n in new if rulings.get((agreement.id, agreement_slug(n.listing))) == "same"]

    def judge(
        self, old: Side, listing: Listing, new: Listing, gap: int, agreement_id: str, leaving: Collection[str] = (),
        *, unique: bool = False, together: bool = True,
    ) -> Judgment:  # fmt: skip
        """Return whether `new` continues the agreement whose row was `listing`.

        Without `together` it is no evidence that both names stand on one list.
        """
        known, name = self._known, self._publication.list
        if agreement_id in known.ruled:
            ruled = known.rulings.get((agreement_id, agreement_slug(new)))
            if ruled is not None:
                return RULED_SAME if ruled == "same" else DISTINCT
        side = self.side_of_new(new)
        both = side.documents & old.documents
        if not both:  # nearly all pairs end here, as the rules would say
            two_states = old.state != side.state and None not in (old.state, side.state)
            if two_states and share_nothing(old.telling, side.telling):
                return DISTINCT
            apart = gap > 0 or old.signed_on != side.signed_on
            if apart and compare(old.name, side.name, old.state, side.state).kind == "unlike":
                return DISTINCT
        setting = Setting(
            self._publication.listed_on, gap,
            lambda: together and known.side_by_side(name, new.support_code, name_key(listing), name_key(new)),
            any(document_shared(known, name, document, agreement_id, leaving) for document in both),
            unique,
        )  # fmt: skip
        return judge(old, side, setting)


def side_of_gone(agreement: Agreement, listing: Listing) -> Side:
    """Return the older side of a comparison: the row as last printed, with all documents its agreement ever linked."""
    name = name_of(listing)
    return Side(
        listing.state_code, name, telling_words(name), listing.support_code, _believed_date(agreement, listing),
        frozenset(agreement.documents), bool(agreement.documents), county_fips(listing), normal_form(listing.county),
        agreement.list != "pending",
    )  # fmt: skip


def _believed_date(agreement: Agreement, listing: Listing) -> str | None:
    """Return the row's date; the agreement's, where the row has none or one that lies after the list itself."""
    if listing.signed_on is None or (agreement.signed_on or listing.signed_on) < listing.signed_on:
        return agreement.signed_on
    return listing.signed_on


def side_of_new(listing: Listing) -> Side:
    """Return the newer side of a comparison."""
    key = document_key(listing.moa_url)
    name, documents = name_of(listing), frozenset((key,)) if key else frozenset()
    return Side(
        listing.state_code, name, telling_words(name), listing.support_code, listing.signed_on, documents, bool(key),
        county_fips(listing), normal_form(listing.county), listing.list != "pending",
    )  # fmt: skip
