"""Whether a list is believed: accepted, rejected, held for a person, or an old one again, with the reasons.

Nothing here compares rows or knows the change log: `monitor.changelog.fold` asks these questions list by list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from db.models import Listing, ListName, PageState, Publication, StandingRulings, StatedTotals
from monitor import policy
from monitor.publications import check
from monitor.publications.classify import Verdict

OUT = ("reject", "swapped")  # what keeps a list out whatever its rows say
REPEATABLE = frozenset({"column_lost", "column_shifted"})  # faults that a second list with them does not put right


@dataclass(frozen=True, slots=True)
class Held:
    """The list that waits for a person, or for the next list to agree with it."""

    publication: Publication
    listing_ids: frozenset[int]
    lacking: frozenset[str]  # ids of the agreements that it lacks and that nothing explains


class Acceptance:
    """Decides list by list, in order; remembers which list of each name is held."""

    def __init__(self, rulings: StandingRulings, pages: Sequence[PageState], held: dict[ListName, Held]) -> None:
        self.held = held
        self._rulings = rulings
        self._pages = pages

    def is_released(self, publication: Publication) -> bool:
        """Return whether a reviewer released the list."""
        return self._rulings.lists.get(publication.sha256) == "release"

    def lets_in(
        self, publication: Publication, listing_ids: Sequence[int], verdict: Verdict, *, first: bool, others: str
    ) -> bool:  # fmt: skip
        """Return whether the list may be compared at all; set its status when not.

        `verdict` says which list it is, `first` says that no list of its name was accepted before, and `others` why
        its rows that are no agreements hold it.
        """
        if self._rulings.lists.get(publication.sha256) == "reject":
            publication.status = "rejected"
            publication.reasons.append("rejected: by a reviewer")
            return False
        if self.is_released(publication):
            named = self._rulings.named.get(publication.sha256)
            publication.reasons.append(f"released: by a reviewer{f', as the {named} list' if named else ''}")
            return True
        if verdict.hold:
            publication.status = "held"
            publication.reasons.append(verdict.hold)
            return False
        empty = publication.list_name == "participating" and not listing_ids
        if first and (others or empty):
            publication.status = "held"
            publication.reasons.append(others or "emptied: the first list has no rows")
            return False
        return True

    def doubts(
        self, publication: Publication, difference: check.Difference, rows: Iterable[Listing], others: str
    ) -> tuple[list[str], list[str]]:
        """Return the reasons to hold the list, and the reasons only to be named."""
        hold, note = check.judge_difference(difference)
        hold += [others] if others else []
        if totals := stated_totals(publication, self._pages):
            for reason in check.compare_totals(totals, rows, publication.published_on):
                (hold if check.reason_code(reason) == "totals_differ" else note).append(reason)
        return hold, note

    def hold(
        self, publication: Publication, reasons: Sequence[str], listing_ids: frozenset[int], lacking: frozenset[str],
        same_rows_in: str | None, *, goes_on: int,
    ) -> Publication | None:  # fmt: skip
        """Hold the list, unless it has the very rows of an older one (`same_rows_in`, a file name).

        `goes_on` is how many agreements of the list before it are on it still.
        Return the list held before, now accepted, when this one agrees with it: then this one is to be judged again.
        """
        assert publication.list_name is not None
        codes = {check.reason_code(reason) for reason in reasons}
        if same_rows_in is not None and listing_ids and codes != {"notes"}:
            publication.status = "stale"
            publication.reasons.append(f"stale: the very rows of {same_rows_in}, an older list")
            return None
        earlier = self.held.pop(publication.list_name, None)
        if codes & REPEATABLE:
            publication.status = "held"
            publication.reasons += reasons
            return None
        if earlier is not None and _agrees(earlier, publication, listing_ids, lacking, goes_on):
            earlier.publication.status = "accepted"
            earlier.publication.reasons.append(f"agreed: by {publication.file}")
            return earlier.publication
        publication.status = "held"
        publication.reasons += reasons
        self.held[publication.list_name] = Held(publication, listing_ids, lacking)
        return None

    def accept(self, publication: Publication, *, unchanged: bool, note: Sequence[str]) -> None:
        """Accept the list; whatever was held of its name is made up for."""
        publication.reasons += note
        if unchanged:
            publication.reasons.append("unchanged")
        assert publication.list_name is not None
        self.held.pop(publication.list_name, None)


def stated_totals(publication: Publication, pages: Sequence[PageState]) -> StatedTotals | None:
    """Return the totals that ICE's page stated when the list was first fetched."""
    if publication.fetched_at is None or publication.list_name != "participating":
        return None
    before = [page for page in pages if page.seen_at <= publication.fetched_at]
    return before[-1].totals if before else None


def is_kept_out(publication: Publication, rulings: Mapping[str, str]) -> bool:
    """Return whether the list will most likely not be believed, judged by itself."""
    swapped = publication.linked_as not in ("", publication.list_name)
    ruled = rulings.get(publication.sha256, "swapped" if swapped else "")
    return publication.status != "accepted" or ruled in OUT


def _agrees(
    earlier: Held, later: Publication, shown: frozenset[int], lacking: frozenset[str], goes_on: int
) -> bool:  # fmt: skip
    """Return whether two lists of two days have nearly the same rows, or lack nearly the same many agreements.

    `goes_on` agreements are on the later list still. One that is mostly of other rows says nothing of what both lack.
    """
    if not shown or earlier.publication.published_on >= later.published_on:
        return False
    a = earlier.listing_ids
    alike = 2 * len(a & shown) >= max(len(a), len(shown))
    if alike and max(len(a - shown), len(shown - a)) <= check.allowed_gone(len(a)):
        return True
    lacked = earlier.lacking
    return (
        2 * goes_on >= len(shown)
        and len(lacked) > policy.HOLD_ROWS
        and len(lacked - lacking) <= policy.AGREEING_SHARE * len(lacked)
    )
