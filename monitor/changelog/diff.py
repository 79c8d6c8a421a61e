"""From one accepted publication to the next: which rows are the same agreement, and what changed.

`step` moves a `Ledger` on by one publication. It is a pure fold: the same publications in the same order make
the same ledger, whether they come one at a time or all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from db.models import Accepted, Agreement, Gone, Listing, New
from db.records import Candidate
from monitor.changelog import signed_pending, write_changes, write_returns
from monitor.changelog.fields import differing_fields
from monitor.changelog.state import Ledger
from monitor.matching.assign import Pairing, pair_rows
from monitor.matching.candidates import (
    candidates_for_endings,
    candidates_for_signings,
    late_candidates,
    rival_candidate,
)
from monitor.matching.find_known import days_between, find_double, is_participating, other_listed
from monitor.matching.ids import is_untyped, name_key, on_list
from monitor.matching.same_agreement import Judgment
from monitor.publications.check import Difference, Rewritten, allowed_gone, is_signed_again
from monitor.publications.column_faults import find_column_faults


@dataclass(slots=True)
class Comparison:
    """What the next publication shows against the ledger, before anything is written."""

    gone: list[Gone]
    new: list[New]
    pairing: Pairing

    @property
    def left(self) -> list[Gone]:
        """Rows that are gone and that no new row continues."""
        paired = {id(g) for g, _, _ in self.pairing.pairs}
        return [g for g in self.gone if id(g) not in paired]

    @property
    def ending(self) -> list[Gone]:
        """One row of each agreement that would have no row left and that nothing continues."""
        staying = {g.agreement.id for g, _, _ in self.pairing.pairs} | {a.id for _, a in self.pairing.doubles}
        by_agreement = {g.agreement.id: g for g in self.left if g.whole and g.agreement.id not in staying}
        return list(by_agreement.values())


def differ(
    ledger: Ledger, publication: Accepted, found: Comparison, rows: Callable[[], Iterable[Listing]]
) -> Difference:
    """Return the comparison as the guards look at it; `rows` gives every row of the publication."""
    lacking = found.ending
    if publication.list == "pending":  # what was signed meanwhile is explained
        lacking = [g for g in lacking if not is_participating(ledger, g.agreement)]
    before, days = (
        len(ledger.listed[publication.list]),
        days_between(ledger.latest[publication.list].listed_on, publication.listed_on),
    )
    pairs = [(g.listing, n.listing) for g, n, _ in found.pairing.pairs]
    return Difference(
        publication.list, before, len(publication.listing_ids),
        [g.listing for g in lacking], [n.listing for n in found.pairing.unpaired],
        [Rewritten(g.listing, n.listing, _is_explained(g, n, j)) for g, n, j in found.pairing.pairs], days,
        find_column_faults(pairs, len(found.pairing.unpaired), rows, allowed_gone(before, days)),
    )  # fmt: skip


def _is_explained(gone: Gone, new: New, judgment: Judgment) -> bool:
    """Return whether the rules are sure that the row goes on so, as far as it concerns believing the list."""
    if judgment.rule == "renewed":
        return is_signed_again(gone.listing, new.listing)
    return not judgment.review and (gone.listing.is_incomplete or not new.listing.is_incomplete)


def compare(ledger: Ledger, publication: Accepted) -> Comparison:
    """Which rows are gone, which are new, and which of them continue one another; nothing is written."""
    listed = ledger.listed[publication.list]
    shown, previous = dict.fromkeys(publication.listing_ids), ledger.latest[publication.list]
    # in the order of the list before: the order in which the ledger came to know them depends on how it was made
    missing, fresh = listed.keys() - shown, shown.keys() - listed
    gone_ids = [i for i in dict.fromkeys(previous.listing_ids) if i in missing] if missing else []
    leaving: dict[str, int] = {}
    for listing_id in gone_ids:
        leaving[listed[listing_id]] = leaving.get(listed[listing_id], 0) + 1
    gone = []
    for listing_id in gone_ids:
        agreement = ledger.agreements[listed[listing_id]]
        whole = leaving[agreement.id] == len(agreement.rows)
        gone.append(Gone(agreement, listing_id, on_list(publication.list, ledger.listings[listing_id]), whole))
    first_rows = dict(zip(publication.listing_ids[::-1], publication.rows[::-1], strict=True)) if fresh else {}
    new = [New(i, first_rows[i], on_list(publication.list, ledger.listings[i])) for i in shown if i in fresh]
    pairing = pair_rows(ledger, publication, gone, new)
    known = {id(n) for _, n, _ in [*pairing.pairs, *pairing.returns]}
    return Comparison(gone, [n for n in new if not n.listing.is_incomplete or id(n) in known], pairing)


def step(ledger: Ledger, publication: Accepted, comparison: Comparison | None = None) -> None:
    """The ledger says what `publication` shows; what changed since the publication before is in its log."""
    previous = ledger.latest.get(publication.list)
    if previous is None:
        _take_baseline(ledger, publication)
        return
    found = comparison or compare(ledger, publication)
    ledger.begin(publication)
    for gone in found.gone:
        ledger.take_off(gone, previous)
    for gone, new, judgment in found.pairing.pairs:
        _continue(ledger, publication, gone, new, judgment, previous)
    for agreement, new, judgment in found.pairing.returns:
        write_returns.bring_back(ledger, publication, agreement, new, judgment)
    for new, agreement in found.pairing.doubles:
        write_changes.note_second_row(ledger, publication, agreement, new)
    ending = [g for g in found.left if not g.agreement.rows and g.agreement.status == "listed"]
    former = ending + [g for g, _, judgment in found.pairing.pairs if judgment.rule == "renewed"]
    candidates = candidates_for_signings(ledger, publication, found.pairing.unpaired, former)
    arrivals = [*found.pairing.unpaired, *(new for _, new, _ in found.pairing.returns)]
    endings = candidates_for_endings(ledger, publication, ending, arrivals)
    places = {id(new): i for i, new in enumerate(found.pairing.unpaired)}
    for new, agreement, candidate, mirrored in late_candidates(ledger, publication, found.pairing.unpaired):
        candidates[places[id(new)]].append(candidate)
        write_changes.doubt_ending(ledger, agreement, mirrored)
    for gone, taken, other in found.pairing.rivals:
        if id(other) in places:
            candidates[places[id(other)]].append(rival_candidate(gone.agreement.id, taken.listing))
            write_changes.name_rival(ledger, publication, gone.agreement, other)
    _name_untyped(found.pairing, candidates)
    for new, fitting in zip(found.pairing.unpaired, candidates, strict=True):
        listed = find_double(ledger, new.listing, exact=True)  # its agency may be known by now
        if listed is None:
            write_changes.sign(ledger, publication, new, fitting, previous.listed_on)
        else:
            write_changes.note_second_row(ledger, publication, listed, new)
    for gone, fitting in zip(ending, endings, strict=True):
        _end(ledger, publication, gone, fitting, previous)
    if found.gone or found.new:
        ledger.changed_at[publication.list], ledger.settled_on = publication.position, None
    signed_pending.settle(ledger, publication)


def _name_untyped(pairing: Pairing, candidates: list[list[Candidate]]) -> None:
    """Doubt a signing whose agency the list before named without support types: the agreement may have been meant."""
    for gone, taken, _ in pairing.pairs:
        if is_untyped(gone.listing):
            for new, fitting in zip(pairing.unpaired, candidates, strict=True):
                if name_key(new.listing) == name_key(taken.listing):
                    fitting.append(rival_candidate(gone.agreement.id, taken.listing))


def _take_baseline(ledger: Ledger, publication: Accepted) -> None:
    """The first list of a source is where its history begins: its rows are no changes."""
    ledger.begin(publication)
    ledger.changed_at[publication.list], ledger.settled_on = publication.position, None
    for listing_id, row in zip(publication.listing_ids, publication.rows, strict=True):
        if listing_id in ledger.listed[publication.list]:
            continue  # an exact duplicate: the listing is there already
        new = New(listing_id, row, on_list(publication.list, ledger.listings[listing_id]))
        if new.listing.is_incomplete:
            continue
        agreement = find_double(ledger, new.listing, exact=False)
        if agreement is None:
            agreement = ledger.open_agreement(publication, new)
            agreement.baseline = True
        ledger.put_on(publication, agreement, new)


def _continue(
    ledger: Ledger, publication: Accepted, gone: Gone, new: New, judgment: Judgment, previous: Accepted
) -> None:
    """The agreement of `gone` goes on in `new`: renewed, or the same with some cells changed."""
    if judgment.rule == "renewed":
        write_changes.renew(ledger, publication, gone.agreement, new, judgment)
        return
    before = (gone.listing_id, previous.position, gone.agreement.last_row)
    write_changes.follow_name(ledger, publication, gone.agreement, new, judgment)
    ledger.put_on(publication, gone.agreement, new)
    fields = differing_fields(gone.listing, new.listing)
    if fields or judgment.review:
        write_changes.amend(ledger, publication, gone.agreement, before, new, fields, judgment)


def _end(ledger: Ledger, publication: Accepted, gone: Gone, candidates: list[Candidate], previous: Accepted) -> None:
    """The agreement has no row left: it ended, unless another row of its agency's goes on for the support type."""
    if gone.agreement.rows or gone.agreement.status != "listed":
        return
    other = other_listed(ledger, gone.agreement) or _ruled_same(ledger, gone.agreement)
    if other is not None:
        write_changes.withdraw_row(ledger, publication, gone, other, previous)
    else:
        write_changes.end(ledger, publication, gone, candidates, previous)


def _ruled_same(ledger: Ledger, agreement: Agreement) -> Agreement | None:
    """The agreement listed since an earlier list in which a reviewer says that this one goes on."""
    found = [
        other
        for (subject, other_id), ruling in sorted(ledger.rulings.items())
        if ruling == "same" and subject == agreement.id
        for other in [ledger.agreements.get(other_id)]
        if other is not None and other.rows and other.list == agreement.list
    ]
    return found[0] if found else None
