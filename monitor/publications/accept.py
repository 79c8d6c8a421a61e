"""Whether a publication is taken into the ledger: guarded, compared, accepted or held, with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from db.models import ListName
from db.queries.fetches import PageCheck
from monitor import policy
from monitor.changelog import diff
from monitor.changelog.history import Accepted, Change, change_id
from monitor.changelog.state import ChangeBook, Ledger
from monitor.matching.side_by_side import WholeHistory
from monitor.publications import check
from monitor.publications.dating import eastern_day
from monitor.publications.gather import Publication
from monitor.review.rulings import Rulings

Progress = Callable[[int, int], None]
Key = tuple[str, str, str]  # what makes a publication one: document, name, promise of the link
OUT = ("reject", "swapped")  # what keeps a list out whatever its rows say


class Admission:
    """Takes publications into a ledger one after another; knows which list is held and which rows were seen before."""

    def __init__(self, ledger: Ledger, position: int, rulings: Rulings, pages: Sequence[PageCheck]) -> None:
        self.ledger = ledger
        self.position = position  # of the next accepted publication
        self._rulings = rulings
        self._pages = pages
        self._held: dict[ListName, Publication] = {}
        self._lacking: dict[Key, frozenset[str]] = {}  # of a held list: the agreements it lacks without an explanation
        self._seen: dict[tuple[ListName, frozenset[int]], Publication] = {}

    def admit(self, publication: Publication) -> None:
        """The publication is accepted and in the ledger, or it says why not."""
        ruled = self._rulings.lists.get(publication.sha256)
        if ruled == "reject" and publication.status == "accepted":
            publication.status = "rejected"
            publication.reasons.append("rejected: by a reviewer")
        if publication.status != "accepted":
            return
        name = cast(ListName, publication.list_name)
        if ruled == "release":
            publication.reasons.append("released: by a reviewer")
        elif is_swapped(publication):
            publication.status = "held"
            return
        accepted = as_accepted(publication, self.position)
        if name not in self.ledger.latest:
            if name == "participating" and not accepted.listing_ids and ruled != "release":
                publication.status = "held"
                publication.reasons.append("emptied: the first list has no rows")
                return
            self._take(publication, accepted, None)
            return
        comparison = diff.compare(self.ledger, accepted)
        hold, note = self._doubts(publication, accepted, comparison)
        if hold and ruled != "release":
            self._hold(publication, hold, frozenset(g.agreement.id for g in comparison.ending))
            return
        publication.reasons += note
        if not comparison.gone and not comparison.new:
            publication.reasons.append("unchanged")
        self._held.pop(name, None)
        self._take(publication, accepted, comparison)

    def _doubts(
        self, publication: Publication, accepted: Accepted, comparison: diff.Comparison
    ) -> tuple[list[str], list[str]]:
        """Reasons to hold the list, and reasons only to be named."""
        hold, note = check.judge_comparison(self.ledger, accepted.list, comparison, len(accepted.listing_ids))
        rows = (self.ledger.listings[i] for i in accepted.listing_ids)
        for reason in check.compare_totals(self._stated(publication), rows, publication.published_on):
            (hold if check.reason_code(reason) == "totals_differ" else note).append(reason)
        return hold, note

    def _hold(self, publication: Publication, reasons: list[str], ending: frozenset[str]) -> None:
        """The list waits, is found to be an old one again, or is released together with the one that it agrees with.

        `ending` names the agreements that the list lacks and that nothing explains.
        """
        name = cast(ListName, publication.list_name)
        older = self._seen.get((name, frozenset(publication.snapshot.listing_ids)))
        if older is not None and publication.snapshot.listing_ids:
            publication.status = "stale"
            publication.reasons.append(f"stale: the very rows of {older.file}, an older list")
            return
        earlier = self._held.pop(name, None)
        if earlier is not None and _agrees(earlier, publication, self._lacking.get(earlier.key, frozenset()), ending):
            earlier.status = "accepted"
            earlier.reasons.append(f"agreed: by {publication.file}")
            self._take(earlier, as_accepted(earlier, self.position), None)
            self.admit(publication)
            return
        publication.status = "held"
        publication.reasons += reasons
        self._held[name], self._lacking[publication.key] = publication, ending

    def _take(self, publication: Publication, accepted: Accepted, comparison: diff.Comparison | None) -> None:
        diff.step(self.ledger, accepted, comparison)
        publication.status, publication.position = "accepted", accepted.position
        self._seen.setdefault((accepted.list, frozenset(accepted.listing_ids)), publication)
        self.position += 1

    def _stated(self, publication: Publication) -> Mapping[str, Any] | None:
        """The totals ICE's page stated when the list was first fetched."""
        if publication.fetched_at is None or publication.list_name != "participating":
            return None
        before = [p for p in self._pages if p["seen_at"] <= publication.fetched_at]
        return before[-1]["totals"] if before else None


def fold_publications(
    publications: list[Publication], listings: Mapping[int, Any], rulings: Rulings, pages: Sequence[PageCheck],
    confirm_after_hours: float, progress: Progress | None,
) -> Ledger:  # fmt: skip
    """The ledger that the publications make, in order; each of them says what became of it."""
    believed = [(p.status, list(p.reasons)) for p in publications]
    doubted = {
        p.key for p in publications
        if p.status != "accepted" or rulings.lists.get(p.sha256, "swapped" if is_swapped(p) else "") in OUT
    }  # fmt: skip
    tried: list[set[Key]] = []
    while True:
        for publication, (status, reasons) in zip(publications, believed, strict=True):
            publication.status, publication.reasons, publication.position = status, list(reasons), None
        ledger = _fold_once(publications, doubted, listings, rulings, pages, progress)
        left_out = {p.key for p in publications if p.status != "accepted"}
        if left_out == doubted or left_out in tried:
            break
        tried.append(doubted)
        doubted = left_out  # what stood on a list that is not believed is no evidence: once more without it
    confirm_by_time(ledger, publications, confirm_after_hours)
    note_list_events(ledger, pages)
    rulings.apply(ledger)
    return ledger


def _fold_once(
    publications: list[Publication], doubted: set[Key], listings: Mapping[int, Any], rulings: Rulings,
    pages: Sequence[PageCheck], progress: Progress | None,
) -> Ledger:  # fmt: skip
    hopeful = [p for p in publications if p.key not in doubted]
    whole = WholeHistory((as_accepted(p, number) for number, p in enumerate(hopeful)), listings)
    ledger = Ledger(whole, listings, ChangeBook())
    ledger.rulings = rulings.pairs
    admission = Admission(ledger, 0, rulings, pages)
    for number, publication in enumerate(publications):
        if progress is not None:
            progress(number, len(publications))
        admission.admit(publication)
    return ledger


def confirm_by_time(ledger: Ledger, publications: list[Publication], hours: float) -> None:
    """An ending of the newest list is confirmed when ICE was found to serve just that list `hours` later."""
    by_position = {p.position: p for p in publications if p.position is not None}
    for ending_id in list(ledger.waiting.values()):
        change = ledger.changes.find(ending_id)
        publication = by_position.get(change.position) if change else None
        if change is None or publication is None or publication.verified_at is None or publication.fetched_at is None:
            continue
        if waited_long(publication.fetched_at, publication.verified_at, hours):
            change.status = "confirmed"
            change.evidence = {**change.evidence, "confirmed_by": "time"}
            ledger.dirty.changes.add(change.id)
            assert change.agreement_id is not None
            del ledger.waiting[change.agreement_id]


def note_list_events(ledger: Ledger, pages: Sequence[PageCheck]) -> None:
    """A list that ICE's page no longer links is one event about the list; its rows are not withdrawn by it."""
    linked: set[str] = set()
    times: dict[str, int] = {}
    for page in pages:
        now_linked = {str(link["linked_as"]) for link in page["links"] if link.get("linked_as")}
        for name in sorted(linked - now_linked):
            times[name] = times.get(name, 0) + 1
            event_id = change_id("list_event", name, "list_gone", times[name])
            if event_id in ledger.changes:
                continue  # it is in the log, with whatever was ruled on it
            change = Change(
                event_id, "list_event", "confirmed",
                cast(ListName, name), None, None, 0, eastern_day(page["seen_at"]), "list_gone",
                reason=f"ICE's page no longer links the {name} list",
                evidence={"page_sha256": page["sha256"], "seen_at": page["seen_at"]},
            )  # fmt: skip
            ledger.add_change(change)
        linked = now_linked


def waited_long(since: str, until: str, hours: float) -> bool:
    """Whether two times (as the store writes them) are at least so many hours apart."""
    return _moment(until) - _moment(since) >= timedelta(hours=hours)


def as_accepted(p: Publication, position: int) -> Accepted:
    """The publication as the diff sees it."""
    name = cast(ListName, p.list_name)
    return Accepted(position, name, p.sha256, p.file, p.published_on, p.snapshot.listing_ids, p.snapshot.rows)


def is_swapped(p: Publication) -> bool:
    """Whether the list's header is the other list's than its link promised."""
    return any(check.reason_code(reason) == "swapped" for reason in p.reasons)


def _agrees(earlier: Publication, later: Publication, lacked: frozenset[str], lacks: frozenset[str]) -> bool:
    """Whether two lists of two days say nearly the same rows, or lack nearly the same many agreements."""
    a, b = set(earlier.snapshot.listing_ids), set(later.snapshot.listing_ids)
    if not b or earlier.published_on >= later.published_on:
        return False
    if max(len(a - b), len(b - a)) <= check.allowed_gone(len(a)):
        return True
    return len(lacked) > policy.HOLD_ROWS and len(lacked - lacks) <= policy.AGREEING_SHARE * len(lacked)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
