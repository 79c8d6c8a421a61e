"""Which list a document is: the participating or the pending one, by weight of evidence.

The columns are one witness among several. ICE's forms change (a pending list of 2026 gained a column that only the
participating list had), so the rows are compared with the newest accepted list of each kind as well.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from db.models import COLUMNS, Listing, ListName
from monitor import policy

OTHER: Mapping[ListName, ListName] = {"participating": "pending", "pending": "participating"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a list's rows compare with the newest accepted list of one kind. A row is state, agency and support type."""

    rows: int  # distinct rows of that newest list
    shared: int  # of them, those that stand on both
    dated: bool  # whether that newest list has signing dates


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a list whose kind is in question. `rows` are distinct rows, `dated` those with a date."""

    header: ListName  # what the columns say by themselves
    signed_column: bool
    rows: int
    dated: int
    linked_as: str  # the link's promise, "" when nobody says
    file: str
    newest: Mapping[ListName, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind of a list, and the reason that holds it, or that is only named. Empty when there is none."""

    list_name: ListName
    hold: str = ""
    note: str = ""


def is_plain(evidence: Evidence) -> bool:
    """Return whether header, link, name and dates agree, so that the rows need not be compared.

    `newest` need hold the sizes of the newest lists only. A pending list as long as the participating one is not plain.
    """
    if {evidence.linked_as, _named(evidence.file)} - {"", evidence.header}:
        return False
    if evidence.header == "participating":
        return evidence.dated > 0 or (evidence.signed_column and evidence.rows == 0)
    participating = evidence.newest.get("participating")
    limit = max(policy.HOLD_ROWS, participating.rows * policy.PENDING_SIZE_SHARE) if participating else math.inf
    return evidence.rows <= limit


def judge(evidence: Evidence, ruled: ListName | None = None) -> Verdict:
    """Return which list it is. `ruled` is what a reviewer said of lists of its form, and outweighs the evidence."""
    weights = list(_weigh(evidence))
    score = sum(weight for weight, _ in weights)
    words = "; ".join(text for _, text in weights)
    link = evidence.linked_as
    if ruled is not None:
        if link not in ("", ruled):
            return Verdict(ruled, hold=f"swapped: linked as {link}; lists of this form were ruled to be {ruled} lists")
        return Verdict(ruled, note=f"form_ruled: lists of this form are {ruled} lists, a reviewer ruled")
    if abs(score) < policy.KIND_MARGIN and evidence.newest:
        return Verdict(_claimed(evidence), hold=f"unclear: it could be either list ({words})")
    kind: ListName = "participating" if score > 0 else "pending"
    if abs(score) < policy.KIND_MARGIN:  # the first list of all: there is nothing to compare it with
        kind = evidence.header
    if link not in ("", kind):
        return Verdict(kind, hold=f"swapped: linked as {link}, but it is the {kind} list ({words})")
    before = evidence.newest.get("participating")
    had_dates = evidence.signed_column or (before is not None and before.dated)
    if kind == "participating" and evidence.rows and not evidence.dated and had_dates:
        return Verdict(kind, hold=f"unclear: the participating list by its rows, but without signing dates ({words})")
    return Verdict(kind, note="" if kind == evidence.header else f"form_changed: it is the {kind} list ({words})")


def describe_new_form(before: Iterable[Listing], rows: Iterable[Listing]) -> str:
    """Return the reason that names columns added or left out since the list before; "" when there are none."""
    old, new = next(iter(before), None), next(iter(rows), None)
    if old is None or new is None or _columns(old) == _columns(new):
        return ""
    added, left_out = (sorted(a - b) for a, b in ((_columns(new), _columns(old)), (_columns(old), _columns(new))))
    parts = [f"{words} {', '.join(names)}" for words, names in (("new", added), ("without", left_out)) if names]
    return f"form_changed: columns {'; '.join(parts)}"


def form_key(listing: Listing) -> str:
    """Return what names the form of a list with this row: the SHA-256 of its columns, whatever their order."""
    return hashlib.sha256("\n".join(sorted(_columns(listing))).encode()).hexdigest()


def _columns(listing: Listing) -> frozenset[str]:
    known = [name.replace("_", " ").upper() for name in COLUMNS if getattr(listing, name) is not None]
    return frozenset([*known, *(" ".join(head.split()).upper() for head, _ in listing.extra)])


def _weigh(evidence: Evidence) -> Iterable[tuple[float, str]]:
    """Yield each piece of evidence: its weight (positive for participating) and its words."""
    rows, dated = evidence.rows, evidence.dated
    if dated * 2 >= rows > 0:
        yield policy.KIND_DATES, f"signing dates in {dated} of {rows} rows"
    elif evidence.signed_column:
        yield 0.0, f"a SIGNED column with dates in {dated} of {rows} rows"
    else:
        before = evidence.newest.get("participating")
        telling = evidence.header == "pending" and (before is None or before.dated)
        yield -policy.KIND_NO_SIGNED if telling else 0.0, "no SIGNED column"
    yield from _compare_rows(evidence)
    if evidence.linked_as:
        yield _signed(evidence.linked_as, policy.KIND_LINK), f"linked as {evidence.linked_as}"
    if named := _named(evidence.file):
        yield _signed(named, policy.KIND_NAME), f"named {named}"


def _compare_rows(evidence: Evidence) -> Iterable[tuple[float, str]]:
    """Yield what the rows say beside those of the newest list of each kind."""
    for kind, standing in sorted(evidence.newest.items()):
        share = standing.shared / evidence.rows if evidence.rows else 0.0
        words = f"{standing.shared} of {evidence.rows} rows stand on the newest {kind} list of {standing.rows} rows"
        weight = _signed(kind, policy.KIND_SHARE) * share
        if kind == "participating" and standing.rows:
            low, high = policy.KIND_COVERAGE
            covered = (standing.shared / standing.rows - low) / (high - low)
            weight += policy.KIND_COVERED * (2 * min(max(covered, 0.0), 1.0) - 1)
        yield weight, words
    sizes: dict[ListName, float] = {
        kind: abs(math.log((evidence.rows + 1) / (s.rows + 1))) for kind, s in evidence.newest.items()
    }
    if len(sizes) == 2:
        near: ListName = min(sizes, key=lambda kind: (sizes[kind], kind))
        if sizes[near] < sizes[OTHER[near]]:
            yield _signed(near, policy.KIND_SIZE), f"its size is nearer the {near} list's"


def _claimed(evidence: Evidence) -> ListName:
    """Return the list that the link promised, or else the header's."""
    if evidence.linked_as == "participating":
        return "participating"
    return "pending" if evidence.linked_as == "pending" else evidence.header


def _signed(kind: str, weight: float) -> float:
    return weight if kind == "participating" else -weight


def _named(file: str) -> Literal["", "participating", "pending"]:
    lowered = file.casefold()
    if ("participating" in lowered) == ("pending" in lowered):
        return ""
    return "pending" if "pending" in lowered else "participating"
