"""Rows that could be one agreement though no rule says so: what a reviewer is shown beside a doubtful change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from db.models import Accepted, Agreement, Gone, Listing, New
from db.records import Candidate
from monitor import policy
from monitor.matching.blocking import NearListed, near_rows, share_word
from monitor.matching.find_known import days_between, gap_days, listed_in, recently_gone
from monitor.matching.ids import agreement_slug
from monitor.matching.judging import Judge
from monitor.matching.known import Known
from monitor.matching.names import canonical_name, printed_form
from monitor.matching.reasons import AGAINST
from monitor.matching.same_agreement import Judgment, Side
from monitor.matching.similarity import compare, place_of

MOST = 5  # candidates named with one change


def candidates_for_endings(
    known: Known, publication: Accepted, ending: Sequence[Gone], arrivals: Sequence[New]
) -> list[list[Candidate]]:
    """For each ended agreement the rows that could continue it though no rule says so, best first."""
    if not ending:
        return []
    near, judge = near_rows(ending, arrivals), Judge(known, publication)
    blocks = {(gone.listing.state_code, gone.listing.support_code) for gone in ending}
    agreements = listed_in(known, publication.list, {state for state, _ in blocks})
    listed = NearListed(known, (a for a in agreements if (known.agencies[a.agency_id].state, a.support) in blocks))
    return [
        _candidates_for_ending(
            known, publication, gone, near.of(gone.agreement, gone.listing) if near else arrivals, listed, judge
        )
        for gone in ending
    ]


def _candidates_for_ending(
    known: Known,
    publication: Accepted,
    gone: Gone,
    arrivals: Iterable[New],
    listed: NearListed,
    judge: Judge,
) -> list[Candidate]:
    old = judge.side_of_gone(gone.agreement, gone.listing)
    found: list[Candidate] = []
    for new in arrivals:
        judgment = judge.judge(old, gone.listing, new.listing, 0, gone.agreement.id)
        if judgment.verdict != "distinct":
            slug = agreement_slug(new.listing)
            found.append(_candidate(slug, new.listing, judgment.score, _why_not(judgment)))
    for agreement in listed.of(old.state, old.support, old.name):
        apart = known.rulings.get((gone.agreement.id, agreement.id)) == "distinct"
        if apart or agreement.id == gone.agreement.id:
            continue
        beside = _listed_beside(known, publication, agreement, gone.agreement)
        if not beside and not _signed_after(agreement, gone.agreement):
            continue
        agency = known.agencies[agreement.agency_id]
        like = compare(old.name, canonical_name(agency.state, agency.name), old.state, agency.state)
        close = (
            like.kind in ("contained", "reordered", "retyped", "loosely equal") and "digits_differ" not in like.against
        )
        if beside and "both_real_places" in like.against:
            continue
        if close or (like.kind == "same place" and place_of(old.name)):
            found.append(
                {
                    "agreement_id": agreement.id,
                    "agency_id": agency.id,
                    "agency": agency.name,
                    "signed_on": agreement.signed_on,
                    "score": 0.6 if beside else 0.4,
                    "reasons": [AGAINST["side_by_side"]] + ([] if beside else [AGAINST["other_date"]]),
                }
            )
    return sorted(found, key=lambda c: (-c["score"], c["agreement_id"]))[:MOST]


def candidates_for_signings(
    known: Known, publication: Accepted, unpaired: Sequence[New], left: Sequence[Gone]
) -> list[list[Candidate]]:
    """For each new row the agreements gone from the same list that it could continue though no rule says so."""
    found: dict[int, list[Candidate]] = {id(new): [] for new in unpaired}
    near, judge = near_rows(left, unpaired), Judge(known, publication)
    for gone in left:
        old = judge.side_of_gone(gone.agreement, gone.listing)
        for new in near.of(gone.agreement, gone.listing) if near else unpaired:
            judgment = judge.judge(old, gone.listing, new.listing, 0, gone.agreement.id)
            if judgment.verdict != "distinct":
                candidate = _candidate(gone.agreement.id, gone.listing, judgment.score, _why_not(judgment))
                found[id(new)].append(candidate)
    return [sorted(found[id(new)], key=lambda c: (-c["score"], c["agreement_id"]))[:MOST] for new in unpaired]


def late_candidates(
    known: Known, publication: Accepted, unpaired: Sequence[New]
) -> Iterable[tuple[New, Agreement, Candidate, Candidate]]:
    """New rows that could continue an agreement gone some lists ago though no rule says so, each named to the other."""
    judge = Judge(known, publication)
    by_block: dict[tuple[str | None, str | None], list[tuple[Agreement, Listing, Side]]]
    by_block = {(new.listing.state_code, new.listing.support_code): [] for new in unpaired}
    for agreement in recently_gone(known, publication.list, publication.listed_on) if unpaired else ():
        listing = known.listings[agreement.last_listing]
        block = by_block.get((listing.state_code, listing.support_code))
        if block is not None:
            block.append((agreement, listing, judge.side_of_gone(agreement, listing)))
    for new in unpaired:
        words = judge.side_of_new(new.listing).telling
        for agreement, listing, old in by_block[(new.listing.state_code, new.listing.support_code)]:
            if not share_word(old.telling, words):
                continue  # after a gap nothing but a like name makes a candidate
            gap = gap_days(known, agreement, publication)
            judgment = judge.judge(old, listing, new.listing, gap, agreement.id)
            if judgment.verdict == "candidate":
                yield (
                    new, agreement,
                    _candidate(agreement.id, listing, judgment.score, judgment.against),
                    _candidate(agreement_slug(new.listing), new.listing, judgment.score, judgment.against),
                )  # fmt: skip


def rival_candidate(agreement_id: str, listing: Listing) -> Candidate:
    """Return the agreement of a row that could be the same one as well, as it is named beside the row taken for it."""
    return _candidate(agreement_id, listing, 0.6, ("rival",))


def _candidate(agreement_id: str, listing: Listing, score: float, against: tuple[str, ...]) -> Candidate:
    return {
        "agreement_id": agreement_id, "agency_id": None, "agency": printed_form(listing.agency),
        "state": listing.state_code, "signed_on": listing.signed_on, "score": round(score, 2),
        "reasons": [AGAINST[code] for code in against],
    }  # fmt: skip


def _why_not(judgment: Judgment) -> tuple[str, ...]:
    """What speaks against the pair; a row that fits and was not taken has a rival that fits as well."""
    return ("ambiguous", *judgment.against) if judgment.verdict == "same" else judgment.against


def _listed_beside(known: Known, publication: Accepted, agreement: Agreement, older: Agreement) -> bool:
    """Whether a listed agreement with the older one's signing date was first listed beside it, not long ago."""
    if agreement.first_position <= older.first_position or agreement.signed_on is None:
        return False
    first_listed = known.dates[agreement.first_position]
    recent = days_between(first_listed, publication.listed_on) <= policy.RETURN_DAYS
    return recent and agreement.signed_on == older.signed_on


def _signed_after(agreement: Agreement, older: Agreement) -> bool:
    if agreement.first_position <= older.first_position:
        return False
    return bool(agreement.signed_on and older.signed_on and agreement.signed_on > older.signed_on)
