"""One-to-one pairs between rows that are gone and rows that are new, strictest rule first."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from db.models import Accepted, Agreement, Gone, Listing, New
from db.printed_cells import says_nothing
from monitor import policy
from monitor.matching.blocking import near_rows, share_nothing
from monitor.matching.find_known import (
    agency_for,
    find_double,
    find_missing,
    gap_days,
    is_ruled_distinct,
    listed_in,
    may_return,
    signed_meanwhile,
)
from monitor.matching.ids import county_fips, document_key, is_untyped, name_key, name_of
from monitor.matching.judging import RULED_SAME, Judge
from monitor.matching.known import Known
from monitor.matching.names import fold, normal_form
from monitor.matching.rivals import Entry, Judged, block_of, order_text, prefer_dates
from monitor.matching.same_agreement import Judgment, Side, dating, one_misspelt
from monitor.matching.similarity import compare


@dataclass(slots=True)
class Pairing:
    """Who continues whom."""

    pairs: list[tuple[Gone, New, Judgment]] = field(default_factory=list)
    returns: list[tuple[Agreement, New, Judgment]] = field(default_factory=list)  # gone on an earlier list
    doubles: list[tuple[New, Agreement]] = field(default_factory=list)  # a second row of a listed agreement
    unpaired: list[New] = field(default_factory=list)
    rivals: list[tuple[Gone, New, New]] = field(default_factory=list)  # gone, the row it is, another it could be


SAME_NAME = Judgment("same", "same_name", 0, 1.0, False, {"names": "equal", "dates": "same"})
NAME_LOST = Judgment("same", "cell_changed", 0, 0.7, True, {"dates": "same"}, ("name_differs",))


def pair_rows(known: Known, publication: Accepted, gone: list[Gone], new: list[New]) -> Pairing:
    """Every new row is paired, returned, doubled or left; every gone row is paired at most once."""
    result = Pairing()
    free_gone, free_new = _pair_equal(gone, new, result)
    free_gone, free_new = _pair_nameless(known, free_gone, free_new, result)
    free_new = _double(known, free_gone, free_new, result, exact=True)
    free_new = _return_equal(known, publication, free_new, result, within=policy.RETURN_DAYS)
    back = {agreement.id for agreement, _, _ in result.returns}
    missing = [a for a in may_return(known, publication) if a.id not in back]
    judge = Judge(known, publication)
    free_new = _pair_judged(known, publication, free_gone, free_new, missing, judge, result)
    free_new = _return_equal(known, publication, free_new, result)
    free_new = [n for n in free_new if not n.listing.is_incomplete]  # not known so far, it is no agreement
    free_new = _double(known, free_gone, free_new, result, exact=False)
    result.unpaired = _double_misspelt(known, publication, free_gone, free_new, judge, result)
    return result


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


def _pair_nameless(
    known: Known, gone: list[Gone], new: list[New], result: Pairing
) -> tuple[list[Gone], list[New]]:  # fmt: skip
    """A row without a name is the one gone with its other cells, and goes on in its agency's; it is like all others."""
    nameless = [g for g in gone if says_nothing(g.listing.agency or "")]
    free = [g for g in gone if not says_nothing(g.listing.agency or "")]
    named = [n for n in new if not says_nothing(n.listing.agency or "")]
    pairs: list[tuple[Gone, New, Judgment]] = []
    for n in (n for n in new if says_nothing(n.listing.agency or "")):
        fitting = [g for g in free if _cells_but_name(g.listing) == _cells_but_name(n.listing)]
        pairs += [(fitting[0], n, NAME_LOST)] if len(fitting) == 1 else []
    for g in nameless:
        again = [
            n for n in named
            if block_of(n.listing) == block_of(g.listing)
            and (agency := agency_for(known, n.listing)) is not None and agency.id == g.agreement.agency_id
        ]  # fmt: skip
        pairs += [(g, again[0], SAME_NAME)] if len(again) == 1 else []
    taken = Counter(id(row) for pair in pairs for row in pair[:2])
    pairs = [pair for pair in pairs if taken[id(pair[0])] == taken[id(pair[1])] == 1]
    result.pairs += pairs
    used = {id(row) for pair in pairs for row in pair[:2]}
    return [g for g in free if id(g) not in used], [n for n in named if id(n) not in used]


def _cells_but_name(listing: Listing) -> tuple[object, ...]:
    return (*block_of(listing), normal_form(listing.county), normal_form(listing.type), document_key(listing.moa_url))


def _double(known: Known, gone: list[Gone], new: list[New], result: Pairing, *, exact: bool) -> list[New]:
    """A new row of an agreement that stays listed is its second row; returns the rows that are none."""
    leaving = {g.agreement.id for g in gone if g.whole}
    rest = []
    for n in new:
        agreement = find_double(known, n.listing, exact=exact, leaving=leaving)
        if agreement is None:
            rest.append(n)
        else:
            result.doubles.append((n, agreement))
    return rest


def _double_misspelt(
    known: Known, publication: Accepted, gone: list[Gone], new: list[New], judge: Judge,
    result: Pairing,
) -> list[New]:  # fmt: skip
    """A new row that misspells just one listed agreement of its state, support type and date is its second row."""
    leaving = {g.agreement.id for g in gone if g.whole}
    states = {n.listing.state_code for n in new}
    listed: dict[tuple[object, ...], dict[str, Listing]] = {block_of(n.listing): {} for n in new}
    days = {n.listing.signed_on for n in new}
    for agreement in listed_in(known, publication.list, known.by_state.keys() if None in states else states):
        for listing in (known.listings[i] for i in agreement.rows if agreement.id not in leaving):
            block = listed.get(block_of(listing)) if listing.signed_on in days else None
            if block is not None:
                first = block.setdefault(agreement.id, listing)
                if listing is not first and _order(listing) < _order(first):
                    block[agreement.id] = listing
    rest = []
    for n in new:
        side, printed = judge.side_of_new(n.listing), fold(n.listing.agency or "")
        fitting = []
        for agreement_id, listing in listed[block_of(n.listing)].items():
            apart = OSA.distance(fold(listing.agency or ""), printed, score_cutoff=policy.TWICE_LETTERS)
            if apart > policy.TWICE_LETTERS or 4 * apart > len(printed):  # of a few letters nearly all could be slips
                continue
            old = judge.side_of_gone(known.agreements[agreement_id], listing)
            like = compare(old.name, side.name, old.state, side.state)
            if one_misspelt(old, side, like) and not is_ruled_distinct(known, agreement_id, n.listing):
                fitting.append(agreement_id)
        if len(fitting) == 1:
            result.doubles.append((n, known.agreements[fitting[0]]))
        else:
            rest.append(n)
    return rest


def _return_equal(
    known: Known, publication: Accepted, new: list[New], result: Pairing, within: int | None = None
) -> list[New]:
    """An agreement gone on an earlier list, up to `within` days ago, is back when its very row is: name, type, date."""
    rest = []
    for n in new:
        agreement = find_missing(known, n.listing)
        if agreement is None or (within is not None and gap_days(known, agreement, publication) > within):
            rest.append(n)
        else:
            result.returns.append((agreement, n, SAME_NAME))
    return rest


def _pair_judged(
    known: Known, publication: Accepted, gone: list[Gone], new: list[New], missing: list[Agreement],
    judge: Judge, result: Pairing,
) -> list[New]:  # fmt: skip
    """Pairs by the rules of identity, best first, one to one; what fits two equally well is left."""
    # a pending row whose agency signed meanwhile went for that reason: no new row is it under another name
    entries: list[Entry] = [
        (g.agreement, g.listing, 0, g)
        for g in gone
        if publication.list != "pending" or signed_meanwhile(known, g.agreement, publication.listed_on) is None
    ]
    leaving = {g.agreement.id for g in gone if g.whole}
    for a in missing:
        entries.append((a, known.listings[a.last_listing], gap_days(known, a, publication), None))
    if not entries or not new:
        return new
    judged = _judge_all(entries, gone, new, leaving, judge)
    judged = prefer_dates(known, publication.list, entries, new, judged, judge, result.rivals)
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for tier, score, agreement_id, _, index, n, j in judged:
        if index in taken_old or id(n) in taken_new:
            continue
        untyped = is_untyped(entries[index][1])  # it goes on in either of the agency's agreements that now have types
        rivals = tier >= 3 and any(
            other for other in judged
            if not (untyped and other[4] == index) and other[0] == tier and abs(other[1] - score) < 0.02
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


def _judge_all(entries: list[Entry], gone: list[Gone], new: list[New], leaving: set[str], judge: Judge) -> list[Judged]:
    """Return every pair that a rule takes for one agreement, best first, by the number of its entry."""
    judged: list[Judged] = []
    near, possible = near_rows(entries, new), _Possible(new)
    left, came = Counter(block_of(g.listing) for g in gone), Counter(block_of(n.listing) for n in new)
    sides = {id(n): judge.side_of_new(n.listing) for n in new}
    states, days = {side.state for side in sides.values()}, {side.signed_on for side in sides.values()}
    documents = frozenset().union(*(side.documents for side in sides.values()))
    readable = None not in states
    for index, (agreement, listing, gap, _) in enumerate(entries):
        ruled = judge.ruled_same(agreement, new)
        judged += [_as_judged(RULED_SAME, agreement, index, n) for n in ruled]
        if gap > policy.RETURN_DAYS:
            continue
        if gap > 0 and readable and listing.state_code is not None and listing.state_code not in states:
            dated = listing.signed_on in days or agreement.signed_on in days
            if not dated and documents.isdisjoint(agreement.documents):
                continue  # each new row is of another state, and shares neither date nor document
        old, block = judge.side_of_gone(agreement, listing), block_of(listing)
        alone = gap == 0 and left[block] == came[block] == 1
        for n in near.of(agreement, listing) if near else possible.of(listing):
            side = sides[id(n)]
            if (side.state != old.state and _of_two_states(old, side, gap)) or any(n is other for other in ruled):
                continue
            unique = alone and block == block_of(n.listing)
            j = judge.judge(old, listing, n.listing, gap, agreement.id, leaving, unique=unique)
            if j.verdict == "same":
                judged.append(_as_judged(j, agreement, index, n))
    return sorted(judged, key=lambda t: (*t[:5], t[5].row))


def _as_judged(j: Judgment, agreement: Agreement, index: int, n: New) -> Judged:
    return (j.tier, -j.score, agreement.id, order_text(n.listing), index, n, j)


def _of_two_states(old: Side, new: Side, gap: int) -> bool:
    """Return whether neither names nor dates nor documents let any rule take rows of two states for one agreement."""
    if None in (old.state, new.state) or not old.documents.isdisjoint(new.documents):
        return False
    if share_nothing(old.telling, new.telling):
        return True
    return old.signed_on != new.signed_on and (gap > 0 or dating(old, new) in ("later", "other"))


class _Possible:
    """New rows worth comparing: those of the same support type, or of the same name; all for a row without a type."""

    def __init__(self, new: list[New]) -> None:
        self._new = new
        self._by_support: dict[str | None, list[New]] = defaultdict(list)
        self._by_name: dict[str, list[New]] = defaultdict(list)
        for n in new:
            self._by_support[n.listing.support_code].append(n)
            self._by_name[name_of(n.listing).loose].append(n)

    def of(self, listing: Listing) -> list[New]:
        if is_untyped(listing):
            return self._new
        same = self._by_support.get(listing.support_code, [])
        named = self._by_name.get(name_of(listing).loose, ())
        other = [n for n in named if n.listing.support_code != listing.support_code]
        return [*same, *other] if other else same


def _equal_key(listing: Listing) -> tuple[object, ...]:
    return (*name_key(listing), listing.support_code or listing.support_type, listing.signed_on)


def _order(listing: Listing) -> tuple[str, ...]:
    """An order of rows that does not depend on where they stand on the sheet."""
    return (order_text(listing), listing.moa_url or "", listing.county or "", listing.moa or "")
