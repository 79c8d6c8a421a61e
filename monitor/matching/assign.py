"""One-to-one pairs between rows that are gone and rows that are new, strictest rule first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz.distance import OSA

from db.models import Listing
from monitor import policy
from monitor.changelog.history import Accepted, Agreement, agreement_slug, county_fips, document_key, name_key, name_of
from monitor.changelog.state import Gone, Ledger, New
from monitor.matching.blocking import NearListed, NearRows, share_word
from monitor.matching.names import canonical_name, fold, normal_form, printed_form
from monitor.matching.rules import AGAINST, Judgement, Setting, Side, judge, one_misspelt
from monitor.matching.similarity import compare, place_of


@dataclass(slots=True)
class Pairing:
    """Who continues whom."""

    pairs: list[tuple[Gone, New, Judgement]] = field(default_factory=list)
    returns: list[tuple[Agreement, New, Judgement]] = field(default_factory=list)  # gone on an earlier list
    doubles: list[tuple[New, Agreement]] = field(default_factory=list)  # a second row of a listed agreement
    unpaired: list[New] = field(default_factory=list)


SAME_NAME = Judgement("same", "same_name", 0, 1.0, False, {"names": "equal", "dates": "same"})


def pair_rows(ledger: Ledger, publication: Accepted, gone: list[Gone], new: list[New]) -> Pairing:
    """Every new row is paired, returned, doubled or left; every gone row is paired at most once."""
    result = Pairing()
    free_gone, free_new = _pair_equal(gone, new, result)
    free_new = _double(ledger, free_gone, free_new, result, exact=True)
    missing = ledger.recently_missing(publication)
    free_new, missing = _return_equal(ledger, free_new, missing, result)
    free_new = _pair_judged(ledger, publication, free_gone, free_new, missing, result)
    free_new = _double(ledger, free_gone, free_new, result, exact=False)
    result.unpaired = _double_misspelt(ledger, publication, free_gone, free_new, result)
    return result


def side_of_gone(agreement: Agreement, listing: Listing) -> Side:
    """The older side of a comparison: the row as last printed, with all documents its agreement ever linked."""
    return Side(
        listing.state_code, name_of(listing), listing.support_code, _believed_date(agreement, listing),
        frozenset(agreement.documents), bool(agreement.documents), county_fips(listing), normal_form(listing.county),
        listing.list != "pending",
    )  # fmt: skip


def _believed_date(agreement: Agreement, listing: Listing) -> str | None:
    """The row's date; the agreement's, where the row has none or one that lies after the list itself."""
    if listing.signed_on is None or (agreement.signed_on or listing.signed_on) < listing.signed_on:
        return agreement.signed_on
    return listing.signed_on


def side_of_new(listing: Listing) -> Side:
    """The newer side of a comparison."""
    key = document_key(listing.moa_url)
    documents = frozenset((key,)) if key else frozenset()
    return Side(
        listing.state_code, name_of(listing), listing.support_code, listing.signed_on, documents, bool(key),
        county_fips(listing), normal_form(listing.county), listing.list != "pending",
    )  # fmt: skip


def candidates_for_endings(
    ledger: Ledger, publication: Accepted, ending: Sequence[Gone], arrivals: Sequence[New]
) -> list[list[dict[str, Any]]]:
    """For each ended agreement the rows that could continue it though no rule says so, best first."""
    if not ending:
        return []
    near = _near_rows(ending, arrivals)
    blocks = {(gone.listing.state_code, gone.listing.support_code) for gone in ending}
    agreements = (ledger.agreements[i] for i in set(ledger.listed[publication.list].values()))
    listed = NearListed(ledger, (a for a in agreements if (ledger.agencies[a.agency_id].state, a.support) in blocks))
    return [
        _candidates_for_ending(
            ledger, publication, gone, near.of(gone.agreement, gone.listing) if near else arrivals, listed
        )
        for gone in ending
    ]


def _candidates_for_ending(
    ledger: Ledger, publication: Accepted, gone: Gone, arrivals: Iterable[New], listed: NearListed
) -> list[dict[str, Any]]:
    old = side_of_gone(gone.agreement, gone.listing)
    found = []
    for new in arrivals:
        judgement = _judge(ledger, publication, old, gone.listing, new.listing, 0, gone.agreement.id, ())
        if judgement.verdict != "distinct":
            slug = agreement_slug(new.listing)
            found.append(_candidate(slug, new.listing, judgement.score, _why_not(judgement)))
    for agreement in listed.of(old.state, old.support, old.name):
        if agreement.id == gone.agreement.id:
            continue
        beside = _listed_beside(ledger, publication, agreement, gone.agreement)
        if not beside and not _signed_after(agreement, gone.agreement):
            continue
        agency = ledger.agencies[agreement.agency_id]
        like = compare(old.name, ledger.canonical(agency), old.state, agency.state)
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
    return sorted(found, key=lambda c: (-c["score"], c["agreement_id"]))[:5]


def candidates_for_signings(
    ledger: Ledger, publication: Accepted, unpaired: Sequence[New], left: Sequence[Gone]
) -> list[list[dict[str, Any]]]:
    """For each new row the agreements gone from the same list that it could continue though no rule says so."""
    found: dict[int, list[dict[str, Any]]] = {id(new): [] for new in unpaired}
    near = _near_rows(left, unpaired)
    for gone in left:
        old = side_of_gone(gone.agreement, gone.listing)
        for new in near.of(gone.agreement, gone.listing) if near else unpaired:
            judgement = _judge(ledger, publication, old, gone.listing, new.listing, 0, gone.agreement.id, ())
            if judgement.verdict != "distinct":
                candidate = _candidate(gone.agreement.id, gone.listing, judgement.score, _why_not(judgement))
                found[id(new)].append(candidate)
    return [sorted(found[id(new)], key=lambda c: (-c["score"], c["agreement_id"]))[:5] for new in unpaired]


def late_candidates(
    ledger: Ledger, publication: Accepted, unpaired: Iterable[New]
) -> Iterable[tuple[New, Agreement, dict[str, Any], dict[str, Any]]]:
    """New rows that could continue an agreement gone some lists ago though no rule says so, each named to the other."""
    missing = [(a, ledger.listings[a.last_listing]) for a in ledger.recently_missing(publication)]
    by_block: dict[tuple[str | None, str | None], list[tuple[Agreement, Listing]]] = defaultdict(list)
    for agreement, listing in missing:
        by_block[(listing.state_code, listing.support_code)].append((agreement, listing))
    for new in unpaired:
        for agreement, listing in by_block[(new.listing.state_code, new.listing.support_code)]:
            if not share_word(name_of(listing), name_of(new.listing)):
                continue  # after a gap nothing but a like name makes a candidate
            old, gap = side_of_gone(agreement, listing), ledger.gap_days(agreement, publication)
            judgement = _judge(ledger, publication, old, listing, new.listing, gap, agreement.id, ())
            if judgement.verdict == "candidate":
                yield (
                    new, agreement,
                    _candidate(agreement.id, listing, judgement.score, judgement.against),
                    _candidate(agreement_slug(new.listing), new.listing, judgement.score, judgement.against),
                )  # fmt: skip


def signed_elsewhere(ledger: Ledger, publication: Accepted, pending: Agreement, listing: Listing) -> Agreement | None:
    """The agreement just signed under a name that is the pending row's but for a slip; None when not just one fits."""
    found = []
    for agreement in ledger.listed_in("participating", listing.state_code, listing.support_code):
        age = days_between(ledger.dates[agreement.first_position], publication.listed_on)
        if agreement.agency_id == pending.agency_id or agreement.baseline or age > policy.SIGNED_DAYS:
            continue
        agency = ledger.agencies[agreement.agency_id]
        like = compare(name_of(listing), canonical_name(agency.state, agency.name), listing.state_code, agency.state)
        if like.strong and (like.kind != "contained" or place_of(name_of(listing))):
            found.append(agreement)
    return found[0] if len(found) == 1 else None


def _pair_equal(gone: list[Gone], new: list[New], result: Pairing) -> tuple[list[Gone], list[New]]:
    """Rows equal in state, strict key, support type and signing date are paired; equal documents first."""
    waiting: dict[tuple[object, ...], list[Gone]] = defaultdict(list)
    for g in gone:
        waiting[_equal_key(g.listing)].append(g)
    rest: list[New] = []
    for n in sorted(new, key=lambda n: _order(n.listing)):
        choices = waiting.get(_equal_key(n.listing))
        if not choices:
            rest.append(n)
            continue
        document = document_key(n.listing.moa_url)
        county = county_fips(n.listing)
        choices.sort(
            key=lambda g: (
                document_key(g.listing.moa_url) != document, county_fips(g.listing) != county, _order(g.listing)
            )
        )  # fmt: skip
        result.pairs.append((choices.pop(0), n, SAME_NAME))
    return [g for choices in waiting.values() for g in choices], rest


def _double(ledger: Ledger, gone: list[Gone], new: list[New], result: Pairing, *, exact: bool) -> list[New]:
    """A new row of an agreement that stays listed is its second row; returns the rows that are none."""
    leaving = {g.agreement.id for g in gone if g.whole}
    rest = []
    for n in new:
        agreement = ledger.find_double(n.listing, exact=exact, leaving=leaving)
        if agreement is None:
            rest.append(n)
        else:
            result.doubles.append((n, agreement))
    return rest


def _double_misspelt(
    ledger: Ledger, publication: Accepted, gone: list[Gone], new: list[New], result: Pairing
) -> list[New]:
    """A new row that misspells just one listed agreement of its state, support type and date is its second row."""
    leaving = {g.agreement.id for g in gone if g.whole}
    listed: dict[tuple[object, ...], dict[str, Listing]] = defaultdict(dict)
    for listing_id, agreement_id in ledger.listed[publication.list].items() if new else ():
        if agreement_id not in leaving:
            listing = ledger.listings[listing_id]
            listed[_block(listing)][agreement_id] = listing
    rest = []
    for n in new:
        side, printed = side_of_new(n.listing), fold(n.listing.agency or "")
        fitting = []
        for agreement_id, listing in listed[_block(n.listing)].items():
            apart = OSA.distance(fold(listing.agency or ""), printed, score_cutoff=policy.TWICE_LETTERS)
            if apart > policy.TWICE_LETTERS or 4 * apart > len(printed):  # of a few letters nearly all could be slips
                continue
            old = side_of_gone(ledger.agreements[agreement_id], listing)
            if one_misspelt(old, side, compare(old.name, side.name, old.state, side.state)):
                fitting.append(agreement_id)
        if len(fitting) == 1:
            result.doubles.append((n, ledger.agreements[fitting[0]]))
        else:
            rest.append(n)
    return rest


def _return_equal(
    ledger: Ledger, new: list[New], missing: list[Agreement], result: Pairing
) -> tuple[list[New], list[Agreement]]:
    """An agreement gone on any earlier list is back when its very row is: name, support type, date."""
    rest = []
    for n in new:
        agreement = ledger.find_missing(n.listing)
        if agreement is None:
            rest.append(n)
        else:
            result.returns.append((agreement, n, SAME_NAME))
    back = {agreement.id for agreement, _, _ in result.returns}
    return rest, [a for a in missing if a.id not in back]


def _pair_judged(
    ledger: Ledger, publication: Accepted, gone: list[Gone], new: list[New], missing: list[Agreement],
    result: Pairing,
) -> list[New]:  # fmt: skip
    """Pairs by the rules of identity, best first, one to one; what fits two equally well is left."""
    # a pending row whose agency signed meanwhile went for that reason: no new row is it under another name
    entries: list[tuple[Agreement, Listing, int, Gone | None]] = [
        (g.agreement, g.listing, 0, g)
        for g in gone
        if publication.list != "pending" or ledger.signed_meanwhile(g.agreement) is None
    ]
    leaving = {g.agreement.id for g in gone if g.whole}
    for a in missing:
        entries.append((a, ledger.listings[a.last_listing], ledger.gap_days(a, publication), None))
    if not entries or not new:
        return new
    news_by_block: dict[tuple[str | None, str | None], list[New]] = defaultdict(list)
    for n in new:
        news_by_block[(n.listing.state_code, n.listing.support_code)].append(n)
    counts = _block_counts(gone, new)
    judged: list[tuple[int, float, str, str, int, New, Judgement]] = []
    near = NearRows(new) if len(entries) * len(new) > policy.FULL_COMPARISONS else None
    for index, (agreement, listing, gap, _) in enumerate(entries):
        old = side_of_gone(agreement, listing)
        for n in near.of(agreement, listing) if near else _possible(listing, new, news_by_block):
            unique = gap == 0 and counts[_block(listing)] == (1, 1) and _block(listing) == _block(n.listing)
            j = _judge(ledger, publication, old, listing, n.listing, gap, agreement.id, leaving, unique=unique)
            if j.verdict == "same":
                judged.append((j.tier, -j.score, agreement.id, _order_text(n.listing), index, n, j))
    judged.sort(key=lambda t: (*t[:5], t[5].row))
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for tier, score, agreement_id, _, index, n, j in judged:
        if index in taken_old or id(n) in taken_new:
            continue
        rivals = tier >= 3 and any(
            other for other in judged
            if other[0] == tier and abs(other[1] - score) < 0.02
            and (other[4] == index) != (other[5] is n) and not (other[5] is n and other[2] == agreement_id)
            and other[4] not in taken_old and id(other[5]) not in taken_new
        )  # fmt: skip
        if rivals:
            continue
        taken_old.add(index)
        taken_new.add(id(n))
        agreement, _, _, g = entries[index]
        if g is not None:
            result.pairs.append((g, n, j))
        else:
            result.returns.append((agreement, n, j))
    return [n for n in new if id(n) not in taken_new]


def _near_rows(left: Sequence[Gone], arrivals: Sequence[New]) -> NearRows | None:
    return NearRows(arrivals) if len(left) * len(arrivals) > policy.FULL_COMPARISONS else None


def _possible(
    listing: Listing, new: list[New], blocks: dict[tuple[str | None, str | None], list[New]]
) -> Iterable[New]:
    """New rows worth comparing: the same state and support type, or the same name wherever."""
    key = name_of(listing).loose
    block = blocks.get((listing.state_code, listing.support_code), [])
    yield from block
    for n in new:
        if (n.listing.state_code, n.listing.support_code) == (listing.state_code, listing.support_code):
            continue
        if n.listing.support_code == listing.support_code or name_of(n.listing).loose == key:
            yield n


def _judge(
    ledger: Ledger, publication: Accepted, old: Side, listing: Listing, new: Listing, gap: int, agreement_id: str,
    leaving: Collection[str], *, unique: bool = False,
) -> Judgement:  # fmt: skip
    ruled = ledger.rulings.get((agreement_id, agreement_slug(new)))
    if ruled == "same":
        return Judgement("same", "ruled_same", -1, 1.0, False, {})
    if ruled == "distinct":
        return Judgement("distinct")
    side = side_of_new(new)
    setting = Setting(
        publication.listed_on, gap,
        lambda: ledger.side_by_side(publication.list, new.support_code, name_key(listing), name_key(new)),
        any(ledger.document_shared(publication.list, d, agreement_id, leaving) for d in side.documents & old.documents),
        unique,
    )  # fmt: skip
    return judge(old, side, setting)


def _candidate(agreement_id: str, listing: Listing, score: float, against: tuple[str, ...]) -> dict[str, Any]:
    return {
        "agreement_id": agreement_id, "agency_id": None, "agency": printed_form(listing.agency),
        "state": listing.state_code, "signed_on": listing.signed_on, "score": round(score, 2),
        "reasons": [AGAINST[code] for code in against],
    }  # fmt: skip


def _why_not(judgement: Judgement) -> tuple[str, ...]:
    """What speaks against the pair; a row that fits and was not taken has a rival that fits as well."""
    return ("ambiguous", *judgement.against) if judgement.verdict == "same" else judgement.against


def _listed_beside(ledger: Ledger, publication: Accepted, agreement: Agreement, older: Agreement) -> bool:
    """Whether a listed agreement with the older one's signing date was first listed beside it, not long ago."""
    if agreement.first_position <= older.first_position or agreement.signed_on is None:
        return False
    first_listed = ledger.dates[agreement.first_position]
    recent = days_between(first_listed, publication.listed_on) <= policy.RETURN_DAYS
    return recent and agreement.signed_on == older.signed_on


def _signed_after(agreement: Agreement, older: Agreement) -> bool:
    if agreement.first_position <= older.first_position:
        return False
    return bool(agreement.signed_on and older.signed_on and agreement.signed_on > older.signed_on)


def _block(listing: Listing) -> tuple[str | None, str | None, str | None]:
    return (listing.state_code, listing.support_code, listing.signed_on)


def _block_counts(gone: list[Gone], new: list[New]) -> dict[tuple[str | None, str | None, str | None], tuple[int, int]]:
    counts: dict[tuple[str | None, str | None, str | None], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for g in gone:
        old, fresh = counts[_block(g.listing)]
        counts[_block(g.listing)] = (old + 1, fresh)
    for n in new:
        old, fresh = counts[_block(n.listing)]
        counts[_block(n.listing)] = (old, fresh + 1)
    return counts


def _equal_key(listing: Listing) -> tuple[object, ...]:
    return (*name_key(listing), listing.support_code or listing.support_type, listing.signed_on)


def _order(listing: Listing) -> tuple[str, ...]:
    """An order of rows that does not depend on where they stand on the sheet."""
    return (_order_text(listing), listing.moa_url or "", listing.county or "", listing.moa or "")


def _order_text(listing: Listing) -> str:
    return "|".join(
        (listing.state_code or "", listing.agency or "", listing.support_code or "", listing.signed_on or "")
    )


def days_between(earlier: str, later: str) -> int:
    """Whole days from one ISO date to another."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
