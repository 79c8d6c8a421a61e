"""The order of a message: corrections, endings, returns, signings, the rest; and no event told twice in one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.documents.events import KINDS as DOCUMENT_KINDS
from monitor.i18n.language import N_, Language

#: The groups in the order of a message: heading, and the kinds in it. Corrections come before all.
_CORRECTIONS = N_("Corrections")
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("No longer listed by ICE"), ("termination",)),
    (N_("Listed again"), ("reinstatement",)),
    (N_("New and renewed agreements"), ("signing", "renewal", "switch")),
    (N_("Agreement documents"), tuple(DOCUMENT_KINDS)),
)
#: Groups told in a line each when one of the others is there.
_FOLDED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Pending list"), ("pending_listed", "pending_withdrawn")),
    (N_("Corrected listings"), ("amendment",)),
    (N_("About the lists"), ("list_event",)),
)
#: What is news of an agency's agreement -> kinds whose correction it explains, so that one of the two is enough.
_EXPLAINS = {
    "reinstatement": ("termination",),
    "renewal": ("termination", "signing"),
    "switch": ("termination",),
    "signing": ("signing", "pending_withdrawn", "pending_listed"),
    "termination": ("termination",),
    "pending_listed": ("pending_withdrawn", "pending_listed"),
    "pending_withdrawn": ("pending_withdrawn",),
}
#: What signing says of the pending list by itself.
_SAID_BY_SIGNING = ("pending_listed", "pending_withdrawn")


@dataclass(frozen=True, slots=True)
class Group:
    """Changes under one heading; a folded group is told in a line each."""

    name: str
    changes: tuple[ChangeText, ...]
    folded: bool = False


def merge_changes(changes: Iterable[ChangeText]) -> list[ChangeText]:
    """Return the changes with each event told once, and nothing that contradicts another.

    A correction goes into the news that explains it ("listed again"), which then says what it corrects; moves on the
    pending list go into the signing they led to.
    """
    kept = list(changes)
    news = {(c.agency_id, c.model, c.kind) for c in kept if c.what == "news"}
    signed = {(agency, model) for agency, model, kind in news if kind == "signing"}
    corrected: dict[tuple[str, str, str], str] = {}
    merged = []
    for change in kept:
        where = (change.agency_id, change.model)
        if change.what == "correction":
            explained = next((k for k in _EXPLAINS if change.kind in _EXPLAINS[k] and (*where, k) in news), None)
            if explained is not None:
                corrected[(*where, explained)] = change.told_before
                continue
        elif change.kind in _SAID_BY_SIGNING and where in signed:
            continue
        merged.append(change)
    return [
        replace(c, told_before=corrected.get((c.agency_id, c.model, c.kind), "")) if c.what == "news" else c
        for c in merged
    ]


def group_changes(changes: Iterable[ChangeText], words: Language) -> list[Group]:
    """Return the changes in the groups of a message, by place within each; groups with nothing in them are left out."""
    ordered = sorted(changes, key=_place)
    corrections = [c for c in ordered if c.what == "correction"]
    groups = [Group(words.say(_CORRECTIONS), tuple(corrections))]
    rest = [c for c in ordered if c.what != "correction"]
    for name, kinds in _GROUPS:
        groups.append(Group(words.say(name), tuple(c for c in rest if c.kind in kinds)))
    folded = any(group.changes for group in groups)
    for name, kinds in _FOLDED:
        groups.append(Group(words.say(name), tuple(c for c in rest if c.kind in kinds), folded))
    return [group for group in groups if group.changes]


def shorten(groups: Sequence[Group], most: int) -> list[Group]:
    """Return the groups with `most` changes at most, those at the end left out."""
    kept = []
    for group in groups:
        if most > 0:
            kept.append(replace(group, changes=group.changes[:most]))
        most -= len(group.changes)
    return kept


def _place(change: ChangeText) -> tuple[str, str, str, str]:
    """What orders changes: the state, its own agencies first, then the counties."""
    state = state_names().get(change.state, change.state)
    return (state, "" if change.place == state else change.place, change.agency, change.change_id)
