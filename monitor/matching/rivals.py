"""Two new rows that compete for one that left: one has its date, the other its name and a later date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from db.models import Agreement, Gone, Listing, ListName, New
from monitor.matching.find_known import days_between
from monitor.matching.ids import name_key, name_of
from monitor.matching.judging import Judge
from monitor.matching.known import Known
from monitor.matching.linked_documents import at_address, names_agency, of_day
from monitor.matching.same_agreement import Judgment

#: A row that left, with the days since it is missing (0: gone on this list).
Entry = tuple[Agreement, Listing, int, Gone | None]
#: Tier, score below 0, agreement, the new row in words, number of the entry, new row, judgment.
Judged = tuple[int, float, str, str, int, New, Judgment]
#: So many days may the day in a file's name be off: MOAs are named for the day of either signature. Of 988
#: links of real lists, 79 % are named for the row's own day, 89 % for one within three days; a fourth adds 0.3 %.
_DAYS_OFF = 3
Rivals = list[tuple[Gone, New, New]]  # gone, the row it is, another it could be


def prefer_dates(
    known: Known, list_name: ListName, entries: list[Entry], new: list[New], judged: list[Judged], judge: Judge,
    rivals: Rivals,
) -> list[Judged]:  # fmt: skip
    """Let a relabelled row with the date beat a re-dated one with the name, where both could continue one agreement.

    Both names stand on this list together, for the name of the agreement goes on there under its later date: that is
    no evidence against a name which no earlier list shows. An MOA that either row links, on this list or a later one,
    decides; where none does, the two are `rivals`, and a person is asked.
    """
    redated = {t[4]: t for t in reversed(judged) if t[6].rule in ("date_corrected", "renewed")}
    taken = {id(t[5]) for t in judged if t[4] not in redated}
    kept = list(judged)
    for index, second in redated.items():
        agreement, listing, _, gone = entries[index]
        if gone is None:
            continue
        old, found = judge.side_of_gone(agreement, listing), []
        for n in new:
            if (
                n is second[5]
                or id(n) in taken
                or block_of(n.listing) != block_of(listing)
                or name_key(n.listing) in known.names
            ):
                continue
            j = judge.judge(old, listing, n.listing, 0, agreement.id, together=False)
            if j.verdict != "distinct":
                found.append((n, j))
        if len(found) != 1:
            continue
        n, j = found[0]
        first = (0, -j.score, agreement.id, order_text(n.listing), index, n, j)
        winner, loser = (first, second[5]) if j.verdict == "same" else (second, n)
        shown = _shown_by_documents(known, list_name, agreement, old.signed_on, n, second[5])
        kept = [t for t in kept if t[4] != index and t[5] is not n]
        if shown:
            right = first if shown[0] is n else second
            kept.append((*right[:6], _settled(right[6], shown[1])))
            continue
        doubtful = replace(winner[6], review=True, against=tuple(dict.fromkeys((*winner[6].against, "rival"))))
        kept.append((*winner[:6], doubtful))
        rivals.append((gone, winner[5], loser))
    return sorted(kept, key=lambda t: (*t[:5], t[5].row))


def _shown_by_documents(
    known: Known, list_name: ListName, agreement: Agreement, signed_on: str | None, dated: New, named: New
) -> tuple[New, str] | None:
    """Return which of the rows goes on with the agreement signed on that day, as an MOA shows, and by what it shows it.

    `dated` has the agreement's date, `named` its name and a later date. None when no MOA tells, or they disagree.
    """

    def links(row: New, *claims: str) -> bool:
        return any(known.links(list_name, row.listing, claim) for claim in claims)

    def links_of(row: New, day: str | None, other: str | None) -> bool:
        """Whether the row links a file named for about that day, and not about the other."""
        if day is None or other is None:
            return False
        near = [date.fromisoformat(day) + timedelta(days=n) for n in range(-_DAYS_OFF, _DAYS_OFF + 1)]
        return links(row, *(of_day(str(d)) for d in near if abs(days_between(str(d), other)) > _DAYS_OFF))

    later = named.listing.signed_on
    addresses = [at_address(document) for document in sorted(agreement.documents)]
    old_name = names_agency(name_of(known.listings[agreement.last_listing]))
    named_for_dated = links(dated, old_name) or links_of(dated, signed_on, later)
    shown = [
        (dated, "address", links(dated, *addresses)),
        (named, "address", links(named, *addresses)),
        (dated, "file_name", named_for_dated or links_of(named, later, signed_on)),
        (named, "file_name", links_of(named, signed_on, later)),
    ]
    for how in ("address", "file_name"):
        rows = [row for row, by, is_so in shown if is_so and by == how]
        if rows:
            return (rows[0], how) if len(rows) == 1 else None
    return None


def _settled(judgment: Judgment, how: str) -> Judgment:
    """Return the judgment on the row that the document shows to go on."""
    rule = "date_corrected" if judgment.rule == "renewed" else judgment.rule or "same_document"
    against = tuple(code for code in judgment.against if code != "other_date")
    return replace(
        judgment, verdict="same", rule=rule, review=bool(against), against=against,
        evidence={**judgment.evidence, "moa_shows_by": how},
    )  # fmt: skip


def block_of(listing: Listing) -> tuple[str | None, str | None, str | None]:
    """Return the state, support type and signing date of a row."""
    return (listing.state_code, listing.support_code, listing.signed_on)


def order_text(listing: Listing) -> str:
    """Return the row in words: an order of rows that does not depend on where they stand on the sheet."""
    return "|".join(
        (listing.state_code or "", listing.agency or "", listing.support_code or "", listing.signed_on or "")
    )
